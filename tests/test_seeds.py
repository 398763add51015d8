"""The demo corpus and its questions are what seeds/README.md says they are."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from rag.arabic import arabic_share
from rag.articles import read_articles
from rag.clean import clean
from rag.questions import read_questions, with_ids

SEEDS = Path(__file__).parents[1] / "seeds"
ARTICLES = sorted((SEEDS / "articles").iterdir())
ROWS = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()]
README = (SEEDS / "README.md").read_text("utf-8")

# What surrounds the articles of a news page, and no article of the corpus speaks of.
FURNITURE = (
    *("فيسبوك", "واتساب", "تلغرام", "نسخ الرابط", "كلمات دلالية", "مقالات ذات صلة"),
    *("مقالات مشابهة", "إقرأ أيضاً", "اترك تعليقاً", "التعليقات", "جميع الحقوق محفوظة"),
    *("زر الذهاب إلى الأعلى", "بريدك الإلكتروني", "اشترك في نشرتنا", "الأكثر قراءة"),
    *("سياسة الخصوصية", "ملفات تعريف الارتباط", "(أ.ف.ب)", "(د.ب.أ)", "(رويترز)", "example.org"),
)


@pytest.fixture(scope="module")
def documents():
    """The cleaned documents by the path of their file within seeds/."""
    return {
        path.relative_to(SEEDS).as_posix(): [
            document for raw in read_articles(path) for document in clean(raw)
        ]
        for path in ARTICLES
    }


def test_there_are_at_least_fifteen_articles_each_a_document_of_its_own(documents):
    assert len(documents) >= 15
    assert {path: len(found) for path, found in documents.items() if len(found) != 1} == {}
    assert len({found[0].id for found in documents.values()}) == len(documents)


def test_every_article_has_a_title_and_150_to_500_words_of_arabic(documents):
    for path, [document] in documents.items():
        assert 150 <= len(document.text.split()) <= 500, path
        assert 3 <= len(document.title.split()) <= 20, path
        assert arabic_share(document.text) > 0.95, path
        assert document.title not in document.text, path


def test_nothing_of_the_page_around_an_article_is_left(documents):
    for path, [document] in documents.items():
        left = [words for words in FURNITURE if words in f"{document.title}\n{document.text}"]
        assert left == [], path
    together = "".join(path.read_text("utf-8") for path in ARTICLES)
    assert [words for words in FURNITURE if words not in together] == []


def test_pages_tell_their_outlet_and_their_date(documents):
    for path, [document] in documents.items():
        if path.endswith(".html"):
            assert document.source, path
            assert re.fullmatch(r"2024-\d\d-\d\d", document.published), path


def test_there_are_enough_questions_of_each_kind():
    kinds = Counter(row["kind"] for row in ROWS)
    assert len(ROWS) >= 50
    assert kinds["unanswerable"] >= 12
    assert kinds["follow_up"] >= 6
    assert all(count >= 2 for count in kinds.values())


def test_the_readme_counts_the_questions_and_names_the_articles():
    counted = re.findall(r"^\| `(\w+)`[^|]*\| (\d+) \|$", README, re.MULTILINE)
    assert {kind: int(count) for kind, count in counted} == Counter(row["kind"] for row in ROWS)
    assert f"| total | {len(ROWS)} |" in README
    assert set(re.findall(r"^\| `(\d\d-[\w-]+)`", README, re.MULTILINE)) == {
        path.stem for path in ARTICLES
    }


def test_ids_and_questions_are_unique():
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    asked = Counter((row["question"], str(row.get("history"))) for row in ROWS)
    assert [question for question, count in asked.items() if count > 1] == []


def test_what_no_article_answers_has_no_answers_and_no_documents():
    for row in ROWS:
        assert row["answerable"] == (row["kind"] != "unanswerable"), row["id"]
        for key in ("answers", "document_ids", "document_paths"):
            assert bool(row[key]) == row["answerable"], row["id"]


def test_the_first_answer_stands_word_for_word_in_its_article(documents):
    for row in ROWS:
        if row["kind"] == "two_articles":
            for answer, path in zip(row["answers"], row["document_paths"], strict=False):
                assert answer in documents[path][0].text, row["id"]
        elif row["answerable"]:
            [first, *_] = row["document_paths"]
            assert row["answers"][0] in documents[first][0].text, row["id"]


def test_the_ids_are_those_of_the_cleaned_articles(documents):
    for row in ROWS:
        ids = [document.id for path in row["document_paths"] for document in documents[path]]
        assert row["document_ids"] == ids, f"{row['id']}: run python seeds/ids.py"


def test_a_follow_up_has_a_history_and_no_other_question_has():
    for row in ROWS:
        assert bool(row.get("history")) == (row["kind"] == "follow_up"), row["id"]
        assert all(turn["question"].strip() for turn in row.get("history", []))


def test_the_questions_are_read_and_their_paths_and_ids_mean_the_same(documents):
    question_set = read_questions(SEEDS / "questions.jsonl")
    assert [question.id for question in question_set.questions] == [row["id"] for row in ROWS]
    everything = [found[0] for found in documents.values()]
    for question, row in zip(with_ids(question_set, everything), ROWS, strict=True):
        assert list(question.document_ids) == row["document_ids"], row["id"]


def test_writing_the_ids_again_changes_nothing():
    before = (SEEDS / "questions.jsonl").read_bytes()
    run = subprocess.run(
        [sys.executable, SEEDS / "ids.py"], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{len(ARTICLES)} articles; questions changed: none\n"
    assert (SEEDS / "questions.jsonl").read_bytes() == before
