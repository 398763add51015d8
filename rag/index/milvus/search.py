"""The two legs of a search on Milvus, exact where Milvus compares everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.index.filters import days_of, facets_of, matches
from rag.index.milvus.ledger import Head, Kind, Ledger, Values
from rag.index.milvus.rows import Rows, passage_from, source_key
from rag.index.milvus.schema import Collections
from rag.index.milvus.server import MOST, Row, Server
from rag.index.milvus.weights import asked_of, most_of, number_of, score_of
from rag.types import Document, Filter, Hit

if TYPE_CHECKING:
    from rag.types import Vectors

_BLOCK = 16  # questions of one call
_WIDER = 4  # rows for each passage wanted, and how much further to look if too few
_MOST_TERMS = 4096  # passages returned with their terms, about 5 kB each
_ROUNDING = 1e-6  # of Milvus' numbers of 32 bits

_Scores = dict[int, float]  # by the key of the passage


@dataclass(frozen=True, slots=True)
class Found:
    """What a call of Milvus returned for one question: rows, and a bound for all others."""

    rows: Sequence[Row]  # with their scores in "distance"
    is_all: bool  # nothing else has a score
    least: float  # no other row has a higher one


class Search:
    """Searches in one revision; what it learns of documents it asks for once."""

    def __init__(
        self, server: Server, names: Collections, *, ledger: Ledger, rows: Rows, head: Head
    ) -> None:
        self._server = server
        self._names = names
        self._ledger = ledger
        self._rows = rows
        self._head = head
        self._documents: dict[str, Any] = {}
        self._groups: Values = {}

    def nearest(self, vectors: Vectors, k: int, within: Filter | None) -> list[list[Hit]]:
        """At most `k` passages for each vector, as near as their nearest sentence."""
        hits: list[list[Hit]] = []
        where = self._where(within)
        for start in range(0, len(vectors), _BLOCK):
            block = list(vectors[start : start + _BLOCK])
            scores: dict[int, _Scores] = {}
            width = _WIDER * k
            while unclear := [n for n in range(len(block)) if n not in scores]:
                width = min(width, MOST)
                asked = [block[n] for n in unclear]
                found = self._ask(self._names.sentences, asked, "vector", where, width)
                self._learn(row for each in found for row in each.rows)
                for n, each in zip(unclear, found, strict=True):
                    best = _levelled(self._best_rows(each.rows, within))
                    certain = sum(score > each.least + _ROUNDING for score in best.values())
                    if each.is_all or certain >= k or width == MOST:
                        scores[n] = best
                width *= _WIDER
            hits += [self._hits(scores[n], k) for n in range(len(block))]
        return hits

    def matching(self, terms: Sequence[str], k: int, within: Filter | None) -> list[Hit]:
        """At most `k` passages of highest BM25; those that share no term are left out."""
        head, numbers = self._head, {number_of(term) for term in terms}
        frequencies = self._ledger.read(
            Kind.TERM, [str(number) for number in numbers], revision=head.revision
        )
        known = {int(name): df for name, df in frequencies.items()}
        asked = asked_of(terms, known, passages=head.passages)
        if not asked:
            return []
        mean = head.terms / head.passages if head.terms else 1.0
        where, width = self._where(within), _WIDER * k
        while True:
            width = min(width, _MOST_TERMS)
            [found] = self._ask(self._names.passages, [asked], "terms", where, width)
            self._learn(found.rows)
            scores = {
                row["key"]: score_of(asked, row["terms"], length=row["length"], mean=mean)
                for row in found.rows
                if self._is_searched(row, within)
            }
            bound = most_of(found.least, mean) * (1 + _ROUNDING)
            certain = sum(score > bound for score in scores.values())
            if found.is_all or certain >= k or width == _MOST_TERMS:
                return self._hits(scores, k)
            width *= _WIDER

    def documents(self, ids: Collection[str] | None) -> Values:
        """What the ledger says of committed documents, by id."""
        return self._ledger.read(Kind.DOCUMENT, ids, revision=self._head.revision)

    def groups(self, names: Iterable[str | None]) -> Values:
        """The members of groups of copies."""
        asked = {name for name in names if name}
        return self._ledger.read(Kind.GROUP, asked, revision=self._head.revision)

    def _ask(
        self, collection: str, asked: Sequence[Any], field: str, where: str, width: int
    ) -> list[Found]:
        extra = ["length", "terms"] if field == "terms" else ["passage"]
        answers = self._server.call(
            "search",
            collection,
            data=list(asked),
            anns_field=field,
            filter=where,
            limit=width,
            output_fields=["document", "owner", *extra],
            search_params={"metric_type": "IP"},
        )
        found = []
        for answer in answers:
            rows = [
                {"key": hit["key"], "distance": hit["distance"], **hit["entity"]} for hit in answer
            ]
            least = rows[-1]["distance"] if rows else 0.0
            found.append(Found(rows, len(rows) < width, least))
        return found

    def _where(self, within: Filter | None) -> str:
        """What Milvus can tell alone; the rest is for `_is_searched`."""
        parts = [f"born <= {self._head.revision}"]
        if within:
            matches(Document("", "", ""), within)  # a RagError where a date is none
            since, until = days_of(within.since), days_of(within.until)
            if since or until:
                parts.append(f"first >= {since[0] if since else 1}")
            if until:
                parts.append(f"last <= {until[1]}")
            if within.sources:
                numbers = [_source(outlet) for outlet in within.sources]
                parts.append(f"source in {numbers}")
        return " and ".join(parts)

    def _learn(self, rows: Iterable[Row]) -> None:
        """Look up the documents of rows, and all members of their groups."""
        ids = {row["owner"] for row in rows} - self._documents.keys()
        self._look_up(ids)
        held = (self._documents[name] for name in ids)
        groups = self.groups(document["group"] for document in held if document)
        self._groups |= groups
        members = {name for group in groups.values() for name in group}
        self._look_up(members - self._documents.keys())

    def _look_up(self, ids: Collection[str]) -> None:
        self._documents |= dict.fromkeys(ids) | self.documents(ids)

    def _is_searched(self, row: Row, within: Filter | None) -> bool:
        """Whether a row is of a committed document, the first copy that the filter lets through."""
        document = self._documents[row["owner"]]
        if not document or document["key"] != row["document"]:
            return False
        for member in self._groups.get(document["group"], ()):
            told = self._documents[member]
            if told and matches(document_from(member, told), within):
                return bool(member == row["owner"])
        return True

    def _best_rows(self, rows: Iterable[Row], within: Filter | None) -> _Scores:
        scores: _Scores = defaultdict(lambda: float("-inf"))
        for row in rows:
            if self._is_searched(row, within):
                scores[row["passage"]] = max(scores[row["passage"]], row["distance"])
        return scores

    def _hits(self, scores: Mapping[int, float], k: int) -> list[Hit]:
        best = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        rows = self._rows.passages_at(best)
        return [
            Hit(passage_from(rows[key], self._documents[rows[key]["owner"]]), scores[key])
            for key in best
            if key in rows  # else the index has changed, and all of this is done again
        ]


def _levelled(scores: Mapping[int, float]) -> _Scores:
    """Scores with those that differ by rounding alone as one.

    Where a vector stands among the others decides in which order a processor adds it up.
    """
    levelled: _Scores = {}
    level = float("inf")
    for key in sorted(scores, key=scores.__getitem__, reverse=True):
        if scores[key] < level - _ROUNDING:
            level = scores[key]
        levelled[key] = level
    return levelled


def document_from(document_id: str, told: Mapping[str, Any], text: str = "") -> Document:
    """A document from what the ledger says of it."""
    held = {name: told[name] for name in TOLD}
    return Document(id=document_id, text=text, **held)


TOLD = ("title", "source", "url", "published", "path", "author", "is_inferred")


def _source(outlet: str) -> int:
    return source_key(facets_of(Document("", "", "", source=outlet), -1, 0)[-1])
