"""Answers that are right or wrong: classes, scores, weights, probabilities."""

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.metrics.confidence import bin_numbers, confidences, is_right


def accuracy(predicted: ArrayLike, labels: ArrayLike) -> float:
    """Share of right answers; ``predicted`` holds classes (n,) or scores (n, C).

    Scores are right where the label's own is above all others: a tie counts as wrong.

    >>> accuracy([[0.1, 0.9], [0.8, 0.2], [0.5, 0.5]], [1, 1, 0])
    0.3333333333333333

    Raises: TypeError for what holds no numbers; ValueError for no sample, a single column, classes
        that are no whole numbers from 0 (to C - 1 with scores), NaN or infinity.
    """
    scores = checks.array("predicted", predicted, "n>=1 | n>=1 C>=2")
    if scores.ndim == 1:
        return _same("predicted", predicted, "labels", labels)
    y = checks.integers("labels", labels, "...", below=scores.shape[1])
    checks.shapes("n C, n", predicted=scores, labels=y)
    return float(is_right(scores, y).mean())


def agreement(a: ArrayLike, b: ArrayLike) -> float:
    """Share of samples on which two models give the same class, (n,) and (n,).

    >>> agreement([1, 1, 1, 0], [1, 0, 1, 0])
    0.75

    Raises: TypeError for what holds no numbers; ValueError for no sample, shapes that differ, or
        classes that are no whole numbers from 0.
    """
    return _same("a", a, "b", b)


def pointing_accuracy(weights: ArrayLike, target: ArrayLike) -> float:
    """Share of rows whose largest weight lies on the target: weights (n, N), target (n,).

    A tie at the top counts as wrong, so also a fully masked row, all of whose weights are 0.

    >>> pointing_accuracy([[0.2, 0.7, 0.1], [0.0, 0.0, 0.0]], [1, 0])
    0.5

    Raises: TypeError for what holds no numbers; ValueError for no row, a single token, targets that
        are no whole numbers from 0 to N - 1, NaN or infinity.
    """
    w = checks.array("weights", weights, "n>=1 N>=2")
    at = checks.integers("target", target, "...", below=w.shape[1])
    checks.shapes("n N, n", weights=w, target=at)
    return float(is_right(w, at).mean())


def calibration_error(probabilities: ArrayLike, labels: ArrayLike, bins: int = 15) -> float:
    r"""Expected calibration error: (n, C) probabilities, (n,) labels -> mean gap in [0, 1].

    .. math:: \sum_{m=1}^{M} \frac{|B_m|}{n} \, |\mathrm{acc}(B_m) - \mathrm{conf}(B_m)|

    :math:`B_m` are the samples whose winning probability lies in :math:`((m - 1) / M,\, m / M]`.
    Right is what is right for :func:`accuracy`: a tie at the top counts as wrong.

    Source: Guo et al. (2017), eq. 3, for the winning class.

    >>> round(calibration_error([[0.8, 0.2], [0.2, 0.8], [0.6, 0.4], [0.4, 0.6]], [0, 0, 0, 1]), 2)
    0.35

    Args:
        bins: M, equally wide, from 1 to 10,000.
    Raises: TypeError for what holds no numbers; ValueError for no sample, rows that are no
        probabilities (logits, per cent, NaN), labels that are no whole numbers from 0 to C - 1.
    """
    confidence, right = confidences(probabilities, labels)
    index = bin_numbers(confidence, bins)
    gaps = np.bincount(index, weights=right - confidence.astype(np.float64), minlength=bins)
    return float(np.abs(gaps).sum() / len(right))


def auc(low: ArrayLike, high: ArrayLike) -> float:
    """How often a value of ``high`` is above one of ``low``, a tie counting half: (n,), (m,).

    The area under the ROC curve of a detector that says "high" above some bound; .5 is chance. Ties
    count half because no answer is asked for: a constant detector is worth what a coin is.

    >>> auc([1, 2], [3, 2, 0])
    0.5833333333333334

    Raises: TypeError for what holds no numbers; ValueError if either is empty or no list of
        numbers, or holds NaN or infinity.
    """
    unsorted, above = checks.arrays("n>=1, m>=1", low=low, high=high)
    sorted_low = np.sort(unsorted)
    less, up_to = (np.searchsorted(sorted_low, above, side=side) for side in ("left", "right"))
    return float((less + up_to).mean() / (2 * len(sorted_low)))


def effective_number(labels: ArrayLike) -> float:
    r"""How many classes occur, a rare one counting less, from 1 to C: labels (n,).

    .. math:: \exp\Big(-\sum_c p_c \log p_c\Big), \qquad p_c = n_c / n

    >>> effective_number([3, 3, 5, 5])
    2.0

    Raises: TypeError for what holds no numbers; ValueError for no label, or labels that are no
        whole numbers from 0.
    """
    counts = np.unique(checks.integers("labels", labels, "n>=1"), return_counts=True)[1]
    shares = counts / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _same(name: str, predicted: ArrayLike, other: str, labels: ArrayLike) -> float:
    """Share of equal classes."""
    a, b = checks.integers(name, predicted, "n>=1"), checks.integers(other, labels, "...")
    checks.shapes("n, n", **{name: a, other: b})
    return float((a == b).mean())
