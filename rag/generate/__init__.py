"""Messages to text: the seam."""

from __future__ import annotations

from collections.abc import Generator as Pieces
from collections.abc import Sequence
from typing import Protocol

from rag.generate.turns import Ticket, Turns
from rag.types import Message

__all__ = ["Generator", "Pieces", "Ticket", "Turns"]


class Generator(Protocol):
    """A language model that writes piece by piece."""

    @property
    def name(self) -> str:
        """What a run file and `rag doctor` call it."""

    def read(self, messages: Sequence[Message]) -> Pieces[None, None, None]:
        """Read the conversation, yielding several times a second; closing it stops the reading.

        What was read is not read again by the `generate` that follows.
        """

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, beyond: str = ""
    ) -> Pieces[str, None, None]:
        """The reply, in pieces; closing the iterator stops the model.

        A reply ends no sentence before it says more than the question `beyond`, where the
        generator can see to that.
        """
