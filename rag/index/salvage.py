"""A damaged store to a whole one, with every document that still matches its checksum."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection

from rag.errors import IndexDamagedError
from rag.index import IndexIdentity
from rag.index.changes import Changes, apply, insert
from rag.index.rows import Rows
from rag.index.sqlite import FILE, LOG, PAGE, write_empty
from rag.index.store import Store
from rag.types import SourceFile

_UNREADABLE = (IndexDamagedError, sqlite3.DatabaseError, UnicodeDecodeError, OverflowError)
_SIZE_AT = 28  # of the number of pages, in the first page


@dataclass(slots=True)
class Salvage:
    """What could be kept of a store, and the files that `rag ingest` must read again."""

    documents: int = 0
    lost: list[str] = field(default_factory=list)  # paths; titles of documents without a file


def salvage(folder: Path, draft: Path, identity: IndexIdentity, *, revision: int) -> Salvage:
    """Write a new store to `draft`; it gets this revision, and a token of its own."""
    kept = Salvage()
    write_empty(draft, identity)
    source = _readable(folder, identity)
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as damaged,
        closing(Store(draft, identity)) as store,
        store.writing() as connection,
    ):
        damaged.text_factory = str
        rows = Rows(source)
        for key in _keys(damaged):
            try:
                found = rows.stored(damaged, key)
            except _UNREADABLE:
                kept.lost += _title(damaged, key)
                continue
            insert(
                *(connection, found.document),
                passages=found.passages.values(),
                blobs=found.blobs,
                live=found.live,
            )
            kept.documents += found.live
        _take_over(damaged, rows, connection=connection, kept=kept)
        store.write_state(connection, advance=True, revision=revision)
    return kept


def _readable(folder: Path, identity: IndexIdentity) -> Path:
    """The file, or a copy of it with a whole first page: that page is the same in every store."""
    try:
        with closing(sqlite3.connect(folder / FILE)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if {"documents", "passages", "files", "file_documents"} <= tables:
                return folder / FILE
    except _UNREADABLE:
        pass
    empty, copy = folder / f"{FILE}.empty", folder / f"{FILE}.copy"
    write_empty(empty, identity)
    page = bytearray(empty.read_bytes()[:PAGE])
    empty.unlink()
    pages = (folder / FILE).stat().st_size // PAGE
    page[_SIZE_AT : _SIZE_AT + 4] = pages.to_bytes(4, "big")
    shutil.copyfile(folder / FILE, copy)
    with copy.open("r+b") as file:
        file.write(page)
    if (folder / LOG).exists():
        shutil.copyfile(folder / LOG, copy.with_name(f"{copy.name}-wal"))
    return copy


def _keys(connection: Connection) -> Iterator[int]:
    """The keys of the documents from both ends of the table, and what may lie between."""
    found: set[int] = set()
    ends = []
    for order in ("ASC", "DESC"):
        last = None
        with suppress(*_UNREADABLE):
            query = f"SELECT key FROM documents NOT INDEXED ORDER BY key {order}"
            for (last,) in connection.execute(query):
                found.add(last)
        ends.append(last)
    first, last = ends
    if first is not None and last is not None and first < last:
        found.update(range(first, last))
    return iter(sorted(found))


def _title(connection: Connection, key: int) -> list[str]:
    """The title of a committed document that no file holds, as far as it can be read."""
    query = (
        "SELECT title FROM documents WHERE key = ? AND live = 1"
        " AND id NOT IN (SELECT document_id FROM file_documents)"
    )
    with suppress(*_UNREADABLE):
        return [f"«{title}»" for (title,) in connection.execute(query, (key,))]
    return []


def _take_over(damaged: Connection, rows: Rows, *, connection: Connection, kept: Salvage) -> None:
    """Files of which nothing is lost, the groups of copies, the signatures."""
    there = {name for (name,) in connection.execute("SELECT id FROM documents")}
    changes = Changes()
    files: list[SourceFile] = []
    for path in _paths(damaged):
        try:
            [file] = rows.files(damaged, path).values()
        except (*_UNREADABLE, ValueError):
            kept.lost.append(path)
            continue
        if there.issuperset(file.document_ids):
            files.append(file)
        else:
            kept.lost.append(path)
    changes.record(files, forget=())
    with suppress(*_UNREADABLE):
        changes.signatures = rows.signatures(damaged)
    with suppress(*_UNREADABLE):
        changes.groups = rows.groups(damaged)
    apply(connection, changes, known={}, groups=[])


def _paths(connection: Connection) -> list[str]:
    paths: list[str] = []
    for query in (
        "SELECT path FROM files",
        "SELECT path FROM files ORDER BY path DESC",
        "SELECT DISTINCT path FROM file_documents",
    ):
        with suppress(*_UNREADABLE):
            for (path,) in connection.execute(query):
                paths.append(path)
    return [path for path in dict.fromkeys(paths) if isinstance(path, str)]
