"""Texts to vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from rag.embed.compiled import OpenVinoEmbedder
from rag.embed.prepare import fingerprint, is_prepared, prepare, suits
from rag.embed.transformer import SentenceTransformerEmbedder
from rag.embed.wording import Wording
from rag.types import Passage

if TYPE_CHECKING:
    from rag.embed.interaction import Nearness
    from rag.types import Vectors

__all__ = [
    "Embedder",
    "OpenVinoEmbedder",
    "SentenceTransformerEmbedder",
    "Wording",
    "fingerprint",
    "is_prepared",
    "prepare",
    "suits",
]


class Embedder(Protocol):
    """Passages and questions to unit vectors of one space."""

    @property
    def name(self) -> str:
        """What the index remembers: vectors of another name do not mix with these."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    def embed_passages(self, passages: Sequence[Passage]) -> Vectors:
        """Vectors of shape (len(passages), dimension), float32, rows of length 1."""

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, rows of length 1."""

    def word_similarities(self, question: str, passages: Sequence[Passage]) -> list[Nearness]:
        """For each passage how near the words of the question are to those of its text, as cosines.

        Words of the question are what white space parts, without marks that stand alone. It knows
        of no word where the question has none and where the model cannot tell.
        """
