"""Raw articles to documents."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from rag.articles import RawArticle
from rag.clean.heads import article_of
from rag.clean.html import Page, page_of
from rag.clean.lines import Line, is_bulleted, lines_of, tidy
from rag.clean.markdown import plain_markdown
from rag.clean.page import parts_of
from rag.errors import ArticleError
from rag.types import Document

__all__ = ["CLEANER", "clean"]

CLEANER = "clean/1"  # goes into each file's digest: another name reads every file again


def clean(raw: RawArticle) -> list[Document]:
    """The articles of a file without what surrounds them on the page, in their order.

    A page may hold more than one; what the file's format says of its title, date and outlet is
    said of the first. Raises ArticleError where nothing is left.
    """
    page, lines = _page_and_lines(raw)
    documents: dict[str, Document] = {}
    for part in parts_of(lines):
        is_first = not documents
        article = article_of(part.lines, title=part.title or (page.title if is_first else None))
        if article is None:
            continue
        document = Document.of(
            article.title,
            article.text,
            source=page.source or part.source,
            url=page.url,
            published=(page.published if is_first else None) or article.published,
            path=raw.path,
        )
        documents.setdefault(document.id, document)
    if not documents:
        raise ArticleError(f"no article text in {raw.path}")
    return list(documents.values())


def _page_and_lines(raw: RawArticle) -> tuple[Page, list[Line]]:
    """What is known of the page, the format's own word first, and its lines."""
    found, title = Page(raw.content), raw.title
    if raw.kind == "html":
        found = page_of(raw.content)
    elif raw.kind == "markdown":
        found, title = Page(plain_markdown(raw.content)), plain_markdown(raw.title or "")
    lines = lines_of(found.text)
    if raw.kind == "html":
        lines = _spaced(lines)
    page = Page(
        "",
        tidy(title or found.title or "") or None,
        tidy(raw.source or found.source or "") or None,
        tidy(raw.url or found.url or "") or None,
        _iso_day(raw.published or found.published),
    )
    return page, lines


def _spaced(lines: list[Line]) -> list[Line]:
    """The paragraphs of an HTML page with a blank line between them, lists kept together."""
    spaced = lines[:1]
    for before, line in pairwise(lines):
        in_list = is_bulleted(before.text) and is_bulleted(line.text)
        spaced.append(Line(line.text, has_gap=not in_list))
    return spaced


def _iso_day(published: str | None) -> str | None:
    """The day of a date or time in ISO 8601; None for anything else."""
    try:
        return date.fromisoformat((published or "").strip()[:10]).isoformat()
    except ValueError:
        return None
