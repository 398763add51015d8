import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_pipeline import indexed
from test_articles_pdf import PAGE, pdf_bytes

from rag.arabic import analyse
from rag.chunk import SentenceChunker, sentences_of
from rag.errors import ArticleError
from rag.fakes import ExactIndex, FakeEmbedder
from rag.ingest import ingest_files
from rag.types import Document

METRO = "مترو المنارة\n\nافتتح رئيس البلدية الخط الأول للمترو في 12 مارس 2021 أمام الركاب.\n"
MUSEUM = "متحف الموانئ\n\nكلف ترميم متحف الموانئ في وسط المدينة القديمة 28 مليون دينار.\n"
DATES = "محصول التمور\n\nأنتجت واحة أم العيون في هذا الموسم 38 ألف طن من التمور كلها.\n"


class Corpus:
    """A folder of articles and an index that follows it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.embedder = FakeEmbedder()
        self.index = ExactIndex(self.embedder.dimension, analyse=analyse)
        self.progress = []

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path.resolve())

    def ingest(self, *paths):
        self.embedder.embedded.clear()
        self.progress.clear()
        return ingest_files(
            list(paths) or [self.folder],
            self.index,
            chunker=SentenceChunker(),
            embedder=self.embedder,
            progress=lambda *step: self.progress.append(step),
        )

    def titles(self):
        return sorted(document.title for document in self.index.documents())

    def found(self, question):
        return [hit.passage.title for hit in self.index.matching([question], 5)[0]]


@pytest.fixture
def corpus(tmp_path):
    return Corpus(tmp_path / "articles")


def jsonl(*texts):
    rows = ({"title": t.split("\n")[0], "text": t.split("\n\n")[1]} for t in texts)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_new_files_are_added_and_can_be_found(corpus):
    metro, museum = corpus.write("metro.txt", METRO), corpus.write("b/museum.txt", MUSEUM)
    report = corpus.ingest()
    assert report.added == sorted([metro, museum])
    assert (report.documents, report.embedded) == (2, 2)
    assert corpus.found("ترميم") == ["متحف الموانئ"]
    assert set(corpus.index.files()) == {metro, museum}
    assert {document.path for document in corpus.index.documents()} == {metro, museum}


@pytest.mark.parametrize("title", ["", "وصل الوفد إلى المدينة"])
def test_a_sentence_of_an_article_without_a_title_of_its_own_has_two_readings(title):
    embedder = FakeEmbedder()
    documents = [
        Document.of(title, "وصل الوفد إلى المدينة. ثم زار متحف الموانئ."),
        Document.of("زيارة الوفد", "ثم زار متحف الموانئ."),
    ]
    index = indexed(documents, embedder)
    [passage] = index.passages(documents[0].id)
    [[_, second]] = index.rows([passage])
    told = sentences_of(passage)[1]
    called = [replace(told, title=name) for name in ("وصل الوفد إلى المدينة", "")]
    mean = embedder.embed_passages(called).sum(axis=0)
    assert second @ (mean / np.linalg.norm(mean)) == pytest.approx(1.0, abs=1e-3)
    # A title of its own is read with every sentence, once.
    [[own]] = index.rows(index.passages(documents[1].id))
    [vector] = embedder.embed_passages([replace(told, title="زيارة الوفد")])
    assert own @ vector == pytest.approx(1.0, abs=1e-3)


def test_a_second_ingest_reads_and_embeds_nothing(corpus):
    metro = corpus.write("metro.txt", METRO)
    corpus.ingest()
    report = corpus.ingest()
    assert report.unchanged == [metro]
    assert (report.added, report.changed, report.documents, report.embedded) == ([], [], 0, 0)
    assert corpus.embedder.embedded == []
    assert corpus.titles() == ["مترو المنارة"]


def test_a_changed_file_takes_the_place_of_what_it_held(corpus):
    corpus.write("metro.txt", METRO)
    path = corpus.write("museum.txt", MUSEUM)
    corpus.ingest()
    corpus.write("museum.txt", MUSEUM.replace("28", "31"))
    report = corpus.ingest()
    assert (report.changed, report.embedded) == ([path], 1)
    assert len(corpus.index.documents()) == 2
    [hit] = corpus.index.matching(["ترميم"], 5)[0]
    assert "31 مليون" in hit.passage.text


def test_a_date_or_an_outlet_that_is_corrected_in_a_file_reaches_the_index(corpus):
    told = "---\ntitle: {}\ndate: {}\nsource: {}\n---\nافتتح رئيس البلدية المتحف أمام الناس.\n"
    corpus.write("museum.md", told.format("متحف الموانئ", "2023-06-21", "الأهرام"))
    corpus.ingest()
    path = corpus.write("museum.md", told.format("متحف الموانئ", "2024-06-21", "الشروق"))
    report = corpus.ingest()
    assert (report.changed, report.embedded) == ([path], 0)
    [document] = corpus.index.documents()
    assert (document.published, document.source) == ("2024-06-21", "الشروق")
    assert corpus.found("افتتح المتحف") == ["متحف الموانئ"]


def test_only_the_new_article_of_a_changed_file_is_embedded(corpus):
    corpus.write("all.jsonl", jsonl(METRO, MUSEUM))
    corpus.ingest()
    corpus.write("all.jsonl", jsonl(METRO, MUSEUM, DATES))
    report = corpus.ingest()
    assert (report.documents, report.embedded) == (3, 1)
    assert corpus.titles() == sorted(["مترو المنارة", "متحف الموانئ", "محصول التمور"])


def test_a_moved_file_is_followed_without_reading_it_again(corpus):
    before = corpus.write("old.txt", METRO)
    corpus.ingest()
    Path(before).unlink()
    after = corpus.write("deep/new.txt", METRO)
    report = corpus.ingest()
    assert (report.moved, report.added, report.removed) == ([(before, after)], [], [])
    assert report.embedded == 0
    assert [document.path for document in corpus.index.documents()] == [after]
    assert set(corpus.index.files()) == {after}


def test_a_file_that_left_the_folder_takes_its_articles_along(corpus):
    corpus.write("metro.txt", METRO)
    museum = corpus.write("museum.txt", MUSEUM)
    corpus.ingest()
    Path(museum).unlink()
    report = corpus.ingest()
    assert report.removed == [museum]
    assert corpus.titles() == ["مترو المنارة"]
    assert corpus.found("ترميم") == []


def test_what_lies_outside_the_given_paths_is_left_alone(corpus):
    metro, museum = corpus.write("a/metro.txt", METRO), corpus.write("b/museum.txt", MUSEUM)
    corpus.ingest()
    Path(museum).unlink()
    corpus.write("a/dates.txt", DATES)
    report = corpus.ingest(corpus.folder / "a")
    assert report.removed == []
    assert corpus.titles() == sorted(["مترو المنارة", "متحف الموانئ", "محصول التمور"])
    assert corpus.ingest(Path(metro)).removed == []


def test_two_files_with_one_article_are_embedded_once_and_both_remembered(corpus):
    first, second = corpus.write("a.txt", METRO), corpus.write("b.txt", METRO)
    report = corpus.ingest()
    assert (report.added, report.embedded) == ([first, second], 1)
    assert corpus.titles() == ["مترو المنارة"]
    Path(first).unlink()
    assert corpus.ingest().removed == [first]
    assert [document.path for document in corpus.index.documents()] == [second]


def test_a_file_that_is_no_article_is_refused_and_the_others_are_ingested(corpus):
    corpus.write("metro.txt", METRO)
    binary = corpus.write("picture.txt", bytes(range(256)) * 20)
    empty = corpus.write("empty.txt", b"")
    report = corpus.ingest()
    assert [path for path, _ in report.refused] == [empty, binary]
    assert all(reason and "\n" not in reason for _, reason in report.refused)
    assert corpus.titles() == ["مترو المنارة"]


def test_a_file_whose_name_is_not_utf8_is_refused_and_the_others_are_ingested(corpus):
    moved = Path(corpus.write("metro.txt", METRO))
    corpus.ingest()
    moved.rename(moved.with_name("\udcff.txt"))  # a name of the single byte FF
    corpus.write("museum.txt", MUSEUM)
    report = corpus.ingest()
    refused = (f"{corpus.folder.resolve()}/\\udcff.txt", "the name is not UTF-8: rename it")
    assert report.refused == [refused]
    assert corpus.titles() == ["متحف الموانئ"]


def test_a_file_that_became_unreadable_keeps_what_it_held(corpus):
    path = corpus.write("metro.txt", METRO)
    corpus.ingest()
    corpus.write("metro.txt", bytes(range(256)) * 20)
    report = corpus.ingest()
    assert [refused for refused, _ in report.refused] == [path]
    assert corpus.titles() == ["مترو المنارة"]


def test_where_no_file_can_be_read_the_first_reason_is_the_error(corpus):
    corpus.write("a.txt", b"")
    corpus.write("b.txt", bytes(range(256)) * 20)
    with pytest.raises(ArticleError, match=r"no file could be read; .*a\.txt.*\(and 1 more\)") as e:
        corpus.ingest()
    assert "\n" not in str(e.value)
    assert corpus.index.files() == {}


def test_a_path_that_the_system_does_not_let_look_at_is_an_error(corpus):
    with pytest.raises(ArticleError, match=r"cannot read .*: File name too long"):
        corpus.ingest(corpus.folder.parent / ("long" * 100))


def test_a_link_that_cannot_be_followed_is_refused_and_the_others_are_ingested(corpus):
    corpus.write("metro.txt", METRO)
    (corpus.folder / "link.txt").symlink_to(corpus.folder / ("long" * 100))
    report = corpus.ingest()
    assert [reason for _, reason in report.refused] == ["cannot be read: File name too long"]
    assert corpus.titles() == ["مترو المنارة"]


def test_a_path_that_does_not_exist_is_an_error_and_changes_nothing(corpus):
    corpus.write("metro.txt", METRO)
    corpus.ingest()
    with pytest.raises(ArticleError, match="no such file or folder"):
        corpus.ingest(corpus.folder, corpus.folder / "none")
    assert corpus.titles() == ["مترو المنارة"]


def many(count):
    return [
        f"خبر رقم {n}\n\nوصل الوفد رقم {n} إلى المدينة مساء أمس وعقد اجتماعا.\n"
        for n in range(count)
    ]


class StoppedEmbedder(FakeEmbedder):
    """Is interrupted at its second batch."""

    def embed_passages(self, passages):
        if self.embedded:
            raise KeyboardInterrupt
        return super().embed_passages(passages)


def test_what_an_interrupted_run_embedded_is_not_embedded_again(corpus):
    corpus.write("all.jsonl", jsonl(*many(100)))
    corpus.embedder = StoppedEmbedder()
    with pytest.raises(KeyboardInterrupt):
        corpus.ingest()
    done = set(corpus.embedder.embedded)
    assert 0 < len(done) < 100
    assert corpus.index.documents() == []
    corpus.embedder = FakeEmbedder()
    report = corpus.ingest()
    assert done.isdisjoint(corpus.embedder.embedded)
    assert report.embedded == 100 - len(done)
    assert len(corpus.index.documents()) == 100


def test_progress_is_told_for_every_file_and_reaches_the_number_of_passages(corpus):
    for number, text in enumerate(many(70)):
        corpus.write(f"{number:02}.txt", text)
    corpus.ingest()
    reading = [step[:2] for step in corpus.progress if step[2] == "reading"]
    embedding = [step[:2] for step in corpus.progress if step[2] == "embedding"]
    assert reading == [(number, 70) for number in range(1, 71)]
    assert embedding[-1] == (70, 70)
    assert embedding == sorted(embedding)
    assert len(embedding) > 1


def zipped(**members):
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return stored.getvalue()


def test_a_refused_member_is_told_at_every_ingest_and_nothing_is_embedded_again(corpus):
    path = corpus.write("all.zip", zipped(a_txt=METRO, b_txt=b"\0\1\2" * 99))
    first, again = corpus.ingest(), corpus.ingest()
    assert (first.added, again.unchanged) == ([path], [path])
    assert again.changed == []
    assert again.refused == first.refused != []
    assert first.refused[0][0] == f"{path}!b.txt"
    assert again.embedded == 0
    assert corpus.titles() == ["مترو المنارة"]


def test_an_archive_is_left_alone_once_all_of_it_can_be_read(corpus):
    corpus.write("all.zip", zipped(a_txt=METRO, b_txt=b"\0\1\2" * 99))
    corpus.ingest()
    path = corpus.write("all.zip", zipped(a_txt=METRO, b_txt=MUSEUM))
    assert corpus.ingest().changed == [path]
    again = corpus.ingest()
    assert (again.unchanged, again.refused, again.documents) == ([path], [], 0)


def test_an_archive_that_moved_tells_its_refused_member_there(corpus):
    before = corpus.write("all.zip", zipped(a_txt=METRO, b_txt=b"\0\1\2" * 99))
    corpus.ingest()
    Path(before).rename(corpus.folder / "moved.zip")
    after = str(corpus.folder / "moved.zip")
    done = corpus.ingest()
    assert (done.moved, done.added, done.removed) == ([(before, after)], [], [])
    assert done.refused[0][0] == f"{after}!b.txt"
    assert done.embedded == 0
    assert corpus.ingest().unchanged == [after]


def test_a_page_without_text_is_told_at_every_ingest_of_its_pdf(corpus):
    scanned = pdf_bytes(PAGE, [], PAGE, picture=True)
    path = corpus.write("a.pdf", scanned)
    told = [(path, "1 of 3 pages has no text (scans?): run OCR on it")]
    assert corpus.ingest().noted == told
    again = corpus.ingest()
    assert (again.noted, again.unchanged, again.refused) == (told, [path], [])
