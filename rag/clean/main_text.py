"""Which lines of an HTML page are its main text: an extractor's judgement, line by line."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any

from rag.arabic import words
from rag.clean.bylines import is_date
from rag.clean.lines import Cuts, Line, PageLines, count_words, is_bulleted, is_paragraph
from rag.clean.markup import Markup, Range

MOST_STORIES = 12  # a page with more headlines than that is a list of them
SHORTEST_STORY = 40  # words of a story that only its article element tells apart
SHORTEST_HEADED = 12  # words below a headline of the first rank
SHINGLE = 4  # words
MAIN_SHARE = 0.9  # of the main text lies in one element
MOST_LINKED = 0.5  # of the characters of a line that the extractor passed over
WHOLLY_LINKED = 0.95
LONGEST_LINK = 4  # words of a link that is a name and no headline, its bullet included
HEAD = 6  # lines from a title on in which its date stands
NOT_MAIN = "not main text (extractor)"

Extractor = Callable[[Any], str]  # an element to its main text, one block a line

_SIDES = ("aside", "footer", "header")  # of the page or, as some have it, of the article


def main_text_of(markup: Markup, extract: Extractor | None) -> PageLines:
    """The lines of a page, those of main text, and by which rule the others were cut.

    The extractor judges the page or, where the page holds several articles, each of them. Without
    one, or where it finds nothing, all lines between the page's main tags are taken.
    """
    chosen: set[int] = set()
    if extract is not None:
        parts = [_judged(markup, story, extract) for story in _stories(markup)]
        chosen = set().union(*parts) if len(parts) >= 2 else set()
        chosen = chosen or _judged(markup, markup.ranges[0], extract)
    if not chosen:
        chosen = _between_main_tags(markup)
    titles = _titles(markup, chosen)
    chosen |= set(_dates_below(markup, titles))
    links = _link_lists(markup)
    lines: list[Line] = []
    cuts = Cuts()
    for line, role in zip(markup.lines, markup.roles, strict=True):
        if line.place in titles:
            lines.append(replace(line, is_title=True))
        elif line.place not in chosen:
            cuts.note(role or NOT_MAIN, line)
        elif role and role not in _SIDES:
            cuts.note(role, line)
        elif line.place in links:
            cuts.note("teaser", line)
        else:
            lines.append(line)
    return PageLines(markup.lines, lines, cuts)


def _link_lists(markup: Markup) -> set[int]:
    """The lines that are a link each, two or more in a row, and long enough for a headline."""
    are_links = [
        linked >= WHOLLY_LINKED * len(line.text.lstrip("- ").replace(" ", ""))
        and count_words(line.text) > LONGEST_LINK
        for line, linked in zip(markup.lines, markup.linked, strict=True)
    ]
    pairs = (at for at, both in enumerate(pairwise(are_links)) if both == (True, True))
    return {place for at in pairs for place in (at, at + 1)}


def _headings(markup: Markup, tags: Sequence[str]) -> list[Range]:
    found = [part for part in markup.ranges if part.element.tag in tags and part.end > part.start]
    return found if len({markup.lines[part.start].text for part in found}) == len(found) else []


def _stories(markup: Markup) -> list[Range]:
    """The elements that hold one article each, where there are two or more."""
    found = _headings(markup, ("h1",))
    if 2 <= len(found) <= MOST_STORIES:
        starts = [part.start for part in found]
        stories = [_highest_alone(markup, part, starts) for part in found]
        shortest = SHORTEST_HEADED
    else:
        stories = [part for part in markup.ranges if part.element.tag == "article"]
        shortest = SHORTEST_STORY
    stories = [
        part for part in stories if _length(markup, set(range(part.start, part.end))) >= shortest
    ]
    return stories if 2 <= len(stories) <= MOST_STORIES else []


def _highest_alone(markup: Markup, heading: Range, starts: Sequence[int]) -> Range:
    """The largest element around a headline that has no other of these headlines in it."""
    story = heading
    while story.parent >= 0:
        above = markup.ranges[story.parent]
        if bisect_left(starts, above.end) - bisect_left(starts, above.start) > 1:
            break
        story = above
    return story


def _titles(markup: Markup, chosen: set[int]) -> set[int]:
    """The lines that open an article each; none where the page has fewer than two."""
    found = _headings(markup, ("h1",))
    shortest = SHORTEST_HEADED
    if len(found) < 2:
        articles = [part for part in markup.ranges if part.element.tag == "article"]
        below = _headings(markup, ("h1", "h2", "h3"))
        firsts = (
            next((part for part in below if story.start <= part.start < story.end), None)
            for story in articles
        )
        found = [part for part in firsts if part is not None]
        shortest = SHORTEST_STORY
    if not 2 <= len(found) <= MOST_STORIES:
        return set()
    starts = [part.start for part in found]
    titles = {
        start
        for start, end in zip(starts, [*starts[1:], len(markup.lines)], strict=True)
        if _length(markup, chosen.intersection(range(start, end))) >= shortest
    }
    return titles if len(titles) >= 2 else set()


def _dates_below(markup: Markup, titles: set[int]) -> Iterator[int]:
    """The lines below titles that state a day, which extractors pass over."""
    for title in titles:
        for place in range(title + 1, min(title + HEAD, len(markup.lines))):
            if not markup.roles[place] and is_date(markup.lines[place].text):
                yield place


def _length(markup: Markup, places: set[int]) -> int:
    """How many words of running text the lines hold."""
    texts = (markup.lines[place].text for place in places)
    return sum(count_words(text) for text in texts if is_paragraph(text))


def _judged(markup: Markup, part: Range, extract: Extractor) -> set[int]:
    """The places of the lines in an element that the extractor keeps."""
    kept = extract(part.element)
    shingles: set[tuple[str, ...]] = set()
    whole: set[tuple[str, ...]] = set()
    for line in kept.splitlines():
        tokens = words(line)
        whole.add(tuple(tokens))
        shingles.update(_shingles(tokens))
    found = set()
    for place in range(part.start, part.end):
        tokens = words(markup.lines[place].text)
        parts = list(_shingles(tokens))
        if tuple(tokens) in whole if not parts else _is_most(part in shingles for part in parts):
            found.add(place)
    return _filled(markup, _container(markup, part, found), found)


def _shingles(tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(tokens[start:] for start in range(SHINGLE)), strict=False)


def _is_most(told: Iterator[bool]) -> bool:
    votes = list(told)
    return sum(votes) >= 0.7 * len(votes)


def _container(markup: Markup, part: Range, found: set[int]) -> Range:
    """The smallest element below this one that holds nearly all of what was found."""
    lengths = (count_words(line.text) if line.place in found else 0 for line in markup.lines)
    sums = [0, *accumulate(lengths)]
    needed = MAIN_SHARE * (sums[part.end] - sums[part.start])
    holding = (
        below
        for below in markup.ranges
        if part.start <= below.start
        and below.end <= part.end
        and sums[below.end] - sums[below.start] >= needed
    )
    return min(holding, key=lambda below: below.end - below.start, default=part)


def _filled(markup: Markup, container: Range, found: set[int]) -> set[int]:
    """What was found in the container, with the running text in between that was passed over."""
    inside = sorted(place for place in found if container.start <= place < container.end)
    if not inside:
        return set()
    between = range(inside[0], inside[-1])
    return set(inside).union(
        place
        for place in between
        if not markup.roles[place]
        and markup.linked[place] <= MOST_LINKED * len(markup.lines[place].text)
        and (
            is_paragraph(markup.lines[place].text)
            or is_bulleted(markup.lines[place].text)
            or _is_subheading(markup, place, found)
        )
    )


def _is_subheading(markup: Markup, place: int, found: set[int]) -> bool:
    """Whether a line that the extractor passed over is set in bold between two lines of text."""
    is_strong = markup.strong[place] >= 0.9 * len(markup.lines[place].text.replace(" ", ""))
    around = (place - 1, place + 1)
    return is_strong and all(at in found and is_paragraph(markup.lines[at].text) for at in around)


def _between_main_tags(markup: Markup) -> set[int]:
    """The lines of the longest article, of main or of the body, without its sides."""
    for tag in ("article", "main", "body"):
        places = [part for part in markup.ranges if part.element.tag == tag]
        if places:
            lengths = [0, *accumulate(len(line.text) for line in markup.lines)]
            longest = max(places, key=lambda part: lengths[part.end] - lengths[part.start])
            return {place for place in range(longest.start, longest.end) if not markup.roles[place]}
    return set()
