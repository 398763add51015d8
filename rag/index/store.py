"""The truth of a local index: documents, passages, vectors and files in SQLite."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import IndexDamagedError, IndexMismatchError
from rag.index import IndexIdentity
from rag.index.sqlite import FILE, REMEDY, Connections, identity_rows
from rag.types import Document, Passage, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors

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


@dataclass(frozen=True, slots=True)
class State:
    """What searches see from one commit to the next."""

    revision: int  # 0: nothing was ever committed
    token: str  # no other state has it, in this index or another


@dataclass(slots=True)
class Changes:
    """What a writer asked for since the last commit."""

    put: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    files: dict[str, SourceFile | None] = field(default_factory=dict)  # None: forget it


class Store:
    """One SQLite file. What is done on one connection of `reading` or `writing` sees one state."""

    def __init__(self, folder: Path, identity: IndexIdentity) -> None:
        self._path = folder.absolute() / FILE
        self._connections = Connections(folder)
        self._dimension = identity.dimension
        with self.reading() as connection:
            if not self.count(connection, "sqlite_master WHERE name = 'meta'"):
                raise IndexDamagedError(f"{folder / FILE} is damaged (it is empty): {REMEDY}")
            meta = self._meta(connection)
        for name, ours in identity_rows(identity):
            if meta.get(name) != ours:
                raise IndexMismatchError(
                    f"the index in {folder} was built with {name} {meta.get(name)},"
                    f" the settings name {ours}: {REMEDY}"
                )

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection whose view of the index does not change."""
        return self._connections.transaction("BEGIN")

    def writing(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are kept, all of them, if the block ends without an error."""
        return self._connections.transaction("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the connections that no search is using."""
        self._connections.close()

    def stage(
        self, document: Document, passages: Sequence[Passage], vectors: Sequence[Vectors]
    ) -> None:
        """Keep a document for the commit that will show it."""
        blobs = [rows.astype("<f4").tobytes() for rows in vectors]
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

    def state(self, connection: Connection) -> State:
        """The state that a connection sees."""
        meta = self._meta(connection)
        try:
            return State(int(meta["revision"]), meta["token"])
        except (KeyError, ValueError) as error:
            raise IndexDamagedError(f"{self._path} is damaged (no {error}): {REMEDY}") from error

    def advance(self, connection: Connection) -> State:
        """Give the state being written a revision and a token of its own."""
        state = State(self.state(connection).revision + 1, secrets.token_hex(8))
        rows = [(str(state.revision), "revision"), (state.token, "token")]
        connection.executemany("UPDATE meta SET value = ? WHERE name = ?", rows)
        return state

    def live(self, connection: Connection) -> Iterator[tuple[int, Passage, Vectors]]:
        """Every committed passage with its key and vectors; keys rise throughout."""
        for *columns, key, digest in connection.execute(f"{_DOCUMENT} WHERE live = 1 ORDER BY key"):
            rows = connection.execute(f"{_PASSAGE} WHERE d.key = ? ORDER BY p.key", (key,))
            passages = _by_key(rows)
            blobs = _column(
                connection, "SELECT vectors FROM passages WHERE document = ? ORDER BY key", key
            )
            document = Document(*columns)
            try:
                is_whole = _digest(document, passages.values(), blobs) == digest
            except TypeError:  # one flipped bit can make a number of a text
                is_whole = False
            if not is_whole:
                raise IndexDamagedError(
                    f"«{document.title}» in {self._path} does not match its checksum: {REMEDY}"
                )
            for (number, passage), blob in zip(passages.items(), blobs, strict=True):
                yield number, passage, np.frombuffer(blob, "<f4").reshape(-1, self._dimension)

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


def _by_key(rows: Iterable[Sequence[Any]]) -> dict[int, Passage]:
    return {key: Passage(*columns) for *columns, key in rows}


def _column(connection: Connection, query: str, *given: Any) -> list[Any]:
    return [row[0] for row in connection.execute(query, given)]


def _digest(document: Document, passages: Iterable[Passage], blobs: Sequence[bytes]) -> bytes:
    """SHA-256 of what must come back as it was put; the path is left out, for files move."""
    d = document
    words = [d.id, d.title, d.text, d.source, d.url, d.published]
    places = [(p.id, p.start, p.end, p.text) for p in passages]
    digest = hashlib.sha256(json.dumps([words, places, [*map(len, blobs)]]).encode())
    for blob in blobs:
        digest.update(blob)
    return digest.digest()
