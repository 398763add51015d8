"""Files to raw articles."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.arabic import arabic_share
from rag.articles.pdf import pdf_text, sensible_title
from rag.errors import ArticleError

Kind = Literal["text", "markdown", "html"]
MAX_BYTES = 50 * 1024**2
MAX_JSONL_BYTES = 1024**3
MAX_UNPACKED_BYTES = 500 * 1024**2  # of a docx: a few kilobytes of zip can hold gigabytes
EXPECTED = "txt, md, html, pdf, docx or jsonl"
ENDINGS = (".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx", ".jsonl")

_TEXT_FIELDS = ("text", "content", "context", "body")
_LETTER = re.compile(r"[^\W\d_]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^# +(\S.*)$", re.MULTILINE)
# pypdf and python-docx let these through when a file is damaged; anything else is a bug of ours.
_DAMAGE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError),
    *(OSError, EOFError, RuntimeError, SyntaxError, struct.error, zlib.error, zipfile.BadZipFile),
)


@dataclass(frozen=True, slots=True)
class RawArticle:
    """The text of a file, or of one line of a JSONL file, before any cleaning."""

    path: str
    kind: Kind
    content: str
    title: str | None = None  # this and the rest only where the format itself says it
    source: str | None = None
    url: str | None = None
    published: str | None = None  # as the file has it
    author: str | None = None


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files given and those below the folders given, absolute, sorted, each once.

    Below a folder, hidden names and those without a known ending are passed over. Raises
    ArticleError for a path that does not exist, and where nothing is found.
    """
    found: set[Path] = set()
    for path in paths:
        if not path.exists():
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
            if not name.startswith(".") and path.suffix.lower() in ENDINGS and path.is_file():
                yield path.resolve()


def _refuse_folder(error: OSError) -> None:
    raise ArticleError(f"cannot read the folder {error.filename}: {error.strerror}") from error


def read_articles(
    path: Path, *, content: bytes | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[RawArticle]:
    """The articles of one file, one after the other; `content` is its bytes where they are known.

    Raises ArticleError, in one line that names the file, for what cannot be read. JSONL is read
    line by line up to `MAX_JSONL_BYTES`, so that a broken line is found only when it is reached.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ArticleError(f"{path}: cannot read '{ending}' files: expected {EXPECTED}")
    try:
        size = path.stat().st_size if content is None else len(content)
        _check_size(path, size, MAX_JSONL_BYTES if ending == ".jsonl" else max_bytes)
        if ending == ".jsonl":
            yield from _jsonl_articles(path, content)
            return
        stored = path.read_bytes() if content is None else content
    except OSError as error:
        raise ArticleError(f"{path}: cannot be read: {error.strerror}") from error
    if ending not in (".pdf", ".docx"):
        yield _text_article(path, stored)
        return
    try:
        article = (_pdf_article if ending == ".pdf" else _docx_article)(path, stored)
    except _DAMAGE as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ArticleError(f"{path}: a damaged {ending[1:]} file: {reason}") from error
    yield article


def _check_size(path: Path, size: int, limit: int) -> None:
    if size == 0:
        raise ArticleError(f"{path}: the file is empty")
    if size > limit:
        sizes = f"{size / 1024**2:.1f} MiB, more than the {limit / 1024**2:g} MiB allowed"
        raise ArticleError(f"{path}: {sizes}: split the file")


def decode(path: Path, stored: bytes) -> str:
    """The text of a file in UTF-8, in UTF-16 with a byte order mark, or in windows-1256."""
    has_mark = stored.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in stored and not has_mark:
        raise ArticleError(f"{path}: a binary file, not text: expected text in UTF-8")
    for encoding in ("utf-16",) if has_mark else ("utf-8-sig", "windows-1256"):
        try:
            text = stored.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "windows-1256" and not (_LETTER.search(text) and arabic_share(text) > 0.5):
            continue  # it decodes almost anything, so only Arabic proves it right
        if len(_CONTROL.findall(text)) > len(text) // 1000:
            raise ArticleError(f"{path}: a binary file, not text: it is full of control characters")
        if not text.strip("\ufeff\x1a \t\r\n"):
            raise ArticleError(f"{path}: the file is empty")
        return text
    raise ArticleError(f"{path}: neither UTF-8, UTF-16 nor Arabic in windows-1256: save as UTF-8")


def _text_article(path: Path, stored: bytes) -> RawArticle:
    text = decode(path, stored)
    if path.suffix.lower() not in (".md", ".markdown"):
        return RawArticle(str(path), "text" if path.suffix.lower() == ".txt" else "html", text)
    text = text.replace("\r\n", "\n")
    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        text = text[front.end() :]
        pairs = (line.partition(":") for line in front[1].splitlines())
        fields = {name.strip().lower(): value.strip().strip("\"'") for name, _, value in pairs}
    if heading := _HEADING.search(text):
        fields["title"] = fields.get("title") or heading[1].rstrip(" #")
    return _article(path, "markdown", text, fields)


def _article(path: Path, kind: Kind, text: str, fields: Mapping[str, object]) -> RawArticle:
    known = {name: _first(fields, name) for name in ("title", "source", "url", "author")}
    published = _first(fields, "published", "date")
    return RawArticle(str(path), kind, text, published=published, **known)


def _first(fields: Mapping[str, object], *names: str) -> str | None:
    values = (fields.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def _jsonl_articles(path: Path, content: bytes | None) -> Iterator[RawArticle]:
    is_empty = True
    with path.open("rb") if content is None else io.BytesIO(content) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                is_empty = False
                if article := _row_article(path, number, line):
                    yield article
    if is_empty:
        raise ArticleError(f"{path}: the file is empty")


def _row_article(path: Path, number: int, line: bytes) -> RawArticle | None:
    """The article of a row; None where its text is there and empty: nothing is lost."""
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else error
        raise ArticleError(f"{path}, line {number}: not JSON in UTF-8: {reason}") from error
    fields = row if isinstance(row, dict) else {}
    text = _first(fields, *_TEXT_FIELDS)
    if text is None and any(isinstance(fields.get(name), str) for name in _TEXT_FIELDS):
        return None
    if text is None:
        expected = "an object with 'text', 'content', 'context' or 'body'"
        raise ArticleError(f"{path}, line {number}: no text: expected {expected}")
    return _article(path, "text", text, fields)


def _pdf_article(path: Path, stored: bytes) -> RawArticle:
    text, title = pdf_text(path, stored)
    return RawArticle(str(path), "text", text, title=title)


def _docx_article(path: Path, stored: bytes) -> RawArticle:
    import docx
    from docx.exceptions import PythonDocxError
    from docx.table import Table

    with zipfile.ZipFile(io.BytesIO(stored)) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > MAX_UNPACKED_BYTES:
        raise ArticleError(f"{path}: unpacks to {size / 1024**2:.0f} MiB: split the file")
    title = None
    blocks: list[str] = []
    try:
        file = docx.Document(io.BytesIO(stored))
        for block in file.iter_inner_content():
            if isinstance(block, Table):
                # A merged cell is given once for each place it takes.
                rows = ({cell._tc: cell.text.strip() for cell in row.cells} for row in block.rows)
                blocks.append("\n".join(" | ".join(row.values()) for row in rows))
                continue
            blocks.append(block.text)
            if not title and block.style and block.style.name in ("Title", "Heading 1"):
                title = block.text.strip()
    except PythonDocxError as error:
        raise ValueError(str(error)) from error
    text = "\n\n".join(block for block in blocks if block.strip())
    return RawArticle(
        str(path), "text", text, title=title or sensible_title(file.core_properties.title)
    )
