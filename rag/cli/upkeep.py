"""rag index verify | rebuild | backup | restore."""

from __future__ import annotations

from pathlib import Path

import click

from rag.arabic import ANALYSER, analyse
from rag.cli.options import Group, OpenRag, as_json_option, print_json, with_settings
from rag.errors import SettingsError
from rag.factory import index_identity
from rag.index.backup import backup, restore
from rag.index.upkeep import rebuild, verify
from rag.settings import Settings, load_settings

_DAMAGED = 1  # exit code
_file = click.argument("file", type=click.Path(path_type=Path))


@click.group(cls=Group)
def index() -> None:
    """Check the index, make it whole, back it up or restore it."""


@index.command("verify")
@as_json_option
@with_settings
def index_verify(as_json: bool, open_rag: OpenRag) -> None:
    """Compare every part of the index with its checksum; exit code 1 if one differs.

    \b
    Example:
      rag index verify
    """
    settings, folder = _settings(open_rag)
    problems = verify(folder, index_identity(settings), analyse=analyse)
    if as_json:
        print_json({"index": str(folder), "ok": not problems, "problems": problems})
    else:
        for problem in problems:
            click.echo(f"rag: {problem}", err=True)
        if not problems:
            click.echo(f"{folder}: ok")
    if problems:
        click.get_current_context().exit(_DAMAGED)


@index.command("rebuild")
@with_settings
def index_rebuild(open_rag: OpenRag) -> None:
    """Make the search files anew and keep every whole article of a damaged index.

    Nothing is embedded. Articles that were lost are named: `rag ingest` completes them.

    \b
    Example:
      rag index rebuild
    """
    settings, folder = _settings(open_rag)
    done = rebuild(folder, index_identity(settings), analyse=analyse)
    click.echo(f"{folder}: {done.documents} articles")
    for name in done.lost:
        click.echo(f"rag: lost, at least in part: {name}", err=True)
    if done.lost:
        click.echo("rag: run rag ingest again over these files to complete the index", err=True)


@index.command("backup")
@_file
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@with_settings
def index_backup(file: Path, force: bool, open_rag: OpenRag) -> None:
    """Write the index to one FILE; searches and an ingest may go on meanwhile.

    \b
    Example:
      rag index backup musnad.backup
    """
    done = backup(_settings(open_rag)[1], file, is_forced=force)
    click.echo(f"{file}: {done.documents} articles, {done.size / 1e6:,.1f} MB")


@index.command("restore")
@_file
@click.option("--force", is_flag=True, help="Replace an index that holds articles.")
@with_settings
def index_restore(file: Path, force: bool, open_rag: OpenRag) -> None:
    """Make the index what FILE holds, once all of it was checked.

    \b
    Example:
      rag index restore musnad.backup
    """
    folder = _settings(open_rag)[1]
    done = restore(file, folder, analyser=ANALYSER, analyse=analyse, is_forced=force)
    click.echo(f"{folder}: {done.documents} articles")


def _settings(open_rag: OpenRag) -> tuple[Settings, Path]:
    settings = load_settings(open_rag.config, open_rag.overrides)
    if settings.index.kind != "local" and not open_rag.index:
        raise SettingsError(
            f"rag index keeps local indexes, and index.kind = {settings.index.kind!r}: use the"
            " tools of its server, or name a folder with --index"
        )
    return settings, open_rag.index or Path(settings.index.folder).expanduser()
