import math

import pytest

from rag import metrics
from rag.types import Answer, Citation, Document, Evidence, Hit, Question, Sentence, passage_of

ARTICLE = Document.of("مترو المنارة", "افتتح الخط الأول في 12 مارس 2021. وبلغ طوله 28 كيلومترا.")
PASSAGE = passage_of(ARTICLE, 0, 33)
SECOND = passage_of(ARTICLE, 34, len(ARTICLE.text))


HITS = (Hit(PASSAGE, 1.0),)


def cited(*citations, hits=HITS, evidence=()):
    sentence = Sentence("افتتح الخط في 12 مارس 2021.", citations)
    return Answer("متى افتتح؟", (sentence,), "answered", hits=hits, evidence=evidence)


def test_ndcg_of_the_only_relevant_document_is_its_discount():
    assert metrics.ndcg(["a", "b", "c"], ["a"]) == 1.0
    assert metrics.ndcg(["b", "c", "a"], ["a"]) == pytest.approx(1 / math.log2(4))
    assert metrics.ndcg(["b", "c"], ["a"]) == 0.0


def test_ndcg_of_two_relevant_documents_is_the_value_worked_out_by_hand():
    # DCG = 1/log2(3) + 1/log2(5) = 0.63093 + 0.43068; ideal = 1 + 0.63093
    assert metrics.ndcg(["x", "a", "y", "b"], ["a", "b"]) == pytest.approx(0.650921, abs=1e-6)


def test_ndcg_stops_at_k_and_its_ideal_ranking_does_too():
    assert metrics.ndcg(["x", "x2", "a"], ["a"], k=2) == 0.0
    assert metrics.ndcg(["a", "b"], ["a", "b", "c"], k=2) == 1.0


def test_a_document_ranked_twice_counts_once():
    assert metrics.ndcg(["a", "a", "b"], ["a", "b"]) == 1.0
    assert metrics.recall(["a", "a", "b"], ["a", "b"], k=2) == 1.0
    assert metrics.reciprocal_rank(["x", "x", "a"], ["a"]) == 0.5


def test_recall_is_the_share_of_all_relevant_documents():
    assert metrics.recall(["a", "x", "b"], ["a", "b"], k=1) == 0.5
    assert metrics.recall(["a", "x", "b"], ["a", "b"], k=3) == 1.0
    assert metrics.recall([], ["a"], k=5) == 0.0


def test_reciprocal_rank_looks_no_further_than_k():
    ranked = [f"x{rank}" for rank in range(10)] + ["a"]
    assert metrics.reciprocal_rank(ranked, ["a"], k=10) == 0.0
    assert metrics.reciprocal_rank(ranked, ["a"], k=11) == pytest.approx(1 / 11)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("زار القاهرةَ في أيّار", "القاهره"),
        ("وُلد عام ٢٠١٢.", "2012"),
        ("سافر إلى القاهرة", "الى القاهرة"),
        ("في مـــصر", "مصر"),
        ("كان ذلك في (12 مارس)، يوم الجمعة", "12 مارس"),
        ("بلغت الكلفة 1,200 دينار", "1200"),
        ("بلغت الكلفة ١٬٢٠٠ دينار", "1,200"),
        ("النسبة 3.5٪", "3.5"),
        ("يوم 12.5.2012", "2012"),
        ("أنهاها بالقاهرة", "القاهرة"),
        ("وبالقاهرة أقام", "القاهرة"),
        ("عاد للقاهرة", "القاهرة"),
        ("وللقاهرة مترو", "القاهرة"),
        ("ولمصر مترو", "مصر"),
        ("اسم الوزير", "وزير"),
        ("يعمل مع Elon Musk", "elon musk"),
    ],
)
def test_an_answer_is_found_whatever_its_spelling_and_prefixes(text, answer):
    assert metrics.contains(text, [answer])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("وُلد عام 2012", "12"),
        ("وُلد عام 2012", "201"),
        ("النسبة 12.5", "12"),
        ("النسبة 3.5", "5"),
        ("حضر القاهريون", "القاهرة"),
        ("محمد بن علي", "محمد علي"),
        ("في 12 مارس", "مارس 12"),
        ("قطر والبحرين", "قطر البحرين"),
        ("مستشفى", "شفى"),
        ("أي نص", "؟!"),
        ("أي نص", ""),
        ("", "نص"),
    ],
)
def test_a_part_of_a_word_or_number_is_not_the_answer(text, answer):
    assert not metrics.contains(text, [answer])


def test_any_one_accepted_answer_is_enough():
    assert metrics.contains("التقى بوتين في موسكو", ["زيلينسكي", "بوتين"])
    assert not metrics.contains("التقى بوتين في موسكو", [])


def test_exact_compares_whole_texts_in_normal_form():
    assert metrics.exact("١٢ آذار", ["12 اذار"]) == 1.0
    assert metrics.exact("في 12 آذار", ["12 اذار"]) == 0.0
    assert metrics.exact("", ["؟"]) == 0.0


def test_f1_weighs_the_words_around_the_answer_and_recall_does_not():
    text, answers = "افتتح المتحف في 12 مارس", ["12 مارس 2021"]
    assert metrics.token_f1(text, answers) == pytest.approx(2 * (2 / 5) * (2 / 3) / (2 / 5 + 2 / 3))
    assert metrics.token_recall(text, answers) == pytest.approx(2 / 3)
    assert metrics.token_recall(text, [*answers, "مارس"]) == 1.0


def test_a_repeated_word_counts_as_often_as_it_is_repeated():
    assert metrics.token_recall("مرة", ["مرة مرة"]) == 0.5
    assert metrics.token_f1("مرة مرة مرة مرة", ["مرة"]) == pytest.approx(0.4)
    assert metrics.token_f1("", ["مرة"]) == metrics.token_f1("مرة", []) == 0.0


def test_a_citation_of_a_hit_or_of_the_evidence_is_valid():
    citation = Citation(1, PASSAGE, 0, 33)
    assert metrics.citation_validity(cited(citation)) == 1.0
    by_evidence = cited(citation, hits=(), evidence=(Evidence(1, PASSAGE, 0, 33),))
    assert metrics.citation_validity(by_evidence) == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        Citation(2, PASSAGE, 5, 5),
        Citation(2, PASSAGE, 20, 40),
        Citation(2, PASSAGE, 5, 6),
        Citation(2, SECOND, 0, 10),
        Citation(2, SECOND, 34, 40),
    ],
    ids=["empty", "past its end", "blank", "before its start", "of an unknown passage"],
)
def test_citations_that_lead_nowhere_are_not_valid(wrong):
    assert metrics.citation_validity(cited(wrong)) == 0.0
    assert metrics.citation_validity(cited(Citation(1, PASSAGE, 0, 33), wrong)) == 0.5


def test_an_answer_without_citations_has_no_validity():
    assert metrics.citation_validity(cited()) is None


def test_the_gold_answer_must_stand_in_a_cited_quote_not_only_in_the_passage():
    assert metrics.cited_contains(cited(Citation(1, PASSAGE, 0, 33)), ["12 مارس"])
    assert not metrics.cited_contains(cited(Citation(1, PASSAGE, 0, 15)), ["12 مارس"])


@pytest.mark.parametrize(
    "text",
    ["التقى Elon Musk في الرياض", "١٢ مارس", "12", "ﻻ ﺷﻚ", "كُتِبَ", "بلغ ٣٫٥٪ (3.5%) — «أكثر»"],
)
def test_arabic_with_some_latin_and_digits_is_arabic(text):
    assert metrics.is_arabic(text)


@pytest.mark.parametrize(
    "text", ["Elon Musk", "أب AB", "عدد 导弹 كبير", "وصل Путин أمس", "", " .؟"]
)
def test_other_scripts_and_mostly_latin_texts_are_not_arabic(text):
    assert not metrics.is_arabic(text)


def test_abstention_rates_are_each_over_their_own_side():
    outcomes = [(True, False)] * 6 + [(True, True)] * 2 + [(False, True)] * 1 + [(False, False)] * 1
    rates = metrics.abstention(outcomes)
    assert (rates.false_refusal, rates.false_answer, rates.mean) == (0.25, 0.5, 0.375)


def test_a_set_with_one_side_only_has_no_rate_for_the_other():
    rates = metrics.abstention([(True, False), (True, True)])
    assert (rates.false_refusal, rates.false_answer, rates.mean) == (0.5, None, None)


def test_quoting_is_scored_from_the_evidence_in_its_order():
    evidence = (
        Evidence(1, PASSAGE, 0, 5),
        Evidence(2, PASSAGE, 6, 16),
        Evidence(3, SECOND, 34, len(ARTICLE.text)),
    )
    answer = Answer("؟", (Sentence("لا علم لي"),), "answered", evidence=evidence)

    def scored(accepted):
        scores = metrics.score_answer(Question("q", "؟", (accepted,)), answer)
        return scores["quote_1"], scores["quote_2"], scores["evidence"], scores["contains"]

    assert scored("افتتح") == (1.0, 1.0, 1.0, 0.0)
    assert scored("الخط الأول") == (0.0, 1.0, 1.0, 0.0)
    assert scored("28 كيلومترا") == (0.0, 0.0, 1.0, 0.0)
    assert scored("12 مارس") == (0.0, 0.0, 0.0, 0.0)


def test_markers_are_no_part_of_the_text_that_is_scored():
    scores = metrics.score_answer(
        Question("q", "كم؟", ("1",)), cited(Citation(1, PASSAGE, 0, 33), hits=())
    )
    assert (scores["contains"], scores["words"], scores["arabic"]) == (0.0, 6, 1.0)


def test_only_scores_that_apply_are_given():
    unanswerable = Question("q", "؟", ("12 مارس",), (ARTICLE.id,), answerable=False)
    assert metrics.score_hits(unanswerable, HITS) == {}
    declined = Answer("؟", (Sentence("لا أجد."),), "declined")
    assert metrics.score_answer(unanswerable, declined) == {
        "answered": 0.0,
        "quoted": 0.0,
        "declined": 1.0,
        "failed": 0.0,
    }


def test_an_answer_is_looked_for_in_the_first_five_hits_only():
    hits = [Hit(SECOND, 1.0)] * 5 + [Hit(PASSAGE, 0.5)]
    question = Question("q", "؟", ("12 مارس",))
    assert metrics.score_hits(question, hits) == {"passages_5": 0.0}
    assert metrics.score_hits(question, hits[1:]) == {"passages_5": 1.0}
