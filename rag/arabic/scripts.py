"""Which scripts a text is written in, and what of it an answer shows."""

from __future__ import annotations

import re
import unicodedata

_UNITS = frozenset("°µμΩ℃℉")  # a dose of 5 μg is none of 5 g
# [3] and [4، 5] of an encyclopedia, wherever its page had them.
_REFERENCES = re.compile(r"(?:\s*\[\s*\d{1,3}(?:\s*[،,–-]\s*\d{1,3})*\s*\])+(?P<joined>(?=\w))?")


def is_allowed(character: str) -> bool:
    """Whether a character may stand in an answer: Arabic or Latin letters, digits, punctuation."""
    if character.isascii() or character in _UNITS:
        return True
    if unicodedata.category(character)[0] in "LM":
        return unicodedata.name(character, "").startswith(("ARABIC", "LATIN"))
    return unicodedata.category(character) not in ("Cc", "Co", "Cn", "Cs", "So")


def as_shown(quote: str) -> str:
    """Words of a source as an answer shows them, on one line; its citation has all of them.

    Left out are words in other scripts, which its reader cannot read, and the source's own
    references, which look like the markers of the answer.

    >>> as_shown("وُلد في القاهرة.[1][2]وانتقل [3] إلى طنطا (Τάντα)")
    'وُلد في القاهرة. وانتقل إلى طنطا ()'
    """
    bare = _REFERENCES.sub(lambda found: " " * (found["joined"] is not None), quote)
    return " ".join("".join(filter(is_allowed, bare)).split())


def arabic_share(text: str) -> float:
    """The share of Arabic letters among all letters; 1.0 for a text without letters."""
    letters = [character for character in text if character.isalpha()]
    arabic = sum(
        "\u0600" <= character <= "\u06ff" or "\ufb50" <= character <= "\ufeff"
        for character in letters
    )
    return arabic / len(letters) if letters else 1.0
