"""What a user hands to an experiment, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.experiment._samples import Sample, mean_sample, statistic_sample
from mmbook.experiment.scores import Scores


@dataclass(frozen=True, eq=False)
class Measured:
    """A measure of one arm: rows (S, n, ...), whose mean, or function ``of``, is the number.

    S = 1 and not ``trained``: a rule without seeds. n = 1 and not ``by_item``: a number a seed, or
    a constant.
    """

    rows: np.ndarray
    of: Callable[[np.ndarray], float] | None
    trained: bool
    by_item: bool

    @property
    def items(self) -> int:
        """How many test items are known; 0 for none."""
        return self.rows.shape[1] if self.by_item else 0

    def sample(self, groups: np.ndarray | None) -> Sample:
        """What its interval is made of."""
        groups = groups if self.by_item else None
        if self.of is None:
            return mean_sample(self.rows, groups, self.trained)
        return statistic_sample(self.of, self.rows, groups, self.trained)

    def where(self, rows: np.ndarray) -> Measured:
        """The same on some of the items; what knows no items stays what it is."""
        return replace(self, rows=self.rows[:, rows]) if self.by_item else self


def read_scores(name: str, given: Any, seeds: int) -> Measured:
    """One measure as a user gives it: a number, (n,), (S, n), ``Scores``, or a list of one a seed.

    Raises: ValueError for another shape or number of seeds, NaN or infinity; TypeError for what
        holds no numbers.
    """
    if isinstance(given, Measured):
        return given
    several = isinstance(given, list) and any(isinstance(x, Scores) for x in given)
    if several or isinstance(given, Scores):
        each = checks.listed(name, given if several else [given], Scores)
        rows = np.stack([_rows(f"{name}, rows", x.rows) for x in each])
        found = Measured(rows, each[0].of, several, True)
    else:
        rows = checks.array(name, given, " | n>=1 | S>=1 n>=1").astype(float)
        trained, rows = rows.ndim == 2, np.atleast_2d(rows)
        found = Measured(rows, None, trained, rows.shape[1] > 1)
    if found.trained and len(found.rows) != seeds:
        raise ValueError(f"{name} has {len(found.rows)} rows; expected {seeds}, one a seed")
    return found


def read_arms(
    scores: Mapping[str, Mapping[str, Any]], seeds: int
) -> dict[str, dict[str, Measured]]:
    """All measures of all arms, each measure on the same items.

    Raises: as :func:`read_scores`; ValueError for no arm, or items that differ from arm to arm.
    """
    checks.mapping("scores", scores)
    if not scores:
        raise ValueError("scores is empty; expected at least one arm")
    found: dict[str, dict[str, Measured]] = {}
    items: dict[str, dict[str, int]] = {}
    for arm, row in scores.items():
        checks.mapping(f"scores[{arm!r}]", row)
        found[arm] = {m: read_scores(f"{m!r} of {arm!r}", x, seeds) for m, x in row.items()}
        for m, x in found[arm].items():
            if x.items:
                items.setdefault(m, {})[arm] = x.items
    for m, counts in items.items():
        if len(set(counts.values())) > 1:
            raise ValueError(f"{m!r} has {counts} items; expected the same items for all arms")
    return found


def _rows(name: str, rows: ArrayLike) -> np.ndarray:
    found = checks.array(name, rows).astype(float)
    if not found.ndim or len(found) < 2:
        raise ValueError(f"{name} have shape {found.shape}; expected (n, ...), n > 1 items")
    return found


def read_split(on: Mapping[str, Any]) -> tuple[str, Any]:
    """The name of a split and its data.

    Raises: TypeError for no dict; ValueError for several splits or none.
    """
    checks.mapping("on", on)
    if len(on) != 1:
        raise ValueError(f"on has {list(on)}; expected one split, such as {{'val': data}}")
    return next(iter(on.items()))
