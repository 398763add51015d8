"""The lines of a page to the articles on it, each with its own lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.clean.bylines import is_date
from rag.clean.captions import ends_in_credit
from rag.clean.furniture import without_furniture
from rag.clean.lines import (
    Cuts,
    Line,
    count_words,
    is_bulleted,
    is_headline,
    is_paragraph,
    labels,
    plain,
    shared,
)
from rag.clean.main_text import NOT_MAIN
from rag.clean.openings import (
    LIKE,
    LONGEST_TEASER,
    SHORTEST_ARTICLE,
    SHORTEST_HEADLINE,
    is_signed_teaser,
    is_summary,
    opening_in,
    openings,
)
from rag.clean.signs import (
    is_comment_form,
    is_end_mark,
    is_keyword_label,
    links_more,
    named_source,
    names_comments,
    names_keywords,
    names_more,
    skipped_box,
)
from rag.clean.stretch import Stretch

NEAR = 40  # lines
LONGEST_NOTE = 12  # words of text that may stand below the source of an article

_CLOSING = ("share bar", "newsletter", "follow us", "footer", "residue", "disclaimer", "counter")
_BOX_END = plain("نهاية")
_LINKED = labels("اقرأ المزيد، اختيارات المحرر، مختارات، مختارات المحرر")


@dataclass(frozen=True, slots=True)
class Part:
    """One article of a page: its lines and what the page says of it."""

    lines: tuple[Line, ...]
    headline: Line | None = None
    source: str | None = None


def parts_of(lines: Sequence[Line], cuts: Cuts) -> list[Part]:
    """The articles of a page in their order, without what stands around and between them."""
    found = openings(lines)
    lines = [replace(line, is_title=True) if at in found else line for at, line in enumerate(lines)]
    starts = [0, *found]
    parts: list[Part] = []
    for start, end in pairwise([*starts, len(lines)]):
        parts.extend(_Reader(without_furniture(lines[start:end], cuts), cuts).read())
    return parts


class _Reader:
    """Walks the lines of one stretch of a page from label to label."""

    def __init__(self, lines: Sequence[Line], cuts: Cuts) -> None:
        self._lines = lines
        self._stretch = Stretch(lines)
        self._cuts = cuts
        self._at = 0
        self._parts: list[Part] = []
        self._begin()

    def _begin(self, headline: Line | None = None) -> None:
        self._kept: list[Line] = []
        self._words = 0
        self._head(headline)
        self._source: str | None = None
        self._has_text = False
        self._has_ended = False  # the page said so: it named its source or its keywords

    def read(self) -> list[Part]:
        """The articles of the stretch."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            text = line.text
            if line.is_title and not self._has_text:
                self._head(line)
                self._at += 1
            elif names_more(text):
                self._pass_teasers()
            elif links_more(text):
                self._cut_to(self._at + 1, "teaser")
            elif names_keywords(text):
                self._pass_keywords()
            elif is_comment_form(text) or names_comments(text):
                self._pass_comments(text)
            elif (source := self._source_in(text)) is not None:
                self._source, self._has_ended = source, True
                self._cut_to(self._at + 1, "source")
            elif is_end_mark(text) and self._has_text:
                self._has_ended = True
                self._cut_to(self._at + 1, "agency credit")
            elif label := skipped_box(text):
                self._pass_box(label)
            elif self._has_ended or self._is_below_the_end():
                self._pass_rest("after the end")
            else:
                self._keep()
        self._finish()
        return self._parts

    def _head(self, headline: Line | None) -> None:
        self._headline = headline
        self._cuts.note("no text below it", *filter(None, [headline]))  # unless some is kept

    def _keep(self) -> None:
        line = self._lines[self._at]
        self._kept.append(line)
        self._words += count_words(line.text)
        self._has_text = self._has_text or is_paragraph(line.text)
        self._at += 1

    def _is_below_the_end(self) -> bool:
        """Whether a line stands below what closes articles, with no more text of this one below."""
        line = self._lines[self._at]
        if not self._has_text or self._cuts.get(line.place - 1) not in _CLOSING:
            return False
        goes_on = self._stretch.running_words(self._at, len(self._lines)) > LONGEST_NOTE
        return not goes_on and not is_bulleted(line.text)

    def _pass_box(self, label: str) -> None:
        """Cut a box up to the line that says its label again; the first line at least."""
        end = self._at + 1
        for below in range(end, min(len(self._lines), end + NEAR)):
            if is_paragraph(self._lines[below].text):
                break
            if plain(self._lines[below].text) == f"{label} {_BOX_END}":
                end = below + 1
        self._cut_to(end, "teaser")

    def _cut_to(self, end: int, rule: str) -> None:
        self._cuts.note(rule, *self._lines[self._at : end])
        self._at = end

    def _finish(self) -> None:
        if self._kept:
            self._parts.append(Part(tuple(self._kept), self._headline, self._source))

    def _source_in(self, text: str) -> str | None:
        if not self._has_text or (named := named_source(text)) is None:
            return None
        # Below a table in the middle of an article it is the source of the table.
        start = self._at + 1
        below = min(self._stretch.label_after(start), start + NEAR)
        goes_on = self._stretch.running_words(start, below) > LONGEST_NOTE
        return None if goes_on else named

    def _pass_keywords(self) -> None:
        text = self._lines[self._at].text
        is_label = is_keyword_label(text)
        # Hashtags stand in the middle of articles as well.
        self._has_ended = self._has_ended or (self._has_text and not text.startswith("#"))
        end = self._at + 1
        below = self._stretch.label_after(end) if is_label else end
        while end < below:
            text = self._lines[end].text
            if count_words(text) > 5 or not (is_headline(text) or is_bulleted(text)):
                break
            end += 1
        self._cut_to(end, "keywords")

    def _pass_comments(self, label: str) -> None:
        end = self._stretch.more_after(self._at + 1)
        if self._has_text and self._are_comments(label, end):
            self._has_ended = True
            self._cut_to(end, "comments")
        elif self._has_text and not is_comment_form(label) and plain(label).isalpha():
            self._keep()  # a subheading
        else:
            self._cut_to(self._at + 1, "comments")  # a link to them

    def _are_comments(self, label: str, end: int) -> bool:
        """Whether the lines from a label on are what readers wrote, and the form for it."""
        stretch, start = self._stretch, self._at + 1
        if stretch.words(start, end) > self._words:
            return False
        form = self._at if is_comment_form(label) else stretch.form_after(start)
        if form >= end:
            return not stretch.written(start, end, is_long=not plain(label).isalpha())
        return stretch.long(start, max(form, start)) < 2 and not stretch.written(
            max(form, start), end, is_long=True
        )

    def _pass_rest(self, rule: str) -> None:
        """Decide what follows up to the next label once the article has ended."""
        end = self._stretch.label_after(self._at)
        opening = opening_in(self._lines, self._at, end)
        if opening is None:
            self._cut_to(end, rule)
            return
        self._cut_to(opening, rule)
        if not is_paragraph(self._lines[opening].text):
            self._finish()
            self._begin(self._lines[opening])
            self._at += 1
        elif rule == "teaser" and self._stretch.words(opening, end) >= SHORTEST_ARTICLE:
            self._finish()
            self._begin()
        else:
            self._has_ended = False  # keywords stood in the middle of the article
            self._keep()

    def _pass_teasers(self) -> None:
        label = self._at
        self._cut_to(label + 1, "teaser")
        if not self._has_text:
            self._pass_links_above()
            return
        if self._cuts.get(self._lines[label].place + 1) in ("teaser", NOT_MAIN):
            return  # the markup told the links apart
        if self._has_ended:
            self._pass_rest("teaser")
            return
        end = self._stretch.label_after(self._at)
        headlines: list[int] = []
        while self._at < end:
            text = self._lines[self._at].text
            if is_bulleted(text) or (ends_in_credit(text) and not text.endswith(".")):
                if headlines and is_bulleted(text):
                    break  # a list of the article below a box of headlines
            elif is_headline(text):
                headlines.append(self._at)
            elif not self._is_teaser(headlines, end):
                self._leave_teasers(headlines, end)
                break
            self._at += 1
        # Lines that the article goes on with are kept below, which outweighs this.
        self._cuts.note("teaser", *self._lines[label : self._at])

    def _pass_links_above(self) -> None:
        """Cut links between a headline and its text; above the headline they may hold it."""
        end = self._stretch.label_after(self._at)
        text = next(
            (at for at in range(self._at, end) if is_paragraph(self._lines[at].text)), self._at
        )
        links = self._lines[self._at : min(text, self._at + NEAR)]
        if not links:
            return
        below = " ".join(line.text for line in self._lines[text : text + 3])
        titles = [line.text for line in self._kept if is_headline(line.text)]
        if not titles or any(is_date(line.text) for line in links):
            return
        best = max(shared(title, below) for title in titles)
        if best > max(shared(line.text, below) for line in links):
            self._cut_to(self._at + len(links), "teaser")

    def _is_teaser(self, headlines: Sequence[int], end: int) -> bool:
        text, below = self._lines[self._at].text, self._at + 1
        if below < end and is_signed_teaser(text, self._lines[below].text):
            return True
        if count_words(text) > LONGEST_TEASER:
            return False
        if not headlines or text.startswith("و"):
            return False
        headline = self._lines[headlines[-1]].text
        repeated = shared(headline, text)
        if repeated < LIKE or not self._stretch.running(below, end):
            return repeated >= LIKE
        # The article may go on below and share their words; below "read also" may stand another.
        if plain(self._lines[headlines[0] - 1].text) not in _LINKED:
            return False
        around = [*self._kept[:5], *self._lines[below : below + 3]]
        return is_summary(text, headline, " ".join(line.text for line in around))

    def _leave_teasers(self, headlines: Sequence[int], end: int) -> None:
        """Decide what the running text is that follows a box of links."""
        if not headlines or headlines[-1] != self._at - 1:
            return
        headline = self._lines[headlines[-1]]
        length = self._stretch.words(self._at, end)
        repeats = shared(headline.text, self._lines[self._at].text) >= 0.5
        is_title = count_words(headline.text) > SHORTEST_HEADLINE  # no subheading
        if repeats and is_title and length >= SHORTEST_ARTICLE:
            self._finish()
            self._begin(headline)
        elif len(headlines) > 1 and headline.has_gap:
            self._at = headlines[-1]  # the article goes on, perhaps with a subheading
