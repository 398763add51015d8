"""The words by which a reader names an article or a matter, and how much of them a text holds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.arabic import STOP_WORDS, has_form, sound_key, stem, words

_ATTACHED = "بلكوف"  # what may stand before a word that has no article


@dataclass(frozen=True, slots=True)
class Name:
    """What a reader calls an article or a matter, with what each word of it tells.

    A word that few of the texts hold tells most, and one that none holds more than any other: an
    article about «اليابان» is not found by the «زيارة» that many have.
    """

    words: tuple[str, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, phrase: str, texts: Sequence[Forms]) -> Name:
        """The content words of a phrase, weighed by how many of these texts hold each."""
        named = tuple(dict.fromkeys(word for word in words(phrase) if word not in STOP_WORDS))
        found = Counter(word for word in named for text in texts if text.has(word))
        count = len(texts)
        weights = (
            math.log(1 + (count - found[word] + 0.5) / (found[word] + 0.5)) for word in named
        )
        return cls(named, tuple(weights))

    def held_by(self, text: Forms) -> float:
        """The share of the name that a text holds, between 0 and 1."""
        total = sum(self.weights)
        pairs = zip(self.words, self.weights, strict=True)
        return sum(weight for word, weight in pairs if text.has(word)) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Forms:
    """The words of a text, as other spellings and forms of them are found."""

    stems: frozenset[str]
    keys: frozenset[str]

    @classmethod
    def of(cls, *texts: str) -> Forms:
        """The forms of the content words of these texts."""
        spoken = {w for text in texts for w in words(text) if w not in STOP_WORDS}
        bare = {form for word in spoken for form in _bare(word)}
        return cls(frozenset(map(stem, bare)), frozenset(_keys(bare)))

    def has(self, word: str) -> bool:
        """Whether it holds a word in any form: «لمترو» is «المترو», «بينج» is «بينغ»."""
        forms = _bare(word)
        stems = {stem(form) for form in forms}
        if stems & self.stems or self.keys & _keys(forms):
            return True
        return any(has_form(form, set(self.stems)) for form in stems)


def _bare(word: str) -> set[str]:
    """A word, and what it is without an article, or without a preposition or a conjunction.

    The stem keeps «ال» before two letters: «الخط».
    """
    forms = {word}
    if len(word) > 4 and word[0] in _ATTACHED:
        forms.add(word[1:])
    return forms | {form[2:] for form in forms if form.startswith("ال") and len(form) > 3}


def _keys(forms: Iterable[str]) -> set[str]:
    """The sound keys that are long enough to mean one word."""
    return {key for form in forms if len(key := sound_key(form)) >= 3}
