"""Passages and questions to the prompts that an embedding model was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Passage


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates: `passage` has the fields `title` and `text`, `question` has `text`."""

    passage: str = "title: {title} | text: {text}"
    question: str = "task: search result | query: {text}"

    def of_passages(self, passages: Sequence[Passage]) -> list[str]:
        """A prompt for each passage, its real title in it."""
        return [self.passage.format(title=p.title or "none", text=p.text) for p in passages]

    def of_questions(self, texts: Sequence[str]) -> list[str]:
        """A prompt for each question."""
        return [self.question.format(text=text) for text in texts]
