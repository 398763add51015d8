"""What is here, what is missing, and whether anything would need the network."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rag import models, report
from rag.errors import RagError
from rag.factory import is_embedder_prepared, make_index, models_folder, served_models
from rag.settings import Settings

_OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    name: str
    is_ok: bool
    text: str

    def as_json(self) -> dict[str, object]:
        """The finding as `rag doctor --json` prints it."""
        return asdict(self)


def examine(settings: Settings, index: Path | None = None) -> list[Finding]:
    """Findings on Python, packages, models, index, threads and network; loads no model."""
    found = [_python(), _packages(), *_models(settings)]
    found += [_index(settings, index), _threads(settings)]
    return [*found, _network(found, settings)]


def _python() -> Finding:
    is_ok = sys.version_info >= _OLDEST_PYTHON
    return Finding("python", is_ok, f"{platform.python_version()} ({sys.executable})")


def _packages() -> Finding:
    versions = report.versions()
    missing = [name for name, version in versions.items() if version is None]
    text = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    if missing:
        text += f"; missing: {', '.join(missing)}: run `make install`"
    return Finding("packages", not missing, text)


def _models(settings: Settings) -> list[Finding]:
    kind = settings.generate.kind
    if kind == "none":
        writer = Finding("generator", True, "none: answers are quotations")
    elif kind == "openai":
        writer = _server(settings)
    else:
        writer = _model("generator", settings.generate.model, settings)
    return [_model("embedder", settings.embed.model, settings), writer]


def _model(kind: str, name: str, settings: Settings) -> Finding:
    folder = models_folder(settings)
    spec = models.CATALOGUE.get(name)
    if spec is None:
        if kind == "generator" and models.is_hub_name(name) and not Path(name).exists():
            try:
                return Finding(kind, True, f"{name} in {models.hub_model(name)}")
            except RagError as error:
                return Finding(kind, False, str(error))
        is_here = Path(name).expanduser().exists()
        return Finding(kind, is_here, name if is_here else f"{name} does not exist")
    problems = [s.problem for s in models.check(spec, folder) if not s.is_ok]
    digest = spec.files[0].sha256[:12]
    text = f"{name} (sha256 {digest}…) in {folder / name}"
    if kind == "embedder" and not problems and not is_embedder_prepared(settings):
        text += "; will be prepared for this processor at its first use: about a minute"
    if problems:
        text = f"{name}: {problems[0]}: run `rag models fetch`"
    return Finding(kind, not problems, text)


def _server(settings: Settings) -> Finding:
    try:
        known = served_models(settings)
    except RagError as error:
        return Finding("generator", False, str(error))
    name = settings.generate.model
    text = f"{name} at {settings.generate.url}"
    if known and name not in known:
        text += f", which serves {', '.join(known)}: set generate.model"
    return Finding("generator", not known or name in known, text)


def _index(settings: Settings, folder: Path | None) -> Finding:
    is_local = folder or settings.index.kind == "local"
    place = (folder or settings.index.folder) if is_local else settings.index.uri
    try:
        index = make_index(settings, folder)
        problems = index.verify()
        stats = index.stats()
        index.close()
    except RagError as error:
        return Finding("index", False, str(error))
    text = f"{place}: {stats.documents:,} articles, {stats.passages:,} passages"
    return Finding("index", not problems, f"{text}; {problems[0]}" if problems else text)


def _threads(settings: Settings) -> Finding:
    cores = os.cpu_count() or 1
    return Finding("threads", True, f"{settings.generate.threads or cores} of {cores} cores")


def _network(found: list[Finding], settings: Settings) -> Finding:
    """Everything runs from local files: the network is needed only to fetch what is missing."""
    if settings.generate.kind == "openai":
        return Finding("network", True, f"needed for every answer: {settings.generate.url}")
    missing = [
        f.name for f in found if f.name in ("embedder", "generator", "packages") and not f.is_ok
    ]
    text = f"needed once, to fetch: {', '.join(missing)}" if missing else "not needed"
    return Finding("network", True, text)
