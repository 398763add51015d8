"""Passages to a searchable corpus: the seam, and what is known of an index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.types import Document, Filter, Hit, Passage, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors


class Index(Protocol):
    """Documents, their passages and vectors; a higher score comes first, at most `k` of them.

    A passage has a vector for each of its sentences, or as many as it was put with, and is as
    near to a question as the nearest of them. Passages that score the same come in the order in
    which they were put.

    What the calls that change it say is visible to searches after `commit`, all at once. Where
    they contradict each other the later call holds.

    A document stays while a recorded file names it, and goes with the last file that does; one
    that was put and never named by a file stays until it is removed.

    Of a group of copies one member is searched: the first that is there and that the filter of
    the search lets through. BM25 counts the members that are searched without a filter.

    A filter lets through what it is sure of: an article of "2024-05" is within since "2024-05"
    or until "2024", and not within since "2024-05-10". Scores are those of a search without it.
    A filter whose `since` or `until` is no date is a RagError.
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

    def set_copies(self, groups: Sequence[Sequence[str]]) -> None:
        """Replace all groups of copies by these document ids, whoever stands for each group first.

        An id that is not there at the commit is passed over; one in two places is a ValueError.
        """

    def copies(self, document_ids: Collection[str]) -> dict[str, list[Document]]:
        """For each of the ids the other committed members of its group in order, [] if none."""

    def keep_signatures(self, signatures: Mapping[str, bytes]) -> None:
        """Keep bytes beside documents from the next commit on, for as long as each stays."""

    def signatures(self) -> dict[str, bytes]:
        """What was kept beside committed documents, by document id."""

    def nearest(self, vectors: Vectors, k: int, within: Filter | None = None) -> list[list[Hit]]:
        """The passages of highest inner product for each row of `vectors` (n, dimension)."""

    def rows(self, passages: Sequence[Passage]) -> list[Vectors]:
        """The vectors each passage was put with, to three digits; (0, dimension) if unknown."""

    def matching(
        self, questions: Sequence[str], k: int, within: Filter | None = None
    ) -> list[list[Hit]]:
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


def check_groups(groups: Sequence[Sequence[str]]) -> None:
    """ValueError if a document is in two places."""
    seen: set[str] = set()
    for document_id in (member for group in groups for member in group):
        if document_id in seen:
            raise ValueError(f"document {document_id} is in two places among the copies")
        seen.add(document_id)
