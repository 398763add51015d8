"""A question in dialect to one nearer to the standard Arabic that articles are written in."""

from __future__ import annotations

import re
import unicodedata

from rag.arabic.dialect_words import NO_DIALECT, PRESENT, TABLE

_WORD = re.compile(r"[^\W\d_]+")


def _typed(text: str) -> str:
    """Without marks, and with one alef at the start; «أية» does not become «ايه» as it would in
    normal form."""
    bare = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.sub("^[أإ]", "ا", bare.replace("ـ", ""))


def _present() -> dict[str, str]:
    """What «بـ», «كا» and «ك» make of the verbs of the present: he, she, they."""
    found: dict[str, str] = {}
    for standard, others in PRESENT:
        they = f"{standard.rstrip('ىي')}ون"
        for verb in (*others.split(), standard):
            stem = verb.rstrip("ىيا")
            for before in ("ب", "كا", "ك"):
                found.setdefault(f"{before}{verb}", standard)
                found.setdefault(f"{before}ت{verb[1:]}", f"ت{standard[1:]}")
                # «بيجو» makes cars, and «بيسموه» is of them already.
                if len(stem) > 2 and stem[-2:] not in ("وه", "نه"):
                    found.setdefault(f"{before}{stem}و", they)
                    found.setdefault(f"{before}{stem}وا", they)
    return found


def _standard_words() -> dict[str, str]:
    listed = {form: word for word, forms in TABLE for form in forms.split()}
    standard = {_typed(form): word for form, word in (_present() | listed).items()}
    # Many write these two the other way at the end of a word.
    other = {
        form[:-1] + {"ة": "ه", "ى": "ي"}[form[-1]]: form for form in standard if form[-1] in "ةى"
    }
    forms = {form: standard[known] for form, known in other.items()} | standard
    return {form: word for form, word in forms.items() if form not in NO_DIALECT}


_STANDARD = _standard_words()


def in_standard(question: str) -> str:
    """The question with its dialect words in standard Arabic; one without any stays as it is.

    Word by word: the grammar is still the dialect's, so read it beside the question, not for it.

    >>> in_standard("فوقاش تزاد طه حسين اللي كتب الأيام؟")
    'متى ولد طه حسين الذي كتب الأيام؟'
    """
    told = []
    for token in question.split():
        typed = _typed(token)
        word = _WORD.search(typed)
        standard = _STANDARD.get(word[0]) if word else None
        told.append(token if word is None or standard is None else typed.replace(word[0], standard))
    is_changed = told != question.split() and any(told)
    return " ".join(filter(None, told)) if is_changed else question
