"""Who did what to whom, as far as the order of words shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rag.verify.alignment import LONGEST_NAME, Alignment, Run
from rag.verify.forms import has_pronoun, likeness, listed
from rag.verify.joints import opposed_marker, promoted
from rag.verify.lexicon import CALENDAR, NEUTRAL, REFERENTS, TIMES
from rag.verify.licences import (
    is_licensed,
    is_settled,
    says_nothing,
)
from rag.verify.reading import Word
from rag.verify.subjects import EARLY


def main_line(found: Alignment) -> dict[int, int]:
    """The chain without what lies in another sentence of the source than most of it.

    Where the sentence itself goes on with «و» or after a comma, so may the source.
    """
    pieces: list[dict[int, int]] = []
    last: int | None = None
    for index, place in found.chain.items():
        if last is None or (
            found.source[place].sentence != found.source[found.chain[last]].sentence
            and not _goes_on(found, index)
        ):
            pieces.append({})
        pieces[-1][index] = place
        last = index
    # The name that a text begins with says whom a sentence is about, not what is said.
    told = [p for p in pieces if len(p) > 1 and not _is_in_opening(found, max(p.values()))]
    return max(reversed(told or pieces), key=len, default={})


def _is_in_opening(found: Alignment, place: int) -> bool:
    """Whether a word may be of the name with which the source begins."""
    return place < LONGEST_NAME and found.source[place].clause == found.source[0].clause


def misplaced(found: Alignment, main: Mapping[int, int]) -> str:
    """The first word of the sentence that stands in another one's place; empty if none does."""
    home = {found.source[place].sentence for place in main.values()}
    away = [
        index
        for index in range(len(found.sentence))
        if (place := found.place(index)) is not None and found.source[place].sentence not in home
    ]
    if len(away) > LONGEST_NAME:
        return found.sentence[away[0]].form
    for run in _runs(found, main):
        if not _may_stand(found, main, run):
            return found.sentence[run.words[0]].form
    return promoted(found, main) or opposed_marker(found)


def _goes_on(found: Alignment, index: int) -> bool:
    """Whether a new part begins both in the sentence, with «و» or a comma, and in the source."""
    word, place = found.sentence[index], found.chain[index]
    given = found.source[place]
    begins = word.is_joined or word.clause != found.sentence[index - 1].clause
    prior = found.source[place - 1]
    is_joined_clause = given.is_joined and given.clause != prior.clause
    return begins and (given.sentence != prior.sentence or is_joined_clause)


def _runs(found: Alignment, main: Mapping[int, int]) -> Iterator[Run]:
    """The words out of order, in runs; what says nothing is left out."""
    members: list[int] = []
    before: int | None = None
    for index in range(len(found.sentence) + 1):
        if index < len(found.sentence) and index not in main:
            is_time = listed(found.sentence[index].form) & TIMES
            if is_time or not says_nothing(found, index):
                members.append(index)
            continue
        if members:
            yield Run(tuple(members), before, index if index in main else None)
        members, before = [], index


def _may_stand(found: Alignment, main: Mapping[int, int], run: Run) -> bool:
    head = found.sentence[run.words[0]]
    if run.words[0] == 0 and not (head.form.startswith("ال") or head.amount):
        # What goes before a subject is its verb.
        if not is_verb_of(found, main, run):
            return False
        if len(run.words) == 1:
            return True
        run = replace(run, words=run.words[1:])
    pieces = [replace(run, words=piece) for piece in _pieces(found, run.words)]
    if any(_takes_place(found, piece.words) for piece in pieces):
        return False
    if pieces and all(is_settled(found, main, piece) for piece in pieces):
        return True
    return not _is_rival(found, main, run) and all(
        is_settled(found, main, piece) or is_licensed(found, main, piece) for piece in pieces
    )


def _takes_place(found: Alignment, words: Sequence[int]) -> bool:
    """Whether other words of the sentence stand there as what a phrase is completed with."""
    before = words[0] - 1
    spoken = found.place(before) if before >= 0 else None
    if spoken is None or not found.sentence[before].marker or found.sentence[words[0]].is_marked():
        return False
    own = {found.place(i) for i in words}
    ours, given = found.places(), found.source[spoken]
    if given.form.startswith("ال") or has_pronoun(given.form, found.sentence[before].form):
        return False  # that is complete
    return any(
        word.clause == given.clause
        and not (word.is_marked() or word.amount or word.place in own)
        and word.place in ours
        for word in found.source[spoken + 1 : spoken + 2]
    )


def _pieces(found: Alignment, words: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The words that are in the source, cut where they are not together there."""
    piece: list[int] = []
    for index in words:
        place = found.place(index)
        if place is None:
            continue
        last = (found.place(piece[-1]) or 0) if piece else place
        # «سليم الدرويش» of a text that begins «سليم بن نعمان الدرويش»
        is_near = place - last <= 2 or _is_in_opening(found, place)
        is_year = found.sentence[index].amount is not None and _is_time(found.sentence[index])
        if piece and (is_year or not (last < place and is_near)):
            yield tuple(piece)
            piece = []
        piece.append(index)
    if piece:
        yield tuple(piece)


def is_verb_of(found: Alignment, main: Mapping[int, int], run: Run) -> bool:
    """Whether the first word of the run is not the verb of somebody else in the source."""
    place = found.place(run.words[0])
    following = None if place is None else place + 1
    if following is None or run.after is None:
        return True
    if not _may_be_verb_of(found, main, run, following - 1):
        return False
    if following >= len(found.source):
        return True
    if _is_behind(found, main, run.after, following - 1):
        return True
    own_clause = found.source[following - 1].clause
    ours_there = [
        i
        for i in range(1, len(found.sentence))
        if (p := found.place(i)) is not None and found.source[p].clause == own_clause
    ]
    first = found.source[main[run.after]]
    replaced = found.source[first.place - 1 : first.place]
    if not ours_there and any(
        word.clause == first.clause
        and not (word.is_marked() or word.form.startswith("ال") or first.is_joined)
        and not likeness(word.form, found.sentence[run.words[0]].form)
        for word in replaced
    ):
        return False  # the source has another verb there
    rival = found.source[following]
    is_theirs = not rival.is_marked() and rival.clause == found.source[following - 1].clause
    said = found.sentence[run.words[0]].form
    has_more = any(p >= following and found.source[p].clause == rival.clause for p in main.values())
    if has_more and has_pronoun(found.source[following - 1].form, said):
        return True  # its object was named before
    is_ours = following in found.places()
    return not is_theirs or is_ours or abs(main[run.after] - following) <= 2


def _may_be_verb_of(found: Alignment, main: Mapping[int, int], run: Run, place: int) -> bool:
    """Whether the first word may be the verb of what stands behind it.

    It is not one where the source has it as an object behind a verb («وأنقذ بلال لانغ»).
    """
    given, ours = found.source[place], found.places()
    if given.is_relative and place and place - 1 not in ours:
        return False
    if run.after is not None and main[run.after] + 1 < place:
        first = found.source[main[run.after]]
        is_verb = first.is_joined and not first.form.startswith(("ال", "وال"))
        if is_verb and first.clause == given.clause:
            return False
    spoken = found.place(1) if len(found.sentence) > 1 else None
    if spoken is None or found.sentence[1].is_marked():
        return True
    subject, said = found.source[spoken], found.sentence[1]
    if spoken > place and subject.form[0] in "بل" and subject.form[1:] == said.form:
        return False  # «أجرته لشركة …» of the company
    return spoken > place or subject.is_reported or bool(subject.amount) or not subject.is_marked()


def _is_behind(found: Alignment, main: Mapping[int, int], index: int, place: int) -> bool:
    """Whether the source has the words from `index` on directly before a place."""
    while index + 1 in main and main[index + 1] == main[index] + 1 < place:
        index += 1
    source = found.source
    return main[index] + 1 == place and source[place].clause == source[main[index]].clause


def _is_rival(found: Alignment, main: Mapping[int, int], run: Run) -> bool:
    """Whether the source has somebody or something else where the run stands."""
    head = found.sentence[run.words[0]]
    rivals = [
        word
        for word in _rivals(found, main, run)
        if not _is_time(word) or any(_is_time(found.sentence[i]) for i in run.words)
    ]
    places = [place for i in run.words if (place := found.place(i)) is not None]
    if not rivals or is_name_of(found, places, rivals):
        return False
    times = [i for i in run.words if i in found.absent and listed(found.sentence[i].form) & TIMES]
    if times and any(listed(rival.form) & TIMES for rival in rivals):
        return True
    if all(says_nothing(found, i) for i in run.words):
        return False
    if head.is_marked():
        return any(rival.marker == head.marker for rival in rivals)
    return run.after is None or not rivals[0].is_marked()


def _is_time(word: Word) -> bool:
    is_calendar = word.form in CALENDAR or bool(listed(word.form) & TIMES)
    return is_calendar or (word.amount is not None and word.amount.family in ("year", "date"))


def _rivals(found: Alignment, main: Mapping[int, int], run: Run) -> list[Word]:
    """The words of the source where the run stands in the sentence."""
    source = found.source
    if run.before is not None and run.after is not None:
        first, last = source[main[run.before]], source[main[run.after]]
        head = found.sentence[run.words[0]]
        is_list = last.is_joined and first.sentence == last.sentence and not head.is_marked()
        return [] if is_list else list(source[first.place + 1 : last.place])
    if run.before is not None:
        last = source[main[run.before]]
        rest = source[last.place + 1 : last.place + 2]
        return [word for word in rest if word.clause == last.clause and not word.is_joined]
    if run.after is not None:
        first = source[main[run.after]]
        if first.is_joined or first.form.startswith("ال"):
            return []
        rest = source[max(0, first.place - 1) : first.place]
        ours = found.places()
        return [
            word
            for word in rest
            if word.clause == first.clause
            and not (word.is_marked() or word.place in ours or listed(word.form) & NEUTRAL)
        ]
    return []


def is_name_of(found: Alignment, places: Sequence[int], rivals: Sequence[Word]) -> bool:
    """Whether the source calls by this name what stands there as «الشركة» or «المدينة»."""
    if len(rivals) != 1 or not places or not places[0]:
        return False
    if rivals[0].form in REFERENTS:
        return True
    rival, origin = rivals[0], found.source[places[0]]
    if origin.is_marked():
        return False
    following = found.source[rival.place + 1 : rival.place + 2]
    if any(
        w.clause == rival.clause and w.form.startswith("ال") and not w.marker for w in following
    ):
        return False  # «الوزير التونسي» is told from others
    before = found.source[max(0, places[0] - EARLY) : places[0]]
    if any(w.clause == origin.clause and likeness(w.form, rival.form) >= 0.9 for w in before):
        return True
    # «الحوت … حيوان»: after that «الحيوان» is the whale.
    return rival.form.startswith("ال") and any(
        word.clause == origin.clause and "ال" + word.form == rival.form for word in found.source
    )
