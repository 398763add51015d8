"""Two claims to whether they are of one story: the same matter, place and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise, permutations

from rag.arabic import STOP_WORDS, WEEKDAYS, numbers, words
from rag.clean.dates import mentions
from rag.conflict.claims import Claim, Need
from rag.conflict.lexicon import ANYBODY, COMMON, PLACES, fate
from rag.conflict.quantities import tokens_of
from rag.types import Document, Evidence
from rag.verify.forms import bases, listed, roots
from rag.verify.lexicon import MONTHS, NEUTRAL, synonyms

_FEWEST = 2  # words that tell the matter of a question: «كم قُتل في الانفجار؟» may be any
_COVERED = 0.75  # of the question's words, in either article
_SAID = 0.5  # of them, in either sentence
_SAID_OF_PEOPLE = 0.25
_SHARED = 0.3  # of the words of one sentence and its title, in the other article
_CLOSE = 10  # days between two reports of what one of them dates by its own day
_PLACE_WORDS = 4  # after «في»
_BESIDE = 3  # words after one of the question's, where a place is still that one's
_NO_TOPIC = COMMON | NEUTRAL | ANYBODY
_NO_PLACES = COMMON | NEUTRAL | MONTHS.keys()


def is_one_story(
    need: Need, one: tuple[Evidence, Document], other: tuple[Evidence, Document]
) -> bool:
    """Whether two sentences speak of the event the question is about, and of the same one."""
    return (
        all(_is_about(need, item, document) for item, document in (one, other))
        and (need.asked.kind == "time" or _is_one_day(need, one, other))
        and _is_one_place(need, one, other)
        and _shares_words(one, other)
        and (need.asked.kind != "amount" or _has_title(need, one[1], other[1]))
    )


def are_news_apart(one: Claim, other: Claim) -> bool:
    """Whether each of two times is that of its article's news, and the articles are far apart.

    Visits, school years and finals come again: then two articles tell of two of them.
    """
    published = [_day(claim.document.published) for claim in (one, other)]
    are_news = all(
        claim.when and day and _is_near(claim.when.iso, day)
        for claim, day in zip((one, other), published, strict=True)
    )
    return are_news and not _are_close(*published)


def _topic(need: Need) -> list[str]:
    """The words of the question that tell its matter from others."""
    return [w for w in need.topic if not (fate(w) or w in _NO_TOPIC)]


def _is_about(need: Need, item: Evidence, document: Document) -> bool:
    topic = _topic(need)
    whole, near = (
        _known(document.title + " " + document.text),
        _known(f"{document.title} {item.quote}"),
    )
    # What befell people is said near the count; of anything else the sentence must say more.
    least = _SAID_OF_PEOPLE if need.fates else _SAID
    return len(topic) >= _FEWEST and all(
        sum(map(text.has, topic)) >= share * len(topic)
        for text, share in ((whole, _COVERED), (near, _SAID), (_known(item.quote), least))
    )


def _is_one_day(
    need: Need, one: tuple[Evidence, Document], other: tuple[Evidence, Document]
) -> bool:
    """Whether the days that both name can be one, and neither report is of another time."""
    dates = [mentions(item.quote, published=document.published) for item, document in (one, other)]
    if all(dates):
        return any(_agree(a.iso, b.iso) for a in dates[0] for b in dates[1])
    if not _is_one_month(need, one, other):
        return False
    weekdays = [WEEKDAYS.intersection(words(item.quote)) for item, _ in (one, other)]
    if all(weekdays) and weekdays[0].isdisjoint(weekdays[1]):
        return False
    days = [_day(document.published) for _, document in (one, other)]
    for found, published in ((dates[0], days[1]), (dates[1], days[0])):
        # What one dates the other would date too, were it not of its own day.
        if found and published and not any(_is_near(each.iso, published) for each in found):
            return any(_agree(each.iso, asked) for each in found for asked in need.dates)
    # Prices, goals and the dead of a war are counted again: what is undated is of its own day.
    return _are_close(*days) or (bool(need.dates) and not any(weekdays))


def _is_one_month(
    need: Need, one: tuple[Evidence, Document], other: tuple[Evidence, Document]
) -> bool:
    """Whether «في 5 يونيو» in one sentence can be the time of the other."""
    asked = {word for word in need.topic if word in MONTHS}
    here, there = (_months(item.quote) for item, _ in (one, other))
    if asked or here == there:
        return True
    if here and there:
        return not here.isdisjoint(there)
    published = _day((other if here else one)[1].published)
    return published is None or f"month{published.month}" in here | there


def _months(text: str) -> set[str]:
    spoken = words(text)
    pairs = [*spoken, *(f"{a} {b}" for a, b in pairwise(spoken))]
    return {MONTHS[each] for each in pairs if each in MONTHS}


def _is_near(iso: str, published: date) -> bool:
    """Whether a date, or a day of its month or year, is shortly before a day of publication."""
    whole = _day(iso)
    if whole:
        return _are_close(published, whole)
    return published.isoformat().startswith(iso)


def _are_close(one: date | None, other: date | None) -> bool:
    """Whether two days, where both are known, can be those of one event."""
    return one is None or other is None or abs((one - other).days) <= _CLOSE


def _agree(a: str, b: str) -> bool:
    length = min(len(a), len(b))
    return a[:length] == b[:length]


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def _is_one_place(
    need: Need, one: tuple[Evidence, Document], other: tuple[Evidence, Document]
) -> bool:
    """Whether one of the sentences is set nowhere that the other's article does not name."""
    unknown = [
        [p for p in _places(need, here.quote) if not _known(f"{there.title} {there.text}").has(p)]
        for here, there in ((one[0], other[1]), (other[0], one[1]))
    ]
    return not all(unknown)


def _places(need: Need, text: str) -> list[str]:
    """The words that follow «في» and the like up to a sign, without the question's own."""
    found: list[str] = []
    left, clause, beside = 0, -1, 0
    for token in tokens_of(text):
        # People are killed in many places; a museum that is in one has a door in another.
        is_told = bool(need.fates) or (token.form.isalpha() and need.speaks_of(token.form))
        beside = _BESIDE if is_told else beside - 1
        if token.form in PLACES and (beside >= 0 or left):
            left, clause = _PLACE_WORDS, token.clause
        elif left and token.clause == clause:
            left -= 1
            is_name = token.form.isalpha() and len(token.form) > 2 and token.form not in STOP_WORDS
            is_known = token.form in _NO_PLACES or fate(token.form) or numbers(token.form)
            if is_name and not is_known:
                found.append(token.form)
        else:
            left = 0
    return [form for form in found if not need.speaks_of(form)]


def _shares_words(one: tuple[Evidence, Document], other: tuple[Evidence, Document]) -> bool:
    """Whether the articles have more in common than what the question names."""
    shares = []
    for (item, document), (_, there) in ((one, other), (other, one)):
        told = [
            w
            for w in words(f"{document.title} {item.quote}")
            if w.isalpha() and w not in STOP_WORDS
        ]
        own = {w for w in told if not (w in NEUTRAL or w in COMMON or fate(w))}
        known = _known(f"{there.title} {there.text}")
        shares.append(sum(known.has(w) for w in own) / max(1, len(own)))
    return min(shares) >= _SHARED


def _has_title(need: Need, *documents: Document) -> bool:
    """Whether either title names what the question does, or something of the other article.

    «كم مباراة يلعب الفريق؟» is about any team, and two titles name two.
    """
    for document, other in permutations(documents, 2):
        spoken = [word for word in words(document.title) if word not in STOP_WORDS]
        text = _known(f"{other.title} {other.text}")
        if not spoken or any(need.speaks_of(word) or text.has(word) for word in spoken):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of a text in the forms by which another spelling or inflection is known."""

    forms: frozenset[str]
    bases: frozenset[str]
    roots: frozenset[str]

    def has(self, word: str) -> bool:
        """Whether the text has this word, one of its family, or one that means the same."""
        return (
            word in self.forms
            or not self.bases.isdisjoint(bases(word))
            or not self.roots.isdisjoint(roots(word))
            or any(not self.forms.isdisjoint(synonyms().get(form, ())) for form in listed(word))
        )


@lru_cache(maxsize=256)
def _known(text: str) -> _Known:
    spoken = [word for word in words(text) if word not in STOP_WORDS]
    return _Known(
        frozenset(form for word in spoken for form in listed(word)),
        frozenset(base for word in spoken for base in bases(word)),
        frozenset(root for word in spoken for root in roots(word)),
    )
