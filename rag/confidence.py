"""Evidence to a decision: is there enough to answer from, or should the program decline?"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
    held: float = 0.0  # whether a sentence that the model wrote passed the check


@dataclass(frozen=True, slots=True)
class Confidence:
    """The likelihood that the evidence holds an answer: a logistic function of a few signs.

    What the first word adds is below 0 where the articles speak of everything in the question but
    the thing asked about ("المترجم", "الهدايا"). Each stage knows more than the one before it:
    retrieval alone, with the model's leaning, and with what became of its draft. A question for
    which retrieval alone gives less than `hopeless_below` costs no reading, and one that no draft
    could save no writing. docs/decisions.md has what the weights were fitted on.
    """

    decline_below: float = 0.5
    hopeless_below: float = 0.1
    alone: Weights = Weights(-5.4, cosine=6.3, first_word=12.0, holds=2.9)
    with_model: Weights = Weights(-5.2, cosine=5.0, first_word=12.2, holds=2.6, leaning=0.76)
    with_draft: Weights = Weights(
        -5.1, cosine=5.2, first_word=11.5, holds=2.3, leaning=0.63, held=0.7
    )

    def is_hopeless(self, score: float) -> bool:
        """Whether the model need not be asked, by the score of retrieval alone."""
        return score < min(self.hopeless_below, self.decline_below)

    def is_enough(self, score: float) -> bool:
        """Whether to answer at all; at 0 there is nothing to answer from, whatever the level."""
        return score > 0 and score >= self.decline_below

    def score(
        self, signs: Signs, leaning: float | None = None, *, is_held: bool | None = None
    ) -> float:
        """Between 0 and 1, and 0 without evidence.

        `leaning` is None where the model was not asked or does not tell, `is_held` where nothing
        was written; a draft counts only beside a leaning.
        """
        if not signs.evidence:
            return 0.0
        weights = self.with_model if is_held is None else self.with_draft
        if leaning is None:
            weights = self.alone
        nearest = max(signs.similarities.values(), default=0.0)
        gain = nearest - max(signs.without_first.values(), default=nearest)
        asked = asked_for(signs.question)
        holds = any(asked.is_held_by(e.quote, besides=signs.question) for e in signs.evidence)
        total = (
            weights.bias
            + weights.cosine * nearest
            + weights.first_word * gain
            + weights.holds * holds
            + weights.leaning * (leaning or 0.0)
            + weights.held * bool(is_held)
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
