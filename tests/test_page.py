import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag import page
from rag.page import Turn
from rag.page.shell import CONTENT_SECURITY_POLICY, Shell, dressed
from rag.types import (
    DECLINED,
    Answer,
    Citation,
    Document,
    Evidence,
    Hit,
    Sentence,
    Span,
    passage_of,
)

FIRST = "افتُتح الخط الأول في 12 مارس 2021."
SECOND = "وبلغ طوله 28 كيلومتراً."
TEXT = f"مقدمة طويلة.\n{FIRST} {SECOND} وانتهى الخبر."
ARTICLE = Document.of(
    "مترو المنارة",
    TEXT,
    source="وكالة الغدير",
    url="https://example.org/metro",
    published="2021-03-13",
    path="/articles/06-metro.txt",
)
PASSAGE = passage_of(ARTICLE, TEXT.index("\n") + 1, len(TEXT))
HOSTILE = "<img src=x onerror=\"alert(1)\"> <script>alert(2)</script> [a](http://b) ${c} '&'"
ESCAPED = (
    "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &lt;script&gt;alert(2)&lt;/script&gt; "
    "[a](http://b) ${c} &#x27;&amp;&#x27;"
)
TAGS = re.compile(r"<[^>]*>")


def place(words, text=TEXT):
    return text.index(words), text.index(words) + len(words)


def cited(number, words):
    return Citation(number, PASSAGE, *place(words))


def answered(**changes):
    fields = {
        "question": "متى افتُتح الخط الأول؟",
        "status": "answered",
        "sentences": (
            Sentence("افتُتح في 12 مارس 2021.", (cited(1, FIRST),)),
            Sentence(f"«{SECOND}»", (cited(2, SECOND),)),
        ),
        "hits": (Hit(PASSAGE, 0.75),),
        "evidence": (Evidence(1, PASSAGE, *place(FIRST)), Evidence(2, PASSAGE, *place(SECOND))),
    }
    return Answer(**(fields | changes))


def turn(answer=None, **fields):
    return Turn(3, answer or answered(), {ARTICLE.id: ARTICLE}, **fields)


def as_text(markup):
    return " ".join(TAGS.sub(" ", markup).split())


def test_the_marks_stand_at_the_offsets_of_the_spans():
    marked = page.marked_passage(PASSAGE, [cited(2, SECOND), cited(1, "12 مارس 2021")])
    assert marked == (
        "افتُتح الخط الأول في <mark>12 مارس 2021</mark>. <mark>وبلغ طوله 28 كيلومتراً.</mark>"
        " وانتهى الخبر."
    )
    assert TAGS.sub("", marked) == PASSAGE.text


def test_spans_that_overlap_or_leave_the_passage_are_marked_once_and_within_it():
    start, end = place(FIRST)
    spans = [
        Span(1, PASSAGE, start - 9, start + 6),
        Span(2, PASSAGE, start + 3, start + 12),
        Span(3, PASSAGE, end, end),
        Span(4, PASSAGE, PASSAGE.end - 6, PASSAGE.end + 50),
    ]
    marked = page.marked_passage(PASSAGE, spans)
    assert TAGS.sub("", marked) == PASSAGE.text
    found = re.findall("<mark>(.*?)</mark>", marked)
    assert "".join(found) == PASSAGE.text[:12] + PASSAGE.text[-6:]


def test_marks_count_the_characters_of_the_article_and_not_of_its_escapes():
    document = Document.of("", "قال <b>أ & ب</b> إن 7 > 5 دائماً.")
    passage = passage_of(document, 0, len(document.text))
    span = Span(1, passage, *place("7 > 5", document.text))
    assert page.marked_passage(passage, [span]) == (
        "قال &lt;b&gt;أ &amp; ب&lt;/b&gt; إن <mark>7 &gt; 5</mark> دائماً."
    )


@pytest.mark.parametrize("status", ["writing", "answered", "quoted", "declined"])
def test_nothing_that_was_read_or_written_is_taken_for_markup(status):
    document = Document.of(
        HOSTILE, HOSTILE, source=HOSTILE, url=HOSTILE, published=HOSTILE, path=HOSTILE
    )
    passage = passage_of(document, 0, len(HOSTILE))
    answer = Answer(
        HOSTILE,
        (Sentence(HOSTILE, (Citation(1, passage, 0, 9),)), Sentence(f"«{HOSTILE}»")),
        status,
        (Hit(passage, 1.0),),
        (Evidence(1, passage, 0, len(HOSTILE)),),
        draft=HOSTILE,
    )
    for shown in (
        Turn(1, answer, {document.id: document}),
        Turn(1, answer, {}, problem=HOSTILE),
        Turn(1, answer, {}, is_stopped=True),
    ):
        markup = page.turn_html(shown)
        assert ESCAPED in markup
        tags = {tag.split()[0].strip("</>") for tag in TAGS.findall(markup)}
        assert tags <= set(
            "article h2 div p a bdi blockquote footer section h3 h4 details summary span mark "
            "dl dt dd".split()
        )
        assert not any("onerror" in tag and "title=" not in tag for tag in TAGS.findall(markup))
        assert set(re.findall(r'href="([^"]*)"', markup)) <= {"#turn-1-source-1"}


def test_a_lone_surrogate_does_not_keep_a_page_from_being_sent():
    assert page.escaped("قبل \ud800 بعد") == "قبل \ufffd بعد"


def test_each_marker_leads_to_the_card_that_shows_the_cited_words():
    markup = page.turn_html(turn())
    targets = re.findall(r'<a class="marker" href="#([^"]+)"[^>]*><bdi>\[(\d)\]</bdi></a>', markup)
    assert targets == [("turn-3-source-1", "1"), ("turn-3-source-2", "2")]
    cards = markup.split("<details")[1:]
    for (name, _), card, words in zip(targets, cards, (FIRST, SECOND), strict=True):
        assert f'id="{name}"' in card
        assert f"<mark>{words}</mark>" in card


def test_a_sentence_is_prose_with_its_marker_and_a_quotation_stands_apart_with_its_title():
    markup = page.answer_html(turn())
    prose = re.search(r'<p class="said".*?</p>', markup)[0]
    assert as_text(prose) == "افتُتح في 12 مارس 2021.&nbsp; [1]"
    quotation = re.search(r"<blockquote.*?</blockquote>", markup)[0]
    assert as_text(quotation) == f"«{SECOND}»&nbsp; [2] مترو المنارة"
    assert "إجابة مُسنَدة" in markup


def test_sentences_between_quotations_share_a_paragraph_and_keep_their_order():
    one, two, three = Sentence("واحد."), Sentence("اثنان."), Sentence("ثلاثة.")
    quotation = Sentence(f"«{SECOND}»", (cited(2, SECOND),))
    markup = page.answer_html(turn(answered(sentences=(one, two, quotation, three))))
    blocks = re.findall(r"<(p class=\"said\"|blockquote)>(.*?)</(?:p|blockquote)>", markup)
    assert [as_text(text).partition("&nbsp;")[0] for _, text in blocks] == [
        "واحد. اثنان.",
        f"«{SECOND}»",
        "ثلاثة.",
    ]


def test_a_sentence_that_cites_a_source_twice_names_it_once():
    sentence = Sentence("نص.", (cited(2, SECOND), cited(1, FIRST), cited(2, FIRST)))
    assert re.findall(r"\[(\d)\]", page.answer_html(turn(answered(sentences=(sentence,))))) == [
        "2",
        "1",
    ]


@pytest.mark.parametrize(
    ("fields", "state", "badge"),
    [
        ({"status": "writing", "hits": (), "evidence": ()}, "searching", "يُبحث في المقالات…"),
        ({"status": "writing"}, "writing", "تُكتب الإجابة وتُراجَع…"),
        ({"status": "answered"}, "answered", "إجابة مُسنَدة"),
        ({"status": "quoted"}, "quoted", "اقتباس حرفي"),
        ({"status": "declined"}, "declined", "لا جواب في المقالات"),
    ],
)
def test_the_badge_says_how_far_an_answer_is(fields, state, badge):
    shown = turn(answered(**fields))
    assert shown.state == state
    assert shown.is_open == (state in ("searching", "writing"))
    assert re.search(r'role="status">(.*?)</p>', page.answer_html(shown))[1] == badge


def test_a_draft_is_shown_as_a_draft_and_gone_from_the_finished_answer():
    draft = "افتُتح في 1999"
    assert f'<p class="draft">{draft}</p>' in page.answer_html(
        turn(answered(status="writing", sentences=(), draft=draft))
    )
    assert draft not in page.turn_html(turn(answered(draft=draft)))


def test_the_cards_keep_their_order_from_the_first_snapshot_to_the_last():
    first = page.sources_html(turn(answered(status="writing", sentences=())))
    last = page.sources_html(turn())
    ids = [re.findall(r'id="([^"]+)"', markup) for markup in (first, last)]
    assert ids[0] == ids[1] == ["turn-3-source-1", "turn-3-source-2"]
    assert "cited" not in first
    assert "legend" not in first
    assert last.count('class="source cited"') == 2


def test_evidence_of_one_article_stands_under_its_title_with_its_own_numbers():
    other = Document.of("متحف الموانئ", "رُمّم المبنى في عامين.")
    evidence = (
        Evidence(1, PASSAGE, *place(FIRST)),
        Evidence(2, passage_of(other, 0, len(other.text)), 0, 5),
        Evidence(3, PASSAGE, *place(SECOND)),
    )
    markup = page.sources_html(turn(answered(evidence=evidence)))
    titles = re.findall("<h4><bdi[^>]*>(.*?)</bdi></h4>", markup)
    assert titles == ["مترو المنارة", "متحف الموانئ"]
    assert re.findall(r'class="number">(\d)<', markup) == ["1", "3", "2"]


def test_a_text_runs_in_the_direction_of_most_of_its_letters():
    foreign_first = Document.of(
        "Delta Works تبني الجسر الكبير", "Delta Works هي التي نفّذت أعمال الجسر."
    )
    passage = passage_of(foreign_first, 0, len(foreign_first.text))
    answer = answered(question="Who built it?", evidence=(Evidence(1, passage, 0, 11),))
    markup = page.turn_html(turn(answer))
    assert '<h2 class="question" dir="ltr">' in markup
    assert '<span class="snippet" dir="ltr">Delta Works</span>' in markup
    assert '<div class="passage" dir="rtl">' in markup
    assert '<h4><bdi dir="rtl">Delta Works تبني' in markup


def test_a_declined_answer_says_so_and_shows_the_nearest_passages():
    answer = answered(status="declined", sentences=(Sentence(DECLINED),), evidence=())
    markup = page.turn_html(turn(answer))
    assert DECLINED in markup
    assert "لم يُكتب شيء من خارج المقالات" in markup
    assert "مترو المنارة" in page.sources_html(turn(answer))
    assert FIRST in page.sources_html(turn(answer))
    assert "<mark>" not in markup


def test_a_card_names_the_outlet_the_date_and_only_the_end_of_the_path():
    markup = page.sources_html(turn())
    assert "<bdi>وكالة الغدير</bdi> · <bdi>13 مارس 2021</bdi>" in markup
    assert '<bdi dir="ltr">https://example.org/metro</bdi>' in markup
    assert 'title="/articles/06-metro.txt">06-metro.txt</bdi>' in markup


def test_an_article_of_which_little_is_known_is_named_by_its_file():
    document = Document.of("", TEXT, path="C:\\articles\\metro.txt")
    passage = passage_of(document, 0, len(TEXT))
    answer = answered(evidence=(Evidence(1, passage, 0, 5),), sentences=())
    markup = page.sources_html(Turn(1, answer, {document.id: document}))
    assert ">بلا عنوان</bdi></h4>" in markup
    assert '<p class="outlet"><bdi>metro.txt</bdi></p>' in markup


def test_what_went_wrong_stands_in_place_of_the_answer_and_its_sources():
    failed = turn(problem="the index is locked: wait")
    markup = page.turn_html(failed)
    assert "تعذّرت الإجابة" in markup
    assert "the index is locked: wait" in markup
    assert "<details" not in markup
    assert "12 مارس" not in markup


def test_only_finished_answers_are_a_history():
    turns = [
        Turn(1, answered(question="أ")),
        Turn(2, answered(question="ب"), problem="x"),
        Turn(3, answered(question="ج", status="writing"), is_stopped=True),
        Turn(4, answered(question="د", status="declined")),
        Turn(5, answered(question="ه", status="writing")),
    ]
    assert [answer.question for answer in page.finished_answers(turns)] == ["أ", "د"]


@pytest.mark.parametrize(
    ("number", "counted"),
    [
        (0, "لا مقالات"),
        (1, "مقال واحد"),
        (2, "مقالان"),
        (3, "3 مقالات"),
        (10, "10 مقالات"),
        (11, "11 مقالاً"),
        (99, "99 مقالاً"),
        (100, "100 مقال"),
        (102, "102 مقال"),
        (111, "111 مقالاً"),
        (20_005, "20,005 مقالات"),
    ],
)
def test_articles_are_counted_as_arabic_counts(number, counted):
    assert page.articles_count(number) == counted
    assert f"{counted} في الفهرس" in page.header_html(number)


def test_a_date_is_written_out_and_what_is_no_date_stays():
    assert page.arabic_date("2024-02-11T07:00:00+03:00") == "11 فبراير 2024"
    assert page.arabic_date("ربيع 2024") == "ربيع 2024"
    assert page.arabic_date("2024-02-31") == "2024-02-31"


GRADIO_PAGE = (
    '<!doctype html>\n<html\n\tlang="en"\n><head><meta charset="utf-8" />'
    '<meta property="og:url" content="https://gradio.app/" />'
    '<meta name="twitter:creator"\n content="@Gradio" /></head><body></body></html>'
)


def test_the_document_is_arabic_and_names_no_other_host():
    made = dressed(GRADIO_PAGE)
    assert '<html\n\tlang="ar" dir="rtl"' in made
    assert "gradio" not in made.lower().replace("gradio-", "").replace("gradio chooses", "")
    assert "<title>مُسنَد</title><style>" in made
    assert not re.search(r"(?:src|href|url\(|@import)\s*[=(]?\s*[\"']?https?:", made)


def respond(content_type, *bodies, status=200):
    """What a client receives through the middleware from an app that sends these bodies."""

    async def app(_scope, _receive, send):
        length = str(sum(map(len, bodies))).encode()
        headers = [(b"content-type", content_type), (b"content-length", length)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for body in bodies[:-1]:
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": bodies[-1]})

    received = []

    async def send(message):
        received.append(message)

    # A thread of its own: the browser tests leave a running loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, Shell(app)({"type": "http"}, None, send)).result()
    headers = {name.decode(): value.decode() for name, value in received[0]["headers"]}
    return received[0]["status"], headers, b"".join(m.get("body", b"") for m in received[1:])


def test_a_page_sent_in_pieces_is_dressed_and_its_length_is_right():
    whole = GRADIO_PAGE.encode()
    status, headers, body = respond(b"text/html; charset=utf-8", whole[:30], whole[30:], status=201)
    assert status == 201
    assert body.decode() == dressed(GRADIO_PAGE)
    assert int(headers["content-length"]) == len(body)
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def test_other_responses_keep_their_body_and_get_the_headers():
    _, headers, body = respond(b"application/json", b'{"a":', b"1}")
    assert (body, headers["content-length"]) == (b'{"a":1}', "7")
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["referrer-policy"] == "no-referrer"


def test_the_policy_names_no_host_but_the_page_s_own():
    for directive in CONTENT_SECURITY_POLICY.split("; "):
        allowed = directive.split()[1:]
        assert set(allowed) <= {
            *("'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"),
        }, directive
