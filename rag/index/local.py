"""An index in a folder: SQLite is the truth, FAISS and BM25 files are derived from it."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import IndexAccessError, IndexLockedError, IndexMissingError
from rag.index import IndexIdentity, IndexStats, check_passages, check_vectors
from rag.index.generation import UNUSABLE, Analyse, Generation, check_files, flush, write_generation
from rag.index.lexical import BM25, Bm25, Ranking
from rag.index.lock import LOCK, WriterLock
from rag.index.sqlite import FILE, create_store, told_plainly
from rag.index.store import Changes, State, Store
from rag.types import Document, Hit, Passage, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors

_GENERATIONS = "generations"
_log = logging.getLogger(__name__)


class LocalIndex:
    """The index of one machine. Any number of processes and threads search; one thread writes.

    `analyse` turns text into the terms of BM25; `identity.analyser` is its name, and another name
    renews the derived files. Embedder, dimension and chunker must be those the index was built
    with. `create` makes an index in a new or empty folder.
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
        self._bm25 = bm25
        self._lock = WriterLock(folder)
        self._changes = Changes()
        self._generation: Generation | None = None
        self._loading = threading.Lock()
        _prepare(folder, identity, create=create)
        self._store = Store(folder, identity)

    def put(
        self, document: Document, passages: Sequence[Passage], vectors: Sequence[Vectors]
    ) -> None:
        """Store a document with `vectors` of shape (at least 1, dimension) per passage, durably."""
        dimension = self._identity.dimension
        check_passages(document, passages, vectors=vectors, dimension=dimension)
        self._lock.acquire()
        self._store.stage(document, passages, vectors)
        self._changes.put.add(document.id)
        self._changes.removed.discard(document.id)

    def remove(self, document_ids: Collection[str]) -> None:
        """Take documents out at the next commit; an unknown id is passed over."""
        self._lock.acquire()
        changes, gone = self._changes, set(document_ids)
        changes.removed |= gone
        changes.put -= gone
        for path, file in changes.files.items():
            if file:
                left = tuple(name for name in file.document_ids if name not in gone)
                changes.files[path] = replace(file, document_ids=left)

    def record(self, files: Collection[SourceFile], forget: Collection[str] = ()) -> None:
        """Remember which documents each file holds, and `forget` the files at these paths."""
        self._lock.acquire()
        self._changes.files.update(dict.fromkeys(forget))
        for file in files:
            self._changes.files[file.path] = file
            self._changes.removed.difference_update(file.document_ids)

    def commit(self) -> None:
        """Make everything since the last commit visible to searches, all or nothing."""
        if self._changes != Changes():
            self._lock.acquire()
            with self._store.writing() as connection:
                state = self._store.state(connection)
                older = self._open(state) if state.revision else None
                if self._store.apply(connection, self._changes):
                    self._publish(connection, self._store.advance(connection), older=older)
            self._changes = Changes()
            self._sweep()
        self._lock.release()

    def nearest(self, vectors: Vectors, k: int) -> list[list[Hit]]:
        """The passages of highest inner product for each row of `vectors` (n, dimension)."""
        if not len(vectors):
            return []
        check_vectors(vectors, self._identity.dimension)
        return self._hits(len(vectors), lambda generation: generation.nearest(vectors, k))

    def rows(self, passages: Sequence[Passage]) -> list[Vectors]:
        """The vectors each passage was put with, float32; none, (0, dimension), if unknown."""
        with self._store.reading() as connection:
            generation = self._current(connection)
        if generation is None:
            return [np.empty((0, self._identity.dimension), np.float32) for _ in passages]
        return [generation.rows(passage) for passage in passages]

    def matching(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """The passages of highest BM25 for each question; those that share no term are left out."""
        asked = [self._analyse(question) for question in questions]
        return self._hits(
            len(asked), lambda generation: [generation.lexical.search(terms, k) for terms in asked]
        )

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
        problems = self._store.problems()
        with self._store.reading() as connection:
            state = self._store.state(connection)
        if state.revision:
            place = self._place(state.revision)
            try:
                check_files(place, self._birth(state))
            except UNUSABLE as error:
                problems.append(f"{place}: {error}")
        return problems

    def close(self) -> None:
        """Let go of files and of the right to write; what was not committed stays unseen."""
        self._changes = Changes()
        self._store.close()
        self._lock.release()

    def _hits(
        self, count: int, search: Callable[[Generation], Sequence[Ranking]]
    ) -> list[list[Hit]]:
        """Search and look the passages up in one state of the index."""
        with self._store.reading() as connection:
            generation = self._current(connection)
            if generation is None:
                return [[] for _ in range(count)]
            found = [
                (generation.keys[positions].tolist(), scores.tolist())
                for positions, scores in search(generation)
            ]
            passages = self._store.passages_at(
                connection, {key for keys, _ in found for key in keys}
            )
        return [
            [Hit(passages[key], score) for key, score in zip(keys, scores, strict=True)]
            for keys, scores in found
        ]

    def _current(self, connection: Connection) -> Generation | None:
        """The derived files of the state that a connection sees; None before the first commit."""
        state = self._store.state(connection)
        if not state.revision:
            return None
        with self._loading:
            if self._generation is None or self._generation.token != state.token:
                self._generation = self._open(state) or self._rebuild(connection, state)
            return self._generation

    def _open(self, state: State) -> Generation | None:
        place = self._place(state.revision)
        try:
            return Generation.open(place, self._birth(state), bm25=self._bm25)
        except UNUSABLE as error:
            _log.warning("%s is not used and will be rebuilt: %s", place, error)
            return None

    def _rebuild(self, connection: Connection, state: State) -> Generation:
        birth = self._birth(state)
        try:
            with WriterLock(self._folder):
                self._publish(connection, state, older=None)
            return Generation.open(self._place(state.revision), birth, bm25=self._bm25)
        except (IndexLockedError, IndexAccessError, OSError):
            # A writer is at work, or this folder is read-only: search a copy nobody else sees.
            # Its files are open when they are deleted.
            with tempfile.TemporaryDirectory() as scratch:
                self._write(connection, state, folder=Path(scratch), older=None)
                return Generation.open(Path(scratch), birth, bm25=self._bm25)

    def _publish(self, connection: Connection, state: State, *, older: Generation | None) -> None:
        """Write the derived files aside, then put them in their place in one step."""
        place = self._place(state.revision)
        draft = place.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        self._write(connection, state, folder=draft, older=older)
        shutil.rmtree(place, ignore_errors=True)  # damaged, or of a commit that was cut off
        draft.rename(place)
        flush(place.parent)

    def _write(
        self, connection: Connection, state: State, *, folder: Path, older: Generation | None
    ) -> None:
        write_generation(
            folder,
            self._birth(state),
            passages=self._store.live(connection),
            analyse=self._analyse,
            older=older,
        )

    def _sweep(self) -> None:
        """Keep the newest generation, and the one that a search may still be opening."""
        with self._store.reading() as connection:
            revision = self._store.state(connection).revision
        kept = {self._place(revision), self._place(revision - 1)}
        for place in (self._folder / _GENERATIONS).glob("*"):
            if place not in kept:
                shutil.rmtree(place, ignore_errors=True)

    def _place(self, revision: int) -> Path:
        return self._folder / _GENERATIONS / f"{revision:06}"

    def _birth(self, state: State) -> dict[str, Any]:
        return asdict(state) | asdict(self._identity)


def erase(folder: Path) -> None:
    """Take an index out of its folder, damaged or not; the folder and other files stay."""
    if (folder / FILE).exists():
        with WriterLock(folder), told_plainly(folder):
            for path in sorted(folder.glob(f"{FILE}*")):
                path.unlink()
            shutil.rmtree(folder / _GENERATIONS, ignore_errors=True)


def _prepare(folder: Path, identity: IndexIdentity, *, create: bool) -> None:
    if (folder / FILE).exists():
        return
    if not create:
        raise IndexMissingError(f"no index in {folder}: run: rag ingest ARTICLES")
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(path.name for path in folder.iterdir())
    foreign = [name for name in names if not name.startswith((FILE, _GENERATIONS, LOCK))]
    if foreign:
        raise IndexMissingError(
            f"no index in {folder} but other files ({foreign[0]}):"
            " name a new or empty folder with --index"
        )
    with WriterLock(folder):
        if not (folder / FILE).exists():  # nobody was quicker
            create_store(folder, identity)
            flush(folder)
