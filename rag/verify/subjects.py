"""Whom a verb may mean that has no subject of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.verify.alignment import Alignment, Run
from rag.verify.forms import has_pronoun, likeness
from rag.verify.lexicon import FATHERS, KIN
from rag.verify.reading import Word

EARLY = 4  # words into a clause
_NAME = 2  # words that are surely a name where a text begins with them


def is_of_other_gender(said: str, given: str, name: Sequence[int]) -> bool:
    """Whether a verb of his is told as hers, or one of hers of a man with a name of some length.

    «اتخذت» of a dynasty may be told of its kings.
    """
    is_hers = said.endswith("ت") or said.lstrip("وف")[:1] == "ت"
    was_hers = given.endswith("ت") or given.lstrip("وف")[:1] == "ت"
    is_other = is_hers != was_hers and (is_hers or len(name) > _NAME)
    return is_other and likeness(said, given) >= 0.6


def may_be_meant(found: Alignment, verb: Word, places: Sequence[int]) -> bool:
    """Whether a verb without a subject may speak of whom the source names here.

    That is nobody who is named only later, nobody's father («سليم بن نعمان» studied, not نعمان) and
    nobody who is told of only as somebody's relative or friend («والدته ليلى»).
    """
    origin = found.source[places[0]]
    earlier = found.source[: verb.place]
    named = [[w for w in earlier if likeness(w.form, found.source[p].form) >= 0.9] for p in places]
    if not all(named) and not origin.form.startswith("ال"):
        return False
    if origin.place and found.source[origin.place - 1].form in FATHERS:
        return False
    before = found.source[max(0, origin.place - EARLY) : origin.place]
    return len(named[0]) > 1 or not any(w.clause == origin.clause and w.form in KIN for w in before)


def is_salient(found: Alignment, places: Sequence[int]) -> bool:
    """Whether what is said of here was the subject of a clause, or was named more than once."""
    source, origin = found.source, found.source[places[0]]
    clause = [word for word in source[: origin.place + 1] if word.clause == origin.clause]
    start = next((word.place for word in reversed(clause) if word.is_reported), clause[0].place)
    early = EARLY if origin.clause else 2 * EARLY  # the text begins with whom it is about
    if not origin.marker and origin.place - start <= early:
        return True
    # «جبل» of «جبل السيف» may be another one's.
    return all(sum(likeness(w.form, source[p].form) >= 0.9 for w in source) > 1 for p in places)


def is_topic(found: Alignment, main: Mapping[int, int], run: Run, places: Sequence[int]) -> bool:
    """Whether the run names what the text is about, where the source leaves nothing out."""
    if run.before is None or len(places) < _NAME or found.source[places[-1]].sentence:
        return False
    if list(places) != list(range(places[0], places[-1] + 1)):
        return False
    pairs = [(found.sentence[i], found.source[place]) for i, place in main.items()]
    head, origin = found.sentence[run.words[0]], found.source[places[0]]
    if head.is_marked() or (head.form[0] in "بل" and head.form[1:] == origin.form):
        if places[0] > 1 or found.source[places[-1]].clause:
            return False  # a place told of in passing
        if any(given.is_marked() and not said.is_marked() for said, given in pairs):
            return False  # «يصب في دجلة» turned round
    elif not is_salient(found, places) or not any(
        (given.refers and said.refers) or has_pronoun(given.form, said.form)
        for said, given in pairs
        if said.place <= run.before
    ):
        return False
    last = main[run.before]
    if not found.source[last].sentence:
        return False  # there it has a part of its own
    if run.after is not None:
        return main[run.after] == last + 1
    following = found.source[last + 1 : last + 2]
    return not any(
        word.clause == found.source[last].clause and not (word.is_marked() or word.is_joined)
        for word in following
    )
