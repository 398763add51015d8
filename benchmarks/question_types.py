"""Are types of question told, and do overviews hold what matters? `question_types.py`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.arabic import wanted, words
from rag.factory import make_index, make_steps
from rag.pipeline import Rag
from rag.settings import load_settings

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "tests" / "question_types" / "questions.jsonl"
ARTICLES = (ROOT / "seeds" / "articles", ROOT / "tests" / "conversations" / "articles")
AIMS = ("summary", "said", "comparison", "list", "reason", "manner", "fact")
REQUIRED = {"type": 0.95, "points": 0.65, "articles": 0.95, "declined": 0.9}
PARTS = ("tuning", "reporting", "later", "reviewed")


@dataclass(frozen=True, slots=True)
class Told:
    """What an overview holds of what was labelled."""

    row: dict[str, Any]
    points: list[bool]  # whether each is in the answer
    is_right: bool  # it cites the articles it should and no others, or declines as it should
    length: int  # words

    @property
    def is_absent(self) -> bool:
        """Whether no article tells of it."""
        return not self.row["articles"]


def part_of(identifier: str) -> str:
    """Those of an odd number are for tuning; the others were written after the rules."""
    first = identifier.partition("-")[0]
    if first in PARTS:
        return first
    return PARTS[int(identifier.rpartition("-")[2]) % 2 == 0]


def read_rows(path: Path = QUESTIONS) -> list[dict[str, Any]]:
    """The labelled questions; those with `articles` have an answer to be looked at."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def told_types(rows: Sequence[dict[str, Any]]) -> list[bool]:
    """Whether the type of each question is told as it is labelled."""
    return [wanted(row["question"]).aim == row["aim"] for row in rows]


def taken_wrongly(path: Path) -> list[str]:
    """Questions of a set of plain ones that are taken for more than that."""
    questions = [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines()]
    return [each for each in questions if wanted(each).is_broad]


def told(rag: Rag, row: dict[str, Any]) -> Told:
    """Ask one question; an article is known by the name of its file."""
    answer = rag.ask(row["question"])
    said = f" {' '.join(words(answer.text))} "
    points = [any(_is_in(point, said) for point in either) for either in row["points"]]
    cited = {Path(citation.passage.path or "").stem for citation in answer.citations}
    if row["aim"] == "said":  # others may speak of it too
        is_right = bool(row["articles"]) == bool(cited) and set(row["articles"]) <= cited
    else:
        is_right = cited == set(row["articles"])
    length = sum(len(sentence.text.split()) for sentence in answer.sentences)
    return Told(row, points, is_right, length)


def _is_in(point: str, said: str) -> bool:
    plain = " ".join(words(point))
    return f" {plain} " in said or f" و{plain} " in said


def print_answers(rag: Rag, rows: Sequence[dict[str, Any]], *, show: bool) -> dict[str, float]:
    """A row for each kind of overview; what of the labels was found."""
    print("kind         asked  points held  articles  words")
    all_told = [told(rag, row) for row in rows if "articles" in row]
    present = [each for each in all_told if not each.is_absent]
    for aim in (*AIMS[:3], "all"):
        some = [each for each in present if aim in (each.row["aim"], "all")]
        held = [point for each in some for point in each.points]
        mean = sum(each.length for each in some) / len(some)
        right = sum(each.is_right for each in some) / len(some)
        print(f"{aim:12} {len(some):5}  {sum(held):3} of {len(held):3}  {right:8.3f}  {mean:6.1f}")
    absent = [each.is_right for each in all_told if each.is_absent]
    print(f"declined, of {len(absent)} on what no article tells: {sum(absent)}")
    for each in all_told if show else ():
        if not each.is_right or not all(each.points):
            print(f"  {each.row['id']}  {each.row['question']}  {each.points} {each.is_right}")
    points = [point for each in present for point in each.points]
    return {
        "points": sum(points) / len(points),
        "articles": sum(each.is_right for each in present) / len(present),
        "declined": sum(absent) / len(absent),
    }


def open_rag(index: Path) -> Rag:
    """The pipeline of the default settings without a writer: overviews need none."""
    settings = load_settings(ROOT / "config.toml")
    rag = Rag(
        replace(make_steps(settings), generator=None), make_index(settings, index, create=True)
    )
    rag.ingest(ARTICLES)
    return rag


def main() -> int:
    """Print what was found; 1 where the reporting part is below a bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plain", nargs="*", type=Path, help="sets of plain questions, JSONL")
    parser.add_argument("--types", action="store_true", help="tell types only, without a model")
    parser.add_argument("--part", choices=("tuning", "reporting"), default="reporting")
    parser.add_argument("--index", type=Path, help="a folder that keeps the index")
    parser.add_argument("--show", action="store_true", help="print what was missed")
    options = parser.parse_args()
    rows = read_rows()
    found: dict[str, float] = {}
    for part in PARTS:
        some = [row for row in rows if part_of(row["id"]) == part]
        right = told_types(some)
        print(f"types, {part}: {sum(right)} of {len(right)}")
        found["type"] = min(found.get("type", 1.0), sum(right) / len(right))
    for path in options.plain:
        wrong = taken_wrongly(path)
        print(f"{path.name}: {len(wrong)} taken for an overview", *wrong, sep="\n  ")
    if not options.types:
        with tempfile.TemporaryDirectory() as folder:
            rag = open_rag(options.index or Path(folder) / "index")
            some = [row for row in rows if part_of(row["id"]) == options.part]
            found |= print_answers(rag, some, show=options.show)
            rag.close()
    return int(any(value < REQUIRED[name] for name, value in found.items()))


if __name__ == "__main__":
    sys.exit(main())
