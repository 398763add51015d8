"""Messages to text, by a GGUF model in this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.arabic import is_allowed
from rag.errors import GeneratorError, ModelError
from rag.generate import Pieces
from rag.generate.chat import ChatTokens, common_length
from rag.generate.held import Beyond, vocabulary_masks
from rag.generate.kept import KeptPrompts, file_identity
from rag.types import Message

if TYPE_CHECKING:
    import numpy as np
    from llama_cpp import Llama
    from numpy.typing import NDArray

_BEAT = 0.2  # seconds between two looks at whether anybody still waits
_WORTH_KEEPING = 64  # tokens; fewer are read faster than they are found again


class LlamaCppGenerator:
    """A GGUF model in this process, with the chat template that the file carries.

    Tokens of scripts that are neither Arabic nor Latin are never sampled. Decoding is greedy: the
    same evidence gives the same answer. What all conversations have before their last message is
    read once, and its state kept in the folder `kept` for the next start.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        context_tokens: int = 4096,
        threads: int | None = None,
        kept: Path | None = None,
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
        self._chat = ChatTokens(self._llama, path)
        self._stop = [self._chat.end] if self._chat.end else []
        self._allowed, self._endings = vocabulary_masks(self._llama)
        self._kept = KeptPrompts(kept, _identity(path, context_tokens)) if kept else None
        self._lock = threading.Lock()  # a Llama object serves one request at a time

    def read(self, messages: Sequence[Message]) -> Pieces[None, None, None]:
        """Read the conversation, yielding several times a second; closing it stops the reading."""
        while not self._lock.acquire(timeout=_BEAT):
            yield
        try:
            yield from self._read(messages)
        finally:
            self._lock.release()

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, beyond: str = ""
    ) -> Pieces[str, None, None]:
        """The reply, in pieces; closing the iterator stops the model."""
        from llama_cpp import LogitsProcessorList

        tokens = self._chat.tokens(messages)
        held = LogitsProcessorList([self._mask])
        if beyond:
            held.append(Beyond(self._llama, beyond, begun=len(tokens), endings=self._endings))
        with self._lock:
            for _ in self._read(messages):
                pass
            try:
                stream = self._llama.create_completion(
                    tokens,
                    max_tokens=max_tokens,
                    temperature=0.0,
                    stream=True,
                    stop=self._stop,
                    logits_processor=held,
                )
                for chunk in stream:
                    # The library types a stream as if it might be one whole reply.
                    piece = chunk["choices"][0]["text"]  # type: ignore[index]
                    if shown := "".join(filter(is_allowed, str(piece))):
                        yield shown
            except (ValueError, RuntimeError) as error:  # no room for the reply
                raise GeneratorError(f"{self.name} refused the prompt: {error}") from error

    def _read(self, messages: Sequence[Message]) -> Iterator[None]:
        """Evaluate what the context does not hold yet of the conversation."""
        tokens = self._chat.tokens(messages)
        if len(tokens) >= self._llama.n_ctx():
            raise GeneratorError(
                f"{self.name} refused the prompt: it has {len(tokens)} tokens and the context"
                f" {self._llama.n_ctx()}; raise generate.context_tokens"
            )
        fixed = self._chat.fixed(messages)
        is_known = self._shared(fixed) == len(fixed)
        if self._kept and len(fixed) >= _WORTH_KEEPING and not is_known:
            state = self._kept.load(fixed)
            if not (state and self._restore(fixed, state)):
                yield from self._evaluate(fixed)
                self._kept.save(fixed, self._state())
        yield from self._evaluate(tokens)

    def _shared(self, tokens: Sequence[int]) -> int:
        held = self._llama.input_ids[: self._llama.n_tokens]
        return common_length(held.tolist(), tokens)

    def _evaluate(self, tokens: Sequence[int]) -> Iterator[None]:
        """Read in a thread of its own, so that whoever waits can leave at any time."""
        import llama_cpp

        llama, shared = self._llama, self._shared(tokens)
        if shared == len(tokens):
            return
        llama.n_tokens = shared
        if not llama_cpp.llama_memory_seq_rm(llama_cpp.llama_get_memory(llama.ctx), 0, shared, -1):
            llama.n_tokens = 0  # recurrent models cannot forget a part
            llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(llama.ctx), True)
        failures: list[RuntimeError] = []
        is_left = threading.Event()

        def work() -> None:
            try:
                llama.eval(tokens[llama.n_tokens :])
            except RuntimeError as error:  # also where it was stopped
                failures.append(error)

        abort = llama_cpp.ggml_abort_callback(lambda _: is_left.is_set())
        llama_cpp.llama_set_abort_callback(llama.ctx, abort, None)
        worker = threading.Thread(target=work, name="musnad-reading")
        worker.start()
        try:
            while worker.is_alive():
                yield
                worker.join(_BEAT)
        finally:
            is_left.set()
            worker.join()
            # While writing a token takes less time than a look, and the callback would slow it.
            llama_cpp.llama_set_abort_callback(llama.ctx, llama_cpp.ggml_abort_callback(), None)
        if failures:
            raise GeneratorError(f"{self.name} could not read the prompt: {failures[0]}")

    def _state(self) -> bytes:
        import ctypes

        import llama_cpp

        size = llama_cpp.llama_state_seq_get_size(self._llama.ctx, 0)
        buffer = (ctypes.c_uint8 * size)()
        written = llama_cpp.llama_state_seq_get_data(self._llama.ctx, buffer, size, 0)
        return bytes(buffer)[:written]

    def _restore(self, tokens: Sequence[int], state: bytes) -> bool:
        """Whether the context is now as it was after these tokens; if not, it is empty."""
        import ctypes

        import llama_cpp

        llama = self._llama
        llama.n_tokens = 0
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(llama.ctx), True)
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if llama_cpp.llama_state_seq_set_data(llama.ctx, buffer, len(state), 0) != len(state):
            llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(llama.ctx), True)
            return False
        llama.input_ids[: len(tokens)] = tokens
        llama.n_tokens = len(tokens)
        return True

    def _mask(self, _tokens: NDArray[np.intc], scores: NDArray[np.single]) -> NDArray[np.single]:
        return scores + self._allowed


def _identity(path: Path, context_tokens: int) -> str:
    """What a state of the context depends on: the model, the library, the processor."""
    import llama_cpp

    system = llama_cpp.llama_print_system_info().decode(errors="replace")
    return f"{file_identity(path)} {llama_cpp.__version__} {system} {context_tokens} flash"
