"""An HTML tree to the lines of its page, and what the markup says each of them is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rag.clean.lines import Line, count_words, is_bulleted, tidy

LONGEST_CELL = 100  # characters; a row of longer cells is a part of the layout
LARGEST_ROLE = 0.25  # of the words of a page: what holds more is named after something in it

_BLOCKS = frozenset(
    "address article aside blockquote body dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section select summary table "
    "tbody td textarea tfoot th thead tr ul".split()
)
_CELLS = frozenset(("td", "th"))
_APART = frozenset(("a", "time"))  # inline, but set apart from each other by style alone
_STRONG = frozenset(("b", "strong", "h2", "h3", "h4", "h5", "h6"))
_ROLES = {
    **dict.fromkeys(("nav", "menu"), "menu"),
    **dict.fromkeys(("button", "select", "textarea", "label"), "form"),
    **{tag: tag for tag in ("aside", "footer", "header")},
    "figcaption": "caption",
}
_NAMED = tuple(
    (role, re.compile(rf"(?:^|[\s-])(?:{names})(?:$|[\s-])"))
    for role, names in (
        (
            "caption",
            r"(?:wp-?|img-?|image-?|photo-?|pic-?|picture-?|figure-?|media-?)?caption(?:-text)?|"
            r"(?:img|image|photo|pic|picture)-?(?:cap|desc|description|text|credit)",
        ),
        ("share bar", r"share|sharing|share-?(?:bar|links|buttons?)|social-?(?:share|links|icons)"),
        ("menu", r"breadcrumbs?|crumbs|main-?menu|navbar"),
        ("keywords", r"tags|tag-?cloud|post-?tags|article-?tags|keywords"),
        (
            "teaser",
            r"related|related-?(?:posts|articles|news)|read-?(?:also|more)|also-?read|see-?also",
        ),
        ("advertisement", r"ads?|ad-?(?:slot|box|unit|banner|container)|advert|advertisement"),
        ("comments", r"comments?|comments?-?(?:area|list|form)|respond|disqus|fb-?comments"),
        ("newsletter", r"newsletter|newsletter-?(?:box|form)|subscribe"),
        ("link", r"(?:post-?)?short-?link|permalink"),
    )
)


@dataclass(slots=True)
class Range:
    """The lines of one element, from `start` up to `end`; `parent` is a place in the ranges."""

    element: Any
    parent: int
    role: str  # what its own tag or names say it is for
    start: int
    end: int = 0


@dataclass(slots=True)
class Markup:
    """The lines of a tree, and of each line its role and how many of its characters are marked."""

    lines: list[Line] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)  # empty where the markup does not say
    linked: list[int] = field(default_factory=list)
    strong: list[int] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)


def markup_of(tree: Any) -> Markup:
    """The lines of a tree, one for each block or broken line."""
    from lxml import etree

    walk = _Walk()
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            walk.enter(element)
        else:
            walk.leave(element)
    walk.markup.roles = list(_roles(walk.markup, walk.owners))
    return walk.markup


class _Walk:
    """Gathers text up to the end of each line."""

    def __init__(self) -> None:
        self.markup = Markup()
        self.owners: list[set[int]] = []  # of each line the ranges its words are right in
        self._owners: set[int] = set()
        self._open: list[int] = []
        self._pieces: list[str] = []
        self._linked = self._strong = 0
        self._links = self._strengths = 0  # open elements of the kind
        self._has_gap = True
        self._is_item = False
        self._rows: set[Any] = set()  # rows of a table whose cells share a line

    def enter(self, element: Any) -> None:
        """The start of an element, with the text up to its first child."""
        tag = element.tag
        in_row = tag in _CELLS and element.getparent() in self._rows
        if tag in _BLOCKS and not in_row:
            self._end_line(is_block=True)
        if tag == "br":
            self._end_line(is_block=False)
        if in_row and element.getprevious() is not None:
            self._pieces.append(" | ")
        if tag == "tr" and _is_row_of_values(element):
            self._rows.add(element)
        self._is_item = self._is_item or tag == "li"
        self._strengths += tag in _STRONG
        self._links += tag == "a"
        before = element.getprevious()
        if before is not None and not before.tail and _APART.intersection((tag, before.tag)):
            self._pieces.append(" ")  # a bar of links, or a date beside a name
        parent = self._open[-1] if self._open else -1
        self._open.append(len(self.markup.ranges))
        start = len(self.markup.lines)
        self.markup.ranges.append(Range(element, parent, _role_of(element), start))
        if tag != "script":  # what it says of the article is metadata
            self._add(element.text)

    def leave(self, element: Any) -> None:
        """The end of an element, with the text that follows it."""
        in_row = element.tag in _CELLS and element.getparent() in self._rows
        if element.tag in _BLOCKS and not in_row:
            self._end_line(is_block=True)
        self._is_item = self._is_item and element.tag != "li"
        self._strengths -= element.tag in _STRONG
        self._links -= element.tag == "a"
        self.markup.ranges[self._open.pop()].end = len(self.markup.lines)
        if self._open:
            self._add(element.tail)

    def _add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)
            if length := len(text.strip()):
                self._owners.add(self._open[-1])
                self._linked += length if self._links else 0
                self._strong += length if self._strengths else 0

    def _end_line(self, *, is_block: bool) -> None:
        text = tidy("".join(self._pieces)).strip("| ")
        if text:
            markup = self.markup
            if self._is_item and not is_bulleted(text):
                text = f"- {text}"
            in_list = is_bulleted(text) and markup.lines and is_bulleted(markup.lines[-1].text)
            markup.lines.append(Line(text, self._has_gap and not in_list, len(markup.lines)))
            markup.linked.append(self._linked)
            markup.strong.append(self._strong)
            self.owners.append(self._owners)
            self._is_item = False
        # Two line breaks in a row set paragraphs apart, one does not.
        self._has_gap = is_block or not text
        self._pieces.clear()
        self._owners = set()
        self._linked = self._strong = 0


def _is_row_of_values(row: Any) -> bool:
    """Whether the cells of a row hold a short text each and nothing that stands by itself."""
    cells = [cell for cell in row if cell.tag in _CELLS]
    return len(cells) >= 2 and all(
        not any(part.tag in _BLOCKS or part.tag == "br" for part in cell.iterdescendants())
        and sum(map(len, cell.itertext())) <= LONGEST_CELL
        for cell in cells
    )


def _role_of(element: Any) -> str:
    if element.tag in _ROLES:
        return _ROLES[element.tag]
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:200].strip()
    if not names or element.tag in ("body", "main", "article"):
        return ""
    names = names.lower().replace("_", "-")
    return next((role for role, pattern in _NAMED if pattern.search(names)), "")


def _roles(markup: Markup, owners: list[set[int]]) -> Iterator[str]:
    """The role of each line, where all of it has the same; the outermost element names it."""
    words = [0]
    for line in markup.lines:
        words.append(words[-1] + count_words(line.text))
    largest = LARGEST_ROLE * words[-1]
    resolved: list[str] = []
    for part in markup.ranges:
        above = resolved[part.parent] if part.parent >= 0 else ""
        is_small = part.element.tag in _ROLES or words[part.end] - words[part.start] <= largest
        resolved.append(above or (part.role if is_small else ""))
    for places in owners:
        roles = {resolved[place] for place in places}
        yield roles.pop() if len(roles) == 1 else ""
