"""Messages to text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.types import Message


class Generator(Protocol):
    """A language model that writes piece by piece."""

    name: str

    def generate(self, messages: Sequence[Message], *, max_tokens: int) -> Iterator[str]:
        """The reply in pieces, as they are written; closing the iterator stops the model."""
