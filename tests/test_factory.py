import dataclasses
import struct
import subprocess
import sys

import pytest
from tiny_model import write_tiny_model

from rag.errors import (
    GeneratorError,
    IndexMismatchError,
    IndexMissingError,
    ModelError,
    SettingsError,
)
from rag.factory import (
    describe,
    embedder_name,
    make_embedder,
    make_generator,
    make_index,
    make_steps,
    open_rag,
    served_models,
)
from rag.models import hub_model, is_hub_name
from rag.settings import EmbedSettings, GenerateSettings, ModelSettings, Settings, load_settings
from rag.types import Message

QUESTION = [Message("user", "متى؟")]
MUST_BE_LIGHT = (
    *("torch", "faiss", "gradio", "llama_cpp", "numpy", "sentence_transformers", "httpx"),
    *("pymilvus", "ray", "openvino"),
)
# One tensor of four million bytes is announced, and none of them is there.
CUT_GGUF = (
    struct.pack("<4sIQQ", b"GGUF", 3, 1, 0)
    + struct.pack("<Q1sIQIQ", 1, b"w", 1, 1_000_000, 0, 0)
    + bytes(64)
)


@pytest.fixture
def settings(tmp_path):
    return dataclasses.replace(Settings(), models=ModelSettings(str(tmp_path / "models")))


def error_of(call):
    with pytest.raises((ModelError, SettingsError)) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value


# Kinds


@pytest.mark.parametrize(
    ("table", "known"),
    [
        ("chunk", "sentences"),
        ("embed", "sentence-transformers"),
        ("retrieve", "hybrid"),
        ("evidence", "sentences"),
        ("generate", "llama.cpp, openai, none"),
        ("check", "deterministic"),
        ("answer", "checked"),
    ],
)
def test_an_unknown_kind_lists_the_known_ones(table, known):
    settings = load_settings(None, [f"{table}.kind=other"])
    error = error_of(lambda: make_steps(settings))
    assert str(error) == f"{table}.kind = 'other' is not known; known: {known}"


def test_an_unknown_kind_of_index_makes_none(tmp_path):
    settings = load_settings(None, ["index.kind=other"])
    error = error_of(lambda: make_index(settings, tmp_path / "index", create=True))
    assert str(error) == "index.kind = 'other' is not known; known: local, milvus"
    assert not (tmp_path / "index").exists()


def test_every_kind_in_the_settings_is_checked():
    kinds = {table for table, values in Settings().as_json().items() if "kind" in values}
    assert kinds == {
        *("index", "chunk", "embed", "retrieve", "evidence", "generate", "check", "answer"),
    }


# Models


def test_a_pipeline_is_made_before_its_models_are_there(settings, tmp_path):
    rag = open_rag(index=tmp_path / "index", create=True)
    assert rag.documents() == []
    rag.close()
    assert make_steps(settings).generator.name == "qwen2.5-coder-1.5b-instruct"


def test_a_missing_model_of_the_catalogue_says_what_to_run(settings):
    generator, embedder = make_generator(settings), make_embedder(settings)
    for call in (
        lambda: list(generator.generate(QUESTION, max_tokens=1)),
        lambda: embedder.embed_questions(["متى؟"]),
    ):
        assert "run `rag models fetch`" in str(error_of(call))


@pytest.mark.parametrize(
    "content",
    [b"", b"GGUF", b"<html>not found</html>" * 100, CUT_GGUF, CUT_GGUF[:30], b"GGML" + bytes(99)],
    ids=["empty", "magic only", "a page", "cut", "cut in the header", "another format"],
)
def test_a_file_that_is_no_whole_gguf_model_is_an_error_in_one_line(settings, tmp_path, content):
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    own = dataclasses.replace(settings, generate=GenerateSettings(model=str(path)))
    generator = make_generator(own)
    error = error_of(lambda: list(generator.generate(QUESTION, max_tokens=1)))
    assert isinstance(error, ModelError)
    assert str(path) in str(error)


def test_a_gguf_file_that_is_not_there_is_named(settings):
    own = dataclasses.replace(settings, generate=GenerateSettings(model="none/model.gguf"))
    error = error_of(lambda: list(make_generator(own).generate(QUESTION, max_tokens=1)))
    assert "none/model.gguf" in str(error)


def test_a_generator_that_failed_to_load_is_tried_again(settings):
    generator = make_generator(settings)
    for _ in range(2):
        error_of(lambda: list(generator.generate(QUESTION, max_tokens=1)))


def test_a_model_of_the_hub_is_taken_from_its_cache(tmp_path):
    name = "owner/repo-GGUF:model-Q4_K_M.gguf"
    assert is_hub_name(name)
    snapshot = tmp_path / "models--owner--repo-GGUF" / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    refs = tmp_path / "models--owner--repo-GGUF" / "refs"
    refs.mkdir()
    (refs / "main").write_text("0" * 40)
    path = write_tiny_model(snapshot / "model-Q4_K_M.gguf")
    assert hub_model(name, cache=tmp_path) == path
    with pytest.raises(ModelError, match=r"rag models fetch owner/repo-GGUF:other.gguf"):
        hub_model("owner/repo-GGUF:other.gguf", cache=tmp_path)


def test_a_model_of_the_hub_that_is_not_here_says_what_to_run(settings):
    name = "nobody/none-GGUF:none.gguf"
    own = dataclasses.replace(settings, generate=GenerateSettings(model=name))
    error = error_of(lambda: list(make_generator(own).generate(QUESTION, max_tokens=1)))
    assert str(error) == f"model {name} is not here: run `rag models fetch {name}`"


def test_any_gguf_file_writes_by_its_own_template(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = write_tiny_model(tmp_path / "own.gguf")
    own = dataclasses.replace(settings, generate=GenerateSettings(model=str(path), threads=1))
    generator = make_generator(own)
    assert generator.name == "own.gguf"
    assert list(generator.generate(QUESTION, max_tokens=3))
    system = Message("system", "أجب من المصادر وحدها. " * 4)
    list(generator.read([system, *QUESTION]))
    assert len(list((tmp_path / "cache" / "musnad" / "prompts").iterdir())) == 1


def test_a_server_that_is_not_there_is_an_error_when_it_is_asked(settings):
    own = dataclasses.replace(
        settings, generate=GenerateSettings(kind="openai", url="http://127.0.0.1:1/v1")
    )
    steps = make_steps(own)
    assert steps.generator.name == "qwen2.5-coder-1.5b-instruct"
    with pytest.raises(GeneratorError, match=r"nothing answers at http://127.0.0.1:1/v1"):
        served_models(own)


def test_without_a_generator_nothing_is_loaded_or_named(settings):
    own = dataclasses.replace(settings, generate=GenerateSettings(kind="none"))
    assert make_steps(own).generator is None
    assert set(describe(own)["models"]) == {"embedder"}


# Names


def test_the_name_of_an_embedder_tells_models_and_prompts_apart(tmp_path):
    own = tmp_path / "model"
    own.mkdir()
    (own / "model.safetensors").write_bytes(b"weights")
    names = [
        embedder_name(EmbedSettings()),
        embedder_name(EmbedSettings(question_template="{text}")),
        embedder_name(EmbedSettings(passage_template="{text}")),
        embedder_name(EmbedSettings(model=str(own))),
    ]
    (own / "model.safetensors").write_bytes(b"others")
    names.append(embedder_name(EmbedSettings(model=str(own))))
    assert len(set(names)) == 5
    assert names[0].startswith("embeddinggemma-300m@")
    assert names[3].startswith("model@")


def test_the_name_of_an_embedder_does_not_depend_on_how_it_is_run():
    assert embedder_name(EmbedSettings()) == embedder_name(EmbedSettings(batch_size=1))


def test_a_run_is_described_by_all_its_settings_and_the_hashes_of_its_models():
    said = describe(load_settings(None, ["answer.top_k=7"]))
    assert said["settings"]["answer"]["top_k"] == 7
    assert said["models"]["embedder"]["name"] == "embeddinggemma-300m"
    hashes = said["models"]["generator"]["sha256"].values()
    assert all(len(digest) == 64 for digest in hashes)
    assert describe(load_settings(None, ["generate.model=a.gguf"]))["models"]["generator"] == {
        "name": "a.gguf",
        "sha256": None,
    }


# Settings to steps


def test_settings_reach_the_step_they_belong_to():
    steps = make_steps(
        load_settings(
            None,
            [
                *("chunk.target_words=90", "evidence.budget_words=77", "answer.decline_below=0.4"),
                *("check.coverage=0.9", "answer.quotes=1", "answer.longest_words=33"),
                *("answer.longest_summary=44", "answer.own_words=true"),
                *("answer.top_k=3", "generate.max_tokens=9", "embed.dimension=256"),
            ],
        )
    )
    assert steps.chunker.target_words == 90
    assert steps.selector.budget_words == 77
    assert steps.confidence.decline_below == 0.4
    assert steps.composer.checker.coverage == 0.9
    assert (steps.composer.quotes, steps.composer.longest_words) == (1, 33)
    assert steps.composer.own_words
    assert steps.overviewer.longest_words == 44
    assert (steps.top_k, steps.max_tokens, steps.embedder.dimension) == (3, 9, 256)


def test_prompts_of_the_working_folder_come_before_those_that_ship(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shipped = make_steps(Settings()).prompt.messages("متى؟", [])
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "answer.system.md").write_text("أجب.", "utf-8")
    (tmp_path / "prompts" / "answer.user.md").write_text("$evidence $question", "utf-8")
    own = make_steps(Settings()).prompt.messages("متى؟", [])
    assert [message.content for message in own] == ["أجب.", " متى؟"]
    assert shipped[0].content != "أجب."


def test_a_tilde_in_the_settings_is_the_home_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "answer.system.md").write_text("أجب.", "utf-8")
    (tmp_path / "own" / "answer.user.md").write_text("$evidence $question", "utf-8")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "a.safetensors").write_bytes(bytes(64))
    overrides = ["index.folder=~/index", "generate.prompts=~/own", "embed.model=~/model"]
    settings = load_settings(None, overrides)
    make_index(settings, create=True).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "model", "own"]
    assert make_steps(settings).prompt.messages("متى؟", [])[0].content == "أجب."
    whole = embedder_name(EmbedSettings(model=str(tmp_path / "model")))
    assert embedder_name(settings.embed) == whole


# Opening


def test_an_index_that_is_not_there_is_created_only_when_asked(tmp_path):
    with pytest.raises(IndexMissingError, match="rag ingest"):
        open_rag(index=tmp_path / "index")
    open_rag(index=tmp_path / "index", create=True).close()
    open_rag(index=tmp_path / "index").close()


@pytest.mark.parametrize("template", ["query: ", "query: {}", "{text", "{text} {nope}"])
def test_a_template_that_would_not_embed_the_text_is_a_setting_to_mend(settings, template):
    for key in ("passage_template", "question_template"):
        embed = dataclasses.replace(settings.embed, **{key: template})
        with pytest.raises(SettingsError, match=rf"embed\.{key} = .* must have the field {{text}}"):
            make_embedder(dataclasses.replace(settings, embed=embed))


@pytest.mark.parametrize("key", ["dimension", "batch_size"])
def test_vectors_and_batches_have_at_least_one_row(settings, key):
    embed = dataclasses.replace(settings.embed, **{key: 0})
    with pytest.raises(SettingsError, match=rf"embed\.{key} = 0 must be at least 1"):
        make_embedder(dataclasses.replace(settings, embed=embed))


@pytest.mark.parametrize(
    "override", ["chunk.target_words=90", "embed.dimension=256", "embed.question_template={text}"]
)
def test_an_index_made_with_other_settings_is_refused(tmp_path, override):
    open_rag(index=tmp_path / "index", create=True).close()
    with pytest.raises(IndexMismatchError) as caught:
        open_rag(index=tmp_path / "index", overrides=[override])
    assert "\n" not in str(caught.value)
    open_rag(index=tmp_path / "index", overrides=["embed.batch_size=2", "answer.top_k=3"]).close()


# Weight


def test_import_rag_is_light():
    code = (
        "import sys, time; began = time.perf_counter(); import rag; "
        "print(time.perf_counter() - began, "
        f"*[name for name in {MUST_BE_LIGHT} if name in sys.modules])"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    outputs = [run.stdout.split() for run in runs]
    assert [heavy for _, *heavy in outputs] == [[], [], []]
    assert min(float(seconds) for seconds, *_ in outputs) < 0.3


def test_a_summary_shorter_than_a_quotation_is_refused():
    assert make_steps(load_settings(None, ["answer.longest_summary=8"]))
    error = error_of(lambda: make_steps(load_settings(None, ["answer.longest_summary=3"])))
    assert "answer.longest_summary is 3 words, fewer than 8" in str(error)
