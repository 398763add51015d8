"""A docx file to its text: paragraphs and tables in their order."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rag.articles.archive import open_package
from rag.articles.pdf import sensible_title
from rag.articles.raw import RawArticle


def docx_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """The file as one article, with its title or first heading; ValueError for a broken one."""
    import docx
    from docx.exceptions import PythonDocxError
    from docx.table import Table

    open_package(name, stored).close()
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
        title = title or sensible_title(file.core_properties.title)
    except PythonDocxError as error:
        raise ValueError(str(error)) from error
    text = "\n\n".join(block for block in blocks if block.strip())
    yield RawArticle(name, "text", text, title=title)
