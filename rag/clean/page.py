"""The lines of a page to the articles on it, each with its own lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile

from rag.arabic import content_stems
from rag.clean.captions import ends_in_credit, is_photo_mark
from rag.clean.furniture import without_furniture
from rag.clean.lines import (
    LONGEST_HEADLINE,
    Line,
    count_words,
    is_bulleted,
    is_headline,
    is_paragraph,
    labels,
    plain,
)

SHORTEST_ARTICLE = 40  # words; what is shorter under "read also" is the teaser of another page
LONGEST_TEASER = 45
LONGEST_FIELD = 12  # of a comment form
NEAR = 40  # lines

_MORE = labels(
    "اقرأ أيضا، اقرأ أيضا على موقعنا، اقرأ المزيد، اقرأ كذلك، طالع أيضا، شاهد أيضا، قد يهمك، "
    "قد يهمك أيضا، قد يعجبك أيضا، ربما يعجبك أيضا، الأكثر قراءة، الأكثر مشاهدة، الأكثر تداولا، "
    "آخر الأخبار، أحدث الأخبار، اخترنا لك، اخترنا لكم، المزيد من الأخبار"
).union(
    plain(f"{noun} {kind}")
    for noun in ("مقالات", "مواضيع", "موضوعات", "أخبار", "روابط", "قصص", "تقارير", "مواد")
    for kind in ("ذات صلة", "ذات الصلة", "مشابهة", "متعلقة", "مرتبطة", "مقترحة", "قد تهمك")
)
_KEYWORDS = labels(
    "كلمات دلالية، الكلمات الدلالية، كلمات مفتاحية، الكلمات المفتاحية، كلمات مفتاح، وسوم، "
    "الوسوم، وسوم المقال، تاغات، علامات، الدلالات، هاشتاغ"
)
_COMMENT_FORM = tuple(labels("اترك تعليق، اترك رد، أضف تعليق، اكتب تعليق، لن يتم نشر، إلغاء الرد"))
_COMMENTS = re.compile("(?:ال)?تعليقات|(?:ال)?تعليقات? [0-9]+|[0-9]+ تعليقا?ت?|لا توجد تعليقات")
_SOURCE = re.compile(r"المصدر\s*[:：]\s*(\S.*)$")
_TEASER_BYLINE = re.compile(r"[^.؟!()]*\([^()]+\)(?: «[^»]+» \([^()]+\))?$")


@dataclass(frozen=True, slots=True)
class Part:
    """One article of a page: its lines and what the page says of it."""

    lines: tuple[Line, ...]
    title: str | None = None
    source: str | None = None


def parts_of(lines: Sequence[Line]) -> list[Part]:
    """The articles of a page in their order, without what stands around and between them."""
    starts = [0]
    has_text = False  # only the menu of the site stands above the first headline
    at = 0
    while at < len(lines):
        if repeated := _headline_again(lines, at):
            if has_text:
                starts.append(at)
            has_text = False
            at = repeated
        has_text = has_text or is_paragraph(lines[at].text)
        at += 1
    parts: list[Part] = []
    for start, end in pairwise([*starts, len(lines)]):
        parts.extend(_Reader(without_furniture(lines[start:end])).read())
    return parts


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


def _names_more(text: str) -> bool:
    """Whether the line announces other articles and says nothing else."""
    return len(text) <= 40 and not is_bulleted(text) and plain(text) in _MORE


def _links_more(text: str) -> bool:
    """Whether the line announces another article and names it."""
    label = re.split("[:：|]", text, maxsplit=1)[0]
    return len(label) < len(text) - 1 and _names_more(label) and count_words(text) <= 30


def _names_keywords(text: str) -> bool:
    label, colon, rest = text.partition(":")
    return len(label) <= 30 and plain(label) in _KEYWORDS and bool(colon or not rest)


def _is_comment_form(text: str) -> bool:
    return count_words(text) <= 20 and plain(text).startswith(_COMMENT_FORM)


def _names_comments(text: str) -> bool:
    return len(text) <= 30 and _COMMENTS.fullmatch(plain(text)) is not None


def _is_label(text: str) -> bool:
    """Whether the line says what follows it, and that is not the article."""
    return _names_more(text) or _names_keywords(text) or _is_comment_form(text)


def _is_running(text: str, shortest: int) -> bool:
    return is_paragraph(text) and count_words(text) > shortest and not _is_comment_form(text)


def _shared(headline: str, text: str) -> float:
    """The share of the words of a headline that a text repeats; 0 for fewer than two."""
    stems = set(content_stems(headline))
    shared = len(stems & set(content_stems(text)))
    return shared / len(stems) if shared >= 2 else 0.0


class _Reader:
    """Walks the lines of one stretch of a page from label to label."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._at = 0
        self._parts: list[Part] = []
        self._begin()

    def _begin(self, title: str | None = None) -> None:
        self._kept: list[Line] = []
        self._title = title
        self._source: str | None = None
        self._has_text = False
        self._has_ended = False  # the page said so: it named its source or its keywords

    def read(self) -> list[Part]:
        """The articles of the stretch."""
        while self._at < len(self._lines):
            text = self._lines[self._at].text
            if _names_more(text):
                self._pass_teasers()
            elif _links_more(text):
                self._at += 1
            elif _names_keywords(text):
                self._pass_keywords(text)
            elif _is_comment_form(text) or _names_comments(text):
                self._pass_comments(text)
            elif (source := self._source_in(text)) is not None:
                self._source, self._has_ended = source, True
                self._at += 1
            else:
                self._keep()
        self._finish()
        return self._parts

    def _keep(self) -> None:
        line = self._lines[self._at]
        self._kept.append(line)
        self._has_text = self._has_text or is_paragraph(line.text)
        self._at += 1

    def _finish(self) -> None:
        if self._kept:
            self._parts.append(Part(tuple(self._kept), self._title, self._source))

    def _up_to_label(self, start: int) -> Iterator[str]:
        """The texts from a line to the next label or the end."""
        below = (self._lines[at].text for at in range(start, len(self._lines)))
        return takewhile(lambda text: not _is_label(text), below)

    def _source_in(self, text: str) -> str | None:
        match = _SOURCE.match(text)
        if not match or not self._has_text or count_words(match[1]) > 6:
            return None
        # Below a table in the middle of an article it is the source of the table.
        below = islice(self._up_to_label(self._at + 1), NEAR)
        is_last = not any(map(is_paragraph, below))
        return match[1].strip(" .") if is_last else None

    def _pass_keywords(self, text: str) -> None:
        self._at += 1
        self._has_ended = self._has_text
        if text.rstrip(": ") != text.partition(":")[0].rstrip():
            return
        for text in list(self._up_to_label(self._at)):
            if count_words(text) > 5 or not is_headline(text):
                return
            self._at += 1

    def _pass_comments(self, label: str) -> None:
        below = (line.text for line in self._lines[self._at + 1 :])
        rest = list(takewhile(lambda text: not _names_more(text), below))
        if self._has_text and self._are_comments(label, rest):
            self._has_ended = True
            self._at += 1 + len(rest)
        elif self._has_text and not _is_comment_form(label) and plain(label).isalpha():
            self._keep()  # a subheading
        else:
            self._at += 1  # a link to the comments

    def _are_comments(self, label: str, rest: Sequence[str]) -> bool:
        """Whether the lines below a label are what readers wrote, and the form for it."""
        if sum(map(count_words, rest)) > sum(count_words(line.text) for line in self._kept):
            return False
        forms = [at for at, text in enumerate([label, *rest]) if _is_comment_form(text)]
        if not forms:
            shortest = 0 if plain(label).isalpha() else LONGEST_FIELD
            return not any(_is_running(text, shortest) for text in rest)
        written, below = rest[: max(forms[0] - 1, 0)], rest[forms[0] :]
        return sum(count_words(text) > LONGEST_HEADLINE for text in written) < 2 and not any(
            _is_running(text, LONGEST_FIELD) for text in below
        )

    def _pass_teasers(self) -> None:
        self._at += 1
        if not self._has_text:
            return  # above the article it is a part of the menu
        headlines: list[int] = []
        while self._at < len(self._lines) and not _is_label(self._lines[self._at].text):
            text = self._lines[self._at].text
            if is_bulleted(text) or (ends_in_credit(text) and not text.endswith(".")):
                pass
            elif is_headline(text):
                headlines.append(self._at)
            elif not self._is_teaser(headlines):
                self._leave_teasers(headlines)
                return
            self._at += 1

    def _is_teaser(self, headlines: Sequence[int]) -> bool:
        text, *rest = self._up_to_label(self._at)
        if count_words(text) > LONGEST_TEASER:
            return False
        if rest and count_words(rest[0]) <= 12 and _TEASER_BYLINE.match(rest[0]):
            return True
        if not headlines or _shared(self._lines[headlines[-1]].text, text) < 0.25:
            return False
        if self._has_ended:
            # A teaser is one sentence; two in a row, here or further on, are an article.
            is_running = [is_paragraph(line) for line in [text, *rest]]
            return (True, True) not in pairwise(is_running)
        # The article may go on below a box of links, and a sentence of it share their words.
        return not text.startswith("و") and not any(map(is_paragraph, rest))

    def _leave_teasers(self, headlines: Sequence[int]) -> None:
        """Decide what the running text is that follows a box of links."""
        length = sum(map(count_words, self._up_to_label(self._at)))
        title = headlines[-1] if headlines and headlines[-1] == self._at - 1 else None
        if title is not None:
            headline = self._lines[title].text
            opens = self._has_ended or _shared(headline, self._lines[self._at].text) >= 0.5
            if opens and length >= SHORTEST_ARTICLE:
                self._finish()
                self._begin(headline)
            elif self._has_ended:
                self._at += len(list(self._up_to_label(self._at)))
            elif len(headlines) > 1 and self._lines[title].has_gap:
                self._at = title  # the article goes on, perhaps with a subheading
        elif self._has_ended and length >= SHORTEST_ARTICLE:
            self._finish()
            self._begin()
