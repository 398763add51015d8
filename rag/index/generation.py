"""The files derived from one state of the store: written, sealed, checked, searched."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.index.dense import EXACT_ROWS, DenseIndex, DenseWriter, Places, similarities
from rag.index.filters import FACETS, Facets, Mask, allowed, facets_of
from rag.index.lexical import Bm25, LexicalIndex, Ranking
from rag.index.postings import LexicalWriter
from rag.index.sealed import read, save_array, seal
from rag.index.seals import seal_of
from rag.index.store import Entry
from rag.types import Filter, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

Analyse = Callable[[str], list[str]]

UNUSABLE = (OSError, ValueError, KeyError, TypeError, RuntimeError)  # the last: FAISS's own

LAYOUT = 4  # of the files
WIDTH = 80  # rows compared for each passage wanted, of those with the nearest codes
_WIDER = 4  # times as many, where too few passages have them


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
    dense: DenseIndex
    lexical: LexicalIndex
    reach: _Reach  # of a search without a filter

    @classmethod
    def open(cls, folder: Path, birth: dict[str, Any], *, bm25: Bm25) -> Generation:
        """Open the files after their checksums; one of `UNUSABLE` if anything is not right."""
        columns = read(folder, birth)
        names, starts, facets = (columns[f"{name}.npy"] for name in ("names", "starts", "facets"))
        mask = allowed(facets, None)
        return cls(
            token=birth["token"],
            keys=columns["keys.npy"],
            starts=starts,
            names=names,
            by_name=np.argsort(names),
            facets=facets,
            dense=DenseIndex(columns, birth["dimension"]),
            lexical=LexicalIndex(columns, bm25, counted=mask),
            reach=_Reach.of(mask, starts),
        )

    def nearest(self, vectors: Vectors, k: int, within: Filter | None) -> list[Ranking]:
        """At most `k` positions for each vector, nearest row first; equal ones by position.

        Of more than EXACT_ROWS rows those are compared of which a code of a bit for each number
        is among the nearest.
        """
        reach = self._reach(within)
        if min(k, reach.rows) < 1:
            return [(np.empty(0, np.int64), np.empty(0))] * len(vectors)
        if reach.rows > EXACT_ROWS:
            return [self._search(vector, k, reach) for vector in vectors]
        places = reach.places()
        rows = self.dense.take(places)
        return [self._rank(places, similarities(rows, vector), k) for vector in vectors]

    def matching(self, asked: Sequence[list[str]], k: int, within: Filter | None) -> list[Ranking]:
        """At most `k` positions for each list of terms, highest BM25 first."""
        mask = self._reach(within).mask
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
                return self.dense.span(start, end)
        return self.dense.span(0, 0)

    def _reach(self, within: Filter | None) -> _Reach:
        return _Reach.of(allowed(self.facets, within), self.starts) if within else self.reach

    def _search(self, question: Vectors, k: int, reach: _Reach) -> Ranking:
        width = WIDTH * k
        while True:
            places = self.dense.near(question, width, mask=reach.row_mask)
            found = self._rank(places, similarities(self.dense.take(places), question), k)
            if len(found[0]) >= k or len(places) == reach.rows:
                return found
            width *= _WIDER

    def _rank(self, places: Places, scores: NDArray[np.float32], k: int) -> Ranking:
        """At most `k` passages of some rows, by the best of them; equal ones by position."""
        owners = np.searchsorted(self.starts, places, side="right") - 1
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        best = np.maximum.reduceat(scores, first)
        order = np.argsort(-best, kind="stable")[:k]
        return owners[first][order], best[order].astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Reach:
    """The passages that a search may return, and their rows; a mask is None if it has them all."""

    mask: Mask | None
    row_mask: Mask | None
    rows: int

    @classmethod
    def of(cls, mask: Mask | None, starts: NDArray[np.int64]) -> _Reach:
        if mask is None:
            return cls(None, None, int(starts[-1]))
        row_mask = np.repeat(mask, np.diff(starts))
        return cls(mask, row_mask, int(np.count_nonzero(row_mask)))

    def places(self) -> Places:
        """The rows, rising."""
        return np.arange(self.rows) if self.row_mask is None else np.flatnonzero(self.row_mask)


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
    keys, starts, names = array("q"), array("q", [0]), array("Q")
    facets: list[tuple[int, ...]] = []  # one for all passages of a document
    document = None
    analysed = set(older.keys.tolist()) if older else set()
    with DenseWriter(folder, birth["dimension"]) as dense, LexicalWriter(folder) as lexical:
        for position, entry in enumerate(entries):
            if entry.document is not document:
                document = entry.document
                facet = facets_of(document, entry.family, entry.place)
            dense.add(entry.vectors)
            keys.append(entry.key)
            starts.append(dense.count)
            names.append(int(_name(entry.passage)))
            facets.append(facet)
            if entry.key not in analysed:
                lexical.add(position, analyse(f"{entry.passage.title} {entry.passage.text}"))
        dense.finish()
        columns: dict[str, NDArray[Any]] = {
            "keys": np.array(keys, np.int64),
            "starts": np.array(starts, np.int64),
            "names": np.array(names, np.uint64),
            "facets": np.array(facets, FACETS),
        }
        if older:
            places = np.searchsorted(columns["keys"], older.keys)
            moved = np.where(np.isin(older.keys, columns["keys"]), places, -1)
            lexical.take_over(older.lexical.postings, older.lexical.lengths, moved)
        lexical.finish()
    for name, column in columns.items():
        save_array(folder / f"{name}.npy", column)
    seal(folder, birth)


def _name(passage: Passage) -> np.uint64:
    """A number for a passage, of all that is shown of it but its path, for files move.

    By it a passage is found again, and compared when it comes from SQLite, which checks nothing.
    """
    p = passage
    return np.uint64(
        int.from_bytes(seal_of(p.document_id, p.id, p.title, p.text, p.start, p.end)[:8], "little")
    )
