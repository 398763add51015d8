"""The right to write to an index on Milvus."""

from __future__ import annotations

import os
import socket
import time
import uuid
from contextlib import suppress
from typing import Any

from rag.errors import IndexLockedError
from rag.index.milvus.ledger import Kind, Ledger

_HELD = 180  # seconds for which a writer that says nothing more still has the right
_RENEWED = 20  # seconds after which it says so again


class Lease:
    """One writer at a time: a row says who, where and since when.

    Milvus has no locks and no comparing writes, so two that begin within the same moment could
    both be let in; `confirm`, called before the head is written, tells all but the later one. A
    writer that died on this machine is passed over at once, elsewhere after three minutes.
    """

    def __init__(self, ledger: Ledger, uri: str) -> None:
        self._ledger = ledger
        self._uri = uri
        self._token = uuid.uuid4().hex
        self._said = 0.0

    @property
    def is_held(self) -> bool:
        """Whether this object has the right."""
        return self._said > 0

    def acquire(self) -> None:
        """Take the right or keep it; IndexLockedError if somebody else has it."""
        if self.is_held and time.time() - self._said < _RENEWED:
            return
        self._refuse_others()
        said = time.time()
        process = {"host": socket.gethostname(), "pid": os.getpid()}
        self._ledger.keep(Kind.WRITER, {"": {"token": self._token, "said": said, **process}})
        self._said = said
        self.confirm()

    def confirm(self) -> None:
        """IndexLockedError if the right has passed to somebody else."""
        self._refuse_others()

    def release(self) -> None:
        """Let another process write."""
        if self.is_held:
            self._ledger.drop(Kind.WRITER, [""])
            self._said = 0.0

    def forget(self) -> None:
        """Give the right up without a word, where the server does not answer."""
        self._said = 0.0

    def _refuse_others(self) -> None:
        holder = self._ledger.read(Kind.WRITER, [""], revision=0).get("")
        if holder and holder["token"] != self._token and _is_writing(holder):
            self._said = 0.0
            raise IndexLockedError(
                f"another process (pid {holder['pid']} on {holder['host']}) is writing to"
                f" {self._uri}: wait for it to end"
            )


def _is_writing(holder: dict[str, Any]) -> bool:
    if time.time() - float(holder["said"]) > _HELD:
        return False
    if holder["host"] == socket.gethostname():
        with suppress(PermissionError):  # it is there, and somebody else's
            try:
                os.kill(int(holder["pid"]), 0)
            except ProcessLookupError:
                return False
    return True
