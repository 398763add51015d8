"""rag ingest | search | ask | evaluate | models | documents | index | doctor | chat."""

from __future__ import annotations

import logging

import click

from rag.cli.answers import ask, chat, evaluate, search
from rag.cli.corpus import documents, ingest
from rag.cli.options import Group
from rag.cli.setup import doctor, models
from rag.cli.upkeep import index

__all__ = ["main"]


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="musnad", prog_name="rag")
def main() -> None:
    """Musnad: answers in Arabic from your own articles, every sentence with its source.

    \b
    Example:
      rag models fetch
      rag ingest seeds/articles
      rag ask "متى وصل مسبار الأمل إلى المريخ؟"
    """
    logging.basicConfig(level=logging.WARNING, format="rag: %(message)s")


for _command in (ingest, search, ask, evaluate, models, documents, index, doctor, chat):
    main.add_command(_command)
