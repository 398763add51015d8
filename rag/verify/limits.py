"""What a source says only of a part, of a case or in somebody's mouth, and a sentence outright."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import pairwise

from rag.arabic import words
from rag.verify.alignment import Alignment
from rag.verify.lexicon import NEGATIONS, STILL, word_set
from rag.verify.reading import Word

# Of what stands behind it, it is only a part, a rank, a relative or a deputy.
_PARTIAL = word_set(
    "أحد إحدى ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر معظم أغلب أغلبية غالبية بعض "
    "جزء قسم نصف ثلث ثلثا ثلثي ربع شبه نائب نائبة نائبا مساعد وكيل مرشح مرشحة ابن نجل زوجة زوج "
    "أرملة والد شقيق محاولة مشروع جوار ضواحي مستشار مستشارة سكرتير سكرتيرة محامي محامية شقيقة "
    "مبعوث ممثل ممثلة مسودة"
)
_SUPERLATIVE = word_set(
    "أول آخر أكبر أصغر أشهر أهم أبرز أكثر أقل أعلى أدنى أطول أقصر أقدم أحدث أغنى أفقر أسرع أبطأ "
    "أفضل أسوأ أجمل أقوى أضعف أضخم أوسع أبعد أقرب أعظم أغزر أعمق أثقل"
)
_IN_ORDER = word_set("أول آخر")  # «من أول يوم» is no choice among several
_ONLY = word_set("الوحيد الوحيدة") | {"ال" + form for form in _SUPERLATIVE - _IN_ORDER}
_AMONG = word_set("من بين ضمن")
_ONE = word_set("أحد إحدى واحد واحدا واحدة")
_DENIED = word_set(
    "نفى نفت ينفي تنفي نافيا نافية زعم زعمت يزعم تزعم زاعما ادعى ادعت يدعي تدعي استبعد استبعدت "
    "يستبعد تستبعد أنكر أنكرت ينكر تنكر كذب كذبت يقال قيل يروى يحكى أشيع تشيع دعوى"
)
# What somebody wants, tries or forbids is not said to be so either.
_NOT_DONE = word_set(
    "رفض رفضت يرفض ترفض حاول حاولت يحاول تحاول حاولوا "
    "كاد كادت يكاد تكاد أوشك أوشكت فشل فشلت يفشل تفشل أخفق أخفقت طالب طالبت يطالب تطالب دعت "
    "يدعو تدعو اقترح اقترحت يقترح تقترح اتهم اتهمت يتهم تتهم اتهام منع منعت يمنع تمنع حظر حظرت "
    "يحظر ترشح ترشحت رشح رشحت رشحه رشحها يعتزم تعتزم اعتزم اعتزمت ينوي تنوي يخطط تخطط خطط خططت "
    "يعتقد تعتقد يظن تظن يرجح ترجح يفترض يحتمل يتوقع تتوقع توقع توقعت المقرر المتوقع المحتمل "
    "المرجح المفترض احتمال شائعة شائعات مزاعم أنباء ينبغي يجب هدد هددت يهدد تهدد حذر حذرت يحذر "
    "تحذر خشي خشيت يخشى تخشى تمنى يتمنى يأمل تأمل قرر قررت يقرر تقرر تعهد تعهدت يتعهد تتعهد وعد "
    "وعدت طلب طلبت سعى سعت يسعى تسعى يهدف تهدف أراد أرادت يريد تريد يرغب ترغب يمكن يمكنه "
    "يمكنها شأنه شأنها ينسب تنسب نسب نسبت"
)
_SAYING = word_set(
    "قال قالت قالوا يقول تقول أعلن أعلنت يعلن أكد أكدت يؤكد تؤكد ذكر ذكرت يذكر تذكر أوضح أوضحت "
    "أضاف أضافت أفاد أفادت كشف كشفت أشار أشارت رأى يرى ترى تبين ثبت "
    "قائلا قائلة مؤكدا مؤكدة موضحا موضحة مضيفا مضيفة مشيرا مشيرة معلنا معلنة"
)
# Behind a word, or anywhere in its clause, these take back some of it.
_QUALIFYING = word_set(
    "السابق السابقة الأسبق الراحل المكلف المستقيل المنتهية المزعوم المزعومة المفترض المفترضة "
    "المحتمل المحتملة المتوقع المتوقعة الفخري الفخرية المؤقت المؤقتة"
)
_PARTLY = word_set(
    "سابقا نادرا أحيانا قلما بالكاد جزئيا مؤقتا رمزيا شكليا ظاهريا مبدئيا نظريا باستثناء استثناء "
    "عدا ماعدا معظمه معظمها معظمهم أغلبه أغلبها أغلبهم بعضه بعضها بعضهم نصفه نصفها نصفهم ثلثه "
    "ثلثها ثلثهم ربعه ربعها ربعهم"
)
_BUT = word_set("سوى إلا")
_UNREAL = word_set("لو لولا إذا")
_DENYING = NEGATIONS | word_set("ما وما فما")
_CLAUSE_END = re.compile("[،؛,;:.؟?!]")
_LISTED = _PARTIAL | _DENIED | _NOT_DONE | _PARTLY | _UNREAL
_NEAR = 4  # words between one who wants or tries and what he does not do
_FAR = 10  # words between one who wants and what he wants, where nobody else speaks
_PHRASE = 6  # words of a superlative


def bound_left_out(found: Alignment, main: Mapping[int, int]) -> str:
    """The first word that bounds what the source says and that the sentence does not have.

    «ثاني أكبر مدن الإقليم» is no support for «أكبر مدن الإقليم», «حاول اغتيال الملك» none for its
    murder, «نفى أن الوزير استقال» none for what he denies.
    """
    ours = {p: i for i in range(len(found.sentence)) if (p := found.place(i)) is not None}
    line = set(main.values())
    beside = (
        (place in line and _partial(found, ours, place))
        or _qualified(found, ours, place)
        or _supposed(found, ours, place)
        or _bound(found, ours, place)
        for place in sorted(ours)
    )
    above = (_speaker(found, ours, found.source[place], line) for place in line)
    return next(filter(None, (*beside, *above)), "") or _taken_back(found, ours, line)


def _partial(found: Alignment, ours: Collection[int], place: int) -> str:
    """«معظم» of «معظم السكان»."""
    if not place or place - 1 in ours:
        return ""
    before, given = found.source[place - 1], found.source[place]
    form = _bare(before.form)
    is_partial = form in _PARTIAL or (form in _ONE and given.marker in _AMONG)
    return before.form if is_partial and before.clause == given.clause else ""


def _qualified(found: Alignment, ours: Collection[int], place: int) -> str:
    """«السابق» of «الوزير السابق»."""
    behind = found.source[place + 1 : place + 2]
    if not behind or place + 1 in ours or not found.source[place].form.startswith("ال"):
        return ""
    is_same = behind[0].clause == found.source[place].clause
    return behind[0].form if is_same and behind[0].form in _QUALIFYING else ""


def _supposed(found: Alignment, ours: Mapping[int, int], place: int) -> str:
    """What stands behind «لو» or «ربما», or was once so, in the source alone."""
    said, given = found.sentence[ours[place]], found.source[place]
    if given.is_open and not said.is_open:
        return given.form
    is_over = given.was and not said.was and given.form == said.form and given.form[0] == "ي"
    return "كان" if is_over else ""


def _taken_back(found: Alignment, ours: Collection[int], line: Collection[int]) -> str:
    """What of the clauses that the sentence is of makes less of them, and is left out."""
    clauses = {found.source[place].clause for place in line}
    is_told = any(found.source[place].is_open for place in line)
    for word in found.source:
        if word.place in ours or word.clause not in clauses:
            continue
        is_beside = not {word.place - 1, word.place + 1}.isdisjoint(ours)
        is_less = _bare(word.form) in _PARTLY or word.marker in _BUT
        if (word.is_open and not is_told) or (is_beside and is_less):
            return word.form
    return ""


def _bare(form: str) -> str:
    """Without the conjunction or preposition before it; «وكيل» and «بعضهم» have none."""
    return form[1:] if form[0] in "وفبلك" and form not in _LISTED else form


def _bound(found: Alignment, ours: Mapping[int, int], place: int) -> str:
    """What narrows a superlative in the source alone."""
    given, index = found.source[place], ours[place]
    form = _bare(given.form)
    is_definite = given.form in _ONLY
    if not (is_definite or form in _SUPERLATIVE):
        return ""
    said = found.sentence[index]
    is_one_of = given.marker in _AMONG and form not in _IN_ORDER and not is_definite
    is_told = said.marker in _AMONG or (index and found.sentence[index - 1].form in _ONE)
    if is_one_of and not is_told:
        return given.marker
    head = place if is_definite else place + 1
    if head not in ours:
        return ""
    rest = [w for w in found.source[head + 1 : head + _PHRASE] if w.clause == given.clause]
    left = next((n for n, word in enumerate(rest) if word.place not in ours), len(rest))
    goes_on = left == 0 and any(word.place in ours for word in rest)
    is_bound = left < len(rest) and (rest[left].is_marked() or (goes_on and not is_definite))
    return rest[left].form if is_bound else ""


def _speaker(found: Alignment, ours: Mapping[int, int], given: Word, line: Collection[int]) -> str:
    """Who or what stands over a word of the source, such that it is not said to be so."""
    clause = [w for w in found.source[: given.place + 1] if w.clause == given.clause]
    that = next((word.place for word in reversed(clause) if word.is_reported), None)
    if that is None and any(found.source[place].clause != given.clause for place in ours):
        return ""  # the sentence is of what is said elsewhere
    if that is not None:
        return _spoken(found, ours, that)
    for word in found.source[: max(line)]:
        if word.place in ours or word.clause != given.clause:
            continue
        form, is_near = _bare(word.form), any(0 < p - word.place <= _NEAR for p in line)
        is_denied = form in _DENIED and (is_near or word.place < min(line))
        if is_denied or (is_near and form in _NOT_DONE):
            return word.form
    return ""


def _spoken(found: Alignment, ours: Collection[int], that: int) -> str:
    """Who does not say, in the sentence, what stands behind «أن»."""
    if found.source[that].is_joined:
        return ""  # «… وأن» goes on with what is said, by whomever
    for word in reversed(found.source[:that]):
        form = _bare(word.form)
        if word.sentence != found.source[that].sentence or word.is_reported or form in _SAYING:
            return ""
        if word.place in ours:
            continue
        is_doubted = word.is_negated and word.place == that - 1
        is_near = that - word.place <= _FAR
        if is_doubted or form in _DENIED or (is_near and form in _NOT_DONE):
            return word.form
    return ""


def is_taken_back(before: str) -> bool:
    """Whether what stands before a part of a sentence denies or only supposes it.

    Who denies may stand far before it, «لم» and «ما» in its own clause.

    >>> is_taken_back("نفى الوزير أن"), is_taken_back("نفى الوزير ذلك، وقال إن")
    (True, False)
    >>> is_taken_back("قال إنه لم يزر"), is_taken_back("لم يزر المدينة،")
    (True, False)
    """
    clause = words(_CLAUSE_END.split(before)[-1])
    for word, following in pairwise([*clause, ""]):
        if word in _DENYING and following not in STILL:
            return True
    for form in map(_bare, reversed(words(before))):
        if form in _SAYING:
            return False
        if form in _DENIED or form in _UNREAL:
            return True
    return False
