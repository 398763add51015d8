"""The right to write to the folder of an index."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rag.errors import IndexLockedError
from rag.index.sqlite import told_plainly

LOCK = "lock"


class WriterLock:
    """The right to write to a folder: one holder, and the system frees it when that one dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock, or keep it; IndexLockedError if somebody else has it."""
        if self._file is not None:
            return
        with told_plainly(self._folder):
            file = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(file, 0)
                os.pwrite(file, str(os.getpid()).encode(), 0)
            except BlockingIOError as error:
                holder = os.pread(file, 20, 0).decode()
                os.close(file)
                raise IndexLockedError(
                    f"another process (pid {holder}) is writing to {self._folder}:"
                    " wait for it to end"
                ) from error
        self._file = file

    def release(self) -> None:
        """Let another process write."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
