"""Vectors from a model that was prepared for this processor."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.embed.interaction import Nearness, Tokens, nearness
from rag.embed.prepare import load, prepare
from rag.embed.wording import Wording
from rag.errors import ModelError
from rag.types import Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_TOKENS = 1024  # in a batch, padding included


class OpenVinoEmbedder:
    """An embedding model with int8 weights and activations, its folder prepared in `cache`.

    Needs neither torch nor transformers once it is prepared. A `dimension` under the model's own
    keeps the first numbers of each vector. Texts are cut at the model's own length. Raises
    ModelError where the folder does not hold such a model.
    """

    def __init__(
        self,
        folder: Path,
        cache: Path,
        *,
        name: str,
        dimension: int,
        wording: Wording | None = None,
    ) -> None:
        from tokenizers import Tokenizer

        self._model = load(prepare(folder, cache))
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        described = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self._tokenizer.enable_truncation(int(described["max_seq_length"]))
        own = self._model.output(0).get_partial_shape()[1].get_length()
        if dimension > own:
            raise ModelError(
                f"{folder} makes vectors of {own}, not {dimension}: set embed.dimension"
            )
        self._one_at_a_time = threading.Lock()  # OpenVINO refuses a second call to the same model
        self.name = name
        self.dimension = dimension
        self._wording = wording or Wording()

    def embed_passages(self, passages: Sequence[Passage]) -> Vectors:
        """Vectors of shape (len(passages), dimension), float32, rows of length 1."""
        return self._encode(self._wording.of_passages(passages))

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, rows of length 1."""
        return self._encode(self._wording.of_questions(texts))

    def word_similarities(self, question: str, passages: Sequence[Passage]) -> list[Nearness]:
        """For each passage how near the words of the question are to those of its text."""
        prompts = [*self._wording.of_questions([question]), *self._wording.of_passages(passages)]
        encodings = self._tokenizer.encode_batch(prompts)
        read: dict[int, Tokens] = {}
        for rows, (_, vectors) in self._run([encoding.ids for encoding in encodings]):
            for row, of_tokens in zip(rows, vectors, strict=True):
                encoding = encodings[row]
                read[row] = Tokens(prompts[row], of_tokens[: len(encoding)], encoding.offsets)
        return [
            nearness(read[0], question, read[row], passage.text)
            for row, passage in enumerate(passages, start=1)
        ]

    def _encode(self, texts: list[str]) -> Vectors:
        import numpy as np

        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        vectors: Vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for rows, (whole, _) in self._run(tokens):
            vectors[rows] = whole[:, : self.dimension]
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors

    def _run(self, tokens: Sequence[list[int]]) -> Iterator[tuple[list[int], tuple[Any, Any]]]:
        """Which texts were read together, and the model's two outputs for them."""
        import numpy as np

        for rows in batches([len(ids) for ids in tokens]):
            longest = max(len(tokens[row]) for row in rows)
            ids = np.zeros((len(rows), longest), dtype=np.int64)
            mask = np.zeros_like(ids)
            for place, row in enumerate(rows):
                ids[place, : len(tokens[row])] = tokens[row]
                mask[place, : len(tokens[row])] = 1
            with self._one_at_a_time:
                outputs = self._model([ids, mask])
                whole, each = outputs[0], outputs[1]
            yield rows, (whole, each)


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows of like length together, longest first; more than one only within 1,024 tokens."""
    made: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if not made or (len(made[-1]) + 1) * lengths[made[-1][0]] > _TOKENS:
            made.append([])
        made[-1].append(row)
    return made
