"""Evidence to messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from rag.errors import SettingsError
from rag.types import Evidence, Message

_FIELDS = {"answer.system.md": set[str](), "answer.user.md": {"question", "evidence"}}
_EXAMPLES = "examples.md"
_TURN = re.compile(r"^## (user|assistant)[ \t]*$", re.MULTILINE)


class Prompt:
    """The prompt files of a folder, checked when they are read.

    `answer.system.md` holds the instruction, `answer.user.md` the question with its evidence;
    the turns of `examples.md`, where there is one, are shown before it, each under a line
    `## user` or `## assistant`. The part before the question never changes, so that the model
    reads it only once.
    """

    def __init__(self, folder: Path) -> None:
        texts = {name: _read(folder / name) for name in _FIELDS}
        for name, fields in _FIELDS.items():
            _check_fields(folder / name, texts[name], fields)
        self._user = Template(texts["answer.user.md"])
        self._fixed = [Message("system", texts["answer.system.md"])]
        if (folder / _EXAMPLES).exists():
            self._fixed += _turns(folder / _EXAMPLES)

    def messages(self, question: str, evidence: Sequence[Evidence]) -> list[Message]:
        """The conversation that asks for an answer from this evidence."""
        listing = "\n".join(f"[{item.number}] {_one_line(item.quote)}" for item in evidence)
        asked = self._user.substitute(question=_one_line(question), evidence=listing)
        return [*self._fixed, Message("user", asked)]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise SettingsError(f"cannot read the prompt {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"the prompt {path} is not UTF-8: save it as UTF-8") from error


def _check_fields(path: Path, text: str, fields: set[str]) -> None:
    template = Template(text)
    if not template.is_valid() or set(template.get_identifiers()) != fields:
        known = ", ".join(f"${field}" for field in sorted(fields)) or "none"
        raise SettingsError(f"{path} must have these fields and no others: {known}")


def _turns(path: Path) -> list[Message]:
    before, *parts = _TURN.split(_read(path))
    roles: list[str] = parts[::2]
    if before or not roles or roles != ["user", "assistant"] * (len(parts) // 4):
        raise SettingsError(f"{path} must be turns, each under '## user' or '## assistant'")
    return [
        Message("assistant" if role == "assistant" else "user", text.strip())
        for role, text in zip(roles, parts[1::2], strict=True)
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())
