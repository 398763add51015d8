"""The one who writes to an index on Milvus: puts documents, commits, clears up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rag.index.changes import Changes
from rag.index.milvus.commit import Committing, Plan, frequencies_after
from rag.index.milvus.lease import Lease
from rag.index.milvus.ledger import Head, Kind, Ledger, Values
from rag.index.milvus.rows import Rows
from rag.index.milvus.search import TOLD
from rag.types import Document, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_FLUSHED = 1000  # passages of one commit from which on it is worth writing them out


class Writer:
    """Writes in the order that leaves a whole index wherever it is cut off.

    A document's rows come before the word that it waits; what a commit changes comes before the
    head; what nobody can see any more is deleted last. Whoever writes next undoes what has no
    head, and deletes what was left. After an error all of this is done again at the next call.
    """

    def __init__(self, ledger: Ledger, rows: Rows, lease: Lease) -> None:
        self._ledger = ledger
        self._rows = rows
        self._lease = lease
        self._head: Head | None = None  # that the waiting changes rest on; None: there are none
        self._waiting: dict[str, Values] = {}

    def begin(self) -> Head:
        """Take the right to write, and mend what another writer left."""
        self._lease.acquire()
        if self._head is None:
            head = self._ledger.head()
            self._ledger.undo(head.revision)
            head = self._swept(head)
            self._waiting = self._ledger.read(Kind.WAITING, revision=0)
            self._rows.delete({key for told in self._waiting.values() for key in told["older"]})
            keys = [told["key"] + 1 for told in self._waiting.values()]
            self._head = replace(head, following=max([head.following, *keys]))
            self._rows.delete_from(self._head.following)  # of a put that was cut off
        return self._head

    def put(
        self,
        document: Document,
        passages: Sequence[Passage],
        *,
        vectors: Sequence[Vectors],
        analyse: Callable[[str], list[str]],
    ) -> None:
        """Store a document that waits for a commit."""
        head = self.begin()
        key, before = head.following, self._waiting.get(document.id)
        self._rows.write(
            key,
            document,
            passages,
            analysed=[analyse(f"{passage.title} {passage.text}") for passage in passages],
            vectors=vectors,
            born=head.revision + 1,
        )
        told: dict[str, Any] = {name: getattr(document, name) for name in TOLD}
        told |= {"key": key, "group": None, "passages": len(passages)}
        told["older"] = [before["key"]] if before else []
        self._ledger.keep(Kind.WAITING, {document.id: told})
        self._waiting[document.id] = told
        self._head = replace(head, following=key + 1)
        self._rows.delete(told["older"])

    def commit(self, changes: Changes) -> None:
        """Make the changes visible. After an error it can be called again with the same."""
        head = self.begin()
        plan = Committing(self._ledger, head, changes, waiting=self._waiting).plan()
        self._head = None  # until this is done, what is on the server has to be looked at
        frequencies, (passages, terms) = frequencies_after(self._ledger, self._rows, head, plan)
        revision = head.revision + 1
        for kind, values in [*plan.values.items(), (Kind.TERM, frequencies)]:
            self._ledger.write(kind, values, revision=revision)
        self._lease.confirm()
        head = replace(
            head,
            revision=revision,
            passages=head.passages + passages,
            terms=head.terms + terms,
            is_swept=False,
        )
        self._ledger.write_head(head)
        self._clear(plan)
        self._swept(head)
        if plan.passages >= _FLUSHED:
            self._rows.flush()

    def end(self) -> None:
        """Let somebody else write."""
        self._head = None
        self._lease.release()

    def stop(self) -> None:
        """Go on, after an error, only from what is on the server."""
        self._head = None

    def give_up(self) -> None:
        """Let somebody else write, where the server does not answer."""
        self._head = None
        self._lease.forget()

    def _clear(self, plan: Plan) -> None:
        """Documents that waited and were removed."""
        self._rows.delete({self._waiting[name]["key"] for name in plan.dropped})
        self._ledger.drop(Kind.WAITING, plan.dropped)

    def _swept(self, head: Head) -> Head:
        """Delete what the last commit replaced."""
        if head.is_swept:
            return head
        keys: set[int] = set()
        risen: list[str] = []
        gone: list[tuple[Kind, str]] = []
        for entry in self._ledger.changed(head.revision):
            if entry.value is None:
                gone.append((entry.kind, entry.name))
            if entry.kind is Kind.DOCUMENT:
                if entry.former and entry.former["key"] != (entry.value or {}).get("key"):
                    keys.add(entry.former["key"])
                if entry.value:
                    risen.append(entry.name)
        self._rows.delete(keys)
        self._drop_risen(risen)
        for kind in {kind for kind, _ in gone}:
            self._ledger.drop(kind, [name for each, name in gone if each is kind])
        head = replace(head, is_swept=True)
        self._ledger.write_head(head)
        return head

    def _drop_risen(self, names: Collection[str]) -> None:
        """What waited and is there now; a document put again since then waits anew."""
        waiting = self._ledger.read(Kind.WAITING, names, revision=0)
        there = self._ledger.read(Kind.DOCUMENT, names, revision=self._ledger.head().revision)
        done = [n for n, told in waiting.items() if told["key"] == there.get(n, {}).get("key")]
        self._ledger.drop(Kind.WAITING, done)
