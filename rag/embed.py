"""Texts to vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rag.errors import ModelError
from rag.types import Passage

if TYPE_CHECKING:
    from rag.types import Vectors


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


class SentenceTransformerEmbedder:
    """A sentence-transformers model from a folder, on the processor.

    `passage_template` has the fields `title` and `text`, `question_template` has `text`: models
    differ in what they were trained to see there. `precision` is `float32`, `bfloat16` or `auto`,
    which takes bfloat16 where the processor computes in it. A `dimension` under the model's own
    keeps the first numbers of each vector, for models trained for that (Matryoshka).
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        dimension: int,
        passage_template: str = "title: {title} | text: {text}",
        question_template: str = "task: search result | query: {text}",
        precision: str = "auto",
        batch_size: int = 16,
    ) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # loading takes only seconds
        dtype = torch.bfloat16 if _computes_bfloat16(precision) else torch.float32
        try:
            self._model = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                truncate_dim=dimension,
                model_kwargs={"dtype": dtype},
            )
        except (OSError, ValueError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise ModelError(f"{folder} is not an embedding model: {reason}") from error
        self.name = name
        self.dimension = dimension
        own = int(self._model.get_embedding_dimension() or 0)
        if own != dimension:
            raise ModelError(
                f"{folder} makes vectors of {own}, not {dimension}: set embed.dimension"
            )
        self._passage_template = passage_template
        self._question_template = question_template
        self._batch_size = batch_size

    def embed_passages(self, passages: Sequence[Passage]) -> Vectors:
        """Vectors of shape (len(passages), dimension), float32, rows of length 1."""
        template = self._passage_template
        return self._encode(
            [template.format(title=p.title or "none", text=p.text) for p in passages]
        )

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, rows of length 1."""
        return self._encode([self._question_template.format(text=text) for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        # The templates hold the whole prompt, so the model's own is switched off.
        vectors = self._model.encode(
            texts, prompt="", batch_size=self._batch_size, show_progress_bar=False
        )
        rows: Vectors = np.asarray(vectors, dtype=np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return rows


def _computes_bfloat16(precision: str) -> bool:
    """Elsewhere bfloat16 is emulated and slower than float32."""
    if precision != "auto":
        return precision == "bfloat16"
    flags = Path("/proc/cpuinfo")
    return flags.exists() and "avx512_bf16" in flags.read_text(encoding="utf-8", errors="ignore")
