import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.arabic import sentences
from rag.chunk import SentenceChunker
from rag.evidence import EvidenceSelector
from rag.fakes import FakeEmbedder
from rag.types import Document, Hit, passage_of

COST = "وكلف ترميم المتحف 28 مليون دينار."
OPENING = "وفتح المتحف أبوابه أمام الزوار في الربيع."
WEATHER = "وكان الطقس في ذلك اليوم لطيفا جدا."
MUSEUM = Document.of("متحف الموانئ", f"{WEATHER} {COST} {OPENING}")
DATES = Document.of("محصول التمور", "أنتجت الواحة ألف طن. وباعت التعاونية التمور كلها.")
QUESTION = "كم كلف ترميم المتحف؟"


def hit(document, score=0.5, start=0, end=None):
    return Hit(passage_of(document, start, len(document.text) if end is None else end), score)


def quotes(evidence):
    return [item.quote for item in evidence]


def test_the_sentence_that_fits_the_question_comes_first():
    evidence = EvidenceSelector().select(QUESTION, [hit(DATES), hit(MUSEUM)])
    assert quotes(evidence)[:2] == [COST, OPENING]


def test_evidence_is_numbered_from_one_and_lies_where_it_says():
    hits = [hit(MUSEUM), hit(DATES)]
    texts = {document.id: document.text for document in (MUSEUM, DATES)}
    evidence = EvidenceSelector().select(QUESTION, hits)
    assert [item.number for item in evidence] == [1, 2, 3, 4, 5]
    for item in evidence:
        assert texts[item.passage.document_id][item.start : item.end] == item.quote
        assert item.quote.endswith(".")


def test_without_hits_there_is_no_evidence():
    assert EvidenceSelector().select(QUESTION, []) == []


def test_no_more_words_are_taken_than_the_budget_has():
    evidence = EvidenceSelector(budget_words=13).select(QUESTION, [hit(MUSEUM), hit(DATES)])
    assert sum(len(item.quote.split()) for item in evidence) <= 13
    assert quotes(evidence) == [COST, OPENING]


def test_a_sentence_that_does_not_fit_leaves_room_for_a_shorter_one():
    long = "وكلف ترميم المتحف القديم في وسط المدينة مبلغا كبيرا جدا من المال."
    short = "وكلف الترميم الكثير."
    document = Document.of("", f"{COST} {long} {short}")
    evidence = EvidenceSelector(budget_words=10).select(QUESTION, [hit(document)])
    assert quotes(evidence) == [COST, short]


def test_the_best_sentence_is_evidence_even_if_it_is_longer_than_the_budget():
    assert len(EvidenceSelector(budget_words=2).select(QUESTION, [hit(MUSEUM)])) == 1


def test_only_sentences_of_the_best_passages_are_weighed():
    others = [hit(Document.of("", f"خبر رقم {n}."), score=0.9) for n in range(3)]
    evidence = EvidenceSelector(passages=3).select(QUESTION, [*others, hit(MUSEUM)])
    assert COST not in quotes(evidence)
    assert COST in quotes(EvidenceSelector(passages=4).select(QUESTION, [*others, hit(MUSEUM)]))


def test_a_sentence_in_two_overlapping_passages_is_evidence_once():
    spans = sentences(MUSEUM.text)
    hits = [hit(MUSEUM, end=spans[1][1]), hit(MUSEUM, start=spans[1][0])]
    evidence = EvidenceSelector().select(QUESTION, hits)
    assert sorted(quotes(evidence)) == sorted([WEATHER, COST, OPENING])


def test_the_same_words_in_two_articles_are_evidence_twice():
    copy = Document.of("نسخة", MUSEUM.text)
    evidence = EvidenceSelector().select(QUESTION, [hit(MUSEUM), hit(copy)])
    assert quotes(evidence).count(COST) == 2


@pytest.mark.parametrize("best", [WEATHER, COST, OPENING])
def test_what_is_most_similar_to_the_question_comes_first_where_the_weight_says_so(best):
    similarities = {(MUSEUM.id, start): 0.1 for start, _ in sentences(MUSEUM.text)}
    similarities[MUSEUM.id, MUSEUM.text.index(best)] = 0.9
    selector = EvidenceSelector(cosine_weight=10.0)
    assert quotes(selector.select(QUESTION, [hit(MUSEUM)], similarities))[0] == best
    assert quotes(EvidenceSelector(cosine_weight=0.0).select(QUESTION, [hit(MUSEUM)]))[0] == COST


def test_a_better_hit_lifts_its_sentences():
    copy = Document.of("متحف الموانئ", MUSEUM.text + " ")
    for scores in [(0.9, 0.1), (0.1, 0.9)]:
        hits = [hit(MUSEUM, scores[0]), hit(copy, scores[1])]
        [first, *_] = EvidenceSelector().select(QUESTION, hits)
        assert first.passage == max(hits, key=lambda each: each.score).passage


def test_a_figure_counts_only_where_the_question_asks_for_one():
    document = Document.of("", "بدأ العمل في المتحف. بدأ العمل في المتحف 2019.")
    selector = EvidenceSelector(gram_weight=0.0)
    asked_when = selector.select("متى بدأ العمل في المتحف؟", [hit(document)])
    assert quotes(asked_when)[0] == "بدأ العمل في المتحف 2019."
    asked_who = selector.select("من بدأ العمل في المتحف؟", [hit(document)])
    assert quotes(asked_who)[0] == "بدأ العمل في المتحف."


def test_a_word_of_the_title_counts_less_than_a_word_of_the_sentence():
    titled = Document.of("ترميم المتحف", "بلغت الكلفة مبلغا كبيرا.")
    other = Document.of("خبر", "بلغت الكلفة مبلغا كبيرا.")
    said = Document.of("خبر", "بلغت كلفة ترميم المتحف مبلغا.")
    found = EvidenceSelector().select("كلفة ترميم المتحف", [hit(other), hit(titled), hit(said)])
    assert [item.passage.document_id for item in found] == [said.id, titled.id, other.id]


TEXTS = st.lists(st.sampled_from([COST, OPENING, WEATHER, "خبر 2.3.", "\n"]), max_size=12)


@given(st.lists(TEXTS.map(" ".join), max_size=6), st.integers(1, 60))
def test_whatever_the_articles_the_evidence_is_sentences_of_the_hits_within_the_budget(
    texts, budget
):
    documents = [Document.of(str(number), text) for number, text in enumerate(texts)]
    hits = [Hit(p, 0.5) for d in documents for p in SentenceChunker(10, 20, 1).split(d)]
    evidence = EvidenceSelector(passages=50, budget_words=budget).select(QUESTION, hits)
    by_id = {document.id: document for document in documents}
    assert [item.number for item in evidence] == list(range(1, len(evidence) + 1))
    assert bool(evidence) == bool(hits)
    for item in evidence:
        document = by_id[item.passage.document_id]
        assert (item.start, item.end) in sentences(document.text)
        assert item.quote == document.text[item.start : item.end]
    words = [len(item.quote.split()) for item in evidence]
    assert len(words) <= 1 or sum(words) <= budget
    assert len({(item.passage.document_id, item.start) for item in evidence}) == len(evidence)


def test_the_model_reads_the_best_of_the_evidence_as_far_as_its_words_reach():
    selector = EvidenceSelector(writer_words=13)
    evidence = selector.select(QUESTION, [hit(MUSEUM), hit(DATES)])
    read = selector.for_writer(evidence)
    assert quotes(read) == [COST, OPENING]
    assert [item.number for item in read] == [1, 2]  # the numbers that readers see
    assert quotes(EvidenceSelector(writer_words=1).for_writer(evidence)) == [COST]
    assert selector.for_writer([]) == []


# Reading again


@pytest.mark.parametrize(("weight", "best"), [(0.0, WEATHER), (20.0, COST)])
def test_the_words_asked_decide_among_what_the_model_reads(weight, best):
    similarities = {(MUSEUM.id, 0): 0.9}  # the sentence on the weather
    selector = EvidenceSelector(word_weight=weight)
    chosen = selector.select(QUESTION, [hit(MUSEUM)], similarities)
    assert quotes(chosen)[0] == WEATHER
    evidence, near = selector.read_again(QUESTION, chosen, FakeEmbedder().word_similarities)
    assert quotes(evidence)[0] == best
    assert [item.number for item in evidence] == [1, 2, 3]
    assert [len(each.of_words()) for each in near.values()] == [4] * 3  # words of the question
    assert near.keys() == {(MUSEUM.id, item.start) for item in chosen}


def test_what_is_not_read_again_stays_behind_what_is():
    selector = EvidenceSelector(again_words=6, writer_words=6, word_weight=20.0)
    chosen = selector.select("كم ألف طن أنتجت الواحة؟", [hit(MUSEUM), hit(DATES)])
    read = quotes(selector.for_writer(chosen))
    evidence, near = selector.read_again(QUESTION, chosen, FakeEmbedder().word_similarities)
    assert len(near) == len(read) < len(chosen)
    assert quotes(evidence) == [*read, *(q for q in quotes(chosen) if q not in read)]
    assert quotes(selector.for_writer(evidence)) == read


def test_the_model_reads_what_is_best_of_all_that_is_read_again():
    similarities = {(MUSEUM.id, 0): 0.9}  # the sentence on the weather
    selector = EvidenceSelector(writer_words=1, word_weight=20.0)
    chosen = selector.select(QUESTION, [hit(MUSEUM)], similarities)
    assert quotes(selector.for_writer(chosen)) == [WEATHER]
    evidence, _ = selector.read_again(QUESTION, chosen, FakeEmbedder().word_similarities)
    assert quotes(selector.for_writer(evidence)) == [COST]


@pytest.mark.parametrize(("weight", "best"), [(0.0, WEATHER), (9.0, COST)])
def test_what_comes_nearest_to_most_words_is_better(weight, best):
    selector = EvidenceSelector(word_weight=0.0, share_weight=weight, amount_bonus=0.0)
    chosen = selector.select(QUESTION, [hit(MUSEUM)], {(MUSEUM.id, 0): 0.9})
    evidence, near = selector.read_again(QUESTION, chosen, FakeEmbedder().word_similarities)
    assert quotes(evidence)[0] == best
    rows = {item.quote: near[MUSEUM.id, item.start].of_words() for item in chosen}
    most = np.max([*rows.values()], axis=0)
    shares = {quote: float((row >= most).mean()) for quote, row in rows.items()}
    raised = {e.quote: e.score for e in evidence}
    before = {e.quote: e.score for e in chosen}
    assert raised == pytest.approx({q: before[q] + weight * shares[q] for q in before})


@pytest.mark.parametrize("hits", [[(MUSEUM, 0.5), (DATES, 0.4)], [(DATES, 0.4), (MUSEUM, 0.5)]])
def test_the_passage_of_the_highest_score_has_its_bonus_wherever_it_stands(hits):
    found = [hit(document, score) for document, score in hits]
    plain = EvidenceSelector(first_bonus=0.0).select(QUESTION, found)
    raised = EvidenceSelector(first_bonus=5.0).select(QUESTION, found)
    before = {item.quote: item.score for item in plain}
    for item in raised:
        bonus = 5.0 if item.passage.document_id == MUSEUM.id else 0.0
        assert item.score == pytest.approx(before[item.quote] + bonus)


def test_nothing_is_read_again_where_there_is_no_evidence():
    assert EvidenceSelector().read_again(QUESTION, [], FakeEmbedder().word_similarities) == ([], {})
