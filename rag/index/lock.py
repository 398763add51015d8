"""The right to write to the folder of an index."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from rag.errors import IndexLockedError
from rag.index.sqlite import told_plainly

LOCK = "lock"


class WriterLock:
    """The right to write to a folder: one holder, and the system frees it when that one dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object has the right."""
        return self._file is not None

    def acquire(self) -> None:
        """Take the lock, or keep it; IndexLockedError if somebody else has it."""
        if self._file is not None:
            return
        with told_plainly(self._folder):
            file = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(file, 20, 0).decode("ascii", "replace")
                os.close(file)
                raise IndexLockedError(
                    f"another process (pid {holder}) is writing to {self._folder}:"
                    " wait for it to end"
                ) from error
            with suppress(OSError):  # on a full disk the lock holds all the same
                os.ftruncate(file, 0)
                os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let another process write."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
