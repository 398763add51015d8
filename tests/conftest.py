"""What several test modules stand on."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from loopback import free_port

from rag.errors import IndexUnreachableError
from rag.index import IndexIdentity
from rag.index.milvus import MilvusIndex
from rag.index.milvus.schema import Collections
from rag.index.milvus.server import Server

# A shell's background job ignores Ctrl-C, and so would the programs that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

STARTING = 60  # seconds
KEYS = {"state": "kind", "texts": "key", "passages": "key", "sentences": "key"}


class MilvusProcess:
    """A Milvus Lite server in a process of its own, reached by its address like a cluster."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.uri = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self._folder)]
        command += ["--host", "127.0.0.1", "--port", str(self._port)]
        with self._folder.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        ended = time.monotonic() + STARTING
        while True:
            try:
                Server(self.uri).call("list_collections")
                return
            except IndexUnreachableError:
                assert self._process.poll() is None, "the server ended"
                assert time.monotonic() < ended, "the server did not answer"
                time.sleep(0.1)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusProcess]:
    pytest.importorskip("milvus_lite")
    folder = tmp_path_factory.mktemp("milvus") / "server"
    server = MilvusProcess(folder)
    yield server
    server.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_on_milvus(milvus: MilvusProcess) -> Iterator[Callable[..., MilvusIndex]]:
    """Makes an empty index of an identity, an analyser, and the collections' name."""
    with ExitStack() as opened:

        def make(
            identity: IndexIdentity, analyse: Callable[[str], list[str]], collection: str = "test"
        ) -> MilvusIndex:
            server = Server(milvus.uri)
            if server.call("has_collection", f"{collection}_state"):  # quicker than to make them
                for name, key in KEYS.items():
                    server.call("delete", f"{collection}_{name}", filter=f"{key} >= 0")
            names = Collections(collection, identity.dimension, "FLAT")
            index = MilvusIndex(server, names, identity, analyse=analyse, create=True)
            opened.callback(index.close)
            return index

        yield make
