"""Whether two forms are of one word: the same, of one root, or of one meaning."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from rag.arabic import has_form, skeleton, stem
from rag.verify.lexicon import YEARS, synonyms

_PRONOUNS = ("هما", "ها", "هم", "هن", "ه")
_WEAK = "اوي"
_CLITICS = ("و", "ف", "ب", "ل", "ك", "س")
_ENDINGS = (
    *("هما", "ها", "هم", "هن", "ه", "نا", "ني"),
    *("تها", "ته", "تهم", "تان", "تين", "ات", "ون", "ين", "ان", "وا", "ت", "ا"),
)
_DERIVED = ("مست", "است", "يست", "تست", "ان", "ين", "تن", "من", "مت", "يت", "ا", "ي", "ت", "ن", "م")
_LETTERS = 3  # of a root


@lru_cache(maxsize=50_000)
def possible_roots(form: str) -> frozenset[str]:
    """The roots that a form may have; a weak letter of them is written `?`.

    >>> possible_roots("فاز") & possible_roots("بفوزه")
    frozenset({'ف?ز'})
    """
    if not form or not "\u0600" <= form[0] <= "\u06ff":
        return frozenset()
    return frozenset(root for shape in set(_bare(form)) for root in _rooted(shape))


def _bare(form: str) -> Iterator[str]:
    """The form without what is written together with it, in every way that leaves three letters.

    Two are left of a weak verb alone: «جرت».
    """
    starts = {form}
    for clitic in _CLITICS:
        starts |= {s[1:] for s in starts if s[0] == clitic and len(s) > _LETTERS}
    starts |= {s[2:] for s in starts if s[:2] in ("ال", "لل") and len(s) > 4}
    for start in starts:
        yield start
        for ending in _ENDINGS:
            left = 2 if ending == "ت" else _LETTERS
            if start.endswith(ending) and len(start) - len(ending) >= left:
                yield start[: -len(ending)]


def _rooted(shape: str) -> Iterator[str]:
    yield from _root(shape)
    for prefix in _DERIVED:
        rest = shape[len(prefix) :]
        if not shape.startswith(prefix) or len(rest) < 2:
            continue
        yield from _root(rest)
        # «افتعل»: the second letter of what is left is no radical
        if prefix in ("ا", "ي", "ت", "م", "ن") and len(rest) > 2 and rest[1] in "تطد":
            yield from _root(rest[0] + rest[2:])


def _root(shape: str) -> Iterator[str]:
    firm = [letter for letter in shape if letter not in _WEAK]
    if len(firm) == _LETTERS - 1 and shape[0] in "وا" and shape[1:] == "".join(firm):
        yield f"?{firm[0]}{firm[1]}"
    if not firm or shape[0] != firm[0]:
        return
    if len(firm) == _LETTERS:
        yield "".join(firm)
    if len(firm) == _LETTERS - 1:
        one, two = firm
        if shape[1:-1].strip(two) and shape[-1] == two:
            yield f"{one}?{two}"
        elif shape[:2] == one + two:
            yield f"{one}{two}?"


@lru_cache(maxsize=50_000)
def bases(form: str) -> frozenset[str]:
    """What a form may be without conjunction, preposition and the «س» of the future, stemmed."""
    shapes = {form}
    for letters in ("وف", "بلك", "س"):
        shapes |= {s[1:] for s in shapes if s[0] in letters and len(s) > 3}
    shapes |= {s[2:] for s in shapes if s.startswith("ال") and len(s) == 4}
    shapes |= {
        s[: s.rindex("ه")] for s in shapes if s.endswith(("ته", "تها", "تهم")) and len(s) > 4
    }
    shapes |= {
        s[: s.rindex("ه") - 1] + "ه"
        for s in shapes
        if s.endswith(("ته", "تها", "تهم")) and len(s) > 4
    }
    shapes |= {s[:-1] for s in shapes if s.endswith("ه") and len(s) > 4}
    shapes |= {s[:2] for s in shapes if s.endswith("ها") and len(s) == 4}
    shapes |= {s[:-2] for s in shapes if s.endswith(("ها", "هم")) and len(s) > 5}
    shapes |= {"ال" + s[2:] for s in shapes if s.startswith("لل") and len(s) > 4}
    shapes |= {s[2:] for s in shapes if s.startswith("الو") and len(s) > 5}
    return frozenset(stem(shape) for shape in shapes)


@lru_cache(maxsize=50_000)
def roots(form: str) -> frozenset[str]:
    """The consonants of a form with and without what verbs put in front."""
    found = set()
    for base in bases(form):
        starts = "يتنا" if len(base) < 5 else "يتنام"
        for shape in (base, base[1:] if base[0] in starts else base):
            consonants = skeleton(shape)
            if len(consonants) >= 3:
                found.add(consonants)
    return frozenset(found)


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """How surely two forms are of one word: 1 the same, 0 not at all."""
    if one == other or {one, other} == YEARS:
        return 1.0
    if one.startswith("month") or other.startswith("month"):
        return 0.0
    if one[0].isdigit() or other[0].isdigit() or one[0].isascii() or other[0].isascii():
        return 0.0
    if stem(one) == stem(other) or one == "و" + other or other == "و" + one:
        return 0.95
    if bases(one) & bases(other):
        return 0.9
    if roots(one) & roots(other) or has_form(stem(one), {stem(other)}):
        return 0.7
    if are_synonyms(one, other):
        return 0.6
    return 0.55 if possible_roots(one) & possible_roots(other) else 0.0


@lru_cache(maxsize=50_000)
def listed(form: str) -> frozenset[str]:
    """The forms under which a word may stand in a list."""
    shapes = {form}
    shapes |= {s[1:] for s in shapes if s[0] in "وفبلسك" and len(s) > 3}
    shapes |= {s[2:] for s in shapes if s.startswith("ال") and len(s) > 4}
    return frozenset(shapes)


def are_synonyms(one: str, other: str) -> bool:
    """Whether both stand in one line of the list of synonyms."""
    others, groups = _unbound(other), synonyms()
    return any(others & groups[form] for form in _unbound(one) if form in groups)


def _unbound(form: str) -> frozenset[str]:
    """The forms under which a word with or without a pronoun may stand in a list."""
    shapes = listed(form)
    return shapes | {
        shape.removesuffix(ending)
        for shape in shapes
        for ending in ("ها", "هم", "ه")
        if shape.endswith(ending) and len(shape) - len(ending) > 2
    }


def has_pronoun(given: str, said: str) -> bool:
    """Whether a form is another with an object or a possessor: «أدرجتها» and «أدرجت»."""
    for ending in _PRONOUNS:
        bare = given.removesuffix(ending)
        if bare == given or len(bare) < 3:
            continue
        if bare.endswith("ت") and said.endswith("ه") and not said.endswith("ته"):
            said, bare = said[:-1], bare[:-1]  # «مجموعته» is «مجموعة» of his
        elif said.endswith(ending):
            continue
        if likeness(bare, said) >= 0.7 or possible_roots(bare) & possible_roots(said):
            return True
    return False
