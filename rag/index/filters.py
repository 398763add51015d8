"""Which documents a search may return: a filter, and one member of each group of copies."""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.errors import RagError
from rag.types import Document, Filter

Facets: TypeAlias = NDArray[Any]  # of FACETS, one row for each passage
Mask: TypeAlias = NDArray[np.bool_]

FACETS = np.dtype(
    [
        ("family", np.int32),  # the same number for the copies of one article; -1: it has none
        ("place", np.int32),  # among its copies; 0: it stands for them
        ("first", np.int32),  # day of publication as 20240531; 0: unknown
        ("last", np.int32),
        ("source", np.uint64),
    ]
)
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?")
_Days: TypeAlias = tuple[int, int]


def days_of(date: str | None) -> _Days | None:
    """First and last day of an ISO 8601 date, which may be a year or a month; None if it is none.

    >>> days_of("2024-02"), days_of("2024-02-05T10:30"), days_of("2024-02-30")
    ((20240201, 20240229), (20240205, 20240205), None)
    """
    match = _DATE.fullmatch((date or "").strip())
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    if not year or month == 0 or day == 0 or (month or 1) > 12:
        return None
    longest = monthrange(year, month or 12)[1]
    if (day or 1) > longest:
        return None
    start = year * 10_000
    return (
        start + (month or 1) * 100 + (day or 1),
        start + (month or 12) * 100 + (day or longest),
    )


def facets_of(document: Document, family: int, place: int) -> tuple[int, int, int, int, int]:
    """The row of FACETS of a document's passages."""
    first, last = days_of(document.published) or (0, 0)
    return family, place, first, last, _number(document.source)


def matches(document: Document, within: Filter | None) -> bool:
    """Whether a filter lets a document through; see rag.index.Index on dates."""
    if within is None:
        return True
    since, until = _bounds(within)
    days = days_of(document.published)
    if (within.since or within.until) and not (days and since <= days[0] and days[1] <= until):
        return False
    sources = {source.strip() for source in within.sources}
    return not sources or (document.source or "").strip() in sources


def allowed(facets: Facets, within: Filter | None) -> Mask | None:
    """The passages that a search may return; None if it may return all of them."""
    is_allowed = np.ones(len(facets), np.bool_)
    if within:
        since, until = _bounds(within)
        if within.since or within.until:
            is_allowed &= (facets["first"] >= max(since, 1)) & (facets["last"] <= until)
        if within.sources:
            wanted = np.array([_number(source) for source in within.sources], np.uint64)
            is_allowed &= np.isin(facets["source"], wanted)
    grouped = is_allowed & (facets["family"] >= 0)
    if grouped.any():
        families, places = facets["family"], facets["place"]
        first = np.full(families.max() + 1, np.iinfo(np.int32).max)
        np.minimum.at(first, families[grouped], places[grouped])
        is_allowed &= (families < 0) | (places == first[families])
    return None if is_allowed.all() else is_allowed


def _bounds(within: Filter) -> _Days:
    """The first day and the last; RagError if one of them is no date."""
    days = []
    for name, date in (("since", within.since), ("until", within.until)):
        found = days_of(date)
        if date and not found:
            raise RagError(f"{name} {date!r} is no date: write it like 2024, 2024-05 or 2024-05-31")
        days.append(found or (0, 99_999_999))
    return days[0][0], days[1][1]


def _number(source: str | None) -> int:
    digest = hashlib.sha256((source or "").strip().encode()).digest()
    return int.from_bytes(digest[:8], "little")
