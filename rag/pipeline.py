"""All of it on one page: articles in, answers out."""

from __future__ import annotations

import tempfile
from collections import abc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from rag.arabic import is_order, is_yes_no
from rag.bulk import RayEmbedder
from rag.clock import Clock
from rag.compose import Composer
from rag.confidence import Confidence, RetrievedWeights, Signs
from rag.conflict import with_conflict
from rag.embed import Embedder
from rag.embed.interaction import NearnessByPlace
from rag.errors import RagError
from rag.evidence import EvidenceSelector
from rag.generate import Generator, Ticket, Turns
from rag.index import Index
from rag.ingest import Chunker, IngestReport, Progress, embed_documents, ingest_files
from rag.overview import Overviewer, snapshots
from rag.prompt import Prompt
from rag.retrieve import Retriever
from rag.suggest import with_suggestions
from rag.types import Answer, Document, Filter, Hit, Message, Sentence, Status

_BEAT = 0.2  # seconds between two looks at whether anybody still waits for an answer
_LONGEST_QUESTION = 2000  # characters; more is an article, not a question


def _silent(_done: int, _total: int, _what: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Steps:
    """The parts of a pipeline, as the factory makes them."""

    embedder: Embedder
    chunker: Chunker
    make_retriever: Callable[[Embedder, Index], Retriever]
    selector: EvidenceSelector
    confidence: Confidence
    prompt: Prompt
    generator: Generator | None  # none: every answer is quoted
    composer: Composer
    open_index: Callable[[Path], Index]  # creates it where there is none
    bulk: RayEmbedder | None = None
    top_k: int = 10
    max_tokens: int = 110
    turns: Turns = field(default_factory=Turns)  # at the generator
    overviewer: Overviewer = field(default_factory=Overviewer)


class Rag:
    """Articles to answers: `ingest` them, then `search` or `ask`.

    >>> rag = Rag.open()                                          # doctest: +SKIP
    >>> print(rag.ask("متى وصل مسبار الأمل إلى المريخ؟").text)       # doctest: +SKIP
    """

    def __init__(
        self, steps: Steps, index: Index, *, description: dict[str, object] | None = None
    ) -> None:
        self._steps = steps
        self._index = index
        self._retriever = steps.make_retriever(steps.embedder, index)
        self._description = description or {}
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def open(
        cls,
        config: Path | str | None = None,
        *,
        index: Path | str | None = None,
        overrides: Sequence[str] = (),
        create: bool = False,
    ) -> Rag:
        """The pipeline of `config` (by default config.toml) over the index in its folder.

        `overrides` are settings such as `answer.top_k=8`. Raises IndexMissingError where there is
        no index yet, unless `create` is set.
        """
        from rag.factory import open_rag  # the factory knows this class, so not at the top

        return open_rag(config, index=index, overrides=overrides, create=create)

    def __enter__(self) -> Rag:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index; one made by `over` in a temporary folder is removed."""
        self._index.close()
        if self._temporary:
            self._temporary.cleanup()

    def ingest(
        self,
        paths: Path | str | Sequence[Path | str],
        *,
        progress: Progress = _silent,
        with_ray: bool = False,
    ) -> IngestReport:
        """Make the index hold what these files and folders hold now; see rag.ingest."""
        # Of a text alone each letter would be a path, and «/» the whole disk.
        paths = [paths] if isinstance(paths, Path | str) else paths
        bulk = self._steps.bulk if with_ray else None
        return ingest_files(
            [Path(path) for path in paths],
            self._index,
            chunker=self._steps.chunker,
            embedder=bulk or self._steps.embedder,
            progress=progress,
        )

    def over(
        self,
        documents: Sequence[Document],
        folder: Path | None = None,
        *,
        retrieved: bool = False,
        progress: Progress = _silent,
    ) -> Rag:
        """The same pipeline over these documents alone, in `folder` or a temporary one.

        `retrieved`: your own search found them for the question; see rag.confidence.
        """
        temporary = None if folder else tempfile.TemporaryDirectory(prefix="musnad-")
        index = self._steps.open_index(
            folder or Path(temporary.name if temporary else "") / "index"
        )
        steps = self._steps
        if retrieved:
            steps = replace(steps, confidence=replace(steps.confidence, weights=RetrievedWeights()))
        rag = Rag(steps, index, description=self._description)
        rag._temporary = temporary
        embed_documents(
            documents,
            index,
            chunker=self._steps.chunker,
            embedder=self._steps.embedder,
            progress=progress,
        )
        index.commit()
        return rag

    def documents(self, document_ids: Sequence[str] | None = None) -> list[Document]:
        """The documents of the index, all or those asked for."""
        return self._index.documents(document_ids)

    def remove(self, document_ids: str | Sequence[str]) -> None:
        """Take documents out of the index; an unknown id is passed over."""
        ids = [document_ids] if isinstance(document_ids, str) else document_ids
        self._index.remove(ids)
        self._index.commit()

    def passage_count(self, document_id: str) -> int:
        """How many passages a document was cut into."""
        return len(self._index.passages(document_id))

    def describe(self) -> dict[str, object]:
        """The settings and models in use, for a run file."""
        return self._description

    def warm_up(self) -> None:
        """Load the models and let them read what every prompt begins with."""
        self._steps.embedder.embed_questions(["سؤال"])
        if generator := self._steps.generator:
            messages = self._steps.prompt.messages("سؤال", [])
            with self._steps.turns.ticket() as ticket:
                while not ticket.wait(_BEAT):
                    pass
                for _ in generator.generate(messages, max_tokens=1):
                    pass

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        history: Sequence[Answer] = (),
        within: Filter | None = None,
    ) -> list[Hit]:
        """The `k` best passages for a question, without a model."""
        return self._retriever.search(_checked(question), k, history=history, within=within)

    def ask(
        self, question: str, *, history: Sequence[Answer] = (), within: Filter | None = None
    ) -> Answer:
        """The finished answer; `history` holds the answers before it, oldest first."""
        *_, answer = self.stream(question, history=history, within=within)
        return answer

    def stream(
        self, question: str, *, history: Sequence[Answer] = (), within: Filter | None = None
    ) -> abc.Generator[Answer, None, None]:
        """Snapshots of the answer: the evidence first, then the draft, last the finished answer."""
        steps, clock = self._steps, Clock()
        question = _checked(question)
        overview = steps.overviewer.answer(
            question, self._retriever, self._index, history=history, within=within
        )
        if overview:
            yield from snapshots(overview, clock)
            return
        asked = self._retriever.asked(question, history)
        hits = self._retriever.search(question, steps.top_k, history=history, within=within)
        similarities = self._retriever.similarities(asked, hits)
        chosen = steps.selector.select(asked, hits, similarities)
        evidence, near = steps.selector.read_again(asked, chosen, self._retriever.nearness)
        copies = self._index.copies({hit.passage.document_id for hit in hits})
        answer = Answer(
            question,
            hits=tuple(hits),
            evidence=tuple(evidence),
            copies={identifier: tuple(others) for identifier, others in copies.items() if others},
            timings=clock.lap("evidence"),
        )
        yield answer
        signs = Signs(asked, evidence, similarities, [*near.values()])
        confidence = steps.confidence.score(signs)
        finished = replace(answer, status="declined", confidence=confidence)
        if steps.confidence.is_enough(confidence):
            finished = yield from self._composed(finished, asked, near, clock)
        if finished.status == "declined":
            finished = replace(finished, sentences=steps.composer.declined())
        longest = steps.composer.longest_words
        finished = with_conflict(finished, self._index.documents, question=asked, longest=longest)
        yield with_suggestions(replace(finished, timings=clock.lap("total")), asked)

    def _composed(
        self, answer: Answer, asked: str, near: NearnessByPlace, clock: Clock
    ) -> abc.Generator[Answer, None, Answer]:
        """The answer with its sentences, declined where all is in other scripts; first, drafts."""
        steps, composer, generator = self._steps, self._steps.composer, self._steps.generator
        # What an article says to a model is shown to readers; nothing is written from it.
        written_from = [item for item in answer.evidence if not is_order(item.quote)]
        # The default model was right on none of seven: it affirms what the source denies.
        if not generator or not written_from or is_yes_no(asked):
            said = composer.quoted(answer.evidence, question=asked, near=near)
            return _with(answer, "quoted", said)
        messages = steps.prompt.messages(asked, steps.selector.for_writer(written_from))
        writing, draft = replace(answer, status="writing", confidence=None), ""
        with steps.turns.ticket() as ticket:
            yield from self._read(writing, messages, ticket)
            pieces = generator.generate(messages, max_tokens=steps.max_tokens, beyond=asked)
            with closing(pieces):
                for piece in pieces:
                    draft += piece
                    lap = clock.lap("first_word", again=False)
                    yield replace(writing, draft=draft, timings=lap)
        written = composer.checked(draft, written_from, question=asked)
        return _with(answer, *composer.finished(written, written_from, question=asked, near=near))

    def _read(
        self, answer: Answer, messages: Sequence[Message], ticket: Ticket
    ) -> Iterator[Answer]:
        """Wait for the model and let it read; the same snapshot shows that work goes on.

        Whoever does not wait for the next snapshot closes the stream, and the model is free.
        """
        if self._steps.generator:
            while not ticket.wait(_BEAT):
                yield answer
            with closing(self._steps.generator.read(messages)) as reading:
                for _ in reading:
                    yield answer


def _with(answer: Answer, status: Status, sentences: tuple[Sentence, ...]) -> Answer:
    if not sentences:
        return replace(answer, status="declined", confidence=0.0)
    return replace(answer, status=status, sentences=sentences)


def _checked(question: str) -> str:
    # Halves of character pairs (on a command line, bytes that are no UTF-8) can be neither embedded
    # nor printed.
    question = question.encode(errors="ignore").decode().strip()
    if not question:
        raise RagError("the question is empty")
    if len(question) > _LONGEST_QUESTION:
        raise RagError(
            f"the question has {len(question):,} characters; at most {_LONGEST_QUESTION:,} are read"
        )
    return question
