"""Why words may stand elsewhere in a sentence than in its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rag.arabic import WEEKDAYS
from rag.verify.alignment import LONGEST_NAME, Alignment, Run
from rag.verify.forms import has_pronoun, likeness, listed
from rag.verify.lexicon import CALENDAR, MEASURES, NEUTRAL, OWN_COUNTRY, TIMES, VAGUE
from rag.verify.subjects import is_of_other_gender, is_salient, is_topic, may_be_meant


def is_neutral(found: Alignment, index: int) -> bool:
    """Whether a word adds nothing a source could contradict: «يوم» does beside a day, not alone."""
    forms = listed(found.sentence[index].form)
    if found.sentence[index].form in VAGUE:
        return True  # it was compared with the numbers
    if forms & TIMES:
        beside = found.sentence[max(0, index - 1) : index] + found.sentence[index + 1 : index + 2]
        if not any(
            word.amount or word.form in WEEKDAYS or word.form in CALENDAR for word in beside
        ):
            return False
        return bool(forms & NEUTRAL)
    # «العدد» names something that «عدد» only counts.
    return bool(forms & NEUTRAL) and not found.sentence[index].form.startswith("ال")


def says_nothing(found: Alignment, index: int) -> bool:
    return is_neutral(found, index) or bool(listed(found.sentence[index].form) & MEASURES)


def is_settled(found: Alignment, main: Mapping[int, int], run: Run) -> bool:
    """Whether the source has the run beside its neighbour, or under a pronoun of it."""
    places = [place for i in run.words if (place := found.place(i)) is not None]
    before = run.words[0] - 1
    spoken = found.place(before) if before >= 0 else None
    home = {found.source[place].sentence for place in main.values()}
    if run.before is None and spoken is not None and spoken + 1 == places[0]:
        return found.source[spoken].sentence in home
    if _is_equated(found, main, run, places) or _names(found, run, places):
        return True
    # What a pronoun stands for was named before it.
    return (
        spoken is not None
        and places[0] < spoken
        and is_salient(found, places)
        and not found.sentence[run.words[0]].marker
        and has_pronoun(found.source[spoken].form, found.sentence[before].form)
    )


def _names(found: Alignment, run: Run, places: Sequence[int]) -> bool:
    """Whether «المتحف» of the source is told in full, as the source does elsewhere."""
    before = run.words[0] - 1
    spoken = found.place(before) if before >= 0 else None
    if spoken is None or not places[0] or found.sentence[before].form.startswith("ال"):
        return False
    given, following = found.source[spoken], found.source[spoken + 1 : spoken + 2]
    is_told = given.form.startswith("ال") and not any(w.form.startswith("ال") for w in following)
    full = found.source[places[0] - 1]
    return is_told and full.place != spoken and likeness(full.form, given.form) >= 0.9


def is_licensed(found: Alignment, main: Mapping[int, int], run: Run) -> bool:
    places = [place for i in run.words if (place := found.place(i)) is not None]
    return (
        _is_moved_phrase(found, main, run, places)
        or _is_subject(found, main, run, places)
        or _completes_name(found, run, places)
        or _replaces_pronoun(found, run)
        or is_topic(found, main, run, places)
        or _is_listed(found, main, run, places)
        or _is_derived(found, main, run, places)
        or _is_behind_subject(main, run, places)
    )


def _is_equated(found: Alignment, main: Mapping[int, int], run: Run, places: Sequence[int]) -> bool:
    """Whether «هو» joins the run with the rest, beside which the source has it."""
    first = found.sentence[run.words[0]] if run.after is None else found.sentence[run.after]
    if not first.is_equated or not main or (run.after is not None and run.before is not None):
        return False
    others = sorted(main.values())
    origin = found.source[places[0]]
    is_one = origin.sentence == found.source[others[0]].sentence
    if run.after is None:
        head = found.source[others[0]]
        # «عاصمتها باريس، وثاني مدنها ليون»: what is before a new clause is not in it.
        is_turned = origin.place > head.place or not head.is_joined
        return is_one and is_turned and abs(others[0] - places[-1]) <= 2
    if origin.is_marked() and not found.sentence[run.words[0]].is_marked():
        return False
    is_beside = min(abs(places[-1] - others[0]), abs(places[0] - others[-1])) <= 2
    is_one = is_one and (is_beside or origin.clause == found.source[others[0]].clause)
    following = found.source[places[-1] + 1 : places[-1] + 2]
    return is_one and not any(
        word.clause == origin.clause
        and not (word.is_joined or word.is_marked())
        and word.place not in others
        for word in following
    )


def _is_derived(found: Alignment, main: Mapping[int, int], run: Run, places: Sequence[int]) -> bool:
    """Whether a word changed places with the next in another form: «استمرار الإضراب»."""
    said, given = found.sentence[run.words[0]], found.source[places[0]]
    is_next = run.after is not None and abs(places[0] - main[run.after]) == 1
    return len(run.words) == 1 and is_next and likeness(said.form, given.form) < 0.9


def _is_behind_subject(main: Mapping[int, int], run: Run, places: Sequence[int]) -> bool:
    """Whether a verb follows the subject that the source has directly behind it."""
    first = min(main, default=None)
    is_opening = first == 0 and run.before is not None and run.before + 1 == run.words[0]
    return is_opening and len(run.words) == 1 and places[0] + 1 == main[0]


def _is_moved_phrase(
    found: Alignment, main: Mapping[int, int], run: Run, places: Sequence[int]
) -> bool:
    """Whether a phrase with a preposition has moved within a sentence, or the run over one."""
    head, origin = found.sentence[run.words[0]], found.source[places[0]]
    if origin.sentence not in {found.source[place].sentence for place in main.values()}:
        return False
    if head.amount and head.amount.family not in ("year", "date"):
        return True  # what it is an amount of is checked by itself
    if head.form.startswith("لل") and not origin.marker:
        return True
    if origin.clause not in {found.source[place].clause for place in main.values()}:
        return False
    if head.amount:
        return True
    if head.form in WEEKDAYS:
        return sum(w.form in WEEKDAYS for w in found.source if w.clause == origin.clause) == 1
    if head.marker and head.marker == origin.marker:
        # «ولد في سبتة ودرس في قرطبة»: either place is of its own verb.
        after = None if run.after is None else found.sentence[run.after]
        return after is None or after.marker != head.marker or places[0] < main[run.after or 0]
    # A name may begin with these letters too, and stays as it is.
    is_prefixed = head.form[0] in "بل" and head.form[0] == origin.form[0]
    if is_prefixed and (head.form != origin.form or head.is_marked()):
        return True
    if run.before is None or head.marker:
        return False
    passed = [p for p in main.values() if main[run.before] < p < places[0]]
    return bool(passed) and found.source[passed[0]].is_marked()


def _is_subject(found: Alignment, main: Mapping[int, int], run: Run, places: Sequence[int]) -> bool:
    """Whether the run is the subject that the source named before and understands here."""
    if run.after is None or len([i for i in main if i < run.words[0]]) > 1:
        return False
    clauses = {found.source[place].clause for place in places}
    head = found.sentence[run.words[0]]
    if head.marker or head.amount or len(places) > LONGEST_NAME or len(clauses) > 1:
        return False
    spoken = found.place(run.words[0] - 1) if run.words[0] else None
    verb = found.source[main[run.after] if spoken is None else spoken]
    said = found.sentence[run.after if spoken is None else run.words[0] - 1]
    origin = found.source[places[0]]
    if origin.place > verb.place and origin.sentence == verb.sentence:
        return False
    if is_of_other_gender(said.form, verb.form, places) or not may_be_meant(found, verb, places):
        return False
    prior = found.source[verb.place - 1] if verb.place else None
    has_subject = (
        prior
        and prior.clause == verb.clause
        and not (verb.is_joined or verb.is_reported or prior.is_marked())
        and (prior.is_reported or not prior.is_joined)
        and not any(likeness(found.sentence[i].form, prior.form) >= 0.9 for i in run.words)
    )
    if run.before is None and verb.is_marked():
        return is_salient(found, places)
    if verb.is_relative and prior and not prior.is_marked():
        return prior.place in places
    if prior and prior.place in places:
        return True
    is_other = has_subject and prior and prior.is_reported and prior.form not in OWN_COUNTRY
    if origin.clause == verb.clause and not is_other:
        return True
    return not has_subject and is_salient(found, places)


def _first_mention(found: Alignment, place: int) -> int:
    """Where the source first has the word of a place."""
    form = found.source[place].form
    return next(w.place for w in found.source if likeness(w.form, form) >= 0.9)


def _completes_name(found: Alignment, run: Run, places: Sequence[int]) -> bool:
    """Whether the source has the run beside the same neighbour elsewhere, as in a full name."""
    source = found.source
    if run.before is not None and _has_own_name(found, run.before):
        return False
    # «يوليو 1991» is another time than «1991», and «الذي» begins what is said of a name.
    first = source[places[0]]
    if first.is_relative or first.amount or first.form in CALENDAR:
        return False
    is_next = run.before is not None and run.before + 1 == run.words[0] and places[0] > 0
    if is_next and run.before is not None:
        given = source[places[0] - 1].form
        if likeness(given, found.sentence[run.before].form) >= 0.9:
            return True
    after = places[-1] + 1
    if run.after is not None and run.after - 1 == run.words[-1] and after < len(source):
        return likeness(source[after].form, found.sentence[run.after].form) >= 0.9
    return False


def _has_own_name(found: Alignment, index: int) -> bool:
    """Whether what follows a word in the source follows another of its kind in the sentence."""
    following = (found.place(index) or 0) + 1
    return any(
        likeness(one.form, found.sentence[index].form) >= 0.9
        and found.place(other.place) == following
        for one, other in pairwise(found.sentence)
        if one.place != index
    )


def _is_listed(found: Alignment, main: Mapping[int, int], run: Run, places: Sequence[int]) -> bool:
    """Whether two names that «و» joins changed places."""
    if len(run.words) > 1:
        return False
    if run.after is None:
        last = found.source[main[run.before]] if run.before is not None else None
        head, origin = found.sentence[run.words[0]], found.source[places[0]]
        return (
            last is not None
            and head.is_joined
            and last.is_joined
            and last.place - origin.place == 1
        )
    other = found.source[main[run.after]]
    later = found.source[max(other.place, places[0])]
    return (
        found.sentence[run.after].is_joined
        and later.is_joined
        and abs(other.place - places[0]) == 1
    )


def _replaces_pronoun(found: Alignment, run: Run) -> bool:
    """Whether the run names what the source means by a pronoun, or by the article alone."""
    head, tail = found.sentence[run.words[0]], run.words[-1]
    if head.amount:
        return False
    own = found.place(tail)
    is_owned = own is not None and has_pronoun(found.source[own].form, found.sentence[tail].form)
    if is_owned and run.after == tail + 1:
        return True  # «تاريخ بنائه» of what was named before
    start = found.place(run.words[0])
    if start is not None:
        places = [p for i in run.words if (p := found.place(i)) is not None]
        named = [_first_mention(found, p) for p in places]
        if not is_salient(found, (named[0], *places[1:])):
            return False
        start = max(named)
    for index, said in enumerate(found.sentence):
        place = found.place(index)
        if place is None or index in run.words:
            continue
        given = found.source[place]
        if start is not None and start > place:
            continue  # what a pronoun stands for was named before it
        if head.marker:
            if given.refers == head.marker:
                return True
            continue
        is_beside = index < run.words[0] and all(
            says_nothing(found, i) for i in range(index + 1, run.words[0])
        )
        if is_beside and given.form.startswith("ال") and not said.form.startswith("ال"):
            return True
        if has_pronoun(given.form, said.form):
            return True
    return False
