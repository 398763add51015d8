"""What kind of answer a question wants: a fact, a list, a reason, or what whole articles say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.arabic.terms import STOP_WORDS, WITH_WAW, words
from rag.arabic.wordings import (
    COMPARISONS,
    COUNT_OUT,
    DIFFERS,
    ENTITLED,
    ENUMERATE,
    IN_WHAT,
    MANNER,
    OF_OTHERS,
    PLURAL,
    PRESS,
    QUESTION_LAST,
    REASON,
    REPORT,
    SAID,
    SUMMARIES,
    THEY,
    WHICH_ONES,
)

Aim = Literal["summary", "said", "comparison", "list", "reason", "manner", "fact"]

_TOKEN = re.compile(r"[\w\u064b-\u0652\u0670\u0640]+(?:[.,]\d+)*")
_BOUNDS = " \t\n؟?!.،,:؛«»\"'“”()[]-–—…"
_AFTER = re.compile(
    rf"(?:\s+(?:من فضلك|لو سمحت|باختصار|بإيجاز|بايجاز|في \w+ (?:جمل|أسطر|نقاط)|في (?:سطرين|"
    rf"جملتين|فقرة|نقاط)|"
    rf"{PRESS}|في (?:المقالات|الأخبار|الصحف)|بالمقالات|فالمقالات|عافاك|بليز))+\W*$"
)
_QUOTED = re.compile(r"[«“\"]([^»”\"]+)[»”\"]")
_POINTING = STOP_WORDS | frozenset(
    (
        "بعضها بعضهم بعضهما بعضه الاخر الاخري الموضوع ذلك ده دا دي هاد هدا هيدا هذي هاي "
        "غيره غيرها غيرهم سواه سواها سابقه سابقيه سابقتها سابقاتها"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The kind of answer a question wants, and what of: as the question has it, "" for the rest.

    `topics` is the article or the matter that a summary or a telling is of, or the two sides of a
    comparison; none where the question points at what was spoken of («لخّص هذا المقال»).
    """

    aim: Aim = "fact"
    topics: tuple[str, ...] = ()
    aspect: str = ""  # in what two things are compared

    @property
    def is_broad(self) -> bool:
        """Whether one sentence does not answer it."""
        return self.aim in ("summary", "said", "comparison")


def wanted(question: str) -> Wanted:
    """The kind of answer a question wants, in standard Arabic and the dialects' usual wordings.

    >>> wanted("لخّص مقال «مسبار الأمل»"), wanted("شو قالوا عن أوربان؟").topics
    (Wanted(aim='summary', topics=('مسبار الأمل',), aspect=''), ('أوربان',))
    >>> wanted("ما الفرق بين الخط الأول والخط الثاني؟").topics
    ('الخط الأول', 'الخط الثاني')
    """
    asked = _Spoken(question)
    for find in (_comparison, _telling, _summary):
        found = find(asked)
        if found:
            return found
    if _is_list(asked):
        return Wanted("list")
    if re.match(REASON, asked.plain):
        return Wanted("reason")
    return Wanted("manner" if re.match(MANNER, asked.plain) else "fact")


class _Spoken:
    """A question as it stands, and in the normal form of its words."""

    def __init__(self, question: str) -> None:
        self.text = question
        tokens = [(match, "".join(words(match[0]))) for match in _TOKEN.finditer(question)]
        self._tokens = [(match, form) for match, form in tokens if form]
        if self._tokens:  # «وماذا قيل …» goes on from another question
            first, form = self._tokens[0]
            self._tokens[0] = (first, form[1:] if _is_joined(form) else form)
        self.plain = " ".join(form for _, form in self._tokens)

    def after(self, end: int, stop: int | None = None) -> str:
        """The words of the question behind so many characters of the normal form."""
        place, taken = 0, []
        for match, form in self._tokens:
            if place >= end and (stop is None or place < stop):
                taken.append(match)
            place += len(form) + 1
        return self.text[max(0, taken[0].start() - 1) : taken[-1].end() + 1] if taken else ""


def _is_joined(form: str) -> bool:
    return form[:1] == "و" and form[1:] in STOP_WORDS


def _topic(text: str) -> str:
    """What remains of a phrase without what is around it; "" of pronouns alone."""
    text = _trimmed(text)
    quoted = _QUOTED.fullmatch(text)
    text = quoted[1] if quoted else text.strip(_BOUNDS) if _is_open(text) else text
    return text if any(word not in _POINTING for word in words(text)) else ""


def _trimmed(text: str) -> str:
    return _AFTER.sub("", text.strip(" \t\n؟?!.،,:؛"))


def _is_open(text: str) -> bool:
    """Whether a quotation mark opens or closes that has no other half."""
    return text.count("«") != text.count("»") or text.count('"') % 2 == 1


def _summary(asked: _Spoken) -> Wanted | None:
    for pattern in SUMMARIES:
        match = re.match(pattern, asked.plain)
        if match:
            rest = asked.after(match.end())
            topic = _topic(rest)
            if pattern in OF_OTHERS and topic and _is_of_others(match[0], rest):
                continue
            if pattern is SUMMARIES[-1]:  # the question word stands last
                topic = _topic(re.sub(rf"(?:^|\s+)(?:{QUESTION_LAST})\W*$", "", topic))
            return Wanted("summary", (topic,) if topic else ())
    return None


def _is_of_others(asked: str, rest: str) -> bool:
    """Whether a report is asked about that is not named as an article: quoted, or by its title."""
    is_named = re.search(ENTITLED, asked) or _QUOTED.fullmatch(_trimmed(rest))
    return bool(re.search(REPORT, asked)) and not is_named


def _telling(asked: _Spoken) -> Wanted | None:
    for pattern in SAID:
        match = re.match(pattern, asked.plain)
        if match:
            topic = _topic(asked.after(match.end()))
            return Wanted("said", (topic,) if topic else ())
    return None


def _comparison(asked: _Spoken) -> Wanted | None:
    for pattern in COMPARISONS:
        match = re.match(pattern, asked.plain)
        if match:
            stop = re.search(IN_WHAT, asked.plain)
            aspect = _topic(asked.after(stop.start(1))) if stop else ""
            if match["aspect"]:
                aspect = _topic(asked.after(match.start("aspect"), match.end("aspect")))
            sides = _sides(asked.after(match.end(), stop.start() if stop else None))
            return Wanted("comparison", sides, aspect) if sides else None
    match = re.match(DIFFERS, asked.plain)
    if match:
        between = asked.plain.index(" عن ", match.end())
        first = _side(asked.after(match.end(), between))
        second = _side(asked.after(between + len(" عن ")))
        return Wanted("comparison", (first, second)) if first and second else None
    return None


def _sides(phrase: str) -> tuple[str, ...]:
    """Both sides of «X وY»; none where the phrase does not tell where the second begins."""
    tokens = phrase.split()
    forms = ["".join(words(token)) for token in tokens]
    places = [
        place
        for place, form in enumerate(forms[1:], start=1)
        if form[:1] == "و" and form not in WITH_WAW and (len(form) > 2 or form == "و")
    ]
    if not places:
        return ()
    again = [place for place in places if _bare(forms[place], forms, place) == forms[0]]
    between = [place for place in places if forms[place] == "وبين"]
    middle = min(places, key=lambda place: abs(2 * place - len(tokens)))
    place = (between or again or [middle])[0]
    rest = tokens[place:]
    if forms[place] in ("و", "وبين"):
        rest = rest[1:]
    else:
        rest[0] = re.sub(r"^(\W*)و", r"\1", rest[0])
    sides = (_side(" ".join(tokens[:place])), _side(" ".join(rest)))
    return sides if all(sides) else ()


def _bare(form: str, forms: list[str], place: int) -> str:
    return forms[place + 1] if form == "و" and place + 1 < len(forms) else form[1:]


def _side(text: str) -> str:
    plain = re.sub(r"^\W*(?:ال)?(?:مقال|مقالة|خبر|تقرير)(?:\s+(?:عن|حول))?\s+(?=\S)", "", text)
    return _topic(plain)


def _is_list(asked: _Spoken) -> bool:
    if re.match(ENUMERATE, asked.plain) or re.match(COUNT_OUT, asked.text):
        return True
    if re.match(r"(?:من|مين|منو|شكون) (?:هم|هن|هما) ", asked.plain):
        return True
    match = re.match(WHICH_ONES, asked.plain)
    if not match:
        return False
    # «هي … التي» of a noun without «ة» stands for things in the plural.
    is_they = bool(re.match(THEY, asked.plain))
    return is_they or bool(re.fullmatch(PLURAL, match["noun"]))
