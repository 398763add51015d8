"""A follow-up and the question before it to the question it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.arabic import stem, words
from rag.followup.wording import (
    Word,
    is_event_meant,
    leaning_of,
    meant_words,
    opened,
    owned_place,
    spoken,
    without_pronoun,
)
from rag.types import Answer, Passage

_DATING = frozenset("حتي منذ خلال عام سنه قبل بعد".split())


def resolve(question: str, previous: str, sources: Sequence[Passage]) -> str:
    """A follow-up as it reads alone: its own words, and what it needs of the previous question.

    `previous` reads alone, `sources` are what the answer to it rested on. What the previous
    question asked about them («كم كلف») is left out where the follow-up asks something else.

    >>> resolve("ومتى؟", "من افتتح خط المترو؟", [])
    'متى افتتح خط المترو؟'
    >>> resolve("ومن صممه؟", "كم كلف الجسر؟", [])
    'من صمم الجسر؟'
    >>> resolve("لا، أقصد الخط الثاني", "متى افتُتح الخط الأول لمترو المنارة؟", [])
    'متى افتُتح الخط الثاني لمترو المنارة؟'
    """
    leaning = leaning_of(question)
    if leaning == "nothing":
        return question
    before = spoken(previous)
    if leaning == "replaces":
        return _replaced(meant_words(question), before, sources)
    needed = [word for word in before if not word.is_asking and not word.is_opening]
    topic: list[Word] = []
    if leaning != "bare" and not is_event_meant(question):
        topic = _topic(before, sources)
    said = spoken(opened(question))
    own = {stem(word.form) for word in said if word.is_content}
    fresh = [
        word for word in topic or needed if stem(word.form) not in own and not word.is_pointing
    ]
    if not any(word.is_content for word in fresh):
        return question
    rest = " ".join(word.text for word in fresh)
    if leaning == "bare":
        return f"{opened(question).rstrip('؟?. ')} {rest}؟"
    place = owned_place(said) if topic and leaning == "points" else None
    if place is None:
        return f"{opened(question)} ({rest})"
    texts = [word.text for word in said]
    asking = said[place - 1].form if place else ""
    texts[place] = f"{without_pronoun(said[place], asking)} {rest}"
    return " ".join(texts) + "؟"


def sources_of(answer: Answer) -> list[Passage]:
    """The passages an answer rests on; of one that was not written, the best hit."""
    cited = [citation.passage for citation in answer.citations]
    if not cited and answer.status == "writing":
        cited = [hit.passage for hit in answer.hits[:1]]
    return list({passage.id: passage for passage in cited}.values())


def _replaced(meant: Sequence[Word], before: Sequence[Word], sources: Sequence[Passage]) -> str:
    """The previous question with these words in place of what they replace."""
    dates = [word for word in meant if word.form.isdigit()]
    kept = _undated(before, {len(word.form) for word in dates})
    meant = [word for word in meant if not word.form.isdigit() and word.form not in _DATING]
    heads = [
        (first, place)
        for first, word in enumerate(meant)
        for place, other in enumerate(kept)
        if word.is_content and _is_same(word, other)
    ]
    if heads:
        first, place = heads[0]
        width = _width(meant[first:], kept[place:])
        # In English what tells two of a kind apart stands before them: "the second line".
        begin = place
        while first and meant[first - 1].is_content and begin and kept[begin - 1].is_content:
            begin -= 1
        before_head = [word for word in meant[:first] if word.is_content]
        kept[begin : place + width] = [*before_head, *meant[first:]]
    elif any(word.is_content for word in meant):
        titled = [word for passage in sources[:1] for word in spoken(passage.title)]
        kept = [word for word in kept if not any(_is_same(word, other) for other in titled)]
        kept += meant
    return " ".join(word.text for word in [*kept, *dates]) + "؟"


def _undated(before: Sequence[Word], lengths: set[int]) -> list[Word]:
    """The words without numbers of these lengths, and without the "year" before them."""
    kept: list[Word] = []
    for word in before:
        if word.form.isdigit() and len(word.form) in lengths:
            if kept and kept[-1].form in _DATING:
                kept.pop()
        else:
            kept.append(word)
    return kept


def _width(meant: Sequence[Word], before: Sequence[Word]) -> int:
    """How many words of the previous question the phrase `meant` stands for; both share a head."""
    names = meant[1:]
    if not names:
        return 1
    # «الخط الأول لمترو المنارة» keeps its owner, «مستشفى الدانة للأطفال» is one name.
    most = 1 + len(names) if meant[0].is_definite else len(before)
    forms = {word.form for word in meant}
    for place, word in enumerate(before[1:most], start=1):
        if word.form.isdigit() or word.form in _DATING - forms:
            return place
    return min(most, len(before))


def _is_same(word: Word, other: Word) -> bool:
    """Whether two words are one but for what is attached to them: «كأس» and «بكأس»."""
    stems = {stem(other.form)}
    if other.form[:1] in "بل" and len(other.form) > 3:
        stems.add(stem(other.form[1:]))
    return stem(word.form) in stems


def _topic(before: Sequence[Word], sources: Sequence[Passage]) -> list[Word]:
    """The words of a question without what it asks of its topic: «كم كلف» of «كم كلف الجسر؟».

    That stands at the beginning, has no article, and the sources do not repeat it.
    """
    counted = Counter(
        stem(form)
        for passage in sources
        # what is named in a title is a topic
        for form in words(f"{passage.title} {passage.title} {passage.text}")
    )
    named = [word for word in before if not word.is_asking and not word.is_opening]
    for place, word in enumerate(named):
        if not word.is_content or word.form.isdigit():
            continue
        if word.is_definite or counted[stem(word.form)] > 1:
            return named[place:]
    return []
