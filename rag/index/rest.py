"""The store at rest: is its file as its last writer left it?"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from rag.errors import IndexAccessError, IndexDamagedError, IndexLockedError
from rag.index.lock import WriterLock
from rag.index.sealed import sum_of
from rag.index.seals import seal_of
from rag.index.sqlite import FILE, LOG, PAGE, REPAIR
from rag.index.store import Store

SUM = f"{FILE}.sum"  # the revision that was left, and the checksum of the file

_PATIENCE = 2000  # milliseconds for searches to finish, before the log can be emptied
_log = logging.getLogger(__name__)


def check_at_rest(folder: Path, store: Store) -> None:
    """IndexDamagedError unless the store is whole.

    A store at rest is compared with the checksum of the whole file, about 0.3 seconds a gigabyte.
    Where a run was cut off, or something else touched the file, every row is compared with its
    own checksum instead. While somebody writes neither is done: what is served is checked row by
    row in any case.
    """
    if _is_as_left(folder):
        return
    lock = WriterLock(folder)
    try:
        lock.acquire()
    except IndexLockedError:
        return
    except IndexAccessError:  # a read-only folder
        _check_rows(folder, store)
        return
    with lock:
        if not _is_as_left(folder):
            _look_through_log(folder, store)
            _check_rows(folder, store)
            leave(folder, store, is_changed=True)


def leave(folder: Path, store: Store, *, is_changed: bool = False) -> None:
    """Empty the log and write down the checksum of the file; for whoever holds the lock.

    Where that is not possible the next one to open the store checks its rows.
    """
    if left(folder)[1] and not _log_size(folder) and not is_changed:
        return  # nothing was written
    with suppress(OSError, IndexAccessError, IndexLockedError), store.idle() as connection:
        revision = store.state(connection).revision
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        try:
            is_busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:  # no space left
            is_busy = True
        digest = "" if is_busy else sum_of(folder / FILE)
        text = json.dumps([revision, digest, seal_of(revision, digest).hex()])
        draft = folder / f"{SUM}.new"
        with draft.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / SUM)


def _check_rows(folder: Path, store: Store) -> None:
    problems = store.problems()
    with store.reading() as connection:
        revision = store.state(connection).revision
    if revision < left(folder)[0]:
        problems.append(f"{folder / FILE} has lost its last commit: {REPAIR}")
    if problems:
        more = f" (and {len(problems) - 1} more like it)" if len(problems) > 1 else ""
        raise IndexDamagedError(f"{problems[0]}{more}")
    if (folder / SUM).exists():
        _log.warning(
            "%s is not as its last writer left it: a run was cut off, or something touched it;"
            " every article was checked and is whole",
            folder / FILE,
        )


def _look_through_log(folder: Path, store: Store) -> None:
    """SQLite passes over the log from the first page on that does not match its checksum."""
    pages = -((32 - _log_size(folder)) // (PAGE + 24))  # the last may be cut off
    try:
        with store.idle() as connection:
            used = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
    except IndexAccessError:  # a full disk: searching needs none of it
        return
    if pages > max(used, 0):
        _log.warning(
            "%s: %d of its %d pages are of no finished write and are not used;"
            " what was embedded last may have to be embedded again",
            *(folder / LOG, pages - max(used, 0), pages),
        )


def _is_as_left(folder: Path) -> bool:
    digest = left(folder)[1]
    try:
        return bool(digest) and not _log_size(folder) and digest == sum_of(folder / FILE)
    except OSError:
        return False


def left(folder: Path) -> tuple[int, str]:
    """The revision and the checksum that `leave` wrote down; -1 and "" if that is unreadable."""
    try:
        revision, digest, check = json.loads((folder / SUM).read_text())
        if seal_of(revision, digest).hex() == check:
            return int(revision), str(digest)
    except (OSError, ValueError, TypeError):
        pass
    return -1, ""


def _log_size(folder: Path) -> int:
    try:
        return (folder / LOG).stat().st_size
    except OSError:
        return 0
