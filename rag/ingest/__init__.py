"""Files to an index that matches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.articles import find_files
from rag.bulk import RayEmbedder
from rag.copies import regroup
from rag.embed import Embedder
from rag.errors import ArticleError
from rag.index import Index
from rag.ingest.embedding import Chunker, Progress, embed_documents
from rag.ingest.reading import IngestReport, read_all, vanished
from rag.types import Document, SourceFile

__all__ = ["Chunker", "IngestReport", "Progress", "embed_documents", "ingest_files"]


def ingest_files(
    paths: Sequence[Path],
    index: Index,
    *,
    chunker: Chunker,
    embedder: Embedder | RayEmbedder,
    progress: Progress,
) -> IngestReport:
    """Make the index hold what the files and folders at `paths` hold now.

    Files are told apart by content: only what is new is embedded, and what a killed run had
    embedded is kept, on a full disk too. A file of which something cannot be read is refused, and
    what it held before stays. Raises ArticleError where there is nothing to read at all.
    """
    report = IngestReport()
    known = index.files()
    readings = list(read_all(find_files(paths), known, report=report, progress=progress))
    if report.refused and not (readings or report.unchanged or known):
        path, reason = report.refused[0]
        more = f" (and {len(report.refused) - 1} more)" if len(report.refused) > 1 else ""
        raise ArticleError(f"no file could be read; {path}: {reason}{more}")
    report.removed += vanished(paths, known, report)
    report.documents = sum(len(reading.documents) for reading in readings)
    documents = [document for reading in readings for document in reading.documents]
    report.embedded = embed_documents(
        documents, index, chunker=chunker, embedder=embedder, progress=progress
    )
    forget = [*report.removed, *(before for before, _ in report.moved)]
    files = {path: file for path, file in known.items() if path not in forget}
    files |= {reading.file.path: reading.file for reading in readings}
    index.record([reading.file for reading in readings], forget=forget)
    report.copies = _group_copies(index, documents, known=known, files=files)
    index.commit()
    return report


def _group_copies(
    index: Index,
    new: Sequence[Document],
    *,
    known: Mapping[str, SourceFile],
    files: Mapping[str, SourceFile],
) -> list[tuple[str, ...]]:
    """Find the copies among all that files hold; returns their titles by group."""
    before, after = (
        {name for file in held.values() for name in file.document_ids} for held in (known, files)
    )
    records = index.signatures()
    there = {document.id: document for document in new}
    missing = after - records.keys() - there.keys()  # of a salvaged index, say
    fresh = [*there.values(), *(index.documents(missing) if missing else [])]
    found = regroup(
        *(records, fresh),
        gone=before - after,
        read=lambda name: there.get(name) or index.documents([name])[0],
    )
    index.keep_signatures(found.records)
    index.set_copies(found.groups)
    members = {name for names in found.groups for name in names} - there.keys()
    titles = {d.id: d.title for d in [*index.documents(members), *new]}
    return [tuple(titles[name] for name in names) for names in found.groups]
