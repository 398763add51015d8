"""How well follow-ups find their passage: `python benchmarks/conversations.py`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.factory import make_index, make_steps
from rag.fakes import FakeGenerator
from rag.pipeline import Rag
from rag.settings import load_settings
from rag.types import Answer, Evidence, Hit

ROOT = Path(__file__).parents[1]
CONVERSATIONS = ROOT / "tests" / "conversations" / "conversations.jsonl"
ARTICLES = (ROOT / "seeds" / "articles", ROOT / "tests" / "conversations" / "articles")
REQUIRED = 0.9
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Turn:
    """A follow-up: at which rank its passage came with the history, and asked in full; 0 never."""

    id: str
    kind: str
    question: str
    asked: int
    full: int
    shown: int  # at which rank its evidence has the words, with the history
    shown_full: int
    is_declined: bool
    is_declined_full: bool


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The conversations; every other one of a kind is kept for reporting."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def is_kept(identifier: str) -> bool:
    """Whether a conversation is kept for reporting: those of an even number."""
    return int(identifier.rpartition("-")[2]) % 2 == 0


def turns_of(rag: Rag, row: dict[str, Any], first: Answer) -> list[Turn]:
    """The follow-ups of a conversation, each asked after the program's own earlier answers."""
    history = [first]
    turns = []
    for turn in row["turns"][1:]:
        answer, full = rag.ask(turn["question"], history=history), rag.ask(turn["full"])
        turns.append(
            Turn(
                row["id"],
                row["kind"],
                turn["question"],
                asked=_rank(answer.hits, turn["passage"]),
                full=_rank(full.hits, turn["passage"]),
                shown=_shown(answer.evidence, turn["passage"]),
                shown_full=_shown(full.evidence, turn["passage"]),
                is_declined=answer.status == "declined",
                is_declined_full=full.status == "declined",
            )
        )
        history.append(answer)
    return turns


def dragged(rag: Rag, firsts: Sequence[Answer]) -> list[str]:
    """First questions that find another passage when they are asked after other ones."""
    found = []
    for before, first in zip(firsts, [*firsts[7:], *firsts[:7]], strict=True):
        after = rag.search(first.question, DEPTH, history=[before])
        if after[:1] != list(first.hits[:1]):
            found.append(f"{before.question} | {first.question}")
    return found


def share(ranks: Iterable[int], depth: int) -> float:
    """The share of ranks that are not beyond `depth`."""
    judged = [0 < rank <= depth for rank in ranks]
    return sum(judged) / len(judged)


def print_table(turns: Sequence[Turn]) -> None:
    """A row for every kind and one for all: with the history / asked in full."""
    kinds: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        kinds[turn.kind].append(turn)
    print("kind         turns  success@5    success@1    MRR          evidence@2   declined")
    for kind, some in [*kinds.items(), ("all", list(turns))]:
        asked, full = [turn.asked for turn in some], [turn.full for turn in some]
        pairs = (
            (share(asked, 5), share(full, 5)),
            (share(asked, 1), share(full, 1)),
            (_reciprocal(asked), _reciprocal(full)),
            (share([t.shown for t in some], 2), share([t.shown_full for t in some], 2)),
            (share([t.is_declined for t in some], 1), share([t.is_declined_full for t in some], 1)),
        )
        cells = "  ".join(f"{one:.3f}/{other:.3f}" for one, other in pairs)
        print(f"{kind:12} {len(some):5}  {cells}")


def open_rag(index: Path) -> Rag:
    """The pipeline of the default settings over the articles; nothing is written, only quoted."""
    settings = load_settings(ROOT / "config.toml")
    steps = replace(make_steps(settings), generator=FakeGenerator(lambda _: ""))
    rag = Rag(steps, make_index(settings, index, create=True))
    rag.ingest(ARTICLES)
    return rag


def main() -> int:
    """Print both halves; 1 where the kept one is below the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=Path, default=CONVERSATIONS)
    parser.add_argument("--required", type=float, default=REQUIRED)
    parser.add_argument("--half", choices=("tuning", "reporting", "both"), default="both")
    parser.add_argument("--index", type=Path, help="a folder that keeps the index")
    parser.add_argument("--show", action="store_true", help="print the follow-ups not found first")
    options = parser.parse_args()
    rows = read_rows(options.conversations)
    reached = True
    with tempfile.TemporaryDirectory() as folder:
        rag = open_rag(options.index or Path(folder) / "index")
        for name in ("tuning", "reporting"):
            if options.half not in (name, "both"):
                continue
            half = [row for row in rows if is_kept(row["id"]) == (name == "reporting")]
            firsts = [rag.ask(row["turns"][0]["question"]) for row in half]
            turns = [
                turn
                for row, first in zip(half, firsts, strict=True)
                for turn in turns_of(rag, row, first)
            ]
            print(f"\n{name}: {len(half)} conversations")
            print_table(turns)
            after = dragged(rag, firsts)
            print(f"first questions, {len(half)}, that other ones before them change: {len(after)}")
            for line in after if options.show else ():
                print(f"  {line}")
            for turn in turns if options.show else ():
                if turn.asked != 1:
                    print(f"  {turn.id}  {turn.question}  {turn.asked} / {turn.full}")
            if name == "reporting":
                ratio = share([turn.asked for turn in turns], 5) / share([t.full for t in turns], 5)
                print(f"success@5 of follow-ups against full questions: {ratio:.3f}")
                reached = ratio >= options.required
        rag.close()
    return int(not reached)


def _rank(hits: Iterable[Hit], words: str) -> int:
    return next((rank for rank, hit in enumerate(hits, 1) if words in hit.passage.text), 0)


def _shown(evidence: Iterable[Evidence], words: str) -> int:
    return next((item.number for item in evidence if words in item.quote), 0)


def _reciprocal(ranks: Sequence[int]) -> float:
    return sum(1 / rank for rank in ranks if rank) / len(ranks)


if __name__ == "__main__":
    sys.exit(main())
