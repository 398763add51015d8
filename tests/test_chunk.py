from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.arabic import sentences
from rag.chunk import SentenceChunker, sentences_of
from rag.types import Document

WORDS = st.sampled_from("زار الوفد 2.3 مليون د. بيونغ، مُحَمَّد «قال» الرئيس؛ ٢٠٢٤ أ".split())
SENTENCE = st.builds(
    lambda chosen, end: " ".join(chosen) + end,
    st.lists(WORDS, min_size=1, max_size=40),
    st.sampled_from([".", "؟", "!", "\n\n", " ", ".»"]),
)
TEXT = st.builds(" ".join, st.lists(SENTENCE, max_size=25))
CHUNKERS = st.builds(
    lambda target, more, overlap: SentenceChunker(target, target + more, overlap),
    st.integers(1, 80),
    st.integers(0, 60),
    st.integers(0, 3),
)


def document(text):
    return Document.of("عنوان", text, path="a/b.txt")


def of_sizes(*sizes):
    """A document whose sentences have so many words."""
    return document(" ".join(" ".join(["كلمة"] * (size - 1) + ["نهاية."]) for size in sizes))


def sizes(passages):
    return [len(passage.text.split()) for passage in passages]


@given(TEXT, CHUNKERS)
def test_a_passage_is_a_slice_of_its_document_and_knows_its_file(text, chunker):
    article = document(text)
    for passage in chunker.split(article):
        assert article.text[passage.start : passage.end] == passage.text
        assert (passage.document_id, passage.title, passage.path) == (
            *(article.id, "عنوان", "a/b.txt"),
        )


@given(TEXT, CHUNKERS)
def test_every_sentence_is_whole_in_some_passage_and_passages_come_in_order(text, chunker):
    passages = chunker.split(document(text))
    for start, end in sentences(text):
        assert any(p.start <= start and end <= p.end for p in passages)
    starts = [passage.start for passage in passages]
    assert starts == sorted(set(starts))
    assert len({passage.id for passage in passages}) == len(passages)


@given(TEXT, CHUNKERS)
def test_no_passage_is_longer_than_allowed_unless_it_is_one_sentence(text, chunker):
    for passage in chunker.split(document(text)):
        is_one_sentence = (passage.start, passage.end) in sentences(text)
        assert is_one_sentence or len(passage.text.split()) <= chunker.longest_words


@given(TEXT, CHUNKERS)
def test_the_sentences_of_a_passage_are_those_of_its_document(text, chunker):
    article = document(text)
    known = set(sentences(text))
    for passage in chunker.split(article):
        parts = sentences_of(passage)
        assert {(part.start, part.end) for part in parts} <= known
        assert parts[0].start == passage.start
        assert parts[-1].end == passage.end
        assert all(article.text[part.start : part.end] == part.text for part in parts)
        assert {(part.document_id, part.title, part.path) for part in parts} == {
            (article.id, "عنوان", "a/b.txt")
        }


def test_without_overlap_passages_share_nothing():
    passages = SentenceChunker(30, 40).split(of_sizes(*[12] * 20))
    assert all(a.end < b.start for a, b in pairwise(passages))
    assert sum(sizes(passages)) == 240


def test_a_passage_takes_sentences_until_the_target_is_reached():
    assert sizes(SentenceChunker(30, 45).split(of_sizes(*[10] * 12))) == [30, 30, 30, 30]


def test_a_sentence_that_would_pass_the_limit_begins_the_next_passage():
    assert sizes(SentenceChunker(30, 45).split(of_sizes(20, 30, 20, 30))) == [20, 30, 20, 30]


def test_a_sentence_longer_than_the_limit_stands_alone():
    assert sizes(SentenceChunker(30, 45).split(of_sizes(10, 60, 10, 35))) == [10, 60, 45]


def test_a_short_rest_joins_the_passage_before_it():
    assert sizes(SentenceChunker(30, 45).split(of_sizes(10, 10, 10, 8))) == [38]
    assert sizes(SentenceChunker(30, 45).split(of_sizes(10, 10, 10, 16))) == [30, 16]


def test_the_last_sentences_of_a_passage_begin_the_next_one():
    article = of_sizes(*[10] * 8)
    spans = sentences(article.text)
    passages = SentenceChunker(40, 40, 2).split(article)
    inside = [
        [n for n, (start, end) in enumerate(spans) if p.start <= start and end <= p.end]
        for p in passages
    ]
    assert inside == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]]


def test_a_document_without_text_has_no_passages():
    assert SentenceChunker().split(document(" \n ")) == []


@pytest.mark.parametrize(
    "other", [SentenceChunker(131), SentenceChunker(130, 181), SentenceChunker(overlap=1)]
)
def test_a_chunker_that_cuts_otherwise_has_another_name(other):
    assert other.name != SentenceChunker().name
    assert SentenceChunker().name == SentenceChunker(130, 180, 0).name


def test_an_id_tells_where_a_passage_lies_and_stays_the_same():
    article = of_sizes(10, 10)
    [passage] = SentenceChunker().split(article)
    assert passage.id == f"{article.id}:0-{len(article.text)}"
    assert SentenceChunker().split(article) == [passage]
