"""Answers, hits, means and what a run was made on, as JSON and as text."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from rag.clean.dates import explain_day, inferred_days
from rag.types import Answer, Citation, Document, Hit, Sentence

if TYPE_CHECKING:
    from rag.ingest import IngestReport
    from rag.selective import Point

Copies: TypeAlias = Mapping[str, Sequence[Document]]
Documents: TypeAlias = Mapping[str, Document]  # by id
_NONE: Documents = MappingProxyType({})

TIMINGS = ("evidence", "first_word", "total")
NEAREST = 3  # articles named under a declined answer
NEAREST_HEADING = "أقرب المقالات:"
INSTEAD_HEADING = "تجيب المقالات عن هذه الأسئلة:"
_COPIES = 10  # stories named after an ingest
ALSO = "نُشر أيضاً في:"
INFERRED = "مستنتج"
PACKAGES = (
    *("musnad", "torch", "sentence-transformers", "llama-cpp-python", "faiss-cpu", "numpy"),
)


def answer_as_json(answer: Answer, documents: Documents = _NONE) -> dict[str, object]:
    """An answer as `rag ask --json` prints it; a timing that was not taken is None.

    A citation has `copies` where its article appeared elsewhere too, and `days` where its words
    count from the day of publication of one of `documents`, which are named by their ids.
    """
    return {
        "question": answer.question,
        "text": answer.text,
        "status": answer.status,
        "sentences": [
            _sentence_as_json(sentence, answer.copies, documents) for sentence in answer.sentences
        ],
        "hits": hits_as_json(answer.hits),
        "timings": {name: answer.timings.get(name) for name in TIMINGS},
    }


def hits_as_json(hits: Sequence[Hit]) -> list[dict[str, object]]:
    """Hits in their order, each with the text of its passage."""
    return [
        {
            "passage_id": hit.passage.id,
            "document_id": hit.passage.document_id,
            "path": hit.passage.path,
            "score": float(hit.score),  # an index may give NumPy's floats, which JSON refuses
            "text": hit.passage.text,
        }
        for hit in hits
    ]


def document_as_json(document: Document, passages: int) -> dict[str, object]:
    """What is known of a document, its text left out, and how many passages it was cut into."""
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "url": document.url,
        "published": document.published,
        "is_inferred": document.is_inferred,
        "author": document.author,
        "path": document.path,
        "passages": passages,
    }


def answer_as_text(answer: Answer, documents: Documents = _NONE) -> str:
    """The marked text, then each source once under its number with the words that were cited.

    Below words that count from the day of publication stand the days that are meant. A declined
    answer has no sources; the nearest articles stand in their place, and what could be asked
    instead. The sentences of an overview stand each on a line of its own.
    """
    between = "\n" if answer.overview else " "
    said = between.join(sentence.marked for sentence in answer.sentences)
    blocks = [said, *_sources(answer.citations, answer.copies, documents)]
    if answer.status == "declined" and answer.hits:
        names = dict.fromkeys(_name(hit.passage.title, hit.passage.path) for hit in answer.hits)
        blocks.append("\n".join([NEAREST_HEADING, *(f"- {name}" for name in [*names][:NEAREST])]))
    if answer.suggestions:
        blocks.append("\n".join([INSTEAD_HEADING, *(f"- {each}" for each in answer.suggestions)]))
    return "\n\n".join(block for block in blocks if block)


def days_in_words(days: Mapping[str, str]) -> list[str]:
    """Words and the dates they mean, as a reader writes them.

    >>> days_in_words({"أمس الجمعة": "2023-07-21"})
    ['«أمس الجمعة» = 21 يوليو 2023، مستنتج']
    """
    return [f"«{words}» = {explain_day(iso)}، {INFERRED}" for words, iso in days.items()]


def hits_as_text(hits: Sequence[Hit]) -> str:
    """Hits for a terminal: score, title and file, and the passage below."""
    if not hits:
        return "no passage fits"
    blocks = []
    for place, hit in enumerate(hits, start=1):
        name = _name(hit.passage.title, hit.passage.path)
        blocks.append(f"{place}. {name}  ({hit.score:.2f})\n{hit.passage.text}")
    return "\n\n".join(blocks)


def ingest_as_text(done: IngestReport) -> str:
    """What an ingest did: what went, moved or was read in part, the copies, and the counts."""
    lines = [f"removed  {path}" for path in done.removed]
    lines += [f"moved    {before} -> {path}" for before, path in done.moved]
    lines += [f"in part  {path}: {note}" for path, note in done.noted]
    lines += [f"copies   {titles[0]} (x{len(titles)})" for titles in done.copies[:_COPIES]]
    if len(done.copies) > _COPIES:
        lines.append(f"copies   and {len(done.copies) - _COPIES:,} more stories")
    counts = [
        (len(done.added), "added"),
        (len(done.changed), "changed"),
        (len(done.moved), "moved"),
        (len(done.unchanged), "unchanged"),
        (len(done.removed), "removed"),
        (len(done.refused), "refused"),
    ]
    files = ", ".join(f"{count:,} {what}" for count, what in counts if count) or "none"
    lines.append(
        f"files: {files}; articles read: {done.documents:,}; passages embedded: {done.embedded:,}"
    )
    return "\n".join(lines)


def means_as_text(means: Mapping[str, float]) -> str:
    """One line per mean, the names and the decimal points aligned.

    >>> print(means_as_text({"nDCG@10": 0.9517, "words": 21.5}))
    nDCG@10   0.952
    words    21.500
    """
    name_width = max(map(len, means), default=0)
    figures = {name: f"{value:.3f}" for name, value in means.items()}
    figure_width = max(map(len, figures.values()), default=0)
    return "\n".join(
        f"{name:<{name_width}}  {figure:>{figure_width}}" for name, figure in figures.items()
    )


def points_as_text(points: Sequence[Point]) -> str:
    """One line per threshold; what is not known is `-`, a column of nothing else is left out.

    >>> from rag.selective import Point
    >>> known, unknown = Point(0.9, 0.5, 0.25, None, None), Point(0.1, 1.0, None, None, None)
    >>> print(points_as_text([unknown, known]))
    threshold  coverage   risk
          0.1     1.000      -
          0.9     0.500  0.250
    """
    columns = [f"{point.threshold:g}" for point in points]
    table = [["threshold", *columns]] if points else []
    for name in ("coverage", "risk", "false_answer", "false_refusal"):
        values = [getattr(point, name) for point in points]
        if any(value is not None for value in values):
            table.append([name, *("-" if value is None else f"{value:.3f}" for value in values)])
    widths = [max(5, *map(len, column)) for column in table]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in zip(*table, strict=True)
    )


def versions() -> dict[str, str | None]:
    """The versions of Python and of what a score can hang on; None for what is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def machine() -> dict[str, object]:
    """What a timing can hang on: processor, cores, memory in bytes, operating system."""
    processor, cpuinfo = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines()]
        names = [value.strip() for key, _, value in lines if key.strip() == "model name"]
        processor = names[0] if names else processor
    has_sizes = hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if has_sizes else None
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory": memory,
        "platform": platform.platform(),
    }


def _sentence_as_json(
    sentence: Sentence, copies: Copies, documents: Documents
) -> dict[str, object]:
    return {
        "text": sentence.text,
        "supported": sentence.supported,
        "reason": sentence.reason,
        "citations": [
            _citation_as_json(citation, copies, documents) for citation in sentence.citations
        ],
    }


def _citation_as_json(
    citation: Citation, copies: Copies, documents: Documents
) -> dict[str, object]:
    told: dict[str, object] = {
        "number": citation.number,
        "document_id": citation.passage.document_id,
        "title": citation.passage.title,
        "path": citation.passage.path,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }
    others = copies.get(citation.passage.document_id, ())
    if others:
        told["copies"] = [
            {"document_id": d.id, "title": d.title, "source": d.source, "path": d.path}
            for d in others
        ]
    if days := _days(citation, documents):
        told["days"] = [{"text": words, "day": iso} for words, iso in days.items()]
    return told


def _days(citation: Citation, documents: Documents) -> dict[str, str]:
    document = documents.get(citation.passage.document_id)
    return inferred_days(citation.quote, document.published) if document else {}


def _sources(citations: Sequence[Citation], copies: Copies, documents: Documents) -> list[str]:
    """One block per source: `[1] title — path`, and each cited stretch of it on its own line."""
    quotes: dict[str, dict[str, None]] = {}
    for citation in sorted(citations, key=lambda citation: citation.number):
        name = _name(citation.passage.title, citation.passage.path)
        others = [
            d.source or d.path or d.title for d in copies.get(citation.passage.document_id, ())
        ]
        also = f"\n    {ALSO} {'، '.join(dict.fromkeys(others))}" if others else ""
        on_one_line = " ".join(citation.quote.split())
        days = (f"\n      {line}" for line in days_in_words(_days(citation, documents)))
        shown = f"    «{on_one_line}»{''.join(days)}"
        quotes.setdefault(f"[{citation.number}] {name}{also}", {})[shown] = None
    return ["\n".join([source, *of_source]) for source, of_source in quotes.items()]


def _name(title: str, path: str | None) -> str:
    return " — ".join(part for part in (title, path) if part)
