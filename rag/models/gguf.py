"""A GGUF file's header: whether the file is long enough for its tensors."""

from __future__ import annotations

import math
import mmap
import struct
from pathlib import Path

from rag.errors import ModelError

# GGUF, version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?"} | {
    10: "<Q",
    11: "<q",
    12: "<d",
}
_STRING, _ARRAY = 8, 9
_MOST_DIMENSIONS = 4
_DEFAULT_ALIGNMENT = 32

# Tensor type: (values in a block, bytes of a block), as the ggml library itself reports them.
_BLOCKS = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    9: (32, 36),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    15: (256, 292),
    16: (256, 66),
    17: (256, 74),
    18: (256, 98),
    19: (256, 50),
    20: (32, 18),
    21: (256, 110),
    22: (256, 82),
    23: (256, 136),
    24: (1, 1),
    25: (1, 2),
    26: (1, 4),
    27: (1, 8),
    28: (1, 8),
    29: (256, 56),
    30: (1, 2),
    34: (256, 54),
    35: (256, 66),
    39: (32, 17),
    40: (64, 36),
    41: (128, 18),
    42: (64, 18),
}


class _HeaderError(Exception):
    """What is wrong with a header, in a few words."""


class _Reader:
    """Little-endian values read one after another."""

    def __init__(self, content: mmap.mmap) -> None:
        self.content = content
        self.position = 0

    def take(self, form: str) -> int:
        """The next number, of a `struct` format of one value."""
        start = self.position
        self.skip(struct.calcsize(form))
        (value,) = struct.unpack_from(form, self.content, start)
        return int(value) if form not in ("<f", "<d") else 0

    def skip(self, size: int) -> None:
        """Pass over `size` bytes that must be there."""
        self.position += size
        if self.position > len(self.content):
            raise _HeaderError("ends within its header")

    def text(self) -> bytes:
        """The next string."""
        length = self.take("<Q")
        start = self.position
        self.skip(length)
        return self.content[start : self.position]

    def value(self, kind: int) -> int:
        """The next metadata value; a number as such, anything else as 0."""
        if kind == _STRING:
            self.skip(self.take("<Q"))
        elif kind == _ARRAY:
            self._array()
        elif kind in _SCALARS:
            return self.take(_SCALARS[kind])
        else:
            raise _HeaderError(f"has metadata of unknown type {kind}")
        return 0

    def _array(self) -> None:
        kind, count = self.take("<I"), self.take("<Q")
        if kind in _SCALARS:
            self.skip(struct.calcsize(_SCALARS[kind]) * count)
        elif kind == _STRING:
            for _ in range(count):
                self.skip(self.take("<Q"))
        else:
            raise _HeaderError(f"has an array of unknown type {kind}")


def check_gguf(path: Path) -> None:
    """ModelError unless `path` is a GGUF file that is as long as its tensors need.

    Reads the header alone: the values of the tensors are not looked at.
    """
    try:
        with path.open("rb") as handle:
            magic = handle.read(4)
            if magic != b"GGUF":
                raise _HeaderError(f"starts with {magic!r} instead of b'GGUF'")
            with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
                needed, found = _bytes_needed(_Reader(content)), len(content)
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}): name a GGUF file") from error
    except _HeaderError as fault:
        raise ModelError(
            f"{path} is not a usable GGUF file, it {fault}: name another or fetch it again"
        ) from None
    if found < needed:
        raise ModelError(
            f"{path} is cut short, {found} bytes where its tensors need {needed}: fetch it again"
        )


def _bytes_needed(reader: _Reader) -> int:
    """The length of the file by its own header."""
    reader.skip(4)
    version = reader.take("<I")
    if version not in (2, 3):
        raise _HeaderError(f"is of version {version} where 2 or 3 is known")
    tensors, entries = reader.take("<Q"), reader.take("<Q")
    if tensors == 0:
        raise _HeaderError("holds no tensors")
    alignment = _DEFAULT_ALIGNMENT
    for _ in range(entries):
        key = reader.text()
        value = reader.value(reader.take("<I"))
        if key == b"general.alignment":
            alignment = value
    if alignment <= 0:
        raise _HeaderError(f"has an alignment of {alignment}")
    end = max(_tensor_end(reader) for _ in range(tensors))
    return _round_up(reader.position, alignment) + end


def _tensor_end(reader: _Reader) -> int:
    """Where the next listed tensor ends, counted from the start of the tensors."""
    reader.text()
    dimensions = reader.take("<I")
    if dimensions > _MOST_DIMENSIONS:
        raise _HeaderError(f"has a tensor of {dimensions} dimensions")
    values = math.prod(reader.take("<Q") for _ in range(dimensions))
    kind, offset = reader.take("<I"), reader.take("<Q")
    # A type newer than this table counts as empty: the file is then only known to be too short.
    block, size = _BLOCKS.get(kind, (1, 0))
    return offset + _round_up(values, block) // block * size


def _round_up(number: int, step: int) -> int:
    return -(-number // step) * step
