"""The embedder that the settings describe."""

from __future__ import annotations

import hashlib
from pathlib import Path

from rag import models
from rag.embed import (
    Embedder,
    OpenVinoEmbedder,
    SentenceTransformerEmbedder,
    Wording,
    fingerprint,
    is_prepared,
    prepare,
    suits,
)
from rag.errors import SettingsError
from rag.factory.kinds import known, models_folder
from rag.factory.lazy import LazyEmbedder
from rag.settings import EmbedSettings, Settings


def make_embedder(settings: Settings) -> LazyEmbedder:
    """The embedder of `[embed]`; ModelError at its first use where the model is missing."""
    embed = settings.embed
    known(embed.kind, "embed.kind", "sentence-transformers")
    known(embed.precision, "embed.precision", "auto", "int8", "bfloat16", "float32")
    for key, value in (("dimension", embed.dimension), ("batch_size", embed.batch_size)):
        if value < 1:
            raise SettingsError(f"embed.{key} = {value} must be at least 1")
    name = embedder_name(embed)
    wording = Wording(embed.passage_template, embed.question_template)

    def load() -> Embedder:
        folder = _embedder_folder(settings)
        if _is_compiled(embed.precision, folder):
            return OpenVinoEmbedder(
                folder,
                prepared_folder(settings),
                name=name,
                dimension=embed.dimension,
                wording=wording,
            )
        return SentenceTransformerEmbedder(
            folder,
            name=name,
            dimension=embed.dimension,
            wording=wording,
            precision=embed.precision,
            batch_size=embed.batch_size,
        )

    return LazyEmbedder(name, embed.dimension, load)


def prepare_embedder(settings: Settings) -> Path | None:
    """Make the embedder's file for this processor, if it is one of those that gain by it."""
    folder = _embedder_folder(settings)
    if not _is_compiled(settings.embed.precision, folder):
        return None
    return prepare(folder, prepared_folder(settings))


def is_embedder_prepared(settings: Settings) -> bool:
    """Whether the first text can be embedded without preparing anything."""
    folder = _embedder_folder(settings)
    is_compiled = _is_compiled(settings.embed.precision, folder)
    return not is_compiled or is_prepared(folder, prepared_folder(settings))


def prepared_folder(settings: Settings) -> Path:
    """Where files lie that were made from models, for this processor."""
    return models_folder(settings) / "prepared"


def embedder_name(embed: EmbedSettings) -> str:
    """What the index remembers: the model with its hash, and the prompts it was given."""
    spec = models.CATALOGUE.get(embed.model)
    digest = hashlib.sha256(f"{embed.passage_template}\0{embed.question_template}".encode())
    if spec:
        for file in spec.files:
            digest.update(file.sha256.encode())
    else:
        for path in sorted(Path(embed.model).expanduser().glob("**/*.safetensors")):
            digest.update(fingerprint(path))
    return f"{Path(embed.model).name}@{digest.hexdigest()[:12]}"


def _is_compiled(precision: str, folder: Path) -> bool:
    return precision == "int8" or (precision == "auto" and suits(folder))


def _embedder_folder(settings: Settings) -> Path:
    spec = models.CATALOGUE.get(settings.embed.model)
    if spec:
        return models.require(spec, models_folder(settings))
    return Path(settings.embed.model).expanduser()
