"""The quantities of a text, in digits or in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.arabic.terms import words

# All in the normal form of `words`: ئ is ي there, ة is ه, ى is ي.
_UNITS = {
    **dict.fromkeys(("صفر",), 0),
    **dict.fromkeys(("واحد", "واحدا", "واحده", "احد", "احدي"), 1),
    **dict.fromkeys(("اثنان", "اثنين", "اثنا", "اثني", "اثنتان", "اثنتين", "اثنتا", "اثنتي"), 2),
    **dict.fromkeys(("ثلاث", "ثلاثه"), 3),
    **dict.fromkeys(("اربع", "اربعه"), 4),
    **dict.fromkeys(("خمس", "خمسه"), 5),
    **dict.fromkeys(("ست", "سته"), 6),
    **dict.fromkeys(("سبع", "سبعه"), 7),
    **dict.fromkeys(("ثمان", "ثماني", "ثمانيه"), 8),
    **dict.fromkeys(("تسع", "تسعه"), 9),
    **dict.fromkeys(("عشر", "عشره"), 10),
}
_ROOTS = {3: "ثلاث", 4: "اربع", 5: "خمس", 6: "ست", 7: "سبع", 8: "ثمان", 9: "تسع"}
_TENS = {
    root + ending: value * 10
    for value, root in {2: "عشر", **_ROOTS}.items()
    for ending in ("ون", "ين")
}
_HUNDREDS = {
    **dict.fromkeys(("مايه", "ميه"), 100),
    **dict.fromkeys(("مايتان", "ميتان", "مايتين", "ميتين", "مايتا", "ميتا", "مايتي", "ميتي"), 200),
    **{
        root + hundred: value * 100
        for value, root in [*_ROOTS.items(), (8, "ثماني")]
        for hundred in ("مايه", "ميه")
    },
}
_SCALES = {
    **dict.fromkeys(("الف", "الاف", "الفا"), 1000),
    **dict.fromkeys(("مليون", "ملايين", "مليونا"), 10**6),
    **dict.fromkeys(("مليار", "مليارات", "مليارا"), 10**9),
}
_DUALS = {
    **dict.fromkeys(("الفان", "الفين"), 2000),
    **dict.fromkeys(("مليونان", "مليونين"), 2 * 10**6),
    **dict.fromkeys(("ملياران", "مليارين"), 2 * 10**9),
}
_VALUES = {**_UNITS, **_TENS, **_HUNDREDS, **_DUALS}
_SHARES = frozenset(("في الميه", "في المايه", "بالميه", "بالمايه"))
_LONGEST = 100  # characters; more are no quantity, and `int` reads at most 4,300 digits


def numbers(text: str) -> set[str]:
    """The quantities of a text in one spelling: both digit sets, and numbers written out.

    >>> sorted(numbers("٢٥ سفينة وخمسة وعشرون قاربا وستة آلاف بحار و2,500 راكب"))
    ['25', '2500', '6000']
    >>> numbers("مليون و200 ألف")
    {'1200000'}
    """
    found: set[str] = set()
    total, part, is_open = 0, 0, False  # millions and thousands so far, what follows them
    alone = 0  # a thousand or million just read with no number before it
    tokens = [*words(text), ""]
    goes_on = False  # «و» was read, and digits that belong to the same number come next
    for place, word in enumerate(tokens):
        if goes_on:
            total, part, is_open, alone = total or alone, part + int(word), True, 0
            goes_on = False
            continue
        if word == "و" and (is_open or alone) and are_joined(tokens, place):
            goes_on = True
            continue
        bare = word[1:] if word[:1] == "و" and word[1:] in {**_VALUES, **_SCALES} else word
        value = _VALUES.get(bare)
        if bare in _SCALES and is_open:
            total, part = total + max(part, 1) * _SCALES[bare], 0
            continue
        if value is not None and is_open and (bare != word or value in (10, 100)):
            part += value
            continue
        if is_open:
            found.add(str(total + part))
        # «ألف وتسعمئة» is one number; «ألف» by itself may as well be a verb.
        total = alone if value is not None and bare != word else 0
        part, is_open, alone = value or 0, value is not None, _SCALES.get(bare, 0)
        if bare in _DUALS:
            total, part = total + part, 0  # «مليونان و200 ألف»
        # «²» and «①» are digits to `isdigit`, but no number.
        if word[:1].isdecimal() and len(word) <= _LONGEST:
            digits = _plain(word)
            if digits.isdecimal():
                part, is_open = int(digits), True
            else:
                found.add(digits)
    return found


def are_joined(tokens: Sequence[str], place: int) -> bool:
    """Whether the «و» at a place joins digits to the number in front of it: «27 ألفا و300»."""
    before, digits = tokens[place - 1] if place else "", "".join(tokens[place + 1 : place + 2])
    bare = before[1:] if before[:1] == "و" else before
    size = _SCALES.get(bare) or (_DUALS.get(bare, 0) // 2) or 100 * (bare in _HUNDREDS)
    if not digits.isdecimal() or len(digits) > 3 or not 0 < int(digits) < size:
        return False
    after = tokens[place + 2 : place + 4]
    is_share = not _SHARES.isdisjoint((" ".join(after), *after[:1]))
    # «بين 10 آلاف و12 ألفا» are two numbers, and so are «5 آلاف و3 مدن».
    is_small = int(digits) < 10 and not (after and after[0] in _SCALES)
    return _SCALES.get("".join(after[:1]), 0) < size and not is_share and not is_small


def _plain(number: str) -> str:
    """A number without its thousands separators: `1,318` and `1.318.004` lose them, `2.3` stays."""
    groups = re.split("[.,]", number)
    is_parted = "," in number or number.count(".") > 1
    if is_parted and len(groups) > 1 and all(len(group) == 3 for group in groups[1:]):
        return str(int("".join(groups)))
    return str(int(number)) if len(groups) == 1 else number.replace(",", ".")
