import inspect
import json
from contextlib import nullcontext

import pytest
from fake_pipeline import indexed

from rag.arabic import analyse
from rag.cli.answers import search
from rag.cli.explain import explained_as_json, explained_as_text
from rag.fakes import FakeEmbedder
from rag.retrieve import Retriever
from rag.types import Document, Hit, passage_of

METRO = Document.of("مترو المنارة", "افتتح رئيس البلدية الخط الأول في 12 مارس.")
MUSEUM = Document.of("متحف الموانئ", "كلف ترميم المتحف ستة ملايين دينار.")
DATES = Document.of("محصول التمور", "أنتجت الواحة 900 طن هذا العام.")
QUESTION = "كم كلف ترميم المتحف؟"


@pytest.fixture
def retriever():
    embedder = FakeEmbedder()
    return Retriever(embedder, indexed([METRO, MUSEUM, DATES], embedder))


def run(capsys, retriever, **options):
    """What `rag search` prints for a retriever."""
    given = {"k": 10, "explain": True, "as_json": False, "within": None} | options
    command = inspect.unwrap(search.callback)
    command(question=QUESTION, open_rag=lambda: nullcontext(retriever), **given)
    return capsys.readouterr().out


def test_each_hit_says_what_each_leg_gave_it(capsys, retriever):
    hits = retriever.search(QUESTION)
    told = json.loads(run(capsys, retriever, as_json=True))
    assert [row["passage_id"] for row in told] == [hit.passage.id for hit in hits]
    for row, hit in zip(told, hits, strict=True):
        assert row["dense"] == {"score": pytest.approx(hit.dense), "rank": hit.dense_rank}
        assert row["lexical"] == {"score": hit.lexical, "rank": hit.lexical_rank}
    assert sorted(row["dense"]["rank"] for row in told) == [1, 2, 3]
    assert told[0]["lexical"]["rank"] == 1


def test_a_leg_that_did_not_find_it_has_neither_score_nor_rank(capsys, retriever):
    [row] = [
        row
        for row in json.loads(run(capsys, retriever, as_json=True))
        if row["document_id"] == METRO.id
    ]
    assert row["lexical"] == {"score": None, "rank": None}
    assert row["matched"] == {}
    assert "lexical: not found" in run(capsys, retriever)


def test_ranks_count_from_the_best_score_of_each_leg(retriever):
    hits = retriever.search(QUESTION)
    by_cosine = sorted(hits, key=lambda hit: -hit.dense)
    assert [hit.dense_rank for hit in by_cosine] == [1, 2, 3]
    found = [hit for hit in hits if hit.lexical is not None]
    by_bm25 = sorted(found, key=lambda hit: -hit.lexical)
    assert [hit.lexical_rank for hit in by_bm25] == list(range(1, len(found) + 1))


def test_the_matched_terms_stand_under_the_words_of_the_question(retriever):
    told = explained_as_json(QUESTION, retriever.search(QUESTION))[0]
    assert told["matched"].keys() == {"كلف", "ترميم", "المتحف"}
    assert {term for terms in told["matched"].values() for term in terms} == (
        set(analyse(QUESTION)) & set(analyse(f"{MUSEUM.title} {MUSEUM.text}"))
    )


def test_for_a_terminal_the_legs_and_words_stand_under_the_title(capsys, retriever):
    hits = retriever.search(QUESTION)
    first, second, *_ = run(capsys, retriever).split("\n\n")
    heading, legs, terms, text = first.splitlines()
    assert heading == f"1. {MUSEUM.title}  ({hits[0].score:.2f})"
    assert legs == (
        f"   dense {hits[0].dense:.3f}, rank {hits[0].dense_rank};"
        f" lexical {hits[0].lexical:.3f}, rank 1"
    )
    assert terms == "   terms: كلف (3)، ترميم (5)، المتحف (5)"
    assert text == MUSEUM.text
    assert second.startswith("2. ")


def test_without_the_option_hits_are_printed_as_before(capsys, retriever):
    assert "rank" not in run(capsys, retriever, explain=False)
    assert "dense" not in json.loads(run(capsys, retriever, explain=False, as_json=True))[0]


def test_nothing_found_is_said():
    assert explained_as_text(QUESTION, []) == "no passage fits"
    assert explained_as_json(QUESTION, []) == []


def test_a_hit_of_one_leg_alone_is_explained_too():
    hit = Hit(passage_of(DATES, 0, len(DATES.text)), 0.5)
    assert "dense: not found; lexical: not found\n   terms: none" in explained_as_text(
        QUESTION, [hit]
    )


def test_the_standard_words_of_a_question_in_dialect_are_told(retriever):
    question = "قديش كلف ترميم المتحف؟"
    told = explained_as_text(question, retriever.search(question))
    assert told.startswith(f"also searched as: {QUESTION}\n\n1.")
    assert "also searched as" not in explained_as_text(QUESTION, retriever.search(QUESTION))
