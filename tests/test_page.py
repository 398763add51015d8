import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from rag import errors, page
from rag.page import Limits, Problem, Turn
from rag.page.examples import DEMO
from rag.page.limits import parse_limit
from rag.page.shell import CONTENT_SECURITY_POLICY, Shell, dressed
from rag.types import (
    DECLINED,
    VERBATIM,
    Answer,
    Citation,
    Document,
    Evidence,
    Filter,
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
            Sentence(f"«{SECOND}»", (cited(2, SECOND),), True, VERBATIM),
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
    known = dict.fromkeys(("source", "url", "published", "path", "author"), HOSTILE)
    document = Document.of(HOSTILE, HOSTILE, **known, is_inferred=True)
    copies = tuple(Document.of(f"{HOSTILE}{n}", HOSTILE, **known) for n in range(5))
    passage = passage_of(document, 0, len(HOSTILE))
    answer = Answer(
        HOSTILE,
        (Sentence(HOSTILE, (Citation(1, passage, 0, 9),)), Sentence(f"«{HOSTILE}»")),
        status,
        (Hit(passage, 1.0),),
        (Evidence(1, passage, 0, len(HOSTILE)),),
        draft=HOSTILE,
        copies={document.id: copies},
    )
    within = Filter(HOSTILE, HOSTILE, (HOSTILE,))
    for shown in (
        Turn(1, answer, {document.id: document}, within),
        Turn(1, replace(answer, copies={document.id: copies[:1]}), {}, within),
        Turn(1, answer, {}, within, problem=Problem(HOSTILE, HOSTILE)),
        Turn(1, answer, {}, is_stopped=True),
    ):
        markup = page.turn_html(shown)
        assert ESCAPED in markup
        tags = {tag.split()[0].strip("</>") for tag in TAGS.findall(markup)}
        assert tags <= set(
            "article h2 div p a bdi blockquote footer section h3 h4 details summary span mark "
            "dl dt dd ul li".split()
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
    quotation = Sentence(f"«{SECOND}»", (cited(2, SECOND),), True, VERBATIM)
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


@pytest.mark.parametrize("written", ["", " ", " [", " [1", " [1]", " [1].", " [المصدر 1"])
def test_markers_of_the_model_are_never_seen_in_a_draft(written):
    shown = page.answer_html(turn(answered(status="writing", sentences=(), draft="وصل" + written)))
    [draft] = re.findall('<p class="draft">(.*?)</p>', shown)
    assert draft.rstrip(".") == "وصل"


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
    assert '<bdi>وكالة الغدير</bdi> · <bdi class="date">13 مارس 2021</bdi></p>' in markup
    assert "الكاتب" not in markup
    assert "مستنتج" not in markup
    assert '<bdi dir="ltr">https://example.org/metro</bdi>' in markup
    assert 'title="/articles/06-metro.txt">06-metro.txt</bdi>' in markup


def test_an_article_of_which_little_is_known_is_named_by_its_file():
    document = Document.of("", TEXT, path="C:\\articles\\metro.txt")
    passage = passage_of(document, 0, len(TEXT))
    answer = answered(evidence=(Evidence(1, passage, 0, 5),), sentences=())
    markup = page.sources_html(Turn(1, answer, {document.id: document}))
    assert ">بلا عنوان</bdi></h4>" in markup
    assert '<p class="outlet"><bdi>metro.txt</bdi></p>' in markup


def with_article(document, **fields):
    """A turn whose only evidence is of this document."""
    passage = passage_of(document, 0, len(document.text))
    answer = answered(evidence=(Evidence(1, passage, 0, 5),), sentences=(), **fields)
    return Turn(1, answer, {document.id: document})


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2024-02-11T07:00:00+03:00", '<bdi class="date">11 فبراير 2024</bdi>'),
        ("2024-02", '<bdi class="date">فبراير 2024</bdi>'),
        ("2024", "<bdi>2024</bdi>"),
        ("2024-02-31", "<bdi>2024-02-31</bdi>"),
        ("ربيع 2024", "<bdi>ربيع 2024</bdi>"),
    ],
)
def test_a_date_is_written_out_and_what_is_no_date_stays(published, shown):
    markup = page.sources_html(with_article(Document.of("", TEXT, published=published)))
    assert f'<p class="outlet">{shown}</p>' in markup
    assert f"<dt>النشر</dt><dd>{shown}</dd>" in markup


def test_a_card_names_the_author_and_says_where_a_date_was_inferred():
    document = replace(ARTICLE, author="سامر النجار", is_inferred=True)
    card = as_text(page.sources_html(with_article(document)))
    assert "وكالة الغدير · سامر النجار · 13 مارس 2021 (تاريخ مستنتج من النص)" in card
    assert "الكاتب سامر النجار النشر 13 مارس 2021 (تاريخ مستنتج من النص)" in card


def test_words_that_count_from_the_day_of_publication_are_dated_beside_the_quotation():
    told = "افتُتح الخط أمس الجمعة أمام الركاب."
    document = Document.of("مترو", told, published="2021-03-13")
    passage = passage_of(document, 0, len(told))
    citation = Citation(1, passage, 0, len(told))
    quoted = Answer(
        "متى؟",
        (Sentence(f"«{told}»", (citation,), True, VERBATIM),),
        status="quoted",
        evidence=(Evidence(1, passage, 0, len(told)),),
    )
    known = Turn(1, quoted, {document.id: document})
    line = "«أمس الجمعة» = 12 مارس 2021 ، مستنتج"
    assert f"[1] {line} مترو" in as_text(page.answer_html(known))
    assert line in as_text(page.sources_html(known))
    undated = Turn(1, quoted, {document.id: replace(document, published=None)})
    assert "مستنتج" not in page.turn_html(undated)


def copies_line(*copies, title="مترو المنارة"):
    document = Document.of(title, TEXT)
    markup = page.sources_html(with_article(document, copies={document.id: copies}))
    return re.search(r'<(p|details) class="copies".*?</\1>', markup)[0]


def test_a_card_says_where_else_its_article_appeared_and_when():
    line = copies_line(
        Document.of("مترو المنارة", "أ", source="صحيفة النهر", published="2021-03-14"),
        Document.of("مترو المناره ", "ب", path="/articles/2021-03-15-metro.html"),
        Document.of("قطار جديد", "ج", source="Delta", published="2021-03", is_inferred=True),
    )
    assert TAGS.sub("", line) == (
        "نُشر أيضاً في: صحيفة النهر (14 مارس 2021)؛ 2021-03-15-metro.html؛"
        " Delta بعنوان «قطار جديد» (مارس 2021، تاريخ مستنتج)"
    )
    assert "<bdi>2021-03-15-metro.html</bdi>" in line


def test_copies_of_which_the_same_is_known_are_told_once():
    twins = [Document.of("مترو المنارة", text, source="صحيفة النهر") for text in "أب"]
    assert as_text(copies_line(*twins)) == "نُشر أيضاً في: صحيفة النهر"
    assert "موضع بلا اسم" in copies_line(Document.of("مترو المنارة", "أ"))


def test_many_copies_are_unfolded_from_the_first_two():
    outlets = [f"صحيفة {name}" for name in ("أ", "ب", "ج", "د")]
    line = copies_line(*(Document.of("مترو المنارة", name, source=name) for name in outlets))
    summary, listed = re.fullmatch(r".*<summary>(.*)</summary>(.*)</details>", line).groups()
    assert TAGS.sub("", summary) == "نُشر أيضاً في: صحيفة أ؛ صحيفة ب؛ وفي مواضع أخرى"
    assert re.findall(r"<li><bdi>(.*?)</bdi></li>", listed) == outlets
    assert 'id="turn-1-copies-1"' in line


def test_an_article_without_copies_says_nothing_of_them():
    other = Document.of("متحف الموانئ", "رُمّم المبنى.")
    assert "أيضاً" not in page.sources_html(turn(answered(copies={other.id: (ARTICLE,)})))


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2024-06-19", "2024-06-19"),
        (" ٢٠٢٤-٠٦-١٩ ", "2024-06-19"),
        ("2024-6", "2024-06"),
        ("٢٠٢٤/٠٦", "2024-06"),
        ("6/2024", "2024-06"),
        ("\u200f2024", "2024"),
        ("19 يونيو 2024", "2024-06-19"),
        ("١٩ حزيران ٢٠٢٤", "2024-06-19"),
        ("19\u00a0يونيو\u00a02024", "2024-06-19"),
        ("الأربعاء 19/6/2024م", "2024-06-19"),
        ("حزيران 2024", "2024-06"),
        ("13 ذو الحجة 1445", "2024-06-19"),
    ],
)
def test_a_day_a_month_or_a_year_is_read_as_readers_write_it(typed, day):
    assert parse_limit(typed) == day
    assert Limits(typed).within == Filter(since=day)
    assert Limits(typed).notices == ("", "")


@pytest.mark.parametrize(
    "typed",
    [
        *("2024-13", "2024-06-31", "31 يونيو 2024", "19 يونيو", "أمس", "202", "1445", "؟"),
        *("2024-2025", "19 يونيو 2024 أو 2 مايو 2023", "3 سبتمبر 2024 و5"),
    ],
)
def test_what_is_no_single_date_is_refused_beside_the_field_it_was_typed_in(typed):
    assert parse_limit(typed) is None
    since, until = Limits("2024", typed).notices
    assert since == ""
    assert "لم يُفهم هذا التاريخ" in until
    assert '<bdi dir="ltr">2024-06-19</bdi>' in until
    assert Limits(typed).notices[0] == until
    assert Limits(typed).label == "حصر البحث: صحّح التاريخ"


@pytest.mark.parametrize(
    ("since", "until", "is_backward"),
    [
        ("2024-06-19", "2024-06-18", True),
        ("2024-06-19", "2024-06-19", False),
        ("2024-06-19", "2024-06", False),
        ("2024-06-19", "2024", False),
        ("2024-06-19", "2023", True),
        ("2024-06", "2024-05-31", True),
        ("2024", "2024-01-01", False),
    ],
)
def test_a_time_that_ends_before_it_begins_is_refused(since, until, is_backward):
    first, last = Limits(since, until).notices
    assert first == ""
    assert bool(last) == is_backward


def test_nothing_chosen_is_no_filter():
    nothing = Limits.of(None, " ", None)
    assert nothing.within is None
    assert nothing.notices == ("", "")
    assert nothing.label == "حصر البحث"
    assert Limits().is_empty
    assert not Limits("2024-").is_empty  # there is something to clear
    assert not Limits.of("", "", ["صحيفة النهر"]).is_empty


def test_what_is_chosen_is_said_on_the_fold_and_under_the_answer_it_applied_to():
    limits = Limits.of("2024", "١٩ يونيو ٢٠٢٤", ["وكالة الميناء", "Delta"])
    assert limits.within == Filter("2024", "2024-06-19", ("وكالة الميناء", "Delta"))
    since, until = "من\u00a02024", "إلى\u00a019\u00a0يونيو\u00a02024"  # each on one line
    said = f"حصر البحث: {since} · {until} · وكالة الميناء · Delta"
    assert re.sub("[\u2068\u2069]", "", limits.label) == said
    assert limits.label.count("\u2068") == limits.label.count("\u2069") == 4
    markup = page.answer_html(turn(within=limits.within))
    line = re.search('<p class="within">(.*?)</p>', markup)[1]
    assert TAGS.sub("", line) == said
    assert line.count("<bdi>") == 4
    assert 'class="within"' not in page.answer_html(turn())
    assert "في\u00a02024" in Limits("2024", "2024").label


def test_outlets_are_told_apart_and_sorted():
    sources = ("وكالة الميناء", None, " صحيفة النهر", "وكالة الميناء ", "")
    documents = [Document.of("", str(n), source=source) for n, source in enumerate(sources)]
    assert page.outlets_of(documents) == ["صحيفة النهر", "وكالة الميناء"]


def test_a_declined_answer_says_whether_the_limits_may_be_why():
    declined = answered(status="declined", sentences=(Sentence(DECLINED),), evidence=())
    nothing = replace(declined, hits=())
    within = Filter(since="2024")
    assert "خارج هذا الحصر" in page.answer_html(turn(declined, within=within))
    assert "الحصر" not in page.answer_html(turn(declined))
    assert "وسّعه أو ألغه" in page.answer_html(turn(nothing, within=within))
    for shown in (turn(nothing), turn(nothing, within=within)):
        assert "تجد أدناه" not in page.answer_html(shown)


ERRORS = [each for each in vars(errors).values() if isinstance(each, type)]


def test_each_error_is_told_in_arabic_with_its_own_line_below():
    told = [page.problem_of(error("no index in <x>")) for error in ERRORS]
    assert len({problem.text for problem in told}) == len(told) > 10
    for problem in told:
        assert problem.detail == "no index in <x>"
        without_commands = re.sub("`rag [a-z -]+`", "", problem.text)
        assert not re.search("[A-Za-z`]", without_commands)
        assert problem.text.count(".") >= 2  # what is wrong, and what to do


def test_an_error_of_a_class_of_its_own_is_told_as_the_nearest_above_it():
    class NewError(errors.GeneratorError):
        pass

    told = page.problem_of(NewError("x"))
    assert told.text == page.problem_of(errors.GeneratorError("x")).text


def test_the_commands_that_a_reader_is_told_exist():
    from rag.cli import main

    told = " ".join(page.problem_of(error("")).text for error in ERRORS)
    commands = {tuple(found.split()[1:]) for found in re.findall("`([^`]+)`", told)}
    assert ("models", "fetch") in commands
    for names in commands:
        command = main
        for name in names:
            if name.startswith("--"):
                assert any(name in option.opts for option in command.params)
            else:
                command = command.commands[name]


def test_what_went_wrong_stands_in_place_of_the_answer_and_its_sources():
    failed = turn(problem=page.problem_of(errors.ModelError("model <m> is missing")))
    markup = page.turn_html(failed)
    assert "تعذّرت الإجابة" in markup
    assert "أحد النماذج مفقود" in markup
    assert 'بالأمر <bdi dir="ltr">rag models fetch</bdi>' in markup
    detail = re.search(r'<p class="detail" dir="ltr" lang="en">(.*?)</p>', markup)[1]
    assert detail == "model &lt;m&gt; is missing"
    assert "<details" not in markup
    assert "12 مارس" not in markup
    assert "detail" not in page.turn_html(turn(problem=page.UNEXPECTED))


def test_only_finished_answers_are_a_history():
    turns = [
        Turn(1, answered(question="أ")),
        Turn(2, answered(question="ب"), problem=Problem("x")),
        Turn(3, answered(question="ج", status="writing"), is_stopped=True),
        Turn(4, answered(question="د", status="declined")),
        Turn(5, answered(question="ه", status="writing")),
    ]
    assert [answer.question for answer in page.finished_answers(turns)] == ["أ", "د"]


def test_the_first_questions_are_about_articles_that_are_there():
    question, title = next(iter(DEMO.items()))
    assert page.examples_of([ARTICLE, Document.of(title, "نص.")]) == [question]
    own = [Document.of(f"خبر {n} عن «المرفأ»", "نص.") for n in range(6)]
    assert page.examples_of([*own, Document.of("English title", "نص.")]) == [
        f"ما أبرز ما ورد في مقال «خبر {n} عن “المرفأ”»؟" for n in (5, 4, 3, 2)
    ]
    assert page.examples_of([]) == []


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


# Overviews, and what could be asked instead


def overview(kind, *texts):
    sentences = tuple(
        Sentence(text, (cited(number, FIRST if number == 1 else SECOND),))
        for number, text in enumerate(texts, start=1)
    )
    return answered(question="لخّص المقال", status="quoted", overview=kind, sentences=sentences)


def test_the_sentences_of_a_summary_stand_in_one_quotation_with_one_title():
    made = page.answer_html(turn(overview("summary", f"«{FIRST}»", f"«{SECOND}»")))
    assert made.count("<blockquote>") == made.count("<footer>") == 1
    assert made.count('class="marker"') == 2
    assert "على ترتيبها" in as_text(made)
    assert "لم تثبت" not in made


def test_each_side_of_a_comparison_has_its_heading_once():
    sides = (f"الخط «الأزرق»: «{FIRST}»", f"الخط الثاني: «{SECOND}»")
    made = page.answer_html(turn(overview("comparison", *sides)))
    assert re.findall('<h3 class="side">(.*?)</h3>', made) == ["الخط «الأزرق»", "الخط الثاني"]
    assert f"<p>«{FIRST}»" in made
    again = overview("comparison", f"الخط: «{FIRST}»", f"الخط: «{SECOND}»")
    assert page.answer_html(turn(again)).count('class="side"') == 1


def test_a_colon_within_a_quotation_of_a_summary_is_no_heading():
    made = page.answer_html(turn(overview("summary", f"«قال: «{FIRST}»»")))
    assert 'class="side"' not in made
    assert f"«قال: «{FIRST}»»" in made


def test_what_could_be_asked_instead_is_a_button_and_never_markup():
    declined = answered(
        status="declined", sentences=(Sentence(DECLINED),), suggestions=("ماذا عن المترو؟", HOSTILE)
    )
    made = page.answer_html(turn(declined))
    assert made.count('class="suggestion"') == 2
    assert "ماذا عن المترو؟</button>" in made
    assert ESCAPED in made
    assert "<script" not in made
    assert 'class="suggestion"' not in page.answer_html(turn())
