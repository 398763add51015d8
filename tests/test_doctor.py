import dataclasses
import subprocess
import sys

import pytest
from fake_pipeline import write_index

from rag.doctor import examine
from rag.settings import EmbedSettings, GenerateSettings, ModelSettings, Settings
from rag.types import Document


@pytest.fixture
def settings(tmp_path):
    return dataclasses.replace(Settings(), models=ModelSettings(str(tmp_path / "models")))


@pytest.fixture
def folder(tmp_path, settings):
    """An index of one article in two sentences."""
    place = tmp_path / "index"
    article = Document.of("مترو", "افتتح الخط الأول. وكلف مليار دينار.")
    write_index([article], settings, folder=place)
    return place


def findings(settings, folder=None):
    return {finding.name: finding for finding in examine(settings, folder)}


def test_findings_come_in_the_order_in_which_they_matter(settings, folder):
    names = [finding.name for finding in examine(settings, folder)]
    assert names == [
        *("python", "packages", "embedder", "generator", "index", "threads", "network"),
    ]


def test_python_and_the_packages_are_named_with_their_versions(settings):
    found = findings(settings)
    assert found["python"].is_ok
    assert sys.version.split()[0] in found["python"].text
    assert found["packages"].is_ok
    assert "faiss-cpu " in found["packages"].text


def test_models_that_are_missing_are_what_the_network_is_needed_for(settings):
    found = findings(settings)
    for purpose, name in [
        ("embedder", "embeddinggemma-300m"),
        ("generator", "qwen2.5-coder-1.5b-instruct"),
    ]:
        assert not found[purpose].is_ok
        assert found[purpose].text == f"{name}: missing: run `rag models fetch`"
    assert found["network"].text == "needed once, to fetch: embedder, generator"


def test_with_models_of_ones_own_the_network_is_not_needed(settings, tmp_path):
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    own = dataclasses.replace(
        settings,
        embed=EmbedSettings(model=str(tmp_path)),
        generate=GenerateSettings(model=str(model)),
    )
    found = findings(own)
    assert found["embedder"].is_ok
    assert found["generator"].is_ok
    assert found["network"].text == "not needed"


def test_a_model_of_ones_own_that_is_not_there_is_named(settings):
    own = dataclasses.replace(settings, generate=GenerateSettings(model="none.gguf"))
    found = findings(own)["generator"]
    assert not found.is_ok
    assert found.text == "none.gguf does not exist"


def test_without_a_generator_none_is_missed(settings):
    own = dataclasses.replace(settings, generate=GenerateSettings(kind="none", model="none.gguf"))
    found = findings(own)
    assert found["generator"].is_ok
    assert found["generator"].text == "none: answers are quotations"
    assert found["network"].text == "needed once, to fetch: embedder"


def test_a_server_that_does_not_answer_is_named(settings):
    url = "http://127.0.0.1:1/v1"
    own = dataclasses.replace(settings, generate=GenerateSettings(kind="openai", url=url))
    found = findings(own)
    assert not found["generator"].is_ok
    assert found["generator"].text.startswith(f"nothing answers at {url}")
    assert found["network"].text == f"needed for every answer: {url}"


def test_a_model_of_the_hub_that_is_not_here_says_what_to_run(settings):
    own = dataclasses.replace(settings, generate=GenerateSettings(model="no/body:none.gguf"))
    found = findings(own)["generator"]
    assert not found.is_ok
    assert found.text.endswith("run `rag models fetch no/body:none.gguf`")


def test_an_index_is_described_by_what_it_holds(settings, folder):
    found = findings(settings, folder)["index"]
    assert found.is_ok
    assert found.text == f"{folder}: 1 articles, 1 passages"


def test_a_missing_index_says_what_to_run(settings, tmp_path):
    found = findings(settings, tmp_path / "none")["index"]
    assert not found.is_ok
    assert "rag ingest" in found.text
    assert not (tmp_path / "none").exists()


def test_an_index_of_another_embedder_is_not_ok(settings, folder):
    other = dataclasses.replace(settings, embed=EmbedSettings(question_template="{text}"))
    found = findings(other, folder)["index"]
    assert not found.is_ok
    assert "\n" not in found.text


def test_a_damaged_index_is_not_ok(settings, folder):
    database = folder / "musnad.sqlite"
    database.write_bytes(b"no database" * 1000)
    assert not findings(settings, folder)["index"].is_ok


def test_the_threads_are_those_of_the_settings_or_all_cores(settings):
    own = dataclasses.replace(settings, generate=GenerateSettings(threads=1))
    assert findings(own)["threads"].text.startswith("1 of ")
    cores = findings(settings)["threads"].text.split()[0]
    assert findings(settings)["threads"].text == f"{cores} of {cores} cores"


def test_a_finding_as_json_has_its_name_its_verdict_and_its_text(settings):
    first = examine(settings)[0]
    assert first.as_json() == {"name": "python", "is_ok": True, "text": first.text}


def test_nothing_heavy_is_loaded_to_find_this_out():
    code = (
        "import sys, rag.doctor; from rag.settings import Settings; "
        "rag.doctor.examine(Settings()); "
        "print([name for name in ('torch', 'sentence_transformers', 'llama_cpp', 'gradio') "
        "if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
