"""What a writer asked for, worked out on the state before it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from rag.index.changes import Changes
from rag.index.milvus.ledger import Head, Kind, Ledger, Values
from rag.index.milvus.rows import Rows
from rag.types import SourceFile


@dataclass(slots=True)
class Plan:
    """New values by kind and name, None for what goes, and the keys that count or no longer do."""

    values: dict[Kind, Values] = field(default_factory=lambda: defaultdict(dict))
    dropped: set[str] = field(default_factory=set)  # documents that waited and are not wanted
    counted: set[int] = field(default_factory=set)
    uncounted: set[int] = field(default_factory=set)
    passages: int = 0  # that became visible


class Committing:
    """One commit: what there was, what there will be, and the difference as a plan."""

    def __init__(
        self, ledger: Ledger, head: Head, changes: Changes, *, waiting: Mapping[str, Values]
    ) -> None:
        self._ledger = ledger
        self._revision = head.revision
        self._changes = changes
        self._waiting = waiting
        self._before: Values = {}  # documents that this commit may change, None: not there
        self._after: Values = {}

    def plan(self) -> Plan:
        """ValueError where a file names a document that was never put."""
        plan = Plan()
        files = files_of(self._read(Kind.FILE))
        later = self._files_later(files)
        named, named_before = _names(later.values()), _names(files.values())
        changed = {path for path in files | later if files.get(path) != later.get(path)}
        gone = self._changes.removed | (named_before.keys() - named.keys() - self._changes.put)
        risen = {n for n in self._waiting if n in self._changes.put or n in named} - gone
        renamed = _names(held[p] for held in (files, later) for p in changed if p in held)
        self._learn({*gone, *risen, *renamed.keys(), *self._changes.signatures})
        self._check({path: later[path] for path in changed if path in later}, risen)
        for name in gone:
            self._after[name] = None
        for name in risen:
            group = (self._before[name] or {}).get("group")
            self._after[name] = {**self._waiting[name], "group": group}
        for name in {*risen, *renamed}:
            self._move(name, named.get(name, []))
        groups, groups_later = self._regroup()
        plan.dropped = {name for name in gone if name in self._waiting}
        plan.values[Kind.FILE] = {p: _file_value(later[p]) if p in later else None for p in changed}
        plan.values[Kind.GROUP] = {
            name: groups_later.get(name)
            for name in groups | groups_later
            if groups.get(name) != groups_later.get(name)
        }
        plan.values[Kind.DOCUMENT] = {
            name: after for name, after in self._after.items() if after != self._before[name]
        }
        plan.values[Kind.SIGNATURE] = self._signatures(gone)
        before, after = _counted(self._before, groups), _counted(self._after, groups_later)
        plan.counted, plan.uncounted = after - before, before - after
        plan.passages = sum(self._waiting[name]["passages"] for name in risen)
        return plan

    def _read(self, kind: Kind, names: Iterable[str] | None = None) -> Values:
        asked = None if names is None else [*names]
        return self._ledger.read(kind, asked, revision=self._revision)

    def _learn(self, names: Iterable[str]) -> None:
        unknown = set(names) - self._before.keys()
        told = dict.fromkeys(unknown) | self._read(Kind.DOCUMENT, unknown)
        self._before |= told
        self._after |= told

    def _files_later(self, files: Mapping[str, SourceFile]) -> dict[str, SourceFile]:
        asked = {**files, **self._changes.files}
        gone = self._changes.removed
        return {
            path: replace(file, document_ids=tuple(n for n in file.document_ids if n not in gone))
            for path, file in asked.items()
            if file
        }

    def _check(self, files: Mapping[str, SourceFile], risen: set[str]) -> None:
        for path, file in files.items():
            for name in file.document_ids:
                if name not in risen and not self._before[name]:
                    raise ValueError(f"{path} names document {name}, which was never put")

    def _move(self, name: str, paths: list[str]) -> None:
        told = self._after[name]
        if told and paths and told["path"] not in paths:
            self._after[name] = {**told, "path": min(paths)}

    def _regroup(self) -> tuple[Values, Values]:
        """The groups that this commit changes, before and after; their members follow."""
        before = self._read(Kind.GROUP)
        gone = {name for name, told in self._after.items() if not told}
        asked = [*before.values()] if self._changes.groups is None else self._changes.groups
        kept = {m[0] for m in asked if m and before.get(m[0]) == m and gone.isdisjoint(m)}
        others = [members for members in asked if members and members[0] not in kept]
        former = {name: members for name, members in before.items() if name not in kept}
        self._learn(name for members in [*others, *former.values()] for name in members)
        later: Values = {}
        for members in others:
            there = [name for name in members if self._after[name]]
            if len(there) > 1:
                later[there[0]] = there
        group_of = {name: group for group, members in later.items() for name in members}
        for name in {name for members in [*former.values(), *later.values()] for name in members}:
            if told := self._after[name]:
                self._after[name] = {**told, "group": group_of.get(name)}
        # Groups that stay are needed to tell which documents count.
        return before, later | {name: before[name] for name in kept}

    def _signatures(self, gone: Iterable[str]) -> Values:
        kept = {
            name: value.hex()
            for name, value in self._changes.signatures.items()
            if self._after.get(name)
        }
        return kept | dict.fromkeys(name for name in gone if self._before[name])


def frequencies_after(
    ledger: Ledger, rows: Rows, head: Head, plan: Plan
) -> tuple[Values, tuple[int, int]]:
    """In how many passages that count each term is after a plan, and what passages and terms add.

    Only of the terms that change.
    """
    more, passages, terms = rows.census(plan.counted)
    fewer, passages_gone, terms_gone = rows.census(plan.uncounted)
    delta: Counter[int] = Counter(more)
    delta.subtract(fewer)
    names = [str(number) for number, change in delta.items() if change]
    known = ledger.read(Kind.TERM, names, revision=head.revision)
    values = {name: known.get(name, 0) + delta[int(name)] for name in names}
    return values, (passages - passages_gone, terms - terms_gone)


def files_of(values: Values) -> dict[str, SourceFile]:
    """Files as the ledger holds them, by path."""
    return {
        path: SourceFile(path, value["sha256"], tuple(value["document_ids"]))
        for path, value in sorted(values.items())
    }


def _file_value(file: SourceFile) -> Values:
    return {"sha256": file.sha256, "document_ids": [*file.document_ids]}


def _names(files: Iterable[SourceFile]) -> dict[str, list[str]]:
    """The paths that hold each document."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for name in file.document_ids:
            found[name].append(file.path)
    return found


def _counted(documents: Values, groups: Values) -> set[int]:
    """The keys of documents that are searched without a filter: of copies only the first."""
    return {
        told["key"]
        for name, told in documents.items()
        if told and (not told["group"] or groups[told["group"]][0] == name)
    }
