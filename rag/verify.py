"""Sentence to verdict: whether the cited words support it, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.arabic import (
    STOP_WORDS,
    Asked,
    asked_for,
    content_stems,
    focus,
    has_form,
    numbers,
    stem,
    words,
)
from rag.types import Citation, Passage

_NEGATIONS = frozenset(
    "لم لن لا ليس ليست ليسوا عدم دون بدون غير نفي نفت ينفي تنفي ولم ولن ولا وليس".split()
)
_LATIN = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says of one sentence; `reason` is one line of Arabic."""

    is_supported: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Checker:
    """A deterministic check of a sentence against the words it cites.

    `coverage` is the share of the sentence's content stems that the cited words must hold;
    words of the question may be repeated freely, but of the others at most `stray` may be missing.
    """

    coverage: float = 0.75
    stray: float = 0.1

    def check(
        self,
        sentence: str,
        citations: Sequence[Citation],
        *,
        question: str = "",
        best: Passage | None = None,
    ) -> Verdict:
        """Whether the cited words support the sentence.

        `best` is the passage that fits the question best: a sentence that rests on another one
        must not speak of what only the best one names.
        """
        source = " ".join(part for c in citations for part in (c.quote, c.passage.title))
        missing_numbers = numbers(sentence) - numbers(source)
        if missing_numbers:
            return Verdict(False, f"رقم لا يرد في المصدر: {min(missing_numbers)}")
        missing_latin = {w.lower() for w in _LATIN.findall(sentence)} - set(words(source))
        if missing_latin:
            return Verdict(False, f"اسم لا يرد في المصدر: {min(missing_latin)}")
        negated = _negation_conflict(sentence, source)
        if negated:
            return Verdict(False, f"النفي يختلف عن المصدر عند: {negated}")
        off_question = _off_question(sentence, source, question)
        if off_question:
            return Verdict(False, off_question)
        named = focus(question)
        said, given = set(content_stems(sentence)), set(content_stems(source))
        if named and has_form(named, said) and not has_form(named, given):
            return Verdict(False, f"المصدر لا يذكر ما سُئل عنه: {named}")
        around = " ".join(f"{c.passage.title} {c.passage.text}" for c in citations)
        if best is not None:
            borrowed = _borrowed(sentence, around, f"{best.title} {best.text}")
            if borrowed:
                return Verdict(False, f"كلمة من مصدر آخر: {borrowed}")
        return self._check_words(sentence, source, question)

    def _check_words(self, sentence: str, source: str, question: str) -> Verdict:
        stems = list(dict.fromkeys(content_stems(sentence)))
        if not stems:
            return Verdict(False, "جملة بلا مضمون")
        # Quantities were compared by value: «خمس وعشرون» need not stand in a source that has 25.
        counted = {stem(word) for word in words(sentence) if numbers(word)}
        known = set(content_stems(source))
        asked = set(content_stems(question))
        absent = [s for s in stems if s not in counted and not has_form(s, known)]
        strays = [s for s in absent if not has_form(s, asked)]
        share = 1 - len(absent) / len(stems)
        if share < self.coverage:
            return Verdict(False, f"المصدر لا يغطي إلا {share:.0%} من كلمات الجملة")
        if len(strays) > self.stray * len(stems):
            return Verdict(False, f"كلمات لا ترد في المصدر: {'، '.join(strays[:3])}")
        return Verdict(True, "كل ما في الجملة يرد في المصدر")


def _off_question(sentence: str, source: str, question: str) -> str:
    """Why the sentence does not give what the question asks for; empty if it does."""
    asked = asked_for(question)
    # What is counted may be understood in the sentence, but must stand in the source.
    wanted = "موعدا" if asked.kind == "time" else "العدد المطلوب"
    if not Asked(asked.kind).is_held_by(sentence, besides=question):
        return f"الجملة لا تذكر {wanted}"
    return "" if asked.is_held_by(source) else f"المصدر لا يذكر {wanted}"


def _borrowed(sentence: str, cited: str, best: str) -> str:
    """The first content stem that the best passage has and the cited ones lack, or nothing."""
    here = set(content_stems(cited))
    there = set(content_stems(best))
    for word in dict.fromkeys(content_stems(sentence)):
        if word in there and word not in here and not has_form(word, here):
            return word
    return ""


def _negation_conflict(sentence: str, source: str) -> str:
    """The first word that one text negates and the other states; empty where they agree."""
    said, said_negated = _polarity(sentence)
    given, given_negated = _polarity(source)
    for word in sorted(said_negated):
        if has_form(word, given) and not has_form(word, given_negated):
            return word
    if said_negated and not given_negated:
        return min(said_negated)
    for word in sorted(said - said_negated):
        # «لم يعلن» denies «أعلن» too, unless the source states that elsewhere.
        if word in given_negated or (word not in given and has_form(word, given_negated)):
            return word
    return ""


def _polarity(text: str) -> tuple[set[str], set[str]]:
    """The content stems that a text states, and those that follow a negation in it."""
    stated: set[str] = set()
    negated: set[str] = set()
    is_negated = False
    for word in words(text):
        if word in _NEGATIONS:
            is_negated = True
        elif word not in STOP_WORDS:
            (negated if is_negated else stated).add(stem(word))
            is_negated = False
    return stated, negated
