"""Text to what a browser shows as that text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import PurePath, PureWindowsPath

from rag.arabic import arabic_share
from rag.clean.dates import explain_day, inferred_days
from rag.types import Document

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TIME_OF_DAY = re.compile(r"(?<=\d{4}-\d\d-\d\d)[T ].*")


def escaped(text: str) -> str:
    """Text that means nothing to a browser but itself."""
    # A lone surrogate, which JSON articles can hold, cannot be sent as UTF-8.
    return html.escape(_LONE_SURROGATE.sub("\ufffd", text), quote=True)


def apart(text: str) -> str:
    """Text whose direction and that of what stands beside it do not touch each other."""
    return f"<bdi>{escaped(text)}</bdi>"


def latin(text: str) -> str:
    """An address, a command or a date in digits, which are read from left to right."""
    return f'<bdi dir="ltr">{escaped(text)}</bdi>'


def title_html(title: str) -> str:
    """A title in its own direction."""
    return f"<bdi {direction(title)}>{escaped(title)}</bdi>"


def direction(text: str) -> str:
    """By most of its letters: `dir=auto` goes by the first, which may be of a foreign name."""
    return 'dir="rtl"' if arabic_share(text) >= 0.5 else 'dir="ltr"'


def date_html(published: str) -> str:
    """An ISO 8601 date as a reader writes it, without the time; anything else as it stands.

    >>> date_html("2024-06-21T07:00:00+03:00")
    '<bdi class="date">21 يونيو 2024</bdi>'
    """
    day = explain_day(_TIME_OF_DAY.sub("", published))
    return apart(day) if day == published else f'<bdi class="date">{escaped(day)}</bdi>'


def days_html(quotes: Iterable[str], document: Document | None) -> str:
    """The days that quoted words mean which count from the day of publication; "" for none."""
    published = document.published if document else None
    days = {word: iso for quote in quotes for word, iso in inferred_days(quote, published).items()}
    told = "؛ ".join(f"«{escaped(word)}» = {date_html(iso)}، مستنتج" for word, iso in days.items())
    return f'<p class="days">{told}</p>' if told else ""


def file_name(path: str | None) -> str:
    """The end of a path of this or another system, "" if there is none."""
    if not path:
        return ""
    return PureWindowsPath(path).name if "\\" in path else PurePath(path).name
