"""An index to one file, and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from rag.errors import IndexAccessError, IndexDamagedError, RagError
from rag.index.derived import stranger_in
from rag.index.generation import Analyse
from rag.index.lock import WriterLock
from rag.index.sealed import flush
from rag.index.seals import seal_of
from rag.index.sqlite import FILE, told_plainly
from rag.index.store import Store
from rag.index.upkeep import DRAFT, clear, derive, install, require

_MAGIC = "musnad backup 1"
_TRAILER = 512  # bytes at the end of a backup; before them it is an SQLite file
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds."""

    documents: int
    revision: int
    size: int  # bytes of the file


def backup(folder: Path, file: Path, *, is_forced: bool = False) -> Backup:
    """Write the store, as of one moment, to one file; searches and an ingest may go on meanwhile.

    It is an SQLite file with a checksum of all of it at the end, not compressed: nearly all of it
    is vectors, which zlib makes 7 % smaller and 30 times as slow. It replaces a file only if
    `is_forced`, and only when it is complete.
    """
    require(folder)
    part = file.with_name(f"{file.name}.part")
    try:
        if file.exists() and not is_forced:
            raise RagError(f"{file} exists already: name another file, or add --force")
        part.unlink(missing_ok=True)
        with closing(Store(folder / FILE, None)) as store, store.idle() as source:
            _copy(source, part, file)
        with closing(Store(part, None)) as copy:
            problems = copy.problems()
            if problems:
                raise IndexDamagedError(problems[0].replace(str(part), str(folder / FILE)))
            with copy.reading() as connection:
                documents = copy.count(connection, "documents WHERE live = 1")
                revision = copy.state(connection).revision
        _append_trailer(part, documents, revision=revision)
        flush(part)
        part.replace(file)
        flush(file.absolute().parent)
    except OSError as error:
        raise _unwritable(file, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Backup(documents, revision, file.stat().st_size)


def restore(
    file: Path, folder: Path, *, analyser: str, analyse: Analyse, is_forced: bool = False
) -> Backup:
    """Make an index of a backup, of which everything is checked before anything is changed.

    An index that holds articles is replaced only if `is_forced`; searches go on in it until the
    new one is in its place.
    """
    kept = _read_trailer(file)
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        other = stranger_in(folder)
    if other:
        raise RagError(f"{folder} holds other files ({other}): name an empty folder")
    with WriterLock(folder), told_plainly(folder):
        if not is_forced and _holds_articles(folder):
            raise RagError(f"{folder} holds an index already: name another one, or add --force")
        clear(folder)
        draft = folder / DRAFT
        _extract(file, draft)
        with closing(Store(draft, None)) as store:
            problems = store.problems()
            if problems:
                raise RagError(f"{file} is damaged: {problems[0]}")
            identity = store.identity(analyser)
        install(folder)
        derive(folder, identity, analyse=analyse)
    return kept


def _copy(source: sqlite3.Connection, part: Path, file: Path) -> None:
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise
        raise _unwritable(file, str(error)) from error


def _holds_articles(folder: Path) -> bool:
    if not (folder / FILE).exists():
        return False
    try:
        with closing(Store(folder / FILE, None)) as store, store.reading() as connection:
            return store.count(connection, "documents") > 0
    except RagError:
        return True  # damaged, or of another version: it may be worth something


def _append_trailer(file: Path, documents: int, *, revision: int) -> None:
    size = file.stat().st_size
    stated = [_MAGIC, documents, revision, size, _sha256(file, size)]
    trailer = json.dumps([*stated, seal_of(*stated).hex()]).encode()
    with file.open("ab") as end:
        end.write(trailer.ljust(_TRAILER))


def _read_trailer(file: Path) -> Backup:
    """What a backup says of itself; RagError unless all of it is as it was written."""
    try:
        size = file.stat().st_size
        with file.open("rb") as content:
            content.seek(max(size - _TRAILER, 0))
            *stated, check = json.loads(content.read())
        if stated[0] != _MAGIC or seal_of(*stated).hex() != check:
            raise ValueError("its end is not that of a backup")
        if stated[3] != size - _TRAILER or stated[4] != _sha256(file, size - _TRAILER):
            raise ValueError("it does not match its checksum")
    except OSError as error:
        raise RagError(f"{file} cannot be read ({error.strerror or error})") from error
    except (ValueError, TypeError, IndexError) as error:
        reason = error if str(error).startswith("it") else "its end is not that of a backup"
        raise RagError(
            f"{file} is no whole backup ({reason}): take another one; nothing was changed"
        ) from error
    return Backup(stated[1], stated[2], size)


def _extract(file: Path, draft: Path) -> None:
    left = file.stat().st_size - _TRAILER
    with file.open("rb") as source, draft.open("wb") as target:
        while left > 0:
            left -= target.write(source.read(min(_PIECE, left)))


def _sha256(file: Path, size: int) -> str:
    digest, left = hashlib.sha256(), size
    with file.open("rb") as content:
        while left > 0 and (piece := content.read(min(_PIECE, left))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()


def _unwritable(file: Path, reason: str) -> IndexAccessError:
    return IndexAccessError(
        f"{file} cannot be written ({reason}): see to the folder's permissions and free space"
    )
