"""A model's files on disk: whether they are what the publisher made."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rag.errors import ModelError
from rag.models.catalogue import ModelFile, ModelSpec

STAMP = ".verified.json"


@dataclass(frozen=True, slots=True)
class FileState:
    """One catalogued file as found; what was found is None where it was not looked at."""

    file: ModelFile
    state: Literal["ok", "missing", "wrong size", "wrong hash"]
    bytes: int | None = None
    mtime_ns: int | None = None
    sha256: str | None = None

    @property
    def is_ok(self) -> bool:
        """Whether the file is the publisher's, byte for byte."""
        return self.state == "ok"

    @property
    def problem(self) -> str:
        """What is wrong, with both values; empty where nothing is."""
        if self.state == "wrong size":
            return f"{self.bytes} bytes, expected {self.file.bytes}"
        if self.state == "wrong hash" and self.sha256 is not None:
            return f"sha256 {self.sha256[:12]}…, expected {self.file.sha256[:12]}…"
        return "" if self.is_ok else self.state


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the stamp says of a file that was hashed before."""

    bytes: int
    mtime_ns: int
    sha256: str


def verify(spec: ModelSpec, folder: Path) -> list[FileState]:
    """The state of every file of the model, each one hashed now: a second or two per GB."""
    states = [examine(file, folder / spec.name / file.path) for file in spec.files]
    _write_stamp(folder / spec.name / STAMP, states)
    return states


def check(spec: ModelSpec, folder: Path) -> list[FileState]:
    """As `verify`, but a file untouched since it was last hashed is not hashed again."""
    place = folder / spec.name
    seen = _read_stamp(place / STAMP)
    states = [
        _trusted(file, place / file.path, seen=seen) or examine(file, place / file.path)
        for file in spec.files
    ]
    if _stamped(states) != seen:
        _write_stamp(place / STAMP, states)
    return states


def is_present(spec: ModelSpec, folder: Path) -> bool:
    """Whether every file was verified before and is untouched since; hashes nothing."""
    place = folder / spec.name
    seen = _read_stamp(place / STAMP)
    return all(_trusted(file, place / file.path, seen=seen) for file in spec.files)


def require(spec: ModelSpec, folder: Path) -> Path:
    """The path to load the model from; ModelError where a file is missing or damaged."""
    wrong = [state for state in check(spec, folder) if not state.is_ok]
    if not wrong:
        return spec.path(folder)
    if all(state.state == "missing" for state in wrong):
        some = "" if len(wrong) == len(spec.files) else f"file {wrong[0].file.path} of "
        raise ModelError(f"{some}model {spec.name} is missing in {folder}: run `rag models fetch`")
    first = next(state for state in wrong if state.state != "missing")
    raise ModelError(
        f"file {first.file.path} of model {spec.name} in {folder} is damaged "
        f"({first.problem}): run `rag models fetch`"
    )


def examine(file: ModelFile, path: Path) -> FileState:
    """Compare one file with its catalogue entry, hash included; ModelError if it cannot be read."""
    try:
        if not path.is_file():
            return FileState(file, "missing")
        # Looked at before hashing: a change while hashing leaves a stamp that no longer agrees.
        found = path.stat()
        if found.st_size != file.bytes:
            return FileState(file, "wrong size", found.st_size, found.st_mtime_ns)
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}): check its rights") from error
    state: Literal["ok", "wrong hash"] = "ok" if digest == file.sha256 else "wrong hash"
    return FileState(file, state, found.st_size, found.st_mtime_ns, digest)


@contextlib.contextmanager
def placing(file: ModelFile, target: Path) -> Iterator[Path]:
    """A temporary name to write the file to; on leaving it moves to `target` if it is the one.

    Anything else is removed and reported, so that nothing unverified ever has the final name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.partial")
    temporary.unlink(missing_ok=True)
    try:
        yield temporary
        _sync(temporary)
        found = examine(file, temporary)
        if not found.is_ok:
            raise ModelError(f"{file.path} is not the publisher's file ({found.problem}): removed")
        temporary.replace(target)
        _sync(target.parent)  # the new name too outlives a power cut
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file at `path`; `waiting` is called once if another process has it first."""
    import fcntl

    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield  # the system takes the lock back when the file closes, however the holder ends


def is_disk_full(error: BaseException) -> bool:
    """Whether the error says that no room is left."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _trusted(file: ModelFile, path: Path, *, seen: Mapping[str, _Seen]) -> FileState | None:
    """The state by the stamp alone; None where only a hash can tell."""
    try:
        found = path.stat()
    except OSError:
        return None
    if seen.get(file.path) != _Seen(found.st_size, found.st_mtime_ns, file.sha256):
        return None
    if found.st_size != file.bytes:
        return None
    return FileState(file, "ok", found.st_size, found.st_mtime_ns, file.sha256)


def _stamped(states: Iterable[FileState]) -> dict[str, _Seen]:
    return {
        state.file.path: _Seen(state.bytes, state.mtime_ns, state.file.sha256)
        for state in states
        if state.is_ok and state.bytes is not None and state.mtime_ns is not None
    }


def _read_stamp(path: Path) -> dict[str, _Seen]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {name: _Seen(**entry) for name, entry in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # no stamp, or not one of ours: the files are hashed instead


def _write_stamp(path: Path, states: Iterable[FileState]) -> None:
    if not path.parent.is_dir():
        return
    entries = {name: asdict(seen) for name, seen in _stamped(states).items()}
    temporary = path.with_name(f"{STAMP}.{os.getpid()}")
    # A model may lie in a folder that is read-only: then it is hashed each time.
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps(entries, indent=1), encoding="utf-8")
        temporary.replace(path)
