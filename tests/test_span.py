import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.span import is_cut_from, span_of

BRIDGE = (
    "افتتح رئيس البلدية جسر الوادي أمس، وقال المهندس طارق السالمي إن بناء الجسر استغرق"
    " ثلاث سنوات وكلف 14 مليون دينار، وإن العمال الذين شاركوا فيه جاؤوا من قرى الوادي"
    " كلها ومن مدن الساحل القريبة."
)
COST = "كم كلف بناء جسر الوادي؟"


def span(draft, quote, question, longest=25):
    found = span_of(draft, quote, question=question, longest=longest)
    return quote[slice(*found)] if found else None


def test_a_short_source_is_the_span_as_a_whole():
    quote = "بنى الجسر المهندس طارق السالمي بعد السيول."
    assert span("طارق السالمي.", quote, "من بنى الجسر؟") == quote


def test_a_long_source_gives_whole_clauses_around_what_the_draft_adds():
    whole, _, _ = BRIDGE.partition(" وإن العمال")
    assert span("كلف بناء الجسر 14 مليون دينار.", BRIDGE, COST) == whole


def test_a_span_is_a_few_words_longer_so_that_it_has_its_beginning():
    clause = "وقال المهندس طارق السالمي إن بناء الجسر استغرق ثلاث سنوات وكلف 14 مليون دينار،"
    assert len(clause.split()) == 14
    assert span("كلف بناء الجسر 14 مليون دينار.", BRIDGE, COST, longest=11) == clause


@pytest.mark.parametrize(
    ("longest", "end"),
    [(19, "ضيوفه الكثر."), (13, "قرية الوادي"), (10, "السالمي"), (6, "السالمي")],
)
def test_a_span_loses_its_end_before_its_beginning_and_no_word_hangs_on_what_is_lost(longest, end):
    visit = (
        "زار الوفد معمل النسيج الذي بناه المهندس طارق السالمي في قرية الوادي على ضفة النهر"
        " الكبير في الصيف الماضي مع ضيوفه الكثر."
    )
    found = span("طارق السالمي.", f"وصل الوفد، {visit}", "من بنى معمل النسيج؟", longest)
    assert found == visit[: visit.index(end) + len(end)]


def test_a_span_is_not_longer_than_it_may_be_where_its_beginning_is_far():
    found = span("14 مليون دينار.", BRIDGE, COST, longest=5)
    assert found == "سنوات وكلف 14 مليون دينار،"


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        ("كلف بناء جسر الوادي 41 مليون دينار.", "another number"),
        ("كلف بناء جسر الوادي الكثير من المال والجهد.", "other words"),
        ("كلف بناء جسر الوادي.", "nothing but the question"),
        ("المهندس طارق السالمي.", "no amount"),
        ("رئيس البلدية والعمال ومدن الساحل.", "all over the source"),
        ("", "nothing"),
    ],
)
def test_a_draft_that_points_at_no_answer_in_the_source_has_no_span(draft, why):
    quote = BRIDGE if why != "no amount" else BRIDGE.replace("ثلاث سنوات وكلف 14 مليون", "زمنا")
    assert span(draft, quote, COST) is None, why


def test_the_thing_counted_may_have_another_name_in_the_source():
    quote = "وتختبر الشركة مئة نوع من النبات كل عام."
    assert span("تختبر الشركة مئة نوع.", quote, "كم صنفا تختبر الشركة؟") == quote
    assert span("ستة مصانع.", "زار الوفد ستة مصانع.", "كم يوما بقي الوفد؟") is None


def test_a_span_does_not_begin_where_its_governing_word_is_missing():
    quote = (
        "ونفى الناطق باسم الحكومة في بيان مطول نشرته الصحف كلها صباح اليوم وقرأه الناس في الأسواق"
        " والمقاهي والبيوت ونقلته عنهم قنوات وإذاعات كثيرة، أن الجسر انهار بسبب السيول."
    )
    assert span("انهار الجسر بسبب السيول.", quote, "لماذا انهار الجسر؟") is None


def test_a_bracket_without_its_other_half_is_left_out():
    quote = (
        "مدينة الميناء (وتسمى أيضا مدينة البحارة عند أهل الجبال، وقد ذكرها الرحالة"
        " في كتبهم القديمة مرارا وأحبوها وسكنوها) عاصمة إقليم الساحل ومقر حاكمه منذ قرن."
    )
    found = span("عاصمة إقليم الساحل.", quote, "أين مقر الحاكم؟", longest=12)
    assert found == "عاصمة إقليم الساحل ومقر حاكمه منذ قرن."


def test_other_scripts_in_a_draft_do_not_count():
    quote = "ويسمى برنامج الحضور في الجامعة «حاضر» منذ عامين."
    assert span('برنامج الحضور هو "حاضر" (Haydar).', quote, "ما اسم برنامج الحضور؟") == quote


def test_a_draft_that_goes_on_for_long_points_with_what_it_begins_with():
    start = "الدواء مادة تستعمل في علاج الأمراض"
    quote = f"{start}، وتصنعه شركات كثيرة في بلدان الشرق وتبيعه الصيدليات في كل مدينة وقرية بعيدة."
    assert span(f"{quote} " * 3, quote, "ما هو الدواء؟", longest=6) == f"{start}،"


@pytest.mark.parametrize(
    ("sentence", "is_cut"),
    [
        ("زار الوفد التونسي المصنع الجديد بعد الغداء.", True),
        ("زار الوفد المصنع بعد الغداء.", False),  # words from within a clause
        ("زار الوفد التونسي المصنع الجديد.", False),
        ("استقبل المدير الوفد.", False),  # «حيث» is left out
        ("المصنع زار الوفد.", False),  # turned round
        ("زار الوفد المرفأ.", False),  # another word
        ("كان الوفد في المصنع.", False),  # a word more
        ("الوفد التونسي المصنع الجديد.", False),  # without its verb
        ("زار وفد المصنع.", False),  # another form
        ("الكبير الوفد.", False),  # of whom something else is said
        ("", False),
    ],
)
def test_a_sentence_is_cut_from_its_source_or_not(sentence, is_cut):
    quote = "وأمس، زار الوفد التونسي المصنع الجديد بعد الغداء، حيث استقبل المدير الكبير الوفد."
    assert is_cut_from(sentence, quote) is is_cut


def test_what_an_article_only_reports_is_not_cut_from_it():
    denied = "ونفى الكرملين في بيان أن بوتين زار كييف سرا، وقد تحدثت عنه الصحف."
    assert not is_cut_from("بوتين زار كييف سرا.", denied)
    assert is_cut_from("نفى الكرملين في بيان أن بوتين زار كييف سرا.", denied)


def test_a_part_may_begin_with_what_is_no_word():
    quote = "وتحدثت الصحف عن المدينة وعن أهلها كثيرا، — – الميناء القديم مفتوح للزوار."
    found = span("الميناء القديم مفتوح للزوار.", quote, "أين الزوار؟", longest=6)
    assert found == "— – الميناء القديم مفتوح للزوار."


def test_a_bracket_may_be_left_out_from_within_a_clause():
    quote = "تمتد البلاد على 9.6 مليون كيلومتر (3.7 مليون ميل) في شرق القارة، وهي جبلية."
    assert is_cut_from("تمتد البلاد على 9.6 مليون كيلومتر في شرق القارة.", quote)
    assert not is_cut_from("تمتد البلاد على مليون كيلومتر في شرق القارة.", quote)


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("قدم رئيس البلاد استقالته.", "قدم مستشار رئيس البلاد استقالته."),
        ("سيعرض اللوح في المتحف.", "سيعرض اللوح في المتحف، وذلك إذا لم تعترض الوزارة."),
        ("تمكن الجيش من دخولها.", "تمكن الجيش من حصارها دون دخولها."),
        ("لد الرسام في القرية.", "ولد الرسام في القرية، وترعرع في المدينة."),
        ("احتل المركز الثالث.", "احتل المركز الثالث عشر، وعاد مسرورا."),
        ("توفي الملك عام 323.", "توفي الملك عام 323 قبل الميلاد، في قصره."),
        ("دامت الرحلة ثلاث ساعات.", "دامت الرحلة ثلاث ساعات ونصف الساعة، ثم عاد."),
        ("سيعقد اللقاء في جدة.", "سيعقد اللقاء في جدة، أو في الرياض، يوم الأحد."),
        ("تبدأ الأشغال في مايو.", "تبدأ الأشغال في مايو، إن وافق المجلس."),
        ("قتل القائد في المعركة.", "بحسب رواية غير مؤكدة، قتل القائد في المعركة."),
        ("يبلغ الراتب 500 دولار.", "يبلغ الراتب 500 دولار في الأسبوع، كما في العقد."),
    ],
)
def test_what_bounds_a_sentence_is_not_left_out_of_it(sentence, quote):
    assert not is_cut_from(sentence, quote)


WORDS = st.lists(
    st.sampled_from(
        'زار الوفد المصنع، (الجديد) 14 مليون «أمس» أن قال. كم متى Haydar ) « " …'.split()
    ),
    max_size=40,
).map(" ".join)


@given(draft=WORDS, quote=WORDS, question=WORDS, longest=st.integers(1, 30))
def test_a_span_is_whole_words_of_the_source_and_not_too_long(draft, quote, question, longest):
    found = span_of(draft, quote, question=question, longest=longest)
    if found is not None:
        start, end = found
        assert 0 <= start < end <= len(quote)
        assert 1 <= len(quote[start:end].split()) <= longest + 3
        assert quote[start:end] == " ".join(quote[start:end].split())
        assert quote[:start].endswith(" ") or start == 0
        assert quote[end:].startswith(" ") or end == len(quote)
    is_cut_from(draft, quote)
