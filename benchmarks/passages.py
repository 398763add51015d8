"""What the size of passages and their overlap are worth, on articles of several paragraphs.

    python benchmarks/passages.py SET.jsonl ... [--sizes 60,130:180,130:180:1]

The contexts of one title are joined to one article, so that there is something to cut. A size is
the words a passage takes, the most it may have (half as many again where it is not said) and the
sentences that two neighbours share. The measure is fair to every size: how often the evidence
holds an accepted answer, all 150 words of it and the words of it that the model reads. Halves are
told by id: choose on one, report the other. Every sentence is embedded once.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from ablation import HALVES, is_reported
from tqdm import tqdm

from rag.chunk import SentenceChunker
from rag.embed import Embedder
from rag.embed.interaction import Nearness
from rag.factory import make_steps
from rag.ingest.embedding import embed_documents
from rag.metrics import contains
from rag.pipeline import Steps
from rag.questions import QuestionSet, read_questions
from rag.settings import load_settings
from rag.types import Document, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

SIZES = "40,60,90,130:180,130:180:1,200,300,1000"


class Remembering:
    """An embedder that embeds nothing twice."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._passages: dict[tuple[str, str], Vectors] = {}
        self._questions: dict[str, Vectors] = {}
        self.name = embedder.name
        self.dimension = embedder.dimension

    def embed_passages(self, passages: Sequence[Passage]) -> Vectors:
        """As the embedder does."""
        keys = [(passage.title, passage.text) for passage in passages]
        new = {key: p for key, p in zip(keys, passages, strict=True) if key not in self._passages}
        if new:
            rows = self._embedder.embed_passages(list(new.values()))
            self._passages.update(zip(new, rows, strict=True))
        return np.stack([self._passages[key] for key in keys])

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """As the embedder does."""
        new = [text for text in dict.fromkeys(texts) if text not in self._questions]
        if new:
            rows = self._embedder.embed_questions(new)
            self._questions.update(zip(new, rows, strict=True))
        return np.stack([self._questions[text] for text in texts])

    def word_similarities(self, question: str, passages: Sequence[Passage]) -> list[Nearness]:
        """As the embedder does."""
        return self._embedder.word_similarities(question, passages)


@dataclass(frozen=True, slots=True)
class Found:
    """Whether the evidence for a question holds an accepted answer."""

    is_reported: bool
    shown: bool  # in all of it
    read: bool  # in what the model reads


def main() -> None:
    """Print a row for each size: shares in percent, tuning half and reporting half."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path, help="JSONL with title and context")
    parser.add_argument("--sizes", default=SIZES)
    options = parser.parse_args()
    steps = make_steps(load_settings())
    steps = replace(steps, embedder=Remembering(steps.embedder))
    for path in options.sets:
        questions = read_questions(path)
        documents = articles(questions)
        print(f"\n{path.stem}: {len(questions.questions)} questions, {len(documents)} articles\n")
        columns = [f"{what}, {half}" for what in ("150 words", "read") for half in HALVES]
        print(f"| passages | overlap | number | {' | '.join(columns)} |")
        print("|---|---|---|" + "---|" * len(columns))
        for chunker in map(chunker_of, options.sizes.split(",")):
            number, found = measure(replace(steps, chunker=chunker), documents, questions)
            size = f"{chunker.target_words} to {chunker.longest_words} words"
            shares = " | ".join(f"{100 * share:.1f}" for share in by_half(found))
            print(f"| {size} | {chunker.overlap} | {number} | {shares} |", flush=True)


def chunker_of(size: str) -> SentenceChunker:
    """From `target`, `target:longest` or `target:longest:overlap`."""
    target, *more = map(int, size.split(":"))
    longest = more[0] if more else target * 3 // 2
    return SentenceChunker(target, longest, more[1] if more[1:] else 0)


def articles(questions: QuestionSet) -> list[Document]:
    """The contexts of one title as the paragraphs of one document."""
    joined: dict[str, list[Document]] = defaultdict(list)
    for document in questions.documents or ():
        joined[document.title].append(document)
    return [
        replace(parts[0], text="\n".join(part.text for part in parts)) for parts in joined.values()
    ]


def measure(
    steps: Steps, documents: Sequence[Document], questions: QuestionSet
) -> tuple[int, list[Found]]:
    """How many passages there are, and what was found for each question."""
    with tempfile.TemporaryDirectory() as folder:
        index = steps.open_index(Path(folder) / "index")
        number = embed_documents(
            documents,
            index,
            chunker=steps.chunker,
            embedder=steps.embedder,
            progress=lambda _done, _total, _what: None,
        )
        index.commit()
        retriever = steps.make_retriever(steps.embedder, index)
        found = []
        for question in tqdm(questions.questions, leave=False):
            hits = retriever.search(question.text)
            evidence = steps.selector.select(
                question.text, hits, retriever.similarities(question.text, hits)
            )
            read = steps.selector.for_writer(evidence)
            shown, seen = ("\n".join(e.quote for e in items) for items in (evidence, read))
            found.append(
                Found(
                    is_reported(question.id),
                    contains(shown, question.answers),
                    contains(seen, question.answers),
                )
            )
        index.close()
    return number, found


def by_half(found: Sequence[Found]) -> Iterator[float]:
    """The shares in the order of the columns."""
    for what in ("shown", "read"):
        for half in (False, True):
            values = [getattr(each, what) for each in found if each.is_reported is half]
            yield sum(values) / max(len(values), 1)


if __name__ == "__main__":
    main()
