"""Whether copies are found and different stories kept apart; the groups of a corpus to read."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.copies import bands, group, signature
from rag.types import Document

FOLDER = Path(__file__).parents[1] / "tests" / "copies"
STORIES = (FOLDER / "stories.jsonl", FOLDER / "unseen.jsonl")
PARTS = ("tune", "report", "unseen")
PRECISION, RECALL = 0.99, 0.9


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents, and whether people say that they are copies."""

    name: str
    part: str  # of PARTS
    kind: str  # `copy`, or what kind of different story
    a: Document
    b: Document


@dataclass(frozen=True, slots=True)
class Score:
    """How often a judge was right."""

    pairs: int
    precision: float
    recall: float
    wrong: tuple[str, ...]


def labelled(paths: Iterable[Path] = STORIES) -> list[Pair]:
    """Every pair of a story with its edited copies and with the stories that are not copies.

    Each line of the file holds a story, the edits that make its copies, and other stories, which
    are edits too, or texts of their own that may keep some paragraphs.
    """
    pairs: list[Pair] = []
    lines = (line for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    for line in lines:
        story = json.loads(line)
        base = Document.of(story["title"], story["text"])
        copies = [_variant(story["text"], edit) for edit in story["copies"]]
        others = [_variant(story["text"], edit) for edit in story["others"]]
        same = [base, *copies]
        for i, one in enumerate(same):
            for j, other in enumerate(same[i + 1 :], i + 1):
                name = f"{story['id']}: {i} and {j}"
                pairs.append(Pair(name, story["part"], "copy", one, other))
        for j, (edit, other) in enumerate(zip(story["others"], others, strict=True)):
            for i, one in ((0, base), (1, copies[j])):
                name = f"{story['id']}: {'edited' if i else 'base'} and other {j}"
                pairs.append(Pair(name, story["part"], edit["kind"], one, other))
    return pairs


def score(pairs: Iterable[Pair], judge: Callable[[Document, Document], bool]) -> Score:
    """Precision and recall of a judge of pairs, with the names of those it got wrong."""
    found = true = right = total = 0
    wrong = []
    for pair in pairs:
        says, is_true = judge(pair.a, pair.b), pair.kind == "copy"
        total, found, true = total + 1, found + says, true + is_true
        right += says and is_true
        if says != is_true:
            wrong.append(f"{pair.name} ({pair.kind})")
    return Score(total, right / max(found, 1), right / max(true, 1), tuple(wrong))


def meets(a: Document, b: Document) -> bool:
    """Whether the two share a band: what is found without the verification."""
    return not set(bands(signature(a))).isdisjoint(bands(signature(b)))


def is_found(a: Document, b: Document) -> bool:
    """Whether the two end in one group."""
    return bool(group([a, b]))


def read_corpus(path: Path) -> list[Document]:
    """The documents of a JSONL file with `title`, `content` or `text`, `source` and a date."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [_document(row) for row in rows]


def _document(row: dict[str, Any]) -> Document:
    day = row.get("published") or row.get("date_extracted") or ""
    text = row.get("content") or row.get("text") or ""
    return Document.of(
        row.get("title") or "", text, source=row.get("source"), published=day[:10] or None
    )


def _variant(text: str, edit: dict[str, Any]) -> Document:
    """The text with its recorded edits; an edit of words that are not there is an error."""
    for old, new in edit.get("edits", ()):
        if old not in text:
            raise ValueError(f"no {old!r} in the story of {edit['title']!r}")
        text = text.replace(old, new, 1)
    paragraphs = text.split("\n")
    if "text" in edit:
        paragraphs = [edit["text"], *(paragraphs[i] for i in edit.get("keep", ()))]
    order = edit.get("order", range(len(paragraphs)))
    paragraphs = [paragraphs[i] for i in order if i not in edit.get("drop", ())]
    if edit.get("add"):
        paragraphs.append(edit["add"])
    return Document.of(edit["title"], (" " if edit.get("merge") else "\n").join(paragraphs))


def _repeated(documents: list[Document], size: int) -> list[Document]:
    """As many documents as `size`: each turn writes every third word with letters of its own."""
    repeated = list(documents[:size])
    for turn in range(1, size // len(documents) + 1):
        letters = chr(0x628 + turn % 19) + chr(0x628 + turn // 19 % 19)
        for document in documents[: size - turn * len(documents)]:
            words = document.text.split()
            words[::3] = [word + letters for word in words[::3]]
            repeated.append(Document.of(document.title, " ".join(words)))
    return repeated


def _report_labelled() -> bool:
    is_good = True
    pairs = labelled()
    print(f"{'part':8}{'by':16}{'pairs':>6}{'precision':>11}{'recall':>8}")
    for part in PARTS:
        chosen = [pair for pair in pairs if pair.part == part]
        for name, judge in (("bands alone", meets), ("bands + check", is_found)):
            result = score(chosen, judge)
            print(f"{part:8}{name:16}{result.pairs:6}{result.precision:11.3f}{result.recall:8.3f}")
        print(*(f"  wrong: {name}" for name in result.wrong), sep="\n")
        is_good = is_good and result.precision >= PRECISION and result.recall >= RECALL
    return is_good


def _report_corpus(documents: list[Document], *, size: int, show: bool) -> None:
    import resource

    if size:
        documents = _repeated(documents, size)
    start = time.process_time()
    signatures = {document.id: signature(document) for document in documents}
    middle = time.process_time()
    groups = group(documents, signatures=signatures)
    end = time.process_time()
    members = sum(len(ids) for ids in groups)
    print(f"{len(documents)} documents, {len(groups)} groups of {members} documents")
    print(
        f"signatures {len(documents) / (middle - start):.0f} a second, groups {end - middle:.1f} s"
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    if show:
        print(*_lines(documents, groups), sep="\n")


def _lines(documents: list[Document], groups: list[tuple[str, ...]]) -> Iterator[str]:
    known = {document.id: document for document in documents}
    for number, ids in enumerate(groups, 1):
        yield f"\n{number}."
        for id in ids:
            document = known[id]
            yield f"   {document.source}: {document.title} ({len(document.text.split())} words)"


def main() -> int:
    """Print the table and the groups; 1 where the labelled pairs miss a required figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="a JSONL file whose groups are printed")
    parser.add_argument(
        "--size", type=int, default=0, help="repeat the corpus, changed, up to this"
    )
    arguments = parser.parse_args()
    is_good = _report_labelled()
    if arguments.corpus:
        _report_corpus(read_corpus(arguments.corpus), size=arguments.size, show=not arguments.size)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
