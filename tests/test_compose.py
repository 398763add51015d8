from dataclasses import replace

import numpy as np
import pytest

from rag.compose import Composer
from rag.embed.interaction import Nearness
from rag.types import DECLINED, Document, Evidence, passage_of
from rag.verify import Checker

COST = "كلف ترميم متحف الموانئ 28 مليون دينار جمعها تجار المدينة."
OPENING = "وفتح متحف الموانئ أبوابه أمام الزوار في الربيع."
HARVEST = "أنتجت واحة أم العيون 38 ألف طن من التمور هذا الموسم."
QUESTION = "كم كلف ترميم متحف الموانئ؟"
COMPOSER = Composer(Checker())


def evidence(*texts):
    """The texts as pieces of evidence, each from the middle of an article of its own."""
    documents = [Document.of("خبر محلي", f"مقدمة. {text} خاتمة.") for text in texts]
    return [
        Evidence(number, passage_of(d, 3, len(d.text)), 7, 7 + len(text))
        for number, (d, text) in enumerate(zip(documents, texts, strict=True), start=1)
    ]


def compose(draft, found, question=QUESTION, composer=COMPOSER):
    written = composer.checked(draft, found, question=question)
    return composer.finished(written, found, question=question)


def texts(sentences):
    return [sentence.text for sentence in sentences]


def length(sentences):
    return sum(len(sentence.text.split()) for sentence in sentences)


DETAILED = "كلف ترميم متحف الموانئ 28 مليون دينار، جمعها تجار المدينة وأصحاب السفن والعمال."


def test_an_answered_sentence_is_followed_by_the_words_it_rests_on():
    draft = "كلف ترميم متحف الموانئ 28 مليون دينار [1]."
    status, sentences = compose(draft, evidence(DETAILED, HARVEST, OPENING))
    assert status == "answered"
    assert texts(sentences) == [
        "كلف ترميم متحف الموانئ 28 مليون دينار.",
        f"«{DETAILED}»",
        f"«{HARVEST}»",
    ]
    assert [[c.number for c in s.citations] for s in sentences] == [[1], [1], [2]]
    assert sentences[0].citations[0].quote == DETAILED


def test_another_article_is_quoted_only_where_it_is_nearly_as_near():
    found = evidence(DETAILED, HARVEST, OPENING)
    best, far, near = (replace(e, score=s) for e, s in zip(found, (5.0, 3.4, 3.6), strict=True))
    for draft, status in [("كلف الترميم 28 مليون دينار [1].", "answered"), ("لا أعرف.", "quoted")]:
        said, sentences = compose(draft, [best, far, near])
        assert (said, texts(sentences)) == (status, [f"«{DETAILED}»", f"«{OPENING}»"])
    same = replace(far, passage=best.passage, start=3, end=10)
    assert [s.citations[0].number for s in compose("لا أعرف.", [best, same])[1]] == [1, 2]


@pytest.mark.parametrize(
    ("again", "is_quoted"),
    [
        ("وكلف ترميم متحف الموانئ القديم 28 مليون دينار جمعها تجار المدينة.", False),
        ("وكلف ترميم متحف الموانئ القديم 41 مليون دينار جمعها تجار المدينة.", True),
        ("وكلف ترميم متحف الموانئ 28 مليون دينار جمعها البحارة في أربعة مواسم للصيد.", True),
    ],
)
def test_what_says_hardly_more_than_a_quotation_is_not_quoted(again, is_quoted):
    _, sentences = compose("28 مليون دينار [1].", evidence(COST, again))
    assert texts(sentences) == [f"«{COST}»", *([f"«{again}»"] * is_quoted)]


@pytest.mark.parametrize(
    ("question", "status"), [("من هو سالم الرملي؟", "quoted"), ("متى عاش سالم الرملي؟", "answered")]
)
def test_years_in_brackets_do_not_tell_who_somebody_was(question, status):
    told = "سالم الرملي (1890-1955) رسام من مدينة الميناء رسم السفن والصيادين والأسواق القديمة."
    found, [answer, *_] = compose("سالم الرملي (1890-1955).", evidence(told), question)
    assert found == status
    assert answer.text == (f"«{told}»" if status == "quoted" else "سالم الرملي (1890-1955).")


SIDON = (
    "صيدا (باليونانية: Sidon، وبالفينيقية: صيدون، وكانت تسمى صيدون الكبرى) هي مدينة ساحلية فتحها"
    " العثمانيون وبنوا فيها خانا كبيرا للتجار."
)


@pytest.mark.parametrize(
    ("title", "begins"),
    [
        ("صيدا", "«صيدا … هي مدينة ساحلية"),
        ("مدينة صيدا", "«صيدا … هي مدينة ساحلية"),
        ("لبنان", "«…هي مدينة ساحلية"),
        ("", "«…هي مدينة ساحلية"),
    ],
)
def test_what_an_article_is_called_stands_before_what_it_is(title, begins):
    document = Document.of(title, SIDON)
    found = [Evidence(1, passage_of(document, 0, len(SIDON)), 0, len(SIDON))]
    composer = Composer(Checker(), longest_sentence=12)
    _, [answer, *rest] = compose("مدينة ساحلية.", found, "ما هي صيدا؟", composer)
    assert answer.text.startswith(begins)
    is_named = "…" not in begins[:2]
    assert answer.citations[0].quote.startswith("صيدا" if is_named else "هي مدينة")
    assert bool(rest) != is_named  # what stands before «هي» is quoted as well, or said


@pytest.mark.parametrize(("verb", "status"), [("أعلن", "answered"), ("ونفى", "quoted")])
def test_no_part_of_the_source_is_cut_out_from_behind_a_denial(verb, status):
    told = "الكرملين في بيان مطول نشرته الصحف كلها صباح اليوم وقرأه الناس في المقاهي والبيوت"
    quote = f"{verb} {told} زيارة بوتين إلى كييف في مايو بعد أن تحدثت عنها قنوات وإذاعات كثيرة"
    quote += " في مدن أوروبية وقرى كثيرة كبرى وصغرى."
    draft = "كييف في مايو بعد حديث قنوات وإذاعات في مدن أوروبية وقرى كثيرة كبرى وصغرى."
    question = "متى زار بوتين كييف؟"
    found, sentences = compose(draft, evidence(quote, HARVEST), question)
    assert found == status
    assert sentences[0].text.startswith("«…وقرأه") == (status == "answered")


FAR = (
    " في حديث طويل إلى الصحف وأمام عدد كبير من سكان الأحياء التي يمر بها الخط الجديد في وسط"
    " المدينة القديمة"
)
PRICE = "كلفة مترو المنارة بلغت 9 مليارات دينار دفع معظمها من خزانة الدولة في خمسة أعوام متتالية"


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        (f"أعلن الوزير{FAR} أن ", True),
        (f"نفى الوزير{FAR} أن ", False),
        (f"زعمت الصحيفة{FAR} أن ", False),
        (f"لو وافق المجلس{FAR} لكانت ", False),
        (f"لم يعلن الوزير{FAR} أن ", False),
        (f"قال الوزير إنه ما أعلن{FAR} أن ", False),
        (f"نفى الوزير الخبر{FAR}، وقال إن ", True),
    ],
)
def test_what_is_denied_or_only_supposed_is_not_cut_out_however_far_behind(before, is_told):
    found = evidence(f"{before}{PRICE}.")
    composer = Composer(Checker(), longest_words=14)
    [cut] = composer.quoted(found, question="كم بلغت كلفة مترو المنارة؟")
    assert ("9 مليارات" in cut.text) == is_told
    # With nothing to cut out it is quoted from its beginning.
    assert cut.text.startswith("«…") == is_told


@pytest.mark.parametrize("condition", ["إذا بلغت", "بشرط أن تبلغ", "إلا إذا بلغت", "ما لم تبلغ"])
def test_a_condition_is_not_shown_as_the_answer(condition):
    text = f"تؤجل البلدية حفر النفق في الشهر المقبل، {condition} التبرعات 40 مليون دينار."
    composer = Composer(Checker(), longest_sentence=9)
    status, sentences = compose("40 مليون دينار.", evidence(text), "كم تبلغ التبرعات؟", composer)
    assert (status, texts(sentences)) == ("quoted", [f"«{text}»"])


def test_what_is_left_of_a_sentence_is_shown_as_a_part_of_it():
    before = "وفتحت البلدية أبواب المسرح القديم في الصيف"
    after = "وجمع تجار المدينة المال في ثلاثة أعوام كاملة."
    found = evidence(f"{before}، وكلف الترميم كله 28 مليون دينار، {after}")
    composer = Composer(Checker(), longest_sentence=8)
    status, sentences = compose("28 مليون دينار.", found, "كم كلف الترميم؟", composer)
    assert status == "answered"
    assert texts(sentences) == [
        "«…وكلف الترميم كله 28 مليون دينار…»",
        f"«…{after}»",
        f"«{before}…»",
    ]


def test_what_is_left_behind_a_claim_is_not_shown_without_it():
    text = (
        "زعمت الصحيفة أن الوزارة أوقفت المشروع، وكلفته 40 مليون دينار، وأن العمال تركوا الموقع أمس."
    )
    composer = Composer(Checker(), longest_sentence=8)
    _, sentences = compose("كلفته 40 مليون دينار.", evidence(text), "كم كلفة المشروع؟", composer)
    assert all("زعمت" in said or "تركوا" not in said for said in texts(sentences))


def test_a_quotation_is_cut_where_it_holds_the_kind_of_thing_that_is_asked_for():
    talk = "وتحدث الأهالي في المقاهي والأسواق عن " * 2
    text = f"{talk}كلفة ترميم متحف الموانئ التي بلغت أخيرا 28 مليون دينار كاملة."
    [cut] = Composer(Checker(), longest_words=10).quoted(evidence(text), question=QUESTION)
    assert "28 مليون" in cut.text


def test_the_room_that_is_left_is_for_what_holds_the_kind_of_thing_that_is_asked_for():
    talk = "وتحدث الأهالي عن متحف الموانئ وعن مترو المدينة وعن بيوت الصيف وعن قطار الشتاء."
    told = "وبلغت كلفة الترميم 28 مليون دينار."
    composer = Composer(Checker(), longest_words=22)
    found = [replace(item, score=0.0) for item in evidence(f"{OPENING[:-1]} عام 2019.", talk, told)]
    sentences = composer.quoted(found, question=QUESTION)
    assert texts(sentences)[1:] == [f"«{told}»"]
    of_all = composer.quoted(found, question="ماذا في متحف الموانئ؟")
    assert texts(of_all)[1].startswith("«وتحدث")


def nearness(item, *words):
    """Of a question of one word, which is as near as can be to these words of the evidence."""
    row = [float(word.strip(".،") in words) for word in item.quote.split()]
    return {(item.passage.document_id, item.start): Nearness([[0]], np.float32([row]))}


def test_a_quotation_is_cut_where_it_is_nearest_to_the_question_in_whatever_words():
    talk = "وتحدث الأهالي عن مستشفى المدينة في المقاهي والأسواق طوال ذلك اليوم"
    [item] = evidence(f"{talk}، ونقل الجرحى الخمسة كلهم إلى عيادة الميناء القديم.")
    composer = Composer(Checker(), longest_words=9)
    question = "أي مستشفى عالج المصابين؟"
    [by_words] = composer.quoted([item], question=question)
    assert "مستشفى" in by_words.text
    [by_nearness] = composer.quoted([item], question=question, near=nearness(item, "عيادة"))
    assert by_nearness.text == "«…ونقل الجرحى الخمسة كلهم إلى عيادة الميناء القديم.»"


@pytest.mark.parametrize(("word", "is_first"), [("وأوضحت", True), ("أبوابه", False)])
def test_what_is_left_of_a_sentence_gives_way_to_one_that_is_nearer_to_the_question(word, is_first):
    rest = "وأوضحت البلدية ذلك في بيان طويل أصدرته أمس."
    found = evidence(f"كلف ترميم متحف الموانئ 28 مليون دينار، {rest}", OPENING)
    near = {**nearness(found[0], word), **nearness(found[1], word)}
    written = COMPOSER.checked("28 مليون دينار.", found, question=QUESTION)
    composer = Composer(Checker(), longest_sentence=8)
    _, (_, second, third) = composer.finished(written, found, question=QUESTION, near=near)
    quoted = [f"«…{rest}»", f"«{OPENING}»"]
    assert texts([second, third]) == (quoted if is_first else quoted[::-1])


def test_a_unit_is_not_lost_on_the_way():
    text = "حددت الوزارة جرعة الدواء عند 5 μg في اليوم وحرارة المخزن عند 4°."
    [said] = COMPOSER.quoted(evidence(text), question="كم الجرعة؟")
    assert said.text == f"«{text}»"


def test_a_quotation_that_is_cut_does_not_lose_its_negation():
    end = "تستطيع البلدية بيع أرض المرفأ القديم للشركة في هذا الربيع"
    denied = f"وأوضح الناطق في حديث طويل إلى الصحف أن الأسعار مرتفعة وأنه لا {end}."
    short = Composer(Checker(), longest_words=len(end.split()))
    [said] = short.quoted(evidence(denied), question=f"هل {end}؟")
    assert "لا تستطيع البلدية" in said.text
    assert length([said]) <= len(end.split())


def test_the_source_speaks_where_what_the_model_wrote_is_hardly_shorter():
    draft = "كلف ترميم متحف الموانئ 28 مليون دينار [1]."
    status, sentences = compose(draft, evidence(COST, HARVEST))
    assert status == "answered"
    assert texts(sentences) == [f"«{COST}»", f"«{HARVEST}»"]


def test_the_source_speaks_where_the_sentence_does_not_pass_the_check():
    draft = "ثمن ترميم المتحف 28 مليون دينار [1]."
    status, sentences = compose(draft, evidence(DETAILED, HARVEST))
    assert status == "answered"
    assert texts(sentences) == [f"«{DETAILED}»", f"«{HARVEST}»"]
    assert (sentences[0].supported, sentences[0].citations[0].quote) == (True, DETAILED)


@pytest.mark.parametrize(
    "draft", ["(28 مليون دينار).", "كلف ترميم متحف الموانئ متحف الموانئ 28 مليون دينار."]
)
def test_a_fragment_and_a_stutter_are_not_shown_as_they_were_written(draft):
    status, [answer, *_] = compose(draft, evidence(DETAILED))
    assert (status, answer.text) == ("answered", f"«{DETAILED}»")


def test_a_sentence_of_its_own_words_is_shown_to_those_who_want_it():
    draft = "28 مليون دينار كلف ترميم متحف الموانئ [1]."
    composer = Composer(Checker(), own_words=True)
    assert compose(draft, evidence(DETAILED))[1][0].text == f"«{DETAILED}»"
    _, [answer, *_] = compose(draft, evidence(DETAILED), composer=composer)
    assert answer.text == "28 مليون دينار كلف ترميم متحف الموانئ."


def test_a_part_of_a_long_sentence_is_shown_as_a_part():
    told = DETAILED.removesuffix(".")
    long = f"افتتح الوزير المتحف، {told}، ثم دعا الضيوف كلهم إلى جولة في القاعات التي رممت."
    _, [answer, rest] = compose("ثمن الترميم 28 مليون دينار [1].", evidence(long))
    assert answer.text == f"«افتتح الوزير المتحف، {told}…»"
    assert answer.citations[0].start == 7
    assert rest.text == "«…ثم دعا الضيوف كلهم إلى جولة في القاعات التي رممت.»"
    assert rest.citations[0].start == 7 + long.index("ثم دعا")
    short = f"افتتح الوزير المتحف مع ضيوف من مدن كثيرة، {told}، ثم دعا الضيوف إلى المائدة."
    _, [answer, *rest] = compose("ثمن الترميم 28 مليون دينار [1].", evidence(short))
    assert (answer.text.endswith("والعمال…»"), rest) == (True, [])


def test_what_points_past_the_best_evidence_is_not_said():
    draft = "كلف ترميم المتحف 28 مليون دينار [2]."
    status, sentences = compose(draft, evidence(HARVEST, DETAILED, OPENING))
    assert status == "quoted"
    assert texts(sentences) == [f"«{HARVEST}»", f"«{DETAILED}»", f"«{OPENING}»"]


def test_a_draft_with_no_supported_sentence_becomes_verbatim_quotations():
    status, sentences = compose(
        "كلف ترميم المتحف 82 مليون دينار.", evidence(COST, OPENING, HARVEST)
    )
    assert status == "quoted"
    assert texts(sentences) == [f"«{COST}»", f"«{OPENING}»", f"«{HARVEST}»"]
    for sentence in sentences:
        assert sentence.text == f"«{sentence.citations[0].quote}»"
        assert (sentence.supported, sentence.reason) == (True, "اقتباس حرفي")


def test_the_second_quotation_is_the_one_a_refused_draft_leaned_on():
    draft = "كلف ترميم المتحف 82 مليون دينار جمعها تجار المدينة [3]."
    status, sentences = compose(draft, evidence(OPENING, HARVEST, COST))
    assert status == "quoted"
    assert texts(sentences) == [f"«{OPENING}»", f"«{COST}»", f"«{HARVEST}»"]
    unrelated = "سافر الوفد إلى العاصمة مساء أمس."
    assert texts(compose(unrelated, evidence(OPENING, HARVEST, COST))[1])[1] == f"«{HARVEST}»"


def test_a_sentence_with_another_number_than_the_source_is_not_shown():
    draft = "كلف ترميم متحف الموانئ 28 مليون دينار. وكلف ترميم المتحف 82 مليون دينار."
    status, sentences = compose(draft, evidence(DETAILED))
    assert status == "answered"
    assert texts(sentences) == ["كلف ترميم متحف الموانئ 28 مليون دينار.", f"«{DETAILED}»"]


def test_a_sentence_that_repeats_the_question_adds_nothing():
    question = "من رمم متحف الموانئ القديم؟"
    found = evidence("رمم متحف الموانئ القديم حرفيون من المدينة.")
    status, sentences = compose("رمم متحف الموانئ القديم.", found, question)
    assert status == "quoted"
    assert texts(sentences) == ["«رمم متحف الموانئ القديم حرفيون من المدينة.»"]
    assert compose("رمم متحف الموانئ القديم حرفيون.", found, question)[0] == "answered"


@pytest.mark.parametrize("draft", ["", "[1]", "The repair cost 28 million.", "修复费用 28 百万"])
def test_an_empty_or_non_arabic_draft_is_refused(draft):
    status, sentences = compose(draft, evidence(COST))
    assert (status, texts(sentences)) == ("quoted", [f"«{COST}»"])


def test_a_latin_draft_is_refused_even_where_the_source_has_its_words():
    words = "Port museum repair cost 28 million dinars paid by traders"
    status, _ = compose(words, evidence(words), "ما كلفة الترميم؟")
    assert status == "quoted"


def test_a_sentence_is_shown_once_however_often_the_model_writes_it():
    said = "كلف ترميم متحف الموانئ 28 مليون دينار."
    _, sentences = compose(f"{said} {said} {said}", evidence(DETAILED))
    assert texts(sentences) == [said, f"«{DETAILED}»"]


def test_words_already_said_are_not_quoted_again():
    _, sentences = compose(COST, evidence(COST, OPENING))
    assert texts(sentences) == [f"«{COST}»", f"«{OPENING}»"]


def test_written_sentences_and_quotations_have_at_most_sixty_words():
    lines = [f"وصل القطار رقم {n}، إلى محطة الوادي ليلا" for n in range(1, 15)]
    found = evidence("، ".join(lines) + ".")
    draft = " ".join(f"وصل القطار رقم {n}." for n in range(1, 15))
    status, sentences = compose(draft, found, "ما القطارات التي وصلت إلى المحطة؟")
    assert status == "answered"
    assert length(sentences) <= 60
    assert sentences[0].text == "وصل القطار رقم 1."


def test_a_draft_whose_first_sentence_does_not_fit_becomes_a_quotation():
    composer = Composer(Checker(), longest_words=8)
    status, sentences = compose(COST, evidence(COST), composer=composer)
    assert (status, length(sentences)) == ("quoted", 8)


def test_two_long_quotations_share_the_sixty_words():
    long, longer = (f"{text} " + "وتحدث الأهالي طويلا. " * 12 + "." for text in (COST, OPENING))
    sentences = COMPOSER.quoted(evidence(long, longer), question="ما أخبار متحف الموانئ؟")
    assert [len(sentence.text.split()) for sentence in sentences] == [47, 11]


def test_a_long_quotation_is_whole_clauses_where_these_hold_as_much():
    told = COST.removesuffix(".")
    text = f"وفي صباح اليوم التالي، {told}، ثم عاد الجميع إلى البيوت في القرى القريبة كلها."
    composer = Composer(Checker(), longest_words=13)
    [said] = composer.quoted(evidence(text), question=QUESTION)
    assert said.text == f"«…{told}…»"


def test_a_long_quotation_is_cut_to_the_part_nearest_the_question():
    text = "تحدث الأهالي عن الطقس. " * 4 + COST + " ثم عاد الجميع إلى البيوت."
    (sentence,) = Composer(Checker(), longest_words=10).quoted(evidence(text), question=QUESTION)
    (citation,) = sentence.citations
    assert sentence.text == f"«…{citation.quote}…»"
    assert "كلف ترميم متحف الموانئ" in citation.quote
    assert len(citation.quote.split()) == 10
    assert citation.start == 7 + text.index(citation.quote)
    assert citation.end == citation.start + len(citation.quote)


def test_only_the_side_that_was_cut_has_an_ellipsis():
    composer = Composer(Checker(), longest_words=10)
    after, before = f"{COST} " + "وعاد الناس. " * 5, "وعاد الناس. " * 5 + COST
    (first,) = composer.quoted(evidence(after.strip()), question=QUESTION)
    (last,) = composer.quoted(evidence(before), question="هل جمعها تجار المدينة؟")
    assert first.text == f"«{COST}…»"
    assert last.text == f"«…{COST}»"


def test_characters_of_other_scripts_are_not_shown_but_the_citation_keeps_them():
    text = "وقع المدير 王明 العقد مع شركة Velora في الميناء ☃ القديم."
    (sentence,) = COMPOSER.quoted(evidence(text), question="من وقع العقد؟")
    assert sentence.text == "«وقع المدير العقد مع شركة Velora في الميناء القديم.»"
    assert sentence.citations[0].quote == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("وقع المدير العقد.[1][2] وعاد[3]", "«وقع المدير العقد. وعاد»"),
        ("[4] وقع المدير العقد [5، 6]، ثم عاد.[7]وسافر", "«وقع المدير العقد، ثم عاد. وسافر»"),
        ("وقع المدير [العام] العقد في [1990].", "«وقع المدير [العام] العقد في [1990].»"),
    ],
)
def test_references_of_the_source_do_not_stand_among_the_markers_of_the_answer(text, shown):
    (sentence,) = COMPOSER.quoted(evidence(text), question="من وقع العقد؟")
    assert sentence.text == shown
    assert sentence.citations[0].quote == text


def test_a_quotation_that_only_a_reference_follows_is_a_whole_one():
    (sentence,) = Composer(Checker(), longest_words=10).quoted(
        evidence(f"{COST} [12]"), question=QUESTION
    )
    assert sentence.text == f"«{COST}»"


def test_a_quotation_with_nothing_left_to_show_is_left_out():
    sentences = COMPOSER.quoted(evidence("王明 王明", COST), question=QUESTION)
    assert texts(sentences) == [f"«{COST}»"]


def test_declining_is_the_one_phrase_without_citations():
    (sentence,) = COMPOSER.declined()
    assert (sentence.text, sentence.citations) == (DECLINED, ())
