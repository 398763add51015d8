"""Files to raw articles."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from rag.articles import RawArticle, find_files, read_articles
from rag.errors import ArticleError

ARABIC = "افتتحت البلدية حديقة جديدة عند مدخل السوق.\n\nوغرس الأطفال فيها مئة شجرة."


def only(path: Path, content: bytes | str) -> RawArticle:
    stored = content.encode() if isinstance(content, str) else content
    (article,) = read_articles(path, content=stored)
    return article


def refusal(path: Path, content: bytes | str) -> str:
    stored = content.encode() if isinstance(content, str) else content
    with pytest.raises(ArticleError) as error:
        list(read_articles(path, content=stored))
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
    with pytest.raises(ArticleError, match=r"no articles in .*: expected txt, md, html, pdf, docx"):
        find_files([tmp_path])


# Text


def test_a_text_file_is_read_from_the_disk_and_from_its_bytes_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(ARABIC, encoding="utf-8")
    assert list(read_articles(path)) == [RawArticle(str(path), "text", ARABIC)]
    assert only(path, ARABIC) == RawArticle(str(path), "text", ARABIC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
def test_the_encodings_of_arabic_text_give_the_same_text(encoding: str) -> None:
    assert only(Path("a.txt"), ARABIC.encode(encoding)).content == ARABIC


def test_bytes_that_are_no_arabic_text_are_refused_with_the_encodings_tried() -> None:
    message = refusal(Path("a.txt"), "Grüße aus Köln, schön war’s".encode("latin-1", "replace"))
    assert "UTF-8" in message
    assert "windows-1256" in message


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
    assert "expected txt, md, html" in refusal(Path("a.xlsx"), b"x")
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
    ]
    stored = "\n\n".join(json.dumps(row) for row in rows).encode("utf-8-sig")
    articles = list(read_articles(Path("a.jsonl"), content=stored))
    assert [article.content for article in articles] == ["الأول", "الثاني", "الثالث", "الرابع"]
    assert [article.published for article in articles] == ["2024-01-02", "2024-03-04", None, None]
    assert (articles[0].title, articles[0].source, articles[0].url) == ("ع", "م", "u")
    assert (articles[1].author, articles[3].title) == ("ليلى", None)


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


# PDF


def as_painted(line: str) -> str:
    """An Arabic line from left to right: letters turned round, numbers not, brackets by shape."""
    mirrored = line[::-1].translate(str.maketrans("()«»", ")(»«"))
    return re.sub(r"\d+", lambda digits: digits[0][::-1], mirrored)


def pdf_bytes(*pages: list[str], title: str | None = None, password: str | None = None) -> bytes:
    """A PDF that paints its Arabic lines from left to right, as browsers and offices do."""
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject
    from pypdf.generic import FloatObject as Number

    letters = sorted({letter for lines in pages for line in lines for letter in line})
    codes = {letter: code for code, letter in enumerate(letters, start=1)}
    mapping = DecodedStreamObject()
    pairs = "".join(f"<{codes[x]:04x}> <{ord(x):04x}>\n" for x in letters)
    mapping.set_data(
        b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        + f"{len(letters)} beginbfchar\n{pairs}endbfchar".encode()
    )
    writer = PdfWriter()
    to_unicode = writer._add_object(mapping)
    name = NameObject
    descendant = DictionaryObject(
        {
            name("/Type"): name("/Font"),
            name("/Subtype"): name("/CIDFontType2"),
            name("/BaseFont"): name("/Plain"),
            name("/DW"): Number(500),
        }
    )
    font = DictionaryObject(
        {
            name("/Type"): name("/Font"),
            name("/Subtype"): name("/Type0"),
            name("/BaseFont"): name("/Plain"),
            name("/Encoding"): name("/Identity-H"),
            name("/DescendantFonts"): ArrayObject([descendant]),
            name("/ToUnicode"): to_unicode,
        }
    )
    for lines in pages:
        page = writer.add_blank_page(600, 800)
        page[name("/Resources")] = DictionaryObject(
            {name("/Font"): DictionaryObject({name("/F"): font})}
        )
        shown = "".join(
            f"1 0 0 1 50 {750 - 20 * row} Tm <{''.join(f'{codes[x]:04x}' for x in line)}> Tj "
            for row, line in enumerate(map(as_painted, lines))
        )
        content = DecodedStreamObject()
        content.set_data(f"BT /F 12 Tf {shown} ET".encode())
        page[name("/Contents")] = writer._add_object(content)
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    stored = io.BytesIO()
    writer.write(stored)
    return stored.getvalue()


LONG = "افتتحت البلدية حديقة جديدة عند مدخل السوق القديم"


def test_the_lines_of_a_pdf_become_paragraphs() -> None:
    article = only(Path("a.pdf"), pdf_bytes([LONG, "في المدينة.", LONG, LONG, "أمس."]))
    assert article.kind == "text"
    assert article.content.split("\n\n") == [f"{LONG} في المدينة.", f"{LONG} {LONG} أمس.", ""]


def test_the_parts_of_a_date_in_a_pdf_keep_their_order() -> None:
    line = "افتتحت الحديقة يوم 19 يونيو 2024 (أي ١٢ ذو الحجة) بحضور «جمعية النخلة»."
    assert only(Path("a.pdf"), pdf_bytes([line])).content.strip() == line


def test_page_numbers_and_running_heads_of_a_pdf_are_left_out() -> None:
    pages = [
        ["صحيفة النخلة", f"{word} ثم {LONG}", "العدد", "1350", f"وتلا ذلك {word}.", str(number)]
        for number, word in enumerate(("خطاب", "نشيد", "عرض"), start=1)
    ]
    content = only(Path("a.pdf"), pdf_bytes(*pages)).content
    assert "النخلة" not in content
    assert content.count(LONG) == 3
    assert re.findall(r"\d+", content) == ["1350", "1350", "1350"]


def test_letter_shapes_in_a_pdf_become_letters_and_nothing_else_changes() -> None:
    shapes = "\ufee3\ufea4\ufee4\ufeaa \ufefb"  # محمد لا
    assert only(Path("a.pdf"), pdf_bytes([shapes])).content.split() == ["محمد", "لا"]
    assert only(Path("a.pdf"), pdf_bytes([LONG, "½"])).content.split()[-1] == "½"


def test_the_title_of_a_pdf_is_taken_only_where_it_is_one() -> None:
    assert only(Path("a.pdf"), pdf_bytes([LONG], title="حديقة السوق")).title == "حديقة السوق"
    assert only(Path("a.pdf"), pdf_bytes([LONG], title="Microsoft Word - a.doc")).title is None
    assert only(Path("a.pdf"), pdf_bytes([LONG], title="untitled")).title is None


def test_a_pdf_that_cannot_be_read_is_refused_with_the_reason() -> None:
    assert "encrypted" in refusal(Path("a.pdf"), pdf_bytes([LONG], password="سر"))
    assert "text layer" in refusal(Path("a.pdf"), pdf_bytes([]))
    assert "damaged pdf" in refusal(Path("a.pdf"), b"%PDF-1.7\n garbage")
    assert "damaged pdf" in refusal(Path("a.pdf"), pdf_bytes([LONG])[:200])
