"""What is here, what is missing, and whether anything would need the network."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rag import models, report
from rag.errors import RagError
from rag.factory import make_index, models_folder
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
    return [*found, _network(found)]


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
    folder = models_folder(settings)
    findings = []
    for kind, name in (("embedder", settings.embed.model), ("generator", settings.generate.model)):
        spec = models.CATALOGUE.get(name)
        if spec is None:
            text = name if Path(name).exists() else f"{name} does not exist"
            findings.append(Finding(kind, Path(name).exists(), text))
            continue
        problems = [s.problem for s in models.check(spec, folder) if not s.is_ok]
        digest = spec.files[0].sha256[:12]
        text = f"{name} (sha256 {digest}…) in {folder / name}"
        if problems:
            text = f"{name}: {problems[0]}: run `rag models fetch`"
        findings.append(Finding(kind, not problems, text))
    return findings


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


def _network(found: list[Finding]) -> Finding:
    """Everything runs from local files: the network is needed only to fetch what is missing."""
    missing = [
        f.name for f in found if f.name in ("embedder", "generator", "packages") and not f.is_ok
    ]
    text = f"needed once, to fetch: {', '.join(missing)}" if missing else "not needed"
    return Finding("network", True, text)
