import threading
from contextlib import closing

import pytest
from fake_pipeline import copies_the_best_evidence, pipeline_over

from rag.arabic import analyse
from rag.confidence import Confidence, Weights
from rag.errors import ArticleError, RagError
from rag.fakes import ExactIndex, FakeGenerator
from rag.types import DECLINED, Document

METRO = Document.of(
    "مترو المنارة",
    "افتتح رئيس البلدية الخط الأول للمترو في 12 مارس 2021. وكلف الخط 2.6 مليار دينار.",
    path="/articles/metro.txt",
)
MUSEUM = Document.of(
    "متحف الموانئ",
    "كلف ترميم متحف الموانئ 28 مليون دينار. وفتح المتحف أبوابه أمام الزوار في ربيع 2019.",
    path="/articles/museum.txt",
)
DATES = Document.of(
    "محصول التمور",
    "أنتجت واحة أم العيون 38 ألف طن من التمور. وباعت التعاونية التمور في ستة بلدان.",
    path="/articles/dates.txt",
)
ARTICLES = (METRO, MUSEUM, DATES)

QUESTION = "كم كلف ترميم متحف الموانئ؟"
COST = "كلف ترميم متحف الموانئ 28 مليون دينار."


@pytest.fixture
def make_rag():
    """A pipeline over `documents`, with a reply or a generator of its own, and other parts."""

    def make(reply=copies_the_best_evidence, *, documents=ARTICLES, **parts):
        return pipeline_over(documents, **{"generator": FakeGenerator(reply)} | parts)

    return make


class SeenGenerator(FakeGenerator):
    """Tells when it was called and when it was closed."""

    def __init__(self, replies):
        super().__init__(replies)
        self.is_closed = False

    def generate(self, messages, **options):
        try:
            yield from super().generate(messages, **options)
        finally:
            self.is_closed = True


# One question


def test_an_answer_quotes_its_article_and_cites_it(make_rag):
    answer = make_rag().ask(QUESTION)
    assert answer.status == "answered"
    assert answer.question == QUESTION
    assert answer.sentences[0].text == f"«{COST}»"
    assert answer.text.startswith(f"«{COST}» [1]")
    [citation] = answer.sentences[0].citations
    assert citation.quote == COST
    assert MUSEUM.text[citation.start : citation.end] == COST
    assert citation.passage.path == "/articles/museum.txt"
    assert answer.hits[0].passage.document_id == MUSEUM.id
    assert answer.draft == ""


def test_the_evidence_is_shown_before_the_model_is_called(make_rag):
    generator = SeenGenerator([f"{COST} [1]"])
    with closing(make_rag(generator=generator).stream(QUESTION)) as snapshots:
        first = next(snapshots)
        assert generator.received == []
        assert (first.status, first.draft, first.sentences) == ("writing", "", ())
        assert first.evidence[0].quote == COST
        assert first.hits[0].passage.document_id == MUSEUM.id
        assert set(first.timings) == {"evidence"}
        next(snapshots)
        assert len(generator.received) == 1


def test_the_draft_grows_piece_by_piece_and_the_last_snapshot_is_the_answer(make_rag):
    pieces = ["كلف ترميم متحف", " الموانئ 28", " مليون دينار.", " [1]"]
    first, *drafts, last = make_rag([pieces]).stream(QUESTION)
    assert [snapshot.draft for snapshot in drafts] == [
        "".join(pieces[: count + 1]) for count in range(len(pieces))
    ]
    assert {snapshot.status for snapshot in drafts} == {"writing"}
    assert {snapshot.evidence for snapshot in drafts} == {first.evidence} == {last.evidence}
    assert (last.status, last.draft) == ("answered", "")
    assert last.sentences[0].text == f"«{COST}»"


def test_snapshots_stay_as_they_were_given(make_rag):
    first, *drafts, last = list(make_rag([["كلف ", "الترميم"]]).stream(QUESTION))
    assert set(first.timings) == {"evidence"}
    assert [set(snapshot.timings) for snapshot in drafts] == [{"evidence", "first_word"}] * 2
    assert set(last.timings) == {"evidence", "first_word", "total"}
    assert 0 <= last.timings["evidence"] <= last.timings["first_word"] <= last.timings["total"]
    with pytest.raises(TypeError):
        last.timings["total"] = 0


def test_asking_gives_what_the_stream_ends_with(make_rag):
    rag = make_rag()
    *_, last = rag.stream(QUESTION)
    answer = rag.ask(QUESTION)
    assert (answer.sentences, answer.status, answer.hits) == (
        *(last.sentences, last.status, last.hits),
    )


@pytest.mark.parametrize("read", [1, 2, 3])
def test_closing_the_stream_stops_the_model(make_rag, read):
    generator = SeenGenerator([["كلف "] * 50])
    snapshots = make_rag(generator=generator).stream(QUESTION)
    for _ in range(read):
        next(snapshots)
    snapshots.close()
    assert generator.written == read - 1
    assert generator.is_closed == (read > 1)


def test_what_no_article_supports_is_replaced_by_a_quotation(make_rag):
    answer = make_rag(["كلف ترميم متحف الموانئ 99 مليون دينار [1]."]).ask(QUESTION)
    assert answer.status == "quoted"
    assert "99" not in answer.text
    assert "28 مليون دينار" in answer.text
    assert all(sentence.citations for sentence in answer.sentences)


def test_a_model_that_writes_nothing_leaves_a_quotation(make_rag):
    answer = make_rag([[]]).ask(QUESTION)
    assert answer.status == "quoted"
    assert COST.rstrip(".") in answer.text
    assert "first_word" not in answer.timings


def test_without_enough_evidence_the_model_is_not_asked(make_rag):
    generator = SeenGenerator([])
    rag = make_rag(generator=generator, confidence=Confidence(decline_below=1.1))
    first, last = rag.stream(QUESTION)
    assert generator.received == []
    assert (last.status, last.text) == ("declined", DECLINED)
    assert last.citations == ()
    assert last.hits == first.hits != ()
    assert set(last.timings) == {"evidence", "total"}


def test_an_index_without_articles_declines(make_rag):
    answer = make_rag([], documents=()).ask(QUESTION)
    assert (answer.status, answer.hits, answer.evidence) == ("declined", (), ())


def test_the_model_reads_the_evidence_under_its_numbers_and_the_question(make_rag):
    generator = FakeGenerator([f"{COST} [1]"])
    answer = make_rag(generator=generator).ask(QUESTION)
    [messages] = generator.received
    for item in answer.evidence:
        assert f"[{item.number}] {item.quote}" in messages[-1].content
    assert QUESTION in messages[-1].content


def test_no_more_is_written_than_max_tokens(make_rag):
    generator = FakeGenerator([["كلف "] * 50])
    make_rag(generator=generator, max_tokens=7).ask(QUESTION)
    assert generator.written == 7


def test_as_many_hits_are_kept_as_the_settings_say(make_rag):
    assert len(make_rag(top_k=2).ask(QUESTION).hits) == 2


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "\udcff"])
def test_an_empty_question_is_refused(make_rag, question):
    with pytest.raises(RagError, match="the question is empty"):
        make_rag().ask(question)
    with pytest.raises(RagError, match="the question is empty"):
        make_rag().search(question)


def test_a_question_as_long_as_an_article_is_refused_with_both_lengths(make_rag):
    with pytest.raises(RagError, match=r"2,001 characters; at most 2,000"):
        make_rag().ask("ك" * 2001)
    assert make_rag().ask("كلف " * 500).status in ("answered", "quoted")


def test_blanks_around_a_question_do_not_count(make_rag):
    assert make_rag().ask(f"  {QUESTION}\n").question == QUESTION


def test_half_of_a_character_pair_is_left_out_of_a_question(make_rag):
    assert make_rag().ask(f"\ud83d{QUESTION}\udcff").question == QUESTION


# Follow-ups


def test_a_follow_up_is_answered_about_what_was_spoken_of(make_rag):
    rag = make_rag()
    first = rag.ask(QUESTION)
    for history in ([first], [rag.ask("كم أنتجت واحة أم العيون؟"), first]):
        answer = rag.ask("ومتى فتح أبوابه؟", history=history)
        assert answer.hits[0].passage.document_id == MUSEUM.id
        assert answer.question == "ومتى فتح أبوابه؟"
        assert "2019" in answer.text


def test_the_model_reads_a_follow_up_as_a_question_of_its_own_with_its_evidence(make_rag):
    generator = FakeGenerator([f"{COST} [1]", "فتح المتحف أبوابه في ربيع 2019 [1]."])
    rag = make_rag(generator=generator)
    rag.ask("ومتى فتح أبوابه؟", history=[rag.ask(QUESTION)])
    asked = generator.received[1][-1].content
    assert "متى فتح أبواب متحف الموانئ؟" in asked
    assert asked.index("فتح المتحف أبوابه أمام الزوار") < asked.index("الخط الأول للمترو")


def test_a_follow_up_is_not_declined_for_the_words_it_leaves_out(make_rag):
    confidence = Confidence(weights=Weights(-3.0, 8.0, *[0.0] * 4))
    rag = make_rag(confidence=confidence)
    first = rag.ask(QUESTION)
    assert first.status != "declined"
    assert rag.ask("وكم؟").status == "declined"
    assert rag.ask("وكم؟", history=[first]).status != "declined"


def test_a_finished_answer_keeps_the_confidence_that_decided_it(make_rag):
    *unfinished, given = make_rag().stream(QUESTION)
    assert {snapshot.confidence for snapshot in unfinished} == {None}
    assert given.status == "answered"
    assert 0.5 < given.confidence < 1
    level = (1 + given.confidence) / 2
    declined = make_rag(confidence=Confidence(decline_below=level)).ask(QUESTION)
    assert (declined.status, declined.confidence) == ("declined", given.confidence)


def test_nothing_is_read_by_the_model_for_a_question_that_is_declined(make_rag):
    generator = FakeGenerator([])
    never = Confidence(weights=Weights(-3.0, *[0.0] * 5))
    answer = make_rag(generator=generator, confidence=never).ask(QUESTION)
    assert (answer.status, generator.received) == ("declined", [])


def test_where_nothing_can_be_shown_there_is_no_confidence_either(make_rag):
    assert make_rag(documents=[]).ask(QUESTION).confidence == 0.0
    russian = Document.of("Мост", "Мост открыли в среду.")
    answer = make_rag(["Мост открыли."], documents=[russian]).ask(QUESTION)
    assert answer.evidence
    assert (answer.status, answer.confidence) == ("declined", 0.0)


def test_searching_with_history_follows_up_too(make_rag):
    rag = make_rag()
    hits = rag.search("ومتى كان ذلك؟", 1, history=[rag.ask(QUESTION)])
    assert [hit.passage.document_id for hit in hits] == [MUSEUM.id]


# Searching, documents, ingesting


def test_searching_asks_no_model(make_rag):
    generator = FakeGenerator([])
    hits = make_rag(generator=generator).search(QUESTION, 2)
    assert hits[0].passage.document_id == MUSEUM.id
    assert len(hits) == 2
    assert generator.received == []


def test_documents_are_listed_all_or_those_asked_for(make_rag):
    rag = make_rag()
    assert rag.documents() == list(ARTICLES)
    assert rag.documents([DATES.id, "unknown"]) == [DATES]
    assert [rag.passage_count(document.id) for document in ARTICLES] == [1, 1, 1]
    assert rag.passage_count("unknown") == 0


def test_what_was_ingested_can_be_asked_about_at_once(make_rag, tmp_path):
    rag = make_rag(documents=())
    path = tmp_path / "museum.txt"
    path.write_text(f"{MUSEUM.title}\n\n{MUSEUM.text}\n", "utf-8")
    steps = []
    report = rag.ingest([str(path)], progress=lambda *step: steps.append(step))
    assert report.added == [str(path)]
    assert steps[-1] == (1, 1, "embedding")
    assert rag.ask(QUESTION).citations[0].passage.path == str(path)


def test_ingesting_a_path_that_does_not_exist_is_an_error(make_rag, tmp_path):
    with pytest.raises(ArticleError, match="no such file or folder"):
        make_rag().ingest([tmp_path / "none"])


def test_one_path_is_not_taken_for_the_letters_of_its_name(make_rag, tmp_path):
    path = tmp_path / "new.txt"
    path.write_text("مقال جديد\n\nافتتح الوزير معرض الكتاب في مدينة المنارة أمس الأول.\n", "utf-8")
    for given in (str(path), path):
        assert make_rag().ingest(given).added == [str(path)]


def test_one_id_is_not_taken_for_its_letters(make_rag):
    rag = make_rag()
    gone, *left = [document.id for document in rag.documents()]
    rag.remove(gone)
    assert [document.id for document in rag.documents()] == left


# Another corpus


def test_over_asks_the_same_pipeline_about_other_documents_alone(make_rag):
    described = {"models": {"embedder": "fake"}}
    rag = make_rag(documents=[METRO], description=described)
    other = Document.of("متحف آخر", "كلف ترميم متحف الموانئ 5 ملايين دينار.")
    with rag.over([other]) as alone:
        answer = alone.ask(QUESTION)
        assert {hit.passage.document_id for hit in answer.hits} == {other.id}
        assert "5 ملايين" in answer.text
        assert alone.describe() == rag.describe() == described
    assert rag.documents() == [METRO]


def test_of_passages_retrieved_for_a_question_more_is_wanted_before_it_is_answered(make_rag):
    rag = make_rag(confidence=Confidence())
    question = "هل كلف ترميم متحف المدينة القديمة ملايين؟"
    with rag.over([MUSEUM]) as articles, rag.over([MUSEUM], retrieved=True) as passages:
        answered, declined = articles.ask(question), passages.ask(question)
    assert answered.status != "declined"
    assert declined.status == "declined"
    assert declined.confidence < answered.confidence


def test_over_removes_its_temporary_folder_and_keeps_a_given_one(make_rag, tmp_path):
    opened = []

    def open_index(folder):
        folder.mkdir(parents=True)
        opened.append(folder)
        return ExactIndex(128, analyse=analyse)

    rag = make_rag(open_index=open_index)
    with rag.over([MUSEUM]):
        assert opened[0].exists()
    assert not opened[0].exists()
    with rag.over([MUSEUM], tmp_path / "kept"):
        pass
    assert opened[1] == tmp_path / "kept"
    assert opened[1].exists()


def test_warming_up_lets_the_model_read_what_every_prompt_begins_with(make_rag):
    heard = []

    def hear(messages):
        heard.append([message.content for message in messages])
        return "نعم"

    rag = make_rag(hear)
    rag.warm_up()
    rag.ask(QUESTION)
    assert len(heard) == 2
    assert heard[0][:-1] == heard[1][:-1]


# Without a model, and with several readers


def test_without_a_generator_the_answer_is_quotations_alone(make_rag):
    rag = make_rag(generator=None)
    rag.warm_up()
    answer = rag.ask(QUESTION)
    assert answer.status == "quoted"
    assert answer.sentences[0].text == f"«{COST}»"
    assert all(sentence.citations for sentence in answer.sentences)
    declined = make_rag(generator=None, confidence=Confidence(decline_below=1.0)).ask(QUESTION)
    assert (declined.status, declined.text) == ("declined", DECLINED)


class SlowReader(FakeGenerator):
    """Reads until it is let go on, and tells whether somebody left it meanwhile."""

    def __init__(self, reply, **options):
        super().__init__(reply, **options)
        self.may_go_on = threading.Event()
        self.readings = []  # the question of each
        self.left = 0

    def read(self, messages):
        self.readings.append(messages[-1].content.rpartition("السؤال: ")[2])
        try:
            while not self.may_go_on.wait(0.01):
                yield
        except GeneratorExit:
            self.left += 1
            raise


def test_an_answer_can_be_left_while_the_model_reads(make_rag):
    generator = SlowReader(copies_the_best_evidence)
    with closing(make_rag(generator=generator).stream(QUESTION)) as snapshots:
        first, second, third = (next(snapshots) for _ in range(3))
        assert second == third == first
    assert generator.left == 1
    assert generator.received == []


def test_questions_are_answered_in_the_order_in_which_they_came(make_rag):
    generator = SlowReader(copies_the_best_evidence)
    rag = make_rag(generator=generator)
    questions = [f"{QUESTION} {number}" for number in "واحد اثنان ثلاثة أربعة".split()]
    streams = [rag.stream(question) for question in questions]
    for stream in streams:
        next(stream)  # the evidence
        assert next(stream).status == "writing"
    assert generator.readings == questions[:1]
    streams[1].close()
    generator.may_go_on.set()
    for stream in (streams[0], streams[2], streams[3]):
        *_, answer = stream
        assert answer.sentences[0].text == f"«{COST}»"
    told = list(dict.fromkeys(generator.readings))
    assert told == [questions[0], questions[2], questions[3]]


# Overviews, and what could be asked instead


def test_an_overview_is_quoted_without_the_model(make_rag):
    generator = SeenGenerator([f"{COST} [1]"])
    first, last = make_rag(generator=generator).stream("لخّص مقال متحف الموانئ")
    assert generator.received == []
    assert (first.status, first.evidence) == ("writing", last.evidence)
    assert (last.status, last.overview) == ("quoted", "summary")
    assert {c.passage.document_id for c in last.citations} == {MUSEUM.id}


def test_a_declined_answer_says_what_could_be_asked_instead(make_rag):
    rag = make_rag(confidence=Confidence(decline_below=1.0))
    declined = rag.ask("كم راتب العاملين في متحف الموانئ؟")
    assert declined.status == "declined"
    assert declined.suggestions
    for question in declined.suggestions:
        answer = rag.ask(question)
        assert (answer.status, answer.suggestions) == ("quoted", ())
        assert {c.passage.document_id for c in answer.citations} == {MUSEUM.id}
