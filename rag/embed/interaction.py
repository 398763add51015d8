"""Token vectors of a question and of a text to how near the words of the one are to the other's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.types import Vectors

_WORD = re.compile(r"\S*\w\S*")  # of a question: a mark that stands alone is no word
_GIVEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A prompt as a model read it."""

    prompt: str
    vectors: Vectors  # (tokens, dimension)
    spans: Sequence[tuple[int, int]]  # characters of the prompt; empty where a token has none


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near the words of a question come to those of a text.

    This is late interaction (Khattab and Zaharia, "ColBERT", 2020), kept apart by word where they
    sum it. Words of the text are what white space parts.
    """

    tokens: Sequence[Sequence[int]] = ()  # of the question, for each of its words
    cosines: NDArray[np.float32] | None = None  # (tokens of the question, words of the text)

    def of_words(self, first: int = 0, last: int | None = None) -> NDArray[np.float32]:
        """For each word of the question how near its tokens come to the text, on average.

        Of the words `first` to `last` of the text, or of all. Shape (words,), empty where the
        question has none or the model cannot tell.
        """
        import numpy as np

        near = np.zeros(len(self.tokens), np.float32)
        if self.cosines is not None:
            end = None if last is None else last + 1
            nearest = self.cosines[:, first:end].max(axis=1, initial=-1.0)
            for place, tokens in enumerate(self.tokens):
                near[place] = nearest[[*tokens]].mean() if tokens else 0.0
        return near

    def total(self, first: int = 0, last: int | None = None) -> float:
        """To all words, once more to the first two, and a little more to the question word.

        The first two are the question word and, mostly, what it asks for. 0 where there is none.
        """
        near = self.of_words(first, last)
        return float(near.mean() + near[:2].mean() + 0.3 * near[0]) if near.size else 0.0


NearnessByPlace: TypeAlias = Mapping[tuple[str, int], Nearness]  # as rag.types.Similarities


def nearness(question: Tokens, asked: str, text: Tokens, told: str) -> Nearness:
    """Of `asked` to `told`, as each prompt has them."""
    import numpy as np

    words = _words(_WORD, question.prompt, asked)
    start = text.prompt.rindex(told)
    inside = [place for place, (_, end) in enumerate(text.spans) if end > start]
    cosines = _unit(question.vectors) @ _unit(text.vectors[inside]).T
    spans = [text.spans[place] for place in inside]
    given = _words(_GIVEN, text.prompt, told)
    columns = [cosines[:, _within(spans, word)].max(axis=1, initial=-1.0) for word in given]
    return Nearness([_within(question.spans, word) for word in words], np.stack(columns, axis=1))


def _words(pattern: re.Pattern[str], prompt: str, part: str) -> list[tuple[int, int]]:
    start = prompt.rindex(part)
    return [match.span() for match in pattern.finditer(prompt, start, start + len(part))]


def _within(spans: Sequence[tuple[int, int]], word: tuple[int, int]) -> list[int]:
    """The tokens that a word is made of."""
    first, last = word
    return [n for n, (a, b) in enumerate(spans) if a < b and a < last and first < b]


def _unit(vectors: Vectors) -> Vectors:
    import numpy as np

    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
