"""A PDF to its text, Arabic lines in reading order."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from rag.arabic import arabic_share
from rag.articles.order import in_reading_order, plain_letters
from rag.articles.raw import RawArticle
from rag.errors import ArticleError

if TYPE_CHECKING:
    from pypdf import PageObject
    from pypdf.generic import DictionaryObject

FEWEST_LETTERS = 30  # of a page with a picture; fewer are the name of a scanner

_LETTER = re.compile(r"[^\W\d_]")
# What pypdf takes for neither direction, and for right to left.
_STRONG = re.compile("[^\x00-/:-@٠-٩٪-٭۰-۹\u2000-\u206f\u20a0-\u21ff]")
_LEFTWARD = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_DIGITS = re.compile("[٠-٩۰-۹]+(?:[.,/٫٬][٠-٩۰-۹]+)*")
_MIRRORED = str.maketrans("()[]{}«»<>", ")(][}{»«><")
_NEUTRAL = " ()[]{}«»<>\"'،؛.,:;!?؟/|…–—-"
_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_PAGE_NUMBER = re.compile(r"\W*\d{1,4}\W*|(?:صفحة|page)\W*\d{1,4}(?:\W+(?:من|of)\W+\d{1,4})?", re.I)


def pdf_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """The text of a PDF and, where it has a sensible one, its title.

    ArticleError where there is no text to be had: an encrypted file, a scan, fonts that do not say
    what they draw, Arabic in no order; ValueError for a broken file.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(stored))
        pages = [_lines_in_order(page) for page in reader.pages]
        title = sensible_title(reader.metadata.title) if reader.metadata else None
        _check_text(name, reader.pages, lines=[line for page in pages for line in page])
    except (FileNotDecryptedError, DependencyError) as error:
        raise ArticleError(f"{name}: an encrypted PDF: save a copy without password") from error
    except PyPdfError as error:
        raise ValueError(str(error)) from error
    counts = [len(page) for page in pages]
    try:
        lines = iter(in_reading_order([line for page in pages for line in page]))
    except ValueError as error:
        raise ArticleError(f"{name}: {error}: run OCR on it, or use another copy") from error
    pages = [list(islice(lines, count)) for count in counts]
    text = plain_letters(_flowing(pages))
    yield RawArticle(name, "text", text, title=title, note=_note(reader.pages, pages))


def _check_text(name: str, pages: Sequence[PageObject], *, lines: Sequence[str]) -> None:
    """ArticleError where the pages are pictures, or their letters have no meaning."""
    text = "".join(lines)
    letters = _letters(lines)
    unreadable = len(_UNREADABLE.findall(text))
    if unreadable > letters / 4 and any(_is_nameless(font) for font in _fonts(pages)):
        raise ArticleError(
            f"{name}: a PDF whose fonts do not say which letters they draw: run OCR on it first"
        )
    # A scan may bear the name of the scanner.
    is_bare = letters < FEWEST_LETTERS * len(pages) and all(map(_has_picture, pages))
    if not letters or is_bare:
        raise ArticleError(f"{name}: a PDF without a text layer (a scan?): run OCR on it first")


def _note(pages: Sequence[PageObject], lines: Sequence[Sequence[str]]) -> str | None:
    """How many of the pages are pictures, where the others are not."""
    count = sum(
        _letters(of_page) < FEWEST_LETTERS and _has_picture(page)
        for page, of_page in zip(pages, lines, strict=True)
    )
    have = "has" if count == 1 else "have"
    return (
        f"{count} of {len(lines)} pages {have} no text (scans?): run OCR on it" if count else None
    )


def _letters(lines: Iterable[str]) -> int:
    return sum(len(_LETTER.findall(line)) for line in lines)


def _resources(page: PageObject, kind: str) -> Iterator[DictionaryObject]:
    from pypdf.generic import DictionaryObject

    resources = page["/Resources"].get_object() if "/Resources" in page else None
    if isinstance(resources, DictionaryObject) and kind in resources:
        found = resources[kind].get_object()
        values = found.values() if isinstance(found, DictionaryObject) else ()
        for value in (each.get_object() for each in values):
            if isinstance(value, DictionaryObject):
                yield value


def _fonts(pages: Sequence[PageObject]) -> Iterator[DictionaryObject]:
    for page in pages:
        yield from _resources(page, "/Font")


def _is_nameless(font: DictionaryObject) -> bool:
    is_numbered = font.get("/Subtype") == "/Type3" or str(font.get("/Encoding")).startswith(
        "/Identity"
    )
    return is_numbered and "/ToUnicode" not in font


def _has_picture(page: PageObject) -> bool:
    return any(each.get("/Subtype") == "/Image" for each in _resources(page, "/XObject"))


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


def sensible_title(title: str | None) -> str | None:
    """A title from a file's properties, unless it is a file name or a template's."""
    title = (title or "").strip()
    is_name = re.search(r"\.\w{2,4}$|^(?:Microsoft|untitled|document)\b", title, re.IGNORECASE)
    return title if len(title.split()) >= 2 and not is_name else None
