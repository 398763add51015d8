"""Evidence to a decision: is there enough to answer from, or should the program decline?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.arabic import asked_for, content_stems, is_yes_no
from rag.types import Evidence, Similarities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# Of an embedder that cannot tell: asked and least as for most questions that the weights were
# fitted on, in a row of which both can be read.
_USUAL = (0.6, 0.5, 0.3)
# What answers a question is hardly ever less like it than this, however near single words come:
# an article on a metro has the length that is asked of a canal.
_NEAR = 0.36


@dataclass(frozen=True, slots=True)
class Signs:
    """What retrieval saw of a question."""

    question: str
    evidence: Sequence[Evidence]
    similarities: Similarities
    without_first: Similarities  # the cosines of `without_first_word(question)`
    # For each of the best sentences: how near it comes to each word of the question.
    words: Sequence[NDArray[np.float32]] = ()

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

    What the first word adds is below 0 where the articles speak of everything in the question but
    the thing asked about ("المترجم", "الهدايا"), and a sentence that has all words of a question
    but one comes near it as a whole, yet not to that word. Words are looked for in the sentence
    that is nearest to them on average.
    """

    bias: float
    cosine: float  # the highest, of the question with a sentence
    first_word: float  # how much of it the first word that carries meaning adds
    holds: float  # whether the evidence holds an amount or a time where one is asked for
    asked: float  # how near the first two words are: the question word, and what it asks for
    least: float  # how near the word is that is found least
    far: float  # how far the highest cosine is below `_NEAR`: this counts against

    def total(self, signs: Signs) -> float:
        """The weighted sum."""
        import numpy as np

        nearest = signs.nearest
        gain = nearest - max(signs.without_first.values(), default=nearest)
        asked = asked_for(signs.question)
        holds = any(asked.is_held_by(e.quote, besides=signs.question) for e in signs.evidence)
        rows = [row for row in signs.words if row.size]
        found = max(rows, key=lambda row: float(row.mean()), default=np.array(_USUAL))
        return (
            self.bias
            + self.cosine * nearest
            + self.first_word * gain
            + self.holds * holds
            + self.asked * float(found[:2].mean())
            + self.least * float(found.min())
            - self.far * max(0.0, _NEAR - nearest)
        )


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
    weights: Weighing = Weights(
        -6.2, cosine=4.9, first_word=7.8, holds=2.4, asked=3.2, least=2.3, far=30.0
    )

    def is_enough(self, score: float) -> bool:
        """Whether to answer at all; at 0 there is nothing to answer from, whatever the level."""
        return score > 0 and score >= self.decline_below

    def score(self, signs: Signs) -> float:
        """Between 0 and 1, and 0 without evidence."""
        if not signs.evidence:
            return 0.0
        return 1 / (1 + math.exp(-self.weights.total(signs)))


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
