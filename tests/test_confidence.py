"""Enough evidence to answer from, or not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rag.confidence import Confidence, RetrievedWeights, Signs, Weights
from rag.embed.interaction import Nearness
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
    words: tuple[float, ...] = (0.45, 0.6, 0.95),
) -> Signs:
    """By default a near question whose first words are found less well than the last."""
    return Signs(question, found, near, [nearness(*words)])


def nearness(*words: float) -> Nearness:
    """Of a sentence to the words of a question, each of one token."""
    return Nearness([[n] for n in range(len(words))], np.array(words, np.float32).reshape(-1, 1))


def is_enough(asked: Signs, confidence: Confidence = CONFIDENCE) -> bool:
    return confidence.is_enough(confidence.score(asked))


def test_a_question_far_from_every_sentence_is_declined() -> None:
    assert not is_enough(signs("من مؤلف الرواية؟", near=FAR, words=(0.2, 0.2, 0.2)))


def test_a_question_near_a_sentence_is_answered() -> None:
    assert is_enough(signs("من يزور الورشة؟"))


def test_the_nearest_sentence_decides_whatever_the_others_are() -> None:
    lonely = {("a", 0): 0.6}
    crowded = {**lonely, ("a", 7): 0.0, ("a", 9): 0.59}
    alone = CONFIDENCE.score(signs("من يزور الورشة؟", near=lonely))
    assert alone == CONFIDENCE.score(signs("من يزور الورشة؟", near=crowded))


def test_an_amount_question_needs_such_an_amount_in_the_evidence() -> None:
    question = "كم نجارا في الورشة؟"
    assert is_enough(signs(question, STAFFED))
    assert not is_enough(signs(question))
    assert not is_enough(signs("كم طباخا في الورشة؟", STAFFED))


def test_a_time_question_needs_a_time_in_the_evidence() -> None:
    question = "متى افتتح العمدة الورشة؟"
    assert is_enough(signs(question, evidence("افتتحها العمدة قبل أعوام.")))
    assert not is_enough(signs(question))


def test_a_question_whose_object_is_in_no_sentence_is_declined() -> None:
    assert is_enough(signs("من يزور الورشة؟", words=(0.5, 0.7, 0.9)))
    assert not is_enough(signs("من حارس الورشة؟", words=(0.3, 0.0, 0.9)))


def test_one_word_that_is_not_found_lowers_the_score_wherever_it_stands() -> None:
    whole = CONFIDENCE.score(signs("متى زار العمدة الورشة؟", words=(0.6, 0.7, 0.8, 0.9)))
    lacking = CONFIDENCE.score(signs("متى زار العمدة فرنسا؟", words=(0.6, 0.7, 0.8, 0.1)))
    assert lacking < whole


def test_what_is_far_from_every_sentence_is_declined_whatever_words_are_found() -> None:
    """An article on a metro tells a length, which is not that of a canal."""
    near, far = ({("a", 0): cosine} for cosine in (0.41, 0.25))
    words = [nearness(0.8, 0.8, 0.97, 0.4, 0.3)]
    asked = Signs("من يزور الورشة؟", VISITED, near, words)
    assert is_enough(asked)
    assert not is_enough(Signs(asked.question, VISITED, far, words))


def test_no_evidence_is_never_enough() -> None:
    asked = signs("من يزور الورشة؟", [])
    assert CONFIDENCE.score(asked) == 0.0
    assert not is_enough(asked, Confidence(decline_below=0.0))


def test_the_score_is_the_logistic_of_the_weighted_sum() -> None:
    weights = Weights(-1.5, cosine=2.0, holds=1.0, asked=0.5, spread=3.0, far=0.0)
    question, found = "من يزور الورشة؟", [nearness(0.2, 0.4, 0.9), nearness(0.9, 0.3, 0.2)]
    asked = Signs(question, VISITED, NEAR, found)
    words = 0.5 * (0.9 + 0.4) / 2 - 3.0 * np.std([0.9, 0.3, 0.2])  # the second sentence is nearer
    total = -1.5 + 2.0 * 0.6 + 1.0 + words
    score = Confidence(weights=weights).score(asked)
    assert score == pytest.approx(1 / (1 + math.exp(-total)))


def test_a_score_at_the_level_is_enough_and_one_under_it_is_not() -> None:
    asked = signs("من يزور الورشة؟")
    score = CONFIDENCE.score(asked)
    assert is_enough(asked, Confidence(decline_below=score))
    assert not is_enough(asked, Confidence(decline_below=score + 1e-9))


def test_an_embedder_that_cannot_tell_of_words_leaves_the_decision_to_the_other_signs() -> None:
    assert is_enough(signs("من يزور الورشة؟", words=()))
    assert not is_enough(signs("من مؤلف الرواية؟", near=FAR, words=()))
    unknown = Signs("من يزور الورشة؟", VISITED, NEAR)
    assert CONFIDENCE.score(unknown) == CONFIDENCE.score(signs("من يزور الورشة؟", words=()))


# Passages retrieved for the question


def retrieved(question: str, cosine: float = 0.6) -> Signs:
    near = {("a", 0): cosine}
    return Signs(question, VISITED, near)


RETRIEVED = RetrievedWeights()


def test_of_retrieved_passages_a_nearer_one_is_wanted() -> None:
    asked = retrieved("من يزور ورشة القوارب القديمة في مدينة الصفاء؟", cosine=0.45)
    assert is_enough(asked)
    assert not is_enough(asked, Confidence(weights=RETRIEVED))


def test_of_retrieved_passages_what_is_asked_for_tells_how_near() -> None:
    plain = RETRIEVED.total(retrieved("من يزور الورشة؟"))
    assert RETRIEVED.total(retrieved("من يزور الورشة؟", cosine=0.5)) < plain
    time = RETRIEVED.total(retrieved("متى افتتحت الورشة؟"))
    assert time == RETRIEVED.total(retrieved("كم نجارا بالورشة؟")) < plain
    assert RETRIEVED.total(retrieved("هل تزار الورشة؟")) < time


def test_the_sum_for_retrieved_passages_is_that_of_its_signs() -> None:
    weights = RetrievedWeights(-1.0, cosine=2.0, particular=-7, yes_no=-9)
    asked = retrieved("متى زار العمدة ورشة القوارب؟", cosine=0.4)
    assert weights.total(asked) == pytest.approx(-1.0 + 2.0 * 0.4 - 7)
    assert weights.total(Signs("هل؟", VISITED, {})) == pytest.approx(-1.0 - 9)
