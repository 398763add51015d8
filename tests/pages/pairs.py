"""Templates and articles to pages whose true text is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pages import markup, outlets, saved, scraped
from pages.articles import ARTICLES, Article

from rag.articles import Kind, RawArticle

Template = Callable[[Sequence[Article], int], str]

# How many articles a page of the template holds, where it is not one.
COUNTS = {
    "london_daily": 2,
    "aggregator": 2,
    "endless_page": 3,
    "stacked_articles": 3,
    "stacked_divs": 2,
    "london_daily_signed": 3,
    "aggregator_of_channels": 2,
}
# About a third of the templates is only reported: no rule was made for the words they show.
UNSEEN = frozenset(
    (
        *("radio_site", "river_agency", "kingdom_daily", "opinion_weekly"),
        *("table_layout", "stacked_divs", "free_weblog", "long_read", "video_site", "agency_site"),
        *("paris_channel", "eastern_agency", "beirut_daily", "royal_broadcaster"),
    )
)
PER_TEMPLATE = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """A page and the articles that are on it."""

    template: str
    raw: RawArticle
    articles: tuple[Article, ...]

    @property
    def is_unseen(self) -> bool:
        return self.template in UNSEEN


def templates() -> dict[str, tuple[Kind, Template]]:
    """The templates by name, in the order in which they are written down."""
    found: dict[str, tuple[Kind, Template]] = {}
    kinds: tuple[tuple[Kind, object], ...] = (
        *(("text", saved), ("html", markup)),
        *(("text", scraped), ("html", outlets)),
    )
    for kind, module in kinds:
        for name, made in vars(module).items():
            if getattr(made, "__module__", "") == module.__name__ and _is_template(made):
                found[name] = kind, made
    return found


def _is_template(made: object) -> bool:
    return list(getattr(made, "__annotations__", {})) == ["articles", "number", "return"]


def pairs() -> Iterator[Pair]:
    """Every template with some of the articles in turn."""
    turn = 0
    for name, (kind, template) in templates().items():
        count = COUNTS.get(name, 1)
        for number in range(PER_TEMPLATE):
            chosen = tuple(ARTICLES[(turn + step * 3) % len(ARTICLES)] for step in range(count))
            turn += 5 if number % 2 else 1
            path = f"{name}-{number}"
            yield Pair(name, RawArticle(path, kind, template(chosen, number)), chosen)
