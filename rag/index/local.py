"""An index in a folder: SQLite is the truth, FAISS and BM25 files are derived from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexDamagedError, IndexMissingError
from rag.index import IndexIdentity, IndexStats, check_groups, check_passages, check_vectors
from rag.index.changes import Changes, apply
from rag.index.derived import GENERATIONS, DerivedFiles, stranger_in
from rag.index.generation import Analyse, Generation
from rag.index.lexical import BM25, Bm25, Ranking
from rag.index.lock import WriterLock
from rag.index.rest import check_at_rest, leave
from rag.index.sealed import flush
from rag.index.sqlite import FILE, REPAIR, create_store, is_there, told_plainly
from rag.index.store import Store
from rag.types import Document, Filter, Hit, Passage, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors


class LocalIndex:
    """The index of one machine. Any number of processes and threads search; one thread writes.

    `analyse` turns text into the terms of BM25; `identity.analyser` is its name, and another name
    renews the derived files. Embedder, dimension and chunker must be those the index was built
    with. `create` makes an index in a new or empty folder.

    No damage is served. Opening compares the whole store with a checksum, and so does opening a
    generation with its files, which are then searched in memory, but for very large ones. Every
    row that is read from the store afterwards is compared with its own checksum, and a passage
    that was found also with the one in the generation. A damaged derived file is made anew from
    the store; a damaged store is an IndexDamagedError.
    """

    def __init__(
        self,
        folder: Path,
        identity: IndexIdentity,
        *,
        analyse: Analyse,
        create: bool = False,
        bm25: Bm25 = BM25,
    ) -> None:
        self._folder = folder
        self._identity = identity
        self._analyse = analyse
        self._lock = WriterLock(folder)
        self._changes = Changes()
        _prepare(folder, identity, create=create)
        self._store = Store(folder.absolute() / FILE, identity)
        try:
            check_at_rest(folder, self._store)
        except BaseException:
            self._store.close()
            raise
        self._derived = DerivedFiles(
            self._store, folder, identity=identity, analyse=analyse, bm25=bm25
        )

    def put(
        self, document: Document, passages: Sequence[Passage], vectors: Sequence[Vectors]
    ) -> None:
        """Store a document with `vectors` of shape (at least 1, dimension) per passage, durably."""
        self.put_all([(document, passages, vectors)])

    def put_all(
        self, articles: Iterable[tuple[Document, Sequence[Passage], Sequence[Vectors]]]
    ) -> None:
        """Put many; all are durable when it returns, and none before: the disk is waited for once.

        They need not be in memory together.
        """
        dimension = self._identity.dimension
        put = []
        self._lock.acquire()
        with self._store.writing() as connection:
            for document, passages, vectors in articles:
                check_passages(document, passages, vectors=vectors, dimension=dimension)
                self._store.stage(connection, document, passages, vectors=vectors)
                put.append(document.id)
        for document_id in put:
            self._changes.add(document_id)

    def remove(self, document_ids: Collection[str]) -> None:
        """Take documents out at the next commit; an unknown id is passed over."""
        self._lock.acquire()
        self._changes.remove(document_ids)

    def record(self, files: Collection[SourceFile], forget: Collection[str] = ()) -> None:
        """Remember which documents each file holds, and `forget` the files at these paths."""
        self._lock.acquire()
        self._changes.record(files, forget)

    def set_copies(self, groups: Sequence[Sequence[str]]) -> None:
        """Replace all groups of copies by these document ids, whoever stands for each first."""
        check_groups(groups)
        self._lock.acquire()
        self._changes.groups = [[*group] for group in groups]

    def keep_signatures(self, signatures: Mapping[str, bytes]) -> None:
        """Keep bytes beside documents from the next commit on, for as long as each stays."""
        self._lock.acquire()
        self._changes.signatures.update(signatures)

    def commit(self) -> None:
        """Make everything since the last commit visible to searches, all or nothing."""
        if self._changes != Changes():
            self._lock.acquire()
            store = self._store
            with store.writing() as connection:
                before = store.state(connection)
                files, groups = store.files(connection), store.groups(connection)
                is_changed = apply(connection, self._changes, known=files, groups=groups)
                state = store.write_state(connection, advance=is_changed)
                if is_changed:
                    older = self._derived.older(before) if before.revision else None
                    self._derived.publish(connection, state, older=older)
            self._changes = Changes()
            self._derived.sweep(state)
            leave(self._folder, store)
        self._lock.release()

    def nearest(self, vectors: Vectors, k: int, within: Filter | None = None) -> list[list[Hit]]:
        """The passages of highest inner product for each row of `vectors` (n, dimension)."""
        if not len(vectors):
            return []
        check_vectors(vectors, self._identity.dimension)
        return self._hits(len(vectors), lambda generation: generation.nearest(vectors, k, within))

    def rows(self, passages: Sequence[Passage]) -> list[Vectors]:
        """The vectors each passage was put with, to three digits; (0, dimension) if unknown."""
        with self._store.reading() as connection:
            generation = self._derived.current(connection)
        if generation is None:
            return [np.empty((0, self._identity.dimension), np.float32) for _ in passages]
        return [generation.rows(passage) for passage in passages]

    def matching(
        self, questions: Sequence[str], k: int, within: Filter | None = None
    ) -> list[list[Hit]]:
        """The passages of highest BM25 for each question; those that share no term are left out."""
        asked = [self._analyse(question) for question in questions]
        return self._hits(len(asked), lambda generation: generation.matching(asked, k, within))

    def copies(self, document_ids: Collection[str]) -> dict[str, list[Document]]:
        """For each of the ids the other committed members of its group in order, [] if none."""
        found: dict[str, list[Document]] = {name: [] for name in document_ids}
        with self._store.reading() as connection:
            groups = self._store.groups(connection, document_ids)
            members = [name for group in groups for name in group]
            documents = {d.id: d for d in self._store.documents(connection, members)}
        for group in groups:
            for name in found.keys() & set(group):
                found[name] = [documents[other] for other in group if other != name]
        return found

    def signatures(self) -> dict[str, bytes]:
        """What was kept beside committed documents, by document id."""
        with self._store.reading() as connection:
            return self._store.signatures(connection)

    def has(self, document_ids: Collection[str]) -> set[str]:
        """Those of the ids that are stored already, committed or not: no need to embed them."""
        with self._store.reading() as connection:
            return self._store.has(connection, document_ids)

    def files(self) -> dict[str, SourceFile]:
        """The ingested files as of the last commit, by path."""
        with self._store.reading() as connection:
            return self._store.files(connection)

    def documents(self, document_ids: Collection[str] | None = None) -> list[Document]:
        """The committed documents, all or those asked for, in the order they were put."""
        with self._store.reading() as connection:
            return self._store.documents(connection, document_ids)

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a committed document in the order they were put; none if unknown."""
        with self._store.reading() as connection:
            return self._store.passages_of(connection, document_id)

    def stats(self) -> IndexStats:
        """What the index holds."""
        with self._store.reading() as connection:
            held = "documents WHERE live"
            return IndexStats(
                documents=self._store.count(connection, f"{held} = 1"),
                passages=self._store.count(
                    connection, f"passages WHERE document IN (SELECT key FROM {held} = 1)"
                ),
                waiting=self._store.count(connection, f"{held} = 0"),
                files=self._store.count(connection, "files"),
                revision=self._store.state(connection).revision,
                size=sum(p.stat().st_size for p in self._folder.rglob("*") if p.is_file()),
            )

    def verify(self) -> list[str]:
        """What is damaged, one line each; an empty list if everything matches its checksum."""
        return self._store.problems() + self._derived.problems()

    def close(self) -> None:
        """Let go of files and of the right to write; what was not committed stays unseen."""
        self._changes = Changes()
        if self._lock.is_held:
            leave(self._folder, self._store)
        self._store.close()
        self._lock.release()

    def _hits(
        self, count: int, search: Callable[[Generation], Sequence[Ranking]]
    ) -> list[list[Hit]]:
        """Search and look the passages up in one state of the index."""
        with self._store.reading() as connection:
            generation = self._derived.current(connection)
            if generation is None:
                return [[] for _ in range(count)]
            found = search(generation)
            places = {place for positions, _ in found for place in positions.tolist()}
            keys = {place: int(generation.keys[place]) for place in places}
            passages = self._store.passages_at(connection, keys.values())
        for place, key in keys.items():
            if key not in passages or not generation.is_at(place, passages[key]):
                raise IndexDamagedError(
                    f"passage {key} in {self._folder / FILE} is not what was indexed: {REPAIR}"
                )
        return [
            [
                Hit(passages[keys[place]], score)
                for place, score in zip(positions.tolist(), scores.tolist(), strict=True)
            ]
            for positions, scores in found
        ]


def erase(folder: Path) -> None:
    """Take an index out of its folder, damaged or not; the folder and other files stay."""
    if is_there(folder):
        with WriterLock(folder), told_plainly(folder):
            for path in sorted(folder.glob(f"{FILE}*")):
                path.unlink()
            shutil.rmtree(folder / GENERATIONS, ignore_errors=True)


def _prepare(folder: Path, identity: IndexIdentity, *, create: bool) -> None:
    if is_there(folder):
        return
    if not create:
        raise IndexMissingError(f"no index in {folder}: run: rag ingest ARTICLES")
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        other = stranger_in(folder)
    if other:
        raise IndexMissingError(
            f"no index in {folder} but other files ({other}):"
            " name a new or empty folder with --index"
        )
    with WriterLock(folder):
        if not (folder / FILE).exists():  # nobody was quicker
            create_store(folder, identity)
            flush(folder)
