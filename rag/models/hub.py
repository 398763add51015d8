"""Models from the hub, and from its client's cache."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rag.errors import ModelError
from rag.models.catalogue import ModelFile, ModelSpec
from rag.models.store import is_disk_full

_GGUF_ON_HUB = re.compile(r"([\w.-]+/[\w.-]+):([^:]+\.gguf)")


class HubDownloader(Protocol):
    """Brings one file of a model from the hub."""

    def __call__(self, spec: ModelSpec, file: ModelFile, *, into: Path, progress: bool) -> Path:
        """The path of the file, somewhere under `into`; ModelError says why it could not."""


def hub_download(
    spec: ModelSpec, file: ModelFile, *, into: Path, progress: bool, endpoint: str | None = None
) -> Path:
    """Download with `huggingface_hub`, at the catalogue's revision; it resumes by itself.

    `endpoint` is the hub's address; by default the hub client's own settings name it.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not progress:
        disable_progress_bars()
    with _failures(spec.repo, file.path):
        arrived = hf_hub_download(
            spec.repo, file.path, revision=spec.revision, local_dir=into, endpoint=endpoint
        )
    return Path(arrived)


def hub_cached(spec: ModelSpec, file: ModelFile, *, cache: Path | None = None) -> Path | None:
    """The file in the hub client's own cache, at the catalogue's revision, if it is there."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(spec.repo, file.path, cache_dir=cache, revision=spec.revision)
    return Path(found) if isinstance(found, str) else None


def is_hub_name(name: str) -> bool:
    """Whether a model is named as `owner/repo:file.gguf`.

    >>> is_hub_name("Qwen/Qwen3-4B-GGUF:Qwen3-4B-Q4_K_M.gguf"), is_hub_name("models/own.gguf")
    (True, False)
    """
    return _GGUF_ON_HUB.fullmatch(name) is not None


def hub_model(name: str, *, cache: Path | None = None) -> Path:
    """The GGUF file `owner/repo:file.gguf` in the hub client's cache; ModelError if it is not.

    `cache` is by default where the hub client's own settings say.
    """
    from huggingface_hub import try_to_load_from_cache

    repo, file = _parted(name)
    found = try_to_load_from_cache(repo, file, cache_dir=cache)
    if not isinstance(found, str):
        raise ModelError(f"model {name} is not here: run `rag models fetch {name}`")
    return Path(found)


def hub_fetch(name: str, *, cache: Path | None = None, endpoint: str | None = None) -> Path:
    """Download the GGUF file `owner/repo:file.gguf` into the hub client's cache."""
    from huggingface_hub import hf_hub_download

    repo, file = _parted(name)
    with _failures(repo, file):
        return Path(hf_hub_download(repo, file, cache_dir=cache, endpoint=endpoint))


def _parted(name: str) -> tuple[str, str]:
    match = _GGUF_ON_HUB.fullmatch(name)
    if match is None:
        raise ModelError(f"{name} does not name a model: write owner/repo:file.gguf")
    return match[1], match[2]


@contextmanager
def _failures(repo: str, file: str) -> Iterator[None]:
    """What the hub's client raises as a ModelError; a full disk as it is."""
    from huggingface_hub import errors

    # The base error of the HTTP client, which the hub's client has renamed between releases.
    http_error: type[Exception] = getattr(errors, "HTTPError", OSError)
    try:
        yield
    except errors.GatedRepoError as error:
        raise ModelError(
            f"{repo} is gated: accept its terms on its hub page, then run `hf auth login`"
        ) from error
    except (OSError, ValueError, RuntimeError, errors.EntryNotFoundError, http_error) as error:
        if is_disk_full(error):
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(f"{file} of {repo} did not arrive ({reason[:200]})") from error
