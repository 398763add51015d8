"""Tables, books and saved pages to articles."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from test_articles import ARABIC, READER, _ended_process, only, refusal

__all__ = ["_ended_process"]  # a fixture

# CSV


def rows_of(name: str, content: str | bytes) -> list[tuple[str | None, str]]:
    stored = content.encode() if isinstance(content, str) else content
    return [(row.title, row.content) for row in READER.read(Path(name), content=stored)]


def test_the_columns_of_a_csv_file_may_have_english_names() -> None:
    article = only(
        Path("a.csv"),
        "Title,TEXT,source,url,date,author\nالحديقة,نص أول,النخلة,https://example.org,2024-05-01,ليلى\n",
    )
    assert (article.title, article.content, article.source) == ("الحديقة", "نص أول", "النخلة")
    assert (article.url, article.published) == ("https://example.org", "2024-05-01")
    assert (article.author, article.kind) == ("ليلى", "text")


def test_the_columns_of_a_csv_file_may_have_arabic_names() -> None:
    article = only(
        Path("a.csv"),
        "العنوان;النص;المصدر;الرابط;التاريخ;الكاتب\nع;نص;م;u;1 مايو 2024;ليلى",
    )
    assert (article.title, article.content, article.source) == ("ع", "نص", "م")
    assert (article.url, article.published, article.author) == ("u", "1 مايو 2024", "ليلى")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "؛"])
def test_a_quoted_cell_keeps_its_lines_and_the_delimiter(delimiter: str) -> None:
    cell = f'سطر{delimiter}""مقتبس""\r\n\r\nوسطر'
    stored = f'title{delimiter}text\r\nع{delimiter}"{cell}"\r\n'
    assert rows_of("a.csv", stored) == [("ع", cell.replace('""', '"'))]


def test_a_row_without_text_is_passed_over() -> None:
    assert rows_of("a.csv", "title,text\nأ,\nب,نص\nج\n,,\n") == [("ب", "نص")]


def test_a_table_that_excel_saved_is_read() -> None:
    assert rows_of("a.csv", "\ufeffsep=;\r\ntitle;text\r\nع;نص\r\n") == [("ع", "نص")]
    assert rows_of("a.tsv", f"title\ttext\r\nع\t{ARABIC[:30]}\r\n".encode("utf-16")) == [
        ("ع", ARABIC[:30])
    ]
    assert rows_of("a.csv", f"النص,العنوان\n{ARABIC[:30]},ع\n".encode("cp1256")) == [
        ("ع", ARABIC[:30])
    ]


def test_a_long_cell_is_read_whole() -> None:
    assert len(rows_of("a.csv", "text\n" + "ن" * 200_000)[0][1]) == 200_000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("name,value\nأ,ب\n", "no column is named text"),
        ("title,text\nأ,ب\nأ,ب,ج\n", "line 3: 3 cells, the header has 2"),
        ('title,text\nأ,"بلا نهاية\n', "not CSV"),
        ("", "empty"),
    ],
)
def test_a_table_that_would_lose_text_is_refused(content: str, reason: str) -> None:
    assert reason in refusal(Path("a.csv"), content)


# EPUB

PAGE = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
BOOK = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>كتاب الحدائق</dc:title>
<dc:creator>ليلى الحمداني</dc:creator><dc:date>2024-05-01</dc:date></metadata>
<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="a" href="one.xhtml" media-type="application/xhtml+xml"/>
<item id="b" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="c" href="cover.xhtml" media-type="application/xhtml+xml"/>
<item id="p" href="p.png" media-type="image/png"/></manifest>
<spine><itemref idref="c"/><itemref idref="n"/><itemref idref="b"/><itemref idref="a"/></spine>
</package>"""
CONTENTS = '<ol><li><a href="text/two%20b.xhtml#x">الفصل الأول</a></li></ol>'


def zip_bytes(parts: dict[str, str | bytes]) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stored.getvalue()


def epub_bytes(**changed: str) -> bytes:
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": BOOK,
        "OPS/nav.xhtml": PAGE.format(CONTENTS),
        "OPS/one.xhtml": PAGE.format("<h2>الفصل <i/>الثاني</h2><p>نص&nbsp;الثاني &amp; غيره.</p>"),
        "OPS/text/two b.xhtml": PAGE.format("<h1>عنوان</h1><p>نص <b>الأول</b>.</p>"),
        "OPS/cover.xhtml": PAGE.format('<img src="p.png"/>'),
    }
    by_name = {name.rpartition("/")[2].partition(".")[0]: name for name in parts}
    return zip_bytes({**parts, **{by_name.get(k, k): v for k, v in changed.items()}})


def test_the_chapters_of_a_book_come_in_reading_order_with_what_the_book_says() -> None:
    first, second = READER.read(Path("a.epub"), content=epub_bytes())
    assert (first.title, second.title) == ("الفصل الأول", "الفصل الثاني")
    assert {(each.source, each.author, each.published) for each in (first, second)} == {
        ("كتاب الحدائق", "ليلى الحمداني", "2024-05-01")
    }
    assert "<p>نص <b>الأول</b>.</p>" in first.content
    assert first.kind == "html"


def test_a_tag_that_closes_itself_does_not_swallow_the_chapter() -> None:
    second = list(READER.read(Path("a.epub"), content=epub_bytes()))[1]
    assert "<title></title>" in second.content
    assert "<i></i>" in second.content
    assert "<p>نص\u00a0الثاني &amp; غيره.</p>" in second.content.replace("&nbsp;", "\u00a0")


def test_a_chapter_cannot_read_other_files_or_grow(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("سر")
    entity = f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">'
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    page = f'{entity}<!ENTITY l0 "ها">{laughs}]>' + PAGE.format("<p>نص &x; &l11; آخر</p>")
    second = list(READER.read(Path("a.epub"), content=epub_bytes(one=page)))[1]
    assert "سر" not in second.content
    assert "آخر" in second.content
    assert len(second.content) < 10_000


def test_a_book_without_a_plan_or_with_a_lock_is_refused() -> None:
    lock = "<encryption><CipherReference URI='OPS/one.xhtml'/></encryption>"
    assert "DRM" in refusal(Path("a.epub"), epub_bytes(**{"META-INF/encryption.xml": lock}))
    assert "damaged epub" in refusal(Path("a.epub"), zip_bytes({"a.txt": "x"}))
    assert "damaged epub" in refusal(Path("a.epub"), epub_bytes()[:500])


# MHTML


def mhtml_bytes(*pages: tuple[str, str], charset: str = "utf-8", start: str = "") -> bytes:
    """A saved page whose parts stand at the given places, as a browser writes it."""
    parts = []
    for number, (place, page) in enumerate(pages):
        part = EmailMessage()
        part.set_content(page, subtype="html", charset=charset, cte="quoted-printable")
        del part["MIME-Version"]
        part["Content-Location"] = place
        part["Content-ID"] = f"<{number}>"
        parts.append(part.as_bytes())
    begin = f'; start="{start}"' if start else ""
    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/a\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; '
        f'boundary="--b"{begin}\r\n\r\n'
    )
    body = b"".join(b"\r\n----b\r\n" + part for part in parts)
    return head.encode() + body + b"\r\n----b--\r\n"


MAIN = ("https://example.org/a", f"<p>{ARABIC}</p>")
FRAME = ("https://example.org/frame", "<p>إعلان</p>")


@pytest.mark.parametrize("pages", [(MAIN, FRAME), (FRAME, MAIN)])
def test_the_main_part_of_a_saved_page_is_found_by_its_place(
    pages: tuple[tuple[str, str], ...],
) -> None:
    article = only(Path("a.mhtml"), mhtml_bytes(*pages))
    assert article.kind == "html"
    assert "حديقة" in article.content
    assert "إعلان" not in article.content
    assert article.url == "https://example.org/a"


def test_the_part_that_is_named_as_the_start_comes_before_the_place() -> None:
    assert "إعلان" in only(Path("a.mht"), mhtml_bytes(MAIN, FRAME, start="<1>")).content


def test_the_charset_of_a_part_is_respected_and_distrusted() -> None:
    stored = mhtml_bytes(MAIN, charset="windows-1256")
    assert b"windows-1256" in stored
    assert "حديقة" in only(Path("a.mht"), stored).content
    wrong = stored.replace(b"windows-1256", b"iso-8859-1")
    assert "حديقة" in only(Path("a.mht"), wrong).content


def test_a_message_without_a_page_is_refused() -> None:
    assert "no page in it" in refusal(Path("a.mht"), "Subject: x\n\nنص")
