"""What an OpenAI server sends, to what it means."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
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


def likeliest_of(text: str) -> list[tuple[str, float]]:
    """The likeliest first tokens of a reply with their log-likelihoods, if it tells them."""
    reply = parsed(text)
    choice = first_of(reply.get("choices")) if isinstance(reply, dict) else {}
    told = first_of((choice.get("logprobs") or {}).get("content")).get("top_logprobs")
    return [
        (str(each["token"]), float(each["logprob"]))
        for each in (told if isinstance(told, list) else [])
        if isinstance(each, dict)
        and isinstance(each.get("logprob"), int | float)
        and "token" in each
    ]


def log_odds(likeliest: Sequence[tuple[str, float]], toward: str, away: str) -> float | None:
    """The log-odds of one first word against another, None where neither is among the likeliest.

    Where one is not, it is taken to be as likely as the last that is.
    """
    masses = [
        sum(math.exp(value) for token, value in likeliest if token.strip().lower() == word.lower())
        for word in (toward, away)
    ]
    if not any(masses):
        return None
    least = min(math.exp(value) for _, value in likeliest)
    first, second = (max(mass or least, 1e-30) for mass in masses)
    return math.log(first) - math.log(second)


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
