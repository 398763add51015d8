"""Hits to hits: newer articles and preferred outlets first, where somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.types import Document, Hit


@dataclass(frozen=True, slots=True)
class Priors:
    """What an article's date and outlet add to the score of its hits, whatever is asked.

    The newest article found gets `recency`, one that is `half_life_days` older half of it, one
    without a date nothing: it is age among the hits that counts, so that an old archive is ranked
    like a new one. An article of one of `sources` gets `source`. Fused scores lie between 0 and 1.
    """

    recency: float = 0.0
    half_life_days: float = 365.0
    source: float = 0.0
    sources: frozenset[str] = frozenset()

    @property
    def are_off(self) -> bool:
        """Whether nothing would change: the documents need not be read."""
        return not self.recency and not (self.source and self.sources)

    def raised(self, hits: Sequence[Hit], documents: Mapping[str, Document]) -> list[Hit]:
        """The hits of `documents`, by id, with their new scores, in the order they had."""
        dates = {name: _date(document.published) for name, document in documents.items()}
        newest = max((day for day in dates.values() if day), default=None)
        raised = []
        for hit in hits:
            # One is missing where another process removed it since it was found.
            if hit.passage.document_id not in documents:
                continue
            document, day = documents[hit.passage.document_id], dates[hit.passage.document_id]
            bonus = self.source * ((document.source or "").strip() in self.sources)
            if day and newest:
                bonus += self.recency * 0.5 ** ((newest - day).days / self.half_life_days)
            raised.append(replace(hit, score=hit.score + bonus))
        return raised


def _date(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
