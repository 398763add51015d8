"""The dates that a text writes out, in the normal form of `rag.arabic.normalise`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Literal

from rag.clean.months import HIJRI_MONTHS, MONTHS, WEEKDAYS, WRITTEN_DAYS, number_of, pattern

When = Literal["", "last", "before last", "this", "next"]

# A word begins here, or its first letter is a conjunction or preposition that stays outside.
BEGIN = r"(?:(?<![^\W\d_])|(?<=(?<![^\W\d_])[وفبلك]))"
END = r"(?![^\W\d_])"
WEEKDAY = pattern(WEEKDAYS)

_WHENS: dict[str, When] = {
    "before last": "before last",
    **dict.fromkeys(
        "الماضي الماضيه الفايت الفايته المنصرم المنصرمه الفارط الفارطه".split(), "last"
    ),
    **dict.fromkeys("المقبل المقبله القادم القادمه الاتي الاتيه".split(), "next"),
    **dict.fromkeys("الجاري الجاريه الحالي الحاليه".split(), "this"),
}
WHEN = rf"(?:قبل\s{{1,3}}الماضيه?|{'|'.join(sorted(_WHENS, key=len, reverse=True))}){END}"

# Before a hyphen may stand the hour: «10:35-14 مارس».
_LEFT = r"(?<!\d)(?:(?<!\d[.,:/-])|(?<=:\d\d-))"
_DIGITS = r"\d{1,2}(?:st|nd|rd|th)?(?!\d)"
_WRITTEN_DAY = f"{BEGIN}{pattern(WRITTEN_DAYS)}"
DAY = rf"(?:{_LEFT}{_DIGITS}|{_WRITTEN_DAY})"
_AND = r"\s{0,2}(?:[-–/]|و|الي\s|حتي\s|او\s)\s{0,2}(?:ال)?"
_OF = r"\s{0,3}(?:[/\-–]|من\s|of\s)?\s{0,3}(?:شهر\s{1,3})?"
_MONTH = pattern(MONTHS)
_PAIR = (
    rf"(?P<month>{_MONTH})(?:\s{{0,3}}[(\[/|،,\-–]?\s{{0,3}}(?P<again>{_MONTH})\s{{0,2}}[)\]]?)?"
)
_YEAR_GAP = (
    r"\s{0,3}(?:[,،/\-–]|\.(?!\s))?\s{0,3}"
    r"(?:(?:من\s{1,3}|في\s{1,3}|ل)?(?:ال|لل)?(?:عام|سنه)\s{1,3})?"
)
_YEAR = r"(?P<year>\d{4})(?!\d)"
_MARK = rf"(?:\s{{0,2}}(?P<mark>م|ميلادي\w{{0,3}}|ه|هجري\w{{0,3}}){END})?"
_OTHER_YEAR = (
    rf"\s{{1,3}}(?:من\s{{1,3}})?(?:(?:العام|السنه)\s{{1,3}}(?P<other>{WHEN})|"
    rf"(?P<same>هذا\s{{1,3}}العام|هذه\s{{1,3}}السنه){END})"
)
_WHEN_AFTER = rf"\s{{1,3}}(?:من\s{{1,3}})?(?P<when>{WHEN})"

_DAY_MONTH = re.compile(
    rf"(?:{BEGIN}(?P<weekday>{WEEKDAY})[\s,،:()\-–]{{0,4}}(?:في\s|يوم\s)?)?"
    rf"(?:(?P<first>{DAY}){_AND}(?P<last>{_DIGITS}|{pattern(WRITTEN_DAYS)})|(?P<day>{DAY}))"
    rf"{_OF}{_PAIR}(?:{_YEAR_GAP}{_YEAR}{_MARK}|{_OTHER_YEAR}|{_WHEN_AFTER})?"
)
_MONTH_DAY = re.compile(
    rf"(?:{BEGIN}(?P<weekday>{WEEKDAY})[\s,،]{{0,3}})?{BEGIN}{_PAIR}"
    rf"\s{{0,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s{{0,2}}[,،]\s{{0,3}}|\s{{1,3}}){_YEAR}{_MARK}"
)
_MONTH_ALONE = re.compile(
    rf"{BEGIN}{_PAIR}(?:{_YEAR_GAP}{_YEAR}(?![./:-]\d){_MARK}|{_OTHER_YEAR}|{_WHEN_AFTER})"
)
_HIJRI = re.compile(
    rf"(?:{BEGIN}(?:{WEEKDAY})[\s,،:()\-–]{{0,4}})?(?P<day>{DAY}){_OF}"
    rf"(?P<month>{pattern(HIJRI_MONTHS)}){_YEAR_GAP}{_YEAR}{_MARK}"
)
_NUMERIC = re.compile(
    rf"(?:{BEGIN}(?P<weekday>{WEEKDAY})[\s,،:()\-–]{{0,4}})?{_LEFT}"
    r"(?P<a>\d{1,4})(?:(?P<dot>\.)|\s?(?P<sep>[/\-–])\s?)(?P<b>\d{1,2})"
    r"(?:(?(dot)\.|\s?(?P=sep)\s?))(?P<c>\d{1,4})(?!\d)(?![./-]\d)" + _MARK
)
_REACH = re.compile(r"\s{0,3}(?:الي|حتي|و|-|–)\s{0,3}(?:يوم\s{1,3})?")
_YEAR_ALONE = re.compile(
    rf"{BEGIN}(?:(?:ال|لل)?عام|(?:ال|لل)?سنه|مطلع|بدايه|منتصف|نهايه|اوايل|اواخر|صيف|شتا|ربيع|خريف)"
    rf"\s{{1,3}}(?:عام\s{{1,3}}|سنه\s{{1,3}})?{_YEAR}(?![./:-]\d){_MARK}"
)


@dataclass(frozen=True, slots=True)
class Written:
    """A date as a text has it; characters into the normal form.

    `month` is None where the text names a year alone, `year` where it leaves it out; `when` then
    says which is meant: of such days («19 يونيو الماضي»), or of years («يونيو من العام الماضي»).
    A date that cannot be, like the 31st of April, has `is_possible` False.
    """

    start: int
    end: int
    year: int | None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    when: When = ""
    is_year_meant: bool = False
    is_hijri: bool = False
    is_possible: bool = True

    def iso(self, year: int | None = None) -> str | None:
        """The day, month or year in ISO 8601, in the year written or else the one given."""
        year = self.year or year
        if year is None or not 1 <= year <= 9999 or not self.is_possible:
            return None
        if self.month is None:
            return f"{year:04}"
        if self.day is None:
            return f"{year:04}-{self.month:02}"
        day = (gregorian if self.is_hijri else _day)(year, self.month, self.day)
        return day.isoformat() if day else None


def when_of(words: str) -> When:
    """What a match of `WHEN` says."""
    return "before last" if words.startswith("قبل") else _WHENS[words]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def gregorian(year: int, month: int, day: int) -> date | None:
    """The day of a Hijri date in the calendar of Umm al-Qura, which covers 1343 to 1500."""
    from hijridate import Hijri

    try:
        return Hijri(year, month, day).to_gregorian()
    except (ValueError, OverflowError):
        return None


def written_dates(plain: str) -> list[Written]:
    """The dates of a text in their order, those that cannot be among them; none overlap."""
    found = [
        *map(_hijri, _HIJRI.finditer(plain)),
        *chain.from_iterable(map(_day_month, _DAY_MONTH.finditer(plain))),
        *chain.from_iterable(map(_day_month, _MONTH_DAY.finditer(plain))),
        *map(_numeric, _NUMERIC.finditer(plain)),
        *map(_base, _MONTH_ALONE.finditer(plain)),
        *map(_year, _YEAR_ALONE.finditer(plain)),
    ]
    # A name of two calendars' months, «ربيع», and a year alone give way to a whole date.
    found.sort(key=lambda date: (date.start, -date.end))
    kept: list[Written] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return _with_years(kept, plain)


def _day_number(words: str) -> int:
    digits = re.match(r"\d+", words)
    return int(digits[0]) if digits else number_of(words, WRITTEN_DAYS)


def _base(match: re.Match[str], weekday: str | None = None) -> Written:
    """What all dates with a month's name have in common."""
    groups = match.groupdict()
    month, again = number_of(match["month"], MONTHS), match["again"]
    agree = again is None or number_of(again, MONTHS) == month
    when: When = "this" if groups.get("same") else ""
    if words := groups.get("other") or groups.get("when"):
        when = when_of(words)
    return Written(
        match.start(),
        match.end(),
        int(match["year"]) if match["year"] else None,
        month,
        weekday=number_of(weekday, WEEKDAYS) if weekday else None,
        when=when,
        is_year_meant=bool(groups.get("other") or groups.get("same")),
        is_possible=agree and not (match["mark"] or "").startswith("ه"),
    )


def _day_month(match: re.Match[str]) -> Iterator[Written]:
    base = _base(match, match["weekday"])
    groups = match.groupdict()
    last = _day_number(groups.get("last") or match["day"])
    if groups.get("first") is None:
        yield replace(base, day=last)
        return
    if (first := _day_number(match["first"])) < last:
        yield replace(base, end=match.end("first"), day=first)
    yield replace(base, start=match.start("last"), day=last, weekday=None)


def _hijri(match: re.Match[str]) -> Written:
    month = number_of(match["month"], HIJRI_MONTHS)
    day, year = _day_number(match["day"]), int(match["year"])
    is_possible = not (match["mark"] or "").startswith("م")
    return Written(*match.span(), year, month, day, is_hijri=True, is_possible=is_possible)


def _year(match: re.Match[str]) -> Written:
    year, mark = int(match["year"]), match["mark"] or ""
    is_hijri = mark.startswith("ه") or (not mark and 1300 <= year <= 1500)
    is_possible = not is_hijri and 1000 <= year < 2200  # a Hijri year lies in two others
    return Written(*match.span(), year, is_possible=is_possible)


def _numeric(match: re.Match[str]) -> Written:
    """Digits alone: the year first, or the day first as Arabic outlets write it.

    Where only the other order of day and month can be, or the weekday proves it, it is taken.
    """
    a, b, c = match["a"], int(match["b"]), match["c"]
    mark = match["mark"] or ""
    if len(a) == 4 and len(c) <= 2:
        year, month, day = int(a), b, int(c)
    elif len(c) == 4 and len(a) <= 2:
        year, month, day = int(c), b, int(a)
    elif max(len(a), len(c)) == 2 and int(c) >= 50 and not mark:
        year, month, day = 1900 + int(c), b, int(a)  # neither a day nor a year to come
    else:
        return Written(*match.span(), 0, is_possible=False)
    is_hijri = mark.startswith("ه") or (1300 <= year <= 1500 and not mark)
    written = Written(*match.span(), year, month, day, is_hijri=is_hijri)
    if len(a) == 4 or is_hijri:
        return written
    weekday = number_of(match["weekday"], WEEKDAYS) if match["weekday"] else None
    turned = replace(written, month=day, day=month)
    if written.iso() is None or (
        weekday is not None
        and weekday_of(written.iso()) != weekday
        and weekday_of(turned.iso()) == weekday
    ):
        return turned
    return written


def weekday_of(iso: str | None) -> int | None:
    """The weekday of a day, Monday 0; None for None."""
    return None if iso is None else date.fromisoformat(iso).weekday()


def _with_years(dates: list[Written], plain: str) -> list[Written]:
    """A date without a year has that of the one it reaches to: «25 يناير إلى 3 مارس 2011»."""
    known = list(dates)
    for place in range(len(dates) - 2, -1, -1):
        date, following = known[place], known[place + 1]
        if date.year or date.when or date.day is None or not (following.year and following.month):
            continue
        if following.is_hijri or not _REACH.fullmatch(plain, date.end, following.start):
            continue
        is_before = date.month is not None and date.month <= following.month
        known[place] = replace(date, year=following.year - (not is_before))
    return known
