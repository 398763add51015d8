"""The nouns every step shares: frozen values, never changed, only made anew."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]  # (n, dimension), rows of length 1

# Cosine of a question with a sentence, by the sentence's document and start.
Similarities: TypeAlias = Mapping[tuple[str, int], float]

# What an answer says when the articles do not: prompt, code and metrics share it.
DECLINED = "لا تذكر المقالات ما يجيب عن هذا السؤال."
VERBATIM = "اقتباس حرفي"  # the reason of a sentence that is a quotation

Role = Literal["system", "user", "assistant"]
Status = Literal["writing", "answered", "quoted", "declined"]


@dataclass(frozen=True, slots=True)
class Document:
    """One article as a reader sees it; `id` is the SHA-256 of its title and text."""

    id: str
    title: str
    text: str
    source: str | None = None  # the outlet
    url: str | None = None
    published: str | None = None  # ISO 8601 date
    path: str | None = None  # the file it came from
    author: str | None = None
    is_inferred: bool = False  # `published` was worked out from the text, not stated by the page

    @classmethod
    def of(
        cls,
        title: str,
        text: str,
        *,
        source: str | None = None,
        url: str | None = None,
        published: str | None = None,
        path: str | None = None,
        author: str | None = None,
        is_inferred: bool = False,
    ) -> Document:
        """A document with its id computed, so that equal articles have equal ids everywhere."""
        digest = hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()
        return cls(
            digest, title, text, source, url, published, path, author, is_inferred=is_inferred
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document: `document.text[start:end] == text`, always."""

    id: str
    document_id: str
    title: str
    text: str
    start: int  # characters into the document
    end: int
    path: str | None = None  # the document's file, so that whoever shows a hit can name it


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; a higher score is a better hit, whatever the index."""

    passage: Passage
    score: float
    dense: float | None = None  # of cosines (rag.retrieve), where the dense leg found it
    lexical: float | None = None  # BM25, where the lexical leg found it
    dense_rank: int | None = None  # its place in that leg, counted from 1
    lexical_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a passage; `start` and `end` are characters into the document."""

    number: int  # the [n] a reader sees, counted from 1
    passage: Passage
    start: int
    end: int

    @property
    def quote(self) -> str:
        """The words themselves, as the article has them."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Evidence(Span):
    """The sentence(s) of a passage shown to the model under `[number]`."""

    score: float = 0.0  # by which it was chosen


@dataclass(frozen=True, slots=True)
class Citation(Span):
    """The words that one sentence of an answer rests on."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, with what it rests on and what the check said of it."""

    text: str
    citations: tuple[Citation, ...] = ()
    supported: bool = True
    reason: str = ""  # one line of Arabic
    # Where in the text the marker of each citation stands; none: all of them at its end.
    places: tuple[int, ...] = ()

    @property
    def pieces(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The text in pieces, each with the numbers of the markers behind it."""
        numbers = tuple(citation.number for citation in self.citations)
        if not self.places:
            return ((self.text, tuple(dict.fromkeys(numbers))),)
        starts = (0, *self.places)
        marked = zip(starts, self.places, numbers, strict=False)
        pieces = tuple((self.text[start:end], (number,)) for start, end, number in marked)
        return (*pieces, (self.text[starts[-1] :], ()))

    @property
    def marked(self) -> str:
        """The text with its `[n]` markers."""
        return "".join(
            piece + "".join(f" [{number}]" for number in numbers) for piece, numbers in self.pieces
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader gets. While it is being written its status is `writing`."""

    question: str
    sentences: tuple[Sentence, ...] = ()
    status: Status = "writing"
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    draft: str = ""  # written by the model and not yet checked; empty in a finished answer
    # Where else an article of the hits appeared, by its document id.
    copies: Mapping[str, tuple[Document, ...]] = field(default_factory=lambda: MappingProxyType({}))
    timings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # seconds
    # Between 0 and 1: the score by which a finished answer was given or declined.
    confidence: float | None = None
    # "summary", "said" or "comparison" where the sentences were chosen to cover a whole.
    overview: str = ""
    suggestions: tuple[str, ...] = ()  # of a declined answer: questions that the articles do answer

    @property
    def text(self) -> str:
        """The sentences joined, with their `[n]` markers."""
        return " ".join(sentence.marked for sentence in self.sentences)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations in the order in which the reader meets them."""
        return tuple(citation for sentence in self.sentences for citation in sentence.citations)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation, as a generator reads it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question set."""

    id: str
    text: str
    answers: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    answerable: bool = True
    kind: str = ""
    history: tuple[str, ...] = ()  # the questions asked before it, oldest first
    passages: tuple[Document, ...] | None = None  # where given, answer from these alone


@dataclass(frozen=True, slots=True)
class Filter:
    """The documents that a search may return; a day counts as since and until itself.

    With a `since` or an `until`, documents without a date are left out.
    """

    since: str | None = None  # ISO 8601 dates
    until: str | None = None
    sources: tuple[str, ...] = ()  # outlets; none: all


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What an index knows of one ingested file."""

    path: str  # absolute
    sha256: str  # of its bytes and the cleaner's name: another cleaner reads the file again
    document_ids: tuple[str, ...]


def passage_of(document: Document, start: int, end: int) -> Passage:
    """The passage `document.text[start:end]`."""
    return Passage(
        id=f"{document.id}:{start}-{end}",
        document_id=document.id,
        title=document.title,
        text=document.text[start:end],
        start=start,
        end=end,
        path=document.path,
    )


def unique_documents(hits: Sequence[Hit]) -> list[str]:
    """Document ids in the order of their best hit."""
    return list(dict.fromkeys(hit.passage.document_id for hit in hits))
