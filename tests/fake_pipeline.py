"""Articles to an index and to a pipeline, with fakes at the seams."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from rag.arabic import analyse
from rag.chunk import SentenceChunker
from rag.compose import Composer
from rag.confidence import Confidence
from rag.embed import Embedder
from rag.evidence import EvidenceSelector
from rag.factory import make_chunker, make_index
from rag.fakes import ExactIndex, FakeEmbedder
from rag.generate import Generator
from rag.ingest import embed_documents
from rag.pipeline import Rag, Steps
from rag.prompt import Prompt
from rag.retrieve import Retriever
from rag.settings import Settings, project_file
from rag.types import Document, Message
from rag.verify import Checker


def copies_the_best_evidence(messages: Sequence[Message]) -> str:
    """What a good model does: the words of [1], and its marker."""
    [best] = [line for line in messages[-1].content.split("\n") if line.startswith("[1] ")]
    return best.removeprefix("[1] ") + " [1]"


def indexed(documents: Sequence[Document], embedder: Embedder | None = None) -> ExactIndex:
    """An index in memory that holds these documents."""
    embedder = embedder or FakeEmbedder()
    index = ExactIndex(embedder.dimension, analyse=analyse)
    chunker = SentenceChunker()
    embed_documents(documents, index, chunker=chunker, embedder=embedder, progress=lambda *_: None)
    index.commit()
    return index


def write_index(
    documents: Sequence[Document], settings: Settings, *, folder: Path | None = None
) -> None:
    """Make the index of the settings, or one in `folder`, with made-up vectors: no model is read.

    An ingest of the same articles then finds their vectors there and needs no model either.
    """
    with closing(make_index(settings, folder, create=True)) as index:
        embed_documents(
            documents,
            index,
            chunker=make_chunker(settings),
            embedder=FakeEmbedder(settings.embed.dimension),
            progress=lambda *_: None,
        )
        index.commit()


def pipeline_over(
    documents: Sequence[Document],
    generator: Generator | None = None,
    *,
    description: dict[str, object] | None = None,
    **parts: Any,
) -> Rag:
    """The real steps over these documents, which decline nothing; `parts` replace some of them.

    Without a generator every answer is quoted.
    """
    embedder = FakeEmbedder()
    usual: dict[str, Any] = {
        "embedder": embedder,
        "chunker": SentenceChunker(),
        "make_retriever": Retriever,
        "selector": EvidenceSelector(),
        "confidence": Confidence(decline_below=0.0),
        "prompt": Prompt(project_file("prompts")),
        "generator": generator,
        "composer": Composer(Checker()),
        "open_index": lambda _folder: indexed((), embedder),
    }
    return Rag(Steps(**usual | parts), indexed(documents, embedder), description=description)
