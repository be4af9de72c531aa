"""Reliability by hand, against the calibration error, and by its sign."""

import numpy as np
import pytest

from mmbook.calibration import overconfidence, reliability
from mmbook.metrics import calibration_error


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.full(7, 0.3), size=503)
    return p, np.array([rng.choice(7, p=row) for row in p])


def test_points_by_hand():
    p = [[0.6, 0.4], [0.35, 0.65], [0.9, 0.1], [1.0, 0.0]]
    curve = reliability(p, [0, 0, 0, 1], bins=5)
    np.testing.assert_allclose(curve.confidence, [0.6, 0.65, 0.95])  # .6 belongs to (.4, .6]
    np.testing.assert_allclose(curve.accuracy, [1, 0, 0.5])
    np.testing.assert_allclose(curve.share, [0.25, 0.25, 0.5])
    assert overconfidence(p, [0, 0, 0, 1]) == pytest.approx((0.6 + 0.65 + 0.9 + 1) / 4 - 0.5)


@pytest.mark.parametrize("bins", [1, 5, 15, 10_000])
def test_the_mean_gap_is_the_calibration_error(answers, bins):
    curve = reliability(*answers, bins=bins)
    gap = (curve.share * np.abs(curve.accuracy - curve.confidence)).sum()
    assert gap == pytest.approx(calibration_error(*answers, bins=bins), abs=1e-12)
    assert curve.share.sum() == pytest.approx(1)


def test_answers_drawn_from_the_opinion_are_calibrated(answers):
    assert abs(overconfidence(*answers)) < 0.05
    p, labels = answers
    sharp = p**3 / (p**3).sum(1, keepdims=True)
    flat = p**0.3 / (p**0.3).sum(1, keepdims=True)
    assert overconfidence(sharp, labels) > 0.1 > -0.1 > overconfidence(flat, labels)


def test_a_tie_at_the_top_is_wrong():
    assert reliability([[0.5, 0.5]], [0]).accuracy.tolist() == [0]


def test_single_precision_puts_edges_where_double_does():
    for dtype in (np.float32, np.float64):
        p = np.array([[0.6, 0.4], [0.7, 0.3]], dtype)  # in (.4, .6] and in (.6, .8]
        np.testing.assert_allclose(reliability(p, [0, 0], bins=5).confidence, [0.6, 0.7], rtol=1e-6)


def test_errors(answers):
    p, labels = answers
    with pytest.raises(ValueError, match="expected entries of 0 or more that sum to 1"):
        reliability(np.log(p), labels)
    with pytest.raises(ValueError, match="NaN"):
        overconfidence(p * np.nan, labels)
    with pytest.raises(ValueError, match=r"labels is \(1,\); expected \(n, C\) and \(n,\)"):
        reliability(p, labels[:1])
    with pytest.raises(ValueError, match="labels runs from 0 to 7"):
        overconfidence(p, np.r_[labels[1:], 7])
    with pytest.raises(ValueError, match="bins is 0"):
        reliability(p, labels, bins=0)
