"""The names of months, weekdays and days of a month, as patterns over the normal form of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rag.arabic import normalise

# Egypt and the Gulf; Syria, Lebanon, Jordan, Iraq; Algeria and Tunisia; Morocco; English.
_MONTHS = (
    "يناير، كانون الثاني، كانون ثاني، كانون ثان، كانون2، ك2، جانفي، january، jan",
    "فبراير، فبرايير، شباط، اشباط، فيفري، february، feb",
    "مارس، آذار، march، mar",
    "أبريل، ابرايل، نيسان، أفريل، april، apr",
    "مايو، أيار، ماي، may",
    "يونيو، يونية، يونيا، حزيران، جوان، june، jun",
    "يوليو، يولية، يوليا، تموز، جويلية، يوليوز، july، jul",
    "أغسطس، أغسطوس، أوغسطس، آب، أوت، غشت، august، aug",
    "سبتمبر، سيبتمبر، أيلول، شتنبر، september، sept، sep",
    "أكتوبر، أوكتوبر، تشرين الأول، تشرين أول، تشرين1، ت1، october، oct",
    "نوفمبر، نوفنبر، تشرين الثاني، تشرين ثاني، تشرين ثان، تشرين2، ت2، نونبر، november، nov",
    "ديسمبر، دسمبر، كانون الأول، كانون أول، كانون1، ك1، دجنبر، december، dec",
)
_HIJRI = (
    "محرم، المحرم، محرم الحرام",
    "صفر، صفر الخير",
    "ربيع الأول، ربيع أول، ربيع1",
    "ربيع الثاني، ربيع ثاني، ربيع ثان، ربيع الآخر، ربيع آخر، ربيع2",
    "جمادى الأولى، جمادى الأول، جمادا الأولى، جماد الأول، جماد أول، جمادى أولى",
    "جمادى الآخرة، جمادى الآخر، جمادى الثانية، جمادى الثاني، جمادا الآخرة، جماد الثاني، "
    "جماد ثاني، جماد الآخر",
    "رجب، رجب الفرد",
    "شعبان، شعبان المعظم",
    "رمضان، رمضان المبارك",
    "شوال، شوال المكرم",
    "ذو القعدة، ذي القعدة، ذا القعدة، ذوالقعدة، ذيالقعدة، ذو القعده الحرام",
    "ذو الحجة، ذي الحجة، ذا الحجة، ذوالحجة، ذو الحجة الحرام، ذي الحجة الحرام",
)
# Monday first, as in `date.weekday`.
_WEEKDAYS = (
    "الاثنين، الأثنين، الاتنين، monday، mon",
    "الثلاثاء، الثلثاء، التلات، tuesday، tues، tue",
    "الأربعاء، الاربعا، wednesday، wed",
    "الخميس، thursday، thurs، thu",
    "الجمعة، friday، fri",
    "السبت، saturday، sat",
    "الأحد، sunday، sun",
)
_ORDINALS = "الأول الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر"


def _numbered(rows: Iterable[str], *, first: int) -> dict[str, int]:
    return {
        normalise(name.strip()): number
        for number, row in enumerate(rows, start=first)
        for name in row.split("،")
    }


def _written_days() -> dict[str, int]:
    """The days of a month in words: «الأول», «الحادي والعشرين»; «الفاتح» in the Maghreb."""
    ones = dict(enumerate(normalise(_ORDINALS).split(), start=1))
    days = {word: day for day, word in ones.items()}
    days |= {"الفاتح": 1, "فاتح": 1}
    joined = {**ones, 1: "الحادي"}
    days |= {f"{joined[day]} عشر": 10 + day for day in range(1, 10)}
    for ending in ("ين", "ون"):
        days |= {f"العشر{ending}": 20, f"الثلاث{ending}": 30, f"الحادي والثلاث{ending}": 31}
        days |= {f"{joined[day]} والعشر{ending}": 20 + day for day in range(1, 10)}
    return days


MONTHS = _numbered(_MONTHS, first=1)
HIJRI_MONTHS = _numbered(_HIJRI, first=1)
WEEKDAYS = _numbered(_WEEKDAYS, first=0)
WRITTEN_DAYS = _written_days()

# What a reader is shown.
MONTH_NAMES = tuple(row.partition("،")[0] for row in _MONTHS)


def pattern(names: Mapping[str, int]) -> str:
    """The names as alternatives, the longest first, with any blanks between their words.

    A name of Latin letters does not go on in further ones: `mar` is not in `market`.
    """
    ordered = sorted(names, key=len, reverse=True)
    arabic = [re.escape(name).replace(r"\ ", r"\s{1,3}") for name in ordered if not name.isascii()]
    latin = [re.escape(name) for name in ordered if name.isascii()]
    alternatives = [f"(?:{'|'.join(arabic)})(?![^\\W\\d_])"]
    if latin:
        alternatives.append(f"(?:{'|'.join(latin)})(?![^\\W\\d_])\\.?")
    return f"(?:{'|'.join(alternatives)})"


def number_of(name: str, names: Mapping[str, int]) -> int:
    """The number of a name found by `pattern`, whatever blanks and full stop it was found with."""
    return names[" ".join(name.rstrip(".").split())]
