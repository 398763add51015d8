import math

import pytest

from rag.confidence import Confidence
from rag.types import Document, Evidence, passage_of

COST = "كلف ترميم متحف الموانئ 28 مليون دينار جمعها تجار المدينة."
OPENING = "فتح متحف الموانئ أبوابه أمام الزوار في احتفال كبير."
WHERE = "أين يقع متحف الموانئ؟"
HOW_MUCH = "كم سفينة يعرض متحف الموانئ؟"
WHO = "من كان المترجم في لقاء الوفدين؟"


def evidence(*texts, title="خبر"):
    documents = [Document.of(title, text) for text in texts]
    return [
        Evidence(n, passage_of(d, 0, len(d.text)), 0, len(d.text))
        for n, d in enumerate(documents, start=1)
    ]


def near(*cosines):
    """Similarities of the question with as many sentences."""
    return {("document", place): cosine for place, cosine in enumerate(cosines)}


def test_a_question_off_topic_is_under_the_level():
    assert not Confidence().is_enough(WHERE, evidence(COST), near(0.12))


def test_a_close_sentence_is_above_the_level():
    assert Confidence().is_enough(WHERE, evidence(COST), near(0.8))


def test_an_amount_question_whose_evidence_has_no_such_amount_is_under_the_level():
    confidence, similarities = Confidence(), near(0.8)
    assert not confidence.is_enough(HOW_MUCH, evidence(OPENING, COST), similarities)
    held = evidence(OPENING, "يعرض المتحف 12 سفينة من الخشب.")
    assert confidence.is_enough(HOW_MUCH, held, similarities)


def test_a_time_question_whose_evidence_has_no_time_is_under_the_level():
    confidence, question = Confidence(), "متى فتح متحف الموانئ أبوابه؟"
    assert not confidence.is_enough(question, evidence(OPENING), near(0.8))
    assert confidence.is_enough(question, evidence(f"في الربيع الماضي {OPENING}"), near(0.8))


def test_numbers_of_the_question_are_no_amount_in_the_evidence():
    question = "كم بيعت به لوحة رسمت سنة 1950؟"
    confidence = Confidence()
    assert not confidence.is_enough(question, evidence("لوحة رسمت في 1950."), near(0.8))
    assert confidence.is_enough(question, evidence("رسمت في 1950 وبيعت بمبلغ 900."), near(0.8))


@pytest.mark.parametrize("similarities", [{}, near(1.0)])
@pytest.mark.parametrize("level", [0.5, 0.0])
def test_empty_evidence_is_never_enough(similarities, level):
    assert not Confidence(decline_below=level).is_enough(WHERE, [], similarities)


def test_the_nearest_sentence_decides_whatever_the_others_are():
    confidence, found = Confidence(), evidence(COST)
    alone = confidence.score(WHERE, found, near(0.7))
    assert confidence.score(WHERE, found, near(0.1, 0.7, -0.2)) == alone


def test_a_nearer_sentence_gives_a_higher_score():
    scores = [Confidence().score(WHERE, evidence(COST), near(c)) for c in (-1, 0, 0.4, 0.8, 1)]
    assert scores == sorted(set(scores))
    assert 0 < scores[0] < scores[-1] < 1


def test_no_similarities_count_as_none():
    confidence, found = Confidence(), evidence(COST)
    assert confidence.score(WHERE, found, {}) == confidence.score(WHERE, found, near(0.0))


def test_naming_what_is_asked_about_is_worth_its_weight():
    confidence, similarities = Confidence(), near(0.5)
    without = confidence.score(WHO, evidence("حضر كمال لقاء الوفدين."), similarities)
    named = confidence.score(WHO, evidence("حضر المترجم كمال لقاء الوفدين."), similarities)
    in_title = evidence("حضر كمال لقاء الوفدين.", title="مترجم المدينة")
    assert math.log(named / (1 - named)) - math.log(without / (1 - without)) == pytest.approx(0.7)
    assert confidence.score(WHO, in_title, similarities) == named


def test_the_score_is_the_logistic_of_the_weighted_sum():
    confidence = Confidence(cosine=2.0, names=0.5, holds=1.0, bias=-2.5)
    score = confidence.score(WHERE, evidence(COST), near(0.5))
    assert score == pytest.approx(0.5)  # -2.5 + 2 * 0.5 + 0.5 + 1


def test_a_score_at_the_level_is_enough_and_one_under_it_is_not():
    found, similarities = evidence(COST), near(0.6)
    level = Confidence().score(WHERE, found, similarities)
    assert Confidence(decline_below=level).is_enough(WHERE, found, similarities)
    assert not Confidence(decline_below=level + 1e-9).is_enough(WHERE, found, similarities)
