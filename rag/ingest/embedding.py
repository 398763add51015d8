"""Documents to passages and vectors in an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Protocol

from rag.bulk import RayEmbedder
from rag.chunk import sentences_of
from rag.embed import Embedder
from rag.index import Index
from rag.types import Document, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_BATCH = 64  # passages embedded, and made durable, at a time

Progress = Callable[[int, int, str], None]  # done, total, what is being done
_Split = tuple[Document, list[Passage]]
_Embedded = tuple[Document, list[Passage], list["Vectors"]]


class Chunker(Protocol):
    """Documents to passages."""

    @property
    def name(self) -> str:
        """What the index remembers."""

    def split(self, document: Document) -> list[Passage]:
        """The passages of a document, in order."""


def embed_documents(
    documents: Sequence[Document],
    index: Index,
    *,
    chunker: Chunker,
    embedder: Embedder | RayEmbedder,
    progress: Progress,
) -> int:
    """Put the documents that the index lacks; returns how many passages were embedded."""
    stored = index.has([document.id for document in documents])
    missing = {d.id: d for d in documents if d.id not in stored}
    split = [(document, chunker.split(document)) for document in missing.values()]
    total = sum(len(passages) for _, passages in split)
    done = 0
    embedded = (
        _streamed(split, embedder)
        if isinstance(embedder, RayEmbedder)
        else _in_batches(split, embedder)
    )
    for document, passages, vectors in embedded:
        index.put(document, passages, vectors)
        done += len(passages)
        progress(done, total, "embedding")
    return total


def _in_batches(split: Sequence[_Split], embedder: Embedder) -> Iterator[_Embedded]:
    for batch in _batches(split):
        sentences = [_sentences(passages) for _, passages in batch]
        vectors = embedder.embed_passages([s for rows in sentences for s in rows])
        start = 0
        for (document, passages), rows in zip(batch, sentences, strict=True):
            end = start + len(rows)
            yield document, passages, _by_passage(passages, vectors[start:end])
            start = end


def _streamed(split: Sequence[_Split], embedder: RayEmbedder) -> Iterator[_Embedded]:
    groups = [_sentences(passages) for _, passages in split]
    for (document, passages), vectors in zip(split, embedder.stream(groups), strict=True):
        yield document, passages, _by_passage(passages, vectors)


def _sentences(passages: Iterable[Passage]) -> list[Passage]:
    return [sentence for passage in passages for sentence in sentences_of(passage)]


def _by_passage(passages: Iterable[Passage], vectors: Vectors) -> list[Vectors]:
    ends = [*accumulate((len(sentences_of(passage)) for passage in passages), initial=0)]
    return [vectors[a:b] for a, b in pairwise(ends)]


def _batches(split: Iterable[_Split]) -> Iterator[list[_Split]]:
    batch: list[_Split] = []
    size = 0
    for document, passages in split:
        batch.append((document, passages))
        size += len(passages)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
