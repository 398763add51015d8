import pytest

from rag.compose import Composer
from rag.types import DECLINED, Document, Evidence, passage_of
from rag.verify import Checker

COST = "كلف ترميم متحف الموانئ 28 مليون دينار جمعها تجار المدينة."
OPENING = "وفتح متحف الموانئ أبوابه أمام الزوار في الربيع."
HARVEST = "أنتجت واحة أم العيون 38 ألف طن من التمور هذا الموسم."
QUESTION = "كم كلف ترميم متحف الموانئ؟"
COMPOSER = Composer(Checker())


def evidence(*texts):
    """The texts as pieces of evidence, each from the middle of an article of its own."""
    documents = [Document.of("خبر محلي", f"مقدمة. {text} خاتمة.") for text in texts]
    return [
        Evidence(number, passage_of(d, 3, len(d.text)), 7, 7 + len(text))
        for number, (d, text) in enumerate(zip(documents, texts, strict=True), start=1)
    ]


def compose(draft, found, question=QUESTION, composer=COMPOSER):
    written = composer.checked(draft, found, question=question)
    return composer.finished(written, found, question=question)


def texts(sentences):
    return [sentence.text for sentence in sentences]


def length(sentences):
    return sum(len(sentence.text.split()) for sentence in sentences)


def test_an_answered_sentence_is_followed_by_the_words_it_rests_on():
    draft = "كلف ترميم المتحف 28 مليون دينار [2]."
    status, sentences = compose(draft, evidence(HARVEST, COST, OPENING))
    assert status == "answered"
    assert texts(sentences) == ["كلف ترميم المتحف 28 مليون دينار.", f"«{COST}»", f"«{HARVEST}»"]
    assert [[c.number for c in s.citations] for s in sentences] == [[2], [2], [1]]
    assert sentences[0].citations[0].quote == COST


def test_the_best_evidence_has_room_before_what_the_sentence_rests_on():
    best, second = (f"{text} " + "وتحدث الأهالي طويلا. " * 11 for text in (OPENING, COST))
    draft = "كلف ترميم المتحف 28 مليون دينار [2]."
    _, sentences = compose(draft, evidence(best.strip(), second.strip()))
    written, rested_on, better = sentences
    assert [sentence.citations[0].number for sentence in sentences] == [2, 2, 1]
    assert better.text == f"«{best.strip()}»"
    assert length([written, rested_on, better]) == 60


@pytest.mark.parametrize(
    ("end", "status"), [(".", "answered"), ("", "quoted"), (" أبوا", "quoted")]
)
def test_a_sentence_that_the_model_did_not_finish_is_not_shown(end, status):
    text = "كلف ترميم المتحف 28 مليون دينار " + "وكلفت أبواب المتحف ألف دينار " * 5
    found = evidence(f"{text.strip()} وكلفت أبوابه الكثير.")
    assert compose(text.strip() + end, found)[0] == status


def test_what_a_sentence_rests_on_is_quoted_however_far_down_it_stands():
    draft = "كلف ترميم المتحف 28 مليون دينار [3]."
    _, sentences = compose(draft, evidence(OPENING, HARVEST, COST))
    assert [sentence.citations[0].number for sentence in sentences] == [3, 3, 1]


def test_a_draft_with_no_supported_sentence_becomes_verbatim_quotations():
    status, sentences = compose(
        "كلف ترميم المتحف 82 مليون دينار.", evidence(COST, OPENING, HARVEST)
    )
    assert status == "quoted"
    assert texts(sentences) == [f"«{COST}»", f"«{OPENING}»", f"«{HARVEST}»"]
    for sentence in sentences:
        assert sentence.text == f"«{sentence.citations[0].quote}»"
        assert (sentence.supported, sentence.reason) == (True, "اقتباس حرفي")


def test_the_second_quotation_is_the_one_a_refused_draft_leaned_on():
    draft = "كلف ترميم المتحف 82 مليون دينار جمعها تجار المدينة [3]."
    status, sentences = compose(draft, evidence(OPENING, HARVEST, COST))
    assert status == "quoted"
    assert texts(sentences) == [f"«{OPENING}»", f"«{COST}»", f"«{HARVEST}»"]
    unrelated = "سافر الوفد إلى العاصمة مساء أمس."
    assert texts(compose(unrelated, evidence(OPENING, HARVEST, COST))[1])[1] == f"«{HARVEST}»"


def test_only_the_supported_sentences_of_a_draft_are_shown():
    draft = "كلف ترميم المتحف 28 مليون دينار. وكلف ترميم المتحف 82 مليون دينار."
    status, sentences = compose(draft, evidence(COST))
    assert status == "answered"
    assert texts(sentences) == ["كلف ترميم المتحف 28 مليون دينار.", f"«{COST}»"]


def test_a_sentence_that_repeats_the_question_adds_nothing():
    question = "من رمم متحف الموانئ القديم؟"
    found = evidence("رمم متحف الموانئ القديم حرفيون من المدينة.")
    status, sentences = compose("رمم متحف الموانئ القديم.", found, question)
    assert status == "quoted"
    assert texts(sentences) == ["«رمم متحف الموانئ القديم حرفيون من المدينة.»"]
    assert compose("رمم متحف الموانئ القديم حرفيون.", found, question)[0] == "answered"


@pytest.mark.parametrize("draft", ["", "[1]", "The repair cost 28 million.", "修复费用 28 百万"])
def test_an_empty_or_non_arabic_draft_is_refused(draft):
    status, sentences = compose(draft, evidence(COST))
    assert (status, texts(sentences)) == ("quoted", [f"«{COST}»"])


def test_a_latin_draft_is_refused_even_where_the_source_has_its_words():
    words = "Port museum repair cost 28 million dinars paid by traders"
    status, _ = compose(words, evidence(words), "ما كلفة الترميم؟")
    assert status == "quoted"


def test_a_sentence_is_shown_once_however_often_the_model_writes_it():
    said = "كلف ترميم المتحف 28 مليون دينار."
    _, sentences = compose(f"{said} {said} {said}", evidence(COST))
    assert texts(sentences) == [said, f"«{COST}»"]


def test_words_already_said_are_not_quoted_again():
    _, sentences = compose(COST, evidence(COST, OPENING))
    assert texts(sentences) == [COST, f"«{OPENING}»"]


def test_written_sentences_and_quotations_have_at_most_sixty_words():
    lines = [f"وصل القطار رقم {n} إلى محطة الوادي ليلا." for n in range(1, 15)]
    found = evidence(" ".join(lines))
    status, sentences = compose(" ".join(lines), found, "ما القطارات التي وصلت؟")
    assert status == "answered"
    assert texts(sentences) == lines[:7]
    assert length(sentences) == 56


def test_a_draft_whose_first_sentence_does_not_fit_becomes_a_quotation():
    composer = Composer(Checker(), longest_words=8)
    status, sentences = compose(COST, evidence(COST), composer=composer)
    assert (status, length(sentences)) == ("quoted", 8)


def test_two_long_quotations_share_the_sixty_words():
    long, longer = (f"{text} " + "وتحدث الأهالي طويلا. " * 12 + "." for text in (COST, OPENING))
    sentences = COMPOSER.quoted(evidence(long, longer), question=QUESTION)
    assert [len(sentence.text.split()) for sentence in sentences] == [47, 13]


def test_a_long_quotation_is_cut_to_the_part_nearest_the_question():
    text = "تحدث الأهالي عن الطقس. " * 4 + COST + " ثم عاد الجميع إلى البيوت."
    (sentence,) = Composer(Checker(), longest_words=10).quoted(evidence(text), question=QUESTION)
    (citation,) = sentence.citations
    assert sentence.text == f"«…{citation.quote}…»"
    assert "كلف ترميم متحف الموانئ" in citation.quote
    assert len(citation.quote.split()) == 10
    assert citation.start == 7 + text.index(citation.quote)
    assert citation.end == citation.start + len(citation.quote)


def test_only_the_side_that_was_cut_has_an_ellipsis():
    composer = Composer(Checker(), longest_words=10)
    after, before = f"{COST} " + "وعاد الناس. " * 5, "وعاد الناس. " * 5 + COST
    (first,) = composer.quoted(evidence(after.strip()), question=QUESTION)
    (last,) = composer.quoted(evidence(before), question="هل جمعها تجار المدينة؟")
    assert first.text == f"«{COST}…»"
    assert last.text == f"«…{COST}»"


def test_characters_of_other_scripts_are_not_shown_but_the_citation_keeps_them():
    text = "وقع المدير 王明 العقد مع شركة Velora في الميناء ☃ القديم."
    (sentence,) = COMPOSER.quoted(evidence(text), question="من وقع العقد؟")
    assert sentence.text == "«وقع المدير العقد مع شركة Velora في الميناء القديم.»"
    assert sentence.citations[0].quote == text


def test_a_quotation_with_nothing_left_to_show_is_left_out():
    sentences = COMPOSER.quoted(evidence("王明 王明", COST), question=QUESTION)
    assert texts(sentences) == [f"«{COST}»"]


def test_declining_is_the_one_phrase_without_citations():
    (sentence,) = COMPOSER.declined()
    assert (sentence.text, sentence.citations) == (DECLINED, ())


LONG = (
    "كلف ترميم متحف الموانئ 28 مليون دينار جمعها تجار المدينة (بعد حملة طويلة، كما قيل)،"
    " وشارك فيها أصحاب السفن وعمال الميناء وطلاب المدارس وأهل الحي القديم كله، وفتح المتحف أبوابه"
    " أمام الزوار في الربيع."
)


def test_a_long_sentence_ends_where_it_has_answered():
    question = "من دفع كلفة ترميم متحف الموانئ؟"
    status, [answer, *_] = compose(f"{LONG} [1]", evidence(LONG), question=question)
    assert status == "answered"
    assert answer.text == LONG.split("، وشارك")[0] + "."
    assert answer.supported
    assert answer.citations


def test_a_long_sentence_whose_answer_comes_last_stays_whole():
    _, [answer, *_] = compose(f"{LONG} [1]", evidence(LONG), question="متى فتح المتحف أبوابه؟")
    assert answer.text == LONG


def test_a_sentence_that_is_short_enough_stays_whole():
    composer = Composer(Checker(), longest_sentence=60)
    _, [answer, *_] = compose(f"{LONG} [1]", evidence(LONG), composer=composer)
    assert answer.text == LONG
