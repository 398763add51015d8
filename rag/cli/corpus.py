"""rag ingest | documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from rag import report
from rag.articles import ENDINGS, find_files, read_articles
from rag.clean.explain import explain, explained_as_text
from rag.cli.options import (
    USER_ERROR,
    Group,
    OpenRag,
    ProgressBars,
    as_json_option,
    print_json,
    with_settings,
)
from rag.errors import ArticleError, IndexLockedError
from rag.factory import erase_index
from rag.ingest import IngestReport
from rag.pipeline import Rag
from rag.types import Document

_SETTLED = 1600  # milliseconds that changes are gathered before a folder is read again
_BEGUN = 500  # milliseconds until watching counts as begun


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--rebuild", is_flag=True, help="Start the index anew: after another embedder, or damage."
)
@click.option("--watch", is_flag=True, help="Go on, and follow what changes, until Ctrl-C.")
@click.option(
    "--explain", is_flag=True, help="Change nothing: print what of each page is kept or cut, why."
)
@click.option("--ray", is_flag=True, help="Embed with Ray, as [ray] in config.toml says.")
@as_json_option
@with_settings
def ingest(
    paths: tuple[Path, ...],
    rebuild: bool,
    watch: bool,
    explain: bool,
    ray: bool,
    as_json: bool,
    open_rag: OpenRag,
) -> None:
    """Make the index hold what the files and folders at PATHS hold now.

    Only new and changed articles are embedded. Run it again after an interruption.

    Reads txt, md, html, mhtml, pdf, docx, epub, jsonl, csv, tsv and a zip of these. Rows of jsonl
    and csv have the fields text, title, source, url, date and author, or النص, العنوان, المصدر,
    الرابط, التاريخ and الكاتب. Encodings are detected. What cannot be read is refused with the
    reason, and what it held before stays.

    \b
    Example:
      rag ingest articles/
      rag ingest articles/ --watch
      rag ingest --explain page.html
    """
    files = find_files(paths)  # where there is nothing to read, no index is made
    if explain:
        _explain(files)
        return
    if rebuild:
        erase_index(open_rag.config, index=open_rag.index, overrides=open_rag.overrides)
    with open_rag(create=True) as rag:
        done = _ingest(rag, paths, as_json=as_json, with_ray=ray)
        if watch:
            for _ in _changes(paths):
                try:
                    _ingest(rag, paths, as_json=as_json, with_ray=ray)
                except (ArticleError, IndexLockedError) as error:  # it is tried again later
                    click.echo(f"rag: {error}", err=True)
    if done.refused:
        click.get_current_context().exit(USER_ERROR)


def _ingest(rag: Rag, paths: Sequence[Path], *, as_json: bool, with_ray: bool) -> IngestReport:
    with ProgressBars() as bars:
        done = rag.ingest(paths, progress=bars, with_ray=with_ray)
    if as_json:
        print_json(dataclasses.asdict(done))
    else:
        click.echo(report.ingest_as_text(done))
    for path, reason in done.refused:
        click.echo(f"rag: refused {path}: {reason}", err=True)
    return done


def _changes(paths: Sequence[Path]) -> Iterator[None]:
    """Once when watching has begun, then each time that articles have changed."""
    from watchfiles import watch

    folders = [path.resolve() for path in paths if path.is_dir()]
    files = {path.resolve() for path in paths if not path.is_dir()}

    def is_article(_change: object, name: str) -> bool:
        path = Path(name)
        is_below = any(path.is_relative_to(folder) for folder in folders)
        # A folder that was moved in or out is one change, of its own name.
        return path in files or (is_below and path.suffix.lower() in {*ENDINGS, ""})

    begun = False
    # What changed before the first turn is not told: it is looked for once more.
    # Editors put a new file in the place of the old one, so it is its folder that is watched.
    for changes in watch(
        *folders,
        *{path.parent for path in files},
        recursive=bool(folders),
        watch_filter=is_article,
        debounce=_SETTLED,
        rust_timeout=_BEGUN,
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        if changes or not begun:
            yield
        if not begun:
            begun = True
            click.echo("watching; Ctrl-C ends it", err=True)


def _explain(files: Sequence[Path]) -> None:
    for path in files:
        for raw in read_articles(path):
            click.echo(f"{raw.path}\n{explained_as_text(explain(raw))}\n")


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
        document = _document(rag, document_id)
    click.echo(f"{document.title}\n\n{document.text}")


@documents.command("remove")
@click.argument("document_id", metavar="ID")
@with_settings
def documents_remove(document_id: str, open_rag: OpenRag) -> None:
    """Take an article out of the index; its file stays, and is read again when it changes.

    \b
    Example:
      rag documents remove 1f3a9c
    """
    with open_rag() as rag:
        document = _document(rag, document_id)
        rag.remove([document.id])
    click.echo(f"removed  {document.title}")


def _document(rag: Rag, beginning: str) -> Document:
    found = [d for d in rag.documents() if d.id.startswith(beginning)]
    if len(found) != 1:
        what = "no article has" if not found else f"{len(found)} articles have"
        raise ArticleError(f"{what} an id that begins with {beginning!r}: see rag documents list")
    return found[0]
