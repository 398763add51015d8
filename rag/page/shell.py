"""The document around the chat: language, direction, style, and what it may load."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rag.page import NAME, escaped

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

# Gradio writes scripts and styles into its page and makes functions of strings, so these cannot be
# refused; but nothing may be loaded from, sent to or framed by another host.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

_LANGUAGE = re.compile(r'<html(\s+)lang="[^"]*"')
_CARDS = re.compile(r'\s*<meta\s+(?:name|property)="(?:og|twitter):[^>]*>')


class Shell:
    """Middleware around Gradio's app: the headers for every response, and the page made ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] == "http":
            send = _Rewriter(send).send
        await self._app(scope, receive, send)


def dressed(page: str) -> str:
    """Gradio's page in Arabic, right to left, with our style and without its adverts."""
    page = _LANGUAGE.sub(r'<html\1lang="ar" dir="rtl"', page, count=1)
    head = (
        f"<title>{escaped(NAME)}</title><style>{_file('chat.css')}</style>"
        f"<script>{_file('chat.js')}</script>"
    )
    return _CARDS.sub("", page).replace("</head>", f"{head}</head>", 1)


class _Rewriter:
    """One response on its way out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: MutableMapping[str, Any] | None = None  # held back while a page is gathered
        self._body = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message["headers"], *own]}
            if _is_page(message["headers"]):
                self._start = message
                return
        elif self._start:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            await self._send_page(self._start)
            return
        await self._send(message)

    async def _send_page(self, start: MutableMapping[str, Any]) -> None:
        body = dressed(self._body.decode()).encode() if self._body else b""
        kept = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
        length = [(b"content-length", str(len(body)).encode())] if body else []
        await self._send({**start, "headers": [*kept, *length]})
        await self._send({"type": "http.response.body", "body": body})


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in headers
    )


@cache
def _file(name: str) -> str:
    return files("rag.page").joinpath(name).read_text(encoding="utf-8")
