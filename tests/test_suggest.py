import time

import pytest

from rag.arabic import wanted
from rag.suggest import suggestions_for, with_suggestions
from rag.types import Answer, Document, Hit, Sentence, passage_of

PROBE = Document.of(
    "مسبار الأمل: رحلة إلى المريخ",
    "دخل مسبار الأمل مدار المريخ عام 2021. وصُنعت أجهزته في مركز الفضاء، وتلقى المركز بياناته"
    " من المريخ كل يوم.",
)
SUMMIT = Document.of(
    "قمة «الميناء» بين بوتين وكيم",
    "وصل الوفد إلى بوتين في القصر. وسلّم كيم إلى بوتين رسالة، ورد عليها. وكان في القصر زعيم"
    " آخر، والزعيم صديق الوفد. وجرت القمة في مدينة الميناء وحضرها الصحافيون.",
)


def hits(*documents, dense=0.6):
    return [Hit(passage_of(d, 0, len(d.text)), 1.0, dense=dense) for d in documents]


def test_a_name_that_question_and_article_share_is_asked_about():
    assert suggestions_for("من ترجم لقاء بوتين وكيم؟", hits(SUMMIT)) == (
        "ماذا ذكرت المقالات عن بوتين؟",
        "ما أبرز ما ورد في مقال «قمة “الميناء” بين بوتين وكيم»؟",
    )


def test_a_phrase_ends_where_nothing_need_follow():
    # «مدينة» and «زعيم» want to be told which; «مدينة الميناء» does not.
    found = suggestions_for("كم عدد سكان مدينة الميناء وهل فيها زعيم؟", hits(SUMMIT))
    assert found[0] == "ماذا ذكرت المقالات عن مدينة الميناء؟"
    assert not any("زعيم" in each for each in found)
    found = suggestions_for("كم عدد سكان مدينة النخيل؟", hits(SUMMIT))
    assert not any("عن مدينة" in each for each in found)


def test_a_word_that_is_no_noun_in_the_text_is_not_asked_about():
    # «دخل» is a verb there, «المدار» is not there at all.
    found = suggestions_for("كم دخل من المال؟", hits(PROBE))
    assert found == ("ما أبرز ما ورد في مقال «مسبار الأمل: رحلة إلى المريخ»؟",)


def test_a_preposition_of_the_question_makes_a_noun_as_well():
    found = suggestions_for("كم راتب العاملين في مسبار الأمل؟", hits(PROBE))
    assert found[0] == "ماذا ذكرت المقالات عن مسبار الأمل؟"


@pytest.mark.parametrize(
    "question",
    ["ماذا ذكرت المقالات عن بوتين؟", "ما أبرز ما ورد في مقال «قمة «الميناء» بين بوتين وكيم»؟"],
)
def test_the_question_just_asked_is_not_suggested(question):
    assert question.split("«")[0] not in [
        each.split("«")[0] for each in suggestions_for(question, hits(SUMMIT)) if "بوتين؟" in each
    ]
    assert question not in suggestions_for(question, hits(SUMMIT))


@pytest.mark.parametrize(
    "question",
    ["لخّص مقال تقرير البنك الدولي", "عمّ يتحدث مقال «تقرير البنك الدولي»؟"],
)
def test_the_article_just_asked_for_is_not_suggested(question):
    report = Document.of("تقرير البنك الدولي", "صدر تقرير البنك الدولي أمس.")
    found = suggestions_for(question, hits(report, SUMMIT))
    assert not any("مقال «تقرير" in each for each in found)
    assert any("مقال «قمة" in each for each in found)


def test_articles_that_are_far_from_the_question_are_not_suggested():
    assert suggestions_for("ما عاصمة البرازيل؟", hits(SUMMIT, dense=0.2)) == ()
    assert suggestions_for("ما عاصمة البرازيل؟", hits(SUMMIT, dense=None)) == ()
    near, far = hits(PROBE)[0], hits(SUMMIT, dense=0.4)[0]
    assert len(suggestions_for("متى وصل الوفد؟", [near, far])) == 1


def test_an_article_without_a_title_is_not_suggested_by_one():
    bare = Document.of("", SUMMIT.text)
    english = Document.of("A summit at the port", SUMMIT.text)
    found = suggestions_for("متى وصل الوفد؟", hits(bare, english))
    assert not any("مقال «" in each for each in found)


def test_there_are_at_most_three_and_no_two_alike():
    again = [Document.of(SUMMIT.title, f"{SUMMIT.text} {n}.") for n in range(5)]
    found = suggestions_for("من ترجم لقاء بوتين وكيم في مدينة الميناء؟", hits(PROBE, *again))
    assert len(set(found)) == len(found) == 3


def test_each_is_a_question_that_is_answered_without_a_model():
    found = suggestions_for("من ترجم لقاء بوتين وكيم في مدينة الميناء؟", hits(SUMMIT, PROBE))
    assert [wanted(each).aim for each in found] == ["said", "said", "summary"]


def test_it_takes_less_than_twenty_milliseconds():
    text = "وصل الوفد إلى بوتين في القصر، وسلّم الرسالة في مدينة الميناء أمام الصحافيين. " * 14
    near = hits(*(Document.of(f"قمة الميناء {n}", f"{text}{n}.") for n in range(10)))
    question = "من ترجم لقاء بوتين وكيم في مدينة الميناء أمام الصحافيين في القصر؟"
    took = []
    for _ in range(9):
        began = time.process_time()
        suggestions_for(question, near)
        took.append(time.process_time() - began)
    assert min(took) < 0.02  # other work on the machine slows single runs


def test_only_a_declined_answer_gets_suggestions():
    answer = Answer("متى وصل بوتين؟", (Sentence("وصل."),), "answered", tuple(hits(SUMMIT)))
    assert with_suggestions(answer, answer.question) is answer
