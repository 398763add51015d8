"""A PDF to its text, Arabic lines in reading order."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.arabic import arabic_share
from rag.errors import ArticleError

if TYPE_CHECKING:
    from pypdf import PageObject

_LETTER = re.compile(r"[^\W\d_]")
# What pypdf takes for neither direction, and for right to left.
_STRONG = re.compile("[^\x00-/:-@٠-٩٪-٭۰-۹\u2000-\u206f\u20a0-\u21ff]")
_LEFTWARD = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_DIGITS = re.compile("[٠-٩۰-۹]+(?:[.,/٫٬][٠-٩۰-۹]+)*")
_MIRRORED = str.maketrans("()[]{}«»<>", ")(][}{»«><")
_NEUTRAL = " ()[]{}«»<>\"'،؛.,:;!?؟/|…–—-"
_PRESENTATION = re.compile("[\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufdf0-\ufdfc\ufe70-\ufefc]")
_PAGE_NUMBER = re.compile(r"\W*\d{1,4}\W*|(?:صفحة|page)\W*\d{1,4}(?:\W+(?:من|of)\W+\d{1,4})?", re.I)


def pdf_text(path: Path, stored: bytes) -> tuple[str, str | None]:
    """The text of a PDF and, where it has a sensible one, its title.

    ArticleError for an encrypted file or one without a text layer, ValueError for a broken one.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(stored))
        pages = [_lines_in_order(page) for page in reader.pages]
        title = sensible_title(reader.metadata.title) if reader.metadata else None
    except (FileNotDecryptedError, DependencyError) as error:
        raise ArticleError(f"{path}: an encrypted PDF: save a copy without password") from error
    except PyPdfError as error:
        raise ValueError(str(error)) from error
    text = _PRESENTATION.sub(_letters, _flowing(pages))
    if not _LETTER.search(text):
        raise ArticleError(f"{path}: a PDF without a text layer (a scan?): run OCR on it first")
    return text, title


def _lines_in_order(page: PageObject) -> list[str]:
    """The lines of a PDF page; pypdf leaves the pieces of an Arabic line from left to right."""
    lines: list[list[tuple[str, bool, float]]] = [[]]
    is_rightward = True

    def add(text: str, _: object, matrix: list[float], *__: object) -> None:
        nonlocal is_rightward
        if strong := _STRONG.search(text):  # other pieces go the way of the one before
            is_rightward = not _LEFTWARD.match(strong[0])
        first, *rest = text.split("\n")
        lines[-1].append((first, is_rightward, matrix[4]))
        lines.extend([(piece, is_rightward, matrix[4])] for piece in rest)

    page.extract_text(visitor_text=add)
    for line in lines:
        if arabic_share("".join(text for text, _, _ in line)) > 0.5:
            step = -1 if line[0][2] <= line[-1][2] else 1
            line[:] = [(_as_read(text, right), right, x) for text, right, x in line[::step]]
    texts = ("".join(text for text, _, _ in line).strip() for line in lines)
    return [text for text in texts if text]


def _as_read(piece: str, is_rightward: bool) -> str:
    """A piece of an Arabic line: what is not a word goes the other way than pypdf has it."""
    if not is_rightward:
        return _DIGITS.sub(lambda digits: digits[0][::-1], piece).translate(_MIRRORED)
    core = piece.strip(_NEUTRAL)
    before, _, after = piece.partition(core) if core else (piece, "", "")
    return after[::-1].translate(_MIRRORED) + core + before[::-1].translate(_MIRRORED)


def _flowing(pages: Sequence[Sequence[str]]) -> str:
    """The pages as paragraphs, without page numbers and the lines at the edge of most pages.

    A PDF has only lines: one that is clearly shorter than the rest ends a paragraph.
    """
    edges = Counter(line for lines in pages for line in {*lines[:2], *lines[-2:]})
    running = {line for line, count in edges.items() if count >= 3 and count > len(pages) / 2}
    lines: list[str] = []
    for page in pages:
        for at, line in enumerate(page):
            is_edge = at < 2 or at >= len(page) - 2
            if not (is_edge and (line in running or _PAGE_NUMBER.fullmatch(line))):
                lines.append(line)
    widths = sorted(len(line) for line in lines)
    full = widths[len(widths) * 9 // 10] * 0.8 if widths else 0
    return "".join(line + (" " if len(line) >= full else "\n\n") for line in lines)


def _letters(shapes: re.Match[str]) -> str:
    plain = unicodedata.normalize("NFKC", shapes[0])
    # A mark of its own becomes a blank or a tatweel with the mark on it.
    return plain.strip(" ـ") if shapes[0] <= "\ufe7f" and len(plain) == 2 else plain


def sensible_title(title: str | None) -> str | None:
    """A title from a file's properties, unless it is a file name or a template's."""
    title = (title or "").strip()
    is_name = re.search(r"\.\w{2,4}$|^(?:Microsoft|untitled|document)\b", title, re.IGNORECASE)
    return title if len(title.split()) >= 2 and not is_name else None
