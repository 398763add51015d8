"""Texts to vectors: what can be said without a real model."""

import json
import re

import numpy as np
import pytest

from rag.embed import OpenVinoEmbedder, Wording, is_prepared, prepare, suits
from rag.embed.compiled import batches
from rag.embed.interaction import Nearness, Tokens, nearness
from rag.embed.prepare import load, prepared_path
from rag.errors import ModelError
from rag.types import Document, passage_of


def folder_of(tmp_path, **described):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(described), "utf-8")
    return folder


def test_a_passage_is_worded_with_its_title_and_without_one_says_none():
    document, bare = Document.of("ميناء الغدير", "نص طويل."), Document.of("", "نص طويل.")
    wording = Wording(passage="{title}: {text}", question="? {text}")
    worded = wording.of_passages([passage_of(d, 0, 8) for d in (document, bare)])
    assert worded == ["ميناء الغدير: نص طويل.", "none: نص طويل."]
    assert wording.of_questions(["متى؟"]) == ["? متى؟"]


@pytest.mark.parametrize(
    "lengths", [[], [1], [1024], [2048, 3], [5, 1000, 5, 30, 600, 600], [17] * 400]
)
def test_batches_hold_every_row_once_and_no_more_tokens_than_allowed(lengths):
    made = batches(lengths)
    assert sorted(row for rows in made for row in rows) == list(range(len(lengths)))
    for rows in made:
        assert len(rows) == 1 or len(rows) * max(lengths[row] for row in rows) <= 1024


def test_only_the_architecture_that_can_be_traced_suits(tmp_path, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert suits(folder_of(tmp_path, model_type="gemma3_text"))
    assert not suits(tmp_path / "none")
    (tmp_path / "model" / "config.json").write_text("{", "utf-8")
    assert not suits(tmp_path / "model")
    (tmp_path / "model" / "config.json").write_text('{"model_type": "bert"}', "utf-8")
    assert not suits(tmp_path / "model")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    (tmp_path / "model" / "config.json").write_text('{"model_type": "gemma3_text"}', "utf-8")
    assert not suits(tmp_path / "model")


def test_another_architecture_is_refused_in_one_line_that_says_what_to_set(tmp_path):
    folder = folder_of(tmp_path, model_type="bert")
    with pytest.raises(ModelError, match=re.escape(str(folder))) as caught:
        OpenVinoEmbedder(folder, tmp_path / "cache", name="x", dimension=8)
    assert "set embed.precision to auto" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_weights_are_prepared_anew(tmp_path):
    folder = folder_of(tmp_path, model_type="gemma3_text")
    (folder / "model.safetensors").write_bytes(b"weights")
    assert not is_prepared(folder, tmp_path)
    place = prepared_path(folder, tmp_path)
    place.write_bytes(b"made")
    assert is_prepared(folder, tmp_path)
    assert prepare(folder, tmp_path) == place  # nothing is made again
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert not is_prepared(folder, tmp_path)


@pytest.mark.parametrize("content", [b"", b"short", bytes(400)])
def test_a_damaged_prepared_file_is_removed_and_said(tmp_path, content):
    place = tmp_path / "model.blob"
    place.write_bytes(content)
    with pytest.raises(ModelError, match="was damaged and is removed: run the command again"):
        load(place)
    assert not place.exists()


# The words of a question


def tokens(prompt, vectors):
    """A prompt whose tokens are its words."""
    spans = [match.span() for match in re.finditer(r"\S+", prompt)]
    return Tokens(prompt, np.array(vectors, np.float32), spans)


def test_a_word_is_as_near_as_the_token_of_the_text_that_is_nearest():
    question = tokens("query: who left", [[9, 9], [1, 0], [0, 2]])
    text = tokens("title: who | text: came early", [[1, 0], [1, 0], [1, 0], [1, 0], [3, 4], [0, 1]])
    near = nearness(question, "who left", text, "came early")
    assert near.of_words() == pytest.approx([0.6, 1.0])  # "who" of the title does not count
    assert near.of_words(0, 0) == pytest.approx([0.6, 0.8])
    assert near.of_words(1) == pytest.approx([0.0, 1.0])


def test_a_word_of_several_tokens_has_their_mean():
    question = Tokens("q: left", np.float32([[1, 0], [1, 0], [0, 1]]), [(0, 2), (3, 5), (5, 7)])
    near = nearness(question, "left", tokens("t: x", [[0, 1], [1, 0]]), "x")
    assert near.of_words() == pytest.approx([0.5])


def test_a_mark_that_stands_alone_is_no_word():
    question = tokens("q: left ? «", [[1, 0], [1, 0], [0, 1], [0, 1]])
    text = tokens("t: x", [[0, 1], [1, 0]])
    assert nearness(question, "left ? «", text, "x").of_words().tolist() == [1.0]
    assert nearness(question, "? «", text, "x").of_words().tolist() == []


def test_words_that_the_model_has_not_read_are_not_found():
    question = Tokens("who left", np.float32([[1, 0]]), [(0, 3)])  # cut after its first word
    empty = Tokens("t: x", np.float32([[1, 0]]), [(0, 2)])
    near = nearness(question, "who left", tokens("x", [[1, 0]]), "x")
    assert near.of_words().tolist() == [1.0, 0.0]
    assert nearness(question, "who", empty, "x").of_words().tolist() == [-1.0]


def test_the_first_two_words_count_twice_and_the_question_word_a_little_more():
    near = Nearness([[0], [1], [2]], np.float32([[0.5, 0.1], [0.2, 0.4], [0.9, 0.3]]))
    assert near.total() == pytest.approx((0.5 + 0.4 + 0.9) / 3 + (0.5 + 0.4) / 2 + 0.3 * 0.5)
    assert near.total(1, 1) == pytest.approx((0.1 + 0.4 + 0.3) / 3 + (0.1 + 0.4) / 2 + 0.3 * 0.1)
    assert Nearness().total() == 0.0
    assert Nearness().of_words().tolist() == []
