"""rag models | doctor."""

from __future__ import annotations

from pathlib import Path

import click

from rag import doctor as checks
from rag import models as catalogue
from rag.cli.options import USER_ERROR, Group, as_json_option, print_json
from rag.factory import models_folder, prepare_embedder
from rag.settings import load_settings


class _OnHub(click.Choice[str]):
    """A name of the catalogue, or of a GGUF file of the hub."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value if catalogue.is_hub_name(value) else super().convert(value, param, ctx)


_names = click.argument("names", nargs=-1, type=click.Choice(list(catalogue.CATALOGUE)))
_names_anywhere = click.argument("names", nargs=-1, type=_OnHub(list(catalogue.CATALOGUE)))
_config = click.option("--config", type=click.Path(path_type=Path), help="Another config.toml.")


@click.group(cls=Group)
def models() -> None:
    """List, fetch or verify the models."""


@models.command("list")
@_config
def models_list(config: Path | None) -> None:
    """List the models of the catalogue and whether they are here.

    \b
    Example:
      rag models list
    """
    folder = models_folder(load_settings(config))
    for name, spec in catalogue.CATALOGUE.items():
        here = "here" if catalogue.is_present(spec, folder) else "not here"
        click.echo(
            f"{name:<28} {spec.purpose:<10} {spec.bytes / 1e9:4.1f} GB  {here:<9} {spec.licence}"
        )
    click.echo(f"folder: {folder}")


@models.command("fetch")
@_names_anywhere
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Choice(catalogue.SOURCES),
    help="Only from here; by default all, in this order.",
)
@click.option(
    "--from",
    "local",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder or file that may hold the model already.",
)
@_config
def models_fetch(
    names: tuple[str, ...], sources: tuple[str, ...], local: tuple[Path, ...], config: Path | None
) -> None:
    """Fetch the models NAMES, by default both, and check every file against its SHA-256.

    Run it again after an interruption: parts that are here are kept. On x86 processors the embedder
    is then prepared for this one, which takes about a minute, once. Any other GGUF file is named as
    owner/repo:file.gguf and comes from the hub alone.

    \b
    Example:
      rag models fetch
    """
    settings = load_settings(config)
    folder = models_folder(settings)
    fetcher = catalogue.Fetcher(local=local)
    for name in names or catalogue.CATALOGUE:
        if catalogue.is_hub_name(name):
            click.echo(f"{name}: {catalogue.hub_fetch(name)}")
            continue
        spec = catalogue.CATALOGUE[name]
        path = fetcher.fetch(spec, folder, sources=sources or catalogue.SOURCES)
        click.echo(f"{name}: {path}")
        if name == settings.embed.model:
            prepare_embedder(settings)


@models.command("verify")
@_names
@_config
def models_verify(names: tuple[str, ...], config: Path | None) -> None:
    """Hash every file of the models NAMES, by default both, and name those that are wrong.

    \b
    Example:
      rag models verify
    """
    folder = models_folder(load_settings(config))
    is_whole = True
    for name in names or catalogue.CATALOGUE:
        problems = [
            state.problem
            for state in catalogue.verify(catalogue.CATALOGUE[name], folder)
            if not state.is_ok
        ]
        is_whole &= not problems
        for problem in problems:
            click.echo(f"rag: {name}: {problem}: run `rag models fetch`", err=True)
        if not problems:
            click.echo(f"{name}: ok")
    if not is_whole:
        click.get_current_context().exit(USER_ERROR)


@click.command()
@click.option("--index", type=click.Path(path_type=Path), help="Folder of the index.")
@_config
@as_json_option
def doctor(index: Path | None, config: Path | None, as_json: bool) -> None:
    """Report what is here and what is missing, and whether anything would need the network.

    \b
    Example:
      rag doctor
    """
    findings = checks.examine(load_settings(config), index)
    if as_json:
        print_json([finding.as_json() for finding in findings])
    for finding in () if as_json else findings:
        click.echo(f"{'ok' if finding.is_ok else '!!':<3} {finding.name:<10} {finding.text}")
    if not all(finding.is_ok for finding in findings):
        click.get_current_context().exit(USER_ERROR)
