"""Zip archives to their members, none of which may explode or escape."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterator

from rag.articles.raw import MAX_ROWS_BYTES, MAX_UNPACKED_BYTES
from rag.errors import ArticleError

MAX_MEMBERS = 10_000
MAX_RATIO = 200  # text shrinks to a tenth or a twentieth, a bomb to a thousandth
_SMALL = 1024**2  # below it the ratio says nothing: a file of blanks is no bomb
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # lzma asks for memory as the file says
_ENCRYPTED, _UTF8 = 0x1, 0x800  # flags
_ESCAPING = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|[\x00-\x1f\x7f]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")  # would break the line that names the member


def open_package(name: str, stored: bytes) -> zipfile.ZipFile:
    """The zip that a docx or an epub is; ArticleError for one too large when it is unpacked."""
    package = zipfile.ZipFile(io.BytesIO(stored))
    size = sum(info.file_size for info in package.filelist)
    if size > MAX_UNPACKED_BYTES:
        raise ArticleError(f"{name}: unpacks to {size / 1024**2:.0f} MiB: split the file")
    for info in package.filelist:
        if info.compress_type not in _METHODS:
            raise ValueError(f"{info.filename!r} is compressed with a method that is not read")
    return package


def members(name: str, archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The files of an archive, hidden ones left out, with names as in "a.zip!folder/b.txt"."""
    if len(archive.filelist) > MAX_MEMBERS:
        count = f"{len(archive.filelist)} files, more than the {MAX_MEMBERS} allowed"
        raise ArticleError(f"{name}: {count}: split the archive")
    for info in archive.filelist:
        inner = _inner_name(info)
        parts = re.split(r"[/\\]", inner)
        is_hidden = any(each == "__MACOSX" or re.match(r"\.[^.]", each) for each in parts)
        # Not `is_dir`, which fails for a member without a name.
        if not info.filename.endswith("/") and not is_hidden:
            yield f"{name}!{_UNPRINTABLE.sub('?', inner)}", info


def _inner_name(info: zipfile.ZipInfo) -> str:
    """The name as its maker meant it: many write UTF-8 and do not say so."""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


class Unpacking:
    """Reads the members of one archive one after the other, and keeps count of their bytes."""

    def __init__(self, archive: zipfile.ZipFile, *, max_bytes: int) -> None:
        self._archive = archive
        self._max_bytes = max_bytes
        self._total = 0
        self._seen: set[str] = set()

    def refusal(self, member: str, info: zipfile.ZipInfo) -> str:
        """Why this member, the next one, is not to be opened; empty where nothing is against it."""
        if member in self._seen:
            return "a second file of this name"
        self._seen.add(member)
        if reason := _reason_against(info):
            return reason
        if info.file_size > self._max_bytes:
            allowed = f"the {self._max_bytes / 1024**2:g} MiB allowed"
            return f"unpacks to {info.file_size / 1024**2:.1f} MiB, more than {allowed}"
        if self._total + info.file_size > MAX_ROWS_BYTES:
            total = f"{MAX_ROWS_BYTES / 1024**2:g} MiB"
            return f"the archive unpacks to more than {total}: split the archive"
        self._total += info.file_size
        return ""

    def read(self, info: zipfile.ZipInfo) -> bytes:
        """The member's bytes."""
        with self._archive.open(info) as file:
            return file.read(info.file_size + 1)


def _reason_against(info: zipfile.ZipInfo) -> str:
    if _ESCAPING.search(_inner_name(info)):
        return "its name leads out of the archive: pack it again"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a symbolic link: pack the file itself"
    if info.filename.lower().endswith(".zip"):
        return "an archive in an archive: unpack it"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted: pack it without password"
    if info.compress_type not in _METHODS:
        return "compressed with a method that is not read: pack it with deflate"
    if info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
        sizes = f"{info.compress_size} bytes that unpack to {info.file_size}"
        return f"{sizes}, more than {MAX_RATIO} times as many: a zip bomb?"
    return ""
