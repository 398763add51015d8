"""Text to normal form, terms, sentences, numbers and scripts."""

from rag.arabic.aims import Aim, Wanted, wanted
from rag.arabic.asking import Asked, asked_for, focus, is_yes_no, says_more
from rag.arabic.dialects import in_standard
from rag.arabic.keys import ANALYSER, analyse, matched_terms, sound_key
from rag.arabic.numerals import are_joined, numbers
from rag.arabic.orders import is_order
from rag.arabic.scripts import arabic_share, as_shown, is_allowed
from rag.arabic.sentences import SENTENCES, sentences, title_from
from rag.arabic.terms import (
    STOP_WORDS,
    WEEKDAYS,
    WITH_WAW,
    content_stems,
    has_form,
    ngrams,
    normalise,
    skeleton,
    stem,
    words,
)

__all__ = [
    "ANALYSER",
    "SENTENCES",
    "STOP_WORDS",
    "WEEKDAYS",
    "WITH_WAW",
    "Aim",
    "Asked",
    "Wanted",
    "analyse",
    "arabic_share",
    "are_joined",
    "as_shown",
    "asked_for",
    "content_stems",
    "focus",
    "has_form",
    "in_standard",
    "is_allowed",
    "is_order",
    "is_yes_no",
    "matched_terms",
    "ngrams",
    "normalise",
    "numbers",
    "says_more",
    "sentences",
    "skeleton",
    "sound_key",
    "stem",
    "title_from",
    "wanted",
    "words",
]
