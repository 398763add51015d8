"""Embedding with Ray, in processes of their own: killed, and run again."""

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag.bulk import RayEmbedder
from rag.chunk import SentenceChunker, sentences_of
from rag.fakes import FakeEmbedder
from rag.index import IndexIdentity
from rag.index.local import LocalIndex
from rag.types import Document

ARTICLES = 160
# Documents: for each of two actors a block, and one that waits; and two that wait to be stored.
UNDER_WAY = 2 * (8 + 8) + 2 * 8

PROGRAM = """
import sys, time
from functools import partial
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_ray import articles, opened
from rag.bulk import RayEmbedder
from rag.chunk import SentenceChunker
from rag.fakes import FakeEmbedder
from rag.ingest import embed_documents
from rag.types import SourceFile

class Recording(FakeEmbedder):
    def __init__(self, log):
        super().__init__()
        self.log = log
    def embed_passages(self, passages):
        time.sleep(1)  # slower than what reads, as a model is
        with open(self.log, "a") as log:
            log.writelines(passage.document_id + "\\n" for passage in passages)
        return super().embed_passages(passages)

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    index = opened(folder)
    embed_documents(
        articles(),
        index,
        chunker=SentenceChunker(),
        embedder=RayEmbedder(partial(Recording, str(folder / "log")), actors=2),
        progress=lambda done, total, what: print(done, flush=True),
    )
    index.record([SourceFile("/a", "0", tuple(document.id for document in articles()))])
    index.commit()
    index.close()
"""


def articles() -> list[Document]:
    return [
        Document.of(
            f"مقال {n}", f"افتتح الوزير المصنع رقم {n} في المدينة. حضر {n} عاملا.", path="/a"
        )
        for n in range(ARTICLES)
    ]


def opened(folder: Path) -> LocalIndex:
    identity = IndexIdentity("fake-embedder", 128, SentenceChunker().name, "words")
    return LocalIndex(folder / "index", identity, analyse=str.split, create=True)


def begun(folder: Path) -> subprocess.Popen[str]:
    program = folder / "program.py"
    program.write_text(PROGRAM, "utf-8")
    root = Path(__file__).parents[1]
    return subprocess.Popen(
        [sys.executable, str(program), str(folder), str(root / "tests")],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def recorded(folder: Path) -> set[str]:
    return set((folder / "log").read_text("utf-8").split())


@pytest.mark.ray
@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")
def test_a_killed_run_is_taken_up_where_its_last_block_was_stored(tmp_path: Path) -> None:
    first = begun(tmp_path)
    for line in first.stdout or ():
        if int(line) >= ARTICLES // 3:
            break
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    index = opened(tmp_path)
    stored = index.has([document.id for document in articles()])
    assert ARTICLES // 3 <= len(stored) < ARTICLES
    assert index.documents() == []
    index.close()
    embedded = recorded(tmp_path)
    assert len(embedded - stored) <= UNDER_WAY
    (tmp_path / "log").unlink()

    second = begun(tmp_path)
    *_, last = second.communicate(timeout=300)[0].split()
    assert second.returncode == 0
    assert recorded(tmp_path) == {document.id for document in articles()} - stored
    assert int(last) == ARTICLES - len(stored)
    index = opened(tmp_path)
    assert index.documents() == articles()
    for document in articles():
        passages = index.passages(document.id)
        sentences = [sentences_of(passage) for passage in passages]
        expected = [FakeEmbedder().embed_passages(each) for each in sentences]
        for stored, made in zip(index.rows(passages), expected, strict=True):
            assert stored == pytest.approx(made, abs=1e-3)  # kept in half precision
    index.close()


def test_ray_is_not_started_before_the_first_vectors_are_asked_for() -> None:
    vectors = RayEmbedder(FakeEmbedder).stream([])
    assert "ray" not in sys.modules
    vectors.close()
