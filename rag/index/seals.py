"""Checksums of rows: what is served is compared with them first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from rag.types import Document, Passage

_SIZE = 16  # bytes of a SHA-256 that are kept


def seal_of(*values: object) -> bytes:
    """The checksum of a row; numbers, texts, None, bytes and lists of them have one each."""
    row = json.dumps(values, ensure_ascii=False, default=bytes.hex)
    return hashlib.sha256(row.encode("utf-8", "surrogatepass")).digest()[:_SIZE]


def words_of(document: Document) -> bytes:
    """The checksum of what a reader sees of a document."""
    d = document
    return seal_of(*(d.title, d.text, d.source, d.url, d.published, d.author), int(d.is_inferred))


def places_of(passages: Iterable[Passage]) -> bytes:
    """The checksum of a document's passages."""
    return seal_of(*([p.id, p.start, p.end, p.text] for p in passages))


def digest_of(document_id: str, words: bytes, *, places: bytes, blobs: Sequence[bytes]) -> bytes:
    """The checksum of all that must come back as it was put; not the path, for files move."""
    digest = hashlib.sha256(seal_of(document_id, words, places, [*map(len, blobs)]))
    for blob in blobs:
        digest.update(blob)
    return digest.digest()[:_SIZE]
