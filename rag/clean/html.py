"""An HTML page to its lines, which of them are main text, and what its head says of it."""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from rag.clean.lines import Cuts, PageLines
from rag.clean.main_text import main_text_of
from rag.clean.markup import markup_of
from rag.clean.metadata import metadata_of

MAX_CHARACTERS = 5_000_000  # a longer page is cut: news pages have a tenth of it
MAX_ELEMENTS = 30_000  # above it trafilatura takes longer than a reader waits
MAX_DEPTH = 100  # trafilatura and lxml recurse, and Python's stack is short
MAX_ATTRIBUTE = 2_000

_NOT_TEXT = ("script", "style", "noscript", "template", "svg", "iframe", "object")
_CONTROLS = ("nav", "form", "button", "select", "textarea", "figcaption")
# libxml2 compares each attribute of a tag with all before it, so a tag of thousands takes minutes.
_EMBEDDED = re.compile(r"data:[\w/+.;=-]{1,100}+,[\w/+=%.-]{200,}+")
_HUGE_TAG = re.compile(r"<([A-Za-z][\w:-]{0,99})[^<>]{20000,}+>")
# What lxml reads, as such or as a reference, and refuses to write when an element before it goes.
_UNWRITABLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,4})(?![0-9a-fA-F])|0*(\d{1,5})(?!\d));?")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds: its lines, and what its format says of its article."""

    lines: PageLines
    title: str | None = None
    source: str | None = None
    url: str | None = None
    published: str | None = None
    author: str | None = None
    outlet: str | None = None  # told from the lines, for articles that name no source


def page_of(html: str) -> Page:
    """The lines of a page, those of its main text as trafilatura judges them, and its metadata."""
    if len(html) > MAX_CHARACTERS:  # as where a browser saved the pictures in the page
        html = _EMBEDDED.sub("data:,", html)
    tree, count = _parsed(_writable(_HUGE_TAG.sub(r"<\1>", html[:MAX_CHARACTERS])))
    if tree is None:
        return Page(PageLines((), (), Cuts()))
    found = metadata_of(tree, source_text=html)
    said = (found.title, found.source, found.url, found.published, found.author)
    markup = markup_of(tree.body if tree.body is not None else tree)
    if count > MAX_ELEMENTS:
        return Page(main_text_of(markup, None), *said)
    _drop_controls(tree)
    return Page(main_text_of(markup, _extracted), *said)


def _extracted(element: Any) -> str:
    """The main text that trafilatura finds in an element, one block a line."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it finds is said by us
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Found

    found = bare_extraction(
        _page_around(deepcopy(element)),  # it prunes what it is given
        favor_recall=True,
        include_comments=False,
        with_metadata=False,
    )
    return found.text or "" if isinstance(found, Found) else ""


def _page_around(element: Any) -> Any:
    from lxml.html import Element

    element.tail = None
    page = Element("html")
    body = element if element.tag == "body" else Element("body")
    page.append(body)
    if body is not element:
        body.append(element)
    return page


def _writable(html: str) -> str:
    def of_reference(match: re.Match[str]) -> str:
        code = int(match[1], 16) if match[1] else int(match[2])
        return " " if _UNWRITABLE.match(chr(code)) else match[0]

    return _REFERENCE.sub(of_reference, _UNWRITABLE.sub(" ", html))


def _parsed(html: str) -> tuple[Any, int]:
    """The tree without what is never text, made shallow, and how many elements it has."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        tree = document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing in it
        return None, 0
    for element in list(tree.iter(*_NOT_TEXT)):
        is_ld = "ld+json" in (element.get("type") or "").lower()
        if not is_ld and element.getparent() is not None:
            element.drop_tree()
    count = depth = 0
    deepest = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start":
            count += 1
            for name in [name for name, value in element.items() if len(value) > MAX_ATTRIBUTE]:
                del element.attrib[name]
            if depth == MAX_DEPTH and len(element):
                deepest.append(element)
    for element in deepest:
        text = " ".join(element.itertext())
        del element[:]
        element.text = text
    return tree, count


def _drop_controls(tree: Any) -> None:
    """Take out what readers do not read; but some sites put the whole page into one form."""
    length = _length(tree)
    for element in list(tree.iter(*_CONTROLS)):
        is_page = element.tag == "form" and _length(element) > length / 2
        if not is_page and element.getparent() is not None:
            element.drop_tree()


def _length(element: Any) -> int:
    return sum(map(len, element.itertext()))
