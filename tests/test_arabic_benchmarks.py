"""The benchmarks of the lexical leg measure what ships, and all engines the same thing."""

import json
import math
from collections import Counter

import numpy as np
import pytest
from benchmark_scripts import benchmark

from rag.arabic import analyse
from rag.index.lexical import LexicalIndex
from rag.index.postings import LexicalWriter

TEXTS = [
    "زار شويغو بيونغ يانغ في ستة أيام، والتقى كيم جونغ أون",
    "أطلقت كوريا الشمالية 6 صواريخ قبل زيارة الوزير",
    "افتتح رئيس البلدية الخط الأول للمترو أمام الركاب",
    "كلف ترميم متحف الموانئ 28 مليون دينار، والمتحف في وسط المدينة القديمة والميناء قربه",
    "محصول التمور في الواحة، وموانئ التصدير",
]
QUESTIONS = ["متى زار شويجو كوريا؟", "كم كلف ترميم المتحف؟", "أين الميناء؟", "ستة"]


def bm25(texts, terms, row):
    """Okapi BM25 as the literature has it, term by term."""
    mean = sum(map(len, texts)) / len(texts)
    total = 0.0
    for term in terms:
        df = sum(term in text for text in texts)
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        tf = Counter(texts[row])[term]
        total += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * len(texts[row]) / mean))
    return total


def test_our_scores_are_those_of_the_formula_on_the_terms_that_ship(tmp_path):
    analysed = [analyse(text) for text in TEXTS]
    with LexicalWriter(tmp_path) as writer:
        for position, terms in enumerate(analysed):
            writer.add(position, terms)
        writer.finish()
    index = LexicalIndex({path.name: np.load(path) for path in tmp_path.iterdir()})
    for question in QUESTIONS:
        terms = analyse(question)
        positions, scores = index.search(terms, 10)
        expected = {row: bm25(analysed, terms, row) for row in range(len(TEXTS))}
        assert dict(zip(positions.tolist(), scores.tolist(), strict=True)) == pytest.approx(
            {row: score for row, score in expected.items() if score > 0}
        )


@pytest.mark.parametrize("name", ["ours", "tantivy"])
def test_engines_of_the_same_formula_give_the_same_scores(name, tmp_path):
    if name == "tantivy":
        pytest.importorskip("tantivy")
    engines = benchmark("engines")
    analysed = [[*dict.fromkeys(analyse(text))] for text in TEXTS]
    engines.ENGINES[name](tmp_path).build(analysed[:4])
    engine = engines.ENGINES[name](tmp_path)
    engine.add(analysed[4:], 4)
    engine.open()
    for question in QUESTIONS:
        terms = [*dict.fromkeys(analyse(question))]
        found = dict(engine.search(terms))
        expected = {row: bm25(analysed, terms, row) for row in range(len(TEXTS))}
        near = 0.05 if name == "tantivy" else 1e-9  # it keeps lengths in one byte
        assert found.keys() == {row for row, score in expected.items() if score > 0}
        for row, score in found.items():
            assert score == pytest.approx(expected[row], rel=near)


def test_sqlite_finds_the_same_passages(tmp_path):
    engines = benchmark("engines")
    analysed = [analyse(text) for text in TEXTS]
    engines.Fts5(tmp_path).build(analysed)
    engine = engines.Fts5(tmp_path)
    engine.open()
    for question in QUESTIONS:
        terms = [*dict.fromkeys(analyse(question))]
        expected = {row for row in range(len(TEXTS)) if set(analysed[row]) & set(terms)}
        assert {row for row, _ in engine.search(terms)} == expected


def test_generated_passages_are_the_same_at_every_call():
    engines = benchmark("engines")
    passages = [["متحف", "ميناء", "قديم"], ["وزير", "زار", "مدينه", "بعيده"]]
    once = [*engines.generated(passages, 6)]
    assert once == [*engines.generated(passages, 4), *engines.generated(passages, 2, 4)]
    assert len({tuple(terms) for terms in once}) > 2


# The ablation


def test_the_step_that_ships_is_the_analyser_that_ships():
    [ships] = [step for step in benchmark("ablation").steps() if "ships" in step.name]
    assert ships.has_title
    for text in TEXTS:
        assert ships.terms(text) == analyse(text)


def test_a_step_adds_to_the_one_before_it():
    steps = {step.name: step for step in benchmark("ablation").steps()}
    assert steps["plain words"].terms("إلى المدارس") == ["إلى", "المدارس"]
    assert steps["normal form"].terms("إلى المدارسِ") == ["الي", "المدارس"]
    assert steps["stop words"].terms("إلى المدارسِ") == ["المدارس"]
    assert steps["light stem"].terms("إلى المدارسِ") == ["مدارس"]
    assert steps["4-grams"].terms("كتب")[:2] == ["كتب", "_كتب"]
    assert steps["edges of words"].terms("كتب") == ["كتب", "_<كتب", "_كتب>"]


def test_a_perfect_ranking_scores_a_hundred_and_a_missing_document_nothing(tmp_path):
    ablation = benchmark("ablation")
    rows = tmp_path / "set.jsonl"
    rows.write_text(
        '{"id": "1", "question": "متحف الموانئ؟", "answers": ["28"], "title": "",'
        ' "context": "كلف ترميم متحف الموانئ 28 مليون دينار"}\n'
        '{"id": "2", "question": "قمح؟", "answers": ["تمر"], "title": "",'
        ' "context": "محصول التمور في الواحة"}\n',
        "utf-8",
    )
    corpus = ablation.corpus_of([(rows, ablation.read_questions(rows))], None)
    step = ablation.steps()[-1]
    index = ablation.lexical_index(corpus.passages, step)
    asked = {question.id: question.text for question in corpus.questions}
    lexical, fused = ablation.scores(corpus, index, step.terms, asked)
    assert lexical == {"1": 100.0, "2": 0.0}
    assert fused == {}


def test_sets_together_make_one_harder_corpus(tmp_path):
    ablation = benchmark("ablation")
    sets = []
    for name, text in (("a", "كلف ترميم متحف الموانئ 28 مليون دينار"), ("b", "متحف التمور")):
        path = tmp_path / f"{name}.jsonl"
        row = {"id": name, "question": "متحف؟", "answers": ["1"], "title": "", "context": text}
        path.write_text(json.dumps(row), "utf-8")
        sets.append((path, ablation.read_questions(path)))
    corpus = ablation.corpus_of(sets, None)
    assert corpus.name == "a+b"
    assert len(corpus.passages) == 2
    step = ablation.steps()[-1]
    index = ablation.lexical_index(corpus.passages, step)
    lexical, _ = ablation.scores(corpus, index, step.terms, {"a": "متحف؟", "b": "متحف؟"})
    assert lexical == {"a": pytest.approx(100 / math.log2(3)), "b": 100.0}


# Rewordings


def test_a_wrong_letter_changes_one_content_word_the_same_way_every_time():
    reword = benchmark("rewordings").wrong_letter
    question = "متى زار الوزير مدينة بيونغ؟"
    for id in map(str, range(40)):
        changed = reword(question, id)
        assert changed == reword(question, id)
        pairs = zip(question.split(), changed.split(), strict=True)
        assert sum(one != other for one, other in pairs) <= 1
        assert abs(len(changed) - len(question)) <= 1
        assert changed.startswith("متى زار ")


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("egyptian", "إمتى زار اللي"),
        ("levantine", "ايمتى زار يلي"),
        ("gulf", "متى زار اللي"),
        ("moroccan", "فوقاش زار اللي"),
    ],
)
def test_a_dialect_changes_question_and_function_words_alone(dialect, expected):
    assert benchmark("rewordings").in_dialect(dialect)("متى زار الذي", "1") == expected


def test_who_is_told_from_from():
    reword = benchmark("rewordings").in_dialect("egyptian")
    assert reword("من زار مصر من الوزراء؟", "1") == "مين زار مصر من الوزراء؟"
    assert reword("زار من؟", "1") == "زار من؟"


def test_names_are_words_of_titles_that_never_have_an_article():
    module = benchmark("rewordings")
    known = {"شويغو", "المتحف", "متحف", "للمينا"}
    assert module.foreign_names(["شويغو في متحف ميناء"], known) == {"شويغو"}
    reword = module.respelled({"شويغو"})
    changed = {reword("زار شويغو متحفا", str(id)) for id in range(60)}
    assert "زار شويجو متحفا" in changed
    assert all(text.startswith("زار ") and text.endswith(" متحفا") for text in changed)


def test_numbers_change_between_digits_and_words():
    reword = benchmark("rewordings").numbers_exchanged
    assert reword("زار ٢٥ مدينة", "1") == "زار خمسة وعشرون مدينة"
    assert reword("زار ستة مدن", "1") == "زار 6 مدن"
