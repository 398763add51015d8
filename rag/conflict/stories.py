"""Two claims to whether they are of one story: the same matter, place and day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from rag.arabic import STOP_WORDS, content_stems, has_form, numbers, stem, words
from rag.clean.dates import mentions
from rag.conflict.claims import Wanted
from rag.conflict.lexicon import COMMON, PLACES, WEEKDAYS, fate
from rag.conflict.quantities import tokens_of
from rag.types import Document, Evidence
from rag.verify.lexicon import MONTHS, NEUTRAL
from rag.verify.reading import likeness

_COVERED = 0.75  # of the question's words, in either article
_SAID = 0.5  # of them, in either sentence or its title
_SHARED = 0.3  # of the words of one sentence and its title, in the other article
_CLOSE = 10  # days between two reports of what one of them dates by its own day
_PLACE_WORDS = 4  # after «في»
_BESIDE = 3  # words after one of the question's, where a place is still that one's
_NO_PLACES = COMMON | NEUTRAL | MONTHS.keys()


def is_one_story(
    wanted: Wanted, one: tuple[Evidence, Document], other: tuple[Evidence, Document]
) -> bool:
    """Whether two sentences speak of the event the question is about, and of the same one."""
    return (
        all(_is_about(wanted, item, document) for item, document in (one, other))
        and (wanted.asked.kind == "time" or _is_one_day(one, other))
        and _is_one_place(wanted, one, other)
        and _shares_words(wanted, one, other)
    )


def _topic(wanted: Wanted) -> list[str]:
    kept = [w for w in wanted.topic if not (fate(w) or w in NEUTRAL or w in COMMON)]
    return kept or list(wanted.topic)


def _is_about(wanted: Wanted, item: Evidence, document: Document) -> bool:
    topic = _topic(wanted)
    whole, near = (
        _stems(document.title + " " + document.text),
        _stems(f"{document.title} {item.quote}"),
    )
    said = [_is_in(word, near) for word in topic]
    told = [a or _is_in(word, whole) for a, word in zip(said, topic, strict=True)]
    return sum(told) >= _COVERED * len(topic) and sum(said) >= _SAID * len(topic)


def _is_one_day(one: tuple[Evidence, Document], other: tuple[Evidence, Document]) -> bool:
    """Whether the days that both name can be one, and neither report is of another time."""
    dates = [mentions(item.quote, published=document.published) for item, document in (one, other)]
    if all(dates):
        return any(_agree(a.iso, b.iso) for a in dates[0] for b in dates[1])
    weekdays = [WEEKDAYS.intersection(words(item.quote)) for item, _ in (one, other)]
    if all(weekdays) and weekdays[0].isdisjoint(weekdays[1]):
        return False
    days = [_day(document.published) for _, document in (one, other)]
    is_news = any(each.is_inferred for found in dates for each in found) or any(weekdays)
    if days[0] and days[1] and is_news:
        return abs((days[0] - days[1]).days) <= _CLOSE
    return True


def _agree(a: str, b: str) -> bool:
    length = min(len(a), len(b))
    return a[:length] == b[:length]


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def _is_one_place(
    wanted: Wanted, one: tuple[Evidence, Document], other: tuple[Evidence, Document]
) -> bool:
    """Whether one of the sentences is set nowhere that the other's article does not name."""
    unknown = [
        [
            p
            for p in _places(wanted, here.quote)
            if not _is_in(p, _stems(f"{there.title} {there.text}"))
        ]
        for here, there in ((one[0], other[1]), (other[0], one[1]))
    ]
    return not all(unknown)


def _places(wanted: Wanted, text: str) -> list[str]:
    """The words that follow «في» and the like up to a sign, without the question's own."""
    found: list[str] = []
    left, clause, beside = 0, -1, 0
    for token in tokens_of(text):
        beside = _BESIDE if token.form.isalpha() and wanted.speaks_of(token.form) else beside - 1
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
    return [form for form in found if not wanted.speaks_of(form)]


def _shares_words(
    wanted: Wanted, one: tuple[Evidence, Document], other: tuple[Evidence, Document]
) -> bool:
    """Whether the articles have more in common than what the question names."""
    topic = _topic(wanted)
    if len(topic) >= 3 and all(
        _said_all(topic, f"{document.title} {item.quote}") for item, document in (one, other)
    ):
        return True
    shares = []
    for (item, document), (_, there) in ((one, other), (other, one)):
        told = [
            w
            for w in words(f"{document.title} {item.quote}")
            if w.isalpha() and w not in STOP_WORDS
        ]
        own = {w for w in told if not (w in NEUTRAL or w in COMMON or fate(w))}
        known = _stems(f"{there.title} {there.text}")
        shares.append(sum(_is_in(w, known) for w in own) / max(1, len(own)))
    return max(shares) >= _SHARED


def _said_all(topic: Iterable[str], text: str) -> bool:
    return all(_is_in(word, _stems(text)) for word in topic)


@lru_cache(maxsize=256)
def _stems(text: str) -> frozenset[str]:
    return frozenset(content_stems(text)) | frozenset(words(text))


def _is_in(word: str, stems: frozenset[str]) -> bool:
    return (
        word in stems
        or has_form(stem(word), set(stems))
        or any(likeness(word, other) >= 0.6 for other in stems)
    )
