"""Evidence to messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import Template

from rag.errors import SettingsError
from rag.types import Evidence, Message

_FIELDS = {"answer.system.md": set[str](), "answer.user.md": {"question", "evidence"}}
_EXAMPLES = ("example.user.md", "example.assistant.md")


class Prompt:
    """The prompt files of a folder, checked when they are read.

    `answer.system.md` holds the instruction, `answer.user.md` the question with its evidence;
    `example.user.md` and `example.assistant.md`, where they exist, are a turn shown before it.
    The part before the question never changes, so that the model reads it only once.
    """

    def __init__(self, folder: Path) -> None:
        texts = {name: _read(folder / name) for name in _FIELDS}
        for name, fields in _FIELDS.items():
            _check_fields(folder / name, texts[name], fields)
        self._user = Template(texts["answer.user.md"])
        self._fixed = [Message("system", texts["answer.system.md"])]
        if all((folder / name).exists() for name in _EXAMPLES):
            user, assistant = (_read(folder / name) for name in _EXAMPLES)
            self._fixed += [Message("user", user), Message("assistant", assistant)]

    def messages(self, question: str, evidence: Sequence[Evidence]) -> list[Message]:
        """The conversation that asks for an answer from this evidence."""
        listing = "\n".join(f"[{item.number}] {_one_line(item.quote)}" for item in evidence)
        asked = self._user.substitute(question=_one_line(question), evidence=listing)
        return [*self._fixed, Message("user", asked)]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"cannot read the prompt {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"the prompt {path} is not UTF-8: save it as UTF-8") from error


def _check_fields(path: Path, text: str, fields: set[str]) -> None:
    template = Template(text)
    if not template.is_valid() or set(template.get_identifiers()) != fields:
        known = ", ".join(f"${field}" for field in sorted(fields)) or "none"
        raise SettingsError(f"{path} must have these fields and no others: {known}")


def _one_line(text: str) -> str:
    return " ".join(text.split())
