"""Text that was decoded wrongly before it was saved, to the text it was."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.articles.encoding import likelihood
from rag.articles.raw import RawArticle
from rag.errors import ArticleError

_LEAST = (
    5  # pairs that are needed for a proof: fewer may be meant, as in an article about encodings
)
_LOST = 0.01  # of the pairs, above which a text is refused: its letters cannot be known


def _table(encoding: str) -> dict[int, int]:
    """Characters to the bytes they were read from; bytes that mean nothing stay themselves."""
    found = {}
    for byte in range(256):
        character = bytes([byte]).decode(encoding, "ignore") or chr(byte)
        found[ord(character)] = byte
    return found


_TABLES = {encoding: _table(encoding) for encoding in ("cp1252", "cp1256")}
_ARABIC_FIRST = bytes(range(0xD8, 0xDC))  # of the two bytes of a letter in UTF-8
# Accented letters too, which is what pages that went wrong twice are made of.
_FIRST = {"cp1252": b"\xc2\xc3" + _ARABIC_FIRST, "cp1256": _ARABIC_FIRST}


def _class(encoding: str, numbers: bytes | range) -> str:
    known = _TABLES[encoding]
    return "[" + "".join(re.escape(chr(c)) for c, byte in known.items() if byte in numbers) + "]"


_FIRSTS = {encoding: re.compile(_class(encoding, _FIRST[encoding])) for encoding in _TABLES}
_PAIRS = {
    encoding: re.compile(_class(encoding, _FIRST[encoding]) + _class(encoding, range(0x80, 0xC0)))
    for encoding in _TABLES
}
_RUNS = {encoding: re.compile(_class(encoding, range(0x80, 0x100)) + "+") for encoding in _TABLES}
_ACCENTED = re.compile("[À-ÿ]{2}")
_QUESTIONS = re.compile(r"\?{3,}")
_ARABIC = re.compile("[ء-ي]")


def repaired(raw: RawArticle) -> RawArticle:
    """The article with its text and title as they were; ArticleError where letters are lost.

    UTF-8 read as windows-1252 or windows-1256 is proved by being UTF-8 again when it is turned
    back; windows-1256 read as windows-1252 by the likely Arabic it turns into.
    """
    content = _plain(raw.path, raw.content)
    title = _plain(raw.path, raw.title) if raw.title else raw.title
    if content is raw.content and title is raw.title:
        return raw
    return replace(raw, content=content, title=title)


def _plain(name: str, text: str) -> str:
    lost = text.count("\ufffd") + sum(map(len, _QUESTIONS.findall(text)))
    if lost >= 20 and lost > len(_ARABIC.findall(text)):
        raise ArticleError(
            f"{name}: {lost} letters were lost before it was saved (� or ????): fetch it again"
        )
    return _from_narrow(_from_utf8(name, text))


def _from_utf8(name: str, text: str) -> str:
    signs = {encoding: len(pairs.findall(text)) for encoding, pairs in _PAIRS.items()}
    encoding = max(signs, key=lambda each: signs[each])
    # Of the letters of true Arabic few are followed by such a character; here each is.
    if signs[encoding] < max(_LEAST, len(_ARABIC.findall(text)) / 4):
        return text
    fixed = text
    for _ in range(3):  # some pages went wrong twice
        fixed = "\n".join(_line(line, encoding) for line in fixed.split("\n"))
    pattern = _FIRSTS[encoding] if encoding == "cp1252" else _PAIRS[encoding]
    left = len(pattern.findall(fixed))
    if left > signs[encoding] * _LOST:
        raise ArticleError(
            f"{name}: UTF-8 that was read as {encoding.replace('cp', 'windows-')} before it was "
            f"saved, and {left} letters of it are lost: fetch it again"
        )
    return fixed


def _line(line: str, encoding: str) -> str:
    if not _FIRSTS[encoding].search(line):
        return line
    whole = _turned(line, encoding)
    if whole is not None:
        return whole
    return _RUNS[encoding].sub(lambda run: _turned(run[0], encoding) or run[0], line)


def _turned(text: str, encoding: str) -> str | None:
    known = _TABLES[encoding]
    try:
        return bytes(known[ord(character)] for character in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


def _from_narrow(text: str) -> str:
    """windows-1256 or ISO-8859-6 that was read as windows-1252: «ÇáÓáÇã»."""
    pairs = len(_ACCENTED.findall(text))
    if pairs < _LEAST or pairs < len(_ARABIC.findall(text)):
        return text
    return "\n".join(_narrow_line(line) for line in text.split("\n"))


def _narrow_line(line: str) -> str:
    known = _TABLES["cp1252"]
    if not _ACCENTED.search(line) or any(ord(character) not in known for character in line):
        return line
    stored = bytes(known[ord(character)] for character in line)
    readings = [stored.decode(encoding, "replace") for encoding in ("cp1256", "iso8859-6")]
    high = sum(byte > 0x7F for byte in stored)
    best = max(readings, key=lambda reading: likelihood(reading, high))
    return best if likelihood(best, high) > max(0.3, likelihood(line, high)) else line
