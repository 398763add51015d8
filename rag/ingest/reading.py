"""Files to the documents in them, compared with what the index knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.articles import ArticleReader, check_name, shown
from rag.clean import CLEANER, clean
from rag.errors import ArticleError
from rag.ingest.embedding import Progress
from rag.types import Document, SourceFile


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
class Reading:
    """A file that is not as the index knows it, and what is new in it."""

    file: SourceFile
    documents: tuple[Document, ...]


def read_all(
    files: Sequence[Path],
    known: dict[str, SourceFile],
    *,
    report: IngestReport,
    progress: Progress,
) -> Iterator[Reading]:
    """The files that are new, changed or moved; `report` gets every file's part."""
    gone = {file.sha256: path for path, file in known.items() if _is_gone(path)}
    with ArticleReader() as reader:
        for done, path in enumerate(files, start=1):
            try:
                reading = _read(path, known, gone=gone, reader=reader, report=report)
                if reading:
                    yield reading
            except ArticleError as error:
                name = shown(path)
                report.refused.append((name, str(error).removeprefix(f"{name}: ")))
            except OSError as error:
                report.refused.append((shown(path), f"cannot be read: {error.strerror}"))
            progress(done, len(files), "reading")


def _read(
    path: Path,
    known: dict[str, SourceFile],
    *,
    gone: dict[str, str],
    reader: ArticleReader,
    report: IngestReport,
) -> Reading | None:
    """What a new, changed or moved file holds; None for one that is known as it is."""
    check_name(path)
    name, digest = str(path), _digest(path)
    before = known.get(name)
    if before and before.sha256 == digest:
        report.unchanged.append(name)
        return None
    former = None if before else gone.pop(digest, None)
    if former:
        report.moved.append((former, name))
        return Reading(SourceFile(name, digest, known[former].document_ids), ())
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
    return Reading(SourceFile(name, digest, tuple(dict.fromkeys(names))), documents)


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


def vanished(
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
