"""What an interval over training seeds and test items is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from torch import Tensor

from mmbook import checks
from mmbook.experiment.estimate import Estimate

RESAMPLES = 400  # of the bootstrap: its standard error is then known to within 4 %


@dataclass(frozen=True, eq=False)
class Sample:
    """What was seen of one number: its value for each seed, and how it spreads over items.

    ``values`` (S,); ``spread`` (S, U) holds the scores of U items (or groups of them), or, if
    ``resampled``, the value for each of U resampled test sets. S = 1: the same for all seeds.
    ``seeds``, ``items`` and ``groups``: how many stand behind it, as in :class:`Estimate`.
    """

    values: np.ndarray
    spread: np.ndarray
    resampled: bool = False
    seeds: int = 0
    items: int = 0
    groups: int = 0

    def plus(self, weight: float, other: Sample) -> Sample:
        """This number and ``weight`` times another, seed by seed and item by item.

        Raises: ValueError if both vary, but not over the same things.
        """
        if self.seeds + self.items and other.seeds + other.items:
            if (self.items, self.resampled) != (other.items, other.resampled):
                raise ValueError(
                    f"one number is over {self._over()}, the other over {other._over()}; "
                    "expected the same, or a constant"
                )
        return Sample(
            self.values + weight * other.values,
            self.spread + weight * other.spread,
            self.resampled or other.resampled,
            max(self.seeds, other.seeds),
            max(self.items, other.items),
            max(self.groups, other.groups),
        )

    def _over(self) -> str:
        return f"{self.items} items" + " (resampled)" * self.resampled if self.items else "no items"

    def estimate(self, confidence: float = 0.95) -> Estimate:
        """The mean value with the interval of :func:`over_seeds_and_items`."""
        checks.share("confidence", confidence)
        by_seed, by_item = self.variances()
        variance, df, half, error = by_seed + by_item, np.inf, 0.0, 0.0
        rounding = 1e-12 * np.abs(self.spread).max()
        if variance > rounding**2:
            seeds, units = len(self.values), self._units()
            df = variance / (by_seed / max(seeds - 1, 1) + by_item / max(units - 1, 1))
            error = np.sqrt(variance)
            half = stats.t.ppf((1 + confidence) / 2, df) * error
        elif self._units() > 1 and not self.resampled and np.isin(self.spread, (-1, 0, 1)).all():
            half = 1 - ((1 - confidence) / 2) ** (1 / self._units())  # nobody is sure after n hits
        return Estimate(
            mean=float(self.values.mean()),
            half_width=float(half),
            seeds=self.seeds,
            items=self.items,
            groups=self.groups,
            error=float(error),
            df=float(df),
            confidence=confidence,
        )

    def variances(self) -> tuple[float, float]:
        """What the seeds and what the items add to the variance of the mean value."""
        seeds, units = len(self.values), self._units()
        by_seed = float(self.values.var(ddof=1)) / seeds if seeds > 1 else 0.0
        if units < 2:
            return by_seed, 0.0
        means, rest = self.spread.mean(0), 0.0
        if self.resampled:
            bias = units / (units - 1)
            by_item = means.var(ddof=1) * bias
            if seeds > 1:
                each = self.spread.var(1, ddof=1).mean() * bias
                rest = (each - by_item) / (seeds - 1)
        else:
            by_item = means.var(ddof=1) / units
            if seeds > 1:
                apart = self.spread - means - self.spread.mean(1, keepdims=True)
                rest = apart.var() / (seeds - 1) / (units - 1)
        return by_seed, max(float(by_item - rest), 0.0)

    def _units(self) -> int:
        """How many things another test set would draw anew."""
        return self.groups if self.groups else self.items


def mean_sample(
    scores: np.ndarray, groups: np.ndarray | None = None, trained: bool = True
) -> Sample:
    """The mean over items of scores (S, n): n = 1 are scores that know no items."""
    seeds, n = scores.shape
    values, count = scores.mean(1), 0
    if groups is not None and n > 1:
        # A group's share in the mean, scaled so that the mean of the groups is the mean of all:
        # for groups of one size it is the group's own mean.
        count = int(groups.max()) + 1
        apart = (scores - scores.mean()) @ (groups[:, None] == np.arange(count))
        scores = scores.mean() + apart * count / n
    return Sample(values, scores, False, seeds * trained, n * (n > 1), count)


def statistic_sample(
    statistic: Callable[[np.ndarray], float],
    rows: np.ndarray,
    groups: np.ndarray | None = None,
    trained: bool = True,
) -> Sample:
    """A statistic of test items that is no mean, from rows (S, n, ...), resampled alike for all."""
    seeds, n = rows.shape[:2]
    unit = np.arange(n) if groups is None else groups
    members = [np.flatnonzero(unit == u) for u in range(int(unit.max()) + 1)]
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(members), size=(RESAMPLES, len(members)))
    again = [np.concatenate([members[u] for u in row]) for row in drawn]

    def value(row: np.ndarray) -> float:
        return checks.number("what the statistic gives", statistic(row))

    values = np.array([value(row) for row in rows])
    spread = np.array([[value(row[index]) for index in again] for row in rows])
    return Sample(values, spread, True, seeds * trained, n, 0 if groups is None else len(members))


def labels_of(name: str, labels: ArrayLike, n: int) -> np.ndarray:
    """Labels of n items, numbers or texts, as an array.

    Raises: ValueError if there is not one label an item.
    """
    found = np.asarray(labels.cpu() if isinstance(labels, Tensor) else labels)
    checks.shape(name, found, "n", n=n)
    return found


def numbered(name: str, labels: ArrayLike, n: int) -> np.ndarray:
    """Labels of n items as numbers from 0.

    Raises: ValueError if there is not one label an item, or only one label.
    """
    names, number = np.unique(labels_of(name, labels, n), return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"{name} holds {len(names)} label; expected at least two")
    return number
