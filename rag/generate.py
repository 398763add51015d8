"""Messages to text."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rag.arabic import is_allowed
from rag.errors import GeneratorError, ModelError
from rag.types import Message

if TYPE_CHECKING:
    import numpy as np
    from llama_cpp import Llama
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter
    from numpy.typing import NDArray


class Generator(Protocol):
    """A language model that writes piece by piece."""

    @property
    def name(self) -> str:
        """What a run file and `rag doctor` call it."""

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, begin: str = ""
    ) -> Iterator[str]:
        """What follows `begin` in the reply, in pieces; closing the iterator stops the model."""

    def lean(self, messages: Sequence[Message], toward: str, away: str) -> float | None:
        """The log-odds that the reply begins with one word rather than the other.

        None where the model does not tell. What was read for it is not read again by `generate`.
        """


class LlamaCppGenerator:
    """A GGUF model in this process, with the chat template that the file carries.

    Tokens of scripts that are neither Arabic nor Latin are never sampled. Decoding is greedy: the
    same evidence gives the same answer.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        context_tokens: int = 4096,
        threads: int | None = None,
        stop: Sequence[str] = (),
    ) -> None:
        import llama_cpp

        cores = threads or os.cpu_count() or 1
        try:
            self._llama: Llama = llama_cpp.Llama(
                str(path),
                n_ctx=context_tokens,
                n_batch=512,
                n_threads=cores,  # defaults to half the cores
                n_threads_batch=cores,
                flash_attn=True,  # the default forces it off
                verbose=False,
            )
        except (ValueError, OSError, AssertionError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{path} is not a model that llama.cpp can load: {reason}") from error
        self.name = name
        self._chat = _chat_template(self._llama, path)
        self._stop = [*stop, self._chat.eos_token]
        self._allowed = _script_mask(self._llama)
        self._lock = threading.Lock()  # a Llama object serves one request at a time

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, begin: str = ""
    ) -> Iterator[str]:
        """What follows `begin` in the reply, in pieces; closing the iterator stops the model."""
        from llama_cpp import LogitsProcessorList

        with self._lock:
            try:
                stream = self._llama.create_completion(
                    self._tokens(messages, begin),
                    max_tokens=max_tokens,
                    temperature=0.0,
                    stream=True,
                    stop=self._stop,
                    logits_processor=LogitsProcessorList([self._mask]),
                )
                for chunk in stream:
                    # The library types a stream as if it might be one whole reply.
                    piece = chunk["choices"][0]["text"]  # type: ignore[index]
                    if piece:
                        yield "".join(filter(is_allowed, str(piece)))
            except ValueError as error:  # the prompt is longer than the context
                raise GeneratorError(f"{self.name} refused the prompt: {error}") from error

    def lean(self, messages: Sequence[Message], toward: str, away: str) -> float | None:
        """The log-odds that the reply begins with one word rather than the other."""
        from llama_cpp import LogitsProcessorList

        first, second = (self._llama.tokenize(w.encode(), add_bos=False)[0] for w in (toward, away))
        seen: list[float] = []

        def look(_tokens: NDArray[np.intc], scores: NDArray[np.single]) -> NDArray[np.single]:
            seen.append(float(scores[first] - scores[second]))
            return scores

        with self._lock:
            try:
                self._llama.create_completion(
                    self._tokens(messages, ""),
                    max_tokens=1,
                    temperature=0.0,
                    logits_processor=LogitsProcessorList([look]),
                )
            except ValueError as error:  # the prompt is longer than the context
                raise GeneratorError(f"{self.name} refused the prompt: {error}") from error
        return seen[0] if seen else None

    def _tokens(self, messages: Sequence[Message], begin: str) -> list[int]:
        plain = [asdict(message) for message in messages]
        # Plain dicts are what the template reads.
        prompt = self._chat(messages=plain).prompt  # type: ignore[arg-type]
        return self._llama.tokenize((prompt + begin).encode(), add_bos=False, special=True)

    def _mask(self, _tokens: NDArray[np.intc], scores: NDArray[np.single]) -> NDArray[np.single]:
        return scores + self._allowed


def _chat_template(llama: Llama, path: Path) -> Jinja2ChatFormatter:
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    template = llama.metadata.get("tokenizer.chat_template")
    if not template:
        raise ModelError(f"{path} has no chat template: choose a model tuned for instructions")
    begin, end = (
        llama.detokenize([token], special=True).decode() if token >= 0 else ""
        for token in (llama.token_bos(), llama.token_eos())
    )
    return Jinja2ChatFormatter(template, eos_token=end, bos_token=begin)


def _script_mask(llama: Llama) -> NDArray[np.single]:
    """0 for tokens that may be written and -inf for the others; shape (vocabulary,).

    A token may hold a part of a character, so an incomplete sequence is judged by its first byte:
    those that begin letters of other scripts are masked, and with them the letters.
    """
    import numpy as np

    mask = np.zeros(llama.n_vocab(), dtype=np.single)
    for token in range(llama.n_vocab()):
        piece = llama.detokenize([token], special=False)
        if not _is_writable(piece):
            mask[token] = -np.inf
    return mask


def _is_writable(piece: bytes) -> bool:
    text = piece.decode("utf-8", errors="replace")
    if not all(is_allowed(character) for character in text if character != "\ufffd"):
        return False
    # First bytes of two-byte Latin and Arabic letters and of general punctuation (U+2000-U+20FF).
    first_bytes = [byte for byte in piece if byte >= 0xC0]
    allowed = {*range(0xC2, 0xCA), *range(0xD8, 0xDC), 0xE2}
    return "\ufffd" not in text or all(byte in allowed for byte in first_bytes)
