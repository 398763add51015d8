"""config.toml to Settings."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import SettingsError


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Where the index lies; see rag.index.local and rag.index.milvus."""

    kind: str = "local"
    folder: str = "index"
    uri: str = "http://127.0.0.1:19530"
    collection: str = "musnad"
    vectors: str = "FLAT"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where models are kept; empty means the user's cache folder."""

    folder: str = ""


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """See rag.chunk.SentenceChunker."""

    kind: str = "sentences"
    target_words: int = 130
    longest_words: int = 180
    overlap: int = 0


@dataclass(frozen=True, slots=True)
class EmbedSettings:
    """See rag.embed.SentenceTransformerEmbedder; `model` is a catalogue name or a folder."""

    kind: str = "sentence-transformers"
    model: str = "embeddinggemma-300m"
    dimension: int = 768
    passage_template: str = "title: {title} | text: {text}"
    question_template: str = "task: search result | query: {text}"
    precision: str = "auto"
    batch_size: int = 16


@dataclass(frozen=True, slots=True)
class RaySettings:
    """See rag.bulk.RayEmbedder."""

    actors: int = 2
    processors: int = 1


@dataclass(frozen=True, slots=True)
class RetrieveSettings:
    """See rag.retrieve.Retriever."""

    kind: str = "hybrid"
    dense_weight: float = 0.65
    mean_weight: float = 0.2
    candidates: int = 100
    follow_up_weight: float = 0.65
    same_source_bonus: float = 0.1
    rivals_within: float = 0.1
    word_weight: float = 0.06


@dataclass(frozen=True, slots=True)
class PriorSettings:
    """See rag.priors.Priors; `sources` are outlets, parted by commas."""

    recency: float = 0.0
    half_life_days: float = 365.0
    source: float = 0.0
    sources: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """See rag.evidence.EvidenceSelector."""

    kind: str = "sentences"
    passages: int = 5
    budget_words: int = 150
    again_words: int = 150
    writer_words: int = 70
    gram_weight: float = 0.3
    title_weight: float = 0.5
    cosine_weight: float = 4.0
    passage_weight: float = 1.5
    first_bonus: float = 0.2
    number_bonus: float = 0.3
    word_weight: float = 2.0
    share_weight: float = 0.6
    amount_bonus: float = 0.5


@dataclass(frozen=True, slots=True)
class GenerateSettings:
    """See rag.generate.llama and rag.generate.openai; kind `none` quotes without a model.

    `model` is a catalogue name, a GGUF file, a hub's `owner/repo:file.gguf`, or a server's name.
    """

    kind: str = "llama.cpp"
    model: str = "qwen2.5-coder-1.5b-instruct"
    url: str = "http://127.0.0.1:8080/v1"
    timeout: float = 60.0
    context_tokens: int = 4096
    threads: int = 0
    prompts: str = "prompts"
    max_tokens: int = 110


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How an answer is put together; see rag.pipeline.AnswerRules."""

    kind: str = "checked"
    top_k: int = 10
    quotes: int = 2
    quotes_alone: int = 3
    longest_words: int = 60
    longest_summary: int = 120
    longest_sentence: int = 25
    own_words: bool = False
    decline_below: float = 0.5


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """See rag.verify.Checker."""

    kind: str = "deterministic"
    coverage: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """One table per step; every default is the one in config.toml."""

    index: IndexSettings = field(default_factory=IndexSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    chunk: ChunkSettings = field(default_factory=ChunkSettings)
    embed: EmbedSettings = field(default_factory=EmbedSettings)
    ray: RaySettings = field(default_factory=RaySettings)
    retrieve: RetrieveSettings = field(default_factory=RetrieveSettings)
    priors: PriorSettings = field(default_factory=PriorSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    generate: GenerateSettings = field(default_factory=GenerateSettings)
    check: CheckSettings = field(default_factory=CheckSettings)
    answer: AnswerSettings = field(default_factory=AnswerSettings)

    def as_json(self) -> dict[str, object]:
        """All settings as plain values, for a run file."""
        return dataclasses.asdict(self)


_SHARES = {"dense_weight", "mean_weight", "follow_up_weight", "decline_below", "coverage"}
_NONE_OF = {"overlap", "threads", "quotes"}  # counts that may be 0


def load_settings(path: Path | None = None, overrides: Sequence[str] = ()) -> Settings:
    """The settings of `path`, by default config.toml in the working folder if there is one.

    `overrides` are of the form `answer.top_k=8`. Raises SettingsError for an unknown table or key,
    a value of the wrong type, or a file that is not TOML.
    """
    if path is None:
        path = Path("config.toml") if Path("config.toml").exists() else project_file("config.toml")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    for override in overrides:
        _override(tables, override)
    return _settings_of(tables, origin=str(path))


def project_file(name: str) -> Path:
    """A file or folder that stands at the top of the project, in a clone or in a wheel."""
    package = Path(__file__).parent
    packed = package / "project" / name
    return packed if packed.exists() else package.parent / name


def _override(tables: dict[str, Any], override: str) -> None:
    key, separator, value = override.partition("=")
    table, dot, name = key.strip().partition(".")
    if not (separator and dot):
        raise SettingsError(f"--set {override}: write it as table.key=value, like answer.top_k=8")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()  # a bare word is a string
    values = tables.setdefault(table, {})
    if isinstance(values, dict):  # anything else in the file is refused with the rest of it
        values[name] = parsed


def _settings_of(tables: dict[str, Any], *, origin: str) -> Settings:
    known = {item.name: item for item in dataclasses.fields(Settings)}
    _refuse_unknown(tables, set(known), f"{origin}: unknown table")
    made: dict[str, Any] = {}
    for name, values in tables.items():
        if not isinstance(values, dict):
            raise SettingsError(f"{origin}: {name} is a table; write [{name}]")
        table_class = known[name].default_factory
        made[name] = _table_of(table_class, values, f"{origin} [{name}]")
    return Settings(**made)


def _table_of(table_class: Any, values: dict[str, Any], origin: str) -> Any:
    types = {item.name: type(item.default) for item in dataclasses.fields(table_class)}
    _refuse_unknown(values, set(types), f"{origin}: unknown key")
    checked: dict[str, Any] = {}
    for key, value in values.items():
        expected = types[key]
        if expected is float and type(value) is int:
            value = float(value)
        if type(value) is not expected:
            raise SettingsError(
                f"{origin}: {key} must be of type {expected.__name__}, got {value!r}"
            )
        if isinstance(value, int | float):
            _check_number(key, value, origin)
        checked[key] = value
    return table_class(**checked)


def _check_number(key: str, value: float, origin: str) -> None:
    if not 0 <= value < math.inf:
        raise SettingsError(f"{origin}: {key} must be a number and not negative, got {value!r}")
    if key in _SHARES and value > 1:
        raise SettingsError(f"{origin}: {key} is a share and at most 1, got {value!r}")
    is_count = type(value) is int and key not in _NONE_OF
    if value == 0 and (is_count or key == "timeout"):
        raise SettingsError(f"{origin}: {key} must be more than 0")


def _refuse_unknown(given: dict[str, Any], known: set[str], what: str) -> None:
    for name in given:
        if name not in known:
            raise SettingsError(f"{what} {name!r}; known: {', '.join(sorted(known))}")
