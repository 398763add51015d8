"""The truth of a local index: documents, passages, vectors and files in SQLite."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexDamagedError, IndexMismatchError
from rag.index import IndexIdentity
from rag.index.changes import census, insert
from rag.index.dense import HALF, Halves
from rag.index.rows import Rows, column
from rag.index.sqlite import (
    FORMAT,
    REMEDY,
    REPAIR,
    Connections,
    identity_rows,
    read_meta,
    write_meta,
)
from rag.types import Document, Passage

if TYPE_CHECKING:
    from rag.types import Vectors


@dataclass(frozen=True, slots=True)
class State:
    """What searches see from one commit to the next."""

    revision: int  # 0: nothing was ever committed
    token: str  # no other state has it, in this index or another


@dataclass(frozen=True, slots=True)
class Entry:
    """A committed passage, with what a search needs to know of it."""

    key: int
    passage: Passage
    vectors: Halves
    document: Document
    family: int  # of the copies it belongs to; -1: none
    place: int  # among them


class Store(Rows):
    """One SQLite file. What is done on one connection of `reading` or `writing` sees one state.

    Without an `identity` a store of any embedder is opened, for upkeep.
    """

    def __init__(self, path: Path, identity: IndexIdentity | None) -> None:
        super().__init__(path)
        self._connections = Connections(path)
        with self.reading() as connection:
            if not self.count(connection, "sqlite_master WHERE name = 'meta'"):
                raise IndexDamagedError(f"{path} is damaged (it is empty): {REPAIR}")
            meta = self._meta(connection)
        if meta.get("format") != FORMAT:
            raise IndexMismatchError(
                f"the index in {path.parent} was made by another version of this program (format"
                f" {meta.get('format')}, this one reads {FORMAT}): {REMEDY}"
            )
        for name, ours in identity_rows(identity) if identity else ():
            if meta.get(name) != ours:
                raise IndexMismatchError(
                    f"the index in {path.parent} was built with {name} {meta.get(name)},"
                    f" the settings name {ours}: {REMEDY}"
                )
        self._dimension = int(meta["dimension"])

    def identity(self, analyser: str) -> IndexIdentity:
        """What the store was made with; the analyser is of the derived files alone."""
        with self.reading() as connection:
            meta = self._meta(connection)
        return IndexIdentity(
            embedder=meta["embedder"],
            dimension=self._dimension,
            chunker=meta["chunker"],
            analyser=analyser,
        )

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection whose view of the index does not change."""
        return self._connections.transaction("BEGIN")

    def writing(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are kept, all of them, if the block ends without an error."""
        return self._connections.transaction("BEGIN IMMEDIATE")

    def idle(self) -> AbstractContextManager[Connection]:
        """A connection outside of any transaction."""
        return self._connections.idle()

    def close(self) -> None:
        """Close the connections that no search is using."""
        self._connections.close()

    def stage(
        self,
        connection: Connection,
        document: Document,
        passages: Sequence[Passage],
        *,
        vectors: Sequence[Vectors],
    ) -> None:
        """Keep a document for the commit that will show it."""
        with np.errstate(over="ignore"):
            halves = [rows.astype(HALF) for rows in vectors]
        if not all(np.isfinite(rows).all() for rows in halves):
            raise ValueError("vectors with a value over 65504, which float16 does not reach")
        blobs = [rows.tobytes() for rows in halves]
        insert(connection, document, passages=passages, blobs=blobs)

    def state(self, connection: Connection) -> State:
        """The state that a connection sees."""
        meta = self._meta(connection)
        return State(int(meta["revision"]), meta["token"])

    def write_state(
        self, connection: Connection, *, advance: bool, revision: int | None = None
    ) -> State:
        """Count what is there; `advance` gives the state a revision and a token of its own."""
        before = self._meta(connection)
        meta = before | {"census": census(connection)}
        if advance:
            meta["revision"] = str(revision or int(meta["revision"]) + 1)
            meta["token"] = secrets.token_hex(8)
        if meta != before:
            write_meta(connection, meta)
        return State(int(meta["revision"]), meta["token"])

    def live(self, connection: Connection) -> Iterator[Entry]:
        """Every committed passage; keys rise throughout."""
        families = {
            name: (family, place)
            for family, group in enumerate(self.groups(connection))
            for place, name in enumerate(group)
        }
        for key in column(connection, "SELECT key FROM documents WHERE live = 1 ORDER BY key"):
            stored = self.stored(connection, key)
            family, place = families.get(stored.document.id, (-1, 0))
            for (number, passage), blob in zip(stored.passages.items(), stored.blobs, strict=True):
                rows = np.frombuffer(blob, HALF).reshape(-1, self._dimension)
                yield Entry(number, passage, rows, stored.document, family, place)

    def problems(self) -> list[str]:
        """What SQLite and the checksums have against the file; empty if it is whole."""
        try:
            with self.reading() as connection:
                lines = column(connection, "PRAGMA integrity_check(3)")
                found = [
                    f"{self._path} is damaged ({' '.join(line.split())}): {REPAIR}"
                    for line in lines
                    if line != "ok"
                ]
                for key in column(connection, "SELECT key FROM documents NOT INDEXED"):
                    try:
                        self.stored(connection, key)
                    except IndexDamagedError as error:
                        found.append(str(error))
                self.files(connection)
                self.groups(connection)
                self.signatures(connection)
                if self._meta(connection)["census"] not in ("", census(connection)):
                    found.append(f"{self._path} is damaged (a row is missing): {REPAIR}")
        except IndexDamagedError as error:
            return [str(error)]
        return found

    def _meta(self, connection: Connection) -> dict[str, str]:
        meta = read_meta(connection)
        if meta is None:
            raise self.damaged("what it says of itself")
        return meta
