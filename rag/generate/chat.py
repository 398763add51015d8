"""Messages to tokens, by the chat template that a model carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import GeneratorError, ModelError
from rag.types import Message

if TYPE_CHECKING:
    from llama_cpp import Llama

# A message's place in the rendered template; characters that no template has.
_PLACE = re.compile("\ue000(\\d+)\ue001")
_CONTROL, _USER_DEFINED = 1 << 3, 1 << 4  # llama.cpp's attributes of a token


class ChatTokens:
    """Tokens of a conversation in which only the template's own markup has special tokens.

    An article or a question that holds `<|im_end|>` is read as these ten characters: it cannot
    end its turn. Templates that refuse or leave out a system message get it with the first
    question.
    """

    def __init__(self, llama: Llama, path: Path) -> None:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        template = llama.metadata.get("tokenizer.chat_template")
        if not template:
            raise ModelError(f"{path} has no chat template: choose a model tuned for instructions")
        begin, self.end = (
            llama.detokenize([token], special=True).decode() if token >= 0 else ""
            for token in (llama.token_bos(), llama.token_eos())
        )
        self._llama = llama
        self._template = Jinja2ChatFormatter(template, eos_token=self.end, bos_token=begin)
        self._special = _special_tokens(llama, template)
        names = sorted(self._special, key=len, reverse=True)
        self._markup = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        self._has_system = self._reads_system()

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """The conversation, up to where the reply to it begins."""
        if not self._has_system:
            messages = _without_system(messages)
        # The template sees places instead of texts, so that it can neither change nor mix them.
        places = [Message(m.role, f"\ue000{n}\ue001") for n, m in enumerate(messages)]
        parts = _PLACE.split(self._render(places))
        writer = _Writer(self._llama)
        for text, place in zip(parts[::2], [*parts[1::2], ""], strict=True):
            done = 0
            for match in self._markup.finditer(text):
                writer.write(text[done : match.start()])
                writer.put(self._special[match[0]])
                done = match.end()
            writer.write(text[done:])
            if place:
                self._write_content(writer, messages[int(place)].content)
        return self._begun(writer.finish())

    def fixed(self, messages: Sequence[Message]) -> list[int]:
        """What the conversation begins with, whatever its last message says."""
        *before, last = messages
        if not before:
            return []
        one, other = (self.tokens([*before, Message(last.role, text)]) for text in ("1", "س"))
        return one[: common_length(one, other)]

    def _write_content(self, writer: _Writer, text: str) -> None:
        done = 0
        for match in self._markup.finditer(text):
            # Tokens such as <tool_call> are found in plain text too: this parts their characters.
            writer.write(text[done : match.start() + 1])
            writer.part()
            done = match.start() + 1
        writer.write(text[done:])

    def _begun(self, tokens: list[int]) -> list[int]:
        first = self._llama.token_bos()
        wants = self._llama.metadata.get("tokenizer.ggml.add_bos_token") == "true"
        return [first, *tokens] if wants and first >= 0 and tokens[:1] != [first] else tokens

    def _render(self, messages: Sequence[Message]) -> str:
        from jinja2 import TemplateError

        try:
            # A model that can think first is told not to: there is no room for it.
            plain = [asdict(message) for message in messages]
            # Plain dicts are what the template reads, the library types them by role.
            done = self._template(messages=plain, enable_thinking=False)  # type: ignore[arg-type]
            return str(done.prompt)
        except (ValueError, TemplateError) as error:
            raise GeneratorError(
                f"the chat template of the model refuses the conversation ({error}):"
                " choose another model"
            ) from error

    def _reads_system(self) -> bool:
        """Whether the template takes a system message and passes it on."""
        places = [Message("system", "\ue0000\ue001"), Message("user", "\ue0001\ue001")]
        try:
            return sorted(_PLACE.findall(self._render(places))) == ["0", "1"]
        except GeneratorError:
            return False


class _Writer:
    """Tokens so far, and the plain text after them that is still to be cut into tokens."""

    def __init__(self, llama: Llama) -> None:
        self._llama = llama
        self._tokens: list[int] = []
        self._text = ""

    def write(self, text: str) -> None:
        # Template and content stand in one word where nothing special is between them.
        self._text += text

    def put(self, token: int) -> None:
        self.part()
        self._tokens.append(token)

    def part(self) -> None:
        if self._text:
            encoded = self._text.encode("utf-8", errors="replace")
            self._tokens += self._llama.tokenize(encoded, add_bos=False, special=False)
            self._text = ""

    def finish(self) -> list[int]:
        self.part()
        return self._tokens


def common_length(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))


def _special_tokens(llama: Llama, template: str) -> dict[str, int]:
    """Control tokens by their text, and what else is markup in the template."""
    import llama_cpp

    vocabulary = llama_cpp.llama_model_get_vocab(llama.model)
    found = {}
    for token in range(llama.n_vocab()):
        attributes = llama_cpp.llama_vocab_get_attr(vocabulary, token)
        if attributes & (_CONTROL | _USER_DEFINED):
            text = llama_cpp.llama_vocab_get_text(vocabulary, token).decode(errors="replace")
            # Line breaks and the like are user-defined tokens of some models.
            is_markup = len(text.strip()) > 2 and text in template
            if text and (attributes & _CONTROL or is_markup):
                found[text] = token
    return found


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The system message put before the first question."""
    if messages[0].role != "system" or len(messages) < 2:
        return list(messages)
    system, first, *rest = messages
    return [Message(first.role, f"{system.content}\n\n{first.content}"), *rest]
