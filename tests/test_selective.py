import math
import random
from itertools import permutations
from statistics import fmean

import pytest

from rag.selective import Outcome, Point, aurc, auroc, means, points

# Five answerable questions, three that are not; the program declined what is under 0.5.
OUTCOMES = [
    Outcome(True, "right", 0.95),
    Outcome(True, "right", 0.9),
    Outcome(False, "wrong", 0.8),
    Outcome(True, "wrong", 0.7),
    Outcome(True, "right", 0.6),
    Outcome(False, "declined", 0.4),
    Outcome(True, "declined", 0.3),
    Outcome(False, "declined", 0.02),
]


def counted(answers):
    """The area from its definition, for answers that have an order: running shares, averaged."""
    wrong = [is_wrong for _, is_wrong in sorted(answers, key=lambda answer: -answer[0])]
    return fmean(sum(wrong[:k]) / k for k in range(1, len(wrong) + 1))


def test_the_area_is_the_mean_of_the_risks_at_each_coverage():
    # right, wrong, right, wrong: the risks are 0/1, 1/2, 1/3 and 2/4
    answers = [(0.7, False), (0.9, False), (0.8, True), (0.6, True)]
    assert aurc(answers) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


def test_an_order_that_puts_wrong_answers_first_has_a_larger_area():
    # 1/1, 2/2, 2/3, 2/4
    assert aurc([(4, True), (3, True), (2, False), (1, False)]) == pytest.approx(19 / 24)
    # 0/1, 0/2, 1/3, 2/4
    assert aurc([(4, False), (3, False), (2, True), (1, True)]) == pytest.approx(5 / 24)


def test_equal_confidences_count_with_the_mean_over_their_orders():
    tied = [(0.9, True), (0.5, False), (0.5, True), (0.5, False), (0.1, True)]
    orders = permutations([0.51, 0.52, 0.53])
    untied = [
        [tied[0], *((c, wrong) for c, (_, wrong) in zip(order, tied[1:4], strict=True)), tied[4]]
        for order in orders
    ]
    assert aurc(tied) == pytest.approx(fmean(map(counted, untied)))


def test_a_confidence_that_tells_nothing_has_the_risk_as_its_area():
    assert aurc([(0.5, wrong) for wrong in (True, False, False, False)]) == 0.25


def test_the_excess_is_over_the_best_order_of_the_same_answers():
    # given: right, right, wrong, wrong, right; at best the two wrong ones come last
    area = (0 + 0 + 1 / 3 + 2 / 4 + 2 / 5) / 5
    best = (0 + 0 + 0 + 1 / 4 + 2 / 5) / 5
    told = means(OUTCOMES)
    assert told["risk"] == 2 / 5
    assert told["AURC"] == pytest.approx(area)
    assert told["AURC_excess"] == pytest.approx(area - best)


def test_no_order_of_the_same_answers_is_better_than_the_best():
    dice = random.Random(7)
    for _ in range(50):
        wrong = [dice.random() < 0.3 for _ in range(6)]
        verdicts = ["wrong" if is_wrong else "right" for is_wrong in wrong]
        told = means([Outcome(True, verdict, dice.random()) for verdict in verdicts])
        smallest = min(aurc(enumerate(order)) for order in permutations(wrong))
        assert told["AURC"] - told["AURC_excess"] == pytest.approx(smallest)


def test_auroc_is_the_share_of_pairs_in_the_right_order_and_half_of_the_equal_ones():
    # of six pairs 0.9 wins all three, 0.5 wins against 0.1, is equal to 0.5 and loses to 0.7
    assert auroc([0.9, 0.5], [0.1, 0.5, 0.7]) == pytest.approx((3 + 1 + 0.5) / 6)
    assert auroc([0.2], [0.8]) == 0.0
    assert auroc([0.5, 0.5], [0.5]) == 0.5


def test_auroc_is_over_the_declined_questions_too():
    # against 0.8, 0.4 and 0.02: 3 + 3 + 2 + 2 for the given answers, 1 for the one declined
    assert means(OUTCOMES)["AUROC"] == pytest.approx(11 / 15)


def test_a_point_is_what_its_threshold_would_have_given():
    assert points(OUTCOMES, [0.65, 0.95]) == [
        # answered: 0.95, 0.9, 0.8 and 0.7, two of them wrongly; refused: 0.6 and 0.3 of five
        Point(0.65, coverage=4 / 8, risk=2 / 4, false_answer=1 / 3, false_refusal=2 / 5),
        Point(0.95, coverage=1 / 8, risk=0.0, false_answer=0.0, false_refusal=4 / 5),
    ]


def test_the_risk_is_not_known_where_a_declined_question_would_have_been_answered():
    known, unknown = points(OUTCOMES, [0.41, 0.4])
    assert known == Point(0.41, 5 / 8, 2 / 5, false_answer=1 / 3, false_refusal=1 / 5)
    assert unknown == Point(0.4, 6 / 8, None, false_answer=2 / 3, false_refusal=1 / 5)


def test_a_threshold_above_every_confidence_answers_nothing_and_risks_nothing():
    assert points(OUTCOMES, [0.99]) == [Point(0.99, 0.0, None, 0.0, 1.0)]


def test_the_curve_has_a_point_at_every_confidence_from_the_highest_down():
    curve = points([*OUTCOMES, Outcome(True, "right", 0.9)])
    assert [point.threshold for point in curve] == [0.95, 0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.02]
    risks = [point.risk for point in curve]
    assert risks == [0.0, 0.0, 1 / 4, 2 / 5, 2 / 6, None, None, None]
    assert curve[1].coverage == 3 / 9


def test_a_question_without_evidence_is_declined_at_every_threshold():
    curve = points([*OUTCOMES, Outcome(False, "declined", 0.0)])
    assert min(point.threshold for point in curve) == 0.02
    assert curve[-1].false_answer == 3 / 4


def test_a_question_that_failed_is_a_wrong_answer_and_wrong_at_every_threshold():
    lost = [Outcome(True, "wrong", None), Outcome(False, "wrong", None)]
    before, after = means(OUTCOMES), means([*OUTCOMES, *lost])
    # wrong, wrong, right, right, wrong, wrong, right
    assert after["AURC"] == pytest.approx((1 + 1 + 2 / 3 + 2 / 4 + 3 / 5 + 4 / 6 + 4 / 7) / 7)
    assert after["AUROC"] == pytest.approx(11 / (6 * 4))
    assert before["risk"] < after["risk"] == 4 / 7
    low, high = points([*OUTCOMES, *lost], [0.01, 0.99])
    assert (low.false_refusal, high.false_refusal) == (1 / 6, 1.0)
    assert (low.false_answer, high.false_answer) == (1.0, 1 / 4)
    assert all(math.isfinite(point.threshold) for point in points([*OUTCOMES, *lost]))


def test_questions_of_one_kind_have_a_curve_and_no_trade_off():
    answerable = [outcome for outcome in OUTCOMES if outcome.is_answerable]
    assert set(means(answerable)) == {"risk", "AURC", "AURC_excess"}
    assert points(answerable, [0.5]) == [Point(0.5, 4 / 5, 1 / 4, None, None)]


def test_questions_that_nothing_can_be_compared_with_count_in_the_trade_off_alone():
    asked = [Outcome(True, "unknown", 0.9), Outcome(True, "unknown", 0.2)]
    assert means(asked) == {}
    assert points(asked) == []
    both = [*asked, Outcome(False, "declined", 0.3)]
    assert means(both) == {"AUROC": 0.5}
    assert points(both, [0.25]) == [Point(0.25, 1.0, None, false_answer=1.0, false_refusal=0.5)]


@pytest.mark.parametrize("outcomes", [[], [Outcome(True, "wrong", None)]], ids=["none", "failed"])
def test_where_no_confidence_is_known_there_is_nothing_to_draw(outcomes):
    assert points(outcomes, [0.5]) == points(outcomes) == []
