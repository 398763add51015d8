"""Where on a page another article begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.clean.bylines import is_date, is_head_line
from rag.clean.captions import ends_in_credit, is_photo_mark
from rag.clean.lines import Line, count_words, is_bulleted, is_headline, is_paragraph, shared

SHORTEST_ARTICLE = 40  # words; what is shorter under "read also" is the teaser of another page
SHORTEST_HEADLINE = 4  # words; what is shorter below the text is a subheading
LONGEST_TEASER = 45
LIKE = 0.25  # of the words of a headline, in its teaser
HEAD = 6  # lines between a headline and its text, bylines and dates

_TEASER_BYLINE = re.compile(r"[^.؟!()]*\([^()]+\)(?: «[^»]+» \([^()]+\))?$")


def openings(lines: Sequence[Line]) -> dict[int, int]:
    """Where an article opens below another one, each with the last line of its opening.

    A page says so in its markup, by a headline said again below its photo, or by a date or a
    byline below a headline.
    """
    found: dict[int, int] = {}
    has_text = False  # only the menu of the site stands above the first headline
    at = 0
    while at < len(lines):
        end = _headline_again(lines, at)
        if end is None and has_text:
            end = _dated_headline(lines, at)
        if end is not None or lines[at].is_title:
            if has_text:
                found[at] = end or at
            has_text = False
            at = end or at
        has_text = has_text or is_paragraph(lines[at].text)
        at += 1
    return found


def _headline_again(lines: Sequence[Line], at: int) -> int | None:
    """Where the headline at a line is said again below its photo, which makes it an article's.

    A teaser repeats its headline too, but shows its photo once and without `TT`.
    """
    headline = lines[at].text
    if not is_headline(headline) or count_words(headline) < 3 or ends_in_credit(headline):
        return None
    between: list[str] = []
    for below, line in enumerate(lines[at + 1 : at + 9], start=at + 1):
        if line.text == headline:
            has_photo = any(map(is_photo_mark, between)) or len(set(between)) < len(between)
            return below if has_photo else None
        if is_paragraph(line.text) and not ends_in_credit(line.text):
            return None
        between.append(line.text)
    return None


def _dated_headline(lines: Sequence[Line], at: int) -> int | None:
    """Where the dates and bylines below a headline end; None where it is no article's.

    A chronology has dates below its subheadings too, but text right above them and no bylines.
    """
    if not lines[at].has_gap or not _can_open(lines[at].text):
        return None
    signs = 0
    for below in range(at + 1, min(len(lines), at + 1 + HEAD)):
        text = lines[below].text
        if not is_head_line(text):
            break
        signs += 1 if is_date(text) else 2
    else:
        return None
    above = lines[at - 1].text if at else ""
    signs += is_head_line(above)
    is_followed = is_paragraph(lines[below].text)
    return below - 1 if signs >= 2 and below > at + 1 and is_followed else None


def _can_open(text: str) -> bool:
    return (
        is_headline(text)
        and count_words(text) >= SHORTEST_HEADLINE
        and not ends_in_credit(text)
        and not is_head_line(text)
    )


def is_signed_teaser(text: str, below: str) -> bool:
    """Whether a short text has the outlet and city of another article below it."""
    is_short = count_words(text) <= LONGEST_TEASER
    return is_short and count_words(below) <= 12 and _TEASER_BYLINE.match(below) is not None


def is_summary(text: str, headline: str, around: str) -> bool:
    """Whether a text sums up the headline above it, of which the article around says nothing."""
    least = 2 * max(LIKE, shared(headline, around))
    return count_words(headline) > SHORTEST_HEADLINE and shared(headline, text) >= least


@dataclass(frozen=True, slots=True)
class _Told:
    """A line of running text, the headline right above it, and whether it is a teaser's."""

    place: int
    headline: int | None
    is_teaser: bool


def opening_in(lines: Sequence[Line], start: int, end: int) -> int | None:
    """Where the article begins that a part of the page holds; None where it holds only teasers.

    That is its headline or, where it has none, its first sentence. A teaser is one sentence below
    a headline whose words it repeats; two sentences in a row, or one that says something else, are
    an article.
    """
    told = list(_told(lines, start, end))
    other = next((at for at, each in enumerate(told) if not each.is_teaser), None)
    if other is None:
        return None
    while told[other].headline is None and other > 0:
        other -= 1
    if other == 1 and told[0].headline is not None:
        other = 0  # what looked like a teaser is the first sentence, what follows a subheading
    headline = told[other].headline
    opening = told[other].place if headline is None else headline
    length = sum(count_words(line.text) for line in lines[opening:end])
    return opening if headline is None or length >= SHORTEST_ARTICLE else None


def _told(lines: Sequence[Line], start: int, end: int) -> Iterable[_Told]:
    headline: int | None = None
    for place in range(start, end):
        text = lines[place].text
        if not is_paragraph(text):
            if is_headline(text) and not is_head_line(text) and not ends_in_credit(text):
                headline = place
            continue
        if is_bulleted(text):
            continue
        below = lines[place + 1].text if place + 1 < end else ""
        is_short = count_words(text) <= LONGEST_TEASER
        repeats = headline is not None and shared(lines[headline].text, text) >= LIKE
        yield _Told(place, headline, (is_short and repeats) or is_signed_teaser(text, below))
        headline = None
