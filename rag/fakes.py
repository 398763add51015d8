"""Stand-ins at the three seams: exact, deterministic, and without models or files."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from rag.arabic import content_stems, words
from rag.embed.interaction import Nearness
from rag.index import check_groups, check_passages, check_vectors
from rag.index.filters import matches
from rag.index.lexical import BM25, Bm25
from rag.types import Document, Filter, Hit, Message, Passage, SourceFile

if TYPE_CHECKING:
    from rag.generate import Pieces
    from rag.types import Vectors

Reply = str | Iterable[str]  # a text to be cut into words, or the pieces themselves


class FakeEmbedder:
    """Texts that share stems are near: each stem has its direction, a text is the sum of them."""

    def __init__(self, dimension: int = 128, *, name: str = "fake-embedder") -> None:
        self.name = name
        self.dimension = dimension
        self.embedded: list[str] = []  # ids of the passages, in the order they were embedded

    def embed_passages(self, passages: Sequence[Passage]) -> Vectors:
        """Vectors of shape (len(passages), dimension), float32, rows of length 1."""
        self.embedded.extend(passage.id for passage in passages)
        return self._embed([f"{passage.title} {passage.text}" for passage in passages])

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, rows of length 1."""
        return self._embed(texts)

    def word_similarities(self, question: str, passages: Sequence[Passage]) -> list[Nearness]:
        """1 for a word that shares a stem with one of the text or carries no meaning, else 0."""
        asked = [set(content_stems(word)) for word in question.split() if words(word)]
        texts = [[set(content_stems(word)) for word in p.text.split()] for p in passages]
        tokens = [[place] for place in range(len(asked))]
        met = [[[not s or s & t != set() for t in text] for s in asked] for text in texts]
        return [Nearness(tokens, np.array(each, np.float32)) for each in met]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for stem in content_stems(text):
                vector += self._direction(stem)
            if not vector.any():
                vector += self._direction("")
            vector /= np.linalg.norm(vector)
        return vectors

    def _direction(self, stem: str) -> Vectors:
        digest = hashlib.shake_128(stem.encode()).digest(math.ceil(self.dimension / 8))
        bits = np.unpackbits(np.frombuffer(digest, np.uint8))[: self.dimension]
        return bits.astype(np.float32) * 2 - 1


class ExactIndex:
    """An index in memory that compares every passage: what the other indexes are tested against."""

    def __init__(
        self, dimension: int, *, analyse: Callable[[str], list[str]], bm25: Bm25 = BM25
    ) -> None:
        self._dimension = dimension
        self._analyse = analyse
        self._bm25 = bm25
        self._live: dict[str, _Stored] = {}
        self._waiting: dict[str, _Stored] = {}
        self._puts = 0
        self._files: dict[str, SourceFile] = {}
        self._put: set[str] = set()
        self._removed: set[str] = set()
        self._recorded: dict[str, SourceFile | None] = {}
        self._groups: list[list[str]] = []
        self._regrouped: list[list[str]] | None = None
        self._signatures: dict[str, bytes] = {}
        self._signed: dict[str, bytes] = {}

    def put(
        self, document: Document, passages: Sequence[Passage], vectors: Sequence[Vectors]
    ) -> None:
        """Store a document with `vectors` of shape (at least 1, dimension) per passage."""
        check_passages(document, passages, vectors=vectors, dimension=self._dimension)
        self._puts += 1
        copies = tuple(np.array(rows, np.float32) for rows in vectors)
        self._waiting[document.id] = _Stored(self._puts, document, tuple(passages), copies)
        self._put.add(document.id)
        self._removed.discard(document.id)

    def remove(self, document_ids: Collection[str]) -> None:
        """Take documents out at the next commit; an unknown id is passed over."""
        self._removed |= set(document_ids)
        self._put -= set(document_ids)
        for path, file in self._recorded.items():
            self._recorded[path] = file and _without(file, document_ids)

    def record(self, files: Collection[SourceFile], forget: Collection[str] = ()) -> None:
        """Remember which documents each file holds, and `forget` the files at these paths."""
        self._recorded.update(dict.fromkeys(forget))
        for file in files:
            self._recorded[file.path] = file
            self._removed -= set(file.document_ids)

    def commit(self) -> None:
        """Make everything since the last commit visible to searches, all or nothing."""
        old = {path: _without(file, self._removed) for path, file in self._files.items()}
        files = {path: file for path, file in (old | self._recorded).items() if file}
        named = {name for file in files.values() for name in file.document_ids}
        unknown = named - self.has(named)
        if unknown:
            raise ValueError(f"a file names {unknown}, never put")
        named_before = {name for file in self._files.values() for name in file.document_ids}
        gone = self._removed | (named_before - named - self._put)
        for name in gone:
            self._live.pop(name, None)
            self._waiting.pop(name, None)
        for name in [name for name in self._waiting if name in self._put | named]:
            self._live[name] = self._waiting.pop(name)
        self._live = dict(sorted(self._live.items(), key=lambda item: item[1].place))
        self._files = dict(sorted(files.items()))
        self._move()
        groups = self._groups if self._regrouped is None else self._regrouped
        self._groups = [[name for name in group if name in self._live] for group in groups]
        kept = self._signatures | self._signed
        self._signatures = {name: kept[name] for name in kept if name in self._live}
        self.close()

    def set_copies(self, groups: Sequence[Sequence[str]]) -> None:
        """Replace all groups of copies by these document ids, whoever stands for each first."""
        check_groups(groups)
        self._regrouped = [list(group) for group in groups]

    def copies(self, document_ids: Collection[str]) -> dict[str, list[Document]]:
        """For each of the ids the other committed members of its group in order, [] if none."""
        found: dict[str, list[Document]] = {name: [] for name in document_ids}
        for group in self._groups:
            for name in found.keys() & set(group):
                found[name] = [self._live[other].document for other in group if other != name]
        return found

    def keep_signatures(self, signatures: Mapping[str, bytes]) -> None:
        """Keep bytes beside documents from the next commit on, for as long as each stays."""
        self._signed.update(signatures)

    def signatures(self) -> dict[str, bytes]:
        """What was kept beside committed documents, by document id."""
        return dict(self._signatures)

    def nearest(self, vectors: Vectors, k: int, within: Filter | None = None) -> list[list[Hit]]:
        """The passages of highest inner product for each row of `vectors` (n, dimension)."""
        if not len(vectors):
            return []
        check_vectors(vectors, self._dimension)
        searched = self._searched(within)
        passages = _passages(searched)
        matrices = [m.astype(np.float64) for stored in searched for m in stored.vectors]
        scores = [[max((r * v).sum() for r in rows) for rows in matrices] for v in vectors]
        return [_best(zip(passages, row, strict=True), k) for row in scores]

    def rows(self, passages: Sequence[Passage]) -> list[Vectors]:
        """The vectors each passage was put with, float32; none, (0, dimension), if unknown."""
        held = {
            (passage.document_id, passage.id): rows
            for stored in self._live.values()
            for passage, rows in zip(stored.passages, stored.vectors, strict=True)
        }
        none = np.empty((0, self._dimension), np.float32)
        return [held.get((passage.document_id, passage.id), none).copy() for passage in passages]

    def matching(
        self, questions: Sequence[str], k: int, within: Filter | None = None
    ) -> list[list[Hit]]:
        """The passages of highest BM25 for each question; those that share no term are left out."""
        passages = _passages(self._searched(within))
        texts = [self._analyse(f"{p.title} {p.text}") for p in passages]
        counted = [self._analyse(f"{p.title} {p.text}") for p in _passages(self._searched(None))]
        asked = map(self._analyse, questions)
        scores = [_bm25(texts, terms, self._bm25, counted=counted) for terms in asked]
        found = (zip(passages, row, strict=True) for row in scores)
        return [_best((pair for pair in pairs if pair[1] > 0), k) for pairs in found]

    def has(self, document_ids: Collection[str]) -> set[str]:
        """Those of the ids that are stored already, committed or not: no need to embed them."""
        return set(document_ids) & (self._live.keys() | self._waiting.keys())

    def files(self) -> dict[str, SourceFile]:
        """The ingested files as of the last commit, by path."""
        return dict(self._files)

    def documents(self, document_ids: Collection[str] | None = None) -> list[Document]:
        """The committed documents, all or those asked for, in the order they were put."""
        everything = [stored.document for stored in self._live.values()]
        return [d for d in everything if document_ids is None or d.id in document_ids]

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a committed document in the order they were put; none if unknown."""
        return [p for p in _passages(self._live.values()) if p.document_id == document_id]

    def close(self) -> None:
        """What was not committed stays unseen."""
        self._put, self._removed, self._recorded = set(), set(), {}
        self._regrouped, self._signed = None, {}

    def _searched(self, within: Filter | None) -> list[_Stored]:
        found = {n: s for n, s in self._live.items() if matches(s.document, within)}
        for group in self._groups:
            for name in [name for name in group if name in found][1:]:
                del found[name]
        return list(found.values())

    def _move(self) -> None:
        for name, stored in self._live.items():
            paths = [path for path, file in self._files.items() if name in file.document_ids]
            if paths and stored.document.path not in paths:
                moved = replace(stored.document, path=paths[0])
                self._live[name] = replace(stored, document=moved)


@dataclass(frozen=True, slots=True)
class _Stored:
    place: int  # in the order of all puts
    document: Document
    passages: tuple[Passage, ...]
    vectors: tuple[Vectors, ...]  # of each passage


class FakeGenerator:
    """Writes what it was told to: one reply after the other, or a function of the messages."""

    def __init__(
        self,
        replies: Sequence[Reply] | Callable[[Sequence[Message]], Reply],
        *,
        name: str = "fake-generator",
    ) -> None:
        self.name = name
        self.received: list[list[Message]] = []  # the messages of every reply
        self.written = 0  # pieces, in all calls
        self._replies = replies

    def read(self, _messages: Sequence[Message], /) -> Pieces[None, None, None]:
        yield from ()  # nothing to wait for

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, **_words: str
    ) -> Pieces[str, None, None]:
        """The reply in pieces, at most `max_tokens` of them; a text is cut before its spaces."""
        self.received.append(list(messages))
        if callable(self._replies):
            reply = self._replies(messages)
        elif len(self.received) <= len(self._replies):
            reply = self._replies[len(self.received) - 1]
        else:
            raise LookupError(f"{self.name} was given {len(self._replies)} replies, asked for more")
        pieces = re.findall(r"\s*\S+|\s+", reply) if isinstance(reply, str) else reply
        for piece in islice(pieces, max_tokens):
            self.written += 1
            yield piece


def _without(file: SourceFile, document_ids: Collection[str]) -> SourceFile:
    left = tuple(name for name in file.document_ids if name not in document_ids)
    return replace(file, document_ids=left)


def _passages(documents: Iterable[_Stored]) -> list[Passage]:
    return [replace(each, path=one.document.path) for one in documents for each in one.passages]


def _best(found: Iterable[tuple[Passage, float]], k: int) -> list[Hit]:
    hits = [Hit(passage, float(score)) for passage, score in found]
    return sorted(hits, key=lambda hit: -hit.score)[: max(k, 0)]


def _bm25(
    texts: list[list[str]], asked: list[str], bm25: Bm25, *, counted: list[list[str]]
) -> list[float]:
    scores = [0.0] * len(texts)
    mean = (sum(map(len, counted)) / max(len(counted), 1)) or 1.0
    for term in asked:
        df = sum(term in text for text in counted)
        idf = math.log(1 + (len(counted) - df + 0.5) / (df + 0.5))
        for row, text in enumerate(texts):
            if tf := text.count(term):
                length = 1 - bm25.b + bm25.b * len(text) / mean
                scores[row] += idf * tf * (bm25.k1 + 1) / (tf + bm25.k1 * length)
    return scores
