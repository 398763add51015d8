"""rag search | ask | evaluate | chat."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from rag import report
from rag.cli.explain import explained_as_json, explained_as_text
from rag.cli.options import OpenRag, as_json_option, print_json, with_filter, with_settings
from rag.settings import project_file
from rag.types import Filter

THRESHOLDS = tuple(tenth / 10 for tenth in range(1, 10))  # shown of the risk–coverage curve


@click.command()
@click.argument("question")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="Hits.")
@click.option("--explain", is_flag=True, help="Say why each was found.")
@with_filter
@as_json_option
@with_settings
def search(
    question: str,
    k: int,
    explain: bool,
    as_json: bool,
    within: Filter | None,
    open_rag: OpenRag,
) -> None:
    """Print the passages that fit QUESTION best, without a language model.

    \b
    Example:
      rag search "تحلية المياه" -k 5 --since 2024-06
      rag search "تحلية المياه" --explain
    """
    with open_rag() as rag:
        hits = rag.search(question, k, within=within)
    if explain and as_json:
        print_json(explained_as_json(question, hits))
    elif explain:
        click.echo(explained_as_text(question, hits))
    elif as_json:
        print_json(report.hits_as_json(hits))
    else:
        click.echo(report.hits_as_text(hits))


@click.command()
@click.argument("question")
@click.option("--quotes", is_flag=True, help="Answer in quotations, without a language model.")
@with_filter
@as_json_option
@with_settings
def ask(
    question: str, quotes: bool, as_json: bool, within: Filter | None, open_rag: OpenRag
) -> None:
    """Answer QUESTION from the articles, with the passage each sentence rests on.

    \b
    Example:
      rag ask "متى وصل مسبار الأمل إلى المريخ؟"
    """
    with open_rag(overrides=("generate.kind=none",) if quotes else ()) as rag:
        answer = rag.ask(question, within=within)
        cited = {citation.passage.document_id for citation in answer.citations}
        documents = {document.id: document for document in rag.documents([*cited])}
    if as_json:
        print_json(report.answer_as_json(answer, documents))
    else:
        click.echo(report.answer_as_text(answer, documents))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write every row to this file.")
@click.option("--retrieval", is_flag=True, help="Measure the search only, without a model.")
@click.option("--limit", type=click.IntRange(1), help="Ask a sample of this many questions.")
@click.option("--seed", default=0, show_default=True, help="Of the sample.")
@with_settings
def evaluate(
    file: Path,
    out: Path | None,
    retrieval: bool,
    limit: int | None,
    seed: int,
    open_rag: OpenRag,
) -> None:
    """Ask a question set; print the means, and what declining at other levels would give.

    A set that brings its own texts is indexed in a temporary folder, or in --index if given.

    \b
    Example:
      rag evaluate seeds/questions.jsonl --out build/run.json
    """
    from rag.evaluate import check_writable
    from rag.evaluate import evaluate as run_evaluation
    from rag.questions import read_questions

    if out:
        check_writable(out)
    question_set = read_questions(file)
    brings_texts = question_set.documents is not None or any(
        question.passages is not None for question in question_set.questions
    )
    with tempfile.TemporaryDirectory(prefix="musnad-") as empty:
        opened = open_rag(create=True, index=Path(empty) / "index") if brings_texts else open_rag()
        with opened as rag:
            run = run_evaluation(
                rag,
                question_set,
                retrieval=retrieval,
                limit=limit,
                seed=seed,
                corpus=open_rag.index,
                progress=True,
            )
    if out:
        run.write(out)
    click.echo(report.means_as_text(run.means))
    if points := run.points(THRESHOLDS):
        click.echo("\n" + report.points_as_text(points))
    if run.failed:
        click.echo(f"rag: {run.failed} questions failed; see their rows", err=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=7860,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port of the page.",
)
@click.option("--open/--no-open", "open_browser", default=False, help="Open the browser.")
@with_settings
def chat(host: str, port: int, open_browser: bool, open_rag: OpenRag) -> None:
    """Open the chat page.

    \b
    Example:
      rag chat --port 8080
    """
    app = _load_app()
    with open_rag() as rag:
        app.launch(rag, host=host, port=port, open_browser=open_browser)


def _load_app() -> Any:
    """app.py stands beside the package, not in it, so it is found by its place."""
    spec = importlib.util.spec_from_file_location("musnad_app", project_file("app.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
