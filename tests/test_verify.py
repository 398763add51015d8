import time

import pytest
from benchmark_scripts import benchmark

from rag.types import Citation, Document, passage_of
from rag.verify import Checker
from rag.verify.reading import read

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


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("بلغ عدد الركاب 300 راكب.", "بلغ عدد الركاب 27 ألفا و300 راكب."),
        ("شارك في السباق 200 عداء.", "شارك في السباق ألف و200 عداء."),
        ("كلف الجسر 200 مليون دينار.", "كلف الجسر 3 مليارات و200 مليون دينار."),
    ],
)
def test_the_end_of_a_number_is_no_number_of_its_own(sentence, source):
    assert not verdict(sentence, source)[0]
    assert verdict(source, source) == SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("زار الوفد مدينة حلب.", "أكد الناطق أمس أنه ما زار الوفد مدينة حلب."),
        ("كان الوزير يعلم بالصفقة.", "ما كان الوزير يعلم بالصفقة."),
        ("سمح القاضي بأن يسافر المتهم.", "سمح القاضي بألا يسافر المتهم."),
        ("استقال الوزير أمس.", "هل استقال الوزير أمس؟"),
        ("الجسران مغلقان.", "ليسا مغلقين، الجسران."),
    ],
)
def test_every_form_of_a_denial_or_a_question_is_read(sentence, source):
    assert not verdict(sentence, source)[0]


@pytest.mark.parametrize(
    "source", ["نشرت الصحيفة كل ما قاله الوزير أمس.", "عاد بعد ما زار الوفد مدينة حلب."]
)
def test_what_is_no_denial_where_it_only_stands_for_a_thing(source):
    assert verdict(source, source) == SUPPORTED


def test_who_denies_may_stand_far_before_what_is_denied():
    far = (
        " في حديث طويل إلى الصحف وأمام عدد كبير من سكان الأحياء التي يمر بها الخط الجديد في وسط"
        " المدينة القديمة أن كلفة المترو بلغت 9 مليارات دينار."
    )
    sentence = "بلغت كلفة المترو 9 مليارات دينار."
    assert verdict(sentence, f"أعلن الوزير{far}") == SUPPORTED
    assert not verdict(sentence, f"نفى الوزير{far}")[0]


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
        ("حريق المصنع تحت السيطرة.", "حريق المصنع ليس تحت السيطرة.", "السيطره"),
        ("حريق المصنع ليس تحت السيطرة.", "حريق المصنع تحت السيطرة.", "السيطره"),
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


def test_a_latin_name_with_accents_is_one_word():
    source = "صدرت رواية Les Désorientés في باريس."
    assert verdict(source, source) == SUPPORTED
    assert verdict("صدرت رواية Orientés في باريس.", source) == (
        False,
        "اسم لا يرد في المصدر: orientés",
    )


def test_words_that_the_source_does_not_have_are_refused_by_name():
    sentence = "كلف ترميم متحف الموانئ 28 مليون دينار جمعها صيادون."
    assert verdict(sentence, MUSEUM) == (False, "كلمات لا ترد في المصدر: صيادون")


def test_one_strange_word_in_a_long_sentence_is_refused_too():
    rest = (
        "مدينة ساحلية قديمة تقع عند مصب نهر العاصم بين جبلين عاليين ويعيش فيها صيادون وتجار"
        " ونساجون وبحارة ومزارعون كثيرون قدموا من القرى المجاورة والجبال البعيدة في القرن الماضي"
        " هربا من الجفاف والجراد."
    )
    assert verdict(f"الزهراء {rest}", f"الزهراء {rest}") == SUPPORTED
    assert verdict(f"المرجان {rest}", f"الزهراء {rest}") == (
        False,
        "كلمات لا ترد في المصدر: المرجان",
    )


def test_a_number_is_not_said_more_often_than_the_source_has_it():
    source = "كان أكبر موانئ البلاد بين عامي 1962 و2004."
    assert verdict("كان أكبر موانئ البلاد بين عامي 1962 و1962.", source) == (
        False,
        "رقم لا يرد في المصدر: 1962",
    )


@pytest.mark.parametrize(
    ("sentence", "source", "word"),
    [
        (
            "عملت الجمعية حتى سقوط الحكومة في يوليو 1991.",
            "عملت الجمعية حتى سقوط الحكومة (عام 1991). حُلت المنظمة رسميا في يوليو 1991.",
            "month7",
        ),
        (
            "الملعب محاط بملعب ولاية النخيل الذي يلعب في الدوري الممتاز.",
            "الملعب محاط بملعب ولاية النخيل. وهو ملعب نادي النخيل الذي يلعب في الدوري الممتاز.",
            "يلعب",
        ),
        (
            "تشمل المنطقة الساحل، وشمال الجزيرة بموقعها بين البحرين.",
            "تشمل المنطقة الساحل، والهضبة. تصل بين جنوب القارة وشمال الجزيرة بموقعها بين البحرين.",
            "تشمل",
        ),
    ],
)
def test_two_sentences_are_not_joined_in_the_middle(sentence, source, word):
    assert verdict(sentence, source) == (False, f"موضع الكلمة يختلف عن المصدر: {word}")


def test_a_word_of_the_question_is_no_excuse():
    question = "هل جمع صيادون كلفة ترميم متحف الموانئ؟"
    sentence = "كلف ترميم متحف الموانئ 28 مليون دينار جمعها صيادون."
    assert verdict(sentence, MUSEUM, question=question) == (
        False,
        "كلمات لا ترد في المصدر: صيادون",
    )


def test_words_of_the_title_count_as_the_source():
    citations = cited("كلف الترميم 28 مليون دينار.", "متحف الموانئ")
    found = Checker().check("كلف ترميم متحف الموانئ 28 مليون دينار.", citations)
    assert (found.is_supported, found.reason) == SUPPORTED


def test_a_sentence_of_function_words_or_without_citations_is_refused():
    assert verdict("هذا هو.", MUSEUM) == (False, "جملة بلا مضمون")
    assert not Checker().check("وصلت السفينة إلى الميناء.", ()).is_supported


BUDGET = "رفع البنك سعر الفائدة إلى 18 بالمئة يوم 21 مارس، بعد أن كان 16 بالمئة في يناير."
CUP = "هزم سامي الخطيب منافسه كريم نصار في نهائي بطولة الميناء أمام أكثر من 900 متفرج."


TRAVELLER = (
    "سليم بن نعمان الدرويش جغرافي ورحالة. وُلد في قرية صغيرة، ثم درس الهندسة في إسطنبول."
    " وقام برحلات طويلة، ودوّن أخبارها في كتابه. دُفن في بلدة قريبة من مسقط رأسه."
)


@pytest.mark.parametrize(
    ("sentence", "source", "reason"),
    [
        (
            "رفع البنك سعر الفائدة إلى 16 بالمئة.",
            BUDGET,
            "الرقم 16 في المصدر لغير ما قيل هنا: الفايده",
        ),
        ("خفض البنك سعر الفائدة إلى 18 بالمئة.", BUDGET, "المصدر يقول خلاف ذلك: خفض وفيه رفع"),
        ("رفع البنك سعر الفائدة يوم 21 مايو.", BUDGET, "كلمات لا ترد في المصدر: month5"),
        ("رفع البنك سعر الفائدة إلى 18 درجة.", BUDGET, "الكمية تختلف عن المصدر: 18 درجه"),
        ("هزم كريم نصار منافسه سامي الخطيب.", CUP, "موضع الكلمة يختلف عن المصدر: منافسه"),
        ("حضر نهائي البطولة أقل من 900 متفرج.", CUP, "الكمية تختلف عن المصدر: 900 متفرج"),
        ("حضر نهائي البطولة آلاف.", CUP, "الكمية تختلف عن المصدر: الاف"),
        (
            "غادر الوفد بعد توقيع العقد.",
            "غادر الوفد قبل توقيع العقد.",
            "موضع الكلمة يختلف عن المصدر: توقيع",
        ),
    ],
)
def test_what_differs_in_one_word_is_refused_with_the_reason(sentence, source, reason):
    assert verdict(sentence, source) == (False, reason)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("سعر الفائدة 18%.", BUDGET),
        ("رفع البنك سعر الفائدة في 21 آذار.", BUDGET),
        ("سامي الخطيب هزم منافسه كريم نصار.", CUP),
        ("شهد المباراة مئات.", "شهد المباراة 900 متفرج."),
        ("أدرجت المنظمة القلعة في القائمة.", "القلعة حصن قديم. أدرجتها المنظمة في القائمة."),
        ("لا يزال الطريق مغلقا.", "ما زال الطريق مغلقا أمام السيارات."),
        ("أقفل السوق يوم 3 كانون الأول.", "أقفل السوق في الثالث من ديسمبر."),
        ("اتسعت القاعة لألفي زائر.", "اتسعت القاعة لـ2000 زائر."),
        ("قام برحلات طويلة دوّن أخبارها في كتابه.", TRAVELLER),
        ("سافر الوفد من عدن يوم الجمعة.", "سافر الوفد الجمعة من عدن."),
    ],
)
def test_another_wording_of_the_same_passes(sentence, source):
    assert verdict(sentence, source) == SUPPORTED


def test_whom_a_text_begins_with_may_be_named_in_short():
    def found(sentence):
        return Checker().check(sentence, cited(TRAVELLER, title=""))

    assert found("درس سليم الدرويش الهندسة في إسطنبول.").is_supported
    misplaced = found("دُفن سليم الدرويش في مسقط رأسه.")
    assert misplaced.reason == "موضع الكلمة يختلف عن المصدر: مسقط"


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("درس كامل الحكيم الهندسة في إسطنبول.", "كامل"),  # told of as somebody's
        ("درس نعمان الدرويش الهندسة في إسطنبول.", "نعمان"),  # a father
        ("وُلد كريم المنفلوطي في قرية صغيرة.", "كريم"),  # named only later
        ("درست ليلى الزين الهندسة في إسطنبول.", "ليلي"),  # a verb of his
        ("أبوه الطبيبة ليلى الزين.", "الطبيبه"),  # of another of his family
    ],
)
def test_whom_a_verb_does_not_mean(sentence, word):
    family = "جغرافي، أبوه الشاعر كامل الحكيم ووالدته الطبيبة ليلى الزين."
    text = f"{TRAVELLER.replace('جغرافي ورحالة.', family)} وزار صديقه كريم المنفلوطي بغداد."
    found = Checker().check(sentence, cited(text, title=""))
    assert found.reason == f"موضع الكلمة يختلف عن المصدر: {word}"


def test_a_name_from_the_question_does_not_stand_for_another_ones_pronoun():
    text = "يحدها من الشمال الوادي الأخضر. وعاصمتها مدينة النخيل."
    iran = passage_of(Document.of("الرملة", text), 0, len(text))
    citation = Citation(1, iran, 0, len(text))

    def holds(sentence, question):
        return Checker().check(sentence, (citation,), question=question).is_supported

    assert holds("يحد الرملة من الشمال الوادي الأخضر.", "ما الذي يحد الرملة من الشمال؟")
    assert not holds("يحد السدرة من الشمال الوادي الأخضر.", "ما الذي يحد السدرة من الشمال؟")
    assert holds("عاصمة الرملة مدينة النخيل.", "ما عاصمة الرملة؟")
    assert not holds("عاصمة السدرة مدينة النخيل.", "ما عاصمة السدرة؟")


def test_a_number_that_no_rule_reads_is_no_amount_for_a_vague_word():
    accepted, _ = verdict("زار المعرض مئات.", "زار المعرض أناس كثيرون في 12.5.2016 وفق البلدية.")
    assert not accepted


def test_the_subject_may_come_from_the_passage_around_the_cited_words():
    text = "ولد الرسام نديم قاسم في حلب. وأقام معرضه الأول في بيروت عام 1957."
    start = text.index("وأقام")
    citation = Citation(1, passage(text), start, len(text))
    checker = Checker()
    assert checker.check("أقام نديم قاسم معرضه الأول في بيروت.", (citation,)).is_supported
    assert not checker.check("ولد الرسام نديم قاسم في حلب.", (citation,)).is_supported


def test_words_of_the_question_may_stand_before_the_answer():
    source = "وفي عام 1990 أسس المهندس سليم حداد، بعد عودته من الهجرة، مصنع الزجاج."
    question = "ماذا فعل سليم حداد بعد عودته من الهجرة؟"
    sentence = "بعد عودته من الهجرة أسس سليم حداد مصنع الزجاج."
    assert verdict(sentence, source, question=question) == SUPPORTED


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("بين ثلاثة وخمسة أعشاش", [("3", "", ""), ("5", "thing", "")]),
        ("ما لا يقل عن 17 شخصا", [("17", "thing", "more")]),
        ("مليون ومئة ألف دينار", [("1100000", "money", "")]),
        ("في الخامس والعشرين من آذار", [("25", "date", "")]),
        ("بنسبة عشرين بالمئة عام 1990", [("20", "percent", ""), ("1990", "year", "")]),
        ("الدورة التاسعة والعشرون", []),
    ],
)
def test_amounts_are_read_with_what_they_count_and_their_bound(text, amounts):
    found = [w.amount for w in read(text) if w.amount]
    assert [(a.text, a.family, a.bound) for a in found] == amounts


def test_what_comes_before_a_new_clause_is_not_equated_with_it():
    source = "سلوفينيا دولة عاصمتها ليوبليانا، وثاني أكبر مدنها ماريبور."
    wrong = "ثاني أكبر مدن سلوفينيا هي ليوبليانا."
    assert not Checker().check(wrong, cited(source)).is_supported


def test_months_have_one_form_in_all_calendars():
    forms = {read(f"يوم {name}")[-1].form for name in ("7 يوليو", "7 تموز", "7 جويلية", "7 يوليوز")}
    assert forms == {"month7"}


@pytest.mark.parametrize(
    ("sentence", "source", "limit"),
    [
        ("المدينة أكبر مدن الإقليم.", "المدينة ثاني أكبر مدن الإقليم.", "ثاني"),
        ("كان سالم أشهر أطباء المدينة.", "كان سالم أحد أشهر أطباء المدينة.", "احد"),
        ("يعد الميناء أهم موانئ الساحل.", "يعد الميناء من أهم موانئ الساحل.", "من"),
        ("افتتحت أول مصنع لها في فنلندا.", "افتتحت أول مصنع لها خارج السويد في فنلندا.", "السويد"),
        ("أقدم جامعة هي القرويين.", "أقدم جامعة في أفريقيا هي القرويين.", "افريقيا"),
        ("يعمل سكان المدينة في السجاد.", "يعمل معظم سكان المدينة في السجاد.", "معظم"),
        ("شغل كريم منصب رئيس الوزراء.", "شغل كريم منصب نائب رئيس الوزراء.", "نايب"),
        ("اغتيال الملك في قصره.", "حاول الحرس اغتيال الملك في قصره.", "حاول"),
        ("كانت المدينة مهجورة.", "كانت المدينة شبه مهجورة.", "شبه"),
        ("ينبع النهر من الجبل.", "يُعتقد أن النهر ينبع من الجبل.", "يعتقد"),
        ("بوتين زار كييف.", "نفى الكرملين أن بوتين زار كييف.", "نفي"),
        ("فاز الفريق بالمباراة.", "لو فاز الفريق بالمباراة لتأهل.", "فاز"),
        ("الشاعر ولد في حلب.", "قد يكون الشاعر ولد في حلب.", "الشاعر"),
        ("ستفوز مصر بالكأس.", "ستفوز مصر بالكأس إذا غلبت تونس.", "غلبت"),
        ("تغطي الحقول الإقليم كله.", "تغطي الحقول الإقليم كله باستثناء الجبل.", "باستثنا"),
        ("زار الرئيس المدينة.", "زار الرئيس السابق المدينة.", "السابق"),
        ("اجتاز الفريق الدور.", "اجتاز الفريق بالكاد الدور.", "بالكاد"),
        ("قبته أوسع القباب.", "قبته أوسع القباب في الساحل الغربي.", "الساحل"),
        ("هاجم الملك العاصمة.", "كان الملك ينوي مهاجمة العاصمة.", "ينوي"),
        ("يتسع الملعب لألف متفرج.", "كان الملعب يتسع لألف متفرج.", "كان"),
    ],
)
def test_what_a_source_bounds_is_not_said_without_the_bound(sentence, source, limit):
    assert verdict(sentence, source) == (False, f"المصدر يقيّد ما قيل هنا: {limit}")
    assert verdict(source, source) == SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        (
            "قال المتحدث باسم الجيش إن قواته صدت الهجوم.",
            "نفى المتحدث باسم الجيش سقوط المدينة، وقال إن قواته صدت الهجوم.",
        ),
        ("المدينة من أكبر مدن الإقليم.", "المدينة واحدة من أكبر مدن الإقليم وأقدمها."),
        ("يضم الفندق بيضة واحدة.", "يضم الفندق العتيق بيضة واحدة من الرخام."),
        ("قد فاز الفريق بالمباراة.", "وقد فاز الفريق أمس بالمباراة."),
        ("وصل الوفد إلى تونس.", "إذا كان المطر شديدا، ووصل الوفد إلى تونس."),
        ("الشركة ستبني مصنعا.", "قالت المديرة إن العمال لن يتأثروا، وإن الشركة ستبني مصنعا."),
    ],
)
def test_what_bounds_something_else_does_not_count(sentence, source):
    assert verdict(sentence, source) == SUPPORTED


@pytest.mark.parametrize("part", ["tune", "report"])
def test_labelled_pairs_are_told_apart_as_well_as_required(part):
    check = benchmark("check")
    pairs = [pair for pair in check.labelled() if pair.part == part]
    if part == "tune":
        pairs = pairs[::4]  # the benchmark takes all of them
    result = check.score(pairs, check.against_passage)
    assert result.pairs >= 130
    assert result.precision >= check.PRECISION
    assert result.recall >= check.RECALL


@pytest.mark.parametrize(
    ("kind", "number"), [("all kinds", 387), ("words left out", 236), ("reworded", 192)]
)
def test_false_drafts_are_not_shown_as_they_were_written(kind, number):
    check = benchmark("check")
    drafts = check.shown(check.DRAFTS[kind])
    assert sum(drafts.values()) == number
    false = sum(number for (label, _), number in drafts.items() if label == "unsupported")
    assert drafts["unsupported", "as written"] <= check.SHOWN * false


def test_pairs_have_ids_of_their_own_and_one_passage_each():
    check = benchmark("check")
    pairs = check.labelled()
    passages = {(pair.id.split("-")[0], pair.passage) for pair in pairs}
    assert len({pair.id for pair in pairs}) == len(pairs)
    assert len(passages) == len({number for number, _ in passages})
    assert 0.4 < sum(pair.is_supported for pair in pairs) / len(pairs) < 0.5


def test_a_long_passage_is_checked_in_a_fraction_of_a_second():
    text = " ".join(f"زار الوفد المصنع رقم {n} في مدينة الميناء يوم الأحد." for n in range(40))
    start = time.process_time()
    Checker().check("زار الوفد المصنع رقم 25 في مدينة الميناء.", cited(text))
    assert time.process_time() - start < 1
