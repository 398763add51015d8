"""The lines that are no part of an article wherever they stand: one small rule for each kind."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_address
from itertools import takewhile

from rag.clean.captions import (
    is_caption,
    is_lone_credit,
    is_owned_photo,
    is_photo_mark,
    is_repeated_caption,
)
from rag.clean.lines import (
    LONGEST_CAPTION,
    Cuts,
    Line,
    count_words,
    is_bulleted,
    is_paragraph,
    labels,
    plain,
)
from rag.clean.notices import NOTICES

SHORTEST_HEADLINE = 3  # words
LONGEST_BAR = 20  # lines

_SHARE_CALLS = labels(
    "شارك، شاركها، شاركنا، شارك المقال، شارك الخبر، شارك هذا، شارك هذا المقال، شارك على، "
    "شارك عبر، شاركه، نسخ الرابط، انسخ الرابط، تم نسخ الرابط، share، مشاركة عبر، مشاركة على، "
    "مشاركة المقال، مشاركة الخبر، شارك الموضوع، شارك القصة، شارك هذا الخبر، شارك الصفحة، "
    "شارك هذا الموضوع، "
    "مشاركة الموضوع، مشاركة القصة، copy link، copylink"
)
_SHARE_WORDS = labels(
    "فيسبوك، فيس بوك، تويتر، إكس، X، واتساب، واتس اب، تيليجرام، تلغرام، تيلغرام، تليجرام، "
    "تيليغرام، لينكدإن، لينكد إن، بينتيريست، بنترست، ماسنجر، مسنجر، انستغرام، إنستغرام، "
    "انستقرام، سناب شات، يوتيوب، ريديت، تمبلر، البريد الإلكتروني، بريد إلكتروني، البريد، "
    "إيميل، طباعة، اطبع، إرسال، أرسل، أرسل لصديق، إرسال إلى صديق، مشاركة، حفظ، facebook، twitter، "
    "whatsapp، telegram، linkedin، email، print، messenger، pinterest، instagram، reddit، "
    "copylink، تيلقرام، تلقرام، تيلجرام، تلجرام، واتس، فيس، فايبر، viber، فليبورد، ثريدز، threads، "
    "بلوسكاي، "
    "مشاركة عبر البريد، المشاركة عبر البريد"
)


def _any_of(phrases: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))


_SHARE_CALL = re.compile(rf"(?:^|\s)(?:{_any_of(_SHARE_CALLS)})(?=\s|$)")
_SHARE_WORD = re.compile(rf"(?:{_any_of(_SHARE_CALLS | _SHARE_WORDS)})(?:\s|$)")
_SHARE_BAR = re.compile(rf"(?:{_SHARE_WORD.pattern})+")


def is_share_button(text: str) -> bool:
    """Whether the line holds nothing but the words of share buttons."""
    if len(text) > 120 or is_bulleted(text):
        return False
    line = plain(text)
    return line in _SHARE_CALLS if text.endswith(":") else _SHARE_BAR.fullmatch(line) is not None


def share_bar_end(lines: Sequence[Line], at: int) -> int:
    """Where the share bar that begins at a line ends; `at` itself where none does.

    One name of a platform can be a subheading, and several an item each of a list that a colon
    announces: those stay, unless a line calls to share.
    """
    end = at
    while end < min(len(lines), at + LONGEST_BAR) and is_share_button(lines[end].text):
        end += 1
    bar = lines[at:end]
    if any(_SHARE_CALL.search(plain(line.text)) for line in bar):
        return end
    before = at - 1
    while before >= max(0, at - LONGEST_BAR) and is_share_button(lines[before].text):
        before -= 1
    is_announced = before >= 0 and lines[before].text.endswith(":")
    count = sum(len(_SHARE_WORD.findall(plain(line.text))) for line in bar)
    return end if count >= 2 and not is_announced else at


_FOOTER_LINES = labels(
    "إلى الأعلى، الذهاب إلى الأعلى، العودة إلى الأعلى، سياسة الخصوصية، سياسة ملفات الارتباط، "
    "شروط الاستخدام، اتصل بنا، تواصل معنا، أعلن معنا، أعلن هنا، للإعلان، المزيد، تحميل المزيد، "
    "عرض المزيد، اعرض المزيد، خريطة الموقع، هيئة التحرير، rss، خدماتنا، رابط المصدر، مصدر الخبر، "
    "رابط الخبر، source link"
)
_FOOTER_LINKS = _FOOTER_LINES.union(
    labels(
        "من نحن، عن الموقع، عن الصحيفة، عن الجريدة، الأرشيف، وظائف، الوظائف، الشروط والأحكام، "
        "الخصوصية، حقوق النشر، الأسئلة الشائعة، الرئيسية، فريق العمل، الإعلانات، تطبيقاتنا"
    )
)
_BAR = re.compile(r"\s*[|•·/]\s*")
_FOOTERS = tuple(labels("زر الذهاب إلى الأعلى، اشترك في نشرتنا، اشترك في النشرة"))
_RIGHTS = labels("جميع الحقوق محفوظة، كل الحقوق محفوظة، حقوق النشر محفوظة")
_MAKERS = tuple(labels("تصميم وتطوير، تصميم وبرمجة، برمجة وتصميم، تطوير وتصميم، powered by"))
_MORE_NEWS = re.compile("لل?مزيد من الاخبار |(?:تابعونا|تابعنا) علي ")
_OUR_SITE = re.compile(
    "(?:تابعو|زورو|لزياره|لمتابعه|اشتركو).*(?:موقعنا|صفحتنا|صفحاتنا|قناتنا|قنواتنا|حسابنا|حساباتنا)"
)
_ENCODED = re.compile(r"[A-Za-z0-9+/]{10,}={0,2}")
SHORTEST_CODE = 14  # characters, where it says no address


def is_footer(text: str) -> bool:
    """Whether the line belongs to the foot of a site: rights, "back to top", "follow us"."""
    length = count_words(text)
    if length > LONGEST_CAPTION:
        return False
    line = plain(text)
    links = [plain(part) for part in _BAR.split(text) if part]
    if len(links) > 1 and all(link in _FOOTER_LINKS for link in links):
        return True
    if text.startswith(("©", "(c)")) or ("©" in text and not is_paragraph(text)):
        return True
    if line in _FOOTER_LINES or any(words in line for words in _RIGHTS):
        return length <= 15
    if line.startswith((*_FOOTERS, *_MAKERS)):
        return length <= 12
    is_call = _MORE_NEWS.match(line) or _OUR_SITE.match(line)
    return is_call is not None and not text.endswith(".")


def is_encoded(text: str) -> bool:
    """Whether the line is a base64-like token, with the few words glued to it."""
    if count_words(text) > 10 or "://" in text:
        return False
    tokens = [match[0] for match in _ENCODED.finditer(text)]
    return any(map(_is_address, tokens)) or any(
        (token.endswith("=") or len(token) == len(text) >= 24)
        and len(token) % 4 == 0
        and len(token.rstrip("=")) >= SHORTEST_CODE
        and not (token.islower() or token.isupper())
        and any(map(str.isdigit, token))
        for token in tokens
    )


def _is_address(token: str) -> bool:
    """Whether the token says the network address of a visitor, as some sites print it."""
    try:
        said = b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4)).decode("ascii")
        ip_address(said)
    except ValueError:
        return False
    return True


def without_furniture(lines: Sequence[Line], cuts: Cuts) -> list[Line]:
    """The lines without those that are furniture wherever on a page they stand."""
    kept: list[Line] = []
    at = 0
    has_gap = has_headline = False
    while at < len(lines):
        end, rule = _furniture_end(lines, at, has_headline=has_headline)
        has_gap = has_gap or any(line.has_gap for line in lines[at : max(end, at + 1)])
        if end == at:
            line = lines[at]
            kept.append(line if line.has_gap == has_gap else replace(line, has_gap=has_gap))
            has_gap = False
            has_headline = has_headline or _is_long(lines[at])
        cuts.note(rule, *lines[at:end])
        at = max(end, at + 1)
    return _without_descriptions(kept, lines, cuts)


def _furniture_end(lines: Sequence[Line], at: int, *, has_headline: bool) -> tuple[int, str]:
    """Where the furniture that begins at a line ends, and by which rule it is that."""
    text = lines[at].text
    if has_headline and is_owned_photo(text):
        return at + 1, "caption"
    for rule, is_it in _RULES:
        if is_it(text):
            return at + 1, rule
    if is_repeated_caption(lines, at, has_headline=has_headline):
        return at + 2, "repetition"
    return share_bar_end(lines, at), "share bar"


def _without_descriptions(kept: Sequence[Line], lines: Sequence[Line], cuts: Cuts) -> list[Line]:
    """The lines without what stands above the text and describes a photo that is said twice."""
    twice = {line.text for line in lines if cuts.get(line.place) == "repetition"}
    head = list(takewhile(lambda line: not is_paragraph(line.text), kept if twice else ()))
    title = next((at for at, line in enumerate(head) if _is_long(line)), len(head))
    again = [line for line in head[title + 1 :] if line.text in twice]
    cuts.note("repetition", *again)
    places = {line.place for line in again}
    return [line for line in kept if line.place not in places]


def _is_long(line: Line) -> bool:
    return count_words(line.text) >= SHORTEST_HEADLINE


_RULES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("photo mark", is_photo_mark),
    ("agency credit", is_lone_credit),
    ("caption", is_caption),
    ("footer", is_footer),
    ("residue", is_encoded),
    *NOTICES,
)
