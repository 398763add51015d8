"""Evidence to a decision: is there enough to answer from, or should the program decline?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.arabic import asked_for, content_stems
from rag.types import Evidence, Similarities


@dataclass(frozen=True, slots=True)
class Confidence:
    """The likelihood that the evidence holds an answer, from what retrieval saw.

    A logistic function of three things: the highest cosine of the question with a sentence; how
    much of it the first word that carries meaning adds, which is below 0 where the articles speak
    of everything in the question but the thing asked about ("المترجم", "الهدايا"); and whether the
    evidence holds an amount or a time where one is asked for. Below `decline_below` the model is
    not asked. The weights were fitted on halves of two question sets over news pages;
    docs/decisions.md has the figures of the other halves.
    """

    decline_below: float = 0.5
    cosine: float = 8.0
    first_word: float = 34.0
    holds: float = 6.2
    bias: float = -9.1

    def is_enough(
        self,
        question: str,
        evidence: Sequence[Evidence],
        similarities: Similarities,
        without_first: Similarities,
    ) -> bool:
        """Whether to answer at all."""
        score = self.score(question, evidence, similarities, without_first)
        return bool(evidence) and score >= self.decline_below

    def score(
        self,
        question: str,
        evidence: Sequence[Evidence],
        similarities: Similarities,
        without_first: Similarities,
    ) -> float:
        """Between 0 and 1; `without_first` are the cosines of `without_first_word(question)`."""
        nearest = max(similarities.values(), default=0.0)
        gain = nearest - max(without_first.values(), default=nearest)
        asked = asked_for(question)
        is_held = any(asked.is_held_by(item.quote, besides=question) for item in evidence)
        total = self.bias + self.cosine * nearest + self.first_word * gain + self.holds * is_held
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
