"""An index in a folder: SQLite is the truth, FAISS and BM25 files are derived from it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexAccessError, IndexLockedError, IndexMissingError
from rag.index import IndexIdentity, IndexStats, check_passages, check_vectors
from rag.index.lexical import BM25, Bm25, LexicalIndex, LexicalWriter, Ranking
from rag.index.store import FILE, Changes, Store, create_store, told_plainly
from rag.types import Document, Hit, Passage, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors

Analyse = Callable[[str], list[str]]

_LAYOUT = 1  # of the derived files
_GENERATIONS = "generations"
_LOCK = "lock"
_UNUSABLE = (OSError, ValueError, KeyError, TypeError, RuntimeError)  # the last: FAISS's own
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

    def put(self, document: Document, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store a document with `vectors` of shape (len(passages), dimension), durably."""
        check_passages(document, passages)
        check_vectors(vectors, rows=len(passages), dimension=self._identity.dimension)
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
                revision, token = self._store.revision(connection)
                older = self._open(revision, token) if revision else None
                if self._store.apply(connection, self._changes):
                    revision, token = self._store.advance(connection)
                    birth = self._birth(revision, token)
                    self._publish(connection, revision, birth=birth, older=older)
            self._changes = Changes()
            self._sweep()
        self._lock.release()

    def nearest(self, vectors: Vectors, k: int) -> list[list[Hit]]:
        """The passages of highest inner product for each row of `vectors` (n, dimension)."""
        if not len(vectors):
            return []
        check_vectors(vectors, rows=len(vectors), dimension=self._identity.dimension)
        return self._hits(len(vectors), lambda generation: generation.nearest(vectors, k))

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
                revision=self._store.revision(connection)[0],
                size=sum(p.stat().st_size for p in self._folder.rglob("*") if p.is_file()),
            )

    def verify(self) -> list[str]:
        """What is damaged, one line each; an empty list if everything matches its checksum."""
        problems = self._store.problems()
        with self._store.reading() as connection:
            revision, token = self._store.revision(connection)
        if revision:
            try:
                _check_files(self._place(revision), self._birth(revision, token))
            except _UNUSABLE as error:
                problems.append(f"{self._place(revision)}: {error}")
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
        revision, token = self._store.revision(connection)
        if not revision:
            return None
        with self._loading:
            if self._generation is None or self._generation.token != token:
                self._generation = self._open(revision, token) or self._rebuild(
                    connection, revision, token=token
                )
            return self._generation

    def _open(self, revision: int, token: str) -> Generation | None:
        place = self._place(revision)
        try:
            return Generation.open(place, self._birth(revision, token), bm25=self._bm25)
        except _UNUSABLE as error:
            _log.warning("%s is not used and will be rebuilt: %s", place, error)
            return None

    def _rebuild(self, connection: Connection, revision: int, *, token: str) -> Generation:
        birth = self._birth(revision, token)
        try:
            with WriterLock(self._folder):
                self._publish(connection, revision, birth=birth, older=None)
            return Generation.open(self._place(revision), birth, bm25=self._bm25)
        except (IndexLockedError, IndexAccessError, OSError):
            # A writer is at work, or this folder is read-only: search a copy nobody else sees.
            # Its files are open when they are deleted.
            with tempfile.TemporaryDirectory() as scratch:
                self._build(connection, Path(scratch), birth=birth, older=None)
                return Generation.open(Path(scratch), birth, bm25=self._bm25)

    def _publish(
        self,
        connection: Connection,
        revision: int,
        *,
        birth: dict[str, Any],
        older: Generation | None,
    ) -> None:
        """Build the derived files aside, then put them in their place in one step."""
        place = self._place(revision)
        draft = place.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        self._build(connection, draft, birth=birth, older=older)
        shutil.rmtree(place, ignore_errors=True)  # damaged, or of a commit that was cut off
        draft.rename(place)
        _flush(place.parent)

    def _build(
        self,
        connection: Connection,
        folder: Path,
        *,
        birth: dict[str, Any],
        older: Generation | None,
    ) -> None:
        """Write the derived files; what `older` holds already is not analysed again."""
        import faiss

        dense = faiss.IndexFlatIP(self._identity.dimension)
        lexical = LexicalWriter()
        positions: dict[int, int] = {}  # by key
        analysed = set(older.keys.tolist()) if older else set()
        for passages, vectors in self._store.live(connection):
            dense.add(vectors)
            for key, passage in passages.items():
                positions[key] = len(positions)
                if key not in analysed:
                    terms = self._analyse(f"{passage.title} {passage.text}")
                    lexical.add(positions[key], terms)
        if older:
            moved = [positions.get(key, -1) for key in older.keys.tolist()]
            lexical.take_over(older.lexical, np.array(moved, np.int64))
        (folder / "dense.faiss").write_bytes(faiss.serialize_index(dense).data)
        np.save(folder / "rows.npy", np.array(list(positions), np.int64))
        lexical.write(folder)
        _seal(folder, birth)

    def _sweep(self) -> None:
        """Keep the newest generation, and the one that a search may still be opening."""
        with self._store.reading() as connection:
            revision, _ = self._store.revision(connection)
        kept = {self._place(revision), self._place(revision - 1)}
        for place in (self._folder / _GENERATIONS).glob("*"):
            if place not in kept:
                shutil.rmtree(place, ignore_errors=True)

    def _place(self, revision: int) -> Path:
        return self._folder / _GENERATIONS / f"{revision:06}"

    def _birth(self, revision: int, token: str) -> dict[str, Any]:
        return {"layout": _LAYOUT, "revision": revision, "token": token, **asdict(self._identity)}


@dataclass(frozen=True, slots=True)
class Generation:
    """The derived files of one state of the index, checked and open for searching."""

    token: str
    keys: NDArray[np.int64]  # of the passage at each position
    dense: Any
    lexical: LexicalIndex

    @classmethod
    def open(cls, folder: Path, birth: dict[str, Any], *, bm25: Bm25) -> Generation:
        """Open the files after their checksums; one of `_UNUSABLE` if anything is not right."""
        import faiss

        _check_files(folder, birth)
        return cls(
            token=birth["token"],
            keys=np.load(folder / "rows.npy"),
            dense=faiss.read_index(str(folder / "dense.faiss")),
            lexical=LexicalIndex(folder, bm25),
        )

    def nearest(self, vectors: Vectors, k: int) -> list[Ranking]:
        """At most `k` positions for each vector, best first; equal ones by position."""
        rankings: list[Ranking] = []
        k = min(k, len(self.keys))
        for start in range(0, len(vectors), 256):
            block = np.ascontiguousarray(vectors[start : start + 256], np.float32)
            if k < 1:
                rankings += [(np.empty(0, np.int64), np.empty(0))] * len(block)
                continue
            width = min(k + 1, len(self.keys))
            scores, positions = self._compare(block, width)
            # FAISS takes any of the equal ones at the edge: look on until the edge is clear.
            while width < len(self.keys) and (scores[:, k - 1] == scores[:, -1]).any():
                width = min(2 * width, len(self.keys))
                scores, positions = self._compare(block, width)
            order = np.lexsort((positions, -scores), axis=-1)[:, :k]
            rankings += zip(
                np.take_along_axis(positions, order, 1),
                np.take_along_axis(scores, order, 1),
                strict=True,
            )
        return rankings

    def _compare(self, block: Vectors, width: int) -> tuple[NDArray[Any], NDArray[Any]]:
        import faiss

        # FAISS shares out questions, not passages: with a single one the other threads only
        # wait, and on two busy cores that took 22 ms instead of 3 (20,000 passages of 768).
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(threads if len(block) > 1 else 1)
        try:
            scores, positions = self.dense.search(block, width)
        finally:
            faiss.omp_set_num_threads(threads)
        return scores, positions


class WriterLock:
    """The right to write to a folder: one holder, and the system frees it when that one dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock, or keep it; IndexLockedError if somebody else has it."""
        if self._file is not None:
            return
        with told_plainly(self._folder):
            file = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(file, 0)
                os.pwrite(file, str(os.getpid()).encode(), 0)
            except BlockingIOError as error:
                holder = os.pread(file, 20, 0).decode()
                os.close(file)
                raise IndexLockedError(
                    f"another process (pid {holder}) is writing to {self._folder}:"
                    " wait for it to end"
                ) from error
        self._file = file

    def release(self) -> None:
        """Let another process write."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


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
    foreign = [name for name in names if not name.startswith((FILE, _GENERATIONS, _LOCK))]
    if foreign:
        raise IndexMissingError(
            f"no index in {folder} but other files ({foreign[0]}):"
            " name a new or empty folder with --index"
        )
    with WriterLock(folder):
        if not (folder / FILE).exists():  # nobody was quicker
            create_store(folder, identity)
            _flush(folder)


def _seal(folder: Path, birth: dict[str, Any]) -> None:
    """Bring every file to the disk and list it, with its size and checksum, in the manifest."""
    files = {}
    for path in sorted(folder.iterdir()):
        _flush(path)
        files[path.name] = _fingerprint(path)
    manifest = {"birth": birth, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    _flush(folder / "manifest.json")
    _flush(folder)


def _check_files(folder: Path, birth: dict[str, Any]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, ours in birth.items():
        if manifest["birth"].get(name) != ours:
            raise ValueError(f"its {name} is {manifest['birth'].get(name)}, not {ours}")
    names = list(manifest["files"])
    with ThreadPoolExecutor() as pool:
        found = pool.map(_fingerprint, map(folder.joinpath, names))
        for name, fingerprint in zip(names, found, strict=True):
            if fingerprint != manifest["files"][name]:
                raise ValueError(f"{name} does not match its checksum")


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "size": path.stat().st_size}


def _flush(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
