"""Terms of passages to postings in files: which passages each term is in, and how often."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.index.sealed import ArrayWriter, Columns, save_array

_Integers: TypeAlias = NDArray[np.integer[Any]]

LENGTHS = "lexical.lengths.npy"

_IN_MEMORY = 1 << 22  # postings: 0.2 GB, with what sorting takes
_FEW = 1 << 16  # numbers that NumPy sorts by counting them


@dataclass(frozen=True, slots=True)
class Postings:
    """The passages of each term, terms in the order of their letters.

    A term is UTF-8, in which the order of bytes is that of characters. `positions` and `counts`
    have a place for each pair of a term and a passage that holds it.
    """

    letters: NDArray[np.uint8]  # of all terms, one after the other
    ends: NDArray[np.int64]  # of each term among the letters
    starts: NDArray[np.int64]  # of each term among the positions; one more, their number
    positions: NDArray[np.int32]
    counts: _Integers

    @classmethod
    def of(cls, columns: Columns) -> Postings:
        """What a `LexicalWriter` wrote."""
        names = ("terms", "term_ends", "starts", "positions", "counts")
        return cls(*(columns[_file(name)] for name in names))

    def __len__(self) -> int:
        return len(self.ends)

    def term(self, number: int) -> bytes:
        """The letters of one term."""
        start = self.ends[number - 1] if number else 0
        return self.letters[start : self.ends[number]].tobytes()

    def terms(self) -> Iterator[bytes]:
        """The letters of every term."""
        letters = self.letters.tobytes()
        return (letters[start:end] for start, end in pairwise([0, *self.ends.tolist()]))

    def span(self, first: int, last: int) -> tuple[NDArray[np.int32], _Integers]:
        """The positions of the terms from `first` up to `last`, and the counts."""
        span = slice(self.starts[first], self.starts[last])
        return self.positions[span], self.counts[span]


@dataclass(frozen=True, slots=True)
class _Run:
    """Postings to be merged with others."""

    postings: Postings
    moved: NDArray[np.int64] | None = None  # the new position of each, -1 to leave it

    def part(self, numbers: NDArray[np.int32], terms: range) -> list[_Integers]:
        """Terms, positions and counts of the postings of some terms, where `numbers` has its own.

        Terms are counted from the first of the range.
        """
        first, last = np.searchsorted(numbers, (terms.start, terms.stop)).tolist()
        positions, counts = self.postings.span(first, last)
        found = (numbers[first:last] - terms.start).astype(np.uint16)
        owners = np.repeat(found, np.diff(self.postings.starts[first : last + 1]))
        if self.moved is None:
            return [owners, positions, counts]
        placed = self.moved[positions]
        is_kept = placed >= 0
        return [owners[is_kept], placed[is_kept].astype(np.int32), counts[is_kept]]


class LexicalWriter:
    """Writes the postings of passages to a folder, for `LexicalIndex` to open.

    In memory are `in_memory` of them, and in the end every term once. The others wait, sorted by
    their terms, in a file of the folder that has no name: it goes with the process, however that
    ends.
    """

    def __init__(self, folder: Path, *, in_memory: int = _IN_MEMORY) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._aside: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._runs: list[_Run] = []
        self._places = array("i")  # of passages; with the next, one row for each
        self._lengths = array("i")
        self._clear()

    def __enter__(self) -> LexicalWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._aside.close()

    def add(self, position: int, terms: Sequence[str]) -> None:
        """The terms of the passage at a position."""
        frequencies = Counter(terms)
        self._numbers.extend(map(self._vocabulary.__getitem__, frequencies))
        self._owners.append(position)
        self._widths.append(len(frequencies))
        self._counts.extend(frequencies.values())
        self._places.append(position)
        self._lengths.append(len(terms))
        if len(self._numbers) >= self._in_memory:
            self._put_aside()

    def take_over(
        self, older: Postings, lengths: NDArray[np.int32], moved: NDArray[np.int64]
    ) -> None:
        """Passages of an older index; `moved` has a new position for each, or -1 to leave it."""
        self._runs.insert(0, _Run(older, moved))
        kept = np.flatnonzero(moved >= 0)
        self._places.frombytes(moved[kept].astype(np.intc).tobytes())
        self._lengths.frombytes(lengths[kept].astype(np.intc).tobytes())

    def finish(self) -> None:
        """Write everything; the positions must be those from 0 up to the number of passages."""
        self._put_aside()
        terms, numbers = _united([run.postings for run in self._runs])
        most = max((run.postings.counts.max(initial=0) for run in self._runs), default=0)
        frequencies = np.zeros(len(terms), np.int64)
        with (
            ArrayWriter(self._folder / _file("positions"), np.int32) as positions,
            ArrayWriter(self._folder / _file("counts"), np.min_scalar_type(most)) as counts,
        ):
            for block in self._blocks(numbers, len(terms)):
                merged = self._merged(numbers, block)
                frequencies[block.start : block.stop] = np.bincount(merged[0], minlength=len(block))
                positions.add(merged[1])
                counts.add(merged[2])
        self._write_terms([term for term, n in zip(terms, frequencies, strict=True) if n])
        starts = np.concatenate([[0], np.cumsum(frequencies[frequencies > 0])])
        lengths = np.zeros(len(self._places), np.int32)
        lengths[np.asarray(self._places)] = self._lengths
        save_array(self._folder / _file("starts"), starts.astype(np.int64))
        save_array(self._folder / LENGTHS, lengths)

    def _blocks(self, numbers: Sequence[NDArray[np.int32]], size: int) -> Iterator[range]:
        """All terms, in ranges of as many postings as may be in memory, or of one term."""
        widths = np.zeros(size, np.int64)
        for run, own in zip(self._runs, numbers, strict=True):
            widths[own] += np.diff(run.postings.starts)
        ends = np.cumsum(widths)
        start = 0
        while start < size:
            before = ends[start - 1] if start else 0
            end = int(np.searchsorted(ends, before + self._in_memory, side="right"))
            block = range(start, max(start + 1, min(end, start + _FEW)))
            yield block
            start = block.stop

    def _merged(
        self, numbers: Sequence[NDArray[np.int32]], block: range
    ) -> tuple[_Integers, _Integers, _Integers]:
        parts = [run.part(own, block) for run, own in zip(self._runs, numbers, strict=True)]
        owners, positions, counts = map(np.concatenate, zip(*parts, strict=True))
        order = np.argsort(owners, kind="stable")
        return owners, positions[order], counts[order]

    def _write_terms(self, terms: Sequence[bytes]) -> None:
        save_array(self._folder / _file("terms"), np.frombuffer(b"".join(terms), np.uint8))
        ends = np.cumsum([len(term) for term in terms], dtype=np.int64)
        save_array(self._folder / _file("term_ends"), ends)

    def _put_aside(self) -> None:
        """Sort what is in memory into the file, and begin anew."""
        if not self._numbers:
            return
        terms = sorted(self._vocabulary)
        ranks = np.empty(len(terms), np.int32)
        ranks[[self._vocabulary[term] for term in terms]] = np.arange(len(terms))
        owners = ranks[np.asarray(self._numbers)]
        order = _order(owners)
        counts = np.asarray(self._counts)[order]
        letters = [term.encode("utf-8", "surrogatepass") for term in terms]
        columns: tuple[NDArray[Any], ...] = (
            np.frombuffer(b"".join(letters), np.uint8),
            np.cumsum([len(term) for term in letters], dtype=np.int64),
            np.concatenate([[0], np.cumsum(np.bincount(owners))]).astype(np.int64),
            np.repeat(np.asarray(self._owners), self._widths)[order],
            counts.astype(np.min_scalar_type(counts.max())),
        )
        self._runs.append(_Run(Postings(*map(self._mapped, columns))))
        self._clear()

    def _mapped(self, column: NDArray[Any]) -> NDArray[Any]:
        """The same numbers, in the file."""
        if not column.size:
            return column  # the letters of a term without any
        start = self._aside.seek(0, os.SEEK_END)
        self._aside.write(column.data)
        self._aside.flush()
        return np.memmap(self._aside, column.dtype, "r", offset=start, shape=column.shape)

    def _clear(self) -> None:
        self._vocabulary: defaultdict[str, int] = defaultdict(count().__next__)
        self._numbers = array("i")  # of a term; with the next, one row for each posting
        self._counts = array("i")
        self._owners = array("i")  # passages; with the next, one row for each of them
        self._widths = array("i")  # its postings


def _united(runs: Sequence[Postings]) -> tuple[list[bytes], list[NDArray[np.int32]]]:
    """The terms of all, in their order, and for each run the numbers that its own have there."""
    terms = sorted(dict.fromkeys(chain.from_iterable(run.terms() for run in runs)))
    places = {term: place for place, term in enumerate(terms)}
    return terms, [
        np.fromiter((places[term] for term in run.terms()), np.int32, len(run)) for run in runs
    ]


def _order(numbers: NDArray[np.int32]) -> NDArray[np.intp]:
    """What `argsort` gives, stable, in linear time: NumPy sorts 16 bits at a time by counting."""
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    if numbers.max() >= _FEW:
        order = order[np.argsort((numbers >> 16).astype(np.uint16)[order], kind="stable")]
    return order


def _file(name: str) -> str:
    return f"lexical.{name}.npy"
