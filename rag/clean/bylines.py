"""Lines that stand around a headline or below a text: sections, dates, who wrote it."""

from __future__ import annotations

import re

from rag.arabic import words
from rag.clean.captions import is_credit
from rag.clean.datelines import Stated, stated_day
from rag.clean.dates import mentions
from rag.clean.furniture import is_share_button
from rag.clean.lines import count_words, is_paragraph, labels, plain
from rag.clean.outlets import is_city, is_outlet

LONGEST_SIGNATURE = 12  # words
LONGEST_LINK = 3  # words of a line of a menu
LONGEST_NAME = 5  # words of an outlet's name
LONGEST_RUN = 60  # characters
LONGEST_TRAIL = 6  # words
LONGEST_FROM = 6  # words
LONGEST_MENU = 300  # characters, on one line
MENU_SHARE = 0.7  # of the words of a menu on one line name known sections

_SECTIONS = labels(
    "أخبار، الأخبار، عاجل، الرئيسية، العالم، عالم، عالمي، دولي، دولية، دوليات، محلي، محلية، "
    "محليات، عربي، عربية، عربيات، سياسة، السياسة، اقتصاد، الاقتصاد، رياضة، الرياضة، ثقافة، "
    "الثقافة، فن، فنون، منوعات، تقنية، تكنولوجيا، علوم، صحة، الصحة، مجتمع، المجتمع، رأي، آراء، "
    "مقالات، تقارير، تقرير، حوادث، بيئة، زراعة، تعليم، سياحة، سفر، طقس، صور، فيديو، أسواق، "
    "مال، أعمال، وأعمال، آسيا، أوروبا، أفريقيا، إفريقيا، أميركا، أمريكا، الخليج، مصر، "
    "السعودية، لبنان، سوريا، العراق، فلسطين، الأردن، المغرب، المغرب العربي، الجزائر، تونس، "
    "ليبيا، السودان، اليمن، الإمارات، قطر، الكويت، عمان، البحرين، الشرق، الأوسط، شؤون، "
    "إقليمية، الولايات، المتحدة، وطن، الوطن، مميز، رئيسي، أهم، آخر، خبر، الرأي، كتاب، ودولي، "
    "ودولية، ومحلي، حوارات، تحقيقات، تحليل، تحليلات، ملفات، محافظات، جهات، مدونات، كاريكاتير، "
    "بودكاست، مباشر، بث، المزيد، مرأة، المرأة، أسرة، الأسرة، ملاعب، كرة، القدم، العلوم، "
    "التكنولوجيا، أمن، حكايات، برامج، صحافة، رمضان، بيئية، مميزة، رئيسية، "
    "المنوعات، المقالات، البحث، الفيديو، الصور، القدس، السياسية، الاقتصادية، العاصمة"
)
_NEWS, _URGENT = plain("أخبار"), plain("عاجل")
_TRAIL = re.compile(r"\s*[»›>|/\\«]\s*")
_BYLINE = re.compile(
    r"(?:(?:تقرير|كتبت?|كتبه|كتبها|إعداد|تحرير|متابعة|ترجمة|حوار|حاوره|تغطية|مراسل)\s*[:：/–—-]"
    r"|(?:بقلم|بواسطة)\s*[:：/–—-]?)\s*([^\d.؟!:]{3,45})$"
)
_ADDRESS = re.compile(
    r"(?:[^\s:]{1,20}(?: [^\s:]{1,20})?\s?[:：]\s?)?"
    r"(?:[^\s@]{1,64}@[^\s@]{1,64}\.[a-z]{2,12}|@\w{2,30})",
    re.IGNORECASE,
)
_PROFESSION = re.compile(
    r"[*•-]?\s?(?:كاتب|باحث|أكاديمي|صحافي|صحفي|أستاذ|محلل|إعلامي|روائي|شاعر|خبير|مستشار|محام|طبيب|"
    r"سياسي|ناشط|دبلوماسي|اقتصادي|مؤرخ|ناقد|قاص|مترجم)(?:ة|ي|ية)?(?:\s[^.؟!:]{2,80})?"
)
_PLACED = re.compile(r"[^()\d.؟!:،]{5,40} \(([^()]{3,20})\)")
_ROLE = re.compile(r"(?:Author|Role|Reporting from), ?\S.{1,80}$")
_HALF_DAY = re.compile(r"(\d)([AaPp][Mm])\b")
_FROM = re.compile(r"([^-–—/|:.؟!()«»\d]{2,30}?)\s?[-–—ـ/|]\s?([^-–—/|:؟!()«»\d]{2,30})")
_OUTLET_BYLINE = re.compile(r"[^.؟!،:()«»]{0,50}(?:: ?|)«([^»]{2,30})»(?: \([^()]{2,40}\))?$")


def is_signature(text: str) -> bool:
    """Whether the line says what its writer is, or gives an address of theirs."""
    if count_words(text) > LONGEST_SIGNATURE or len(text) > 150 or is_paragraph(text):
        return False
    return any(pattern.fullmatch(text) for pattern in (_ADDRESS, _PROFESSION))


def is_name(text: str) -> bool:
    """Whether the line can be a person's name: two to four words without a mark."""
    return 2 <= count_words(text) <= 4 and all(map(str.isalpha, text.replace(" ", "")))


def is_head_line(text: str) -> bool:
    """Whether the line can only stand around a headline: a section, a byline, a date, shares."""
    return is_section(text) or is_byline(text) or is_date(text) or is_share_button(text)


def is_date(text: str) -> bool:
    """Whether the line states a day and nothing else."""
    return stated(text) is not None


def stated(text: str) -> Stated | None:
    """The day of a line; the name of an agency or a person may stand beside it."""
    if len(text) > 250 or not any(map(str.isdigit, text)):
        return None
    text = text.removeprefix("- ")  # an item of a list in the markup
    text = _HALF_DAY.sub(r"\1 \2", text)
    if found_day := stated_day(text):
        return found_day
    rest, _, last = text.rpartition(" ")
    if is_credit(last):
        return stated_day(rest)
    found = mentions(text) if count_words(text) <= LONGEST_SIGNATURE else []
    if len(found) != 1 or len(found[0].iso) != 10:
        return None
    name = (text[: found[0].start] + text[found[0].end :]).strip(" -–—|،")
    return Stated(found[0].iso) if is_name(name) else None


def is_section(text: str) -> bool:
    """Whether the line names sections of a site, run together or as a trail, and nothing else."""
    parts = [part for part in _TRAIL.split(text) if part]
    if len(parts) > 1 and plain(parts[0]) == plain("الرئيسية"):
        return all(count_words(part) <= 4 for part in parts)
    if len(text) > LONGEST_MENU or text.endswith((".", "؟", "!", ":")):
        return False
    tokens = words(text)
    if len(tokens) <= LONGEST_LINK + 1 and any(
        _are_sections(word) and word not in _SECTIONS for word in tokens
    ):
        return True
    named = sum(map(is_section_word, tokens))
    if len(tokens) > LONGEST_TRAIL:
        return named >= MENU_SHARE * len(tokens)
    return named == len(tokens) > 0


def is_label(text: str) -> bool:
    """Whether the line can be a section's name in words of its own, or the name of an outlet."""
    if count_words(text) > LONGEST_NAME or is_paragraph(text):
        return False
    is_short = count_words(text) <= LONGEST_LINK
    return is_outlet(text) or (is_short and any(map(is_section_word, words(text))))


def is_section_word(word: str) -> bool:
    """Whether a word names a section of a site, or several that were run together."""
    return word in _SECTIONS or word.removeprefix("و") in _SECTIONS or _are_sections(word)


def _are_sections(word: str) -> bool:
    """Whether names of sections were run together: «أخبارالشرق», «رياضةعاجلمحلي»."""
    before_urgent = word.removesuffix(_URGENT) if word.endswith(_URGENT) else ""
    if len(before_urgent) > 3 or word.startswith(f"{_NEWS}ال"):
        return True
    reached = {0}
    for end in range(3, min(len(word), LONGEST_RUN) + 1):
        if any(start in reached and word[start:end] in _SECTIONS for start in range(end - 2)):
            reached.add(end)
    return len(word) in reached


def is_byline(text: str) -> bool:
    """Whether the line names who wrote or prepared the article, or its outlet and city."""
    if len(text) > LONGEST_MENU:
        return False
    if text == "Article information" or _ROLE.match(text):
        return True
    if (placed := _PLACED.fullmatch(text)) and is_city(placed[1]):
        return True
    match = _BYLINE.match(text)
    if match:
        return count_words(match[1].strip()) <= 4
    if (placed := _FROM.fullmatch(text)) and count_words(text) <= LONGEST_FROM:
        return any(is_outlet(name) or is_credit(name) for name in placed.groups())
    outlet = _OUTLET_BYLINE.match(text)
    is_short = count_words(text) <= 8
    return outlet is not None and is_short and (is_credit(outlet[1]) or is_outlet(outlet[1]))
