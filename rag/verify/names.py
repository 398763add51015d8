"""Names told in full, of which the source says less where it goes on."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from rag.verify.alignment import LONGEST_NAME, Alignment
from rag.verify.forms import likeness
from rag.verify.reading import Word
from rag.verify.variants import renumbered

_LEAST = 3  # letters of a noun without its article


def shortened(found: Alignment) -> tuple[Word, ...]:
    """The sentence with one name as its source goes on after it.

    «كلفة مستشفى الرحاب» becomes «كلفة المستشفى», «القائد أورسان» becomes «أورسان». Empty where the
    source does not go on so, and where it knows another hospital.
    """
    words = found.sentence
    for head in words[:-1]:
        name = words[head.place + 1]
        if _is_title(found, head, name):
            bare = replace(head, form=name.form, refers=name.refers)
            return renumbered((*words[: head.place], bare, *words[name.place + 1 :]))
        names = ((_named(found, head.place, given), given) for given in found.source)
        last, full = max(names, key=lambda name: name[0], default=(0, None))
        if not last or full is None:
            continue
        short = _definite(found, head, name, full)
        if short:
            return renumbered((*words[: head.place], replace(head, form=short), *words[last + 1 :]))
    return ()


def _is_title(found: Alignment, title: Word, name: Word) -> bool:
    """Whether the source has «القائد أورسان» once, and without the title where it goes on."""
    if not title.form.startswith("ال") or name.form.startswith("ال") or name.is_marked():
        return False
    if name.is_joined or name.is_negated or name.clause != title.clause:
        return False
    titled = [b for a, b in pairwise(found.source) if _is_same(a, title) and _is_same(b, name)]
    named = [word for word in found.source if _is_same(word, name)]
    later = [word for word in named if titled and word.sentence > titled[0].sentence]
    return bool(later) and not any(word in titled for word in later)


def _named(found: Alignment, start: int, given: Word) -> int:
    """Where a name in full that begins here and there ends in the sentence; 0 if it has no more."""
    words, source = found.sentence, found.source
    if given.amount or given.form.startswith("ال") or not _is_same(words[start], given):
        return 0
    last = start
    for said, told in zip(words[start + 1 :], source[given.place + 1 :], strict=False):
        is_apart = (
            *(said.is_marked(), said.is_joined, said.is_negated),
            *(said.clause != words[start].clause, told.clause != given.clause),
        )
        # «قصر الياسمين بناء …»: behind what has the article stands what is said of it.
        is_said = words[last].form.startswith("ال") and not said.form.startswith("ال")
        if any(is_apart) or is_said or last - start >= LONGEST_NAME or not _is_same(said, told):
            break
        last = said.place
    return last if last > start else 0


def _definite(found: Alignment, head: Word, name: Word, full: Word) -> str:
    """The head with its article, if the source has it so beside all else, of this name alone."""
    short = ""
    for given, following in pairwise((*found.source, None)):
        assert given is not None
        bare = given.form.removeprefix("و")
        article = next((a for a in ("ال", "بال", "لل", "كال") if bare.startswith(a)), "")
        if not article:
            is_predicate = full.place < given.place and given.clause == full.clause == 0
            is_named = following is not None and _is_same(name, following)
            if _is_same(head, given) and not (is_named or is_predicate):
                return ""
            continue
        bare = bare.removeprefix(article)
        prefix = head.form.removesuffix(bare)
        if len(bare) < _LEAST or prefix not in ("", "و", "ب", "ل") or head.form != prefix + bare:
            continue
        if following is not None and following.form.startswith("ال") and not following.is_marked():
            return ""  # «المستشفى الجامعي» is another one
        if given.sentence > full.sentence:
            short = "لل" + bare if prefix == "ل" else prefix + "ال" + bare
    return short


def _is_same(one: Word, other: Word) -> bool:
    return not (one.amount or other.amount) and likeness(one.form, other.form) >= 0.9
