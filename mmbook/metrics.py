"""What a chapter measures, and the interval it owes the reader.

All functions take NumPy arrays or tensors and return Python floats or NumPy arrays.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """A mean over seeds with the half-width of its confidence interval."""

    mean: float
    half_width: float
    seeds: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half_width:.3f}"


def mean_interval(values, confidence: float = 0.95) -> Interval:
    """Mean and Student-t interval of independent runs, (S,) -> Interval.

    Raises: ValueError for fewer than two values: one run has no interval.
    """
    values = _array(values)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"values has shape {values.shape}; expected (S,) with S >= 2")
    error = values.std(ddof=1) / np.sqrt(len(values))
    quantile = stats.t.ppf((1 + confidence) / 2, df=len(values) - 1)
    return Interval(float(values.mean()), float(quantile * error), len(values))


def paired_difference(a, b, confidence: float = 0.95) -> Interval:
    """Interval of a - b over runs that share their seeds, (S,) and (S,) -> Interval."""
    a, b = _array(a), _array(b)
    _same_shape(a, b, "a", "b")
    return mean_interval(a - b, confidence)


def clearly_above(a, b, confidence: float = 0.95) -> bool:
    """Is the interval of a - b above 0? Runs (S,) that share their seeds; b may be one number."""
    if np.ndim(b) == 0:
        b = np.full(np.shape(_array(a)), b)
    gap = paired_difference(a, b, confidence)
    return gap.mean - gap.half_width > 0


def interval_table(results, digits: int = 2) -> str:
    """Mean ± half-width of the 95 % interval, as text: one line a method, one column a measure.

    ``results``: {method: {measure: (S,)}}. A measure with a single run is printed without ±. With
    two decimals the table says what the seeds can carry, and it reads the same on most machines.
    """
    columns = list(next(iter(results.values())))
    rows = [["", *columns]]
    for method, measures in results.items():
        if list(measures) != columns:
            raise ValueError(f"{method!r} measures {list(measures)}; expected {columns}")
        cells = [method]
        for runs in map(_array, measures.values()):
            mean = f"{np.mean(runs):.{digits}f}"
            half = f" ± {mean_interval(runs).half_width:.{digits}f}" if runs.size > 1 else ""
            cells.append(mean + half.ljust(digits + 5))
        rows.append(cells)
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [x.rjust(w) for x, w in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    )


def accuracy(predicted, labels) -> float:
    """Share of right answers; ``predicted`` holds classes (n,) or scores (n, C)."""
    predicted, labels = _array(predicted), _array(labels)
    if predicted.ndim == 2:
        predicted = predicted.argmax(1)
    _same_shape(predicted, labels, "predicted", "labels")
    return float((predicted == labels).mean())


def agreement(a, b) -> float:
    """Share of samples on which two models give the same class, (n,) and (n,)."""
    return accuracy(a, b)


def similarity(queries, targets) -> np.ndarray:
    """Cosine of every query with every target: (n, K), (m, K) -> (n, m)."""
    queries, targets = _array(queries), _array(targets)
    if queries.ndim != 2 or targets.ndim != 2 or queries.shape[1] != targets.shape[1]:
        raise ValueError(
            f"queries are {queries.shape}, targets are {targets.shape}; expected (n, K) and (m, K)"
        )
    return _unit(queries) @ _unit(targets).T


def partner_ranks(queries, targets) -> np.ndarray:
    """Rank of each query's own partner among all targets, 0 = first: (n, K), (n, K) -> (n,).

    Row i of ``targets`` is the partner of row i of ``queries``. A tie counts against the
    partner, so that constant codes rank last and not first.
    """
    scores = similarity(queries, targets)
    if scores.shape[0] != scores.shape[1]:
        raise ValueError(f"{scores.shape[0]} queries, {scores.shape[1]} targets; expected pairs")
    own = np.diagonal(scores)[:, None]
    return (scores >= own).sum(1) - 1


def recall_at(queries, targets, k: int = 1) -> float:
    """R@k: share of queries whose own partner is among the k nearest. Chance is k / n."""
    return float((partner_ranks(queries, targets) < k).mean())


def class_precision(queries, query_labels, targets, target_labels) -> float:
    """P@1 by class: share of queries whose nearest target has their class."""
    nearest = similarity(queries, targets).argmax(1)
    return accuracy(_array(target_labels)[nearest], query_labels)


def coverage(real, made, k: int = 5) -> float:
    """Share of real samples that have a made one in their neighbourhood: (n, D), (m, D) -> [0, 1].

    The neighbourhood of a real sample reaches to its k-th nearest other real sample. Equal
    distributions give about 1 - 2 ** -k when n = m; a generator that repeats itself gives 0.
    Source: Naeem et al. (2020).
    """
    real, made = _array(real).astype(float), _array(made).astype(float)
    if real.ndim != 2 or real.shape[1:] != made.shape[1:] or not 0 < k < len(real):
        raise ValueError(
            f"real {real.shape}, made {made.shape}, k {k}; expected (n, D), (m, D), 0 < k < n"
        )
    radius = np.sort(_distances(real, real), axis=1)[:, k]  # column 0 is the sample itself
    return float((_distances(real, made).min(1) <= radius).mean())


def effective_number(labels) -> float:
    """How many classes occur, a rare one counting less: exp(entropy of the shares), from 1 to C."""
    counts = np.unique(_array(labels), return_counts=True)[1]
    if not len(counts):
        raise ValueError("labels is empty; expected at least one")
    shares = counts / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def auc(low, high) -> float:
    """How often a value of ``high`` is above one of ``low``, a tie counting half: (n,), (m,).

    The area under the ROC curve of a detector that says "high" above some bound; .5 is chance.
    Raises: ValueError if either is empty.
    """
    low, high = np.sort(_array(low)), _array(high)
    if low.ndim != 1 or high.ndim != 1 or not low.size or not high.size:
        raise ValueError(f"low is {low.shape}, high is {high.shape}; expected (n,) and (m,)")
    below, up_to = (np.searchsorted(low, high, side=side) for side in ("left", "right"))
    return float((below + up_to).mean() / (2 * low.size))


def calibration_error(probabilities, labels, bins: int = 15) -> float:
    """Expected calibration error: (n, C) probabilities, (n,) labels -> mean gap in [0, 1].

    Source: Guo et al. (2017), eq. 3, with equally wide bins of the winning probability.
    """
    probabilities, labels = _array(probabilities), _array(labels)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(index, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def pointing_accuracy(weights, target) -> float:
    """Share of rows whose largest weight lies on the target: weights (n, N), target (n,) int."""
    return accuracy(weights, target)


def explained_error(targets, estimates) -> float:
    """Squared error in units of the targets' variance: 0 is perfect, 1 is as bad as the mean.

    Shapes: (n, D) and (n, D) -> ||X - X_hat||^2 / ||X - mean(X)||^2, both summed over all.
    """
    targets, estimates = _array(targets), _array(estimates)
    _same_shape(targets, estimates, "targets", "estimates")
    spread = np.square(targets - targets.mean(0)).sum()
    return float(np.square(targets - estimates).sum() / spread)


def _array(x) -> np.ndarray:
    if hasattr(x, "detach"):
        x = x.detach().cpu().numpy()
    return np.asarray(x)


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances (n, m)."""
    squares = np.square(a).sum(1)[:, None] + np.square(b).sum(1)
    return np.maximum(squares - 2 * a @ b.T, 0.0)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def _same_shape(a: np.ndarray, b: np.ndarray, name_a: str, name_b: str) -> None:
    if a.shape != b.shape:
        raise ValueError(f"{name_a} is {a.shape}, {name_b} is {b.shape}; expected equal shapes")
