"""Evidence to a decision: is there enough to answer from, or should the program decline?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.arabic import content_stems
from rag.types import Evidence, Hit


@dataclass(frozen=True, slots=True)
class Confidence:
    """The likelihood that the evidence holds an answer, from what retrieval saw.

    A logistic function of the highest cosine and of the question's content stems found in the
    evidence. Below `decline_below` the model is not asked.
    """

    decline_below: float = 0.0

    def is_enough(self, question: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> bool:
        """Whether to answer at all."""
        return bool(evidence) and self.score(question, hits, evidence) >= self.decline_below

    def score(self, question: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> float:
        """Between 0 and 1."""
        cosine = max((hit.dense or 0.0 for hit in hits), default=0.0)
        asked = set(content_stems(question))
        given = {s for item in evidence for s in content_stems(item.quote)}
        share = len(asked & given) / len(asked) if asked else 1.0
        return 1 / (1 + math.exp(-(8 * (cosine - 0.35) + 3 * (share - 0.5))))
