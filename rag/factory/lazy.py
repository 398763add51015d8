"""Models that are loaded when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from rag.embed import Embedder
from rag.generate import Generator, Pieces
from rag.types import Message, Passage

if TYPE_CHECKING:
    from rag.embed.interaction import Nearness
    from rag.types import Vectors


_Model = TypeVar("_Model")


def once(load: Callable[[], _Model]) -> Callable[[], _Model]:
    """Load at the first call; other threads wait for it, and a failure is tried again."""
    lock = threading.Lock()
    loaded: list[_Model] = []

    def get() -> _Model:
        with lock:
            if not loaded:
                loaded.append(load())
        return loaded[0]

    return get


class LazyEmbedder:
    """An embedder that is loaded when the first text arrives."""

    def __init__(self, name: str, dimension: int, load: Callable[[], Embedder]) -> None:
        self.name = name
        self.dimension = dimension
        self._load = once(load)

    def embed_passages(self, passages: Sequence[Passage]) -> Vectors:
        """See rag.embed.Embedder."""
        return self._load().embed_passages(passages)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """See rag.embed.Embedder."""
        return self._load().embed_questions(texts)

    def word_similarities(self, question: str, passages: Sequence[Passage]) -> list[Nearness]:
        """See rag.embed.Embedder."""
        return self._load().word_similarities(question, passages)


class LazyGenerator:
    """A generator that is loaded when the first answer is written."""

    def __init__(self, name: str, load: Callable[[], Generator]) -> None:
        self.name = name
        self._load = once(load)

    def read(self, messages: Sequence[Message]) -> Pieces[None, None, None]:
        """See rag.generate.Generator."""
        yield from self._load().read(messages)

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, beyond: str = ""
    ) -> Pieces[str, None, None]:
        """See rag.generate.Generator."""
        return self._load().generate(messages, max_tokens=max_tokens, beyond=beyond)
