import json
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from benchmark_scripts import benchmark
from hypothesis import example, given
from hypothesis import strategies as st

from rag.articles import read_articles
from rag.clean import clean
from rag.followup import Leaning, leaning_of, resolve, sources_of
from rag.types import Answer, Citation, Document, Hit, Sentence, passage_of

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "conversations"
ROWS = [
    json.loads(line)
    for line in (FOLDER / "conversations.jsonl").read_text("utf-8").split("\n")
    if line
]

METRO = Document.of("الخط الأول لمترو المنارة", "افتتح الخط عام 2021. وكلف الخط مليار دينار.")


def source(document):
    return passage_of(document, 0, len(document.text))


# How a question leans on the one before it


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("ومتى؟", "bare"),
        ("وأين؟", "bare"),
        ("ولماذا؟", "bare"),
        ("وكم يوماً؟", "bare"),
        ("وفي أي دقيقة؟", "bare"),
        ("وين؟", "bare"),
        ("And when?", "bare"),
        ("ومتى زارها؟", "points"),
        ("كم كلفته؟", "points"),
        ("وكم عددهم؟", "points"),
        ("من هو؟", "points"),
        ("وإمتى ده حصل؟", "points"),
        ("وين صار هالشي؟", "points"),
        ("When did he visit the Russian president?", "points"),
        ("وماذا قال عنها رئيس البلدية في المؤتمر الصحافي؟", "points"),
        ("لا، أقصد الخط الثاني", "replaces"),
        ("لأ قصدي فاس", "replaces"),
        ("وماذا عن عام 2022؟", "replaces"),
        ("والخط الثاني؟", "replaces"),
        ("No, I meant the second line", "replaces"),
        ("What about the second line?", "replaces"),
        ("من هو مدير متحف الموانئ؟", "open"),
        ("ما هي عاصمة البرتغال؟", "open"),
        ("متى افتُتح متحف الموانئ في مدينة الغدير؟", "open"),
        ("كم صاروخا أطلقت كوريا الشمالية هذه السنة؟", "open"),
        ("ما الهدية التي تلقاها بوتين في بيونغ يانغ؟", "open"),
        ("من كتب رواية مدينة الملح؟", "open"),
        ("ما الدور الذي لعبه كيم؟", "open"),
        ("من اللاعب الذي طرده الحكم؟", "open"),
        ("وزير الدفاع الروسي الحالي", "open"),
        ("شكراً جزيلاً لك", "nothing"),
        ("لا، شكراً", "nothing"),
        ("ok", "nothing"),
        ("😀", "nothing"),
        ("﷼؟", "nothing"),
    ],
)
def test_a_question_leans_as_its_words_say(question, expected):
    assert leaning_of(question) == expected


@pytest.mark.parametrize("said", ["شكراً", "تمام", "؟", "﷼؟"])
def test_what_asks_nothing_does_not_ask_the_last_question_again(said):
    assert resolve(said, "متى افتتح خط المترو؟", [source(METRO)]) == said


# What a follow-up stands for


@pytest.mark.parametrize(
    ("question", "previous", "expected"),
    [
        ("ومتى؟", "من افتتح الخط الأول؟", "متى افتتح الخط الأول؟"),
        ("وكم عددهم؟", "من ركاب الخط الأول؟", "كم عدد الخط الأول؟"),
        ("ومن صممه؟", "كم كلف الخط الأول لمترو المنارة؟", "من صمم الخط الأول لمترو المنارة؟"),
        ("ومتى حدث ذلك؟", "من انتقد كلفة الخط؟", "متى حدث ذلك؟ (انتقد كلفة الخط)"),
        ("لا، أقصد الخط الثاني", "متى افتُتح الخط الأول للمترو؟", "متى افتُتح الخط الثاني للمترو؟"),
        ("وفي عام 2022؟", "كم راكباً نقل الخط عام 2021؟", "كم راكباً نقل الخط 2022؟"),
        ("وكم كلفته؟", "من صمم الخط الأول؟", "كم كلفة الخط الأول؟"),
        ("وكم محطة فيه؟", "من صمم الخط الأول؟", "كم محطة في الخط الأول؟"),
        ("ومن هو؟", "من مدير الخط الأول؟", "من هو؟ (الخط الأول)"),
        ("وما سعر التذكرة؟", "من صمم الخط الأول؟", "ما سعر التذكرة؟ (الخط الأول)"),
        ("وماذا عن ترام العقيق؟", "كم كلف مترو المنارة؟", "كم كلف ترام العقيق؟"),
        (
            "أقصد الخط الثاني وليس الأول",
            "من يدير الخط الأول لمترو المنارة؟",
            "من يدير الخط الثاني لمترو المنارة؟",
        ),
        ("وزيارة فاس؟", "كم كلفت زيارة لشبونة؟", "كم كلفت زيارة فاس؟"),
    ],
)
def test_a_follow_up_takes_from_the_last_question_what_it_leaves_out(question, previous, expected):
    assert resolve(question, previous, [source(METRO)]) == expected


def test_a_follow_up_that_says_its_topic_again_is_left_as_it_is():
    question = "ومتى افتُتح الخط الأول لمترو المنارة؟"
    assert resolve(question, "كم كلف الخط الأول لمترو المنارة؟", [source(METRO)]) == question


@example("ﷸ", "")  # one character, four letters
@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_typed_is_read(question, previous):
    assert leaning_of(question) in get_args(Leaning)
    assert isinstance(resolve(question, previous, []), str)


def test_the_sources_of_an_answer_are_what_it_cites_and_else_its_best_hit():
    passage = source(METRO)
    other = passage_of(METRO, 0, 10)
    cited = Sentence("", (Citation(1, passage, 0, 5), Citation(1, passage, 5, 9)))
    hits = (Hit(other, 1.0), Hit(passage, 0.5))
    assert sources_of(Answer("", (cited,), "answered", hits)) == [passage]
    assert sources_of(Answer("", hits=hits)) == [other]
    assert sources_of(Answer("", status="declined", hits=hits)) == []


# The conversations that follow-ups are measured on


@pytest.fixture(scope="module")
def texts():
    paths = [*(ROOT / "seeds" / "articles").iterdir(), *(FOLDER / "articles").iterdir()]
    return [
        document.text for path in paths for raw in read_articles(path) for document in clean(raw)
    ]


def test_every_turn_names_words_of_one_article(texts):
    for row in ROWS:
        for turn in row["turns"]:
            found = sum(turn["passage"] in text for text in texts)
            assert found == 1, (row["id"], turn["passage"])


def test_there_are_conversations_of_every_kind_and_of_two_and_three_turns():
    assert len({row["id"] for row in ROWS}) == len(ROWS) >= 80
    assert min(Counter(row["kind"] for row in ROWS).values()) >= 10
    assert {len(row["turns"]) for row in ROWS} == {2, 3}
    assert all(row["turns"][0]["question"] == row["turns"][0]["full"] for row in ROWS)


def test_the_benchmark_counts_ranks_up_to_a_depth():
    module = benchmark("conversations")
    assert module.share([1, 5, 6, 0], 5) == 0.5
    assert [module.is_kept(name) for name in ("chain-01", "chain-02", "chain-10")] == [
        False,
        True,
        True,
    ]
