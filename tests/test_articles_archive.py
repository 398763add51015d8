"""Zip archives, of which no member may explode or escape."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from test_articles import READER, _ended_process, docx_bytes, refusal
from test_articles_formats import zip_bytes

from rag.articles import read_articles
from rag.errors import ArticleError

__all__ = ["_ended_process"]  # a fixture
GOOD = {"أخبار/حديقة.txt": "نص الحديقة", "rows.jsonl": '{"text": "صف"}', "b.docx": docx_bytes()}


def read_all(stored: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """What was read and what was refused, by the names of the members."""
    refused: dict[str, str] = {}
    articles = READER.read(Path("a.zip"), content=stored, refused=refused.__setitem__)
    return {article.path: article.content for article in articles}, refused


def with_member(info: zipfile.ZipInfo, content: bytes = b"x") -> bytes:
    stored = io.BytesIO(zip_bytes(GOOD))
    with zipfile.ZipFile(stored, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, content)
    return stored.getvalue()


def test_the_members_of_an_archive_are_read_under_their_names() -> None:
    articles, refused = read_all(zip_bytes(GOOD))
    assert list(articles) == ["a.zip!أخبار/حديقة.txt", "a.zip!rows.jsonl", "a.zip!b.docx"]
    assert articles["a.zip!أخبار/حديقة.txt"] == "نص الحديقة"
    assert refused == {}


def test_an_archive_is_read_from_the_disk_too(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_bytes(GOOD))
    paths = [article.path for article in READER.read(tmp_path / "a.zip")]
    assert paths[1] == f"{tmp_path}/a.zip!rows.jsonl"


def test_hidden_and_other_files_in_an_archive_are_passed_over() -> None:
    parts = {**GOOD, "__MACOSX/._a.txt": "x", ".b.txt": "x", "c.png": "x", "d/.e/f.txt": "x"}
    articles, refused = read_all(zip_bytes(parts))
    assert len(articles) == 3
    assert refused == {}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../out.txt", "leads out"),
        ("a/../../out.txt", "leads out"),
        ("/etc/out.txt", "leads out"),
        ("C:\\out.txt", "leads out"),
        ("..\\out.txt", "leads out"),
        ("a\nb.txt", "leads out"),
        ("inner.zip", "an archive in an archive"),
        ("rows.jsonl", "a second file of this name"),
        ("broken.pdf", "damaged pdf"),
        ("empty.txt", "empty"),
    ],
)
def test_a_bad_member_is_refused_by_name_and_the_others_are_read(name: str, reason: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    articles, refused = read_all(with_member(info, b"" if name == "empty.txt" else b"x"))
    assert len(articles) == 3
    (told,) = refused.items()
    assert told[0] == "a.zip!" + name.replace("\n", "?")
    assert reason in told[1]
    assert "\n" not in told[1]


def test_a_symbolic_link_is_refused() -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "symbolic link" in read_all(with_member(link, b"/etc/passwd"))[1]["a.zip!link.txt"]


def test_a_member_that_unpacks_to_far_more_is_a_bomb() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"a" * 4_000_000)
        archive.writestr("a.txt", "نص")
    articles, refused = read_all(stored.getvalue())
    assert articles == {"a.zip!a.txt": "نص"}
    assert "zip bomb" in refused["a.zip!bomb.txt"]


def test_a_member_that_lies_about_its_size_is_damaged() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("liar.txt", b"a" * 4_000_000)
        archive.writestr("a.txt", "نص")
        archive.infolist()[0].file_size = 1000
    articles, refused = read_all(stored.getvalue())
    assert articles == {"a.zip!a.txt": "نص"}
    assert "damaged" in refused["a.zip!liar.txt"]


def test_members_are_refused_above_the_size_of_a_file_and_of_the_whole() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("a.txt", "نص")
        for number in range(3):
            archive.writestr(f"{number}.txt", b"x")
            archive.infolist()[-1].file_size = archive.infolist()[-1].compress_size = 40 * 1024**2
        archive.infolist()[-1].file_size = archive.infolist()[-1].compress_size = 60 * 1024**2
    refused = read_all(stored.getvalue())[1]
    assert "60.0 MiB, more than the 50 MiB" in refused["a.zip!2.txt"]
    with zipfile.ZipFile(stored, "a") as archive:
        for info in archive.infolist()[1:]:
            info.file_size = info.compress_size = 40 * 1024**2
        for number in range(3, 40):
            archive.writestr(f"{number}.txt", b"x")
            archive.infolist()[-1].file_size = archive.infolist()[-1].compress_size = 40 * 1024**2
    refused = read_all(stored.getvalue())[1]
    assert "the archive unpacks to more than 1024 MiB" in refused["a.zip!39.txt"]


def test_an_archive_of_too_many_files_is_refused_whole() -> None:
    stored = zip_bytes({f"{number}.txt": "" for number in range(10_001)})
    assert "10001 files, more than the 10000 allowed" in refusal(Path("a.zip"), stored)


def test_an_encrypted_member_is_refused() -> None:
    stored = bytearray(zip_bytes({"a.txt": "x", "b.txt": "نص"}))
    stored[6] |= 1
    stored[stored.index(b"PK\1\2") + 8] |= 1
    articles, refused = read_all(bytes(stored))
    assert list(articles) == ["a.zip!b.txt"]
    assert "encrypted" in refused["a.zip!a.txt"]


def test_without_anybody_to_tell_the_first_bad_member_is_an_error_after_the_others() -> None:
    stored = zip_bytes({"bad.pdf": "x", "a.txt": "نص", "worse.pdf": "x"})
    articles = read_articles(Path("a.zip"), content=stored)
    assert next(articles).content == "نص"
    with pytest.raises(ArticleError, match=r"^a\.zip: bad\.pdf: a damaged pdf .* \(and 1 more\)$"):
        next(articles)


def test_an_archive_without_articles_is_refused() -> None:
    assert "no articles in it" in refusal(Path("a.zip"), zip_bytes({"a.png": "x"}))
    assert "damaged zip" in refusal(Path("a.zip"), b"PK\3\4 nothing")
    assert "damaged zip" in refusal(Path("a.zip"), zip_bytes(GOOD)[:-30])


def test_names_in_utf_8_that_do_not_say_so_are_read_as_such() -> None:
    stored = bytearray(zip_bytes({"نص.txt": "نص"}))
    stored[7] &= ~0x08
    stored[stored.index(b"PK\1\2") + 9] &= ~0x08
    assert list(read_all(bytes(stored))[0]) == ["a.zip!نص.txt"]
