"""Values by kind and name that all change in one step, which Milvus itself cannot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any, TypeAlias

from rag.errors import IndexAccessError
from rag.index.milvus.schema import padded, pieces
from rag.index.milvus.server import Row, Server, among

Values: TypeAlias = dict[str, Any]

_NAMES = 500  # looked up with one call
_PIECE = 60_000  # characters of JSON, which are bytes


class Kind(IntEnum):
    """What a value is about; its name is that of a document, a path, a group or a term."""

    HEAD = 1
    WRITER = 2
    WAITING = 3  # documents that were put and not committed
    DOCUMENT = 4
    FILE = 5
    GROUP = 6
    SIGNATURE = 7
    TERM = 8  # how many of the passages that count hold it


@dataclass(frozen=True, slots=True)
class Head:
    """The one row that a commit turns on, and what it says of all passages that count."""

    identity: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 0
    following: int = 1  # the key of the next document
    passages: int = 0
    terms: int = 0  # in all of them
    is_swept: bool = True  # what the last commit replaced is deleted


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that a commit changed; None: it is gone, or was not there before."""

    kind: Kind
    name: str
    value: Any
    former: Any


class Ledger:
    """A collection of values, each with the one before it.

    A reader asks for the state of a revision, that of the head. A writer gives values that hold
    from the next revision on, which nobody asks for yet, and then writes the head: one row, so
    that all of them hold at once or none. A reader who took longer than a whole commit asks for
    a revision that is no longer there: it has to read the head again when it is done.
    """

    def __init__(self, server: Server, collection: str) -> None:
        self._server = server
        self._collection = collection

    def head(self) -> Head:
        """The last commit."""
        values = self.read(Kind.HEAD, [""], revision=0)
        if not values:
            raise IndexAccessError(
                f"{self._collection} at {self._server.uri} is not whole: run: rag ingest --rebuild"
            )
        return Head(**values[""])

    def write_head(self, head: Head) -> None:
        """Commit."""
        self.keep(Kind.HEAD, {"": asdict(head)})

    def read(self, kind: Kind, names: Collection[str] | None = None, *, revision: int) -> Values:
        """The values of a revision by name, all or those asked for and there."""
        found = {}
        for row in self._rows(kind, names):
            known = _decoded(row["value" if row["since"] <= revision else "former"])
            if known:
                found[known[0]] = known[1]
        return found

    def write(self, kind: Kind, values: Mapping[str, Any], *, revision: int) -> None:
        """Values that hold from `revision` on, the one after the head's; None: no longer there."""
        present = {row["name"]: row for row in self._rows(kind, values)}
        rows = []
        for name, value in values.items():
            row = present.get(_key(kind, name))
            is_rewritten = row is not None and row["since"] == revision
            former = row["former" if is_rewritten else "value"] if row else []
            rows.append(_row(kind, name, value=value, since=revision, former=former))
        self._server.upsert(self._collection, rows)

    def keep(self, kind: Kind, values: Mapping[str, Any]) -> None:
        """Values that hold at once, whatever the head says."""
        rows = [_row(kind, name, value=v, since=0, former=[]) for name, v in values.items()]
        self._server.upsert(self._collection, rows)

    def drop(self, kind: Kind, names: Collection[str]) -> None:
        """Values that are gone at once, and their rows with them."""
        keys = [_key(kind, name) for name in names]
        for start in range(0, len(keys), _NAMES):
            where = among("name", keys[start : start + _NAMES])
            self._server.call("delete", self._collection, filter=where)

    def changed(self, revision: int) -> Iterator[Entry]:
        """What a commit changed, but for terms."""
        where = f"since == {revision} and kind != {Kind.TERM.value}"
        for row in self._scan(where):
            value, former = _decoded(row["value"]), _decoded(row["former"])
            name = (value or former or [""])[0]
            yield Entry(Kind(row["kind"]), name, value and value[1], former and former[1])

    def undo(self, revision: int) -> None:
        """Put back what a commit that was cut off changed after `revision`."""
        rows = [*self._scan(f"since > {revision}")]
        back = [row | {"value": row["former"], "former": [], "since": 0} for row in rows]
        self._server.upsert(self._collection, [padded(row) for row in back if row["value"]])
        gone = [row["name"] for row in back if not row["value"]]
        for start in range(0, len(gone), _NAMES):
            where = among("name", gone[start : start + _NAMES])
            self._server.call("delete", self._collection, filter=where)

    def count(self, kind: Kind) -> int:
        """How many values of a kind there are."""
        return self._server.count(self._collection, f"kind == {kind.value}")

    def _rows(self, kind: Kind, names: Collection[str] | None) -> Iterator[Row]:
        if names is None:
            yield from self._scan(f"kind == {kind.value}")
            return
        keys = [_key(kind, name) for name in names]
        for start in range(0, len(keys), _NAMES):
            yield from self._server.call(
                "query",
                self._collection,
                filter=among("name", keys[start : start + _NAMES]),
                output_fields=["name", "since", "value", "former"],
            )

    def _scan(self, where: str) -> Iterator[Row]:
        fields = ["name", "kind", "since", "value", "former"]
        return self._server.scan(self._collection, where, fields)


def _key(kind: Kind, name: str) -> str:
    """Names can hold anything, keys stand in expressions."""
    return hashlib.sha256(f"{kind.value} {name}".encode("utf-8", "surrogatepass")).hexdigest()


def _row(kind: Kind, name: str, *, value: Any, since: int, former: list[str]) -> Row:
    written = [] if value is None else pieces(json.dumps([name, value]), _PIECE)
    row = {"name": _key(kind, name), "kind": kind.value, "since": since}
    return padded(row | {"value": written, "former": former})


def _decoded(written: Collection[str]) -> Any:
    """The name and the value; None for no value."""
    return json.loads("".join(written)) if written else None
