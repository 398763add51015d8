"""Documents to passages and vectors in an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Protocol

from rag.arabic import title_from
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
    _renew({d.id: d for d in documents if d.id in stored}, index)
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


def _renew(stored: Mapping[str, Document], index: Index) -> None:
    """Put again what its file now says another date, outlet, address or author of."""
    for known in index.documents(list(stored)):
        now = stored[known.id]
        if known.path == now.path and known != now:
            passages = index.passages(known.id)
            index.put(now, passages, index.rows(passages))


def _in_batches(split: Sequence[_Split], embedder: Embedder) -> Iterator[_Embedded]:
    for batch in _batches(split):
        groups = [_sentences(document, passages) for document, passages in batch]
        vectors = embedder.embed_passages([s for group in groups for s in group])
        ends = accumulate(map(len, groups), initial=0)
        for (document, passages), (start, end) in zip(batch, pairwise(ends), strict=True):
            yield document, passages, _by_passage(passages, vectors[start:end])


def _streamed(split: Sequence[_Split], embedder: RayEmbedder) -> Iterator[_Embedded]:
    groups = [_sentences(document, passages) for document, passages in split]
    for (document, passages), vectors in zip(split, embedder.stream(groups), strict=True):
        yield document, passages, _by_passage(passages, vectors)


def _sentences(document: Document, passages: Iterable[Passage]) -> list[Passage]:
    """What is embedded of a document: its sentences, each with the title.

    A title that only repeats how the text begins says what the text is about, but not surely what
    a sentence of it is about. So these sentences come twice, with it and without one.
    """
    told = [sentence for passage in passages for sentence in sentences_of(passage)]
    if not told or document.title not in ("", title := title_from(document.text)):
        return told
    return [replace(sentence, title=name) for name in (title, "") for sentence in told]


def _by_passage(passages: Iterable[Passage], vectors: Vectors) -> list[Vectors]:
    """A matrix for each passage, of a row for each sentence: the mean where it came twice."""
    import numpy as np

    ends = [*accumulate((len(sentences_of(passage)) for passage in passages), initial=0)]
    if len(vectors) > ends[-1]:
        vectors = vectors[: ends[-1]] + vectors[ends[-1] :]
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
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
