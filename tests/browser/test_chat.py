import logging
from pathlib import Path

import pytest
from chatting import FINISHED, LONGEST, Site, ask

from rag.errors import SettingsError
from rag.page.shell import CONTENT_SECURITY_POLICY
from rag.types import Document

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
HOSTILE_TITLE = (
    '<img src="http://example.org/p.png" onerror="document.title=1"><script>document.title=2'
    "</script> [رابط](http://example.org) ![](http://example.org/q.png) ${document.title=3} {{7*7}}"
)
OPENING = "افتتح الوزير سامر النجار جسر الوادي الكبير يوم 3 مايو 2024 بحضور سكان الضفتين."
LENGTH = "ويبلغ طول الجسر 412 متراً، وتعبره ست حارات وممرّ للمشاة."
HARVEST = "جمع المزارعون 900 طن من الزيتون <b>في قرية الصفصاف</b> خلال خريف 2022."
DOCUMENTS = (
    Document.of(
        "جسر الوادي الكبير يصل الضفتين",
        f"طال انتظار الناس. {OPENING} {LENGTH}\nونفّذت المشروع شركة Delta Works في 30 شهراً.",
        source="صحيفة النهر",
        url="https://example.org/bridge",
        published="2024-05-03",
        path="/articles/bridge.txt",
    ),
    Document.of(HOSTILE_TITLE, f"{HARVEST} وبقيت المعاصر تعمل ليلاً.", path="olives.md"),
    Document.of("مكتبة الميناء تعود", "أعيد فتح مكتبة الميناء بعد ترميم دام أربعة أعوام."),
)
OPENED = "متى افتتح جسر الوادي الكبير؟"


@pytest.fixture(scope="module")
def running_site(app):
    def sentence_for(question):
        return HARVEST if "الزيتون" in question else LENGTH if "طول" in question else OPENING

    site = Site(app, DOCUMENTS, sentence_for=sentence_for, examples=[OPENED])
    yield site
    site.close()


def test_the_page_is_arabic_from_right_to_left_and_says_what_it_reads(page):
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        "ar",
        "rtl",
    ]
    assert page.title() == "مُسنَد"
    assert page.locator(".head .count").inner_text() == "3 مقالات في الفهرس"
    box, button = page.locator("#question"), page.locator("#ask")
    assert button.bounding_box()["x"] < box.bounding_box()["x"]  # on the left
    assert page.locator("#limits .label-wrap").bounding_box()["x"] > 640  # on the right
    latin = page.evaluate("document.body.innerText.match(/[A-Za-z+]+/g)")
    assert latin == ["Enter", "Shift+Enter"]


def test_the_evidence_stands_there_before_the_model_has_written_a_word(page, site):
    site.writer.may_write.clear()
    ask(page, OPENED, wait=False)
    page.wait_for_selector("#current .source")
    assert page.locator("#current .answer.writing .status").inner_text() == "تُكتب الإجابة وتُراجَع…"
    assert page.locator("#current .draft").inner_text() == ""
    first = page.locator("#current .article").first
    assert "جسر الوادي الكبير يصل الضفتين" in first.inner_text()
    assert "صحيفة النهر · 3 مايو 2024" in first.inner_text()
    assert OPENING in first.inner_text()
    before = first.bounding_box()
    site.writer.may_write.set()
    page.wait_for_selector("#current .answer.answered")
    assert first.bounding_box() == before  # nothing jumped


def test_a_marker_opens_the_passage_at_the_words_it_cites(page):
    ask(page, OPENED)
    assert page.locator("#current .status").inner_text() == "إجابة مُسنَدة"
    marker = page.locator("#current .answer .marker").first
    assert marker.inner_text() == "[1]"
    source = page.locator("#turn-1-source-1")
    assert source.get_attribute("open") is None
    marker.click()
    assert source.get_attribute("open") is not None
    assert source.locator("mark").inner_text() == OPENING
    assert "طال انتظار الناس." in source.locator(".passage").inner_text()
    assert "https://example.org/bridge" in source.inner_text()
    assert source.locator("a").count() == 0  # an address is text
    named = source.locator("dd bdi", has_text="bridge.txt")
    assert named.inner_text() == "bridge.txt"
    assert named.get_attribute("title") == "/articles/bridge.txt"
    page.wait_for_function("document.querySelector('#turn-1-source-1').matches(':focus-within')")


def test_what_a_reader_opened_stays_open_when_the_answer_arrives(page, site):
    site.writer.may_write.clear()
    ask(page, OPENED, wait=False)
    page.locator("#turn-1-source-2 summary").click()
    site.writer.may_write.set()
    page.wait_for_selector(FINISHED)
    assert page.locator("#turn-1-source-2").get_attribute("open") is not None
    page.locator("#turn-1-source-2 summary").click()
    assert page.locator("#turn-1-source-2").get_attribute("open") is None


def test_hostile_titles_and_texts_are_shown_as_they_are_written(page):
    ask(page, "كم طناً من الزيتون جمع المزارعون؟")
    article = page.locator("#current .article", has_text="example.org/p.png")
    assert article.locator("h4").inner_text() == HOSTILE_TITLE
    article.locator("summary").first.click()
    assert "<b>في قرية الصفصاف</b>" in article.locator(".passage").first.inner_text()
    ask(page, "<script>document.title=4</script> <img src=http://example.org/r.png>")
    for hostile in ("img", "script", "a[href^=http]", ".passage b"):
        assert page.locator(f"#page {hostile}").count() == 0, hostile
    assert page.title() == "مُسنَد"  # and open_page sees that no request has left


def test_a_follow_up_is_asked_with_what_it_speaks_of(page, site):
    ask(page, OPENED)
    ask(page, "وكم يبلغ طوله هو؟")
    asked = site.writer.generator.received[-1][-1].content
    assert "كم يبلغ طول جسر الوادي الكبير" in asked
    assert "412 متراً" in page.locator("#current .answer").inner_text()
    assert OPENED in page.locator("#earlier .question").inner_text()
    assert page.locator("#earlier .source").count() > 0


def test_a_question_asked_with_a_click_needs_no_typing(page):
    page.locator(".example").click()
    page.wait_for_selector(FINISHED)
    assert page.locator("#current .question").inner_text() == OPENED
    assert page.locator(".example").count() == 0 or not page.locator(".example").is_visible()


def test_enter_on_an_empty_question_does_nothing_and_shift_enter_begins_a_line(page):
    box = page.locator("#question textarea")
    box.fill("  ")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert page.locator(".question").count() == 0
    assert page.locator("#ask").inner_text() == "اسأل"
    box.fill("متى افتتح")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("جسر الوادي الكبير؟")
    assert box.input_value() == "متى افتتح\nجسر الوادي الكبير؟"
    page.keyboard.press("Enter")
    page.wait_for_selector(FINISHED)
    assert box.input_value() == ""
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_an_error_is_told_in_arabic_above_its_own_line_and_the_next_question_is_answered(page):
    ask(page, "ماذا لو كان النموذج يتعطل؟")
    failed = page.locator("#current .answer.failed")
    assert failed.locator(".status").inner_text() == "تعذّرت الإجابة"
    assert "تعطّل النموذج" in failed.locator(".problem p").first.inner_text()
    detail = failed.locator(".problem .detail")
    assert detail.inner_text() == "the model <b>fell</b> over: run rag doctor"
    assert detail.evaluate("each => getComputedStyle(each).direction") == "ltr"
    ask(page, OPENED)
    assert "3 مايو 2024" in page.locator("#current .answer.answered").inner_text()


def test_a_bug_is_logged_with_its_traceback_and_shown_without_it(page, caplog):
    with caplog.at_level(logging.ERROR, logger="rag.chat"):
        ask(page, "ماذا لو كان البرنامج يخطئ؟")
    problem = page.locator("#current .problem").inner_text()
    assert problem.startswith("حدث خطأ غير متوقع")
    assert "ZeroDivisionError" not in problem
    assert "ZeroDivisionError: a bug" in caplog.text
    ask(page, OPENED)
    assert page.locator("#current .answer.answered").count() == 1


def test_a_new_conversation_forgets_the_old_one(page, site):
    ask(page, OPENED)
    page.locator("#fresh").click()
    page.locator(".example").wait_for()
    assert page.locator(".question").count() == 0
    ask(page, "وكم يبلغ طوله هو؟")
    assert OPENED.rstrip("؟") not in site.writer.generator.received[-1][-1].content
    assert page.locator("#turn-1-source-1").get_attribute("open") is None


def test_stopping_ends_the_model_and_leaves_the_conversation_usable(page, site):
    ask(page, "اكتب بلا نهاية عن الجسر", wait=False)
    page.locator("#current .draft", has_text="كلمة3").wait_for()
    page.locator("#stop").click()
    page.wait_for_selector("#current .answer.stopped")
    assert site.writer.was_closed.wait(10)
    assert site.writer.endless_words < LONGEST - 10
    page.locator("#ask").wait_for()
    ask(page, OPENED)
    assert page.locator("#current .answer.answered").count() == 1
    assert page.locator("#earlier .answer.stopped").count() == 1


def test_closing_the_page_ends_the_model(open_page, site):
    page = open_page()
    ask(page, "اكتب بلا نهاية عن الجسر", wait=False)
    page.locator("#current .draft", has_text="كلمة3").wait_for()
    page.close()
    assert site.writer.was_closed.wait(10)
    assert site.writer.endless_words < LONGEST - 10


def test_while_one_reader_is_answered_another_waits_his_turn(open_page, site):
    site.writer.may_write.clear()
    first, second = open_page(), open_page()
    ask(first, OPENED, wait=False)
    first.wait_for_selector("#current .source")
    ask(second, "كم يبلغ طول الجسر؟", wait=False)
    second.wait_for_timeout(1000)
    assert second.locator("#current .answer.searching").count() == 1
    assert second.locator("#current .source").count() == 0
    site.writer.may_write.set()
    for page in (first, second):
        page.wait_for_selector(FINISHED)
    assert "412 متراً" in second.locator("#current .answer").inner_text()


def test_a_question_typed_while_another_is_answered_is_kept(page, site):
    site.writer.may_write.clear()
    ask(page, OPENED, wait=False)
    page.locator("#question textarea").fill("كم يبلغ طول الجسر؟")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert page.locator("#question textarea").input_value() == "كم يبلغ طول الجسر؟"
    site.writer.may_write.set()
    page.wait_for_selector(FINISHED)
    page.keyboard.press("Enter")
    page.locator("#current .answer.answered", has_text="412 متراً").wait_for()


def test_every_response_forbids_loading_from_other_hosts(page, site):
    for path in ("", "config", "theme.css"):
        headers = page.request.get(site.url + path).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    blocked = page.evaluate(
        """() => new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (e) => resolve(e.blockedURI));
          new Image().src = "https://127.0.0.1:1/p.png";
        })"""
    )
    assert blocked == "https://127.0.0.1:1/p.png"


def test_a_port_that_is_taken_is_an_error_that_names_it(app, site):
    with pytest.raises(SettingsError, match=f"127.0.0.1:{site.port}"):
        app.serve(site.rag, port=site.port)


@pytest.mark.parametrize(
    ("name", "width", "height"), [("chat-desktop", 1280, 1300), ("chat-phone", 390, 844)]
)
def test_nothing_is_wider_than_the_window(open_page, name, width, height):
    page = open_page(width, height)
    ask(page, OPENED)
    page.locator("#current .answer .marker").first.click()
    page.wait_for_timeout(700)  # the page scrolls there
    (ROOT / "build").mkdir(exist_ok=True)
    page.screenshot(path=ROOT / "build" / f"{name}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#turn-1-source-1").bounding_box()["width"] > width * 0.5
