"""Raw articles to documents."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rag.articles import RawArticle
from rag.clean.datelines import day_of_article
from rag.clean.dates import parse_day
from rag.clean.heads import Article, article_of
from rag.clean.html import Page, page_of
from rag.clean.lines import Cuts, Line, PageLines, lines_of, same_words, tidy
from rag.clean.markdown import plain_markdown
from rag.clean.outlets import outlet_of_page, signed_above, signed_by
from rag.clean.page import Part, parts_of
from rag.errors import ArticleError
from rag.types import Document

__all__ = ["CLEANER", "Cleaned", "clean", "cleaned"]

CLEANER = "clean/3"  # goes into each file's digest: another name reads every file again


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning made of a page: its documents, and what became of every line."""

    documents: tuple[Document, ...]
    articles: tuple[Article, ...]  # of each document the lines it is made of
    lines: tuple[Line, ...]  # of the page
    cuts: Cuts


def clean(raw: RawArticle) -> list[Document]:
    """The articles of a file without what surrounds them on the page, in their order.

    A page may hold more than one; what the file's format says of its title, date and outlet is
    said of the first. Raises ArticleError where nothing is left.
    """
    documents = cleaned(raw).documents
    if not documents:
        raise ArticleError(f"no article text in {raw.path}")
    return list(documents)


def cleaned(raw: RawArticle) -> Cleaned:
    """The articles of a file and what became of each of its lines; perhaps none."""
    page = _page_of(raw)
    cuts = page.lines.cuts
    found: dict[str, tuple[Document, Article]] = {}
    for part in parts_of(page.lines.main, cuts):
        is_first = not found
        article = article_of(
            part.lines,
            cuts,
            title=page.title if is_first and not part.headline else None,
            headline=part.headline,
        )
        if article is None:
            continue
        if article.headline is None:
            article = replace(article, headline=_headline_in(page.lines, article))
        document = _document_of(article, part, page=page, path=raw.path, is_first=is_first)
        if document.id in found:
            cuts.note("repetition", *article.lines, *filter(None, [article.headline]))
        found.setdefault(document.id, (document, article))
    documents = tuple(document for document, _ in found.values())
    articles = tuple(article for _, article in found.values())
    return Cleaned(documents, articles, tuple(page.lines.every), cuts)


def _headline_in(lines: PageLines, article: Article) -> Line | None:
    """The line of a page that says an article's title, where it is none of the article's own."""
    own = {line.place for line in article.lines}
    said = (line for line in lines.every if same_words(line.text, article.title))
    return next((line for line in said if line.place not in own), None)


def _document_of(
    article: Article, part: Part, *, page: Page, path: str, is_first: bool
) -> Document:
    """The article with what the page says of it or, failing that, its own lines."""
    signed = signed_above(part.lines)
    published, is_inferred = day_of_article(
        article.text,
        stated=(page.published if is_first else None) or article.published,
        url=page.url if is_first else None,
    )
    return Document.of(
        article.title,
        article.text,
        source=page.source or part.source or page.outlet or signed.source,
        url=page.url,
        published=published,
        path=path,
        author=(page.author if is_first else None) or signed.author,
        is_inferred=is_inferred,
    )


def _page_of(raw: RawArticle) -> Page:
    """The lines of a page and what is known of it, the format's own word first."""
    title = raw.title
    if raw.kind == "html":
        found = page_of(raw.content)
    else:
        content = raw.content
        if raw.kind == "markdown":
            content, title = plain_markdown(content), plain_markdown(title or "")
        lines = lines_of(content)
        found = Page(PageLines(lines, lines, Cuts()))
    author, outlet = signed_by(tidy(raw.author or found.author or ""))
    return Page(
        found.lines,
        tidy(title or found.title or "") or None,
        tidy(raw.source or found.source or "") or None,
        tidy(raw.url or found.url or "") or None,
        parse_day(raw.published or found.published or ""),
        author,
        outlet_of_page(found.lines.every) or outlet,
    )
