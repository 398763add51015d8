"""What stands around an article on a news page, in turns so that no two pages are alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADLINES = (
    "سوق السمك في المرفأ ينتقل إلى الرصيف الشمالي",
    "وزيرة الزراعة: موسم الزيتون أفضل من المتوقع",
    "إصابة عامل في انهيار جدار بمدينة الحجرين",
    "«طيران الساحل» تعيد رحلاتها إلى جزر القمر",
    "منتخب الناشئين يخسر بهدف في الوقت القاتل",
    "هل تختفي المكتبات الصغيرة من شوارع البرجين؟",
    "بالصور.. مهرجان الطائرات الورقية في وادي الريحان",
    "بنك العاصمة يخفض الفائدة ربع نقطة",
    "قافلة طبية تصل إلى القرى الجبلية",
    "اكتشاف فسيفساء رومانية تحت ملعب للكرة",
    "أمطار غزيرة على الساحل حتى الأربعاء",
    "مصرع ثلاثة صيادين بعد غرق مركبهم قبالة رأس النورس",
)
_TEASERS = (
    "أعلنت بلدية المرفأ نقل سوق السمك إلى الرصيف الشمالي ابتداء من الأحد المقبل.",
    "قالت الوزيرة إن المعاصر استقبلت ضعف ما استقبلته في الفترة نفسها من العام الماضي.",
    "أصيب عامل بكسور بعد سقوط جدار قديم خلال أعمال حفر وسط المدينة.",
    "تستأنف الشركة رحلتين في الأسبوع بعد توقف دام أربعة أشهر.",
    "تلقى منتخب الناشئين هدفاً في الدقيقة الأخيرة أمام ضيفه في ختام الدورة الودية.",
    "يروي أصحاب مكتبات صغيرة كيف تراجعت مبيعاتهم خلال عشرة أعوام.",
)
_CAPTIONS = (
    "جانب من السوق القديم في ساعة مبكرة من الصباح",
    "عمال يصلحون الرصيف بعد العاصفة",
    "المبنى كما بدا من الشارع الرئيسي أمس",
    "أطفال يعبرون الجسر المعلق في طريقهم إلى المدرسة",
)
_AGENCIES = ("أ.ف.ب", "رويترز", "د.ب.أ", "إ.ب.أ", "أ.ب", "الأناضول")
_WRITERS = ("ليلى الناصر", "سالم العتيبي", "رنا القاضي", "هشام بدران")
_COMMENTS = (
    ("أبو سليم", "شكراً لكم على هذا الموضوع المفيد."),
    ("مواطن", "الله يعين، من المسؤول عن كل هذا التأخير؟ حسبنا الله."),
    ("Nadia", "مقال جميل جدا بارك الله فيكم ونتمنى المزيد"),
)


def _turn(pool: Sequence[str], number: int, count: int) -> list[str]:
    return [pool[(number * 3 + step) % len(pool)] for step in range(count)]


def headlines(number: int, count: int) -> list[str]:
    return _turn(_HEADLINES, number, count)


def teasers(number: int, count: int) -> list[tuple[str, str]]:
    """Headlines of other articles, each with its first sentence."""
    places = [(number * 2 + step) % len(_TEASERS) for step in range(count)]
    return [(_HEADLINES[place], _TEASERS[place]) for place in places]


def captions(number: int, count: int) -> list[str]:
    return _turn(_CAPTIONS, number, count)


def agency(number: int) -> str:
    return _AGENCIES[number % len(_AGENCIES)]


def writer(number: int) -> str:
    return _WRITERS[number % len(_WRITERS)]


def comments(number: int, count: int) -> list[tuple[str, str]]:
    """Names of readers, each with what they wrote."""
    return [_COMMENTS[(number + step) % len(_COMMENTS)] for step in range(count)]


def keywords(title: str) -> list[str]:
    """The longer words of a title."""
    return [word for word in re.findall(r"\w+", title) if len(word) > 4][:5]
