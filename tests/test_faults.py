"""Killed ingests, full disks, rotten files; as a program, what these things happen to."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

import rag
from rag.arabic import ANALYSER, analyse
from rag.chunk import SentenceChunker
from rag.errors import IndexAccessError, IndexDamagedError, IndexLockedError, RagError
from rag.fakes import FakeEmbedder
from rag.index import Index, IndexIdentity
from rag.index.local import LocalIndex
from rag.ingest import IngestReport, ingest_files
from rag.types import Document, passage_of

KILLS = 50
SEED = int(os.environ.get("MUSNAD_FAULT_SEED", time.time_ns() % 1_000_000))
DIMENSION = 32
CHUNKER = SentenceChunker(target_words=12, longest_words=20)
IDENTITY = IndexIdentity("fake-embedder", DIMENSION, CHUNKER.name, ANALYSER)
PLACES = "المنارة الغدير الواحة الصخرة القلعة الينبوع المرفأ السهل الجسر الرابية".split()
QUESTIONS = ["متى افتتح الجسر؟", "كم بلغت كلفة ترميم القلعة؟", "أين عقد المجلس جلسته؟"]

Answers = list[list[tuple[str, float, str | None]]]
State = tuple[list[tuple[str, str | None]], list[str], Answers]  # documents, files, answers


def text_of(number: int, edition: int = 1) -> str:
    place = PLACES[number % len(PLACES)]
    return (
        f"خبر رقم {number} من {place}\n\n"
        f"افتتح رئيس البلدية في {place} الجسر رقم {number} يوم {number + 1} مارس أمام السكان. "
        f"وبلغت كلفة العمل في طبعته {edition} نحو {number * 3 + edition} مليون دينار. "
        f"وعقد المجلس جلسته رقم {number * 7} في القاعة الكبرى وسط {place} مساء أمس.\n"
    )


def write(folder: Path, numbers: range, edition: int = 1) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number:03}.txt").write_text(text_of(number, edition), "utf-8")


def opened(folder: Path) -> LocalIndex:
    return LocalIndex(folder, IDENTITY, analyse=analyse, create=True)


def ingest(index: Index, articles: Path, embedder: FakeEmbedder | None = None) -> IngestReport:
    return ingest_files(
        [articles],
        index,
        chunker=CHUNKER,
        embedder=embedder or FakeEmbedder(DIMENSION),
        progress=lambda *_: None,
    )


def answers(index: Index) -> Answers:
    vectors = FakeEmbedder(DIMENSION).embed_questions(QUESTIONS)
    found = index.nearest(vectors, 9) + index.matching(QUESTIONS, 9)
    return [
        sorted((hit.passage.id, round(hit.score, 3), hit.passage.path) for hit in hits)
        for hits in found
    ]


def state(index: Index) -> State:
    """Everything an index serves; a document's place among the others is left out."""
    documents = sorted((document.id, document.path) for document in index.documents())
    return documents, sorted(index.files()), answers(index)


class Corpus:
    """Articles that changed since they were ingested, and what an index is then to hold."""

    def __init__(self, folder: Path) -> None:
        self.articles = folder / "articles"
        self.index = folder / "index"
        write(self.articles, range(12))
        with closing(opened(self.index)) as index:
            ingest(index, self.articles)
            self.before = state(index)
        write(self.articles, range(3), edition=2)
        (self.articles / "003.txt").unlink()
        (self.articles / "004.txt").rename(self.articles / "moved.txt")
        write(self.articles, range(20, 50))
        with closing(opened(Path(shutil.copytree(self.index, folder / "after")))) as index:
            ingest(index, self.articles)
            self.after = state(index)

    def copy(self, folder: Path) -> Path:
        return Path(shutil.copytree(self.index, folder))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """FAISS's threads wait for each other, which on a busy machine takes most of the time."""
    import faiss

    faiss.omp_set_num_threads(1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    made = Corpus(tmp_path_factory.mktemp("faults"))
    assert made.before != made.after
    assert [len(held[0]) for held in (made.before, made.after)] == [12, 41]
    return made


@pytest.fixture
def folder(corpus: Corpus, tmp_path: Path) -> Path:
    return corpus.copy(tmp_path / "index")


def play(*arguments: object) -> subprocess.Popen[str]:
    """This file as a program."""
    environment = os.environ | {"PYTHONPATH": str(Path(rag.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, __file__, *map(str, arguments)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def asked(program: subprocess.Popen[str], *question: object) -> tuple[int, float]:
    assert program.stdin
    assert program.stdout
    program.stdin.write(json.dumps([*map(str, question)]) + "\n")
    program.stdin.flush()
    status, seconds = json.loads(program.stdout.readline())
    return status, seconds


# kill -9


def test_fifty_ingests_killed_at_random_moments_lose_nothing(
    corpus: Corpus, tmp_path: Path
) -> None:
    print(f"MUSNAD_FAULT_SEED={SEED}")
    dice = random.Random(SEED)
    program = play("kill")
    lasted: list[float] = []  # of the latest that ended on their own
    killed, found = 0, {"before": 0, "after": 0}
    while killed < KILLS:
        assert len(lasted) < 2 * KILLS
        folder = corpus.copy(tmp_path / "index")
        usual = statistics.median(lasted[-5:]) if lasted else 60
        moment = usual * (killed + dice.random()) / KILLS if lasted else usual
        status, seconds = asked(program, folder, corpus.articles, moment)
        if status == 0:
            lasted.append(seconds)
        else:
            assert status == -signal.SIGKILL
            killed += 1
            print(f"kill {killed} after {moment:.4f} s of {usual:.4f}")
        with closing(opened(folder)) as index:
            now = state(index)
            assert now in (corpus.before, corpus.after)
            found["before" if now == corpus.before else "after"] += status != 0
            assert index.verify() == []
            stored = index.has([name for name, _ in corpus.after[0]])
            embedder = FakeEmbedder(DIMENSION)
            ingest(index, corpus.articles, embedder)
            assert not {name.split(":")[0] for name in embedder.embedded} & stored
            assert state(index) == corpus.after
            assert index.verify() == []
        shutil.rmtree(folder)
    program.communicate()
    print(f"of {killed} killed, found the state {found}")
    assert found["before"] > KILLS * 0.3


def kill_forked_ingests() -> None:
    """For each line of standard input an ingest in a process of its own, killed when it is said.

    Prints how each ended and after how long. The libraries are loaded once, before.
    """
    import faiss  # noqa: F401

    for line in sys.stdin:
        folder, articles, moment = json.loads(line)
        began = time.perf_counter()
        child = os.fork()
        if not child:
            with closing(opened(Path(folder))) as index:
                ingest(index, Path(articles))
            os._exit(0)
        ended = 0
        while not ended and time.perf_counter() - began < float(moment):
            time.sleep(0.0005)
            ended, status = os.waitpid(child, os.WNOHANG)
        lasted = time.perf_counter() - began
        if not ended:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        print(json.dumps([os.waitstatus_to_exitcode(status), lasted]), flush=True)


# Full disk, read-only folder


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Callable[[str], None]]:
    """A file system of this size; the test is skipped where that is not allowed."""
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs"]
    try:
        made = subprocess.run(["mount", *options, place], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("mount is not there: a full disk cannot be made")
    if made.returncode:
        pytest.skip(f"a full disk cannot be made: {made.stderr.strip()}")
    try:
        yield lambda option: _run("mount", "-o", f"remount,{option}", place)
    finally:
        _run("umount", "-l", place)


def _run(*command: object) -> None:
    subprocess.run([*map(str, command)], check=True)


def refusal(
    folder: Path, action: Callable[[LocalIndex], object], kind: type[RagError]
) -> str | None:
    """The line with which it ends; None if it is done."""
    try:
        with closing(opened(folder)) as index:
            action(index)
    except kind as error:
        line = str(error)
    else:
        return None
    assert "\n" not in line
    return line


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_full_disk_is_one_line_and_keeps_what_was_embedded(
    corpus: Corpus, tmp_path: Path
) -> None:
    kept_by_room = {}
    for room in range(40, 4000, 120):  # kilobytes, until the ingest has enough
        disk = tmp_path / str(room)
        with small_disk(disk, size_of(corpus.index) // 1024 + 60 + room) as remount:
            folder = corpus.copy(disk / "index")
            said = refusal(folder, lambda index: ingest(index, corpus.articles), IndexAccessError)
            if not said:
                break
            assert "No space left" in said or "disk is full" in said
            assert "free space" in said
            with closing(opened(folder)) as index:
                assert state(index) in (corpus.before, corpus.after)
                assert index.verify() == []
                kept = index.has([name for name, _ in corpus.after[0]])
            remount("size=64m")
            with closing(opened(folder)) as index:
                embedder = FakeEmbedder(DIMENSION)
                ingest(index, corpus.articles, embedder)
                assert not {name.split(":")[0] for name in embedder.embedded} & kept
                assert state(index) == corpus.after
            kept_by_room[room] = len(kept)
    assert len(kept_by_room) > 3
    assert min(kept_by_room.values()) < max(kept_by_room.values()) == len(corpus.after[0])


def test_an_index_on_a_read_only_disk_is_searched_and_says_why_it_cannot_be_written(
    corpus: Corpus, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 20_000) as remount:
        folder = corpus.copy(tmp_path / "disk" / "index")
        remount("ro")
        with closing(opened(folder)) as index:
            assert state(index) == corpus.before
            with pytest.raises(IndexAccessError, match="permissions") as said:
                ingest(index, corpus.articles)
            assert "\n" not in str(said.value)
            assert state(index) == corpus.before


# Files that can no longer be read


def test_what_an_archive_held_stays_while_a_part_of_it_cannot_be_read(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()

    def pack(*contents: str | bytes) -> None:
        with zipfile.ZipFile(articles / "all.zip", "w") as archive:
            for number, content in enumerate(contents):
                archive.writestr(f"{number}.txt", content)

    with closing(opened(tmp_path / "index")) as index:
        pack(text_of(1), text_of(2))
        ingest(index, articles)
        one, two = (document.id for document in index.documents())
        pack(text_of(1), bytes(range(256)) * 20, text_of(3))
        report = ingest(index, articles)
        assert len(report.refused) == 1
        assert {one, two} < {document.id for document in index.documents()}
        pack(text_of(1), text_of(3))
        ingest(index, articles)
        assert two not in {document.id for document in index.documents()}
        assert len(index.documents()) == 2


# Two writers, and readers during commits


def test_of_two_ingests_the_second_is_told_in_one_line(corpus: Corpus, folder: Path) -> None:
    class Slow(FakeEmbedder):
        def embed_passages(self, passages):
            vectors = super().embed_passages(passages)
            began.set()
            go_on.wait(20)
            return vectors

    began, go_on = threading.Event(), threading.Event()
    with closing(opened(folder)) as one, closing(opened(folder)) as two:
        one.record([])  # it has begun to write
        first = threading.Thread(target=ingest, args=[one, corpus.articles, Slow(DIMENSION)])
        first.start()
        assert began.wait(20)
        with pytest.raises(IndexLockedError, match=rf"pid {os.getpid()}\).*wait") as said:
            ingest(two, corpus.articles)
        assert "\n" not in str(said.value)
        assert state(two) == corpus.before
        go_on.set()
        first.join()
        assert state(two) == corpus.after
        assert ingest(two, corpus.articles).embedded == 0


def test_every_answer_during_twenty_commits_is_of_one_of_their_states(
    corpus: Corpus, folder: Path, tmp_path: Path
) -> None:
    articles = Path(shutil.copytree(corpus.articles, tmp_path / "articles"))
    program = play("read", folder)
    here: list[Answers] = []
    elsewhere: list[Answers] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            here.append(answers(reader))

    def collect() -> None:
        assert program.stdout
        elsewhere.extend(map(plain, map(json.loads, program.stdout)))

    with closing(opened(folder)) as writer, closing(opened(folder)) as reader:
        states = [answers(writer)]
        threads = [threading.Thread(target=each) for each in (search, search, collect)]
        for thread in threads:
            thread.start()
        for number in range(20):
            write(articles, range(number, number + 3), edition=3 + number)
            ingest(writer, articles)
            states.append(answers(writer))
            so_far, limit = (len(here), len(elsewhere)), time.monotonic() + 2
            while min(len(here) - so_far[0], len(elsewhere) - so_far[1]) < 1:
                assert threads[-1].is_alive()
                if time.monotonic() > limit:  # a machine with much to do
                    break
                time.sleep(0.002)
        done.set()
        assert program.stdin
        program.stdin.close()
        for thread in threads:
            thread.join()
    program.wait()
    for found in (here, elsewhere):
        # One leg at a time: a commit may come between the two.
        for each in found:
            assert each[:3] in [one[:3] for one in states]
            assert each[3:] in [one[3:] for one in states]
        assert len({json.dumps(each) for each in found}) > 10
    assert elsewhere[-1] == states[-1]


def plain(found: list[list[list[object]]]) -> Answers:
    """Answers that came as JSON."""
    return [[tuple(hit) for hit in hits] for hits in found]  # type: ignore[misc]  # JSON has no tuples of fixed length


def read_until_told_to_end(folder: Path) -> None:
    """Print what is found, over and over, until standard input ends."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    with closing(opened(folder)) as index:
        while True:
            is_last = ended.is_set()
            print(json.dumps(answers(index)), flush=True)
            if is_last:
                break


# Rot


@pytest.fixture(scope="module")
def at_rest(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with everything in it that one can hold."""
    folder = corpus.copy(tmp_path_factory.mktemp("rest") / "index")
    with closing(opened(folder)) as index:
        ids = [name for name, _ in corpus.before[0]]
        index.set_copies([ids[:2]])
        index.keep_signatures(dict.fromkeys(ids, b"s" * 64))
        index.commit()
    return folder


@pytest.fixture(scope="module")
def cut_off(at_rest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an ingest that died: the last commit, and articles it put, are in the log."""
    folder = tmp_path_factory.mktemp("cut") / "index"
    scratch = Path(shutil.copytree(at_rest, folder.with_name("scratch")))
    with closing(sqlite3.connect(scratch / "musnad.sqlite")) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM meta").fetchone()  # so that the log cannot be emptied
        with closing(opened(scratch)) as index:
            index.remove([index.documents()[5].id])
            index.commit()
            document = Document.of("مقال لم يكتمل", "وصل الوفد إلى المدينة مساء أمس.")
            vectors = np.ones((1, DIMENSION), np.float32)
            index.put(document, [passage_of(document, 0, len(document.text))], [vectors])
            shutil.copytree(scratch, folder)
        other.execute("ROLLBACK")
    assert (folder / "musnad.sqlite-wal").stat().st_size > 10_000
    return folder


def files_in(folder: Path) -> list[str]:
    """All but older generations, which nobody reads any more."""
    newest = max((folder / "generations").iterdir())
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(
        str(path.relative_to(folder))
        for path in paths
        if path.parent == newest or path.parent == folder
    )


def served_after(change: Callable[[bytes], bytes], whole: Path, file: str) -> object:
    """What is handed out after a change to one file, or the line it is refused with."""
    found: list[object] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(whole, Path(scratch) / "index"))
        (folder / file).write_bytes(change((folder / file).read_bytes()))
        said = refusal(folder, lambda index: found.append(served(index)), IndexDamagedError)
    if said:
        assert "rag index rebuild" in said
        assert file in ("musnad.sqlite", "musnad.sqlite-wal"), file
    return said or found[0]


@pytest.mark.parametrize(("name", "times"), [("at_rest", 3), ("cut_off", 12)])
def test_a_flipped_bit_in_any_file_is_noticed_before_a_search_is_served(
    name: str, times: int, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    print(f"MUSNAD_FAULT_SEED={SEED}")
    dice = random.Random(SEED)
    whole: Path = request.getfixturevalue(name)
    expected = served_after(lambda content: content, whole, "lock")

    def flipped(content: bytes) -> bytes:
        place = dice.randrange(len(content))
        print(file, place)
        return (
            content[:place]
            + bytes([content[place] ^ 1 << dice.randrange(8)])
            + content[place + 1 :]
        )

    files = [file for file in files_in(whole) if (whole / file).stat().st_size]
    for file in files:
        for _ in range(times if name == "at_rest" or "sqlite" in file else 1):
            caplog.clear()
            found = served_after(flipped, whole, file)
            if not isinstance(found, str):
                assert found == expected, file
                if file not in ("lock", "musnad.sqlite-shm"):  # of which nothing is ever read
                    assert caplog.messages, file
    assert len(files) > 12


@pytest.mark.parametrize("name", ["at_rest", "cut_off"])
@pytest.mark.parametrize("share", [0, 0.4, 1])
def test_a_file_cut_short_is_never_served(
    name: str, share: float, request: pytest.FixtureRequest
) -> None:
    whole: Path = request.getfixturevalue(name)
    expected = served_after(lambda content: content, whole, "lock")
    for file in files_in(whole):
        if name == "at_rest" or "sqlite" in file:
            found = served_after(lambda c: c[: min(int(share * len(c)), len(c) - 1)], whole, file)
            assert isinstance(found, str) or found == expected, file


def served(index: LocalIndex) -> tuple[State, object, object]:
    """All that an index hands out."""
    ids = [document.id for document in index.documents()]
    copies = {name: [d.id for d in found] for name, found in index.copies(ids).items()}
    everything = state(index), copies, index.signatures()
    assert index.verify() == []
    return everything


if __name__ == "__main__":
    logging.disable()
    match sys.argv[1:]:
        case ["kill"]:
            kill_forked_ingests()
        case ["read", place]:
            read_until_told_to_end(Path(place))
