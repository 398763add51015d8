"""The lines of one article to its title, date and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from rag.arabic import title_from
from rag.clean.bylines import (
    LONGEST_LINK,
    is_byline,
    is_date,
    is_head_line,
    is_label,
    is_name,
    is_section,
    is_signature,
    stated,
)
from rag.clean.dates import mentions
from rag.clean.furniture import is_share_button
from rag.clean.lines import (
    Cuts,
    Line,
    count_words,
    is_headline,
    is_paragraph,
    plain,
    same_words,
    shared,
    text_of,
)

LONGEST_HEAD = 40  # lines
SHARED = 0.25  # of the words of a headline with the first lines of its text
MOST_DECKS = 2  # headlines above a text that are its own
LONGEST_COUNT = 6  # digits
SHORTEST_MENU = 4  # lines
LONGEST_BETWEEN = 8  # lines
LONGEST_SIGN = 5  # words of a line between headline and date; a longer one is a second headline

_URGENT = plain("عاجل")
_SIGNS = ("share bar", "counter", "page control")


@dataclass(frozen=True, slots=True)
class Article:
    """An article as a reader sees it, and the lines it is made of."""

    title: str
    text: str
    lines: tuple[Line, ...]
    headline: Line | None = None  # the line that shows the title
    published: str | None = None  # ISO 8601, where a line above the text says it


def article_of(
    lines: Sequence[Line], cuts: Cuts, *, title: str | None = None, headline: Line | None = None
) -> Article | None:
    """The article, with the title given or the one its lines show; None without any text.

    `headline` is the line of the title where that is known and not among the lines.
    """
    rest = list(lines)
    title = title or (headline.text if headline else None)
    _drop_menu(rest, cuts)
    if title is None:
        _drop_ticker(rest, cuts)
        _drop_labels(rest, cuts)
    published = _drop_above(rest, cuts, title=title)
    if len(rest) > 1 and is_headline(rest[0].text):
        shown = _title_shown(rest[0].text, title)
        if shown is not None:
            title = shown
            headline = rest.pop(0)
    if title is not None:
        _drop_between(rest, cuts, title=title)
        published = _drop_above(rest, cuts, title=title) or published
        _drop_repetitions(rest, cuts, title=title)
    _drop_below(rest, cuts)
    text = text_of(rest)
    if not any(map(str.isalnum, text)):
        cuts.note("no words", *rest, *filter(None, [headline]))
        return None
    return Article(title or title_from(text), text, tuple(rest), headline, published)


def _title_shown(headline: str, title: str | None) -> str | None:
    """The title, where a headline shows it: the fuller of the two."""
    if title is None:
        return headline
    known, line = plain(title), plain(headline)
    if known in line:
        has_date = any(len(mention.iso) == 10 for mention in mentions(headline))
        return title if has_date else headline  # some sites write the date behind the headline
    return title if line in known and count_words(headline) >= 3 else None


def _drop_menu(lines: list[Line], cuts: Cuts) -> None:
    """Take away the menu of the site: short lines in a row above the first longer one."""
    end = next((at for at, line in enumerate(lines) if _is_long(line.text)), 0)
    named = sum(is_section(line.text) for line in lines[:end])
    if end >= SHORTEST_MENU and named * 2 >= end:
        cuts.note("menu", *lines[:end])
        del lines[:end]


def _drop_ticker(lines: list[Line], cuts: Cuts) -> None:
    """Take away headlines of other articles, where the page announces them, above its own.

    Its own has a date below it or, failing that, words that the text repeats.
    """
    place = lines[0].place if lines else 0
    is_announced = cuts.get(place - 1) == "teaser" or (lines and plain(lines[0].text) == _URGENT)
    text = next((at for at, line in enumerate(lines) if is_paragraph(line.text)), 0)
    if not is_announced or not MOST_DECKS < text <= LONGEST_HEAD:
        return
    below = " ".join(line.text for line in lines[text : text + 3])
    at = _headline_above_date(lines[:text])
    if at is None:
        at = max(range(text), key=lambda at: shared(lines[at].text, below))
        at = at if shared(lines[at].text, below) >= SHARED else 0
    if at:
        cuts.note("teaser", *lines[:at])
        del lines[:at]


def _drop_labels(lines: list[Line], cuts: Cuts) -> None:
    """Take away names of sections and outlets above a headline that has a date or sections near."""
    head = [line.text for line in lines[:LONGEST_BETWEEN]]
    end = next((at for at, text in enumerate(head) if not (is_label(text) or is_section(text))), 0)
    is_told = any(map(is_section, head[:end])) or any(map(is_date, head[end + 1 :]))
    if end and is_told and is_headline(head[end]) and count_words(head[end]) > LONGEST_LINK:
        cuts.note("section label", *lines[:end])
        del lines[:end]


def _headline_above_date(lines: Sequence[Line]) -> int | None:
    date = next((at for at, line in enumerate(lines) if is_date(line.text)), 0)
    above = (at for at in range(date - 1, -1, -1) if count_words(lines[at].text) > LONGEST_LINK)
    return next((at for at in above if not is_head_line(lines[at].text)), None)


def _is_long(text: str) -> bool:
    return is_paragraph(text) or (count_words(text) > LONGEST_LINK and not is_section(text))


def _drop_above(lines: list[Line], cuts: Cuts, *, title: str | None) -> str | None:
    """Take away what stands above a headline or between it and the text; the date found there."""
    published = None
    at = 0
    head = [line.text for line in lines[:LONGEST_HEAD]]
    while at < len(head) and at < len(lines) - 1:
        text = head[at]
        # Without a headline below it, what looks like a label may be the headline itself.
        is_above = title is not None or _has_headline(head[at + 1 :])
        day = stated(text) if is_above else None
        if day and _is_head_dated(lines):
            published = published if published and day.is_update else day.day
            cuts.note("date", lines[at])
        elif rule := _rule_above(text, is_above=is_above, title=title):
            cuts.note(rule, lines[at])
        else:
            break
        at += 1
    del lines[:at]
    return published


def _has_headline(below: Sequence[str]) -> bool:
    """Whether a line above the text can be a headline and nothing else."""
    above_text = takewhile(lambda text: not is_paragraph(text), below)
    return any(
        is_headline(text) and count_words(text) > LONGEST_LINK and not is_head_line(text)
        for text in above_text
    )


def _drop_between(lines: list[Line], cuts: Cuts, *, title: str) -> None:
    """Take away short lines between a headline and the last sign of the page above the text.

    What they are differs by site: a section, a place, the name of an outlet or a photographer. The
    sign is a date or anything that was cut there.
    """
    if count_words(title) <= LONGEST_LINK:
        return  # it may be a label, and the headline below it
    end = 0
    for at, line in enumerate(lines[:LONGEST_BETWEEN]):
        if at and lines[at - 1].place < line.place - 1 and cuts.get(line.place - 1) in _SIGNS:
            end = at
        is_short = count_words(line.text) <= LONGEST_SIGN and not is_paragraph(line.text)
        if is_date(line.text):
            end = at
        elif not (is_short or is_head_line(line.text) or same_words(line.text, title)):
            break
    other = [line for line in lines[:end] if not is_head_line(line.text)]
    cuts.note("head of the article", *(line for line in other if line.text != title))
    cuts.note("repetition", *(line for line in other if same_words(line.text, title)))
    lines[:end] = [line for line in lines[:end] if is_head_line(line.text)]


def _drop_repetitions(lines: list[Line], cuts: Cuts, *, title: str) -> None:
    """Take away the headline where it is said again, as some sites do beside a photo."""
    again = [line for line in lines if not is_paragraph(line.text) and same_words(line.text, title)]
    if len(again) < len(lines):
        cuts.note("repetition", *again)
        places = {line.place for line in again}
        lines[:] = [line for line in lines if line.place not in places]


def _is_head_dated(lines: Sequence[Line]) -> bool:
    """Whether the lines state one day, that of the last change aside; more are a chronology."""
    days = filter(None, (stated(line.text) for line in lines))
    return sum(not day.is_update for day in days) <= 1


def _rule_above(text: str, *, is_above: bool, title: str | None) -> str:
    """The rule by which a line above the text is cut; empty where it belongs to the article."""
    if is_share_button(text):
        return "share bar"
    if title is not None and text.isdigit() and len(text) <= LONGEST_COUNT:
        return "counter"
    if is_above and is_section(text):
        return "section label"
    if is_above and is_byline(text):
        return "byline"
    return "repetition" if title is not None and same_words(text, title) else ""


def _drop_below(lines: list[Line], cuts: Cuts) -> None:
    """Take away what stands below the text: who wrote it, buttons, the label of a section."""
    is_signed = False
    while len(lines) > 1:
        text = lines[-1].text
        if is_byline(text) or is_signature(text):
            rule = "signature"
        elif is_share_button(text):
            rule = "share bar"
        elif is_section(text) and lines[-1].has_gap and is_paragraph(lines[-2].text):
            rule = "section label"
        elif is_signed and is_name(text) and lines[-1].has_gap:
            rule = "signature"
        else:
            break
        is_signed = is_signed or rule == "signature"
        cuts.note(rule, lines.pop())
