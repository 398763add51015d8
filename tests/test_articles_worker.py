"""Files that take too long, and damaged ones: nothing hangs, nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_articles import ARABIC, READER, _ended_process, docx_bytes
from test_articles_formats import MAIN, epub_bytes, mhtml_bytes, zip_bytes
from test_articles_pdf import PAGE, pdf_bytes

from rag.articles import ENDINGS, ArticleReader, read_articles
from rag.articles.formats import ARCHIVE, articles_in
from rag.articles.raw import RawArticle
from rag.errors import ArticleError

__all__ = ["_ended_process"]  # a fixture


def slow_pdf() -> bytes:
    """A small PDF whose one page paints three million letters: minutes for pypdf."""
    content = zlib.compress(b"BT /F 12 Tf " + b"1 0 0 1 5 5 Tm (abc) Tj " * 1_000_000 + b"ET")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = b"".join(b"%d 0 obj%s endobj\n" % (n, o) for n, o in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n0\n%%EOF"


def children_of(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in path.read_text().split()] if path.exists() else []


def is_running(process: int) -> bool:
    path = Path(f"/proc/{process}/stat")
    return path.exists() and path.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(process: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while is_running(process) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(process)


def test_a_file_that_takes_too_long_is_refused_in_time_and_the_next_is_read() -> None:
    before = set(children_of(os.getpid()))
    with ArticleReader(seconds=0.6) as reader:
        begin = time.monotonic()
        with pytest.raises(ArticleError, match=r"^a\.pdf: took longer than the 0\.6 s allowed"):
            list(reader.read(Path("a.pdf"), content=slow_pdf()))
        assert time.monotonic() - begin < 30  # on a busy machine; it would take minutes
    (article,) = READER.read(Path("b.docx"), content=docx_bytes())
    assert "الجدول" in article.content
    READER.close()
    assert set(children_of(os.getpid())) <= before


def test_a_member_that_takes_too_long_does_not_cost_the_others() -> None:
    parts = {"a.txt": "أول", "slow.pdf": slow_pdf(), "b.txt": "ثان"}
    refused: dict[str, str] = {}
    articles = read_articles(
        Path("a.zip"), content=zip_bytes(parts), seconds=1.5, refused=refused.__setitem__
    )
    assert [article.content for article in articles] == ["أول", "ثان"]
    assert list(refused) == ["a.zip!slow.pdf"]
    assert "took longer than the 1.5 s allowed" in refused["a.zip!slow.pdf"]


def test_a_slow_taker_is_no_slow_file() -> None:
    parts = {f"{number}.txt": "نص " * 40_000 for number in range(6)}
    contents = []
    for article in read_articles(Path("a.zip"), content=zip_bytes(parts), seconds=0.9):
        time.sleep(0.3)
        contents.append(article.content)
    assert len(contents) == 6


def test_files_may_be_read_side_by_side_and_left_half_read() -> None:
    stored = zip_bytes({f"{number}.txt": f"نص {number}" for number in range(3)})
    with ArticleReader() as reader:
        one = reader.read(Path("a.zip"), content=stored)
        two = reader.read(Path("b.zip"), content=stored)
        assert [next(one).content, next(two).content, next(one).content] == ["نص 0", "نص 0", "نص 1"]
        del one
        assert [article.content for article in two] == ["نص 1", "نص 2"]
        assert next(reader.read(Path("c.zip"), content=stored)).path == "c.zip!0.txt"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_behind_when_the_reading_program_is_ended(
    sent: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "slow.pdf").write_bytes(slow_pdf())
    program = (
        "from pathlib import Path; from rag.articles import read_articles\n"
        f"list(read_articles(Path({str(tmp_path / 'slow.pdf')!r}), seconds=1.5))"
    )
    root = Path(__file__).parents[1]
    reading = subprocess.Popen([sys.executable, "-c", program], cwd=root, stderr=subprocess.PIPE)
    end = time.monotonic() + 20
    while not children_of(reading.pid) and time.monotonic() < end:
        time.sleep(0.02)
    (child,) = children_of(reading.pid)
    time.sleep(0.3)
    reading.send_signal(sent)
    _, said = reading.communicate(timeout=10)
    assert reading.returncode == -sent
    # Ctrl-C ends it at once; where nobody can, its own clock does.
    assert wait_until_gone(child, 0.5 if sent == signal.SIGINT else 20)
    assert said.count(b"Traceback") == (sent == signal.SIGINT)


# Damaged files

SAMPLES: dict[str, bytes] = {
    ".txt": ARABIC.encode("cp1256"),
    ".md": f"---\ntitle: ع\n---\n# عنوان\n\n{ARABIC}".encode(),
    ".markdown": f"# عنوان\n\n{ARABIC}".encode("utf-16"),
    ".html": f"<meta charset=windows-1256><p>{ARABIC}".encode("cp1256"),
    ".htm": f"<p>{ARABIC}</p>".encode(),
    ".xhtml": f'<?xml version="1.0" encoding="utf-8"?><html><p>{ARABIC}</p></html>'.encode(),
    ".jsonl": b'{"text": "\xd9\x86\xd8\xb5", "title": "t"}\n{"body": "b", "date": 7}\n',
    ".csv": 'title;text\nع;"نص ""مقتبس""\nآخر"\n'.encode(),
    ".tsv": "title\ttext\nع\tنص\n".encode("utf-16"),
    ".pdf": pdf_bytes(PAGE, title="حديقة السوق"),
    ".docx": docx_bytes(title="حديقة السوق"),
    ".epub": epub_bytes(),
    ".mhtml": mhtml_bytes(MAIN, charset="windows-1256"),
    ".mht": mhtml_bytes(MAIN, ("cid:1", "<p>x</p>"), start="<1>"),
    ".zip": zip_bytes({"a.txt": ARABIC, "b.jsonl": '{"text": "نص"}', "c.html": "<p>x"}),
}


def test_there_is_a_sample_of_every_format() -> None:
    assert set(SAMPLES) == set(ENDINGS)


@pytest.mark.parametrize("ending", SAMPLES)
@given(
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 7)), max_size=8),
)
@example(cut=1.0, flips=[])
@settings(max_examples=25, deadline=None)
def test_a_damaged_file_is_read_or_refused(
    ending: str, cut: float, flips: list[tuple[float, int]]
) -> None:
    stored = bytearray(SAMPLES[ending])
    for place, bit in flips:
        stored[int(place * len(stored))] ^= 1 << bit
    content = bytes(stored[: max(1, round(cut * len(stored)))])
    articles, complaints = reading_of(f"sample{ending}", content)
    for complaint in complaints:
        assert complaint.startswith("sample")
        assert "\n" not in complaint
        assert "report it" not in complaint  # as it says where the process failed
    for article in articles:
        for value in (article.content, article.title or "", article.source or ""):
            value.encode()  # half of a character pair would be an error
    if not flips and cut == 1:
        assert complaints == []


def reading_of(name: str, content: bytes) -> tuple[list[RawArticle], list[str]]:
    """The articles of a file and what was said against it and its parts."""
    articles: list[RawArticle] = []
    complaints: list[str] = []
    try:
        if name.endswith(ARCHIVE):
            refused: dict[str, str] = {}
            articles += READER.read(Path(name), content=content, refused=refused.__setitem__)
            complaints += (f"{part}: {reason}" for part, reason in refused.items())
        else:
            for found in articles_in(name, content):
                if isinstance(found, RawArticle):
                    articles.append(found)
                else:
                    complaints.append(f"{found.name}: {found.reason}")
    except ArticleError as error:
        complaints.append(str(error))
    return articles, complaints
