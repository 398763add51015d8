"""A docx file to its text: paragraphs and tables in their order."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from rag.articles.archive import open_package
from rag.articles.pdf import sensible_title
from rag.articles.raw import RawArticle

_NOT_NOW = ("del", "moveFrom", "AlternateContent", "drawing", "pict", "object", "pPr", "rPr")
_SPACES = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def docx_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """The file as one article, with its title or first heading; ValueError for a broken one."""
    import docx
    from docx.exceptions import PythonDocxError
    from docx.text.paragraph import Paragraph

    open_package(name, stored).close()
    title = None
    blocks: list[str] = []
    try:
        file = docx.Document(io.BytesIO(stored))
        for block in _within(file.element.body, "p", "tbl"):
            if _name(block) == "tbl":
                rows = (" | ".join(_cells(row)) for row in _within(block, "tr"))
                blocks.append("\n".join(rows))
                continue
            blocks.append(_text(block))
            style = Paragraph(block, file).style
            if not title and style and style.name in ("Title", "Heading 1"):
                title = blocks[-1].strip()
        title = title or sensible_title(file.core_properties.title)
    except PythonDocxError as error:
        raise ValueError(str(error)) from error
    text = "\n\n".join(block for block in blocks if block.strip())
    yield RawArticle(name, "text", text, title=title)


def _within(parent: Any, *names: str) -> Iterator[Any]:
    """The elements of these names in order, those of content controls and tracked changes too."""
    for child in parent:
        if _name(child) in names:
            yield child
        elif _name(child) in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            yield from _within(child, *names)


def _cells(row: Any) -> list[str]:
    cells = _within(row, "tc")
    # A table in a cell is told in its place.
    texts = (" ".join(map(_text, _within(cell, "p", "tbl"))) for cell in cells)
    return [text.strip() for text in texts]


def _text(node: Any) -> str:
    """What is written in a paragraph now: what was inserted, not what was deleted."""
    if _name(node) == "t":
        return node.text or ""
    children = (child for child in node if _name(child) not in _NOT_NOW)
    return _SPACES.get(_name(node), "") + "".join(map(_text, children))


def _name(node: Any) -> str:
    """The name of an element without its namespace; nothing for a comment."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
