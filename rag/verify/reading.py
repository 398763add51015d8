"""Text to the words that carry its meaning, each with its part in the sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.arabic import STOP_WORDS, has_form, normalise, sentences, skeleton, stem
from rag.verify.amounts import Amount, amount_at
from rag.verify.lexicon import (
    AUXILIARIES,
    CONDITIONS,
    MARKERS,
    MONTHS,
    NEGATIONS,
    OPENINGS,
    SAME_MARKERS,
    STILL,
    SYNONYMS,
    THAT,
    WITH_WAW,
)

_TOKEN = re.compile(r"[a-z]+[a-z\d]*|\d+(?:[.,]\d+)*|[^\W\d_]+|[.,،؛:؟?!%()]")
_LEST = re.compile("(?<!\\w)([وف]?)أل\u0651?ا(?!\\w)")  # «ألا» negates and «إلا» does not
_WROTE = re.compile("(?<!\\w)([وف]?د)\u064e?و(?=\u064e?\u0651)")  # «دوّن» is a verb, «دون» denies
_GOVERNOR = re.compile("(?<!\\w)والي(?!\\w)")  # «وإلى» has the same normal form
_REFERRING = {
    preposition + pronoun: preposition
    for preposition in ("في", "من", "عن", "علي", "الي")
    for pronoun in ("ه", "ها", "هم")
}
_AMONG = frozenset("بينهم بينها بينهن منهم منها ومنهم ومنها وبينهم وبينها".split())
_TOLD = frozenset(("اليوم", "بعض"))  # stop words that say something
_WITHOUT = frozenset(("دون", "بدون"))
_WAS = frozenset("كان كانت كانوا وكان وكانت وكانوا".split())
_RELATIVE = frozenset("التي الذي الذين اللذان اللتان اللذين اللتين".split())
_COPULAS = frozenset(("هو", "هي"))
_YEARS = frozenset(("عام", "سنه"))
_ENDS = frozenset(".,،؛:؟?!()")
_SILENT = frozenset(
    (
        "% نفس ذات الذين و ف ب ل ك حين وفي وقد فقد بالميه بالمايه الميه المايه يقل تقل وذلك التي "
        "والتي والذي"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that carries meaning, a month, or an amount."""

    form: str  # in normal form; of a month the same in all calendars' names
    place: int  # among the words of the text
    sentence: int
    clause: int  # counted through the text
    marker: str = ""  # the preposition before it
    is_negated: bool = False
    is_joined: bool = False  # «و» is before it
    amount: Amount | None = None
    refers: str = ""  # the preposition of a pronoun after it, as in «أنفق عليه»; of «منها 5» before
    is_equated: bool = False  # «هو» or «هي» is before it
    is_reported: bool = False  # «أن» is before it
    is_relative: bool = False  # «الذي» or «التي» is before it
    was: bool = False  # «كان» is before it in its clause
    is_open: bool = False  # «إذا», «لو», «ربما» or «قد يكون» is before it

    def is_marked(self) -> bool:
        """Whether a preposition stands before it or is written with it."""
        return bool(self.marker) or self.form.startswith(("بال", "لل", "وبال", "ولل"))


def read(text: str, after: Sequence[Word] = ()) -> list[Word]:
    """The words of a text that carry its meaning, in order, behind those `after` which it comes.

    >>> [(w.form, w.marker, w.is_negated) for w in read("لم يصل الوفد إلى تونس")]
    [('يصل', '', True), ('الوفد', '', False), ('تونس', 'الي', False)]
    """
    reader = _Reader(list(after))
    for start, end in sentences(text):
        spelt = _LEST.sub(r"\1أن لا", _WROTE.sub(r"\1وو", text[start:end]))
        spelt = _GOVERNOR.sub("الوالي", spelt)
        reader.read(_TOKEN.findall(normalise(spelt.replace("٪", "%"))))
    return reader.found


class _Reader:
    """Reads sentence after sentence; what a particle says waits for the word it belongs to."""

    def __init__(self, found: list[Word]) -> None:
        self.found = found
        self._sentence = found[-1].sentence if found else -1
        self._clause = found[-1].clause if found else -1
        self._is_open = self._was = False
        self._clear()

    def _clear(self) -> None:
        self._marker, self._among = "", ""
        self._is_negated = self._is_joined = False
        self._is_equated = self._is_reported = self._is_relative = False

    def read(self, tokens: Sequence[str]) -> None:
        """Add the words of one sentence."""
        self._sentence, self._clause = self._sentence + 1, self._clause + 1
        self._clear()
        self._is_open = self._was = False
        place = 0
        while place < len(tokens):
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            if self._is_border(tokens[place], following) or self._is_sign(tokens[place], following):
                place += 1
            else:
                place += self._take(tokens, place, following)

    def _is_border(self, token: str, following: str) -> bool:
        """Whether a token parts or joins clauses."""
        if token in _ENDS:
            # A relative clause is one with what it tells of.
            self._clause += following not in _RELATIVE
            self._is_open = self._is_open and following[:1] != "و"
            self._was = False
            self._marker, self._is_negated = "", False
        elif token in THAT:
            self._is_reported = True
            self._is_joined = self._is_joined or token[0] == "و"
        elif token in OPENINGS:
            self._clause += bool(self.found) and self.found[-1].clause == self._clause
            self._marker = ""
        else:
            return False
        return True

    def _is_sign(self, token: str, following: str) -> bool:
        """Whether a token only tells something of the words around it."""
        bare = _without_and(token)
        # «غير أن» is «but», «دون أن» and «من غير أن» deny.
        is_without = token in _WITHOUT or (token == "غير" and self._marker == "من")
        if token in NEGATIONS and (following != "ان" or is_without):
            self._is_negated = True
            self._marker = token if token in MARKERS else self._marker
        elif token in STILL:
            self._is_negated = False
        elif bare in MARKERS:
            self._marker = SAME_MARKERS.get(bare, bare)
            self._is_joined = self._is_joined or bare != token
        elif token in _COPULAS:
            self._is_equated = True
        elif token in _RELATIVE:
            self._is_relative = True
        elif token.lstrip("وف") in CONDITIONS or _is_doubtful(token, following):
            self._is_open = True
        elif token in _WAS:
            self._was = True
        else:
            return False
        return True

    def _take(self, tokens: Sequence[str], place: int, following: str) -> int:
        """Take in a word, a month or an amount; how many tokens it has."""
        token = tokens[place]
        if token[0] == "و" and token[1:] in _REFERRING:
            self._is_joined, token = True, token[1:]
        month = _month(token, following)
        if month is not None:
            self._keep(month)
            return 1 + (month != MONTHS.get(_bare_month(token), ""))
        if token in _SILENT:
            self._is_joined = self._is_joined or token == "و"
            return 1
        taken = amount_at(tokens, place)
        if taken is not None:
            self._keep(taken[0].text, taken[0])
            return taken[1]
        if token in _AMONG and following and amount_at(tokens, place + 1):
            self._is_joined, self._among = True, "من"
        elif token in _REFERRING and self.found and self.found[-1].clause == self._clause:
            self.found[-1] = replace(self.found[-1], refers=_REFERRING[token])
        elif token not in STOP_WORDS or token in _TOLD:
            self._is_joined = self._is_joined or (token[0] == "و" and token not in WITH_WAW)
            self._keep(token)
        return 1

    def _keep(self, form: str, amount: Amount | None = None) -> None:
        self.found.append(
            Word(
                *(form, len(self.found), self._sentence, self._clause, self._marker),
                *(self._is_negated, self._is_joined, amount, self._among),
                *(self._is_equated, self._is_reported, self._is_relative),
                *(self._was, self._is_open),
            )
        )
        # «لم يعد مفتوحا» denies what comes after the auxiliary too.
        is_negated = self._is_negated and form in AUXILIARIES
        self._clear()
        self._is_negated = is_negated


def _is_doubtful(token: str, following: str) -> bool:
    """Whether it is the «قد» of what may be, not of what has been."""
    return token in ("قد", "وقد", "فقد") and (following[:1] == "ي" or following == "تكون")


def _without_and(token: str) -> str:
    return token[1:] if token[0] == "و" and token[1:] in MARKERS else token


def _bare_month(token: str) -> str:
    return token[1:] if token[0] in "وبل" and token[1:] in MONTHS else token


def _month(token: str, following: str) -> str | None:
    pair = f"{token} {following}"
    return MONTHS.get(pair) or MONTHS.get(pair.removeprefix("و")) or MONTHS.get(_bare_month(token))


@lru_cache(maxsize=50_000)
def bases(form: str) -> frozenset[str]:
    """What a form may be without conjunction, preposition and the «س» of the future, stemmed."""
    shapes = {form}
    for letters in ("وف", "بلك", "س"):
        shapes |= {s[1:] for s in shapes if s[0] in letters and len(s) > 3}
    shapes |= {s[2:] for s in shapes if s.startswith("ال") and len(s) == 4}
    shapes |= {
        s[: s.rindex("ه")] for s in shapes if s.endswith(("ته", "تها", "تهم")) and len(s) > 4
    }
    shapes |= {s[:2] for s in shapes if s.endswith("ها") and len(s) == 4}
    shapes |= {"ال" + s[2:] for s in shapes if s.startswith("لل") and len(s) > 4}
    return frozenset(stem(shape) for shape in shapes)


@lru_cache(maxsize=50_000)
def roots(form: str) -> frozenset[str]:
    """The consonants of a form with and without what verbs put in front."""
    found = set()
    for base in bases(form):
        starts = "يتنا" if len(base) < 5 else "يتنام"
        for shape in (base, base[1:] if base[0] in starts else base):
            consonants = skeleton(shape)
            if len(consonants) >= 3:
                found.add(consonants)
    return frozenset(found)


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """How surely two forms are of one word: 1 the same, 0 not at all."""
    if one == other or {one, other} == _YEARS:
        return 1.0
    if one.startswith("month") or other.startswith("month"):
        return 0.0
    if one[0].isdigit() or other[0].isdigit() or one[0].isascii() or other[0].isascii():
        return 0.0
    if stem(one) == stem(other) or one == "و" + other or other == "و" + one:
        return 0.95
    if bases(one) & bases(other):
        return 0.9
    if roots(one) & roots(other) or has_form(stem(one), {stem(other)}):
        return 0.7
    return 0.6 if are_synonyms(one, other) else 0.0


@lru_cache(maxsize=50_000)
def listed(form: str) -> frozenset[str]:
    """The forms under which a word may stand in a list."""
    shapes = {form}
    shapes |= {s[1:] for s in shapes if s[0] in "وفبلسك" and len(s) > 3}
    shapes |= {s[2:] for s in shapes if s.startswith("ال") and len(s) > 4}
    return frozenset(shapes)


def are_synonyms(one: str, other: str) -> bool:
    """Whether both stand in one line of the list of synonyms."""
    others = listed(other)
    return any(others & SYNONYMS[form] for form in listed(one) if form in SYNONYMS)
