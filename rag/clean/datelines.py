"""The day that a line above or below an article states, and the day that its first words imply."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from rag.clean.captions import is_credit
from rag.clean.dates import Mention, has_two_readings, mentions, without_dates
from rag.clean.lines import count_words, labels, plain
from rag.clean.outlets import Signature, is_city, signature_of

LONGEST_LINE = 22  # words
HEAD = 700  # characters in which an article says "today"
DATELINE = 45  # characters before the date of «الرياض، 3 يونيو 2024 (واس) -»

_WORDS = labels(
    "نشر، نشرت، في، تاريخ، بتاريخ، النشر، التاريخ، وقت، يوم، تم، آخر، اخر، تحديث، تحديثه، حدث، "
    "حدثت، عدل، تعديل، أضيف، الإضافة، الموافق، لـ، السبت، الأحد، الاثنين، الإثنين، الثلاثاء، "
    "الأربعاء، الخميس، الجمعة، م، ص، هـ، الساعة، صباحا، مساء، ظهرا، فجرا، عصرا، ليلا، غرينتش، "
    "جرينتش، بتوقيت، التوقيت، المحلي، مكة، المكرمة، السعودية، القاهرة، بيروت، أبوظبي، الدوحة، "
    "توقيت، نشره، خبر، المقال، رقم، العدد، GMT، UTC، KSA، AM، PM، T، Z، published، updated، "
    "last، posted، on، at، date"
)
_LABEL = re.compile(r"نشر|تاريخ|تحديث|بتاريخ|الموافق|published|posted|updated|date", re.IGNORECASE)
_UPDATE = re.compile(
    r"(?:تحديث|تعديل|حدث|عدل|updated|modified)\S*[\s:：]*(?:في|بتاريخ|يوم|on)?\s*"
    r"(?:\d{1,2}:\d\d\s?[-–|,،]?\s?)?$",
    re.I,
)
_TODAY = re.compile(r"(?:^|\s|[(،])(اليوم|أمس|امس)[\s،(]{0,3}$")
_PLACE = re.compile(r"([^\d.:؟!()«»،,/–—-]{2,25}?)(?:\s?[،,/–—-]\s?|\s)(?:في\s|يوم\s)?")
_CREDITED = re.compile(r"\s?[(/–—-]\s?([^()/–—:.-]{2,25})\s?[)/–—:-]|\s?[–—-]\s|:")


@dataclass(frozen=True, slots=True)
class Stated:
    """The day of a line; an update where the line says that it is the day of the last change."""

    day: str  # ISO 8601
    is_update: bool = False


def stated_day(text: str) -> Stated | None:
    """The day of a line that states one and says no more than who signs; None for others.

    Of two, the day of publication. Digits whose day and month could change places need a label
    or a weekday beside them.
    """
    if count_words(text) > LONGEST_LINE or len(text) > 250:
        return None
    found = mentions(text)
    days = [mention for mention in found if len(mention.iso) == 10]
    if not days:
        return None
    ends = [0, *(mention.end for mention in found)]
    starts = [*(mention.start for mention in found), len(text)]
    rest = " ".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    is_bare = all(word.isdigit() or word in _WORDS for word in plain(rest).split())
    if not is_bare and signature_of(without_dates(text)) == Signature():
        return None
    updates = [_UPDATE.search(text[: mention.start]) is not None for mention in days]
    place = updates.index(False) if False in updates else 0
    if has_two_readings(text) and not (_LABEL.search(rest) or _has_weekday(text, days[place])):
        return None
    return Stated(days[place].iso, updates[place])


def day_of_article(
    text: str, *, stated: str | None, url: str | None = None
) -> tuple[str | None, bool]:
    """When an article appeared, and whether that was worked out: from its address or its text.

    `stated` is the ISO day that the page or a line of it gives.
    """
    if stated:
        return stated, False
    inferred = day_in_url(url) or implied_day(text)
    return inferred, inferred is not None


def implied_day(text: str) -> str | None:
    """The day on which an article was written, where its first words say it with its year.

    That is «اليوم الأربعاء 12 يونيو 2024», the day after «أمس الثلاثاء 11 يونيو 2024», and the
    date between city and agency with which an agency begins.
    """
    head = text[:HEAD]
    for mention in mentions(head):
        if len(mention.iso) != 10:
            continue
        before, after = head[: mention.start], head[mention.end :]
        if told := _TODAY.search(before):
            day = date.fromisoformat(mention.iso)
            return (day + timedelta(days=told[1] != "اليوم")).isoformat()
        credit = _CREDITED.match(after) if len(before) <= DATELINE else None
        place = _PLACE.fullmatch(before)
        if credit and place and (is_city(place[1]) or is_credit((credit[1] or "").strip())):
            return mention.iso
    return None


def day_in_url(url: str | None) -> str | None:
    """The day that the path of an address holds: `/2024/06/21/`, `-2024-06-21`, `/20240621/`."""
    match = _URL_DAY.search((url or "").partition("?")[0])
    if not match:
        return None
    year, month, day = (int(part) for part in match.groups() if part and part.isdigit())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


_URL_DAY = re.compile(
    r"(?<=[/_-])(?:((?:19|20)\d\d)[/_-](\d{1,2})[/_-](\d{1,2})(?=[/_.-]|$)|"
    r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?=[/_.-]|$))"
)


def _has_weekday(text: str, mention: Mention) -> bool:
    return any(map(str.isalpha, text[mention.start : mention.end].rstrip("مـه ")))
