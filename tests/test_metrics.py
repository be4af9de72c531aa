"""The measures, by hand and against scikit-learn and SciPy; what is refused; who wins a tie."""

import re
from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

from mmbook import metrics


def test_interval_by_hand():
    # mean 2, standard deviation 1, three runs: t(0.975, 2) = 4.302653 and 1/sqrt(3)
    interval = metrics.mean_interval([1.0, 2.0, 3.0])
    assert (interval.mean, interval.seeds) == (2.0, 3)
    assert interval.half_width == pytest.approx(4.302653 / 3**0.5, rel=1e-6)
    assert str(interval) == "2.000 ± 2.484"


def test_interval_agrees_with_scipy():
    values = np.random.default_rng(0).normal(size=7)
    low, high = stats.t.interval(0.9, 6, values.mean(), stats.sem(values))
    ours = metrics.mean_interval(values, confidence=0.9)
    assert (ours.mean - ours.half_width, ours.mean + ours.half_width) == pytest.approx((low, high))


def test_a_paired_difference_is_tighter_than_its_parts():
    a = np.array([0.1, 0.5, 0.9])
    assert metrics.paired_difference(a + 0.2, a).half_width == pytest.approx(0, abs=1e-12)
    assert metrics.paired_difference(a + 0.2, a).mean == pytest.approx(0.2)


def test_table_prints_mean_and_interval_and_no_interval_for_one_run():
    table = metrics.interval_table(
        {
            "ours": {"match": [1.0, 2.0, 3.0], "loss": [0.5, 0.5, 0.5]},
            "PCA": {"match": [4.0], "loss": [1]},
        }
    )
    head, ours, pca = table.split("\n")
    assert head.split() == ["match", "loss"]
    assert ours.split() == ["ours", "2.00", "±", "2.48", "0.50", "±", "0.00"]
    assert pca.split() == ["PCA", "4.00", "1.00"]
    assert ours.index("2.00") == pca.index("4.00")
    with pytest.raises(ValueError, match="'b' measures"):
        metrics.interval_table({"a": {"x": [1.0]}, "b": {"y": [1.0]}})


def test_accuracy_takes_classes_or_scores():
    assert metrics.accuracy([1, 2, 2], [1, 2, 3]) == pytest.approx(2 / 3)
    scores = torch.tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    assert metrics.accuracy(scores, torch.tensor([1, 0, 0])) == pytest.approx(2 / 3)
    assert metrics.agreement([1, 1, 1, 0], [1, 0, 1, 0]) == 0.75


def test_ranks_by_hand():
    queries = np.eye(3)
    targets = np.array([[1.0, 0.0, 0.0], [1.0, 0.9, 0.0], [0.0, 1.0, 0.5]])
    # query 1 finds target 2 (cosine .89) before its own (.67); query 2 finds its own first
    np.testing.assert_array_equal(metrics.partner_ranks(queries, targets), [0, 1, 0])
    assert metrics.recall_at(queries, targets, 1) == pytest.approx(2 / 3)
    assert metrics.recall_at(queries, targets, 2) == 1.0


def test_length_of_a_code_does_not_matter_and_order_of_pairs_neither():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(13, 5)), rng.normal(size=(13, 5))
    ranks = metrics.partner_ranks(a, b)
    scale = rng.uniform(0.1, 9, size=(13, 1))
    np.testing.assert_array_equal(metrics.partner_ranks(a * scale, b), ranks)
    order = rng.permutation(13)
    np.testing.assert_array_equal(metrics.partner_ranks(a[order], b[order]), ranks[order])


def test_constant_codes_do_not_count_as_found():
    assert metrics.recall_at(np.ones((11, 3)), np.ones((11, 3)), 10) == 0.0


def test_class_precision_agrees_with_a_nearest_neighbour_classifier():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(17, 3)), rng.normal(size=(23, 3))
    la, lb = rng.integers(0, 4, 17), rng.integers(0, 4, 23)
    oracle = KNeighborsClassifier(1, metric="cosine").fit(b, lb).score(a, la)
    assert metrics.class_precision(a, la, b, lb) == pytest.approx(oracle)


def test_calibration_error_by_hand():
    # two samples at .8, one right: gap .3; two at .6, both right: gap .4; each bin holds half
    probabilities = np.array([[0.8, 0.2], [0.2, 0.8], [0.6, 0.4], [0.4, 0.6]])
    labels = [0, 0, 0, 1]
    assert metrics.calibration_error(probabilities, labels) == pytest.approx(0.35)
    assert metrics.calibration_error(np.eye(3), [0, 1, 2]) == 0.0


def test_pointing_counts_the_largest_weight():
    weights = np.array([[0.2, 0.7, 0.1], [0.5, 0.2, 0.3]])
    assert metrics.pointing_accuracy(weights, [1, 2]) == 0.5


def test_explained_error_is_one_minus_r2():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(19, 5)), rng.normal(size=(19, 5))
    oracle = 1 - r2_score(x, y, multioutput="variance_weighted")
    assert metrics.explained_error(x, y) == pytest.approx(oracle)
    assert metrics.explained_error(x, np.tile(x.mean(0), (19, 1))) == pytest.approx(1.0)


def test_errors_name_what_came():
    with pytest.raises(ValueError, match=r"\(1,\); expected \(S,\) with S >= 2"):
        metrics.mean_interval([0.5])
    with pytest.raises(ValueError, match=r"a is \(2,\), b is \(3,\)"):
        metrics.paired_difference([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="expected pairs"):
        metrics.partner_ranks(np.ones((3, 2)), np.ones((5, 2)))
    with pytest.raises(ValueError, match=r"\(n, K\) and \(m, K\)"):
        metrics.similarity(np.ones((3, 2)), np.ones((3, 5)))


def test_coverage_by_hand():
    real = np.array([[0.0], [1.0], [2.0], [10.0]])  # to the nearest other: 1, 1, 1, 8
    assert metrics.coverage(real, np.array([[0.5]]), k=1) == 0.5  # the first two
    assert metrics.coverage(real, np.array([[2.5]]), k=1) == 0.5  # the last two
    assert metrics.coverage(real, real, k=1) == 1.0
    assert metrics.coverage(real, np.array([[99.0]]), k=1) == 0.0


def test_coverage_of_equal_distributions_nears_its_known_value():
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(2, 601, 5))
    assert abs(metrics.coverage(real, made, k=3) - (1 - 2**-3)) < 0.05


def test_coverage_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="expected"):
        metrics.coverage(np.zeros((5, 2)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match="k is 5"):
        metrics.coverage(np.zeros((5, 2)), np.zeros((5, 2)), k=5)


def test_the_effective_number_counts_classes():
    assert metrics.effective_number([3, 3, 3]) == 1.0
    assert np.isclose(metrics.effective_number([0, 1, 2, 0, 1, 2]), 3.0)
    assert 1.0 < metrics.effective_number([0] * 9 + [1]) < 1.5
    with pytest.raises(ValueError, match="empty"):
        metrics.effective_number([])


def test_clearly_above_means_that_the_whole_interval_is():
    a, b = np.array([0.5, 0.6, 0.7]), np.array([0.4, 0.5, 0.6])
    assert metrics.clearly_above(a, b)  # paired: a gap of .1 in each run
    assert not metrics.clearly_above(b, a) and not metrics.clearly_above(a, a)
    half = metrics.mean_interval(a).half_width  # 4.303 * .1 / sqrt(3) = .248
    assert half == pytest.approx(0.2484, abs=1e-4)
    assert metrics.clearly_above(a, 0.35) and not metrics.clearly_above(a, 0.36)


def test_auc_by_hand_and_against_the_reference():
    # of the six pairs 3 > 1, 3 > 2, 2 > 1 are right, 2 = 2 is half, 0 is below both
    assert metrics.auc([1, 2], [3, 2, 0]) == pytest.approx(3.5 / 6)
    rng = np.random.default_rng(0)
    low, high = rng.integers(0, 7, 31), rng.integers(2, 11, 23)
    labels = np.repeat([0, 1], [31, 23])
    assert metrics.auc(low, high) == pytest.approx(roc_auc_score(labels, np.r_[low, high]))
    assert metrics.auc(high, low) == pytest.approx(1 - metrics.auc(low, high))
    with pytest.raises(ValueError, match=r"low is \(0,\)"):
        metrics.auc([], [1.0])


# ---- a tie is broken against the model ------------------------------------------------------


def test_accuracy_is_scikit_learns_where_nothing_ties():
    rng = np.random.default_rng(5)
    scores, labels = rng.normal(size=(101, 7)), rng.integers(0, 7, 101)
    oracle = accuracy_score(labels, scores.argmax(1))
    assert metrics.accuracy(scores, labels) == pytest.approx(oracle)
    assert metrics.accuracy(scores.argmax(1), labels) == pytest.approx(oracle)


def test_constant_scores_are_never_right_whichever_class_comes_first():
    for c in range(3):
        assert metrics.accuracy(np.full((5, 3), 0.2), np.full(5, c)) == 0.0
    tied = [[3, 3, 1], [3, 1, 3], [1, 3, 3], [1, 2, 3]]
    assert metrics.accuracy(tied, [0, 0, 0, 2]) == 0.25
    assert metrics.accuracy(tied, [2, 1, 0, 0]) == 0.0


def test_a_fully_masked_row_points_nowhere():
    weights = torch.zeros(3, 7)
    assert metrics.pointing_accuracy(weights, [0, 0, 0]) == 0.0
    weights[1, 5] = 1.0
    assert metrics.pointing_accuracy(weights, [0, 5, 0]) == pytest.approx(1 / 3)


def test_collinear_targets_tie_whatever_their_rounding():
    # The cosines of (1, 1) and (3, 3) with a query are equal, and differ in the last digit.
    queries, targets = np.array([[1.0, 1.0], [3.0, 3.0]]), np.array([[1.0, 1.0], [3.0, 3.0]])
    assert metrics.partner_ranks(queries, targets).tolist() == [1, 1]
    rng = np.random.default_rng(7)
    for dtype in (np.float32, np.float64):
        for width in (2, 3, 101):
            one = rng.normal(size=(1, width)) * rng.uniform(0.01, 99, (53, 1))
            queries = rng.normal(size=(53, width)).astype(dtype)
            assert metrics.recall_at(queries, one.astype(dtype), 52) == 0.0


def test_what_differs_by_more_than_rounding_does_not_tie():
    for dtype, gap in ((np.float32, 1e-4), (np.float64, 1e-8)):
        queries = np.eye(2, dtype=dtype) + dtype(0.5)
        targets = queries + np.array([[gap, 0], [0, gap]], dtype)
        assert metrics.partner_ranks(queries, targets).tolist() == [0, 0]
        near = np.array([[1, 1 + gap], [1 + gap, 1]], dtype)
        assert metrics.partner_ranks(np.eye(2, dtype=dtype), near).tolist() == [1, 1]
        assert metrics.partner_ranks(np.eye(2, dtype=dtype), near[::-1]).tolist() == [0, 0]


def test_class_precision_asks_all_nearest_targets():
    queries, targets = np.array([[1.0, 0.0]]), np.array([[2.0, 0.0], [7.0, 0.0], [0.0, 1.0]])
    assert metrics.class_precision(queries, [3], targets, [3, 3, 5]) == 1.0
    assert metrics.class_precision(queries, [3], targets, [3, 5, 3]) == 0.0
    rng = np.random.default_rng(17)
    one = rng.normal(size=(1, 3)) * rng.uniform(0.01, 99, (53, 1))  # collinear, rounded apart
    asked = rng.normal(size=(23, 3))
    assert metrics.class_precision(asked, [0] * 23, one, [1] + [0] * 52) == 0.0
    assert metrics.class_precision(np.ones((5, 2)), [0] * 5, np.ones((7, 2)), [0] * 6 + [1]) == 0.0


def test_a_calibration_error_takes_a_tie_for_wrong():
    assert metrics.calibration_error(np.full((5, 4), 0.25), [0] * 5) == pytest.approx(0.25)


def test_a_code_of_zeros_is_found_by_nobody():
    zeros = np.zeros((5, 3))
    assert metrics.similarity(zeros, np.ones((2, 3))).tolist() == [[0, 0]] * 5
    assert metrics.recall_at(zeros, np.eye(5, 3), 4) == 0.0


# ---- numbers --------------------------------------------------------------------------------


def test_a_bin_of_the_calibration_error_ends_with_its_edge():
    # Guo's bins ((m - 1) / 5, m / 5]: .6, .8 and 1 lie in three bins, gaps .6, .2 and 1.
    p = np.array([[0.6, 0.4], [0.8, 0.2], [1.0, 0.0]])
    for dtype in (np.float64, np.float32):
        found = metrics.calibration_error(p.astype(dtype), [1, 0, 1], bins=5)
        assert found == pytest.approx(1.8 / 3)


def test_the_calibration_error_is_the_sum_over_bins():
    rng = np.random.default_rng(11)
    p, labels, total = rng.dirichlet(np.ones(5), 101), rng.integers(0, 5, 101), 0.0
    confidence, right = p.max(1), p.argmax(1) == labels
    for m in range(1, 8):
        bin_of = (confidence > (m - 1) / 7) & (confidence <= m / 7)
        if bin_of.any():
            total += bin_of.mean() * abs(right[bin_of].mean() - confidence[bin_of].mean())
    assert metrics.calibration_error(p, labels, bins=7) == pytest.approx(total)


def test_pictures_of_uint8_do_not_wrap_around():
    targets = np.array([[10, 20], [200, 30]], np.uint8)
    estimates = np.array([[110, 22], [0, 40]], np.uint8)
    # (100^2 + 2^2 + 200^2 + 10^2) / (2 * 95^2 + 2 * 5^2)
    assert metrics.explained_error(targets, estimates) == pytest.approx(50104 / 18100)
    low, high = np.array([3, 5, 7], np.uint8), np.array([4, 6, 8], np.uint8)
    assert metrics.paired_difference(low, high).mean == -1.0


def test_cosines_do_not_overflow_and_do_not_vanish():
    x = np.array([[3.0, 4.0], [-4.0, 3.0]])
    for scale in (1e200, 1e-200, 1e-30):
        np.testing.assert_allclose(metrics.similarity(scale * x, x), np.eye(2), atol=1e-12)


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_the_explained_error_has_no_unit(scale):
    x, y = np.array([[1.0, 2.0], [3.0, 7.0]]), np.array([[1.5, 2.0], [3.0, 6.0]])
    found = metrics.explained_error(scale * x, scale * y)
    assert found == pytest.approx(metrics.explained_error(x, y)) == pytest.approx(1.25 / 14.5)


def test_an_interval_holds_plain_numbers():
    interval = metrics.Interval(np.float32(0.5), Fraction(1, 8), np.int64(3))
    assert str(interval) == "0.500 ± 0.125"
    kinds = [type(x) for x in (interval.mean, interval.half_width, interval.seeds)]
    assert kinds == [float, float, int]


def test_coverage_does_not_care_where_the_samples_lie():
    rng = np.random.default_rng(13)
    real, made = rng.normal(size=(2, 101, 3))
    assert metrics.coverage(real + 1e8, made + 1e8) == pytest.approx(metrics.coverage(real, made))
    for scale in (1e200, 1e-200):
        assert metrics.coverage(scale * real, scale * made) == metrics.coverage(real, made)
    assert metrics.coverage(np.ones((7, 2)), np.ones((3, 2))) == 1.0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.uint8])
def test_tensors_of_every_dtype_are_measured(dtype):
    x = torch.tensor([[1, 0, 2], [3, 5, 0], [0, 7, 1]]).to(dtype)
    labels = torch.tensor([2, 0, 1])
    assert metrics.accuracy(x, labels) == pytest.approx(2 / 3)
    assert metrics.recall_at(x, x) == 1.0 and metrics.explained_error(x, x) == 0.0
    assert metrics.class_precision(x, labels, x, labels) == metrics.coverage(x, x, 1) == 1.0
    assert metrics.mean_interval(x[1]).mean == pytest.approx(8 / 3)
    assert metrics.auc(x[0], x[1]) == pytest.approx(6.5 / 9)
    losses = list(x[1].requires_grad_() if x.is_floating_point() else x[1])
    assert metrics.mean_interval(losses).mean == pytest.approx(8 / 3)


def test_all_measures_are_plain_python_floats():
    p, y = np.array([[0.25, 0.75], [0.75, 0.25]], np.float32), np.array([1, 0])
    found = [
        metrics.accuracy(p, y),
        metrics.agreement(y, y),
        metrics.pointing_accuracy(p, y),
        metrics.calibration_error(p, y),
        metrics.auc(p[0], p[1]),
        metrics.effective_number(y),
        metrics.recall_at(p, p),
        metrics.class_precision(p, y, p, y),
        metrics.coverage(p, p, 1),
        metrics.explained_error(p, p),
        metrics.mean_interval(p[0]).mean,
        metrics.mean_interval(p[0]).half_width,
    ]
    assert [type(x) for x in found] == [float] * len(found)
    assert type(metrics.clearly_above(p[0], p[1])) is bool


def test_b_of_clearly_above_may_be_a_number_of_any_kind():
    for b in (0.1, 1, np.float32(0.1), torch.tensor(0.1), np.array(0.1)):
        assert metrics.clearly_above([2.5, 2.6, 2.7], b)


def test_a_table_may_name_its_measures_in_another_order():
    table = metrics.interval_table({"a": {"x": [1], "y": [2]}, "b": {"y": [4], "x": 3}}, digits=0)
    assert [line.split() for line in table.split("\n")] == [
        ["x", "y"],
        ["a", "1", "2"],
        ["b", "3", "4"],
    ]


# ---- NaN earns nothing ----------------------------------------------------------------------

GOOD = {
    "scores": np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]),
    "codes": np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 5.0]]),
    "runs": np.array([0.5, 0.75, 0.25]),
    "labels": np.array([0, 1]),
}
CALLS = {
    "mean_interval": ("values", lambda f, x: f(x), "runs"),
    "paired_difference a": ("a", lambda f, x: f(x, GOOD["runs"]), "runs"),
    "paired_difference b": ("b", lambda f, x: f(GOOD["runs"], x), "runs"),
    "clearly_above a": ("a", lambda f, x: f(x, 0.1), "runs"),
    "clearly_above b": ("b", lambda f, x: f(GOOD["runs"], x), "runs"),
    "interval_table": ("results['m']['x']", lambda f, x: f({"m": {"x": x}}), "runs"),
    "accuracy": ("predicted", lambda f, x: f(x, GOOD["labels"]), "scores"),
    "pointing_accuracy": ("weights", lambda f, x: f(x, GOOD["labels"]), "scores"),
    "calibration_error": ("probabilities", lambda f, x: f(x, GOOD["labels"]), "scores"),
    "auc low": ("low", lambda f, x: f(x, GOOD["runs"]), "runs"),
    "auc high": ("high", lambda f, x: f(GOOD["runs"], x), "runs"),
    "similarity queries": ("queries", lambda f, x: f(x, GOOD["codes"]), "codes"),
    "similarity targets": ("targets", lambda f, x: f(GOOD["codes"], x), "codes"),
    "partner_ranks": ("queries", lambda f, x: f(x, GOOD["codes"]), "codes"),
    "recall_at queries": ("queries", lambda f, x: f(x, GOOD["codes"]), "codes"),
    "recall_at targets": ("targets", lambda f, x: f(GOOD["codes"], x), "codes"),
    "class_precision queries": (
        "queries",
        lambda f, x: f(x, [0, 1], GOOD["codes"], [0, 1]),
        "codes",
    ),
    "class_precision targets": (
        "targets",
        lambda f, x: f(GOOD["codes"], [0, 1], x, [0, 1]),
        "codes",
    ),
    "coverage real": ("real", lambda f, x: f(x, GOOD["codes"], 1), "codes"),
    "coverage made": ("made", lambda f, x: f(GOOD["codes"], x, 1), "codes"),
    "explained_error targets": ("targets", lambda f, x: f(x, GOOD["codes"]), "codes"),
    "explained_error estimates": ("estimates", lambda f, x: f(GOOD["codes"], x), "codes"),
}


@pytest.mark.parametrize("case", CALLS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("everywhere", [True, False])
def test_no_measure_rewards_nan_or_infinity(case, bad, everywhere):
    argument, call, kind = CALLS[case]
    function, x = getattr(metrics, case.split()[0]), GOOD[kind].copy()
    call(function, x)
    x[...] = np.where(everywhere | (x == x.max()), bad, x)
    with pytest.raises(ValueError, match=re.escape(argument) + " holds . NaN or infinite of"):
        call(function, x)


# ---- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [95, 0, 1, -0.5, np.nan])
def test_a_confidence_is_a_share(confidence):
    for call in (metrics.paired_difference, metrics.clearly_above):
        with pytest.raises(ValueError, match=r"confidence is .*above 0 and below 1, such as 0\.95"):
            call([1.0, 2.0], [2.0, 3.0], confidence)
    with pytest.raises(ValueError, match="confidence is"):
        metrics.mean_interval([1.0, 2.0], confidence)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: metrics.accuracy(np.ones((5, 1)), np.zeros(5, int)), r"(5, 1); expected (n,) or"),
        (lambda: metrics.accuracy([], []), "predicted is empty"),
        (lambda: metrics.accuracy(np.ones((2, 3)), [0]), "predicted is (2, 3), labels is (1,)"),
        (lambda: metrics.accuracy(np.eye(3), [0, 1, 3]), "labels runs from 0 to 3; expected"),
        (lambda: metrics.accuracy(np.eye(2), [0, -1]), "labels runs from -1 to 0; expected"),
        (lambda: metrics.accuracy(np.eye(2), [0.0, 1.0]), "labels is [0.0, 1.0] (list); expected"),
        (lambda: metrics.accuracy([0.2, 0.9], [0, 1]), "predicted is [0.2, 0.9] (list); expected"),
        (lambda: metrics.accuracy([0, 1], [[0], [1]]), "predicted is (2,), labels is (2, 1)"),
        (lambda: metrics.agreement(np.eye(2), np.eye(2)), "a is float64 (2, 2); expected whole"),
        (lambda: metrics.agreement([], []), "a is empty"),
        (lambda: metrics.pointing_accuracy(np.ones((5, 1)), [0] * 5), "with n >= 1, N >= 2"),
        (lambda: metrics.pointing_accuracy(np.eye(3), [0, 1, 3]), "target runs from 0 to 3"),
        (lambda: metrics.effective_number([0.5]), "labels is [0.5] (list); expected whole"),
        (lambda: metrics.calibration_error([[3.5, -1]], [0]), "probabilities has sums of 2.5"),
        (lambda: metrics.calibration_error([[70, 30]], [0]), "probabilities has sums of 100"),
        (lambda: metrics.calibration_error([[1.5, -0.5]], [0]), "a least entry of -0.5"),
        (
            lambda: metrics.calibration_error(np.eye(2), [0]),
            "probabilities is (2, 2), labels is (1,)",
        ),
        (lambda: metrics.calibration_error(np.eye(2), [0, 2]), "labels runs from 0 to 2"),
        (lambda: metrics.calibration_error(np.eye(2), [0, 1], 0), "bins is 0; expected"),
        (
            lambda: metrics.calibration_error(np.eye(2), [0, 1], 10**9),
            "bins is 1000000000; expected",
        ),
        (lambda: metrics.calibration_error([[1.0]], [0]), "expected (n, C) with n >= 1, C >= 2"),
        (
            lambda: metrics.recall_at(np.eye(3), np.eye(3), 4),
            "k is 4; expected a whole number from",
        ),
        (lambda: metrics.recall_at(np.eye(3), np.eye(3), 0), "k is 0; expected"),
        (lambda: metrics.similarity(np.ones((0, 2)), np.ones((3, 2))), "with n >= 1, K >= 1"),
        (
            lambda: metrics.class_precision(np.eye(3), [0, 1], np.eye(3), [0, 1, 2]),
            "query_labels has shape (2,); expected (3,)",
        ),
        (lambda: metrics.explained_error([[2, 3]] * 5, np.ones((5, 2))), "5 equal rows; expected"),
        (lambda: metrics.explained_error([1.0, 2.0], [1.0, 2.0]), "targets is (2,), estimates"),
        (lambda: metrics.interval_table({}), "results is empty; expected {method"),
        (
            lambda: metrics.interval_table({"a": {"x": [1, 2, 3], "y": [1, 2]}}),
            "results['a']['x'] has 3 runs, results['a']['y'] has 2 runs; expected one number",
        ),
        (lambda: metrics.interval_table({"a": {"x": [[1, 2], [3, 4]]}}), "(2, 2); expected (S,)"),
        (lambda: metrics.interval_table({"a": {"x": [[1], [3, 4]]}}), "unequal rows; expected"),
        (lambda: metrics.interval_table({"a": {"x": []}}), "results['a']['x'] is empty"),
        (lambda: metrics.interval_table({"a": {"x": [1]}}, -1), "digits is -1; expected"),
        (lambda: metrics.Interval(0.5, -0.1, 3), "half_width is -0.1; expected 0 or more"),
        (lambda: metrics.Interval(np.nan, 0.1, 3), "mean is nan; expected a finite number"),
        (lambda: metrics.Interval(0.5, 0.1, 0), "seeds is 0; expected a whole number, 1 or more"),
    ],
)
def test_what_cannot_be_measured_is_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_what_is_no_number_is_a_type_error():
    for call in (
        lambda: metrics.accuracy(["a", "b"], ["a", "b"]),
        lambda: metrics.mean_interval(None),
        lambda: metrics.interval_table([1, 2]),
        lambda: metrics.interval_table({"a": [1, 2]}),
        lambda: metrics.interval_table({0.5: {"x": [1]}}),
        lambda: metrics.recall_at(np.eye(3), np.eye(3), 1.0),
        lambda: metrics.mean_interval([1, 2], "95"),
        lambda: metrics.Interval("0.5", 0.1, 3),
    ):
        with pytest.raises(TypeError, match="expected"):
            call()
