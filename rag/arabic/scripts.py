"""Which scripts a text is written in."""

from __future__ import annotations

import unicodedata

_UNITS = frozenset("°µμΩ℃℉")  # a dose of 5 μg is none of 5 g


def is_allowed(character: str) -> bool:
    """Whether a character may stand in an answer: Arabic or Latin letters, digits, punctuation."""
    if character.isascii() or character in _UNITS:
        return True
    if unicodedata.category(character)[0] in "LM":
        return unicodedata.name(character, "").startswith(("ARABIC", "LATIN"))
    return unicodedata.category(character) not in ("Cc", "Co", "Cn", "Cs", "So")


def arabic_share(text: str) -> float:
    """The share of Arabic letters among all letters; 1.0 for a text without letters."""
    letters = [character for character in text if character.isalpha()]
    arabic = sum(
        "\u0600" <= character <= "\u06ff" or "\ufb50" <= character <= "\ufeff"
        for character in letters
    )
    return arabic / len(letters) if letters else 1.0
