"""A PDF to its text, or to the reason why it has none."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from test_articles import _ended_process, only, refusal

__all__ = ["_ended_process"]  # a fixture

LONG = "افتتحت البلدية حديقة جديدة عند مدخل السوق القديم"
PAGE = [
    "افتتحت البلدية أمس حديقة واسعة عند مدخل السوق القديم في المدينة",
    "وقالت المديرة إن الكلفة بلغت 1,250 دينار (أي ١٢ في المئة) من",
    "ميزانية «جمعية النخلة» التي تدعمها NASA Team منذ 19 يونيو 2024",
    "وحضر الافتتاح مئات الأطفال والشابات من القرى القريبة.",
]


def as_painted(line: str) -> str:
    """An Arabic line from left to right: letters turned round, numbers not, brackets by shape."""
    mirrored = line[::-1].translate(str.maketrans("()«»", ")(»«"))
    return re.sub(r"[\d,]*\d|[A-Za-z][A-Za-z ]*[A-Za-z]", lambda run: run[0][::-1], mirrored)


def as_written(line: str) -> str:
    """An Arabic line in the order of reading, which pypdf turns round."""
    return line


def as_drawn(line: str) -> str:
    """An Arabic line painted from left to right in the shapes its letters have beside others."""
    return as_painted(as_shaped(line))


def as_shaped(line: str) -> str:
    """The same shapes in the order of reading."""
    return "".join(shape(line, at) for at in range(len(line)))


def shape(line: str, at: int) -> str:
    joins_both = "بتثجحخسشصضطظعغفقكلمنهيئ"
    joins_before = joins_both + "اأإآدذرزوؤةى"
    letter = line[at]
    if letter not in joins_before:
        return letter
    before = at > 0 and line[at - 1] in joins_both
    after = letter in joins_both and at + 1 < len(line) and line[at + 1] in joins_before
    form = {(0, 0): "isolated", (0, 1): "initial", (1, 1): "medial", (1, 0): "final"}
    kind = form[before, after]
    return next(
        (
            chr(code)
            for code in range(0xFE80, 0xFEF5)
            if unicodedata.decomposition(chr(code)) == f"<{kind}> {ord(letter):04X}"
        ),
        letter,
    )


def pdf_bytes(
    *pages: list[str],
    title: str | None = None,
    password: str | None = None,
    paint: Callable[[str], str] = as_painted,
    names_letters: bool = True,
    picture: bool = False,
) -> bytes:
    """A PDF that paints its Arabic lines from left to right, as browsers and offices do."""
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject
    from pypdf.generic import FloatObject as Number

    letters = sorted({letter for lines in pages for line in lines for letter in paint(line)})
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
        }
    )
    if names_letters:
        font[name("/ToUnicode")] = to_unicode
    for lines in pages:
        page = writer.add_blank_page(600, 800)
        parts = DictionaryObject({name("/Font"): DictionaryObject({name("/F"): font})})
        if picture:
            scan = DecodedStreamObject()
            scan[name("/Subtype")] = name("/Image")
            parts[name("/XObject")] = DictionaryObject({name("/Scan"): writer._add_object(scan)})
        page[name("/Resources")] = parts
        shown = "".join(
            f"1 0 0 1 50 {750 - 20 * row} Tm <{''.join(f'{codes[x]:04x}' for x in line)}> Tj "
            for row, line in enumerate(map(paint, lines))
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


@pytest.mark.parametrize("paint", [as_painted, as_written, as_drawn, as_shaped])
def test_arabic_is_read_in_its_order_whatever_way_it_was_painted(
    paint: Callable[[str], str],
) -> None:
    content = only(Path("a.pdf"), pdf_bytes(PAGE, paint=paint)).content
    assert content.split() == " ".join(PAGE).split()


def test_only_the_lines_of_a_pdf_that_are_written_backwards_are_turned_round() -> None:
    # The second line is painted in the order of reading.
    turned = pdf_bytes(PAGE, paint=lambda line: line if line == PAGE[0] else as_painted(line))
    assert only(Path("a.pdf"), turned).content.split() == " ".join(PAGE).split()


def test_english_in_a_pdf_is_left_as_it_is() -> None:
    line = "The council opened a garden (of 1,250 trees) at the gate."
    assert only(Path("a.pdf"), pdf_bytes([line], paint=as_written)).content.strip() == line


def test_arabic_letters_in_no_order_are_refused() -> None:
    jumbled = "".join(word + word[::-1] + " " for word in " ".join(PAGE).split()).split()
    rows = [" ".join(jumbled[at : at + 6]) for at in range(0, len(jumbled), 6)]
    assert "makes no words" in refusal(Path("a.pdf"), pdf_bytes(rows * 2))


def test_fonts_that_do_not_name_their_letters_are_the_reason_of_a_refusal() -> None:
    assert "fonts do not say" in refusal(Path("a.pdf"), pdf_bytes(PAGE, names_letters=False))


def test_pages_that_are_pictures_are_counted_and_empty_ones_are_not() -> None:
    scans = only(Path("a.pdf"), pdf_bytes(PAGE, [], ["CamScanner"], PAGE, picture=True))
    assert scans.note == "2 of 4 pages have no text (scans?): run OCR on it"
    assert only(Path("a.pdf"), pdf_bytes(PAGE, [], PAGE)).note is None
    assert only(Path("a.pdf"), pdf_bytes(PAGE, picture=True)).note is None


def test_a_scan_that_bears_only_the_scanners_name_is_a_scan() -> None:
    assert "a scan?" in refusal(Path("a.pdf"), pdf_bytes(["Scanned"], ["Scanned"], picture=True))
    assert "حديقة" in only(Path("a.pdf"), pdf_bytes(PAGE, picture=True)).content
