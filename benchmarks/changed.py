"""Whether the check sees what a program changed in sentences of real articles.

    python benchmarks/changed.py SET.jsonl ... [--seed 0] [--articles 100] [--show KIND]

Of every article one sentence is taken as it is and one cut to its first clause, which the article
supports, and others are changed in one of eight ways that make them false or make no sense. The
changes are blind: a few of them happen to leave the sentence true, so no share is quite 0. Unlike
the labelled pairs nobody worded these sentences for the check, and there are as many as one likes.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.arabic import sentences
from rag.questions import read_questions
from rag.types import Citation, Document, passage_of
from rag.verify import Checker, Verdict

WORDS = (7, 40)  # of a sentence that is used
ARTICLE_WORDS = (60, 250)
_NUMBER = re.compile(r"\d+")
_COMMA = re.compile(r"(?<=[،,؛])\s")
_DENIED = {
    "كان": "لم يكن",
    "كانت": "لم تكن",
    "يقع": "لا يقع",
    "تقع": "لا تقع",
    "يبلغ": "لا يبلغ",
    "تبلغ": "لا تبلغ",
    "هو": "ليس",
    "هي": "ليست",
    "يوجد": "لا يوجد",
    "توجد": "لا توجد",
    "يعتبر": "لا يعتبر",
    "تعتبر": "لا تعتبر",
    "أكد": "نفى",
    "قال": "لم يقل",
    "بدأ": "لم يبدأ",
    "بدأت": "لم تبدأ",
    "أعلن": "لم يعلن",
    "أعلنت": "لم تعلن",
}


@dataclass(frozen=True, slots=True)
class Text:
    """An article and those of its sentences that are neither too short nor too long."""

    document: Document
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, document: Document) -> Text:
        """The article with its sentences."""
        cut = (document.text[start:end].strip() for start, end in sentences(document.text))
        least, most = WORDS
        return cls(document, tuple(s for s in cut if least <= len(s.split()) <= most))


# What a way of changing makes of an article and another one: a sentence, or None where it cannot.
Change = Callable[[Text, Text, random.Random], str | None]


def as_it_is(text: Text, _other: Text, rng: random.Random) -> str | None:
    """A sentence, word for word."""
    return rng.choice(text.sentences)


def first_clause(text: Text, _other: Text, rng: random.Random) -> str | None:
    """A sentence up to its first comma."""
    first, *rest = _COMMA.split(rng.choice(text.sentences))
    return f"{first.rstrip('،,؛')}." if rest and len(first.split()) > 5 else None


def another_number(text: Text, _other: Text, rng: random.Random) -> str | None:
    """A number that is off by a little."""
    return _with_number(text, rng, lambda said: str(int(said) + rng.choice((1, 2, 3, 10))))


def number_from_elsewhere(text: Text, _other: Text, rng: random.Random) -> str | None:
    """A number with as many digits that the article has for something else."""
    given = _NUMBER.findall(text.document.text)

    def other(said: str) -> str:
        alike = [number for number in given if len(number) == len(said) and number != said]
        return rng.choice(alike) if alike else said

    return _with_number(text, rng, other)


def denied(text: Text, _other: Text, rng: random.Random) -> str | None:
    """A sentence whose verb or pronoun is denied."""
    for sentence in rng.sample(text.sentences, len(text.sentences)):
        words = sentence.split()
        for place, word in enumerate(words):
            if word in _DENIED and not {"لا", "لم", "ليس"} & set(words[:place]):
                return " ".join([*words[:place], _DENIED[word], *words[place + 1 :]])
    return None


def another_title(text: Text, other: Text, rng: random.Random) -> str | None:
    """A sentence that names the article's title, with another's in its place."""
    title, wrong = text.document.title, other.document.title
    named = [sentence for sentence in text.sentences if title and title in sentence]
    return rng.choice(named).replace(title, wrong) if named and wrong and wrong != title else None


def another_article(_text: Text, other: Text, rng: random.Random) -> str | None:
    """A sentence of another article."""
    return rng.choice(other.sentences)


def foreign_end(text: Text, other: Text, rng: random.Random) -> str | None:
    """A sentence with four words of another article behind it."""
    one, strange = (rng.choice(each.sentences).rstrip(".") for each in (text, other))
    return f"{one} {' '.join(strange.split()[-4:])}"


def stitched(text: Text, _other: Text, rng: random.Random) -> str | None:
    """The first half of one sentence and the second half of another of the same article."""
    if len(text.sentences) < 2:
        return None
    one, two = (sentence.split() for sentence in rng.sample(text.sentences, 2))
    return " ".join(one[: len(one) // 2] + two[len(two) // 2 :])


def two_words_swapped(text: Text, _other: Text, rng: random.Random) -> str | None:
    """A sentence in which two words that are not neighbours changed places."""
    words = rng.choice(text.sentences).split()
    free = [n for n, w in enumerate(words) if len(w) > 3 and w.isalpha() and w[0] not in "وفبلك"]
    if len(free) < 4:
        return None
    one, two = sorted(rng.sample(free, 2))
    if two - one == 1 or words[one] == words[two]:
        return None
    words[one], words[two] = words[two], words[one]
    return " ".join(words)


SUPPORTED: tuple[Change, ...] = (as_it_is, first_clause)
UNSUPPORTED: tuple[Change, ...] = (
    another_number,
    number_from_elsewhere,
    denied,
    another_title,
    another_article,
    foreign_end,
    stitched,
    two_words_swapped,
)


def changed(
    texts: Sequence[Text], changes: Sequence[Change], rng: random.Random
) -> Iterator[tuple[str, Text, str]]:
    """The name of the change, the article that is cited and the sentence."""
    for text in texts:
        other = rng.choice([each for each in texts if each is not text])
        for change in changes:
            sentence = change(text, other, rng)
            is_false = change in UNSUPPORTED
            if sentence and not (is_false and sentence in text.document.text):
                yield change.__name__, text, sentence


def verdict_on(text: Text, sentence: str) -> Verdict:
    """What the check says where the whole article is cited."""
    passage = passage_of(text.document, 0, len(text.document.text))
    return Checker().check(sentence, (Citation(1, passage, passage.start, passage.end),))


def read_texts(paths: Sequence[Path], articles: int, rng: random.Random) -> list[Text]:
    """Articles of each set, as many as asked for, with at least one sentence to use."""
    found: list[Text] = []
    least, most = ARTICLE_WORDS
    for path in paths:
        documents = read_questions(path).documents or ()
        texts = [Text.of(d) for d in documents if least <= len(d.text.split()) <= most]
        usable = [text for text in texts if text.sentences]
        found += rng.sample(usable, min(articles, len(usable)))
    return found


def main() -> None:
    """Print how many sentences of each kind pass, and what that makes of precision and recall."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path, help="JSONL with title and context")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--articles", type=int, default=100, help="of each set")
    parser.add_argument("--show", default="", help="print the false ones of a kind that pass")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    texts = read_texts(options.sets, options.articles, rng)
    if len(texts) < 2:
        parser.error("the sets hold fewer than two articles of the right length")
    print("| what was done to a sentence | pass | of |\n|---|---|---|")
    totals = []
    for changes in (SUPPORTED, UNSUPPORTED):
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for kind, text, sentence in changed(texts, changes, rng):
            passes = verdict_on(text, sentence).is_supported
            counts[kind][0] += passes
            counts[kind][1] += 1
            if passes and kind == options.show:
                print(f"{sentence}\n    {text.document.title}: {text.document.text}\n")
        for kind, (passed, number) in counts.items():
            print(f"| {kind.replace('_', ' ')} | {passed} | {number} |")
        totals.append([sum(each) for each in zip(*counts.values(), strict=True)])
    (right, supported), (wrong, unsupported) = totals
    print(
        f"\nrecall {right / supported:.3f}; {wrong / unsupported:.3%} of {unsupported} false ones"
        f" pass, precision {right / (right + wrong):.3f}"
    )


def _with_number(text: Text, rng: random.Random, replaced: Callable[[str], str]) -> str | None:
    numbered = [sentence for sentence in text.sentences if _NUMBER.search(sentence)]
    if not numbered:
        return None
    sentence = rng.choice(numbered)
    match = rng.choice(list(_NUMBER.finditer(sentence)))
    number = replaced(match[0])
    if number == match[0]:
        return None
    return sentence[: match.start()] + number + sentence[match.end() :]


if __name__ == "__main__":
    main()
