"""Reads files in a process that can be ended when they take too long."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from typing import IO, cast

from rag.articles.child import Event, receive, send
from rag.articles.formats import ARCHIVE, ending_of
from rag.articles.raw import RawArticle, Refusal
from rag.errors import ArticleError

_ARCHIVE_TIMES = 10  # an archive as a whole may take this many times the limit of a file


class Worker:
    """Starts the process when it is needed, again when it was ended, and ends it with `close`."""

    def __init__(self, *, seconds: float, max_bytes: int) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._idle: list[subprocess.Popen[bytes]] = []

    def read(self, name: str, stored: bytes | None) -> Iterator[RawArticle | Refusal]:
        """The articles of a file, each as soon as it is read; of an archive, what was refused too.

        ArticleError for a file that cannot be read or took too long; in an archive only a member
        is refused for that, and the process started again for the others.
        """
        left = self._seconds * (_ARCHIVE_TIMES if ending_of(name) == ARCHIVE else 1)
        skip = 0
        while True:
            member, died, error = None, "", ""
            request = {"name": name, "seconds": self._seconds, "left": left, "skip": skip}
            with contextlib.closing(self._events(request, stored)) as events:
                for event in events:
                    if "article" in event:
                        yield RawArticle(**event["article"])
                    elif "refused" in event:
                        yield Refusal(*event["refused"])
                    elif "error" in event:
                        error = event["error"]
                    elif "member" in event:
                        skip, member = event["at"] + 1, event["member"]
                    elif "took" in event:
                        left, member = left - event["took"], None
                    died = event.get("died", "")
            if error:
                raise ArticleError(error)
            if not died:
                return
            if member is None:
                raise ArticleError(f"{name}: {died}")
            yield Refusal(member, died)
            left -= self._seconds  # a tenth of what there is: ten such members are enough

    def close(self) -> None:
        """End the process, if there is one."""
        while self._idle:
            _end(self._idle.pop())

    def _events(self, request: Event, stored: bytes | None) -> Generator[Event, None, None]:
        """What the process says of one file, "died" last where it ended too soon."""
        size = None if stored is None else len(stored)
        # One that is busy with another file, whose articles somebody still takes, is not idle.
        process = self._idle.pop() if self._idle else _start()
        is_whole = False
        try:
            with contextlib.suppress(BrokenPipeError):  # why it ended is said below
                pipe = cast(IO[bytes], process.stdin)
                send(pipe, {**request, "max_bytes": self._max_bytes, "size": size})
                pipe.write(stored or b"")
                pipe.flush()
            while (event := receive(cast(IO[bytes], process.stdout))) is not None:
                if "end" in event:
                    is_whole = True
                    return
                yield event
                if "died" in event:
                    return
            yield {"died": _reason(process.wait(), self._seconds)}
        finally:  # also when nobody wants the rest, and on Ctrl-C
            if is_whole:
                self._idle.append(process)
            else:
                _end(process)


def _start() -> subprocess.Popen[bytes]:
    # Not by PYTHONPATH, which comes before the standard library: a script may lie beside a file
    # that is named like one of its modules.
    begin = "import sys; sys.path[:] = sys.argv[1:]; from rag.articles.child import serve; serve()"
    return subprocess.Popen(
        [sys.executable, "-c", begin, *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for this process, which then ends the other
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(BrokenPipeError):
            cast(IO[bytes], pipe).close()


def _reason(code: int, seconds: float) -> str:
    if code == -signal.SIGALRM:
        return f"took longer than the {seconds:g} s allowed: split it, or allow more time"
    if code < 0:
        return f"reading it was ended by the signal {signal.Signals(-code).name}"
    return f"reading it failed with code {code}: report it with the lines above"
