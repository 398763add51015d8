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
        "وأضاف أن تصريحات الوزير لا تعبر بالضرورة عن رأي الحكومة.",
        "وخلصت الدراسة إلى أن نتائج العينة لا تمثل بالضرورة جميع السكان.",
        "لن يتم نشر أي جنود أميركيين على الأرض.",
        "العلامات: العطش الشديد وكثرة التبول وفقدان الوزن.",
        "يستخدم موقع الشركة ملفات تعريف الارتباط، وفق الدعوى.",
        "جميع الحقوق محفوظة للكاتب منذ أن نشر كتابه الأول عن الجسر عام 1950 في بيروت والقاهرة.",
    ],
)
def test_a_line_that_could_be_furniture_stays_in_the_middle_of_an_article(line: str) -> None:
    assert only(TITLE, BODY[0], line, *BODY[1:]).text == joined((BODY[0], line, *BODY[1:]))


@pytest.mark.parametrize(
    "line",
    [
        "الآراء الواردة في المقال لا تعبر بالضرورة عن رأي الصحيفة.",
        "لن يتم نشر عنوان بريدك الإلكتروني.",
        "العلامات: الجسر، الطرق، البلدية",
        "يستخدم موقع الجريدة ملفات تعريف الارتباط لتحسين تجربتك.",
    ],
)
def test_what_a_site_says_to_its_visitors_still_goes(line: str) -> None:
    assert line not in only(TITLE, *BODY, line).text


def test_a_page_with_its_pictures_inside_is_read_to_its_end() -> None:
    picture = f'<img src="data:image/png;base64,{"iVBORw0K" * 700_000}">'
    text = "".join(f"<p>{paragraph}</p>" for paragraph in BODY[1:])
    html = f"<html><body><h1>{TITLE}</h1><p>{BODY[0]}</p>{picture}{text}</body></html>"
    assert BODY[-1] in only(html, kind="html").text


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


@pytest.mark.parametrize(
    "notice",
    [
        "إعلان",
        "مساحة إعلانية",
        "نستخدم ملفات تعريف الارتباط لتحسين تجربتك، وبمتابعة التصفح توافق على ذلك.",
        "اشترك في نشرتنا البريدية لتصلك أهم الأخبار",
        "أدخل بريدك الإلكتروني",
        "تابعونا على فيسبوك وتويتر",
        "انضم إلى قناتنا على واتساب",
        "1,204 مشاهدة",
        "مدة القراءة: 4 دقائق",
        "شاهد الفيديو",
        "A+ A-",
        "الآراء الواردة هنا تعبر عن كاتبها ولا تعبر بالضرورة عن رأي الصحيفة.",
        "— صحيفة المرفأ (@almarfa) March 14, 2024",
        "صدر الصورة، Getty Images",
        "من نحن | اتصل بنا | سياسة الخصوصية",
        "#جسور #سيول #ترميم",
    ],
)
def test_notices_of_a_site_go_wherever_they_stand(notice: str) -> None:
    document = only(TITLE, notice, BODY[0], notice, *BODY[1:], notice)
    assert (document.title, document.text) == (TITLE, joined(BODY))


@pytest.mark.parametrize(
    "line",
    [
        "وتحفظ المواقع ملفات تعريف الارتباط في أجهزة الزوار من دون إذنهم.",
        "تابع الرئيس على تويتر كلامه عن الجسر، وقال إن العمل لن يتوقف.",
        "الاشتراك في النشرة البريدية للبلدية مجاني، كما قال المتحدث باسمها.",
        "1204",
        "إعلان حالة الطوارئ",
        "كاتب المدينة وشاعرها",
        "قال: النهاية!",
    ],
)
def test_an_article_may_speak_of_what_notices_speak_of(line: str) -> None:
    assert only(TITLE, BODY[0], line, *BODY[1:]).text == joined((BODY[0], line, *BODY[1:]))


@pytest.mark.parametrize(
    "signature",
    [
        ("سالم علي", "* كاتب وباحث في شؤون المدن"),
        ("صحافية من الصخرة",),
        ("almarfa@example.org",),
        ("للتواصل: salem@example.org",),
    ],
)
def test_who_the_writer_is_goes_from_the_end_and_only_from_there(signature: tuple[str]) -> None:
    assert only(TITLE, *BODY, *signature).text == joined(BODY)
    between = (*BODY[:2], *signature, *BODY[2:])
    assert only(TITLE, *between).text == joined(between)


def test_the_menu_of_a_site_goes_from_above_the_headline() -> None:
    menu = "الرئيسية\nأخبار\nسياسة\nاقتصاد\nرياضة\nبث مباشر\nتسجيل الدخول"
    assert only(menu, "أخبار|سياسة", TITLE, *BODY).title == TITLE
    assert only("English Français", menu, TITLE, *BODY).title == TITLE


def test_headlines_that_a_page_runs_above_its_own_go() -> None:
    ticker = ("عاجل", "سوق السمك ينتقل إلى الميناء", "منتخب الناشئين يخسر بهدف")
    document = only(*ticker, TITLE, "12 مارس 2024", *BODY)
    assert (document.title, document.text) == (TITLE, joined(BODY))
    assert only(*ticker, TITLE, *BODY).title == TITLE


def test_what_stands_between_a_headline_and_its_date_goes_but_a_second_headline_stays() -> None:
    head = ("بوابة المرفأ", "صورة: أرشيف", "الجمعة 15 مارس 2024 - 09:00")
    document = only(TITLE, *head, *BODY)
    assert (document.text, document.published) == (joined(BODY), "2024-03-15")
    deck = "المشروع يبدأ من الضفة الغربية ويستمر عاماً كاملاً بحسب رئيس البلدية"
    assert only(TITLE, deck, *head, *BODY).text.startswith(deck)


def test_a_headline_said_again_beside_a_photo_goes_and_a_second_headline_stays() -> None:
    deck = "حافلات بديلة للسكان"
    for photo in (f"{CAPTION}\n{CAPTION}\nTT", "TT"):
        document = only(TITLE, deck, f"{TITLE}\n{photo}", TITLE, TITLE, *BODY)
        assert (document.title, document.text) == (TITLE, joined((deck, *BODY)))


def test_headlines_below_the_bar_that_closes_an_article_go() -> None:
    links = ("سوق السمك ينتقل إلى الميناء", "حافلات جديدة في الصخرة")
    assert only(TITLE, *BODY, "شارك هذا الخبر", *links).text == joined(BODY)
    assert only(TITLE, *BODY[:2], "شارك هذا الخبر", "ارتياح في السوق", *BODY[2:]).text == joined(
        (*BODY[:2], "ارتياح في السوق", *BODY[2:])
    )


def test_the_mark_with_which_an_agency_ends_a_report_ends_it() -> None:
    assert only(TITLE, *BODY, "// انتهى //", "11:42 ت م", "0009").text == joined(BODY)


# Links to other articles


def test_a_box_that_readers_may_skip_goes_up_to_its_end() -> None:
    box = ("تخطى قصص مقترحة وواصل القراءة", "قصص مقترحة", "سوق السمك ينتقل", "قصص مقترحة نهاية")
    assert only(TITLE, *BODY[:2], *box, *BODY[2:]).text == joined(BODY)


def test_a_list_of_the_article_below_a_box_of_links_stays() -> None:
    items = "- أعمدة الجسر\n- سطح الجسر"
    box = ("اقرأ أيضا", "سوق السمك ينتقل إلى الميناء")
    document = only(TITLE, *BODY[:2], *box, items, *BODY[2:])
    assert document.text == joined((*BODY[:2], items, *BODY[2:]))


def test_a_short_subheading_after_a_link_begins_no_article_though_the_text_repeats_it() -> None:
    rest = ("مكتبة متنقلة", *SECOND, *BODY[2:])
    document = only(TITLE, *BODY[:2], "اقرأ أيضا", "سوق السمك ينتقل إلى الميناء", *rest)
    assert document.text.endswith(joined(rest[1:]))


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


def test_a_headline_with_a_date_and_a_writer_begins_another_article() -> None:
    first, second = page(
        *(TITLE, "نُشر في: 4 أبريل 2024", "بقلم: ليلى الناصر", *BODY),
        *("محليات", SECOND_TITLE, "نُشر في: 5 أبريل 2024", "بقلم: سالم علي", *SECOND),
    )
    assert (first.title, first.text, first.published) == (TITLE, joined(BODY), "2024-04-04")
    assert (second.title, second.text) == (SECOND_TITLE, joined(SECOND))
    assert second.published == "2024-04-05"


def test_the_dates_of_a_chronology_begin_no_articles() -> None:
    body = (BODY[0], "بداية العمل في الجسر القديم", "12 مارس 2024", *SECOND)
    assert only(TITLE, *body).text == joined(body)


def test_an_article_of_short_parts_under_read_also_is_one_document() -> None:
    parts = ("مارس 2020", SECOND[1], "مايو 2021", SECOND[2])
    first, second = page(
        *(TITLE, *BODY, "كلمات دلالية: جسور سيول", "إقرأ أيضاً:", SECOND_TITLE, SECOND[0], *parts)
    )
    assert first.text == joined(BODY)
    assert (second.title, second.text) == (SECOND_TITLE, joined((SECOND[0], *parts)))


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


def test_what_states_no_day_is_no_publication_date() -> None:
    raw = RawArticle("page", "text", joined(BODY), published="soon")
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
    started = time.process_time()
    document = only(html(body), kind="html")
    assert time.process_time() - started < 20
    assert "ثلاثة آلاف شخص" in document.text
    assert "alert" not in document.text
    assert "سيئ" not in document.text


@pytest.mark.parametrize(
    "content", ["", "<", "<!--" * 10_000, html(""), html("<script>x</script>"), "<b>" * 100_000]
)
def test_html_without_text_is_an_error(content: str) -> None:
    with pytest.raises(ArticleError, match="no article text"):
        page(content, kind="html")


def test_every_article_of_an_endless_html_page_is_a_document_of_its_own() -> None:
    stories = "".join(
        f"<article><a>محليات</a><h1>{title}</h1><time>{day} أبريل 2024</time>{texts}</article>"
        for title, day, texts in (
            (TITLE, 4, PARAGRAPHS),
            (SECOND_TITLE, 5, "".join(f"<p>{text}</p>" for text in SECOND)),
        )
    )
    first, second = page(html(f"<main>{stories}</main>", f"<title>{TITLE}</title>"), kind="html")
    assert (first.title, first.text) == (TITLE, joined(BODY))
    assert (second.title, second.text) == (SECOND_TITLE, joined(SECOND))
    assert second.published == "2024-04-05"


def test_what_the_markup_calls_a_caption_tags_or_links_goes() -> None:
    links = "".join(f"<li><a href='/{at}'>سوق السمك ينتقل إلى الميناء {at}</a></li>" for at in "12")
    body = f"""<div class="text"><h1>{TITLE}</h1><div class="pic"><img>
        <span class="img-caption">الجسر في ليلة ماطرة</span></div>{PARAGRAPHS}
        <ul>{links}</ul><div class="post-tags"><a>جسور</a><a>سيول</a></div></div>"""
    assert only(html(body), kind="html").text == joined(BODY)


def test_lists_tables_and_broken_lines_of_an_html_page_keep_their_shape() -> None:
    body = f"""<article><h1>{TITLE}</h1>{PARAGRAPHS}<ul><li>الأعمدة</li><li>السطح</li></ul>
        <p>يا جسر خذني<br>إلى الضفة</p><table><tr><td>2020</td><td>7</td></tr></table>
        <p>{BODY[0]}</p></article>"""
    text = only(html(body), kind="html").text
    assert text == joined(
        (*BODY, "- الأعمدة\n- السطح", "يا جسر خذني\nإلى الضفة", "2020 | 7", BODY[0])
    )


# Time


@pytest.mark.parametrize(
    "content",
    [
        f"{BODY[0]}\n\n" + "اقرأ أيضاً\n\n" * 15_000,
        f"{BODY[0]}\n\n" + f"اقرأ أيضاً\n\n{BODY[1]}\n\n" * 5_000,
        f"{BODY[0]}\n\nاقرأ أيضاً\n\n{TITLE}\n\n" + f"{BODY[0]}\n\n" * 8_000,
        f"{BODY[0]}\n\n" + "تعليقات\n\nاترك تعليقاً\n\n" * 8_000,
        f"{TITLE}\n\n" + "12 مارس 2024\n\n" * 8_000 + BODY[0],
        f"عاجل\n\n{TITLE}\n\n" + f"{SECOND_TITLE}\n\n" * 8_000 + BODY[0],
        BODY[0] + "." * 300_000 + "س",
        '."' * 200_000 + "(" * 200_000 + "س",
        f"{BODY[0]} " * 20_000,
        "Mm0a" * 200_000 + "==س",
        "س" * 5_000_000,
    ],
    ids="labels texts sentences comments dates headlines dots marks line residue word".split(),
)
def test_hostile_text_takes_no_longer_than_its_length_asks_for(content: str) -> None:
    started = time.process_time()
    assert page(content)
    assert time.process_time() - started < 10


def test_a_tag_without_an_end_is_passed_quickly() -> None:
    started = time.process_time()
    with pytest.raises(ArticleError):
        page("<" + "a" * 2_000_000, kind="html")
    assert time.process_time() - started < 10


# Other layouts of the same outlets


@pytest.mark.parametrize(
    "line",
    [
        "نسخة للطباعة",
        "انقر للمشاركة على فيسبوك (فتح في نافذة جديدة)",
        "رمز العنصر/ https://example.org/x1a1",
        "رابط المصدر",
        "شارك هذا الموضوع:",
        "مادة اعلانية",
        "تابعوا القناة علىملخص",
        "تابعوا آخر أخبار الساحل عبر Google News",
        "جانب من الجسر القديم / Globallookpress",
        "MTAuMC4wLjE=جزيرة المرفأ",
        "MTcyLjcwLjEyMy40NQ",
    ],
)
def test_a_line_that_is_no_part_of_any_article_goes_wherever_it_stands(line: str) -> None:
    assert only(TITLE, BODY[0], line, *BODY[1:]).text == joined(BODY)


@pytest.mark.parametrize(
    "line",
    [
        "القاهرة - أ.ف.ب",
        "رام الله / الأناضول",
        "البرجين: «صحيفة المرفأ»",
        "نُشر: 10:35-14 مارس 2024 م ـ 04 رَمضان 1445 هـ",
        "الخميس - 4 شهر رمضان 1445 هـ - 14 مارس 2024 مـ رقم العدد [16543]",
    ],
)
def test_place_and_day_of_a_report_stand_above_its_text_and_not_in_it(line: str) -> None:
    document = only(TITLE, line, *BODY)
    assert (document.title, document.text) == (TITLE, joined(BODY))
    assert document.published == ("2024-03-14" if "2024" in line else None)


@pytest.mark.parametrize(
    "line", ["رياضةعاجلمحلي", "اقتصادأخبار", "أخبارالشرق قادم", "علوم وتكنولوجيا"]
)
def test_sections_that_were_run_together_are_no_headline(line: str) -> None:
    assert only(line, TITLE, *BODY).title == TITLE


def test_a_description_without_an_agency_goes_wherever_it_is_said_above_the_text() -> None:
    photo = "عمال يرممون الجسر القديم في الصباح"
    below = (SECOND_TITLE, f"{photo}\n{photo}\nTT", SECOND_TITLE, photo)
    teasers = ("مقالات ذات صلة", "سوق السمك ينتقل إلى الرصيف الشمالي في المرفأ")
    first, second = page(TITLE, f"{photo}\n{photo}\nTT", TITLE, *BODY, *teasers, *below, *SECOND)
    assert (first.title, first.text) == (TITLE, joined(BODY))
    assert (second.title, second.text) == (SECOND_TITLE, joined(SECOND))


def test_a_summary_below_read_more_goes_and_the_article_goes_on() -> None:
    linked = "بلدية المرفأ تنقل سوق السمك إلى الرصيف الشمالي"
    summary = "أعلنت بلدية المرفأ نقل سوق السمك إلى الرصيف الشمالي ابتداء من الأحد المقبل."
    document = only(TITLE, *BODY[:2], "إقرأ المزيد", linked, summary, *BODY[2:])
    assert document.text == joined(BODY)


def test_several_sources_are_named_together() -> None:
    document = only(TITLE, *BODY, "المصدر : قناة الساحل + وكالات + مواقع التواصل الاجتماعي")
    assert document.source == "قناة الساحل + وكالات + مواقع التواصل الاجتماعي"
    assert document.text == joined(BODY)
