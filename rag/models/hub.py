"""Models from the hub, and from its client's cache."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from rag.errors import ModelError
from rag.models.catalogue import ModelFile, ModelSpec
from rag.models.store import is_disk_full


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
    from huggingface_hub import errors, hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not progress:
        disable_progress_bars()
    # The base error of the HTTP client, which the hub's client has renamed between releases.
    http_error: type[Exception] = getattr(errors, "HTTPError", OSError)
    try:
        arrived = hf_hub_download(
            spec.repo, file.path, revision=spec.revision, local_dir=into, endpoint=endpoint
        )
    except errors.GatedRepoError as error:
        raise ModelError(
            f"{spec.repo} is gated: accept its terms on its hub page, then run `hf auth login`"
        ) from error
    except (OSError, ValueError, RuntimeError, errors.EntryNotFoundError, http_error) as error:
        if is_disk_full(error):
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(f"{file.path} of {spec.repo} did not arrive ({reason[:200]})") from error
    return Path(arrived)


def hub_cached(spec: ModelSpec, file: ModelFile, *, cache: Path | None = None) -> Path | None:
    """The file in the hub client's own cache, at the catalogue's revision, if it is there."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(spec.repo, file.path, cache_dir=cache, revision=spec.revision)
    return Path(found) if isinstance(found, str) else None
