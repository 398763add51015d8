"""A sentence of several clauses, each of which may rest on another place of its source."""

from __future__ import annotations

import re

from rag.verify.alignment import Alignment
from rag.verify.forms import likeness, listed
from rag.verify.lexicon import NEUTRAL, word_set
from rag.verify.reading import Word
from rag.verify.variants import renumbered

_LEAST = 2  # words of a clause
_VERB = re.compile(
    "[وف](?:[يت]\\w{2,}|س[يت]\\w{2,}|\\w{2,}[^ا]ت$)"
)  # what is surely one behind «و»
_EXPECTED = word_set("المنتظر المتوقع المقرر المرجح المحتمل المفترض")  # «ومن المنتظر أن»
_PRESENT = re.compile("[ولف]?[يت]\\w{3,}$")


def clauses(found: Alignment) -> list[tuple[Word, ...]]:
    """The clauses of the sentence, each read as a sentence of its own; none if it is one clause.

    A clause begins with «وهو» or «بينما», and with «و» before what is a verb or begins one there.
    """
    starts = [i for i in range(_LEAST, len(found.sentence)) if _begins(found, i)]
    ends = [*starts, len(found.sentence)]
    spans = list(zip([0, *starts], ends, strict=True))
    if not starts or any(end - start < _LEAST for start, end in spans):
        return []
    if any(_has_other_subject(found, start) for start in starts):
        return []
    if any(_is_cut_short(found, start - 1) for start in starts):
        return []
    return [renumbered(found.sentence[start:end]) for start, end in spans]


def _begins(found: Alignment, index: int) -> bool:
    """Whether a clause begins with this word."""
    word, place = found.sentence[index], found.place(index)
    if word.is_resumed:
        return True
    if place is None or not word.is_joined or word.amount or word.is_relative:
        return False
    if word.form in _EXPECTED:
        return True
    if word.is_marked() or word.form.startswith("ال"):
        return False
    if _VERB.match(word.form):
        return True
    given = found.source[place]
    is_then = given.form[0] == "ف" and given.form[1:] == word.form[1:]
    if is_then or not place or found.source[place - 1].clause != given.clause:
        return True
    # Without a comma «وعلي» goes on with a list.
    has_comma = word.clause != found.sentence[index - 1].clause
    return has_comma and bool(_PRESENT.match(given.form))


def _is_cut_short(found: Alignment, index: int) -> bool:
    """Whether the source goes on where a clause of the sentence ends, with no comma there."""
    place = found.place(index)
    if place is None or found.sentence[index].clause != found.sentence[index + 1].clause:
        return False
    return any(
        word.clause == found.source[place].clause
        and not (word.is_joined or word.amount or word.place in found.places() or word.is_marked())
        for word in found.source[place + 1 : place + 2]
    )


def _has_other_subject(found: Alignment, index: int) -> bool:
    """Whether the source names behind the verb of a clause who is left out of the sentence."""
    place = found.place(index)
    following = found.source[(place or 0) + 1 : (place or 0) + 2]
    return any(
        not word.is_marked()
        and not word.amount
        and word.clause == found.source[place or 0].clause
        and not listed(word.form) & NEUTRAL
        and not any(likeness(word.form, said.form) >= 0.6 for said in found.sentence)
        for word in following
    )
