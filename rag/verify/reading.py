"""Text to the words that carry its meaning, each with its part in the sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.arabic import STOP_WORDS, WITH_WAW, normalise, sentences
from rag.verify.amounts import Amount, amount_at
from rag.verify.lexicon import (
    AGENT,
    AGENTS,
    AUXILIARIES,
    CONDITIONS,
    MARKERS,
    MONTHS,
    NEGATIONS,
    OPENINGS,
    SAME_MARKERS,
    STILL,
    THAT,
    YEAR_WORDS,
)

_TOKEN = re.compile(r"[a-z]+[a-z\d]*|\d+(?:[.,]\d+)*|[^\W\d_]+|[.,،؛:؟?!%()]")
_LEST = re.compile("(?<!\\w)([وفب]?)أل\u0651?ا(?!\\w)")  # «ألا» negates and «إلا» does not
_WROTE = re.compile("(?<!\\w)([وف]?د)\u064e?و(?=\u064e?\u0651)")  # «دوّن» is a verb, «دون» denies
_GOVERNOR = re.compile("(?<!\\w)والي(?!\\w)")  # «وإلى» has the same normal form
_AFTER = re.compile("(?<!\\w)([وف]?)(?:على )?إثر(?!\\w)")  # «أثر» is a trace
_PRAISED = re.compile("(?<!\\w)([وف]?)أثنى(?!\\w)")  # «اثني» is a form of two
_REFERRING = {
    preposition + pronoun: preposition
    for preposition in (*("في", "من", "عن", "علي", "الي"), *("خلال", "ضد", "مع", "حول", "امام"))
    for pronoun in ("ه", "ها", "هم")
}
_AMONG = frozenset("بينهم بينها بينهن منهم منها ومنهم ومنها وبينهم وبينها".split())
_TOLD = frozenset(("اليوم", "بعض"))  # stop words that say something
_RESUMING = frozenset("بينما فيما لكن ولكن ثم".split())  # «عندما» tells when, no other thing
_IS_NOT = frozenset("ليس ليست وليس وليست".split())  # «ليس في البلدة مصنع» denies the factory
_WITHOUT = frozenset(("دون", "بدون"))
_WAS = frozenset("كان كانت كانوا وكان وكانت وكانوا".split())
_RELATIVE = frozenset("التي الذي الذين اللذان اللتان اللذين اللتين".split())
_COPULAS = frozenset(("هو", "هي"))
_BEFORE_WHAT = frozenset(("وهو", "وهي", "لكنه", "لكنها", "لكن", "ولكن"))  # «ما» denies there
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
    is_resumed: bool = False  # «وهو», «وهي» or «بينما» is before it
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
        spelt = _PRAISED.sub(r"\1أشاد", _AFTER.sub(r"\1بعد", _GOVERNOR.sub("الوالي", spelt)))
        reader.read(_TOKEN.findall(normalise(spelt.replace("٪", "%"))))
    return reader.found


class _Reader:
    """Reads sentence after sentence; what a particle says waits for the word it belongs to."""

    def __init__(self, found: list[Word]) -> None:
        self.found = found
        self._sentence = found[-1].sentence if found else -1
        self._clause = found[-1].clause if found else -1
        self._is_open = self._was = self._asks = False
        self._clear()

    def _clear(self) -> None:
        self._marker, self._among, self._is_passed_on = "", "", False
        self._held: int | None = None  # a word that «ليس» denies if nothing else follows
        self._is_negated = self._is_joined = False
        self._is_equated = self._is_reported = self._is_relative = self._is_resumed = False

    def read(self, tokens: Sequence[str]) -> None:
        """Add the words of one sentence."""
        self._sentence, self._clause = self._sentence + 1, self._clause + 1
        self._clear()
        self._asks = "؟" in tokens[-1:] or "هل" in tokens[:1]
        self._is_open = self._was = False
        place = 0
        while place < len(tokens):
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            if self._is_border(tokens[place], following) or self._is_sign(tokens[place], following):
                place += 1
            elif _is_denying_what(tokens, place):
                self._is_negated = True
                place += 1
            else:
                place += self._take(tokens, place, following)
        self._settle()

    def _is_border(self, token: str, following: str) -> bool:
        """Whether a token parts or joins clauses."""
        if token in _ENDS:
            self._settle()
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
            self._marker, self._is_resumed = "", token in _RESUMING
        else:
            return False
        return True

    def _is_sign(self, token: str, following: str) -> bool:
        """Whether a token only tells something of the words around it."""
        bare = _without_and(token)
        # «غير أن» is «but», «دون أن» and «من غير أن» deny.
        is_without = token in _WITHOUT or (token == "غير" and self._marker == "من")
        if token in NEGATIONS and (following != "ان" or is_without):
            self._is_negated, self._is_passed_on = True, token in _IS_NOT
            self._is_joined = self._is_joined or (token[0] == "و" and bool(self.found))
            self._marker = token if token in MARKERS else self._marker
        elif token in STILL:
            self._is_negated = False
        elif bare in AGENTS and self._marker == AGENTS[bare]:
            self._marker = AGENT
        elif bare in MARKERS:
            if (self._marker, bare) != ("قرب", "من"):
                self._marker = SAME_MARKERS.get(bare, bare)
            self._is_joined = self._is_joined or bare != token
        elif token in _COPULAS:
            self._is_equated = True
        elif token[1:] in _COPULAS:
            self._is_resumed = True
        elif token in _RELATIVE:
            self._is_relative = True
        elif token.lstrip("وف") in CONDITIONS or _is_doubtful(token, following):
            self._is_open = True
        elif token in _WAS:
            self._was = True
        elif token == "قد" and self._was:
            self._was = False  # «كانت قد تأسست» is no more than «تأسست»
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
        if token in _SILENT or _is_before_year(tokens, place):
            self._is_joined = self._is_joined or token[0] == "و"
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
                *(self._was, self._is_resumed, self._is_open or self._asks),
            )
        )
        # «لم يعد مفتوحا» denies what comes after the auxiliary too.
        is_negated = self._is_negated and form in AUXILIARIES
        is_passed_on = self._is_passed_on and (bool(self._marker) or form.startswith("ال"))
        held = (
            (self.found[-1].place if self._held is None else self._held) if is_passed_on else None
        )
        if is_passed_on:
            self.found[-1] = replace(self.found[-1], is_negated=False)
        self._clear()
        self._is_negated, self._is_passed_on = is_negated or is_passed_on, is_passed_on
        self._held = held

    def _settle(self) -> None:
        """Deny what stands behind «ليس» after all, where its clause ends with it."""
        if self._held is not None:
            self.found[self._held] = replace(self.found[self._held], is_negated=True)
            self._held, self._is_negated, self._is_passed_on = None, False, False


def _is_before_year(tokens: Sequence[str], place: int) -> bool:
    """Whether a token only says that the number behind it is a year."""
    if tokens[place] not in YEAR_WORDS or place + 1 == len(tokens):
        return False
    following = amount_at(tokens, place + 1)
    return following is not None and following[0].family == "year"


def _is_denying_what(tokens: Sequence[str], place: int) -> bool:
    """Whether a token is the «ما» of «إنه ما زار المدينة», not that of «كل ما زاره»."""
    before = tokens[place - 1] if place else "."
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    is_known = following in STOP_WORDS and following not in ("كان", "كانت")
    is_verb = following.isalpha() and following[:2] != "ال" and not is_known
    is_first = before in _ENDS or before in THAT or before in _BEFORE_WHAT
    return tokens[place] in ("ما", "وما", "فما") and is_first and is_verb


def _is_doubtful(token: str, following: str) -> bool:
    """Whether it is the «قد» of what may be, not of what has been."""
    return token in ("قد", "وقد", "فقد") and (following[:1] == "ي" or following == "تكون")


def _without_and(token: str) -> str:
    return token[1:] if token[0] == "و" and token[1:] in {*MARKERS, *AGENTS} else token


def _bare_month(token: str) -> str:
    return token[1:] if token[0] in "وبل" and token[1:] in MONTHS else token


def _month(token: str, following: str) -> str | None:
    pair = f"{token} {following}"
    return MONTHS.get(pair) or MONTHS.get(pair.removeprefix("و")) or MONTHS.get(_bare_month(token))
