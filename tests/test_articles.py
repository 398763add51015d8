"""Files to raw articles."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.articles import ENDINGS, EXPECTED, ArticleReader, RawArticle, find_files, read_articles
from rag.clean import clean
from rag.errors import ArticleError

ARABIC = "افتتحت البلدية حديقة جديدة عند مدخل السوق.\n\nوغرس الأطفال فيها مئة شجرة."


READER = ArticleReader()  # its process takes longer to start than most files to read


@pytest.fixture(scope="module", autouse=True)
def _ended_process() -> Iterator[None]:
    yield
    READER.close()


def only(path: Path, content: bytes | str) -> RawArticle:
    stored = content.encode() if isinstance(content, str) else content
    (article,) = READER.read(path, content=stored)
    return article


def refusal(path: Path, content: bytes | str) -> str:
    stored = content.encode() if isinstance(content, str) else content
    with pytest.raises(ArticleError) as error:
        list(READER.read(path, content=stored))
    message = str(error.value)
    assert path.name in message
    assert "\n" not in message
    return message


# Finding files


def test_files_below_a_folder_are_sorted_and_absolute(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.txt", "deep/a.JSONL", "c.docx"):
        (tmp_path / name).write_text("نص")
    found = find_files([tmp_path])
    assert found == [tmp_path / "b.txt", tmp_path / "c.docx", tmp_path / "deep/a.JSONL"]
    assert all(path.is_absolute() for path in found)


def test_hidden_and_unknown_files_below_a_folder_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in (".hidden.txt", ".git/a.txt", "picture.png", "a.md"):
        (tmp_path / name).write_text("نص")
    assert find_files([tmp_path]) == [tmp_path / "a.md"]


def test_a_file_that_is_named_is_taken_once_even_when_hidden(tmp_path: Path) -> None:
    path = tmp_path / ".note.txt"
    path.write_text("نص")
    assert find_files([path, tmp_path / "." / ".note.txt"]) == [path]


def test_a_path_that_does_not_exist_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"no such file or folder: .*gone"):
        find_files([tmp_path, tmp_path / "gone"])


def test_a_folder_without_articles_is_an_error_that_says_what_was_expected(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"x")
    with pytest.raises(ArticleError, match=r"no articles in .*: expected txt, md, html, mhtml"):
        find_files([tmp_path])


def test_every_format_that_is_expected_has_its_ending() -> None:
    assert {f".{each}" for each in EXPECTED.replace(" or", ",").split(", ")} <= set(ENDINGS)


# Text


def test_a_text_file_is_read_from_the_disk_and_from_its_bytes_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(ARABIC, encoding="utf-8")
    assert list(read_articles(path)) == [RawArticle(str(path), "text", ARABIC)]
    assert only(path, ARABIC) == RawArticle(str(path), "text", ARABIC)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"\x01\x02\x03\x04 text \x05\x06", "binary"),
    ],
)
def test_an_empty_or_binary_file_is_refused(content: bytes, reason: str) -> None:
    assert reason in refusal(Path("a.txt"), content)


def test_a_file_of_another_kind_is_refused_when_it_is_read() -> None:
    assert "expected txt, md, html, mhtml" in refusal(Path("a.xlsx"), b"x")
    assert "cannot read '' files" in refusal(Path("README"), b"x")


def test_a_large_file_is_refused_with_both_sizes_but_jsonl_may_be_larger(tmp_path: Path) -> None:
    row = json.dumps({"text": "ن" * 2000})
    with pytest.raises(ArticleError, match=r"0\.0 MiB, more than the 0\.000976562 MiB"):
        list(read_articles(tmp_path / "a.txt", content=row.encode(), max_bytes=1024))
    assert len(list(read_articles(Path("a.jsonl"), content=row.encode(), max_bytes=1024))) == 1


def test_a_file_that_went_away_is_an_article_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="No such file"):
        list(read_articles(tmp_path / "gone.txt"))


# Markdown and HTML


def test_front_matter_gives_what_is_known_and_leaves_the_text() -> None:
    article = only(
        Path("a.md"),
        '---\ntitle: "حديقة السوق"\ndate: 2024-05-01\nsource: صحيفة النخلة\n'
        "url: https://example.org/a\nauthor: ليلى\n---\n# عنوان آخر\n\nنص.",
    )
    assert article.kind == "markdown"
    assert (article.title, article.published) == ("حديقة السوق", "2024-05-01")
    assert (article.source, article.author) == ("صحيفة النخلة", "ليلى")
    assert article.url == "https://example.org/a"
    assert article.content == "# عنوان آخر\n\nنص."


def test_front_matter_has_blocks_of_lines_and_nested_fields() -> None:
    front = "title: >-\n  حملة تطعيم\n  في أسوان\nseo:\n  title: غيره\ndate: 2024-06-21\n"
    article = only(Path("a.md"), f"---\n{front}---\nبدأت الحملة.\n")
    assert (article.title, article.published) == ("حملة تطعيم في أسوان", "2024-06-21")
    assert article.content == "بدأت الحملة.\n"


def test_the_first_heading_is_the_title_of_markdown_without_front_matter() -> None:
    article = only(Path("a.markdown"), "مقدمة\r\n\r\n# حديقة السوق #\r\n\r\n## فرع\r\n\r\nنص.")
    assert article.title == "حديقة السوق"


def test_a_line_of_dashes_within_markdown_is_not_front_matter() -> None:
    article = only(Path("a.md"), "نص أول.\n\n---\nعنوان: لا\n---\nنص ثان.")
    assert article.content.startswith("نص أول.")
    assert article.title is None


def test_html_is_handed_on_whole() -> None:
    article = only(Path("a.HTM"), "<h1>عنوان</h1>")
    assert (article.kind, article.content, article.title) == ("html", "<h1>عنوان</h1>", None)


# JSONL


def test_rows_may_name_their_fields_in_several_ways() -> None:
    rows = [
        {"text": "الأول", "title": "ع", "source": "م", "url": "u", "published": "2024-01-02"},
        {"content": "الثاني", "date": "2024-03-04", "author": "ليلى"},
        {"context": "الثالث", "date_extracted": "2015-07-23 19:28:17"},
        {"body": "الرابع", "text": " ", "title": ""},
        {"text": None, "title": "لم يُجلب"},
        {"text": ""},
    ]
    stored = "\n\n".join(json.dumps(row) for row in rows).encode("utf-8-sig")
    articles = list(read_articles(Path("a.jsonl"), content=stored))
    assert [article.content for article in articles] == ["الأول", "الثاني", "الثالث", "الرابع"]
    assert [article.published for article in articles] == ["2024-01-02", "2024-03-04", None, None]
    assert (articles[0].title, articles[0].source, articles[0].url) == ("ع", "م", "u")
    assert (articles[1].author, articles[3].title) == ("ليلى", None)


def test_a_row_whose_text_is_markup_is_read_as_a_page() -> None:
    text = "<p>بدأت &quot;الحملة&quot;.</p>\n<p>وأصيب <strong>37</strong> طفلا.</p>"
    row = {"title": "حملة &#8211; أسوان", "content": text, "date": "2024-06-21"}
    article = only(Path("a.jsonl"), json.dumps(row))
    assert (article.kind, article.title, article.content) == ("html", "حملة – أسوان", text)
    [document] = clean(article)
    assert (document.title, document.published) == ("حملة – أسوان", "2024-06-21")
    assert document.text == 'بدأت "الحملة".\n\nوأصيب 37 طفلا.'
    plain = {"text": "قال إن 3 < 5، و<p> وسم."}
    assert only(Path("a.jsonl"), json.dumps(plain)).kind == "text"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "expected an object"),
        ('{"title": "بلا نص"}', "no text"),
        ('{"text": 7}', "no text"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_broken_row_is_an_error_with_its_line_number(line: str, reason: str) -> None:
    message = refusal(Path("a.jsonl"), '{"text": "سليم"}\n\n' + line)
    assert "line 3" in message
    assert reason in message


def test_rows_before_a_broken_one_are_given() -> None:
    articles = read_articles(Path("a.jsonl"), content=b'{"text": "a"}\n\xff\xfe{}')
    assert next(articles).content == "a"
    with pytest.raises(ArticleError, match="line 2: not JSON in UTF-8"):
        next(articles)


def test_a_jsonl_file_of_blank_lines_is_empty() -> None:
    assert "empty" in refusal(Path("a.jsonl"), "\n \n")


# DOCX


def docx_bytes(*, title: str = "", heading: str | None = None) -> bytes:
    from docx import Document

    file = Document()
    file.core_properties.title = title
    if heading:
        file.add_heading(heading, level=1)
    file.add_paragraph("قبل الجدول.")
    table = file.add_table(rows=2, cols=2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"خانة {number}"
    file.add_paragraph("")
    file.add_paragraph("بعد الجدول.")
    stored = io.BytesIO()
    file.save(stored)
    return stored.getvalue()


def test_paragraphs_and_tables_of_a_docx_keep_their_order() -> None:
    article = only(Path("a.docx"), docx_bytes())
    assert article.kind == "text"
    assert article.content == ("قبل الجدول.\n\nخانة 0 | خانة 1\nخانة 2 | خانة 3\n\nبعد الجدول.")


def test_the_heading_of_a_docx_is_its_title_before_the_title_property() -> None:
    assert only(Path("a.docx"), docx_bytes(title="حديقة السوق")).title == "حديقة السوق"
    both = only(Path("a.docx"), docx_bytes(title="حديقة السوق", heading="الحديقة الجديدة"))
    assert both.title == "الحديقة الجديدة"
    assert only(Path("a.docx"), docx_bytes(title="Microsoft Word - a.doc")).title is None


def test_content_controls_and_tracked_insertions_of_a_docx_are_text() -> None:
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def run(text: str, tag: str = "t") -> str:
        return f"<w:r><w:{tag}>{text}</w:{tag}></w:r>"

    file = Document()
    added = file.add_paragraph("بدأت الحملة.")._p
    who = f'{nsdecls("w")} w:id="1" w:author="أ"'
    added.append(parse_xml(f"<w:ins {who}>{run(' وأصيب 37 طفلا.')}</w:ins>"))
    added.append(parse_xml(f"<w:del {who}>{run(' وأصيب 40.', 'delText')}</w:del>"))
    control = f"<w:sdtContent><w:p>{run('وتنتهي في يونيو.')}</w:p></w:sdtContent>"
    added.addnext(parse_xml(f"<w:sdt {nsdecls('w')}>{control}</w:sdt>"))
    stored = io.BytesIO()
    file.save(stored)
    article = only(Path("a.docx"), stored.getvalue())
    assert article.content == "بدأت الحملة. وأصيب 37 طفلا.\n\nوتنتهي في يونيو."


def test_a_table_within_a_cell_of_a_docx_is_told_once() -> None:
    from docx import Document

    file = Document()
    cell = file.add_table(rows=1, cols=1).rows[0].cells[0]
    cell.text = "قبل"
    cell.add_table(rows=1, cols=1).rows[0].cells[0].text = "داخل"
    stored = io.BytesIO()
    file.save(stored)
    content = only(Path("a.docx"), stored.getvalue()).content
    assert (content.count("قبل"), content.count("داخل")) == (1, 1)


def test_a_broken_docx_is_refused() -> None:
    stored = docx_bytes()
    assert "damaged docx" in refusal(Path("a.docx"), stored[: len(stored) // 2])
    assert "damaged docx" in refusal(Path("a.docx"), "نص عادي")
    other_zip = io.BytesIO()
    with zipfile.ZipFile(other_zip, "w") as parts:
        parts.writestr("a.txt", "x")
    assert "damaged docx" in refusal(Path("a.docx"), other_zip.getvalue())


def test_a_docx_that_unpacks_to_gigabytes_is_refused_unopened() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b"<w:document/>")
        parts.infolist()[0].file_size = 550 * 1024**2  # as its directory says
    assert "unpacks to 550 MiB" in refusal(Path("a.docx"), bomb.getvalue())
