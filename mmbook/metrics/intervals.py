"""Intervals of independent runs, and the table that shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from mmbook import checks


@dataclass(frozen=True)
class Interval:
    """A mean over seeds with the half-width of its confidence interval.

    >>> print(Interval(0.5, 0.125, seeds=5))
    0.500 ± 0.125

    Raises: TypeError for what is no number; ValueError for NaN, infinity, a negative half-width or
        no seed.
    """

    mean: float
    half_width: float
    seeds: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", checks.number("mean", self.mean))
        half_width = checks.number("half_width", self.half_width, least=0)
        object.__setattr__(self, "half_width", half_width)
        object.__setattr__(self, "seeds", checks.whole("seeds", self.seeds))

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half_width:.3f}"


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    r"""Mean and Student-t interval of independent runs, (S,) -> Interval.

    .. math:: \bar x \pm t_{S-1,\,(1 + c)/2} \; s / \sqrt{S}

    with the standard deviation s over S - 1. Source: Student (1908).

    >>> print(mean_interval([1.0, 2.0, 3.0]))
    2.000 ± 2.484

    Args:
        confidence: c, strictly between 0 and 1.
    Raises: TypeError for what holds no numbers; ValueError for fewer than two values (one run has
        no interval), NaN or infinity, or a confidence such as 95.
    """
    x = checks.array("values", values, "S>=2").astype(np.float64)
    quantile = stats.t.ppf((1 + checks.share("confidence", confidence)) / 2, df=len(x) - 1)
    error = x.std(ddof=1) / np.sqrt(len(x))
    return Interval(float(x.mean()), float(quantile * error), len(x))


def paired_difference(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Interval:
    """Interval of a - b over runs that share their seeds, (S,) and (S,) -> Interval.

    >>> print(paired_difference([0.5, 0.6, 0.9], [0.25, 0.35, 0.65]))
    0.250 ± 0.000

    Raises: as :func:`mean_interval`; ValueError for runs that are not as many.
    """
    first, second = checks.arrays("S>=2, S", a=a, b=b)
    return mean_interval(first - second.astype(np.float64), confidence)


def clearly_above(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> bool:
    """Is the interval of a - b above 0? Runs (S,) that share their seeds; b may be one number.

    >>> clearly_above([0.5, 0.6, 0.7], 0.2), clearly_above([0.5, 0.6, 0.7], 0.5)
    (True, False)

    Raises: as :func:`paired_difference`.
    """
    runs, other = checks.array("a", a, "S>=2"), checks.array("b", b, "S | ")
    gap = paired_difference(
        runs, np.full(len(runs), other) if other.ndim == 0 else other, confidence
    )
    return gap.mean - gap.half_width > 0


def interval_table(results: Mapping[str, Mapping[str, ArrayLike]], digits: int = 2) -> str:
    """Mean ± half-width of the 95 % interval, as text: one line a method, one column a measure.

    ``results``: {method: {measure: (S,)}}. A measure with a single run is printed without ±. With
    two decimals the table says what the seeds can carry, and it reads the same on most machines.

    >>> runs = {"ours": {"accuracy": [0.5, 0.6, 0.7]}, "chance": {"accuracy": [0.1]}}
    >>> print(interval_table(runs))
               accuracy
    ours    0.60 ± 0.25
    chance  0.10

    Raises: TypeError for what is no such dict; ValueError if it is empty, if methods have other
        measures, if runs that are several are not as many everywhere, or for NaN and infinity.
    """
    runs = _runs(results)
    checks.whole("digits", digits, least=0, most=15)
    columns = list(next(iter(runs.values())))
    rows = [["", *columns]]
    for method, measures in runs.items():
        rows.append([method, *(_cell(measures[column], digits) for column in columns)])
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [x.rjust(w) for x, w in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    )


def _cell(runs: np.ndarray, digits: int) -> str:
    half = f" ± {mean_interval(runs).half_width:.{digits}f}" if len(runs) > 1 else ""
    return f"{runs.mean():.{digits}f}" + half.ljust(digits + 5)


def _runs(results: Any) -> dict[str, dict[str, np.ndarray]]:
    """The runs of a table, checked: the same measures everywhere, and one number of seeds."""
    checks.mapping("results", results)
    methods = checks.texts("results", list(results))
    if not methods:
        raise ValueError("results is empty; expected {method: {measure: runs}}")
    out, columns, seeds = {}, None, {}
    for method in methods:
        checks.mapping(f"results[{method!r}]", results[method])
        measures = checks.texts(f"results[{method!r}]", list(results[method]))
        columns = measures if columns is None else columns
        if set(measures) != set(columns):
            raise ValueError(f"{method!r} measures {measures}; expected {columns}")
        out[method] = {}
        for measure in measures:
            name = f"results[{method!r}][{measure!r}]"
            runs = checks.array(name, results[method][measure], "S>=1 | ").astype(np.float64)
            out[method][measure] = runs = np.atleast_1d(runs)
            if len(runs) > 1:
                seeds.setdefault(len(runs), name)
    if len(seeds) > 1:
        came = ", ".join(f"{name} has {n} runs" for n, name in seeds.items())
        raise ValueError(f"{came}; expected one number of runs, or a single one")
    return out
