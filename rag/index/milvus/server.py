"""A Milvus server as the index sees it: calls, and errors that say what to do."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rag.errors import IndexAccessError, IndexUnreachableError, MissingExtraError

Row = dict[str, Any]

MOST = 16_384  # rows that Milvus returns for one search
_SECONDS = 60.0  # until a call counts as failed
_CONNECTING = 10.0
_WRITTEN = 1000  # rows sent at a time: a sentence of 768 numbers is 3 kB, a call takes 64 MB
_PAGE = 5000  # rows read at a time
_UNREACHABLE = 2  # what pymilvus says of a server that is not there
_NOT_LOADED = 101  # what Milvus says of a collection that has to be loaded first


class Server:
    """A connection to `uri`, made at the first call and anew after a failure.

    All calls can end in an IndexUnreachableError, after which the next one tries again, or in an
    IndexAccessError, where Milvus refuses. `token` is `user:password` or an API key.
    """

    def __init__(self, uri: str, *, token: str = "") -> None:
        self.uri = uri
        self._token = token
        self._client: Any = None
        self._connecting = threading.Lock()

    def call(self, name: str, *given: Any, **named: Any) -> Any:
        """Call a method of pymilvus.MilvusClient; `given` begins with the collection."""
        named.setdefault("timeout", _SECONDS)
        with self._connection(name) as (client, refused):
            try:
                return getattr(client, name)(*given, **named)
            except refused as error:
                # A server that was started anew may have forgotten what was loaded.
                if _NOT_LOADED not in (error.code, error.compatible_code):
                    raise
                client.load_collection(given[0], timeout=_SECONDS)
                return getattr(client, name)(*given, **named)

    def upsert(self, collection: str, rows: Sequence[Row]) -> None:
        """Write rows, each in the place of the one with its key."""
        for start in range(0, len(rows), _WRITTEN):
            self.call("upsert", collection, list(rows[start : start + _WRITTEN]))

    def scan(self, collection: str, where: str, fields: Sequence[str]) -> Iterator[Row]:
        """All rows for which `where` holds, however many there are."""
        pages = self.call(
            "query_iterator",
            collection,
            filter=where,
            output_fields=list(fields),
            batch_size=_PAGE,
        )
        while True:
            with self._connection("query"):
                rows = pages.next()
            if not rows:
                pages.close()
                return
            yield from rows

    def count(self, collection: str, where: str) -> int:
        """How many rows there are for which `where` holds."""
        [row] = self.call("query", collection, filter=where, output_fields=["count(*)"])
        return int(row["count(*)"])

    def close(self) -> None:
        """Let go of the connection; the next call makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def _connection(self, name: str) -> Iterator[tuple[Any, Any]]:
        """The client and the class of its errors, which come out as ours."""
        library = pymilvus()
        try:
            with self._connecting:
                if self._client is None:
                    self._client = self._connected(library)
                client = self._client
            yield client, library.MilvusException
        except library.MilvusException as error:
            self.close()
            raise self._told(error, name) from error

    def _connected(self, library: Any) -> Any:
        for is_last in (False, True):
            try:
                return library.MilvusClient(
                    self.uri, token=self._token, timeout=_CONNECTING, dedicated=True
                )
            except library.MilvusException as error:
                if is_last or not _was_hung_up(error):
                    raise
        return None

    def _told(self, error: Any, name: str) -> Exception:
        reason = " ".join(str(error.message).split())[:200]
        code = getattr(error.code, "name", error.code)  # of gRPC, or a number of Milvus' own
        if code in (_UNREACHABLE, "UNAVAILABLE", "DEADLINE_EXCEEDED"):
            return IndexUnreachableError(
                f"no Milvus answers at {self.uri}: start it, or name another with index.uri; then"
                " run this again"
            )
        return IndexAccessError(f"Milvus at {self.uri} refuses {name!r} (code {code}): {reason}")


def _was_hung_up(error: BaseException) -> bool:
    """Whether gRPC was told to call again, as a server does that was started anew meanwhile."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause and cause not in causes:  # pymilvus names an error as its own cause
        causes.append(cause)
        cause = cause.__cause__
    return any("Too many pings" in str(cause) for cause in causes)


def pymilvus() -> Any:
    """The library, silent: what it would log is in the errors. MissingExtraError without it."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    try:
        import pymilvus as library
    except ImportError as error:
        raise MissingExtraError(
            "index.kind = 'milvus' needs pymilvus: pip install 'musnad[milvus]'"
        ) from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)
    return library


def quoted(key: int | str) -> str:
    """A key as an expression has it: numbers, and texts that hold neither quote nor backslash."""
    return str(key) if isinstance(key, int) else f'"{key}"'


def among(field: str, keys: Sequence[int] | Sequence[str]) -> str:
    """The expression for a field that holds one of `keys`."""
    return f"{field} in [{', '.join(quoted(key) for key in keys)}]"
