"""The outlet and the author in lines of text, and outlets' names at the end of titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.arabic import STOP_WORDS
from rag.clean.captions import is_credit
from rag.clean.dates import without_dates
from rag.clean.lines import Line, count_words, is_paragraph, labels, plain, same_words, tidy

HEAD_LINES = 12
FOOT_LINES = 15

_OUTLETS = labels(
    "الجزيرة، الجزيرة نت، الجزيرة مباشر، العربية، العربية نت، الحدث، الشرق الأوسط، "
    "صحيفة الشرق الأوسط، القدس العربي، العربي الجديد، الحياة، النهار، السفير، "
    "اليوم السابع، المصري اليوم، الأهرام، بوابة الأهرام، الشروق، الوطن، الدستور، صدى البلد، "
    "مصراوي، الرياض، عكاظ، سبق، الوئام، اليوم، الاقتصادية، الإمارات اليوم، الخليج، "
    "البيان، الاتحاد، الرؤية، سكاي نيوز عربية، بي بي سي عربي، BBC News عربي، BBC Arabic، "
    "فرانس 24، روسيا اليوم، RT Arabic، سي إن إن بالعربية، CNN Arabic، الحرة، دويتشه فيله، "
    "اندبندنت عربية، إندبندنت عربية، الغد، عمون، القبس، الأنباء، الراية، "
    "المغرب اليوم، هسبريس، Hespress، هسبريس جريدة إلكترونية مغربية، العمق، الشروق أونلاين، "
    "النهار أونلاين، الخبر، موزاييك، عنب بلدي، السورية نت، المدن، لبنان 24، السومرية، "
    "السومرية نيوز، شفق نيوز، رووداو، بغداد اليوم، المسلة، الميادين، المنار، رأي اليوم، "
    "عربي21، عربي بوست، إرم نيوز، العين الإخبارية، مونت كارلو الدولية، يورونيوز، إيلاف، "
    "ميدل إيست أونلاين، مدى مصر، رصيف22، الوسط، بوابة الوسط، سانا، وكالة سبأ، المشهد اليمني"
)
_KINDS = labels("صحيفة، جريدة، موقع، وكالة، قناة، شبكة، مجلة، بوابة، إذاعة، تلفزيون، راديو، منصة")
_DOMAIN = re.compile(r"(?:www\.)?[a-z0-9-]{2,40}(?:\.[a-z]{2,10}){1,2}", re.IGNORECASE)
_SPLIT = re.compile(r"\s+(?:[-–—|•»«·:]|::|\|\|)\s+|\s*\|\s*")

_CITIES = labels(
    "القاهرة، الإسكندرية، الجيزة، بيروت، طرابلس، دمشق، حلب، عمّان، عمان، بغداد، البصرة، أربيل، "
    "الرياض، جدة، مكة المكرمة، المدينة المنورة، الدمام، أبها، دبي، أبوظبي، أبو ظبي، الشارقة، "
    "الدوحة، المنامة، الكويت، مسقط، صنعاء، عدن، تعز، الخرطوم، بورتسودان، مقديشو، جيبوتي، تونس، "
    "الجزائر، وهران، الرباط، الدار البيضاء، نواكشوط، بنغازي، القدس، القدس المحتلة، رام الله، "
    "غزة، الناصرة، لندن، باريس، برلين، روما، مدريد، بروكسل، جنيف، فيينا، موسكو، كييف، أنقرة، "
    "إسطنبول، اسطنبول، طهران، كابول، إسلام آباد، نيودلهي، بكين، طوكيو، سيول، واشنطن، نيويورك، "
    "تبوك، بريدة، حائل، نجران، جازان، الطائف، الأحساء، القطيف، عرعر، الباحة، حفر الباطن، الجبيل، "
    "ينبع، أسوان، الأقصر، المنصورة، طنطا، بورسعيد، السويس، الإسماعيلية، فاس، مراكش، طنجة، أكادير، "
    "وجدة، قسنطينة، عنابة، صفاقس، سوسة، حمص، حماة، اللاذقية، درعا، إدلب، الموصل، كركوك، النجف، "
    "كربلاء، السليمانية، صيدا، صور، إربد، الزرقاء، العقبة، نابلس، جنين، بيت لحم، خان يونس، رفح، "
    "الحديدة، المكلا، مأرب، صلالة، عجمان، رأس الخيمة، الفجيرة، مصراتة، سبها، أم درمان"
)
_BODIES = labels(
    "مجلس، وزارة، وزير، رئيس، رئاسة، هيئة، لجنة، مركز، مؤسسة، شركة، جامعة، حركة، حزب، منظمة، "
    "إدارة، دائرة، جمعية، اتحاد، قسم، مكتب، أخبار، فريق، خاص، حكومة، مدينة، محافظة"
)
_NAME = r"[^\W\d_][^\d«»():؟!./|]{2,44}"
_BYLINE = re.compile(
    r"(?:(?:كتبت?|كتبه|كتبها|تقرير|إعداد|تحرير|تأليف|ترجمة|تحقيق|حوار|حاوره|حاورها|تغطية|متابعة|"
    rf"مراسل|مراسلتنا|مراسلنا|الكاتب|المؤلف)\s*[:：/–—-]|(?:بقلم|بواسطة)\s*[:：/–—-]?|By\s)\s*({_NAME})$"
)
_SEPARATED = re.compile(r"\s*[-–—:،/|]\s*|\s+ـ\s+|\s+\(|\)$")
_QUOTED = re.compile(r"«([^«»]{2,40})»")
_TEASER = re.compile(
    r"(?:[^«»().؟!:]{3,40} \([^()]{2,40}\) )?«([^«»]{2,40})» \([^()]{2,60}\)|"
    r"[^.؟!،:()«»]{2,30}: ?«([^«»]{2,40})»"
)
_OPENING = re.compile(r"([^:؟!\n]{4,60}?)(?::|»:|\)\s?[-–—])")
_VISIT = re.compile(r"(?:زوروا|زورو|تابعوا) موقعنا\s*[:：]\s*([^\d:/|،.]{2,60})")
_CALL = re.compile(r"\s+(?:و?لل?تواصل|و?تابعونا|و?تابعنا|و?اشترك|علي|على|عبر)(?:\s.*)?$")
_RIGHTS = re.compile(
    r"^([^.:©]{2,40}?)\s*[-–—|©]\s*(?:جميع|كل) الحقوق محفوظة|"
    r"الحقوق محفوظة\s*(?:©|\(c\))?\s*(?:لصالح\s+|لدى\s+|لـ\s?|ل(?=[\s«])\s?)«?([^©\d:»،.|]{2,40})|"
    r"^©\s*(?:\d{4}\s*)?([^.:©|،\d]{2,40})$"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who wrote an article and who published it, as far as a line says so."""

    author: str | None = None
    source: str | None = None


def is_outlet(name: str) -> bool:
    """Whether a name is that of a known outlet, calls itself one, or is a domain."""
    words = plain(name)
    return (
        words in _OUTLETS
        or _DOMAIN.fullmatch(name.strip()) is not None
        or (words.partition(" ")[0] in _KINDS and 2 <= count_words(words) <= 4)
    )


def without_outlet(title: str, names: Collection[str], *, heading: str = "") -> str:
    """A title without the outlet's name at its end or beginning.

    `names` are those the page gives for its site; `heading` is what stands above the article:
    where it is a part of the title, the rest is the site's, and where it is all of it, nothing.
    """
    if heading and same_words(title, heading) and not any(plain(n) in plain(title) for n in names):
        return title  # «الهلال - الاتحاد» is a match
    parts = _SPLIT.split(title)
    marks = _SPLIT.findall(title)
    while len(parts) > 1:
        if heading and same_words("".join(_joined(parts[:-1], marks)), heading):
            return _joined(parts[:-1], marks)
        if _is_site(parts[-1], names):
            parts.pop()
            marks.pop()
        elif _is_site(parts[0], names) and count_words(_joined(parts[1:], marks[1:])) > 2:
            parts.pop(0)
            marks.pop(0)
        else:
            break
    return _joined(parts, marks).strip() or title


def _joined(parts: Sequence[str], marks: Sequence[str]) -> str:
    return "".join(
        part + mark for part, mark in zip(parts, [*marks[: len(parts) - 1], ""], strict=True)
    )


def _is_site(part: str, names: Collection[str]) -> bool:
    said = plain(part)
    known = [words for name in names if (words := plain(name))]
    return is_outlet(part) or any(
        said == name
        or (len(said) > 3 and (f" {said} " in f" {name} " or f" {name} " in f" {said} "))
        for name in known
        if count_words(part) <= 6
    )


def signature_of(text: str) -> Signature:
    """What a line that signs an article says: «كتب: …», «القاهرة - …», «لندن: «الشرق الأوسط»»."""
    text = text.rstrip(" :")
    if count_words(text) > 20 or len(text) > 200 or text.endswith((".", "؟", "!")):
        return Signature()
    if any(map(str.isdigit, text)):
        text = without_dates(text)
    if match := _BYLINE.match(text):
        parts = [part for part in _SEPARATED.split(match[1]) if part]
        author = next((part for part in parts if _is_name(part) and not is_city(part)), None)
        return Signature(author, next(filter(is_outlet, parts), None))
    quoted = _QUOTED.search(text)
    parts = [part.strip() for part in _SEPARATED.split(_QUOTED.sub("", text)) if part.strip()]
    is_placed = any(is_city(part) or is_outlet(part) for part in parts)
    if len(parts) + bool(quoted) < 2 or not is_placed:
        return Signature()
    rest = [part for part in parts if not is_city(part)]
    outlet = quoted[1] if quoted else next(filter(_is_source, rest), None)
    people = [part for part in rest if _is_person(part) and not _is_source(part)]
    if len(people) > 1 or len(people) + len([*filter(_is_source, rest)]) < len(rest):
        return Signature()
    return Signature(people[0] if people else None, outlet)


def signed_by(name: str) -> tuple[str | None, str | None]:
    """The author and the outlet in what a file gives as author: a name, or a whole byline."""
    name = name.rstrip(" :")
    said = signature_of(name)
    if said != Signature():
        return said.author, said.source
    before, _, place = name.partition(" من ")
    if is_city(place):
        return before, None
    parts = [part.strip() for part in _SEPARATED.split(name) if part.strip()]
    source = next(filter(_is_source, parts), None)
    people = [part for part in parts if _is_person(part) and not _is_source(part)]
    if source and len(people) <= 1:
        return (people[0] if people else None), source
    if name.endswith(")") and people[:1] == parts[:1]:
        return parts[0], None  # what is between brackets is the place
    return (None if is_city(name) else name or None), None


def signed_above(lines: Sequence[Line]) -> Signature:
    """The author and the outlet in the lines above the text, in its first words or below it."""
    author = source = None
    for line in lines[:HEAD_LINES]:
        if is_paragraph(line.text) or count_words(line.text) > 25:
            said = _opening(line.text)
            author, source = author or said.author, source or said.source
            break
        said = signature_of(line.text)
        author, source = author or said.author, source or said.source
    if author is None and lines and _BYLINE.match(lines[-1].text):
        author = signature_of(lines[-1].text).author
    return Signature(author, source)


def outlet_of_page(lines: Sequence[Line]) -> str | None:
    """The outlet that the foot of a page names, or that signs several of the teasers on it."""
    for line in reversed(lines[-FOOT_LINES:]):
        if count_words(line.text) <= 30 and (name := _foot_name(line.text)):
            return name
    signed = (_TEASER.fullmatch(line.text) for line in lines if count_words(line.text) <= 12)
    counts = Counter(match[1] or match[2] for match in signed if match)
    name, count = next(iter(counts.most_common(1)), ("", 0))
    return name if count >= 2 and not is_agency(name) else None


def is_agency(name: str) -> bool:
    """Whether an agency signs with this name; outlets among the credits of photos do too."""
    return is_credit(name) and plain(name) not in _OUTLETS


def _foot_name(text: str) -> str | None:
    if visit := _VISIT.search(text):
        name = _CALL.sub("", visit[1])
    elif rights := _RIGHTS.search(text):
        name = _CALL.sub("", rights[1] or rights[2] or rights[3])
    else:
        return None
    name = tidy(name).strip(" «»-–—|")
    return name if name and count_words(name) <= 5 and plain(name) else None


def _opening(text: str) -> Signature:
    """Who signs in «لندن - «القدس العربي»: …», «سمير عادل - سبق - تبوك: …», «الرياض (رويترز) - …».

    Without an outlet the words before a colon are more often those of who speaks.
    """
    match = _OPENING.match(text[:90])
    said = signature_of(match[0].rstrip(" -–—:")) if match else Signature()
    return said if said.source else Signature()


def is_city(part: str) -> bool:
    """Whether the words are the name of a city from which outlets report."""
    return plain(part) in _CITIES


def _is_source(part: str) -> bool:
    return is_outlet(part) or is_credit(part)


def _is_name(part: str) -> bool:
    words = part.split()
    return (
        1 <= len(words) <= 5
        and all(any(map(str.isalpha, word)) for word in words)
        and not any(plain(word) in STOP_WORDS for word in words)
    )


def _is_person(part: str) -> bool:
    """Whether a name can be one of a person where no label says so."""
    first = plain(part).partition(" ")[0]
    is_body = first.startswith("ال") or first in _BODIES or first in _KINDS
    return 2 <= count_words(part) <= 4 and _is_name(part) and not is_body
