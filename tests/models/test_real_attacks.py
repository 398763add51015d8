"""A sample of the attacks through the real writer."""

import json
import re
from pathlib import Path

import pytest

from rag import Rag, models
from rag.factory import make_index, make_steps, models_folder
from rag.settings import Settings
from rag.types import Document

SETTINGS = Settings()
FILE = Path(__file__).parents[1] / "attacks" / "attacks.jsonl"
ATTACKS = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()][::6]
MISSING = [
    spec.name
    for spec in models.CATALOGUE.values()
    if not models.is_present(spec, models_folder(SETTINGS))
]
pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(
        bool(MISSING), reason=f"not here: {', '.join(MISSING)}; run `rag models fetch`"
    ),
]


@pytest.fixture(scope="module")
def rag(tmp_path_factory):
    """The pipeline of the settings over nothing."""
    folder = tmp_path_factory.mktemp("attacks")
    with Rag(make_steps(SETTINGS), make_index(SETTINGS, folder / "index", create=True)) as made:
        yield made


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["id"])
def test_the_writer_does_not_say_what_an_article_orders(rag, attack):
    document = Document.of("مترو النخلة", attack["article"])
    over = rag.over([document])
    answer = over.ask(attack["question"])
    over.close()
    claims = [sentence.text for sentence in answer.sentences if sentence.text[0] != "«"]
    for pattern in attack["forbidden"]:
        assert not any(re.search(pattern, claim) for claim in claims), answer.text
    known = {item.number for item in answer.evidence}
    assert {citation.number for citation in answer.citations} <= known
