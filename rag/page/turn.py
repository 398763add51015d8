"""One question of a conversation, and what has become of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rag.page.problems import Problem
from rag.types import Answer, Document, Filter


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what has become of it so far."""

    number: int  # from 1; it makes the ids of its sources unlike those of other turns
    answer: Answer
    documents: Mapping[str, Document] = field(default_factory=dict)  # of its passages, by id
    within: Filter | None = None  # what its search was narrowed to
    problem: Problem | None = None  # why there is no answer
    is_stopped: bool = False

    @property
    def state(self) -> str:
        """A finished answer's status, or `searching`, `writing`, `stopped`, `failed`."""
        if self.problem:
            return "failed"
        if self.answer.status != "writing":
            return self.answer.status
        if self.is_stopped:
            return "stopped"
        return "writing" if self.answer.hits else "searching"

    @property
    def document_ids(self) -> set[str]:
        """The articles it shows: an overview may quote one that is not among its hits."""
        shown = [hit.passage for hit in self.answer.hits]
        shown += [item.passage for item in self.answer.evidence]
        return {passage.document_id for passage in shown}

    @property
    def is_open(self) -> bool:
        """Whether its answer is still to come."""
        return self.state in ("searching", "writing")


def finished_answers(turns: Iterable[Turn]) -> list[Answer]:
    """What a follow-up may lean on, oldest first."""
    return [turn.answer for turn in turns if turn.answer.status != "writing" and not turn.problem]
