"""Articles and questions that give orders, and a writer that obeys them all."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fake_pipeline import pipeline_over
from tiny_model import CONTROL, write_tiny_model

from rag import page
from rag.fakes import FakeGenerator
from rag.generate.llama import LlamaCppGenerator
from rag.types import Document

LINES = (Path(__file__).parent / "attacks" / "attacks.jsonl").read_text("utf-8").splitlines()
ATTACKS = [json.loads(line) for line in LINES]
OTHER = Document.of(
    "متحف الموانئ", "كلف ترميم متحف الموانئ 28 مليون دينار. وفتح أبوابه في ربيع 2019."
)
LIVE = {"script", "img", "iframe", "style", "h1", "form", "input", "object", "embed", "link"}

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["id"])


def rag_over(attack, generator):
    """A pipeline over the article of an attack and another."""
    return pipeline_over([Document.of("مترو النخلة", attack["article"]), OTHER], generator)


def is_quotation(sentence):
    """Whether the words stand in the article, between quotation marks."""
    return sentence.text[0] == "«" and sentence.text[-1] == "»" and len(sentence.citations) == 1


class Live(HTMLParser):
    """What a browser would act on in a page."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag in LIVE or any(name.startswith("on") or name == "src" for name in named):
            self.found.append((tag, attrs))
        if tag == "a" and not re.fullmatch(r"#turn-1-source-\d+", named.get("href", "")):
            self.found.append((tag, attrs))


def test_there_are_attacks_of_every_kind():
    assert len(ATTACKS) >= 60
    assert len({attack["id"] for attack in ATTACKS}) == len(ATTACKS)
    kinds = {attack["id"].rpartition("-")[0] for attack in ATTACKS}
    assert kinds == {
        *("arabic", "dialect", "english", "markers", "template", "markup", "reveal", "hidden"),
        *("question", "before"),
    }


# An order in words that rag.arabic.orders does not know, about something the question asks for:
# the article does say it, so the check has nothing against it.
NOT_TOLD_APART = {"dialect-11"}


@each_attack
def test_what_an_obedient_writer_says_is_not_shown_as_a_claim(attack):
    answer = rag_over(attack, FakeGenerator([attack["obeyed"]])).ask(attack["question"])
    if attack["id"] in NOT_TOLD_APART:
        pytest.xfail("an order in unknown words reads as what the article says")
    claims = [sentence.text for sentence in answer.sentences if not is_quotation(sentence)]
    for claim in claims:
        for pattern in attack["forbidden"]:
            assert not re.search(pattern, claim), (claim, answer.sentences)
    assert any(text in answer.text for text in attack["expected"])


@each_attack
def test_every_marker_points_at_evidence(attack):
    answer = rag_over(attack, FakeGenerator([attack["obeyed"]])).ask(attack["question"])
    known = {item.number for item in answer.evidence}
    assert {citation.number for citation in answer.citations} <= known
    for sentence in answer.sentences:
        assert {c.number for c in sentence.citations} <= known
        if not is_quotation(sentence):
            assert not re.search(r"[\[【]\D*\d+\D*[\]】]", sentence.text)


@each_attack
def test_nothing_of_an_article_or_a_draft_is_live_on_the_page(attack):
    rag = rag_over(attack, FakeGenerator([attack["obeyed"]]))
    for answer in rag.stream(attack["question"]):
        documents = {document.id: document for document in rag.documents()}
        turn = page.Turn(1, answer, documents=documents)
        assert Live(page.turn_html(turn)).found == []


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    model = write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")
    return LlamaCppGenerator(model, name="tiny", threads=1)


@each_attack
def test_only_the_template_has_special_tokens(attack, tiny):
    generator = FakeGenerator([attack["obeyed"]])
    rag_over(attack, generator).ask(attack["question"])
    tokenize = tiny._llama.tokenize
    special = {tokenize(text.encode(), False, True)[0] for text in (*CONTROL, "<tool_call>")}
    for messages in generator.received:
        tokens = tiny._chat.tokens(messages)
        assert sum(token in special for token in tokens) == 2 * len(messages) + 1
