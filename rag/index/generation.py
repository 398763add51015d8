"""The files derived from one state of the store: written, sealed, checked, searched."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.index.filters import FACETS, Facets, Mask, allowed, facets_of
from rag.index.lexical import Bm25, LexicalIndex, LexicalWriter, Ranking, save_array
from rag.index.seals import seal_of
from rag.index.store import Entry
from rag.types import Filter, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

Analyse = Callable[[str], list[str]]

UNUSABLE = (OSError, ValueError, KeyError, TypeError, RuntimeError)  # the last: FAISS's own

_LAYOUT = 3  # of the files
_BLOCK = 256  # questions compared at a time
_WIDTH = 4  # rows looked at for each passage wanted, and how much further to look if too few


@dataclass(frozen=True, slots=True)
class Generation:
    """The derived files of one state of the index, checked and open for searching.

    A passage has a position in the order of the keys, and its vectors are adjacent rows.
    """

    token: str
    keys: NDArray[np.int64]  # of the passage at each position, rising
    starts: NDArray[np.int64]  # its first row; one more, the number of all rows
    names: NDArray[np.uint64]  # see `_name`
    by_name: NDArray[np.int64]  # positions in the order of the names
    facets: Facets
    dense: Any
    lexical: LexicalIndex

    @classmethod
    def open(cls, folder: Path, birth: dict[str, Any], *, bm25: Bm25) -> Generation:
        """Open the files after their checksums; one of `UNUSABLE` if anything is not right."""
        import faiss

        check_files(folder, birth)
        names = np.load(folder / "names.npy")
        facets = np.load(folder / "facets.npy")
        return cls(
            token=birth["token"],
            keys=np.load(folder / "keys.npy"),
            starts=np.load(folder / "starts.npy"),
            names=names,
            by_name=np.argsort(names),
            facets=facets,
            dense=faiss.read_index(str(folder / "dense.faiss")),
            lexical=LexicalIndex(folder, bm25, counted=allowed(facets, None)),
        )

    def nearest(self, vectors: Vectors, k: int, within: Filter | None) -> list[Ranking]:
        """At most `k` positions for each vector, nearest row first; equal ones by position."""
        reach = _Reach(allowed(self.facets, within), self.starts)
        k = min(k, reach.passages)
        if k < 1:
            return [(np.empty(0, np.int64), np.empty(0))] * len(vectors)
        rankings: list[Ranking] = []
        for start in range(0, len(vectors), _BLOCK):
            block = np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32)
            rankings += self._rank(block, k, reach)
        return rankings

    def matching(self, asked: Sequence[list[str]], k: int, within: Filter | None) -> list[Ranking]:
        """At most `k` positions for each list of terms, highest BM25 first."""
        mask = allowed(self.facets, within)
        return [self.lexical.search(terms, k, mask) for terms in asked]

    def is_at(self, position: int, passage: Passage) -> bool:
        """Whether this is, to the letter, the passage that the position was made from."""
        return bool(self.names[position] == _name(passage))

    def rows(self, passage: Passage) -> Vectors:
        """The vectors of a passage; (0, dimension) if it has no position here."""
        name = _name(passage)
        place = np.searchsorted(self.names, name, sorter=self.by_name)
        for position in self.by_name[place : place + 1]:
            if self.names[position] == name:
                start, end = self.starts[position : position + 2].tolist()
                rows: Vectors = self.dense.reconstruct_n(start, end - start)
                return rows
        return np.empty((0, self.dense.d), np.float32)

    def _rank(self, block: Vectors, k: int, reach: _Reach) -> list[Ranking]:
        found: dict[int, Ranking] = {}
        width = _WIDTH * k
        while unclear := [number for number in range(len(block)) if number not in found]:
            width = min(width, reach.rows)
            scores, rows = self._compare(block[unclear], width, reach)
            owners = np.searchsorted(self.starts, rows, side="right") - 1
            for number, score, owner in zip(unclear, scores, owners, strict=True):
                positions, first = np.unique(owner, return_index=True)
                best = score[first]
                # A row not looked at may equal the last one, but scores no more: passages above
                # the last are certain. Those of many near rows can leave too few of them.
                if width == reach.rows or np.count_nonzero(best > score[-1]) >= k:
                    order = np.argsort(-best, kind="stable")[:k]
                    found[number] = positions[order], best[order]
            width *= _WIDTH
        return [found[number] for number in range(len(block))]

    def _compare(
        self, block: Vectors, width: int, reach: _Reach
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        import faiss

        # FAISS shares out questions, not rows: with a single one the other threads only
        # wait, and on two busy cores that took 22 ms instead of 3 (20,000 rows of 768).
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(threads if len(block) > 1 else 1)
        try:
            scores, rows = self.dense.search(block, width, params=reach.parameters)
        finally:
            faiss.omp_set_num_threads(threads)
        return scores, rows


class _Reach:
    """The passages that a dense search may return, and their rows."""

    def __init__(self, mask: Mask | None, starts: NDArray[np.int64]) -> None:
        self.passages = len(starts) - 1
        self.rows = int(starts[-1])
        self.parameters: Any = None  # of FAISS
        if mask is not None:
            import faiss

            rows = np.repeat(mask, np.diff(starts))
            self.passages = int(np.count_nonzero(mask))
            self.rows = int(np.count_nonzero(rows))
            bits = np.packbits(rows, bitorder="little")
            library: Any = faiss  # its types know only the C++ signatures
            self.parameters = library.SearchParameters(sel=library.IDSelectorBitmap(bits))


def write_generation(
    folder: Path,
    birth: dict[str, Any],
    *,
    entries: Iterable[Entry],
    analyse: Analyse,
    older: Generation | None,
) -> None:
    """Write and seal the files; what `older` holds already is not analysed again.

    `entries` are all there are, with rising keys; `birth` is what the files are derived from.
    """
    import faiss

    dense = faiss.IndexFlatIP(birth["dimension"])
    lexical = LexicalWriter()
    positions: dict[int, int] = {}  # by key
    starts, names, facets = [0], [], []
    analysed = set(older.keys.tolist()) if older else set()
    for entry in entries:
        position = positions.setdefault(entry.key, len(positions))
        dense.add(entry.vectors)
        starts.append(dense.ntotal)
        names.append(_name(entry.passage))
        facets.append(facets_of(entry.document, entry.family, entry.place))
        if entry.key not in analysed:
            lexical.add(position, analyse(f"{entry.passage.title} {entry.passage.text}"))
    if older:
        moved = [positions.get(key, -1) for key in older.keys.tolist()]
        lexical.take_over(older.lexical, np.array(moved, np.int64))
    (folder / "dense.faiss").write_bytes(faiss.serialize_index(dense).data)
    columns: dict[str, NDArray[Any]] = {
        "keys": np.array(list(positions), np.int64),
        "starts": np.array(starts, np.int64),
        "names": np.array(names, np.uint64),
        "facets": np.array(facets, FACETS),
    }
    for name, column in columns.items():
        save_array(folder / f"{name}.npy", column)
    lexical.write(folder)
    _seal(folder, birth)


def check_files(folder: Path, birth: dict[str, Any]) -> None:
    """One of `UNUSABLE` unless the files are whole and were derived from `birth`."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, ours in {"layout": _LAYOUT, **birth}.items():
        if manifest["birth"].get(name) != ours:
            raise ValueError(f"its {name} is {manifest['birth'].get(name)}, not {ours}")
    names = list(manifest["files"])
    with ThreadPoolExecutor() as pool:
        found = pool.map(_fingerprint, map(folder.joinpath, names))
        for name, fingerprint in zip(names, found, strict=True):
            if fingerprint != manifest["files"][name]:
                raise ValueError(f"{name} does not match its checksum")


def flush(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _name(passage: Passage) -> np.uint64:
    """A number for a passage, of all that is shown of it but its path, for files move.

    By it a passage is found again, and compared when it comes from SQLite, which checks nothing.
    """
    p = passage
    return np.uint64(
        int.from_bytes(seal_of(p.document_id, p.id, p.title, p.text, p.start, p.end)[:8], "little")
    )


def _seal(folder: Path, birth: dict[str, Any]) -> None:
    """Bring every file to the disk and list it, with its size and checksum, in the manifest."""
    files = {}
    for path in sorted(folder.iterdir()):
        flush(path)
        files[path.name] = _fingerprint(path)
    manifest = {"birth": {"layout": _LAYOUT, **birth}, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    flush(folder / "manifest.json")
    flush(folder)


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "size": path.stat().st_size}
