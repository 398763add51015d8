"""Bytes to text, and text that somebody else decoded wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmark_scripts import benchmark
from test_articles import ARABIC, only, refusal

from rag.articles import read_articles

TEXT = """\
افتتحت البلدية حديقة جديدة عند مدخل السوق القديم، وغرس الأطفال فيها مئة شجرة من أشجار النخيل.

وقالت المديرة إن العمل استغرق عاماً كاملاً، وإن الماء يصل إليها من بئر قريبة؛ فمتى تُفتح الثانية؟
"""
FRENCH = "Le musée a rouvert hier : « l’été, où naît la fête », a déclaré Hélène à ses élèves."


def misread(text: str, encoding: str) -> str:
    """UTF-8 as a program shows it that takes it for something else, undefined bytes kept."""
    return "".join(bytes([b]).decode(encoding, "ignore") or chr(b) for b in text.encode())


@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"),
        *("utf-32-be", "cp1256", "iso8859-6", "mac-arabic"),
    ],
)
@pytest.mark.parametrize("text", [TEXT, ARABIC, TEXT[:40]])
def test_arabic_is_read_in_every_encoding(text: str, encoding: str) -> None:
    stored = text.encode(encoding, "replace")
    expected = stored.decode(encoding)
    assert only(Path("a.txt"), stored).content.removeprefix("\ufeff") == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1252", "cp1256", "mac-roman"])
def test_french_is_read_in_its_encodings(encoding: str) -> None:
    assert only(Path("a.txt"), FRENCH.encode(encoding)).content == FRENCH


def test_our_rule_reads_generated_samples_better_than_the_library() -> None:
    measured = benchmark("encodings")
    right = {each: measured.measure(each, 1)[0] for each in (measured.by_rule,)}
    ours = measured.share(right[measured.by_rule])
    theirs = measured.share(measured.measure(measured.by_normalizer, 1)[0])
    assert ours > 0.99
    assert ours > theirs


def test_one_broken_character_does_not_make_utf_8_something_else() -> None:
    stored = TEXT.encode().replace("شجرة".encode(), "شجر".encode() + b"\xd8", 1)
    content = only(Path("a.txt"), stored).content
    assert content.count("\ufffd") == 1
    assert content.replace("\ufffd", "ة") == TEXT


def test_text_that_ends_within_a_character_keeps_the_rest() -> None:
    assert only(Path("a.txt"), TEXT.strip().encode()[:-3]).content[:-2] == TEXT.strip()[:-3]


def test_bytes_that_are_likely_in_no_encoding_are_refused_with_those_that_were_tried() -> None:
    message = refusal(Path("a.txt"), "Где находится новая библиотека города".encode("koi8-r"))
    assert "UTF-8" in message
    assert "windows-1256" in message


# What a page says of its own encoding


@pytest.mark.parametrize("said", ["utf-8", "iso-8859-1", "windows-1256", "unicode_escape", "no"])
def test_a_page_that_declares_the_wrong_encoding_is_read_all_the_same(said: str) -> None:
    page = f'<html><head><meta charset="{said}"></head><body><p>{TEXT}</p></body></html>'
    assert only(Path("a.html"), page.encode()).content == page
    assert only(Path("a.html"), page.encode("cp1256")).content == page


def test_a_page_is_read_as_it_declares_where_nothing_else_is_likely() -> None:
    page = "<meta http-equiv=Content-Type content='text/html; charset=koi8-r'><p>новая библиотека"
    assert only(Path("a.html"), page.encode("koi8-r")).content == page


# Text that was decoded wrongly


@pytest.mark.parametrize("encoding", ["cp1252", "cp1256"])
def test_utf_8_that_was_taken_for_something_else_is_turned_back(encoding: str) -> None:
    wrong = misread(TEXT, encoding)
    assert wrong != TEXT
    assert only(Path("a.txt"), wrong).content == TEXT
    assert only(Path("a.txt"), misread(wrong, encoding)).content == TEXT


def test_windows_1256_that_was_taken_for_windows_1252_is_turned_back() -> None:
    assert only(Path("a.txt"), TEXT.encode("cp1256").decode("cp1252")).content == TEXT


def test_a_title_is_turned_back_like_the_text() -> None:
    row = {"title": misread("حديقة السوق", "cp1252"), "text": misread(TEXT, "cp1252")}
    article = only(Path("a.jsonl"), json.dumps(row))
    assert (article.title, article.content) == ("حديقة السوق", TEXT)


def test_paragraphs_that_were_never_wrong_stay_beside_those_that_are_turned_back() -> None:
    lines = TEXT.strip().split("\n\n")
    assert only(Path("a.txt"), f"{FRENCH}\n{misread(lines[0], 'cp1252')}\n{lines[1]}").content == (
        f"{FRENCH}\n{lines[0]}\n{lines[1]}"
    )


def test_an_article_about_wrong_letters_keeps_its_example() -> None:
    text = f"{TEXT}\nتظهر الكلمة هكذا: «Ø§Ù„» حين يخطئ البرنامج."
    assert only(Path("a.txt"), text).content == text


@pytest.mark.parametrize("text", [FRENCH * 5, "Øystein Åse på Ørsta " * 20, "ÉTÉ NOËL ÀÉ " * 9])
def test_languages_with_such_letters_are_left_alone(text: str) -> None:
    assert only(Path("a.txt"), text).content == text


def test_letters_that_were_lost_are_the_reason_of_a_refusal() -> None:
    lossy = TEXT.encode().decode("cp1252", "ignore")
    assert "UTF-8 that was read as windows-1252" in refusal(Path("a.txt"), lossy)
    assert "lost before it was saved" in refusal(Path("a.txt"), TEXT.encode("ascii", "replace"))
    assert "lost before it was saved" in refusal(Path("a.txt"), "\ufffd" * 40 + " نص")


def test_a_row_whose_letters_were_lost_does_not_cost_the_others() -> None:
    rows = [{"text": "\ufffd" * 40}, {"text": TEXT}]
    stored = "\n".join(map(json.dumps, rows)).encode()
    told: list[tuple[str, str]] = []
    articles = read_articles(
        Path("a.jsonl"), content=stored, refused=lambda *part: told.append(part)
    )
    assert [article.content for article in articles] == [TEXT]
    assert told == []  # it has no name of its own


def test_half_of_a_character_pair_is_replaced() -> None:
    assert only(Path("a.jsonl"), '{"text": "نص \\ud800 آخر"}').content == "نص \ufffd آخر"


def test_letter_shapes_that_were_copied_from_a_pdf_become_letters() -> None:
    assert only(Path("a.txt"), "\ufee3\ufea4\ufee4\ufeaa \ufefb").content == "محمد لا"
    assert only(Path("a.txt"), f"{TEXT} \ufdfa").content == f"{TEXT} \ufdfa"
