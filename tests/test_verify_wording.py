"""The check on sentences that say what their source says in other words or another order."""

import time

import pytest

from rag.types import Citation, Document, passage_of
from rag.verify import Checker
from rag.verify.forms import likeness, possible_roots
from rag.verify.lexicon import synonyms

BRIDGE = (
    "جسر المرسى جسر معلق في مدينة القلعة، يبلغ طوله 410 أمتار. صممته المهندسة دلال الكيلاني، "
    "وافتتحه الوزير سعد الجابري صباح الأحد بعد تأخر دام شهرين. "
    "وفي عام 1998 أغلقت البلدية الجسر مدة سنة، ثم رممته شركة سويسرية."
)
STRIKE = (
    "بدأ عمال الميناء إضرابا صباح الاثنين. وقال رئيس النقابة هاني المصري إن الإضراب سيستمر ثلاثة "
    "أيام، بينما وصف مدير الميناء نبيل عاشور الإضراب بأنه غير قانوني. واعتقلت الشرطة عاملين."
)


def verdict(sentence, source):
    passage = passage_of(Document.of("", source), 0, len(source))
    return Checker().check(sentence, (Citation(1, passage, 0, len(source)),))


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("يبلغ طول جسر المرسى 410 أمتار.", BRIDGE),
        ("صممت المهندسة دلال الكيلاني جسر المرسى.", BRIDGE),
        ("افتتح الوزير سعد الجابري الجسر صباح الأحد.", BRIDGE),
        ("صباح الأحد افتتح الوزير سعد الجابري الجسر.", BRIDGE),
        ("أغلقت البلدية الجسر مدة سنة في عام 1998.", BRIDGE),
        ("صممت دلال الكيلاني الجسر، وافتتحه الوزير سعد الجابري.", BRIDGE),
        ("رُمم الجسر من قبل شركة سويسرية.", BRIDGE),
        ("سيستمر الإضراب ثلاثة أيام، بحسب هاني المصري.", STRIKE),
        ("اعتُقل عاملان من قبل الشرطة.", STRIKE),
        ("اعتُقل عاملان على يد الشرطة.", STRIKE),
        ("انطلق إضراب عمال الميناء صباح الاثنين.", STRIKE),
        ("هدم جنود الوالي البرج عام 1798.", "هُدم البرج على يد جنود الوالي عام 1798."),
        ("يضم المتحف لوحات وتماثيل ونقودا.", "يضم المتحف نقودا وتماثيل ولوحات."),
        ("فاز الاتحاد على ضيفه بهدفين.", "حقق الاتحاد فوزا على ضيفه بهدفين."),
        ("يقع المصنع بالقرب من النهر.", "يقع المصنع قرب النهر."),
        ("ليس في البلدة مصنع.", "تقع البلدة في الشمال، وليس فيها مصنع."),
    ],
)
def test_what_is_said_in_another_order_or_voice_passes(sentence, source):
    found = verdict(sentence, source)
    assert found.is_supported, found.reason


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("صممت المهندسة دلال الكيلاني مدينة القلعة.", BRIDGE),
        ("افتتحت المهندسة دلال الكيلاني الجسر صباح الأحد.", BRIDGE),
        ("صمم الوزير سعد الجابري جسر المرسى، وافتتحته دلال الكيلاني.", BRIDGE),
        ("أُغلقت البلدية من قبل الجسر.", BRIDGE),
        ("رممت شركة سويسرية الجسر عام 1998.", BRIDGE),
        ("سيستمر الإضراب ثلاثة أيام، بحسب نبيل عاشور.", STRIKE),
        ("اعتُقلت الشرطة من قبل عاملين.", STRIKE),
        ("وصف هاني المصري الإضراب بأنه غير قانوني.", STRIKE),
        ("قال مدير الميناء إن الإضراب سيستمر ثلاثة أيام.", STRIKE),
        ("ولد سامي في حلب وتوفي في دمشق.", "ولد سامي في دمشق وتوفي في حلب."),
        ("يقع المصنع في النهر.", "يقع المصنع قرب النهر."),
        ("وقف الحراس في القصر.", "وقف الحراس أمام القصر."),
        ("لا يفتح المتحف أبوابه.", "لا يفتح المتحف أبوابه إلا يوم الجمعة."),
        ("زار رئيس الوزراء دمشق.", "زار مستشار رئيس الوزراء دمشق."),
        ("في البلدة مصنع.", "تقع البلدة في الشمال، وليس فيها مصنع."),
        (
            "تملك شركة هليوس 51 في المئة من المحطة.",
            "نفذت شركة هليوس المحطة مع مؤسسة الكهرباء التي تملك 51 في المئة من المحطة.",
        ),
        (
            "رفعت ليلى عزام دعوى تشهير ضد سامي الدقاق.",
            "برأت المحكمة ليلى عزام في دعوى تشهير رفعها سامي الدقاق.",
        ),
        ("أجّرت شركة الأفلام المسرح.", "اشترت البلدية المسرح، وأجّرته لشركة الأفلام."),
        (
            "أهدى سالم الزيج إلى القاضي.",
            "كان سالم فلكيا. ألّف الزيج، ورسالة في قسمة المواريث أهداها إلى القاضي.",
        ),
        (
            "تغلب نادي الميناء على نادي النسور بثلاثة أهداف.",
            "حقق نادي النسور فوزا على ضيفه نادي الميناء بثلاثة أهداف.",
        ),
        ("لانغ أنقذ المترجم بلال.", "غرق القارب، وأنقذ المترجم بلال الرسام لانغ."),
        ("يصب نهر دجلة في نهر الوند.", "نهر الوند نهر صغير. ويصب في نهر دجلة قرب خانقين."),
    ],
)
def test_what_changes_places_with_something_else_is_refused(sentence, source):
    assert not verdict(sentence, source).is_supported


@pytest.mark.parametrize(
    ("one", "other"),
    [("فاز", "بفوزه"), ("بيعت", "باعت"), ("زوار", "يزوره"), ("اجراه", "اجرا"), ("اعوام", "عام")],
)
def test_weak_roots_are_found_in_other_forms(one, other):
    assert possible_roots(one) & possible_roots(other)
    assert likeness(one, other)


def test_words_of_one_meaning_are_known_with_and_without_a_pronoun():
    assert likeness("يستعمله", "تستخدم") == likeness("شيد", "بني") == 0.6
    assert not likeness("ارتفع", "انخفض")
    assert all(word in group for word, group in synonyms().items())


def test_no_order_of_many_short_phrases_takes_long():
    source = " ".join(f"في المدينة{n} على الطريق{n} من البلدة{n}" for n in range(20)) + "."
    words = source.rstrip(".").split()
    sentence = " ".join(words[::-1][:60]) + " بحسب فلان من قبل علان وقال ثم عاد، وهو كذلك."
    start = time.perf_counter()
    assert not verdict(sentence, source).is_supported
    assert time.perf_counter() - start < 2
