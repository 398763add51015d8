import json
import time
from pathlib import Path

import pytest
from benchmark_scripts import benchmark

from rag.arabic import wanted

ROOT = Path(__file__).parents[1]


BENCHMARK = benchmark("question_types")
ROWS = BENCHMARK.read_rows()


@pytest.mark.parametrize("part", BENCHMARK.PARTS)
def test_types_are_told_in_standard_arabic_and_four_dialects(part):
    rows = [row for row in ROWS if BENCHMARK.part_of(row["id"]) == part]
    assert {row["wording"] for row in rows} == {
        *("msa", "egyptian", "levantine", "gulf", "moroccan"),
    }
    told = BENCHMARK.told_types(rows)
    missed = [row["id"] for row, is_told in zip(rows, told, strict=True) if not is_told]
    assert len(missed) <= 0.05 * len(rows), missed


def test_no_question_of_the_demo_set_is_taken_for_an_overview():
    assert BENCHMARK.taken_wrongly(ROOT / "seeds" / "questions.jsonl") == []


@pytest.mark.parametrize(
    "question",
    [
        "ماذا قال بوتين عن المعاهدة؟",
        "ماذا قالت صحيفة المرفأ عن المترو؟",
        "كم الفرق بين كلفة الخطين؟",
        "أيهما أطول: الخط الأول أم الخط الثاني؟",
        "من كتب مقال مسبار الأمل؟",
        "متى نُشر مقال الحصبة؟",
        "هل قارن التقرير بين المدينتين؟",
        "ما عدد المقالات عن المترو؟",
        "ما الذي يفصل بين المدينتين؟",
        "",
        "؟",
    ],
)
def test_questions_for_a_fact_stay_such(question):
    assert not wanted(question).is_broad


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("لخّص لي مقال «الخط الأزرق» في المنارة من فضلك", ("«الخط الأزرق» في المنارة",)),
        ("عن شو بيحكي مقال جسر المرجان؟", ("جسر المرجان",)),
        ("مقال جسر المرجان بيتكلم عن إيه؟", ("جسر المرجان",)),
        ("المقال ده بيقول إيه؟", ()),
        ("لخّص هذا المقال", ()),
        ("ماذا قيل عنه؟", ()),
        ("ماذا ورد في المقالات عن الهدايا بين بوتين وكيم؟", ("الهدايا بين بوتين وكيم",)),
        ("قارن بين وزارة الصحة ووزارة النقل", ("وزارة الصحة", "وزارة النقل")),
        ("ما الفرق بين واحة أم العيون وبين وادي الرمان؟", ("واحة أم العيون", "وادي الرمان")),
        ("كيف يختلف المستكشف راشد عن مسبار الأمل؟", ("المستكشف راشد", "مسبار الأمل")),
        ("قارن بين مقال «متحف الطوابع» ومقال «المترو»", ("متحف الطوابع", "المترو")),
    ],
)
def test_what_is_asked_about_stands_as_the_question_has_it(question, topics):
    assert wanted(question).topics == topics


@pytest.mark.parametrize(
    "question",
    [
        "قارن بين الخط الأول والخط الثاني من حيث الكلفة",
        "ما الفرق في الكلفة بين الخط الأول والخط الثاني؟",
    ],
)
def test_a_comparison_may_be_in_one_respect(question):
    assert wanted(question).topics == ("الخط الأول", "الخط الثاني")
    assert wanted(question).aspect == "الكلفة"


@pytest.mark.parametrize("question", ["قارن بين المدينتين", "كيف تختلف الأمور عن بعضها؟"])
def test_a_comparison_without_two_sides_is_none(question):
    assert wanted(question).aim != "comparison"


@pytest.mark.parametrize(
    "word",
    ["ممكن", "مقال عن", "ما ورد", "قارن بين وا", "لخص ما جاء", "الفرق في كذا", "و", "عن ايه"],
)
def test_a_long_question_is_read_at_once(word):
    question = f"ما {word} " + f"{word} " * (1900 // len(word))
    began = time.process_time()
    wanted(question[:2000])
    assert time.process_time() - began < 1


def test_the_labelled_questions_are_whole():
    lines = (ROOT / "tests" / "question_types" / "questions.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len({row["id"] for row in rows}) == len(rows) >= 60
    stems = {path.stem for folder in BENCHMARK.ARTICLES for path in folder.iterdir()}
    for row in rows:
        assert row["aim"] in BENCHMARK.AIMS
        assert set(row.get("articles", [])) <= stems
        assert "articles" not in row or bool(row["points"]) == bool(row["articles"])
