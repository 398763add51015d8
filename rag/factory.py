"""Settings to objects: the only module that names concrete classes."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rag import models
from rag.arabic import ANALYSER, analyse
from rag.bulk import RayEmbedder
from rag.chunk import SentenceChunker
from rag.compose import Composer
from rag.confidence import Confidence
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
from rag.evidence import EvidenceSelector
from rag.generate import Generator, Pieces, Turns
from rag.generate.llama import LlamaCppGenerator
from rag.generate.openai import OpenAIGenerator
from rag.index import IndexIdentity
from rag.index.local import LocalIndex, erase
from rag.index.milvus import MilvusIndex
from rag.index.milvus.schema import Collections
from rag.index.milvus.server import Server
from rag.pipeline import Rag, Steps
from rag.prompt import Prompt
from rag.retrieve import Retriever
from rag.settings import EmbedSettings, Settings, load_settings, project_file
from rag.types import Message, Passage
from rag.verify import Checker

if TYPE_CHECKING:
    from rag.types import Vectors


_Model = TypeVar("_Model")
_MANY = 1000
KEY_VARIABLE = "MUSNAD_API_KEY"


def _once(load: Callable[[], _Model]) -> Callable[[], _Model]:
    """Load at the first call; other threads wait for it, and a failure is tried again."""
    lock = threading.Lock()
    loaded: list[_Model] = []

    def get() -> _Model:
        with lock:
            if not loaded:
                loaded.append(load())
        return loaded[0]

    return get


class LazyEmbedder:
    """An embedder that is loaded when the first text arrives."""

    def __init__(self, name: str, dimension: int, load: Callable[[], Embedder]) -> None:
        self.name = name
        self.dimension = dimension
        self._load = _once(load)

    def embed_passages(self, passages: Sequence[Passage]) -> Vectors:
        """See rag.embed.Embedder."""
        return self._load().embed_passages(passages)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """See rag.embed.Embedder."""
        return self._load().embed_questions(texts)


class LazyGenerator:
    """A generator that is loaded when the first answer is written."""

    def __init__(self, name: str, load: Callable[[], Generator]) -> None:
        self.name = name
        self._load = _once(load)

    def read(self, messages: Sequence[Message]) -> Pieces[None, None, None]:
        """See rag.generate.Generator."""
        yield from self._load().read(messages)

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, begin: str = ""
    ) -> Iterator[str]:
        """See rag.generate.Generator."""
        return self._load().generate(messages, max_tokens=max_tokens, begin=begin)

    def lean(self, messages: Sequence[Message], toward: str, away: str) -> float | None:
        """See rag.generate.Generator."""
        return self._load().lean(messages, toward, away)


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


def erase_index(
    config: Path | str | None = None,
    *,
    index: Path | str | None = None,
    overrides: Sequence[str] = (),
) -> None:
    """Take the index out of its folder or server, damaged or not; nothing else is touched."""
    settings = load_settings(Path(config) if config else None, overrides)
    if _is_on_milvus(settings, index):
        _collections(settings).drop(_server(settings))
    else:
        erase(Path(index) if index else Path(settings.index.folder))


def make_steps(settings: Settings) -> Steps:
    """The parts of the pipeline; nothing heavy is loaded yet."""
    retrieve, answer = settings.retrieve, settings.answer
    _known(retrieve.kind, "retrieve.kind", "hybrid")
    _known(answer.kind, "answer.kind", "checked")
    _known(settings.check.kind, "check.kind", "deterministic")
    _known(settings.evidence.kind, "evidence.kind", "sentences")
    checker = Checker(**_arguments(settings.check))
    return Steps(
        embedder=make_embedder(settings),
        bulk=RayEmbedder(partial(make_embedder, settings), **dataclasses.asdict(settings.ray)),
        chunker=make_chunker(settings),
        make_retriever=partial(Retriever, **_arguments(retrieve)),
        selector=EvidenceSelector(**_arguments(settings.evidence)),
        confidence=Confidence(decline_below=answer.decline_below),
        prompt=Prompt(_folder(settings.generate.prompts)),
        generator=make_generator(settings),
        composer=Composer(
            checker,
            quotes=answer.quotes,
            quotes_alone=answer.quotes_alone,
            longest_words=answer.longest_words,
        ),
        open_index=partial(make_index, settings, create=True),
        top_k=answer.top_k,
        max_tokens=settings.generate.max_tokens,
        # A server has a line of its own.
        turns=Turns(1 if settings.generate.kind == "llama.cpp" else _MANY),
    )


def make_chunker(settings: Settings) -> SentenceChunker:
    """The chunker of `[chunk]`."""
    _known(settings.chunk.kind, "chunk.kind", "sentences")
    return SentenceChunker(**_arguments(settings.chunk))


def make_index(
    settings: Settings, folder: Path | None = None, *, create: bool = False
) -> LocalIndex | MilvusIndex:
    """The index of `[index]`, or a local one in `folder` whatever the settings say.

    It is checked against the embedder and chunker that the settings name.
    """
    is_on_milvus = _is_on_milvus(settings, folder)
    identity = index_identity(settings)
    if not is_on_milvus:
        folder = folder or Path(settings.index.folder)
        return LocalIndex(folder, identity, analyse=analyse, create=create)
    collections = _collections(settings)
    return MilvusIndex(_server(settings), collections, identity, analyse=analyse, create=create)


def index_identity(settings: Settings) -> IndexIdentity:
    """What an index of these settings was made with."""
    return IndexIdentity(
        embedder=embedder_name(settings.embed),
        dimension=settings.embed.dimension,
        chunker=make_chunker(settings).name,
        analyser=ANALYSER,
    )


def make_embedder(settings: Settings) -> LazyEmbedder:
    """The embedder of `[embed]`; ModelError at its first use where the model is missing."""
    embed = settings.embed
    _known(embed.kind, "embed.kind", "sentence-transformers")
    _known(embed.precision, "embed.precision", "auto", "int8", "bfloat16", "float32")
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


def _is_compiled(precision: str, folder: Path) -> bool:
    return precision == "int8" or (precision == "auto" and suits(folder))


def _embedder_folder(settings: Settings) -> Path:
    spec = models.CATALOGUE.get(settings.embed.model)
    return models.require(spec, models_folder(settings)) if spec else Path(settings.embed.model)


def make_generator(settings: Settings) -> LazyGenerator | None:
    """The generator of `[generate]`; ModelError at its first use where the model is missing."""
    generate = settings.generate
    _known(generate.kind, "generate.kind", "llama.cpp", "openai", "none")
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


def _make_llama(settings: Settings) -> Generator:
    generate = settings.generate
    return LlamaCppGenerator(
        generator_path(settings),
        name=Path(generate.model).name,
        context_tokens=generate.context_tokens,
        threads=generate.threads or None,
        kept=models.default_folder().with_name("prompts"),
    )


def served_models(settings: Settings) -> list[str]:
    """The models that the server of `generate.url` names; GeneratorError where none answers."""
    return _make_openai(settings).served()


def _make_openai(settings: Settings) -> OpenAIGenerator:
    generate = settings.generate
    return OpenAIGenerator(
        generate.url,
        model=generate.model,
        timeout=generate.timeout,
        key=os.environ.get(KEY_VARIABLE, ""),
    )


def models_folder(settings: Settings) -> Path:
    """Where the catalogue's models lie."""
    folder = settings.models.folder
    return Path(folder).expanduser() if folder else models.default_folder()


def embedder_name(embed: EmbedSettings) -> str:
    """What the index remembers: the model with its hash, and the prompts it was given."""
    spec = models.CATALOGUE.get(embed.model)
    digest = hashlib.sha256(f"{embed.passage_template}\0{embed.question_template}".encode())
    if spec:
        for file in spec.files:
            digest.update(file.sha256.encode())
    else:
        for path in sorted(Path(embed.model).glob("**/*.safetensors")):
            digest.update(fingerprint(path))
    return f"{Path(embed.model).name}@{digest.hexdigest()[:12]}"


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


def _is_on_milvus(settings: Settings, folder: Path | str | None) -> bool:
    _known(settings.index.kind, "index.kind", "local", "milvus")
    return settings.index.kind == "milvus" and folder is None


def _server(settings: Settings) -> Server:
    return Server(settings.index.uri, token=os.environ.get("MUSNAD_MILVUS_TOKEN", ""))


def _collections(settings: Settings) -> Collections:
    index = settings.index
    _known(index.vectors, "index.vectors", "FLAT", "HNSW", "DISKANN", "AUTOINDEX")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", index.collection):
        raise SettingsError(
            f"index.collection = {index.collection!r} is no name for Milvus: write letters, digits"
            " and underscores, a letter first"
        )
    return Collections(index.collection, settings.embed.dimension, index.vectors)


def _folder(name: str) -> Path:
    """A folder of the working directory, or the one that came with the project."""
    return Path(name) if Path(name).exists() else project_file(name)


def _arguments(table: Any) -> dict[str, Any]:
    """A settings table as keyword arguments: all but its `kind`."""
    values = dataclasses.asdict(table)
    del values["kind"]
    return values


def _known(kind: str, key: str, *kinds: str) -> None:
    if kind not in kinds:
        raise SettingsError(f"{key} = {kind!r} is not known; known: {', '.join(kinds)}")
