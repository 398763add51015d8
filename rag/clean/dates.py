"""The dates that a text mentions."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from rag.arabic import normalise
from rag.clean.months import MONTH_NAMES
from rag.clean.relative import relative_dates, resolved
from rag.clean.written import Written, written_dates

_MARKS = re.compile("[\u0610-\u061a\u061cء\u0640\u064b-\u065f\u0670]*")
_BESIDE = re.compile(
    r"[\s()\-–/،,.|:=]{0,6}(?:(?:ال)?موافقه?\s{0,2}(?:ل|في\s)?[\s:]{0,2}|يوافق\s)?"
)
_TIME = re.compile(r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?(?:ص|م|صباحا|مسا|AM|PM)[^\s\d]{0,2}(?!\S))?")
_EDGES = re.compile(r"^[\s|،,–—/-]+|[\s|،,–—/-]+$")
_TWO_READINGS = re.compile(r"(?<!\d)(\d{1,2})\s?([/.\-–])\s?(\d{1,2})\s?\2\s?\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text: `iso` is a day, `YYYY-MM` or `YYYY`; characters into the text.

    It is inferred where the text does not write it out: «أمس», «يونيو الماضي», «الجمعة 21 يونيو».
    """

    start: int
    end: int
    iso: str
    is_inferred: bool = False


def parse_day(text: str) -> str | None:
    """The first whole date that a text writes out, as an ISO day.

    The day stands before the month where digits leave it open; a Hijri date is counted in the
    calendar of Umm al-Qura, unless the text has the other date beside it.

    >>> parse_day("الجمعة ٢١ يونيو (حزيران) ٢٠٢٤"), parse_day("31 نيسان 2024")
    ('2024-06-21', None)
    """
    return next((mention.iso for mention in mentions(text) if len(mention.iso) == 10), None)


def mentions(text: str, *, published: str | None = None) -> list[Mention]:
    """The dates of a text in their order; none overlap.

    Those that count from the day of publication are among them only where that is given. What
    leaves a day, month or year open («الأسبوع الماضي», «في 13 سبتمبر») is no mention, nor is a
    date that cannot be.
    """
    plain, places = _aligned(text)
    day = _day_of(published)
    found: list[tuple[int, int, str | None, bool]] = []
    for written in _paired(written_dates(plain), plain):
        iso = written.iso()
        is_open = iso is None and written.year is None
        if not is_open:
            found.append((written.start, written.end, iso, False))
        elif day is not None and (iso := resolved(written, day)):
            found.append((written.start, written.end, iso, True))
    if day is not None:
        relative = [(*each, True) for each in relative_dates(plain, day)]
        found = _filled(found, sorted(relative, key=lambda each: (each[0], -each[1])))
    return [
        Mention(places[start], _end_in(text, places[end - 1] + 1), iso, is_inferred)
        for start, end, iso, is_inferred in found
        if iso
    ]


def inferred_days(text: str, published: str | None) -> dict[str, str]:
    """The words of a text that count from the day of publication, each with its date in ISO 8601.

    >>> inferred_days("وصل أمس الجمعة.", "2023-07-22")
    {'أمس الجمعة': '2023-07-21'}
    """
    told = (each for each in mentions(text, published=published) if each.is_inferred)
    return {" ".join(text[each.start : each.end].split()): each.iso for each in told}


def explain_day(iso: str) -> str:
    """A day, month or year in ISO 8601 as a reader writes it; anything else as it stands.

    >>> explain_day("2023-10-20"), explain_day("2023-10"), explain_day("2023")
    ('20 أكتوبر 2023', 'أكتوبر 2023', '2023')
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", iso, re.ASCII)
    if not match or (match[3] and _day_of(iso) is None):
        return iso
    year, month = str(int(match[1])), int(match[2] or 1)
    if not 1 <= month <= 12:
        return iso
    day = [str(int(match[3]))] if match[3] else []
    return " ".join([*day, *([MONTH_NAMES[month - 1]] if match[2] else []), year])


def without_dates(text: str) -> str:
    """A line without the days it writes out and the times beside them."""
    for mention in reversed(mentions(text)):
        text = text[: mention.start] + text[mention.end :]
    return _EDGES.sub("", _TIME.sub("", text))


def has_two_readings(text: str) -> bool:
    """Whether the day and the month of a date in digits could change places."""
    match = _TWO_READINGS.search(normalise(text))
    return match is not None and 1 <= int(match[1]) <= 12 >= int(match[3]) != int(match[1])


def _paired(dates: list[Written], plain: str) -> list[Written]:
    """A Hijri date and the Gregorian one beside it as one, the Gregorian."""
    paired: list[Written] = []
    for each in dates:
        before = paired[-1] if paired else None
        if (
            before
            and _is_one_day(before, each)
            and _BESIDE.fullmatch(plain, before.end, each.start)
        ):
            told = before if each.is_hijri else each
            paired[-1] = replace(told, start=before.start, end=each.end)
        else:
            paired.append(each)
    return paired


def _is_one_day(first: Written, second: Written) -> bool:
    """Whether a Hijri and a Gregorian day can be the same: the calendars of countries differ."""
    if first.is_hijri == second.is_hijri or not (first.day and second.day):
        return False
    hijri, other = (first, second) if first.is_hijri else (second, first)
    counted, told = _day_of(hijri.iso()), _day_of(other.iso())
    return told is not None and (counted is None or abs((counted - told).days) <= 2)


def _filled(
    found: list[tuple[int, int, str | None, bool]],
    more: list[tuple[int, int, str | None, bool]],
) -> list[tuple[int, int, str | None, bool]]:
    """What is found, and of the others in their order those that overlap with nothing."""
    kept: list[tuple[int, int, str | None, bool]] = []
    written = deque(found)
    for each in more:
        while written and written[0][0] < each[1]:
            kept.append(written.popleft())
        if not kept or kept[-1][1] <= each[0]:
            kept.append(each)
    return [*kept, *written]


def _day_of(iso: str | None) -> date | None:
    try:
        return date.fromisoformat((iso or "")[:10])
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _normal(character: str) -> str:
    return "" if character == "\u061c" else normalise(character)


def _aligned(text: str) -> tuple[str, list[int]]:
    """The normal form of a text, and the place in the text of each of its characters."""
    # The normal form has no hamza, and «غداء» is no «غدا»; the length must stay.
    pieces = list(map(_normal, text.replace("غداء", "ءءءء")))
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), places


def _end_in(text: str, end: int) -> int:
    """The end of a word with the marks that hang on its last letter."""
    match = _MARKS.match(text, end)
    return match.end() if match else end
