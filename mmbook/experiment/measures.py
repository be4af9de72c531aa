"""What chapters measure of a model, one score a test item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from mmbook import checks
from mmbook.experiment.scores import Scores
from mmbook.metrics import calibration_error, partner_ranks


def classified(logits: ArrayLike, labels: ArrayLike) -> dict[str, np.ndarray | Scores]:
    """Accuracy (hits), nats lost on the right class, and calibration error, for :func:`compare`.

    A tie with another class counts as a miss. Chance among C classes is 1/C and log C nats; the
    calibration error is that of :func:`mmbook.metrics.calibration_error`, over all items together.

    Shapes: logits (n, C), labels (n,) of whole numbers below C.

    >>> found = classified([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [0, 0, 1])
    >>> found["accuracy"], found["nats"].round(2)
    (array([1., 0., 0.]), array([0.13, 1.31, 0.69]))

    Raises: ValueError for other shapes, a label outside, NaN or infinity.
    """
    z = checks.array("logits", logits, "n C").astype(float)
    y = checks.integers("labels", labels, "n", below=z.shape[1], n=len(z))
    z = z - logsumexp(z, axis=1, keepdims=True)
    right = z[np.arange(len(z)), y]
    as_good = (z >= right[:, None]).sum(1)
    rows = np.column_stack([np.exp(z), y])
    return {
        "accuracy": (as_good == 1).astype(float),
        "nats": -right,
        "calib. error": Scores(rows, of=_calibration),
    }


def retrieved(
    queries: ArrayLike, targets: ArrayLike, at: Sequence[int] = (1, 10)
) -> dict[str, np.ndarray]:
    """R@k for each k in ``at``: is a query's own partner among its k nearest targets?

    Ranks are those of :func:`mmbook.metrics.partner_ranks`; chance is k / n.

    Shapes: queries (n, K), targets (n, K), row by row partners.

    >>> retrieved([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.1], [1.0, 0.0]], at=[1])
    {'R@1': array([0., 0.])}

    Raises: ValueError for other shapes, NaN or infinity, or a k that is not from 1 to n.
    """
    ranks = np.asarray(partner_ranks(queries, targets))
    found = {}
    for k in checks.listed("at", at):
        checks.whole("k", k, 1, len(ranks))
        found[f"R@{k}"] = (ranks < k).astype(float)
    return found


def _calibration(rows: np.ndarray) -> float:
    return calibration_error(rows[:, :-1], rows[:, -1].astype(int))
