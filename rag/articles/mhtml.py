"""A page saved as MHTML to its main part."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message

from rag.articles.encoding import decode
from rag.articles.raw import RawArticle
from rag.errors import ArticleError


def mhtml_articles(name: str, stored: bytes) -> Iterator[RawArticle]:
    """The page that was saved, without its frames and pictures, and where it stood."""
    try:
        message = message_from_bytes(stored)
        pages = [part for part in message.walk() if part.get_content_type() in _PAGES]
        if not pages:
            raise ArticleError(f"{name}: no page in it: expected MHTML with a text/html part")
        page = _main_page(message, pages)
        content = page.get_payload(decode=True)
    except MessageError as error:
        raise ValueError(str(error)) from error
    content = content if isinstance(content, bytes) else b""
    text = decode(name, content, declared=page.get_content_charset(), is_page=True)
    yield RawArticle(name, "html", text, url=_url_of(message, page))


_PAGES = ("text/html", "application/xhtml+xml")


def _main_page(message: Message, pages: list[Message]) -> Message:
    """The part named as the start, or that stands where the page did, or the first."""
    start = _parameter(message, "start")
    location = _header(message, "Snapshot-Content-Location") or _header(message, "Content-Location")
    for part in pages:
        if start and _header(part, "Content-ID") == start:
            return part
    for part in pages:
        if location and _header(part, "Content-Location") == location:
            return part
    return pages[0]


def _url_of(message: Message, page: Message) -> str | None:
    places = (
        _header(message, "Snapshot-Content-Location"),
        _header(page, "Content-Location"),
        _header(message, "Content-Location"),
    )
    return next((each for each in places if each.startswith(("http://", "https://"))), None)


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "").strip()


def _parameter(message: Message, name: str) -> str:
    value = message.get_param(name)
    return value.strip() if isinstance(value, str) else ""
