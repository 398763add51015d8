"""Lexical engines over the same terms: build, search, update, memory, disk.

    python benchmarks/engines.py SET.jsonl ... --sizes 10000 100000 --engines ours fts5 tantivy

Passages are real ones of which every second word is drawn from the words of all of them. Every
engine gets the terms of our analyser and runs in a process of its own, one thread, 100 hits a
question. Times are of the processor, so other work on the machine does not count, nor does waiting
for the disk. Memory is what opening and searching added to the process; the files' pages that an
engine only maps count as far as they were touched.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rag.arabic import STOP_WORDS, analyse, words
from rag.arabic.keys import word_terms
from rag.chunk import SentenceChunker
from rag.index.lexical import LexicalIndex
from rag.index.postings import LexicalWriter
from rag.questions import read_questions

HITS = 100
QUESTIONS = 100
ADDED = 0.01  # of the corpus, for the update

Terms = Sequence[str]


class Engine(Protocol):
    """A BM25 index in a folder."""

    def build(self, texts: Iterable[Terms]) -> None:
        """Write the index of these passages; their numbers count from 0."""

    def add(self, texts: Iterable[Terms], first: int) -> None:
        """Make further passages searchable, numbered from `first`."""

    def open(self) -> None:
        """Get ready to search."""

    def search(self, terms: Terms) -> list[tuple[int, float]]:
        """At most 100 passages with their scores, best first."""


class Ours:
    """rag.index.lexical: arrays in files, rewritten at each commit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index: LexicalIndex | None = None

    def build(self, texts: Iterable[Terms]) -> None:
        """Write the index of these passages."""
        with LexicalWriter(self._folder) as writer:
            for number, terms in enumerate(texts):
                writer.add(number, terms)
            writer.finish()

    def add(self, texts: Iterable[Terms], first: int) -> None:
        """Take over what is there and write all of it."""
        older = self._opened()
        with LexicalWriter(self._folder) as writer:
            for number, terms in enumerate(texts, first):
                writer.add(number, terms)
            writer.take_over(older.postings, older.lengths, np.arange(first))
            writer.finish()

    def open(self) -> None:
        """Load the arrays."""
        self._index = self._opened()

    def search(self, terms: Terms) -> list[tuple[int, float]]:
        """At most 100 passages, best first."""
        assert self._index is not None
        positions, scores = self._index.search(terms, HITS)
        return list(zip(positions.tolist(), scores.tolist(), strict=True))

    def _opened(self) -> LexicalIndex:
        return LexicalIndex({path.name: np.load(path) for path in self._folder.iterdir()})


class Fts5:
    """SQLite's full-text index, without texts and positions."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "fts5.sqlite"
        self._connection = self._connect()

    def build(self, texts: Iterable[Terms]) -> None:
        """Create the table and insert everything in one transaction."""
        self._connection.execute(
            "CREATE VIRTUAL TABLE passages USING fts5(terms, content='', detail=none,"
            " tokenize=\"unicode61 remove_diacritics 0 tokenchars '_<>.,'\")"
        )
        self.add(texts, 0)
        self._connection.close()

    def add(self, texts: Iterable[Terms], first: int) -> None:
        """Insert in one transaction."""
        self._connection = self._connect()
        with self._connection:
            self._connection.executemany(
                "INSERT INTO passages(rowid, terms) VALUES (?, ?)",
                ((number + 1, " ".join(terms)) for number, terms in enumerate(texts, first)),
            )

    def open(self) -> None:
        """Connect anew."""
        self._connection = self._connect()

    def search(self, terms: Terms) -> list[tuple[int, float]]:
        """At most 100 passages, best first; SQLite gives the negative of a score."""
        asked = " OR ".join(f'"{term}"' for term in terms)
        rows = self._connection.execute(
            f"SELECT rowid - 1, -rank FROM passages WHERE passages MATCH ?"
            f" ORDER BY rank LIMIT {HITS}",
            (asked,),
        )
        return [(int(number), float(score)) for number, score in rows]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection


class Tantivy:
    """tantivy with its whitespace tokenizer and one thread."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._library: Any = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("number", stored=True)
        builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        self._index: Any = tantivy.Index(self._schema, path=str(folder))
        self._searcher: Any = None

    def build(self, texts: Iterable[Terms]) -> None:
        """Write everything and commit once."""
        self.add(texts, 0)

    def add(self, texts: Iterable[Terms], first: int) -> None:
        """Write further segments and commit."""
        writer = self._index.writer(heap_size=512_000_000, num_threads=1)
        for number, terms in enumerate(texts, first):
            writer.add_document(self._library.Document(number=number, terms=" ".join(terms)))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        """Take a searcher of the last commit."""
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, terms: Terms) -> list[tuple[int, float]]:
        """At most 100 passages, best first."""
        query, should = self._library.Query, self._library.Occur.Should
        asked = [(should, query.term_query(self._schema, "terms", term)) for term in terms]
        found = self._searcher.search(query.boolean_query(asked), HITS).hits
        return [(self._searcher.doc(place)["number"][0], score) for score, place in found]


ENGINES: dict[str, type[Any]] = {"ours": Ours, "fts5": Fts5, "tantivy": Tantivy}


@dataclass(frozen=True, slots=True)
class Figures:
    """What one engine took for one size; times in seconds, sizes in bytes."""

    build: float
    peak: int  # memory of the process that built it
    opening: float
    median: float
    slowest: float
    memory: int
    disk: int
    update: float


def generated(passages: Sequence[Sequence[str]], count: int, first: int = 0) -> Iterator[Terms]:
    """Terms of `count` passages from number `first` on, the same at every call."""
    terms = {word: word_terms(word) for word in {w for passage in passages for w in passage}}
    every = [word for passage in passages for word in passage]
    for number in range(first, first + count):
        chance = random.Random(number)
        model = passages[chance.randrange(len(passages))]
        drawn = [every[int(chance.random() * len(every))] for _ in model[::2]]
        yield [
            term
            for place, word in enumerate(model)
            for term in terms[word if place % 2 else drawn[place // 2]]
        ]


def measured(name: str, size: int, passages: list[list[str]], asked: list[list[str]]) -> Figures:
    """Build, search and update, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="engines-") as place:
        folder = Path(place)
        build, peak = _apart(_build, name, folder, size, passages)
        opening, times, memory = _apart(_search, name, folder, asked)
        disk = sum(path.stat().st_size for path in folder.iterdir())
        update = _apart(_update, name, folder, size, passages)
    return Figures(build, peak, opening, statistics.median(times), max(times), memory, disk, update)


def read_sets(paths: Iterable[Path]) -> tuple[list[list[str]], list[list[str]]]:
    """The words of all passages, and the terms of a sample of the questions, each term once."""
    passages: list[list[str]] = []
    questions: list[str] = []
    for path in paths:
        question_set = read_questions(path)
        questions += [question.text for question in question_set.questions]
        for document in question_set.documents or ():
            for passage in SentenceChunker().split(document):
                spoken = words(f"{passage.title} {passage.text}")
                passages.append([word for word in spoken if word not in STOP_WORDS])
    chosen = random.Random(0).sample(questions, min(QUESTIONS, len(questions)))
    return passages, [[*dict.fromkeys(analyse(question))] for question in chosen]


def _apart(task: Any, *arguments: Any) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, arguments)


def _build(name: str, folder: Path, size: int, passages: list[list[str]]) -> tuple[float, int]:
    texts = generated(passages, size)
    began = time.process_time()
    waiting = _Timed(texts)
    ENGINES[name](folder).build(waiting)
    took = time.process_time() - began - waiting.seconds
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _search(name: str, folder: Path, asked: list[list[str]]) -> tuple[float, list[float], int]:
    engine = ENGINES[name](folder)
    before = _resident()
    began = time.process_time()
    engine.open()
    opening = time.process_time() - began
    times = []
    for terms in [*asked[:5], *asked]:
        began = time.process_time()
        engine.search(terms)
        times.append(time.process_time() - began)
    return opening, times[5:], _resident() - before


def _update(name: str, folder: Path, size: int, passages: list[list[str]]) -> float:
    engine = ENGINES[name](folder)
    texts = list(generated(passages, max(1, int(size * ADDED)), size))
    began = time.process_time()
    engine.add(texts, size)
    return time.process_time() - began


class _Timed:
    """Passes terms on and counts the time it took to make them, which is nobody's build."""

    def __init__(self, texts: Iterator[Terms]) -> None:
        self._texts = texts
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Terms]:
        while True:
            began = time.process_time()
            block = list(islice(self._texts, 256))
            self.seconds += time.process_time() - began
            if not block:
                return
            yield from block


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Print a row for each size and engine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET.jsonl")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=[*ENGINES])
    options = parser.parse_args()
    passages, asked = read_sets(options.sets)
    print("| passages | engine | build s | peak GB | open s | median ms | slowest ms |", end="")
    print(" memory GB | disk GB | + 1 % s |\n" + "|---" * 10 + "|", flush=True)
    for size in options.sizes:
        for name in options.engines:
            f = measured(name, size, passages, asked)
            print(
                f"| {size:,} | {name} | {f.build:.1f} | {f.peak / 1e9:.2f} | {f.opening:.2f} |"
                f" {f.median * 1e3:.1f} | {f.slowest * 1e3:.1f} | {f.memory / 1e9:.2f} |"
                f" {f.disk / 1e9:.2f} | {f.update:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
