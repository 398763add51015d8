"""What runs in the process that reads files whose libraries may run away."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import signal
import struct
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

from rag.articles.archive import Unpacking, members
from rag.articles.formats import ARCHIVE, ENDINGS, articles_in, ending_of
from rag.articles.raw import DAMAGE, RawArticle
from rag.errors import ArticleError

MAX_MEMORY = 2 * 1024**3  # of address space: the libraries take 0.3 GiB of it before any file
_LENGTH = struct.Struct(">Q")

Event = dict[str, Any]


def send(pipe: IO[bytes], event: Event) -> None:
    """One message: its length, then JSON, which unlike a pickle cannot run anything."""
    message = json.dumps(event).encode()
    pipe.write(_LENGTH.pack(len(message)) + message)


def receive(pipe: IO[bytes]) -> Event | None:
    """The next message; None where the other side is gone."""
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    message = pipe.read(length)
    return cast(Event, json.loads(message)) if len(message) == length else None


def serve() -> None:
    """Read what standard input asks for, until it is closed."""
    import resource  # not everywhere, and `import rag` is

    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # it ends the process, inside a library too
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(hard, MAX_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    while (request := receive(sys.stdin.buffer)) is not None:
        reading = _Reading(request, replies)
        try:
            reading.run()
        except MemoryError:
            reading.say(died=f"needs more than the {MAX_MEMORY / 1024**3:g} GiB of memory allowed")
            return
        except BrokenPipeError:
            return


class _Reading:
    """One request. Its clock stands still while the other side takes its time with a reply."""

    def __init__(self, request: Event, replies: IO[bytes]) -> None:
        self._name = str(request["name"])
        self._seconds = float(request["seconds"])
        self._left = float(request["left"])  # for all members of an archive
        self._max_bytes = int(request["max_bytes"])
        self._skip = int(request["skip"])  # members that were dealt with before
        self._replies = replies
        _start_clock(self._seconds)
        size = request["size"]
        self._stored = None if size is None else sys.stdin.buffer.read(size)

    def run(self) -> None:
        """Say what is in the file, and that it is done."""
        try:
            if ending_of(self._name) == ARCHIVE:
                self._read_archive()
            else:
                stored = self._stored
                self._read(self._name, Path(self._name).read_bytes() if stored is None else stored)
        except ArticleError as error:
            self.say(error=str(error))
        except OSError as error:
            self.say(error=f"{self._name}: cannot be read: {error.strerror}")
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.say(end=True)

    def say(self, **event: object) -> None:
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        send(self._replies, event)
        self._replies.flush()
        signal.setitimer(signal.ITIMER_REAL, left)

    def _read(self, name: str, stored: bytes) -> None:
        for found in articles_in(name, stored):
            if isinstance(found, RawArticle):
                self.say(article=dataclasses.asdict(found))
            else:
                self.say(refused=(found.name, found.reason))

    def _read_archive(self) -> None:
        try:
            archive = zipfile.ZipFile(self._name if self._stored is None else BytesIO(self._stored))
        except DAMAGE as error:
            if isinstance(error, OSError) and error.strerror:
                raise
            raise ArticleError(f"{self._name}: a damaged zip file: {error}") from error
        with archive:
            unpacking = Unpacking(archive, max_bytes=self._max_bytes)
            for at, (member, info) in enumerate(members(self._name, archive)):
                if ending_of(member) not in ENDINGS:
                    continue
                reason = unpacking.refusal(member, info)
                if at >= self._skip:
                    reason = reason or self._read_member(at, member, unpacking=unpacking, info=info)
                    if reason:
                        self.say(refused=(member, reason))

    def _read_member(
        self, at: int, member: str, *, unpacking: Unpacking, info: zipfile.ZipInfo
    ) -> str:
        """Say what is in a member; why it could not be read, or nothing."""
        if self._left <= 0:
            return "the archive as a whole took too long: split it"
        self.say(at=at, member=member)
        allowed = min(self._seconds, self._left)
        _start_clock(allowed)
        reason = ""
        try:
            self._read(member, unpacking.read(info))
        except ArticleError as error:
            reason = str(error).removeprefix(f"{member}: ").removeprefix(member)
        except DAMAGE as error:
            reason = f"damaged: {error}"
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        self._left -= allowed - left
        self.say(took=allowed - left)
        return reason


def _start_clock(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))  # nought would stop it
