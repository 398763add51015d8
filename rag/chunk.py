"""Documents to passages: slices that begin and end with a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from rag.arabic import SENTENCES, sentences
from rag.types import Document, Passage, passage_of


@dataclass(frozen=True, slots=True)
class SentenceChunker:
    """Cuts a document into passages of whole sentences.

    A passage takes sentences until `target_words` is reached and never more than `longest_words`
    (a single longer sentence stands alone); the last `overlap` sentences of a passage begin the
    next one, so that what a sentence refers to is found beside it.
    """

    target_words: int = 130
    longest_words: int = 180
    overlap: int = 0

    @property
    def name(self) -> str:
        """What the index remembers: passages of another chunker do not mix with these."""
        return f"{SENTENCES}-{self.target_words}-{self.longest_words}-{self.overlap}"

    def split(self, document: Document) -> list[Passage]:
        """The passages of a document in order; `document.text[start:end]` is each one's text."""
        spans = sentences(document.text)
        sizes = [len(document.text[start:end].split()) for start, end in spans]
        passages: list[Passage] = []
        first = 0
        while first < len(spans):
            last = self._last_sentence(sizes, first)
            passages.append(passage_of(document, spans[first][0], spans[last][1]))
            if last + 1 == len(spans):
                break
            # A passage must get further than the one before it, or short ones would never end.
            first = max(last + 1 - self.overlap, first + 1)
        return passages

    def _last_sentence(self, sizes: list[int], first: int) -> int:
        total = sizes[first]
        last = first
        while last + 1 < len(sizes) and total < self.target_words:
            if total + sizes[last + 1] > self.longest_words:
                break
            last += 1
            total += sizes[last]
        # A short rest is worth less as a passage of its own than as the end of this one.
        rest = sum(sizes[last + 1 :])
        if rest and total + rest <= self.longest_words:
            last = len(sizes) - 1
        return last


def sentences_of(passage: Passage) -> list[Passage]:
    """The sentences of a passage as slices of their own: what the dense leg compares."""
    return [
        Passage(
            id=f"{passage.document_id}:{passage.start + start}-{passage.start + end}",
            document_id=passage.document_id,
            title=passage.title,
            text=passage.text[start:end],
            start=passage.start + start,
            end=passage.start + end,
            path=passage.path,
        )
        for start, end in sentences(passage.text)
    ]
