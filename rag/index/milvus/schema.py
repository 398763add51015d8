"""The four collections of an index on Milvus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rag.index.milvus.server import Server, pymilvus

_LETTERS = 65_535  # bytes of one text in Milvus
_PIECES = 4096  # of a longer one
_PAD = {"pad": [0.0, 0.0]}  # Milvus wants a vector in every collection
_Build = Callable[[Any, Any, Any], None]

PIECE = _LETTERS // 4  # characters that always fit into one text


@dataclass(frozen=True, slots=True)
class Collections:
    """Their names, and how they are made.

    `state` holds everything that changes (see rag.index.milvus.ledger). The rows of the others
    are written once and deleted: texts of documents, passages with the weights of their terms,
    and sentences with their vectors. A passage's key holds its document's, a sentence's both.
    """

    prefix: str
    dimension: int
    vectors: str  # kind of Milvus index

    @property
    def state(self) -> str:
        """Values by kind and name."""
        return f"{self.prefix}_state"

    @property
    def texts(self) -> str:
        """Texts by key of the document."""
        return f"{self.prefix}_texts"

    @property
    def passages(self) -> str:
        """Passages, searched by their terms."""
        return f"{self.prefix}_passages"

    @property
    def sentences(self) -> str:
        """Sentences, searched by their vectors."""
        return f"{self.prefix}_sentences"

    def exist(self, server: Server) -> bool:
        """Whether the index is there: its state is made last."""
        return bool(server.call("has_collection", self.state))

    def create(self, server: Server) -> None:
        """Make those that are missing, and load all."""
        builds: dict[str, _Build] = {
            self.texts: _texts,
            self.passages: _passages,
            self.sentences: self._sentences,
            self.state: _state,
        }
        types = pymilvus().DataType
        for name, build in builds.items():
            if not server.call("has_collection", name):
                schema = pymilvus().MilvusClient.create_schema(
                    auto_id=False, enable_dynamic_field=False
                )
                indexes = pymilvus().MilvusClient.prepare_index_params()
                build(schema, indexes, types)
                server.call("create_collection", name, schema=schema, consistency_level="Strong")
                server.call("create_index", name, indexes, sync=False)
            server.call("load_collection", name)

    def drop(self, server: Server) -> None:
        """Delete the index, its state first: without it there is none."""
        for name in (self.state, self.texts, self.passages, self.sentences):
            server.call("drop_collection", name)

    def _sentences(self, schema: Any, indexes: Any, types: Any) -> None:
        _found(schema, indexes, types)
        schema.add_field("passage", types.INT64)
        schema.add_field("vector", types.FLOAT_VECTOR, dim=self.dimension)
        indexes.add_index("passage", index_type="INVERTED")
        indexes.add_index("vector", index_type=self.vectors, metric_type="IP")


def padded(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a collection without vectors of its own."""
    return row | _PAD


def pieces(text: str, size: int = PIECE) -> list[str]:
    """A text in parts that Milvus takes."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def _state(schema: Any, indexes: Any, types: Any) -> None:
    schema.add_field("name", types.VARCHAR, is_primary=True, max_length=64)
    schema.add_field("kind", types.INT8)
    schema.add_field("since", types.INT64)
    for field in ("value", "former"):
        _pieces(schema, types, field)
    _pad(schema, indexes, types)
    for field in ("kind", "since"):
        indexes.add_index(field, index_type="INVERTED")


def _texts(schema: Any, indexes: Any, types: Any) -> None:
    schema.add_field("key", types.INT64, is_primary=True)
    _pieces(schema, types, "text")
    _pad(schema, indexes, types)


def _passages(schema: Any, indexes: Any, types: Any) -> None:
    _found(schema, indexes, types)
    schema.add_field("name", types.VARCHAR, max_length=1024)
    schema.add_field("start", types.INT64)
    schema.add_field("end", types.INT64)
    _pieces(schema, types, "text")
    schema.add_field("length", types.INT64)
    schema.add_field("terms", types.SPARSE_FLOAT_VECTOR)
    indexes.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")


def _found(schema: Any, indexes: Any, types: Any) -> None:
    """What a search has to know of each row: whose it is, since when, and what filters ask."""
    schema.add_field("key", types.INT64, is_primary=True)
    schema.add_field("document", types.INT64)
    schema.add_field("owner", types.VARCHAR, max_length=1024)
    for field in ("born", "first", "last", "source"):
        schema.add_field(field, types.INT64)
    for field in ("document", "born", "first", "last", "source"):
        indexes.add_index(field, index_type="INVERTED")


def _pieces(schema: Any, types: Any, field: str) -> None:
    schema.add_field(
        field,
        types.ARRAY,
        element_type=types.VARCHAR,
        max_capacity=_PIECES,
        max_length=_LETTERS,
    )


def _pad(schema: Any, indexes: Any, types: Any) -> None:
    schema.add_field("pad", types.FLOAT_VECTOR, dim=2)
    indexes.add_index("pad", index_type="FLAT", metric_type="L2")
