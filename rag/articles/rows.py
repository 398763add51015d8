"""JSONL, CSV and TSV files to articles, one a row."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape

from rag.articles.encoding import decode
from rag.articles.raw import FIELDS, MAX_BYTES, RawArticle, article_of, check_size, field_of
from rag.errors import ArticleError

_KNOWN = {name for names in FIELDS.values() for name in names}
_DELIMITERS = (",", ";", "\t", "|", "،", "؛")

_MARKUP = re.compile(
    r"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype|html|body|p|div|h[1-6]|figure|article|section|ul|ol)\b",
    re.IGNORECASE | re.DOTALL,
)


def jsonl_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """The rows of a JSONL file that is in memory."""
    return jsonl_rows(name, io.BytesIO(stored))


def jsonl_rows(name: str, lines: io.BufferedIOBase) -> Iterator[RawArticle]:
    """The rows of a JSONL file, line by line: a broken one is found only when it is reached."""
    is_empty = True
    for number, line in enumerate(_utf8_lines(name, lines), start=1):
        if line.strip(b"\xef\xbb\xbf \t\r\n"):
            is_empty = False
            if article := _json_article(name, number, line):
                yield article
    if is_empty:
        raise ArticleError(f"{name}: the file is empty")


def _utf8_lines(name: str, lines: io.BufferedIOBase) -> Iterable[bytes]:
    """The lines as they are, or of a file that begins in another encoding, decoded as a whole."""
    first = lines.readline(MAX_BYTES)
    lines.seek(0)
    try:
        first.decode("utf-8")
        is_utf8 = b"\0" not in first
    except UnicodeDecodeError:
        is_utf8 = False
    if is_utf8:
        return lines
    check_size(name, lines.seek(0, io.SEEK_END), MAX_BYTES)
    lines.seek(0)
    return (line.encode() for line in decode(name, lines.read()).split("\n"))


def _json_article(name: str, number: int, line: bytes) -> RawArticle | None:
    """The article of a row; None where its text is there and empty or null: nothing is lost."""
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else error
        raise ArticleError(f"{name}, line {number}: not JSON in UTF-8: {reason}") from error
    fields = row if isinstance(row, dict) else {}
    text = field_of(fields, "text")
    told = [fields[field] for field in FIELDS["text"] if field in fields]
    if text is None and any(value is None or isinstance(value, str) for value in told):
        return None
    if text is None:
        expected = "an object with 'text', 'content', 'context' or 'body'"
        raise ArticleError(f"{name}, line {number}: no text: expected {expected}")
    return _article(name, text, fields)


def _article(name: str, text: str, fields: Mapping[str, object]) -> RawArticle:
    """The article of a row; where its text is markup, as blogs export it, so is its title."""
    if not _MARKUP.match(text):
        return article_of(name, "text", text=text, fields=fields)
    article = article_of(name, "html", text=text, fields=fields)
    return replace(article, title=unescape(article.title) if article.title else None)


def csv_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """The rows below a header that names the text; rows whose text is empty are passed over."""
    text = decode(name, stored).removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    delimiters: Sequence[str] = _DELIMITERS
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # what Excel reads
        delimiters, text = (first[4],), rest
    csv.field_size_limit(MAX_BYTES)  # an article may be longer than the 128 KiB of the default
    # Whoever wrote the header named a column as we do, so that is how the delimiter is known.
    delimiter = max(delimiters, key=lambda each: len(_KNOWN.intersection(_header(text, each))))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = _header(text, delimiter)
    if not any(column in FIELDS["text"] for column in header):
        found = " ".join(", ".join(header).split())[:80]
        raise ArticleError(
            f"{name}: no column is named text, content, body, context or النص: found {found}"
        )
    try:
        next(rows)
        for row in rows:
            fields = _row_fields(name, row, header=header, line=rows.line_num)
            if (content := field_of(fields, "text")) is not None:
                yield _article(name, content, fields)
    except csv.Error as error:
        raise ArticleError(f"{name}, line {rows.line_num}: not CSV: {error}") from error


def _header(text: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [column.strip().lower() for column in next(rows, [])]
    except csv.Error:
        return []


def _row_fields(name: str, row: list[str], *, header: list[str], line: int) -> Mapping[str, object]:
    if any(cell.strip() for cell in row[len(header) :]):
        counts = f"{len(row)} cells, the header has {len(header)}"
        raise ArticleError(f"{name}, line {line}: {counts}: put quotes around the text")
    # Of two columns of one name the first that says something holds.
    pairs = [(column, cell) for column, cell in zip(header, row, strict=False) if cell.strip()]
    return dict(reversed(pairs))
