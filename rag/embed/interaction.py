"""Token vectors of a question and of texts to how near each word of the question is in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.types import Vectors

_WORD = re.compile(r"\S*\w\S*")  # a mark that stands alone is no word


@dataclass(frozen=True, slots=True)
class Tokens:
    """A prompt as a model read it."""

    prompt: str
    vectors: Vectors  # (tokens, dimension)
    spans: Sequence[tuple[int, int]]  # characters of the prompt; empty where a token has none


def nearest_words(question: Tokens, asked: str, text: Tokens, told: str) -> NDArray[np.float32]:
    """For each word of `asked`: how near its tokens come to one of `told`, on average.

    Shape (words,), cosines of the words as each prompt has them. This is late interaction (Khattab
    and Zaharia, "ColBERT", 2020), kept apart by word where they sum it.
    """
    import numpy as np

    begin = question.prompt.rindex(asked)
    words = [match.span() for match in _WORD.finditer(question.prompt, begin, begin + len(asked))]
    start = text.prompt.rindex(told)
    inside = [place for place, (_, end) in enumerate(text.spans) if end > start]
    cosines = _unit(question.vectors) @ _unit(text.vectors[inside]).T
    nearest = cosines.max(axis=1, initial=-1.0)
    near = np.zeros(len(words), np.float32)
    for place, (first, last) in enumerate(words):
        of_word = [n for n, (a, b) in enumerate(question.spans) if a < b and a < last and first < b]
        near[place] = nearest[of_word].mean() if of_word else 0.0
    return near


def _unit(vectors: Vectors) -> Vectors:
    import numpy as np

    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
