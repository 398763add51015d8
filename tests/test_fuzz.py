"""A short fuzz run: mutated inputs, chance alone; benchmarks/fuzz.py runs as long as wanted."""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Iterator

import fuzzing
import pytest

SECONDS = 0.8  # for each target: ten in all

COSTLY_TOKENS = (
    *(b"\n", b"\n\n", b"\0", b"\x01", b"&#1;", b"<h1>", b"</p>", b"<script>", b"<article>", b'"'),
    *("المصدر: ".encode(), "اقرأ أيضاً:".encode(), b"12/3/2024", b"TT\n"),
)


@pytest.fixture(autouse=True)
def _ended_process() -> Iterator[None]:
    yield
    fuzzing.READER.close()


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """The bytes with a few of them changed, cut, doubled, or followed by something of a page."""
    stored = bytearray(seed[:4_000])
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(stored) + 1)
        end = min(len(stored), place + chance.randint(0, 40))
        stored[place:end] = chance.choice(
            (
                b"",
                stored[place:end] * 2,
                chance.randbytes(end - place),
                chance.choice(COSTLY_TOKENS),
                bytes(byte ^ 1 << chance.randrange(8) for byte in stored[place:end]),
            )
        )
    return bytes(stored)


@pytest.mark.parametrize("target", fuzzing.TARGETS)
def test_whatever_a_file_holds_it_is_read_in_time_or_refused(target: str) -> None:
    chance = random.Random(target)
    seeds, examine = fuzzing.seeds(target), fuzzing.TARGETS[target]
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        stored = mutated(chance.choice(seeds), chance)
        try:
            with fuzzing.time_limit():
                examine(stored)
        except (Exception, fuzzing.TookTooLongError) as error:
            raise AssertionError(f"{target} is broken by {stored!r}") from error


# What longer runs found


def test_control_characters_and_references_to_them_do_not_break_a_page() -> None:
    sentence = "وصل الوفد إلى المدينة مساء أمس، واستقبله رئيس البلدية في المطار."
    for mark in ("&#1;", "&#x1f;", "&#xFFFE", "&#0000011;", "\x01", "\x0c", "\uffff"):
        page = f"<body><script></script>{mark}<p>{sentence}</p></body>"
        fuzzing.examine_html(page.encode())
        assert sentence in fuzzing.cleaned(fuzzing.RawArticle("a", "html", page)).documents[0].text


def test_a_headline_whose_text_was_cut_is_cut_by_a_rule() -> None:
    link = "<p><a href=x>جسر قديم فوق الوادي يعود إلى الحياة بعد ترميم دام عاماً.</a></p>" * 2
    told = "<p>يعبر الجسر كل يوم ثلاثة آلاف شخص، وتبلغ كلفة الترميم مليوني دينار في عام واحد.</p>"
    page = f"<h1>الجسر القديم</h1>{told * 3}<h1>مكتبة متنقلة تجوب القرى</h1>{link}"
    fuzzing.examine_html(page.encode())


def test_a_member_without_a_name_does_not_break_its_archive() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), "وصل الوفد.")
        nameless = zipfile.ZipInfo("b.txt")
        nameless.filename = ""
        archive.writestr(nameless, "نص")
    fuzzing.examine_archive(stored.getvalue())


def test_a_header_of_two_lines_is_named_in_one() -> None:
    fuzzing.TARGETS["csv"]('عنوان,"نص\nآخر"\nا,ب\n'.encode())
