"""How well the check tells supported sentences from others, and what is shown of false drafts."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.arabic import content_stems, sentences
from rag.cite import attribute
from rag.compose import Composer
from rag.types import Citation, Document, Evidence, passage_of
from rag.verify import Checker, Verdict

CHECK = Path(__file__).parents[1] / "tests" / "check"
PAIRS = CHECK / "pairs.jsonl"
# Drafts as small models write them, such as only leave words out, half of them one too many, and
# such as reword their source or change one thing in it.
DRAFTS = {
    "all kinds": CHECK / "drafts.jsonl",
    "words left out": CHECK / "limits.jsonl",
    "reworded": CHECK / "mixed.jsonl",
}
# By writers who did not know the check: the letter of an id is the writer's.
OUTSIDE = CHECK / "outside.jsonl"
WRITERS = {
    "N": "news, freely reworded",
    "E": "encyclopaedia, freely reworded",
    "M": "both, freely reworded",
    "R": "both, near the source",
    "S": "answers",
    "T": "no stretch of the source",
    "V": "who did what, three in four false",
}
LAST_TUNED = 136  # the number of a passage
PRECISION, RECALL = 0.97, 0.85
SHOWN = 0.01  # of the false drafts, as they were written


@dataclass(frozen=True, slots=True)
class Pair:
    """A passage, a sentence, and whether people say that the passage supports it."""

    id: str  # the passage's number and the sentence's
    passage: str
    sentence: str
    is_supported: bool
    kind: str

    @property
    def part(self) -> str:
        """`report` for passages whose pairs nobody looked at while tuning, else `tune`."""
        return "tune" if int(self.id[1:].split("-")[0]) <= LAST_TUNED else "report"


@dataclass(frozen=True, slots=True)
class Score:
    """How often a judge of pairs was right."""

    pairs: int
    precision: float  # of what it calls supported
    recall: float
    wrong: tuple[Pair, ...]
    kinds: tuple[tuple[str, int, int], ...]  # kind, right, all

    @property
    def is_good(self) -> bool:
        """Whether both figures reach the bar."""
        return self.precision >= PRECISION and self.recall >= RECALL


Judge = Callable[[Pair], Verdict]


def labelled(path: Path = PAIRS) -> list[Pair]:
    """Every pair of the set."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [
        Pair(r["id"], r["passage"], r["sentence"], r["label"] == "supported", r["kind"])
        for r in rows
    ]


def drafted(path: Path) -> Iterator[Pair]:
    """The drafts of a file as pairs."""
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        for n, draft in enumerate(row["drafts"]):
            is_supported = draft["label"] == "supported"
            name, said = f"{row['id']}-{n}", draft["sentence"]
            yield Pair(name, row["passage"], said, is_supported, draft["kind"])


def is_read(pair: Pair) -> bool:
    """Whether a pair of `OUTSIDE` was looked at while the check was tuned."""
    writer, number = pair.id[0], int(pair.id[1:3])
    return writer in "EMT" or number % 2 == 1


def against_passage(pair: Pair) -> Verdict:
    """What the check says where the whole passage is cited."""
    passage = passage_of(Document.of("", pair.passage), 0, len(pair.passage))
    return Checker().check(pair.sentence, (Citation(1, passage, 0, len(pair.passage)),))


def as_in_an_answer(pair: Pair) -> Verdict:
    """What the check says where each sentence of the passage is a piece of evidence."""
    passage = passage_of(Document.of("", pair.passage), 0, len(pair.passage))
    spans = sentences(pair.passage)
    evidence = [Evidence(n, passage, start, end) for n, (start, end) in enumerate(spans, 1)]
    return Checker().check(pair.sentence, attribute(pair.sentence, evidence), best=passage)


def shown(path: Path) -> Counter[tuple[str, str]]:
    """How many supported and unsupported drafts stand in an answer, and how.

    The sentences of the passage are the evidence, that with most words of the question the best.
    """
    composer, counted = Composer(Checker()), Counter[tuple[str, str]]()
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        text = row["passage"]
        passage = passage_of(Document.of("", text), 0, len(text))
        for draft in row["drafts"]:
            asked = set(content_stems(draft["question"]))
            held = {s: asked & set(content_stems(text[slice(*s)])) for s in sentences(text)}
            spans = sorted(held, key=lambda span: -len(held[span]))
            evidence = [Evidence(n, passage, *span) for n, span in enumerate(spans, 1)]
            written = composer.checked(draft["sentence"], evidence, question=draft["question"])
            status, said = composer.finished(written, evidence, question=draft["question"])
            is_written = said[0].text in {sentence.text for sentence in written}
            how = "as written" if is_written else "in the source's words"
            counted[draft["label"], how if status == "answered" else "not shown"] += 1
    return counted


def score(pairs: Iterable[Pair], judge: Judge) -> Score:
    """Precision and recall of a judge, all told and by kind."""
    called = true = hits = total = 0
    wrong: list[Pair] = []
    kinds: dict[str, tuple[int, int]] = {}
    for pair in pairs:
        says = judge(pair).is_supported
        is_right = says == pair.is_supported
        total, called, true = total + 1, called + says, true + pair.is_supported
        hits += says and pair.is_supported
        name = f"{'' if pair.is_supported else 'not '}supported: {pair.kind}"
        right, seen = kinds.get(name, (0, 0))
        kinds[name] = right + is_right, seen + 1
        if not is_right:
            wrong.append(pair)
    table = tuple((name, *counts) for name, counts in sorted(kinds.items()))
    return Score(total, hits / max(called, 1), hits / max(true, 1), tuple(wrong), table)


def _lines(name: str, result: Score, judge: Judge, *, show: bool) -> Iterator[str]:
    yield (
        f"\n{name}: {result.pairs} pairs, precision {result.precision:.3f}, "
        f"recall {result.recall:.3f}"
    )
    for kind, right, seen in result.kinds:
        yield f"  {kind:32}{right:4} of {seen:3} right"
    for pair in result.wrong if show else ():
        yield f"  {pair.id} ({pair.kind}) {pair.sentence}\n      {judge(pair).reason}"


def _milliseconds(pairs: Sequence[Pair], judge: Judge) -> tuple[float, float]:
    """The mean and the longest time of one check."""
    times = []
    for pair in pairs:
        start = time.perf_counter()
        judge(pair)
        times.append((time.perf_counter() - start) * 1000)
    return sum(times) / len(times), max(times)


def main() -> int:
    """Print the tables; 1 where a part misses the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("tune", "report"), help="one half alone")
    parser.add_argument("--wrong", action="store_true", help="print the pairs it got wrong")
    arguments = parser.parse_args()
    pairs = labelled()
    is_good = True
    judges = (("whole passage", against_passage), ("as in an answer", as_in_an_answer))
    for part in (arguments.part,) if arguments.part else ("tune", "report"):
        chosen = [pair for pair in pairs if pair.part == part]
        for name, judge in judges:
            result = score(chosen, judge)
            print(*_lines(f"{part}, {name}", result, judge, show=arguments.wrong), sep="\n")
            is_good = is_good and result.is_good
    for name, path in DRAFTS.items():
        drafts = shown(path)
        print(f"\nwhat an answer makes of drafts, {name}:")
        for (label, how), number in sorted(drafts.items()):
            print(f"  {label:12} {how:24}{number:4}")
        false = sum(number for (label, _), number in drafts.items() if label == "unsupported")
        is_good = is_good and drafts["unsupported", "as written"] <= SHOWN * false
        result = score(drafted(path), against_passage)
        print(f"  the check alone: precision {result.precision:.3f}, recall {result.recall:.3f}")
    print("\npairs of others, the check alone: pairs, precision, recall")
    for writer, about in WRITERS.items():
        for half in (True, False):
            own = [p for p in drafted(OUTSIDE) if p.id[0] == writer and is_read(p) == half]
            if own:
                result, name = score(own, against_passage), "read" if half else "not read"
                numbers = f"{result.pairs:4}  {result.precision:.3f}  {result.recall:.3f}"
                print(f"  {about:37}{name:10}{numbers}")
    mean, longest = _milliseconds(pairs, against_passage)
    print(f"\n{mean:.2f} ms a sentence, {longest:.1f} ms at most")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
