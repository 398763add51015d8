"""How many Arabic dates are read as a person reads them: `python benchmarks/dates.py`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.clean.dates import mentions

SENTENCES = Path(__file__).parents[1] / "tests" / "dates.jsonl"
REQUIRED = 0.95


@dataclass(frozen=True, slots=True)
class Result:
    """One sentence: the (words, ISO date, is inferred) expected and those found."""

    text: str
    expected: list[tuple[str, str, bool]]
    found: list[tuple[str, str, bool]]

    @property
    def is_right(self) -> bool:
        """Whether all dates of the sentence were found with their exact words, and no other."""
        return self.found == self.expected


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The labelled sentences; those with `kept` were not looked at while the rules were written."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def results_of(rows: Iterable[Mapping[str, Any]]) -> list[Result]:
    """What is found in each sentence beside what a reader finds there."""
    results = []
    for row in rows:
        text = row["text"]
        expected = [(date["words"], date["iso"], date["is_inferred"]) for date in row["dates"]]
        dates = mentions(text, published=row["published"])
        found = [(text[date.start : date.end], date.iso, date.is_inferred) for date in dates]
        results.append(Result(text, expected, found))
    return results


def accuracy(results: Iterable[Result]) -> float:
    """The share of sentences that are right."""
    judged = [result.is_right for result in results]
    return sum(judged) / len(judged)


def main() -> int:
    """Print the accuracy on both parts; 1 where the kept one is below what is required."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=Path, default=SENTENCES)
    parser.add_argument("--required", type=float, default=REQUIRED)
    parser.add_argument("--show", action="store_true", help="print the sentences that are wrong")
    options = parser.parse_args()
    rows = read_rows(options.sentences)
    parts = {
        "seen": results_of(row for row in rows if not row["kept"]),
        "kept": results_of(row for row in rows if row["kept"]),
    }
    for name, results in parts.items():
        dates = sum(len(result.expected) for result in results)
        print(f"{name}  sentences {len(results):4}  dates {dates:4}  right {accuracy(results):.3f}")
        for result in results if options.show else ():
            if not result.is_right:
                print(
                    f"  {result.text}\n    expected {result.expected}\n    found    {result.found}"
                )
    return int(accuracy(parts["kept"]) < options.required)


if __name__ == "__main__":
    sys.exit(main())
