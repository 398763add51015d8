"""What an OpenAI server sends, to what it means."""

from __future__ import annotations

import json
from typing import Any


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
