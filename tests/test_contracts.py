"""What every implementation of a seam must do, by value."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rag.embed import Embedder
from rag.errors import RagError
from rag.fakes import ExactIndex, FakeEmbedder, FakeGenerator
from rag.generate import Generator
from rag.index import Index, IndexIdentity
from rag.index.local import LocalIndex
from rag.types import Document, Filter, Message, Passage, SourceFile, passage_of

DIMENSION = 24
IDENTITY = IndexIdentity("embedder", DIMENSION, "chunker", "words")
WORDS = "بوتين كيم بيونغ يانغ زيارة قمة صاروخ اتفاق جيش وزير حرب سلام نفط بحر ميناء ملك".split()


def analyse(text: str) -> list[str]:
    return text.split()


@pytest.fixture(params=["exact", "local", pytest.param("milvus", marks=pytest.mark.milvus)])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    if request.param == "milvus":
        yield request.getfixturevalue("empty_on_milvus")(IDENTITY, analyse, "contract")
        return
    with closing(empty(request.param, tmp_path)) as made:
        yield made


def empty(kind: str, folder: Path) -> Index:
    if kind == "exact":
        return ExactIndex(DIMENSION, analyse=analyse)
    return LocalIndex(folder / "index", IDENTITY, analyse=analyse, create=True)


def article(
    number: int, *, path: str | None = None, seed: int = 0
) -> tuple[Document, list[Passage], list[np.ndarray]]:
    """A document of one to three passages of random words, each with one to four unit vectors."""
    dice = random.Random(1000 * seed + number)
    text = " ".join(dice.choices(WORDS, k=dice.randrange(6, 30)))
    document = Document.of(f"مقال {number}", text, path=path)
    edges = sorted({0, len(text), *dice.sample(range(1, len(text)), 2)})[-dice.randrange(2, 5) :]
    passages = [passage_of(document, a, b) for a, b in pairwise(edges)]
    sizes = [dice.randrange(1, 5) for _ in passages]
    vectors = unit_vectors(sum(sizes), seed=1000 + number)
    return document, passages, np.split(vectors, np.cumsum(sizes)[:-1])


def unit_vectors(count: int, *, seed: int) -> np.ndarray:
    """Such as half precision holds to the bit, for an index may keep vectors in it."""
    return unit(np.random.default_rng(seed).standard_normal((count, DIMENSION)))


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length 1 as half precision holds them."""
    rows = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def fill(index: Index, numbers: range) -> tuple[list[Passage], list[np.ndarray]]:
    articles = [article(number) for number in numbers]
    for each in articles:
        index.put(*each)
    index.commit()
    return [p for _, ps, _ in articles for p in ps], [v for *_, vs in articles for v in vs]


def lines(count: int) -> tuple[Document, list[Passage]]:
    """A document of as many equal passages."""
    document = Document.of("عنوان", "نص " * count)
    return document, [passage_of(document, 3 * n, 3 * n + 3) for n in range(count)]


def nearest_rows(vectors: Sequence[np.ndarray], question: np.ndarray) -> np.ndarray:
    """The score of each passage, as it is defined."""
    return np.array([max(float(row @ question) for row in rows) for rows in vectors])


def bm25(texts: list[list[str]], question: list[str], row: int) -> float:
    """The formula as it is printed, with k1 = 1.2 and b = 0.75."""
    score = 0.0
    average = sum(len(text) for text in texts) / len(texts)
    for term in question:
        df = sum(1 for text in texts if term in text)
        tf = texts[row].count(term)
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        score += idf * (tf * 2.2) / (tf + 1.2 * (1 - 0.75 + 0.75 * len(texts[row]) / average))
    return score


def test_nearest_gives_the_highest_inner_products_in_order(index: Index) -> None:
    passages, vectors = fill(index, range(12))
    asked = unit_vectors(3, seed=99)
    for hits, question in zip(index.nearest(asked, 5), asked, strict=True):
        scores = nearest_rows(vectors, question)
        expected = np.argsort(-scores)[:5]
        assert [hit.passage for hit in hits] == [passages[row] for row in expected]
        assert [hit.score for hit in hits] == pytest.approx(scores[expected], abs=1e-5)


def test_a_question_finds_the_same_alone_and_among_three_hundred(index: Index) -> None:
    fill(index, range(12))
    asked = unit_vectors(300, seed=98)
    together = index.nearest(asked, 4)
    assert len(together) == 300
    for row in (0, 255, 256, 299):
        (alone,) = index.nearest(asked[row : row + 1], 4)
        assert [hit.passage for hit in alone] == [hit.passage for hit in together[row]]


@pytest.mark.parametrize("k", [1, 5, 17, 39, 40])
def test_equal_scores_come_in_the_order_of_the_passages(index: Index, k: int) -> None:
    document, passages = lines(40)
    kinds = unit_vectors(5, seed=5)
    # Passage n is of kind n % 5, up to four times over.
    index.put(document, passages, [kinds[[n % 5] * (1 + n % 4)] for n in range(40)])
    index.commit()
    for row, question in enumerate(asked := unit_vectors(7, seed=6)):
        best_first = np.argsort(-(kinds @ question))
        expected = [passages[n] for kind in best_first for n in range(kind, 40, 5)]
        assert [hit.passage for hit in index.nearest(asked, k)[row]] == expected[:k]
    assert [hit.passage for hit in index.matching(["نص"], k)[0]] == passages[:k]


def test_of_many_equal_passages_the_first_are_found(index: Index) -> None:
    document, passages = lines(900)
    vectors = unit_vectors(2, seed=5)
    far, near = vectors[np.argsort(vectors @ vectors[0])]
    index.put(document, passages, [[far, near][n % 3 > 0][None] for n in range(900)])
    index.commit()
    (hits,) = index.nearest(near[None], 50)
    assert [hit.passage for hit in hits] == [p for n, p in enumerate(passages) if n % 3][:50]


@pytest.mark.parametrize("k", [1, 2, 3, 5, 29])
def test_a_passage_of_many_near_vectors_takes_one_place_and_crowds_nobody_out(
    index: Index, k: int
) -> None:
    document, passages = lines(30)
    near, other = unit_vectors(2, seed=7)
    vectors = [unit_vectors(1 + n % 3, seed=100 + n) for n in range(30)]
    for n in (4, 11):
        vectors[n] = unit(near + unit_vectors(40, seed=n) / 10)
    index.put(document, passages, vectors)
    index.commit()
    asked = np.stack([other, near, -near])  # one of three is crowded
    for hits, question in zip(index.nearest(asked, k), asked, strict=True):
        scores = nearest_rows(vectors, question)
        expected = np.argsort(-scores)[:k]
        assert [hit.passage for hit in hits] == [passages[row] for row in expected]
        assert [hit.score for hit in hits] == pytest.approx(scores[expected], abs=1e-5)
    rest = [vectors[n] for n in range(30) if n not in (4, 11)]
    assert max(nearest_rows(rest, near)) < min(
        (vectors[4] @ near).min(), (vectors[11] @ near).min()
    )


def test_the_vectors_of_passages_come_back_as_they_were_put_in_the_order_asked(
    index: Index,
) -> None:
    passages, vectors = fill(index, range(6))
    unknown = article(7)[1][0]
    order = [5, 0, 3, 3]
    *found, none = index.rows([*(passages[n] for n in order), unknown])
    for rows, n in zip(found, order, strict=True):
        assert rows.dtype == np.float32
        assert rows.tolist() == vectors[n].tolist()
    assert (none.shape, none.dtype) == ((0, DIMENSION), np.float32)
    assert index.rows([]) == []


def test_the_vectors_of_passages_follow_the_commits(index: Index) -> None:
    document, passages, vectors = article(1)
    assert [rows.shape for rows in index.rows(passages)] == [(0, DIMENSION)] * len(passages)
    index.put(document, passages, vectors)
    assert [len(rows) for rows in index.rows(passages)] == [0] * len(passages)
    index.commit()
    moved = [replace(passage, path="/elsewhere") for passage in passages]
    assert [r.tolist() for r in index.rows(moved)] == [v.tolist() for v in vectors]
    renewed = [unit_vectors(2, seed=20 + n) for n in range(len(passages))]
    index.put(document, passages, renewed)
    assert [r.tolist() for r in index.rows(passages)] == [v.tolist() for v in vectors]
    index.commit()
    assert [r.tolist() for r in index.rows(passages)] == [v.tolist() for v in renewed]
    index.remove([document.id])
    index.commit()
    assert [rows.shape for rows in index.rows(passages)] == [(0, DIMENSION)] * len(passages)


def test_vectors_that_a_caller_changes_stay_as_they_were_put(index: Index) -> None:
    document, passages, vectors = article(1)
    index.put(document, passages, given := [rows.copy() for rows in vectors])
    index.commit()
    given[0][:] = 0
    index.rows(passages)[0][:] = 0
    assert index.rows(passages)[0].tolist() == vectors[0].tolist()
    assert index.nearest(vectors[0][:1], 1)[0][0].score == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "question", ["بوتين", "بوتين كيم قمة", "بوتين بوتين كيم", "مقال 3 غائبة صاروخ", "غائبة", ""]
)
def test_matching_gives_the_scores_of_the_printed_formula(index: Index, question: str) -> None:
    passages, _ = fill(index, range(12))
    texts = [f"{passage.title} {passage.text}".split() for passage in passages]
    scores = [bm25(texts, question.split(), row) for row in range(len(texts))]
    expected = sorted(
        (row for row in range(len(texts)) if scores[row] > 0), key=lambda r: -scores[r]
    )
    (hits,) = index.matching([question], 6)
    assert [hit.passage for hit in hits] == [passages[row] for row in expected[:6]]
    assert [hit.score for hit in hits] == pytest.approx([scores[row] for row in expected[:6]])


def test_scores_follow_the_corpus_when_articles_come_and_go(index: Index) -> None:
    fill(index, range(6))
    index.remove([article(number)[0].id for number in (1, 4)])
    fill(index, range(6, 9))
    passages = [p for number in (0, 2, 3, 5, 6, 7, 8) for p in article(number)[1]]
    texts = [f"{passage.title} {passage.text}".split() for passage in passages]
    (hits,) = index.matching(["بوتين قمة مقال"], 100)
    assert len(hits) == len(passages)
    for hit in hits:
        row = passages.index(hit.passage)
        assert hit.score == pytest.approx(bm25(texts, ["بوتين", "قمة", "مقال"], row))


def test_more_hits_than_passages_gives_all_of_them(index: Index) -> None:
    passages, _ = fill(index, range(3))
    (hits,) = index.nearest(unit_vectors(1, seed=1), 1000)
    assert {hit.passage for hit in hits} == set(passages)
    assert len(hits) == len(passages)
    assert index.nearest(unit_vectors(1, seed=1), 0) == [[]]
    assert index.matching(["بوتين"], 0) == [[]]


def test_an_empty_corpus_and_no_questions_give_empty_lists(index: Index) -> None:
    for _ in range(2):
        assert index.nearest(unit_vectors(2, seed=1), 5) == [[], []]
        assert index.matching(["بوتين", ""], 5) == [[], []]
        assert index.nearest(np.empty((0, DIMENSION), np.float32), 5) == []
        assert index.matching([], 5) == []
        assert index.documents() == []
        fill(index, range(2))
        index.remove([document.id for document in index.documents()])
        index.commit()


def test_vectors_of_another_shape_are_refused_with_both_shapes(index: Index) -> None:
    document, passages, vectors = article(1)
    for strange, message in [
        (np.pad(vectors[-1], ((0, 0), (0, 1))), rf"{DIMENSION + 1}\).*at least 1, {DIMENSION}"),
        (vectors[-1][:0], rf"\(0, {DIMENSION}\).*at least 1, {DIMENSION}"),
        (vectors[-1][0], rf"\({DIMENSION},\).*at least 1, {DIMENSION}"),
        (vectors[-1] * np.float32("nan"), "finite"),
    ]:
        with pytest.raises(ValueError, match=message):
            index.put(document, passages, [*vectors[:-1], strange])
    count = len(passages)
    with pytest.raises(ValueError, match=rf"{count - 1} passages.*needs {count}"):
        index.put(document, passages, vectors[:-1])
    assert not index.has([document.id])
    fill(index, range(2))
    with pytest.raises(ValueError, match=rf"{DIMENSION - 1}.*{DIMENSION}"):
        index.nearest(unit_vectors(1, seed=1)[:, 1:], 3)


def test_a_passage_given_twice_or_not_a_slice_of_its_document_is_refused(index: Index) -> None:
    document, _, _ = article(1)
    _, strange, vectors = article(2)
    with pytest.raises(ValueError, match="is not of document"):
        index.put(document, strange, vectors)
    shifted = Passage("p", document.id, document.title, document.text[1:4], 0, 3)
    with pytest.raises(ValueError, match="not the text at its place"):
        index.put(document, [shifted], [unit_vectors(1, seed=1)])
    other = article(2)[0]
    with pytest.raises(ValueError, match="given twice"):
        index.put(other, strange * 2, vectors * 2)


def test_nothing_is_seen_before_the_commit_but_is_stored(index: Index) -> None:
    document, passages, vectors = article(1)
    index.put(document, passages, vectors)
    assert index.has([document.id, "unknown"]) == {document.id}
    assert (index.documents(), index.passages(document.id)) == ([], [])
    assert index.nearest(vectors[0][:1], 3) == [[]]
    index.commit()
    assert index.documents([document.id, "unknown"]) == [document]
    assert index.passages(document.id) == passages
    assert index.nearest(vectors[0][:1], 1)[0][0].passage == passages[0]


def test_a_document_put_twice_is_there_once_with_the_later_words_about_it(index: Index) -> None:
    _, passages, vectors = article(1)
    for source in ("رويترز", "الجزيرة"):
        document = Document.of("مقال 1", article(1)[0].text, source=source, path="/a")
        index.put(document, passages, vectors)
        index.commit()
    assert index.documents() == [document]
    assert len(index.nearest(vectors[0][:1], 100)[0]) == len(passages)


def test_a_removed_document_is_gone_at_the_commit_and_not_before(index: Index) -> None:
    fill(index, range(3))
    gone = article(1)[0]
    index.remove([gone.id, "unknown"])
    assert gone in index.documents()
    index.commit()
    assert [d.title for d in index.documents()] == ["مقال 0", "مقال 2"]
    assert not index.has([gone.id])
    found = {hit.passage.document_id for hit in index.nearest(unit_vectors(1, seed=1), 100)[0]}
    assert gone.id not in found


def test_a_document_goes_with_the_last_file_that_holds_it(index: Index) -> None:
    document, passages, vectors = article(1, path="/b.txt")
    index.put(document, passages, vectors)
    files = [SourceFile(path, "0" * 64, (document.id,)) for path in ("/a.txt", "/b.txt")]
    index.record(files)
    index.commit()
    assert index.files() == {"/a.txt": files[0], "/b.txt": files[1]}
    assert index.documents() == [document]
    index.record([], forget=["/b.txt", "/never.txt"])
    index.commit()
    assert [d.path for d in index.documents()] == ["/a.txt"]
    assert index.nearest(vectors[0][:1], 1)[0][0].passage.path == "/a.txt"
    index.record([SourceFile("/a.txt", "1" * 64, ())])
    index.commit()
    assert index.documents() == []
    assert index.files() == {"/a.txt": SourceFile("/a.txt", "1" * 64, ())}


def test_a_moved_file_takes_its_documents_along(index: Index) -> None:
    document, passages, vectors = article(1, path="/old.txt")
    index.put(document, passages, vectors)
    index.record([SourceFile("/old.txt", "0" * 64, (document.id,))])
    index.commit()
    index.record([SourceFile("/new.txt", "0" * 64, (document.id,))], forget=["/old.txt"])
    index.commit()
    assert [d.path for d in index.documents()] == ["/new.txt"]
    assert [p.path for p in index.passages(document.id)] == ["/new.txt"] * len(passages)
    assert index.matching(["مقال"], 1)[0][0].passage.path == "/new.txt"


def test_a_document_put_while_its_file_is_forgotten_stays_without_a_file(index: Index) -> None:
    document, passages, vectors = article(1, path="/a.txt")
    index.put(document, passages, vectors)
    index.record([SourceFile("/a.txt", "0" * 64, (document.id,))])
    index.commit()
    index.put(replace(document, path=None), passages, vectors)
    index.record([], forget=["/a.txt"])
    index.commit()
    assert index.documents() == [replace(document, path=None)]
    assert index.files() == {}


def test_the_later_of_two_contradicting_calls_holds(index: Index) -> None:
    document, passages, vectors = article(1)
    index.put(document, passages, vectors)
    index.remove([document.id])
    index.commit()
    assert index.documents() == []
    index.remove([document.id])
    index.put(document, passages, vectors)
    index.record([SourceFile("/a.txt", "0" * 64, (document.id,))])
    index.commit()
    index.remove([document.id])
    index.record([SourceFile("/b.txt", "0" * 64, (document.id,))])
    index.commit()
    assert [d.id for d in index.documents()] == [document.id]


def test_a_file_that_names_an_unknown_document_changes_nothing(index: Index) -> None:
    fill(index, range(2))
    before = index.documents()
    index.record([SourceFile("/a.txt", "0" * 64, ("unknown",))])
    index.remove([before[0].id])
    with pytest.raises(ValueError, match="never put"):
        index.commit()
    assert index.documents() == before
    assert index.files() == {}


# Day and outlet of a document: how they are told apart is in the docstring of `Index`.
DATED = {
    "2024-05-10": "الجزيرة",
    "2024-05-11T09:30:00Z": " الجزيرة ",
    "2024-05": "رويترز",
    "2024": "رويترز",
    "2023-12-31": None,
    "": "رويترز",
    "أمس": "الجزيرة",
}


def fill_dated(index: Index) -> dict[str, list[Passage]]:
    """One document of two passages for each row of DATED; the passages by their day."""
    held = {}
    for number, (published, source) in enumerate(DATED.items()):
        text = f"خبر من يوم {number}. بوتين في بيونغ يانغ."
        document = Document.of(
            f"مقال {number}", text, source=source, published=published or None, author="سلمى"
        )
        held[published] = [passage_of(document, 0, 14), passage_of(document, 14, len(text))]
        index.put(
            document, held[published], [unit_vectors(2, seed=n) for n in (number, number + 50)]
        )
    index.commit()
    return held


@pytest.mark.parametrize(
    ("within", "days"),
    [
        (Filter(), list(DATED)),
        (Filter(since="2024-05-10"), ["2024-05-10", "2024-05-11T09:30:00Z"]),
        (Filter(since="2024-05-11"), ["2024-05-11T09:30:00Z"]),
        (Filter(since="2024-05"), ["2024-05-10", "2024-05-11T09:30:00Z", "2024-05"]),
        (Filter(since="2024"), ["2024-05-10", "2024-05-11T09:30:00Z", "2024-05", "2024"]),
        (Filter(until="2024-05-10"), ["2024-05-10", "2023-12-31"]),
        (Filter(until="2024-05-30"), ["2024-05-10", "2024-05-11T09:30:00Z", "2023-12-31"]),
        (Filter(until="2024-05-31"), [*list(DATED)[:3], "2023-12-31"]),
        (Filter(until="2024"), list(DATED)[:5]),
        (Filter("2024-05-10", "2024-05-10"), ["2024-05-10"]),
        (Filter("2024-06", "2024-12"), []),
        (Filter(sources=("الجزيرة",)), ["2024-05-10", "2024-05-11T09:30:00Z", "أمس"]),
        (Filter(sources=(" رويترز", "غيرها")), ["2024-05", "2024", ""]),
        (Filter(since="2024", sources=("رويترز",)), ["2024-05", "2024"]),
        (Filter(sources=("غيرها",)), []),
    ],
)
def test_a_filter_lets_through_what_it_is_sure_of(
    index: Index, within: Filter, days: list[str]
) -> None:
    held = fill_dated(index)
    expected = {passage for day in days for passage in held[day]}
    (near,) = index.nearest(unit_vectors(1, seed=1), 100, within)
    (match,) = index.matching(["خبر بوتين"], 100, within)
    assert {hit.passage for hit in near} == {hit.passage for hit in match} == expected
    assert len(near) == len(match) == len(expected)


def test_a_filtered_search_gives_the_best_of_those_let_through_with_the_same_scores(
    index: Index,
) -> None:
    fill_dated(index)
    within = Filter(sources=("رويترز",))
    (all_near,) = index.nearest(asked := unit_vectors(1, seed=3), 100)
    (all_match,) = index.matching(["خبر يوم 3 بوتين"], 100)
    let_through = {d.id for d in index.documents() if d.source == "رويترز"}
    for k in (1, 2, 5):
        for everything, (found,) in [
            (all_near, index.nearest(asked, k, within)),
            (all_match, index.matching(["خبر يوم 3 بوتين"], k, within)),
        ]:
            best = [hit for hit in everything if hit.passage.document_id in let_through][:k]
            assert [hit.passage for hit in found] == [hit.passage for hit in best]
            assert [hit.score for hit in found] == pytest.approx([h.score for h in best], abs=1e-5)


@pytest.mark.parametrize("date", ["2024-13", "2024-02-30", "24", "2024/05/10", "أمس"])
def test_a_filter_of_no_date_is_refused_with_the_value(index: Index, date: str) -> None:
    fill(index, range(2))
    for within in (Filter(since=date), Filter(until=date)):
        for search in (
            lambda within=within: index.nearest(unit_vectors(1, seed=1), 3, within),
            lambda within=within: index.matching(["بوتين"], 3, within),
        ):
            with pytest.raises(RagError, match=rf"{date}.*2024-05-31"):
                search()


def ids(*numbers: int) -> list[str]:
    return [article(number)[0].id for number in numbers]


def searched(index: Index, within: Filter | None = None) -> set[str]:
    """The documents that both legs can find."""
    (near,) = index.nearest(unit_vectors(1, seed=1), 100, within)
    (match,) = index.matching(["مقال"], 100, within)
    found = {hit.passage.document_id for hit in near}
    assert found == {hit.passage.document_id for hit in match}
    return found


def test_of_a_group_of_copies_the_first_is_searched_and_all_are_there(index: Index) -> None:
    passages, vectors = fill(index, range(6))
    index.set_copies([ids(4, 1, 2), ids(3, 5)])
    assert searched(index) == set(ids(0, 1, 2, 3, 4, 5))
    assert index.copies(ids(4)) == {ids(4)[0]: []}
    index.commit()
    assert searched(index) == set(ids(0, 3, 4))
    assert [d.id for d in index.documents()] == ids(0, 1, 2, 3, 4, 5)
    assert index.passages(ids(1)[0]) == article(1)[1]
    assert [r.tolist() for r in index.rows(passages)] == [v.tolist() for v in vectors]
    found = index.copies([*ids(0, 1, 4, 5), "unknown"])
    of = {document.id: document for document in index.documents()}
    assert found == {
        ids(0)[0]: [],
        ids(1)[0]: [of[name] for name in ids(4, 2)],
        ids(4)[0]: [of[name] for name in ids(1, 2)],
        ids(5)[0]: [of[name] for name in ids(3)],
        "unknown": [],
    }


def test_bm25_counts_what_is_searched_alone(index: Index) -> None:
    fill(index, range(6))
    index.set_copies([ids(4, 1, 2), ids(3, 5)])
    index.commit()
    passages = [p for number in (0, 3, 4) for p in article(number)[1]]
    texts = [f"{passage.title} {passage.text}".split() for passage in passages]
    (hits,) = index.matching(["بوتين قمة مقال"], 100)
    assert len(hits) == len(passages)
    for hit in hits:
        row = passages.index(hit.passage)
        assert hit.score == pytest.approx(bm25(texts, ["بوتين", "قمة", "مقال"], row))


def test_when_the_first_copy_goes_the_next_is_searched(index: Index) -> None:
    fill(index, range(4))
    index.set_copies([ids(2, 0, 1)])
    index.commit()
    index.remove(ids(2))
    index.commit()
    assert searched(index) == set(ids(0, 3))
    assert {k: [d.id for d in v] for k, v in index.copies(ids(0)).items()} == {ids(0)[0]: ids(1)}
    fill(index, range(2, 3))  # come back, it is nobody's copy until it is said again
    assert searched(index) == set(ids(0, 2, 3))
    index.set_copies([ids(3, 0)])
    index.commit()
    assert searched(index) == set(ids(1, 2, 3))
    index.set_copies([])
    index.commit()
    assert searched(index) == set(ids(0, 1, 2, 3))


def test_copies_that_are_not_there_or_in_two_places_are_passed_over_or_refused(
    index: Index,
) -> None:
    fill(index, range(3))
    with pytest.raises(ValueError, match="two places"):
        index.set_copies([ids(0, 1), ids(2, 0)])
    with pytest.raises(ValueError, match="two places"):
        index.set_copies([ids(0, 0)])
    index.set_copies([["unknown", *ids(2, 1)], ["nobody"], []])
    index.commit()
    assert searched(index) == set(ids(0, 2))


def test_groups_that_are_not_committed_are_forgotten(index: Index) -> None:
    fill(index, range(3))
    index.set_copies([ids(0, 1)])
    index.keep_signatures({ids(0)[0]: b"x"})
    index.close()
    index.commit()
    assert searched(index) == set(ids(0, 1, 2))
    assert index.signatures() == {}


def test_within_a_filter_the_first_copy_that_it_lets_through_is_searched(index: Index) -> None:
    held = fill_dated(index)
    owner = {day: passages[0].document_id for day, passages in held.items()}
    index.set_copies([[owner["2024-05-10"], owner["2024-05"], owner["2024"]]])
    index.commit()
    within = Filter(sources=("رويترز",))
    assert searched(index, within) == {owner["2024-05"], owner[""]}
    assert owner["2024-05-10"] in searched(index)
    assert owner["2024-05"] not in searched(index)
    (hits,) = index.nearest(unit_vectors(2, seed=2)[:1], 1, within)
    assert hits[0].passage == held["2024-05"][0]
    assert hits[0].score == pytest.approx(1, abs=1e-3)


def test_signatures_stay_as_long_as_their_documents(index: Index) -> None:
    fill(index, range(3))
    first, second, third = ids(0, 1, 2)
    index.keep_signatures({first: b"\x00\xff" * 64, second: b"", "unknown": b"x"})
    assert index.signatures() == {}
    index.commit()
    assert index.signatures() == {first: b"\x00\xff" * 64, second: b""}
    index.keep_signatures({second: b"new", third: b"3"})
    index.remove([first])
    index.put(*article(2))  # put again it is the same document
    index.commit()
    assert index.signatures() == {second: b"new", third: b"3"}
    fill(index, range(1))
    assert first not in index.signatures()


def test_a_document_comes_back_with_all_that_is_known_of_it(index: Index) -> None:
    _, passages, vectors = article(1)
    document = Document.of(
        "مقال 1",
        article(1)[0].text,
        source="رويترز",
        url="https://example.org/1",
        published="2024-05-10",
        path="/a",
        author="سلمى الهاشمي",
        is_inferred=True,
    )
    index.put(document, passages, vectors)
    index.commit()
    assert index.documents() == [document]
    assert index.documents()[0].is_inferred is True


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        *(("local", seed) for seed in range(3)),
        pytest.param("milvus", 0, marks=pytest.mark.milvus),
    ],
)
def test_any_course_of_events_leaves_an_index_equal_to_the_exact_one(
    kind: str, seed: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    dice = random.Random(seed)
    exact = empty("exact", tmp_path)
    if kind == "milvus":
        index = request.getfixturevalue("empty_on_milvus")(IDENTITY, analyse, "contract")
    else:
        index = empty(kind, tmp_path)
    for _ in range(60):
        play(dice, [exact, index])
    assert index.documents() == exact.documents()
    assert index.files() == exact.files()
    assert index.copies(ids(*range(10))) == exact.copies(ids(*range(10)))
    assert index.signatures() == exact.signatures()
    within = Filter("2024-05-03", "2024-05-12", ("رويترز", "الجزيرة"))
    passages = [p for number in range(10) for p in article(number)[1]]
    both = zip(index.rows(passages), exact.rows(passages), strict=True)
    assert all(np.array_equal(ours, theirs) for ours, theirs in both)
    asked = unit_vectors(2, seed=seed)
    for ours, theirs in [
        (index.nearest(asked, 9), exact.nearest(asked, 9)),
        (index.matching(WORDS, 9), exact.matching(WORDS, 9)),
        (index.nearest(asked, 9, within), exact.nearest(asked, 9, within)),
        (index.matching(WORDS, 9, within), exact.matching(WORDS, 9, within)),
    ]:
        for row, reference in zip(ours, theirs, strict=True):
            assert [hit.passage for hit in row] == [hit.passage for hit in reference]
            scores = [hit.score for hit in reference]
            assert [hit.score for hit in row] == pytest.approx(scores, abs=1e-5)
    index.close()


def dated(number: int, *, path: str) -> tuple[Document, list[Passage], list[np.ndarray]]:
    document, passages, vectors = article(number, path=path)
    source = ("رويترز", "الجزيرة", None)[number % 3]
    return replace(document, source=source, published=f"2024-05-{number + 1:02}"), passages, vectors


def play(dice: random.Random, indexes: list[Index]) -> None:
    """One random call, the same on all."""
    events = ["put", "put", "remove", "record", "forget", "commit", "close", "group", "sign"]
    event = dice.choice(events)
    numbers = dice.sample(range(10), 2)
    path = dice.choice(["/a", "/b", "/c"])
    held = [article(number)[0].id for number in numbers]
    file = SourceFile(path, str(dice.random()), tuple(sorted(indexes[0].has(held))))
    members = ids(*dice.sample(range(10), 7))
    for index in indexes:
        if event == "put":
            index.put(*dated(numbers[0], path=path))
        elif event == "remove":
            index.remove(held)
        elif event == "group":
            index.set_copies([members[:3], members[3:5], members[5:]])
        elif event == "sign":
            index.keep_signatures({held[0]: path.encode()})
        elif event == "record":
            index.record([file])
        elif event == "forget":
            index.record([], forget=[path])
        elif event == "commit":
            index.commit()
        else:
            index.close()  # and used again: what was not committed is forgotten


def test_the_fake_embedder_gives_unit_vectors_that_never_change() -> None:
    embedder: Embedder = FakeEmbedder(64)
    _, passages, _ = article(1)
    vectors = embedder.embed_passages(passages)
    assert vectors.shape == (len(passages), embedder.dimension)
    assert vectors.dtype == np.float32
    odd = embedder.embed_questions(["", "؟!", "في", "كلمة"])
    for row in (*vectors, *odd):
        assert float(np.linalg.norm(row)) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(vectors, FakeEmbedder(64).embed_passages(passages))
    # Written down, because another process must give the same: Python's own hash would not.
    signs = np.sign(embedder.embed_questions(["2024"])[0, :8])
    assert signs.tolist() == [-1, -1, 1, 1, -1, -1, 1, -1]
    assert embedder.embed_questions([]).shape == (0, 64)
    assert embedder.embed_passages([]).shape == (0, 64)


def test_texts_that_share_words_are_nearer_to_the_fake_embedder() -> None:
    embedder = FakeEmbedder()
    document = Document.of("زيارة بوتين", "زار الرئيس الروسي بوتين كوريا الشمالية يوم الأربعاء")
    (passage,) = embedder.embed_passages([passage_of(document, 0, len(document.text))])
    asked = ["متى زار بوتين كوريا الشمالية؟", "كم بلغ سعر برميل النفط؟"]
    near, far = embedder.embed_questions(asked) @ passage
    assert near > 0.5
    assert abs(far) < 0.3
    assert embedder.embedded == [f"{document.id}:0-{len(document.text)}"]


def test_the_pieces_of_the_fake_generator_join_to_its_reply() -> None:
    generator: Generator = FakeGenerator(["زار بوتين \n كوريا [1]. ", ["قط", "عة"]])
    messages = [Message("user", "متى؟")]
    assert "".join(generator.generate(messages, max_tokens=99)) == "زار بوتين \n كوريا [1]. "
    assert list(generator.generate(messages, max_tokens=99)) == ["قط", "عة"]
    with pytest.raises(LookupError, match="given 2 replies"):
        next(generator.generate(messages, max_tokens=99))


def test_the_fake_generator_answers_as_a_function_of_the_messages() -> None:
    generator = FakeGenerator(lambda messages: messages[-1].content.upper())
    asked = [Message("system", "x"), Message("user", "a b c d")]
    assert "".join(generator.generate(asked, max_tokens=2)) == "A B"
    assert generator.received == [asked]


def test_closing_the_reply_stops_the_fake_generator() -> None:
    generator = FakeGenerator(["واحد اثنان ثلاثة أربعة", "خمسة"])
    pieces = generator.generate([], max_tokens=99)
    assert [next(pieces), next(pieces)] == ["واحد", " اثنان"]
    pieces.close()
    assert list(pieces) == []
    assert generator.written == 2
    assert list(generator.generate([], max_tokens=99)) == ["خمسة"]
