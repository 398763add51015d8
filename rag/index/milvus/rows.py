"""Documents as rows of Milvus, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.index.filters import facets_of
from rag.index.milvus.schema import Collections, padded, pieces
from rag.index.milvus.server import Row, Server, among
from rag.index.milvus.weights import counts_of, weights_of
from rag.types import Document, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

# A key holds that of the passage, this that of the document: numbers of 31, 20 and 12 bits.
_PASSAGES = 20
_SENTENCES = 12
_ASKED = 100  # keys in one expression


class Rows:
    """The texts, passages and sentences of documents, each written once under a new key."""

    def __init__(self, server: Server, names: Collections) -> None:
        self._server = server
        self._names = names

    def write(
        self,
        key: int,
        document: Document,
        passages: Sequence[Passage],
        *,
        analysed: Sequence[Sequence[str]],
        vectors: Sequence[Vectors],
        born: int,
    ) -> None:
        """Store a document with the terms and vectors of its passages, to be seen from `born`."""
        _check_sizes(document, vectors)
        _, _, first, last, source = facets_of(document, -1, 0)
        facets = {"born": born, "first": first, "last": last, "source": source_key(source)}
        shared = {"document": key, "owner": document.id, **facets}
        found, said = [], []
        for place, (passage, terms) in enumerate(zip(passages, analysed, strict=True)):
            own = key << _PASSAGES | place
            found.append({"key": own, **shared, **_passage_row(passage, terms)})
            said += [
                {"key": own << _SENTENCES | n, **shared, "passage": own, "vector": row}
                for n, row in enumerate(np.asarray(vectors[place], np.float32))
            ]
        text = padded({"key": key, "text": pieces(document.text)})
        self._server.upsert(self._names.texts, [text])
        self._server.upsert(self._names.passages, found)
        self._server.upsert(self._names.sentences, said)

    def delete(self, keys: Collection[int]) -> None:
        """Documents that nobody will ask for again."""
        for asked in _blocks(keys):
            self._delete(among("key", asked), among("document", asked))

    def delete_from(self, key: int) -> None:
        """All documents from this key on."""
        self._delete(f"key >= {key}", f"document >= {key}")

    def texts(self, keys: Collection[int]) -> dict[int, str]:
        """The texts of documents by their keys."""
        found = self._query(self._names.texts, "key", keys, ["text"])
        return {row["key"]: "".join(row["text"]) for row in found}

    def passages_of(self, key: int) -> list[Row]:
        """The passages of a document, in order."""
        rows = self._query(self._names.passages, "document", [key], _PLACES)
        return sorted(rows, key=lambda row: int(row["key"]))

    def passages_at(self, keys: Collection[int]) -> dict[int, Row]:
        """Passages by their keys; those that are gone are left out."""
        rows = self._query(self._names.passages, "key", keys, _PLACES)
        return {row["key"]: row for row in rows}

    def names_of(self, keys: Collection[int]) -> Iterator[Row]:
        """Key, owner and name of the passages of documents."""
        yield from self._query(self._names.passages, "document", keys, ["owner", "name"])

    def vectors_of(self, passages: Collection[int]) -> dict[int, list[Vectors]]:
        """The vectors of passages in the order in which they were put, by the passage's key."""
        rows = [*self._query(self._names.sentences, "passage", passages, ["passage", "vector"])]
        found: dict[int, list[Vectors]] = {}
        for row in sorted(rows, key=lambda row: int(row["key"])):
            found.setdefault(row["passage"], []).append(np.array(row["vector"], np.float32))
        return found

    def census(self, keys: Collection[int]) -> tuple[Counter[int], int, int]:
        """In how many passages of documents each term is, and how many passages and terms."""
        frequencies: Counter[int] = Counter()
        passages = total = 0
        for row in self._query(self._names.passages, "document", keys, ["length", "terms"]):
            frequencies.update(counts_of(row["terms"], row["length"]).keys())
            passages += 1
            total += row["length"]
        return frequencies, passages, total

    def flush(self) -> None:
        """Have what is searched written out and indexed."""
        for name in (self._names.passages, self._names.sentences):
            self._server.call("flush", name)

    def _delete(self, texts: str, others: str) -> None:
        self._server.call("delete", self._names.texts, filter=texts)
        for name in (self._names.passages, self._names.sentences):
            self._server.call("delete", name, filter=others)

    def _query(
        self, collection: str, field: str, keys: Collection[int], fields: Sequence[str]
    ) -> Iterator[Row]:
        for asked in _blocks(keys):
            yield from self._server.call(
                "query",
                collection,
                filter=among(field, asked),
                output_fields=["key", *fields],
            )


_PLACES = ("document", "owner", "name", "start", "end", "text")


def source_key(number: int) -> int:
    """The number of an outlet, as Milvus' signed integers hold it."""
    return number >> 1


def passage_from(row: Row, document: Mapping[str, Any]) -> Passage:
    """The passage of a row and what the ledger says of its document."""
    return Passage(
        id=row["name"],
        document_id=row["owner"],
        title=document["title"],
        text="".join(row["text"]),
        start=row["start"],
        end=row["end"],
        path=document["path"],
    )


def _passage_row(passage: Passage, terms: Sequence[str]) -> Row:
    return {
        "name": passage.id,
        "start": passage.start,
        "end": passage.end,
        "text": pieces(passage.text),
        "length": len(terms),
        "terms": weights_of(terms),
    }


def _check_sizes(document: Document, vectors: Sequence[Vectors]) -> None:
    most = max(map(len, vectors), default=0)
    if len(vectors) >= 1 << _PASSAGES or most >= 1 << _SENTENCES:
        raise ValueError(
            f"{document.id} has {len(vectors)} passages, one of them with {most} vectors; an index"
            f" on Milvus takes fewer than {1 << _PASSAGES} and {1 << _SENTENCES}"
        )


def _blocks(keys: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), _ASKED):
        yield ordered[start : start + _ASKED]
