"""Codes that should find each other, and samples that should look alike."""

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks


def similarity(queries: ArrayLike, targets: ArrayLike) -> np.ndarray:
    """Cosine of every query with every target: (n, K), (m, K) -> (n, m). It is 0 for a zero vector.

    >>> similarity([[1.0, 0.0]], [[2.0, 0.0], [0.0, 3.0], [0.0, 0.0]])
    array([[1., 0., 0.]])

    Raises: TypeError for what holds no numbers; ValueError for other shapes, NaN or infinity.
    """
    return _cosines(queries, targets)[0]


def partner_ranks(queries: ArrayLike, targets: ArrayLike) -> np.ndarray:
    """Rank of each query's own partner among all targets, 0 = first: (n, K), (n, K) -> (n,).

    Row i of ``targets`` is the partner of row i of ``queries``. A tie counts against the partner,
    so that constant codes rank last and not first. Cosines tie that differ by no more than codes
    are rounded to: by 8 units of the last place of 1, which are 1e-6 for float32 and 2e-15 for
    float64.

    >>> partner_ranks([[1.0, 0.0], [0.0, 1.0]], [[3.0, 1.0], [1.0, 3.0]])
    array([0, 0])
    >>> partner_ranks([[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [3.0, 3.0]])
    array([1, 1])

    Raises: as :func:`similarity`; ValueError if queries and targets are not as many.
    """
    scores, rounding = _cosines(queries, targets)
    if scores.shape[0] != scores.shape[1]:
        raise ValueError(f"{scores.shape[0]} queries, {scores.shape[1]} targets; expected pairs")
    own = np.diagonal(scores)[:, None]
    return (scores >= own - rounding).sum(1) - 1


def recall_at(queries: ArrayLike, targets: ArrayLike, k: int = 1) -> float:
    """R@k: share of queries whose own partner is among the k nearest. Chance is k / n.

    Ties as in :func:`partner_ranks`.

    >>> recall_at([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [-1.0, 0.0]])
    0.5

    Args:
        k: from 1 to n.
    Raises: as :func:`partner_ranks`; for another k a TypeError or ValueError.
    """
    ranks = partner_ranks(queries, targets)
    return float((ranks < checks.whole("k", k, 1, len(ranks))).mean())


def class_precision(
    queries: ArrayLike, query_labels: ArrayLike, targets: ArrayLike, target_labels: ArrayLike
) -> float:
    """P@1 by class: share of queries whose nearest target has their class.

    Where several targets are equally near (up to rounding, as in :func:`partner_ranks`), all of
    them must have it.

    >>> class_precision([[1.0, 0.0], [0.0, 1.0]], [3, 5], [[2.0, 0.0], [2.0, 0.1]], [3, 7])
    0.5

    Shapes: queries (n, K), query_labels (n,), targets (m, K), target_labels (m,).
    Raises: as :func:`similarity`; ValueError for labels that are not one a row, or no whole numbers
        from 0.
    """
    scores, rounding = _cosines(queries, targets)
    asked = checks.integers("query_labels", query_labels, "n", n=scores.shape[0])
    found = checks.integers("target_labels", target_labels, "m", m=scores.shape[1])
    nearest = scores >= scores.max(1, keepdims=True) - rounding
    return float((~nearest | (found == asked[:, None])).all(1).mean())


def coverage(real: ArrayLike, made: ArrayLike, k: int = 5) -> float:
    """Share of real samples that have a made one in their neighbourhood: (n, D), (m, D) -> [0, 1].

    The neighbourhood of a real sample reaches to its k-th nearest other real sample, that distance
    included. Equal distributions give about 1 - 2 ** -k when n = m; a generator that repeats itself
    gives 0.

    Source: Naeem et al. (2020).

    >>> coverage([[0.0], [1.0], [2.0], [10.0]], [[0.5]], k=1)
    0.5

    Args:
        k: from 1 to n - 1.
    Raises: TypeError for what holds no numbers; ValueError for other shapes or k, NaN or infinity.
    """
    x, y = checks.arrays("n>=2 D>=1, m>=1 D", real=real, made=made)
    checks.whole("k", k, 1, len(x) - 1)
    centre = x.mean(0, dtype=np.float64)  # far from 0 the squares would swallow the distances
    scale = max(np.abs(x - centre).max(), np.abs(y - centre).max()) or 1.0  # squares of 1e200
    x, y = (x - centre) / scale, (y - centre) / scale
    radius = np.sort(_distances(x, x), axis=1)[:, k]  # column 0 is the sample itself
    return float((_distances(x, y).min(1) <= radius).mean())


def explained_error(targets: ArrayLike, estimates: ArrayLike) -> float:
    r"""Squared error in units of the targets' variance: 0 is perfect, 1 is as bad as the mean.

    .. math:: \|X - \hat X\|^2 / \|X - \bar X\|^2

    both summed over all samples and features. Shapes: (n, D) and (n, D).

    >>> explained_error([[0.0], [2.0]], [[1.0], [1.0]])
    1.0

    Raises: TypeError for what holds no numbers; ValueError for shapes that differ, targets that are
        all the same (they have no variance), NaN or infinity.
    """
    x, estimate = checks.arrays("n>=2 D>=1, n D", targets=targets, estimates=estimates)
    if (x == x[0]).all():
        raise ValueError(f"targets are {len(x)} equal rows; expected some that differ")
    centred = x - x.mean(0, dtype=np.float64)
    scale = np.abs(centred).max()  # squares of 1e200 would be infinite, of 1e-200 nothing
    error = (x.astype(np.float64) - estimate) / scale
    return float(np.square(error).sum() / np.square(centred / scale).sum())


def _cosines(queries: ArrayLike, targets: ArrayLike) -> tuple[np.ndarray, float]:
    """Cosines (n, m), and how far two of them may be apart that tie but for rounding."""
    q, t = checks.arrays("n>=1 K>=1, m>=1 K", queries=queries, targets=targets)
    rounding = 8 * max(np.finfo(q.dtype).eps, np.finfo(t.dtype).eps)
    return _unit(q) @ _unit(t).T, float(rounding)


def _unit(x: np.ndarray) -> np.ndarray:
    x = x.astype(np.float64)
    largest = np.abs(x).max(1, keepdims=True)
    x = x / np.where(largest > 0, largest, 1)  # squares of 1e200 would be infinite, of 1e-200 0
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 0.5)


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances (n, m)."""
    squares = np.square(a).sum(1)[:, None] + np.square(b).sum(1)
    return np.maximum(squares - 2 * a @ b.T, 0.0)
