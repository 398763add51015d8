"""rag ingest | documents."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from rag import report
from rag.articles import find_files
from rag.cli.options import (
    USER_ERROR,
    Group,
    OpenRag,
    ProgressBars,
    as_json_option,
    print_json,
    with_settings,
)
from rag.errors import ArticleError
from rag.factory import erase_index


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--rebuild", is_flag=True, help="Start the index anew: after another embedder, or damage."
)
@as_json_option
@with_settings
def ingest(paths: tuple[Path, ...], rebuild: bool, as_json: bool, open_rag: OpenRag) -> None:
    """Make the index hold what the files and folders at PATHS hold now.

    Only new and changed articles are embedded. Run it again after an interruption.

    \b
    Example:
      rag ingest articles/
    """
    find_files(paths)  # where there is nothing to read, no index is made
    if rebuild:
        erase_index(open_rag.config, index=open_rag.index, overrides=open_rag.overrides)
    with open_rag(create=True) as rag, ProgressBars() as bars:
        done = rag.ingest(paths, progress=bars)
    if as_json:
        print_json(dataclasses.asdict(done))
    else:
        click.echo(report.ingest_as_text(done))
    for path, reason in done.refused:
        click.echo(f"rag: refused {path}: {reason}", err=True)
    if done.refused:
        click.get_current_context().exit(USER_ERROR)


@click.group(cls=Group)
def documents() -> None:
    """List the articles of the index, or show one."""


@documents.command("list")
@as_json_option
@with_settings
def documents_list(as_json: bool, open_rag: OpenRag) -> None:
    """List the articles of the index.

    \b
    Example:
      rag documents list --json
    """
    with open_rag() as rag:
        rows = [
            report.document_as_json(document, rag.passage_count(document.id))
            for document in rag.documents()
        ]
    if as_json:
        print_json(rows)
    for row in () if as_json else rows:
        click.echo(
            f"{str(row['id'])[:12]}  {row['title']}  ({row['passages']})  {row['path'] or ''}"
        )


@documents.command("show")
@click.argument("document_id", metavar="ID")
@with_settings
def documents_show(document_id: str, open_rag: OpenRag) -> None:
    """Print an article as a reader sees it; the beginning of its ID is enough.

    \b
    Example:
      rag documents show 1f3a9c
    """
    with open_rag() as rag:
        found = [d for d in rag.documents() if d.id.startswith(document_id)]
    if len(found) != 1:
        what = "no article has" if not found else f"{len(found)} articles have"
        raise ArticleError(f"{what} an id that begins with {document_id!r}: see rag documents list")
    click.echo(f"{found[0].title}\n\n{found[0].text}")
