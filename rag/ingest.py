"""Files to an index that matches them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rag.articles import ArticleReader, find_files
from rag.bulk import RayEmbedder
from rag.chunk import sentences_of
from rag.clean import CLEANER, clean
from rag.copies import regroup
from rag.embed import Embedder
from rag.errors import ArticleError
from rag.index import Index
from rag.types import Document, Passage, SourceFile

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


@dataclass(slots=True)
class IngestReport:
    """What an ingest did, by file; `refused` has the reason in one line."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)  # from, to
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    noted: list[tuple[str, str]] = field(default_factory=list)  # read, but not all of it
    copies: list[tuple[str, ...]] = field(default_factory=list)  # titles of one story, by group
    documents: int = 0  # read from added and changed files
    embedded: int = 0  # passages


@dataclass(frozen=True, slots=True)
class _Reading:
    file: SourceFile
    documents: tuple[Document, ...]


def ingest_files(
    paths: Sequence[Path],
    index: Index,
    *,
    chunker: Chunker,
    embedder: Embedder | RayEmbedder,
    progress: Progress,
) -> IngestReport:
    """Make the index hold what the files and folders at `paths` hold now.

    Files are told apart by content: only what is new is embedded, and what a killed run had
    embedded is kept, on a full disk too. A file of which something cannot be read is refused, and
    what it held before stays. Raises ArticleError where there is nothing to read at all.
    """
    report = IngestReport()
    known = index.files()
    readings = list(_read_all(find_files(paths), known, report=report, progress=progress))
    if report.refused and not (readings or report.unchanged or known):
        path, reason = report.refused[0]
        more = f" (and {len(report.refused) - 1} more)" if len(report.refused) > 1 else ""
        raise ArticleError(f"no file could be read; {path}: {reason}{more}")
    report.removed += _vanished(paths, known, report)
    report.documents = sum(len(reading.documents) for reading in readings)
    documents = [document for reading in readings for document in reading.documents]
    report.embedded = embed_documents(
        documents, index, chunker=chunker, embedder=embedder, progress=progress
    )
    forget = [*report.removed, *(before for before, _ in report.moved)]
    files = {path: file for path, file in known.items() if path not in forget}
    files |= {reading.file.path: reading.file for reading in readings}
    index.record([reading.file for reading in readings], forget=forget)
    report.copies = _group_copies(index, documents, known=known, files=files)
    index.commit()
    return report


def _group_copies(
    index: Index,
    new: Sequence[Document],
    *,
    known: Mapping[str, SourceFile],
    files: Mapping[str, SourceFile],
) -> list[tuple[str, ...]]:
    """Find the copies among all that files hold; returns their titles by group."""
    before, after = (
        {name for file in held.values() for name in file.document_ids} for held in (known, files)
    )
    records = index.signatures()
    there = {document.id: document for document in new}
    missing = after - records.keys() - there.keys()  # of a salvaged index, say
    fresh = [*there.values(), *(index.documents(missing) if missing else [])]
    found = regroup(
        *(records, fresh),
        gone=before - after,
        read=lambda name: there.get(name) or index.documents([name])[0],
    )
    index.keep_signatures(found.records)
    index.set_copies(found.groups)
    members = {name for names in found.groups for name in names} - there.keys()
    titles = {d.id: d.title for d in [*index.documents(members), *new]}
    return [tuple(titles[name] for name in names) for names in found.groups]


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


def _read_all(
    files: Sequence[Path],
    known: dict[str, SourceFile],
    *,
    report: IngestReport,
    progress: Progress,
) -> Iterator[_Reading]:
    gone = {file.sha256: path for path, file in known.items() if _is_gone(path)}
    with ArticleReader() as reader:
        for done, path in enumerate(files, start=1):
            try:
                reading = _read(path, known, gone=gone, reader=reader, report=report)
                if reading:
                    yield reading
            except ArticleError as error:
                report.refused.append((str(path), str(error).removeprefix(f"{path}: ")))
            except OSError as error:
                report.refused.append((str(path), f"cannot be read: {error.strerror}"))
            progress(done, len(files), "reading")


def _read(
    path: Path,
    known: dict[str, SourceFile],
    *,
    gone: dict[str, str],
    reader: ArticleReader,
    report: IngestReport,
) -> _Reading | None:
    """What a new, changed or moved file holds; None for one that is known as it is."""
    name, digest = str(path), _digest(path)
    before = known.get(name)
    if before and before.sha256 == digest:
        report.unchanged.append(name)
        return None
    former = None if before else gone.pop(digest, None)
    if former:
        report.moved.append((former, name))
        return _Reading(SourceFile(name, digest, known[former].document_ids), ())
    refused, noted = len(report.refused), len(report.noted)
    documents = _documents(path, reader, report)
    in_part = _in_part(digest)
    if before:
        (report.unchanged if before.sha256 == in_part else report.changed).append(name)
    elif former := gone.pop(in_part, None):
        report.moved.append((former, name))
    else:
        report.added.append(name)
    names = [document.id for document in documents]
    if before and len(report.refused) > refused:  # what a refused part held must not be lost
        names += before.document_ids
    if len(report.refused) > refused or len(report.noted) > noted:
        digest = in_part
    return _Reading(SourceFile(name, digest, tuple(dict.fromkeys(names))), documents)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{CLEANER} {content}".encode()).hexdigest()


def _in_part(digest: str) -> str:
    """The digest of a file not all of which could be read: each ingest reads and tells it again."""
    return hashlib.sha256(f"in part {digest}".encode()).hexdigest()


def _documents(path: Path, reader: ArticleReader, report: IngestReport) -> tuple[Document, ...]:
    documents: list[Document] = []
    empty: ArticleError | None = None  # a row without article text does not cost the others

    def refused(name: str, reason: str) -> None:
        report.refused.append((name, reason))

    for raw in reader.read(path, refused=refused):
        if raw.note:
            report.noted.append((raw.path, raw.note))
        try:
            documents += clean(raw)
        except ArticleError as error:
            empty = error
    if not documents:
        raise empty or ArticleError("no article text in it")
    return tuple(documents)


def _is_gone(path: str) -> bool:
    """Whether a file is not there; one in a folder that may not be read could still be."""
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _vanished(
    paths: Sequence[Path], known: dict[str, SourceFile], report: IngestReport
) -> list[str]:
    """Known files below the given folders that are no longer there."""
    folders = [path.resolve() for path in paths if path.is_dir()]
    moved = {before for before, _ in report.moved}
    return [
        name
        for name in known
        if name not in moved
        and _is_gone(name)
        and any(folder in Path(name).parents for folder in folders)
    ]
