"""The truth of a local index: documents, passages, vectors and files in SQLite."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import IndexAccessError, IndexDamagedError, IndexLockedError, IndexMismatchError
from rag.index import IndexIdentity
from rag.types import Document, Passage, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors

FILE = "musnad.sqlite"

_FORMAT = "1"
_PATIENCE = 10.0  # seconds to wait for another connection's lock
_REMEDY = "use another folder with --index, or run: rag ingest --rebuild"
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    source TEXT, url TEXT, published TEXT, path TEXT,
    digest BLOB NOT NULL,
    live INTEGER NOT NULL,  -- 0: put, and waiting for the commit that shows it
    UNIQUE (id, live)
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    id TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    vector BLOB NOT NULL  -- float32, little-endian
);
CREATE INDEX passages_of_document ON passages (document);
CREATE TABLE files (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file_documents (
    path TEXT NOT NULL REFERENCES files ON DELETE CASCADE,
    place INTEGER NOT NULL,
    document_id TEXT NOT NULL,
    PRIMARY KEY (path, place)
) WITHOUT ROWID;
CREATE INDEX files_of_document ON file_documents (document_id);
"""
_DOCUMENT = "SELECT id, title, text, source, url, published, path, key, digest FROM documents"
_PASSAGE = """
SELECT p.id, d.id, d.title, p.text, p.start, p."end", d.path, p.key
FROM passages AS p JOIN documents AS d ON d.key = p.document
"""
_GIVEN = "(SELECT value FROM json_each(?))"  # a list of any length as one parameter
_UNKNOWN = """
SELECT path, document_id FROM file_documents WHERE document_id NOT IN (SELECT id FROM documents)
"""
_RISEN = f"""
SELECT id FROM documents
WHERE live = 0 AND (id IN {_GIVEN} OR id IN (SELECT document_id FROM file_documents))
"""
_MOVE = """
UPDATE documents
SET path = (SELECT min(path) FROM file_documents WHERE document_id = documents.id)
WHERE live = 1
AND EXISTS (SELECT 1 FROM file_documents WHERE document_id = documents.id)
AND NOT EXISTS (
    SELECT 1 FROM file_documents AS f WHERE document_id = documents.id AND f.path = documents.path
)
"""


@dataclass(slots=True)
class Changes:
    """What a writer asked for since the last commit."""

    put: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    files: dict[str, SourceFile | None] = field(default_factory=dict)  # None: forget it


class Store:
    """One SQLite file. What is done on one connection of `reading` or `writing` sees one state."""

    def __init__(self, folder: Path, identity: IndexIdentity) -> None:
        self._folder = folder
        self._path = folder.absolute() / FILE
        self._idle: list[Connection] = []  # a connection serves one thread at a time
        self._is_frozen = False
        self._dimension = identity.dimension
        with self.reading() as connection:
            if not self.count(connection, "sqlite_master WHERE name = 'meta'"):
                raise IndexDamagedError(f"{folder / FILE} is damaged (it is empty): {_REMEDY}")
            meta = self._meta(connection)
        for name, ours in _identity_rows(identity):
            if meta.get(name) != ours:
                raise IndexMismatchError(
                    f"the index in {folder} was built with {name} {meta.get(name)},"
                    f" the settings name {ours}: {_REMEDY}"
                )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose view of the index does not change."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are kept, all of them, if the block ends without an error."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close the connections that no search is using."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def stage(self, document: Document, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Keep a document for the commit that will show it."""
        blobs = [vector.astype("<f4").tobytes() for vector in vectors]
        digest = _digest(document, passages, blobs)
        d = document
        with self.writing() as connection:
            connection.execute("DELETE FROM documents WHERE id = ? AND live = 0", (d.id,))
            key = connection.execute(
                "INSERT INTO documents VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (d.id, d.title, d.text, d.source, d.url, d.published, d.path, digest),
            ).lastrowid
            connection.executemany(
                "INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?)",
                [
                    (key, p.id, p.text, p.start, p.end, blob)
                    for p, blob in zip(passages, blobs, strict=True)
                ],
            )

    def apply(self, connection: Connection, changes: Changes) -> bool:
        """Carry the changes out; True if searches will see other passages than before."""
        loosened = self._record(connection, changes.files)
        gone = json.dumps(sorted(changes.removed | (loosened - changes.put)))
        connection.execute(f"DELETE FROM file_documents WHERE document_id IN {_GIVEN}", (gone,))
        delete = f"DELETE FROM documents WHERE id IN {_GIVEN}"
        fallen = _column(connection, f"{delete} RETURNING live", gone)
        for path, document_id in connection.execute(_UNKNOWN):
            raise ValueError(f"{path} names document {document_id}, which was never put")
        risen = _column(connection, _RISEN, json.dumps(sorted(changes.put)))
        connection.execute(f"{delete} AND live = 1", (json.dumps(risen),))
        show = f"UPDATE documents SET live = 1 WHERE id IN {_GIVEN}"
        connection.execute(show, (json.dumps(risen),))
        connection.execute(_MOVE)
        return bool(risen) or 1 in fallen

    def revision(self, connection: Connection) -> tuple[int, str]:
        """The number of the state a connection sees, and a token that no other state has."""
        meta = self._meta(connection)
        return int(meta["revision"]), meta["token"]

    def advance(self, connection: Connection) -> tuple[int, str]:
        """Give the state being written a revision and a token of its own."""
        revision, token = self.revision(connection)[0] + 1, secrets.token_hex(8)
        rows = [(str(revision), "revision"), (token, "token")]
        connection.executemany("UPDATE meta SET value = ? WHERE name = ?", rows)
        return revision, token

    def live(self, connection: Connection) -> Iterator[tuple[dict[int, Passage], Vectors]]:
        """The passages by key, and vectors, of each committed document; keys rise throughout."""
        for *columns, key, digest in connection.execute(f"{_DOCUMENT} WHERE live = 1 ORDER BY key"):
            rows = connection.execute(f"{_PASSAGE} WHERE d.key = ? ORDER BY p.key", (key,))
            passages = _by_key(rows)
            blobs = _column(
                connection, "SELECT vector FROM passages WHERE document = ? ORDER BY key", key
            )
            document = Document(*columns)
            if _digest(document, passages.values(), blobs) != digest:
                raise IndexDamagedError(
                    f"«{document.title}» in {self._path} does not match its checksum: {_REMEDY}"
                )
            vectors = np.frombuffer(b"".join(blobs), "<f4")
            yield passages, vectors.reshape(len(passages), self._dimension)

    def passages_at(self, connection: Connection, keys: Iterable[int]) -> dict[int, Passage]:
        """The passages of these keys."""
        where = f"WHERE p.key IN {_GIVEN}"
        return _by_key(connection.execute(f"{_PASSAGE} {where}", (json.dumps([*keys]),)))

    def passages_of(self, connection: Connection, document_id: str) -> list[Passage]:
        """The passages of a committed document."""
        where = "WHERE d.id = ? AND d.live = 1 ORDER BY p.key"
        return list(_by_key(connection.execute(f"{_PASSAGE} {where}", (document_id,))).values())

    def documents(
        self, connection: Connection, document_ids: Collection[str] | None
    ) -> list[Document]:
        """The committed documents, all or those asked for."""
        where = "live = 1" if document_ids is None else f"live = 1 AND id IN {_GIVEN}"
        given = [] if document_ids is None else [json.dumps([*document_ids])]
        rows = connection.execute(f"{_DOCUMENT} WHERE {where} ORDER BY key", given)
        return [Document(*columns) for *columns, _key, _digest in rows]

    def has(self, connection: Connection, document_ids: Collection[str]) -> set[str]:
        """Those of the ids that are stored, shown or not."""
        query = f"SELECT id FROM documents WHERE id IN {_GIVEN}"
        return set(_column(connection, query, json.dumps([*document_ids])))

    def files(self, connection: Connection) -> dict[str, SourceFile]:
        """The ingested files, by path."""
        held: dict[str, list[str]] = {}
        query = "SELECT path, document_id FROM file_documents ORDER BY path, place"
        for path, document_id in connection.execute(query):
            held.setdefault(path, []).append(document_id)
        rows = connection.execute("SELECT path, sha256 FROM files ORDER BY path")
        return {path: SourceFile(path, sha256, tuple(held.get(path, ()))) for path, sha256 in rows}

    def count(self, connection: Connection, rows: str) -> int:
        """How many rows there are FROM this part of a query."""
        return int(_column(connection, f"SELECT count(*) FROM {rows}")[0])

    def problems(self) -> list[str]:
        """What SQLite and the checksums have against the file; empty if it is whole."""
        try:
            with self.reading() as connection:
                found = _column(connection, "PRAGMA quick_check")
                for _ in self.live(connection):
                    pass
        except IndexDamagedError as error:
            return [str(error)]
        return [f"{self._path}: {line}" for line in found if line != "ok"]

    def _record(self, connection: Connection, files: dict[str, SourceFile | None]) -> set[str]:
        """Write down the files; returns the documents that one of them named and now none does."""
        known = self.files(connection)
        loosened: set[str] = set()
        for path, file in files.items():
            before = known.get(path)
            if before == file:
                continue
            if before:
                loosened.update(before.document_ids)
                connection.execute("DELETE FROM files WHERE path = ?", (path,))
            if file:
                connection.execute("INSERT INTO files VALUES (?, ?)", (path, file.sha256))
                rows = [(path, place, name) for place, name in enumerate(file.document_ids)]
                connection.executemany("INSERT INTO file_documents VALUES (?, ?, ?)", rows)
        return loosened.difference(_column(connection, "SELECT document_id FROM file_documents"))

    def _meta(self, connection: Connection) -> dict[str, str]:
        return dict(connection.execute("SELECT name, value FROM meta").fetchall())

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with told_plainly(self._folder):
            connection = self._take()
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._idle.append(connection)
                if self._is_frozen:
                    self.close()

    def _take(self) -> Connection:
        with suppress(IndexError):  # another thread may take the last one
            return self._idle.pop()
        try:
            return self._connect("mode=rw")
        except sqlite3.OperationalError:
            log = self._path.with_name(f"{FILE}-wal")
            if os.access(self._folder, os.W_OK) or (log.exists() and log.stat().st_size):
                raise
            # SQLite cannot keep its own files here; so frozen, it would not notice a new commit.
            self._is_frozen = True
            return self._connect("mode=ro&immutable=1")

    def _connect(self, mode: str) -> Connection:
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?{mode}",
            uri=True,
            timeout=_PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # opens the file
        return connection


def create_store(folder: Path, identity: IndexIdentity) -> None:
    """An empty store in a folder that has none; it is there whole or not at all."""
    draft = folder / f"{FILE}.new"
    meta = [*_identity_rows(identity), ("revision", "0"), ("token", "")]
    with told_plainly(folder):
        for stale in folder.glob(f"{FILE}*"):  # a log without its file would be replayed into ours
            stale.unlink()
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN; {_SCHEMA}")
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta)
            connection.execute("COMMIT")
        draft.replace(folder / FILE)


@contextmanager
def told_plainly(folder: Path) -> Iterator[None]:
    """Errors of SQLite and of the system become ones that a user can act on."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        unnamed = sqlite3.SQLITE_CORRUPT if isinstance(error, sqlite3.OperationalError) else 0
        code = getattr(error, "sqlite_errorcode", unnamed)  # undecodable text has none
        if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise IndexLockedError(
                f"another process is writing to {folder}: wait for it to end"
            ) from error
        if code in (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ) or code & 0xFF in (
            sqlite3.SQLITE_CORRUPT,
            sqlite3.SQLITE_NOTADB,
        ):
            raise IndexDamagedError(f"{folder / FILE} is damaged ({error}): {_REMEDY}") from error
        if code & 0xFF in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_READONLY,
        ):
            raise _denied(folder, error) from error
        raise
    except OSError as error:
        raise _denied(folder, error) from error


def _denied(folder: Path, error: Exception) -> IndexAccessError:
    reason = getattr(error, "strerror", None) or error
    return IndexAccessError(
        f"the index in {folder} cannot be read or written ({reason}):"
        " see to the folder's permissions and free space, then run the same command again"
    )


def _identity_rows(identity: IndexIdentity) -> list[tuple[str, str]]:
    return [
        ("format", _FORMAT),
        ("embedder", identity.embedder),
        ("dimension", str(identity.dimension)),
        ("chunker", identity.chunker),
    ]


def _by_key(rows: Iterable[Sequence[Any]]) -> dict[int, Passage]:
    return {key: Passage(*columns) for *columns, key in rows}


def _column(connection: Connection, query: str, *given: Any) -> list[Any]:
    return [row[0] for row in connection.execute(query, given)]


def _digest(document: Document, passages: Iterable[Passage], blobs: Iterable[bytes]) -> bytes:
    """SHA-256 of what must come back as it was put; the path is left out, for files move."""
    d = document
    words = [d.id, d.title, d.text, d.source, d.url, d.published]
    places = [(p.id, p.start, p.end, p.text) for p in passages]
    digest = hashlib.sha256(json.dumps([words, places]).encode())
    for blob in blobs:
        digest.update(blob)
    return digest.digest()
