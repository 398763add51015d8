"""An index on a Milvus server beyond the contract: faults, settings, an ingest."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fake_pipeline import write_index

from rag.arabic import analyse
from rag.chunk import SentenceChunker
from rag.cli import main
from rag.errors import (
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnreachableError,
    MissingExtraError,
    SettingsError,
)
from rag.factory import make_index
from rag.fakes import ExactIndex, FakeEmbedder
from rag.index import Index, IndexIdentity
from rag.index.milvus import MilvusIndex
from rag.index.milvus.ledger import Kind, Ledger
from rag.index.milvus.schema import Collections
from rag.index.milvus.search import _levelled
from rag.index.milvus.server import Server
from rag.index.milvus.weights import asked_of, counts_of, most_of, number_of, score_of, weights_of
from rag.ingest import embed_documents, ingest_files
from rag.settings import load_settings
from rag.types import Document, SourceFile

EMBEDDER = FakeEmbedder()
IDENTITY = IndexIdentity(EMBEDDER.name, EMBEDDER.dimension, "chunker", "words")
METRO = "مترو المنارة\n\nافتتح رئيس البلدية الخط الأول للمترو في 12 مارس 2021 أمام الركاب.\n"
MUSEUM = "متحف الموانئ\n\nكلف ترميم متحف الموانئ في وسط المدينة القديمة 28 مليون دينار.\n"
QUESTION = "متى افتتح مترو المنارة؟"

Make = Callable[..., MilvusIndex]


def document(number: int, *, words: str = "") -> Document:
    return Document.of(f"مقال {number}", f"زار الوفد رقم {number} المدينة. {words}", path="/a")


def put(index: Index, *documents: Document) -> None:
    embed_documents(
        documents, index, chunker=SentenceChunker(), embedder=EMBEDDER, progress=lambda *_: None
    )


def state(index: Index) -> tuple[object, ...]:
    """All that a reader can see."""
    vectors = EMBEDDER.embed_questions([QUESTION])
    near, match = index.nearest(vectors, 50)[0], index.matching(["زار الوفد 2"], 50)[0]
    return (
        index.documents(),
        index.files(),
        index.signatures(),
        index.copies([document(n).id for n in range(4)]),
        [(hit.passage, round(hit.score, 4)) for hit in near],
        [(hit.passage, round(hit.score, 4)) for hit in match],
    )


def is_one_line(error: BaseException) -> bool:
    return "\n" not in str(error)


class Cut(Server):
    """A connection that is lost after some calls that write."""

    left = 10**9

    def call(self, name: str, *given: object, **named: object) -> object:
        if name in ("upsert", "delete"):
            self.left -= 1
            if self.left < 0:
                raise IndexUnreachableError("cut off")
        return super().call(name, *given, **named)


# Faults


@pytest.mark.milvus
def test_a_server_that_is_gone_is_one_line_and_a_retry_works_once_it_is_back(
    empty_on_milvus: Make, milvus
) -> None:
    index = empty_on_milvus(IDENTITY, analyse)
    put(index, document(1))
    index.commit()
    before = state(index)
    put(index, document(2))
    index.record([SourceFile("/a", "0", (document(1).id, document(2).id))])
    milvus.kill()
    for call in (index.commit, index.documents, lambda: index.matching(["زار"], 3)):
        with pytest.raises(IndexUnreachableError, match=f"no Milvus answers at {milvus.uri}") as e:
            call()
        assert is_one_line(e.value)
    milvus.start()
    assert state(index) == before
    assert index.has([document(2).id]) == {document(2).id}
    index.commit()
    assert index.documents() == [document(1), document(2)]


@pytest.mark.milvus
def test_wherever_a_commit_is_cut_off_a_reader_sees_all_of_it_or_nothing(
    empty_on_milvus: Make, milvus
) -> None:
    names = Collections("cut", EMBEDDER.dimension, "FLAT")

    def opened(server: Server) -> MilvusIndex:
        return MilvusIndex(server, names, IDENTITY, analyse=analyse)

    def change(index: Index) -> None:
        put(index, document(3))
        index.remove([document(0).id])
        renewed = replace(document(1), source="رويترز")
        passages = SentenceChunker().split(renewed)
        index.put(renewed, passages, [EMBEDDER.embed_passages([p]) for p in passages])
        index.set_copies([[document(1).id, document(2).id]])
        index.record([SourceFile("/b", "1", (document(2).id, document(3).id))], forget=["/a"])
        index.keep_signatures({document(3).id: b"x"})

    def begin(index: Index) -> tuple[object, ...]:
        put(index, *map(document, range(3)))
        index.record([SourceFile("/a", "0", (document(2).id,))])
        index.commit()
        return state(index)

    exact = ExactIndex(EMBEDDER.dimension, analyse=analyse)
    before = begin(exact)
    change(exact)
    exact.commit()
    after = state(exact)
    change(exact)  # and once more, as whoever finds the work undone will do
    exact.commit()
    twice = state(exact)
    seen = []
    for left in range(0, 1000, 3):
        index = empty_on_milvus(IDENTITY, analyse, "cut")
        assert begin(index) == before
        index.close()
        cut = Cut(milvus.uri)
        writer = opened(cut)
        change(writer)
        cut.left = left
        with suppress(IndexUnreachableError):
            writer.commit()
        is_done = cut.left >= 0
        cut.left = 10**9
        found = state(opened(Server(milvus.uri)))
        assert found in (before, after), left
        seen.append(found == after)
        writer.close()
        again = opened(Server(milvus.uri))
        change(again)
        again.commit()
        assert state(again) == twice
        again.close()
        if is_done:
            break
    assert seen == sorted(seen)
    assert {False, True} == set(seen)


@pytest.mark.milvus
def test_one_writes_at_a_time_and_a_dead_writer_is_passed_over(
    empty_on_milvus: Make, milvus
) -> None:
    index = empty_on_milvus(IDENTITY, analyse)
    names = Collections("test", EMBEDDER.dimension, "FLAT")
    other = MilvusIndex(Server(milvus.uri), names, IDENTITY, analyse=analyse)
    put(index, document(1))
    with pytest.raises(IndexLockedError, match=f"pid {os.getpid()} on .*wait") as caught:
        put(other, document(2))
    assert is_one_line(caught.value)
    index.commit()
    put(other, document(2))
    other.commit()
    assert [d.title for d in index.documents()] == ["مقال 1", "مقال 2"]
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    ledger = Ledger(Server(milvus.uri), names.state)
    put(other, document(3))
    [held] = ledger.read(Kind.WRITER, revision=0).values()
    ledger.keep(Kind.WRITER, {"": {**held, "token": "another", "pid": ended.pid}})
    put(index, document(4))
    index.commit()
    assert index.has([document(3).id, document(4).id]) == {document(3).id, document(4).id}
    assert [d.title for d in index.documents()] == ["مقال 1", "مقال 2", "مقال 4"]


# Weights


def test_the_weights_of_milvus_give_back_what_they_were_made_of() -> None:
    passages = [["ا"] * 7 + ["ب"] * 150, ["ا", "ب", "ج"], ["ج"] * 40]
    mean = sum(map(len, passages)) / 3
    asked = asked_of(["ا", "ب", "ا"], {number_of("ا"): 2, number_of("ب"): 2}, passages=3)
    for terms in passages:
        weights = weights_of(terms)
        counts = {number_of(term): terms.count(term) for term in set(terms)}
        assert counts_of(weights, len(terms)) == counts
        stored = sum(times * weights.get(term, 0) for term, times in asked.items())
        exact = score_of(asked, weights, length=len(terms), mean=mean)
        assert exact <= most_of(stored, mean)
        assert score_of(asked, weights, length=len(terms), mean=4000) <= most_of(stored, 4000)
    assert counts_of(weights_of([]), 0) == {}


# Opening


@pytest.mark.milvus
def test_another_embedder_or_no_index_is_told_plainly(empty_on_milvus: Make, milvus) -> None:
    empty_on_milvus(IDENTITY, analyse)
    names = Collections("test", EMBEDDER.dimension, "FLAT")
    with pytest.raises(IndexMismatchError, match=r"embedder fake-embedder.*other.*--rebuild"):
        MilvusIndex(Server(milvus.uri), names, replace(IDENTITY, embedder="other"), analyse=analyse)
    with pytest.raises(IndexMissingError, match=r"'nothing' at .*rag ingest"):
        MilvusIndex(Server(milvus.uri), replace(names, prefix="nothing"), IDENTITY, analyse=analyse)


def test_without_pymilvus_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'musnad\[milvus\]'"):
        make_index(load_settings(None, ["index.kind=milvus"]))


def test_a_server_that_is_not_there_is_told_with_its_address() -> None:
    pytest.importorskip("pymilvus")
    settings = load_settings(None, ["index.kind=milvus", "index.uri=http://127.0.0.1:9"])
    with pytest.raises(IndexUnreachableError, match=r"http://127\.0\.0\.1:9.*index\.uri") as caught:
        make_index(settings)
    assert is_one_line(caught.value)


@pytest.mark.parametrize(
    ("override", "message"),
    [("collection=a-b", "index.collection = 'a-b'"), ("vectors=BEST", "known: FLAT, HNSW")],
)
def test_settings_that_milvus_would_refuse_are_refused_first(override: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        make_index(load_settings(None, ["index.kind=milvus", f"index.{override}"]))


def test_the_library_is_loaded_only_when_a_server_is_called() -> None:
    code = "import sys, rag.factory; print([m for m in ('pymilvus', 'ray') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


# An ingest


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "metro.txt").write_text(METRO, "utf-8")
    (folder / "museum.txt").write_text(MUSEUM, "utf-8")
    return folder


@pytest.mark.milvus
def test_an_ingest_follows_files_that_come_change_and_go(
    empty_on_milvus: Make, articles: Path
) -> None:
    index = empty_on_milvus(IDENTITY, analyse)

    def ingest():
        return ingest_files(
            [articles],
            index,
            chunker=SentenceChunker(),
            embedder=EMBEDDER,
            progress=lambda *_: None,
        )

    assert (len(ingest().added), index.stats().documents) == (2, 2)
    again = ingest()
    assert (len(again.unchanged), again.embedded) == (2, 0)
    (articles / "metro.txt").write_text(METRO.replace("12 مارس", "15 أبريل"), "utf-8")
    (articles / "museum.txt").unlink()
    changed = ingest()
    assert (len(changed.changed), len(changed.removed)) == (1, 1)
    [only] = index.documents()
    assert "15 أبريل" in only.text
    [hits] = index.nearest(EMBEDDER.embed_questions([QUESTION]), 9)
    assert {hit.passage.document_id for hit in hits} == {only.id}
    assert index.stats().passages == len(index.passages(only.id))
    assert index.verify() == []


@pytest.mark.milvus
def test_the_commands_work_on_milvus(milvus, articles: Path, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(
        '[models]\nfolder = "no-models"\n[index]\nkind = "milvus"\ncollection = "commands"\n'
        f'uri = "{milvus.uri}"\n',
        "utf-8",
    )

    def run(*arguments: str):
        return CliRunner().invoke(main, arguments)

    missing = run("documents", "list")
    assert (missing.exit_code, missing.stderr.count("\n")) == (2, 1)
    settings = load_settings(Path("config.toml"))
    text = METRO.split("\n\n")
    metro = Document.of(text[0], text[1].strip())
    write_index([metro], settings)
    done = run("ingest", str(articles / "metro.txt"))
    assert done.exit_code == 0, done.output
    [row] = json.loads(run("documents", "list", "--json").stdout)
    assert (row["id"], row["passages"]) == (metro.id, 1)
    assert metro.text in run("documents", "show", metro.id[:8]).stdout
    assert run("documents", "remove", metro.id[:8]).exit_code == 0
    assert run("documents", "list").stdout == ""
    refused = run("index", "verify")
    assert (refused.exit_code, "index.kind = 'milvus'" in refused.stderr) == (2, True)
    assert not (tmp_path / "index").exists()


def test_scores_that_differ_by_rounding_alone_are_one():
    scores = _levelled({4: 0.5, 2: 0.5 + 3e-8, 9: 0.4999, 7: 0.5 - 6e-8})
    assert scores[4] == scores[2] == scores[7] > scores[9] == 0.4999
