import json
import logging
from pathlib import Path

import pytest
from fake_pipeline import copies_the_best_evidence, indexed, pipeline_over

from rag.cli.answers import evaluate as evaluate_command
from rag.confidence import Confidence, Weights
from rag.errors import GeneratorError, ModelError, QuestionSetError
from rag.evaluate import Row, Run, evaluate
from rag.fakes import FakeGenerator
from rag.questions import QuestionSet
from rag.types import Answer, Document, Question

METRO = Document.of("مترو المنارة", "افتتح الخط الأول للمترو في 12 مارس 2021.", path="a/metro.txt")
MUSEUM = Document.of("متحف الموانئ", "كلف ترميم المتحف 28 مليون دينار.", path="a/museum.txt")
DATES = Document.of("محصول التمور", "أنتجت الواحة 34 ألف طن من التمور.", path="a/dates.txt")
DOCUMENTS = (METRO, MUSEUM, DATES)
QUESTIONS = (
    Question("metro", "متى افتتح الخط الأول للمترو؟", ("12 مارس 2021",), (METRO.id,)),
    Question("museum", "كم كلف ترميم المتحف؟", ("28 مليون دينار",), (MUSEUM.id,)),
    Question("dates", "كم أنتجت الواحة من التمور؟", ("34 ألف طن",), (DATES.id,)),
)
OWN_CORPUS = QuestionSet("own.jsonl", QUESTIONS, DOCUMENTS)
DEFAULT = Confidence()


def failing_at(word, error):
    def reply(messages):
        if word in messages[-1].content.rpartition("السؤال:")[2]:
            raise error
        return copies_the_best_evidence(messages)

    return reply


@pytest.fixture
def make_rag():
    indexes = {}

    def open_index(folder):
        # a folder keeps its index from one opening to the next
        return indexes.setdefault(folder, indexed(()))

    def make(
        reply=copies_the_best_evidence, *, documents=(), decline_below=0.0, weights=DEFAULT.weights
    ):
        description = {"settings": {"top_k": 10, "folder": Path("index")}, "models": {"a": "b"}}
        return pipeline_over(
            documents,
            FakeGenerator(reply),
            confidence=Confidence(decline_below=decline_below, weights=weights),
            open_index=open_index,
            description=description,
        )

    return make


def row_of(run, name):
    return next(row for row in run.rows if row.question.id == name)


def test_a_set_with_its_own_documents_is_answered_from_them(make_rag):
    elsewhere = Document.of("مترو آخر", "افتتح الخط الأول للمترو في 1 يناير 1999.")
    run = evaluate(make_rag(documents=[elsewhere]), OWN_CORPUS, progress=False)
    assert [row.question.id for row in run.rows] == ["metro", "museum", "dates"]
    for name in ("nDCG@10", "R@1", "R@100", "MRR@10", "contains", "quote_1", "cited_contains"):
        assert run.means[name] == 1.0, name
    assert run.means["citation_validity"] == run.means["arabic"] == run.means["answered"] == 1.0
    assert {hit.passage.document_id for hit in run.rows[0].hits} <= {d.id for d in DOCUMENTS}


def test_a_sample_of_the_questions_still_faces_the_whole_corpus(make_rag):
    run = evaluate(make_rag(), OWN_CORPUS, limit=1, seed=3, retrieval=True, progress=False)
    assert len(run.rows) == 1
    assert {hit.passage.document_id for hit in run.rows[0].hits} == {d.id for d in DOCUMENTS}


def test_a_question_that_fails_scores_zero_and_costs_the_others_nothing(make_rag, caplog):
    reply = failing_at("ترميم", GeneratorError("the server is gone"))
    with caplog.at_level(logging.ERROR, logger="rag.evaluate"):
        run = evaluate(make_rag(reply), OWN_CORPUS, progress=False)
    failed = row_of(run, "museum")
    assert failed.error == "GeneratorError: the server is gone"
    assert failed.answer is None
    assert failed.scores["contains"] == failed.scores["nDCG@10"] == failed.scores["R@1"] == 0.0
    assert row_of(run, "dates").scores["contains"] == 1.0
    assert run.means["contains"] == pytest.approx(2 / 3)
    assert run.means["failed"] == run.means["false_refusal"] == pytest.approx(1 / 3)
    assert run.failed == 1
    assert "Traceback" in caplog.text


def test_a_bug_in_one_question_is_a_row_too(make_rag, caplog):
    run = evaluate(make_rag(failing_at("ترميم", KeyError("x"))), OWN_CORPUS, progress=False)
    assert row_of(run, "museum").error == "KeyError: 'x'"
    assert "question museum failed" in caplog.text


def test_a_missing_model_ends_the_run_at_once(make_rag):
    rag = make_rag(failing_at("ترميم", ModelError("run rag models fetch")))
    with pytest.raises(ModelError, match="rag models fetch"):
        evaluate(rag, OWN_CORPUS, progress=False)


def test_ctrl_c_keeps_what_was_answered_and_scores_the_rest_zero(make_rag):
    run = evaluate(make_rag(failing_at("ترميم", KeyboardInterrupt())), OWN_CORPUS, progress=False)
    assert run.is_interrupted
    assert [row.error is None for row in run.rows] == [True, False, False]
    assert run.means["contains"] == pytest.approx(1 / 3)
    assert run.as_json()["interrupted"] is True


def test_retrieval_alone_writes_nothing_and_scores_the_ranking(make_rag):
    rag = make_rag(failing_at("", AssertionError("the model was asked")))
    run = evaluate(rag, OWN_CORPUS, retrieval=True, progress=False)
    ranking = {"nDCG@10", "R@1", "R@5", "R@10", "R@100", "MRR@10", "passages_5"}
    assert set(run.means) == ranking
    assert run.failed == 0
    assert all(row["answer"] is None for row in run.as_json()["rows"])


def test_retrieval_of_a_set_that_names_no_document_is_refused(make_rag):
    asked = QuestionSet("s.jsonl", (Question("q", "متى؟", ("أمس",)),))
    with pytest.raises(QuestionSetError, match=r"s\.jsonl: .*without --retrieval"):
        evaluate(make_rag(documents=DOCUMENTS), asked, retrieval=True, progress=False)


def test_a_set_without_documents_is_asked_of_the_index_and_finds_its_articles_by_path(make_rag):
    asked = QuestionSet("s", (Question("q", QUESTIONS[0].text, ("12 مارس",), ("metro.txt",)),))
    run = evaluate(make_rag(documents=DOCUMENTS), asked, progress=False)
    assert run.rows[0].question.document_ids == (METRO.id,)
    assert run.means["R@1"] == run.means["contains"] == 1.0


def test_a_question_with_passages_is_answered_from_those_alone(make_rag):
    given = Document.of("مترو آخر", "افتتح الخط الأول للمترو في 1 يناير 1999.")
    asked = Question("q", QUESTIONS[0].text, ("1 يناير 1999",), passages=(given,))
    run = evaluate(make_rag(documents=DOCUMENTS), QuestionSet("s", (asked,)), progress=False)
    assert {hit.passage.document_id for hit in run.rows[0].hits} == {given.id}
    assert run.means["contains"] == 1.0
    assert "nDCG@10" not in run.means
    with make_rag().over([given], retrieved=True) as rag:
        assert run.rows[0].answer.confidence == rag.ask(asked.text).confidence


@pytest.mark.parametrize("retrieval", [True, False])
def test_a_follow_up_is_asked_after_the_questions_before_it(make_rag, retrieval):
    before = ("ما طول الخط الأول للمترو في المنارة؟",)
    follow_up = Question("f", "ومتى افتتح؟", ("12 مارس",), (METRO.id,), history=before)
    alone = Question("a", "ومتى افتتح؟", ("12 مارس",), (METRO.id,))
    twin = Document.of("حديقة", "افتتح الوزير الحديقة.")
    asked = QuestionSet("s", (follow_up, alone), (METRO, twin))
    run = evaluate(make_rag(), asked, retrieval=retrieval, progress=False)
    assert row_of(run, "f").scores["R@1"] == 1.0
    assert row_of(run, "a").scores["R@1"] == 0.0


def test_declining_is_right_for_the_unanswerable_and_wrong_for_the_others(make_rag):
    asked = (*QUESTIONS, Question("none", "من رسم اللوحة؟", answerable=False))
    questions = QuestionSet("s", asked, DOCUMENTS)
    always = evaluate(make_rag(decline_below=2.0), questions, progress=False).means
    assert (always["false_answer"], always["false_refusal"]) == (0.0, 1.0)
    assert (always["abstention_error"], always["declined"], always["contains"]) == (0.5, 1.0, 0.0)
    never = evaluate(make_rag(), questions, progress=False).means
    assert (never["false_answer"], never["false_refusal"]) == (1.0, 0.0)


def test_the_words_of_the_refusal_answer_nothing(make_rag):
    asked = Question("q", "هل ذكرت المقالات المترو؟", ("لا", "المقالات"))
    run = evaluate(make_rag(decline_below=2.0), QuestionSet("s", (asked,)), progress=False)
    assert run.rows[0].answer.status == "declined"
    assert run.means["contains"] == run.means["token_recall"] == 0.0


def test_a_corpus_folder_is_reused_and_refused_for_another_set(make_rag, tmp_path):
    rag = make_rag()
    first = evaluate(rag, OWN_CORPUS, retrieval=True, corpus=tmp_path / "c", progress=False)
    again = evaluate(rag, OWN_CORPUS, retrieval=True, corpus=tmp_path / "c", progress=False)
    assert first.means == again.means
    other = QuestionSet("other.jsonl", QUESTIONS[:1], DOCUMENTS[:1])
    with pytest.raises(QuestionSetError, match=r"holds 2 documents besides the 1 of other\.jsonl"):
        evaluate(rag, other, retrieval=True, corpus=tmp_path / "c", progress=False)


def test_an_index_of_other_articles_is_refused_before_anything_is_put_into_it(make_rag, tmp_path):
    rag = make_rag()
    rag.over([DATES], tmp_path / "index").close()
    other = QuestionSet("other.jsonl", QUESTIONS[:1], DOCUMENTS[:1])
    with pytest.raises(QuestionSetError, match="holds 1 documents besides the 1"):
        evaluate(rag, other, retrieval=True, corpus=tmp_path / "index", progress=False)
    assert rag.over((), tmp_path / "index").documents() == [DATES]


def test_means_are_over_the_rows_a_score_applies_to_and_timings_are_medians():
    def row(name, total, **scores):
        confidence = 1 - total / 10
        timings = {"total": total}
        answer = Answer("؟", status="answered", timings=timings, confidence=confidence)
        return Row(Question(name, "؟"), answer=answer, scores=scores)

    rows = (row("a", 1.0, contains=1.0, words=4), row("b", 2.0, contains=0.0), row("c", 9.0))
    run = Run("s", rows, False, False, {}, {})
    assert run.means == {
        "contains": 0.5,
        "words": 4.0,
        "false_refusal": 0.0,
        "risk": 0.5,
        "AURC": 0.25,
        "AURC_excess": 0.0,
        "median_total": 2.0,
    }


def test_the_run_file_has_every_question_and_what_it_was_made_with(make_rag, tmp_path):
    reply = failing_at("ترميم", GeneratorError("gone"))
    run = evaluate(make_rag(reply), OWN_CORPUS, limit=3, seed=5, progress=False)
    run.write(tmp_path / "runs" / "run.json")
    told = json.loads((tmp_path / "runs" / "run.json").read_text("utf-8"))
    assert [row["id"] for row in told["rows"]] == ["metro", "museum", "dates"]
    assert told["rows"][0]["answer"]["status"] == "answered"
    assert told["rows"][0]["answers"] == ["12 مارس 2021"]
    assert told["rows"][0]["hits"][0]["document_id"] == METRO.id
    assert (told["rows"][1]["answer"], told["rows"][1]["error"]) == (None, "GeneratorError: gone")
    assert told["means"] == run.means
    assert told["settings"] == {"top_k": 10, "folder": "index"}
    assert told["models"] == {"a": "b"}
    assert told["set"]["limit"] == 3
    assert told["versions"]["python"]
    assert told["machine"]["cores"]


def test_the_hits_of_a_row_are_enough_to_compute_its_ranking_scores_again(make_rag):
    crowd = tuple(Document.of(f"مقال {n}", f"المتحف رقم {n} في المدينة.") for n in range(30))
    asked = QuestionSet("s", (Question("q", "أين المتحف؟", (), (crowd[0].id,)),), crowd)
    run = evaluate(make_rag(), asked, retrieval=True, progress=False)
    told = run.as_json()["rows"][0]["hits"]
    assert len({hit["document_id"] for hit in told}) == 10
    assert len(run.rows[0].hits) > 10


def test_writing_leaves_the_older_file_whole_or_replaces_it_whole(tmp_path):
    half_a_pair = Run("s", (Row(Question("q", "\ud83d")),), True, False, {}, {})
    half_a_pair.write(tmp_path / "run.json")
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["rows"][0]["question"] == "\ud83d"

    (tmp_path / "folder.json").mkdir()
    with pytest.raises(OSError, match="folder"):
        half_a_pair.write(tmp_path / "folder.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.json", "run.json"]


def test_progress_is_shown_with_the_running_mean(make_rag, capsys):
    evaluate(make_rag(), OWN_CORPUS)
    assert "contains 1.000" in capsys.readouterr().err


def test_every_mean_is_explained_on_the_page_on_evaluation(make_rag):
    page = (Path(__file__).parents[1] / "docs" / "evaluation.md").read_text("utf-8")
    asked = (*QUESTIONS, Question("none", "من رسم اللوحة؟", answerable=False))
    run = evaluate(make_rag(), QuestionSet("s", asked, DOCUMENTS), progress=False)
    assert [name for name in run.means if f"`{name}`" not in page] == []


# How sure the program was


# The cosine alone tells.
NEAR = Weights(-3.0, cosine=8.0, holds=0.0, asked=0.0, spread=0.0, far=0.0)
ABSENT = Question("absent", "من رسم لوحة المتحف؟", answerable=False)
FAR = Question("far", "متى توفي الشاعر؟", answerable=False)
BOTH_KINDS = QuestionSet("both.jsonl", (*QUESTIONS, ABSENT, FAR), DOCUMENTS)


def test_a_row_says_how_sure_the_program_was(make_rag):
    run = evaluate(make_rag(decline_below=0.5, weights=NEAR), BOTH_KINDS, progress=False)
    rows = {row["id"]: row for row in run.as_json()["rows"]}
    assert [row["answer"]["status"] for row in rows.values()] == ["answered"] * 4 + ["declined"]
    assert rows["metro"]["confidence"] > rows["absent"]["confidence"] > 0.5
    assert 0 < rows["far"]["confidence"] < 0.5


def test_the_curve_ends_at_the_coverage_reached_and_the_trade_off_does_not(make_rag):
    run = evaluate(make_rag(decline_below=0.5, weights=NEAR), BOTH_KINDS, progress=False)
    curve = run.as_json()["risk_coverage"]
    assert [point["coverage"] for point in curve] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert [point["risk"] for point in curve] == [0.0, 0.0, 0.0, 0.25, None]
    assert [point["false_answer"] for point in curve] == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert [point["false_refusal"] for point in curve] == [2 / 3, 1 / 3, 0.0, 0.0, 0.0]
    assert (run.means["risk"], run.means["AURC"]) == (0.25, pytest.approx(1 / 4 / 4))
    assert (run.means["AURC_excess"], run.means["AUROC"]) == (0.0, 1.0)


@pytest.mark.parametrize("level", [0.1, 0.5, 0.7, 0.95, 0.99])
def test_a_point_foretells_a_run_that_declines_below_its_threshold(make_rag, level):
    everything = evaluate(make_rag(weights=NEAR), BOTH_KINDS, progress=False)
    [told] = everything.points([level])
    means = evaluate(make_rag(decline_below=level, weights=NEAR), BOTH_KINDS, progress=False).means
    assert told.coverage == pytest.approx(1 - means["declined"])
    assert told.risk == means.get("risk")
    assert (told.false_answer, told.false_refusal) == (
        means["false_answer"],
        means["false_refusal"],
    )


def test_a_wrong_answer_to_an_answerable_question_is_a_risk_too(make_rag):
    wrong = Question("wrong", QUESTIONS[0].text, ("13 أبريل",), (METRO.id,))
    asked = QuestionSet("s", (*QUESTIONS[1:], wrong), DOCUMENTS)
    means = evaluate(make_rag(weights=NEAR), asked, progress=False).means
    # the wrong one is the surest: 1/1, 1/2 and 1/3; at best 0, 0 and 1/3
    assert means["risk"] == pytest.approx(1 / 3)
    assert means["AURC"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert means["AURC_excess"] == pytest.approx((1 + 1 / 2) / 3)
    assert "AUROC" not in means


def test_a_question_that_fails_makes_no_area_better(make_rag):
    reply = failing_at("رسم", GeneratorError("gone"))
    rag, broken = make_rag(weights=NEAR), make_rag(reply, weights=NEAR)
    before = evaluate(rag, BOTH_KINDS, progress=False).means
    after = evaluate(broken, BOTH_KINDS, progress=False).means
    assert after["failed"] == 0.2
    assert after["AURC"] > before["AURC"]
    assert after["AUROC"] == 0.5 < before["AUROC"]


def test_questions_without_accepted_answers_are_not_taken_for_wrong(make_rag):
    asked = (Question("open", QUESTIONS[0].text), QUESTIONS[1])
    run = evaluate(make_rag(weights=NEAR), QuestionSet("s", asked, DOCUMENTS), progress=False)
    assert [point.coverage for point in run.points([0.5])] == [1.0]
    assert run.means["risk"] == 0.0


def test_retrieval_alone_has_no_curve(make_rag):
    run = evaluate(make_rag(), OWN_CORPUS, retrieval=True, progress=False)
    assert run.points() == run.as_json()["risk_coverage"] == []


class OpenFakes:
    """What a command is given to open the index of the articles with."""

    index = None

    def __init__(self, make_rag):
        self.make_rag = make_rag

    def __call__(self):
        return self.make_rag(documents=DOCUMENTS, decline_below=0.5, weights=NEAR)


@pytest.mark.parametrize("retrieval", [False, True])
def test_the_command_prints_the_curve_below_the_means(make_rag, tmp_path, capsys, retrieval):
    metro = {"id": "m", "question": QUESTIONS[0].text, "answers": ["12 مارس 2021"]}
    absent = {"id": "a", "question": ABSENT.text, "answerable": False}
    rows = [metro | {"document_paths": ["metro.txt"]}, absent | {"document_paths": []}]
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    evaluate_command.callback.__wrapped__(
        path, out=None, retrieval=retrieval, limit=None, seed=0, open_rag=OpenFakes(make_rag)
    )
    means, _, table = capsys.readouterr().out.partition("\n\n")
    assert ("AUROC" in means.split()) == (not retrieval)
    lines = [line.split() for line in table.splitlines()]
    if retrieval:
        assert lines == []
    else:
        assert lines[0] == ["threshold", "coverage", "risk", "false_answer", "false_refusal"]
        assert [line[0] for line in lines[1:]] == [f"0.{tenth}" for tenth in range(1, 10)]
        assert lines[5][1:] == ["1.000", "0.500", "1.000", "0.000"]
        assert lines[9][1:] == ["0.500", "0.000", "0.000", "0.000"]
