"""Text to normal form, terms, sentences, numbers and scripts."""

from rag.arabic.asking import Asked, asked_for
from rag.arabic.numerals import numbers
from rag.arabic.scripts import arabic_share, is_allowed
from rag.arabic.sentences import sentences
from rag.arabic.terms import (
    ANALYSER,
    STOP_WORDS,
    analyse,
    content_stems,
    ngrams,
    normalise,
    skeleton,
    stem,
    words,
)

__all__ = [
    "ANALYSER",
    "STOP_WORDS",
    "Asked",
    "analyse",
    "arabic_share",
    "asked_for",
    "content_stems",
    "is_allowed",
    "ngrams",
    "normalise",
    "numbers",
    "sentences",
    "skeleton",
    "stem",
    "words",
]
