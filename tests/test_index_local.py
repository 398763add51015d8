"""The index in a folder when things go wrong; as a program, the run that they happen to."""

from __future__ import annotations

import logging
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import rag
from rag.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
    RagError,
)
from rag.fakes import ExactIndex, FakeEmbedder
from rag.index import Index, IndexIdentity
from rag.index.dense import EXACT_ROWS, DenseIndex, DenseWriter
from rag.index.local import LocalIndex, erase
from rag.index.sealed import read, seal
from rag.index.upkeep import require
from rag.types import Document, Filter, Hit, Passage, SourceFile, passage_of

EMBEDDER = FakeEmbedder(32)
IDENTITY = IndexIdentity("embedder one", 32, "chunker one", "words")
QUESTIONS = ["كلمة 3", "خبر 7 من", "سطر"]
FIRST, ALL = range(4), range(12)  # what every folder of the tests starts with, and is to hold


def article(number: int) -> tuple[Document, list[Passage]]:
    text = f"خبر {number} من كلمة {number % 5}. سطر ثان عن {number * 7}."
    middle = text.index("سطر")
    document = Document.of(
        f"عنوان {number}",
        text,
        published=f"2024-05-{number + 4:02}",
        path=f"/articles/{number}.txt",
    )
    return document, [passage_of(document, 0, middle), passage_of(document, middle, len(text))]


def opened(folder: Path, **changes: object) -> LocalIndex:
    identity = replace(IDENTITY, **changes)  # type: ignore[arg-type]  # of any field
    return LocalIndex(folder, identity, analyse=str.split, create=True)


def vectors_of(passage: Passage) -> np.ndarray:
    vectors = EMBEDDER.embed_questions([f"{passage.title} {passage.text}", passage.id])
    return vectors.astype(np.float16).astype(np.float32)  # as an index keeps them


def put(index: Index, number: int) -> None:
    document, passages = article(number)
    index.put(document, passages, [vectors_of(passage) for passage in passages])


def ingest(index: Index, numbers: range, step: Callable[[int], None] = lambda _: None) -> None:
    """What the pipeline does: embed what is missing, record the files, commit."""
    for number in numbers:
        if not index.has([article(number)[0].id]):
            put(index, number)
            step(number)
    held = [article(number)[0] for number in numbers]
    index.record([SourceFile(str(d.path), "0" * 64, (d.id,)) for d in held])
    index.commit()


Answers = list[list[tuple[Passage, float, list[list[float]]]]]  # with the passage's vectors


def answers(index: Index) -> Answers:
    found = index.nearest(EMBEDDER.embed_questions(QUESTIONS), 5) + index.matching(QUESTIONS, 5)
    return [
        [
            (hit.passage, round(hit.score, 4), rows.tolist())
            for hit, rows in zip(hits, index.rows([hit.passage for hit in hits]), strict=True)
        ]
        for hits in found
    ]


def reference(numbers: range) -> Answers:
    index = ExactIndex(IDENTITY.dimension, analyse=str.split)
    for number in numbers:
        put(index, number)
    index.commit()
    return answers(index)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the first articles, to be copied and broken."""
    folder = tmp_path_factory.mktemp("first") / "index"
    with closing(opened(folder)) as index:
        ingest(index, FIRST)
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "index"))


def newest(folder: Path) -> Path:
    return max((folder / "generations").iterdir())


def flip(path: Path, place: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 4
    path.write_bytes(content)


def play(*arguments: object) -> subprocess.Popen[str]:
    """This file as a program."""
    environment = os.environ | {"PYTHONPATH": str(Path(rag.__file__).parents[1])}
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_run_killed_at_any_moment_leaves_the_last_state_and_embeds_nothing_twice(
    first: Path, tmp_path: Path
) -> None:
    folders = [Path(shutil.copytree(first, tmp_path / str(number))) for number in range(9)]
    moments = int(play("ingest", folders[0], -1).communicate()[0].split()[-1])
    assert moments > 30
    # The last are those about the renaming and the deletion of older files, the riskiest.
    points = [3, moments // 4, moments // 2, *range(moments - 4, moments + 1)]
    runs = [
        play("ingest", folder, point) for folder, point in zip(folders[1:], points, strict=True)
    ]
    seen = set()
    for folder, run in zip(folders[1:], runs, strict=True):
        stored = run.communicate()[0].split()
        assert run.returncode == -signal.SIGKILL
        with closing(opened(folder)) as index:
            held = len(index.documents())
            seen.add(held)
            assert held in (len(FIRST), len(ALL))
            assert answers(index) == reference(range(held))
            assert index.has(stored) == set(stored)
            again: list[int] = []
            ingest(index, ALL, again.append)
            assert not {article(number)[0].id for number in again} & set(stored)
            assert len(again) + len(stored) <= len(ALL) - len(FIRST)
            assert answers(index) == reference(ALL)
            assert index.verify() == []
    assert seen == {len(FIRST), len(ALL)}


def killed_run(folder: Path, moment: int) -> None:
    """Ingest, and die at the given event; prints what was put, and the number of events."""
    events = 0

    def count(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal events
        if name == "musnad.put" or (arguments and str(folder) in str(arguments[0])):
            events += 1
            if events == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    def say(number: int) -> None:
        print(article(number)[0].id, flush=True)
        sys.audit("musnad.put")

    index = opened(folder)
    sys.addaudithook(count)
    ingest(index, ALL, say)
    print(events)


def generation_files() -> list[str]:
    lexical = ["counts", "lengths", "positions", "starts", "term_ends", "terms"]
    columns = ["keys", "names", "starts", "facets", *(f"lexical.{name}" for name in lexical)]
    return ["dense.rows", "dense.codes.npy", "manifest.json", *(f"{name}.npy" for name in columns)]


def test_the_files_that_the_tests_damage_are_all_there_are(folder: Path) -> None:
    assert sorted(path.name for path in newest(folder).iterdir()) == sorted(generation_files())


@pytest.mark.parametrize("name", generation_files())
def test_a_flipped_bit_is_noticed_and_the_file_rebuilt(
    name: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flip(newest(folder) / name)
    with closing(opened(folder)) as index:
        assert len(index.verify()) == 1
        assert answers(index) == reference(FIRST)
        (line,) = caplog.messages
        assert "will be rebuilt" in line
        assert name in line or name == "manifest.json"
        assert index.verify() == []


def test_a_missing_generation_is_rebuilt(folder: Path) -> None:
    shutil.rmtree(folder / "generations")
    with closing(opened(folder)) as index:
        assert answers(index) == reference(FIRST)
        assert index.verify() == []


def test_a_generation_of_another_state_is_not_served(folder: Path, tmp_path: Path) -> None:
    with closing(opened(tmp_path / "other")) as other:
        ingest(other, range(5, 9))
    shutil.rmtree(newest(folder))
    shutil.copytree(newest(tmp_path / "other"), folder / "generations" / "000001")
    with closing(opened(folder)) as index:
        assert answers(index) == reference(FIRST)


def test_damage_is_not_served_while_another_process_writes(folder: Path) -> None:
    damaged = newest(folder) / "lexical.counts.npy"
    flip(damaged)
    with closing(opened(folder)) as writer, closing(opened(folder)) as reader:
        put(writer, 9)
        before = damaged.read_bytes()
        assert answers(reader) == reference(FIRST)
        assert damaged.read_bytes() == before
        writer.commit()
        assert len(answers(reader)[0]) == 5
        assert reader.verify() == []


def test_a_damaged_generation_does_not_pass_its_damage_on_to_the_next(folder: Path) -> None:
    with closing(opened(folder)) as index:
        assert answers(index) == reference(FIRST)
        flip(newest(folder) / "lexical.counts.npy", 0.99)
        ingest(index, ALL)
        assert answers(index) == reference(ALL)


@pytest.mark.parametrize("length", [0, 50, 4096, 30_000])
def test_a_truncated_store_is_refused_in_one_line(folder: Path, length: int) -> None:
    os.truncate(folder / "musnad.sqlite", length)
    assert_damaged(lambda: answers(opened(folder)))


def test_a_file_that_is_no_store_is_refused_in_one_line(folder: Path) -> None:
    (folder / "musnad.sqlite").write_text("ليست قاعدة بيانات " * 100)
    assert_damaged(lambda: opened(folder))


def flip_vector(folder: Path) -> None:
    """Of an article that a search for another one has no need to read."""
    vector = vectors_of(article(2)[1][0])[1].astype("<f2").tobytes()
    content = (folder / "musnad.sqlite").read_bytes()
    flip(folder / "musnad.sqlite", (content.index(vector) + 5) / len(content))


def test_a_flipped_bit_in_the_store_is_refused_before_anything_is_served(folder: Path) -> None:
    flip_vector(folder)
    with pytest.raises(IndexDamagedError, match=r"عنوان 2.*rag index rebuild"):
        opened(folder)


def test_a_bit_that_flips_while_the_index_is_open_is_never_built_into_it(folder: Path) -> None:
    with closing(opened(folder)) as index:
        flip_vector(folder)
        (problem,) = index.verify()
        assert "عنوان 2" in problem
        assert answers(index) == reference(FIRST)  # of the generation, which is whole
        assert_damaged(lambda: ingest(index, ALL))
        assert answers(index) == reference(FIRST)
        shutil.rmtree(folder / "generations")
        assert answers(index) == reference(FIRST)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE passages SET text = replace(text, '2', '3')",
        "UPDATE passages SET start = start + 1",
        "UPDATE passages SET document = document % 4 + 1",
        "UPDATE documents SET title = replace(title, '2', '3')",
        "UPDATE documents SET path = '/articles/3.txt'",
        "UPDATE documents SET text = replace(text, '2', '3')",
        "UPDATE documents SET published = '2024-05-30'",
        "UPDATE documents SET is_inferred = 1",
    ],
)
def test_what_changes_while_the_index_is_open_is_not_served(change: str, folder: Path) -> None:
    with closing(opened(folder)) as index:
        assert answers(index) == reference(FIRST)
        with closing(sqlite3.connect(folder / "musnad.sqlite")) as connection:
            connection.execute(change)
            connection.commit()
        if "passages" in change or "title" in change or "path" in change:  # is shown of a hit
            assert_damaged(lambda: answers(index))
        if "passages" in change:
            assert_damaged(lambda: [index.passages(article(n)[0].id) for n in FIRST])
        else:
            assert_damaged(index.documents)


def test_an_article_that_vanishes_while_the_index_is_open_is_missed(folder: Path) -> None:
    with closing(opened(folder)) as index:
        with closing(sqlite3.connect(folder / "musnad.sqlite")) as connection:
            connection.execute("UPDATE documents SET live = 0 WHERE title = 'عنوان 2'")
            connection.commit()
        assert_damaged(lambda: answers(index))
    assert_damaged(lambda: opened(folder))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE meta SET value = '0' WHERE name = 'revision'",
        "UPDATE meta SET value = 'another' WHERE name = 'embedder'",
        "DELETE FROM meta WHERE name = 'check'",
        "DELETE FROM documents WHERE title = 'عنوان 1'",
        "DELETE FROM passages WHERE key = 3",
        "UPDATE documents SET author = 'x' WHERE title = 'عنوان 1'",
        "DELETE FROM copies WHERE place = 1",
        "UPDATE copies SET place = 2 WHERE place = 1",
        "UPDATE signatures SET signature = 'y'",
        "DELETE FROM signatures",
        "UPDATE files SET sha256 = '1'",
        "UPDATE file_documents SET document_id = 'x' WHERE path = '/articles/2.txt'",
        "DELETE FROM files WHERE path = '/articles/2.txt'",
    ],
)
def test_a_store_that_says_something_else_than_was_written_is_refused(
    change: str, folder: Path
) -> None:
    with closing(opened(folder)) as index:
        index.set_copies([[article(0)[0].id, article(1)[0].id]])
        index.keep_signatures({article(0)[0].id: b"x"})
        index.commit()
    with closing(sqlite3.connect(folder / "musnad.sqlite")) as connection:
        connection.execute(change)
        connection.commit()
    assert_damaged(lambda: opened(folder))


def test_a_store_that_was_touched_but_is_whole_is_served_and_said_to_be_so(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(folder / "musnad.sqlite")) as connection:
        connection.execute("CREATE TABLE notes (note)")
        connection.commit()
    with closing(opened(folder)) as index:
        assert answers(index) == reference(FIRST)
    (line,) = caplog.messages
    assert "is not as its last writer left it" in line
    assert "whole" in line
    caplog.clear()
    opened(folder).close()
    assert caplog.messages == []


def test_a_lost_commit_is_noticed(folder: Path, tmp_path: Path) -> None:
    old = shutil.copy(folder / "musnad.sqlite", tmp_path)
    with closing(opened(folder)) as index:
        ingest(index, ALL)
    shutil.copy(old, folder / "musnad.sqlite")
    with pytest.raises(IndexDamagedError, match="lost its last commit"):
        opened(folder)


def assert_damaged(action: Callable[[], object]) -> None:
    with pytest.raises(IndexDamagedError, match="rag ingest --rebuild") as caught:
        action()
    assert "\n" not in str(caught.value)


def test_erasing_takes_a_damaged_index_and_leaves_other_files(folder: Path) -> None:
    (folder / "musnad.sqlite").write_text("damaged")
    (folder / "notes.txt").write_text("mine")
    erase(folder)
    assert {path.name for path in folder.iterdir()} <= {"notes.txt", "lock"}
    (folder / "notes.txt").unlink()
    with closing(opened(folder)) as index:
        ingest(index, ALL)
        assert answers(index) == reference(ALL)
    erase(folder / "nothing here")


def test_a_second_writer_is_told_who_writes_and_where(folder: Path) -> None:
    with closing(opened(folder)) as one, closing(opened(folder)) as two:
        put(one, 5)
        for action in (
            lambda: put(two, 6),
            lambda: two.remove(["x"]),
            lambda: two.record([]),
            lambda: erase(folder),
        ):
            with pytest.raises(IndexLockedError, match=rf"pid {os.getpid()}\).* {folder}: wait"):
                action()
        assert len(two.documents()) == len(FIRST)
        one.commit()
        put(two, 6)
        two.commit()
        assert len(one.documents()) == len(FIRST) + 2


def test_a_reader_follows_the_writer_from_state_to_state(folder: Path) -> None:
    with closing(opened(folder)) as reader, closing(opened(folder)) as writer:
        assert answers(reader) == reference(FIRST)
        for number in ALL[len(FIRST) :]:
            put(writer, number)
        assert answers(reader) == reference(FIRST)
        writer.commit()
        assert answers(reader) == reference(ALL)
        assert len(list((folder / "generations").iterdir())) == 2


def test_every_answer_during_changes_is_of_one_state(tmp_path: Path) -> None:
    """Each state holds one article alone, so an answer must never mix two."""
    found: list[list[Hit]] = []
    done = threading.Event()

    def search(index: LocalIndex) -> None:
        question = EMBEDDER.embed_questions(QUESTIONS[:1])
        while not done.is_set():
            found.extend(index.nearest(question, 9))
            found.extend(index.matching(["خبر"], 9))

    with (
        closing(opened(tmp_path / "index")) as writer,
        closing(opened(tmp_path / "index")) as reader,
    ):
        put(writer, 0)
        writer.commit()
        threads = [threading.Thread(target=search, args=[reader]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(1, 9):
            put(writer, number)
            writer.remove([article(number - 1)[0].id])
            writer.commit()
        done.set()
        for thread in threads:
            thread.join()
    assert len(found) > 10
    for hits in found:
        assert len({hit.passage.document_id for hit in hits}) == 1
        assert len(hits) in (1, 2)  # «خبر» is in the first of the two passages


@pytest.mark.parametrize("what", ["put", "commit"])
def test_a_full_disk_is_one_plain_error_and_leaves_the_old_state(what: str, folder: Path) -> None:
    said = play("full", folder, what).communicate()[0].splitlines()
    assert len(said) == 1
    assert said[0].startswith("IndexAccessError: ")
    assert "free space" in said[0]
    with closing(opened(folder)) as index:
        assert answers(index) == reference(FIRST)
        assert index.verify() == []
        ingest(index, ALL)
        assert answers(index) == reference(ALL)


def full_disk(folder: Path, what: str) -> None:
    """Write until no file may grow further, and print the error."""
    index = opened(folder)
    try:
        if what == "commit":
            for number in ALL:
                put(index, number)
        resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
        ingest(index, ALL)
    except RagError as error:
        print(f"{type(error).__name__}: {error}")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_read_only_folder_can_be_searched_and_says_so_when_written(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as outside:  # pytest's own folders admit only their owner
        Path(outside).chmod(0o755)
        shelf = Path(shutil.copytree(folder, Path(outside) / "index"))
        flip(newest(shelf) / "keys.npy")
        for path in [*shelf.rglob("*"), shelf]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        said = play("read-only", shelf).communicate()[0].splitlines()
        shelf.chmod(0o755)
        for path in shelf.rglob("*"):
            path.chmod(0o755)
    assert said[0] == str(answers_digest(reference(FIRST)))
    assert said[1].startswith("IndexAccessError: ")
    assert "permissions" in said[1]


def answers_digest(found: Answers) -> list[list[object]]:
    return [[(passage.id, score, rows) for passage, score, rows in hits] for hits in found]


def read_only_run(folder: Path) -> None:
    """Search, then try to write, as somebody who may do neither but read."""
    rehearsal = Path(tempfile.mkdtemp())  # it loads the modules that the other user may not read
    with closing(opened(rehearsal / "index")) as index:
        ingest(index, FIRST)
        answers(index)
    shutil.rmtree(rehearsal)
    if os.getuid() == 0:
        os.setuid(65534)
    index = opened(folder)
    print(answers_digest(answers(index)))
    try:
        put(index, 9)
    except RagError as error:
        print(f"{type(error).__name__}: {error}")


@pytest.mark.parametrize(
    ("field", "theirs"),
    [("embedder", "embedder two"), ("dimension", 31), ("chunker", "chunker two")],
)
def test_an_index_of_another_kind_is_refused_with_both_names(
    field: str, theirs: object, folder: Path
) -> None:
    ours = getattr(IDENTITY, field)
    with pytest.raises(IndexMismatchError, match=f"{ours}.*{theirs}.*--index.*--rebuild"):
        opened(folder, **{field: theirs})


def test_an_index_of_an_older_program_is_refused_in_one_line(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "musnad.sqlite")) as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE name = 'format'")
        connection.execute("DELETE FROM meta WHERE name = 'check'")  # which it did not know
        connection.commit()
    with pytest.raises(IndexMismatchError, match=r"format 1, this one reads 4\): .*--rebuild"):
        opened(folder)


def test_another_analyser_renews_the_lexical_index(folder: Path) -> None:
    identity = replace(IDENTITY, analyser="backwards")
    with closing(
        LocalIndex(folder, identity, analyse=lambda text: [w[::-1] for w in text.split()])
    ) as index:
        assert [hit.passage.text[:5] for hit in index.matching(["خبر"], 1)[0]] == ["خبر 0"]
        assert index.verify() == []
    with closing(opened(folder)) as index:
        assert answers(index) == reference(FIRST)


def test_a_commit_analyses_only_what_is_new(folder: Path) -> None:
    texts: list[str] = []

    def analyse(text: str) -> list[str]:
        texts.append(text)
        return text.split()

    with closing(LocalIndex(folder, IDENTITY, analyse=analyse)) as index:
        put(index, 9)
        index.remove([article(1)[0].id])
        index.commit()
    assert texts == [f"{p.title} {p.text}" for p in article(9)[1]]


def test_a_commit_without_a_change_leaves_every_file_as_it_was(folder: Path) -> None:
    def state() -> dict[Path, tuple[int, int]]:
        return {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in folder.rglob("*.*")}

    before = state()
    with closing(opened(folder)) as index:
        index.commit()
        ingest(index, FIRST)
        index.remove(["unknown"])
        index.commit()
        assert index.stats().revision == 1
    assert state() == before


def test_an_index_that_was_erased_is_made_again_beside_files_that_are_not_its_own(
    folder: Path,
) -> None:
    opened(folder).close()
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    erase(folder)
    opened(folder).close()
    assert (folder / "notes.txt").exists()


def test_a_hidden_file_is_no_reason_to_refuse_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_bytes(b"x")
    opened(tmp_path).close()


def test_moving_a_file_rebuilds_nothing(folder: Path) -> None:
    document = article(2)[0]
    with closing(opened(folder)) as index:
        index.record([SourceFile("/new", "0" * 64, (document.id,))], forget=[str(document.path)])
        index.commit()
        assert index.stats().revision == 1
        assert index.documents([document.id]) == [replace(document, path="/new")]


def test_what_an_unfinished_run_stored_is_counted_and_shown_once_a_file_names_it(
    folder: Path,
) -> None:
    document = article(7)[0]
    with closing(opened(folder)) as index:
        put(index, 7)
    with closing(opened(folder)) as index:
        put(index, 8)
        index.commit()
        stats = index.stats()
        assert (stats.documents, stats.passages, stats.waiting) == (5, 10, 1)
        assert stats.files == 4
        assert stats.size > 10_000
        assert index.documents([document.id]) == []
        index.record([SourceFile("/articles/7.txt", "0" * 64, (document.id,))])
        index.commit()
        assert index.documents([document.id]) == [document]
        assert index.stats().waiting == 0


def lines(count: int) -> tuple[Document, list[Passage]]:
    document = Document.of("عنوان", "نص " * count, source="رويترز")
    return document, [passage_of(document, 3 * n, 3 * n + 3) for n in range(count)]


def clusters(count: int) -> np.ndarray:
    """Rows that lie about some directions, as those of texts do, off the middle."""
    numbers = np.random.default_rng(3)
    centres = numbers.standard_normal((500, 64)) + 0.3
    rows = centres[numbers.integers(0, 500, count)] + 0.7 * numbers.standard_normal((count, 64))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def test_a_large_index_finds_nearly_all_that_comparing_every_vector_finds(tmp_path: Path) -> None:
    rows = clusters(30 * 800 + 20).astype(np.float32)
    rows, asked = rows[:-20].reshape(800, 30, 64), rows[-20:]
    copies, (document, passages) = lines(100), lines(700)
    assert rows[100:].size > EXACT_ROWS * 64
    with closing(opened(tmp_path / "index", dimension=64)) as index:
        index.put_all([(*copies, rows[:100]), (document, passages, rows[100:])])
        index.commit()
        everything = [*copies[1], *passages]
        scores = np.einsum("pij,qj->qpi", rows, asked).max(axis=2)
        assert share_found(index.nearest(asked, 50), everything, scores) > 0.95
        index.set_copies([[document.id, copies[0].id]])
        index.commit()
        for within in (None, Filter(sources=("رويترز",))):
            found = index.nearest(asked, 50, within)
            assert share_found(found, passages, scores[:, 100:]) > 0.95
        assert index.nearest(asked[:1], 50, Filter(until="1999")) == [[]]
        assert len(index.nearest(asked[:1], 690)[0]) == 690


def share_found(found: list[list[Hit]], passages: list[Passage], scores: np.ndarray) -> float:
    """Of the best; what is found must have its exact score, and come in order."""
    places = {passage.id: place for place, passage in enumerate(passages)}
    shares = []
    for hits, row in zip(found, scores, strict=True):
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        exact = [row[places[hit.passage.id]] for hit in hits]
        assert [hit.score for hit in hits] == pytest.approx(exact, abs=1e-5)
        best = set(np.argsort(-row)[: len(hits)].tolist())
        shares.append(len(best & {places[hit.passage.id] for hit in hits}) / len(hits))
    return float(np.mean(shares))


@pytest.mark.parametrize("count", [0, 3000])
def test_files_that_are_mapped_say_what_those_in_memory_say(count: int, tmp_path: Path) -> None:
    rows = clusters(count)
    with DenseWriter(tmp_path, 64) as writer:
        writer.add(rows)
        writer.finish()
    seal(tmp_path, {"token": "x"})
    mapped, read_in = (read(tmp_path, {"token": "x"}, in_memory=size) for size in (0, 1 << 20))
    for name in read_in:
        assert np.array_equal(mapped[name], read_in[name])
    places = np.arange(0, count, 7)
    assert np.array_equal(DenseIndex(mapped, 64).take(places), rows[places].astype(np.float32))
    with pytest.raises(ValueError, match="token is x, not y"):
        read(tmp_path, {"token": "y"})
    flip(tmp_path / "dense.codes.npy")
    with pytest.raises(ValueError, match=r"dense.codes.npy does not match"):
        read(tmp_path, {"token": "x"}, in_memory=0)


def test_vectors_are_kept_to_three_digits(folder: Path) -> None:
    document, passages = lines(1)
    vectors = np.random.default_rng(1).standard_normal((9, 32)).astype(np.float32)
    with closing(opened(folder)) as index:
        index.put(document, passages, [vectors])
        index.commit()
        assert index.rows(passages)[0] == pytest.approx(vectors, rel=5e-4)
        with pytest.raises(ValueError, match="65504"):
            index.put(document, passages, [vectors * 1e5])


def test_of_many_put_at_once_all_are_stored_or_none(folder: Path) -> None:
    ids = [article(number)[0].id for number in (5, 6)]
    with closing(opened(folder)) as index:
        articles = [(*article(n), [vectors_of(p) for p in article(n)[1]]) for n in (5, 6)]
        with pytest.raises(ValueError, match="the index needs"):
            index.put_all([*articles, (*article(7), [])])
        index.commit()
        assert index.has(ids) == set()
        index.put_all(iter(articles))
        index.commit()
        assert [document.id for document in index.documents()][-2:] == ids


def test_no_index_is_made_by_looking_for_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(IndexMissingError, match="rag ingest ARTICLES"):
            LocalIndex(folder, IDENTITY, analyse=str.split)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(IndexMissingError, match=r"thesis\.docx"):
        opened(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    with pytest.raises(IndexAccessError, match="cannot be read or written"):
        opened(tmp_path / "thesis.docx" / "index")


def test_a_folder_that_the_system_does_not_let_look_at_is_told_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 100)  # stands for one without permission, which root always has
    for use in (opened, erase, require):
        with pytest.raises(IndexAccessError, match=r"cannot be read or written \(File name"):
            use(folder)


def test_a_log_left_by_a_deleted_store_is_not_replayed_into_a_new_one(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "musnad.sqlite")) as connection:
        connection.execute("UPDATE meta SET value = '77' WHERE name = 'revision'")
        connection.commit()
        log = (folder / "musnad.sqlite-wal").read_bytes()
    erase(folder)
    (folder / "musnad.sqlite-wal").write_bytes(log)
    with closing(opened(folder)) as index:
        assert index.stats().revision == 0
        ingest(index, ALL)
        assert answers(index) == reference(ALL)


if __name__ == "__main__":
    logging.disable()
    match sys.argv[1:]:
        case ["ingest", place, moment]:
            killed_run(Path(place), int(moment))
        case ["full", place, what]:
            full_disk(Path(place), what)
        case ["read-only", place]:
            read_only_run(Path(place))
