"""One article as its file has it, and what the formats call its parts."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.errors import ArticleError

Kind = Literal["text", "markdown", "html"]
MAX_BYTES = 50 * 1024**2
MAX_ROWS_BYTES = 1024**3  # of a JSONL file or an archive: read piece by piece
MAX_UNPACKED_BYTES = 500 * 1024**2  # a few kilobytes of zip can hold gigabytes

FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "content", "context", "body", "النص", "نص", "المحتوى"),
    "title": ("title", "العنوان", "عنوان"),
    "source": ("source", "المصدر", "مصدر"),
    "url": ("url", "الرابط", "رابط"),
    "published": ("published", "date", "التاريخ", "تاريخ"),
    "author": ("author", "الكاتب", "كاتب"),
}
# What the libraries let through when a file is damaged; anything else is a bug of ours.
DAMAGE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError),
    *(OSError, EOFError, RuntimeError, SyntaxError, struct.error, zlib.error, zipfile.BadZipFile),
)


@dataclass(frozen=True, slots=True)
class RawArticle:
    """The text of a file, of one of its rows or of one of its chapters, before any cleaning."""

    path: str  # of the file; "archive.zip!folder/name.txt" for a member of an archive
    kind: Kind
    content: str
    title: str | None = None  # this and the rest only where the format itself says it
    source: str | None = None
    url: str | None = None
    published: str | None = None  # as the file has it
    author: str | None = None
    note: str | None = None  # what of the file is not in the content, and what to do about it


@dataclass(frozen=True, slots=True)
class Refusal:
    """A part of a file that was not read, by its own name, where the others are."""

    name: str
    reason: str


def article_of(name: str, kind: Kind, *, text: str, fields: Mapping[str, object]) -> RawArticle:
    """An article with what `fields` says of it, under any of the names in `FIELDS`."""
    known = {part: field_of(fields, part) for part in FIELDS if part != "text"}
    return RawArticle(name, kind, text, **known)


def field_of(fields: Mapping[str, object], part: str) -> str | None:
    """The first value that is text and not blank."""
    values = (fields.get(name) for name in FIELDS[part])
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def shown(path: Path) -> str:
    """A path that can be printed and stored, whatever bytes its name is made of."""
    return str(path).encode(errors="backslashreplace").decode()


def check_name(path: Path) -> None:
    """ArticleError for a path that is not UTF-8, as of an old archive: no index can hold it."""
    if (name := shown(path)) != str(path):
        raise ArticleError(f"{name}: the name is not UTF-8: rename it")


def check_size(name: str, size: int, limit: int) -> None:
    """ArticleError for an empty file and one above `limit` bytes."""
    if size == 0:
        raise ArticleError(f"{name}: the file is empty")
    if size > limit:
        sizes = f"{size / 1024**2:.1f} MiB, more than the {limit / 1024**2:g} MiB allowed"
        raise ArticleError(f"{name}: {sizes}: split the file")
