"""The SQLite file of a local index: its tables, its connections, its errors in plain words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection

from rag.errors import IndexAccessError, IndexDamagedError, IndexLockedError
from rag.index import IndexIdentity
from rag.index.seals import seal_of

FILE = "musnad.sqlite"
LOG = f"{FILE}-wal"
PAGE = 4096  # bytes
REMEDY = "use another folder with --index, or run: rag ingest --rebuild"
REPAIR = (
    "run: rag index rebuild (it keeps every article that is whole), or start anew with:"
    " rag ingest --rebuild"
)

FORMAT = "4"
_PATIENCE = 10.0  # seconds to wait for another connection's lock
# Small columns stand before the text, which may continue on pages of its own. See `seals` on
# the checksums; the seal of a row covers its other small columns.
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    live INTEGER NOT NULL,  -- 0: put, and waiting for the commit that shows it
    path TEXT,
    words BLOB NOT NULL, places BLOB NOT NULL, digest BLOB NOT NULL, seal BLOB NOT NULL,
    title TEXT NOT NULL, source TEXT, url TEXT, published TEXT, author TEXT,
    is_inferred INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (id, live)
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    id TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    vectors BLOB NOT NULL  -- float16, little-endian, one after the other
);
CREATE INDEX passages_of_document ON passages (document);
CREATE TABLE files (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, seal BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE file_documents (
    path TEXT NOT NULL REFERENCES files ON DELETE CASCADE,
    place INTEGER NOT NULL,
    document_id TEXT NOT NULL,
    PRIMARY KEY (path, place)
) WITHOUT ROWID;
CREATE INDEX files_of_document ON file_documents (document_id);
CREATE TABLE copies (
    document_id TEXT PRIMARY KEY, family INTEGER NOT NULL, place INTEGER NOT NULL,
    seal BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX copies_of_family ON copies (family, place);
CREATE TABLE signatures (
    document_id TEXT PRIMARY KEY, signature BLOB NOT NULL, seal BLOB NOT NULL
) WITHOUT ROWID;
"""


class Connections:
    """The connections to one file; each serves one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[Connection] = []
        self._is_frozen = False

    @contextmanager
    def transaction(self, begin: str) -> Iterator[Connection]:
        """A connection whose changes are kept, all of them, if the block ends without an error."""
        with self.idle() as connection:
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def idle(self) -> Iterator[Connection]:
        """A connection that is in no transaction, and in none afterwards."""
        with told_plainly(self._path.parent, self._path.name):
            connection = self._take()
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._idle.append(connection)
                if self._is_frozen:
                    self.close()

    def close(self) -> None:
        """Close the connections that nobody is using."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _take(self) -> Connection:
        with suppress(IndexError):  # another thread may take the last one
            return self._idle.pop()
        try:
            return self._connect("mode=rw")
        except sqlite3.OperationalError:
            log = self._path.with_name(f"{self._path.name}-wal")
            if os.access(self._path.parent, os.W_OK) or (log.exists() and log.stat().st_size):
                raise
            # SQLite cannot keep its own files here; so frozen, it would not notice a new commit.
            self._is_frozen = True
            return self._connect("mode=ro&immutable=1")

    def _connect(self, mode: str) -> Connection:
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?{mode}",
            uri=True,
            timeout=_PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # So the log holds nothing but what counts; see `rest`.
        connection.execute("PRAGMA journal_size_limit = 0")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # opens the file
        return connection


def is_there(folder: Path) -> bool:
    """Whether a folder has a store; IndexAccessError where that may not be looked at."""
    with told_plainly(folder):
        return (folder / FILE).exists()


def create_store(folder: Path, identity: IndexIdentity) -> None:
    """An empty store in a folder that has none; it is there whole or not at all."""
    draft = folder / f"{FILE}.new"
    with told_plainly(folder):
        for stale in folder.glob(f"{FILE}*"):  # a log without its file would be replayed into ours
            stale.unlink()
        write_empty(draft, identity)
        draft.replace(folder / FILE)


def write_empty(path: Path, identity: IndexIdentity) -> None:
    """A store without a document in a file of any name, for a caller that puts it in place."""
    meta = dict(identity_rows(identity)) | {"revision": "0", "token": "", "census": ""}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {_SCHEMA}")
        write_meta(connection, meta)
        connection.execute("COMMIT")


def write_meta(connection: Connection, meta: dict[str, str]) -> None:
    """Replace what the store says of itself."""
    rows = [*meta.items(), ("check", _check(meta))]
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)


def read_meta(connection: Connection) -> dict[str, str] | None:
    """What the store says of itself; None if that does not match its checksum."""
    meta = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    check = meta.pop("check", None)
    if check is None and meta.get("format") != FORMAT:
        return meta  # of an older program, which kept no checksum
    return meta if check == _check(meta) else None


def _check(meta: dict[str, str]) -> str:
    return seal_of(*([name, meta[name]] for name in sorted(meta))).hex()


@contextmanager
def told_plainly(folder: Path, file: str = FILE) -> Iterator[None]:
    """Errors of SQLite and of the system become ones that a user can act on."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        unnamed = sqlite3.SQLITE_CORRUPT if isinstance(error, sqlite3.OperationalError) else 0
        code = getattr(error, "sqlite_errorcode", unnamed)  # undecodable text has none
        if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise IndexLockedError(
                f"another process is writing to {folder}: wait for it to end"
            ) from error
        if code in (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ) or code & 0xFF in (
            sqlite3.SQLITE_CORRUPT,
            sqlite3.SQLITE_NOTADB,
        ):
            raise IndexDamagedError(f"{folder / file} is damaged ({error}): {REPAIR}") from error
        if code & 0xFF in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_READONLY,
        ):
            raise _denied(folder, error) from error
        if isinstance(error, sqlite3.OperationalError):  # a table or column is not there
            raise IndexDamagedError(f"{folder / file} is damaged ({error}): {REPAIR}") from error
        raise
    except UnicodeDecodeError as error:
        raise IndexDamagedError(f"{folder / file} is damaged ({error}): {REPAIR}") from error
    except OSError as error:
        raise _denied(folder, error) from error


def _denied(folder: Path, error: Exception) -> IndexAccessError:
    reason = getattr(error, "strerror", None) or error
    return IndexAccessError(
        f"the index in {folder} cannot be read or written ({reason}):"
        " see to the folder's permissions and free space, then run the same command again"
    )


def identity_rows(identity: IndexIdentity) -> list[tuple[str, str]]:
    """What a store must have been made with, name and value."""
    return [
        ("format", FORMAT),
        ("embedder", identity.embedder),
        ("dimension", str(identity.dimension)),
        ("chunker", identity.chunker),
    ]
