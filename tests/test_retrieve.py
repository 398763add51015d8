import numpy as np
import pytest
from fake_pipeline import indexed
from hypothesis import given
from hypothesis import strategies as st

from rag.chunk import sentences_of
from rag.fakes import FakeEmbedder
from rag.priors import Priors
from rag.retrieve import Retriever, fuse
from rag.types import Answer, Citation, Document, Hit, Sentence, passage_of

METRO = Document.of("مترو المنارة", "افتتح الخط الأول عام 2021. وكلف الخط مليار دينار.")
MUSEUM = Document.of("متحف الموانئ", "افتتح المتحف عام 2019. وكلف ترميمه 28 مليون دينار.")
DATES = Document.of("محصول التمور", "أنتجت الواحة ألف طن. وباعت التعاونية التمور كلها.")


class CountingEmbedder(FakeEmbedder):
    """Keeps the questions it embedded and the sentences it read again."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.read = []

    def word_similarities(self, question, passages):
        self.read += [passage.text for passage in passages]
        return super().word_similarities(question, passages)

    def embed_questions(self, texts):
        self.asked += texts
        return super().embed_questions(texts)


@pytest.fixture
def embedder():
    return CountingEmbedder()


@pytest.fixture
def make_retriever(embedder):
    def make(*documents, **settings):
        return Retriever(embedder, indexed(documents, embedder), **settings)

    return make


def test_a_vector_that_is_at_hand_is_not_lost_to_questions_asked_meanwhile(embedder):
    retriever = Retriever(embedder, indexed([METRO, MUSEUM], embedder))
    first = Answer("متى افتتح المتحف؟", hits=tuple(retriever.search("متى افتتح المتحف؟")))
    embed = embedder.embed_questions
    follow_up = "ومن افتتحه؟"

    def meanwhile(texts):
        if follow_up not in texts:  # what it stands for is embedded, itself it is at hand
            embedder.embed_questions = embed
            for number in range(70):
                retriever.search(f"سؤال رقم {number}")
        return embed(texts)

    embedder.embed_questions = meanwhile
    assert retriever.search(follow_up, history=[first])
    assert "سؤال رقم 69" in embedder.asked


def passages(count):
    document = Document.of("", "كلمة " * count)
    return [passage_of(document, 5 * n, 5 * n + 4) for n in range(count)]


def titles(hits):
    return [hit.passage.title for hit in hits]


def answer_from(document, question):
    passage = passage_of(document, 0, len(document.text))
    citation = Citation(1, passage, 0, 10)
    return Answer(question, (Sentence(citation.quote, (citation,)),), "answered")


# Fusion


def test_a_fused_score_is_the_weighted_sum_of_both_legs_scaled_to_one():
    a, b, c, d = passages(4)
    dense = [Hit(a, 0.8), Hit(b, 0.5), Hit(c, 0.2)]
    lexical = [Hit(b, 12.0), Hit(d, 9.0), Hit(a, 4.0)]
    fused = fuse(dense, lexical, dense_weight=0.6)
    assert {hit.passage.id: hit.score for hit in fused} == pytest.approx(
        {a.id: 0.6, b.id: 0.6 * 0.5 + 0.4, c.id: 0.0, d.id: 0.4 * (3 - 2) / (12**0.5 - 2)}
    )
    assert [hit.passage for hit in fused] == [b, a, d, c]


def test_a_fused_hit_keeps_what_each_leg_said():
    a, b, c = passages(3)
    fused = fuse([Hit(a, 0.8), Hit(b, 0.5)], [Hit(b, 12.0), Hit(c, 9.0)], dense_weight=0.5)
    assert {hit.passage.id: (hit.dense, hit.lexical) for hit in fused} == {
        a.id: (0.8, None),
        b.id: (0.5, 12.0),
        c.id: (None, 9.0),
    }


def test_one_hit_or_equal_hits_of_a_leg_count_fully():
    a, b, c = passages(3)
    assert [hit.score for hit in fuse([Hit(a, 0.1)], [], dense_weight=0.7)] == [0.7]
    fused = fuse([], [Hit(b, 3.0), Hit(c, 3.0)], dense_weight=0.7)
    assert [hit.score for hit in fused] == pytest.approx([0.3, 0.3])
    assert fuse([], [], dense_weight=0.7) == []


SCORES = st.lists(st.floats(-50, 50), max_size=8)


@given(SCORES, SCORES, st.integers(0, 8), st.floats(0, 1))
def test_both_legs_are_in_the_union_once_and_scores_lie_between_0_and_1(one, other, apart, weight):
    known = passages(16)
    dense = [Hit(passage, score) for passage, score in zip(known, one, strict=False)]
    lexical = [Hit(passage, score) for passage, score in zip(known[apart:], other, strict=False)]
    fused = fuse(dense, lexical, dense_weight=weight)
    assert {hit.passage for hit in fused} == {hit.passage for hit in [*dense, *lexical]}
    assert len(fused) == len({hit.passage.id for hit in fused})
    scores = [hit.score for hit in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in scores)


# Search


def test_the_passage_that_shares_most_with_the_question_comes_first(make_retriever):
    search = make_retriever(METRO, MUSEUM, DATES).search
    assert titles(search("كم كلف ترميم المتحف؟"))[0] == "متحف الموانئ"
    assert titles(search("كم طنا أنتجت الواحة؟"))[0] == "محصول التمور"


def test_at_most_k_passages_come_back_best_first(make_retriever):
    retriever = make_retriever(METRO, MUSEUM, DATES)
    everything = retriever.search("كم كلف الخط؟", 10)
    assert len(everything) == 3
    assert retriever.search("كم كلف الخط؟", 2) == everything[:2]
    assert retriever.search("كم كلف الخط؟", 0) == []


def test_an_empty_index_finds_nothing(make_retriever):
    retriever = make_retriever()
    assert retriever.search("كم كلف الخط؟") == []
    assert retriever.similarities("كم كلف الخط؟", []) == {}


def test_with_all_weight_on_one_leg_its_order_is_the_order(make_retriever):
    question = "كم كلف الخط؟"
    dense = make_retriever(METRO, MUSEUM, DATES, dense_weight=1.0).search(question)
    cosines = [hit.dense for hit in dense]
    assert cosines == sorted(cosines, reverse=True)
    lexical = make_retriever(METRO, MUSEUM, DATES, dense_weight=0.0).search(question)
    assert titles(lexical)[0] == "مترو المنارة"
    assert lexical[-1].lexical is None


def test_each_leg_brings_no_more_than_its_candidates(make_retriever):
    hits = make_retriever(METRO, MUSEUM, DATES, candidates=1).search("كم كلف ترميم المتحف؟")
    assert 1 <= len(hits) <= 2


@pytest.mark.parametrize("weight", [0.0, 0.2, 1.0])
def test_a_passage_is_as_near_as_its_nearest_sentence_and_their_mean(
    make_retriever, embedder, weight
):
    [hit] = make_retriever(MUSEUM, mean_weight=weight).search("كم كلف ترميم المتحف؟")
    rows = embedder.embed_passages(sentences_of(hit.passage))
    [question] = embedder.embed_questions(["كم كلف ترميم المتحف؟"])
    nearest, mean = max(rows @ question), (rows @ question).mean()
    assert mean < nearest
    assert hit.dense == pytest.approx((1 - weight) * nearest + weight * mean, abs=1e-5)


def test_similarities_are_the_cosines_of_the_sentences_by_their_place(make_retriever):
    retriever = make_retriever(METRO, MUSEUM)
    question = "كم كلف ترميم المتحف؟"
    hits = retriever.search(question)
    found = retriever.similarities(question, hits)
    parts = [part for hit in hits for part in sentences_of(hit.passage)]
    [vector] = FakeEmbedder().embed_questions([question])
    exact = FakeEmbedder().embed_passages(parts) @ vector
    assert found == pytest.approx(
        {(part.document_id, part.start): value for part, value in zip(parts, exact, strict=True)},
        abs=1e-5,
    )
    assert len(found) == 4
    assert {type(value) for value in found.values()} == {float}


def test_a_question_is_embedded_once_for_its_search_and_its_similarities(make_retriever, embedder):
    retriever = make_retriever(METRO, MUSEUM)
    question = "كم كلف ترميم المتحف؟"
    retriever.similarities(question, retriever.search(question))
    assert embedder.asked == [question]


def test_a_question_in_dialect_lies_halfway_to_its_standard_words(make_retriever, embedder):
    retriever = make_retriever(METRO, MUSEUM)
    question = "فوقاش انبنى المتحف؟"
    hits = retriever.search(question)
    found = retriever.similarities(question, hits)
    vector = sum(FakeEmbedder().embed_questions([question, "متى بُني المتحف؟"]))
    parts = [part for hit in hits for part in sentences_of(hit.passage)]
    exact = FakeEmbedder().embed_passages(parts) @ (vector / np.linalg.norm(vector))
    assert list(found.values()) == pytest.approx(list(exact), abs=1e-5)
    assert embedder.asked == [question, "متى بُني المتحف؟"]


def test_after_many_questions_an_early_one_finds_the_same(make_retriever):
    retriever = make_retriever(METRO, MUSEUM, DATES)
    first = retriever.search("كم كلف ترميم المتحف؟")
    for number in range(150):
        retriever.search(f"كم كلف المشروع رقم {number} في المدينة؟")
    assert retriever.search("كم كلف ترميم المتحف؟") == first
    one = np.array([hit.score for hit in first])
    assert (np.diff(one) <= 0).all()


def test_a_follow_up_whose_words_were_embedded_long_ago_is_searched_with_new_ones(make_retriever):
    retriever = make_retriever(METRO, MUSEUM, DATES)
    question = "وكم كلفته؟"
    for number in range(64):
        retriever.search(f"كم كلف المشروع رقم {number} في المدينة؟")
        retriever.search(question)
    hits = retriever.search(question, history=[answer_from(MUSEUM, "من رمم متحف الموانئ؟")])
    assert titles(hits)[0] == "متحف الموانئ"


# Words


@pytest.mark.parametrize(("weight", "first"), [(0.0, "مترو المنارة"), (1.0, "متحف الموانئ")])
def test_the_words_of_a_question_decide_among_rivals_and_each_keeps_its_score(
    make_retriever, weight, first
):
    settings = {"dense_weight": 0.0, "word_weight": weight, "rivals_within": 1.0}
    # BM25 counts the words of the title; the sentences of the museum have more of the others.
    question = "مترو المنارة الخط ترميمه مليون 28"
    plain = make_retriever(METRO, MUSEUM, word_weight=0.0, dense_weight=0.0).search(question)
    found = make_retriever(METRO, MUSEUM, **settings).search(question)
    assert titles(found)[0] == first
    assert {hit.passage.id: hit for hit in found} == {hit.passage.id: hit for hit in plain}


@pytest.mark.parametrize(("within", "sentences"), [(0.0, 0), (0.8, 4), (2.0, 6)])
def test_only_rivals_are_read_again(make_retriever, embedder, within, sentences):
    question = "كم كلف الخط وترميم المتحف؟"
    make_retriever(METRO, MUSEUM, DATES, rivals_within=within).search(question)
    assert len(embedder.read) == sentences


def test_what_the_search_read_is_not_read_again_for_the_evidence(make_retriever, embedder):
    retriever = make_retriever(METRO, MUSEUM, DATES, rivals_within=2.0)
    question = "كم كلف ترميم المتحف؟"
    hits = retriever.search(question)
    parts = [part for hit in hits for part in sentences_of(hit.passage)]
    near = retriever.nearness(question, parts)
    assert sorted(embedder.read) == sorted(part.text for part in parts)
    exact = FakeEmbedder().word_similarities(question, parts)
    assert [list(n.of_words()) for n in near] == [list(n.of_words()) for n in exact]
    retriever.nearness("من رممه؟", parts[:1])
    assert embedder.read[-1] == parts[0].text


# Follow-ups


def test_a_follow_up_is_read_with_what_was_spoken_of(make_retriever):
    asked = make_retriever(METRO, MUSEUM, DATES).asked
    history = [answer_from(METRO, "من رسم الخط الأول؟"), answer_from(MUSEUM, "كم كلف المتحف؟")]
    assert asked("ومتى افتُتح؟", history) == "متى افتُتح؟ (المتحف)"
    assert asked("ومتى افتُتح؟", []) == "ومتى افتُتح؟"
    alone = "كم طنا أنتجت الواحة من التمور؟"
    assert asked(alone, history) == alone


def test_in_a_chain_the_topic_outlives_the_questions_that_leave_it_out(make_retriever):
    asked = make_retriever(METRO, MUSEUM, DATES).asked
    history = [answer_from(MUSEUM, "كم كلف ترميم متحف الموانئ؟"), answer_from(MUSEUM, "ومن رممه؟")]
    for _ in range(2):
        assert asked("ومتى افتُتح؟", history).endswith("متحف الموانئ)")
        history.append(answer_from(MUSEUM, "ولماذا؟"))


def test_a_replacement_is_searched_as_the_last_question_about_something_else(make_retriever):
    retriever = make_retriever(METRO, MUSEUM, DATES)
    history = [answer_from(METRO, "متى افتتح مترو المنارة؟")]
    for question in ("لا، أقصد متحف الموانئ", "ومتحف الموانئ؟", "وماذا عن متحف الموانئ؟"):
        assert retriever.asked(question, history) == "متى افتتح متحف الموانئ؟"
        hits = retriever.search(question, history=history)
        assert hits == retriever.search("متى افتتح متحف الموانئ؟")


def test_a_short_question_about_something_else_does_not_feel_the_history(make_retriever):
    retriever = make_retriever(METRO, MUSEUM, DATES)
    history = [answer_from(MUSEUM, "كم كلف ترميم متحف الموانئ؟")]
    question = "وكم طنا أنتجت الواحة؟"
    assert retriever.search(question, history=history) == retriever.search(question)
    assert titles(retriever.search(question, history=history))[0] == "محصول التمور"


def test_a_question_whose_words_the_last_source_has_stays_with_it(make_retriever):
    other = Document.of("ترام العقيق", "افتتح الترام عام 2022. وكلف الخط مليون دينار.")
    retriever = make_retriever(other, METRO, MUSEUM)
    history = [answer_from(METRO, "متى افتتح مترو المنارة؟")]
    assert retriever.asked("وكم كلف الخط؟", history).endswith("مترو المنارة)")
    assert titles(retriever.search("وكم كلف الخط؟", history=history))[0] == "مترو المنارة"


def test_an_answer_that_was_only_searched_for_leans_on_its_best_hit(make_retriever):
    retriever = make_retriever(METRO, MUSEUM, DATES, same_source_bonus=0.5)
    searched = Answer("أين المتحف؟", hits=tuple(retriever.search("كم كلف ترميم المتحف؟")))
    assert titles(retriever.search("ومتى افتُتح؟", history=[searched]))[0] == "متحف الموانئ"


@pytest.mark.parametrize("last", [METRO, MUSEUM])
def test_a_follow_up_finds_the_article_the_last_answer_was_about(make_retriever, last):
    history = [answer_from(last, f"كم كلف {last.title}؟")]
    hits = make_retriever(METRO, MUSEUM, DATES).search("ومتى افتُتح؟", history=history)
    assert titles(hits)[0] == last.title


def test_only_the_cited_source_is_raised_and_by_the_bonus(make_retriever):
    history = [answer_from(MUSEUM, "كم كلف ترميم متحف الموانئ؟")]
    with_bonus = make_retriever(METRO, MUSEUM, DATES, same_source_bonus=0.25)
    without = make_retriever(METRO, MUSEUM, DATES, same_source_bonus=0.0)
    raised = {hit.passage.title: hit.score for hit in with_bonus.search("ومتى؟", history=history)}
    plain = {hit.passage.title: hit.score for hit in without.search("ومتى؟", history=history)}
    assert raised == pytest.approx(plain | {"متحف الموانئ": plain["متحف الموانئ"] + 0.25})


def test_a_hit_of_a_follow_up_keeps_its_cosine(make_retriever):
    history = [answer_from(MUSEUM, "كم كلف ترميم متحف الموانئ؟")]
    hits = make_retriever(METRO, MUSEUM).search("ومتى افتُتح؟", history=history)
    assert all(hit.dense is not None for hit in hits)


def test_earlier_questions_without_answers_are_enough(make_retriever):
    search = make_retriever(METRO, MUSEUM, DATES).search
    history = [Answer("كم كلف ترميم متحف الموانئ؟"), Answer("ومن رممه؟")]
    assert titles(search("ومتى افتُتح؟", history=history))[0] == "متحف الموانئ"


def test_a_declined_turn_in_between_does_not_lose_what_was_spoken_of(make_retriever):
    retriever = make_retriever(METRO, MUSEUM, DATES, same_source_bonus=0.5)
    history = [
        answer_from(MUSEUM, "كم كلف ترميم متحف الموانئ؟"),
        Answer("ومن رممه؟", status="declined"),
    ]
    hits = retriever.search("ومتى افتُتح؟", history=history)
    assert titles(hits)[0] == "متحف الموانئ"
    assert hits[0].score > 1


def test_a_question_that_stands_alone_does_not_feel_the_history(make_retriever):
    retriever = make_retriever(METRO, MUSEUM, DATES)
    question = "كم طنا أنتجت واحة أم العيون هذا الموسم؟"
    history = [answer_from(MUSEUM, "كم كلف ترميم متحف الموانئ؟")]
    assert retriever.search(question, history=history) == retriever.search(question)


def test_a_follow_up_to_an_answer_without_citations_is_searched_all_the_same(make_retriever):
    history = [Answer("كم كلف ترميم متحف الموانئ؟", status="declined")]
    hits = make_retriever(METRO, MUSEUM, DATES).search("ومتى افتُتح؟", history=history)
    assert titles(hits)[0] == "متحف الموانئ"


# Priors

OLD, NEW, UNDATED = (
    Document.of("معرض الكتاب", f"يفتح المعرض أبوابه {n}.", source=source, published=published)
    for n, source, published in (
        ("صباحا", "الأفق", "2015-03-01"),
        ("مساء", "النبأ", "2016-02-29"),
        ("ظهرا", None, None),
    )
)


def raised(priors, *documents):
    hits = [Hit(passage_of(document, 0, 5), 0.5) for document in documents]
    return [hit.score for hit in priors.raised(hits, {d.id: d for d in documents})]


def test_recency_halves_with_every_half_life_before_the_newest_article_found():
    priors = Priors(recency=0.2, half_life_days=365)
    assert raised(priors, OLD, NEW, UNDATED) == pytest.approx([0.6, 0.7, 0.5])
    assert raised(priors, OLD) == pytest.approx([0.7])
    assert raised(priors, UNDATED) == [0.5]


def test_only_articles_of_preferred_outlets_get_their_bonus():
    priors = Priors(source=0.3, sources=frozenset({"الأفق"}))
    assert raised(priors, OLD, NEW, UNDATED) == pytest.approx([0.8, 0.5, 0.5])


def test_a_date_that_is_none_counts_as_no_date():
    odd = Document.of("معرض", "نص المعرض.", published="قريبا")
    assert raised(Priors(recency=0.2), odd, NEW) == pytest.approx([0.5, 0.7])


def test_a_hit_whose_article_was_removed_since_it_was_found_is_left_out():
    hits = [Hit(passage_of(document, 0, 5), 0.5) for document in (OLD, NEW)]
    [hit] = Priors(recency=0.2).raised(hits, {NEW.id: NEW})
    assert hit.passage.document_id == NEW.id


def test_priors_change_the_order_of_what_is_found_and_none_leaves_it(make_retriever):
    question = "متى يفتح معرض الكتاب أبوابه؟"
    plain = make_retriever(OLD, NEW).search(question)
    for first, source in ((OLD, "الأفق"), (NEW, "النبأ")):
        priors = Priors(source=2.0, sources=frozenset({source}))
        hits = make_retriever(OLD, NEW, priors=priors).search(question)
        assert hits[0].passage.document_id == first.id
        assert {hit.passage.id for hit in hits} == {hit.passage.id for hit in plain}
    assert make_retriever(OLD, NEW, priors=Priors()).search(question) == plain
