"""The name of an article or a matter to the sentences that may tell of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rag.arabic import STOP_WORDS, normalise, words
from rag.index import Index
from rag.overview.choice import Candidate, candidates_of, likeness_to_all
from rag.overview.naming import Forms, Name
from rag.retrieve import Retriever
from rag.types import Filter, Hit, unique_documents

_SEARCHED = 60  # passages among whose articles the one that is named is looked for
_WEIGHED = 10  # of these articles, the first whose text is compared with the name too
_TOLD = 12  # passages whose sentences may tell of a matter
_RANKED = 0.3  # what text and search are worth where a title that holds all of a name is worth 1
_NEAR = 0.45  # cosine from which a text that has not every word of a name may be about it
_SPOKEN = 0.5  # words of the name in a sentence, beside its cosine with the name
_ASPECT = 0.4  # and words of what is compared
_OWN = 0.7  # of what the best passage or sentence holds of a name, another must hold this much,
_SOME = 0.3  # or this much of the name if it is near
# What only says which one of a kind, and the times that are told apart so.
_WHICH = frozenset(
    map(
        normalise,
        (
            "الأول الأولى الثاني الثانية الثالث الثالثة الرابع الرابعة الخامس الخامسة "
            "الأخير الأخيرة الماضي الماضية الحالي الحالية المقبل المقبلة القادم القادمة "
            "السابق السابقة الجاري الجارية القديم القديمة الجديد الجديدة"
        ).split(),
    )
)
_TIMES = frozenset(map(normalise, "العام السنة الشهر الأسبوع الموسم القرن".split()))


@dataclass(frozen=True, slots=True)
class Found:
    """What there is under a name: how much of the name, and the sentences that may tell of it."""

    share: float
    candidates: tuple[Candidate, ...]
    worth: Callable[[Candidate], float]  # how well one of them tells of it
    document_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Article:
    document_id: str
    titled: float  # the share of the name in its title
    held: float  # and in all of it
    score: float  # of its best hit


class Lookup:
    """A name, looked up: `hits` are the passages that a search for it found."""

    def __init__(
        self,
        name: str,
        retriever: Retriever,
        index: Index,
        *,
        aspect: str = "",
        within: Filter | None = None,
    ) -> None:
        asked = f"{name} {aspect}".strip()
        self.hits: list[Hit] = retriever.search(asked, _SEARCHED, within=within)
        self._index = index
        self._aspect = [word for word in words(aspect) if word not in STOP_WORDS]
        self._cosines = retriever.similarities(asked, self.hits[:_TOLD])
        titles = {hit.passage.document_id: Forms.of(hit.passage.title) for hit in self.hits}
        texts = {each: self._forms(each) for each in unique_documents(self.hits)[:_WEIGHED]}
        self._name = Name.of(name, [*texts.values()])
        by_title = Name.of(name, [*titles.values()])
        scores: dict[str, float] = {}
        for hit in self.hits:
            scores.setdefault(hit.passage.document_id, hit.score)
        self._titles = titles
        self.articles = [
            _Article(
                each,
                by_title.held_by(titles[each]),
                self._name.held_by(texts[each] if each in texts else titles[each]),
                scores[each],
            )
            for each in titles
        ]

    def article(self) -> Found:
        """All of the article that is named."""
        if not self.articles:
            return _NOTHING
        best = max(self.articles, key=_rank)
        cosines = [c for (name, _), c in self._cosines.items() if name == best.document_id]
        share = max(best.titled, _sure(best.held, max(cosines, default=0.0)))
        return article_of(best.document_id, self._index, share=share)

    def matter(self, document_ids: Collection[str] = ()) -> Found:
        """What is said of a matter, in these articles if any are given."""
        passages = [hit.passage for hit in self.hits[:_TOLD]]
        if document_ids:
            passages = [p for each in document_ids for p in self._index.passages(each)]
        spoken = {p.id: self._name.held_by(Forms.of(p.title, p.text)) for p in passages}
        most = max(spoken.values(), default=0.0)
        telling = [p for p in passages if spoken[p.id] >= max(_SOME, _SOME * most)]
        candidates = candidates_of(telling, self._index)
        forms = {_place(c): Forms.of(c.text) for c in candidates}
        own = {place: self._name.held_by(text) for place, text in forms.items()}
        whole = (self._name.held_by(Forms.of(c.passage.title, c.text)) for c in candidates)
        share = _sure(max(whole, default=0.0), max(self._cosines.values(), default=0.0))
        most = max(own.values(), default=0.0)
        is_titled = {p.document_id: self._name.held_by(Forms.of(p.title)) >= _OWN for p in telling}

        def is_about(candidate: Candidate) -> bool:
            held, cosine = own[_place(candidate)], self._cosines.get(_place(candidate), 0.0)
            if is_titled[candidate.passage.document_id]:
                return True
            return held >= max(_OWN * most, 0.01) or (held >= _SOME and cosine >= _NEAR)

        worths = {
            place: self._cosines.get(place, 0.0)
            + _SPOKEN * own[place]
            + _ASPECT * any(text.has(word) for word in self._aspect)
            for place, text in forms.items()
        }
        kept = tuple(filter(is_about, candidates))
        return Found(share, kept, lambda each: worths[_place(each)], tuple(document_ids))

    def side(self, other: str, taken: Collection[str]) -> Found:
        """What is said of one side of a comparison, in one article.

        An article whose title has what only the `other` side is called is about that; one that
        is `taken` is left to the other side unless it alone tells of both.
        """
        theirs = [word for word in words(other) if word not in self._name.words]

        def rank(article: _Article) -> float:
            is_theirs = any(self._titles[article.document_id].has(word) for word in theirs)
            return _rank(article) - is_theirs

        ranked = sorted(self.articles, key=rank, reverse=True)
        free = [each for each in ranked if each.document_id not in taken]
        either = sorted(self.articles, key=_rank, reverse=True)
        likely = dict.fromkeys(each.document_id for each in (*free[:1], *ranked[:1], *either[:1]))
        found = [self.matter([each]) for each in likely]
        return max(found, key=lambda each: each.share, default=_NOTHING)

    def _forms(self, document_id: str) -> Forms:
        passages = self._index.passages(document_id)
        return Forms.of(*(p.title for p in passages[:1]), *(p.text for p in passages))


def article_of(document_id: str, index: Index, *, share: float = 1.0) -> Found:
    """All of an article."""
    candidates = tuple(candidates_of(index.passages(document_id), index))
    if not candidates:
        return _NOTHING
    return Found(share, candidates, likeness_to_all(candidates), (document_id,))


def completed(names: Sequence[str]) -> tuple[str, ...]:
    """The names, and of two sides of a comparison each with what only the other says of both.

    None where the second is only a number, and the first has none in whose place it could stand.

    >>> completed(("الخط الأول", "الخط الثاني لمترو المنارة"))
    ('الخط الأول لمترو المنارة', 'الخط الثاني لمترو المنارة')
    >>> completed(("محصول التمور في 2023", "2024"))
    ('محصول التمور في 2023', 'محصول التمور في 2024')
    """
    if len(names) != 2:
        return tuple(names)
    first, second = (name.split() for name in names)
    if _is_elliptical(second):
        place = _place_of(second, first)
        if place is None:
            return () if _is_number(second[0]) else tuple(names)
        return names[0], " ".join([*first[:place], *second, *first[place + len(second) :]])
    if first[:1] != second[:1] or len(first) >= len(second):
        return tuple(names)
    return f"{names[0]} {' '.join(second[len(first) :])}", names[1]


def _is_elliptical(side: Sequence[str]) -> bool:
    """Whether a side only says which one of a kind: «2024», «الثاني», «العام الماضي»."""
    forms = [normalise(word) for word in side]
    is_which = forms[-1] in _WHICH and (len(side) == 1 or (len(side) == 2 and forms[0] in _TIMES))
    return is_which or (len(side) == 1 and _is_number(side[0]))


def _place_of(side: Sequence[str], other: Sequence[str]) -> int | None:
    """Where in the other side stands what this one has in its place, of as many words."""
    forms = [normalise(word) for word in other]
    if _is_number(side[0]):
        return next((n for n, word in enumerate(other) if _is_number(word)), None)
    if len(side) == 1:
        return next((n for n, form in enumerate(forms) if n and form in _WHICH), None)
    time = normalise(side[0])
    whole = range(len(forms) - 1)
    return next((n for n in whole if time in forms[n : n + 2] and n), None)


def _is_number(word: str) -> bool:
    return word.strip("،,.").isdecimal()


def tells_of(names: Sequence[str], side: int, quoted: Sequence[Candidate]) -> bool:
    """Whether a sentence, or the title of its article, has what only this side is called."""
    ours, theirs = words(names[side]), words(names[1 - side])
    own = [word for word in ours if word not in STOP_WORDS and word not in theirs]
    told = [Forms.of(each.text, each.passage.title) for each in quoted]
    return not own or any(forms.has(word) for forms in told for word in own)


def ranked_hits(lookups: Sequence[Lookup]) -> list[Hit]:
    """The passages that several names found, each once, the best first."""
    best: dict[str, Hit] = {}
    for hit in (hit for lookup in lookups for hit in lookup.hits):
        if hit.passage.id not in best or hit.score > best[hit.passage.id].score:
            best[hit.passage.id] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.passage.id))


def _sure(held: float, cosine: float) -> float:
    """The share of a name that a text holds, less where it lacks a word and is not near either."""
    return held if held > 0.99 else held * min(1.0, cosine / _NEAR)


def _rank(article: _Article) -> float:
    return article.titled + _RANKED * (article.held + article.score)


def _place(candidate: Candidate) -> tuple[str, int]:
    return candidate.passage.document_id, candidate.start


_NOTHING = Found(0.0, (), lambda _: 0.0, ())
