"""What a reader types to narrow a search: to a filter, and to words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.arabic import normalise
from rag.clean.dates import explain_day, mentions
from rag.page.markup import apart, latin
from rag.types import Document, Filter

NAME = "حصر البحث"

_YEAR_FIRST = re.compile(r"((?:1[89]|20)\d\d)(?:\s?[-/.–]\s?(0?[1-9]|1[0-2]))?")
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])\s?[-/.–]\s?((?:1[89]|20)\d\d)")
_MARKS = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ISOLATE, _END = "\u2068", "\u2069"  # where no <bdi> can be: a label is plain text
_SHAPES = f"{latin('2024-06-19')} أو {latin('2024-06')} أو 2024 أو «19\u00a0يونيو\u00a02024»"
_NO_DAY = f"لم يُفهم هذا التاريخ. اكتبه مثل {_SHAPES}."
HINT = f"<p>يُكتب التاريخ مثل {_SHAPES}. ومع التاريخ لا يُبحث في مقال لا يُعرف يوم نشره.</p>"
_BACKWARD = "نهاية المدة قبل بدايتها. صحّح أحد التاريخين."


@dataclass(frozen=True, slots=True)
class Limits:
    """The fields as they were filled in."""

    since: str = ""
    until: str = ""
    sources: tuple[str, ...] = ()

    @classmethod
    def of(cls, since: str | None, until: str | None, sources: Iterable[str] | None) -> Limits:
        """What a page's fields hold, where an empty one may be None."""
        return cls(since or "", until or "", tuple(sources or ()))

    @property
    def within(self) -> Filter | None:
        """What to search in; None for everything. Of use only where there are no notices."""
        chosen = Filter(parse_limit(self.since), parse_limit(self.until), self.sources)
        return None if chosen == Filter() else chosen

    @property
    def notices(self) -> tuple[str, str]:
        """What is wrong with `since` and with `until`, as HTML; "" where nothing is."""
        since, until = (
            _notice(_NO_DAY) if typed.strip() and not parse_limit(typed) else ""
            for typed in (self.since, self.until)
        )
        if not since and not until and self._is_backward():
            until = _notice(_BACKWARD)
        return since, until

    @property
    def label(self) -> str:
        """The name of the whole, with what is chosen, in plain text.

        >>> Limits(sources=("وكالة الميناء",)).label.translate({0x2068: "", 0x2069: ""})
        'حصر البحث: وكالة الميناء'
        """
        if any(self.notices):
            return f"{NAME}: صحّح التاريخ"
        words = " · ".join(f"{_ISOLATE}{word}{_END}" for word in in_words(self.within))
        return f"{NAME}: {words}" if words else NAME

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to clear."""
        return not (self.since or self.until or self.sources)

    def _is_backward(self) -> bool:
        since, until = parse_limit(self.since), parse_limit(self.until)
        if not since or not until:
            return False
        return since + "-01-01"[len(since) - 4 :] > until + "-12-31"[len(until) - 4 :]


def parse_limit(typed: str) -> str | None:
    """The one day, month or year that is typed, in ISO 8601; None if it is none or several.

    >>> parse_limit("١٩ يونيو ٢٠٢٤"), parse_limit("6/2024"), parse_limit("31 يونيو 2024")
    ('2024-06-19', '2024-06', None)
    """
    plain = normalise(_MARKS.sub("", typed)).strip()
    if match := _YEAR_FIRST.fullmatch(plain):
        year, month = match.groups()
    elif match := _MONTH_FIRST.fullmatch(plain):
        month, year = match.groups()
    else:
        return _mentioned(plain)
    return f"{year}-{int(month):02}" if month else year


def outlets_of(documents: Iterable[Document]) -> list[str]:
    """The outlets to choose from."""
    return sorted({source for document in documents if (source := (document.source or "").strip())})


def in_words(within: Filter | None) -> list[str]:
    """A filter piece by piece, as a reader would say it; no line breaks within a date."""
    if within is None:
        return []
    since, until = (day and _on_one_line(day) for day in (within.since, within.until))
    if since and since == until:
        days = [f"في\u00a0{since}"]
    else:
        days = [f"{word}\u00a0{day}" for word, day in (("من", since), ("إلى", until)) if day]
    return [*days, *within.sources]


def within_html(within: Filter | None) -> str:
    """The line under an answer that says what its search was narrowed to; "" if to nothing."""
    words = " · ".join(map(apart, in_words(within)))
    return f'<p class="within">{NAME}: {words}</p>' if words else ""


def _on_one_line(day: str) -> str:
    return explain_day(day).replace(" ", "\u00a0")


def _mentioned(plain: str) -> str | None:
    found = mentions(plain)
    if len(found) != 1:
        return None
    [only] = found
    rest = plain[: only.start] + plain[only.end :]
    return None if any(character.isdigit() for character in rest) else only.iso


def _notice(text: str) -> str:
    return f'<p class="notice" dir="rtl" role="alert">{text}</p>'
