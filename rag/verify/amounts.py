"""The amounts of a text: their value, what they count and how they are bounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.arabic import STOP_WORDS, WITH_WAW, are_joined, numbers, words
from rag.verify.lexicon import (
    LENGTHS,
    MONEY,
    MONTHS,
    TIMES,
    WEIGHTS,
    YEAR_STARTS,
    YEAR_WORDS,
)

_SCALES = frozenset(words("ألف آلاف ألفا مليون ملايين مليونا مليار مليارات مليارا"))
_DUALS = {"الفي": "الفين", "مليوني": "مليونين", "ملياري": "مليارين", "مايتي": "مايتين"}
_DAYS = frozenset(words("الأحد الاثنين الإثنين"))
_PERCENT = frozenset(words("بالمئة بالمائة بالميه")) | {"%"}
_HUNDRED = frozenset(words("المئة المائة الميه"))
_ORDINALS = {
    form: value
    for value, spelt in enumerate(
        "الأول الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر الحادي".split(), 1
    )
    for form in words(spelt)
} | {"الحادي": 1, "العشرين": 20, "العشرون": 20, "الثلاثين": 30, "الثلاثون": 30, "فاتح": 1}
_ORDINAL_FORMS = frozenset(form + ending for form in _ORDINALS for ending in ("", "ه"))
_MORE = (
    *("اكثر من", "ازيد من", "ما لا يقل عن", "لا يقل عن", "لا تقل عن", "ما يزيد علي", "ما يزيد عن"),
    *("يزيد علي", "يزيد عن", "تزيد علي", "تزيد عن", "يفوق", "تفوق", "يتجاوز", "تتجاوز", "تجاوز"),
    *("تجاوزت", "يتعدي", "تتعدي", "تعدي", "تعدت", "علي الاقل", "فوق"),
)
_LESS = (
    *("اقل من", "ما لا يزيد علي", "ما لا يزيد عن", "لا يزيد عن", "لا يزيد علي", "لا تزيد عن"),
    *("لا تزيد علي", "لا يتجاوز", "لا تتجاوز", "لم يتجاوز", "لم تتجاوز", "لا يتعدي", "لا تتعدي"),
    *("دون", "علي الاكثر", "لم يتعد", "لم تتعد", "يقل عن", "تقل عن"),
)
_BOUNDS = sorted(
    [(f" {phrase}", "more") for phrase in _MORE] + [(f" {phrase}", "less") for phrase in _LESS],
    key=lambda pair: -len(pair[0]),
)
_NO_UNITS = frozenset(
    words(
        "م رغم بسبب إثر جراء نتيجة وفق وفقا بحسب حسب مقابل بفضل برفقة بقيادة "
        "بمشاركة بحضور أمام قرب أثناء وسط عقب فيما بينما لكن"
    )
)
_YEAR = re.compile(r"1\d{3}|20\d{2}")
# With its subject behind it: «وتجاوز عدد المشتركين ثلاثة ملايين».
_EXCEEDS = re.compile(
    "(?<! ل[ام]) [وف]?(?:[يت]?تجاوز|تجاوزت|[يت]تعدي|تعدت|[يت]فوق|فاقت?) عدد(?: \\w+){0,2}$"
)
_BOUND_START = re.compile(" [بول](?=اكثر من|ازيد من|اقل من|ما لا|ما يزيد)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A value with its unit: a word of `family`, which tells money from time from a share."""

    text: str  # the value, the same for digits and words
    unit: str = ""
    family: str = ""  # percent, date, year, money, length, weight, time or thing
    bound: str = ""  # `more`, `less` or nothing

    def fits(self, other: Amount) -> bool:
        """Whether both may be one amount; what neither has a unit for may be anything."""
        both = {self.family, other.family}
        return len(both) == 1 or both <= {"", "thing", "year"} or both <= {"", "thing", "date"}

    def rivals(self, other: Amount) -> bool:
        """Whether both may be amounts of the same thing."""
        return self.family == other.family or {self.family, other.family} <= {"", "thing"}


def amount_at(tokens: Sequence[str], place: int) -> tuple[Amount, int] | None:
    """The amount that begins at a place, and how many tokens its value takes."""
    date = _day_of_month(tokens, place)
    if date:
        return date
    first = _number_word(tokens[place])
    if not first or (
        tokens[place].startswith("وال") and place and tokens[place - 1] in _ORDINAL_FORMS
    ):
        return None
    run, value = [first], _value((first,))
    length = 1
    while place + length < len(tokens):
        following = tokens[place + length]
        if following == "و" and are_joined(tokens, place + length):  # «27 ألفا و300»
            run += [following, tokens[place + length + 1]]
            value, length = _value(tuple(run)), length + 2
            continue
        is_joined = following[0] == "و" and bool(_number_word(following[1:] or "-"))
        if following[0].isdigit() or not (
            is_joined
            or following in _SCALES
            or (_number_word(following) and not run[-1][0].isdigit())
        ):
            break
        added = (
            "و" + _number_word(following[1:]) if is_joined else _number_word(following) or following
        )
        if is_joined and _is_small(run[-1]) and _is_small(added[1:]):
            break  # «ثلاثة وخمسة» are two amounts
        longer = _value((*run, added))
        if not longer or longer == value:
            break
        run.append(added)
        value, length = longer, length + 1
    if not value or (value == "1" and not first[0].isdigit()):
        return None
    unit, family = _unit(tokens, place, place + length, value)
    return Amount(value, unit, family, _bound(tokens[max(0, place - 4) : place])), length


@lru_cache(maxsize=10_000)
def _number_word(token: str) -> str:
    """The number word in a token that may have an article or a preposition, or nothing."""
    if token[0].isdigit():
        return token
    if token in _DAYS or token in _PERCENT:
        return ""
    for start in ("", "ب", "ل", "ك", "و", "ال", "وال", "بال", "لل", "وب"):
        rest = token[len(start) :]
        if rest and token.startswith(start):
            rest = _DUALS.get(rest, rest)
            if _value((rest,)) and not (start.endswith("ل") and rest == "ست"):
                return rest
    return token if token in _SCALES else ""


@lru_cache(maxsize=10_000)
def _value(run: tuple[str, ...]) -> str:
    found = numbers(" ".join(run))
    return found.pop() if len(found) == 1 else ""


def _is_small(word: str) -> bool:
    value = _value((word,))
    return value.isdigit() and int(value) < 10


def _day_of_month(tokens: Sequence[str], place: int) -> tuple[Amount, int] | None:
    """«الخامس والعشرين من كانون الأول» and the like."""
    token = tokens[place]
    value = _ORDINALS.get(token) or _ORDINALS.get(token[1:])
    if not value:
        return None
    length = 1
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    if following in ("عشر", "عشره"):
        value, length = value + 10, 2
    elif following[1:] in ("العشرين", "العشرون", "الثلاثين", "الثلاثون"):
        value, length = value + _ORDINALS[following[1:]], 2
    after = [t for t in tokens[place + length : place + length + 3] if t not in ("من", "شهر")]
    if not after or not _is_month(after):
        return None
    return Amount(str(value), "", "date"), length


def _is_month(tokens: Sequence[str]) -> bool:
    return bool(
        tokens and (tokens[0] in MONTHS or " ".join(tokens[:2]) in MONTHS or tokens[0] == "الشهر")
    )


def _unit(tokens: Sequence[str], start: int, end: int, value: str) -> tuple[str, str]:
    rest = tokens[end : end + 3]
    is_in_hundred = rest[:1] == ["في"] and bool(_HUNDRED & set(rest[1:2]))
    if _PERCENT & set(rest[:1]) or is_in_hundred:
        return "%", "percent"
    if _is_month(rest) or (rest[:1] == ["من"] and _is_month(rest[1:])):
        return "", "date"
    is_word = bool(rest) and rest[0].isalpha()
    if is_word and (family := _family(rest[0])):
        return rest[0], family
    before = tokens[start - 1] if start else ""
    is_long = value.isdigit() and 1000 <= int(value) <= 2100 and tokens[start][0].isdigit()
    is_bare = not is_word or rest[0] in STOP_WORDS or rest[0] in _NO_UNITS
    is_dated = before in MONTHS or " ".join(tokens[max(0, start - 2) : start]) in MONTHS
    # «المستشفى العام 220 سريرا» tells no year.
    if (before in YEAR_WORDS and (is_bare or before[:2] != "ال")) or rest[:1] == ["ه"]:
        return "", "year"
    if before == "و" and _YEAR.fullmatch(value) and _YEAR.fullmatch(tokens[max(0, start - 2)]):
        return "", "year"  # «بين 1971 و1976»
    if is_long and (is_bare or is_dated or before in YEAR_STARTS):
        return "", "year"
    if before.removeprefix("ال") in ("دقيقه", "ساعه") and is_bare:
        return before.removeprefix("ال"), "time"
    if (
        is_word
        and not is_bare
        and not (rest[0].startswith("و") and rest[0].rstrip("ا") not in WITH_WAW)
    ):
        return rest[0], "thing"
    return "", ""


def _family(word: str) -> str:
    for name, members in (
        ("money", MONEY),
        ("length", LENGTHS),
        ("weight", WEIGHTS),
        ("time", TIMES),
    ):
        if word in members:
            return name
    return ""


def _bound(before: Sequence[str]) -> str:
    text = _BOUND_START.sub(" ", " " + " ".join(before))
    # The longer phrase first: «لا يقل عن» holds «يقل عن».
    near = next((bound for phrase, bound in _BOUNDS if text.endswith(phrase)), "")
    return near or ("more" if _EXCEEDS.search(text) else "")
