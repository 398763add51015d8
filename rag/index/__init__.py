"""Passages to a searchable corpus: the seam, and what is known of an index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.types import Document, Hit, Passage, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors


class Index(Protocol):
    """Documents, their passages and vectors; a higher score comes first, at most `k` of them.

    A passage has a vector for each of its sentences, or as many as it was put with, and is as
    near to a question as the nearest of them. Passages that score the same come in the order in
    which they were put.

    What `put`, `remove` and `record` say is visible to searches after `commit`, all at once.
    Where they contradict each other the later call holds.

    A document stays while a recorded file names it, and goes with the last file that does; one
    that was put and never named by a file stays until it is removed.
    """

    def put(
        self, document: Document, passages: Sequence[Passage], vectors: Sequence[Vectors]
    ) -> None:
        """Store a document with `vectors` of shape (at least 1, dimension) per passage, durably.

        A document of the same id is replaced. If the process ends before `commit` the document
        stays stored but unseen, until a file that names it is recorded or it is put again.
        """

    def remove(self, document_ids: Collection[str]) -> None:
        """Take documents out at the next commit; an unknown id is passed over."""

    def record(self, files: Collection[SourceFile], forget: Collection[str] = ()) -> None:
        """Remember which documents each file holds, and `forget` the files at these paths.

        A document whose `path` is no longer a file that holds it takes the path of one that is.
        """

    def commit(self) -> None:
        """Make everything since the last commit visible to searches, all or nothing.

        A file that names a document which was never put is a ValueError.
        """

    def nearest(self, vectors: Vectors, k: int) -> list[list[Hit]]:
        """The passages of highest inner product for each row of `vectors` (n, dimension)."""

    def rows(self, passages: Sequence[Passage]) -> list[Vectors]:
        """The vectors each passage was put with, float32; none, (0, dimension), if unknown."""

    def matching(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """The passages of highest BM25 for each question; those that share no term are left out."""

    def has(self, document_ids: Collection[str]) -> set[str]:
        """Those of the ids that are stored already, committed or not: no need to embed them."""

    def files(self) -> dict[str, SourceFile]:
        """The ingested files as of the last commit, by path."""

    def documents(self, document_ids: Collection[str] | None = None) -> list[Document]:
        """The committed documents, all or those asked for, in the order they were put."""

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a committed document in the order they were put; none if unknown."""

    def close(self) -> None:
        """Let go of files and of the right to write; what was not committed stays unseen."""


@dataclass(frozen=True, slots=True)
class IndexIdentity:
    """What an index was built with. Another embedder or chunker needs another index."""

    embedder: str  # with the hash of the model
    dimension: int
    chunker: str
    analyser: str


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What an index holds."""

    documents: int
    passages: int
    waiting: int  # documents stored by a run that did not finish
    files: int
    revision: int  # commits that changed what searches see
    size: int  # bytes on disk


def check_vectors(vectors: Vectors, dimension: int) -> None:
    """ValueError unless these are finite vectors of this dimension, one or more."""
    import numpy as np

    if vectors.ndim != 2 or not len(vectors) or vectors.shape[1] != dimension:
        needed = f"(at least 1, {dimension})"
        raise ValueError(f"vectors of shape {vectors.shape}, the index needs {needed}")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors with a value that is not a finite number")


def check_passages(
    document: Document,
    passages: Sequence[Passage],
    *,
    vectors: Sequence[Vectors],
    dimension: int,
) -> None:
    """ValueError unless all are slices of this document, each once, with vectors of its own."""
    if len(vectors) != len(passages):
        raise ValueError(f"vectors for {len(vectors)} passages, the index needs {len(passages)}")
    for rows in vectors:
        check_vectors(rows, dimension)
    seen: set[str] = set()
    for passage in passages:
        if passage.document_id != document.id:
            raise ValueError(f"passage {passage.id} is not of document {document.id}")
        if passage.text != document.text[passage.start : passage.end]:
            raise ValueError(f"passage {passage.id} is not the text at its place")
        if passage.id in seen:
            raise ValueError(f"passage {passage.id} was given twice")
        seen.add(passage.id)
