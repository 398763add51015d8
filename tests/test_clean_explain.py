"""What explain says of a page is what clean did."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages.pairs import Pair, pairs

from rag.articles import Kind, RawArticle
from rag.clean import clean
from rag.clean.explain import TITLE, ExplainedLine, explain, explained_as_text
from rag.clean.lines import lines_of
from rag.errors import ArticleError

PAGE = """الرئيسية » محليات

بلدية الصخرة تبدأ ترميم الجسر القديم

عمال يرممون الجسر (أ.ف.ب)

بدأت بلدية الصخرة أمس ترميم الجسر القديم الذي أغلقته السيول في الشتاء.
ويعبره كل يوم نحو ثلاثة آلاف شخص.

اقرأ أيضاً: سوق السمك ينتقل إلى الميناء

وقال رئيس البلدية إن الكلفة تبلغ مليوني دينار.

جميع الحقوق محفوظة لصحيفة المرفأ"""


def texts_of(lines: list[ExplainedLine]) -> list[str]:
    """The text of each document, put together from the lines that say they are in it."""
    texts: dict[int, str] = {}
    for line in lines:
        if line.document is not None and line.rule != TITLE:
            gap = "\n\n" if line.has_gap else "\n"
            before = texts.get(line.document)
            texts[line.document] = line.text if before is None else before + gap + line.text
    return [texts[number] for number in sorted(texts)]


def assert_explained(raw: RawArticle) -> None:
    lines = explain(raw)
    try:
        documents = clean(raw)
    except ArticleError:
        documents = []
    assert texts_of(lines) == [document.text for document in documents]
    assert all(line.rule for line in lines if line.document is None)
    if raw.kind == "text":
        assert [line.text for line in lines] == [line.text for line in lines_of(raw.content)]


def test_every_line_is_in_a_document_or_was_cut_by_a_rule() -> None:
    told = [(line.document, line.rule) for line in explain(RawArticle("page", "text", PAGE))]
    assert told == [
        (None, "section label"),
        (1, "title"),
        (None, "caption"),
        (1, ""),
        (1, ""),
        (None, "teaser"),
        (1, ""),
        (None, "footer"),
    ]


def test_the_lines_are_shown_with_their_document_or_the_rule_that_cut_them() -> None:
    shown = explained_as_text(explain(RawArticle("page", "text", PAGE))).splitlines()
    assert shown[0] == "  - الرئيسية » محليات  [section label]"
    assert shown[1] == "  1 بلدية الصخرة تبدأ ترميم الجسر القديم  [title]"
    assert shown[4] == "  1 ويعبره كل يوم نحو ثلاثة آلاف شخص."
    assert len(shown) == 8


def test_a_page_of_which_nothing_is_left_is_explained_too() -> None:
    raw = RawArticle("page", "text", "شارك\nفيسبوك\n\nTT")
    assert [line.rule for line in explain(raw)] == ["share bar", "share bar", "photo mark"]
    with pytest.raises(ArticleError):
        clean(raw)


def test_what_the_extractor_left_out_of_an_html_page_is_shown() -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in PAGE.splitlines() if line.endswith("."))
    content = f"<nav>الرئيسية</nav><article>{paragraphs * 3}</article><div>كلام آخر</div>"
    lines = explain(RawArticle("page", "html", content))
    assert (lines[0].text, lines[0].rule) == ("الرئيسية", "menu")
    assert (lines[-1].text, lines[-1].rule) == ("كلام آخر", "not main text (extractor)")


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.raw.path)
def test_what_was_kept_of_a_page_is_what_clean_returns(pair: Pair) -> None:
    assert_explained(pair.raw)
    said = [line for line in explain(pair.raw) if line.rule == TITLE]
    assert len({line.document for line in said}) == len(said)


LINES = st.sampled_from(
    [
        *PAGE.splitlines(),
        *("", "TT", "شارك", "فيسبوك", "تعليقات", "اترك تعليقاً", "اقرأ أيضاً", "مقالات ذات صلة"),
        *("كلمات دلالية:", "كلمات دلالية: جسر", "المصدر: المرفأ", "// انتهى //", "عاجل", "إعلان"),
        *("12 مارس 2024", "بقلم: ليلى الناصر", "- أول", "• ثان", "سالم علي", "* كاتب من الصخرة"),
        *("مكتبة متنقلة تجوب قرى الوادي", "(رويترز)", "MmEwMjo0NzgwOjExOjo0Zg==", "0", "نعم."),
        *("تخطى قصص مقترحة وواصل القراءة", "قصص مقترحة نهاية", "لماذا أغلق الجسر القديم؟"),
    ]
)
TAGS = st.sampled_from(
    "p div h1 h2 article li ul br table tr td a span b nav aside footer form figure".split()
)
PIECES = st.one_of(LINES, TAGS.map(lambda tag: f"<{tag}>"), TAGS.map(lambda tag: f"</{tag}>"))


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES, max_size=40).map("\n".join), st.sampled_from(["text", "markdown"]))
def test_pages_of_any_lines_are_explained_as_they_are_cleaned(content: str, kind: Kind) -> None:
    assert_explained(RawArticle("page", kind, content))


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300), st.one_of(st.none(), st.text(max_size=30)))
def test_any_text_is_explained_as_it_is_cleaned(content: str, title: str | None) -> None:
    assert_explained(RawArticle("page", "text", content, title=title))


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_html_of_any_tags_is_explained_as_it_is_cleaned(content: str) -> None:
    assert_explained(RawArticle("page", "html", content))
