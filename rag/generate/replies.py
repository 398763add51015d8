"""What an OpenAI server sends, to what it means."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any


def without_beginning(pieces: Iterable[str], begin: str) -> Iterator[str]:
    """The pieces without the words they begin with, if they do."""
    held = ""
    arriving = iter(pieces)
    for piece in arriving:
        held += piece
        start = held.lstrip()
        if len(start) >= len(begin) or not begin.startswith(start):
            break
    start = held.lstrip()
    rest = start[len(begin) :] if begin and start.startswith(begin) else held
    if rest:
        yield rest
    yield from arriving


def error_of(text: str) -> str:
    """What a server says is wrong, in one line."""
    said = parsed(text)
    if isinstance(said, dict):
        said = said.get("error", said.get("message", said))
    if isinstance(said, dict):
        said = said.get("message", said)
    return " ".join(str(said if said is not None else text).split())[:200] or "no reason given"


def parsed(text: str) -> Any:
    """The value of a JSON text, None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def first_of(items: object) -> dict[str, Any]:
    """The first of a list of objects, an empty one where there is none."""
    if isinstance(items, list) and items and isinstance(items[0], dict):
        return items[0]
    return {}
