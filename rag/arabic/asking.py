"""What a question asks for, and whether a text holds something of that kind."""

from __future__ import annotations

import re
from typing import Literal

from rag.arabic.numerals import numbers
from rag.arabic.terms import STOP_WORDS, normalise, stem, words

Asked = Literal["amount", "time", "other"]

# All in the normal form of `words`.
_AMOUNT = frozenset("كم كام قديش".split())
_MEASURE = frozenset("عدد نسبه قيمه مبلغ حجم مساحه طول عمر سعر كميه مسافه".split())
_TIME = frozenset("متي امتي امتا ايمتي وقتاش when".split())
_TIME_NOUN = frozenset("عام سنه يوم تاريخ شهر موعد ساعه".split())
_WHICH = frozenset("اي ايه ايا بايه ما هو هي ماهو ماهي".split())
_TIME_WORDS = frozenset(
    (
        "يناير فبراير مارس ابريل نيسان مايو ايار يونيو يونيه حزيران يوليو يوليه تموز "
        "اغسطس اب سبتمبر ايلول اكتوبر نوفمبر ديسمبر كانون شباط اذار تشرين جانفي فيفري "
        "افريل ماي جوان جويليه اوت السبت الاحد الاثنين الثلاثا الاربعا الخميس الجمعه امس "
        "اليوم غدا الماضي الماضيه المقبل المقبله القادم القادمه صباح مسا ليل عام سنه شهر "
        "اسبوع عقب بعد قبل منذ خلال محرم صفر ربيع جمادي رجب شعبان رمضان شوال عيد ذكري "
    ).split()
)
_BY_CONJUNCTION = re.compile("^[وفبل]")


def asked_for(question: str) -> Asked:
    """The kind of answer a question wants.

    >>> asked_for("كم صاروخاً أُطلق؟"), asked_for("في أي عام تأسست؟"), asked_for("من أسسها؟")
    ('amount', 'time', 'other')
    """
    spoken = words(question)
    for before, word in zip(["", *spoken], spoken, strict=False):
        bare = _BY_CONJUNCTION.sub("", word)
        if word in _TIME or bare in _TIME or (before in _WHICH and word in _TIME_NOUN):
            return "time"
        if word in _AMOUNT or bare in _AMOUNT or (before in _WHICH and word in _MEASURE):
            return "amount"
    return "other"


def counted(question: str) -> str | None:
    """The stem of what a question about an amount counts, where it says so.

    >>> counted("كم صاروخاً أُطلق؟"), counted("كم عدد الركاب؟"), counted("كم استمرت الزيارة؟")
    ('صاروخ', 'ركاب', None)
    """
    spoken = [word for word in question.split() if words(word)]
    forms = [" ".join(words(word)) for word in spoken]
    for place, form in enumerate(forms[:-1]):
        if form in _AMOUNT or _BY_CONJUNCTION.sub("", form) in _AMOUNT:
            following = forms[place + 1]
            if following == "عدد" and place + 2 < len(forms):
                return _noun(forms[place + 2])
            is_noun = normalise(spoken[place + 1]).rstrip("؟?،.").endswith(("ا", "ه"))
            return _noun(following) if is_noun and following not in _MEASURE else None
        if form == "عدد" and (place == 0 or forms[place - 1] in _WHICH):
            return _noun(forms[place + 1])
    return None


def holds(text: str, asked: Asked, *, besides: str = "") -> bool:
    """Whether a text holds an amount or a time, numbers of `besides` apart; else True."""
    if asked == "other":
        return True
    if numbers(text) - numbers(besides):
        return True
    return asked == "time" and not _TIME_WORDS.isdisjoint(_bare(word) for word in words(text))


def _noun(form: str) -> str | None:
    return None if form in STOP_WORDS or form[:1].isdigit() else stem(form)


def _bare(word: str) -> str:
    """A word without a conjunction in front, where what is left names a time."""
    return word if word in _TIME_WORDS else _BY_CONJUNCTION.sub("", word)
