"""What a writer asked for, carried out on the store in one transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from sqlite3 import Connection

from rag.index.rows import column
from rag.index.seals import digest_of, places_of, seal_of, words_of
from rag.types import Document, Passage, SourceFile

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
RETURNING key
"""
_ORPHANED = "document_id NOT IN (SELECT id FROM documents WHERE live = 1)"


@dataclass(slots=True)
class Changes:
    """What a writer asked for since the last commit; a later call replaces what it contradicts."""

    put: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    files: dict[str, SourceFile | None] = field(default_factory=dict)  # None: forget it
    groups: list[list[str]] | None = None  # None: as they are
    signatures: dict[str, bytes] = field(default_factory=dict)

    def add(self, document_id: str) -> None:
        """A document was put."""
        self.put.add(document_id)
        self.removed.discard(document_id)

    def remove(self, document_ids: Collection[str]) -> None:
        """Documents are to go."""
        gone = set(document_ids)
        self.removed |= gone
        self.put -= gone
        for path, file in self.files.items():
            if file:
                left = tuple(name for name in file.document_ids if name not in gone)
                self.files[path] = replace(file, document_ids=left)

    def record(self, files: Collection[SourceFile], forget: Collection[str]) -> None:
        """Files are to be remembered and forgotten."""
        self.files.update(dict.fromkeys(forget))
        for file in files:
            self.files[file.path] = file
            self.removed.difference_update(file.document_ids)


def insert(
    connection: Connection,
    document: Document,
    *,
    passages: Iterable[Passage],
    blobs: Sequence[bytes],
    live: bool = False,
) -> None:
    """Write a document with its vectors, in the place of one of its id that waits likewise."""
    d, passages = document, [*passages]
    words, places = words_of(d), places_of(passages)
    digest = digest_of(d.id, words, places=places, blobs=blobs)
    row = (d.id, int(live), d.path, words, places, digest)
    seen = (d.title, d.source, d.url, d.published, d.author, int(d.is_inferred), d.text)
    connection.execute("DELETE FROM documents WHERE id = ? AND live = ?", (d.id, int(live)))
    key = connection.execute(
        f"INSERT INTO documents VALUES (NULL, {', '.join('?' * 14)})",
        (*row, seal_of(*row), *seen),
    ).lastrowid
    connection.executemany(
        "INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?)",
        [
            (key, p.id, p.text, p.start, p.end, blob)
            for p, blob in zip(passages, blobs, strict=True)
        ],
    )


def apply(
    connection: Connection,
    changes: Changes,
    *,
    known: Mapping[str, SourceFile],
    groups: Sequence[Sequence[str]],
) -> bool:
    """Carry the changes out; True if searches will see other passages than before.

    `known` and `groups` are the files and the copies so far. A file that names a document which
    was never put is a ValueError.
    """
    files = _files_after(changes, known)
    held = {name for file in files.values() for name in file.document_ids}
    held_before = {name for file in known.values() for name in file.document_ids}
    _write_files(connection, known, files)
    gone = changes.removed | (held_before - held - changes.put)
    delete = f"DELETE FROM documents WHERE id IN {_GIVEN}"
    fallen = column(connection, f"{delete} RETURNING live", json.dumps(sorted(gone)))
    for path, document_id in connection.execute(_UNKNOWN):
        raise ValueError(f"{path} names document {document_id}, which was never put")
    risen = column(connection, _RISEN, json.dumps(sorted(changes.put)))
    connection.execute(f"{delete} AND live = 1", (json.dumps(risen),))
    show = f"UPDATE documents SET live = 1 WHERE id IN {_GIVEN} RETURNING key"
    _seal(connection, column(connection, show, json.dumps(risen)))
    _seal(connection, column(connection, _MOVE))
    _write_signatures(connection, changes.signatures)
    asked = groups if changes.groups is None else changes.groups
    is_regrouped = _write_groups(connection, groups, asked)
    return bool(risen) or 1 in fallen or is_regrouped


def census(connection: Connection) -> str:
    """A checksum of which rows there are: a damaged file must not lose one unnoticed."""
    rows = [
        connection.execute(query).fetchall()
        for query in (
            "SELECT key, seal FROM documents NOT INDEXED WHERE live = 1 ORDER BY key",
            "SELECT seal FROM files ORDER BY path",
            "SELECT seal FROM copies ORDER BY document_id",
            "SELECT seal FROM signatures ORDER BY document_id",
        )
    ]
    return seal_of(rows).hex()


def _files_after(changes: Changes, known: Mapping[str, SourceFile]) -> dict[str, SourceFile]:
    files = {path: _without(file, changes.removed) for path, file in known.items()}
    for path, file in changes.files.items():
        if file:
            files[path] = _without(file, changes.removed)
        else:
            files.pop(path, None)
    return files


def _without(file: SourceFile, document_ids: Collection[str]) -> SourceFile:
    left = tuple(name for name in file.document_ids if name not in document_ids)
    return file if left == file.document_ids else replace(file, document_ids=left)


def _write_files(
    connection: Connection, known: Mapping[str, SourceFile], files: Mapping[str, SourceFile]
) -> None:
    for path in known.keys() - files.keys():
        connection.execute("DELETE FROM files WHERE path = ?", (path,))
    for path, file in files.items():
        if file != known.get(path):
            connection.execute("DELETE FROM files WHERE path = ?", (path,))
            seal = seal_of(path, file.sha256, [*file.document_ids])
            connection.execute("INSERT INTO files VALUES (?, ?, ?)", (path, file.sha256, seal))
            rows = [(path, place, name) for place, name in enumerate(file.document_ids)]
            connection.executemany("INSERT INTO file_documents VALUES (?, ?, ?)", rows)


def _write_groups(
    connection: Connection, before: Sequence[Sequence[str]], asked: Sequence[Sequence[str]]
) -> bool:
    """Replace the groups by those of committed documents; True if they are others than before."""
    if not (before or asked):
        return False
    live = set(column(connection, "SELECT id FROM documents WHERE live = 1"))
    there = ([name for name in group if name in live] for group in asked)
    groups = [group for group in there if len(group) > 1]
    if groups == before:
        return False
    connection.execute("DELETE FROM copies")
    rows = [
        (name, family, place)
        for family, group in enumerate(groups)
        for place, name in enumerate(group)
    ]
    connection.executemany(
        "INSERT INTO copies VALUES (?, ?, ?, ?)", [(*row, seal_of(*row)) for row in rows]
    )
    return True


def _write_signatures(connection: Connection, signatures: Mapping[str, bytes]) -> None:
    rows = [(name, kept, seal_of(name, kept)) for name, kept in signatures.items()]
    connection.executemany("INSERT OR REPLACE INTO signatures VALUES (?, ?, ?)", rows)
    connection.execute(f"DELETE FROM signatures WHERE {_ORPHANED}")


def _seal(connection: Connection, keys: Iterable[int]) -> None:
    """Renew the seals of documents of which a small column was changed."""
    columns = "id, live, path, words, places, digest"
    for key in keys:
        row = connection.execute(
            f"SELECT {columns} FROM documents WHERE key = ?", (key,)
        ).fetchone()
        connection.execute("UPDATE documents SET seal = ? WHERE key = ?", (seal_of(*row), key))
