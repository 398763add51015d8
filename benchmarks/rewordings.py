"""The same question as others would type it: a wrong letter, another spelling, a dialect."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping

from rag.arabic import STOP_WORDS, words

ALPHABET = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")

# One letter of another alphabet, as different newspapers write it.
_SAME_SOUND = ("غجكق", "فبو", "تط", "تث", "سز")
_LONG_VOWELS = "اوي"
_FUNCTION_PREFIX = ("ال", "وال", "بال", "كال", "لل")

# Egyptian, Levantine, Gulf, Moroccan; "" drops the word. Longest phrases first.
DIALECTS = ("egyptian", "levantine", "gulf", "moroccan")
_PHRASES: tuple[tuple[str, str, str, str, str], ...] = (
    ("ما هو", "ايه هو", "شو هو", "وش هو", "شنو هو"),
    ("ما هي", "ايه هي", "شو هي", "وش هي", "شنو هي"),
    ("من هو", "مين هو", "مين هو", "منو هو", "شكون هو"),
    ("من هي", "مين هي", "مين هي", "منو هي", "شكون هي"),
    ("من هم", "مين هم", "مين هني", "منو هم", "شكون هما"),
    ("ما عدد", "كام عدد", "قديش عدد", "جم عدد", "شحال عدد"),
    ("كم عدد", "كام", "كم", "جم", "شحال ديال"),
    ("كم يبلغ", "قد ايه", "قديش", "كثر وش", "شحال"),
    ("كم تبلغ", "قد ايه", "قديش", "كثر وش", "شحال"),
    ("كم كان", "كان كام", "قديش كان", "جم كان", "شحال كان"),
    ("في أي عام", "في سنة كام", "بأي سنة", "أي سنة", "فأشمن عام"),
    ("لأي سبب", "علشان ايه", "كرمال شو", "عشان وش", "علاش"),
    ("من أين", "منين", "من وين", "من وين", "منين"),
    ("متى", "إمتى", "ايمتى", "متى", "فوقاش"),
    ("أين", "فين", "وين", "وين", "فين"),
    ("كيف", "إزاي", "كيف", "شلون", "كيفاش"),
    ("لماذا", "ليه", "ليش", "ليش", "علاش"),
    ("ماذا", "ايه", "شو", "وش", "شنو"),
    ("بماذا", "بايه", "بشو", "بوش", "باش"),
    ("لما", "ليه", "ليش", "ليش", "علاش"),
    ("كم", "كام", "قديش", "جم", "شحال"),
    ("هل", "هو", "", "هل", "واش"),
    ("أي", "انهي", "أي", "أي", "أشمن"),
    ("أية", "انهي", "أي", "أي", "أشمن"),
    ("الذي", "اللي", "يلي", "اللي", "اللي"),
    ("التي", "اللي", "يلي", "اللي", "اللي"),
    ("الذين", "اللي", "يلي", "اللي", "اللي"),
    ("هذا", "ده", "هاد", "هذا", "هاد"),
    ("هذه", "دي", "هاي", "هذي", "هاد"),
    ("ليس", "مش", "مو", "مب", "ماشي"),
    ("ليست", "مش", "مو", "مب", "ماشي"),
    ("عندما", "لما", "لما", "يوم", "ملي"),
    ("أيضا", "كمان", "كمان", "بعد", "حتى"),
    ("الآن", "دلوقتي", "هلق", "الحين", "دابا"),
    ("يوجد", "فيه", "في", "فيه", "كاين"),
    ("توجد", "فيه", "في", "فيه", "كاينة"),
    ("يريد", "عايز", "بدو", "يبي", "باغي"),
    ("بسبب", "عشان", "كرمال", "عشان", "على قبل"),
    ("مثل", "زي", "متل", "مثل", "بحال"),
)
# What a present and a future verb begin with in place of ي and سي.
_PRESENT = {"egyptian": "بي", "levantine": "عم بي", "gulf": "ي", "moroccan": "كي"}
_FUTURE = {"egyptian": "هي", "levantine": "رح ي", "gulf": "بي", "moroccan": "غادي ي"}
_NO_VERBS = frozenset("يوم يناير يونيو يوليو يونيه يوليه يسوع يهودي يوسف ياسر يحيى".split())
_ASKING = frozenset(words(" ".join(row[0] for row in _PHRASES)))

_UNITS = "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة".split()
_TENS = ". . عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون".split()
_HUNDREDS = ". مئة مئتان ثلاثمئة أربعمئة خمسمئة ستمئة سبعمئة ثمانمئة تسعمئة".split()

Rewording = Callable[[str, str], str]  # question, id -> question


def wrong_letter(question: str, id: str) -> str:
    """One letter of one content word left out, doubled, replaced, or exchanged with the next."""
    places = [
        match
        for match in _TOKEN.finditer(question)
        if len(match[0]) >= 4 and not set(words(match[0])) & STOP_WORDS and match[0].isalpha()
    ]
    if not places:
        return question
    match = places[_pick(id, "word", len(places))]
    word = match[0]
    at = 1 + _pick(id, "letter", len(word) - 2)  # slips are rarer at the ends of a word
    letter = ALPHABET[_pick(id, "new", len(ALPHABET))]
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    changed = slips[_pick(id, "slip", len(slips))]
    return question[: match.start()] + changed + question[match.end() :]


def respelled(names: Collection[str]) -> Rewording:
    """Rewording that writes every one of these names (in normal form) as another outlet would."""

    def reword(question: str, id: str) -> str:
        def change(match: re.Match[str]) -> str:
            return _respell(match[0], id) if set(words(match[0])) & names else match[0]

        return _TOKEN.sub(change, question)

    return reword


def foreign_names(titles: Iterable[str], vocabulary: Collection[str]) -> frozenset[str]:
    """Words of titles that look transcribed: of four letters or more, never seen with an article.

    `vocabulary` is every word of the texts in normal form.
    """
    known = set(vocabulary)
    return frozenset(
        word
        for title in titles
        for word in words(title)
        if len(word) >= 4
        and word[0] > "\u0600"
        and not word.startswith(_FUNCTION_PREFIX)
        and known.isdisjoint(prefix + word for prefix in _FUNCTION_PREFIX)
    )


def in_dialect(dialect: str) -> Rewording:
    """Rewording by a table of question and function words, and of what verbs begin with."""
    column = 1 + DIALECTS.index(dialect)
    table = {row[0]: row[column] for row in _PHRASES}
    pattern = re.compile(
        r"(?<!\w)(?:" + "|".join(sorted(table, key=len, reverse=True)) + r")(?!\w)"
    )

    def reword(question: str, _: str) -> str:
        changed = pattern.sub(lambda match: table[match[0]], question)
        for asking, other in (("من", table["من هو"].split()[0]), ("ما", table["ماذا"])):
            # Elsewhere the first is "from" and the second "not".
            if changed.split()[:1] == [asking]:
                changed = changed.replace(asking, other, 1)
        changed = re.sub(r"(?<!\w)سي(?=كون|تم|حدث|صبح|بدا)", _FUTURE[dialect], changed)
        return _with_present(changed, _PRESENT[dialect])

    return reword


def numbers_exchanged(question: str, _: str) -> str:
    """Whole numbers below a million in words instead of digits, small words in digits."""

    def change(match: re.Match[str]) -> str:
        token = match[0].translate(_DIGITS)
        if token.isdigit():
            return in_words(int(token)) if 0 < int(token) < 10**6 else match[0]
        plain = _UNIT_VALUES.get("".join(words(token)))
        return str(plain) if plain else match[0]

    return _TOKEN.sub(change, question)


def in_words(number: int) -> str:
    """A number below a million as a newspaper spells it."""
    thousands, rest = divmod(number, 1000)
    parts: list[str] = []
    if thousands in (1, 2):
        parts.append("ألف" if thousands == 1 else "ألفان")
    elif thousands:
        parts.append(f"{in_words(thousands)} {'آلاف' if thousands <= 10 else 'ألفا'}")
    if rest >= 100:
        parts.append(_HUNDREDS[rest // 100])
    small = rest % 100
    if 0 < small <= 10:
        parts.append(_UNITS[small])
    elif 10 < small < 20:
        parts.append(f"{['أحد', 'اثنا', *_UNITS[3:]][small - 11]} عشر")
    elif small:
        parts += [_UNITS[small % 10]] * bool(small % 10) + [_TENS[small // 10]]
    return " و".join(parts)


def rewordings(names: Collection[str]) -> Mapping[str, Rewording]:
    """Every rewording by its name."""
    return {
        "wrong letter": wrong_letter,
        "names": respelled(names),
        **{dialect: in_dialect(dialect) for dialect in DIALECTS},
        "numbers": numbers_exchanged,
    }


_UNIT_VALUES = {words(unit)[0]: value for value, unit in enumerate(_UNITS) if value >= 3}


def _with_present(question: str, prefix: str) -> str:
    """The first word but one that may be a present verb, with the prefix of a dialect."""

    def change(match: re.Match[str]) -> str:
        return match[0] if match[0] in _NO_VERBS else prefix + match[0][1:]

    return re.sub(r"(?<=\s)ي\w{3,}", change, question, count=1)


def _respell(name: str, id: str) -> str:
    """Another transcription: a letter for the same sound, or a long vowel left out or put in."""
    choices = []
    for at, letter in enumerate(name[1:-1], start=1):
        if letter in _LONG_VOWELS:
            choices.append(name[:at] + name[at + 1 :])
        elif name[at - 1] not in _LONG_VOWELS and name[at + 1] not in _LONG_VOWELS:
            choices.append(name[:at] + _LONG_VOWELS[_pick(id, name, 3)] + name[at:])
    for at, letter in enumerate(name):
        for sounds in _SAME_SOUND:
            if letter in sounds:
                choices += [name[:at] + o + name[at + 1 :] for o in sounds if o != letter]
    return choices[_pick(id, "spelling", len(choices))] if choices else name


def _pick(id: str, what: str, count: int) -> int:
    """A number below `count` that depends on nothing but its arguments."""
    return int.from_bytes(hashlib.sha256(f"{what}\0{id}".encode()).digest()[:8], "big") % count
