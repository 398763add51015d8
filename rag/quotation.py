"""A part of the evidence to a sentence that quotes it, whole or as what is nearest the question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType

from rag.arabic import as_shown, asked_for, content_stems, has_form
from rag.embed.interaction import NearnessByPlace
from rag.span import CLAUSE_END
from rag.types import VERBATIM, Citation, Evidence, Sentence
from rag.verify import Checker, is_taken_back

SHORTEST = 8  # words; less of a quotation tells a reader nothing
_REST = 6  # words; what is left of a sentence may be what answers, less of it says nothing
_TRIED = 8  # parts of a sentence, until one stands alone
_TOLD_OF = re.compile(r"(?:هو|هي|هما|هم|هن)\s")
_NAME_ENDS = re.compile(r"[(\[،؛:]|\s(?:-|أو|المعروفة?)\s")
_LONGEST_NAME = 6  # words
UNKNOWN: NearnessByPlace = MappingProxyType({})
_CHECKER = Checker()  # of parts; that of an answer may be set otherwise

Part = tuple[Evidence, int, int]  # characters of the evidence, from and to


def nearness_of(part: Part, near: NearnessByPlace) -> float:
    """How near the words of the question come to those of a part; 0 where this is not known."""
    item, start, end = part
    first = len(item.quote[:start].split())
    last = first + len(item.quote[start:end].split()) - 1
    place = item.passage.document_id, item.start
    return near[place].total(first, last) if place in near else 0.0


def quote(
    part: Part,
    *,
    longest: int,
    wanted: set[str],
    question: str,
    near: NearnessByPlace = UNKNOWN,
) -> Sentence:
    """A part word for word, or of at most `longest` words what is nearest to the question.

    Among those that are as near come first what holds most of `wanted`, then what holds the kind of
    thing that is asked for, then whole clauses. Where none stands alone it is the beginning.
    """
    item, start, end = part
    found = re.finditer(r"\S+", item.quote[start:end])
    places = [(start + match.start(), start + match.end()) for match in found]
    final = len(places) - 1
    if final < longest:
        return verbatim(item, places[0][0], places[-1][1])
    stems = [set(content_stems(item.quote[a:b])) for a, b in places]
    starts, stops = _clauses([item.quote[a:b] for a, b in places])
    cuts = {
        *((first, first + longest - 1) for first in range(final - longest + 2)),
        *_whole(starts, stops, longest=longest),
    }
    asked = asked_for(question)

    def worth(cut: tuple[int, int]) -> tuple[float, int, bool, float, int, int]:
        first, last = cut
        held = wanted & set().union(*stems[first : last + 1])
        span = places[first][0], places[last][1]
        is_told = asked.is_held_by(item.quote[slice(*span)], besides=question)
        bounds = -(first in starts) - 0.5 * (last in stops)
        nearness = nearness_of((item, *span), near)
        return -nearness, -len(held), not is_told, bounds, first - last, first

    best = [(places[a][0], places[b][1]) for a, b in sorted(cuts, key=worth)[:_TRIED]]
    beginning = places[0][0], places[longest - 1][1]
    return verbatim(item, *next((cut for cut in best if stands_alone(item, *cut)), beginning))


def _clauses(tokens: Sequence[str]) -> tuple[set[int], set[int]]:
    """Where clauses begin and where they end."""
    ends = {n for n, token in enumerate(tokens) if CLAUSE_END.search(token)}
    return {0, *(n + 1 for n in ends)}, {len(tokens) - 1, *ends}


def _whole(starts: set[int], stops: set[int], *, longest: int) -> Iterator[tuple[int, int]]:
    """From each beginning of a clause the last end that is not too far."""
    for first in starts:
        last = max((n for n in stops if first <= n < first + longest), default=-1)
        if last - first >= SHORTEST - 1:
            yield first, last


def whole(item: Evidence) -> Part:
    """All of it."""
    return item, 0, len(item.quote)


def stands_alone(item: Evidence, start: int, end: int) -> bool:
    """Whether a part says no more than the whole: none is cut from behind «لا» or «نفى … أن»."""
    if is_taken_back(item.quote[:start]):
        return False
    cited = Citation(item.number, item.passage, item.start, item.end)
    return _CHECKER.check(item.quote[start:end], (cited,)).is_supported


def name_before(item: Evidence, start: int) -> int:
    """Where the name ends that begins the evidence and of which «هي مدينة …» is told; 0: none.

    Only what the article is called is such a name: elsewhere «هي» may be of something else.
    """
    before = item.quote[:start]
    if not before or not _TOLD_OF.match(item.quote, start):
        return 0
    name = _NAME_ENDS.split(before, maxsplit=1)[0].rstrip()
    said, title = (set(content_stems(text)) for text in (name, item.passage.title))
    fewer, more = sorted((said, title), key=len)
    is_title = bool(fewer) and all(has_form(word, more) for word in fewer)
    return len(name) if is_title and len(name.split()) <= _LONGEST_NAME else 0


def verbatim(item: Evidence, start: int, end: int, *, name: int = 0) -> Sentence:
    """These characters of the evidence, between quotation marks, behind the first `name` of it."""
    shown = as_shown(item.quote[start:end])
    before = f"{as_shown(item.quote[:name])} … " if name else "…" * (start > 0)
    is_end = not any(map(str.isalnum, as_shown(item.quote[end:])))
    text = f"«{before}{shown if is_end else shown.rstrip('،؛,;:') + '…'}»"
    first = item.start + (0 if name else start)
    return Sentence(
        text, (Citation(item.number, item.passage, first, item.start + end),), True, VERBATIM
    )


def rests(item: Evidence, said: Sequence[Sentence]) -> Iterator[Part]:
    """What was not quoted of an item: all of it, or what comes after and before a quotation."""
    quoted = [c for s in said if s.reason == VERBATIM for c in s.citations]
    if not quoted:
        yield whole(item)
        return
    first, last = min(c.start for c in quoted), max(c.end for c in quoted)
    for start, end in ((last - item.start, len(item.quote)), (0, first - item.start)):
        is_long = len(item.quote[start:end].split()) >= _REST
        if is_long and stands_alone(item, start, end):
            yield item, start, end
