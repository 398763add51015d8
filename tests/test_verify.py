import pytest

from rag.types import Citation, Document, passage_of
from rag.verify import Checker

MUSEUM = "كلف ترميم متحف الموانئ 28 مليون دينار جمعها تجار المدينة."
FERRY = "وصلت 25 سفينة إلى ميناء الزهراء صباح الأحد."


def passage(text, title="خبر"):
    document = Document.of(title, text)
    return passage_of(document, 0, len(text))


def cited(text, title="خبر"):
    """A citation of the whole of an article."""
    return (Citation(1, passage(text, title), 0, len(text)),)


def verdict(sentence, source, *, question="", best=None):
    found = Checker().check(sentence, cited(source), question=question, best=best)
    return found.is_supported, found.reason


SUPPORTED = (True, "كل ما في الجملة يرد في المصدر")


def test_a_faithful_sentence_passes():
    sentence = "بلغت كلفة ترميم المتحف 28 مليون دينار."
    assert verdict(sentence, MUSEUM, question="كم بلغت كلفة ترميم المتحف؟") == SUPPORTED


def test_a_changed_number_is_refused_and_named():
    sentence = "كلف ترميم متحف الموانئ 82 مليون دينار."
    assert verdict(sentence, MUSEUM) == (False, "رقم لا يرد في المصدر: 82000000")


@pytest.mark.parametrize("amount", ["25", "٢٥", "خمس وعشرون"])
def test_a_number_in_words_equals_digits(amount):
    assert verdict(f"وصلت {amount} سفينة إلى ميناء الزهراء.", FERRY) == SUPPORTED


def test_another_number_in_words_is_refused():
    refused = (False, "رقم لا يرد في المصدر: 35")
    assert verdict("وصلت خمس وثلاثون سفينة إلى ميناء الزهراء.", FERRY) == refused


def test_a_latin_name_that_the_source_lacks_is_refused():
    source = "اشترت البلدية حافلات كهربائية من شركة Velora هذا الصيف."
    sentence = "اشترت البلدية حافلات كهربائية من شركة {}."
    assert verdict(sentence.format("Nordal"), source) == (False, "اسم لا يرد في المصدر: nordal")
    assert verdict(sentence.format("VELORA"), source) == SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "source", "word"),
    [
        ("حريق المصنع تحت السيطرة.", "حريق المصنع ليس تحت السيطرة.", "تحت"),
        ("حريق المصنع ليس تحت السيطرة.", "حريق المصنع تحت السيطرة.", "تحت"),
        ("أعلن المدير موعد الافتتاح ولم يعلن مكانه.", "يعلن المدير موعد الافتتاح ومكانه.", "يعلن"),
        ("أعلن المدير موعد الافتتاح.", "لم يعلن المدير موعد الافتتاح.", "اعلن"),
        ("لم يعلن المدير الموعد.", "أعلن المدير الموعد ولم يحدد المكان.", "يعلن"),
    ],
)
def test_what_only_one_of_sentence_and_source_negates_is_refused(sentence, source, word):
    assert verdict(sentence, source) == (False, f"النفي يختلف عن المصدر عند: {word}")


def test_a_negation_that_the_source_shares_passes():
    source = "لم يعلن المدير موعد افتتاح الجسر الجديد."
    assert verdict("لم يعلن المدير موعد افتتاح الجسر.", source) == SUPPORTED


def test_what_the_source_states_beside_a_negation_passes():
    source = "أعلن المدير موعد الافتتاح ولم يعلن مكانه."
    assert verdict("أعلن المدير موعد الافتتاح.", source) == SUPPORTED


def test_a_word_borrowed_from_the_best_passage_is_refused_where_another_is_cited():
    best = passage("افتتح المهندس سامر جسر الوادي أمام المشاة.")
    source = "افتتح المهندس جسر الوادي في احتفال كبير حضره سكان الحي."
    sentence = "افتتح المهندس سامر جسر الوادي في احتفال كبير."
    assert verdict(sentence, source, best=best) == (False, "كلمة من مصدر آخر: سامر")
    assert verdict(sentence.replace(" سامر", ""), source, best=best) == SUPPORTED


def test_a_time_question_is_not_answered_without_a_time():
    source = "افتتح جسر الوادي في 12 مارس أمام المشاة."
    question = "متى افتتح جسر الوادي؟"
    refused = (False, "الجملة لا تذكر موعدا")
    assert verdict("افتتح جسر الوادي أمام المشاة.", source, question=question) == refused
    assert verdict("افتتح جسر الوادي في 12 مارس.", source, question=question) == SUPPORTED


def test_an_amount_question_is_not_answered_without_an_amount():
    question = "كم سفينة وصلت إلى ميناء الزهراء؟"
    refused = (False, "الجملة لا تذكر العدد المطلوب")
    assert verdict("وصلت السفن إلى ميناء الزهراء.", FERRY, question=question) == refused


def test_an_amount_of_something_else_in_the_source_is_no_answer():
    source = "وصلت السفينة إلى ميناء الزهراء وعلى متنها في تلك الرحلة 25 بحارا."
    sentence = "وصلت إلى ميناء الزهراء 25 سفينة."
    refused = (False, "المصدر لا يذكر العدد المطلوب")
    assert verdict(sentence, source, question="كم سفينة وصلت إلى ميناء الزهراء؟") == refused


def test_who_was_asked_about_must_stand_in_the_source():
    source = "حضر كمال لقاء الوفدين في قاعة البلدية."
    question = "من كان المترجم في لقاء الوفدين؟"
    refused = (False, "المصدر لا يذكر ما سُئل عنه: مترجم")
    assert verdict("المترجم في لقاء الوفدين كمال.", source, question=question) == refused


def test_words_that_neither_source_nor_question_has_are_refused_by_name():
    sentence = "كلف ترميم متحف الموانئ 28 مليون دينار جمعها صيادون."
    assert verdict(sentence, MUSEUM) == (False, "كلمات لا ترد في المصدر: صياد")


def test_a_sentence_mostly_of_other_words_is_refused_with_its_share():
    sentence = "ترميم القلعة القديمة مستمر."
    assert verdict(sentence, MUSEUM) == (False, "المصدر لا يغطي إلا 25% من كلمات الجملة")


def test_words_of_the_title_count_as_the_source():
    citations = cited("كلف الترميم 28 مليون دينار.", "متحف الموانئ")
    found = Checker().check("كلف ترميم متحف الموانئ 28 مليون دينار.", citations)
    assert (found.is_supported, found.reason) == SUPPORTED


def test_a_sentence_of_function_words_or_without_citations_is_refused():
    assert verdict("هذا هو.", MUSEUM) == (False, "جملة بلا مضمون")
    assert not Checker().check("وصلت السفينة إلى الميناء.", ()).is_supported
