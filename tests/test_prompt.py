import re

import pytest

from rag.errors import SettingsError
from rag.prompt import Prompt
from rag.settings import project_file
from rag.span import span_of
from rag.types import Document, Evidence, Message, passage_of

TEXT = "افتُتح المتحف عام 2019.\nوكلّف   ترميمه 28 مليون دينار."
PASSAGE = passage_of(Document.of("متحف الموانئ", TEXT), 0, len(TEXT))
FIRST = Evidence(1, PASSAGE, 24, len(TEXT))
SECOND = Evidence(2, PASSAGE, 0, 23)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "answer.system.md").write_text("أجب بجملة واحدة.\n", "utf-8")
    (tmp_path / "answer.user.md").write_text("$evidence\n\nالسؤال: $question\n", "utf-8")
    return tmp_path


def test_the_evidence_is_listed_under_its_numbers_one_line_each(folder):
    messages = Prompt(folder).messages("كم كلّف\n ترميم المتحف؟", [FIRST, SECOND])
    assert messages == [
        Message("system", "أجب بجملة واحدة."),
        Message(
            "user",
            "[1] وكلّف ترميمه 28 مليون دينار.\n[2] افتُتح المتحف عام 2019.\n\n"
            "السؤال: كم كلّف ترميم المتحف؟",
        ),
    ]


def test_dollar_signs_and_braces_of_a_question_or_an_article_stay_as_they_are(folder):
    text = "بلغ السعر $question أو ${evidence} و$5."
    passage = passage_of(Document.of("", text), 0, len(text))
    messages = Prompt(folder).messages("كم $evidence؟", [Evidence(1, passage, 0, len(text))])
    assert messages[-1].content == f"[1] {text}\n\nالسؤال: كم $evidence؟"


def test_examples_are_turns_between_the_instruction_and_the_question(folder):
    examples = "## user\n\n[1] مثال $5\n\n## assistant\nجواب [1].\n"
    (folder / "examples.md").write_text(examples * 2, "utf-8")
    messages = Prompt(folder).messages("متى؟", [FIRST])
    assert [m.role for m in messages] == ["system", *["user", "assistant"] * 2, "user"]
    assert [m.content for m in messages[1:3]] == ["[1] مثال $5", "جواب [1]."]


def test_a_byte_order_mark_as_some_editors_write_it_is_not_read(folder):
    for name in ("answer.system.md", "answer.user.md"):
        (folder / name).write_text((folder / name).read_text("utf-8"), "utf-8-sig")
    (folder / "examples.md").write_text("## user\nمتى؟\n## assistant\nأمس.\n", "utf-8-sig")
    assert not any("\ufeff" in m.content for m in Prompt(folder).messages("كم؟", [FIRST]))


@pytest.mark.parametrize(
    "text", ["## user\nسؤال", "سؤال\n## user\nسؤال\n## assistant\nأمس.", "", "## system\nأجب"]
)
def test_examples_that_are_not_whole_turns_are_refused(folder, text):
    (folder / "examples.md").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"examples\.md must be turns"):
        Prompt(folder)


def test_every_example_that_ships_ends_with_the_source_it_copies_from():
    turns = Prompt(project_file("prompts")).messages("متى؟", [FIRST])[1:-1]
    for question, reply in zip(turns[::2], turns[1::2], strict=True):
        text, number = re.fullmatch(r"(.+) \[(\d)\]\.", reply.content).groups()
        (source,) = re.findall(rf"^\[{number}\] (.+)$", question.content, re.MULTILINE)
        assert span_of(text, source, question=question.content.rpartition(":")[2], longest=25)


def test_what_stands_before_the_question_is_the_same_for_every_question():
    prompt = Prompt(project_file("prompts"))
    one, other = prompt.messages("متى؟", [FIRST]), prompt.messages("كم؟", [FIRST, SECOND])
    assert one[:-1] == other[:-1]
    assert (one[0].role, one[-1].role) == ("system", "user")


def test_the_prompts_that_ship_show_question_and_evidence():
    [*_, asked] = Prompt(project_file("prompts")).messages("كم كلّف ترميمه؟", [FIRST])
    assert "[1] وكلّف ترميمه 28 مليون دينار." in asked.content
    assert "كم كلّف ترميمه؟" in asked.content


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("answer.user.md", "السؤال: $question"),
        ("answer.user.md", "$question $evidence $date"),
        ("answer.user.md", "$question $evidence 5$"),
        ("answer.system.md", "أجب عن $question"),
    ],
)
def test_a_prompt_with_a_field_too_few_or_too_many_is_refused(folder, name, text):
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=rf"{name} must have these fields") as caught:
        Prompt(folder)
    assert "\n" not in str(caught.value)


def test_a_missing_prompt_is_named(folder):
    (folder / "answer.user.md").unlink()
    with pytest.raises(SettingsError, match=r"cannot read the prompt .*answer\.user\.md"):
        Prompt(folder)


def test_a_prompt_that_is_not_utf8_is_an_error_in_one_line(folder):
    (folder / "answer.system.md").write_bytes("أجب".encode("cp1256"))
    with pytest.raises(SettingsError, match=r"answer\.system\.md"):
        Prompt(folder)
