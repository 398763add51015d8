"""Files to raw articles."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from rag.articles.formats import (
    ARCHIVE,
    ENDINGS,
    EXPECTED,
    GUARDED,
    articles_in,
    ending_of,
    finished,
)
from rag.articles.raw import (
    MAX_BYTES,
    MAX_ROWS_BYTES,
    Kind,
    RawArticle,
    Refusal,
    check_name,
    check_size,
    shown,
)
from rag.articles.rows import jsonl_rows
from rag.articles.worker import Worker
from rag.errors import ArticleError

__all__ = [
    "ENDINGS",
    "EXPECTED",
    "MAX_BYTES",
    "MAX_SECONDS",
    "ArticleReader",
    "Kind",
    "RawArticle",
    "Refused",
    "check_name",
    "find_files",
    "read_articles",
    "shown",
]

MAX_SECONDS = 60.0

Refused = Callable[[str, str], None]  # the name of a part, as "a.zip!b.txt", and the reason


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files given and those below the folders given, absolute, sorted, each once.

    Below a folder, hidden names and those without a known ending are passed over. Raises
    ArticleError for a path that does not exist, and where nothing is found.
    """
    found: set[Path] = set()
    for path in paths:
        try:
            is_there = path.exists()
        except OSError as error:  # it lies in a folder that may not be read
            raise ArticleError(f"cannot read {path}: {error.strerror}") from error
        if not is_there:
            raise ArticleError(f"no such file or folder: {path}")
        found.update(_files_below(path) if path.is_dir() else [path.resolve()])
    if not found:
        places = ", ".join(map(str, paths))
        raise ArticleError(f"no articles in {places}: expected {EXPECTED} files")
    return sorted(found)


def _files_below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=_refuse_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and path.suffix.lower() in ENDINGS and _may_be_file(path):
                yield path.resolve()


def _may_be_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a link into a folder that may not be read: who reads it will be told
        return True


def _refuse_folder(error: OSError) -> None:
    raise ArticleError(f"cannot read the folder {error.filename}: {error.strerror}") from error


class ArticleReader:
    """Reads files one after the other; a context manager, for it may keep a process.

    PDF, docx, epub, MHTML and archives are read in that process, which is ended and started again
    when one takes longer than `seconds` or more than 2 GiB of memory. The other formats are read
    here, in time that grows with the size of the file.
    """

    def __init__(self, *, seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._worker = Worker(seconds=seconds, max_bytes=max_bytes)

    def __enter__(self) -> ArticleReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; reading again starts another."""
        self._worker.close()

    def read(
        self, path: Path, *, content: bytes | None = None, refused: Refused | None = None
    ) -> Iterator[RawArticle]:
        """The articles of a file; `content` is its bytes where they are known.

        Raises ArticleError, in one line that names the file, for what cannot be read. Parts that
        are refused, as members of an archive, do not cost the others: `refused` is told of each,
        and without it the first is an ArticleError after everything else was given.
        """
        first: Refusal | None = None
        count = 0
        is_empty = True
        for found in self._found(path, content):
            if isinstance(found, RawArticle):
                is_empty = False
                yield found
                continue
            first, count = first or found, count + 1
            if refused and found.name != str(path):
                refused(found.name, found.reason)
        if first and (is_empty or not refused):
            part = first.name.removeprefix(f"{path}!") + ": " if first.name != str(path) else ""
            more = f" (and {count - 1} more)" if count > 1 else ""
            raise ArticleError(f"{path}: {part}{first.reason}{more}")
        if is_empty and ending_of(path.name) == ARCHIVE:
            raise ArticleError(f"{path}: no articles in it: expected {EXPECTED} files")

    def _found(self, path: Path, content: bytes | None) -> Iterator[RawArticle | Refusal]:
        check_name(path)
        name, ending = str(path), ending_of(path.name)
        if ending not in ENDINGS:
            raise ArticleError(f"{name}: cannot read '{ending}' files: expected {EXPECTED}")
        limit = MAX_ROWS_BYTES if ending in (".jsonl", ARCHIVE) else self._max_bytes
        try:
            check_size(name, path.stat().st_size if content is None else len(content), limit)
            if ending in GUARDED:
                yield from self._worker.read(name, content)
            elif ending == ".jsonl" and content is None:
                with path.open("rb") as lines:
                    yield from map(finished, jsonl_rows(name, lines))
            else:
                yield from articles_in(name, path.read_bytes() if content is None else content)
        except OSError as error:
            raise ArticleError(f"{name}: cannot be read: {error.strerror}") from error


def read_articles(
    path: Path,
    *,
    content: bytes | None = None,
    max_bytes: int = MAX_BYTES,
    seconds: float = MAX_SECONDS,
    refused: Refused | None = None,
) -> Iterator[RawArticle]:
    """The articles of one file, as `ArticleReader.read` gives them; for many files use that."""
    with ArticleReader(seconds=seconds, max_bytes=max_bytes) as reader:
        yield from reader.read(path, content=content, refused=refused)
