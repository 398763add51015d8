"""Passages and questions to the prompts that an embedding model was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from string import Formatter

from rag.errors import SettingsError
from rag.types import Passage


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates: `passage` has the fields `title` and `text`, `question` has `text`."""

    passage: str = "title: {title} | text: {text}"
    question: str = "task: search result | query: {text}"

    def __post_init__(self) -> None:
        """SettingsError for a template without the text, or with what is no field."""
        _check_fields("passage_template", self.passage, {"title", "text"})
        _check_fields("question_template", self.question, {"text"})

    def of_passages(self, passages: Sequence[Passage]) -> list[str]:
        """A prompt for each passage, its real title in it."""
        return [self.passage.format(title=p.title or "none", text=p.text) for p in passages]

    def of_questions(self, texts: Sequence[str]) -> list[str]:
        """A prompt for each question."""
        return [self.question.format(text=text) for text in texts]


def _check_fields(key: str, template: str, known: set[str]) -> None:
    with suppress(ValueError):  # a brace that is not closed
        fields = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        if "text" in fields and fields <= known:
            return
    allowed = " and ".join(f"{{{name}}}" for name in sorted(known))
    raise SettingsError(
        f"embed.{key} = {template!r} must have the field {{text}}, and no fields but {allowed}"
    )
