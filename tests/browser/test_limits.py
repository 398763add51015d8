import pytest
from chatting import FINISHED, Site, ask

from rag.types import Document

pytestmark = pytest.mark.browser

QUESTION = "متى افتتح جسر الوادي الكبير؟"
OPENED = "افتُتح جسر الوادي الكبير يوم الجمعة 3 مايو 2024 بحضور سكان الضفتين."
EARLIER = "تأجّل افتتاح جسر الوادي الكبير في 12 يونيو 2022 بسبب الفيضان."
FERRY = "وعادت العبّارة إلى جسر الوادي الكبير القديم بعد ترميمه."
HOSTILE_OUTLET = "<b>Delta</b> & شركاه"
BRIDGE = Document.of(
    "جسر الوادي الكبير يصل الضفتين",
    f"طال انتظار الناس. {OPENED} ويبلغ طول الجسر 412 متراً، وتعبره ست حارات وممرّ للمشاة.",
    source="وكالة الميناء",
    url="https://example.org/bridge",
    published="2024-05-03",
    path="/articles/bridge.txt",
    author="سامر النجار",
)
DELAY = Document.of(
    "الفيضان يؤخّر الجسر",
    f"{EARLIER} وقال المهندسون إن الأساسات سليمة.",
    source="صحيفة النهر",
    published="2022-06-12",
    path="/articles/delay.txt",
    is_inferred=True,
)
OLD = Document.of("العبّارة تعود", f"{FERRY} ورحّب الناس بها.", path="/articles/ferry-2019.txt")
GUEST = Document.of("شركة تبني الجسر", "نفّذت الشركة أعمال الجسر.", source=HOSTILE_OUTLET)
COPY = Document.of(
    "افتتاح أكبر جسور الوادي",
    f"{OPENED} ويبلغ طول الجسر 412 متراً.",
    source="صحيفة النهر",
    published="2024-05-04",
)
BARE_COPY = Document.of(
    "جسر الوادي الكبير يصل الضفتين",
    f"{OPENED} وانتهى الخبر.",
    path="/articles/2024-05-05-copy.html",
)
DOCUMENTS = (BRIDGE, DELAY, OLD, GUEST, COPY, BARE_COPY)
COPIES = [[BRIDGE.id, COPY.id, BARE_COPY.id]]


@pytest.fixture(scope="module")
def running_site(app):
    site = Site(app, DOCUMENTS, sentence_for=sentence_for, examples=[QUESTION], copies=COPIES)
    yield site
    site.close()


def sentence_for(question):
    return EARLIER if "تأجّل" in question else OPENED


def label(page):
    """What the fold says, without what keeps its parts apart."""
    said = page.locator("#limits .label-wrap > span").first.inner_text()
    return "".join(" " if c == "\u00a0" else c for c in said if c not in "\u2068\u2069")


def unfold(page):
    page.locator("#limits .label-wrap").click()
    page.locator("#since input").wait_for()


def choose(page, outlet):
    page.locator("#outlets input").click()
    page.locator("#outlets [role=option]", has_text=outlet).click()
    page.keyboard.press("Escape")  # the list lies over the other fields
    page.locator("#since input").click()


def said(page, text):
    """Waits until the fold says it."""
    for _ in range(100):
        if label(page) == text:
            return
        page.wait_for_timeout(100)
    assert label(page) == text


def shown_titles(page):
    return page.locator("#current .article h4").all_inner_texts()


def test_the_limits_are_folded_and_quiet_until_they_are_wanted(page):
    assert label(page) == "حصر البحث"
    assert page.locator("#widen").count() == 0
    assert not page.locator("#since input").is_visible()
    ask(page, QUESTION)
    assert page.locator(".within").count() == 0
    assert {BRIDGE.title, DELAY.title, OLD.title} <= set(shown_titles(page))


def test_a_time_typed_in_arabic_narrows_the_search_and_stays_for_follow_ups(page):
    unfold(page)
    page.locator("#since input").fill("١ يناير ٢٠٢٤")
    page.locator("#until input").fill("2024-06")
    page.locator("#until input").press("Enter")
    said(page, "حصر البحث: من 1 يناير 2024 · إلى يونيو 2024")
    page.locator("#limits .label-wrap").click()  # and it is still said
    for question in (QUESTION, "وكم يبلغ طول الجسر؟"):
        ask(page, question)
        assert shown_titles(page) == [BRIDGE.title]
        line = page.locator("#current .answer .within").inner_text()
        assert line.replace("\u00a0", " ") == label(page)
    assert page.locator("#earlier .within").count() == 1


def test_an_outlet_is_chosen_and_one_click_searches_in_everything_again(page):
    unfold(page)
    choose(page, "صحيفة النهر")
    said(page, "حصر البحث: صحيفة النهر")
    ask(page, QUESTION)
    assert BRIDGE.title not in shown_titles(page)
    assert DELAY.title in shown_titles(page)
    page.locator("#widen").click()
    said(page, "حصر البحث")
    assert page.locator("#widen").count() == 0
    assert page.locator("#outlets .token").count() == 0
    ask(page, "متى كان افتتاح جسر الوادي الكبير؟")
    assert {BRIDGE.title, OLD.title} <= set(shown_titles(page))
    assert page.locator("#current .within").count() == 0
    assert page.locator("#earlier .within").inner_text() == "حصر البحث: صحيفة النهر"


def test_a_day_that_is_none_is_refused_beside_its_field_and_nothing_is_asked(page, site):
    asked = len(site.writer.generator.received)
    unfold(page)
    page.locator("#until input").fill("2024-13")
    page.locator("#limits .label-wrap").click()
    said(page, "حصر البحث: صحّح التاريخ")
    page.locator("#question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    notice = page.locator("#until-notice .notice")
    notice.wait_for()  # the fold is open again
    assert "لم يُفهم هذا التاريخ" in notice.inner_text()
    assert page.locator("#since-notice .notice").count() == 0
    page.wait_for_timeout(500)
    assert page.locator(".question").count() == 0
    assert len(site.writer.generator.received) == asked
    assert page.locator("#question textarea").input_value() == QUESTION
    assert page.locator("#ask").inner_text() == "اسأل"
    page.locator("#until input").fill("2024-12")
    ask(page, QUESTION)
    assert page.locator("#until-notice .notice").count() == 0
    assert page.locator("#current .answer.answered").count() == 1


def test_a_new_conversation_has_no_limits(page):
    unfold(page)
    page.locator("#since input").fill("2024")
    choose(page, "وكالة الميناء")
    said(page, "حصر البحث: من 2024 · وكالة الميناء")
    ask(page, QUESTION)
    page.locator("#fresh").click()
    page.locator(".example").first.wait_for()
    said(page, "حصر البحث")
    assert page.locator("#since input").input_value() == ""
    assert page.locator("#outlets .token").count() == 0
    page.locator(".example").first.click()
    page.wait_for_selector(FINISHED)
    assert DELAY.title in shown_titles(page)


def test_limits_that_leave_nothing_say_so(page):
    unfold(page)
    page.locator("#since input").fill("2025")
    ask(page, QUESTION)
    assert page.locator("#current .answer.declined").count() == 1
    assert "وسّعه أو ألغه" in page.locator("#current .note").inner_text()
    assert page.locator("#current .source").count() == 0


def test_the_name_of_an_outlet_is_text_wherever_it_stands(page):
    unfold(page)
    choose(page, "Delta")
    said(page, f"حصر البحث: {HOSTILE_OUTLET}")
    ask(page, QUESTION)
    assert HOSTILE_OUTLET in page.locator("#current .within").inner_text()
    assert page.locator("#page b, #bar b").count() == 0


def test_a_card_names_the_author_the_copies_and_what_its_date_is_worth(page):
    ask(page, QUESTION)
    card = page.locator("#current .article", has=page.locator("h4", has_text=BRIDGE.title))
    assert card.locator(".outlet").inner_text() == "وكالة الميناء · سامر النجار · 3 مايو 2024"
    assert card.locator(".copies").inner_text() == (
        "نُشر أيضاً في: صحيفة النهر بعنوان «افتتاح أكبر جسور الوادي» (4 مايو 2024)؛"
        " 2024-05-05-copy.html"
    )
    delay = page.locator("#current .article", has_text=DELAY.title)
    assert "12 يونيو 2022 (تاريخ مستنتج من النص)" in delay.locator(".outlet").inner_text()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_fold_fits_in_the_window_above_the_question(open_page, width, height):
    page = open_page(width, height)
    unfold(page)
    page.locator("#since input").fill("19 يونيو 2023")
    choose(page, "وكالة الميناء")
    page.locator("#widen").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    fold, bar = page.locator("#limits").bounding_box(), page.locator("#question").bounding_box()
    assert 0 <= fold["y"] < fold["y"] + fold["height"] <= bar["y"] + 1
    assert bar["y"] + bar["height"] <= height
    since = page.locator("#since input").bounding_box()
    assert since["x"] > page.locator("#until input").bounding_box()["x"]  # on the right
    words = page.locator("#limits .label-wrap > span").first.bounding_box()
    clear = page.locator("#widen").bounding_box()
    assert clear["x"] + clear["width"] <= words["x"]  # beside each other


def test_where_no_outlet_is_known_there_is_none_to_choose(app, browser):
    site = Site(app, [OLD], sentence_for=sentence_for)
    page = browser.new_page(locale="en-US")
    page.goto(site.url)
    unfold(page)
    assert page.locator("#until input").is_visible()
    assert not page.locator("#outlets").is_visible()
    page.close()
    site.close()


def test_an_outlet_that_an_ingest_added_is_there_when_the_page_is_opened_again(app, browser):
    site = Site(app, [OLD], sentence_for=sentence_for)
    page = browser.new_page(locale="en-US")
    page.goto(site.url)
    assert "مقال واحد" in page.locator(".head .count").inner_text()
    site.add(BRIDGE)
    page.reload()
    page.locator(".head .count", has_text="مقالان").wait_for()
    unfold(page)
    choose(page, "وكالة الميناء")
    said(page, "حصر البحث: وكالة الميناء")
    page.close()
    site.close()
