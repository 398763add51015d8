"""Where a sentence joins words that its source keeps apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rag.verify.alignment import Alignment
from rag.verify.forms import has_pronoun, likeness, listed
from rag.verify.lexicon import AGENT, KIN, NEAR_MARKERS, NEUTRAL, OPPOSED_MARKERS, TIMES
from rag.verify.reading import Word

_AGAINST = "ضد"
_ORDERING = ("قبل", "بعد")  # what is said of the one need not hold of the time before or after it


def promoted(found: Alignment, main: Mapping[int, int]) -> str:
    """A word that the sentence joins to its neighbour, and the source to another."""
    first = min(main, default=0)
    if first and _is_down(found.sentence[first], found.source[main[first]]):
        return found.sentence[first].form
    if _has_other_object(found):
        return found.sentence[0].form
    taken = next((index for index in main if _has_own_object(found, index)), None)
    if taken is not None:
        return found.sentence[taken].form
    for last, index in pairwise(main):
        said = found.sentence[index]
        if (
            (index == 1 and _is_made_subject(said, found.source[main[index]]))
            or _is_promoted(found, main, last, index)
            or _is_of_kin(found, main, last, index)
            or _is_usurped(found, main, last, index)
        ):
            return said.form
    return ""


def _is_made_subject(said: Word, given: Word) -> bool:
    """Whether a word behind the verb has «ل» or «ب» before it in the source: «أجرته لشركة …»."""
    return not said.marker and given.form[0] in "بل" and given.form[1:] == said.form


def _is_promoted(found: Alignment, main: Mapping[int, int], last: int, index: int) -> bool:
    """Whether a word has a preposition only in one of the texts, and another word was there."""
    said, given = found.sentence[index], found.source[main[index]]
    passed = found.source[main[last] + 1 : main[index]]
    if said.amount:
        return False
    if _is_other_phrase(passed, said, given) and not any(
        word.is_marked() for word in found.sentence[last + 1 : index]
    ):
        return True
    if index == last + 1:
        is_up = given.marker and not said.is_marked()
        if is_up and any(not word.is_marked() for word in passed):
            return True
    is_apposed = bool(passed) and passed[-1].marker == said.marker
    return _is_down(said, given) and (bool(passed) or index != last + 1) and not is_apposed


def _has_other_object(found: Alignment) -> bool:
    """Whether the first word is «أهداها» of the source, of something that goes unnamed here."""
    place = found.place(0)
    if place is None or not has_pronoun(found.source[place].form, found.sentence[0].form):
        return False
    given, ours = found.source[place], found.places()
    before = [w for w in found.source[:place] if w.clause == given.clause and not w.is_marked()]
    is_apart = given.clause == 0 or given.is_joined or not before
    return not is_apart and not any(w.place in ours for w in before)


def _has_own_object(found: Alignment, index: int) -> bool:
    """Whether «بنى … محطة» of the source is told as «بناه» of something else."""
    place = found.chain.get(index)
    if not index or place is None:
        return False
    said, given = found.sentence[index], found.source[place]
    if not has_pronoun(said.form, given.form) or has_pronoun(given.form, said.form):
        return False
    if said.form.endswith("ه") and not found.sentence[index - 1].form.startswith("ال"):
        return False  # «بلغت كلفة …»: the same letter ends a noun
    ours = found.places()
    clause = [word for word in found.source if word.clause == given.clause]
    meant = found.sentence[:index]
    if any(likeness(word.form, other.form) >= 0.9 for word in clause for other in meant):
        return False
    behind = [word for word in clause if word.place > place]
    return any(not (w.is_marked() or w.amount or w.place in ours) for w in behind)


def _is_down(said: Word, given: Word) -> bool:
    return said.is_marked() and not given.is_marked() and given.form[0] not in "بلكو"


def _is_of_kin(found: Alignment, main: Mapping[int, int], last: int, index: int) -> bool:
    """Whether what the source says of another of a family is said of the one before it.

    «والدها الطبيب … وزوجها المخرج»: who directs is the husband.
    """
    if index != last + 1 or found.sentence[index].amount or found.source[main[index]].is_joined:
        return False
    ours = found.places()
    passed = found.source[main[last] + 1 : main[index]]
    return any(word.place not in ours and listed(word.form) & KIN for word in passed)


def _is_other_phrase(passed: Sequence[Word], said: Word, given: Word) -> bool:
    """Whether the source has another phrase with this preposition in its place."""
    if not said.marker or not passed or passed[0].marker != said.marker:
        return False
    is_time = bool(listed(said.form) & TIMES) or said.form.startswith("month")
    return not (passed[0].amount or is_time or given.is_joined or not given.marker)


def _is_usurped(found: Alignment, main: Mapping[int, int], last: int, index: int) -> bool:
    """Whether the sentence goes on in another clause of the source, which is of somebody else."""
    one, other = found.source[main[last]], found.source[main[index]]
    between = found.sentence[last + 1 : index + 1]
    passed = found.source[one.place + 1 : other.place]
    # «أقرته اللجنة وينتظر تصويت المجلس»: behind the «و» another clause has begun.
    is_subject = index == 1 and not (found.sentence[1].is_marked() or found.sentence[1].amount)
    is_apart = one.clause != other.clause or (is_subject and any(w.is_joined for w in passed))
    if not is_apart or any(
        word.is_joined or word.clause != found.sentence[last].clause for word in between
    ):
        return False
    ours = found.places()

    def is_theirs(word: Word) -> bool:
        return not (word.is_marked() or word.place in ours or listed(word.form) & NEUTRAL)

    for word in reversed(passed):
        if word.clause != other.clause or word.place in ours or other.is_joined:
            break
        if is_theirs(word):
            return True
    following = found.source[one.place + 1]
    is_head = index == last + 1 and not (one.form.startswith("ال") or one.amount)
    if found.sentence[index].is_reported:
        return False
    return is_head and following.clause == one.clause and is_theirs(following)


def opposed_marker(found: Alignment) -> str:
    """A word whose preposition says the contrary of the source's, or was another word's there."""
    pairs = [
        (found.sentence[index], found.source[place])
        for index, place in (*found.chain.items(), *found.others.items())
    ]
    for said, given in pairs:
        if said.marker == AGENT != given.marker:
            return said.form  # who did it, there whom it was done to
        if given.marker in NEAR_MARKERS.get(said.marker, ()):
            return said.form
        if said.marker == _AGAINST and not given.is_marked():
            return said.form
        if said.marker == given.marker or said.marker not in OPPOSED_MARKERS:
            continue
        if given.marker in OPPOSED_MARKERS[said.marker]:
            return said.form
        if said.marker in _ORDERING and not given.marker:
            return said.form
        if any(other.marker == said.marker != word.marker for word, other in pairs):
            return said.form
    return ""
