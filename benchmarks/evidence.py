"""How often the evidence that is shown holds the answer, and how long finding it takes."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from tqdm import tqdm

from rag import Rag
from rag.metrics import contains, relevant_documents
from rag.questions import read_questions, with_ids
from rag.types import Answer, Question

BAR = 0.90  # of the questions whose passage is among the five best
WORDS = 150
SLOWEST = 0.4  # seconds, median of embedding, search and evidence


def holds(question: Question, answer: Answer) -> bool | None:
    """Whether the evidence holds an accepted answer; None where its passage is not found."""
    relevant = set(relevant_documents(question))
    best = [hit.passage.document_id for hit in answer.hits[:5]]
    if relevant.isdisjoint(best):
        return None
    return contains("\n".join(item.quote for item in answer.evidence), question.answers)


def main() -> int:
    """Print a line for each set; exit code 1 where one is under the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path, help="JSONL with title and context")
    options = parser.parse_args()
    is_met = True
    for path in options.sets:
        held, times, longest = measure(path)
        share, slow = sum(held) / len(held), median(times)
        print(
            f"{path.stem}: {share:.1%} of {len(held)} questions, {longest} words at most, "
            f"{1000 * slow:.0f} ms (median) to find it"
        )
        is_met &= share >= BAR and slow <= SLOWEST and longest <= WORDS
    return 0 if is_met else 1


def measure(path: Path) -> tuple[list[bool], list[float], int]:
    """Hits and misses, seconds for each question, and the words of the longest evidence."""
    questions = read_questions(path)
    held, times, longest = [], [], 0
    with (
        tempfile.TemporaryDirectory() as folder,
        Rag.open(index=Path(folder), overrides=["generate.kind=none"], create=True) as opened,
        opened.over(questions.documents) as rag,
    ):
        rag.warm_up()
        for question in tqdm(with_ids(questions, rag.documents()), leave=False):
            answer = next(rag.stream(question.text))
            times.append(answer.timings["evidence"])
            longest = max(longest, sum(len(item.quote.split()) for item in answer.evidence))
            found = holds(question, answer)
            if found is not None:
                held.append(found)
    return held, times, longest


if __name__ == "__main__":
    sys.exit(main())
