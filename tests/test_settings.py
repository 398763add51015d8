import dataclasses
import tomllib

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, load_settings, project_file


@pytest.fixture
def config(tmp_path):
    def write(text):
        path = tmp_path / "config.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def refusal(*arguments):
    with pytest.raises(SettingsError) as caught:
        load_settings(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_file_that_ships_says_the_defaults():
    assert load_settings(project_file("config.toml")) == Settings()


def test_the_file_that_ships_names_every_setting():
    written = tomllib.loads(project_file("config.toml").read_text("utf-8"))
    assert written == Settings().as_json()
    assert [list(table) for table in written.values()] == [
        list(table) for table in dataclasses.asdict(Settings()).values()
    ]


def test_a_file_says_only_what_differs(config):
    settings = load_settings(config("[answer]\ntop_k = 4\n"))
    assert settings == dataclasses.replace(
        Settings(), answer=dataclasses.replace(Settings().answer, top_k=4)
    )


def test_a_byte_order_mark_as_some_editors_write_it_is_no_setting(config):
    assert load_settings(config("\ufeff[answer]\ntop_k = 4\n")).answer.top_k == 4


def test_without_a_file_in_the_working_folder_the_one_that_ships_is_read(
    tmp_path, monkeypatch, config
):
    monkeypatch.chdir(tmp_path)
    assert load_settings() == Settings()
    config("[answer]\ntop_k = 3\n")
    assert load_settings().answer.top_k == 3


@pytest.mark.parametrize(
    ("override", "table", "key", "value"),
    [
        ("answer.top_k=8", "answer", "top_k", 8),
        (" answer.top_k = 8 ", "answer", "top_k", 8),
        ("retrieve.dense_weight=1", "retrieve", "dense_weight", 1.0),
        ("embed.precision=float32", "embed", "precision", "float32"),
        ('embed.precision="float32"', "embed", "precision", "float32"),
        ("generate.model=models/a=b.gguf", "generate", "model", "models/a=b.gguf"),
        ("models.folder=", "models", "folder", ""),
    ],
)
def test_a_setting_is_overridden_for_one_run(override, table, key, value):
    found = getattr(getattr(load_settings(None, [override]), table), key)
    assert found == value
    assert type(found) is type(value)


def test_an_override_comes_before_the_file_and_the_last_one_counts(config):
    path = config("[answer]\ntop_k = 4\nquotes = 1\n")
    settings = load_settings(path, ["answer.top_k=5", "answer.top_k=6"])
    assert (settings.answer.top_k, settings.answer.quotes) == (6, 1)


@pytest.mark.parametrize("override", ["answer.top_k", "top_k=8", "=8", "answer"])
def test_an_override_of_another_form_shows_how_to_write_it(override):
    assert refusal(None, [override]) == (
        f"--set {override}: write it as table.key=value, like answer.top_k=8"
    )


def test_an_unknown_key_lists_the_known_ones(config):
    path = config("[chunk]\ntarget_word = 100\n")
    assert refusal(path) == (
        f"{path} [chunk]: unknown key 'target_word'; "
        "known: kind, longest_words, overlap, target_words"
    )
    assert "known: decline_below, kind, longest_sentence" in refusal(None, ["answer.topk=8"])


def test_an_unknown_table_lists_the_known_ones(config):
    path = config("[rerank]\nkind = 'none'\n")
    assert refusal(path).startswith(f"{path}: unknown table 'rerank'; known: answer, check, chunk")
    assert "unknown table 'rerank'" in refusal(None, ["rerank.kind=none"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[answer]\ntop_k = 'ten'", "[answer]: top_k must be of type int, got 'ten'"),
        ("[answer]\ntop_k = 2.5", "[answer]: top_k must be of type int, got 2.5"),
        ("[answer]\ntop_k = true", "[answer]: top_k must be of type int, got True"),
        ("[embed]\nmodel = 3", "[embed]: model must be of type str, got 3"),
        ("[check]\ncoverage = 'a'", "[check]: coverage must be of type float, got 'a'"),
        ("[check]\ncoverage = false", "[check]: coverage must be of type float, got False"),
        ("[check]\ncoverage = nan", "coverage must be a number and not negative, got nan"),
        ("[check]\ncoverage = inf", "coverage must be a number and not negative, got inf"),
        ("[check]\ncoverage = 5", "coverage is a share and at most 1, got 5.0"),
        ("[answer]\ntop_k = 0", "top_k must be more than 0"),
        ("answer = 3", ": answer is a table; write [answer]"),
    ],
)
def test_a_value_of_the_wrong_type_is_shown_with_the_type_it_needs(config, text, problem):
    assert problem in refusal(config(text))


def test_an_override_of_something_that_is_no_table_in_the_file_is_an_error(config):
    assert "answer is a table" in refusal(config("answer = 3"), ["answer.top_k=8"])


def test_a_file_that_is_not_toml_is_named(config):
    assert "is not valid TOML" in refusal(config("[answer\ntop_k = 3"))


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes("# إعدادات".encode("cp1256"))
    assert "is not valid TOML" in refusal(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none.toml"
    assert refusal(path) == f"cannot read {path}: No such file or directory"


def test_settings_as_json_are_plain_values():
    assert Settings().as_json()["answer"]["top_k"] == 10
