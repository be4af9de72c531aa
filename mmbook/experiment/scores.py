"""Measures that are no mean over test items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks


@dataclass(frozen=True, eq=False)
class Scores:
    """A measure that is no mean over items, such as an AUC: its rows and the function of them.

    ``rows`` (n, ...) holds what must be known of each test item; ``of`` makes one number of some of
    the rows. Its interval resamples the items, so ``of`` must bear rows that occur twice.

    >>> pairs = np.array([[0.2, 0.9], [0.4, 0.3], [0.1, 0.6]])
    >>> spread = Scores(pairs, of=lambda rows: rows[:, 1].std())
    """

    rows: ArrayLike
    of: Callable[[np.ndarray], float]

    def __post_init__(self) -> None:
        checks.function("of", self.of)
