"""Evidence to a decision: is there enough to answer from, or should the program decline?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.arabic import asked_for, content_stems
from rag.types import Evidence, Similarities


@dataclass(frozen=True, slots=True)
class Signs:
    """What retrieval saw of a question."""

    question: str
    evidence: Sequence[Evidence]
    similarities: Similarities
    without_first: Similarities  # the cosines of `without_first_word(question)`


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the logistic function."""

    bias: float
    cosine: float  # the highest, of the question with a sentence
    first_word: float  # how much of it the first word that carries meaning adds
    holds: float  # whether the evidence holds an amount or a time where one is asked for
    leaning: float = 0.0  # log-odds of the model: that the evidence says what is asked


@dataclass(frozen=True, slots=True)
class Confidence:
    """The likelihood that the evidence holds an answer: a logistic function of a few signs.

    What the first word adds is below 0 where the articles speak of everything in the question but
    the thing asked about ("المترجم", "الهدايا"). The model's leaning is asked for only where
    retrieval does not rule an answer out by itself (`hopeless_below`), and done without where the
    model does not tell. Fitted on two question sets over news pages; docs/decisions.md has what a
    fit on one half of them did on the other.
    """

    decline_below: float = 0.5
    hopeless_below: float = 0.05
    alone: Weights = Weights(-9.1, cosine=8.0, first_word=34.0, holds=6.2)
    with_model: Weights = Weights(-5.5, cosine=4.3, first_word=20.0, holds=2.5, leaning=1.0)

    def weigh(self, signs: Signs, lean: Callable[[], float | None]) -> float:
        """The score to decide by; `lean` asks the model. Without evidence it is 0."""
        if not signs.evidence:
            return 0.0
        alone = self.score(signs)
        if alone < min(self.hopeless_below, self.decline_below):
            return alone
        return self.score(signs, lean())

    def is_enough(self, score: float) -> bool:
        """Whether to answer at all; at 0 there is nothing to answer from, whatever the level."""
        return score > 0 and score >= self.decline_below

    def score(self, signs: Signs, leaning: float | None = None) -> float:
        """Between 0 and 1."""
        weights = self.alone if leaning is None else self.with_model
        nearest = max(signs.similarities.values(), default=0.0)
        gain = nearest - max(signs.without_first.values(), default=nearest)
        asked = asked_for(signs.question)
        is_held = any(asked.is_held_by(e.quote, besides=signs.question) for e in signs.evidence)
        total = (
            weights.bias
            + weights.cosine * nearest
            + weights.first_word * gain
            + weights.holds * is_held
            + weights.leaning * (leaning or 0.0)
        )
        return 1 / (1 + math.exp(-total))


def without_first_word(question: str) -> str:
    """The question without the first word that carries meaning: most often what is asked about.

    >>> without_first_word("من كان المترجم في اجتماع الوفدين؟")
    'من كان في اجتماع الوفدين؟'
    """
    tokens = question.split()
    for place, token in enumerate(tokens):
        if content_stems(token):
            return " ".join(tokens[:place] + tokens[place + 1 :]) or question
    return question
