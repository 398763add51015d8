"""Enough evidence to answer from, or not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rag.confidence import Confidence, Signs, Weights, without_first_word
from rag.types import Document, Evidence, Similarities, passage_of

WORKSHOP = Document.of(
    "ورشة القوارب في الصفاء", "تضم الورشة سبعة نجارين. افتتحها العمدة قبل أعوام. يزورها الناس."
)
NEAR: Similarities = {("a", 0): 0.6, ("a", 40): 0.3}
FAR: Similarities = {("a", 0): 0.02, ("a", 40): 0.01}


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
CONFIDENCE = Confidence()


def signs(
    question: str,
    found: list[Evidence] = VISITED,
    near: Similarities = NEAR,
    without_first: Similarities | None = None,
) -> Signs:
    """By default a near question whose first word adds nothing."""
    return Signs(question, found, near, near if without_first is None else without_first)


def is_enough(asked: Signs, confidence: Confidence = CONFIDENCE) -> bool:
    """By retrieval alone."""
    return confidence.is_enough(confidence.score(asked))


def test_a_question_far_from_every_sentence_is_declined() -> None:
    assert not is_enough(signs("من مؤلف الرواية؟", near=FAR))


def test_a_question_near_a_sentence_is_answered() -> None:
    assert is_enough(signs("من يزور الورشة؟"))


def test_the_nearest_sentence_decides_whatever_the_others_are() -> None:
    lonely = {("a", 0): 0.6}
    crowded = {**lonely, ("a", 7): 0.0, ("a", 9): 0.59}
    alone = CONFIDENCE.score(signs("من يزور الورشة؟", near=lonely))
    assert alone == CONFIDENCE.score(signs("من يزور الورشة؟", near=crowded))


def test_a_first_word_that_leads_away_from_the_articles_lowers_the_score() -> None:
    question = "من كان المترجم في الورشة؟"
    assert not is_enough(signs(question, without_first={("a", 0): 0.75}))
    away = CONFIDENCE.score(signs(question, without_first={("a", 0): 0.68}))
    assert away < CONFIDENCE.score(signs(question, without_first={("a", 0): 0.5}))


def test_an_amount_question_needs_such_an_amount_in_the_evidence() -> None:
    question = "كم نجارا في الورشة؟"
    assert is_enough(signs(question, STAFFED))
    assert not is_enough(signs(question))
    assert not is_enough(signs("كم طباخا في الورشة؟", STAFFED))


def test_a_time_question_needs_a_time_in_the_evidence() -> None:
    question = "متى افتتح العمدة الورشة؟"
    assert is_enough(signs(question, evidence("افتتحها العمدة قبل أعوام.")))
    assert not is_enough(signs(question))


def test_no_evidence_is_never_enough() -> None:
    asked = signs("من يزور الورشة؟", [])
    assert CONFIDENCE.score(asked) == CONFIDENCE.score(asked, 9.0, is_held=True) == 0.0
    assert not is_enough(asked, Confidence(decline_below=0.0))


def test_the_score_is_the_logistic_of_the_weighted_sum() -> None:
    alone = Weights(-1.5, cosine=2.0, first_word=10.0, holds=1.0)
    with_model = replace(alone, leaning=0.25)
    with_draft = replace(with_model, held=2.0)
    confidence = Confidence(alone=alone, with_model=with_model, with_draft=with_draft)
    asked = signs("من يزور الورشة؟", without_first={("a", 0): 0.55})
    total = -1.5 + 2.0 * 0.6 + 10.0 * (0.6 - 0.55) + 1.0
    assert confidence.score(asked) == pytest.approx(1 / (1 + math.exp(-total)))
    assert confidence.score(asked, 3.0) == pytest.approx(1 / (1 + math.exp(-total - 0.75)))
    refused = confidence.score(asked, 3.0, is_held=False)
    assert refused == pytest.approx(1 / (1 + math.exp(-total - 0.75)))
    held = confidence.score(asked, 3.0, is_held=True)
    assert held == pytest.approx(1 / (1 + math.exp(-total - 0.75 - 2.0)))
    assert confidence.score(asked, is_held=True) == confidence.score(asked)  # a mute model's draft


def test_a_model_that_finds_nothing_in_the_evidence_can_turn_an_answer_down() -> None:
    asked = signs("من يزور الورشة؟")
    assert CONFIDENCE.is_enough(CONFIDENCE.score(asked, 4.0))
    assert not CONFIDENCE.is_enough(CONFIDENCE.score(asked, -9.0))


def test_a_draft_that_the_check_refuses_can_turn_an_answer_down() -> None:
    asked = signs("من يزور الورشة؟", near={("a", 0): 0.5})
    leanings = [step / 4 for step in range(-20, 21)]
    undecided = [
        leaning
        for leaning in leanings
        if CONFIDENCE.is_enough(CONFIDENCE.score(asked, leaning, is_held=True))
        and not CONFIDENCE.is_enough(CONFIDENCE.score(asked, leaning, is_held=False))
    ]
    assert undecided
    assert all(leaning not in undecided for leaning in (leanings[0], leanings[-1]))


def test_what_retrieval_rules_out_is_hopeless() -> None:
    far = signs("من مؤلف الرواية؟", near=FAR, without_first={("a", 0): 0.1})
    assert CONFIDENCE.is_hopeless(CONFIDENCE.score(far))
    assert not CONFIDENCE.is_hopeless(CONFIDENCE.score(signs("من يزور الورشة؟")))
    assert not Confidence(decline_below=0.0).is_hopeless(CONFIDENCE.score(far))


def test_a_score_at_the_level_is_enough_and_one_under_it_is_not() -> None:
    asked = signs("من يزور الورشة؟")
    score = CONFIDENCE.score(asked)
    assert is_enough(asked, Confidence(decline_below=score))
    assert not is_enough(asked, Confidence(decline_below=score + 1e-9))


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
