"""Text, Markdown and HTML files to articles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.articles.encoding import decode
from rag.articles.raw import RawArticle, article_of

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_BLOCK = re.compile(r"[>|][-+]?")  # «title: >-», and its lines below
_HEADING = re.compile(r"^# +(\S.*)$", re.MULTILINE)


def text_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """A text file, whole."""
    yield RawArticle(name, "text", decode(name, stored))


def html_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """A page, whole; the encoding in its head holds where the bytes agree with it."""
    yield RawArticle(name, "html", decode(name, stored, is_page=True))


def markdown_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """A Markdown file with what its front matter, or its first heading, says of it."""
    text = decode(name, stored).removeprefix("\ufeff").replace("\r\n", "\n")
    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        text = text[front.end() :]
        fields = _front_fields(front[1])
    if heading := _HEADING.search(text):
        fields["title"] = fields.get("title") or heading[1].rstrip(" #")
    yield article_of(name, "markdown", text=text, fields=fields)


def _front_fields(front: str) -> dict[str, str]:
    """The fields of a front matter; what is nested in one is none, the lines of a block are."""
    fields: dict[str, str] = {}
    block = ""
    for line in front.splitlines():
        if line[:1].isspace():
            if block:
                fields[block] = f"{fields[block]} {line.strip()}".strip()
            continue
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        block = name if _BLOCK.fullmatch(value) and name not in fields else ""
        fields.setdefault(name, "" if block else value.strip("\"'"))
    return fields
