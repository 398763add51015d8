"""Rows of vectors to files, and the nearest of them to a question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.index.filters import Mask
from rag.index.sealed import Columns

if TYPE_CHECKING:
    from rag.types import Vectors

Halves: TypeAlias = NDArray[np.float16]
Places: TypeAlias = NDArray[np.int64]  # of rows, rising

HALF = "<f2"  # what vectors are kept as, in the store too
EXACT_ROWS = 20_000  # up to as many all are compared: a tenth of what a question costs elsewhere

_ROWS, _CODES = "dense.rows", "dense.codes.npy"
_FEW = 1 << 16  # numbers that NumPy decodes quickly enough
_WORD = 8  # bytes that FAISS compares at a time; codes are a multiple of it
_PIECE = 1 << 14  # rows decoded at a time
_SHARE = 256  # of all rows, this part is looked at again; fewer where there are few


class DenseWriter:
    """Writes rows to a folder as they come, without keeping them in memory."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension
        self._file = (folder / _ROWS).open("wb")
        self.count = 0

    def __enter__(self) -> DenseWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, rows: Halves) -> None:
        """Rows of shape (any number, dimension)."""
        self._file.write(np.ascontiguousarray(rows).data)
        self.count += len(rows)

    def finish(self) -> None:
        """Write which numbers of each row are above their mean, a bit for each."""
        self._file.close()
        size = -(-self._dimension // (8 * _WORD)) * _WORD
        path = self._folder / _ROWS
        content = np.memmap(path, HALF, "r") if self.count else np.empty(0, HALF)
        rows: Halves = content.reshape(-1, self._dimension)
        sample = _decoded(rows[:: self.count // _PIECE + 1])
        mean = sample.sum(axis=0) / max(len(sample), 1)
        with (self._folder / _CODES).open("wb") as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": (self.count, size)}
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, self.count, _PIECE):
                bits = np.packbits(_decoded(rows[start : start + _PIECE]) > mean, axis=1)
                codes = np.pad(bits, ((0, 0), (0, size - bits.shape[1])))
                file.write(codes.data)


class DenseIndex:
    """The rows that a `DenseWriter` wrote, and their codes."""

    def __init__(self, columns: Columns, dimension: int) -> None:
        self.dimension = dimension
        self._rows: Halves = columns[_ROWS].view(HALF).reshape(-1, dimension)
        self._codes: NDArray[np.uint8] = columns[_CODES]
        if len(self._codes) != len(self._rows):
            raise ValueError(f"codes of {len(self._codes)} rows, there are {len(self._rows)}")

    def span(self, start: int, end: int) -> Vectors:
        """The rows from one place to another."""
        return _decoded(self._rows[start:end])

    def take(self, places: Places) -> Vectors:
        """The rows at these places."""
        return _decoded(self._rows[places])

    def near(self, question: Vectors, width: int, *, mask: Mask | None) -> Places:
        """The places of about `width` rows or more whose codes are nearest to the question's.

        Of those in the mask, if there is one. Codes are compared by the bits in which they
        differ: that finds the neighbourhood, and says little of the order in it.
        """
        import faiss

        asked = np.zeros((1, self._codes.shape[1]), np.uint8)
        # Above zero, not above the mean of the rows, which a question need not share: of the 100
        # nearest of 500,000 rows a tenth of those missed were found so.
        bits = np.packbits(question > 0)
        asked[0, : len(bits)] = bits
        distances = np.empty(len(self._codes), np.int32)
        library: Any = faiss  # its types know only the C++ signatures
        library.hammings(
            library.swig_ptr(asked),
            library.swig_ptr(self._codes),
            *(1, len(self._codes), self._codes.shape[1]),
            library.swig_ptr(distances),
        )
        if mask is not None:
            distances[~mask] = np.iinfo(np.int32).max
        width = min(max(width, len(distances) // _SHARE), len(distances)) - 1
        limit = min(np.partition(distances, width)[width], 8 * self._codes.shape[1])
        return np.flatnonzero(distances <= limit)


def similarities(rows: Vectors, question: Vectors) -> NDArray[np.float32]:
    """The inner products; the same for equal rows, which a matrix product does not promise."""
    products: NDArray[np.float32] = np.einsum("ij,j->i", rows, question)
    return products


def _decoded(rows: Halves) -> Vectors:
    if rows.size < _FEW:
        return rows.astype(np.float32)
    import faiss

    # FAISS is ten times as fast as NumPy. Its threads wait for each other, which on busy cores
    # takes longer than the work.
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        coder: Any = faiss.IndexScalarQuantizer(rows.shape[1], faiss.ScalarQuantizer.QT_fp16)
        decoded: Vectors = coder.sa_decode(np.ascontiguousarray(rows).view(np.uint8))
    finally:
        faiss.omp_set_num_threads(threads)
    return decoded
