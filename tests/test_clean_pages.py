"""Pages whose true text is known: what belongs is kept, what does not is cut."""

from __future__ import annotations

import pytest
from benchmark_scripts import benchmark
from pages.pairs import PER_TEMPLATE, UNSEEN, pairs, templates

cleaning = benchmark("cleaning")

PAIRS = list(pairs())
SEVERAL = [pair for pair in PAIRS if len(pair.articles) > 1]


@pytest.fixture(scope="module")
def counts():
    """The tokens kept and true of each template."""
    return cleaning.measure(cleaning.cleaned, PAIRS)


def total(counts, kind):
    names = {pair.template for pair in PAIRS if pair.raw.kind == kind and not pair.is_unseen}
    return sum((counts[name] for name in names), cleaning.Count())


def test_there_are_enough_pages_of_both_kinds_and_a_third_is_only_reported():
    names = templates()
    assert len(names) >= 12
    assert len(PAIRS) == len(names) * PER_TEMPLATE >= 40
    for kind in ("text", "html"):
        assert len([pair for pair in PAIRS if pair.raw.kind == kind]) >= len(PAIRS) * 0.4
    assert set(names) >= UNSEEN
    assert 0.25 <= len(UNSEEN) / len(names) <= 0.4


def test_the_pages_are_the_same_in_every_run():
    assert [pair.raw for pair in pairs()] == [pair.raw for pair in PAIRS]


@pytest.mark.parametrize("kind", ["text", "html"])
def test_precision_and_recall_are_what_is_required(counts, kind):
    assert total(counts, kind).precision >= 0.97
    assert total(counts, kind).recall >= 0.99


def test_precision_and_recall_over_all_pages_are_what_is_required(counts):
    together = sum(counts.values(), cleaning.Count())
    assert together.precision >= 0.97
    assert together.recall >= 0.99


def test_no_template_loses_text_even_where_its_furniture_is_unknown(counts):
    assert {name: count.recall for name, count in counts.items() if count.recall < 0.99} == {}


@pytest.mark.parametrize("pair", SEVERAL, ids=lambda pair: pair.raw.path)
def test_the_articles_of_one_page_are_documents_of_their_own_with_their_titles(pair):
    titles = [title for title, _ in cleaning.cleaned(pair.raw)]
    assert titles == [article.title for article in pair.articles]


def test_a_page_too_many_or_too_few_counts_against_the_figures():
    true = [("جسر", "قديم"), ("سوق", "جديد")]
    assert cleaning.count_of(true, true) == cleaning.Count(4, 4, 4)
    assert cleaning.count_of(true[:1], true) == cleaning.Count(2, 4, 2)
    assert cleaning.count_of([*true, ("حاشية", "")], true).precision == 0.8
