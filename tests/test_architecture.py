"""Who may import whom, and how large a module may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "rag").rglob("*.py"))
FILES = [*MODULES, ROOT / "app.py"]

FREE = {"types", "errors", "clock"}  # anyone may import them
STEPS = (
    *("articles", "clean", "copies", "chunk", "embed", "bulk", "index", "ingest"),
    *("followup", "priors", "retrieve", "evidence", "confidence", "prompt", "generate"),
    *(
        "cite",
        "verify",
        "span",
        "quotation",
        "compose",
        "conflict",
        "suggest",
        "overview",
        "pipeline",
    ),
)
ENTRANCES = {"cli", "app"}
CONCRETE = {
    *("SentenceTransformerEmbedder", "OpenVinoEmbedder", "LocalIndex", "MilvusIndex"),
    *("LlamaCppGenerator", "OpenAIGenerator"),
}
HEAVY = {
    *("torch", "faiss", "sentence_transformers", "gradio", "llama_cpp", "trafilatura"),
    *("httpx", "jinja2"),
    *("bm25s", "huggingface_hub", "pypdf", "docx", "datasketch", "hijridate", "bidi", "lxml"),
    *("openvino", "nncf", "tokenizers", "pymilvus", "grpc", "ray"),
}
EDGES = {"rag/evaluate.py", "app.py"}  # one question of an evaluation, one turn of the chat


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """The part of the tree a file belongs to: `index` for rag/index/local.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "rag" else parts[0]


def imports_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Every import in a tree, as the module and the name taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    """The other parts of the tree that a file imports, wherever in the file."""
    found = set()
    for module, name in imports_of(tree_of(path)):
        if module == "rag":
            found.add(name)
        elif module.startswith("rag."):
            found.add(module.split(".")[1])
    return found - {room_of(path)}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


# Who imports whom


def test_types_errors_and_arabic_import_nothing_of_ours():
    for path in MODULES:
        if room_of(path) in ("types", "errors", "clock", "arabic"):
            assert rooms_imported(path) == set(), path


@pytest.mark.parametrize("step", STEPS)
def test_a_step_imports_only_the_steps_before_it(step):
    before = set(STEPS[: STEPS.index(step)])
    allowed = FREE | {"arabic"} | before
    if step == "pipeline":
        allowed |= {"factory"}  # Rag.open, inside the method
    paths = [path for path in MODULES if room_of(path) == step]
    assert paths
    for path in paths:
        assert rooms_imported(path) <= allowed, path


def test_the_steps_are_all_there_and_nothing_else_is_between_them():
    rooms = {room_of(path) for path in MODULES}
    around = {
        *("__init__", "models", "questions", "metrics", "evaluate", "report", "page", "selective"),
        *("settings", "factory", "cli", "doctor", "fakes"),
    }
    assert rooms == FREE | {"arabic"} | set(STEPS) | around


def test_only_the_factory_names_the_classes_behind_the_seams():
    for path in FILES:
        if room_of(path) == "factory":
            continue
        names = {name for _, name in imports_of(tree_of(path))}
        if room_of(path) not in ("embed", "index"):
            assert not names & CONCRETE, path
            modules = {module for module, _ in imports_of(tree_of(path))}
            assert modules.isdisjoint({"rag.index.local", "rag.index.milvus"}), path


def test_only_entrances_and_what_they_are_made_of_know_the_factory():
    know = {room_of(path) for path in FILES if "factory" in rooms_imported(path)}
    assert know <= ENTRANCES | {"pipeline", "doctor"}


def test_the_pipeline_imports_the_factory_only_when_it_is_opened():
    at_the_top = {
        name or module
        for node in tree_of(ROOT / "rag" / "pipeline.py").body
        for module, name in imports_of(node)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert "open_rag" not in at_the_top
    assert not any("factory" in name for name in at_the_top)


def test_only_entrances_the_factory_and_the_evaluation_know_the_pipeline():
    know = {room_of(path) for path in FILES if "pipeline" in rooms_imported(path)}
    assert know <= ENTRANCES | {"factory", "evaluate", "__init__"}


def test_settings_go_to_the_factory_and_no_further():
    know = {room_of(path) for path in FILES if "settings" in rooms_imported(path)}
    assert know <= ENTRANCES | {"factory", "doctor"}


def test_fakes_are_for_tests_alone():
    assert not [path for path in FILES if "fakes" in rooms_imported(path)]


def test_heavy_libraries_are_imported_where_they_are_used():
    for path in MODULES:
        at_the_top = {
            module.split(".")[0]
            for node in tree_of(path).body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for module, _ in imports_of(node)
        }
        assert not at_the_top & HEAVY, path


# How it is written


def test_a_module_has_at_most_300_lines():
    lengths = {relative(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_a_module_says_in_one_line_what_it_does():
    said = {relative(path): ast.get_docstring(tree_of(path)) or "" for path in FILES}
    assert [name for name, text in said.items() if not text or "\n" in text] == []


def test_a_function_fits_on_a_screen():
    for path in FILES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 45, f"{path}: {node.name}"


def test_any_exception_is_caught_only_at_the_two_edges():
    caught = [
        relative(path)
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") == "Exception")
    ]
    assert sorted(caught) == sorted(EDGES)


def test_nothing_in_the_package_prints_to_standard_output():
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                assert [ast.unparse(each) for each in node.keywords] == ["file=sys.stderr"], path
