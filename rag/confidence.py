"""Evidence to a decision: is there enough to answer from, or should the program decline?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.arabic import asked_for, content_stems, focus, has_form
from rag.types import Evidence, Similarities


@dataclass(frozen=True, slots=True)
class Confidence:
    """The likelihood that the evidence holds an answer, from what retrieval saw.

    A logistic function of three things: the highest cosine of the question with a sentence,
    whether the evidence names what is asked about ("من كان المترجم"), and whether it holds an
    amount or a time where one is asked for. Below `decline_below` the model is not asked. The
    weights were fitted on half of two question sets over news pages; docs/decisions.md has the
    figures of the other half.
    """

    decline_below: float = 0.5
    cosine: float = 5.1
    names: float = 0.7
    holds: float = 3.85
    bias: float = -5.8

    def is_enough(
        self, question: str, evidence: Sequence[Evidence], similarities: Similarities
    ) -> bool:
        """Whether to answer at all."""
        score = self.score(question, evidence, similarities)
        return bool(evidence) and score >= self.decline_below

    def score(
        self,
        question: str,
        evidence: Sequence[Evidence],
        similarities: Mapping[tuple[str, int], float],
    ) -> float:
        """Between 0 and 1."""
        nearest = max(similarities.values(), default=0.0)
        named = focus(question)
        stems = {
            s for item in evidence for s in content_stems(f"{item.quote} {item.passage.title}")
        }
        asked = asked_for(question)
        total = (
            self.bias
            + self.cosine * nearest
            + self.names * (not named or has_form(named, stems))
            + self.holds * any(asked.is_held_by(item.quote, besides=question) for item in evidence)
        )
        return 1 / (1 + math.exp(-total))
