"""Settings to objects: the only part that names concrete classes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rag import models
from rag.bulk import RayEmbedder
from rag.compose import Composer
from rag.confidence import Confidence
from rag.errors import SettingsError
from rag.evidence import EvidenceSelector
from rag.factory.embedder import (
    embedder_name,
    is_embedder_prepared,
    make_embedder,
    prepare_embedder,
    prepared_folder,
)
from rag.factory.generator import KEY_VARIABLE, generator_path, make_generator, served_models
from rag.factory.index import erase_index, index_identity, make_chunker, make_index
from rag.factory.kinds import arguments, known, models_folder
from rag.factory.lazy import LazyEmbedder, LazyGenerator
from rag.generate import Turns
from rag.overview import Overviewer
from rag.pipeline import Rag, Steps
from rag.priors import Priors
from rag.prompt import Prompt
from rag.quotation import SHORTEST
from rag.retrieve import Retriever
from rag.settings import Settings, load_settings, project_file
from rag.verify import Checker

__all__ = [
    "KEY_VARIABLE",
    "LazyEmbedder",
    "LazyGenerator",
    "describe",
    "embedder_name",
    "erase_index",
    "generator_path",
    "index_identity",
    "is_embedder_prepared",
    "make_chunker",
    "make_embedder",
    "make_generator",
    "make_index",
    "make_steps",
    "models_folder",
    "open_rag",
    "prepare_embedder",
    "prepared_folder",
    "served_models",
]

_MANY = 1000


def open_rag(
    config: Path | str | None = None,
    *,
    index: Path | str | None = None,
    overrides: Sequence[str] = (),
    create: bool = False,
) -> Rag:
    """The pipeline that the settings describe; models are loaded when they are first needed."""
    settings = load_settings(Path(config) if config else None, overrides)
    opened = make_index(settings, Path(index) if index else None, create=create)
    return Rag(make_steps(settings), opened, description=describe(settings))


def make_steps(settings: Settings) -> Steps:
    """The parts of the pipeline; nothing heavy is loaded yet."""
    retrieve, answer = settings.retrieve, settings.answer
    known(retrieve.kind, "retrieve.kind", "hybrid")
    known(answer.kind, "answer.kind", "checked")
    known(settings.check.kind, "check.kind", "deterministic")
    known(settings.evidence.kind, "evidence.kind", "sentences")
    checker = Checker(**arguments(settings.check))
    return Steps(
        embedder=make_embedder(settings),
        bulk=RayEmbedder(partial(make_embedder, settings), **dataclasses.asdict(settings.ray)),
        chunker=make_chunker(settings),
        make_retriever=partial(Retriever, **arguments(retrieve), priors=_priors(settings)),
        selector=EvidenceSelector(**arguments(settings.evidence)),
        confidence=Confidence(decline_below=answer.decline_below),
        prompt=Prompt(_folder(settings.generate.prompts)),
        generator=make_generator(settings),
        composer=Composer(
            checker,
            quotes=answer.quotes,
            quotes_alone=answer.quotes_alone,
            longest_words=answer.longest_words,
            longest_sentence=answer.longest_sentence,
            own_words=answer.own_words,
        ),
        overviewer=_overviewer(answer.longest_summary),
        open_index=partial(make_index, settings, create=True),
        top_k=answer.top_k,
        max_tokens=settings.generate.max_tokens,
        # A server has a line of its own.
        turns=Turns(1 if settings.generate.kind == "llama.cpp" else _MANY),
    )


def _overviewer(longest_words: int) -> Overviewer:
    if longest_words < SHORTEST:
        raise SettingsError(
            f"answer.longest_summary is {longest_words} words, fewer than {SHORTEST}, "
            "the shortest quotation; raise it"
        )
    return Overviewer(longest_words)


def _priors(settings: Settings) -> Priors:
    priors = settings.priors
    if not priors.half_life_days:
        raise SettingsError("priors.half_life_days must be above 0: the age that halves recency")
    names = (name.strip() for name in re.split("[,،]", priors.sources))
    sources = frozenset(name for name in names if name)
    return Priors(priors.recency, priors.half_life_days, priors.source, sources)


def describe(settings: Settings) -> dict[str, object]:
    """Settings and models, for a run file."""
    named = {"embedder": settings.embed.model}
    if settings.generate.kind != "none":
        named["generator"] = settings.generate.model
    return {
        "settings": settings.as_json(),
        "models": {
            purpose: {
                "name": name,
                "sha256": {file.path: file.sha256 for file in models.CATALOGUE[name].files}
                if name in models.CATALOGUE
                else None,
            }
            for purpose, name in named.items()
        },
    }


def _folder(name: str) -> Path:
    """A folder of the working directory, or the one that came with the project."""
    folder = Path(name).expanduser()
    return folder if folder.exists() else project_file(name)
