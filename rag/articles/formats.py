"""The formats that are read, by the ending of a file's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePath

from rag.articles.docx import docx_articles
from rag.articles.epub import epub_articles
from rag.articles.mhtml import mhtml_articles
from rag.articles.mojibake import repaired
from rag.articles.order import has_shapes, plain_letters
from rag.articles.pdf import pdf_articles
from rag.articles.raw import DAMAGE, RawArticle, Refusal
from rag.articles.rows import csv_articles, jsonl_articles
from rag.articles.text import html_articles, markdown_articles, text_articles
from rag.errors import ArticleError

EXPECTED = "txt, md, html, mhtml, pdf, docx, epub, jsonl, csv, tsv or zip"
_READERS: dict[str, Callable[[str, bytes], Iterator[RawArticle]]] = {
    ".txt": text_articles,
    ".md": markdown_articles,
    ".markdown": markdown_articles,
    ".html": html_articles,
    ".htm": html_articles,
    ".xhtml": html_articles,
    ".jsonl": jsonl_articles,
    ".csv": csv_articles,
    ".tsv": csv_articles,
    ".pdf": pdf_articles,
    ".docx": docx_articles,
    ".epub": epub_articles,
    ".mhtml": mhtml_articles,
    ".mht": mhtml_articles,
}
ARCHIVE = ".zip"
ENDINGS = (*_READERS, ARCHIVE)
# Read in a process of their own: what libraries do with a hostile file has no bounds.
GUARDED = (".pdf", ".docx", ".epub", ".mhtml", ".mht", ARCHIVE)


def ending_of(name: str) -> str:
    """The ending of a file's name in small letters, as in `ENDINGS`."""
    return PurePath(name).suffix.lower()


def articles_in(name: str, stored: bytes) -> Iterator[RawArticle | Refusal]:
    """The articles of a file that is no archive; ArticleError for one that cannot be read."""
    ending = ending_of(name)
    damage = DAMAGE if ending in GUARDED else ()
    try:
        for raw in _READERS[ending](name, stored):
            yield finished(raw)
    except damage as error:
        reason = (str(error).partition("\n")[0] or type(error).__name__)[:200]
        raise ArticleError(f"{name}: a damaged {ending[1:]} file: {reason}") from error


def finished(raw: RawArticle) -> RawArticle | Refusal:
    """An article in letters that can be searched, or why its text is beyond repair."""
    if has_shapes(raw.content):
        raw = replace(raw, content=plain_letters(raw.content))
    try:
        return repaired(_without_halves(raw))
    except ArticleError as error:
        return Refusal(raw.path, str(error).removeprefix(f"{raw.path}: "))


def _without_halves(raw: RawArticle) -> RawArticle:
    """Half of a character pair, which JSON and PDF may hold, cannot be stored as text."""
    values = {name: getattr(raw, name) for name in ("content", "title", "source", "url")}
    values |= {name: getattr(raw, name) for name in ("published", "author")}
    changed = {
        name: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for name, value in values.items()
        if value and any("\ud800" <= character <= "\udfff" for character in value)
    }
    return replace(raw, **changed) if changed else raw
