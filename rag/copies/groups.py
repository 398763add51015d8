"""Documents to groups of copies, and what of them changes when documents come and go."""

from __future__ import annotations

import heapq
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace

from rag.copies.signatures import SIGNATURE_SIZE, check_size, signature
from rag.copies.stories import is_copy
from rag.types import Document

Precedence = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The groups, and what has to be kept for the next time: records that are new or changed."""

    groups: list[tuple[str, ...]]
    records: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _Record:
    """What is kept of a document, so that its text need not be read again."""

    id: str
    signature: bytes
    length: int  # characters of the text
    published: str | None
    owner: str | None  # the document of which it is a copy

    @property
    def precedence(self) -> Precedence:
        """Who stands for a group: the longest, the earliest, the smallest id."""
        # "~" comes after every date: a document without one is the last of its length.
        return -self.length, self.published or "~", self.id

    @classmethod
    def read(cls, name: str, record: bytes) -> _Record:
        """ValueError for something else than a record."""
        check_size(record[:SIGNATURE_SIZE])
        return cls(name, record[:SIGNATURE_SIZE], *json.loads(record[SIGNATURE_SIZE:]))

    def written(self) -> bytes:
        """For `read`."""
        return self.signature + json.dumps([self.length, self.published, self.owner]).encode()


def group(
    documents: Iterable[Document], *, signatures: Mapping[str, bytes] | None = None
) -> list[tuple[str, ...]]:
    """The ids of all copies, a group for each story that is there twice or more.

    A group begins with its representative, the longest text, then the earliest, then the one of
    the smallest id; all others are copies of it. Groups and members come in the same order. What
    `signatures` knows by document id is not computed again. ValueError for one of another size.
    """
    there = {document.id: document for document in documents}
    return regroup({}, there.values(), read=there.__getitem__, signatures=signatures).groups


def regroup(
    records: Mapping[str, bytes],
    new: Iterable[Document],
    *,
    read: Callable[[str], Document],
    gone: Set[str] = frozenset(),
    signatures: Mapping[str, bytes] | None = None,
) -> Regrouped:
    """The groups, as `group` gives them, of the documents of the records, less `gone`, and `new`.

    `records` are those of earlier calls. Compared are only new documents and those which lost the
    one that they are copies of; `read` gives the text of an old one where it must be compared.
    """
    known = {n: _Record.read(n, record) for n, record in records.items() if n not in gone}
    given = signatures or {}
    fresh = {document.id: document for document in new if document.id not in known}
    for name, d in fresh.items():
        made = given.get(name) or signature(d)
        check_size(made)
        known[name] = _Record(name, made, len(d.text), d.published, None)
    texts = _Texts(fresh, read)
    pending = {n for n, record in known.items() if n in fresh or _is_orphan(record, known)}
    changed = _Grouping(known, texts).decide(pending) | fresh.keys()
    groups: dict[str, list[_Record]] = defaultdict(list)
    for record in known.values():
        if record.owner:
            groups[record.owner].append(record)
    ordered = [
        (owner, *(record.id for record in sorted(groups[owner], key=lambda r: r.precedence)))
        for owner in sorted(groups, key=lambda owner: known[owner].precedence)
    ]
    return Regrouped(ordered, {name: known[name].written() for name in sorted(changed)})


def _is_orphan(record: _Record, known: Mapping[str, _Record]) -> bool:
    return record.owner is not None and record.owner not in known


class _Texts(dict[str, Document]):
    """Documents by id, the old ones read when they are needed."""

    def __init__(self, fresh: Mapping[str, Document], read: Callable[[str], Document]) -> None:
        super().__init__(fresh)
        self._read = read

    def __missing__(self, name: str) -> Document:
        self[name] = self._read(name)
        return self[name]


class _Grouping:
    """Each document belongs to the first before it that it is a copy of and that is no copy itself.

    So a decision rests on earlier documents alone, and those that a change may touch are decided
    in their order, each once.
    """

    def __init__(self, records: dict[str, _Record], texts: Mapping[str, Document]) -> None:
        from rag.copies.meetings import Meetings  # brings NumPy

        self._records = records
        self._texts = texts
        self._members: dict[str, set[str]] = defaultdict(set)
        for record in records.values():
            if record.owner:
                self._members[record.owner].add(record.id)
        self._meetings = Meetings(
            list(records),
            [record.signature for record in records.values()],
            lengths=[record.length for record in records.values()],
        )
        self._pending: set[str] = set()
        self._queue: list[Precedence] = []

    def decide(self, names: Set[str]) -> set[str]:
        """Decide these anew and whatever hangs on them; returns whose owner changed."""
        if not names:
            return set()
        before = {name: record.owner for name, record in self._records.items()}
        self._await(names)
        while self._queue:
            name = heapq.heappop(self._queue)[2]
            self._pending.discard(name)
            self._place(name)
        return {name for name, owner in before.items() if self._records[name].owner != owner}

    def _await(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._pending:
                self._pending.add(name)
                heapq.heappush(self._queue, self._records[name].precedence)

    def _place(self, name: str) -> None:
        own = self._records[name].precedence
        met = sorted((self._records[other].precedence, other) for other in self._meetings.of(name))
        for precedence, other in met:
            if precedence > own:
                break
            if self._records[other].owner is None and self._is_copy(other, name):
                self._give(name, other)
                return
        self._give(name, None)
        for precedence, other in met:
            if precedence > own and other not in self._pending:
                owner = self._records[other].owner
                is_free = owner is None or self._records[owner].precedence > own
                if is_free and self._is_copy(name, other):
                    self._give(other, name)

    def _give(self, name: str, owner: str | None) -> None:
        """Let a document belong to another one, or to none; its own copies must look elsewhere."""
        record = self._records[name]
        if record.owner:
            self._members[record.owner].discard(name)
        self._records[name] = replace(record, owner=owner)
        if owner:
            self._members[owner].add(name)
            self._await(self._members.pop(name, ()))

    def _is_copy(self, one: str, other: str) -> bool:
        return is_copy(self._texts[one], self._texts[other])
