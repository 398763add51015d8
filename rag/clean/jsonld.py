"""What the JSON-LD of a page says of its article."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

Node: TypeAlias = Mapping[str, Any]

LONGEST = 500_000  # characters of one script
MOST_NODES = 5_000
DEEPEST = 15

_ARTICLES = frozenset(
    "newsarticle article reportagenewsarticle analysisnewsarticle opinionnewsarticle "
    "backgroundnewsarticle reviewnewsarticle askpublicnewsarticle blogposting liveblogposting "
    "posting report".split()
)
_PAGES = frozenset("webpage itempage aboutpage".split())
_SITES = frozenset("website newsmediaorganization".split())
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)")
_UNWRAPPING = re.compile(r"(?://\s*)?(?:-->|\]\]>|/\*\s*\]\]>\s*\*/)\s*;?\s*$")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def nodes_of(scripts: Iterable[str]) -> list[Node]:
    """All objects of the scripts with those inside them, the outer ones first."""
    found: list[Node] = []
    for script in scripts:
        waiting = deque((value, 0) for value in _values(script))
        while waiting and len(found) < MOST_NODES:
            value, depth = waiting.popleft()
            inside: Iterable[object] = ()
            if isinstance(value, dict):
                found.append(value)
                inside = value.values()
            elif isinstance(value, list):
                inside = value
            if depth < DEEPEST:
                waiting.extend((each, depth + 1) for each in inside)
    return found


def article_in(nodes: Iterable[Node], *, url: str | None) -> Node:
    """The node of the page's article, of several the one of this address; else the page's own."""
    nodes = list(nodes)
    articles = [node for node in nodes if types_of(node) & _ARTICLES]
    same = [node for node in articles if url and url in addresses_of(node)]
    complete = [node for node in articles if node.get("headline") or node.get("name")]
    pages = [node for node in nodes if types_of(node) & _PAGES and node.get("datePublished")]
    return next(iter([*same, *complete, *articles, *pages]), {})


def site_names(nodes: Iterable[Node]) -> list[str]:
    """The names of the site and of who runs it."""
    return [name for node in nodes if types_of(node) & _SITES for name in strings(node.get("name"))]


def names_of(value: object, nodes: Iterable[Node]) -> list[str]:
    """The names of people or organisations: a string, an object, a reference, a list of these."""
    values = value if isinstance(value, list) else [value]
    found: list[str] = []
    for each in values[:20]:
        if isinstance(each, dict):
            named = each if "name" in each else _referred(each.get("@id"), nodes)
            found.extend(strings(named.get("name")))
        else:
            found.extend(strings(each))
    return found


def strings(value: object) -> list[str]:
    """The strings of a value that may be one, a list of them, or `{"@value": …}`."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return strings(value.get("@value"))
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str)]
    return []


def types_of(node: Node) -> set[str]:
    """The types of a node in lower case, without the address of the vocabulary."""
    return {re.split("[/:#]", name)[-1].lower() for name in strings(node.get("@type"))}


def addresses_of(node: Node) -> list[str]:
    """The addresses a node gives for itself."""
    page = node.get("mainEntityOfPage")
    inner = strings(page.get("@id")) + strings(page.get("url")) if isinstance(page, dict) else []
    return [*strings(node.get("url")), *strings(page), *inner]


def _referred(name: object, nodes: Iterable[Node]) -> Node:
    if not isinstance(name, str):
        return {}
    return next((node for node in nodes if node.get("@id") == name and "name" in node), {})


def _values(script: str) -> Iterator[object]:
    """The values of a script, read the way browsers and crawlers forgive it."""
    text = _UNWRAPPING.sub("", _WRAPPING.sub("", script[:LONGEST].strip())).strip(" \t\r\n;")
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text), html.unescape(text)):
        try:
            yield json.loads(attempt, strict=False)  # raw line breaks within strings
        except (ValueError, RecursionError):
            continue
        return
