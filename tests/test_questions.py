import json

import pytest

from rag.errors import QuestionSetError
from rag.questions import QuestionSet, read_questions, sample, with_ids
from rag.types import Document, Question

PLAIN = {"id": "q1", "question": "متى؟", "answers": ["أمس"]}
WITH_CONTEXT = {**PLAIN, "title": "عنوان", "context": "حدث أمس."}
WITH_PASSAGES = {"id": "q1", "question": "متى؟", "passages": [{"title": "أ", "text": "أمس."}]}


@pytest.fixture
def write(tmp_path):
    def write_rows(*rows, name="set.jsonl"):
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
        return path

    return write_rows


def squad(*paragraphs, title="Super_Bowl_50"):
    return {"version": "v2.0", "data": [{"title": title, "paragraphs": [*paragraphs]}]}


def test_rows_without_documents_are_asked_of_the_existing_index(write):
    row = {
        **PLAIN,
        "document_ids": ["abc"],
        "kind": "follow_up",
        "history": [{"question": "من؟"}, {"question": "أين؟"}],
    }
    asked = Question("q1", "متى؟", ("أمس",), ("abc",), kind="follow_up", history=("من؟", "أين؟"))
    assert read_questions(write(row)) == QuestionSet("set.jsonl", (asked,), None)


def test_blank_lines_a_byte_order_mark_and_numeric_ids_are_read(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text('\n{"id": 7, "question": " متى؟ "}\r\n\n', "utf-8-sig")
    assert read_questions(path).questions == (Question("7", "متى؟"),)


def test_a_line_separator_inside_a_text_does_not_end_the_row(write):
    path = write({**WITH_CONTEXT, "context": "سطر\u2028آخر"})
    assert [document.text for document in read_questions(path).documents] == ["سطر\u2028آخر"]


def test_half_of_a_character_pair_is_left_out_of_whatever_is_indexed_or_asked(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({**WITH_CONTEXT, "question": "متى؟\ud83d", "context": "حدث\udc00."}))
    read = read_questions(path)
    assert read.questions[0].text == "متى؟"
    assert [document.text for document in read.documents] == ["حدث."]


def test_every_distinct_context_is_one_document_that_answers_its_questions(write):
    path = write(
        WITH_CONTEXT,
        {**WITH_CONTEXT, "id": "q2"},
        {**WITH_CONTEXT, "id": "q3", "context": "حدث غداً."},
    )
    read = read_questions(path)
    first, second = Document.of("عنوان", "حدث أمس."), Document.of("عنوان", "حدث غداً.")
    assert read.documents == (first, second)
    found = [question.document_ids for question in read.questions]
    assert found == [(first.id,), (first.id,), (second.id,)]


def test_the_context_of_an_unanswerable_question_is_in_the_corpus_but_answers_nothing(write):
    read = read_questions(write({**WITH_CONTEXT, "answers": [], "answerable": False}))
    assert read.documents == (Document.of("عنوان", "حدث أمس."),)
    assert read.questions[0].document_ids == ()
    assert read.questions[0].answerable is False


def test_a_row_with_passages_keeps_them_to_itself(write):
    passages = [{"title": "أ", "text": "أمس."}, {"text": "غداً."}, {"title": "أ", "text": "أمس."}]
    read = read_questions(write({**WITH_PASSAGES, "passages": passages}))
    assert read.documents is None
    wanted = (Document.of("أ", "أمس."), Document.of("غداً", "غداً."))
    assert read.questions[0].passages == wanted


def test_a_row_with_passages_looks_for_no_document_of_an_index(write):
    read = read_questions(write({**WITH_PASSAGES, "document_ids": ["d1"]}))
    assert read.questions[0].document_ids == ()
    assert with_ids(read, [Document.of("أ", "أمس.")]) == read.questions


def test_a_text_without_a_title_is_called_as_an_ingest_calls_it(write):
    context = "وصل الوفد إلى المدينة. ثم غادر."
    read = read_questions(write({**WITH_CONTEXT, "title": None, "context": context}))
    assert read.documents == (Document.of("وصل الوفد إلى المدينة", context),)
    spaced = read_questions(write({**WITH_CONTEXT, "title": "", "context": " " * 2000 + context}))
    assert spaced.documents[0].title == "وصل الوفد إلى المدينة"
    asked = {"id": "q1", "question": "متى؟", "answers": []}
    named = squad({"context": context, "qas": [asked]})
    named["data"][0]["title"] = None
    assert read_questions(write(named, name="set.json")).documents == read.documents


def test_squad_1_has_contexts_answers_and_titles_without_underscores(write):
    asked = {"id": "q1", "question": "متى؟", "answers": [{"text": "أمس", "answer_start": 4}]}
    read = read_questions(write(squad({"context": "حدث أمس.", "qas": [asked]}), name="xquad.json"))
    document = Document.of("Super Bowl 50", "حدث أمس.")
    assert read.documents == (document,)
    assert read.questions == (Question("q1", "متى؟", ("أمس",), (document.id,)),)


def test_an_impossible_question_of_squad_2_has_no_answers_not_even_plausible_ones(write):
    asked = {
        "id": "q1",
        "question": "متى؟",
        "answers": [],
        "is_impossible": True,
        "plausible_answers": [{"text": "أمس", "answer_start": 4}],
    }
    read = read_questions(write(squad({"context": "حدث أمس.", "qas": [asked]}), name="s.json"))
    assert read.questions == (Question("q1", "متى؟", answerable=False),)
    assert len(read.documents) == 1


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([PLAIN, {"id": "q2"}], "line 2: question is missing"),
        ([PLAIN, {**PLAIN, "question": " "}], 'line 2: question is " "'),
        ([{"question": "متى؟"}], "line 1: id is missing"),
        ([{**PLAIN, "answers": "أمس"}], 'line 1: answers is "أمس"'),
        ([{**PLAIN, "answers": {"text": ["أمس"]}}], "line 1: answers is {"),
        ([{**PLAIN, "answerable": "yes"}], 'line 1: answerable is "yes"'),
        ([{**PLAIN, "history": ["من؟"]}], "line 1: history is"),
        ([{**PLAIN, "history": [{"q": "من؟"}]}], "line 1, history: question is missing"),
        ([{**WITH_CONTEXT, "context": ""}], 'line 1: context is ""'),
        ([{**WITH_CONTEXT, "title": 3}], "line 1: title is 3"),
        ([{**WITH_PASSAGES, "passages": []}], "line 1: passages is empty"),
        ([{**WITH_PASSAGES, "passages": [{"title": "أ"}]}], "line 1, passages: text is missing"),
        ([{**WITH_CONTEXT, **WITH_PASSAGES}], "line 1: has both context and passages"),
        ([PLAIN, WITH_CONTEXT], "line 2: has context where the first row has neither"),
        ([WITH_CONTEXT, WITH_PASSAGES], "line 2: has passages where the first row has context"),
        ([["q1"]], 'line 1: ["q1"] is not an object'),
    ],
)
def test_a_faulty_row_is_named_by_its_line(write, rows, told):
    path = write(*rows)
    with pytest.raises(QuestionSetError) as raised:
        read_questions(path)
    assert str(raised.value).startswith(f"{path}: {told}")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("set.jsonl", b"", "no questions in it"),
        ("set.jsonl", b'{"id": "a", "question": "b"}\n{"id": ', "line 2: not JSON"),
        ("set.jsonl", "متى".encode("cp1256"), "byte 0 is not UTF-8"),
        ("set.json", b'{"id": "a", "question": "b"}\n{}', "line 2: not JSON"),
        ("set.json", b'{"rows": []}', "not SQuAD (KeyError: 'data')"),
        ("set.json", b"[]", "not SQuAD (TypeError"),
        ("set.json", b'{"data": []}', "no questions in it"),
        ("SET.JSON", b'{"data": []}', "no questions in it"),
        ("set.jsonl", b'{"id": ' + b"[" * 100_000, "line 1: not JSON (maximum recursion"),
        ("set.jsonl", b'{"id": ' + b"9" * 5000 + b"}", "line 1: not JSON (Exceeds the limit"),
        ("set.json", b'{"data": ' + b"[" * 100_000, "not SQuAD: maximum recursion"),
    ],
)
def test_a_file_that_is_no_question_set_is_refused_in_one_line(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(QuestionSetError) as raised:
        read_questions(tmp_path / name)
    assert str(raised.value).startswith(f"{tmp_path / name}: {told}")
    assert "\n" not in str(raised.value)


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(QuestionSetError, match="jsonl"):
            read_questions(path)


def test_a_sample_is_the_same_for_the_same_seed_and_in_the_order_of_the_file():
    questions = tuple(Question(str(number), "؟") for number in range(100))
    chosen = sample(questions, 10, seed=1)
    assert chosen == sample(questions, 10, seed=1) != sample(questions, 10, seed=2)
    assert len(set(chosen)) == 10
    assert list(chosen) == sorted(chosen, key=lambda question: int(question.id))


def test_a_limit_that_leaves_none_out_changes_nothing_and_zero_is_refused():
    questions = (Question("a", "؟"), Question("b", "؟"))
    assert sample(questions, None, seed=0) == sample(questions, 2, seed=0) == questions
    with pytest.raises(QuestionSetError, match="limit of 0"):
        sample(questions, 0, seed=0)


def test_paths_become_the_ids_of_all_documents_of_the_file(tmp_path):
    page = tmp_path / "articles" / "page.html"
    first = Document.of("أ", "أولى", path=str(page))
    second = Document.of("ب", "ثانية", path=str(page))
    other = Document.of("ج", "ثالثة", path=str(tmp_path / "old-articles" / "page.html"))
    asked = QuestionSet("s", (Question("q", "؟", (), ("articles/page.html", other.id, "none")),))
    (question,) = with_ids(asked, [first, second, other])
    assert question.document_ids == (first.id, second.id, other.id, "none")


def test_a_set_for_another_index_is_refused():
    asked = QuestionSet("s.jsonl", (Question("q", "؟", (), ("articles/page.html",)),))
    with pytest.raises(QuestionSetError, match=r"s\.jsonl: none of its documents .*page\.html"):
        with_ids(asked, [Document.of("أ", "أولى", path="articles/another.html")])
