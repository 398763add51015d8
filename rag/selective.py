"""Confidences and what came of the answers to a risk–coverage curve."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean
from typing import Literal, TypeAlias

# Unknown: the set does not say what would be right, whether the question was declined or not.
Verdict: TypeAlias = Literal["right", "wrong", "declined", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question; an answer to a question that has none is wrong."""

    is_answerable: bool
    verdict: Verdict
    confidence: float | None  # None where the question failed


@dataclass(frozen=True, slots=True)
class Point:
    """What declining below a threshold gives; None where no question could show it."""

    threshold: float
    coverage: float | None  # the share answered, of the questions that can be judged
    risk: float | None  # of these answers, those that are wrong
    false_answer: float | None  # as in rag.metrics.Abstention; both or none
    false_refusal: float | None


def points(outcomes: Sequence[Outcome], thresholds: Iterable[float] | None = None) -> list[Point]:
    """The points of the curve at these thresholds, or at every confidence above 0, highest first.

    The risk–coverage curve is that of El-Yaniv and Wiener (2010) and, for a score with a threshold,
    Geifman and El-Yaniv (2017). What a declined question would have been answered is not known, so
    the curve ends where the first of them would have been answered: the risk is None from there on.
    The two ways of going wrong about declining need confidences only and are known everywhere.

    A question that failed is the surest of the wrong answers, and on the wrong side of every
    threshold. Where there is neither an answer to judge nor both kinds of questions, or all of them
    failed, there are no points.
    """
    confidences = {outcome.confidence for outcome in outcomes if outcome.confidence}
    judged, given, wrong = (
        sorted(_or(math.inf, o.confidence) for o in outcomes if o.verdict in verdicts)
        for verdicts in (("right", "wrong", "declined"), ("right", "wrong"), ("wrong",))
    )
    sides = sorted(_of(outcomes, True)), sorted(_of(outcomes, False))
    answerable, unanswerable = sides if all(sides) else ([], [])
    if not confidences or not (given or answerable):
        return []
    found = []
    for threshold in sorted(confidences, reverse=True) if thresholds is None else thresholds:
        asked, answered = _at_least(threshold, judged), _at_least(threshold, given)
        refused = len(answerable) - _at_least(threshold, answerable)
        found.append(
            Point(
                threshold,
                coverage=_share(asked, len(judged)),
                risk=_share(_at_least(threshold, wrong), asked) if asked == answered else None,
                false_answer=_share(_at_least(threshold, unanswerable), len(unanswerable)),
                false_refusal=_share(refused, len(answerable)),
            )
        )
    return found


def means(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """`risk`, `AURC`, `AURC_excess` and `AUROC`, those that there are questions for."""
    found: dict[str, float] = {}
    given = [
        (_or(math.inf, outcome.confidence), outcome.verdict == "wrong")
        for outcome in outcomes
        if outcome.verdict in ("right", "wrong")
    ]
    if given:
        best = aurc([(not is_wrong, is_wrong) for _, is_wrong in given])
        found["risk"] = fmean(is_wrong for _, is_wrong in given)
        found["AURC"] = aurc(given)
        found["AURC_excess"] = max(0.0, found["AURC"] - best)  # rounding is not an excess
    answerable, unanswerable = _of(outcomes, True), _of(outcomes, False)
    if answerable and unanswerable:
        found["AUROC"] = auroc(answerable, unanswerable)
    return found


def aurc(answers: Iterable[tuple[float, bool]]) -> float:
    """The area under the risk–coverage curve of one or more (confidence, is wrong).

    The mean over k of the share of wrong answers among the k most confident: Geifman, Uziel and
    El-Yaniv (2019), whose excess AURC takes off the area of the order with all right answers first;
    they approximate that area, here it is the same sum. Answers of equal confidence count with the
    mean over all their orders. The curve is that of the answers given: of two areas the lower is
    the better one only if both cover as much.
    """
    groups: defaultdict[float, list[bool]] = defaultdict(list)
    for confidence, is_wrong in answers:
        groups[confidence].append(is_wrong)
    # In a random order each place of a group is wrong as often as the group is.
    expected = [fmean(groups[c]) for c in sorted(groups, reverse=True) for _ in groups[c]]
    return fmean(wrong / k for k, wrong in enumerate(accumulate(expected), start=1))


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float:
    """How often an answerable question has a higher confidence than one that is not.

    Over all pairs, an equal one counting half: the area under the ROC curve (Hanley and McNeil
    1982). Chance is 0.5. Neither side may be empty.
    """
    others = sorted(unanswerable)
    won = sum(bisect_left(others, c) + bisect_right(others, c) for c in answerable) / 2
    return won / (len(answerable) * len(others))


def _of(outcomes: Iterable[Outcome], is_answerable: bool) -> list[float]:
    """The confidences of one side; a question that failed is where it is wrong."""
    worst = -math.inf if is_answerable else math.inf
    return [_or(worst, o.confidence) for o in outcomes if o.is_answerable == is_answerable]


def _or(failed: float, confidence: float | None) -> float:
    return failed if confidence is None else confidence


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _at_least(threshold: float, ascending: Sequence[float]) -> int:
    return len(ascending) - bisect_left(ascending, threshold)
