"""Enough evidence to answer from, or not."""

from __future__ import annotations

import math

import pytest

from rag.confidence import Confidence, without_first_word
from rag.types import Document, Evidence, Similarities, passage_of

WORKSHOP = Document.of(
    "ورشة القوارب في الصفاء", "تضم الورشة سبعة نجارين. افتتحها العمدة قبل أعوام. يزورها الناس."
)
NEAR: Similarities = {("a", 0): 0.6, ("a", 40): 0.3}
FAR: Similarities = {("a", 0): 0.1, ("a", 40): 0.05}


def evidence(*quotes: str) -> list[Evidence]:
    """Evidence that shows these words of the article."""
    passage = passage_of(WORKSHOP, 0, len(WORKSHOP.text))
    starts = [WORKSHOP.text.index(quote) for quote in quotes]
    return [
        Evidence(number, passage, start, start + len(quote))
        for number, (start, quote) in enumerate(zip(starts, quotes, strict=True), start=1)
    ]


VISITED = evidence("يزورها الناس.")
STAFFED = evidence("تضم الورشة سبعة نجارين.")


def test_a_question_far_from_every_sentence_is_declined() -> None:
    assert not Confidence().is_enough("من مؤلف الرواية؟", VISITED, FAR, FAR)


def test_a_question_near_a_sentence_is_answered() -> None:
    assert Confidence().is_enough("من يزور الورشة؟", VISITED, NEAR, NEAR)


def test_the_nearest_sentence_decides_whatever_the_others_are() -> None:
    lonely = {("a", 0): 0.6}
    crowded = {**lonely, ("a", 7): 0.0, ("a", 9): 0.59}
    question = "من يزور الورشة؟"
    assert Confidence().score(question, VISITED, lonely, lonely) == Confidence().score(
        question, VISITED, crowded, crowded
    )


def test_a_first_word_that_leads_away_from_the_articles_lowers_the_score() -> None:
    question = "من كان المترجم في الورشة؟"
    nearer_without = {("a", 0): 0.68}
    farther_without = {("a", 0): 0.5}
    assert not Confidence().is_enough(question, VISITED, NEAR, {("a", 0): 0.75})
    assert Confidence().score(question, VISITED, NEAR, nearer_without) < Confidence().score(
        question, VISITED, NEAR, farther_without
    )


def test_an_amount_question_needs_such_an_amount_in_the_evidence() -> None:
    question = "كم نجارا في الورشة؟"
    assert Confidence().is_enough(question, STAFFED, NEAR, NEAR)
    assert not Confidence().is_enough(question, VISITED, NEAR, NEAR)
    assert not Confidence().is_enough("كم طباخا في الورشة؟", STAFFED, NEAR, NEAR)


def test_a_time_question_needs_a_time_in_the_evidence() -> None:
    question = "متى افتتح العمدة الورشة؟"
    assert Confidence().is_enough(question, evidence("افتتحها العمدة قبل أعوام."), NEAR, NEAR)
    assert not Confidence().is_enough(question, VISITED, NEAR, NEAR)


def test_no_evidence_is_never_enough() -> None:
    assert not Confidence(decline_below=0.0).is_enough("من يزور الورشة؟", [], NEAR, NEAR)


def test_the_score_is_the_logistic_of_the_weighted_sum() -> None:
    confidence = Confidence(cosine=2.0, first_word=10.0, holds=1.0, bias=-1.5)
    expected = 1 / (1 + math.exp(-(-1.5 + 2.0 * 0.6 + 10.0 * (0.6 - 0.55) + 1.0)))
    score = confidence.score("من يزور الورشة؟", VISITED, NEAR, {("a", 0): 0.55})
    assert score == pytest.approx(expected)


def test_a_score_at_the_level_is_enough_and_one_under_it_is_not() -> None:
    question = "من يزور الورشة؟"
    score = Confidence().score(question, VISITED, NEAR, NEAR)
    assert Confidence(decline_below=score).is_enough(question, VISITED, NEAR, NEAR)
    assert not Confidence(decline_below=score + 1e-9).is_enough(question, VISITED, NEAR, NEAR)


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("ما الهدايا التي حملها الوفد؟", "ما التي حملها الوفد؟"),
        ("كم نجارا في الورشة؟", "كم في الورشة؟"),
        ("لماذا؟", "لماذا؟"),
        ("الورشة؟", "الورشة؟"),
    ],
)
def test_the_first_word_that_carries_meaning_is_left_out(question: str, rest: str) -> None:
    assert without_first_word(question) == rest
