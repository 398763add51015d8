"""Draft to the words of a source that it points at."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.arabic import STOP_WORDS, WITH_WAW, asked_for, content_stems, numbers, stem, words
from rag.verify.lexicon import CONDITIONS, NEGATIONS, word_set

_SHARE = 0.6  # of what a draft adds to the question, that the span must hold
_MORE = 3  # words, so that a part has its beginning
CLAUSE_END = re.compile(r"[،؛,;:.؟?!]$")
_BOUNDING = (
    CONDITIONS
    | NEGATIONS
    | word_set(
        "إلا سوى عدا ماعدا باستثناء خلا أو حال فقط بالنيابة مؤقتا بحسب حسب وفق وفقا رواية روايات "
        "شائعة شائعات مزاعم زعم زعمت قيل يقال يعتقد يظن نفى نفت كذب"
    )
)
_BRACKETS = (("«", "»"), ("(", ")"), ("[", "]"), ("“", "”"))
# What begins so hangs on what stands before it.
_LEANING = word_set(
    "أن بأن أنه أنها بأنه بأنها الذي التي الذين إذا لو لولا بشرط شرط شريطة إلا سوى عدا باستثناء"
)

Place = tuple[int, int]  # first and last word


def span_of(draft: str, quote: str, *, question: str, longest: int) -> tuple[int, int] | None:
    """The shortest part of `quote` with whole clauses around what `draft` adds to the question.

    Of at most `longest` words, a few more where it would lose its beginning.

    Characters from and to, or nothing: where the quote lacks most of what the draft adds or one of
    its numbers, where what it has is spread over more than `longest` words, or where the part does
    not hold the kind of thing that is asked for.
    """
    tokens = list(re.finditer(r"\S+", quote))
    added = _added(" ".join(draft.split()[:longest]), question)
    nearest = _window(added, [set(content_stems(token.group())) for token in tokens])
    if not nearest or numbers(draft) - numbers(question) - numbers(quote):
        return None
    place = _whole(nearest, [token.group() for token in tokens], longest)
    if not place:
        return None
    start, end = tokens[place[0]].start(), tokens[place[1]].end()
    text = quote[start:end]
    asked = asked_for(question)
    # What is counted may have another name in the source: the draft has told which number it is.
    plain = replace(asked, thing="", units=asked.units if asked.is_of_time else frozenset())
    return (start, end) if plain.is_held_by(text, besides=question) else None


def is_cut_from(sentence: str, quote: str) -> bool:
    """Whether a sentence comes of leaving whole clauses or brackets out of a quotation.

    What is left out must not deny, bound or suppose what is kept, or say where it comes from.

    >>> is_cut_from("زار الوفد المصنع.", "وأمس، زار الوفد المصنع، ثم غادر")
    True
    >>> is_cut_from("زار الوفد المصنع.", "زار الوفد المصنع أو المرفأ")
    False
    """
    said = words(sentence)
    given: list[str] = []
    starts, borders = [0], set()
    for token in quote.split():
        if token[0] in "([":
            borders.add(len(given) - 1)
        given += words(token)
        if CLAUSE_END.search(token):
            starts.append(len(given))
        if CLAUSE_END.search(token) or token[-1] in ")]":
            borders.add(len(given) - 1)
    borders.add(len(given) - 1)
    return any(_is_left(said, given, start, borders) for start in starts)


def _is_left(
    said: Sequence[str], given: Sequence[str], start: int, borders: Container[int]
) -> bool:
    """Whether words are left of others from `start` on, the first of which is among them."""
    kept: list[int] = []
    for word in said:
        places = range(start, len(given))
        place = next((n for n in places if word in (given[n], _bare(given[n]))), None)
        if place is None or (not kept and place != start):
            return False
        kept.append(place)
        start = place + 1
    if not kept or kept[-1] not in borders:
        return False
    out = [n for n in range(len(given)) if n not in kept]
    first = (given[n] for n in out if n - 1 not in out)
    return (
        _BOUNDING.isdisjoint(_bare(given[n]) for n in out)
        and "ان" not in first  # «إن وافق المجلس»
        and all(
            after - before == 1 or (before in borders and after - 1 in borders)
            for before, after in pairwise(kept)
        )
    )


def _bare(word: str) -> str:
    """Without the conjunction before it; «ولد» has none."""
    return word[1:] if word[0] in "وف" and len(word) > 2 and word not in WITH_WAW else word


def _added(draft: str, question: str) -> set[str]:
    """The stems of a draft that its question does not have, but for other scripts."""
    asked = set(content_stems(question))
    known = numbers(question)
    return {
        stem(word)
        for word in words(draft)
        if word not in STOP_WORDS
        and word not in known
        and not (word.isascii() and word.isalpha())
        and stem(word) not in asked
    }


def _window(added: set[str], stems: Sequence[set[str]]) -> Place | None:
    """The fewest consecutive words that hold all of `added` that there is, if it is most."""
    held = [added & found for found in stems]
    wanted = set().union(*held)
    if not wanted or len(wanted) < _SHARE * len(added):
        return None
    best: Place | None = None
    for first, start in enumerate(held):
        got: set[str] = set()
        for last in range(first, len(held) if start else first):
            got |= held[last]
            if got == wanted:
                if best is None or last - first < best[1] - best[0]:
                    best = (first, last)
                break
    return best


def _whole(nearest: Place, tokens: Sequence[str], longest: int) -> Place | None:
    """The window with as many whole clauses around it as there is room for, those before first."""
    if nearest[1] - nearest[0] >= longest:
        return None
    first, last = _closed(_clauses(nearest, tokens, longest), nearest, tokens)
    text = " ".join(tokens[first : last + 1])
    is_open = any(text.count(a) != text.count(b) for a, b in _BRACKETS) or text.count('"') % 2
    begins = [_bare(word) for word in words(" ".join(tokens[first : first + 2]))]
    is_leaning = first > 0 and (begins == ["ما", "لم"] or not _LEANING.isdisjoint(begins[:1]))
    return None if is_open or is_leaning else (first, last)


def _clauses(nearest: Place, tokens: Sequence[str], longest: int) -> Place:
    """The clauses around the window; of a clause that is too long the part with its beginning."""
    first, last = nearest
    final = len(tokens) - 1
    starts = [n for n in range(first + 1) if n == 0 or CLAUSE_END.search(tokens[n - 1])]
    ends = [n for n in range(last, final + 1) if n == final or CLAUSE_END.search(tokens[n])]
    end = ends[0]
    start, _ = _closed((starts[-1], last), nearest, tokens)
    if end - start < longest:
        first = min(n for n in (*starts, start) if end - n < longest)
        return first, max(n for n in ends if n - first < longest)
    if end - start < longest + _MORE:
        return start, end
    if last - start < longest + _MORE:
        return start, _cut(max(last, start + longest - 1), last, tokens)
    if end - first >= longest:
        end = _cut(min(final, first + longest - 1), last, tokens)
    return end - longest + 1, end


def _cut(end: int, last: int, tokens: Sequence[str]) -> int:
    """The end without function words, which hang on what was cut off, behind the word `last`."""
    while end > last and STOP_WORDS.issuperset(words(tokens[end])):
        end -= 1
    return end


def _closed(place: Place, nearest: Place, tokens: Sequence[str]) -> Place:
    """The place without what is before or after a bracket, around the window, that has no other."""
    first, last = place
    for opening, closing in _BRACKETS:
        left: list[int] = []
        alone: list[int] = []
        for n in range(first, last + 1):
            for sign in tokens[n]:
                if sign == opening:
                    left.append(n)
                elif sign == closing and left:
                    left.pop()
                elif sign == closing:
                    alone.append(n)
        first = max([first, *(n + 1 for n in (*left, *alone) if n < nearest[0])])
        last = min([last, *(n - 1 for n in (*left, *alone) if n > nearest[1])])
    return first, last
