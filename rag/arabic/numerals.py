"""The quantities of a text, in digits or in words."""

from __future__ import annotations

import re

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
_LONGEST = 100  # characters; more are no quantity, and `int` reads at most 4,300 digits


def numbers(text: str) -> set[str]:
    """The quantities of a text in one spelling: both digit sets, and numbers written out.

    >>> sorted(numbers("٢٥ سفينة وخمسة وعشرون قاربا وستة آلاف بحار و2,500 راكب"))
    ['25', '2500', '6000']
    """
    found: set[str] = set()
    total, part, is_open = 0, 0, False  # millions and thousands so far, what follows them
    alone = 0  # a thousand or million just read with no number before it
    for word in [*words(text), ""]:
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
        # «²» and «①» are digits to `isdigit`, but no number.
        if word[:1].isdecimal() and len(word) <= _LONGEST:
            digits = _plain(word)
            if digits.isdecimal():
                part, is_open = int(digits), True
            else:
                found.add(digits)
    return found


def _plain(number: str) -> str:
    """A number without its thousands separators: `1,318` and `1.318.004` lose them, `2.3` stays."""
    groups = re.split("[.,]", number)
    is_parted = "," in number or number.count(".") > 1
    if is_parted and len(groups) > 1 and all(len(group) == 3 for group in groups[1:]):
        return str(int("".join(groups)))
    return str(int(number)) if len(groups) == 1 else number.replace(",", ".")
