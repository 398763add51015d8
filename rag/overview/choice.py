"""Sentences to those few that say most and repeat least."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.arabic import arabic_share, is_order, sentences
from rag.index import Index
from rag.types import Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_BULLETS = ("-", "•", "*", "–", "●", "▪")
_HALF = ("؛", ":")  # what a sentence ends with that another goes on from
SHORTEST = 6  # words; headings and captions have fewer
_NOVELTY = 0.3
# Beside a cosine with the whole article; benchmarks/question_types.py, the part to tune on.
_FIRST = 0.3
_LEADING = 0.05
_FIGURES = 0.2
_HALVED = 0.2
_MOST_FIGURES = 3
_FIGURE = re.compile(r"\d+")
LONGEST = 45  # words of a sentence that are shown


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted, with its vector, empty if the index has none."""

    passage: Passage
    start: int  # characters into the document
    end: int
    vector: Vectors
    is_first: bool  # of its article
    is_leading: bool  # of its paragraph

    @property
    def text(self) -> str:
        """The sentence as the article has it."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    @property
    def length(self) -> int:
        """The words of it that would be shown."""
        return min(len(self.text.split()), LONGEST)


def candidates_of(passages: Sequence[Passage], index: Index) -> list[Candidate]:
    """The telling sentences of passages in order, each once: no headings, questions or orders."""
    import numpy as np

    found: dict[tuple[str, int], Candidate] = {}
    texts = {each.id: each.text for each in index.documents({p.document_id for p in passages})}
    for passage, rows in zip(passages, index.rows(passages), strict=True):
        for number, (start, end) in enumerate(sentences(passage.text)):
            place = passage.start + start
            key = (passage.document_id, place)
            if key in found or not _is_telling(passage.text[start:end]):
                continue
            before = texts.get(passage.document_id, "")[:place].rstrip(" \t")
            row = rows[number] if number < len(rows) else np.zeros(rows.shape[1], np.float32)
            found[key] = Candidate(
                passage, place, passage.start + end, row, not before, before[-1:] in ("", "\n")
            )
    return list(found.values())


def likeness_to_all(candidates: Sequence[Candidate]) -> Callable[[Candidate], float]:
    """How well a sentence stands for all: its cosine with their mean, and more if it leads.

    A paragraph of news begins with its matter, and figures are what a summary is asked for.
    """
    import numpy as np

    whole = np.sum([candidate.vector for candidate in candidates], axis=0)
    whole /= np.linalg.norm(whole) or 1.0

    def worth(candidate: Candidate) -> float:
        figures = min(_MOST_FIGURES, len(_FIGURE.findall(candidate.text)))
        return (
            float(candidate.vector @ whole)
            + _FIRST * candidate.is_first
            + _LEADING * candidate.is_leading
            + _FIGURES * figures / _MOST_FIGURES
            - _HALVED * candidate.text.endswith(_HALF)
        )

    return worth


def chosen(
    candidates: Sequence[Candidate],
    worth: Callable[[Candidate], float],
    *,
    longest_words: int,
    most: int,
) -> list[Candidate]:
    """The candidates of most worth that are least like one another, the best first.

    Maximal marginal relevance (Carbonell and Goldstein, 1998): each is worth what it is worth
    less `_NOVELTY` times its cosine with the nearest of those taken before it.
    """
    taken: list[Candidate] = []
    left = longest_words
    rest = [(worth(each), each) for each in candidates]
    while len(taken) < most and (rest := [pair for pair in rest if pair[1].length <= left]):
        best = max(rest, key=lambda pair: pair[0] - _NOVELTY * _likeness(pair[1], taken))
        rest.remove(best)
        taken.append(best[1])
        left -= best[1].length
    return taken


def paired(
    ours: Sequence[Candidate],
    theirs: Sequence[Candidate],
    worth: Callable[[Candidate, Candidate], float],
    *,
    most: int,
) -> list[tuple[Candidate, Candidate]]:
    """The pairs of most worth whose sentences are most alike: «27 كيلومتراً» and «34 كيلومتراً»."""
    taken: list[tuple[Candidate, Candidate]] = []
    rest = [(a, b) for a in ours for b in theirs if _place(a) != _place(b)]

    def gain(pair: tuple[Candidate, Candidate]) -> float:
        first, second = pair
        repeated = _likeness(first, [ours for ours, _ in taken])
        repeated += _likeness(second, [theirs for _, theirs in taken])
        return worth(first, second) + float(first.vector @ second.vector) - _NOVELTY * repeated

    while rest and len(taken) < most:
        best = max(rest, key=gain)
        taken.append(best)
        said = {_place(each) for pair in taken for each in pair}
        rest = [pair for pair in rest if not said & {_place(pair[0]), _place(pair[1])}]
    return taken


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates as they are read: article by article, each in its own order."""
    ids = list(dict.fromkeys(each.passage.document_id for each in candidates))
    return sorted(candidates, key=lambda each: (ids.index(each.passage.document_id), each.start))


def _likeness(candidate: Candidate, taken: Sequence[Candidate]) -> float:
    return max((float(candidate.vector @ other.vector) for other in taken), default=0.0)


def _place(candidate: Candidate) -> tuple[str, int]:
    return candidate.passage.document_id, candidate.start


def _is_telling(text: str) -> bool:
    is_asking = text.rstrip(' »"”').endswith(("؟", "?"))
    # Of a sentence in another script nothing would be shown but its full stop.
    is_readable = len(text.split()) >= SHORTEST and arabic_share(text) >= 0.5
    return is_readable and not is_asking and not is_order(text)
