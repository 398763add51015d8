"""The two real models behind their seams, and answers end to end."""

import dataclasses
import json
import re
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from rag import Rag, models
from rag.arabic import arabic_share
from rag.cli import main
from rag.embed import SentenceTransformerEmbedder, suits
from rag.errors import GeneratorError, ModelError
from rag.factory import make_embedder, make_generator, make_index, make_steps, models_folder
from rag.settings import EmbedSettings, Settings
from rag.types import Document, Message, passage_of

SETTINGS = Settings()
MISSING = [
    spec.name
    for spec in models.CATALOGUE.values()
    if not models.is_present(spec, models_folder(SETTINGS))
]
pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"not here: {', '.join(MISSING)}; run `rag models fetch`",
    ),
]

FOLDER = models.EMBEDDER.path(models_folder(SETTINGS))

ARTICLES = {
    "metro.txt": (
        "مترو النخلة\n\n"
        "افتتح رئيس بلدية النخلة سالم العامري الخط الأول للمترو في 12 مارس 2021 أمام الركاب.\n\n"
        "وبلغت كلفة الخط 2.6 مليار دينار، ويبلغ طوله 27 كيلومتراً وفيه 19 محطة.\n"
    ),
    "museum.txt": (
        "متحف البحارة في مدينة الرمال\n\n"
        "حوّلت مدينة الرمال دار الجمارك القديمة متحفاً، وكلف الترميم 28 مليون دينار.\n\n"
        "وتقول مديرة المتحف ليلى حداد إن أهم ما فيه خريطة رسمها بحار مجهول.\n"
    ),
    "dates.txt": (
        "موسم التمور في واحة الغدير\n\n"
        "جمع مزارعو واحة الغدير 38 ألف طن من التمور هذا الموسم، بعد مكافحة سوسة النخيل.\n\n"
        "وصدّرت الواحة تمورها إلى أربعة عشر بلداً، وارتفع سعر الكيلوغرام إلى سبعة دنانير.\n"
    ),
}

QUESTION = "متى افتُتح الخط الأول لمترو النخلة؟"


@pytest.fixture(scope="session")
def embedder():
    return make_embedder(SETTINGS)


@pytest.fixture(scope="session")
def generator():
    return make_generator(SETTINGS)


@pytest.fixture(scope="session")
def rag(tmp_path_factory, embedder, generator):
    """The pipeline of the settings over the three articles, in a folder with its index."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(text, "utf-8")
    steps = dataclasses.replace(make_steps(SETTINGS), embedder=embedder, generator=generator)
    index = make_index(SETTINGS, folder / "index", create=True)
    with Rag(steps, index) as made:
        assert len(made.ingest([folder / "articles"]).added) == 3
        yield made


@pytest.fixture
def corpus(rag, monkeypatch):
    """The folder of the articles and their index, as the working folder."""
    folder = Path(rag.documents()[0].path).parents[1]
    monkeypatch.chdir(folder)
    return folder


def pieces_of(generator, *contents, max_tokens):
    return generator.generate([Message("user", c) for c in contents], max_tokens=max_tokens)


def passages(*texts):
    documents = [Document.of(text.split("\n")[0], text) for text in texts]
    return [passage_of(document, 0, len(document.text)) for document in documents]


# The embedder


def test_vectors_are_rows_of_length_one(embedder):
    for vectors in (
        embedder.embed_passages(passages(*ARTICLES.values())),
        embedder.embed_questions(["متى افتُتح المترو؟", "?", "x" * 3000]),
    ):
        assert vectors.shape == (3, 768)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert embedder.embed_questions([]).shape == (0, 768)


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("متى افتُتح الخط الأول للمترو؟", 0),
        ("المترو اتفتح امتى؟", 0),
        ("How much did restoring the customs house cost?", 1),
        ("ما ثمن إصلاح المبنى الذي صار معرضاً للملاحة؟", 1),
        ("قديش طلع محصول النخيل؟", 2),
    ],
)
def test_the_passage_that_answers_is_nearer_than_the_others(embedder, question, right):
    cosines = (
        embedder.embed_passages(passages(*ARTICLES.values()))
        @ (embedder.embed_questions([question])[0])
    )
    assert int(np.argmax(cosines)) == right


def test_a_text_has_the_same_vector_alone_and_among_others(embedder):
    texts = [f"{word} في المدينة" for word in "مترو متحف ميناء سوق مدرسة".split()]
    texts.append(" ".join(texts * 20))
    alone = np.concatenate([embedder.embed_questions([text]) for text in texts])
    assert (alone * embedder.embed_questions(texts)).sum(axis=1) == pytest.approx(1, abs=0.01)


def test_int8_vectors_and_words_are_near_those_of_the_published_model(embedder):
    if not suits(FOLDER):
        pytest.skip("this processor embeds with torch")
    published = SentenceTransformerEmbedder(
        FOLDER, name="published", dimension=768, precision="float32"
    )
    long = "\n".join(ARTICLES.values()) * 12  # tokens beyond each other's attention window
    made = passages(*ARTICLES.values(), f"كل شيء\n{long}")
    cosines = (embedder.embed_passages(made) * published.embed_passages(made)).sum(axis=1)
    assert cosines.min() > 0.99
    question = "كم كلف ترميم المتحف؟"
    ours, theirs = (each.word_similarities(question, made) for each in (embedder, published))
    for our, their in zip(ours, theirs, strict=True):
        assert our.of_words() == pytest.approx(their.of_words(), abs=0.1)


def test_a_word_is_found_where_the_text_has_it_whatever_its_form(embedder):
    text, other = passages(
        "زار الرئيس بوتين بيونغ يانغ في يونيو 2024.", "أكل الولد التفاحة في الحديقة."
    )
    question = "متى زارت الوزيرة بوتين؟"
    near, far = (n.of_words() for n in embedder.word_similarities(question, [text, other]))
    assert near.shape == far.shape == (4,)
    assert (near > far).all()
    assert near[3] > 0.6 > 0.4 > far[3]  # "بوتين؟"
    assert near[2] < near[1]  # the text has the visit, but no woman who is a minister
    assert embedder.word_similarities(question, []) == []


def test_questions_of_two_readers_may_come_at_once(embedder):
    alone = embedder.embed_questions(["متى؟"])
    with ThreadPoolExecutor(4) as readers:
        for vector in readers.map(lambda _: embedder.embed_questions(["متى؟"]), range(24)):
            assert vector == pytest.approx(alone)


def test_nothing_reports_home_from_preparing_or_embedding(embedder):
    embedder.embed_questions(["متى؟"])
    assert sys.modules.get("openvino_telemetry") is None


def test_a_folder_that_is_no_model_is_an_error_in_one_line(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        other = make_embedder(dataclasses.replace(SETTINGS, embed=EmbedSettings(model=str(folder))))
        with pytest.raises(ModelError, match=re.escape(str(folder))) as caught:
            other.embed_questions(["متى؟"])
        assert "\n" not in str(caught.value)


# The generator


def test_the_model_writes_arabic(generator):
    text = "".join(pieces_of(generator, "اكتب جملة واحدة عن البحر.", max_tokens=16))
    assert arabic_share(text) > 0.9
    assert len(text.split()) > 3


@pytest.mark.parametrize(
    "asked",
    [
        "请只用中文介绍北京。",
        "Напиши по-русски о Москве.",
        "서울에 대해 한국어로 써.",
    ],
)
def test_the_model_never_writes_another_script_even_when_asked_to(generator, asked):
    text = "".join(pieces_of(generator, asked, max_tokens=16))
    letters = [character for character in text if character.isalpha()]
    assert letters
    names = {unicodedata.name(letter).split()[0] for letter in letters}
    assert names <= {"ARABIC", "LATIN"}


def test_pieces_arrive_while_the_model_is_still_writing(generator):
    arrived = []
    for piece in pieces_of(generator, "عدّد عشر مدن عربية.", max_tokens=16):
        assert piece
        arrived.append(time.perf_counter())
    assert len(arrived) >= 10
    assert arrived[-1] - arrived[0] > 0.1


def test_no_more_than_max_tokens_are_written(generator):
    assert 1 <= len(list(pieces_of(generator, "اكتب قصة طويلة.", max_tokens=5))) <= 5


def test_closing_the_iterator_stops_the_model_and_frees_it(generator):
    began = time.perf_counter()
    with closing(pieces_of(generator, "اكتب قصة طويلة جدا.", max_tokens=3000)) as pieces:
        next(pieces)
        next(pieces)
    assert list(pieces) == []
    assert list(pieces_of(generator, "قل نعم.", max_tokens=2))
    assert time.perf_counter() - began < 60  # 3,000 tokens take minutes


def test_a_prompt_longer_than_the_context_is_an_error_in_one_line(generator):
    with pytest.raises(GeneratorError, match=r"refused the prompt") as caught:
        list(pieces_of(generator, "كلمة طويلة " * 5000, max_tokens=5))
    assert "\n" not in str(caught.value)


# End to end


def assert_every_citation_holds(rag, answer):
    texts = {document.id: document.text for document in rag.documents()}
    known = {item.number for item in answer.evidence}
    assert answer.citations
    for citation in answer.citations:
        text = texts[citation.passage.document_id]
        assert citation.number in known
        assert text[citation.start : citation.end] == citation.quote != ""


def test_a_question_is_answered_from_its_article_with_a_valid_citation(rag):
    answer = rag.ask(QUESTION)
    assert answer.status in ("answered", "quoted")
    assert "12 مارس 2021" in answer.text
    assert answer.hits[0].passage.title == "مترو النخلة"
    assert answer.citations[0].passage.path.endswith("metro.txt")
    assert_every_citation_holds(rag, answer)
    assert 0 < answer.timings["evidence"] < answer.timings["first_word"] < answer.timings["total"]


def test_the_same_question_gets_the_same_answer_whatever_was_asked_between(rag):
    first = rag.ask(QUESTION)
    between = rag.ask("كم كلف ترميم دار الجمارك؟")
    assert "28 مليون" in between.text
    assert_every_citation_holds(rag, between)
    assert rag.ask(QUESTION).sentences == first.sentences


def test_a_follow_up_is_answered_about_the_same_article(rag):
    answer = rag.ask("وكم بلغت كلفته؟", history=[rag.ask(QUESTION)])
    assert answer.hits[0].passage.title == "مترو النخلة"
    assert "2.6 مليار" in answer.text


def test_the_command_line_answers_in_json(corpus):
    result = CliRunner().invoke(main, ["ask", "كم طناً من التمور جمعت واحة الغدير؟", "--json"])
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert set(answer) == {"question", "text", "status", "sentences", "hits", "timings"}
    assert "38 ألف طن" in answer["text"]
    assert re.search(r"\[\d\]", answer["text"])
    article = (corpus / "articles" / "dates.txt").read_text("utf-8")
    citations = [citation for each in answer["sentences"] for citation in each["citations"]]
    [first, *_] = citations
    assert set(first) == {"number", "document_id", "title", "path", "start", "end", "quote"}
    assert first["path"] == str(corpus / "articles" / "dates.txt")
    assert first["quote"] in article
    assert set(answer["timings"]) == {"evidence", "first_word", "total"}
    assert all(0 <= hit["score"] <= 1.001 for hit in answer["hits"])


@pytest.mark.usefixtures("corpus")
def test_the_python_in_the_readme_runs(capsys):
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    [snippet] = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    exec(compile(snippet, "README.md", "exec"), {})
    assert capsys.readouterr().out.strip()
