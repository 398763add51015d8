"""Hits to evidence: the sentences worth showing the model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import ge
from types import MappingProxyType

from rag.arabic import analyse, asked_for, sentences
from rag.embed.interaction import Nearness, NearnessByPlace
from rag.types import Evidence, Hit, Passage, Similarities

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class EvidenceSelector:
    """Chooses sentences of the best passages up to `budget_words`.

    A sentence scores by the share of the question's terms in it, weighted by their rarity among
    the hits; letter n-grams count `gram_weight` of a key and words of the title `title_weight` of
    a word in the sentence. To this come `cosine_weight` times its similarity to the question,
    `passage_weight` times the hit's score, `first_bonus` for the best passage, and `number_bonus`
    for a figure where the question asks for one. Up to `again_words` of what is chosen are read
    again. `word_weight` is then what counts how near a sentence comes to all words of the question
    and to its first two, the question word and, mostly, what it asks for; `share_weight` what
    counts to how many of the words it comes nearest of all. Where an amount or a day of the week is
    asked for, a sentence that tells one of its kind gets `amount_bonus`. The model reads the
    `writer_words` that are best then.
    """

    passages: int = 5
    budget_words: int = 150
    again_words: int = 150
    writer_words: int = 70
    gram_weight: float = 0.3
    title_weight: float = 0.5
    cosine_weight: float = 4.0
    passage_weight: float = 1.5
    first_bonus: float = 0.2
    number_bonus: float = 0.3
    word_weight: float = 2.0
    share_weight: float = 0.6
    amount_bonus: float = 0.5

    def select(
        self, question: str, hits: Sequence[Hit], similarities: Similarities = MappingProxyType({})
    ) -> list[Evidence]:
        """The evidence, best first, numbered from 1; each is one sentence of a passage."""
        ranked = sorted(self._candidates(question, hits, similarities), key=lambda c: -c.score)
        chosen: list[Evidence] = []
        seen: set[tuple[str, int]] = set()  # overlapping passages share sentences
        left = self.budget_words
        for candidate in ranked:
            place = (candidate.passage.document_id, candidate.start)
            length = len(candidate.quote.split())
            if place in seen or (chosen and length > left):
                continue
            seen.add(place)
            chosen.append(replace(candidate, number=len(chosen) + 1))
            left -= length
            if left < self.budget_words * 0.1:
                break
        return chosen

    def read_again(
        self,
        question: str,
        evidence: Sequence[Evidence],
        nearness: Callable[[str, Sequence[Passage]], Sequence[Nearness]],
    ) -> tuple[list[Evidence], NearnessByPlace]:
        """The evidence in a better order, and how near what is read again is to the words asked.

        What is read again comes first and is numbered anew, the rest follows as it was. `nearness`
        is `Embedder.word_similarities`, or what gives the same.
        """
        again = _as_far_as(evidence, self.again_words)
        alone = [replace(e.passage, text=e.quote, start=e.start, end=e.end) for e in again]
        near = nearness(question, alone)
        asked = asked_for(question)
        is_particular = asked.kind == "amount" or bool(asked.names)
        raised = []
        for item, words, share in zip(again, near, _shares(near), strict=True):
            is_told = is_particular and asked.is_held_by(item.quote, besides=question)
            raise_by = (
                self.word_weight * words.total()
                + self.share_weight * share
                + self.amount_bonus * is_told
            )
            raised.append(replace(item, score=item.score + raise_by))
        raised.sort(key=lambda item: -item.score)
        rest = [item for item in evidence if item not in again]
        places = {(e.passage.document_id, e.start): n for e, n in zip(again, near, strict=True)}
        return [replace(e, number=n) for n, e in enumerate([*raised, *rest], start=1)], places

    def for_writer(self, evidence: Sequence[Evidence]) -> list[Evidence]:
        """What of the evidence the model reads."""
        return _as_far_as(evidence, self.writer_words)

    def _candidates(
        self, question: str, hits: Sequence[Hit], similarities: Similarities
    ) -> list[Evidence]:
        """Every sentence that may be chosen, with its score and not numbered yet."""
        weights = self._term_weights(question, hits)
        total = sum(weights.values()) or 1.0
        asked = asked_for(question)
        candidates: list[Evidence] = []
        best = max(hits, key=lambda hit: hit.score, default=None)
        for hit in hits[: self.passages]:
            passage = hit.passage
            title = set(analyse(passage.title))
            for start, end in sentences(passage.text):
                text = passage.text[start:end]
                terms = set(analyse(text))
                covered = sum(
                    weight * (1.0 if term in terms else self.title_weight)
                    for term, weight in weights.items()
                    if term in terms or term in title
                )
                score = covered / total + self.passage_weight * hit.score
                score += self.first_bonus * (hit is best)
                score += self.number_bonus * (asked.kind != "other" and bool(_DIGIT.search(text)))
                place = (passage.start + start, passage.start + end)
                score += self.cosine_weight * similarities.get((passage.document_id, place[0]), 0.0)
                candidates.append(Evidence(0, passage, *place, score))
        return candidates

    def _term_weights(self, question: str, hits: Sequence[Hit]) -> dict[str, float]:
        """BM25's inverse document frequency of the question's terms, the hits as collection."""
        asked = set(analyse(question))
        found = Counter(
            term
            for hit in hits
            for term in asked & set(analyse(f"{hit.passage.title} {hit.passage.text}"))
        )
        return {
            term: math.log(1 + (len(hits) - found[term] + 0.5) / (found[term] + 0.5))
            * (self.gram_weight if term.startswith("_") else 1.0)
            for term in asked
        }


def _shares(near: Sequence[Nearness]) -> list[float]:
    """For each sentence the share of the question's words to which no other comes nearer."""
    rows = [words.of_words() for words in near]
    most = [max(column) for column in zip(*rows, strict=True)]
    return [sum(map(ge, row, most)) / len(most) if most else 0.0 for row in rows]


def _as_far_as(evidence: Sequence[Evidence], words: int) -> list[Evidence]:
    """The best of the evidence that has so many words, and the very best however many it has."""
    read: list[Evidence] = []
    for item in evidence:
        length = len(item.quote.split())
        if not read or length <= words:
            read.append(item)
            words -= length
    return read
