"""Dates: what a text writes out, what it counts from its publication, and what is none."""

from __future__ import annotations

import time
from datetime import date

import pytest
from benchmark_scripts import benchmark
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.arabic import normalise
from rag.clean.datelines import day_in_url, day_of_article, implied_day, stated_day
from rag.clean.dates import explain_day, mentions, parse_day
from rag.clean.months import HIJRI_MONTHS, MONTH_NAMES, MONTHS, WEEKDAYS

PUBLISHED = "2024-06-12"  # a Wednesday


def found(text: str, published: str | None = PUBLISHED) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.iso) for m in mentions(text, published=published)]


# Spellings


def test_of_the_labelled_sentences_95_in_100_are_read_exactly() -> None:
    module = benchmark("dates")
    rows = module.read_rows(module.SENTENCES)
    assert len(rows) >= 150
    kept = [row for row in rows if row["kept"]]
    assert 3 * len(kept) == len(rows)
    assert module.accuracy(module.results_of(kept)) >= 0.95
    assert module.accuracy(module.results_of(rows)) >= 0.95


def test_the_benchmark_counts_a_wrong_date_as_wrong() -> None:
    module = benchmark("dates")
    right = {"text": "في 3 مايو 2020", "published": None}
    label = {"words": "3 مايو 2020", "iso": "2020-05-03", "is_inferred": False}
    other = {**label, "iso": "2020-05-04"}
    rows = [{**right, "dates": [label]}, {**right, "dates": [other]}, {**right, "dates": []}]
    assert [result.is_right for result in module.results_of(rows)] == [True, False, False]


@pytest.mark.parametrize("name", MONTHS)
def test_every_name_of_a_month_is_read_with_a_day_and_a_year(name: str) -> None:
    assert parse_day(f"في 9 {name} 2019") == f"2019-{MONTHS[name]:02}-09"


@pytest.mark.parametrize("name", HIJRI_MONTHS)
def test_every_name_of_a_hijri_month_is_read(name: str) -> None:
    first = parse_day(f"في 1 {name} 1445 هـ")
    assert first == parse_day(f"1/{HIJRI_MONTHS[name]}/1445")
    assert first is not None


@pytest.mark.parametrize("name", WEEKDAYS)
def test_every_name_of_a_weekday_belongs_to_the_date_after_it(name: str) -> None:
    text = f"وصل {name} 9 مايو 2019"
    assert [normalise(words) for words, _ in found(text)] == [normalise(f"{name} 9 مايو 2019")]


def test_both_names_of_a_month_may_stand_together_in_either_order() -> None:
    for months in (
        "يونيو (حزيران)",
        "حزيران/يونيو",
        "يونيو/حزيران",
        "يونيو / حزيران",
        "حزيران - يونيو",
    ):
        assert found(f"في 21 {months} 2024.") == [(f"21 {months} 2024", "2024-06-21")]


def test_two_names_of_different_months_are_no_date() -> None:
    assert found("كُتب 5 يونيو/تموز 2024") == []


def test_marks_within_words_and_digits_do_not_hide_a_date_nor_move_its_place() -> None:
    text = "يومَ الجُمُعةِ ٢١\u200f/\u200f٠٦\u200f/\u200f٢٠٢٤، وفي ٣ أيـــلولَ ٢٠٢٤م."
    assert found(text) == [
        ("الجُمُعةِ ٢١\u200f/\u200f٠٦\u200f/\u200f٢٠٢٤", "2024-06-21"),
        ("٣ أيـــلولَ ٢٠٢٤م", "2024-09-03"),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02/03/2024", "2024-03-02"),  # the day first, as Arabic outlets write it
        ("06/21/2024", "2024-06-21"),  # the other order is the only one that can be
        ("الأحد 04/02/2024", "2024-02-04"),
        ("الثلاثاء 04/02/2024", "2024-04-02"),  # the weekday proves the other order
        ("2024-06-21T23:30:00-05:00", "2024-06-21"),
        ("Fri, 21 Jun 2024 10:00:00 GMT", "2024-06-21"),
        ("12/06/98", "1998-06-12"),
        ("15 رمضان 1445 هـ", "2024-03-25"),
        ("الاثنين 15 رمضان 1445هـ - 25 مارس 2024م", "2024-03-25"),
        ("الثلاثاء 16 رمضان 1445 الموافق 25 مارس 2024", "2024-03-25"),  # a day apart
    ],
)
def test_a_whole_date_is_read(text: str, day: str) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        *("31 نيسان 2024", "29 شباط 2023", "30/02/2024", "2024-13-01", "0/1/2024", "32 مايو 2020"),
        *("30 رمضان 1445 م", "1 محرم 1342 هـ", "1/1/1501هـ", "10 محرم 61 هـ", "15/8/45هـ"),
        *(
            "21/06/24",
            "24-6-12",
            "21 يونيو 24",
            "1.2.3",
            "10.20.30.40",
            "5/6/2024/7",
            "555-12-2024",
        ),
        *("يونيو 2024", "عام 2024", "في 13 سبتمبر", "السبت", "", "هـ", "١٢٣٤٥٦٧٨٩"),
    ],
)
def test_what_is_no_whole_date_or_cannot_be_is_not_read(text: str) -> None:
    assert parse_day(text) is None


def test_an_impossible_day_does_not_leave_its_month_behind() -> None:
    assert found("في 31 نيسان 2024") == []


def test_a_hijri_and_a_gregorian_date_far_apart_are_two_dates() -> None:
    text = "12 رمضان 1445 هـ / 21 مارس 2014"
    assert [iso for _, iso in found(text)] == ["2024-03-22", "2014-03-21"]


# Days counted from the publication


def test_relative_days_need_the_day_of_publication() -> None:
    text = "قال أمس الثلاثاء إن العمل بدأ في يونيو الماضي"
    assert mentions(text) == mentions(text, published="لا تاريخ") == []
    assert found(text) == [("أمس الثلاثاء", "2024-06-11"), ("يونيو الماضي", "2023-06")]
    assert all(mention.is_inferred for mention in mentions(text, published=PUBLISHED))


def test_what_is_written_out_is_not_inferred_beside_what_is() -> None:
    text = "قال أمس إن العمل بدأ في 3 مايو 2024"
    marks = [mention.is_inferred for mention in mentions(text, published=PUBLISHED)]
    assert marks == [True, False]


def test_a_weekday_that_is_said_moves_a_day_published_after_midnight() -> None:
    assert found("أعلن اليوم الثلاثاء") == [("اليوم الثلاثاء", "2024-06-11")]
    assert found("أعلن أمس الاثنين") == [("أمس الاثنين", "2024-06-10")]
    assert found("أعلن اليوم السبت") == []


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("الأربعاء الماضي", "2024-06-05"),
        ("الأربعاء المقبل", "2024-06-19"),
        ("الخميس المقبل", "2024-06-13"),
        ("12 يونيو الماضي", "2023-06-12"),
        ("11 يونيو الماضي", "2024-06-11"),
        ("29 فبراير الماضي", "2024-02-29"),
        ("29 فبراير المقبل", "2028-02-29"),
        ("الشهر قبل الماضي", "2024-04"),
        ("العام قبل الماضي", "2022"),
        ("مارس من العام المقبل", "2025-03"),
        ("5 مارس من العام الماضي", "2023-03-05"),
        ("الأربعاء 5 حزيران", "2024-06-05"),
        ("الأحد 31 ديسمبر", "2023-12-31"),
    ],
)
def test_a_relative_date_is_counted_from_the_publication(text: str, iso: str) -> None:
    assert found(f"كان ذلك {text}.") == [(text, iso)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "الأسبوع الماضي",
            "قبل أيام",
            "قبل شهر",
            "في اليوم السابع",
            "ذلك اليوم",
            "«المصري اليوم»",
        ),
        *("في أمس الحاجة", "قبل يومين من القمة", "السبت", "في 13 سبتمبر", "الجمعة 12 يونيو"),
        *("30 فبراير الماضي", "20 مايو الجاري", "كما غدا البيت", "تناول غداء", "بين الأمس والغد"),
    ],
)
def test_what_leaves_the_day_open_is_no_mention(text: str) -> None:
    assert found(text) == []


def test_days_beyond_the_calendar_are_passed_over() -> None:
    assert found("قال أمس", "0001-01-01") == found("يصل بعد غد", "9999-12-31") == []
    assert found("العام الماضي والشهر الماضي", "0001-01-01") == []
    assert found("العام المقبل والشهر المقبل", "9999-12-31") == []


# Lines and addresses


@pytest.mark.parametrize(
    ("line", "day", "is_update"),
    [
        ("نُشر في: الجمعة 21 يونيو/حزيران 2024", "2024-06-21", False),
        ("تاريخ النشر: 02/03/2024 - 10:30 ص", "2024-03-02", False),
        ("آخر تحديث: 21 يونيو 2024 - 10:30 بتوقيت غرينتش", "2024-06-21", True),
        ("نشر: 20 يونيو 2024 | آخر تحديث: 21 يونيو 2024", "2024-06-20", False),
        ("الجمعة 15 ذو الحجة 1445 هـ - 21 يونيو 2024 م", "2024-06-21", False),
        ("٢١ يونيو ٢٠٢٤", "2024-06-21", False),
        ("السبت 02/03/2024", "2024-03-02", False),
        ("كتب: سمير عادل | الجمعة 21 يونيو 2024 - 10:30 ص", "2024-06-21", False),
        ("القاهرة - سمير عادل - 21 يونيو 2024", "2024-06-21", False),
    ],
)
def test_a_line_that_holds_a_date_and_nothing_else_states_it(
    line: str, day: str, is_update: bool
) -> None:
    stated = stated_day(line)
    assert stated is not None
    assert (stated.day, stated.is_update) == (day, is_update)


@pytest.mark.parametrize(
    "line",
    [
        "02/03/2024",
        "02/03/2024م",
        "في 21 يونيو 2024 وصل الوفد",
        "يونيو 2024",
        "الجمعة",
        "12:30",
        "2024",
    ],
)
def test_a_line_with_more_than_a_date_or_without_a_sure_one_states_none(line: str) -> None:
    assert stated_day(line) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("أعلنت البلدية اليوم الأربعاء 12 يونيو 2024 إغلاق الجسر.", "2024-06-12"),
        ("أعلنت البلدية أمس الثلاثاء، 11 يونيو 2024، إغلاق الجسر.", "2024-06-12"),
        ("الرياض، 3 يونيو 2024 (واس) -- أُغلق الجسر.", "2024-06-03"),
        ("القاهرة في 12 مارس 2024/ وام / أُغلق الجسر.", "2024-03-12"),
        ("ولد في 3 يونيو 1950 - وكان يحب البحر.", None),
        ("أُغلق الجسر في 3 يونيو 2024.", None),
        ("أعلنت البلدية اليوم الأربعاء إغلاق الجسر.", None),
        ("مرّ وقت طويل. " * 60 + "أعلنت اليوم 12 يونيو 2024", None),
    ],
)
def test_the_first_words_of_an_article_may_imply_its_day(text: str, day: str | None) -> None:
    assert implied_day(text) == day


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://marfa.example/2024/06/21/title", "2024-06-21"),
        ("https://marfa.example/news/2024/6/1", "2024-06-01"),
        ("https://marfa.example/a-2024-06-21.html", "2024-06-21"),
        ("https://marfa.example/20240621/title", "2024-06-21"),
        ("https://marfa.example/2024/13/21/title", None),
        ("https://marfa.example/120240621", None),
        ("https://marfa.example/news?day=/2024/06/21/", None),
        (None, None),
    ],
)
def test_the_path_of_an_address_may_hold_the_day(url: str | None, day: str | None) -> None:
    assert day_in_url(url) == day


def test_what_the_page_states_goes_before_what_is_inferred() -> None:
    text, url = "أعلنت اليوم 12 يونيو 2024", "https://marfa.example/2024/06/13/a"
    assert day_of_article(text, stated="2024-06-14", url=url) == ("2024-06-14", False)
    assert day_of_article(text, stated=None, url=url) == ("2024-06-13", True)
    assert day_of_article(text, stated=None) == ("2024-06-12", True)
    assert day_of_article("لا شيء.", stated=None) == (None, False)


# Readers and limits


def test_a_day_is_explained_in_arabic_and_read_back_the_same() -> None:
    assert explain_day("2023-10-20") == "20 أكتوبر 2023"
    assert explain_day("2023-10") == "أكتوبر 2023"
    assert explain_day("2023") == "2023"
    for month in range(1, 13):
        iso = f"2024-{month:02}-05"
        assert explain_day(iso) == f"5 {MONTH_NAMES[month - 1]} 2024"
        assert parse_day(explain_day(iso)) == iso
    for other in ("2023-13", "2023-02-30", "قريباً", "", "2023-1-1"):
        assert explain_day(other) == other


@given(
    st.dates(date(1000, 1, 1), date(2199, 12, 31)).filter(lambda day: not 1300 <= day.year <= 1500)
)
@settings(max_examples=60, deadline=None)
def test_a_date_in_any_spelling_is_the_same_day(day: date) -> None:
    name = MONTH_NAMES[day.month - 1]
    for text in (
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}م",
        f"{day.day} {name} {day.year}",
        f"{name} {day.day}, {day.year}",
        day.strftime("%d %B %Y"),
    ):
        assert parse_day(f"كان في {text}، ثم مضى") == day.isoformat()


PIECES = st.sampled_from(
    [
        *("12", "31", "2024", "1445", "٣", "/", "-", ".", " ", "، ", "(", ")", "\u200f", "ـ", "ً"),
        *(
            "يونيو",
            "حزيران",
            "رمضان",
            "ربيع الأول",
            "كانون الثاني",
            "May",
            "الجمعة",
            "أمس",
            "اليوم",
        ),
        *("الماضي", "المقبل", "الجاري", "قبل", "يومين", "غداً", "الشهر", "العام", "عام", "من", "و"),
        *("هـ", "م", "الموافق", "الأول", "العشرين", "\n", "ﷲ", "\ud800", "İ"),
    ]
)


@given(
    st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=80)),
    st.one_of(st.none(), st.dates().map(date.isoformat), st.text(max_size=12)),
)
@settings(max_examples=200, deadline=None)
def test_any_text_has_mentions_in_order_inside_it_that_are_dates(
    text: str, published: str | None
) -> None:
    end = 0
    for mention in mentions(text, published=published):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end
        year, month, day = [*map(int, mention.iso.split("-")), 1, 1][:3]
        assert date(year, month, day).isoformat().startswith(mention.iso)
        assert text[mention.start : mention.end].strip()
    stated_day(text)
    implied_day(text)
    explain_day(text)
    day_in_url(text)


@pytest.mark.parametrize("piece", ["12 ", "1/", "كانون ", "الأول ", "الجمعة (", "12 يونيو (", "  "])
def test_a_long_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        started = time.process_time()
        mentions(text, published=PUBLISHED)
        return time.process_time() - started

    assert seconds(20_000) < 10 * max(seconds(5_000), 0.02)
