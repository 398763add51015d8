"""A stretch of a page: its lines, with answers about many of them that cost no second look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from rag.clean.lines import LONGEST_HEADLINE, Line, count_words, is_paragraph
from rag.clean.signs import is_comment_form, is_label, names_more

LONGEST_FIELD = 12  # words of a line of a comment form


class Stretch:
    """Lines between two articles; every question about a part of it takes the same short time.

    A hostile page has thousands of labels, and looking ahead from each would take for ever.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        texts = [line.text for line in lines]
        lengths = list(map(count_words, texts))
        running = list(map(is_paragraph, texts))
        forms = list(map(is_comment_form, texts))
        self._words = _sums(lengths)
        self._running = _sums(running)
        self._running_words = _sums(
            [length * is_it for is_it, length in zip(running, lengths, strict=True)]
        )
        self._written = _sums(
            [is_it and not form for is_it, form in zip(running, forms, strict=True)]
        )
        self._long_written = _sums(
            [
                is_it and not form and length > LONGEST_FIELD
                for is_it, form, length in zip(running, forms, lengths, strict=True)
            ]
        )
        self._long = _sums([length > LONGEST_HEADLINE for length in lengths])
        self._label = _next(texts, is_label)
        self._more = _next(texts, names_more)
        self._form = _next(texts, is_comment_form)

    def label_after(self, at: int) -> int:
        """The next line from `at` on that is a label, or the end."""
        return self._label[at]

    def more_after(self, at: int) -> int:
        """The next line from `at` on that announces other articles, or the end."""
        return self._more[at]

    def form_after(self, at: int) -> int:
        """The next line from `at` on that asks for a comment, or the end."""
        return self._form[at]

    def words(self, start: int, end: int) -> int:
        """How many words the lines have."""
        return self._words[end] - self._words[start]

    def running(self, start: int, end: int) -> int:
        """How many of the lines are running text."""
        return self._running[end] - self._running[start]

    def running_words(self, start: int, end: int) -> int:
        """How many words the lines of running text have."""
        return self._running_words[end] - self._running_words[start]

    def written(self, start: int, end: int, *, is_long: bool) -> int:
        """How many lines of running text are no part of a comment form; the long ones only."""
        sums = self._long_written if is_long else self._written
        return sums[end] - sums[start]

    def long(self, start: int, end: int) -> int:
        """How many of the lines are longer than a headline."""
        return self._long[end] - self._long[start]


def _sums(numbers: Sequence[int]) -> list[int]:
    return [0, *accumulate(numbers)]


def _next(texts: Sequence[str], is_it: Callable[[str], bool]) -> list[int]:
    """For every place the first one from there on that is it; the end where there is none."""
    places = [len(texts)] * (len(texts) + 1)
    for at in range(len(texts) - 1, -1, -1):
        places[at] = at if is_it(texts[at]) else places[at + 1]
    return places
