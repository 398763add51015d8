"""The dates that a text counts from the day it was published, in the normal form of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from rag.arabic import numbers
from rag.clean.months import WEEKDAYS, WRITTEN_DAYS, number_of
from rag.clean.written import BEGIN, DAY, END, WEEKDAY, WHEN, When, Written, weekday_of, when_of

_YEARS: dict[When, int] = {"": 0, "before last": -2, "last": -1, "this": 0, "next": 1}
_PART = r"(?:(?:صباح|مسا|ظهر|بعد\s+ظهر|فجر|عصر|ليل|ليله|نهار|يوم)\s{1,3})"
_ON = rf"(?:[\s،]{{0,2}}\s?\(?\s?(?:يوم\s)?(?P<weekday>{WEEKDAY})\)?)?"
_BEFORE_YESTERDAY = re.compile(
    rf"{BEGIN}(?:اول\s{{1,2}}(?:من\s{{1,2}})?امس|قبل\s{{1,2}}امس|"
    rf"امس\s{{1,2}}الاول(?!\s{{1,3}}من)){END}{_ON}"
)
_YESTERDAY = re.compile(
    rf"{BEGIN}(?:امس|البارحه|(?<=ب)الامس|{_PART}الامس){END}(?!\s{{1,3}}(?:الحاج|القريب)){_ON}"
)
_TODAY = re.compile(rf"{BEGIN}اليوم{END}{_ON}")
_TOMORROW = re.compile(
    rf"{BEGIN}(?:غدا|يوم\s{{1,2}}(?:ال)?غد|(?:ال)?غد(?=\s{{1,2}}\(?{WEEKDAY})){END}{_ON}"
)
_COMING = re.compile(r"(?<![^\W\d_])[وف]?س?[يتن][^\W\d_]{2,}[^.؟!:،]{0,60}$")
_AFTER_TOMORROW = re.compile(rf"{BEGIN}بعد\s{{1,2}}(?:ال)?غد{END}{_ON}")
_WEEKDAY_WHEN = re.compile(rf"{BEGIN}\(?(?P<weekday>{WEEKDAY})\)?\s{{1,3}}(?P<when>{WHEN})")
_DAYS_AGO = re.compile(
    rf"{BEGIN}(?:قبل|منذ)\s{{1,3}}(?:(?P<two>يومين)|(?P<one>يوم\s{{1,2}}واحد)|"
    rf"(?P<count>\d{{1,2}}|[^\W\d_]{{3,7}})\s{{1,2}}(?:ايام|يوما)){END}(?!\s{{1,3}}(?:من|علي){END})"
)
_MONTH_WHEN = re.compile(
    rf"(?:(?P<day>{DAY})\s{{1,3}}(?:من\s{{1,3}})?)?"
    rf"{BEGIN}(?:(?:ال|لل)?شهر\s{{1,3}}(?P<when>{WHEN})|هذا\s{{1,2}}الشهر{END})"
)
_DAY_WHEN = re.compile(rf"(?P<day>{DAY})\s{{1,3}}(?:من\s{{1,3}})?(?P<when>الجاري|الحالي){END}")
_YEAR_WHEN = re.compile(
    rf"{BEGIN}(?:(?:ال|لل)(?:عام|سنه)\s{{1,3}}(?P<when>{WHEN})|"
    rf"(?:هذا\s{{1,2}}العام|هذه\s{{1,2}}السنه){END})"
)

# «في اليوم التالي», «اليوم السابع», «المصري اليوم» and the like name no day.
_BEFORE_A_DAY = frozenset(
    "في وفي ذلك ذاك من طوال خلال نفس بنفس ذات بذات مصر المصري راي العراق لبنان سوريا".split()
)
_QUOTES = tuple("«»\"'“”")
_OF_A_DAY = frozenset("نفسه ذاته عينه ذلك الذي واحد".split())


def resolved(written: Written, published: date) -> str | None:
    """The day, month or year that a date without a year means to who reads it that day."""
    if written.year or written.month is None or not written.is_possible:
        return None
    year = published.year
    if written.is_year_meant:
        return written.iso(year + _YEARS[written.when])
    if not written.when:
        # Three years in a row put a date on three weekdays, so that one of them is meant.
        days = [written.iso(near) for near in (year, year - 1, year + 1)]
        return next(
            (day for day in days if day and weekday_of(day) == written.weekday is not None), None
        )
    now = published.isoformat()[: 7 if written.day is None else 10]
    if written.when == "this":
        iso = written.iso(year)
        return iso if iso and iso[:7] == now[:7] else None
    years = range(year, year - 9, -1) if written.when == "last" else range(year, year + 9)
    isos = filter(None, map(written.iso, years))
    if written.when == "last":
        return next((iso for iso in isos if iso < now), None)
    if written.when == "next":
        return next((iso for iso in isos if iso > now), None)
    return None


def relative_dates(plain: str, published: date) -> Iterator[tuple[int, int, str]]:
    """The (start, end, ISO day, month or year) of each, longer ones first where they overlap."""
    for pattern, distance in (
        (_BEFORE_YESTERDAY, -2),
        (_AFTER_TOMORROW, 2),
        (_YESTERDAY, -1),
        (_TOMORROW, 1),
        (_TODAY, 0),
    ):
        for match in pattern.finditer(plain):
            if _names_a_day(plain, match, distance):
                yield from _given(match, _near(match, published, distance))
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], str | None]], ...] = (
        (_WEEKDAY_WHEN, _weekday_when),
        (_DAYS_AGO, _days_ago),
        (_MONTH_WHEN, _month_when),
        (_DAY_WHEN, _month_when),
        (_YEAR_WHEN, _year_when),
    )
    for pattern, read in readers:
        for match in pattern.finditer(plain):
            yield from _given(match, read(match, published))


def _given(match: re.Match[str], iso: str | None) -> Iterator[tuple[int, int, str]]:
    if iso:
        yield (*match.span(), iso)


def _moved(published: date, days: int) -> str | None:
    try:
        return (published + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def _near(match: re.Match[str], published: date, distance: int) -> str | None:
    """The day at a distance; where its weekday is said, the nearest that is one, within a day.

    What is written before midnight is often published after it.
    """
    if match["weekday"] is None:
        return _moved(published, distance)
    weekday = number_of(match["weekday"], WEEKDAYS)
    days = (_moved(published, distance + off) for off in (0, -1, 1))
    return next((day for day in days if weekday_of(day) == weekday), None)


def _names_a_day(plain: str, match: re.Match[str], distance: int) -> bool:
    """Whether «اليوم» is today and «غدا» tomorrow; the latter is a verb too, "became"."""
    if match["weekday"] or (distance and match[0] != "غدا"):
        return True
    before = plain[max(0, match.start() - 60) : match.start()]
    if distance:
        return _COMING.search(before) is not None
    following = re.match(r"\s{1,3}([^\W\d_]+)", plain[match.end() : match.end() + 20])
    word = following[1] if following else ""
    is_quoted = before.endswith(_QUOTES) and plain.startswith(_QUOTES, match.end())
    said = before.replace("«", " ").split()
    return not (
        is_quoted
        or (said and said[-1] in _BEFORE_A_DAY)
        or word in _OF_A_DAY
        or word.startswith("ال")
    )


def _weekday_when(match: re.Match[str], published: date) -> str | None:
    ahead = (number_of(match["weekday"], WEEKDAYS) - published.weekday()) % 7
    when = when_of(match["when"])
    if when == "last":
        return _moved(published, ahead - 7)
    return _moved(published, ahead or 7) if when == "next" else None


def _days_ago(match: re.Match[str], published: date) -> str | None:
    if match["two"] or match["one"]:
        return _moved(published, -2 if match["two"] else -1)
    count = numbers(match["count"])
    return _moved(published, -int(count.pop())) if len(count) == 1 else None


def _month_when(match: re.Match[str], published: date) -> str | None:
    when: When = when_of(match["when"]) if match["when"] else "this"
    months = published.year * 12 + published.month - 1 + _YEARS[when]
    year, month = divmod(months, 12)
    if not match["day"]:
        return Written(0, 0, year, month + 1).iso()
    digits = re.match(r"\d+", match["day"])
    day = int(digits[0]) if digits else number_of(match["day"], WRITTEN_DAYS)
    return Written(0, 0, year, month + 1, day).iso()


def _year_when(match: re.Match[str], published: date) -> str | None:
    when: When = when_of(match["when"]) if match["when"] else "this"
    return Written(0, 0, published.year + _YEARS[when]).iso()
