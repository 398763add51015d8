"""Raw articles to documents."""

from __future__ import annotations

import time

import pytest

from rag.articles import Kind, RawArticle
from rag.clean import clean
from rag.errors import ArticleError
from rag.types import Document

TITLE = "بلدية الصخرة تبدأ ترميم الجسر القديم"
BODY = (
    "بدأت بلدية الصخرة أمس ترميم الجسر القديم الذي أغلقته السيول في الشتاء، "
    "وأمرت بأن يفتح للمشاة والدراجات قبل عيد الأضحى المقبل.",
    "وقال رئيس البلدية سالم الناصر إن الكلفة تبلغ 2.5 مليون دينار، تدفع الدولة ثلثيها.",
    "ويصل الجسر بين السوق والمدرسة، ويعبره كل يوم نحو ثلاثة آلاف شخص.",
    "وأبدى أصحاب المتاجر ارتياحهم، لكنهم طلبوا أن تعمل الآلات ليلاً.",
)
SECOND_TITLE = "مكتبة متنقلة تجوب قرى الوادي"
SECOND = (
    "تجوب مكتبة متنقلة قرى الوادي منذ مطلع الشهر، وهي حافلة قديمة "
    "حولتها جمعية محلية إلى رفوف تتسع لألفي كتاب.",
    "وتقف الحافلة في كل قرية ثلاثة أيام، وتعير الكتب للأطفال من دون مقابل.",
    "وقالت مديرة الجمعية إن الطلب فاق ما كانت تنتظره، وإنها تبحث عن حافلة ثانية.",
)
CAPTION = "عمال يرممون الجسر في يوم ماطر (أ.ف.ب)"


def page(*blocks: str, kind: Kind = "text", title: str | None = None) -> list[Document]:
    return clean(RawArticle("page", kind, "\n\n".join(blocks), title=title))


def only(*blocks: str, kind: Kind = "text", title: str | None = None) -> Document:
    (document,) = page(*blocks, kind=kind, title=title)
    return document


def joined(paragraphs: tuple[str, ...]) -> str:
    return "\n\n".join(paragraphs)


# What belongs stays


def test_a_clean_article_passes_through_unchanged() -> None:
    body = (
        *BODY,
        "أسئلة بلا جواب",
        "وقال المتحدث:",
        "«لن نغلق الطريق أكثر من أسبوعين! وهل يصدق أحد غير ذلك؟».",
        "وتشمل الخطة ثلاث مراحل:\n- المرحلة الأولى: الأعمدة.\n"
        "- المرحلة الثانية: السطح (بعرض 7.5 أمتار).\n"
        "- المرحلة الثالثة: الإنارة",
        "1. يناير 2023\n2. مارس/آذار 2024",
        "نعم.",
        "وصرّح لوكالة «رويترز» بأن العمل يسير كما خُطط له (انظر الصورة).",
        "ونفت البلدية أن تكون قد تأخرت (رويترز)",
        "https://example.org/a?b=MmEwMjo0NzgwOjExOjo0Zg==",
    )
    document = only(TITLE, *body)
    assert (document.title, document.text) == (TITLE, joined(body))
    assert document.id == Document.of(TITLE, joined(body)).id


@pytest.mark.parametrize(
    "line",
    [
        "فيسبوك",
        "تعليقات",
        "المصدر: هيئة الإحصاء",
        "كتب: ثلاثة عناوين جديدة",
        "يا جسر\nيا جسر\nيا جسر",
        "كلمات مفتاحية في حياة الجسر",
        "تنشر البلدية أخبارها على:\nفيسبوك\nتويتر\nيوتيوب",
        "تنشر البلدية أخبارها على:\n- واتساب\n- شارك",
        "عاجل",
        "سياسة جديدة للطرق",
        "برنامج الأغذية العالمي (الفاو)",
        "12 مارس 2024",
        "جميع الحقوق محفوظة للكاتب منذ أن نشر كتابه الأول عن الجسر عام 1950 في بيروت والقاهرة.",
    ],
)
def test_a_line_that_could_be_furniture_stays_in_the_middle_of_an_article(line: str) -> None:
    assert only(TITLE, BODY[0], line, *BODY[1:]).text == joined((BODY[0], line, *BODY[1:]))


def test_invisible_marks_and_runs_of_blanks_go_but_letters_stay_as_written() -> None:
    text = "\ufeffقالـــت\u200f إنَّ\u00a0\u00a0 الخطّةَ  جاهزةٌ\u202c؛\tوإن الكلفة ٢٫٥ مليون\ud800 ."
    assert only(text).text == "قالـــت إنَّ الخطّةَ جاهزةٌ؛ وإن الكلفة ٢٫٥ مليون ."


def test_line_breaks_within_a_paragraph_are_kept_and_blank_lines_become_one() -> None:
    assert only("أول.\r\nثان.\n\n \n\nثالث.").text == "أول.\nثان.\n\nثالث."


# Titles


def test_the_first_line_is_the_title_where_it_looks_like_one() -> None:
    for title in (TITLE, "لماذا أغلق الجسر؟", "الجسر.. حكاية مدينة", "الأمل"):
        document = only(title, *BODY)
        assert (document.title, document.text) == (title, joined(BODY))


def test_without_a_headline_the_title_is_the_first_sentence_cut_at_a_comma() -> None:
    document = only(*BODY)
    assert document.title == "بدأت بلدية الصخرة أمس ترميم الجسر القديم الذي أغلقته السيول في الشتاء"
    assert document.text == joined(BODY)
    assert only("كلمة " * 60 + ".").title == ("كلمة " * 20).strip() + "…"


def test_the_title_is_not_repeated_in_the_text() -> None:
    for known in (None, TITLE, TITLE + "!"):
        assert only(TITLE, TITLE, *BODY, title=known).text == joined(BODY)


def test_the_fuller_of_a_known_title_and_the_headline_is_the_title() -> None:
    assert only(TITLE, *BODY, title="ترميم الجسر القديم").title == TITLE
    document = only("ترميم الجسر القديم", *BODY, title=TITLE)
    assert (document.title, document.text) == (TITLE, joined(BODY))


def test_a_file_of_one_line_is_an_article() -> None:
    document = only("سطر واحد بلا نقطة")
    assert document.title == document.text == "سطر واحد بلا نقطة"


@pytest.mark.parametrize("content", ["", " \n\u200f\n", "TT", CAPTION, "***", "شارك\nفيسبوك"])
def test_a_page_without_text_is_an_error_that_names_the_file(content: str) -> None:
    with pytest.raises(ArticleError, match=r"^no article text in page$"):
        page(content)


# Furniture


@pytest.mark.parametrize(
    "agency", ["أ.ف.ب", "ا.ف.ب", "رويترز", "أ.ب", "د.ب.أ", "إ.ب.أ", "أرشيفية - رويترز"]
)
def test_captions_go_above_and_within_an_article(agency: str) -> None:
    caption = f"عمال يرممون الجسر في يوم ماطر ({agency})"
    document = only(TITLE, f"{caption}\n{caption}\nTT", TITLE, BODY[0], caption, *BODY[1:])
    assert (document.title, document.text) == (TITLE, joined(BODY))


def test_a_short_line_said_twice_is_a_caption_even_without_an_agency() -> None:
    caption = "الجسر القديم عند مدخل السوق"
    assert only(TITLE, BODY[0], f"{caption}\n{caption}", *BODY[1:]).text == joined(BODY)


@pytest.mark.parametrize(
    "label",
    [
        "أخبار",
        "أخبارالشرق قادمعاجل",
        "أخبار علوم عاجل",
        "الرئيسية » العالم » آسيا",
        "اقتصاد | زراعة",
    ],
)
def test_section_labels_above_the_headline_go(label: str) -> None:
    document = only(label, TITLE, *BODY)
    assert (document.title, document.text) == (TITLE, joined(BODY))


def test_a_section_label_is_the_title_where_there_is_no_other() -> None:
    assert only("اقتصاد", *BODY).title == "اقتصاد"


@pytest.mark.parametrize("byline", ["تقرير: ليلى الناصر", "كتب - سالم علي", "بقلم ليلى الناصر"])
def test_bylines_go_above_and_below_the_text(byline: str) -> None:
    assert only(TITLE, byline, *BODY).text == joined(BODY)
    assert only(TITLE, *BODY, byline).text == joined(BODY)


def test_share_bars_go() -> None:
    bar = "شارك\nفيسبوك\nتويتر\nواتساب\nنسخ الرابط"
    assert only(TITLE, bar, *BODY[:2], "فيسبوك  X  تيليجرام", *BODY[2:], bar).text == joined(BODY)
    assert only(TITLE, *BODY, "طباعة").text == joined(BODY)


def test_the_date_below_the_headline_is_when_it_was_published() -> None:
    for line in ("نُشر في: الجمعة 21 يونيو/حزيران 2024", "٢١ يونيو ٢٠٢٤", "2024-06-21"):
        document = only(TITLE, line, *BODY)
        assert (document.published, document.text) == ("2024-06-21", joined(BODY))


def test_a_date_whose_day_and_month_could_change_places_is_left_in_the_text() -> None:
    document = only(TITLE, "02/03/2024", *BODY)
    assert document.published is None
    assert document.text.startswith("02/03/2024")


def test_the_end_of_a_page_goes_from_its_source_to_its_footer() -> None:
    document = only(
        *(TITLE, *BODY, "المصدر: صحيفة المرفأ"),
        *("كلمات دلالية: جسور سيول ترميم بلديات", "مقالات مشابهة"),
        "  • السيول تغلق طريق الجبل.\n  • سوق جديد في الصخرة",
        *("MmEwMjo0NzgwOjExOjo0Zg==جزيرة المرفأ", "لمزيد من الأخبار زوروا موقعنا: المرفأ"),
        *("صحيفة المرفأ – جميع الحقوق محفوظة", "زر الذهاب إلى الأعلى"),
    )
    assert (document.title, document.text) == (TITLE, joined(BODY))
    assert document.source == "صحيفة المرفأ"


def test_the_comment_form_and_what_readers_wrote_go() -> None:
    document = only(
        *(TITLE, *BODY, "تعليقات", "أبو سليم: شكراً لكم على الخبر.", "اترك تعليقاً"),
        *("لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *", "الاسم *"),
    )
    assert document.text == joined(BODY)


def test_a_link_to_the_comments_above_the_article_does_not_end_it() -> None:
    assert only(TITLE, "اترك تعليقاً", *BODY).text == joined(BODY)
    assert only(TITLE, "التعليقات (3)", *BODY).text == joined(BODY)


# Links to other articles


@pytest.mark.parametrize("label", ["اقرأ أيضاً:", "إقرأ أيضا", "اقرأ ايضًا :", "مقالات ذات صلة"])
def test_links_within_an_article_go_and_the_article_goes_on(label: str) -> None:
    document = only(TITLE, *BODY[:2], label, "سوق السمك ينتقل إلى الميناء", *BODY[2:])
    assert document.text == joined(BODY)


def test_a_link_on_the_line_of_its_label_goes() -> None:
    line = "اقرأ أيضاً: سوق السمك ينتقل إلى الميناء"
    assert only(TITLE, BODY[0], line, *BODY[1:]).text == joined(BODY)


def test_a_subheading_after_a_box_of_links_stays() -> None:
    links = ("سوق السمك ينتقل إلى الميناء", "حافلات جديدة في الصخرة")
    document = only(TITLE, *BODY[:2], "مقالات ذات صلة", *links, "ارتياح في السوق", *BODY[2:])
    assert document.text == joined((*BODY[:2], "ارتياح في السوق", *BODY[2:]))


def test_the_last_sentence_of_an_article_is_no_teaser_though_it_shares_words_with_a_link() -> None:
    last = "ومن المقرر أن تعرض خرائط الجسر القديم على الجمهور."
    document = only(TITLE, *BODY, "اقرأ أيضاً", "خرائط الجسر القديم تعرض على الجمهور", last)
    assert document.text == joined((*BODY, last))


def teaser(title: str) -> tuple[str, ...]:
    """A box of a news site: section and photo, headline, one sentence, outlet and city."""
    return (
        "آسيا صبية يلعبون عند ضفة النهر في المساء (رويترز)",
        title,
        "يقول باعة في الأسواق الليلية إن موجة الحر قلصت المحصول هذا العام.\n«المرفأ» (الصخرة)",
    )


def test_teasers_below_an_article_go() -> None:
    assert only(
        *(TITLE, *BODY, "مقالات ذات صلة"),
        *teaser("أسعار المانجو تقفز بعد موسم شحيح"),
        *teaser("مهرجان الزوارق يعود"),
    ).text == joined(BODY)


def test_a_teaser_under_read_also_goes_once_the_article_has_ended() -> None:
    assert only(
        *(TITLE, *BODY, "كلمات دلالية: جسور سيول", "إقرأ أيضاً:"),
        *("قرية تستقبل أول حافلة منذ عام", "أعلنت البلدية عودة الخط بعد ترميم الطريق."),
    ).text == joined(BODY)


# Several articles in one page


def test_a_headline_repeated_below_its_photo_begins_another_article() -> None:
    photo = f"{CAPTION}\n{CAPTION}\nTT"
    first, second = page(
        *(TITLE, photo, TITLE, CAPTION, *BODY, "مقالات ذات صلة"),
        *teaser("أسعار المانجو تقفز بعد موسم شحيح"),
        *(SECOND_TITLE, photo, SECOND_TITLE, f"{CAPTION}\n{CAPTION}", *SECOND),
    )
    assert (first.title, first.text) == (TITLE, joined(BODY))
    assert (second.title, second.text) == (SECOND_TITLE, joined(SECOND))


def test_a_whole_article_under_read_also_is_a_document_of_its_own() -> None:
    first, second = page(
        *(*BODY, "المصدر: صحيفة المرفأ", "كلمات دلالية: جسور سيول ترميم", "إقرأ أيضاً:"),
        *(SECOND_TITLE, SECOND[0], "طلب كبير", *SECOND[1:], "مقالات مشابهة", "  • جسر آخر"),
    )
    assert (first.text, first.source) == (joined(BODY), "صحيفة المرفأ")
    assert second.title == SECOND_TITLE
    assert second.text == joined((SECOND[0], "طلب كبير", *SECOND[1:]))
    assert second.source is None


def test_an_article_under_read_also_is_known_by_a_first_sentence_that_says_its_headline() -> None:
    first, second = page(TITLE, *BODY, "إقرأ أيضاً:", SECOND_TITLE, *SECOND)
    assert (first.text, second.text) == (joined(BODY), joined(SECOND))


def test_what_is_known_of_a_page_is_said_of_its_first_article() -> None:
    raw = RawArticle(
        path="page",
        kind="text",
        content="\n\n".join((*BODY, "إقرأ أيضاً:", SECOND_TITLE, *SECOND)),
        title=TITLE,
        source=" المرفأ ",
        url="https://example.org/1",
        published="2024-06-21T08:15:00+03:00",
    )
    first, second = clean(raw)
    assert (first.title, first.published, first.source) == (TITLE, "2024-06-21", "المرفأ")
    assert (second.title, second.published, second.source) == (SECOND_TITLE, None, "المرفأ")
    assert {first.path, second.path} == {"page"}


def test_a_date_that_is_not_iso_is_no_publication_date() -> None:
    raw = RawArticle("page", "text", joined(BODY), published="21 June 2024")
    assert clean(raw)[0].published is None


# Markdown


def test_markdown_is_read_as_its_reader_sees_it() -> None:
    document = only(
        *("# الجسر **القديم**", "نص [مع رابط](https://example.org/a_(b)) و*تأكيد* و`رمز`."),
        *("![صورة](a.png)", "## فرع", "* أول\n+ ثان\n\n> قال: 2 * 3 = 6"),
        *("| سنة | عدد |\n|-----|:---:|\n| 2020 | 7 |", "<!-- سر -->\n---\n<b>آخر</b> سطر\\."),
        kind="markdown",
        title="الجسر **القديم**",
    )
    assert document.title == "الجسر القديم"
    assert document.text.split("\n\n") == [
        *("نص مع رابط وتأكيد ورمز.", "فرع", "- أول\n- ثان", "قال: 2 * 3 = 6"),
        *("سنة | عدد\n\n2020 | 7".split("\n\n")),
        "آخر سطر.",
    ]


# HTML


def html(body: str, head: str = "") -> str:
    return f"<html lang='ar'><head>{head}</head><body>{body}</body></html>"


PARAGRAPHS = "".join(f"<p>{text}</p>" for text in BODY)


def test_the_main_text_and_metadata_of_an_html_page_are_found() -> None:
    head = f"""<title>{TITLE} - بوابة المرفأ</title>
        <meta property="og:site_name" content="بوابة المرفأ">
        <meta property="og:url" content="https://example.org/bridge">
        <meta property="article:published_time" content="2024-06-21T08:15:00+03:00">"""
    body = f"""<header><nav><a href="/">الرئيسية</a><a href="/w">العالم</a></nav></header>
        <main><article><h1>{TITLE}</h1><div class="share">شارك <a>فيسبوك</a></div>
        <figure><img alt="x"><figcaption>الجسر في الليل</figcaption></figure>{PARAGRAPHS}
        <p>كلمات دلالية: جسور سيول</p></article>
        <section><h3>مقالات ذات صلة</h3><ul><li><a>سوق السمك ينتقل</a></li></ul></section></main>
        <aside>الأكثر قراءة</aside><footer>جميع الحقوق محفوظة</footer>"""
    document = only(html(body, head), kind="html")
    assert (document.title, document.text) == (TITLE, joined(BODY))
    assert (document.source, document.published) == ("بوابة المرفأ", "2024-06-21")
    assert document.url == "https://example.org/bridge"


def test_an_html_page_in_which_little_is_found_gives_the_text_between_its_tags() -> None:
    document = only(html("<article><div>جملة واحدة.</div><nav>قائمة</nav></article>"), kind="html")
    assert document.text == "جملة واحدة."


def test_a_page_that_is_one_form_keeps_its_text() -> None:
    body = f"<form><div><h1>{TITLE}</h1>{PARAGRAPHS}</div><select><option>لغة</select></form>"
    assert only(html(body), kind="html").text == joined(BODY)


def test_a_date_in_the_text_of_an_html_page_is_not_taken_for_its_own() -> None:
    body = html(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}<p>ولد في 3 مايو 1950.</p></article>")
    assert only(body, kind="html").published is None


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 1500 + PARAGRAPHS,
        "<ul><li>" * 600 + PARAGRAPHS,
        f'<div data-x="{"a" * 3_000_000}">{PARAGRAPHS}</div>',
        f"<div {' '.join(f'a{n}=1' for n in range(50_000))}>{PARAGRAPHS}</div>",
        f"<script>document.write('<p>سيئ</p>')</script>{PARAGRAPHS}"
        '<a href="javascript:alert(1)">رابط</a><img src=x onerror="alert(1)">',
        "<p>كلمة هنا.</p>" * 40_000 + PARAGRAPHS,
        f'<?xml version="1.0" encoding="utf-16"?>{PARAGRAPHS}',
    ],
    ids=["deep", "lists", "attribute", "attributes", "scripts", "paragraphs", "declaration"],
)
def test_hostile_html_gives_its_text_in_reasonable_time(body: str) -> None:
    started = time.perf_counter()
    document = only(html(body), kind="html")
    assert time.perf_counter() - started < 20
    assert "ثلاثة آلاف شخص" in document.text
    assert "alert" not in document.text
    assert "سيئ" not in document.text


@pytest.mark.parametrize(
    "content", ["", "<", "<!--" * 10_000, html(""), html("<script>x</script>"), "<b>" * 100_000]
)
def test_html_without_text_is_an_error(content: str) -> None:
    with pytest.raises(ArticleError, match="no article text"):
        page(content, kind="html")
