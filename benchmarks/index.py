"""Whether the local index is quick when it is large, and finds what an exact search finds."""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

SEEDS = Path(__file__).parents[1] / "seeds"
DIMENSION = 768
SENTENCES = 5  # of a passage
PASSAGES = 10  # of an article
VARIANTS = 20  # of each sentence of the seeds, with a third of its words altered
BATCH = 100  # articles put at once
BLOCK = 4000  # passages at a time
ADDED = 10  # articles of a later commit
QUESTIONS = 40
K = 100  # of each leg, as `rag.retrieve` asks for

# What must hold. The seconds for embedding a question and reading the words of rivals and of the
# best evidence are not measured here: less than 0.24 with the default model, two cores.
OPEN, SEARCH, ANSWER, RECALL, CHANGED, PRECISION = 2.0, 0.1, 0.8, 0.99, 20.0, 0.1
SOON = 0.4  # ANSWER where there are few
FEW = 10_000  # passages
EMBED = 0.3
REGROUPED = 5.0
COMPARED = 20_000  # articles for which grouping from nothing is done twice
SEARCHED_UNTIL = 100_000  # passages for which OPEN and SEARCH must hold

_BREAK = re.compile(r"[.\n]")  # of the sentences, and behind a title


@dataclass(slots=True)
class Table:
    """What was measured beside what must hold."""

    is_good: bool = True
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, value: float, unit: str, *, most: float = 0, least: float = 0) -> None:
        """A row; the table is bad if a bound is given and not kept."""
        is_kept = (not most or value <= most) and (not least or value >= least)
        self.is_good = self.is_good and is_kept
        bound = f"at most {most:g}" if most else f"at least {least:g}" if least else ""
        self.rows.append((what, f"{value:,.4g} {unit}", bound + ("" if is_kept else "  MISSED")))

    def print(self) -> None:
        """The rows, and whether all is well."""
        for what, value, bound in self.rows:
            print(f"{what:54}{value:>16}   {bound}")
        busy = os.getloadavg()[0]
        print("good" if self.is_good else "NOT GOOD", f"({busy:.1f} processes at work here)")


# Articles and vectors


class Pool:
    """Sentences and vectors to make articles of, the same for the same seed.

    With a folder of `*.npz` files the vectors are theirs, `v` of `*.sents.npz` for sentences and
    `q` for questions, with noise; else they come from a distribution with a spectrum like theirs.
    """

    def __init__(self, vectors: Path | None) -> None:
        import numpy as np

        self.dice = random.Random(1453)
        self.numbers = np.random.default_rng(1453)
        texts = [path.read_text("utf-8") for path in sorted((SEEDS / "articles").glob("*.*t*"))]
        lines = [line for text in texts for line in text.splitlines() if len(line.split()) > 5]
        plain = [part.strip() for line in lines for part in line.split(".") if len(part) > 40]
        self.plain = plain
        self.sentences = [altered(s, n) for n in range(VARIANTS) for s in plain]
        rows = (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()
        self.texts = list(dict.fromkeys(json.loads(row)["question"] for row in rows))
        if vectors:
            self.rows = _stacked(vectors, "*.sents.npz", "v")
            self.questions = _stacked(vectors, "*[!s].npz", "q")
        else:
            self.rows, self.questions = self._invented(4000), self._invented(1000)
        centred = self.rows - self.rows.mean(axis=0)
        _, spread, axes = np.linalg.svd(centred, full_matrices=False)
        shape = (axes * (spread / len(self.rows) ** 0.5)[:, None]).astype(np.float32)
        noise = self.numbers.standard_normal((20_000, len(shape)), dtype=np.float32)
        self.noise = noise @ shape  # as the vectors lie, so that it leads where others are

    def passage_vectors(self, count: int) -> Any:
        """Vectors of sentences that follow each other, with noise of their own size."""
        import numpy as np

        first = self.dice.randrange(len(self.rows) - SENTENCES)
        places = np.resize(np.arange(first, first + SENTENCES), count)
        rows = self.rows[places] + self.noise[self.numbers.integers(0, len(self.noise), count)]
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def many(self, count: int) -> Any:
        """Vectors of many passages, without their texts."""
        import numpy as np

        passages = count // SENTENCES
        first = self.numbers.integers(0, len(self.rows) - SENTENCES, passages)
        places = (first[:, None] + np.arange(SENTENCES)).ravel()
        rows = self.rows[places] + self.noise[self.numbers.integers(0, len(self.noise), count)]
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def article(self, number: int) -> tuple[Any, list[Any], list[Any]]:
        """A document, its passages and their vectors."""
        from rag.types import Document, passage_of

        parts = ["\n".join(self.dice.choices(self.sentences, k=SENTENCES)) for _ in range(PASSAGES)]
        text, spans = "", []
        for part in parts:
            spans.append((len(text), len(text) + len(part)))
            text += part + "\n"
        day = f"20{number % 24:02}-{number % 12 + 1:02}-{number % 28 + 1:02}"
        document = Document.of(
            f"مقال {number}.", text, published=day, source=f"صحيفة {number % 10}", path=f"/{number}"
        )
        vectors = [self.passage_vectors(SENTENCES) for _ in spans]
        return document, [passage_of(document, *span) for span in spans], vectors

    def _invented(self, count: int) -> Any:
        import numpy as np

        rotation = np.linalg.qr(np.random.default_rng(7).standard_normal((DIMENSION, DIMENSION)))[0]
        sizes = np.arange(1, DIMENSION + 1) ** -0.4
        rows = self.numbers.standard_normal((count, DIMENSION)) * sizes
        rows[:, 0] += 1  # they share a direction
        rows = rows @ rotation
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def altered(sentence: str, number: int) -> str:
    """Every third word with letters of its own, so that the vocabulary grows."""
    words = sentence.split()
    letters = chr(0x628 + number % 19) + chr(0x628 + number // 19 % 19) if number else ""
    words[number % 3 :: 3] = [word + letters for word in words[number % 3 :: 3]]
    return " ".join(words)


def _stacked(folder: Path, pattern: str, name: str) -> Any:
    import numpy as np

    return np.concatenate([np.load(path)[name] for path in sorted(folder.glob(pattern))])


@lru_cache(1 << 14)
def _terms(sentence: str) -> tuple[str, ...]:
    from rag.arabic import analyse

    return tuple(analyse(sentence))


def analyse_lines(text: str) -> list[str]:
    """The terms of a text; a sentence or title that comes again is not analysed again."""
    return [term for sentence in _BREAK.split(text) for term in _terms(sentence.strip())]


def opened(folder: Path, *, create: bool = False) -> Any:
    """The index of the benchmark."""
    from rag.index import IndexIdentity
    from rag.index.local import LocalIndex

    identity = IndexIdentity("benchmark", DIMENSION, "benchmark", "benchmark")
    return LocalIndex(folder, identity, analyse=analyse_lines, create=create)


# size


def size(arguments: argparse.Namespace, table: Table) -> None:
    """Build an index of as many passages, and measure it in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.folder or Path(scratch)) / f"{arguments.passages}"
        if not (folder / "built.json").exists():
            build(folder, arguments)
        command = [sys.executable, __file__, "measure", "--folder", str(folder)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        found = json.loads(said.splitlines()[-1])
        found |= json.loads((folder / "built.json").read_text()) | added(folder, arguments)
    is_small = arguments.passages <= SEARCHED_UNTIL
    table.add("passages", found["passages"], "")
    table.add("vectors", found["vectors"], "")
    table.add("put, by the passage", 1e3 * found["put"] / found["passages"], "ms")
    table.add("analysing new sentences, by the passage", analysing(), "ms")
    table.add("commit", found["commit"], "s")
    table.add("the same, time of the processor", found["commit_worked"], "s")
    table.add("most memory of the process meanwhile", found["peak"] / 1e9, "GB")
    table.add(f"commit of {ADDED} articles more", found["added"], "s")
    table.add("the same, time of the processor", found["added_worked"], "s")
    table.add("most memory of the process meanwhile", found["added_peak"] / 1e9, "GB")
    table.add("on disk", found["disk"] / 1e9, "GB")
    table.add("open and answer once, in a new process", found["open"], "s", most=OPEN * is_small)
    table.add("the same, time of the processor", found["open_worked"], "s")
    for leg in ("dense", "lexical"):
        worked = 1e3 * found[f"{leg}_worked"]
        table.add(f"{leg} leg, mean time of the processor", worked, "ms")
    table.add("dense leg, median", 1e3 * found["dense"], "ms")
    table.add("lexical leg, median", 1e3 * found["lexical"], "ms")
    table.add("both legs, median", 1e3 * found["both"], "ms", most=1e3 * SEARCH * is_small)
    table.add("both legs within a filter, median", 1e3 * found["filtered"], "ms")
    told = f"search, evidence, and {EMBED} s to embed, median"
    answer = SOON if arguments.passages <= FEW else ANSWER
    table.add(told, 1e3 * (EMBED + found["evidence"]), "ms", most=1e3 * answer)
    table.add(f"recall of the {K} nearest passages", found["recall"], "", least=RECALL)
    table.add("the same of the worst question", found["worst"], "")
    table.add("memory of the process", found["anonymous"] / 1e9, "GB")
    table.add("the same, and what it has mapped of files", found["resident"] / 1e9, "GB")


def analysing() -> float:
    """Milliseconds of the processor for the terms of a passage of which no sentence is known."""
    pool = Pool(None)
    sentences = pool.dice.choices(pool.sentences, k=1000 * SENTENCES)
    began = time.process_time()
    for sentence in sentences:
        _terms.__wrapped__(sentence)
    return time.process_time() - began  # of 1000 passages


def batched(numbers: range) -> Iterator[range]:
    """As many articles as are put at once."""
    return (numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH))


def build(folder: Path, arguments: argparse.Namespace) -> None:
    """An index of invented articles; beside it questions, and how long it took."""
    import numpy as np

    pool = Pool(arguments.vectors)
    vectors = pool.numbers.choice(pool.questions, min(QUESTIONS, len(pool.texts)), replace=False)
    began = time.perf_counter()
    with closing(opened(folder / "index", create=True)) as index:
        for numbers in batched(range(arguments.passages // PASSAGES)):
            index.put_all(map(pool.article, numbers))
        built = {"put": time.perf_counter() - began}
        print(f"put in {built['put']:.0f} s", file=sys.stderr, flush=True)
        built |= committed(index)
        built["disk"] = index.stats().size
    np.savez(folder / "asked.npz", texts=pool.texts[: len(vectors)], vectors=vectors)
    (folder / "built.json").write_text(json.dumps(built))


def added(folder: Path, arguments: argparse.Namespace) -> dict[str, float]:
    """What it takes to show a few articles more, in an index that is there."""
    first = arguments.passages // PASSAGES
    with closing(opened(folder / "index")) as index:
        index.put_all(map(Pool(arguments.vectors).article, range(first, first + ADDED)))
        found = committed(index)
    names = {"commit": "added", "commit_worked": "added_worked", "peak": "added_peak"}
    return {told: found[name] for name, told in names.items()}


def committed(index: Any) -> dict[str, float]:
    """Seconds of a commit, by the clock and of the processor, and the most memory it took."""
    peak, is_done = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_done.wait(0.2):
            peak = max(peak, memory()["anonymous"])

    watcher = threading.Thread(target=watch)
    watcher.start()
    began, worked = time.perf_counter(), time.process_time()
    index.commit()
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    is_done.set()
    watcher.join()
    return {"commit": seconds, "commit_worked": worked, "peak": peak}


def measure(arguments: argparse.Namespace, _: Table) -> None:
    """Print what a process that opens the index finds, as JSON."""
    began, worked = time.perf_counter(), time.process_time()
    import numpy as np

    from rag.types import Filter

    question = np.eye(1, DIMENSION, dtype=np.float32)
    index = opened(arguments.folder / "index")
    index.nearest(question, K)
    index.matching(["كم بلغت الكلفة؟"], K)
    found: dict[str, float] = {"open": time.perf_counter() - began}
    found["open_worked"] = time.process_time() - worked
    with np.load(arguments.folder / "asked.npz") as stored:
        vectors = stored["vectors"]
        asked = list(zip(stored["texts"].tolist(), vectors[:, None], strict=True))
    within = Filter(since="2012", sources=("صحيفة 3", "صحيفة 5"))
    dense = timed(lambda _, vector: index.nearest(vector, K), asked)
    lexical = timed(lambda text, _: index.matching([text], K), asked)
    both = [one + other for one, other in zip(dense, lexical, strict=True)]
    worked = time.process_time()
    for _, vector in asked:
        index.nearest(vector, K)
    dense_worked, worked = time.process_time() - worked, time.process_time()
    for text, _ in asked:
        index.matching([text], K)
    found["dense_worked"] = dense_worked / len(asked)
    found["lexical_worked"] = (time.process_time() - worked) / len(asked)
    found |= {"dense": median(dense), "lexical": median(lexical), "both": median(both)}
    found["filtered"] = median(
        timed(lambda t, v: (index.nearest(v, K, within), index.matching([t], K, within)), asked)
    )
    found["evidence"] = median(timed(evidence_of(index, asked), asked))
    found |= {**memory(), **recall(index, arguments.folder / "index", vectors)}
    print(json.dumps(found))


def evidence_of(index: Any, asked: Sequence[tuple[str, Any]]) -> Callable[[str, Any], object]:
    """Search and evidence as the pipeline goes about it, before it reads the best once more."""
    from rag.evidence import EvidenceSelector
    from rag.retrieve import Retriever

    retriever = Retriever(KnownEmbedder(asked), index)
    selector = EvidenceSelector()

    def answer(text: str, _: Any) -> object:
        hits = retriever.search(text, 10)
        return selector.select(text, hits, retriever.similarities(text, hits))

    return answer


class KnownEmbedder:
    """Vectors of questions that are known before; of what they say it can tell nothing."""

    name, dimension = "known", DIMENSION

    def __init__(self, asked: Sequence[tuple[str, Any]]) -> None:
        self._vectors = dict(asked)

    def embed_passages(self, passages: Sequence[Any]) -> Any:
        """Nothing is ingested with it."""
        raise NotImplementedError

    def embed_questions(self, texts: Sequence[str]) -> Any:
        """Of those that were embedded before."""
        import numpy as np

        return np.concatenate([self._vectors[text] for text in texts])

    def word_similarities(self, question: str, passages: Sequence[Any]) -> list[Any]:
        """None are known."""
        return nothing_near(question, passages)


def nothing_near(_: str, passages: Sequence[Any]) -> list[Any]:
    """What an embedder without a model says of words."""
    from rag.embed.interaction import Nearness

    return [Nearness() for _ in passages]


def timed(action: Callable[[str, Any], object], asked: Sequence[tuple[str, Any]]) -> list[float]:
    """Seconds of each, once all were asked before."""
    seconds = []
    for turn in range(2):
        for each in asked:
            began = time.perf_counter()
            action(*each)
            if turn:
                seconds.append(time.perf_counter() - began)
    return seconds


def memory() -> dict[str, float]:
    """Bytes of this process in memory, its own and those of files that it has mapped."""
    lines = Path("/proc/self/status").read_text().splitlines()
    told = dict(line.split(":", 1) for line in lines)
    kilobytes = {name: 1024.0 * int(told[name].split()[0]) for name in ("VmRSS", "RssAnon")}
    return {"resident": kilobytes["VmRSS"], "anonymous": kilobytes["RssAnon"]}


def recall(index: Any, folder: Path, questions: Any) -> dict[str, float]:
    """The share of the nearest passages, by comparing every vector, that the index finds."""
    import numpy as np

    generation = max((folder / "generations").iterdir())
    starts, keys = np.load(generation / "starts.npy"), np.load(generation / "keys.npy")
    best = np.empty((len(questions), len(keys)), np.float32)
    with (generation / "dense.rows").open("rb") as rows:  # mapped by the index already
        for start in range(0, len(keys), BLOCK):
            ends = starts[start : start + BLOCK + 1]
            halves = np.fromfile(rows, "<f2", int(ends[-1] - ends[0]) * DIMENSION)
            scores = questions @ halves.reshape(-1, DIMENSION).astype(np.float32).T
            best[:, start : start + len(ends) - 1] = np.maximum.reduceat(
                scores, ends[:-1] - ends[0], axis=1
            )
    shares = []
    for hits, scores in zip(index.nearest(questions, K), best, strict=True):
        least = np.partition(scores, -K)[-K]  # equal ones are as good
        shares.append(sum(hit.score >= least - 1e-6 for hit in hits) / min(K, len(scores)))
    found = {"recall": float(np.mean(shares)), "worst": min(shares)}
    return found | {"passages": len(keys), "vectors": int(starts[-1])}


# dense


def dense(arguments: argparse.Namespace, table: Table) -> None:
    """The dense leg alone, over as many vectors as so many passages have, without a store."""
    import numpy as np

    from rag.index.dense import DenseIndex, DenseWriter, similarities
    from rag.index.generation import WIDTH
    from rag.index.sealed import read, seal

    pool = Pool(arguments.vectors)
    asked = pool.numbers.choice(pool.questions, QUESTIONS, replace=False)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as scratch:
        worked = time.process_time()
        best: list[Any] = []  # of each block, the exact scores of its passages
        with DenseWriter(Path(scratch), DIMENSION) as writer:
            for start in range(0, arguments.passages, BLOCK):
                count = min(BLOCK, arguments.passages - start)
                halves = pool.many(count * SENTENCES).astype("<f2")
                writer.add(halves)
                scores = asked @ halves.astype(np.float32).T
                best.append(scores.reshape(len(asked), count, SENTENCES).max(axis=2))
            writer.finish()
        seal(Path(scratch), {})
        table.add("vectors", writer.count, "")
        table.add("written, time of the processor", time.process_time() - worked, "s")
        began = time.perf_counter()
        index = DenseIndex(read(Path(scratch), {}), DIMENSION)
        table.add("open", time.perf_counter() - began, "s")

        def search(vector: Any) -> tuple[Any, Any]:
            places = index.near(vector, WIDTH * K, mask=None)
            return places // SENTENCES, similarities(index.take(places), vector)

        seconds, shares = [], []
        worked = time.process_time()
        for vector, exact in zip(asked, np.concatenate(best, axis=1), strict=True):
            began = time.perf_counter()
            owners, scores = search(vector)
            seconds.append(time.perf_counter() - began)
            least = np.partition(exact, -K)[-K] - 1e-6  # equal ones are as good
            shares.append(min(len(np.unique(owners[scores >= least])) / K, 1.0))
        table.add("a search, median", 1e3 * median(seconds), "ms", most=1e3 * ANSWER)
        mean = 1e3 * (time.process_time() - worked) / len(asked)
        table.add("the same, mean time of the processor", mean, "ms")
    table.add(f"recall of the {K} nearest passages", float(np.mean(shares)), "", least=RECALL)
    table.add("the same of the worst question", min(shares), "")
    table.add("rows looked at again", len(owners), "")
    told = memory()
    table.add("memory of the process", told["anonymous"] / 1e9, "GB")
    table.add("the same, and what it has mapped of files", told["resident"] / 1e9, "GB")


# changes


class RandomEmbedder:
    """Vectors that mean nothing, and how long they took."""

    name, dimension = "random", DIMENSION

    def __init__(self) -> None:
        self.documents: set[str] = set()
        self.seconds = 0.0

    def embed_passages(self, passages: Sequence[Any]) -> Any:
        """Of length 1."""
        import numpy as np

        began = time.perf_counter()
        self.documents.update(passage.document_id for passage in passages)
        rows = np.random.default_rng(len(passages)).standard_normal((len(passages), DIMENSION))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        self.seconds += time.perf_counter() - began
        return rows.astype(np.float32)

    embed_questions = embed_passages

    def word_similarities(self, question: str, passages: Sequence[Any]) -> list[Any]:
        """None are known."""
        return nothing_near(question, passages)


def changes(arguments: argparse.Namespace, table: Table) -> None:
    """Ingest articles, change some of them, and ingest again."""
    pool = Pool(None)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as scratch:
        articles, index = Path(scratch) / "articles", Path(scratch) / "index"
        articles.mkdir()
        for number in range(arguments.articles):
            write_article(articles / f"{number}.txt", pool, number)
        table.add("articles", arguments.articles, "")
        first, _, _ = ingested(articles, index)
        table.add("first ingest, but for embedding", first, "s")
        for number in range(arguments.changed):
            write_article(articles / f"{number * 7}.txt", pool, arguments.articles + number)
        again, worked, embedded = ingested(articles, index)
    table.add("changed", arguments.changed, "")
    bounds = {"most": float(arguments.changed), "least": float(arguments.changed)}
    table.add("embedded again", embedded, "", **bounds)
    table.add("second ingest, but for embedding", again, "s", most=CHANGED)
    table.add("the same, time of the processor", worked, "s")


def write_article(path: Path, pool: Pool, number: int) -> None:
    """Thirty sentences of an article of this number; every seventh is a copy of the one before."""
    story = number - (number % 7 == 6)
    dice = random.Random(story)
    lines = [altered(dice.choice(pool.plain), 1 + story % 360) for _ in range(30)]
    credit = "" if story == number else "نقلا عن وكالة الأنباء."
    path.write_text("\n\n".join([f"مقال {number}", ". ".join(lines) + ".", credit]), "utf-8")


def ingested(articles: Path, folder: Path) -> tuple[float, float, int]:
    """Seconds but for embedding, those of the processor, and how many documents were embedded."""
    from rag.arabic import ANALYSER, analyse
    from rag.chunk import SentenceChunker
    from rag.index import IndexIdentity
    from rag.index.local import LocalIndex
    from rag.ingest import ingest_files

    chunker, embedder = SentenceChunker(), RandomEmbedder()
    identity = IndexIdentity(embedder.name, DIMENSION, chunker.name, ANALYSER)
    began, worked = time.perf_counter(), time.process_time()
    with closing(LocalIndex(folder, identity, analyse=analyse, create=True)) as index:
        ingest_files(
            *([articles], index),
            chunker=chunker,
            embedder=embedder,
            progress=lambda *_: None,
        )
    seconds = time.perf_counter() - began - embedder.seconds
    return seconds, time.process_time() - worked, len(embedder.documents)


# copies


def copies(arguments: argparse.Namespace, table: Table) -> None:
    """Group articles from nothing, then again with some of them replaced."""
    from rag.copies import group, regroup
    from rag.types import Document

    pool = Pool(None)

    def article(number: int) -> Document:
        story = number - (number % 7 == 6)
        dice = random.Random(story)
        lines = [altered(dice.choice(pool.plain), 1 + story % 360) for _ in range(12)]
        return Document.of(f"مقال {number}", ". ".join(lines) + "." * (number - story))

    documents = {d.id: d for d in map(article, range(arguments.articles))}
    table.add("articles", len(documents), "")
    began = time.process_time()
    found = regroup({}, documents.values(), read=documents.__getitem__)
    table.add("grouped from nothing", time.process_time() - began, "s of a core")
    gone = set(list(documents)[: arguments.changed])
    new = [article(arguments.articles + number) for number in range(arguments.changed)]
    began = time.process_time()
    again = regroup(found.records, new, gone=gone, read=documents.__getitem__)
    seconds = time.process_time() - began
    table.add(f"again with {arguments.changed} others", seconds, "s of a core", most=REGROUPED)
    left = [d for name, d in documents.items() if name not in gone]
    if arguments.articles <= COMPARED:
        is_same = again.groups == group([*left, *new])
        table.add("the same groups as from nothing", float(is_same), "", least=1)
    table.add("groups", len(again.groups), "")


# precision


def precision(arguments: argparse.Namespace, table: Table) -> None:
    """Compare nDCG@10 of a dense search in single and in half precision, on real vectors.

    Beside `NAME.npz` and `NAME.sents.npz` (whose `k` begins with the number of the context) lies
    `NAME.ctx.json`, the contexts, and in the folder --questions lies `NAME.jsonl`.
    """
    import numpy as np

    for path in sorted(arguments.vectors.glob("*.ctx.json")):
        name = path.name.removesuffix(".ctx.json")
        places = {text: place for place, (_, text) in enumerate(json.loads(path.read_text()))}
        lines = (arguments.questions / f"{name}.jsonl").read_text("utf-8").splitlines()
        wanted = np.array([places[json.loads(line)["context"]] for line in lines])
        asked = np.load(path.with_name(f"{name}.npz"))["q"]
        with np.load(path.with_name(f"{name}.sents.npz")) as stored:
            rows, owners = stored["v"], stored["k"][:, 0]
        single, half = (
            ndcg(asked @ each.astype(np.float32).T, owners, wanted)
            for each in (rows, rows.astype(np.float16))
        )
        table.add(f"{name}: nDCG@10 in single precision", single, "")
        table.add(f"{name}: lost in half precision", single - half, "", most=PRECISION)


def ndcg(scores: Any, owners: Any, wanted: Any) -> float:
    """Of 100, where each question has one context; a context is as near as its nearest row."""
    import numpy as np

    best = np.full((owners.max() + 1, len(wanted)), -np.inf, np.float32)
    np.maximum.at(best, owners, scores.T)
    ranks = (best > best[wanted, np.arange(len(wanted))]).sum(axis=0)
    return float(100 * np.where(ranks < 10, 1 / np.log2(ranks + 2.0), 0).mean())


def main() -> int:
    """Print a table of what was measured; 1 where something misses its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="to keep; else a temporary one")
    parser.add_argument("--vectors", type=Path, help="a folder of *.npz with real vectors")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--changed", type=int, default=10)
    parser.add_argument("--questions", type=Path, help="a folder of *.jsonl, for precision")
    actions = {each.__name__: each for each in (size, dense, changes, precision, copies, measure)}
    parser.add_argument("what", choices=actions)
    arguments = parser.parse_args()
    table = Table()
    actions[arguments.what](arguments, table)
    if table.rows:
        table.print()
    return 0 if table.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
