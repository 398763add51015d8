"""Title, outlet, author, address and day of an article: from a page's head, markup and lines."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HTMLParser, document_fromstring

from rag.articles import RawArticle
from rag.clean import clean
from rag.clean.jsonld import nodes_of
from rag.clean.lines import Line
from rag.clean.metadata import Metadata, metadata_of
from rag.clean.outlets import outlet_of_page, signature_of, signed_above, signed_by, without_outlet

TITLE = "بلدية الصخرة ترمم الجسر القديم"
OUTLET = "مرفأ الأخبار"
URL = "https://marfa.example/news/17"
AUTHOR = "ليلى الناصر"
BODY = (
    "بدأت بلدية الصخرة ترميم الجسر القديم الذي أغلقته السيول في الشتاء الماضي.",
    "وقال رئيس البلدية إن الكلفة تبلغ مليوني دينار تدفع الدولة ثلثيها.",
    "ويعبر الجسر كل يوم نحو ثلاثة آلاف شخص بين السوق والمدرسة.",
)


def said(head: str = "", body: str = "", lang: str = "ar") -> Metadata:
    page = f'<html lang="{lang}"><head>{head}</head><body>{body}<p>نص</p></body></html>'
    parser = HTMLParser(remove_comments=True, encoding="utf-8")
    tree = document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    return metadata_of(tree, source_text=page)


def ld(*values: object) -> str:
    scripts = (json.dumps(value, ensure_ascii=False) for value in values)
    return "".join(f'<script type="application/ld+json">{text}</script>' for text in scripts)


def meta(**contents: str) -> str:
    """Meta tags; `_` stands for `:` in a name, since all of these names have it."""
    return "".join(
        f'<meta property="{name.replace("_", ":", 1)}" content="{content}">'
        for name, content in contents.items()
    )


def named(**contents: str) -> str:
    """Meta tags with a name; `_` stands for `-`."""
    return "".join(
        f'<meta name="{name.replace("_", "-")}" content="{content}">'
        for name, content in contents.items()
    )


ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": TITLE,
    "datePublished": "2024-06-21T10:00:00+03:00",
    "dateModified": "2024-06-22T10:00:00+03:00",
    "author": {"@type": "Person", "name": "ليلى الناصر"},
    "publisher": {"@type": "Organization", "name": OUTLET, "logo": {"@type": "ImageObject"}},
    "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
}
WHOLE = Metadata(TITLE, OUTLET, "ليلى الناصر", URL, "2024-06-21")


def article(**changed: object) -> dict[str, object]:
    return {**ARTICLE, **changed}


GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        article(
            **{"@type": ["Article", "NewsArticle"]},
            author={"@id": "#leila"},
            publisher={"@id": "#org"},
        ),
        {"@type": "WebSite", "@id": "#site", "name": OUTLET},
        {"@type": "Organization", "@id": "#org", "name": OUTLET},
        {"@type": "Person", "@id": "#leila", "name": "ليلى الناصر"},
    ],
}
OTHER = article(headline="سوق السمك ينتقل", mainEntityOfPage="https://marfa.example/news/3")

# Whole heads: what the page says, all of it or a part


@pytest.mark.parametrize(
    "head",
    [
        ld(ARTICLE),
        ld([{"@type": "BreadcrumbList", "itemListElement": []}, ARTICLE]),
        ld({"@type": "BreadcrumbList"}, article(**{"@type": "ReportageNewsArticle"})),
        ld(article(**{"@type": "http://schema.org/Article"})),
        ld(GRAPH),
        ld(article(author=AUTHOR)),
        ld(article(author=[AUTHOR])),
        ld(article(author=[{"name": AUTHOR}, {"name": AUTHOR}])),
        ld(article(author="كتبت: ليلى الناصر")),
        ld(article(publisher=OUTLET, mainEntityOfPage=URL)),
        ld(article(mainEntityOfPage=None, url=URL)),
        ld({"@type": "WebPage", "mainEntity": ARTICLE}),
        ld(OTHER, ARTICLE) + f'<link rel="canonical" href="{URL}">',
        ld(article(headline=f"  {TITLE}\n")),
        ld(article(headline=f"<b>{TITLE}</b>")),
        ld(article(headline=f"{TITLE} | {OUTLET}")),
        ld(article(datePublished="الجمعة 21 يونيو (حزيران) 2024")),
        ld(article(datePublished=None, dateModified="2024-06-21")),
        '<script type="application/ld+json; charset=utf-8"><!--\n'
        + json.dumps(ARTICLE, ensure_ascii=False)
        + "\n//--></script>",
        '<script type="application/ld+json">//<![CDATA[\n'
        + json.dumps(ARTICLE, ensure_ascii=False).replace('"}}', '",},}')
        + "\n//]]></script>",
        '<script type="application/ld+json">'
        + json.dumps(article(description="سطر@سطر"), ensure_ascii=False).replace("@س", "\n\tس")
        + ";</script>",
        '<script type="application/ld+json">{"@type": "NewsArticle", </script>' + ld(ARTICLE),
        meta(og_title=TITLE, og_site_name=OUTLET, og_url=URL)
        + meta(article_published_time="2024-06-21T07:00Z", article_author=AUTHOR),
        f"<title>{TITLE} - {OUTLET}</title><link rel='canonical' href='/news/17'>"
        '<base href="https://marfa.example/">'
        + named(author=AUTHOR, application_name=OUTLET, pubdate="1718960000"),
        named(parsely_title=TITLE, parsely_link=URL, parsely_author=AUTHOR)
        + '<meta name="parsely-pub-date" content="2024-06-21T10:00:00Z">'
        + f'<meta name="dc.publisher" content="{OUTLET}">',
        "".join(
            f'<meta name="{name}" content="{content}">'
            for name, content in (
                *(("DC.title", TITLE), ("DC.creator", AUTHOR), ("DC.publisher", OUTLET)),
                *(("DC.date.issued", "21/06/2024"), ("twitter:url", URL)),
            )
        ),
        meta(twitter_title=f"{TITLE} | {OUTLET}", og_url=URL, og_site_name=OUTLET)
        + meta(twitter_label1="كُتب بواسطة", twitter_data1=AUTHOR)
        + named(date="21 حزيران 2024"),
        "".join(
            f'<meta itemprop="{name}" content="{content}">'
            for name, content in (
                *(("headline", TITLE), ("datePublished", "2024-06-21")),
                *(("author", AUTHOR), ("publisher", OUTLET)),
            )
        )
        + f'<link rel="canonical" href="{URL}">',
    ],
)  # fmt: skip
def test_a_head_says_title_outlet_author_address_and_day(head: str) -> None:
    assert said(head) == WHOLE


# The markup


def test_the_markup_says_what_the_head_leaves_out() -> None:
    body = (
        f"<header><span class='date'>اليوم: 30 يونيو 2024</span></header><h1>{TITLE}</h1>"
        '<span itemprop="author">بقلم: ليلى الناصر</span>'
        '<aside><time datetime="2024-01-01">قديم</time></aside>'
        '<time class="published" datetime="2024-06-21T08:00">الجمعة</time>'
    )
    found = said(f"<title>{TITLE} | {OUTLET}</title>", body)
    assert found == Metadata(TITLE, OUTLET, "ليلى الناصر", None, "2024-06-21")


@pytest.mark.parametrize(
    "body",
    [
        '<span class="post-date">نُشر في: ٢١ يونيو ٢٠٢٤ - ١٠:٣٠ ص</span>',
        '<div id="article-time">الجمعة 15 ذو الحجة 1445 هـ - 21 يونيو 2024 م</div>',
        "<time>21 يونيو/حزيران 2024</time>",
        '<time datetime="غير صالح">21/06/2024</time>',
        '<ul><li><time datetime="2020-01-01"></time></li></ul><time datetime="2024-06-21"></time>',
        '<time datetime="2024-06-20"></time><time pubdate datetime="2024-06-21"></time>',
    ],
)
def test_a_date_below_the_headline_is_the_day_of_publication(body: str) -> None:
    assert said(body=f"<h1>{TITLE}</h1>{body}").published == "2024-06-21"


def test_a_date_above_the_headline_is_the_day_of_the_visit() -> None:
    assert said(body=f'<div class="date">21 يونيو 2024</div><h1>{TITLE}</h1>').published is None


def test_the_day_of_publication_goes_before_that_of_the_last_change_wherever_it_stands() -> None:
    changed = meta(article_modified_time="2024-07-01", og_updated_time="2024-07-02")
    assert said(changed, f'<h1>{TITLE}</h1><time datetime="2024-06-21">').published == "2024-06-21"
    assert said(changed, f"<h1>{TITLE}</h1>").published == "2024-07-01"


def test_digits_of_uncertain_order_are_read_on_arabic_pages_alone() -> None:
    head = '<meta name="date" content="02/03/2024">'
    assert said(head).published == "2024-03-02"
    assert said(head, lang="en").published is None
    assert said('<meta name="date" content="2/3/2024 10:00:00 AM">').published is None


def test_a_saved_page_keeps_its_address_in_a_comment() -> None:
    page = f"<!-- saved from url=(0029){URL}?a=1&amp;b=2 --><html><body><p>نص</p></body></html>"
    tree = document_fromstring(page.encode(), parser=HTMLParser(encoding="utf-8"))
    assert metadata_of(tree, source_text=page).url == f"{URL}?a=1&b=2"


def test_a_canonical_front_page_gives_way_to_the_address_of_the_article() -> None:
    head = f'<link rel="canonical" href="https://marfa.example/">{meta(og_url=URL)}'
    assert said(head).url == URL


def test_a_title_cut_short_gives_way_to_the_whole_one() -> None:
    short = TITLE[:15] + "..."
    assert said(ld(article(headline=short)) + meta(og_title=TITLE)).title == TITLE
    assert said(ld(article(headline=short))).title == short


def test_an_outlet_that_signs_as_author_is_no_author() -> None:
    assert said(ld(article(author={"@type": "Organization", "name": OUTLET}))).author is None
    both = ld(article(author=[{"name": AUTHOR}, {"name": "سالم علي"}, {"name": "admin"}]))
    assert said(both).author == "ليلى الناصر، سالم علي"


# Hostile values


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "http://",
            "نص",
            "http://[",
        ),
        *(
            "https://a.example/<b>",
            "https://user:word@a.example/",
            "https://a.example/" + "x" * 3000,
        ),
    ],
)
def test_an_address_that_leads_to_no_page_of_the_web_is_refused(url: str) -> None:
    quoted = url.replace("<", "&lt;")
    assert said(f'<link rel="canonical" href="{quoted}">{meta(og_url=quoted)}').url is None


def test_values_too_long_or_without_words_are_refused() -> None:
    for text in ("ك" * 5000, "***", "null", "{{title}}", " "):
        assert said(ld(article(headline=text)) + f"<title>{TITLE}</title>").title == TITLE
        assert said(ld(article(author=text))).author is None
        assert said(ld(article(publisher=text))).source is None
    for text in ("https://social.example/leila", "@leila", "leila@marfa.example", "المحرر"):
        assert said(ld(article(author=text))).author is None


def test_tags_within_values_go_and_their_text_stays() -> None:
    head = ld(article(author="<a href='x'>ليلى</a> الناصر", headline=f"{TITLE}&lt;script&gt;"))
    assert (said(head).author, said(head).title) == ("ليلى الناصر", TITLE)


@pytest.mark.parametrize(
    "day", ["0001-01-01", "1970-01-01T00:00:00Z", "2199-01-01", "قريباً", "", "0"]
)
def test_days_that_cannot_be_those_of_an_article_are_refused(day: str) -> None:
    assert said(ld(article(datePublished=day, dateModified=None))).published is None


def test_values_of_unexpected_types_are_passed_over() -> None:
    odd: list[object] = [
        None,
        7,
        True,
        {"a": 1},
        [[1], None],
        {"@id": 5},
        {"name": [3, {"@value": 4}]},
    ]
    for value in odd:
        names = (
            "headline",
            "author",
            "publisher",
            "datePublished",
            "url",
            "mainEntityOfPage",
            "@type",
        )
        for name in names:
            said(ld(article(**{name: value})))
    deep = '{"@graph":' * 3000 + "1" + "}" * 3000
    assert said(f'<script type="application/ld+json">{deep}</script>') == Metadata()


def test_a_page_of_many_nodes_is_read_in_time() -> None:
    started = time.process_time()
    nodes = nodes_of([json.dumps([{"@type": "Thing", "x": [{}] * 50}] * 2000)] * 3)
    said(body="<h1>ع</h1>" + '<div class="date">' * 300 + "<time>س</time>" * 1000)
    assert len(nodes) <= 5000 + 50
    assert time.process_time() - started < 3


@given(st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from("@type @id @graph name headline author url datePublished".split()),
            inner, max_size=5,
        ),
    ),
    max_leaves=20,
), st.text(max_size=60))  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_any_json_and_any_text_are_read_without_an_error(value: object, text: str) -> None:
    script = json.dumps(value).replace("</", "<\\/")
    found = said(f'<script type="application/ld+json">{script}</script>', f"<h1>{text}</h1>")
    assert found.url is None or found.url.startswith("http")
    nodes_of([text])
    signature_of(text)
    outlet_of_page([Line(text)])


# Titles and outlets


@pytest.mark.parametrize(
    ("title", "names"),
    [
        (f"{TITLE} | الجزيرة نت", ()),
        (f"{TITLE} - العربية", ()),
        (f"{TITLE} – صحيفة المرفأ", ()),
        (f"{TITLE} - marfa.example", ()),
        (f"{TITLE} | محليات | {OUTLET}", (OUTLET, "محليات")),
        (f"{OUTLET} | {TITLE}", (OUTLET,)),
        (f"{TITLE} :: {OUTLET} - خبر بخبر", (OUTLET + " - خبر بخبر",)),
    ],
)
def test_the_name_of_the_outlet_goes_from_a_title(title: str, names: tuple[str, ...]) -> None:
    assert without_outlet(title, names) == TITLE


@pytest.mark.parametrize(
    "title",
    [TITLE, "القاهرة - أسوان: قطار جديد", "الجسر | حكاية مدينة", "الجزيرة نت", "حرب 1967 - 1973"],
)
def test_a_title_without_an_outlet_stays(title: str) -> None:
    assert without_outlet(title, (OUTLET,)) == title


@pytest.mark.parametrize(
    "title", ["موعد مباراة الهلال - الاتحاد", "الخليج : أمطار غزيرة على السواحل الشرقية"]
)
def test_what_the_whole_headline_says_is_no_outlet(title: str) -> None:
    found = said(f"<title>{title}</title>", f"<h1>{title}</h1>")
    assert (found.title, found.source) == (title, None)


def test_what_stands_above_the_article_tells_title_and_site_apart() -> None:
    assert without_outlet(f"{TITLE} - أنباء الوادي", (), heading=TITLE) == TITLE
    assert (
        said(f"<title>{TITLE} - أنباء الوادي</title>", f"<h1>{TITLE}</h1>").source == "أنباء الوادي"
    )


# Lines of text


@pytest.mark.parametrize(
    ("line", "author", "source"),
    [
        ("كتب: سمير عادل", "سمير عادل", None),
        ("كتبت - ليلى الناصر - القاهرة", "ليلى الناصر", None),
        ("بقلم سمير عادل", "سمير عادل", None),
        ("كتب: سمير عادل | الجمعة 21 يونيو 2024 - 10:30 مساءً", "سمير عادل", None),
        ("القاهرة - سمير عادل - 21/06/2024", "سمير عادل", None),
        ("القاهرة - سمير عادل", "سمير عادل", None),
        ("سمير عادل (القاهرة)", "سمير عادل", None),
        ("لندن: «الشرق الأوسط»", None, "الشرق الأوسط"),
        ("الدوحة - الجزيرة نت", None, "الجزيرة نت"),
        ("الرياض: سمير عادل «مرفأ الأخبار»", "سمير عادل", "مرفأ الأخبار"),
        ("القاهرة - مجلس الوزراء", None, None),
        ("قال سمير عادل: «لن نغلق الطريق»", None, None),
        ("القاهرة: قطار جديد إلى أسوان.", None, None),
        ("ترميم الجسر القديم", None, None),
    ],
)
def test_a_line_may_sign_an_article(line: str, author: str | None, source: str | None) -> None:
    found = signature_of(line)
    assert (found.author, found.source) == (author, source)


@pytest.mark.parametrize(
    ("name", "author", "source"),
    [
        ("سمير عادل", "سمير عادل", None),
        ("د. سمير عادل:", "د. سمير عادل", None),
        ("سمير عادل من الرياض", "سمير عادل", None),
        ("سمير عادل (وادي السرو)", "سمير عادل", None),
        ("الصخرة ـ رويترز:", None, "رويترز"),
        ("سمير عادل- سبق- الصخرة:", "سمير عادل", "سبق"),
        ("لندن: «الشرق الأوسط»", None, "الشرق الأوسط"),
        ("القاهرة", None, None),
        ("", None, None),
    ],
)
def test_what_a_file_gives_as_author_may_be_a_byline(
    name: str, author: str | None, source: str | None
) -> None:
    assert signed_by(name) == (author, source)


def test_the_first_words_of_the_text_may_name_the_outlet() -> None:
    for opening in (
        *("لندن - «القدس العربي»: ", "الرياض (رويترز) - ", "دبي - العربية نت: "),
        "سمير عادل- سبق- تبوك: ",
    ):
        assert signed_above([Line(TITLE), Line(opening + BODY[0])]).source is not None
    assert signed_above([Line(TITLE), Line("القاهرة - قال الوزير: " + BODY[0])]).source is None


@pytest.mark.parametrize(
    ("foot", "outlet"),
    [
        (
            ("لمزيد من الأخبار زوروا موقعنا: أنباء الوادي وللتواصل تابعنا على فيسبوك",),
            "أنباء الوادي",
        ),
        (("أنباء الوادي – جميع الحقوق محفوظة",), "أنباء الوادي"),
        (("جميع الحقوق محفوظة لـ أنباء الوادي © 2024",), "أنباء الوادي"),
        (("© 2024 أنباء الوادي",), "أنباء الوادي"),
        (("سمير عادل (لندن) «أنباء الوادي» (الصخرة)", "«أنباء الوادي» (الصخرة)"), "أنباء الوادي"),
        (("«أنباء الوادي» (الصخرة)",), None),
        (("«رويترز» (لندن)", "«رويترز» (باريس)"), None),
        (("جميع الحقوق محفوظة",), None),
    ],
)
def test_the_foot_of_a_page_may_name_the_outlet(foot: tuple[str, ...], outlet: str | None) -> None:
    assert outlet_of_page([*map(Line, BODY), *map(Line, foot)]) == outlet


# Documents


def test_a_page_saved_as_text_keeps_its_day_author_and_outlet() -> None:
    lines = (
        TITLE,
        "كتب: سمير عادل",
        "نُشر في: الجمعة 21 يونيو/حزيران 2024",
        *BODY,
        f"{OUTLET} – جميع الحقوق محفوظة",
    )
    (document,) = clean(RawArticle("page.txt", "text", "\n\n".join(lines)))
    assert (document.title, document.author, document.source) == (TITLE, "سمير عادل", OUTLET)
    assert (document.published, document.is_inferred) == ("2024-06-21", False)
    assert "سمير" not in document.text


def test_a_line_that_states_the_last_change_is_used_where_there_is_no_other() -> None:
    updated, published = "آخر تحديث: 22 يونيو 2024", "نُشر في: 21 يونيو 2024"
    for lines, day in (
        ((updated,), "2024-06-22"),
        ((published, updated), "2024-06-21"),
        ((updated, published), "2024-06-21"),
    ):
        (document,) = clean(RawArticle("p", "text", "\n\n".join((TITLE, *lines, *BODY))))
        assert (document.published, document.is_inferred) == (day, False)
        assert document.text == "\n\n".join(BODY)


def test_a_day_worked_out_from_the_text_or_the_address_is_marked_as_inferred() -> None:
    told = "أعلنت البلدية اليوم الأربعاء 12 يونيو 2024 إغلاق الجسر القديم."
    (document,) = clean(RawArticle("p", "text", "\n\n".join((TITLE, told, *BODY))))
    assert (document.published, document.is_inferred) == ("2024-06-12", True)
    url = "https://marfa.example/2024/06/13/a"
    (document,) = clean(RawArticle("p", "text", "\n\n".join((TITLE, told, *BODY)), url=url))
    assert (document.published, document.is_inferred) == ("2024-06-13", True)


def test_what_the_format_says_goes_before_what_the_page_says() -> None:
    raw = RawArticle(
        *("p", "text", "\n\n".join((TITLE, "كتب: سمير عادل", *BODY))),
        published="21 حزيران 2024",
        author=AUTHOR,
        source=OUTLET,
    )
    (document,) = clean(raw)
    assert (document.published, document.author) == ("2024-06-21", "ليلى الناصر")
    assert (document.source, document.is_inferred) == (OUTLET, False)


def test_an_html_page_becomes_a_document_with_its_metadata(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in BODY)
    head = f"<title>{TITLE} | {OUTLET}</title>{ld(ARTICLE)}"
    main = f"<article><h1>{TITLE}</h1>{paragraphs}</article>"
    html = f'<html lang="ar"><head>{head}</head><body>{main}</body></html>'
    (document,) = clean(RawArticle(str(tmp_path / "p.html"), "html", html))
    found = (document.title, document.source, document.author, document.url, document.published)
    assert found == (TITLE, OUTLET, "ليلى الناصر", URL, "2024-06-21")
    assert document.is_inferred is False
