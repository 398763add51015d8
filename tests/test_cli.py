import json
import shlex
import sys
from pathlib import Path
from signal import SIGINT
from subprocess import PIPE, Popen

import click
import pytest
from click.testing import CliRunner
from fake_pipeline import write_index

from rag.articles import find_files, read_articles
from rag.clean import clean
from rag.cli import main
from rag.cli.corpus import _changes
from rag.cli.options import Group
from rag.settings import load_settings

METRO = "مترو المنارة\n\nافتتح رئيس البلدية الخط الأول للمترو في 12 مارس 2021 أمام الركاب.\n"
MUSEUM = "متحف الموانئ\n\nكلف ترميم متحف الموانئ في وسط المدينة القديمة 28 مليون دينار.\n"
BINARY = bytes(range(256)) * 20


class Shell:
    """A folder in which `rag` is run: two articles, a config.toml, and no models."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.articles = folder / "articles"
        self.articles.mkdir()
        (self.articles / "metro.txt").write_text(METRO, "utf-8")
        (self.articles / "museum.txt").write_text(MUSEUM, "utf-8")
        (folder / "config.toml").write_text('[models]\nfolder = "no-models"\n', "utf-8")

    def run(self, *arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    def refusal(self, *arguments):
        """The one line with which a command that cannot be carried out ends."""
        result = self.run(*arguments)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        [line] = result.stderr.splitlines()
        assert line.startswith("rag: ")
        return line

    def store(self):
        """Put the articles into the index as `rag ingest` would, with made-up vectors."""
        settings = load_settings(Path("config.toml"))
        raws = [raw for path in find_files([self.articles]) for raw in read_articles(path)]
        write_index([document for raw in raws for document in clean(raw)], settings)


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


@pytest.fixture
def ingested(shell):
    shell.store()
    assert shell.run("ingest", "articles").exit_code == 0
    return shell


def commands(group, *before):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


def parsed(arguments):
    """The context of a command line, every option checked, and nothing run."""
    command, context = main, click.Context(main)
    while isinstance(command, click.Group):
        name, command, arguments = command.resolve_command(context, arguments)
    return command.make_context(name, arguments, parent=context)


# Help


@pytest.mark.parametrize("path", list(commands(main)), ids=" ".join)
def test_every_command_has_help_with_an_example_that_it_understands(path):
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    examples = result.stdout.split("Example:\n")[1].split("\n\n")[0].splitlines()
    assert examples
    for line in examples:
        program, *arguments = shlex.split(line)
        assert program == "rag"
        assert arguments[: len(path)] == list(path)
        parsed(arguments)


def test_every_command_over_an_index_takes_the_same_options():
    for path in commands(main):
        options = {option for each in parsed_options(path) for option in each.opts}
        if path[0] not in ("models", "doctor"):
            assert {"--index", "--config", "--set"} <= options, path
        assert "--config" in options, path


def parsed_options(path):
    command = main
    for name in path:
        command = command.commands[name]
    return command.params


def test_the_program_says_its_version_and_without_a_command_what_it_can_do():
    assert CliRunner().invoke(main, ["--version"]).stdout.startswith("rag, version ")
    listing = CliRunner().invoke(main, ["-h"]).stdout
    assert all(f"  {name}" in listing for name in main.commands)


# Ingest


def test_ingest_says_what_it_did_and_the_articles_are_there(shell):
    shell.store()
    result = shell.run("ingest", "articles")
    assert result.exit_code == 0
    assert "2 added" in result.stdout
    assert "articles read: 2" in result.stdout
    assert "2 unchanged" in shell.run("ingest", "articles").stdout


def test_ingest_as_json_lists_the_files(shell):
    shell.store()
    done = json.loads(shell.run("ingest", "articles", "--json").stdout)
    paths = [str(shell.articles / "metro.txt"), str(shell.articles / "museum.txt")]
    assert done == {
        "added": paths,
        "changed": [],
        "moved": [],
        "unchanged": [],
        "removed": [],
        "refused": [],
        "noted": [],
        "copies": [],
        "documents": 2,
        "embedded": 0,
    }


def test_a_binary_file_is_refused_with_its_name_and_the_others_are_ingested(shell):
    shell.store()
    picture = shell.articles / "picture.txt"
    picture.write_bytes(BINARY)
    result = shell.run("ingest", "articles")
    assert result.exit_code == 2
    assert "2 added, 1 refused" in result.stdout
    [line] = result.stderr.splitlines()
    assert line.startswith(f"rag: refused {picture}: ")
    assert len(json.loads(shell.run("documents", "list", "--json").stdout)) == 2


def test_an_empty_folder_ends_with_one_line(shell):
    (shell.folder / "empty").mkdir()
    assert "no articles in empty: expected txt, md" in shell.refusal("ingest", "empty")


def test_a_path_that_does_not_exist_ends_with_one_line(shell):
    assert shell.refusal("ingest", "none") == "rag: no such file or folder: none"


def test_without_the_model_ingest_says_how_to_get_it(shell):
    line = shell.refusal("ingest", "articles")
    assert "embeddinggemma-300m is missing in no-models: run `rag models fetch`" in line


def test_without_the_model_a_rebuild_leaves_the_index_as_it_was(ingested):
    assert "rag models fetch" in ingested.refusal("ingest", "articles", "--rebuild")
    assert len(json.loads(ingested.run("documents", "list", "--json").stdout)) == 2


def test_explain_prints_what_is_kept_and_cut_and_makes_no_index(shell):
    (shell.articles / "metro.txt").write_text(f"{METRO}\nشارك المقال على فيسبوك وتويتر\n", "utf-8")
    result = shell.run("ingest", "--explain", "articles/metro.txt")
    assert result.exit_code == 0
    assert "افتتح رئيس البلدية الخط الأول للمترو" in result.stdout
    assert not (shell.folder / "index").exists()


@pytest.mark.timeout(60)
def test_watching_follows_changes_until_it_is_interrupted(ingested):
    program = "from rag.cli import main; main()"
    rag = [sys.executable, "-c", program, "ingest", "articles", "--watch"]
    with Popen(rag, stdout=PIPE, stderr=PIPE, text=True) as watching:
        told = watching.stdout
        assert watching.stderr.readline() == "watching; Ctrl-C ends it\n"
        assert ["2 unchanged" in told.readline() for _ in range(2)] == [True, True]
        (ingested.articles / "museum.txt").unlink()
        assert told.readline().startswith("removed ")
        assert "1 unchanged, 1 removed" in told.readline()
        watching.send_signal(SIGINT)
        assert watching.wait(10) == 130
    assert len(ingested.run("documents", "list").stdout.splitlines()) == 1


def test_watching_one_file_follows_an_editor_that_puts_a_new_one_in_its_place(tmp_path):
    file = tmp_path / "article.txt"
    file.write_text("أول", "utf-8")
    changes = _changes([file])
    next(changes)
    for text in ("ثان", "ثالث"):
        (tmp_path / "aside.tmp").write_text(text, "utf-8")
        (tmp_path / "aside.tmp").replace(file)
        assert next(changes) is None
    changes.close()


# Documents


def test_a_removed_document_is_gone_and_stays_gone(ingested):
    rows = json.loads(ingested.run("documents", "list", "--json").stdout)
    result = ingested.run("documents", "remove", rows[0]["id"][:10])
    assert result.stdout == f"removed  {rows[0]['title']}\n"
    assert "2 unchanged" in ingested.run("ingest", "articles").stdout
    assert len(ingested.run("documents", "list").stdout.splitlines()) == 1


def test_documents_as_json_have_what_is_known_of_them(ingested):
    rows = json.loads(ingested.run("documents", "list", "--json").stdout)
    assert [set(row) for row in rows] == [
        {
            *("id", "title", "source", "url", "published", "is_inferred", "author"),
            *("path", "passages"),
        }
    ] * 2
    metro = next(row for row in rows if row["title"] == "مترو المنارة")
    assert metro["path"] == str(ingested.articles / "metro.txt")
    assert metro["passages"] == 1
    assert len(metro["id"]) == 64


def test_documents_are_listed_a_line_each(ingested):
    result = ingested.run("documents", "list")
    assert result.exit_code == 0
    assert ["مترو المنارة" in line for line in result.stdout.splitlines()].count(True) == 1
    assert len(result.stdout.splitlines()) == 2


def test_a_document_is_shown_by_the_beginning_of_its_id(ingested):
    rows = json.loads(ingested.run("documents", "list", "--json").stdout)
    for row in rows:
        result = ingested.run("documents", "show", row["id"][:10])
        assert result.exit_code == 0
        title, _, text, *rest = result.stdout.split("\n")
        assert title == row["title"]
        assert text in METRO + MUSEUM
        assert rest == [""]


def test_an_id_that_fits_no_article_or_several_is_refused(ingested):
    assert "no article has an id that begins with 'xyz'" in ingested.refusal(
        *("documents", "show", "xyz")
    )
    assert "2 articles have an id" in ingested.refusal("documents", "show", "")


# What is missing or wrong


@pytest.mark.parametrize(
    "command",
    [
        ["search", "كم؟"],
        ["ask", "كم؟"],
        ["documents", "list"],
        ["documents", "show", "a"],
        ["evaluate", "questions.jsonl"],
    ],
    ids=lambda command: command[0],
)
def test_without_an_index_a_command_says_what_to_run(shell, command):
    row = {"id": "1", "question": "كم؟", "answers": ["3"]}
    (shell.folder / "questions.jsonl").write_text(json.dumps(row), "utf-8")
    assert "rag ingest" in shell.refusal(*command)
    assert not (shell.folder / "index").exists()


@pytest.mark.parametrize("command", [["search", "كم؟"], ["ask", "كم؟"]])
def test_without_the_models_a_question_says_how_to_get_them(ingested, command):
    assert "run `rag models fetch`" in ingested.refusal(*command)


def test_an_empty_question_is_refused(ingested):
    assert ingested.refusal("ask", " ") == "rag: the question is empty"
    assert ingested.refusal("search", "") == "rag: the question is empty"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--set", "answer.topk=8"], "unknown key 'topk'; known: decline_below"),
        (["--set", "answers.top_k=8"], "unknown table 'answers'; known: answer"),
        (["--set", "answer.top_k=many"], "top_k must be of type int, got 'many'"),
        (["--set", "answer.top_k"], "write it as table.key=value"),
        (["--set", "index.kind=other"], "index.kind = 'other' is not known; known: local, milvus"),
        (["--config", "none.toml"], "cannot read none.toml"),
    ],
)
def test_a_wrong_setting_ends_with_one_line(ingested, arguments, problem):
    assert problem in ingested.refusal("documents", "list", *arguments)


def test_settings_that_need_another_index_say_so(ingested):
    line = ingested.refusal("documents", "list", "--set", "chunk.target_words=90")
    assert "90" in line
    assert "130" in line


def test_another_index_is_named_on_the_command_line(ingested):
    assert "elsewhere" in ingested.refusal("documents", "list", "--index", "elsewhere")
    assert ingested.run("documents", "list", "--index", "index").exit_code == 0


@pytest.mark.parametrize("date", ["20", "2024-13", "19/6/2024", "20240619", "أمس"])
def test_a_date_that_is_none_is_refused_with_what_is_expected(ingested, date):
    result = ingested.run("search", "المترو", "--since", date)
    assert result.exit_code == 2
    assert f"'{date}' is no date like 2024-06-19, 2024-06 or 2024" in result.stderr


def test_a_port_that_is_none_is_refused_with_those_there_are(ingested):
    result = ingested.run("chat", "--port", "65536")
    assert result.exit_code == 2
    assert "65536 is not in the range 1<=x<=65535" in result.stderr


def test_a_question_set_that_is_not_there_ends_with_one_line(ingested):
    assert "none.jsonl" in ingested.refusal("evaluate", "none.jsonl")


@pytest.mark.parametrize("out", ["articles", "articles/metro.txt/run.json", "long" * 100])
def test_a_run_file_that_cannot_be_written_is_refused_before_a_question_is_asked(ingested, out):
    Path("set.jsonl").write_text('{"id": 1, "question": "متى افتتح الخط؟"}', "utf-8")
    line = ingested.refusal("evaluate", "set.jsonl", "--out", out)
    assert line.startswith(f"rag: cannot write {out}: ")


# Models and doctor


def test_models_are_listed_with_where_they_lie(shell):
    result = shell.run("models", "list")
    assert result.exit_code == 0
    *models, folder = result.stdout.splitlines()
    assert folder == "folder: no-models"
    assert len(models) == 2
    assert all("not here" in line for line in models)


def test_models_that_are_not_there_fail_their_verification(shell):
    result = shell.run("models", "verify")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert all("run `rag models fetch`" in line for line in result.stderr.splitlines())


def test_doctor_as_json_is_a_list_of_findings(ingested):
    result = ingested.run("doctor", "--json")
    assert result.exit_code == 2
    findings = {finding["name"]: finding for finding in json.loads(result.stdout)}
    assert {frozenset(finding) for finding in findings.values()} == {
        frozenset(("name", "is_ok", "text"))
    }
    assert findings["index"]["is_ok"]
    assert not findings["embedder"]["is_ok"]


def test_doctor_says_a_line_for_each_finding(ingested):
    result = ingested.run("doctor")
    assert result.exit_code == 2
    starts = [line.split()[:2] for line in result.stdout.splitlines()]
    assert ["!!", "embedder"] in starts
    assert ["ok", "index"] in starts


# The edges of a group


def group_that(error):
    def fail():
        raise error

    return Group("rag", commands=[click.Command("fail", callback=fail)])


def test_an_interruption_ends_with_130_and_one_line():
    result = CliRunner().invoke(group_that(KeyboardInterrupt()), ["fail"])
    assert result.exit_code == 130
    assert result.stderr.startswith("rag: interrupted")


def test_a_bug_shows_itself():
    result = CliRunner().invoke(group_that(KeyError("x")), ["fail"])
    assert isinstance(result.exception, KeyError)
