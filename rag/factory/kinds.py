"""What settings may name, and where models lie."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from rag import models
from rag.errors import SettingsError
from rag.settings import Settings


def known(kind: str, key: str, *kinds: str) -> None:
    """SettingsError, naming those that are known, where `kind` is none of them."""
    if kind not in kinds:
        raise SettingsError(f"{key} = {kind!r} is not known; known: {', '.join(kinds)}")


def arguments(table: Any) -> dict[str, Any]:
    """A settings table as keyword arguments: all but its `kind`."""
    values = dataclasses.asdict(table)
    del values["kind"]
    return values


def models_folder(settings: Settings) -> Path:
    """Where the catalogue's models lie."""
    folder = settings.models.folder
    return Path(folder).expanduser() if folder else models.default_folder()
