"""Postings are the same however few of them are held in memory, and whatever they come from."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from rag.index.lexical import LexicalIndex
from rag.index.postings import LexicalWriter, Postings

TERMS = ["سد", "سدود", "جسر", "ميناء", "ب", "a", "٣", "𐤀"]


def passages(seed: int, count: int = 40) -> list[list[str]]:
    """Terms of passages, of which some have none and some have one many times."""
    dice = random.Random(seed)
    drawn = [dice.choices(TERMS, k=dice.randrange(12)) for _ in range(count)]
    return [*drawn, ["سد"] * 300, []]


def columns(folder):
    return {path.name: np.load(path) for path in folder.iterdir()}


def held(postings: Postings) -> dict[str, dict[int, int]]:
    """How often each term is in each passage, as the files have it."""
    spans = [postings.span(number, number + 1) for number in range(len(postings))]
    return {
        term.decode(): dict(zip(positions.tolist(), counts.tolist(), strict=True))
        for term, (positions, counts) in zip(postings.terms(), spans, strict=True)
    }


def expected(texts: dict[int, list[str]]) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for position, terms in texts.items():
        for term, count in Counter(terms).items():
            found.setdefault(term, {})[position] = count
    return found


def written(folder, texts: dict[int, list[str]], in_memory: int) -> LexicalIndex:
    folder.mkdir()
    with LexicalWriter(folder, in_memory=in_memory) as writer:
        for position, terms in texts.items():
            writer.add(position, terms)
        writer.finish()
    return LexicalIndex(columns(folder))


@pytest.mark.parametrize("in_memory", [1, 7, 50, 1000])
def test_every_term_has_the_passages_it_is_in_however_few_are_in_memory(tmp_path, in_memory):
    texts = dict(enumerate(passages(1)))
    index = written(tmp_path / "a", texts, in_memory)
    assert held(index.postings) == expected(texts)
    assert list(index.postings.terms()) == sorted(term.encode() for term in TERMS)
    assert index.lengths.tolist() == [len(terms) for terms in texts.values()]


def test_the_files_are_the_same_to_the_byte_however_few_are_in_memory(tmp_path):
    texts = dict(enumerate(passages(2)))
    for in_memory in (1, 30, 10_000):
        written(tmp_path / str(in_memory), texts, in_memory)
    for path in (tmp_path / "1").iterdir():
        assert path.read_bytes() == (tmp_path / "30" / path.name).read_bytes()
        assert path.read_bytes() == (tmp_path / "10000" / path.name).read_bytes()


@pytest.mark.parametrize("in_memory", [5, 10_000])
def test_postings_taken_over_stand_with_new_ones_and_leave_what_is_gone(tmp_path, in_memory):
    before, new = passages(3), passages(4)
    before[5] = ["gone", "جسر"]
    older = written(tmp_path / "a", dict(enumerate(before)), in_memory)
    moved = np.arange(len(before)) * 2  # a new passage between any two
    moved[5] = -1
    texts = {position: before[i] for i, position in enumerate(moved.tolist()) if position >= 0}
    free = [n for n in range(len(before) + len(new) - 1) if n not in texts]
    (tmp_path / "b").mkdir()
    with LexicalWriter(tmp_path / "b", in_memory=in_memory) as writer:
        for position, terms in zip(free, new, strict=False):
            texts[position] = terms
            writer.add(position, terms)
        top = max(texts) + 1
        for position in sorted(set(range(top)) - set(texts)):
            texts[position] = []
            writer.add(position, [])
        writer.take_over(older.postings, older.lengths, moved)
        writer.finish()
    index = LexicalIndex(columns(tmp_path / "b"))
    assert held(index.postings) == expected(texts)
    assert "gone" not in held(index.postings)
    assert index.lengths.tolist() == [len(texts[position]) for position in range(top)]


def test_more_terms_than_are_sorted_by_counting_keep_their_order(tmp_path):
    names = [f"كلمة{number}" for number in range(70_000)]
    texts = {0: names, 1: names[::-1] + names[:9]}
    index = written(tmp_path / "a", texts, 100_000)
    assert held(index.postings) == expected(texts)
    positions, _ = index.search(["كلمة8"], 5)
    assert sorted(positions.tolist()) == [0, 1]


def test_no_passage_and_passages_without_a_term_can_be_written(tmp_path):
    for name, texts in (("none", {}), ("empty", {0: [], 1: []})):
        index = written(tmp_path / name, texts, 10)
        assert len(index.lengths) == len(texts)
        assert index.search(["سد"], 5)[0].tolist() == []


def test_what_waits_is_in_no_file_of_the_folder(tmp_path):
    with LexicalWriter(tmp_path, in_memory=1) as writer:
        writer.add(0, ["سد", "جسر"])
        assert list(tmp_path.iterdir()) == []
