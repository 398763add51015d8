"""The lines of one article to its title, date and text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.arabic import normalise, sentences, words
from rag.clean.captions import is_credit
from rag.clean.furniture import is_share_button
from rag.clean.lines import Line, count_words, is_headline, labels, plain, same_words, text_of

LONGEST_HEAD = 40  # lines
LONGEST_TITLE = 100  # characters, where it is taken from the first sentence

_SECTIONS = labels(
    "أخبار، الأخبار، عاجل، الرئيسية، العالم، عالم، عالمي، دولي، دولية، دوليات، محلي، محلية، "
    "محليات، عربي، عربية، عربيات، سياسة، السياسة، اقتصاد، الاقتصاد، رياضة، الرياضة، ثقافة، "
    "الثقافة، فن، فنون، منوعات، تقنية، تكنولوجيا، علوم، صحة، الصحة، مجتمع، المجتمع، رأي، آراء، "
    "مقالات، تقارير، تقرير، حوادث، بيئة، زراعة، تعليم، سياحة، سفر، طقس، صور، فيديو، أسواق، "
    "مال، أعمال، وأعمال، آسيا، أوروبا، أفريقيا، إفريقيا، أميركا، أمريكا، الخليج، مصر، "
    "السعودية، لبنان، سوريا، العراق، فلسطين، الأردن، المغرب، المغرب العربي، الجزائر، تونس، "
    "ليبيا، السودان، اليمن، الإمارات، قطر، الكويت، عمان، البحرين، الشرق، الأوسط، شؤون، "
    "إقليمية، الولايات، المتحدة، وطن، الوطن، مميز، رئيسي، أهم، آخر، خبر"
)
_NEWS, _URGENT = plain("أخبار"), plain("عاجل")
_TRAIL = re.compile(r"\s*[»›>|/\\«]\s*")
_BYLINE = re.compile(
    r"(?:(?:تقرير|كتبت?|كتبه|كتبها|إعداد|تحرير|متابعة|ترجمة|حوار|حاوره|تغطية|مراسل)\s*[:：/–—-]"
    r"|(?:بقلم|بواسطة)\s*[:：/–—-]?)\s*([^\d.؟!:]{3,45})$"
)
_OUTLET_BYLINE = re.compile(r"[^.؟!،:()«»]{0,50}(?:: ?|)«([^»]{2,30})»(?: \([^()]{2,40}\))?$")
_MONTHS = {
    plain(name): number
    for number, names in enumerate(
        (
            "يناير، كانون الثاني، جانفي|فبراير، شباط، فيفري|مارس، آذار|أبريل، إبريل، نيسان|"
            "مايو، أيار، ماي|يونيو، يونيه، حزيران|يوليو، يوليه، تموز|أغسطس، آب، غشت|سبتمبر، أيلول|"
            "أكتوبر، تشرين الأول|نوفمبر، تشرين الثاني|ديسمبر، كانون الأول"
        ).split("|"),
        start=1,
    )
    for name in names.split("،")
}
_DATE_WORDS = labels(
    "نشر، نشرت، في، تاريخ، النشر، التاريخ، يوم، السبت، الأحد، الاثنين، الإثنين، الثلاثاء، "
    "الأربعاء، الخميس، الجمعة، م، ص، الساعة، صباحا، مساء، غرينتش، بتوقيت، GMT"
).union(*(name.split() for name in _MONTHS))
_DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})(?: ({'|'.join(_MONTHS)}))? (\d{{4}})\b")
_ISO_DAY = re.compile(r"\b(\d{4})([-/])(\d{1,2})\2(\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class Article:
    """An article as a reader sees it."""

    title: str
    text: str
    published: str | None = None  # ISO 8601, where a line above the text says it


def article_of(lines: tuple[Line, ...], *, title: str | None = None) -> Article | None:
    """The article, with the title given or the one its lines show; None without any text."""
    rest = list(lines)
    published = _drop_above(rest, title=title)
    if len(rest) > 1 and is_headline(rest[0].text):
        shown = _title_shown(rest[0].text, title)
        if shown is not None:
            title = shown
            rest.pop(0)
            published = _drop_above(rest, title=title) or published
    while len(rest) > 1 and _is_byline(rest[-1].text):
        rest.pop()
    while len(rest) > 1 and is_share_button(rest[-1].text):
        rest.pop()
    text = text_of(rest)
    if not any(map(str.isalnum, text)):
        return None
    return Article(title or title_from(text), text, published)


def _title_shown(headline: str, title: str | None) -> str | None:
    """The fuller of the title known and the headline above the text, None where they differ."""
    if title is None:
        return headline
    known, line = plain(title), plain(headline)
    if known in line:
        return headline
    return title if line in known and count_words(headline) >= 3 else None


def _drop_above(lines: list[Line], *, title: str | None) -> str | None:
    """Take away what stands above a headline or between it and the text; the date found there."""
    published = None
    at = 0
    head = [line.text for line in lines[:LONGEST_HEAD]]
    while at < len(head) and at < len(lines) - 1:
        text = head[at]
        # Without a headline below it, what looks like a label may be the headline itself.
        below = next((line for line in head[at + 1 :] if not _is_section(line)), "")
        is_above = title is not None or (is_headline(below) and count_words(below) > 3)
        if (
            is_above
            and (day := _day_of(text))
            and sum(_day_of(x.text) is not None for x in lines) == 1
        ):
            published = day
        elif not (
            is_share_button(text)
            or (is_above and (_is_section(text) or _is_byline(text)))
            or (title is not None and same_words(text, title))
        ):
            break
        at += 1
    del lines[:at]
    return published


def _is_section(text: str) -> bool:
    """Whether the line names sections of a site, run together or as a trail, and nothing else."""
    parts = [part for part in _TRAIL.split(text) if part]
    if len(parts) > 1 and plain(parts[0]) == plain("الرئيسية"):
        return all(count_words(part) <= 4 for part in parts)
    tokens = words(text)
    return 1 <= len(tokens) <= 6 and all(map(_is_section_word, tokens)) and text[-1] not in ".؟!:"


def _is_section_word(word: str) -> bool:
    before_urgent = word.removesuffix(_URGENT) if word.endswith(_URGENT) else ""
    after_news = word.removeprefix(_NEWS) if word.startswith(_NEWS) else ""
    return (
        word in _SECTIONS
        or after_news.startswith("ال")
        or after_news in _SECTIONS
        or len(before_urgent) > 3
    )


def _is_byline(text: str) -> bool:
    """Whether the line names who wrote or prepared the article, or its outlet and city."""
    match = _BYLINE.match(text)
    if match:
        return count_words(match[1].strip()) <= 4
    outlet = _OUTLET_BYLINE.match(text)
    return outlet is not None and count_words(text) <= 8 and is_credit(outlet[1])


def _day_of(text: str) -> str | None:
    """The date of a line that holds a date and nothing else, where day and month are certain."""
    if count_words(text) > 12:
        return None
    line = plain(text)
    if not all(word.isdigit() or word in _DATE_WORDS for word in line.split()):
        return None
    if match := _ISO_DAY.search(normalise(text)):
        year, month, day = int(match[1]), int(match[3]), int(match[4])
    elif match := _DAY.search(line):
        year, month, day = int(match[4]), _MONTHS[match[2]], int(match[1])
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def title_from(text: str) -> str:
    """The first sentence of a text, cut at a comma or a word where it is long.

    >>> title_from("وصل الوفد إلى المدينة. ثم غادر.")
    'وصل الوفد إلى المدينة'
    """
    start, end = sentences(text)[0]
    sentence = text[start:end].rstrip(" .")
    if len(sentence) <= LONGEST_TITLE:
        return sentence
    window = sentence[: LONGEST_TITLE + 1]
    clause = max(window.rfind(mark) for mark in "،؛,")
    if clause >= LONGEST_TITLE * 0.4:
        return window[:clause]
    return window[: window.rfind(" ")] + "…" if " " in window else window[:-1] + "…"
