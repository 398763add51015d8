"""What the commands share: options, errors, progress bars, printing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from rag.errors import RagError
from rag.pipeline import Rag
from rag.types import Filter

USER_ERROR = 2  # exit code
_Command = Callable[..., Any]
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII)


class Group(click.Group):
    """A group whose commands end on a RagError with one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RagError as error:
            click.echo(f"rag: {error}", err=True)
            ctx.exit(USER_ERROR)
        except KeyboardInterrupt:
            click.echo("rag: interrupted; what was done is kept, run it again to go on", err=True)
            ctx.exit(130)


class OpenRag:
    """What `with_settings` gives a command: how to open the pipeline its options describe."""

    def __init__(self, index: Path | None, config: Path | None, overrides: tuple[str, ...]) -> None:
        self.index = index
        self.config = config
        self.overrides = overrides

    def __call__(
        self, *, create: bool = False, index: Path | None = None, overrides: tuple[str, ...] = ()
    ) -> Rag:
        return Rag.open(
            self.config,
            index=index or self.index,
            overrides=(*self.overrides, *overrides),
            create=create,
        )


def with_settings(command: _Command) -> _Command:
    """The options that every command over an index has; the command gets `open_rag`."""

    @click.option("--index", type=click.Path(path_type=Path), help="Folder of the index.")
    @click.option("--config", type=click.Path(path_type=Path), help="Another config.toml.")
    @click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="TABLE.KEY=VALUE",
        help="One setting for this run, like answer.top_k=8.",
    )
    @wraps(command)
    def wrapped(
        index: Path | None, config: Path | None, overrides: tuple[str, ...], **options: Any
    ) -> Any:
        return command(open_rag=OpenRag(index, config, overrides), **options)

    return wrapped


def _date(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        if not _DATE.fullmatch(value):
            raise ValueError(value)
        date.fromisoformat(value + "2000-01-01"[len(value) :])
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date like 2024-06-19, 2024-06 or 2024") from None
    return value


def with_filter(command: _Command) -> _Command:
    """The options that narrow a search; the command gets `within`, or None where none is used."""

    @click.option("--since", metavar="DATE", callback=_date, help="Only articles from DATE on.")
    @click.option("--until", metavar="DATE", callback=_date, help="Only articles up to DATE.")
    @click.option("--source", "sources", multiple=True, metavar="OUTLET", help="Only from OUTLET.")
    @wraps(command)
    def wrapped(
        since: str | None, until: str | None, sources: tuple[str, ...], **options: Any
    ) -> Any:
        within = Filter(since, until, sources)
        return command(within=None if within == Filter() else within, **options)

    return wrapped


as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: object) -> None:
    """JSON as a person can read it, Arabic as Arabic."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


class ProgressBars:
    """A bar on standard error for each stage of a long work; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def __enter__(self) -> ProgressBars:
        return self

    def __call__(self, done: int, total: int, what: str) -> None:
        from tqdm import tqdm

        if what not in self._bars:
            # Work is told of in bursts: only the mean rate since the start tells what is left.
            self._bars[what] = tqdm(
                total=total, desc=what, unit="", disable=None, leave=False, smoothing=0
            )
        self._bars[what].update(done - self._bars[what].n)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for bar in self._bars.values():
            bar.close()
