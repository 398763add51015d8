"""Bytes to text, whatever the encoding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from contextlib import suppress

from rag.errors import ArticleError

TRIED = "UTF-8, UTF-16, UTF-32, windows-1256, ISO-8859-6, Mac Arabic, windows-1252 and Mac Roman"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16 does, so it is tried first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# Where two give the same text the first is named; the French letters of 1256 are those of 1252.
_NARROW = ("cp1256", "iso8859-6", "mac-arabic", "cp1252", "mac-roman")
# What a page may declare and Python can read: others are slow on long text or no encodings of text.
_DECLARABLE = re.compile(r"cp\d+|iso8859-\d+|mac-\w+|koi8-\w|gb\w+|big5\w*|euc_\w+|shift_jis\w*")
_DECLARED = re.compile(
    rb"""<(?:meta\b|\?xml\b)[^>]*?\b(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.I
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_MISREAD = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f-\x9f]")  # in eight bits
_BEYOND = re.compile("[^\x00-\x7f]")
_ASCII = bytes(range(128))
_SAMPLE = 50_000  # bytes that tell one encoding from another
_LEAST = 0.42  # of `likelihood`: Arabic of 50 letters has 0.5 or more, Russian up to 0.35

# Letters by how often they stand in Arabic news, the commonest first.
_LETTERS = "اليمونرتبعةدسفهكقحأجشصطخإىضزذثغءئظؤآ"
_WEIGHTS = {letter: 1 - at / 40 for at, letter in enumerate(_LETTERS)}
_VOWELS = re.compile("(?<=[ء-ي])[\u064b-\u0652ـ]+")
_LATIN = re.compile(
    "(?<=[A-Za-zàâçèéêëîïôûùüœñäöß'’])[àâçèéêëïôûùüœñäöß]|î(?=[a-z])"
    "|(?<![a-z])(?:[ÂÇÈÉÊÎÔÙÛŒÄÖÜ](?=[A-Za-z])|[ÀÔ](?=[ '’a-z]))"
    "|(?<![^\\W_])[àâéèêçôœö](?![^\\s'’a-z])"
)
_SIGNS = re.compile("[«»“”‘’„…–—•€£°·\u00a0،؛؟٠-٩٪\u200c-\u200f]")
_PLACED = re.compile(
    "(?<=[^\\W\\d_])’(?=[\\w ])|(?<!\\w)[“‘«](?=[\\w\u00a0 ])|(?<=[\\w.,!?…\u00a0 ])[”’»](?!\\w)"
    "|[£€](?=\\d)|(?<=\\d )€|(?<=\\w)…|(?<= )[–—](?= )|\u00a0(?=[;:!?»])|(?<=[ء-ي])[،؛؟]"
)
_THE = re.compile(r"\bال(?=[ء-ي]{2})")
_ODD = re.compile(
    "[A-Za-zÀ-ÿ][ء-ي]|[ء-ي][A-Za-zÀ-ÿ]|[ةى][ء-ي]|ـ(?![ء-يـ])|(?<![ء-ي\u064b-\u0652])[\u064b-\u0652]"
    "|(?<![\\w\u064b-\u0652])[ء-هىي](?![\\w\u064b-\u0652])"
)
_COMMON = re.compile(
    "[\t\n\r -~\u00a0-\u00ff\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff\u2000-\u206f€œŒ]"
)


def decode(name: str, stored: bytes, *, declared: str | None = None, is_page: bool = False) -> str:
    """The text of a file; ArticleError, which begins with `name`, where it has none.

    A byte order mark or valid UTF-8 is proof. Else the encoding is the one that makes the likeliest
    Arabic, or French and English, of the bytes; the one `declared`, or named in the head of a page,
    is taken where none of those is likely.
    """
    if declared is None and is_page and (found := _DECLARED.search(stored[:4096])):
        declared = found[1].decode("ascii")
    text = _marked(stored)
    if text is None and b"\0" in stored:
        text = _wide(stored)
        if text is None:
            raise ArticleError(f"{name}: a binary file, not text: expected text in UTF-8")
    if text is None:
        text = _utf8(stored)
    if text is None:
        known = _known_codec(declared)
        text = _likeliest(stored, dict.fromkeys((*known, *_NARROW)))
        text = text or _strictly(stored, known)
    if text is None:
        raise ArticleError(f"{name}: not readable as {TRIED}: save as UTF-8")
    if len(_CONTROL.findall(text)) > len(text) // 1000:
        raise ArticleError(f"{name}: a binary file, not text: it is full of control characters")
    if not text.strip("\ufeff\x1a \t\r\n"):
        raise ArticleError(f"{name}: the file is empty")
    return text


def _marked(stored: bytes) -> str | None:
    """The text after a byte order mark; a few broken characters do not cost the others."""
    for mark, encoding in _MARKS:
        if stored.startswith(mark):
            text = stored.decode(encoding, "replace")
            if text.count("\ufffd") <= max(1, len(text) // 20):
                return text
    return None


def _utf8(stored: bytes) -> str | None:
    """UTF-8 with at most one broken character for every twenty that only UTF-8 explains."""
    with suppress(UnicodeDecodeError):
        return stored.decode("utf-8")
    text = stored.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    high = len(stored.translate(None, _ASCII))
    whole = len(text) - broken - (len(stored) - high)
    return text if broken * 20 <= whole else None


def _wide(stored: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: read the wrong way round it is all rare characters."""
    for encoding in _WIDE:
        sample = stored[:_SAMPLE].decode(encoding, "replace")
        if len(_COMMON.findall(sample)) > 0.9 * len(sample):
            text = stored.decode(encoding, "replace")
            return text if text.count("\ufffd") <= len(text) // 1000 + 1 else None
    return None


def _likeliest(stored: bytes, encodings: Iterable[str]) -> str | None:
    first = len(stored) - len(stored.lstrip(_ASCII))
    sample = stored[max(0, first - 100) :][:_SAMPLE]
    high = len(sample.translate(None, _ASCII))
    scores = {each: likelihood(sample.decode(each, "replace"), high) for each in encodings}
    # Letters stand in the same places in both; what differs is blanks and signs.
    scores["mac-arabic"] -= 0.02
    best = max(scores, key=lambda each: scores[each])
    if scores[best] < _LEAST:
        return None
    text = stored.decode(best, "replace")
    return text if text.count("\ufffd") <= len(text) // 1000 + 1 else None


def likelihood(text: str, high: int) -> float:
    """How likely the `high` characters beyond ASCII are in Arabic or French text: 1, or below 0.

    Letters count by their frequency; the article at the head of a word speaks for a reading,
    letters of two scripts in one word and ة or ى within a word against it.
    """
    letters = sum(text.count(letter) * weight for letter, weight in _WEIGHTS.items())
    vowels = sum(map(len, _VOWELS.findall(text)))
    latin, signs = len(_LATIN.findall(text)), len(_SIGNS.findall(text))
    good = letters + vowels * 0.6 + latin + signs * 0.4 + len(_PLACED.findall(text)) * 0.5
    known = sum(map(text.count, _WEIGHTS)) + vowels + latin + signs
    beyond = len(_BEYOND.findall(text))
    strange = max(0, beyond - known) + 2 * len(_ODD.findall(text)) + len(_MISREAD.findall(text))
    # Mac Arabic has its own blanks and signs for Arabic text, which are ASCII when decoded.
    is_arabic = letters > beyond / 2
    return (good + 2 * len(_THE.findall(text)) - strange) / max(1, beyond if is_arabic else high)


def _known_codec(declared: str | None) -> tuple[str, ...]:
    """The codec of a declared encoding, if it is one of text; browsers read Latin-1 as 1252."""
    try:
        encoding = codecs.lookup(declared or "").name
    except LookupError:
        return ()
    encoding = "cp1252" if encoding == "iso8859-1" else encoding
    return (encoding,) if _DECLARABLE.fullmatch(encoding) else ()


def _strictly(stored: bytes, encodings: Iterable[str]) -> str | None:
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return stored.decode(encoding)
    return None
