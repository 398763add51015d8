"""The terms of the lexical index: sound keys, letter n-grams and numbers."""

from __future__ import annotations

from rag.arabic.numerals import numbers
from rag.arabic.terms import STOP_WORDS, ngrams, stem, words

ANALYSER = "sound+4gram/3"  # goes into the manifest: another name means other terms

# Letters that newspapers exchange in foreign names (شويغو, شويجو), and the vowels they leave out.
_SOUNDS = str.maketrans("غجقطث", "كككتت", "اويه")
_ARTICLES = ("وال", "بال", "كال", "فال", "ولل", "لل", "ال")


def analyse(text: str) -> list[str]:
    """The terms of a text: sound keys, letter 4-grams marked with `_`, numbers as digits.

    `<` and `>` stand at the edges of a word. A number written out is in digits as well.

    >>> analyse("ست من المدارس")
    ['ست', '_<ست>', 'مدرس', '_المد', '_لمدا', '_مدار', '_دارس', '_ارس>', '6']
    """
    terms: list[str] = []
    for word in words(text):
        if word not in STOP_WORDS:
            terms.extend(word_terms(word))
    terms.extend(sorted(numbers(text).difference(terms)))
    return terms


def word_terms(word: str) -> list[str]:
    """The terms of one word in normal form."""
    return [sound_key(word), *("_" + gram for gram in edged_ngrams(word))]


def matched_terms(question: str, text: str) -> dict[str, list[str]]:
    """Each word of a question that shares terms with a text, with these terms, in order.

    A number that the question writes out stands under its digits.

    >>> matched_terms("متى زار شويغو الصين؟", "زيارة شويجو")
    {'زار': ['زر'], 'شويغو': ['شك', '_<شوي']}
    """
    known = set(analyse(text))
    asked = {word: word_terms(word) for word in words(question) if word not in STOP_WORDS}
    asked |= {number: [number] for number in sorted(numbers(question)) if number not in asked}
    found = {
        word: [term for term in dict.fromkeys(terms) if term in known]
        for word, terms in asked.items()
    }
    return {word: terms for word, terms in found.items() if terms}


def sound_key(word: str) -> str:
    """The consonants of a word's stem, those of one sound in foreign names as one letter.

    A stem of fewer than two consonants is its own key.

    >>> sound_key("شويغو") == sound_key("شويجو"), sound_key("صاروخ") == sound_key("صواريخ")
    (True, True)
    """
    light = stem(word)
    key = light.translate(_SOUNDS)
    return key if len(key) > 1 else light


def edged_ngrams(word: str) -> list[str]:
    """The letter 4-grams of a word between its edges, but for the one that begins with an article.

    Half of all passages have that one, so it costs time and tells nothing.
    """
    grams = ngrams(f"<{word}>")
    return grams[1:] if len(grams) > 1 and word.startswith(_ARTICLES) else grams
