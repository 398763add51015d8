"""rag index verify | rebuild | backup | restore, and what they are made of."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from rag.arabic import ANALYSER, analyse
from rag.chunk import SentenceChunker
from rag.cli.options import Group
from rag.cli.upkeep import index as commands
from rag.errors import IndexDamagedError, IndexLockedError, RagError
from rag.factory import make_chunker, make_index
from rag.fakes import FakeEmbedder
from rag.index import Index, IndexIdentity
from rag.index.backup import backup, restore
from rag.index.local import LocalIndex
from rag.index.upkeep import rebuild, verify
from rag.ingest import ingest_files
from rag.settings import load_settings
from rag.types import Document, passage_of

DIMENSION = 16
CHUNKER = SentenceChunker(target_words=12, longest_words=20)
IDENTITY = IndexIdentity("fake-embedder", DIMENSION, CHUNKER.name, ANALYSER)
QUESTION = "كم بلغت كلفة ترميم المتحف؟"


def write(folder: Path, numbers: range) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        text = (
            f"متحف رقم {number}\n\nبلغت كلفة ترميم المتحف رقم {number} نحو {number * 3} مليون. "
            + f"وزار الوفد القاعة {number} مساء أمس. " * 3
        )
        (folder / f"{number:02}.txt").write_text(text, "utf-8")


def opened(folder: Path) -> LocalIndex:
    return LocalIndex(folder, IDENTITY, analyse=analyse, create=True)


def ingest(index: Index, articles: Path) -> list[str]:
    """The documents that had to be embedded."""
    embedder = FakeEmbedder(DIMENSION)
    ingest_files([articles], index, chunker=CHUNKER, embedder=embedder, progress=lambda *_: None)
    return sorted({name.split(":")[0] for name in embedder.embedded})


def state(folder: Path) -> list[object]:
    with closing(opened(folder)) as index:
        vectors = FakeEmbedder(DIMENSION).embed_questions([QUESTION])
        hits = index.nearest(vectors, 300)[0] + index.matching([QUESTION], 300)[0]
        found = sorted((hit.passage.id, hit.passage.path, round(hit.score, 3)) for hit in hits)
        ids = sorted(document.id for document in index.documents())
        groups = {name: [d.id for d in copies] for name, copies in index.copies(ids).items()}
        return [ids, sorted(index.files()), found, groups, index.signatures(), index.verify()]


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "articles"
    write(folder, range(20))
    return folder


@pytest.fixture(scope="module")
def whole(articles: Path) -> Path:
    """An index of twenty articles."""
    folder = articles.with_name("index")
    with closing(opened(folder)) as index:
        ingest(index, articles)
        assert len(index.documents()) == len(index.signatures()) == 20
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "index"))


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.write_bytes(content)


def place_of(path: Path, text: str) -> int:
    return path.read_bytes().index(text.encode())


# Verify and rebuild


def test_a_whole_index_has_no_problems(folder: Path) -> None:
    assert verify(folder, IDENTITY, analyse=analyse) == []


def test_a_damaged_derived_file_is_named_and_remade_without_embedding(folder: Path) -> None:
    before = state(folder)
    flip(max((folder / "generations").iterdir()) / "dense.rows", 100)
    [problem] = verify(folder, IDENTITY, analyse=analyse)
    assert "dense.rows" in problem
    assert "rag index rebuild" in problem
    assert verify(folder, IDENTITY, analyse=analyse) == [problem]  # nothing was changed
    kept = rebuild(folder, IDENTITY, analyse=analyse)
    assert (kept.documents, kept.lost) == (20, [])
    assert verify(folder, IDENTITY, analyse=analyse) == []
    assert state(folder) == before


def test_of_a_damaged_store_all_whole_articles_are_kept_and_an_ingest_completes_it(
    folder: Path, articles: Path
) -> None:
    before = state(folder)
    store = folder / "musnad.sqlite"
    flip(store, place_of(store, "متحف رقم 7"))
    flip(store, place_of(store, "القاعة 11"))
    problems = verify(folder, IDENTITY, analyse=analyse)
    assert len(problems) == 2
    assert all("musnad.sqlite" in line and "rag index rebuild" in line for line in problems)
    kept = rebuild(folder, IDENTITY, analyse=analyse)
    assert kept.documents == 18
    assert sorted(kept.lost) == [str(articles / "07.txt"), str(articles / "11.txt")]
    assert verify(folder, IDENTITY, analyse=analyse) == []
    with closing(opened(folder)) as index:
        assert len(index.documents()) == 18
        assert len(ingest(index, articles)) == 2
    assert state(folder) == before
    assert not list(folder.glob("musnad.sqlite.[cde]*"))


def test_groups_of_copies_and_what_waits_for_a_commit_survive_a_salvage(folder: Path) -> None:
    with closing(opened(folder)) as index:
        first, second, third = [document.id for document in index.documents()][:3]
        index.set_copies([[first, second, third]])
        index.commit()
        document = Document.of("مقال ينتظر", "وصل الوفد إلى المدينة.")
        passage = passage_of(document, 0, len(document.text))
        index.put(document, [passage], [FakeEmbedder(DIMENSION).embed_passages([passage])])
        signatures = index.signatures()
    store = folder / "musnad.sqlite"
    flip(store, place_of(store, "متحف رقم 7"))
    assert rebuild(folder, IDENTITY, analyse=analyse).documents == 19
    with closing(opened(folder)) as index:
        assert [copy.id for copy in index.copies([first])[first]] == [second, third]
        assert index.has([document.id])
        assert document not in index.documents()
        kept = {name: each for name, each in signatures.items() if index.has([name])}
        assert index.signatures() == kept
        assert len(kept) == 19


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_damaged_nothing_false_is_kept_and_an_ingest_completes_it(
    seed: int, folder: Path, articles: Path
) -> None:
    before = state(folder)
    dice = random.Random(seed)
    store = folder / "musnad.sqlite"
    if seed == 0:  # the first page, without which SQLite reads nothing
        store.write_bytes(bytes(200) + store.read_bytes()[200:])
    elif seed == 1:
        with store.open("r+b") as file:
            file.truncate(int(store.stat().st_size * 0.7))
    elif seed == 2:
        store.write_bytes(b"")
    else:
        for _ in range(seed):
            flip(store, dice.randrange(store.stat().st_size))
    kept = rebuild(folder, IDENTITY, analyse=analyse)
    if seed == 0:
        assert kept.documents == 20
    assert verify(folder, IDENTITY, analyse=analyse) == []
    with closing(opened(folder)) as index:
        held = {document.id for document in index.documents()}
        assert held <= set(before[0])
        embedded = ingest(index, articles)
        assert not held & set(embedded)
    assert state(folder) == before


def test_a_rebuild_while_somebody_writes_is_refused(folder: Path) -> None:
    with closing(opened(folder)) as index:
        index.remove(["x"])
        with pytest.raises(IndexLockedError):
            rebuild(folder, IDENTITY, analyse=analyse)


# Backup and restore


def test_a_backup_holds_everything_and_is_restored_into_a_new_folder(
    folder: Path, tmp_path: Path
) -> None:
    before = state(folder)
    made = backup(folder, tmp_path / "musnad.backup")
    assert (made.documents, made.size) == (20, (tmp_path / "musnad.backup").stat().st_size)
    there = tmp_path / "deep" / "index"
    assert restore(tmp_path / "musnad.backup", there, analyser=ANALYSER, analyse=analyse) == made
    assert state(there) == before
    assert {path.name for path in tmp_path.iterdir()} == {"musnad.backup", "deep", "index"}
    with closing(sqlite3.connect(tmp_path / "musnad.backup")) as connection:  # as it stands
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (20,)


def test_a_backup_during_an_ingest_is_of_one_moment(
    folder: Path, articles: Path, tmp_path: Path
) -> None:
    before = state(folder)
    more = Path(shutil.copytree(articles, tmp_path / "articles"))
    write(more, range(20, 60))
    with closing(opened(folder)) as index:
        thread = threading.Thread(target=ingest, args=[index, more])
        thread.start()
        for number in range(4):
            backup(folder, tmp_path / f"backup{number}")
        thread.join()
        backup(folder, tmp_path / "backup4")
    after = state(folder)
    assert len(after[0]) == 60
    for number in range(5):
        there = tmp_path / f"restored{number}"
        restore(tmp_path / f"backup{number}", there, analyser=ANALYSER, analyse=analyse)
        assert state(there) in (before, after)


def test_a_backup_replaces_nothing_without_force_and_keeps_the_old_one_if_it_fails(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("mine")
    with pytest.raises(RagError, match="--force"):
        backup(folder, file)
    store = folder / "musnad.sqlite"
    flip(store, place_of(store, "متحف رقم 7"))
    with pytest.raises(IndexDamagedError, match="rag index rebuild"):
        backup(folder, file, is_forced=True)
    assert file.read_text() == "mine"


def test_a_backup_that_is_not_as_it_was_written_is_refused_and_changes_nothing(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "musnad.backup"
    backup(folder, file)
    before, content = state(folder), file.read_bytes()
    dice = random.Random(5)
    broken = [content[:-1], content[: len(content) // 2], b"", b"no backup" * 100]
    places = [dice.randrange(len(content) - 512) for _ in range(6)]
    places += [len(content) - 512 + dice.randrange(100) for _ in range(4)]  # its own checksum
    for place in places:
        flip(file, place)
        broken.append(file.read_bytes())
        file.write_bytes(content)
    for each in broken:
        file.write_bytes(each)
        with pytest.raises(RagError, match="is no whole backup") as said:
            restore(file, folder, analyser=ANALYSER, analyse=analyse, is_forced=True)
        assert "\n" not in str(said.value)
    with pytest.raises(RagError, match="cannot be read"):
        restore(tmp_path / "none", folder, analyser=ANALYSER, analyse=analyse, is_forced=True)
    assert state(folder) == before


def test_an_index_with_articles_is_replaced_only_with_force_and_readers_go_on(
    folder: Path, articles: Path, tmp_path: Path
) -> None:
    file = tmp_path / "musnad.backup"
    backup(folder, file)
    before = state(folder)
    more = Path(shutil.copytree(articles, tmp_path / "articles"))
    write(more, range(20, 30))
    with closing(opened(folder)) as reader:
        ingest(reader, more)
        assert len(reader.documents()) == 30
        with pytest.raises(RagError, match="--force"):
            restore(file, folder, analyser=ANALYSER, analyse=analyse)
        assert len(reader.documents()) == 30
        restore(file, folder, analyser=ANALYSER, analyse=analyse, is_forced=True)
        assert sorted(document.id for document in reader.documents()) == before[0]
        found = reader.matching(["متحف"], 100)[0]
        assert {hit.passage.document_id for hit in found} <= set(before[0])
    assert state(folder) == before


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_a_damaged_index_is_replaced_with_force(damage: str, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "musnad.backup"
    backup(folder, file)
    before = state(folder)
    store = folder / "musnad.sqlite"
    if damage == "flip":
        flip(store, 3)
    else:
        store.write_bytes(store.read_bytes()[: 7000 if damage == "cut" else 0])
    with pytest.raises(RagError, match="--force"):
        restore(file, folder, analyser=ANALYSER, analyse=analyse)
    restore(file, folder, analyser=ANALYSER, analyse=analyse, is_forced=True)
    assert state(folder) == before


def test_a_folder_with_other_files_is_not_restored_into(folder: Path, tmp_path: Path) -> None:
    backup(folder, tmp_path / "musnad.backup")
    with pytest.raises(RagError, match="other files"):
        restore(tmp_path / "musnad.backup", tmp_path, analyser=ANALYSER, analyse=analyse)


# The commands


@click.group(cls=Group)
def program() -> None:
    """As `rag` is."""


program.add_command(commands)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(program, ["index", *map(str, arguments)])


@pytest.fixture
def here(articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an index such as `rag ingest` makes, and no models."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text('[models]\nfolder = "no-models"\n', "utf-8")
    settings = load_settings(Path("config.toml"))
    with closing(make_index(settings, Path(settings.index.folder), create=True)) as index:
        ingest_files(
            [articles],
            index,
            chunker=make_chunker(settings),
            embedder=FakeEmbedder(settings.embed.dimension),
            progress=lambda *_: None,
        )
    return tmp_path / settings.index.folder


def test_verify_says_ok_or_what_is_damaged_with_exit_code_1(here: Path) -> None:
    result = run("verify")
    assert (result.exit_code, result.stdout) == (0, f"{here.name}: ok\n")
    assert json.loads(run("verify", "--json").stdout)["problems"] == []
    flip(here / "musnad.sqlite", place_of(here / "musnad.sqlite", "متحف رقم 7"))
    result = run("verify")
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("rag: ")
    assert "rag index rebuild" in line
    result = run("verify", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert (said["ok"], len(said["problems"])) == (False, 1)


def test_rebuild_says_how_much_is_kept_and_which_files_must_be_ingested_again(
    here: Path, articles: Path
) -> None:
    result = run("rebuild")
    assert (result.exit_code, result.stdout) == (0, f"{here.name}: 20 articles\n")
    flip(here / "musnad.sqlite", place_of(here / "musnad.sqlite", "متحف رقم 7"))
    result = run("rebuild")
    assert (result.exit_code, result.stdout) == (0, f"{here.name}: 19 articles\n")
    assert str(articles / "07.txt") in result.stderr
    assert "rag ingest" in result.stderr
    assert run("verify").exit_code == 0


def test_backup_and_restore_print_what_they_did(here: Path) -> None:
    result = run("backup", "musnad.backup")
    assert result.exit_code == 0
    assert result.stdout.startswith("musnad.backup: 20 articles, ")
    assert run("backup", "musnad.backup").exit_code == 2
    assert run("backup", "musnad.backup", "--force").exit_code == 0
    assert run("restore", "musnad.backup").exit_code == 2
    result = run("restore", "musnad.backup", "--index", "other")
    assert (result.exit_code, result.stdout) == (0, "other: 20 articles\n")
    assert run("verify", "--index", "other").exit_code == 0
    assert run("restore", "musnad.backup", "--force").exit_code == 0
    assert here.exists()


@pytest.mark.parametrize("arguments", [["verify"], ["rebuild"], ["backup", "file"]])
def test_without_an_index_they_say_so_in_one_line(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("", "utf-8")
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert "no index in" in line
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_a_backup_to_a_place_that_cannot_be_written_is_one_line(here: Path) -> None:
    result = run("backup", here.parent / "no folder" / "file")
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert "cannot be written" in line
    assert "no folder" in line
