"""Questions to an order: first come, first served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Ticket:
    """A place in the line of `Turns`."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def wait(self, seconds: float) -> bool:
        """Whether it is this one's turn, after at most so many seconds."""
        return self._turns.wait_for(self, seconds)


class Turns:
    """A line before something that serves `places` at once; a lock would serve anyone next."""

    def __init__(self, places: int = 1) -> None:
        self._places = places
        self._line: list[Ticket] = []
        self._moved = threading.Condition()

    @contextmanager
    def ticket(self) -> Iterator[Ticket]:
        """A place at the end of the line, given up at the end of the block."""
        ticket = Ticket(self)
        with self._moved:
            self._line.append(ticket)
        try:
            yield ticket
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def wait_for(self, ticket: Ticket, seconds: float) -> bool:
        """See Ticket.wait."""
        with self._moved:
            return self._moved.wait_for(
                lambda: self._line.index(ticket) < self._places, timeout=seconds
            )
