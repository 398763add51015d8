import pytest
from chatting import FINISHED, Site, ask

from rag.types import Document

pytestmark = pytest.mark.browser

FIRST = Document.of(
    "المنارة تفتتح خط المترو الأول",
    "افتتحت مدينة المنارة خط المترو الأول في 12 مارس 2021 أمام حشد من السكان.\n"
    "ويبلغ طول الخط الأول 27 كيلومتراً وفيه 22 محطة تمتد من الميناء إلى الجامعة.\n"
    "وتقول مديرة التشغيل ليلى الحمداني إن عدد الركاب بلغ 310 آلاف راكب في اليوم.\n"
    "ويشكو الركاب من قلة المصاعد ومن ضعف التكييف في العربات القديمة.",
    source="صحيفة النهر",
    path="/articles/metro.txt",
)
SECOND = Document.of(
    "خط المترو الثاني في المنارة بلا سائق",
    "استقبل خط المترو الثاني في مدينة المنارة ركابه الأوائل في 5 أكتوبر 2024.\n"
    "ويبلغ طول الخط الثاني 34 كيلومتراً وفيه 26 محطة تمتد من المطار إلى حي الصنوبر.\n"
    "وبلغت كلفة الخط الثاني 2.6 مليار دينار بزيادة على التقدير الأول.",
    path="/articles/second.txt",
)
ABSENT = "ماذا قيل عن المترو في مدينة باريس؟"


@pytest.fixture(scope="module")
def running_site(app):
    site = Site(app, [FIRST, SECOND], sentence_for=lambda _: FIRST.text.splitlines()[0])
    yield site
    site.close()


def test_a_summary_is_one_quotation_with_markers_that_lead_to_its_sentences(page, site):
    ask(page, "لخّص مقال خط المترو الأول")
    assert page.locator("#current .answer.quoted blockquote").count() == 1
    assert "على ترتيبها" in page.locator("#current .note").inner_text()
    assert site.writer.generator.received == []
    page.locator("#current blockquote .marker").last.click()
    card = page.locator("#current .source.aimed")
    assert card.get_attribute("open") is not None
    assert card.locator("mark").inner_text() in FIRST.text


def test_a_comparison_shows_which_side_is_which(page):
    ask(page, "ما الفرق بين الخط الأول والخط الثاني؟")
    assert page.locator("#current .side").all_inner_texts() == ["الخط الأول", "الخط الثاني"]
    quoted = page.locator("#current blockquote").all_inner_texts()
    assert "27 كيلومتراً" in quoted[0]
    assert "34 كيلومتراً" in quoted[1]


@pytest.mark.parametrize("width", [1280, 390])
def test_what_could_be_asked_instead_is_asked_with_one_click(open_page, width):
    page = open_page(width, 900)
    ask(page, ABSENT)
    suggestions = page.locator("#current .answer.declined .suggestion")
    asked = suggestions.first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    suggestions.first.click()
    page.locator("#current .question", has_text=asked).wait_for()
    page.wait_for_selector(FINISHED)
    assert page.locator("#current .answer.quoted blockquote").count() >= 1
    assert page.locator("#earlier .question").inner_text() == ABSENT
    assert page.locator("#question textarea").input_value() == ""


def test_what_the_reader_was_typing_is_not_lost_to_a_suggestion(page):
    ask(page, ABSENT)
    page.locator("#question textarea").fill("كم يبلغ")
    page.locator("#current .suggestion").first.click()
    page.wait_for_timeout(300)
    assert page.locator("#question textarea").input_value() == "كم يبلغ"
    assert page.locator("#current .question").inner_text() == ABSENT
