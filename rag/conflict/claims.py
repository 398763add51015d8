"""A sentence to the claim in it that answers a question: an amount or a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.arabic import STOP_WORDS, Asked, asked_for, skeleton, stem, words
from rag.clean.dates import Mention, mentions
from rag.conflict.lexicon import (
    ANYBODY,
    CHANGED,
    COMMON,
    DENIALS,
    EXPECTED,
    NO_FUTURE,
    ORDINALS,
    PARTS,
    PERIODS,
    POSTPONED,
    RATED,
    RATES,
    SHARES,
    UNTRUE,
    fate,
)
from rag.conflict.quantities import (
    Quantity,
    fate_of,
    is_part,
    is_same_unit,
    quantities,
    tokens_of,
    unit_of,
)
from rag.types import Document, Evidence
from rag.verify.forms import likeness, listed
from rag.verify.lexicon import MONEY, MONTHS, NEGATIONS, NEUTRAL

_FAR = 8  # words between an amount and what the question asks about
_FAR_TIME = 7
_BESIDE = 6
_SAME = 0.85  # likeness of two forms of one noun; those that only share a root are less alike
_NOT = frozenset(words("لم ولم فلم لن ولن ليس وليس"))
_HOW_MANY = "كم"
_ASKING = frozenset(
    words(
        "كم متى ما ماذا عدد نسبة قيمة مبلغ سعر كلفة تكلفة طول مساحة ميزانية في أي من بلغ بلغت تبلغ "
        "يبلغ نتيجة موقف رد"
    )
)
_TIME_WORDS = frozenset(words("عام سنة يوم تاريخ شهر موعد ساعة"))


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence answers; `start` and `end` are characters into the evidence's words."""

    item: Evidence
    document: Document
    start: int
    end: int
    quantity: Quantity | None = None
    when: Mention | None = None
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """The information need of a question, as claims are compared with it."""

    asked: Asked
    topic: tuple[str, ...]  # its content words, in order
    fates: frozenset[str]
    thing: str  # the word of what is counted
    dates: tuple[str, ...] = ()  # in ISO 8601
    is_share: bool = False  # whether it asks for a part of a hundred

    @classmethod
    def of(cls, question: str) -> Need:
        """What a question asks for, with the words it says it in."""
        asked = asked_for(question)
        spoken = [w for w in words(question) if w not in STOP_WORDS and not w.isascii()]
        empty = _ASKING | asked.units | MONEY | (_TIME_WORDS if asked.kind == "time" else set())
        topic = tuple(word for word in spoken if word not in empty)
        thing = next((w for w in topic if asked.thing and skeleton(stem(w)) == asked.thing), "")
        # «كم لاعبا» and «كم غارة» have the endings that a counted noun has.
        thing = thing or next((w for w in topic[:1] if _is_after(w, _HOW_MANY, question)), "")
        dates = tuple(each.iso for each in mentions(question))
        is_share = not SHARES.isdisjoint(words(question))
        fates = frozenset(filter(None, map(fate, topic)))
        return cls(asked, topic, fates, thing, dates, is_share)

    def speaks_of(self, form: str) -> bool:
        """Whether a word is one of the question's, or means the same."""
        return any(likeness(form, word) >= 0.6 for word in self.topic)


def amount_claim(need: Need, item: Evidence, document: Document) -> Claim | None:
    """The one amount of a sentence that the question asks for; None if none or two do."""
    text = item.quote
    changes = (t.form for t in tokens_of(text) if listed(t.form) & CHANGED)
    if _is_denied(text) or _is_first_count(text) or not all(map(need.speaks_of, changes)):
        return None
    counts = [q for q in quantities(text) if not (is_part(q, text) or _is_negated(q, text))]
    fitting = [quantity for quantity in counts if _answers(need, quantity, text)]
    if len({quantity.value for quantity in fitting}) != 1:
        return None
    tokens, found = tokens_of(text), fitting[0]
    start, end = tokens[found.first].start, tokens[found.last - 1].end
    return Claim(item, document, start, end, found, is_expected=_is_expected(text))


def time_claim(need: Need, item: Evidence, document: Document) -> Claim | None:
    """The one time of a sentence that stands by what the question asks about."""
    text = item.quote
    if _is_denied(text) or any(token.form in POSTPONED for token in tokens_of(text)):
        return None
    found = mentions(text, published=document.published)
    event = need.topic[:1]
    tokens = tokens_of(text)
    places = [i for i, t in enumerate(tokens) if event and likeness(t.form, event[0]) >= 0.6]
    # «بدأ بناء المصنع» is not when «بدأ العمل في المصنع», nor «جمعية» a «جامعة».
    is_same = all(any(likeness(t.form, w) >= _SAME for t in tokens) for w in need.topic[1:2])
    if not places or not found or not is_same:
        return None
    near = [(_steps(text, each, places), each) for each in found]
    distance, nearest = min(near, key=lambda pair: pair[0])
    is_alone = all(d > distance + 3 for d, each in near if each is not nearest)
    if distance > _FAR_TIME or not is_alone:
        return None
    return Claim(
        item, document, nearest.start, nearest.end, when=nearest, is_expected=_is_expected(text)
    )


def is_same_amount_otherwise(need: Need, one: Claim, other: Claim) -> bool:
    """Whether two amounts are of the same count and cannot both be right."""
    a, b = one.quantity, other.quantity
    if a is None or b is None or not a.excludes(b) or one.is_expected != other.is_expected:
        return False
    return (
        is_same_unit(a, b)
        and _times(need, one) == _times(need, other)
        and _is_qualified_alike(need, one, other)
    )


def is_same_time_otherwise(one: Claim, other: Claim) -> bool:
    """Whether two times of one event cannot both be right."""
    a, b = one.when, other.when
    if a is None or b is None or one.is_expected != other.is_expected:
        return False
    length = min(len(a.iso), len(b.iso))
    if a.iso[:length] == b.iso[:length]:
        return False
    # What counts from the day of publication tells of news: another day is another event.
    return not (a.is_inferred and b.is_inferred)


def _is_after(word: str, before: str, question: str) -> bool:
    is_noun = word.endswith(("ا", "ه")) and len(word) > 3
    return is_noun and (before, word) in pairwise(words(question))


def _is_denied(text: str) -> bool:
    forms = [token.form for token in tokens_of(text)]
    return not {*DENIALS, *UNTRUE}.isdisjoint(forms)


def _is_negated(one: Quantity, text: str) -> bool:
    """Whether «لم» or «لن» is before a quantity; «لا» is in «لا يقل عن»."""
    before = tokens_of(text)[max(0, one.first - 3) : one.first]
    return not _NOT.isdisjoint(token.form for token in before)


def _is_first_count(text: str) -> bool:
    """Whether a sentence tells what was counted before: «وكانت الحصيلة الأولى»."""
    forms = [token.form.removeprefix("ال") for token in tokens_of(text)]
    return ("حصيله", "اولي") in pairwise(forms)


def _is_expected(text: str) -> bool:
    return any(
        "توقع" in token.form or token.form in EXPECTED or _is_future(token.form)
        for token in tokens_of(text)
    )


def _is_future(form: str) -> bool:
    """«سيبلغ» and «ستبلغ», but not «سيارة» or «ستون»."""
    return form[:2] in ("سي", "ست") and len(form) >= 5 and not form.startswith(NO_FUTURE)


def _answers(need: Need, one: Quantity, text: str) -> bool:
    asked, unit = need.asked, unit_of(one)
    if (one.amount.family == "percent") != need.is_share:
        return False
    if need.fates:
        if one.amount.family not in ("", "thing") or fate_of(one, text) not in need.fates:
            return False
        return not unit or unit in ANYBODY or not need.thing or _is_counted_as(need, unit)
    if asked.units:
        return asked.is_held_by(f"5 {unit}") and _is_spoken_of(need, one, text)
    if need.thing:
        return _is_thing(need, one, text) and _is_spoken_of(need, one, text)
    return _is_spoken_of(need, one, text)


def _is_counted_as(need: Need, unit: str) -> bool:
    return need.thing in ANYBODY or bool(fate(need.thing)) or likeness(unit, need.thing) >= 0.6


def _is_thing(need: Need, one: Quantity, text: str) -> bool:
    """Whether the unit is the thing that is asked for, or that thing stands before it."""
    unit = unit_of(one)
    counted = {unit_of(each) for each in quantities(text)} - {""}
    named = {each for each in counted if likeness(each, need.thing) >= 0.6}
    if named:
        return unit in named
    tokens = tokens_of(text)
    last = max((o.last for o in quantities(text) if o.last <= one.first), default=0)
    # «بلغ عدد المشاركين في السباق 300 عداء»
    before = tokens[max(last, one.first - _BESIDE) : one.first]
    return any(likeness(token.form, need.thing) >= 0.6 for token in before)


def _is_spoken_of(need: Need, one: Quantity, text: str) -> bool:
    """Whether a word of the question stands near, with no other quantity between."""
    tokens, others = tokens_of(text), quantities(text)
    first = max((o.last for o in others if o.last <= one.first), default=0)
    last = min((o.first for o in others if o.first >= one.last), default=len(tokens))
    around = [
        *tokens[max(first, one.first - _FAR) : one.first],
        *tokens[one.last : min(last, one.last + _FAR)],
    ]
    counted = unit_of(one)
    return any(
        need.speaks_of(token.form)
        for token in around
        if token.form[0].isalpha() and token.form != counted and token.form not in NEUTRAL
    )


def _steps(text: str, time: Mention, places: Sequence[int]) -> int:
    """How many words are between a time and the nearest of these places, and more for a clause."""
    tokens = tokens_of(text)
    first = next((i for i, t in enumerate(tokens) if t.end > time.start), len(tokens) - 1)
    return min(
        abs(first - place) + 2 * abs(tokens[first].clause - tokens[place].clause)
        for place in places
    )


def _times(need: Need, claim: Claim) -> frozenset[str]:
    """The words that tell which time, or how long, an amount is of."""
    forms = [token.form for token in tokens_of(claim.item.quote)]
    told = {form for form in forms if form in RATES | PERIODS and not need.speaks_of(form)}
    pairs = [*pairwise(forms)]
    parts = (f"{a} {b}" for a, b in pairs if a in PARTS and b in ORDINALS)
    rates = (b for a, b in pairs if a == "في" and b in RATED)  # «310 آلاف راكب في اليوم»
    return frozenset(told.union(parts, rates))


def _is_qualified_alike(need: Need, one: Claim, other: Claim) -> bool:
    """Whether «20 سائحا أجنبيا» or «من الجيش» narrows one count and not the other."""
    a, b = (_qualifier(need, claim) for claim in (one, other))
    return (not a and not b) or bool(a and b and likeness(a, b) >= 0.6)


def _qualifier(need: Need, claim: Claim) -> str:
    """The adjective of origin after what is counted, or what follows its «من»."""
    one, tokens = claim.quantity, tokens_of(claim.item.quote)
    if one is None:
        return ""
    after = [token.form for token in tokens[one.last : one.last + 4]]
    if after and after[0] == unit_of(one):
        after = after[1:]
    if after[:1] == ["من"] and after[1:2] and after[1].isalpha():
        return "" if need.speaks_of(after[1]) else after[1]
    is_nisba = bool(after) and len(after[0]) > 3 and after[0].endswith(("ي", "يا", "يه", "يين"))
    if (
        is_nisba
        and not need.speaks_of(after[0])
        and after[0] not in NEUTRAL | COMMON | NEGATIONS | MONTHS.keys()
    ):
        return after[0]
    return ""
