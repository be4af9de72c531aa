"""Is a model as sure as it may be? The curve behind the calibration error, and its sign."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mmbook.metrics.confidence import bin_numbers, confidences


class Reliability(NamedTuple):
    """One row for each bin that holds an answer, the least sure first, (K,) each."""

    confidence: np.ndarray  # mean winning probability
    accuracy: np.ndarray  # share of right answers
    share: np.ndarray  # of all answers; the shares sum to 1


def reliability(probabilities: ArrayLike, labels: ArrayLike, bins: int = 10) -> Reliability:
    r"""How often a model is right when it is so sure: the points of a reliability curve.

    An answer belongs to bin m if its winning probability lies in :math:`((m - 1) / M, m / M]`. The
    shares' mean of ``|accuracy - confidence|`` is ``mmbook.metrics.calibration_error``; below the
    diagonal a model is too sure. A tie at the top counts as wrong.

    Source: Guo et al. (2017), eq. 1 to 3. Shapes: (n, C), (n,) -> (K,) three times, K <= ``bins``.
    Raises: TypeError, ValueError for no sample, rows that are no probabilities, or labels that are
        no classes.

    >>> curve = reliability([[0.9, 0.1], [0.7, 0.3], [0.3, 0.7]], [0, 0, 0], bins=5)
    >>> [part.round(2).tolist() for part in curve]
    [[0.7, 0.9], [0.5, 1.0], [0.67, 0.33]]
    """
    confidence, right = confidences(probabilities, labels)
    index = bin_numbers(confidence, bins)
    count = np.bincount(index, minlength=bins)
    held = count > 0
    sure, hits = (
        np.bincount(index, weights, minlength=bins)[held] / count[held]
        for weights in (confidence.astype(np.float64), right)
    )
    return Reliability(sure, hits, count[held] / len(right))


def overconfidence(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Mean confidence minus accuracy: above 0 a model is too sure, below 0 too modest.

    The calibration error has no sign; this has one, and forgets that errors in both directions may
    cancel. Shapes: (n, C), (n,) -> a number from -1 to 1.
    Raises: as :func:`reliability`.

    >>> round(overconfidence([[0.9, 0.1], [0.7, 0.3]], [0, 1]), 3)
    0.3
    """
    confidence, right = confidences(probabilities, labels)
    return float(confidence.astype(np.float64).mean() - right.mean())
