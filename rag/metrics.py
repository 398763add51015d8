"""Answers and rankings to scores between 0 and 1."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from rag.arabic import arabic_share, is_allowed, words
from rag.types import Answer, Hit, Question, unique_documents


def ndcg(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `k` document ids, binary relevance.

    DCG = Σ 1 / log2(rank + 1) over the relevant ones; nDCG = DCG / DCG of the best order possible.
    Järvelin and Kekäläinen (2002) leave the first ranks undiscounted; this is the form of Burges et
    al. (2005), which trec_eval, BEIR and MTEB report. With grades of 0 and 1 the gains `grade` and
    `2^grade - 1`, on which the field disagrees, are the same.
    """
    gained = sum(1 / math.log2(rank + 1) for rank in _relevant_ranks(ranked, relevant, k))
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(set(relevant)), k) + 1))
    return gained / best if best else 0.0


def recall(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """The share of the relevant documents among the first `k`.

    Where a question has one relevant document this is also called accuracy@k, hit rate@k or
    success@k; with several those names mean "at least one of them", and BEIR's capped recall
    divides by min(k, relevant documents). This is neither: of two relevant ones R@1 is at most 0.5.
    """
    wanted = set(relevant)
    return len(_relevant_ranks(ranked, wanted, k)) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """1 / rank of the first relevant document, 0 if it is not among the first `k`.

    Its mean is MRR@k as MS MARCO has it; the MRR of TREC (Voorhees 1999) does not cut the ranking.
    """
    return 1 / next(iter(_relevant_ranks(ranked, relevant, k)), math.inf)


def _relevant_ranks(ranked: Sequence[str], relevant: Collection[str], k: int) -> list[int]:
    """Ranks from 1; an id that comes twice counts where it comes first."""
    wanted = set(relevant)
    first_k = [*dict.fromkeys(ranked)][:k]
    return [rank for rank, name in enumerate(first_k, start=1) if name in wanted]


def contains(text: str, answers: Iterable[str]) -> bool:
    """Whether any accepted answer stands in `text`, in normal form and as whole words.

    So «12» is not in «2012». The first word of the answer may carry و or ف, ب, ل or ك, and ال in
    the text: «القاهرة» is in «وبالقاهرة».
    """
    read = tokens(text)
    return any(_stands_in(read, tokens(answer)) for answer in answers)


def exact(text: str, answers: Iterable[str]) -> float:
    """1 if `text` is an accepted answer, word for word in normal form, otherwise 0."""
    read = tokens(text)
    return float(any(read == tokens(answer) != [] for answer in answers))


def token_f1(text: str, answers: Iterable[str]) -> float:
    """Harmonic mean of the precision and recall of words, best over the accepted answers.

    As in SQuAD (Rajpurkar et al. 2016), with our normal form in place of its English one. MLQA's
    script also takes ال out and leaves hamzas as they are, so its figures differ a little.
    """
    return max((_f1(*_overlap(text, answer)) for answer in answers), default=0.0)


def token_recall(text: str, answers: Iterable[str]) -> float:
    """The share of an accepted answer's words that `text` has, the best of the answers.

    Adlakha et al. (2024) find it closer to people's verdicts on whole sentences than F1, which
    punishes every word around the answer.
    """
    return max((_overlap(text, answer)[1] for answer in answers), default=0.0)


def _overlap(text: str, answer: str) -> tuple[float, float]:
    """Precision and recall of the words of `text`, each word counted as often as it comes."""
    read, wanted = Counter(tokens(text)), Counter(tokens(answer))
    common = (read & wanted).total()
    return common / max(read.total(), 1), common / max(wanted.total(), 1)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision else 0.0


def citation_validity(answer: Answer) -> float | None:
    """The share of citations that lead somewhere; None where there are none.

    One does if its span lies within its passage, its quote is not blank, and the passage is one
    that the answer was made from. Whether the quote supports the sentence is another question.
    """
    if not answer.citations:
        return None
    known = {hit.passage.id for hit in answer.hits} | {seen.passage.id for seen in answer.evidence}
    valid = [
        citation.passage.start <= citation.start < citation.end <= citation.passage.end
        and citation.quote.strip() != ""
        and citation.passage.id in known
        for citation in answer.citations
    ]
    return sum(valid) / len(valid)


def cited_contains(answer: Answer, answers: Sequence[str]) -> bool:
    """Whether the words of any one citation hold an accepted answer."""
    return any(contains(citation.quote, answers) for citation in answer.citations)


def is_arabic(text: str) -> bool:
    """Whether every letter is Arabic or Latin and more than half of them are Arabic.

    Names may be Latin, so a little of it is no fault; a letter of a third script is what a small
    model writes when it loses its language. A text without letters is Arabic if it has a digit.
    """
    is_of_two_scripts = all(is_allowed(letter) for letter in text if letter.isalpha())
    return is_of_two_scripts and arabic_share(text) > 0.5 and any(map(str.isalnum, text))


@dataclass(frozen=True, slots=True)
class Abstention:
    """The two ways of going wrong about declining; None where no question could show it.

    NoMIRACL (Thakur et al. 2024) calls them hallucination rate and error rate.
    """

    false_answer: float | None  # of the unanswerable questions, those that were not declined
    false_refusal: float | None  # of the answerable questions, those that were declined

    @property
    def mean(self) -> float | None:
        """The mean of both: 0.5 for always answering and for always declining."""
        if self.false_answer is None or self.false_refusal is None:
            return None
        return (self.false_answer + self.false_refusal) / 2


def abstention(outcomes: Iterable[tuple[bool, bool]]) -> Abstention:
    """The rates over (is answerable, went wrong about declining) of every question of a set."""
    wrong: dict[bool, list[bool]] = {True: [], False: []}
    for is_answerable, is_wrong in outcomes:
        wrong[is_answerable].append(is_wrong)
    rates = {
        side: sum(of_side) / len(of_side) if of_side else None for side, of_side in wrong.items()
    }
    return Abstention(false_answer=rates[False], false_refusal=rates[True])


def relevant_documents(question: Question) -> tuple[str, ...]:
    """The ids that a ranking is scored by: none for a question that nothing answers."""
    return question.document_ids if question.answerable else ()


def score_hits(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """The scores of a ranking that apply to the question; see docs/evaluation.md."""
    scores: dict[str, float] = {}
    if relevant := relevant_documents(question):
        ranked = unique_documents(hits)
        scores["nDCG@10"] = ndcg(ranked, relevant, 10)
        for k in (1, 5, 10, 100):
            scores[f"R@{k}"] = recall(ranked, relevant, k)
        scores["MRR@10"] = reciprocal_rank(ranked, relevant, 10)
    if question.answerable and question.answers:
        scores["passages_5"] = _any_contains([hit.passage.text for hit in hits[:5]], question)
    return scores


def score_answer(question: Question, answer: Answer) -> dict[str, float]:
    """The scores of an answer that apply to it; one that is still `writing` has failed."""
    scores: dict[str, float] = {}
    # a declined answer's words are the program's, and «لا» among them answers nothing
    is_given = answer.status in ("answered", "quoted")
    text = " ".join(sentence.text for sentence in answer.sentences) if is_given else ""
    if question.answerable and question.answers:
        accepted, quotes = question.answers, [seen.quote for seen in answer.evidence]
        scores["contains"] = float(contains(text, accepted))
        scores["token_recall"] = token_recall(text, accepted)
        scores["token_f1"] = token_f1(text, accepted)
        scores["cited_contains"] = float(is_given and cited_contains(answer, accepted))
        scores["evidence"] = _any_contains(quotes, question)
        scores["quote_1"] = _any_contains(quotes[:1], question)
        scores["quote_2"] = _any_contains(quotes[:2], question)
    validity = citation_validity(answer)
    if validity is not None:
        scores["citation_validity"] = validity
    if is_given:
        scores["words"] = len(text.split())
        scores["arabic"] = float(is_arabic(text))
    for status in ("answered", "quoted", "declined"):
        scores[status] = float(answer.status == status)
    scores["failed"] = float(answer.status == "writing")
    return scores


def _any_contains(texts: Sequence[str], question: Question) -> float:
    return float(any(contains(text, question.answers) for text in texts))


_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL = re.compile(r"\d+\.\d+")


def tokens(text: str) -> list[str]:
    """The words of `text` in normal form, as all scores of this module count them.

    >>> tokens("بَلَغَ ١٬٢٠٠ في 12.5.2012، أي 3.5%")
    ['بلغ', '1200', 'في', '12', '5', '2012', 'اي', '3.5']
    """
    return [token for word in words(text) for token in _figures(word)]


def _figures(word: str) -> list[str]:
    if _THOUSANDS.fullmatch(word):
        return [word.replace(",", "")]
    return [word] if _DECIMAL.fullmatch(word) else re.split("[.,]", word)


_PREFIXES = ["".join(parts) for parts in product(("", "و", "ف"), ("", "ب", "ل", "ك"), ("", "ال"))]


def _stands_in(read: Sequence[str], wanted: Sequence[str]) -> bool:
    if not wanted:
        return False
    first = {form for prefix in _PREFIXES for form in _written(prefix + wanted[0])}
    rest = list(wanted[1:])
    return any(
        word in first and list(read[at + 1 : at + len(wanted)]) == rest
        for at, word in enumerate(read)
    )


def _written(word: str) -> tuple[str, str]:
    """The word, and as it is written where ل meets ال: «لالقاهره» is «للقاهره»."""
    return word, re.sub(r"^([وف]?)لال", r"\1لل", word)
