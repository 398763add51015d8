"""Where a sentence and its source contradict each other: negation, opposites, amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rag.verify.alignment import Alignment
from rag.verify.amounts import Amount
from rag.verify.forms import likeness, listed, possible_roots
from rag.verify.lexicon import MEASURES, NEUTRAL, OPPOSITES, VAGUE
from rag.verify.reading import Word

_PRONOUNS = ("ه", "ها", "هم", "هن", "هما")
_BESIDE = 2  # words of the source
_OWN = 7  # words of the source between an amount and what it belongs to


def missing_amount(sentence: Sequence[Word], source: Sequence[Word]) -> str:
    """The first value of the sentence that the source does not have as often; empty if it does."""
    given = Counter(word.amount.text for word in source if word.amount)
    forms = {form for word in source for form in listed(word.form)}
    for word in sentence:
        if word.amount is None:
            continue
        given[word.amount.text] -= 1  # «بين 1962 و1962» is not «بين 1962 و2004»
        if given[word.amount.text] < 0:
            if word.amount.text == "2" and word.amount.unit and _has_dual(word.amount.unit, forms):
                continue
            return word.amount.text
    return ""


def _has_dual(unit: str, forms: set[str]) -> bool:
    return any(unit.rstrip("ا") + ending in forms for ending in ("ين", "ان"))


def wrong_unit(sentence: Sequence[Word], source: Sequence[Word]) -> str:
    """The first amount that the source has only in another unit or with another bound."""
    for word in sentence:
        said = word.amount
        if said is None:
            continue
        same = [w.amount for w in source if w.amount and w.amount.text == said.text]
        if same and not any(_agree(said, given) for given in same):
            return f"{said.text} {said.unit}".strip()
    return ""


def _agree(said: Amount, given: Amount) -> bool:
    if said.bound != given.bound or not said.fits(given):
        return False
    if {said.family, given.family} == {"thing", "year"}:
        return False
    if said.family == given.family and said.family in ("money", "length", "weight", "time"):
        return likeness(said.unit, given.unit) > 0
    return True


def negated_otherwise(found: Alignment) -> str:
    """The first word that only one of sentence and source negates; empty where they agree."""
    for index, word in enumerate(found.sentence):
        place = found.place(index)
        if place is not None and found.source[place].is_negated != word.is_negated:
            return word.form
        if place is None and word.is_negated:
            return word.form
    return ""


def opposite(found: Alignment, main: Mapping[int, int]) -> tuple[str, str] | None:
    """A word of the sentence and its opposite in the source, where that stands in its place."""
    for index, word in enumerate(found.sentence):
        against = {o for form in listed(word.form) for o in OPPOSITES.get(form, ())}
        if not against or index in found.chain:
            continue
        rivals = [other for other in found.source if listed(other.form) & against]
        place = found.place(index)
        if place in found.chain.values() or (
            place is not None and not _is_of_one_root(word.form, found.source[place].form)
        ):
            place = None  # that one is another word, or stands for another of the sentence
        if place is not None and any(
            _gap(found.source, place, p) <= _BESIDE for p in main.values()
        ):
            continue  # the source says both, and this one of what the sentence speaks of
        around = [p for i in (index - 1, index + 1) if (p := found.chain.get(i)) is not None]
        for rival in rivals:
            if place is None or any(abs(rival.place - p) < abs(place - p) for p in around):
                return word.form, rival.form
    return None


def _is_of_one_root(one: str, other: str) -> bool:
    return likeness(one, other) >= 0.7 or bool(possible_roots(one) & possible_roots(other))


def of_something_else(found: Alignment, main: Mapping[int, int]) -> tuple[str, str] | None:
    """An amount of the sentence, and the word beside it to which the source gives another."""
    for index, word in enumerate(found.sentence):
        place = found.place(index)
        if word.amount is None or place is None:
            continue
        for other in (
            _skipped(found, main, index),
            _of_another_before(found, main, index, place),
            _of_another_after(found, index, place),
        ):
            if other is not None:
                return word.amount.text, found.sentence[other].form
    return None


def _skipped(found: Alignment, main: Mapping[int, int], index: int) -> int | None:
    """The word before the amount, where the source has an amount of the same kind between them."""
    last = max((i for i in main if i < index), default=None)
    if (
        index not in main
        or last is None
        or found.sentence[last].clause != found.sentence[index].clause
    ):
        return None
    said = found.source[main[index]]
    ours = found.places()
    for other in found.source[main[last] + 1 : main[index]]:
        if any(p in ours for p in range(other.place + 1, said.place)):
            continue
        if other.amount and said.amount and said.amount.rivals(other.amount):
            is_same = likeness(said.amount.unit or "-", other.amount.unit or "-") >= 0.7
            if not said.is_joined or (is_same and said.refers):
                return last
    return None


def _of_another_before(
    found: Alignment, main: Mapping[int, int], index: int, place: int
) -> int | None:
    before = [(i, p) for i in _before(found, index) if (p := found.place(i)) is not None]
    measures = [(i, p) for i, p in before if listed(found.sentence[i].form) & MEASURES]
    for i, near in measures:
        if _is_of_another(found, near, place, slack=0) or _is_measured(found, near, place):
            return i
    if any(_gap(found.source, near, place) <= _BESIDE for _, near in measures):
        return None
    is_bound = False  # by a word between, in the amount's own clause
    for distance, (i, near) in enumerate(before):
        is_bound = is_bound or _gap(found.source, near, place) <= _BESIDE
        if (i not in main and i) or near - place == i - index:
            continue  # the source has all from here to the amount just so
        if is_bound and found.source[near].clause != found.source[place].clause:
            continue
        if _is_of_another(found, near, place, slack=min(distance, 1)):
            return i
    return None


def _is_measured(found: Alignment, near: int, place: int) -> bool:
    """Whether the source gives the amount to another measure, before the one at `near`."""
    before = found.source[max(0, place - _BESIDE) : place]
    return near > place and any(listed(word.form) & MEASURES for word in before)


def _of_another_after(found: Alignment, index: int, place: int) -> int | None:
    given = found.source[place].amount
    for i in _after(found, index):
        near = found.place(i)
        is_unit = i == index + 1
        unit = found.source[place + 1 : place + 2]
        if is_unit and unit and likeness(unit[0].form, found.sentence[i].form) >= 0.7:
            continue
        if near is None or near - place == i - index or (is_unit and given and not given.unit):
            continue
        if _is_of_another(found, near, place, slack=0 if is_unit else 2):
            return i
    return None


def _before(found: Alignment, index: int) -> list[int]:
    """The words before an amount, back to the one before it, that say what it belongs to."""
    beside: list[int] = []
    if found.sentence[index].is_joined:
        return beside  # it shares what belongs to the amount before it
    for i in range(index - 1, max(-1, index - 5), -1):
        if found.sentence[i].amount or (
            beside and found.sentence[i].clause != found.sentence[index].clause
        ):
            break
        if not listed(found.sentence[i].form) & NEUTRAL:
            beside.append(i)
    return beside[:3]


def _after(found: Alignment, index: int) -> list[int]:
    after = []
    for i in range(index + 1, min(index + 6, len(found.sentence))):
        word = found.sentence[i]
        if word.amount or word.is_joined or word.clause != found.sentence[index].clause:
            break
        after.append(i)
    return after


def _is_of_another(found: Alignment, near: int, place: int, *, slack: int) -> bool:
    """Whether another amount of the kind is closer to the word at `near` than that at `place`."""
    said = found.source[place].amount
    own = _gap(found.source, near, place)
    for other in found.source:
        given = other.amount
        if not said or not given or other.place == place or given.text == said.text:
            continue
        if near < other.place < place and found.source[place].is_joined:
            continue  # of «17 قتيلا و42 جريحا» both belong to what is before them
        gap = _gap(found.source, near, other.place)
        if said.rivals(given) and gap <= _OWN and gap + slack < own:
            return True
    return False


def _gap(source: Sequence[Word], one: int, other: int) -> int:
    """How far two places are: words, and more for what parts them."""
    a, b = sorted((one, other))
    is_from_amount = source[a].amount is not None
    parted = sum(word.is_joined for word in source[a + 1 : b + 1] if is_from_amount or word.amount)
    clauses = source[b].clause - source[a].clause
    sentences = source[b].sentence - source[a].sentence
    return b - a + 3 * parted + 2 * clauses + 6 * sentences


def renamed(found: Alignment) -> str:
    """A name where the source has a pronoun, though it has the name nowhere; empty if none.

    «يحدها من الشمال» of Iran does not say «تحد العراق من الشمال».
    """
    for index, place in found.chain.items():
        said, given = found.sentence[index].form, found.source[place].form
        bare = said[:-1] + "ت" if said.endswith("ه") else said  # عاصمة, عاصمتها
        following = found.sentence[index + 1 : index + 2]
        is_told = index + 1 not in found.absent or any(w.amount or w.marker for w in following)
        owned = {bare + pronoun for pronoun in _PRONOUNS}
        if not is_told and not owned.isdisjoint((given, given.removeprefix("و"))):
            return following[0].form
    return ""


def vague_misfit(sentence: Sequence[Word], source: Sequence[Word]) -> str:
    """A word such as «مئات» for which the source has neither itself nor a fitting number."""
    given = {form for word in source for form in listed(word.form)}
    amounts = [word.amount.text for word in source if word.amount]
    # «12.5.2016» is a date that no rule read: it has no value.
    values = [float(text) for text in amounts if text.count(".") < 2]
    for word in sentence:
        for form in listed(word.form):
            if form in VAGUE and form not in given:
                least, most = VAGUE[form]
                is_other = bool(given & set(VAGUE))  # the source is vague itself, and otherwise
                if is_other or not any(least <= value <= most for value in values):
                    return word.form
    return ""
