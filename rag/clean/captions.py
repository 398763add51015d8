"""Which lines of a page describe a photo."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.clean.lines import (
    LONGEST_CAPTION,
    Line,
    count_words,
    is_bulleted,
    is_paragraph,
    labels,
    plain,
)

LONGEST_LABELLED = 20  # words

_CREDITS = labels(
    "أ.ف.ب، أ ف ب، أف ب، أ.ب، أ ب، أب، د.ب.أ، د ب أ، إ.ب.أ، إ ب أ، إي.بي.إيه، رويترز، "
    "الفرنسية، فرانس برس، أسوشيتد برس، الألمانية، الأوروبية، غيتي، جيتي، غيتي إيميجز، "
    "جيتي إيميجز، شينخوا، سبوتنيك، تاس، الأناضول، واس، وام، كونا، قنا، بترا، سانا، سونا، وفا، "
    "بنا، واج، يونهاب، كيودو، نوفوستي، بلومبرغ، الشرق الأوسط، خاص، أرشيفية، أرشيف، "
    "صورة أرشيفية، من الأرشيف، متداولة، وكالات، الوكالات، وكالة، متابعات، مواقع التواصل، "
    "مواقع التواصل الاجتماعي، مواقع إلكترونية، إنترنت، الإنترنت، من المصدر، "
    "إكس، تويتر، فيسبوك، إنستغرام، AFP، Reuters، AP، EPA، "
    "DPA، Getty، Getty Images"
)
_CREDIT = re.compile(r"\(([^()]{2,40})\)$")
_CREDIT_PART = re.compile(r"\s*[-–—/|،,+]\s*")
_DASHED_CREDIT = re.compile(r"\s[-–—|/]\s*([^-–—|/().؟!:]{2,30})$")
_OWNER = re.compile(r"[^.؟!\s]\s(?:/|©)\s?[A-Za-z][\w.-]*(?:\s[\w.-]+){0,3}$")
_INNER_SENTENCE = re.compile(r"(?<!\.)[.؟!](?!\.)[\"”»]*\s")
_PHOTO_LABELS = (
    *("تصوير:", "عدسة:", "الصورة:", "صورة:", "صورة أرشيفية", "صورة من الأرشيف", "صورة متداولة"),
    *("صدر الصورة", "مصدر الصورة", "التعليق على الصورة", "تعليق الصورة", "Getty Images"),
)
# «و» before a verb opens a sentence, but these nouns only begin with the letter.
_NOUNS_IN_WAW = labels(
    "وزير، وزيرا، وزيرة، وزراء، وزارة، وفد، وفود، وكيل، وكالة، وقفة، والد، والدة، والدا، ولي، "
    "واجهة، ورشة، ورش، وسط، وحدة، وحدات، وصول، واشنطن، وجه، وجوه، ورود، ورقة، وثيقة، وثائق، "
    "وادي، ولاية، ولد، وداع، وضع"
)
_REPORTING = labels(
    "قال، قالت، أضاف، أضافت، أكد، أكدت، أعلن، أعلنت، ذكر، ذكرت، أفاد، أفادت، كشف، كشفت، نفى، "
    "نفت، أوضح، أوضحت، صرح، كتب، كتبت، كان، كانت"
)


def is_credit(text: str) -> bool:
    """Whether the words name an agency, alone or beside another word."""
    return any(plain(part) in _CREDITS for part in [text, *_CREDIT_PART.split(text)])


def ends_in_credit(text: str) -> bool:
    """Whether the line ends in the name of an agency between brackets."""
    credit = _CREDIT.search(text)
    return credit is not None and is_credit(credit[1])


def is_caption(text: str) -> bool:
    """Whether the line describes a photo: short, no sentence, with the agency at its end."""
    if is_bulleted(text):
        return False
    if text.startswith(_PHOTO_LABELS):
        return count_words(text) <= LONGEST_LABELLED and not is_paragraph(text)
    dashed = _DASHED_CREDIT.search(text[-40:]) if len(text) <= 200 else None
    if dashed and plain(dashed[1]) in _CREDITS and not is_paragraph(text):
        return count_words(text) > 3 and not _opens_sentence(text)
    if count_words(text) > LONGEST_CAPTION or not ends_in_credit(text):
        return False
    return not _opens_sentence(text) and not _INNER_SENTENCE.search(text[: text.rindex("(")])


def is_owned_photo(text: str) -> bool:
    """Whether a line below the headline ends in the Latin name of who holds the photo."""
    return len(text) <= 200 and count_words(text) > 3 and _OWNER.search(text) is not None


def is_lone_credit(text: str) -> bool:
    """Whether the line is the name of an agency in brackets and nothing else."""
    credit = _CREDIT.match(text)
    return credit is not None and is_credit(credit[1])


def _opens_sentence(text: str) -> bool:
    first = plain(text).partition(" ")[0]
    return first in _REPORTING or (
        len(first) > 3 and first[0] == "و" and first not in _NOUNS_IN_WAW
    )


def is_repeated_caption(lines: Sequence[Line], at: int, *, has_headline: bool) -> bool:
    """Whether a short line is said twice, and the pair stands by itself: a photo's description.

    Where the page has no headline yet it is that, unless an agency is named at its end.
    """
    text = lines[at].text
    pair = lines[at : at + 3]
    is_pair = [line.text == text for line in lines[max(at - 1, 0) : at + 3]].count(True) == 2
    return (
        len(pair) >= 2
        and is_pair
        and pair[1].text == text
        and 3 <= count_words(text) <= 2 * LONGEST_CAPTION
        and not text.endswith((".", ":", "؟", "!"))
        and (has_headline or ends_in_credit(text))
        and pair[0].has_gap
        and (len(pair) == 2 or pair[2].has_gap or is_photo_mark(pair[2].text))
    )


def is_photo_mark(text: str) -> bool:
    """Whether the line is the `TT` that some sites leave beside a photo."""
    return text == "TT"
