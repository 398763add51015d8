"""An index checked, and made whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from rag.errors import IndexDamagedError, IndexMissingError
from rag.index import IndexIdentity
from rag.index.derived import GENERATIONS, DerivedFiles
from rag.index.generation import Analyse
from rag.index.lexical import BM25
from rag.index.lock import WriterLock
from rag.index.rest import leave, left
from rag.index.salvage import Salvage, salvage
from rag.index.sealed import flush
from rag.index.sqlite import FILE, REPAIR, is_there, told_plainly
from rag.index.store import Store

DRAFT = f"{FILE}.draft"  # of a store that is to take the place of another

_HINDERED = (
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
)


def verify(folder: Path, identity: IndexIdentity, *, analyse: Analyse) -> list[str]:
    """What is damaged and what to do about it, one line each; [] if everything is whole.

    Nothing is changed. IndexMissingError where there is no index.
    """
    require(folder)
    try:
        store = Store(folder / FILE, identity)
    except IndexDamagedError as error:
        return [str(error)]
    with closing(store):
        problems = store.problems()
        with store.reading() as connection:
            revision = store.state(connection).revision
        if revision < left(folder)[0]:
            problems.append(f"{folder / FILE} has lost its last commit: {REPAIR}")
        derived = DerivedFiles(store, folder, identity=identity, analyse=analyse, bm25=BM25)
        return problems + derived.problems()


def rebuild(folder: Path, identity: IndexIdentity, *, analyse: Analyse) -> Salvage:
    """Make the derived files anew from the store, without embedding anything.

    Of a damaged store every document is kept that matches its checksum; what is lost is named,
    and the files it came from are forgotten, so that `rag ingest` reads them again and embeds
    what is missing.
    """
    require(folder)
    with WriterLock(folder), told_plainly(folder):
        clear(folder)
        kept = _whole(folder, identity) or _salvaged(folder, identity)
        derive(folder, identity, analyse=analyse)
    return kept


def derive(folder: Path, identity: IndexIdentity, *, analyse: Analyse) -> None:
    """Make the derived files of a whole store; for whoever holds the lock."""
    with closing(Store(folder / FILE, identity)) as store:
        derived = DerivedFiles(store, folder, identity=identity, analyse=analyse, bm25=BM25)
        with store.reading() as connection:
            state = store.state(connection)
            if state.revision:
                derived.publish(connection, state, older=None)
        derived.sweep(state)
        leave(folder, store, is_changed=True)


def _salvaged(folder: Path, identity: IndexIdentity) -> Salvage:
    revisions = [int(path.name) for path in (folder / GENERATIONS).glob("[0-9]*")]
    newer = max(revisions, default=0) + 1
    kept = salvage(folder, folder / DRAFT, identity, revision=max(newer, left(folder)[0] + 1))
    install(folder)
    return kept


def _whole(folder: Path, identity: IndexIdentity) -> Salvage | None:
    """What is in a store that needs no salvage; None if it needs it."""
    try:
        with closing(Store(folder / FILE, identity)) as store:
            if store.problems():
                return None
            with store.reading() as connection:
                if store.state(connection).revision < left(folder)[0]:
                    return None
                return Salvage(store.count(connection, "documents WHERE live = 1"))
    except IndexDamagedError:
        return None


def install(folder: Path) -> None:
    """Put the draft in the place of the store in one step; for whoever holds the lock.

    Searches that go on see one or the other, for SQLite writes it over the old one as one change.
    """
    draft = folder / DRAFT
    try:
        if not (folder / FILE).exists():
            raise sqlite3.DatabaseError("there is no store")
        with (
            closing(sqlite3.connect(draft)) as source,
            closing(sqlite3.connect(folder / FILE, isolation_level=None)) as target,
        ):
            target.execute("SELECT 1 FROM sqlite_master").fetchone()
            source.backup(target)
            is_whole = target.execute("PRAGMA quick_check").fetchone() == ("ok",)
        if not is_whole:
            raise sqlite3.DatabaseError("the store cannot be written over")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _HINDERED:
            raise
        # It is too damaged for SQLite to open, so nobody else has it open.
        with closing(sqlite3.connect(draft)) as source:
            source.execute("PRAGMA journal_mode = WAL")
        for ending in ("-wal", "-shm"):
            (folder / f"{FILE}{ending}").unlink(missing_ok=True)
        draft.replace(folder / FILE)
        flush(folder)
    clear(folder)


def require(folder: Path) -> None:
    """IndexMissingError unless there is an index."""
    if not is_there(folder):
        raise IndexMissingError(f"no index in {folder}: run: rag ingest ARTICLES")


def clear(folder: Path) -> None:
    """Take away what an upkeep that was cut off may have left."""
    for name in (DRAFT, f"{FILE}.copy", f"{FILE}.empty"):
        for path in folder.glob(f"{name}*"):
            path.unlink()
