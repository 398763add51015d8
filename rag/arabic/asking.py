"""What a question asks for, and whether a text holds something of that kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.arabic.numerals import numbers
from rag.arabic.terms import STOP_WORDS, WEEKDAYS, content_stems, has_form, skeleton, stem, words

# All word lists are in the normal form of `words`.
_AMOUNT = frozenset("كم كام قديش اديش قديه اديه قداش شحال شقد جم بكم بكام بقديش بشحال".split())
_WHO_WHAT = frozenset("من ما ماذا ماهو ماهي مين ايش شو اي ايه وش شنو شنهو اشنو منو شكون".split())
_TIME = frozenset("متي امتي امتا ايمتي وقتاش فوقاش when".split())
_TIME_NOUNS = frozenset("عام سنه يوم تاريخ شهر موعد ساعه day".split())
_WHICH = frozenset(
    "اي ايه ايا باي بايه فاي ما هو هي ماهو ماهي انهي فانهي بانهي اشمن فاشمن which what".split()
)
_WHICH_BEHIND = frozenset("كام ايه اي شو شنو".split())  # «سنة كام»، «شهر إيه»
_TIME_UNITS = frozenset(
    (
        "عام عاما اعوام سنه سنوات سنين يوم يوما ايام شهر شهرا اشهر شهور اسبوع اسابيع ساعه ساعات "
        "دقيقه دقايق قرن عقد"
    ).split()
)
# These say how many by themselves.
_WHOLE = frozenset(
    "قرن قرنا قرنين عقد عقدين عامين سنتين يومين شهرين اسبوعين ساعتين عامان يومان شهران".split()
)
_TIME_IN_GENERAL = frozenset("زمن وقت عمر مده".split())
_LASTING = re.compile("[يت]?(?:استغرق|ستغرق|دام|دوم|استمر|ستمر|مضي)(?:ت|وا)?")
_ANNIVERSARY = frozenset("ذكري الذكري ذكراها ذكراه عيدها عيده".split())
_ORDINALS = frozenset(
    "اولي ثانيه ثالثه رابعه خامسه سادسه سابعه ثامنه تاسعه عاشره مييه ميويه".split()
)
_LENGTHS = frozenset(
    (
        "متر مترا امتار كيلومتر كيلومترا كيلومترات كم كلم سنتيمتر سم ميل ميلا اميال هكتار هكتارا "
        "هكتارات فدان فدانا افدنه دونم دونما قدم قدما اقدام"
    ).split()
)
_MONEY = frozenset(
    (
        "دولار دولارا دولارات يورو ريال ريالا ريالات جنيه جنيها جنيهات درهم درهما دراهم دينار "
        "دينارا دنانير ليره ليرات روبل روبلا يوان يوانا مليون مليونا ملايين مليار مليارا مليارات"
    ).split()
)
# What a measure is counted in; "عدد" is followed by what is counted.
_MEASURES = {
    **dict.fromkeys("طول مسافه تبعد يبعد ارتفاع عرض مساحه".split(), _LENGTHS),
    **dict.fromkeys("قيمه مبلغ سعر ثمن كلفه تكلفه تكاليف ميزانيه بالدولار".split(), _MONEY),
    **dict.fromkeys("عمر عمره عمرها مده".split(), _TIME_UNITS),
}
_PLAIN_MEASURES = frozenset("عدد نسبه حجم سرعه كميه وزن".split())
_MONTHS = frozenset(
    (
        "يناير فبراير مارس ابريل نيسان مايو ايار يونيو يونيه حزيران يوليو يوليه تموز "
        "اغسطس اب سبتمبر ايلول اكتوبر نوفمبر ديسمبر كانون شباط اذار تشرين جانفي فيفري "
        "افريل ماي جوان جويليه اوت محرم صفر ربيع جمادي رجب شعبان رمضان شوال"
    ).split()
)
_DAY = frozenset(("يوم", "day"))
_WEEK = frozenset("الاسبوع بالاسبوع week".split())
_ONE_WEEK = frozenset("الماضي المقبل القادم الحالي الجاري المنصرم الفايت نفسه ذاته".split())
_TIME_WORDS = (
    _TIME_UNITS
    | _MONTHS
    | WEEKDAYS
    | frozenset(
        (
            "امس اليوم غدا الماضي الماضيه المقبل المقبله القادم القادمه صباح مسا ليل اسبوع عقب بعد "
            "قبل منذ خلال عيد ذكري القرن صباحا ظهرا عصرا فجرا ليلا صيف صيفا شتا خريف خريفا الصيف "
            "الشتا الربيع الخريف الحجه القعده"
        ).split()
    )
)
_DECADE = re.compile("[وفبل]?(?:ال)?(?:عشر|ثلاث|اربع|خمس|ست|سبع|ثمان|تسع)يني?ات")
_CONJUNCTION = re.compile("^[وفبل]")
_OPENING = re.compile("[وف]?أ")  # «أليس», «أصحيح»; in the normal form the hamza is gone
_ASKED_WITH_HAMZA = frozenset(
    "اليس اليست الم الن الا اما افلا اولا اولم افلم اصحيح احقا اثمه اهناك ايمكن ايصح ايعقل".split()
)
_NEAR = 3  # words between a number and what it counts
_PAUSE = re.compile("[،؛]")
_DATED = frozenset("عام سنه منذ حتي".split())
_YEAR = re.compile(r"1\d{3}|20\d{2}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants: an amount (of a thing or in certain units), a time, or other."""

    kind: Literal["amount", "time", "other"] = "other"
    thing: str = ""  # the consonants of what is counted
    units: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()  # of days, where one of the week is wanted

    def is_held_by(self, text: str, *, besides: str = "") -> bool:
        """Whether a text holds something of this kind; numbers of `besides` do not count."""
        if self.kind == "other":
            return True
        if self.thing or self.units:
            return any(self._is_counted_in(clause) for clause in _PAUSE.split(text))
        if self.names:
            return any(_bare(word) in self.names for word in words(text))
        if self.kind == "amount":
            return bool(_amounts(words(text)) - numbers(besides))
        if numbers(text) - numbers(besides):
            return True
        spoken = words(text)
        return any(_bare(word) in _TIME_WORDS or _DECADE.fullmatch(word) for word in spoken)

    @property
    def is_of_time(self) -> bool:
        """Whether the amount is one of time."""
        return self.units is _TIME_UNITS

    def _is_counted_in(self, clause: str) -> bool:
        spoken = words(clause)
        if self.units is _TIME_UNITS and (
            any(_bare(word) in _WHOLE for word in spoken) or _is_anniversary(spoken)
        ):
            return True
        places = [place for place, word in enumerate(spoken) if self._names(word)]
        if self.thing and any(map(self._is_pair, spoken)):
            return True
        return any(_amounts(self._around(spoken, place)) for place in places)

    def _around(self, spoken: list[str], place: int) -> list[str]:
        """The words around a unit among which a number counts it; «يوم 20» is a date."""
        return spoken[max(0, place - _NEAR) : place + 1 + _NEAR * (not self.is_of_time)]

    def _is_pair(self, word: str) -> bool:
        """Whether a word is the dual of what is counted; «مهندسين» may be any number."""
        one = f"{word[:-3]}ه" if word.endswith(("تان", "تين")) else word.removesuffix("ان")
        return one != word and skeleton(stem(one)) == self.thing

    def _names(self, word: str) -> bool:
        bare = word.removeprefix("ال")
        if self.units:
            return word in self.units or bare in self.units or _bare(bare) in self.units
        return skeleton(stem(word)) == self.thing


def asked_for(question: str) -> Asked:
    """The kind of answer a question wants.

    >>> asked_for("كم صاروخاً أُطلق؟").thing, asked_for("في أي عام تأسست؟").kind
    ('صرخ', 'time')
    """
    forms = [" ".join(words(token)) for token in question.split() if words(token)]
    for place, form in enumerate(forms):
        before = forms[place - 1] if place else ""
        following = forms[place + 1] if place + 1 < len(forms) else ""
        bare = _CONJUNCTION.sub("", form)
        is_which = before in _WHICH or following in _WHICH_BEHIND
        if form in _TIME or bare in _TIME or (is_which and form in _TIME_NOUNS):
            return Asked("time", names=_days_of_week(form, forms[place + 1 :]))
        if form == "قد" and following == "ايه":
            return Asked("amount")
        if form in _AMOUNT or bare in _AMOUNT:
            return _amount(following, forms[place + 2 :], is_noun=_is_counted_noun(following))
        if before in _WHICH and (form in _MEASURES or form in _PLAIN_MEASURES):
            return _amount(form, forms[place + 1 :], is_noun=False)
    return Asked()


def _days_of_week(form: str, following: list[str]) -> frozenset[str]:
    """Their names where a day of any week is asked for; of one week it may be a date."""
    for place, word in enumerate(following[:4]):
        if word in _WEEK:
            is_one = not _ONE_WEEK.isdisjoint(following[place + 1 : place + 2])
            return WEEKDAYS if form in _DAY and not is_one else frozenset()
    return frozenset()


def focus(question: str) -> str:
    """The stem of the thing asked about, where a noun follows "what", "who" or "which".

    >>> focus("من كان المترجم في الاجتماع؟"), focus("متى وصل الوفد؟")
    ('مترجم', '')
    """
    spoken = words(question)
    for place, word in enumerate(spoken):
        if _CONJUNCTION.sub("", word) in _WHO_WHAT or word in _WHO_WHAT:
            rest = [form for form in spoken[place + 1 :] if form not in STOP_WORDS]
            return stem(rest[0]) if rest else ""
    return ""


def is_yes_no(question: str) -> bool:
    """Whether a question wants yes or no."""
    first, *rest = words(question) or [""]
    begins = _OPENING.match(question.lstrip("؟?!.،… "))
    return (
        first in ("هل", "هو", "هي", "وهل", "فهل", "واش")
        or "هل" in rest[:3]
        or bool(begins and first in _ASKED_WITH_HAMZA)
        or question.lstrip().startswith("أ ")
    )


def says_more(text: str, question: str) -> bool:
    """Whether a text has a word or a number that the question does not have.

    >>> says_more("زار الوفد المصنع", "متى زار الوفد المصنع؟")
    False
    """
    asked = set(content_stems(question))
    fresh = any(not has_form(form, asked) for form in content_stems(text))
    return fresh or bool(numbers(text) - numbers(question))


def _amount(word: str, rest: list[str], *, is_noun: bool) -> Asked:
    """What "كم" asks for, from the word after it and those that follow."""
    if word == "عدد" and rest:
        word, is_noun = rest[0], True
    is_in_general = word == "من" and rest and rest[0].removeprefix("ال") in _TIME_IN_GENERAL
    if word in _TIME_UNITS or is_in_general or _LASTING.fullmatch(word):
        return Asked("amount", units=_TIME_UNITS)
    for form in (word, *rest[:2]):
        measure = form.removeprefix("ال")
        if measure in _MEASURES:
            return Asked("amount", units=_MEASURES[measure])
    if is_noun and word not in STOP_WORDS and word not in _PLAIN_MEASURES:
        consonants = skeleton(stem(word))
        return Asked("amount", thing=consonants if len(consonants) >= 3 else "")
    return Asked("amount")


def _is_counted_noun(form: str) -> bool:
    """After "كم" stands an indefinite accusative: صاروخا، طائرة; a verb or "لهدنة" is no such."""
    return form.endswith(("ا", "ه")) and not form.startswith(("ل", "ال"))


def _amounts(spoken: list[str]) -> set[str]:
    """The numbers among words of a text, but for years and days of a month."""
    around = zip(["", *spoken], spoken, [*spoken[1:], ""], strict=False)
    return numbers(
        " ".join(word for before, word, after in around if not _is_of_date(before, word, after))
    )


def _is_anniversary(spoken: list[str]) -> bool:
    """Whether one is counted: «الذكرى الـ71»، «الذكرى السنوية الخامسة والسبعين»."""
    for place, word in enumerate(spoken):
        if _bare(word) in _ANNIVERSARY:
            near = [_bare(other).removeprefix("ال") for other in spoken[place + 1 : place + 5]]
            if numbers(" ".join(near)) or not _ORDINALS.isdisjoint(near):
                return True
    return False


def _is_of_date(before: str, word: str, after: str) -> bool:
    """Whether a number is a year or a day of a month, by the words beside it."""
    if _YEAR.fullmatch(word):
        is_between = any(_YEAR.fullmatch(other) for other in (before, after))
        return is_between or _bare(before).removeprefix("ال") in _DATED or before in _MONTHS
    return word.isdecimal() and after in _MONTHS


def _bare(word: str) -> str:
    """A word without a conjunction in front, unless it names a time with it."""
    return word if word in _TIME_WORDS else _CONJUNCTION.sub("", word)
