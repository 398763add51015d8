"""Text, Markdown and HTML files to articles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.articles.encoding import decode
from rag.articles.raw import RawArticle, article_of

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
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
        pairs = (line.partition(":") for line in front[1].splitlines())
        fields = {key.strip().lower(): value.strip().strip("\"'") for key, _, value in pairs}
    if heading := _HEADING.search(text):
        fields["title"] = fields.get("title") or heading[1].rstrip(" #")
    yield article_of(name, "markdown", text=text, fields=fields)
