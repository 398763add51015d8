"""Arabic lines whose letters stand from left to right, or are drawn shapes, to readable text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_PRESENTATION = re.compile("[\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufdf0-\ufdfc\ufe70-\ufefc]")
_ARABIC = re.compile("[ء-ي]")
_WORD = re.compile("[ء-ي\u064b-\u0652\ufb50-\ufdfc\ufe70-\ufefc]{3,}")
# What no word, or hardly one, begins with: ة and ى only end words; and the article read backwards.
_FORWARD = re.compile("^[وفبك]?ال|^لل|[ةى]$|[^ال]ات$|[^و]ون$|ين$")
_BACKWARD = re.compile("^[ةى]|لا[وفبك]?$|لل$|^تا[^ال]|^نو[^و]|^ني")
_CLOSING = re.compile(r"[)\]»]")
_OPENING = re.compile(r"[(\[«]")
_MIRRORED = str.maketrans("()[]{}«»<>", ")(][}{»«><")
_LEAST = 4  # signs for one order and against the other that prove it


def in_reading_order(lines: Sequence[str]) -> list[str]:
    """The lines with those turned round whose words are shown to be written backwards.

    Numbers and Latin words keep their own order. ValueError where the words are read neither way.
    """
    signs = [_signs(line) for line in lines]
    forward, backward = (sum(column) for column in zip(*signs, strict=True)) if signs else (0, 0)
    if forward + backward >= 5 * _LEAST and 0.6 < forward / max(1, backward) < 1.6:
        is_mixed = sum(max(pair) for pair in signs) > 0.85 * (forward + backward)
        if not is_mixed:
            raise ValueError("Arabic letters in an order that makes no words")
    is_backward = backward >= _LEAST and backward > 2 * forward
    return [
        _turned(line) if _is_backward(pair, whole=is_backward) else line
        for line, pair in zip(lines, signs, strict=True)
    ]


def _is_backward(signs: tuple[int, int], *, whole: bool) -> bool:
    """One line by its own signs where they are clear, else as most of the text."""
    forward, backward = signs
    if backward >= _LEAST and backward > 3 * forward:
        return True
    return whole and backward >= forward


def _signs(line: str) -> tuple[int, int]:
    """For and against: a line is read as it stands, or backwards."""
    forward = backward = 0
    for word in _WORD.findall(line):
        for first, second in pairwise(map(_place, word)):
            forward += first in ("INITIAL", "MEDIAL") and second in ("MEDIAL", "FINAL")
            backward += first in ("FINAL", "MEDIAL") and second in ("MEDIAL", "INITIAL")
        plain = unicodedata.normalize("NFKC", word)
        forward += bool(_FORWARD.search(plain))
        backward += bool(_BACKWARD.search(plain))
    return forward, backward


def _place(letter: str) -> str:
    """Where in a word a drawn letter stands; a plain one may stand anywhere."""
    if letter < "\ufb50":
        return ""
    return unicodedata.name(letter, "").removesuffix(" FORM").rpartition(" ")[2]


def _turned(line: str) -> str:
    from bidi import get_display  # type: ignore[import-untyped]  # it ships no types

    if not _ARABIC.search(plain_letters(line)):
        return line
    turned = str(get_display(line, base_dir="R"))
    first, last = _OPENING.search(turned), _CLOSING.search(turned)
    is_mirrored = last is not None and (first is None or last.start() < first.start())
    return turned.translate(_MIRRORED) if is_mirrored else turned


def plain_letters(text: str) -> str:
    """The letters of drawn shapes and ligatures; nothing else changes."""
    return _PRESENTATION.sub(_letters, text)


def has_shapes(text: str) -> bool:
    """Whether drawn shapes are more than an ornament: a tenth of the Arabic letters."""
    shapes = len(_PRESENTATION.findall(text))
    return shapes > 0 and 9 * shapes > len(_ARABIC.findall(text))


def _letters(shapes: re.Match[str]) -> str:
    plain = unicodedata.normalize("NFKC", shapes[0])
    # A mark of its own becomes a blank or a tatweel with the mark on it.
    return plain.strip(" ـ") if shapes[0] <= "\ufe7f" and len(plain) == 2 else plain
