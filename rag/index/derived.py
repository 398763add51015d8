"""The derived files of each state: opened, published in one step, rebuilt when damaged."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from rag.errors import IndexAccessError, IndexLockedError
from rag.index import IndexIdentity
from rag.index.generation import LAYOUT, UNUSABLE, Analyse, Generation, write_generation
from rag.index.lexical import Bm25
from rag.index.lock import LOCK, WriterLock
from rag.index.sealed import check, flush
from rag.index.sqlite import FILE
from rag.index.store import State, Store

GENERATIONS = "generations"


def stranger_in(folder: Path) -> str:
    """A file that is not of an index; none in a folder that one was in before, or but hidden ones.

    An index that was erased leaves its lock behind.
    """
    names = sorted(path.name for path in folder.iterdir())
    if any(name.startswith((FILE, GENERATIONS, LOCK)) for name in names):
        return ""
    return next((name for name in names if not name.startswith(".")), "")


_REMADE = "the next search makes it anew from the store, or now: rag index rebuild"
_log = logging.getLogger(__name__)


class DerivedFiles:
    """The numbered generations in the folder of an index; one is open for searching."""

    def __init__(
        self, store: Store, folder: Path, *, identity: IndexIdentity, analyse: Analyse, bm25: Bm25
    ) -> None:
        self._store = store
        self._folder = folder
        self._identity = identity
        self._analyse = analyse
        self._bm25 = bm25
        self._generation: Generation | None = None
        self._loading = threading.Lock()

    def current(self, connection: Connection) -> Generation | None:
        """The derived files of the state that a connection sees; None before the first commit."""
        state = self._store.state(connection)
        if not state.revision:
            return None
        with self._loading:
            if self._generation is None or self._generation.token != state.token:
                self._generation = self.open(state) or self._rebuild(connection, state)
            return self._generation

    def open(self, state: State) -> Generation | None:
        """The files of a state, checked; None if they are not whole."""
        place = self._place(state.revision)
        try:
            return Generation.open(place, self._birth(state), bm25=self._bm25)
        except UNUSABLE as error:
            _log.warning("%s is not used and will be rebuilt: %s", place, error)
            return None

    def older(self, state: State) -> Generation | None:
        """What a state leaves to the next: as it is in memory, or its files; None if damaged."""
        held = self._generation
        return held if held and held.token == state.token else self.open(state)

    def publish(self, connection: Connection, state: State, *, older: Generation | None) -> None:
        """Write the files of a state aside, then put them in their place in one step."""
        place = self._place(state.revision)
        draft = place.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        self._write(connection, state, folder=draft, older=older)
        shutil.rmtree(place, ignore_errors=True)  # damaged, or of a commit that was cut off
        draft.rename(place)
        flush(place.parent)

    def sweep(self, state: State) -> None:
        """Keep the newest generation, and the one that a search may still be opening."""
        kept = {self._place(state.revision), self._place(state.revision - 1)}
        for place in (self._folder / GENERATIONS).glob("*"):
            if place not in kept:
                shutil.rmtree(place, ignore_errors=True)

    def problems(self) -> list[str]:
        """What is damaged in the files of the last commit, one line each."""
        with self._store.reading() as connection:
            state = self._store.state(connection)
        if not state.revision:
            return []
        place = self._place(state.revision)
        try:
            check(place, self._birth(state))
        except UNUSABLE as error:
            return [f"{place}: {error}: {_REMADE}"]
        return []

    def _rebuild(self, connection: Connection, state: State) -> Generation:
        birth = self._birth(state)
        try:
            with WriterLock(self._folder):
                self.publish(connection, state, older=None)
            return Generation.open(self._place(state.revision), birth, bm25=self._bm25)
        except (IndexLockedError, IndexAccessError, OSError):
            # A writer is at work, or this folder is read-only: search a copy nobody else sees.
            # What is not in memory when it is deleted the system keeps while it is in use.
            with tempfile.TemporaryDirectory() as scratch:
                self._write(connection, state, folder=Path(scratch), older=None)
                return Generation.open(Path(scratch), birth, bm25=self._bm25)

    def _write(
        self, connection: Connection, state: State, *, folder: Path, older: Generation | None
    ) -> None:
        write_generation(
            folder,
            self._birth(state),
            entries=self._store.live(connection),
            analyse=self._analyse,
            older=older,
        )

    def _place(self, revision: int) -> Path:
        return self._folder / GENERATIONS / f"{revision:06}"

    def _birth(self, state: State) -> dict[str, Any]:
        return {"layout": LAYOUT, **asdict(state), **asdict(self._identity)}
