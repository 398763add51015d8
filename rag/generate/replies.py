"""What an OpenAI server sends, to what it means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_THOUGHT = re.compile(r"\s*<think>.*?</think>\s*", re.DOTALL)
_THINKING = "<think>"


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


def lines_of(chunks: Iterable[str]) -> Iterator[str]:
    """The lines of a stream; U+2028 and its like stand within the texts of one."""
    rest = ""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split("\n")
        yield from (line.removesuffix("\r") for line in whole)
    if rest:
        yield rest


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """A reply without the `<think>…</think>` that it may begin with; nothing of an open one."""
    begun = ""
    is_read = False
    for piece in pieces:
        if is_read:
            yield piece
            continue
        begun += piece
        start = begun.lstrip()
        if _THINKING.startswith(start[: len(_THINKING)]):
            said = _THOUGHT.sub("", begun, count=1) if "</think>" in begun else ""
            if not said:
                continue
            begun = said
        is_read = True
        yield begun
