"""How near the words of a question come to sentences; those just read are not read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.embed import Embedder
    from rag.embed.interaction import Nearness
    from rag.types import Passage

_Place = tuple[str, int, int]
_KEPT = 16  # questions


class WordReader:
    """Reads for the search what the evidence mostly needs as well."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._read: dict[str, dict[_Place, Nearness]] = {}

    def nearness(self, question: str, sentences: Sequence[Passage]) -> list[Nearness]:
        """As `Embedder.word_similarities` of sentences, slices of their documents."""
        read = self._read  # never changed, only replaced: two questions may be asked at once
        known = read.get(question, {})
        missing = {place: s for s in sentences if (place := _place(s)) not in known}
        if missing:
            near = self._embedder.word_similarities(question, [*missing.values()])
            known = known | dict(zip(missing, near, strict=True))
            self._read = {**(read if len(read) < _KEPT else {}), question: known}
        return [known[_place(sentence)] for sentence in sentences]


def _place(sentence: Passage) -> _Place:
    return sentence.document_id, sentence.start, sentence.end
