"""The generator that the settings describe."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from rag import models
from rag.factory.kinds import known, models_folder
from rag.factory.lazy import LazyGenerator
from rag.generate import Generator
from rag.generate.llama import LlamaCppGenerator
from rag.generate.openai import OpenAIGenerator
from rag.settings import Settings

KEY_VARIABLE = "MUSNAD_API_KEY"


def make_generator(settings: Settings) -> LazyGenerator | None:
    """The generator of `[generate]`; ModelError at its first use where the model is missing."""
    generate = settings.generate
    known(generate.kind, "generate.kind", "llama.cpp", "openai", "none")
    if generate.kind == "none":
        return None
    make = _make_llama if generate.kind == "llama.cpp" else _make_openai
    return LazyGenerator(Path(generate.model).name, partial(make, settings))


def generator_path(settings: Settings) -> Path:
    """The GGUF file that `generate.model` names; ModelError where it is missing or damaged."""
    name = settings.generate.model
    if spec := models.CATALOGUE.get(name):
        return models.require(spec, models_folder(settings))
    is_own = Path(name).exists() or not models.is_hub_name(name)
    path = Path(name).expanduser() if is_own else models.hub_model(name)
    models.check_gguf(path)
    return path


def served_models(settings: Settings) -> list[str]:
    """The models that the server of `generate.url` names; GeneratorError where none answers."""
    return _make_openai(settings).served()


def _make_llama(settings: Settings) -> Generator:
    generate = settings.generate
    return LlamaCppGenerator(
        generator_path(settings),
        name=Path(generate.model).name,
        context_tokens=generate.context_tokens,
        threads=generate.threads or None,
        kept=models.default_folder().with_name("prompts"),
    )


def _make_openai(settings: Settings) -> OpenAIGenerator:
    generate = settings.generate
    return OpenAIGenerator(
        generate.url,
        model=generate.model,
        timeout=generate.timeout,
        key=os.environ.get(KEY_VARIABLE, ""),
    )
