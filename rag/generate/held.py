"""What a model may write next: no other scripts, and no end before there is an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rag.arabic import is_allowed, says_more

if TYPE_CHECKING:
    from llama_cpp import Llama
    from numpy.typing import NDArray

_LONGEST = 60  # tokens that say nothing new; no answer comes after as many
_ENDINGS = frozenset(".!?؟…[【\n")


class Beyond:
    """A logits processor under which a sentence ends only once it says more than a question.

    A small model likes to write the question back and stop: the answer stands where it would
    have gone on.
    """

    def __init__(
        self, llama: Llama, question: str, *, begun: int, endings: NDArray[np.bool_]
    ) -> None:
        """`begun` is the number of tokens before the reply; `endings` those that end a sentence."""
        self._llama = llama
        self._question = question
        self._begun = begun
        self._endings = endings
        self._is_beyond = False

    def __call__(self, tokens: NDArray[np.intc], scores: NDArray[np.single]) -> NDArray[np.single]:
        """The scores, with -inf for every end of a sentence where it would say nothing new."""
        if self._is_beyond or not self._endings[int(scores.argmax())]:
            return scores
        reply = tokens[self._begun :].tolist()
        text = self._llama.detokenize(reply).decode(errors="ignore")
        self._is_beyond = len(reply) >= _LONGEST or says_more(text, self._question)
        return scores if self._is_beyond else np.where(self._endings, np.single(-np.inf), scores)


def vocabulary_masks(llama: Llama) -> tuple[NDArray[np.single], NDArray[np.bool_]]:
    """0 for the tokens that may be written and -inf for others; True for those that end a sentence.

    Both of shape (vocabulary,). A token may hold a part of a character, so an incomplete sequence
    is judged by its first byte: those that begin letters of other scripts are masked, and with
    them the letters.
    """
    from llama_cpp import llama_model_get_vocab, llama_vocab_is_eog

    vocabulary = llama_model_get_vocab(llama.model)
    allowed = np.zeros(llama.n_vocab(), np.single)
    endings = np.zeros(llama.n_vocab(), np.bool_)
    for token in range(llama.n_vocab()):
        piece = llama.detokenize([token], special=False)
        if not _is_writable(piece):
            allowed[token] = -np.inf
        endings[token] = llama_vocab_is_eog(vocabulary, token) or _is_ending(piece)
    return allowed, endings


def _is_writable(piece: bytes) -> bool:
    text = piece.decode("utf-8", errors="replace")
    if not all(is_allowed(character) for character in text if character != "\ufffd"):
        return False
    # First bytes of two-byte Latin and Arabic letters and of general punctuation (U+2000-U+20FF).
    first_bytes = [byte for byte in piece if byte >= 0xC0]
    allowed = {*range(0xC2, 0xCA), *range(0xD8, 0xDC), 0xE2}
    return "\ufffd" not in text or all(byte in allowed for byte in first_bytes)


def _is_ending(piece: bytes) -> bool:
    """Whether a token holds a mark after which a sentence is over, or begins a citation."""
    text = piece.decode("utf-8", errors="replace")
    return not any(map(str.isalnum, text)) and not _ENDINGS.isdisjoint(text)
