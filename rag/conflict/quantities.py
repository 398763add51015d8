"""The quantities of a text: where they stand, what they may mean, what they count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.arabic import STOP_WORDS, normalise
from rag.conflict.lexicon import ABOUT, AMONG, ANYBODY, OTHERS, fate
from rag.verify.amounts import Amount, amount_at
from rag.verify.forms import likeness
from rag.verify.lexicon import OPENINGS

_TOKEN = re.compile(r"\d+(?:[.,٫٬]\d+)*|(?:[^\W\d_]|[\u064b-\u0652\u0640\u0670])+|[.,،؛:؟?!%٪()\n]")
_ENDS = frozenset(".,،؛:؟?!()\n")
_SCALES = {"الف": 10**3, "الاف": 10**3, "الفا": 10**3}
_SCALES |= dict.fromkeys(("مليون", "ملايين", "مليونا"), 10**6)
_SCALES |= dict.fromkeys(("مليار", "مليارات", "مليارا"), 10**9)
_ARTICLES = ("ال", "وال", "بال", "لل")
_PARTS = frozenset(("ونصف", "وربع", "وثلث", "وثلثين"))
_LEAST_ROUNDED = 100  # smaller counts are told exactly
_ABOUT = 0.25  # of a value that is only about right
_BEFORE, _NEAR = 9, 6  # words before a quantity and after it that may say whom it counts


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign in normal form; characters into the text."""

    form: str
    start: int
    end: int
    clause: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value at `first` to `last` of the tokens, and the least and most that it may mean."""

    value: float
    least: float
    most: float
    amount: Amount
    first: int
    last: int  # the token after its value

    def excludes(self, other: Quantity) -> bool:
        """Whether both cannot be of one count: not even rounded, «نحو» or «أكثر من»."""
        return self.most < other.least or other.most < self.least


@lru_cache(maxsize=512)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The words, numbers and signs of a text, each with its clause."""
    found: list[Token] = []
    clause = 0
    for match in _TOKEN.finditer(text):
        form = normalise(match[0].replace("٪", "%")) if match[0] != "\n" else "\n"
        if form:
            clause += form in _ENDS or form in OPENINGS
            found.append(Token(form, *match.span(), clause))
    return tuple(found)


@lru_cache(maxsize=512)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in order; dates, years and both ends of a range are none."""
    tokens = tokens_of(text)
    forms = [token.form for token in tokens]
    found: list[Quantity] = []
    place = 0
    while place < len(forms):
        taken = _quantity(forms, place)
        place = taken.last if taken else place + 1
        if taken:
            found.append(taken)
    return tuple(
        each
        for each in found
        if each.amount.family not in ("date", "year") and not _is_in_range(each, found, forms)
    )


def _quantity(forms: Sequence[str], place: int) -> Quantity | None:
    taken = amount_at(forms, place)
    # «الأشهر الأربعة» counts nothing that was not told before.
    is_definite = forms[place] not in _SCALES and forms[place].startswith(_ARTICLES)
    if taken is None or taken[0].text.count(".") > 1 or is_definite:
        return None
    (amount, length), step = taken, _step(taken[0].text)
    value = float(amount.text)
    last = place + length
    if scale := _SCALES.get(amount.unit):  # «2.3 مليون»
        value, step, last = value * scale, step * scale, last + 1
        amount = _again(forms, place, last) or amount
    least, most = _bounds(
        value, step, amount, forms=(forms[max(0, place - 3) : place], forms[last : last + 4])
    )
    return Quantity(value, least, most, amount, place, last)


def _again(forms: Sequence[str], place: int, last: int) -> Amount | None:
    """The unit and bound of a value that has more words than its amount was read from."""
    taken = amount_at([*forms[:place], "5", *forms[last:]], place)
    return taken[0] if taken else None


def _step(text: str) -> float:
    """The place of the last digit that tells something: 10 of «1230», 0.1 of «2.3»."""
    if "." in text:
        return float(10 ** -len(text.split(".")[1]))
    return float(10 ** (len(text) - len(text.rstrip("0"))))


def _bounds(
    value: float, step: float, amount: Amount, *, forms: tuple[Sequence[str], Sequence[str]]
) -> tuple[float, float]:
    before, after = forms
    pairs = list(pairwise(after))
    is_percent = amount.family == "percent"
    if amount.bound == "more" or ("علي", "الاقل") in pairs or "فاكثر" in after:
        return value, float("inf")
    if amount.bound == "less" or ("علي", "الاكثر") in pairs:
        return 0.0, value
    if ABOUT.intersection(before) or ABOUT.intersection(after[:2]):
        return value * (1 - _ABOUT), value * (1 + _ABOUT)
    if _PARTS.intersection(after[:2]):  # «27 كيلومترا ونصف الكيلومتر»
        return value, value + next(size for size in (10**9, 10**6, 1000, 1) if not value % size)
    half = step / 2 if value >= _LEAST_ROUNDED or step < 1 or is_percent else 0.0
    if is_percent:
        half = min(half, 0.5)
    return value - half, value + half


def _is_in_range(one: Quantity, found: Sequence[Quantity], forms: Sequence[str]) -> bool:
    """Whether a quantity is an end of «بين 12 و15», «من 3 إلى 5» or «12-15»."""
    for a, b in pairwise(found):
        if one not in (a, b):
            continue
        between = forms[a.last : b.first]
        before = forms[a.first - 1] if a.first else ""
        if not between or (len(between) <= 2 and (between[-1] in ("الي", "او") or before == "بين")):
            return True
    return False


def unit_of(one: Quantity) -> str:
    """What a quantity counts; nothing where that is only understood."""
    return "" if one.amount.unit in STOP_WORDS else one.amount.unit


def fate_of(one: Quantity, text: str) -> str:
    """What befell those a quantity counts, by its unit or the nearest word that tells."""
    tokens, others = tokens_of(text), quantities(text)
    own = fate(unit_of(one)) if unit_of(one) else ""
    if own:
        return own
    first = max((o.last for o in others if o.last <= one.first), default=0)
    last = min((o.first for o in others if o.first >= one.last), default=len(tokens))
    clause = tokens[one.first].clause
    for token in reversed(tokens[max(first, one.first - _BEFORE) : one.first]):
        if token.clause == clause and (own := fate(token.form)):
            return own
    for token in _after(tokens[one.last : last]):
        if token.form[0] == "و" and (token.form == "و" or fate(token.form)):
            break
        if own := fate(token.form):
            return own
    return ""


def _after(tokens: Sequence[Token]) -> Sequence[Token]:
    """The words behind a quantity in its clause, without what stands between two commas."""
    signs = [i for i, token in enumerate(tokens) if token.form in _ENDS]
    commas = [i for i in signs[:2] if tokens[i].form in "،,"]
    if len(commas) == 2 and commas[0] <= 2 and commas[1] - commas[0] <= _NEAR:
        stop = signs[2] if len(signs) > 2 else len(tokens)
        return [*tokens[: commas[0]], *tokens[commas[1] + 1 : min(stop, commas[1] + _NEAR)]]
    return tokens[: min([*signs[:1], _NEAR])]


def is_part(one: Quantity, text: str) -> bool:
    """Whether a quantity is one of a larger one: «بينهم 12», «12 آخرين»."""
    tokens, others = tokens_of(text), quantities(text)
    before = {token.form for token in tokens[max(0, one.first - 2) : one.first]}
    after = {token.form for token in tokens[one.last : one.last + 3]}
    if AMONG.intersection(before):
        return True
    told = {fate_of(o, text) for o in others if o.last <= one.first}
    # «مقتل 12 وإصابة 30 آخرين» tells of all who were injured.
    return bool(OTHERS.intersection(after)) and not (told - {fate_of(one, text)})


def is_same_unit(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities count the same kind of thing in the same unit."""
    a, b = unit_of(one), unit_of(other)
    family = {one.amount.family, other.amount.family}
    if len(family) > 1 and family != {"", "thing"}:
        return False
    if not a or not b or a == b:
        return not (a or b) or a == b or (a or b) in ANYBODY
    return likeness(a, b) >= 0.6 or (a in ANYBODY and b in ANYBODY)
