"""Articles of our own writing: "# " opens a subheading and "- " an item of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
CLEAN_SEEDS = (
    "03-russian-envoys-pyongyang.txt",
    "06-metro-line-one.txt",
    "08-desalination-ras-alnakhil.md",
    "09-water-leaks-alghadir.txt",
    "12-diabetes-mobile-clinics.txt",
    "15-ports-museum.md",
)


@dataclass(frozen=True, slots=True)
class Article:
    """What a page should give back."""

    title: str
    blocks: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(re.sub(r"^# ", "", block) for block in self.blocks)


def _written(path: Path) -> Iterator[Article]:
    for part in path.read_text(encoding="utf-8").removeprefix("= ").split("\n\n= "):
        title, *blocks = part.strip().split("\n\n")
        yield Article(title, tuple(blocks))


def _seed(name: str) -> Article:
    lines = (SEEDS / name).read_text(encoding="utf-8").strip().split("\n\n")
    title, *blocks = (re.sub(r"^##+ ", "# ", line.strip()) for line in lines)
    return Article(title.removeprefix("# "), tuple(blocks))


ARTICLES = (*_written(Path(__file__).with_suffix(".txt")), *map(_seed, CLEAN_SEEDS))
