"""Rows of the store to documents, passages and files, each compared with its checksum."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from rag.errors import IndexDamagedError
from rag.index.seals import digest_of, places_of, seal_of, words_of
from rag.index.sqlite import REPAIR
from rag.types import Document, Passage, SourceFile

_ROW = "seal, id, live, path, words, places, digest"
_SEEN = "title, text, source, url, published, author, is_inferred"
_PASSAGE = 'key, id, text, start, "end"'
_GIVEN = "(SELECT value FROM json_each(?))"  # a list of any length as one parameter


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was put, compared with all its checksums."""

    document: Document
    passages: dict[int, Passage]  # by key
    blobs: list[bytes]  # the vectors of each passage
    live: bool


class Rows:
    """What a store holds; IndexDamagedError where a row does not match its checksum."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def stored(self, connection: Connection, key: int) -> Stored:
        """All of a document, committed or not."""
        query = f"SELECT {_ROW}, {_SEEN} FROM documents WHERE key = ?"
        row = connection.execute(query, (key,)).fetchone()
        if row is None:
            raise self.damaged(f"document {key}")
        document = self._document(row)
        rows = connection.execute(
            f"SELECT {_PASSAGE}, vectors FROM passages WHERE document = ? ORDER BY key", (key,)
        ).fetchall()
        passages = {place[0]: _passage(document, place[1:5]) for place in rows}
        blobs = [place[5] for place in rows]
        words, places, digest = row[4:7]
        if not all(isinstance(blob, bytes) for blob in blobs) or (
            places_of(passages.values()) != places
            or digest_of(document.id, words, places=places, blobs=blobs) != digest
        ):
            raise self.damaged(f"«{document.title}»")
        return Stored(document, passages, blobs, live=row[2] == 1)

    def passages_at(self, connection: Connection, keys: Iterable[int]) -> dict[int, Passage]:
        """The passages of these keys, their paths checked: who asks must check all else."""
        query = f"SELECT document, {_PASSAGE} FROM passages WHERE key IN {_GIVEN}"
        found = connection.execute(query, (json.dumps([*keys]),)).fetchall()
        owners = json.dumps([*{row[0] for row in found}])
        query = f"SELECT key, {_ROW}, title FROM documents WHERE key IN {_GIVEN}"
        documents = {}
        for key, *row, title in connection.execute(query, (owners,)):
            self._check(row, title)
            documents[key] = Document(row[1], title, "", path=row[3])
        return {
            key: _passage(documents[owner], place)
            for owner, key, *place in found
            if owner in documents
        }

    def passages_of(self, connection: Connection, document_id: str) -> list[Passage]:
        """The passages of a committed document."""
        where = "SELECT key FROM documents WHERE id = ? AND live = 1"
        for key in column(connection, where, document_id):
            return [*self.stored(connection, key).passages.values()]
        return []

    def documents(
        self, connection: Connection, document_ids: Collection[str] | None
    ) -> list[Document]:
        """The committed documents, all or those asked for."""
        where = "live = 1" if document_ids is None else f"live = 1 AND id IN {_GIVEN}"
        given = [] if document_ids is None else [json.dumps([*document_ids])]
        query = f"SELECT {_ROW}, {_SEEN} FROM documents WHERE {where} ORDER BY key"
        return [self._document(row) for row in connection.execute(query, given)]

    def has(self, connection: Connection, document_ids: Collection[str]) -> set[str]:
        """Those of the ids that are stored, shown or not."""
        query = f"SELECT id FROM documents WHERE id IN {_GIVEN}"
        return set(column(connection, query, json.dumps([*document_ids])))

    def files(self, connection: Connection, name: str | None = None) -> dict[str, SourceFile]:
        """The ingested files, or the one at a path, by path."""
        held: dict[str, list[str]] = {}
        where, given = ("", ()) if name is None else ("WHERE path = ?", (name,))
        query = f"SELECT path, document_id FROM file_documents {where} ORDER BY path, place"
        for path, document_id in connection.execute(query, given):
            held.setdefault(path, []).append(document_id)
        files = {}
        query = f"SELECT path, sha256, seal FROM files {where} ORDER BY path"
        for path, sha256, seal in connection.execute(query, given):
            names = held.get(path, [])
            if seal_of(path, sha256, names) != seal:
                raise self.damaged(f"what is known of the file {path}")
            files[path] = SourceFile(path, sha256, tuple(names))
        return files

    def groups(
        self, connection: Connection, document_ids: Collection[str] | None = None
    ) -> list[list[str]]:
        """The groups of copies, all or those of some documents; who stands for each first."""
        where, given = "", []
        if document_ids is not None:
            where = f"WHERE family IN (SELECT family FROM copies WHERE document_id IN {_GIVEN})"
            given = [json.dumps([*document_ids])]
        groups: dict[int, list[str]] = {}
        query = f"SELECT * FROM copies {where} ORDER BY family, place"
        for name, family, place, seal in connection.execute(query, given):
            if seal_of(name, family, place) != seal:
                raise self.damaged(f"the group of document {name}")
            groups.setdefault(family, []).append(name)
        return [*groups.values()]

    def signatures(self, connection: Connection) -> dict[str, bytes]:
        """What was kept beside committed documents."""
        found = {}
        for name, signature, seal in connection.execute("SELECT * FROM signatures"):
            if seal_of(name, signature) != seal:
                raise self.damaged(f"the signature of document {name}")
            found[name] = signature
        return found

    def count(self, connection: Connection, rows: str) -> int:
        """How many rows there are FROM this part of a query."""
        return int(column(connection, f"SELECT count(*) FROM {rows}")[0])

    def _document(self, row: Sequence[Any]) -> Document:
        """The document of a row of the columns _ROW and _SEEN."""
        title, text, source, url, published, author, is_inferred = row[7:]
        self._check(row, title)
        document = Document(
            *(row[1], title, text, source, url, published, row[3], author),
            is_inferred=bool(is_inferred),
        )
        if words_of(document) != row[4]:
            raise self.damaged(f"«{title}»")
        return document

    def _check(self, row: Sequence[Any], title: str) -> None:
        """IndexDamagedError unless the columns _ROW match the seal among them."""
        if seal_of(*row[1:7]) != row[0]:
            raise self.damaged(f"«{title}»")

    def damaged(self, what: str) -> IndexDamagedError:
        """The error for something that does not match its checksum."""
        return IndexDamagedError(f"{what} in {self._path} does not match its checksum: {REPAIR}")


def _passage(document: Document, row: Sequence[Any]) -> Passage:
    name, text, start, end = row
    return Passage(name, document.id, document.title, text, start, end, document.path)


def column(connection: Connection, query: str, *given: Any) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in connection.execute(query, given)]
