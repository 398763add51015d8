"""What each step of the Arabic analyser is worth: nDCG@10 of BM25 alone, and of both legs.

    python benchmarks/ablation.py SET.jsonl ... [--vectors FOLDER] [--together]

Each distinct context of a set is a document of its corpus, cut by the chunker that ships. The
questions are asked as they are and reworded (`rewordings.py`). Halves are told by id: choose on
one, report the other. `--together` puts all sets into one corpus.

For the fused column FOLDER holds, for each set, NAME.ctx.json (its [title, context] in order),
NAME.npz (`q`: a row for each question) and NAME.sents.npz (`v`: a row for each sentence, `k`:
its context, start and end); no model is loaded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rewordings import DIALECTS, foreign_names, rewordings

from rag.arabic import STOP_WORDS, analyse, ngrams, numbers, sound_key, stem, words
from rag.arabic.keys import edged_ngrams
from rag.chunk import SentenceChunker
from rag.index.lexical import LexicalIndex
from rag.index.postings import LexicalWriter
from rag.metrics import ndcg
from rag.questions import QuestionSet, read_questions
from rag.retrieve import fuse
from rag.types import Hit, Passage, Question

CANDIDATES = 100
DENSE_WEIGHT = 0.65
MEAN_WEIGHT = 0.2
HALVES = ("tune", "report")
_PLAIN = re.compile(r"\w+")

Analyse = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """An analyser that has all steps up to this one, and whether titles are searched."""

    name: str
    terms: Analyse
    has_title: bool = True


@dataclass(frozen=True, slots=True)
class Corpus:
    """The passages of one set, or of several, and the questions asked of them."""

    name: str
    passages: list[Passage]
    questions: list[Question]
    cosines: NDArray[np.float32] | None  # (questions, passages)
    places: dict[str, int]  # of the questions, by id


def content(text: str) -> list[str]:
    """The words that are no stop words."""
    return [word for word in words(text) if word not in STOP_WORDS]


def with_grams(word_terms: Analyse, grams: Analyse) -> Analyse:
    """Terms of each word, then its n-grams."""
    return lambda text: [
        term
        for word in content(text)
        for term in (*word_terms(word), *("_" + gram for gram in grams(word)))
    ]


def stems_of(word: str) -> list[str]:
    """The stem, as the only term."""
    return [stem(word)]


def keys_of(word: str) -> list[str]:
    """The sound key, as the only term."""
    return [sound_key(word)]


def nothing(_: str) -> list[str]:
    """No terms."""
    return []


def with_numbers(terms: Analyse) -> Analyse:
    """Other terms and the numbers that are not among them."""

    def analysed(text: str) -> list[str]:
        found = terms(text)
        return found + sorted(numbers(text).difference(found))

    return analysed


def steps() -> list[Step]:
    """From plain words to what ships, each with all before it; then what was not taken."""
    stemmed = with_grams(stems_of, ngrams)
    whole = with_grams(stems_of, lambda word: ngrams(f"<{word}>"))
    edged = with_grams(stems_of, edged_ngrams)
    both = with_grams(lambda word: [stem(word), sound_key(word)], edged_ngrams)
    return [
        Step("plain words", lambda text: _PLAIN.findall(text), has_title=False),
        Step("normal form", words, has_title=False),
        Step("stop words", content, has_title=False),
        Step("light stem", lambda text: [stem(word) for word in content(text)], has_title=False),
        Step("4-grams", stemmed, has_title=False),
        Step("title", stemmed),
        Step("edges of words", whole),
        Step("no 4-gram of the article", edged),
        Step("sound key for stem", with_grams(keys_of, edged_ngrams)),
        Step("numbers (ships)", analyse),
        Step("- stem and sound key", with_numbers(both)),
        Step("- 3-grams", with_grams(keys_of, lambda word: ngrams(f"<{word}>", 3))),
        Step("- no 4-grams", with_grams(keys_of, nothing)),
    ]


def is_reported(id: str) -> bool:
    """Which half a question is in."""
    return bool(hashlib.sha256(id.encode()).digest()[-1] % 2)


def corpus_of(sets: Sequence[tuple[Path, QuestionSet]], vectors: Path | None) -> Corpus:
    """One corpus of these sets."""
    passages = [
        passage
        for _, question_set in sets
        for document in question_set.documents or ()
        for passage in SentenceChunker().split(document)
    ]
    questions = [question for _, question_set in sets for question in question_set.questions]
    places = {question.id: place for place, question in enumerate(questions)}
    name = "+".join(path.stem for path, _ in sets)
    if vectors is None:
        return Corpus(name, passages, questions, None, places)
    asked = np.concatenate([np.load(vectors / f"{path.stem}.npz")["q"] for path, _ in sets])
    nearest: dict[str, NDArray[np.float32]] = {}  # by passage id
    for path, question_set in sets:
        nearest |= _nearest(vectors / path.stem, question_set, asked)
    return Corpus(
        name, passages, questions, np.stack([nearest[p.id] for p in passages], axis=1), places
    )


def lexical_index(passages: Iterable[Passage], step: Step) -> LexicalIndex:
    """The lexical leg as the index keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        with LexicalWriter(Path(folder)) as writer:
            for position, passage in enumerate(passages):
                text = f"{passage.title} {passage.text}" if step.has_title else passage.text
                writer.add(position, step.terms(text))
            writer.finish()
        return LexicalIndex({path.name: np.load(path) for path in Path(folder).iterdir()})


def scores(
    corpus: Corpus, index: LexicalIndex, terms: Analyse, asked: dict[str, str]
) -> tuple[dict[str, float], dict[str, float]]:
    """nDCG@10 by question id of BM25 and, where there are vectors, of both legs.

    `asked` holds the wording for each id; the dense leg knows only the original one.
    """
    lexical: dict[str, float] = {}
    fused: dict[str, float] = {}
    for id, text in asked.items():
        place = corpus.places[id]
        relevant = corpus.questions[place].document_ids
        positions, found = index.search(terms(text), CANDIDATES)
        matching = _hits(corpus, positions, found)
        lexical[id] = _ndcg(matching, relevant)
        if corpus.cosines is not None:
            cosines = corpus.cosines[place]
            order = np.argsort(-cosines, kind="stable")[:CANDIDATES]
            near = _hits(corpus, order, cosines[order])
            fused[id] = _ndcg(fuse(near, matching, dense_weight=DENSE_WEIGHT), relevant)
    return lexical, fused


def row(corpora: Sequence[Corpus], step: Step, *, reported: bool, names: set[str]) -> list[float]:
    """Means of one step on a half: each corpus, all, fused, then for each rewording all changed."""
    each: list[float] = []
    both: list[float] = []
    changed: dict[str, list[float]] = {name: [] for name in ("", *rewordings(names))}
    for corpus in corpora:
        index = lexical_index(corpus.passages, step)
        plain = {q.id: q.text for q in corpus.questions if is_reported(q.id) == reported}
        lexical, fused = scores(corpus, index, step.terms, plain)
        each.append(_mean(lexical.values()))
        both.append(_mean(fused.values()))
        for name, reword in rewordings(names).items():
            other = {id: reword(text, id) for id, text in plain.items()}
            other = {id: text for id, text in other.items() if text != plain[id]}
            bare = Corpus(corpus.name, corpus.passages, corpus.questions, None, corpus.places)
            changed[name] += scores(bare, index, step.terms, other)[0].values()
    dialects = [_mean(changed[name]) for name in DIALECTS]
    others = [_mean(changed[name]) for name in ("wrong letter", "names", "numbers")]
    return [*each, _mean(each), _mean(both), *others, *dialects]


def names_of(corpora: Iterable[Corpus]) -> set[str]:
    """What is written otherwise in the column "names"."""
    passages = [passage for corpus in corpora for passage in corpus.passages]
    vocabulary = {word for p in passages for word in words(f"{p.title} {p.text}")}
    return set(foreign_names({passage.title for passage in passages}, vocabulary))


def _nearest(
    stem_path: Path, question_set: QuestionSet, asked: NDArray[np.float32]
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """How near every question is to each passage, as the search has it, by passage id."""
    texts = [text for _, text in json.loads(Path(f"{stem_path}.ctx.json").read_text("utf-8"))]
    number = {text: place for place, text in enumerate(texts)}
    sentences = np.load(f"{stem_path}.sents.npz")
    owners, starts = sentences["k"][:, 0], sentences["k"][:, 1]
    cosines = sentences["v"] @ asked.T
    for document in question_set.documents or ():
        for passage in SentenceChunker().split(document):
            is_in = (owners == number[document.text]) & (starts >= passage.start)
            found = cosines[is_in & (starts < passage.end)]
            nearest = (1 - MEAN_WEIGHT) * found.max(axis=0)
            yield passage.id, nearest + MEAN_WEIGHT * found.mean(axis=0)


def _hits(corpus: Corpus, positions: NDArray[Any], found: NDArray[Any]) -> list[Hit]:
    return [
        Hit(corpus.passages[position], float(score))
        for position, score in zip(positions.tolist(), found.tolist(), strict=True)
    ]


def _ndcg(hits: Sequence[Hit], relevant: Sequence[str]) -> float:
    return 100 * ndcg([*dict.fromkeys(hit.passage.document_id for hit in hits)], relevant, 10)


def _mean(values: Iterable[float]) -> float:
    collected = list(values)
    return sum(collected) / len(collected) if collected else float("nan")


def main() -> None:
    """Print a table for each half."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET.jsonl")
    parser.add_argument("--vectors", type=Path, metavar="FOLDER")
    parser.add_argument("--together", action="store_true", help="one corpus of all sets")
    options = parser.parse_args()
    sets = [(path, read_questions(path)) for path in options.sets]
    groups = [sets] if options.together else [[one] for one in sets]
    corpora = [corpus_of(group, options.vectors) for group in groups]
    names = names_of(corpora)
    columns = [corpus.name[:8] for corpus in corpora]
    columns += ["mean", "fused", "letter", "names", "numbers", *(name[:8] for name in DIALECTS)]
    for reported, half in enumerate(HALVES):
        print(f"\n| {half} | " + " | ".join(columns) + " |")
        print("|---" * (len(columns) + 1) + "|")
        for step in steps():
            figures = row(corpora, step, reported=bool(reported), names=names)
            print(f"| {step.name} | " + " | ".join(f"{x:.1f}" for x in figures) + " |", flush=True)


if __name__ == "__main__":
    main()
