"""An HTML page to its main text and what its head says of it."""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

MAX_CHARACTERS = 5_000_000  # a longer page is cut: news pages have a tenth of it
MAX_ELEMENTS = 30_000  # above it trafilatura takes longer than a reader waits
MAX_DEPTH = 100  # trafilatura and lxml recurse, and Python's stack is short
MAX_ATTRIBUTE = 2_000

_NOT_TEXT = ("script", "style", "noscript", "template", "svg", "iframe", "object", "figcaption")
_CONTROLS = ("nav", "form", "button", "select", "textarea")
_NOT_MAIN = ("aside", "footer", "header")
_BLOCKS = frozenset(
    "address article blockquote br dd div dl dt figure h1 h2 h3 h4 h5 h6 hr li main ol p pre "
    "section table td th tr ul".split()
)
# libxml2 compares each attribute of a tag with all before it, so a tag of thousands takes minutes.
_HUGE_TAG = re.compile(r"<([A-Za-z][\w:-]*)[^<>]{20000,}>")
_SPLIT = re.compile(r"\s+(?:[-–—|•»]|::)\s+")


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML page holds; `text` has one paragraph a line."""

    text: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    published: str | None = None


def page_of(html: str) -> Page:
    """The main text of a page, found by trafilatura or, failing that, between its main tags."""
    tree, count = _parsed(_HUGE_TAG.sub(r"<\1>", html[:MAX_CHARACTERS]))
    if tree is None:
        return Page("")
    if count > MAX_ELEMENTS:
        return Page(_between_main_tags(tree), title=_title_in(tree))
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it finds is said by us
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Found

    found = bare_extraction(
        deepcopy(tree),  # it prunes what it is given
        favor_recall=True,
        include_comments=False,
        with_metadata=True,
        # A date guessed from the text would be shown as if the page had said it.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if not isinstance(found, Found):
        return Page(_between_main_tags(tree), title=_title_in(tree))
    text = found.text if found.text and found.text.strip() else _between_main_tags(tree)
    title = _without_site(found.title or _title_in(tree), found.sitename)
    return Page(text, title, found.sitename, found.url, found.date)


def _parsed(html: str) -> tuple[Any, int]:
    """The tree without what is never text, made shallow, and how many elements it has."""
    from lxml import etree  # type: ignore[import-untyped]  # it ships no types
    from lxml.html import HTMLParser, document_fromstring  # type: ignore[import-untyped]

    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        tree = document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing in it
        return None, 0
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
    _drop_controls(tree)
    return tree, count


def _drop_controls(tree: Any) -> None:
    """Take out what is never text; but some sites put the whole page into one form."""
    for element in list(tree.iter(*_NOT_TEXT)):
        if element.get("type") != "application/ld+json" and element.getparent() is not None:
            element.drop_tree()
    length = _length(tree)
    for element in list(tree.iter(*_CONTROLS)):
        is_page = element.tag == "form" and _length(element) > length / 2
        if not is_page and element.getparent() is not None:
            element.drop_tree()


def _length(element: Any) -> int:
    return sum(map(len, element.itertext()))


def _title_in(tree: Any) -> str | None:
    return next(
        (title for tag in ("h1", "title") if (title := _text_in(tree.find(f".//{tag}")))), None
    )


def _text_in(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _without_site(title: str | None, site: str | None) -> str | None:
    """The title without the name of the site at its end."""
    head, *tail = _SPLIT.split(title or "")
    is_site = len(tail) == 1 and site is not None and tail[0].strip() == site.strip()
    return head if is_site else title


def _between_main_tags(tree: Any) -> str:
    """The text of the longest article, of main or of the body, one block a line."""
    from lxml import etree

    places = tree.findall(".//article") or tree.findall(".//main") or tree.findall(".//body")
    if not places:
        return ""
    place = max(places, key=_length)
    pieces: list[str] = []
    skipped = 0
    for event, element in etree.iterwalk(place, events=("start", "end")):
        is_skipped = element.tag in _NOT_MAIN
        if event == "start":
            skipped += is_skipped
        else:
            skipped -= is_skipped
        if element.tag in _BLOCKS:
            pieces.append("\n")
        text = element.text if event == "start" else element.tail
        if text and not skipped and element.tag != "script":
            pieces.append(" ".join(text.split("\n")))
    return "".join(pieces)
