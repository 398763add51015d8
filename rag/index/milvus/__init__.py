"""An index on a Milvus server, for more articles than one machine searches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from rag.errors import IndexMismatchError, IndexMissingError, IndexUnreachableError
from rag.index import IndexIdentity, IndexStats, check_groups, check_passages, check_vectors
from rag.index.changes import Changes
from rag.index.milvus.commit import files_of
from rag.index.milvus.lease import Lease
from rag.index.milvus.ledger import Head, Kind, Ledger
from rag.index.milvus.rows import Rows, passage_from
from rag.index.milvus.schema import Collections
from rag.index.milvus.search import Search, document_from
from rag.index.milvus.server import Server
from rag.index.milvus.writer import Writer
from rag.types import Document, Filter, Hit, Passage, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors

_Read = TypeVar("_Read")

_REMEDY = "start anew with: rag ingest --rebuild ARTICLES"
_TRIES = 20  # of a search, where commits come quicker than it ends


class MilvusIndex:
    """The index of many machines; see rag.index.Index. Any number search, one writes.

    `server` is a Milvus server, alone or the proxy of a cluster. With FLAT collections both legs
    find what comparing everything finds; with others, like HNSW, most of it, and sooner.
    `create` makes the collections where there are none.

    An IndexUnreachableError changes nothing: the same call can be made again once the server is
    back, and what was put before stays.
    """

    def __init__(
        self,
        server: Server,
        names: Collections,
        identity: IndexIdentity,
        *,
        analyse: Callable[[str], list[str]],
        create: bool = False,
    ) -> None:
        self._server = server
        self._identity = identity
        self._analyse = analyse
        self._names = names
        self._ledger = Ledger(server, self._names.state)
        self._rows = Rows(server, self._names)
        self._writer = Writer(self._ledger, self._rows, Lease(self._ledger, server.uri))
        self._changes = Changes()
        self._prepare(create=create)

    def put(
        self, document: Document, passages: Sequence[Passage], vectors: Sequence[Vectors]
    ) -> None:
        """Store a document with `vectors` of shape (at least 1, dimension) per passage, durably."""
        dimension = self._identity.dimension
        check_passages(document, passages, vectors=vectors, dimension=dimension)
        with self._writing():
            self._writer.put(document, passages, vectors=vectors, analyse=self._analyse)
        self._changes.add(document.id)

    def remove(self, document_ids: Collection[str]) -> None:
        """Take documents out at the next commit; an unknown id is passed over."""
        self._begin()
        self._changes.remove(document_ids)

    def record(self, files: Collection[SourceFile], forget: Collection[str] = ()) -> None:
        """Remember which documents each file holds, and `forget` the files at these paths."""
        self._begin()
        self._changes.record(files, forget)

    def set_copies(self, groups: Sequence[Sequence[str]]) -> None:
        """Replace all groups of copies by these document ids, whoever stands for each first."""
        check_groups(groups)
        self._begin()
        self._changes.groups = [[*group] for group in groups]

    def keep_signatures(self, signatures: Mapping[str, bytes]) -> None:
        """Keep bytes beside documents from the next commit on, for as long as each stays."""
        self._begin()
        self._changes.signatures.update(signatures)

    def commit(self) -> None:
        """Make everything since the last commit visible to searches, all or nothing."""
        with self._writing():
            if self._changes != Changes():
                self._writer.commit(self._changes)
                self._changes = Changes()
            self._writer.end()

    def nearest(self, vectors: Vectors, k: int, within: Filter | None = None) -> list[list[Hit]]:
        """The passages of highest inner product for each row of `vectors` (n, dimension)."""
        if not len(vectors):
            return []
        check_vectors(vectors, self._identity.dimension)
        asked = np.ascontiguousarray(vectors, np.float32)
        if k < 1:
            return [[] for _ in asked]
        return self._reading(lambda head: self._search(head).nearest(asked, k, within))

    def matching(
        self, questions: Sequence[str], k: int, within: Filter | None = None
    ) -> list[list[Hit]]:
        """The passages of highest BM25 for each question; those that share no term are left out."""
        asked = [self._analyse(question) for question in questions]
        if k < 1 or not asked:
            return [[] for _ in asked]

        def search(head: Head) -> list[list[Hit]]:
            one = self._search(head)
            return [one.matching(terms, k, within) for terms in asked]

        return self._reading(search)

    def rows(self, passages: Sequence[Passage]) -> list[Vectors]:
        """The vectors each passage was put with, float32; none, (0, dimension), if unknown."""
        owners = {passage.document_id for passage in passages}

        def read(head: Head) -> list[Vectors]:
            told = self._search(head).documents(owners)
            names = self._rows.names_of({each["key"] for each in told.values()})
            keys = {(row["owner"], row["name"]): int(row["key"]) for row in names}
            asked = [keys.get((passage.document_id, passage.id), -1) for passage in passages]
            found = self._rows.vectors_of(set(asked) - {-1})
            none = np.empty((0, self._identity.dimension), np.float32)
            return [np.stack(found[key]) if key in found else none.copy() for key in asked]

        return self._reading(read)

    def copies(self, document_ids: Collection[str]) -> dict[str, list[Document]]:
        """For each of the ids the other committed members of its group in order, [] if none."""

        def read(head: Head) -> dict[str, list[Document]]:
            search = self._search(head)
            told = search.documents(document_ids)
            groups = search.groups(each["group"] for each in told.values())
            members = {
                d.id: d for d in self._documents(head, {n for g in groups.values() for n in g})
            }
            found: dict[str, list[Document]] = {name: [] for name in document_ids}
            for name, each in told.items():
                others = [other for other in groups.get(each["group"], ()) if other != name]
                found[name] = [members[other] for other in others if other in members]
            return found

        return self._reading(read)

    def signatures(self) -> dict[str, bytes]:
        """What was kept beside committed documents, by document id."""
        read = self._reading(lambda h: self._ledger.read(Kind.SIGNATURE, revision=h.revision))
        return {name: bytes.fromhex(value) for name, value in read.items()}

    def has(self, document_ids: Collection[str]) -> set[str]:
        """Those of the ids that are stored already, committed or not: no need to embed them."""

        def read(head: Head) -> set[str]:
            kinds = (Kind.DOCUMENT, Kind.WAITING)
            found = (self._ledger.read(k, document_ids, revision=head.revision) for k in kinds)
            return {name for names in found for name in names}

        return self._reading(read)

    def files(self) -> dict[str, SourceFile]:
        """The ingested files as of the last commit, by path."""
        read = self._reading(lambda h: self._ledger.read(Kind.FILE, revision=h.revision))
        return files_of(read)

    def documents(self, document_ids: Collection[str] | None = None) -> list[Document]:
        """The committed documents, all or those asked for, in the order they were put."""
        return self._reading(lambda head: self._documents(head, document_ids))

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a committed document in the order they were put; none if unknown."""

        def read(head: Head) -> list[Passage]:
            told = self._search(head).documents([document_id]).get(document_id)
            rows = self._rows.passages_of(told["key"]) if told else []
            return [passage_from(row, told) for row in rows if told]

        return self._reading(read)

    def stats(self) -> IndexStats:
        """What the index holds; how many bytes, only Milvus knows."""
        head = self._ledger.head()
        return IndexStats(
            documents=self._ledger.count(Kind.DOCUMENT),
            passages=self._server.count(self._names.passages, f"born <= {head.revision}"),
            waiting=self._ledger.count(Kind.WAITING),
            files=self._ledger.count(Kind.FILE),
            revision=head.revision,
            size=0,
        )

    def verify(self) -> list[str]:
        """What is not whole, one line each; Milvus checks what it stores itself."""
        counted = self._server.count(self._names.passages, "born >= 0")
        head = self._ledger.head()
        if head.passages <= counted:
            return []
        return [f"{self._names.passages} has {counted} of {head.passages} passages: {_REMEDY}"]

    def close(self) -> None:
        """Let go of the server and of the right to write; what was not committed stays unseen."""
        self._changes = Changes()
        try:
            self._writer.end()
        except IndexUnreachableError:  # others will see by themselves that this writer is gone
            self._writer.give_up()
        self._server.close()

    def _begin(self) -> None:
        with self._writing():
            self._writer.begin()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """After an error the writer looks at the server again before it goes on."""
        try:
            yield
        except BaseException:
            self._writer.stop()
            raise

    def _reading(self, read: Callable[[Head], _Read]) -> _Read:
        """Read in one revision: again, where it changed meanwhile."""
        head = self._ledger.head()
        for _ in range(_TRIES):
            found = read(head)
            before, head = head, self._ledger.head()
            if head.revision == before.revision:
                break
        return found

    def _search(self, head: Head) -> Search:
        return Search(self._server, self._names, ledger=self._ledger, rows=self._rows, head=head)

    def _documents(self, head: Head, document_ids: Collection[str] | None) -> list[Document]:
        told = self._search(head).documents(document_ids)
        texts = self._rows.texts([each["key"] for each in told.values()])
        ordered = sorted(told, key=lambda name: int(told[name]["key"]))
        return [
            document_from(name, told[name], texts[told[name]["key"]])
            for name in ordered
            if told[name]["key"] in texts  # else a commit came between, and this is read again
        ]

    def _prepare(self, *, create: bool) -> None:
        """The collections, checked against what they were made with."""
        if create:
            self._names.create(self._server)
            if not self._ledger.count(Kind.HEAD):
                self._ledger.write_head(Head(identity=asdict(self._identity)))
        elif not self._names.exist(self._server):
            raise IndexMissingError(
                f"no index {self._names.prefix!r} at {self._server.uri}: run: rag ingest ARTICLES"
            )
        made = self._ledger.head().identity
        for name, ours in asdict(self._identity).items():
            if made.get(name) != ours:
                raise IndexMismatchError(
                    f"the index {self._names.prefix!r} at {self._server.uri} was built with"
                    f" {name} {made.get(name)}, the settings name {ours}: {_REMEDY}"
                )
