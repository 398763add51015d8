"""Vectors from a sentence-transformers model, as its publisher made it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.embed.interaction import Nearness, Tokens, nearness
from rag.embed.wording import Wording
from rag.errors import ModelError
from rag.types import Passage

if TYPE_CHECKING:
    from rag.types import Vectors


class SentenceTransformerEmbedder:
    """A sentence-transformers model from a folder, on the processor.

    `precision` is `float32`, `bfloat16` or `auto`, which takes bfloat16 where the processor
    computes in it. A `dimension` under the model's own keeps the first numbers of each vector, for
    models trained for that (Matryoshka).
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        dimension: int,
        wording: Wording | None = None,
        precision: str = "auto",
        batch_size: int = 16,
    ) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # not typed there
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
        self._wording = wording or Wording()
        self._batch_size = batch_size

    def embed_passages(self, passages: Sequence[Passage]) -> Vectors:
        """Vectors of shape (len(passages), dimension), float32, rows of length 1."""
        return self._encode(self._wording.of_passages(passages))

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, rows of length 1."""
        return self._encode(self._wording.of_questions(texts))

    def word_similarities(self, question: str, passages: Sequence[Passage]) -> list[Nearness]:
        """For each passage how near the words of the question are to those of its text."""

        if not getattr(self._model.tokenizer, "is_fast", False):  # others know no places in a text
            return [Nearness() for _ in passages]
        prompts = [*self._wording.of_questions([question]), *self._wording.of_passages(passages)]
        vectors = self._model.encode(
            prompts,
            prompt="",
            batch_size=self._batch_size,
            output_value="token_embeddings",
            show_progress_bar=False,
        )
        read = self._model.tokenizer(prompts, truncation=True, return_offsets_mapping=True)
        asked, *texts = (
            Tokens(prompt, each.float().numpy(), spans)
            for prompt, each, spans in zip(prompts, vectors, read["offset_mapping"], strict=True)
        )
        return [
            nearness(asked, question, text, passage.text)
            for text, passage in zip(texts, passages, strict=True)
        ]

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
