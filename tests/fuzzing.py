"""What must hold for any input at all: bytes to articles, documents, passages and dates."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from types import FrameType

from pages.pairs import pairs

from rag.articles import ArticleReader, RawArticle
from rag.articles.formats import articles_in
from rag.chunk import SentenceChunker, sentences_of
from rag.clean import cleaned
from rag.clean.dates import mentions, parse_day
from rag.clean.explain import TITLE, explain
from rag.errors import ArticleError
from rag.types import Document

SECONDS = 5  # of computing for one input of a few kilobytes
LONGEST = 20_000  # characters of an article that are cleaned
READER = ArticleReader(seconds=SECONDS)
CHUNKERS = (SentenceChunker(), SentenceChunker(target_words=5, longest_words=8, overlap=2))

Examine = Callable[[bytes], None]


class TookTooLongError(BaseException):
    """An input that took longer than SECONDS; no library may swallow it."""


@contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """TookTooLongError within the block after `seconds` of computing, between lines of Python."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def check_article(raw: RawArticle) -> None:
    """What holds between an article, its documents and their passages."""
    for value in (raw.content, raw.title, raw.source, raw.url, raw.published, raw.author):
        (value or "").encode()
    raw = RawArticle(raw.path, raw.kind, raw.content[:LONGEST], raw.title, raw.source, raw.url)
    documents = cleaned(raw).documents
    lines = explain(raw)
    for number, document in enumerate(documents, start=1):
        check_document(document)
        kept = [line for line in lines if line.document == number and line.rule != TITLE]
        text = "".join(("\n\n" if line.has_gap else "\n") + line.text for line in kept)
        assert text.strip() == document.text, "explained otherwise than cleaned"
    assert all(line.rule for line in lines if line.document is None), "cut by no rule"
    assert len({document.id for document in documents}) == len(documents)


def check_document(document: Document) -> None:
    """What holds of a document and its passages."""
    assert document.title.strip(), "no title"
    assert "\n" not in document.title
    assert document.text.strip() == document.text != ""
    assert document.id == Document.of(document.title, document.text).id
    if document.published:
        date.fromisoformat(document.published)
    for value in (document.source, document.url, document.author):
        assert value is None or (value.strip() and "\n" not in value), value
    for chunker in CHUNKERS:
        at = 0
        for passage in chunker.split(document):
            assert document.text[passage.start : passage.end] == passage.text != ""
            assert not document.text[at : passage.start].strip(), "text in no passage"
            at = max(at, passage.end)
            for sentence in sentences_of(passage):
                assert document.text[sentence.start : sentence.end] == sentence.text != ""
        assert not document.text[at:].strip(), "text after the last passage"


def examine_text(stored: bytes) -> None:
    """A page of text, each line bytes of its own or, by its number, one that real pages have."""
    check_article(RawArticle("a.txt", "text", _page(stored)))


def examine_html(stored: bytes) -> None:
    check_article(RawArticle("a.html", "html", stored.decode("utf-8", "replace")))


def examine_markdown(stored: bytes) -> None:
    check_article(RawArticle("a.md", "markdown", stored.decode("utf-8", "replace")))


def examine_dates(stored: bytes) -> None:
    """The dates of a text: in order, apart from each other, each a day, a month or a year."""
    text = stored.decode("utf-8", "replace")
    for published in (None, "2023-07-23", "2024-02-29"):
        at = 0
        for mention in mentions(text, published=published):
            assert at <= mention.start < mention.end <= len(text)
            at = mention.end
            date.fromisoformat((mention.iso + "-01-01")[:10])
    if day := parse_day(text):
        date.fromisoformat(day)


def examine_file(ending: str) -> Examine:
    """The reader of a format, and everything after it."""

    def examine(stored: bytes) -> None:
        try:
            for found in articles_in(f"a{ending}", stored):
                if isinstance(found, RawArticle):
                    check_article(found)
                else:
                    assert "\n" not in found.reason
        except ArticleError as error:
            said = str(error)
        else:
            return
        assert said.startswith(f"a{ending}"), said
        assert "\n" not in said, said

    return examine


def examine_archive(stored: bytes) -> None:
    """An archive, read in the process of its own: that must not fail, whatever is in it."""
    refused: dict[str, str] = {}
    try:
        for raw in READER.read(Path("a.zip"), content=stored, refused=refused.__setitem__):
            check_article(raw)
    except ArticleError as error:
        refused["a.zip"] = str(error)
    for reason in refused.values():
        assert "\n" not in reason
        assert "report it" not in reason  # as it says where the process failed


TARGETS: dict[str, Examine] = {
    "text": examine_text,
    "html": examine_html,
    "markdown": examine_markdown,
    "dates": examine_dates,
    "encodings": examine_file(".txt"),
    "csv": examine_file(".csv"),
    "jsonl": examine_file(".jsonl"),
    "pdf": examine_file(".pdf"),
    "docx": examine_file(".docx"),
    "epub": examine_file(".epub"),
    "mhtml": examine_file(".mhtml"),
    "zip": examine_archive,
}


@cache
def known_lines() -> tuple[str, ...]:
    """The lines of the pages of text that the tests have, each once."""
    texts = (pair.raw.content for pair in pairs() if pair.raw.kind == "text")
    return tuple(dict.fromkeys(line for text in texts for line in text.splitlines()))


def _page(stored: bytes) -> str:
    lines = known_lines()
    said = []
    for piece in stored.split(b"\n"):
        if len(piece) == 2:
            said.append(lines[int.from_bytes(piece, "big") % len(lines)])
        else:
            said.append(piece.decode("utf-8", "replace"))
    return "\n".join(said)


def seeds(target: str) -> list[bytes]:
    """Inputs that a reader takes whole, for mutation."""
    from test_articles_worker import SAMPLES

    samples = {
        **{name: [SAMPLES[f".{name}"]] for name in ("csv", "jsonl", "pdf", "docx", "epub")},
        "mhtml": [SAMPLES[".mhtml"], SAMPLES[".mht"]],
        "zip": [SAMPLES[".zip"]],
        "markdown": [SAMPLES[".md"]],
        "encodings": [SAMPLES[".txt"], SAMPLES[".markdown"], "نصّ قصير.".encode("utf-16")],
        "html": [p.raw.content.encode() for p in pairs() if p.raw.kind == "html"][::4],
        "text": [p.raw.content.encode() for p in pairs() if p.raw.kind == "text"][::4],
        "dates": [
            "الخميس - 4 شهر رمضان 1445 هـ - 14 مارس 2024 مـ، أمس (الجمعة)".encode(),
            "10:35-14 مارس 2024 م ـ 04 رمضان 1445 هـ، الأحد الماضي".encode(),
            "من 25 يناير إلى 3 مارس/ آذار 2011، قبل يومين، ١٢/٣/٢٠٢٤، الشهر الماضي، غداً".encode(),
        ],
    }
    # Pages by the numbers of their lines are short enough for a mutation to matter.
    count = len(known_lines())
    pages = [
        b"\n".join((start * 37 + at).to_bytes(2, "big") for at in range(12))
        for start in range(count // 37)
    ]
    return [*samples[target], *(pages if target == "text" else [])]


def quiet() -> None:
    """Say nothing of what libraries say of broken files."""
    logging.disable(logging.CRITICAL)
