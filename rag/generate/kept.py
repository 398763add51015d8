"""What a model has read to a file, so that it is not read again after a restart."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import struct
from collections.abc import Sequence
from pathlib import Path

_MAGIC = b"musnad prompt 1\n"
_MOST = 4  # files; a change of prompt, model or library makes a new one
_END = 1 << 20  # bytes of a model's beginning and end that tell it apart

log = logging.getLogger("rag.generate")


class KeptPrompts:
    """States of a model, each in a file that is named by the tokens it has read.

    `identity` tells apart whatever makes a state unusable to another: the model, the library, its
    settings. A file that is damaged or of another identity counts as absent.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._identity = identity

    def load(self, tokens: Sequence[int]) -> bytes | None:
        """The state after these tokens, if it was kept and is whole."""
        key = self._key(tokens)
        with contextlib.suppress(OSError):
            stored = self._path(key).read_bytes()
            digest, body = stored[len(_MAGIC) : len(_MAGIC) + 32], stored[len(_MAGIC) + 32 :]
            if stored.startswith(_MAGIC) and hashlib.sha256(body).digest() == digest:
                return body[len(key) :] if body.startswith(key) else None
        return None

    def save(self, tokens: Sequence[int], state: bytes) -> None:
        """Keep the state after these tokens, all or nothing; a full disk is no error."""
        key = self._key(tokens)
        path = self._path(key)
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            body = key + state
            part.write_bytes(_MAGIC + hashlib.sha256(body).digest() + body)
            part.replace(path)
            self._forget_oldest()
        except OSError as error:
            log.warning("the prompt was not kept in %s: %s", self._folder, error.strerror)
            with contextlib.suppress(OSError):
                part.unlink()

    def _forget_oldest(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for path in files[:-_MOST]:
            path.unlink(missing_ok=True)

    def _key(self, tokens: Sequence[int]) -> bytes:
        packed = struct.pack(f"<{len(tokens)}i", *tokens)
        return hashlib.sha256(self._identity.encode() + b"\0" + packed).digest()

    def _path(self, key: bytes) -> Path:
        return self._folder / f"{key.hex()[:32]}.state"


def file_identity(path: Path) -> str:
    """Tells a large file apart without reading it whole: size, time, beginning and end."""
    status = path.stat()
    with path.open("rb") as file:
        head = file.read(_END)
        file.seek(max(0, status.st_size - _END))
        digest = hashlib.sha256(head + file.read())
    return f"{status.st_size} {status.st_mtime_ns} {digest.hexdigest()}"
