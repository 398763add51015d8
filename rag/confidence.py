"""Evidence to a decision: is there enough to answer from, or should the program decline?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.arabic import asked_for, is_yes_no
from rag.embed.interaction import Nearness
from rag.types import Evidence, Similarities

# Of an embedder that cannot tell: asked and spread as for the median of the questions that the
# weights were fitted on.
_USUAL = (0.71, 0.19)
# What answers a question is hardly ever less like it than this, however near single words come:
# an article on a metro has the length that is asked of a canal.
_NEAR = 0.36


@dataclass(frozen=True, slots=True)
class Signs:
    """What retrieval saw of a question."""

    question: str
    evidence: Sequence[Evidence]
    similarities: Similarities
    # For each sentence of the evidence: how near it comes to the words of the question.
    words: Sequence[Nearness] = ()

    @property
    def nearest(self) -> float:
        """The highest cosine of the question with a sentence."""
        return max(self.similarities.values(), default=0.0)


class Weighing(Protocol):
    """Signs to the argument of the logistic function."""

    def total(self, signs: Signs) -> float:
        """Above 0 where an answer is likelier than none."""


@dataclass(frozen=True, slots=True)
class Weights:
    """For articles that were put in whatever would be asked of them.

    A sentence that has all of a question but the thing asked about is near it as a whole. So what
    counts is how near any sentence comes to the first two words, the question word and, mostly,
    what it asks for, and how evenly the words are found in the sentence that is nearest to them.
    """

    bias: float
    cosine: float  # the highest, of the question with a sentence
    holds: float  # whether the evidence holds an amount or a time where one is asked for
    asked: float  # how near the first two words are
    spread: float  # standard deviation over the words of how near they are: this counts against
    far: float  # how far the highest cosine is below `_NEAR`: and this

    def total(self, signs: Signs) -> float:
        """The weighted sum."""
        asked = asked_for(signs.question)
        holds = any(asked.is_held_by(e.quote, besides=signs.question) for e in signs.evidence)
        found, spread = _found(signs.words)
        return (
            self.bias
            + self.cosine * signs.nearest
            + self.holds * holds
            + self.asked * found
            - self.spread * spread
            - self.far * max(0.0, _NEAR - signs.nearest)
        )


def _found(words: Sequence[Nearness]) -> tuple[float, float]:
    """How near the first two words are found, and how evenly all of them in one sentence."""
    import numpy as np

    rows = [row for each in words if (row := each.of_words()).size]
    if not rows:
        return _USUAL
    nearest = max(words, key=Nearness.total).of_words()
    return float(np.max(rows, axis=0)[:2].mean()), float(nearest.std())


@dataclass(frozen=True, slots=True)
class RetrievedWeights:
    """For passages that a search retrieved for this very question.

    All of them are on its matter and have most of its words, so single words say nothing, and what
    it asks for says more: an amount, a time, yes or no must be told as such.
    """

    bias: float = -5.5
    cosine: float = 10.8  # the highest, of the question with a sentence
    particular: float = -0.68  # it asks for an amount or a time
    yes_no: float = -2.3

    def total(self, signs: Signs) -> float:
        """The weighted sum."""
        return (
            self.bias
            + self.cosine * signs.nearest
            + self.particular * (asked_for(signs.question).kind != "other")
            + self.yes_no * is_yes_no(signs.question)
        )


@dataclass(frozen=True, slots=True)
class Confidence:
    """The likelihood that the evidence holds an answer: a logistic function of a few signs.

    docs/decisions.md has what the weights were fitted on.
    """

    decline_below: float = 0.5
    weights: Weighing = Weights(-4.7, cosine=5.2, holds=2.0, asked=4.3, spread=7.8, far=21.0)

    def is_enough(self, score: float) -> bool:
        """Whether to answer at all; at 0 there is nothing to answer from, whatever the level."""
        return score > 0 and score >= self.decline_below

    def score(self, signs: Signs) -> float:
        """Between 0 and 1, and 0 without evidence."""
        if not signs.evidence:
            return 0.0
        return 1 / (1 + math.exp(-self.weights.total(signs)))
