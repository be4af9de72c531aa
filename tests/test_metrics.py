"""The measures, by hand and against scikit-learn and SciPy."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import r2_score, roc_auc_score
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
            "ours": {"match": [1.0, 2.0, 3.0], "loss": [0.5, 0.5]},
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
    with pytest.raises(ValueError, match="k 5"):
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
