"""Which documents of many are worth comparing: their signatures share a band and are alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.copies.signatures import BANDS, PERMUTATIONS, ROWS
from rag.copies.stories import CONTAINMENT, LENGTH_RATIO

_ESTIMATE_ERROR = 0.09  # of a resemblance told by two signatures: two standard deviations


class Meetings:
    """The bands of all signatures, sorted: 400 bytes a document."""

    def __init__(
        self, names: Sequence[str], signatures: Sequence[bytes], *, lengths: Sequence[int]
    ) -> None:
        self._names = names
        self._places = {name: place for place, name in enumerate(names)}
        self._lengths = np.array(lengths, np.float64)
        values = np.frombuffer(b"".join(signatures), "<u4")
        self._values: NDArray[np.uint32] = values.reshape(-1, PERMUTATIONS)
        keys = self._bands(self._values).T
        self._orders = np.empty((BANDS, len(names)), np.int32)
        self._keys = np.empty((BANDS, len(names)), np.uint64)
        for band in range(BANDS):
            self._orders[band] = np.argsort(keys[band])
            self._keys[band] = keys[band][self._orders[band]]

    def of(self, name: str) -> list[str]:
        """The documents that may be copies of this one, or it of them."""
        place = self._places[name]
        met = []
        for keys, order, key in zip(
            self._keys, self._orders, self._bands(self._values[place]), strict=True
        ):
            start = keys.searchsorted(key)
            end = keys.searchsorted(key, side="right")
            met.append(order[start:end])
        others = np.unique(np.concatenate(met))
        others = others[others != place]
        return [self._names[other] for other in others[self._may_be_copies(place, others)]]

    def _may_be_copies(self, place: int, others: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether it is worth while to read them: lengths and signatures tell most pairs apart."""
        alike = (self._values[others] == self._values[place]).sum(axis=1) / PERMUTATIONS
        here, there = self._lengths[place], self._lengths[others]
        ratio = np.minimum(here, there) / np.maximum(np.maximum(here, there), 1)
        least = CONTAINMENT * ratio / (1 + ratio - CONTAINMENT * ratio)
        may_be: NDArray[np.bool_] = (ratio >= 0.8 * LENGTH_RATIO) & (
            alike >= least - _ESTIMATE_ERROR
        )
        return may_be

    @staticmethod
    def _bands(values: NDArray[np.uint32]) -> NDArray[np.uint64]:
        """Each band as one number."""
        keys: NDArray[np.uint64] = values.view(f"<u{4 * ROWS}")[..., :BANDS]
        return keys
