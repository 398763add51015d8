"""What a source says only of a part, of a case or in somebody's mouth, and a sentence outright."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rag.verify.alignment import Alignment
from rag.verify.lexicon import word_set
from rag.verify.reading import Word

# Of what stands behind it, it is only a part, a rank, a relative or a deputy.
_PARTIAL = word_set(
    "أحد إحدى ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر معظم أغلب أغلبية غالبية بعض "
    "جزء قسم نصف ثلث ربع شبه نائب نائبة نائبا مساعد وكيل مرشح مرشحة ابن نجل زوجة زوج أرملة والد "
    "شقيق محاولة مشروع قرب بالقرب جوار ضواحي"
)
_SUPERLATIVE = word_set(
    "أول آخر أكبر أصغر أشهر أهم أبرز أكثر أقل أعلى أدنى أطول أقصر أقدم أحدث أغنى أفقر أسرع أبطأ "
    "أفضل أسوأ أجمل أقوى أضعف أضخم أوسع أبعد أقرب أعظم أغزر أعمق أثقل"
)
_IN_ORDER = word_set("أول آخر")  # «من أول يوم» is no choice among several
_ONLY = word_set("الوحيد الوحيدة") | {"ال" + form for form in _SUPERLATIVE}
_AMONG = word_set("من بين ضمن")
_ONE = word_set("أحد إحدى واحد واحدا واحدة")
_DENIED = word_set(
    "نفى نفت ينفي تنفي نافيا نافية زعم زعمت يزعم تزعم زاعما ادعى ادعت يدعي تدعي استبعد استبعدت "
    "يستبعد تستبعد أنكر أنكرت ينكر تنكر كذب كذبت"
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
    "يمكنها شأنه شأنها"
)
# Behind a word, or anywhere in its clause, these take back some of it.
_QUALIFYING = word_set(
    "السابق السابقة الأسبق الراحل المكلف المستقيل المنتهية المزعوم المزعومة المفترض المفترضة "
    "المحتمل المحتملة المتوقع المتوقعة الفخري الفخرية المؤقت المؤقتة"
)
_PARTLY = word_set(
    "سابقا نادرا أحيانا قلما بالكاد جزئيا مؤقتا رمزيا شكليا ظاهريا مبدئيا نظريا باستثناء استثناء "
    "عدا ماعدا"
)
_BUT = word_set("سوى")
_NEAR = 4  # words


def unlimited(found: Alignment, main: Mapping[int, int]) -> str:
    """The first word that bounds what the source says and that the sentence leaves out.

    «ثاني أكبر مدن الإقليم» is no support for «أكبر مدن الإقليم», «حاول اغتيال الملك» none for its
    murder, «نفى أن الوزير استقال» none for what he denies.
    """
    ours = {p: i for i in range(len(found.sentence)) if (p := found.place(i)) is not None}
    line = set(main.values())
    for place, index in sorted(ours.items()):
        said, given = found.sentence[index], found.source[place]
        before = found.source[place - 1] if place else None
        is_left_out = before and before.clause == given.clause and before.place not in ours
        if before and is_left_out and place in line and _is_partial(before, given):
            return before.form
        behind = found.source[place + 1] if place + 1 < len(found.source) else given
        is_after = behind.clause == given.clause and behind.place not in ours
        if is_after and given.form.startswith("ال") and behind.form in _QUALIFYING:
            return behind.form
        if given.is_open and not said.is_open:
            return given.form
        bound = _bound(found, ours, place)
        if bound:
            return bound
    over = (_speaker(found, ours, found.source[place], line) for place in line)
    return next(filter(None, over), "") or _taken_back(found, ours, line)


def _taken_back(found: Alignment, ours: Collection[int], line: Collection[int]) -> str:
    """What of the clauses that the sentence is of makes less of them, and is left out."""
    clauses = {found.source[place].clause for place in line}
    is_told = any(found.source[place].is_open for place in line)
    for word in found.source:
        if word.place in ours or word.clause not in clauses:
            continue
        is_beside = not {word.place - 1, word.place - 2}.isdisjoint(ours)
        is_less = _bare(word.form) in _PARTLY or word.marker in _BUT
        if (word.is_open and not is_told) or (is_beside and is_less):
            return word.form
    return ""


def _bare(form: str) -> str:
    return form[1:] if form[0] in "وفبلك" and form not in _PARTIAL | _DENIED | _NOT_DONE else form


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
    rest = [word for word in found.source[head + 1 : head + 9] if word.clause == given.clause]
    left = []
    for word in rest:
        if word.place in ours:
            break
        left.append(word)
    goes_on = len(left) < len(rest)
    if left and (left[0].is_marked() or (goes_on and not is_definite)):
        return left[0].form
    return ""


def _is_partial(word: Word, following: Word) -> bool:
    form = _bare(word.form)
    return form in _PARTIAL or (form in _ONE and following.marker in _AMONG)


def _speaker(found: Alignment, ours: Mapping[int, int], given: Word, line: Collection[int]) -> str:
    """Who or what stands over a word of the source, such that it is not said to be so."""
    clause = [w for w in found.source[: given.place + 1] if w.clause == given.clause]
    that = next((word.place for word in reversed(clause) if word.is_reported), None)
    if that is None and any(found.source[place].clause != given.clause for place in line):
        return ""  # the sentence is of what is said elsewhere
    first = min(line) if that is None else that
    for word in found.source[:first]:
        if word.place in ours or word.sentence != given.sentence:
            continue
        is_here, form = word.clause == given.clause, _bare(word.form)
        is_near = word.place >= first - _NEAR and (is_here or that is not None)
        if (is_here and form in _DENIED) or (is_near and form in _DENIED | _NOT_DONE):
            return word.form
    return ""
