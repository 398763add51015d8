"""Articles that contradict each other, told from those that do not, and shown side by side."""

import re
from dataclasses import replace

import pytest
from benchmark_scripts import benchmark
from fake_pipeline import pipeline_over

from rag import page, report
from rag.arabic import sentences
from rag.compose import Composer
from rag.conflict import DIFFER, conflicts, with_conflict
from rag.conflict.lexicon import fate
from rag.conflict.quantities import quantities
from rag.fakes import FakeGenerator
from rag.page import Turn
from rag.types import Answer, Citation, Document, Evidence, Hit, Sentence, passage_of
from rag.verify import Checker

QUESTION = "كم شخصاً قُتل في حريق سوق الصفافير؟"
TWELVE = Document.of(
    "حريق سوق الصفافير",
    "أسفر حريق سوق الصفافير عن مقتل 12 شخصاً وإصابة 30 آخرين.",
    source="المدى",
    published="2023-05-12",
)
TWENTY = Document.of(
    "فاجعة في سوق الصفافير",
    "قالت مصادر طبية إن 20 شخصاً قُتلوا في حريق سوق الصفافير.",
    source="أخبار السهل",
    published="2023-05-13T08:00:00+03:00",
)
SHOWN = (
    "ورد في «المدى» (12 مايو 2023): «أسفر حريق سوق الصفافير عن مقتل 12 شخصاً وإصابة 30 آخرين» "
    "[1]، بينما ورد في «أخبار السهل» (13 مايو 2023): «قالت مصادر طبية إن 20 شخصاً قُتلوا في حريق "
    "سوق الصفافير» [2]."
)


def evidence(*documents):
    """Every sentence of the documents, in order."""
    places = [(d, start, end) for d in documents for start, end in sentences(d.text)]
    return tuple(
        Evidence(number, passage_of(d, 0, len(d.text)), start, end)
        for number, (d, start, end) in enumerate(places, start=1)
    )


def quotation(item):
    return Sentence(f"«{item.quote}»", (Citation(item.number, item.passage, item.start, item.end),))


def quoted(*documents, **changes):
    """An answer that quotes all the evidence of these documents."""
    found = evidence(*documents)
    fields = {
        "question": QUESTION,
        "sentences": tuple(map(quotation, found)),
        "status": "quoted",
        "hits": tuple(Hit(item.passage, 0.5) for item in found),
        "evidence": found,
    }
    return Answer(**(fields | changes))


def shown(answer, *documents, longest=60, question=QUESTION):
    def read(ids):
        return [document for document in documents if document.id in ids]

    return with_conflict(answer, read, question=question, longest=longest)


def found(question, *documents):
    return list(conflicts(question, evidence(*documents), {d.id: d for d in documents}))


def said(text, **known):
    return Document.of(known.pop("title", "حريق سوق الصفافير"), text, **known)


# What is a conflict


@pytest.mark.parametrize("part", ["tune", "report", "late", "last", "again"])
def test_labelled_pairs_are_told_apart(part):
    module = benchmark("conflicts")
    pairs = [pair for pair in module.read_pairs() if module.part_of(pair["id"]) == part]
    result = module.score(pairs)
    assert result.pairs >= 20
    assert 0.4 < sum(pair["conflict"] for pair in pairs) / len(pairs) < 0.6
    assert result.precision >= module.PRECISION
    assert result.recall >= module.RECALL


def test_a_pair_is_found_in_both_orders_with_the_words_that_decide():
    pairs = found(QUESTION, TWELVE, TWENTY)
    values = [
        [side.item.quote[side.start : side.end] for side in (pair.one, pair.other)]
        for pair in pairs
    ]
    assert values == [["12", "20"], ["20", "12"]]


@pytest.mark.parametrize(
    "text",
    [
        "قُتل 12 شخصاً في حريق سوق الصفافير.",
        "قُتل نحو 10 أشخاص في حريق سوق الصفافير.",
        "قُتل أكثر من 11 شخصاً في حريق سوق الصفافير.",
        "قُتل 5 أشخاص على الأقل في حريق سوق الصفافير.",
        "قُتل ما بين 9 و15 شخصاً في حريق سوق الصفافير.",
        "ارتفع عدد قتلى حريق سوق الصفافير إلى 20 شخصاً.",
        "أصيب 20 شخصاً في حريق سوق الصفافير.",
        "نفت الشرطة مقتل 20 شخصاً في حريق سوق الصفافير.",
        "قُتل 20 شخصاً آخرين في حريق سوق الصفافير.",
        "كانت الحصيلة الأولى لقتلى حريق سوق الصفافير 9 أشخاص.",
        "قُتل في حريق سوق الصفافير كثيرون، بينهم 7 أشخاص من عائلة واحدة.",
        "قُتل 20 شخصاً في حريق سوق الصفافير عام 1998.",
    ],
)
def test_what_may_be_the_same_count_or_counts_something_else_is_no_conflict(text):
    assert found(QUESTION, TWELVE, said(text, published="2023-05-13")) == []


@pytest.mark.parametrize(
    "text",
    [
        "قُتل ثمانية أشخاص في حريق سوق الصفافير.",
        "قُتل نحو 40 شخصاً في حريق سوق الصفافير.",
        "قُتل أكثر من 20 شخصاً في حريق سوق الصفافير.",
        "لقي 19 شخصاً، معظمهم من الباعة، حتفهم في حريق سوق الصفافير.",
    ],
)
def test_a_bound_or_a_round_number_that_leaves_no_room_is_a_conflict(text):
    assert len(found(QUESTION, TWELVE, said(text, published="2023-05-13"))) == 2


@pytest.mark.parametrize(
    ("asked", "published", "pairs"),
    [
        (QUESTION, "2023-05-22", 2),
        (QUESTION, "2023-05-23", 0),
        (QUESTION, None, 2),
        ("كم شخصاً قُتل في حريق سوق الصفافير عام 2023؟", "2023-09-01", 2),
    ],
)
def test_undated_counts_far_apart_conflict_only_where_the_question_has_a_date(
    asked, published, pairs
):
    other = replace(TWENTY, published=published)
    assert len(found(asked, TWELVE, other)) == pairs


@pytest.mark.parametrize(
    ("published", "pairs"), [("2014-06-20", 0), ("2014-09-01", 2), (None, 2), ("2012-05-12", 2)]
)
def test_times_are_of_two_events_where_each_is_the_news_of_its_article(published, pairs):
    one = said("زار الملك سوق الصفافير في 10 مايو 2012.", published="2012-05-11")
    other = said("زار الملك سوق الصفافير في 18 يونيو 2014.", published=published)
    assert len(found("متى زار الملك سوق الصفافير؟", one, other)) == pairs


@pytest.mark.parametrize(("founded", "pairs"), [("الجامعة", 2), ("الجمعية", 0)])
def test_times_of_two_things_whose_names_share_a_root_are_no_conflict(founded, pairs):
    one = said("تأسست جامعة السهول الجزائرية في 29 مارس 1968.", title="جامعة السهول")
    other = said(f"تأسست {founded} الجزائرية عام 1956.", title=f"{founded} الجزائرية في السهول")
    assert len(found("متى تأسست جامعة السهول في الجزائر؟", one, other)) == pairs


def test_two_sentences_of_one_article_are_no_conflict():
    both = said(f"{TWELVE.text} {TWENTY.text}")
    assert found(QUESTION, both) == []


def test_a_question_that_may_be_about_any_event_finds_no_conflict():
    assert found("كم شخصاً قُتل في الحريق؟", TWELVE, TWENTY) == []


def test_quantities_are_read_with_their_scale_and_what_they_may_mean():
    [one] = quantities("بلغت الكلفة 2.3 مليون دينار.")
    assert (one.value, one.amount.unit) == (2_300_000, "دينار")
    assert (round(one.least), round(one.most)) == (2_250_000, 2_350_000)
    [rest] = quantities("حضر 12 ألفاً و300 متفرج.")
    assert rest.value == 12_300
    assert quantities("بين 12 و15 شخصاً") == ()
    assert quantities("عام 2019") == ()


def test_a_word_tells_what_befell_people_with_what_is_written_onto_it():
    assert [fate(form) for form in ("والقتلي", "اصابه", "وللمفقودين", "سوق")] == [
        "killed",
        "injured",
        "",
        "",
    ]


# How it is shown


def test_a_conflict_is_one_sentence_with_both_articles_their_days_and_their_words():
    answer = shown(quoted(TWELVE, TWENTY), TWELVE, TWENTY)
    assert answer.text == SHOWN
    [sentence] = answer.sentences
    assert (sentence.supported, sentence.reason) == (True, DIFFER)
    assert [citation.number for citation in sentence.citations] == [1, 2]
    for citation in sentence.citations:
        assert f"«{citation.quote}»" in sentence.text


def test_a_written_sentence_stays_in_front_of_the_conflict():
    found = evidence(TWELVE, TWENTY)
    written = Sentence("قُتل 12 شخصاً في الحريق.", quotation(found[0]).citations)
    both = quoted(TWELVE, TWENTY, status="answered")
    answer = shown(replace(both, sentences=(written, *both.sentences)), TWELVE, TWENTY)
    assert answer.text == f"قُتل 12 شخصاً في الحريق. [1] {SHOWN}"
    assert answer.status == "answered"


def test_a_written_sentence_without_the_value_calls_for_no_conflict():
    found = evidence(TWELVE, TWENTY)
    written = Sentence("اندلع حريق في سوق الصفافير.", quotation(found[0]).citations)
    answer = quoted(TWELVE, TWENTY, status="answered", sentences=(written,))
    assert shown(answer, TWELVE, TWENTY) == answer


@pytest.mark.parametrize("longest", [60, 45, 36])
def test_quotations_are_cut_to_the_words_around_the_value(longest):
    tail = " وهرعت فرق الإطفاء والإسعاف من المدن المجاورة إلى المكان بعد دقائق" * 3
    head = "قال المتحدث باسم البلدية للصحفيين في بيان طويل قرأه أمام مبنى المجلس مساء إن "
    one = replace(TWELVE, text=f"{head}{TWELVE.text[:-1]}{tail}.")
    other = replace(TWENTY, text=f"{head}{TWENTY.text[:-1]}{tail}.")
    answer = shown(quoted(one, other), one, other, longest=longest)
    [sentence] = [each for each in answer.sentences if each.reason == DIFFER]
    assert sum(len(each.text.split()) for each in answer.sentences) <= longest
    assert "12 شخصاً" in sentence.citations[0].quote
    assert "20 شخصاً" in sentence.citations[1].quote
    assert sentence.text.count("…") >= 3
    for citation in sentence.citations:
        assert citation.quote in sentence.text


@pytest.mark.parametrize(("verb", "is_conflict"), [("ذكر", True), ("زعم", False)])
def test_what_is_only_claimed_is_not_cut_out_to_make_a_conflict(verb, is_conflict):
    price = "كلفة مترو المنارة بلغت {} مليار دينار."
    far = (
        "نائب في جلسة صاخبة عقدها المجلس البلدي مساء أمس بحضور عدد كبير من الصحفيين ومن سكان"
        " الأحياء القريبة من وسط المدينة القديمة أن"
    )
    one = Document.of("مترو المنارة", f"قالت البلدية إن {price.format(1.2)}", source="الشرق")
    other = Document.of("المترو", f"{verb} {far} {price.format(9)}", source="الميناء")
    answer = quoted(one, other, question="كم بلغت كلفة مترو المنارة؟")
    sentences = shown(answer, one, other, question=answer.question).sentences
    assert any(each.reason == DIFFER for each in sentences) == is_conflict


@pytest.mark.parametrize(
    ("question", "one", "other", "more"),
    [
        (
            "كم بلغت كلفة مترو المنارة؟",
            "بلغت كلفة مترو المنارة 1.2 مليار دينار.",
            "بلغت كلفة مترو المنارة مليارا و200 مليون دينار.",
            "بلغت كلفة مترو المنارة مليارا و700 مليون دينار.",
        ),
        (
            "كم يبلغ طول مترو المنارة؟",
            "يبلغ طول مترو المنارة 27 كيلومترا ونصف الكيلومتر.",
            "يبلغ طول مترو المنارة 27.5 كيلومترا.",
            "يبلغ طول مترو المنارة 29 كيلومترا.",
        ),
        (
            "كم عدد ركاب مترو المنارة؟",
            "بلغ عدد ركاب مترو المنارة 310 آلاف راكب في اليوم.",
            "بلغ عدد ركاب مترو المنارة 9 ملايين راكب في الشهر.",
            "بلغ عدد ركاب مترو المنارة 450 ألف راكب في اليوم.",
        ),
    ],
)
def test_one_amount_said_in_two_ways_is_no_conflict(question, one, other, more):
    first, same, differs = (
        Document.of(f"مترو المنارة {n}", text) for n, text in enumerate((one, other, more))
    )
    assert found(question, first, same) == []
    assert found(question, first, differs)


def test_where_there_is_no_room_for_both_the_answer_stays():
    answer = quoted(TWELVE, TWENTY)
    assert shown(answer, TWELVE, TWENTY, longest=20) == answer


def test_other_quotations_stay_while_there_is_room():
    third = said("اندلع الحريق فجر الخميس في محل للأقمشة.", title="شهود")
    answer = shown(quoted(TWELVE, third, TWENTY), TWELVE, third, TWENTY)
    assert [each.reason == DIFFER for each in answer.sentences] == [True, False]
    assert answer.sentences[1].text == f"«{third.text}»"


@pytest.mark.parametrize(
    ("known", "named"),
    [
        ({"source": None, "published": None}, "ورد في مقال «حريق سوق الصفافير»: «"),
        ({"source": None}, "ورد في مقال «حريق سوق الصفافير» (12 مايو 2023): «"),
        ({"published": None}, "ورد في «المدى»: «"),
        ({"published": "2023-05"}, "ورد في «المدى» (مايو 2023): «"),
        ({"is_inferred": True}, "ورد في «المدى» (12 مايو 2023، تاريخ مستنتج): «"),
        ({"source": None, "title": "", "published": None}, "ورد في أحد المقالات: «"),
    ],
)
def test_an_article_is_named_by_what_is_known_of_it(known, named):
    one = replace(TWELVE, **known)
    assert shown(quoted(one, TWENTY), one, TWENTY).text.startswith(named)


def test_two_articles_of_one_outlet_and_day_are_named_by_their_titles():
    other = replace(TWENTY, source="المدى", published="2023-05-12")
    text = shown(quoted(TWELVE, other), TWELVE, other).text
    assert "في مقال «حريق سوق الصفافير» (12 مايو 2023)" in text
    assert "في مقال «فاجعة في سوق الصفافير» (12 مايو 2023)" in text


def test_copies_of_one_story_are_not_set_against_each_other():
    answer = quoted(TWELVE, TWENTY, copies={TWELVE.id: (TWENTY,)})
    assert shown(answer, TWELVE, TWENTY) == answer


def test_a_declined_answer_stays_as_it_is():
    answer = quoted(TWELVE, TWENTY, status="declined", sentences=(Sentence("لا جواب."),))
    assert shown(answer, TWELVE, TWENTY) == answer


# Where readers meet it


def test_the_page_shows_both_quotations_with_their_markers_and_says_that_they_differ():
    answer = shown(quoted(TWELVE, TWENTY), TWELVE, TWENTY)
    markup = page.answer_html(Turn(1, answer, {d.id: d for d in (TWELVE, TWENTY)}))
    [block] = re.findall(r"<blockquote>.*?</blockquote>", markup)
    text = " ".join(re.sub(r"<[^>]*>", "", block).replace("&nbsp;", " ").split())
    assert text == f"{SHOWN}{DIFFER}"
    assert re.findall(r'href="#turn-1-source-(\d)"', block) == ["1", "2"]


def test_the_page_shows_nothing_of_an_article_as_markup():
    one = replace(TWELVE, source="<b>المدى</b>")
    answer = shown(quoted(one, TWENTY), one, TWENTY)
    markup = page.answer_html(Turn(1, answer, {}))
    assert "&lt;b&gt;المدى&lt;/b&gt;" in markup
    assert "<b>" not in markup


def test_the_terminal_prints_the_sentence_and_both_sources():
    text = report.answer_as_text(shown(quoted(TWELVE, TWENTY), TWELVE, TWENTY))
    assert text.startswith(SHOWN)
    assert "[1] حريق سوق الصفافير" in text
    assert "[2] فاجعة في سوق الصفافير" in text


def test_a_question_that_two_articles_answer_differently_gets_both():
    composer = Composer(Checker(), longest_words=60)
    answer = pipeline_over([TWELVE, TWENTY], composer=composer).ask(QUESTION)
    [sentence] = [each for each in answer.sentences if each.reason == DIFFER]
    assert {c.passage.document_id for c in sentence.citations} == {TWELVE.id, TWENTY.id}
    assert answer.status == "quoted"
    assert sum(len(each.text.split()) for each in answer.sentences) <= 60


def test_the_conflict_follows_what_the_model_wrote():
    wrote = "20 شخصاً قُتلوا في حريق سوق الصفافير."
    text = f"{wrote.removesuffix('.')}، كما قالت مصادر طبية في المدينة مساء الحريق."
    detailed = Document.of(TWENTY.title, text, source=TWENTY.source, published=TWENTY.published)
    answer = pipeline_over([TWELVE, detailed], FakeGenerator([wrote])).ask(QUESTION)
    assert answer.status == "answered"
    assert answer.sentences[0].text == wrote
    assert answer.sentences[1].reason == DIFFER
    first = answer.sentences[1].citations[0]
    assert "20 شخصاً" in first.quote


def test_of_articles_that_agree_the_nearest_is_quoted_and_the_other_stays_evidence():
    same = Document.of(TWENTY.title, TWENTY.text.replace("20 شخصاً", "12 شخصاً"))
    answer = pipeline_over([TWELVE, same]).ask(QUESTION)
    assert [each.reason for each in answer.sentences] == ["اقتباس حرفي"]
    assert [item.passage.document_id for item in answer.evidence] == [same.id, TWELVE.id]
