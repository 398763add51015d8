"""Question sets to scores."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from tqdm import tqdm

from rag import metrics, selective
from rag.errors import GeneratorError, QuestionSetError, RagError
from rag.questions import QuestionSet, read_questions, sample, with_ids
from rag.report import TIMINGS, answer_as_json, hits_as_json, machine, versions
from rag.selective import Outcome, Point, Verdict
from rag.types import Answer, Document, Hit, Question, unique_documents

if TYPE_CHECKING:
    from rag.pipeline import Rag

__all__ = ["QuestionSet", "Row", "Run", "evaluate", "read_questions", "sample"]

log = logging.getLogger(__name__)

DEPTH = 100  # passages asked for, so that R@100 has a meaning where articles are long
SHOWN = 10  # documents whose hits go into the run file: nDCG@10 can be computed from it again


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one question. Without an answer or an error, only hits were asked for."""

    question: Question
    hits: tuple[Hit, ...] = ()
    answer: Answer | None = None
    scores: Mapping[str, float] = field(default_factory=dict)  # those that apply, 0 if it failed
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        """The row as the run file has it, with the hits down to the tenth document."""
        shown = set(unique_documents(self.hits)[:SHOWN])
        hits = [hit for hit in self.hits if hit.passage.document_id in shown]
        return {
            "id": self.question.id,
            "question": self.question.text,
            "kind": self.question.kind,
            "answerable": self.question.answerable,
            "answers": list(self.question.answers),
            "document_ids": list(self.question.document_ids),
            "hits": hits_as_json(hits),
            "answer": answer_as_json(self.answer) if self.answer else None,
            "confidence": self.answer.confidence if self.answer else None,
            "scores": dict(self.scores),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Run:
    """An evaluation: a row for every question, whatever became of it, and what it was made with."""

    name: str  # of the question set
    rows: tuple[Row, ...]
    is_retrieval: bool
    is_interrupted: bool
    sampling: Mapping[str, int | None]  # limit and seed
    made_with: Mapping[str, object]  # settings and models, as `Rag.describe` gives them

    @property
    def means(self) -> dict[str, float]:
        """The mean of each score over the rows it applies to; medians of timings, in seconds."""
        means = {}
        for name in dict.fromkeys(name for row in self.rows for name in row.scores):
            means[name] = fmean(row.scores[name] for row in self.rows if name in row.scores)
        if self.is_retrieval:
            return means
        rates = metrics.abstention(
            (row.question.answerable, _is_wrong_about_declining(row)) for row in self.rows
        )
        named = {"false_answer": rates.false_answer, "false_refusal": rates.false_refusal}
        named["abstention_error"] = rates.mean
        named |= selective.means([_outcome(row) for row in self.rows])
        for timing in TIMINGS:
            taken = [row.answer.timings.get(timing) for row in self.rows if row.answer]
            seconds = [value for value in taken if value is not None]
            named[f"median_{timing}"] = median(seconds) if seconds else None
        return means | {name: value for name, value in named.items() if value is not None}

    def points(self, thresholds: Iterable[float] | None = None) -> list[Point]:
        """What declining below other thresholds gives; see rag.selective.points."""
        outcomes = [] if self.is_retrieval else [_outcome(row) for row in self.rows]
        return selective.points(outcomes, thresholds)

    @property
    def failed(self) -> int:
        """How many questions ended in an error or were never asked."""
        return sum(row.error is not None for row in self.rows)

    def as_json(self) -> dict[str, object]:
        """The run file."""
        return {
            "set": {
                "name": self.name,
                "questions": len(self.rows),
                "failed": self.failed,
                "retrieval": self.is_retrieval,
                **self.sampling,
            },
            "interrupted": self.is_interrupted,
            "means": self.means,
            "risk_coverage": [asdict(point) for point in self.points()],
            "rows": [row.as_json() for row in self.rows],
            "settings": self.made_with.get("settings"),
            "models": self.made_with.get("models"),
            "versions": versions(),
            "machine": machine(),
        }

    def write(self, path: Path) -> None:
        """Write the run file: all of it, or nothing where a file of that name stays as it was."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            # default=str: a setting that JSON has no word for must not cost an hour of answers
            text = json.dumps(self.as_json(), ensure_ascii=False, indent=1, default=str)
            # half a surrogate pair, which UTF-8 cannot hold, becomes the \\uXXXX that JSON reads
            unfinished.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Make the folder of a run file; RagError where none can be written, before a run of hours."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            raise RagError(f"cannot write {path}: it is no file; name another one with --out")
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise RagError(
            f"cannot write {path}: {error.strerror}; name another file with --out"
        ) from error


def evaluate(
    rag: Rag,
    question_set: QuestionSet,
    *,
    retrieval: bool = False,
    limit: int | None = None,
    seed: int = 0,
    corpus: Path | None = None,
    progress: bool = True,
) -> Run:
    """Ask every question and score what comes back; with `retrieval`, only search.

    A set with documents of its own is indexed in the folder `corpus`, or in a temporary one, whole
    even if `limit` picks some of the questions. A question that fails has a row with the error and
    scores 0; Ctrl-C ends the run early, and the questions left over score 0 too.
    """
    made_with = rag.describe()
    with ExitStack() as opened:
        if question_set.documents is not None:
            rag = opened.enter_context(_over(rag, question_set, corpus, progress))
            questions = question_set.questions
        else:
            questions = with_ids(question_set, rag.documents())
        questions = sample(questions, limit, seed)
        if retrieval and not any(map(metrics.relevant_documents, questions)):
            raise QuestionSetError(
                f"{question_set.name}: no question names a document that answers it, so there is"
                " no ranking to score; run it without --retrieval"
            )
        rows, is_interrupted = _all_rows(rag, questions, retrieval, progress)
    return Run(
        name=question_set.name,
        rows=tuple(rows),
        is_retrieval=retrieval,
        is_interrupted=is_interrupted,
        sampling={"limit": limit, "seed": seed},
        made_with=made_with,
    )


def _over(rag: Rag, question_set: QuestionSet, corpus: Path | None, progress: bool) -> Rag:
    documents = question_set.documents or ()
    if corpus:
        _refuse_strangers(rag, question_set.name, documents, corpus=corpus)
    # passages come in bursts, which a moving average takes for a change of pace
    with tqdm(unit="passage", disable=not progress, smoothing=0) as bar:

        def show(done: int, total: int, what: str) -> None:
            bar.total = total
            bar.set_description(what, refresh=False)
            bar.update(done - bar.n)

        return rag.over(documents, corpus, progress=show)


def _refuse_strangers(rag: Rag, name: str, documents: Sequence[Document], *, corpus: Path) -> None:
    """QuestionSetError for an index of other articles, before any of the set is put into it."""
    with rag.over((), corpus) as there:
        held = {document.id for document in there.documents()}
    if strangers := held - {document.id for document in documents}:
        raise QuestionSetError(
            f"{corpus} holds {len(strangers):,} documents besides the {len(documents):,} of"
            f" {name}, which would change its scores; name another --index"
        )


def _all_rows(
    rag: Rag, questions: Sequence[Question], retrieval: bool, progress: bool
) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    main_score = "nDCG@10" if retrieval else "contains"
    is_interrupted = False
    try:
        with tqdm(questions, unit="question", disable=not progress) as bar:
            for question in bar:
                rows.append(_row(rag, question, retrieval))
                scores = [row.scores[main_score] for row in rows if main_score in row.scores]
                if scores:
                    bar.set_postfix_str(f"{main_score} {fmean(scores):.3f}")
    except KeyboardInterrupt:
        is_interrupted = True
    for question in questions[len(rows) :]:
        rows.append(_failed(question, retrieval, "interrupted before it was answered"))
    return rows, is_interrupted


def _row(rag: Rag, question: Question, retrieval: bool) -> Row:
    try:
        with ExitStack() as opened:
            if question.passages is not None:
                rag = opened.enter_context(rag.over(question.passages, retrieved=True))
            history: list[Answer] = []
            for earlier in question.history:
                history.append(_answer(rag, earlier, history, retrieval))
            answer = _answer(rag, question.text, history, retrieval)
            hits = answer.hits
            if metrics.relevant_documents(question) and not retrieval:
                # the answer's own hits end sooner than nDCG@10 looks
                hits = tuple(rag.search(question.text, DEPTH, history=history))
    except Exception as error:
        # one question must not cost the answers to the others; a missing model would fail them all
        if isinstance(error, RagError) and type(error) not in (RagError, GeneratorError):
            raise
        log.exception("question %s failed", question.id)
        return _failed(question, retrieval, f"{type(error).__name__}: {error}")
    if retrieval:
        return Row(question, hits, scores=metrics.score_hits(question, hits))
    scores = metrics.score_hits(question, hits) | metrics.score_answer(question, answer)
    return Row(question, hits, answer, scores)


def _answer(rag: Rag, text: str, history: Sequence[Answer], retrieval: bool) -> Answer:
    if retrieval:
        return Answer(text, hits=tuple(rag.search(text, DEPTH, history=history)))
    return rag.ask(text, history=history)


def _failed(question: Question, retrieval: bool, error: str) -> Row:
    scores = metrics.score_hits(question, ())
    if not retrieval:
        scores |= metrics.score_answer(question, Answer(question.text))
    return Row(question, scores=scores, error=error)


def _is_wrong_about_declining(row: Row) -> bool:
    """A question without an answer was neither declined nor answered: wrong on either side."""
    return row.answer is None or (row.answer.status == "declined") == row.question.answerable


def _outcome(row: Row) -> Outcome:
    answer, is_answerable = row.answer, row.question.answerable
    verdict: Verdict = "right" if row.scores.get("contains") else "wrong"
    if is_answerable and "contains" not in row.scores:
        verdict = "unknown"
    elif answer and answer.status == "declined":
        verdict = "declined"
    return Outcome(is_answerable, verdict, answer.confidence if answer else None)
