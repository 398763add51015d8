"""An EPUB to its chapters, in reading order."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from html.entities import html5
from typing import Any
from urllib.parse import unquote

from rag.articles.archive import open_package
from rag.articles.encoding import decode
from rag.articles.raw import RawArticle
from rag.errors import ArticleError

_LETTERS = re.compile(r"[^\W\d_]{2}")
_PAGES = ("application/xhtml+xml", "text/html")
# What comes before the root: it may declare entities that name files, or grow without end.
_PROLOGUE = re.compile(r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)?", re.I)
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(\w+);")
_CONTAINER = "META-INF/container.xml"


def epub_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """Each chapter as a page; the book is its source, the headings or the contents its title."""
    from lxml import etree

    try:
        with open_package(name, stored) as package:
            yield from _chapters(name, package)
    except etree.LxmlError as error:
        raise ValueError(str(error)) from error


def _chapters(name: str, package: zipfile.ZipFile) -> Iterator[RawArticle]:
    root = _tree(package.read(_CONTAINER)).find(".//{*}rootfile")
    opf = "" if root is None else root.get("full-path", "")
    book = _tree(package.read(opf))
    items = {item.get("id"): item for item in book.iterfind(".//{*}manifest/{*}item")}
    titles = _titles(package, [*items.values()], opf=opf)
    protected = _protected(package)
    names = set(package.namelist())
    known = {tag: _said(book, tag) for tag in ("title", "creator", "date", "source", "identifier")}
    for place in book.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(place.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or _is_contents(item):
            continue
        path = _path(opf, item.get("href", ""))
        if path in protected:
            raise ArticleError(f"{name}: protected against reading (DRM): use an open copy")
        if path not in names:
            continue
        text, heading = _page(name, package.read(path))
        if _LETTERS.search(re.sub(r"<[^>]*>", " ", text)):
            yield RawArticle(
                name,
                "html",
                text,
                title=titles.get(path) or heading,
                source=known["title"],
                published=known["date"],
                author=known["creator"],
            )


def _character(entity: re.Match[str]) -> str:
    """The character that a name of HTML stands for; XML knows five of them."""
    return html5.get(f"{entity[1]};") or f"&amp;{entity[1]};"


def _tree(stored: bytes) -> Any:
    """A tree whose entities stay unresolved: they may name files, or grow without end."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=True
    )
    tree = etree.fromstring(stored, parser)
    if tree is None:
        raise ValueError("a part that is not XML")
    return tree


def _said(book: Any, tag: str) -> str | None:
    """The first word of the metadata on something, in the vocabulary of Dublin Core."""
    values = (_text(each) for each in book.iterfind(f".//{{*}}metadata/{{*}}{tag}"))
    return next((value for value in values if value), None)


def _text(element: Any) -> str:
    from lxml import etree

    found = "".join(each for each in element.itertext(etree.Element) if isinstance(each, str))
    return " ".join(found.split())


def _is_contents(item: Any) -> bool:
    return "nav" in item.get("properties", "").split()


def _path(base: str, href: str) -> str:
    joined = posixpath.join(posixpath.dirname(base), unquote(href.partition("#")[0]))
    return posixpath.normpath(joined)


def _titles(package: zipfile.ZipFile, items: list[Any], *, opf: str) -> dict[str, str]:
    """The titles of the chapters as the book's contents have them, by path."""
    names = set(package.namelist())
    titles: dict[str, str] = {}
    for item in items:
        path = _path(opf, item.get("href", ""))
        is_ncx = item.get("media-type") == "application/x-dtbncx+xml"
        if path not in names or not (is_ncx or _is_contents(item)):
            continue
        tree = _tree(package.read(path))
        if is_ncx:
            points = tree.iterfind(".//{*}navPoint")
            pairs = [(p.find("{*}content"), p.find("{*}navLabel")) for p in points]
            links = [(a.get("src", ""), b) for a, b in pairs if a is not None and b is not None]
        else:
            links = [(a.get("href", ""), a) for a in tree.iterfind(".//{*}a")]
        for href, label in links:
            # A chapter may be listed again, for its sections.
            if title := _text(label):
                titles.setdefault(_path(path, href), title)
    return titles


def _protected(package: zipfile.ZipFile) -> set[str]:
    """The parts that are encrypted; of fonts nobody minds."""
    if "META-INF/encryption.xml" not in package.namelist():
        return set()
    tree = _tree(package.read("META-INF/encryption.xml"))
    return {unquote(each.get("URI", "")) for each in tree.iterfind(".//{*}CipherReference")}


def _page(name: str, stored: bytes) -> tuple[str, str | None]:
    """A chapter and its heading, as HTML: there a tag that closes itself swallows the rest."""
    from lxml import etree

    text = decode(name, stored, is_page=True)
    text = _ENTITY.sub(_character, _PROLOGUE.sub("", text.removeprefix("\ufeff")))
    tree = _tree(text.encode())
    heads = [tree.find(f".//{{*}}{tag}") for tag in ("h1", "h2", "h3")]
    heading = next((title for head in heads if head is not None and (title := _text(head))), None)
    for element in tree.iter("{http://www.w3.org/1999/xhtml}*"):
        element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(tree)
    return str(etree.tostring(tree, method="html", encoding="unicode")), heading
