"""The same sentence in other words' order, as its source may have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.verify.alignment import LONGEST_NAME, Alignment
from rag.verify.forms import has_pronoun
from rag.verify.lexicon import AGENT, ATTRIBUTIONS, is_time_form
from rag.verify.reading import Word

_MOST = 8  # phrases that may have moved


def renumbered(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words as a sentence of their own: the first is joined to nothing in it."""
    return tuple(
        replace(word, place=place, is_joined=word.is_joined and place > 0)
        for place, word in enumerate(words)
    )


def attributed(words: Sequence[Word]) -> tuple[Word, ...]:
    """«…، بحسب فلان» as «فلان: …»; empty where nobody is named so."""
    start = next((w.place for w in words if w.form in ATTRIBUTIONS and w.place), 0)
    if not start or words[start].clause == words[start - 1].clause:
        return ()
    told = words[start + 1 :]
    if not told or any(word.clause != words[start].clause for word in told):
        return ()
    said = (replace(words[0], is_reported=True), *words[1:start])
    return renumbered((*told, *said))


def other_voice(found: Alignment) -> tuple[Word, ...]:
    """«فُتح الباب من قِبل الحارس» as «فتح الحارس الباب», or the other way round.

    Empty where neither the sentence nor the source names an agent.
    """
    words = found.sentence
    start = next((word.place for word in words if word.marker == AGENT), 0)
    start = start or _unmarked_agent(found)
    if start < 2:
        return _passive(found)
    end = next(
        (w.place for w in words[start + 1 :] if w.marker or w.clause != words[start].clause),
        len(words),
    )
    verb = next(
        (w.place for w in words[:start] if not w.marker and w.clause == words[start].clause), 0
    )
    agent = (replace(words[start], marker=""), *words[start + 1 : end])
    return renumbered((*words[: verb + 1], *agent, *words[verb + 1 : start], *words[end:]))


def in_order(found: Alignment) -> tuple[Word, ...]:
    """The sentence with its phrases in the order of the source; empty if none may move.

    Phrases with a preposition and those of time move freely, and so do the members of a list.
    """
    pieces = list(_pieces(found))
    if not 1 < len(pieces) <= _MOST:
        return ()
    # «قال … إن الإضراب سيستمر»: the verb that is told first stands behind its subject there.
    told = next((n for n, piece in enumerate(pieces) if found.sentence[piece[0]].is_reported), -1)
    fixed = max(
        _rising(found, pieces),
        key=lambda some: (sum(len(pieces[n]) for n in some), told not in some),
    )
    line = [p for n in fixed for i in pieces[n] if (p := found.place(i)) is not None]
    if len(fixed) == len(pieces) or not all(
        _moves(found, pieces[n], line) for n in range(len(pieces)) if n not in fixed
    ):
        return ()
    order = sorted(range(len(pieces)), key=lambda n: found.place(pieces[n][0]) or 0)
    return renumbered([found.sentence[i] for n in order for i in pieces[n]])


def _passive(found: Alignment) -> tuple[Word, ...]:
    """The sentence with its subject, if that is an agent in the source, told as one."""
    place = found.place(1) if len(found.sentence) > 2 else None
    if place is None or found.source[place].marker != AGENT or found.sentence[1].marker:
        return ()
    end = 2
    while end < len(found.sentence) and found.place(end) == place + end - 1:
        end += 1
    verb, agent = found.sentence[0], found.sentence[1:end]
    return renumbered((verb, *found.sentence[end:], replace(agent[0], marker=AGENT), *agent[1:]))


def _unmarked_agent(found: Alignment) -> int:
    """Where «من» stands before whom the source has directly behind the verb; 0 if nowhere."""
    verb = found.place(0)
    agent = next((w for w in found.sentence if w.marker == "من" and w.place > 1), None)
    if agent is None or verb is None or found.place(agent.place) != verb + 1:
        return 0
    given = found.source[verb]
    if found.source[verb + 1].is_marked():
        return 0
    # Besides the object, which may be a pronoun there, nobody else may stand before the agent.
    places = [p for i in range(1, agent.place) if (p := found.place(i)) is not None]
    apart = [p for p in places if found.source[p].clause != given.clause]
    is_one = all(b - a == 1 for a, b in pairwise(apart))
    may_be = not apart or (is_one and has_pronoun(given.form, found.sentence[0].form))
    return agent.place if may_be else 0


def _rising(found: Alignment, pieces: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Every choice of pieces that the source has in this order."""
    for choice in range(1, 1 << len(pieces)):
        some = tuple(n for n in range(len(pieces)) if choice >> n & 1)
        starts = [found.place(pieces[n][0]) or 0 for n in some]
        if starts == sorted(starts):
            yield some


def _pieces(found: Alignment) -> Iterator[list[int]]:
    """Words that the source has together, a name from elsewhere with what it stands beside."""
    home = {found.source[place].sentence for place in found.chain.values()}
    piece: list[int] = []
    last: int | None = None
    for index in range(len(found.sentence)):
        place = found.place(index)
        if place is not None and found.source[place].sentence in home:
            if piece and last is not None and place - last != 1:
                yield piece
                piece = []
            last = place
        piece.append(index)
    yield piece


def _moves(found: Alignment, piece: Sequence[int], line: Sequence[int]) -> bool:
    """Whether a phrase may stand anywhere beside these words, and is no other's of its kind."""
    word, place = found.sentence[piece[0]], found.place(piece[0])
    if place is None:
        return False
    given, clauses = found.source[place], {found.source[p].clause for p in line}
    if given.clause not in clauses:
        return False
    own = {found.place(i) for i in piece}
    beside = [w for w in found.source if w.clause in clauses and w.place not in own]
    if word.is_marked():
        is_same = word.marker == given.marker if word.marker else word.form == given.form
        return is_same and all(not w.marker or w.marker != word.marker for w in beside)
    if _is_time(word):
        # «صباح أمس الأحد» is one time.
        first, last = place, (found.place(piece[-1]) or place) + 1
        while first and _is_time(found.source[first - 1]):
            first -= 1
        return not any(_is_time(w) and not first <= w.place < last for w in beside)
    if word.is_joined and given.is_joined:
        return True  # a list may have any order
    if has_pronoun(given.form, word.form) and place - 1 == found.place(0):
        return True  # «لحّن أغانيها نديم» told with a noun: «لحّن نديم أغاني المسرحية»
    return len(piece) == 1 and (
        _is_type_of(found, piece[0], place) or _is_verb_before(found, piece[0], place)
    )


def _is_time(word: Word) -> bool:
    return is_time_form(word.form) or bool(word.amount and word.amount.family in ("year", "date"))


def _is_type_of(found: Alignment, index: int, place: int) -> bool:
    """Whether a word stands before the name that the source has before it: «رواية «…»»."""
    last, end = index + 1, found.place(index + 1) if index + 1 < len(found.sentence) else None
    while end is not None and not found.sentence[last].amount and end + 1 != place:
        last, end = last + 1, end + 1
        if last >= len(found.sentence) or found.place(last) != end:
            return False
    given = found.source[place]
    return end is not None and end + 1 == place < LONGEST_NAME and given.clause == 0


def _is_verb_before(found: Alignment, index: int, place: int) -> bool:
    """Whether the first word may be the verb of what stands behind it here and before it there."""
    is_first = not index or found.sentence[index].is_reported
    if not is_first or not place or found.source[place].is_marked():
        return False
    if index + 1 == len(found.sentence) or (spoken := found.place(index + 1)) is None:
        return False
    if found.source[spoken].is_marked() and not found.sentence[index + 1].is_marked():
        return False
    given, prior = found.source[place], found.source[place - 1]
    following = found.source[place + 1 : place + 2]
    ours = found.places()
    if any(
        w.clause == given.clause and not (w.is_marked() or (w.amount and w.place in ours))
        for w in following
    ):
        return False  # it has a subject of its own there
    is_ours = prior.place in ours
    if given.is_relative:
        return is_ours
    if prior.clause == given.clause:
        # «دمشق مدينة تقع …»: what a text begins with is what its first verb is of.
        is_of_topic = given.clause == 0 and 0 in ours and not prior.is_relative
        return is_ours or prior.is_marked() or is_of_topic
    return True
