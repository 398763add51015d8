import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.arabic import (
    STOP_WORDS,
    analyse,
    asked_for,
    content_stems,
    focus,
    in_standard,
    matched_terms,
    sound_key,
    stem,
    words,
)
from rag.arabic.keys import word_terms

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
WORD = st.text(alphabet=LETTERS, min_size=1, max_size=12)


@pytest.mark.parametrize(
    "spellings",
    [
        "شويغو شويجو شويقو",
        "غوتيريش جوتيريش غوتيرش",
        "بيونغ بيونج",
        "گوگل غوغل جوجل قوقل",
        "تولستوي طولسطوي",
        "فولكسفاغن ڤولكسڤاگن فولكسڤاجن",
        "چرچل كركل",
    ],
)
def test_spellings_of_a_foreign_name_share_a_key(spellings):
    assert len({sound_key(word) for word in words(spellings)}) == 1


@pytest.mark.parametrize("names", ["بوتين بايدن", "شويغو شولتس", "طوكيو كييف", "غزة جدة"])
def test_different_names_have_different_keys(names):
    assert len({sound_key(word) for word in words(names)}) == 2


def test_a_broken_plural_has_the_key_of_its_singular():
    for pair in ("صاروخ الصواريخ", "مصنع المصانع", "قارب القوارب"):
        assert len({sound_key(word) for word in words(pair)}) == 1


def test_a_stem_of_weak_letters_is_its_own_key():
    assert [sound_key(word) for word in words("وادي آية يوم")] == ["واد", "ايه", "يوم"]


@given(WORD)
def test_every_word_has_a_key_and_no_term_is_empty(word):
    assert sound_key(word)
    assert all(word_terms(word))
    assert all(term.startswith("_") for term in word_terms(word)[1:])


@given(WORD.filter(lambda word: len(word) >= 7), st.data())
def test_a_word_with_one_wrong_letter_keeps_terms(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(LETTERS))
    assert set(word_terms(word)) & set(word_terms(word[:at] + letter + word[at + 1 :]))


def test_a_short_name_without_its_vowel_is_found_by_its_edge():
    assert set(word_terms("بوتين")) & set(word_terms("بوتن")) == {"_<بوت"}
    assert not set(word_terms("بوتين")) & set(word_terms("ربوتن"))


def test_the_gram_of_an_article_is_left_out_and_no_other():
    assert word_terms("الكتاب")[1:] == ["_الكت", "_لكتا", "_كتاب", "_تاب>"]
    assert word_terms("والكتاب")[1] == "_والك"
    assert word_terms("كتاب")[1] == "_<كتا"
    assert word_terms("ال")[1:] == ["_<ال>"]


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("ستة وزراء", "6"),
        ("خمسة وعشرون عاما", "25"),
        ("عام ألفين وأربعة عشر", "2014"),
        ("ثلاثمئة ألف نازح", "300000"),
        ("٢٬٥٠٠ راكب", "2500"),
    ],
)
def test_a_number_is_one_term_however_it_is_written(written, digits):
    assert digits in analyse(written)
    assert digits in analyse(f"{digits} مقاعد")


def test_a_number_in_digits_counts_once():
    assert analyse("2024").count("2024") == 1


# What matched


def test_matched_terms_are_those_bm25_counts():
    question, text = "متى زار السفير شويغو ست مدن؟", "زيارة شويجو إلى 6 مدن صينية"
    matched = matched_terms(question, text)
    assert {term for terms in matched.values() for term in terms} == (
        set(analyse(question)) & set(analyse(text))
    )
    assert matched["6"] == ["6"]
    assert "شك" in matched["شويغو"]
    assert "السفير" not in matched


def test_without_a_shared_term_nothing_matched():
    assert matched_terms("متى؟", "متى كان ذلك") == {}
    assert matched_terms("تحلية المياه", "حصاد القمح") == {}


# Dialects


@pytest.mark.parametrize(
    ("questions", "kind"),
    [
        ("إمتى ايمتى متى فوقاش وقتاش", "time"),
        ("كام قديش كم جم شحال", "amount"),
    ],
)
def test_a_question_word_asks_the_same_in_every_dialect(questions, kind):
    for word in questions.split():
        assert asked_for(f"{word} وصلت السفينة؟").kind == kind, word


@pytest.mark.parametrize("word", "مين شكون منو شو وش شنو ايه من".split())
def test_what_is_asked_about_follows_the_question_word_of_a_dialect(word):
    assert focus(f"{word} المترجم في الاجتماع؟") == stem("المترجم")


@pytest.mark.parametrize(
    "question",
    [
        *("إمتى زار بوتين الصين؟", "فين بوتين؟", "إزاي سافر؟", "ليه سافر؟", "مين زار؟", "كام يوم؟"),
        *("ايمتى سافر؟", "وين بوتين؟", "ليش سافر؟", "شو قال؟", "قديش الكلفة؟"),
        *("وش قال؟", "منو زار؟", "جم يوم؟", "شلون سافر؟"),
        *("فوقاش سافر؟", "علاش سافر؟", "شكون زار؟", "شحال من يوم؟", "شنو قال؟", "كيفاش سافر؟"),
    ],
)
def test_the_question_words_of_dialects_carry_no_topic(question):
    asking = words(question)[0]
    assert asking in STOP_WORDS
    assert stem(asking) not in content_stems(question)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("ألبرت أينشتاين مات سنة كام؟", "time"),
        ("اتولد في شهر إيه؟", "time"),
        ("بأي سنة انبنى البرج؟", "time"),
        ("المدينة مساحتها قد إيه؟", "amount"),
        ("كام سنة قعد في الحكم؟", "amount"),
    ],
)
def test_what_is_asked_for_may_stand_behind_its_noun_in_dialect(question, kind):
    assert asked_for(question).kind == kind


@pytest.mark.parametrize(
    ("question", "standard"),
    [
        ("فين اتولد نجيب محفوظ؟", "أين ولد نجيب محفوظ؟"),
        ("شكون اللي كتب «الأيام»؟", "من الذي كتب «الأيام»؟"),
        ("فوقاش تزادت أم كلثوم، وشحال عاشت؟", "متى ولدت أم كلثوم، وشحال عاشت؟"),
        ("ليش سكّروا المينا؟", "لماذا سكّروا المينا؟"),
        ("إِيه عاصمة البلد ديال الأطلس", "ما عاصمة البلد الأطلس"),
        ("فين كايعيشو الطيور اللي بتاكل السمك؟", "أين يعيشون الطيور الذي تأكل السمك؟"),
        ("كم واحد بيستعملوا الخط؟", "كم واحد يستخدمون الخط؟"),
        ("امتى بيحتفلو بالعيد وشو بيسموه؟", "متى يحتفلون بالعيد ما يسمونه؟"),
        ("ليش بينتهو هون؟", "لماذا ينتهون هون؟"),
    ],
)
def test_dialect_words_are_put_into_standard_arabic(question, standard):
    assert in_standard(question) == standard


@pytest.mark.parametrize(
    "question",
    [
        "من كتب  «الأيام»؟",
        "في أية دولة عربية يقع وادي النيل؟",
        "متى انتهى لقاء الفريقين في دي برسي؟",
        "إلى ماذا أدّت آية المباهلة وأين نزلت؟",
        "من هما أول رائدين؟",
        "كيف صار جون كيري وزيرا، ومتى زار بيرو وكايرو؟",
        "ما الهواية التي اشتهرت بها أمته؟",
        "هل تجوز الزكاة على بدو الصحراء في السنوات التي تلت الحرب؟",
        "بم اتسمت رحلة أول طيارة مصرية، وأين متاعها؟",
        "من عازف كمان لحن «تنين كومودو» في شعرٍ ذي بعدين؟",
        "من قام بتولي الحكم واتهم بتلقي الرشوة في بيجي، وهل هما كاتبان؟",
        "أين أعمق هوة، وكم كاتبات عربيات زرن الجنرال مينو؟",
        "Who wrote it?",
        "ديال",
        "",
    ],
)
def test_a_question_in_standard_arabic_stays_as_it_is(question):
    assert in_standard(question) == question
