"""The index that the settings describe."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from rag.arabic import ANALYSER, analyse
from rag.chunk import SentenceChunker
from rag.errors import SettingsError
from rag.factory.embedder import embedder_name, make_embedder
from rag.factory.kinds import arguments, known
from rag.index import IndexIdentity
from rag.index.local import LocalIndex, erase
from rag.index.milvus import MilvusIndex
from rag.index.milvus.schema import Collections
from rag.index.milvus.server import Server
from rag.settings import Settings, load_settings


def make_index(
    settings: Settings, folder: Path | None = None, *, create: bool = False
) -> LocalIndex | MilvusIndex:
    """The index of `[index]`, or a local one in `folder` whatever the settings say.

    It is checked against the embedder and chunker that the settings name.
    """
    identity = index_identity(settings)
    if not _is_on_milvus(settings, folder):
        folder = folder or Path(settings.index.folder).expanduser()
        return LocalIndex(folder, identity, analyse=analyse, create=create)
    collections = _collections(settings)
    return MilvusIndex(_server(settings), collections, identity, analyse=analyse, create=create)


def erase_index(
    config: Path | str | None = None,
    *,
    index: Path | str | None = None,
    overrides: Sequence[str] = (),
) -> None:
    """Take the index out of its folder or server, damaged or not; nothing else is touched.

    It stays where the embedder cannot be loaded: nothing could be put in its place.
    """
    settings = load_settings(Path(config) if config else None, overrides)
    make_embedder(settings).embed_questions(["سؤال"])
    if _is_on_milvus(settings, index):
        _collections(settings).drop(_server(settings))
    else:
        erase(Path(index) if index else Path(settings.index.folder).expanduser())


def index_identity(settings: Settings) -> IndexIdentity:
    """What an index of these settings was made with."""
    return IndexIdentity(
        embedder=embedder_name(settings.embed),
        dimension=settings.embed.dimension,
        chunker=make_chunker(settings).name,
        analyser=ANALYSER,
    )


def make_chunker(settings: Settings) -> SentenceChunker:
    """The chunker of `[chunk]`."""
    known(settings.chunk.kind, "chunk.kind", "sentences")
    return SentenceChunker(**arguments(settings.chunk))


def _is_on_milvus(settings: Settings, folder: Path | str | None) -> bool:
    known(settings.index.kind, "index.kind", "local", "milvus")
    return settings.index.kind == "milvus" and folder is None


def _server(settings: Settings) -> Server:
    return Server(settings.index.uri, token=os.environ.get("MUSNAD_MILVUS_TOKEN", ""))


def _collections(settings: Settings) -> Collections:
    index = settings.index
    known(index.vectors, "index.vectors", "FLAT", "HNSW", "DISKANN", "AUTOINDEX")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", index.collection):
        raise SettingsError(
            f"index.collection = {index.collection!r} is no name for Milvus: write letters, digits"
            " and underscores, a letter first"
        )
    return Collections(index.collection, settings.embed.dimension, index.vectors)
