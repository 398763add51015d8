"""What the documents say, compared with what is there."""

import ast
import doctest
import importlib
import re
import shlex
from pathlib import Path

import click
import pytest

import rag
from rag.cli import main
from rag.settings import load_settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WITHOUT_ENDING = {"LICENSE", "Makefile"}


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands_in(text):
    """The command lines of the shell blocks, as lists of words."""
    lines = (line for block in blocks(text, "sh") for line in block.splitlines())
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def code_in(text):
    """What stands between single backquotes."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def tree():
    """The README's tree: the names at the top, and those below rag/."""
    section = README.split("## The tree")[1]
    top, below = set(), set()
    for line in blocks(section, "")[0].splitlines():
        names = top if not line.startswith(" ") else below
        for token in re.split(r"\s{2,}", line.strip()):
            if not re.fullmatch(r"[\w.]+/?", token):
                break
            if token not in WITHOUT_ENDING and not re.search(r"[./]", token):
                break
            names.add(token.rstrip("/"))
    return top, below


def entries(folder):
    """The files in a folder, and the folders that hold any; no hidden names."""
    visible = {path for path in folder.iterdir() if not path.name.startswith((".", "__"))}
    return {path.name for path in visible if path.is_file() or any(path.iterdir())}


def ignored():
    """What .gitignore names."""
    return {line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()}


# The tree


def test_the_tree_in_the_readme_is_the_one_on_disk():
    assert tree()[0] == entries(ROOT) - ignored()


def test_the_tree_of_the_package_is_the_one_on_disk():
    assert tree()[1] == entries(ROOT / "rag")


def test_the_documents_that_the_tree_names_are_there():
    [line] = [line for line in README.splitlines() if line.startswith("docs/")]
    assert set(re.findall(r"[\w-]+\.md", line)) == {path.name for path in DOCUMENTS[2:]}


# Commands


def command_of(arguments):
    """The command and the rest of its command line; fails where there is no such command."""
    command, context = main, click.Context(main)
    while isinstance(command, click.Group):
        name, command, arguments = command.resolve_command(context, arguments)
    return name, command, arguments


def test_the_commands_in_the_readme_exist_and_understand_their_options():
    used = [words[1:] for words in commands_in(README) if Path(words[0]).name == "rag"]
    assert {words[0] for words in used} >= {"ingest", "ask", "search", "chat", "doctor"}
    for words in used:
        name, command, arguments = command_of(words)
        command.make_context(name, arguments)


def test_the_tree_lists_the_commands_that_exist():
    [line] = re.findall(r"^  cli/ +rag (.*)$", README, re.MULTILINE)
    assert line.split(" | ") == list(main.commands)


def test_the_targets_of_make_exist():
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    used = [words[1] for words in commands_in(README) if words[0] == "make"]
    assert {"chat", "test"} <= set(used) <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_paths_and_settings_named_in_prose_exist(path):
    for code in code_in(path.read_text("utf-8")):
        if code.startswith("rag ") and (words := re.findall(r"^rag ([a-z]+)", code)):
            assert words[0] in main.commands, code
        if re.fullmatch(r"(?:rag|tests|docs|seeds|prompts|benchmarks)/[\w./-]*", code):
            assert (ROOT / code).exists(), code
        if setting := re.search(r"--set (\S+=\S+)", code):
            load_settings(None, [setting[1]])
        if code.startswith("make "):
            assert f"\n{code.split()[1]}:" in (ROOT / "Makefile").read_text("utf-8"), code


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


# Python


@pytest.mark.parametrize("snippet", blocks(README, "python"))
def test_the_python_in_the_readme_uses_names_that_exist(snippet):
    parsed = ast.parse(snippet)
    for node in ast.walk(parsed):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module)
            assert all(hasattr(module, alias.name) for alias in node.names)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in ("rag", "Rag"):
            assert hasattr(rag.Rag, node.attr), node.attr


def test_the_methods_of_rag_that_the_readme_names_exist():
    named = set(re.findall(r"\b[Rr]ag\.([a-z]+)\(", README))
    assert {"open", "ask", "stream"} <= named
    assert all(hasattr(rag.Rag, name) for name in named)


def test_the_nouns_of_the_tree_are_those_of_types():
    [line] = re.findall(r"^  types\.py +the nouns: (.*)$", README, re.MULTILINE)
    types = importlib.import_module("rag.types")
    assert all(hasattr(types, name) for name in line.split(", "))


def modules_with_examples():
    for path in sorted((ROOT / "rag").rglob("*.py")):
        if ">>>" in path.read_text("utf-8"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__")


@pytest.mark.parametrize("name", list(modules_with_examples()))
def test_the_examples_in_docstrings_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
