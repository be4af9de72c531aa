"""A number with its interval, that says over what, with the decimals that it deserves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mmbook import checks
from mmbook.experiment.claims import Verdict
from mmbook.metrics import Interval


@dataclass(frozen=True)
class Estimate(Interval):
    """A mean with its interval, and what the interval is over.

    ``seeds`` and ``items``: how many stand behind it. 0 seeds: nothing was trained; 0 items: how
    the scores spread over test items is not known. ``groups``: of items that belong together, 0 if
    every item stands alone. ``error`` is the standard error, ``df`` its degrees of freedom. As text
    it has the decimals that the interval deserves.

    >>> gain = Estimate(0.23, 0.04, seeds=5, items=600, error=0.02, df=60.0)
    >>> print(gain, "|", gain.above(0.2), "|", bool(gain.above(0.2)))
    0.23 ± 0.04 (5 seeds x 600 items) | 0.23 ± 0.04 above 0.2 | False
    """

    items: int = 0
    groups: int = 0
    error: float = 0.0
    df: float = np.inf
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name in ("mean", "half_width", "error"):
            checks.number(name, getattr(self, name), least=None if name == "mean" else 0)
        for name in ("seeds", "items", "groups"):
            checks.whole(name, getattr(self, name), least=0)
        checks.share("confidence", self.confidence)
        if self.df != np.inf:
            checks.positive("df", self.df)

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.mean + self.half_width

    @property
    def over(self) -> str:
        """What the interval is over, such as "5 seeds x 600 items"."""
        items = f"{self.items} items" + f" in {self.groups} groups" * (self.groups > 0)
        if self.seeds > 1:
            return f"{self.seeds} seeds" + (f" x {items}" if self.items else ", not over items")
        if self.seeds == 1:
            return f"{items}, one seed only" if self.items else "one run"
        return items if self.items else "a constant"

    def above(self, bound: float = 0.0) -> Verdict:
        """Is the whole interval above ``bound``? For :func:`claims`."""
        return self._verdict(self.low > checks.number("bound", bound), f"above {bound:g}")

    def below(self, bound: float = 0.0) -> Verdict:
        """Is the whole interval below ``bound``? For :func:`claims`."""
        return self._verdict(self.high < checks.number("bound", bound), f"below {bound:g}")

    def within(self, bound: float) -> Verdict:
        """Is the whole interval between -bound and bound? What "makes no difference" claims."""
        largest = max(abs(self.low), abs(self.high))
        return self._verdict(largest < checks.positive("bound", bound), f"within ±{bound:g}")

    def smallest_seen(self, power: float = 0.8) -> float:
        r"""The smallest true difference that this comparison would probably have seen.

        .. math:: (t_{1 - \alpha/2} + t_{\text{power}}) \cdot \text{error}

        with quantiles of Student's t at ``df`` degrees of freedom and :math:`\alpha` = 1 -
        confidence: a true difference of this size is found, at 5 %, in 80 % of all repetitions.

        Raises: ValueError if nothing spreads, so that there is no standard error.
        """
        checks.share("power", power)
        if not self.error:
            raise ValueError(f"error is 0 (over {self.over}); expected scores that differ")
        quantiles = stats.t.ppf([(1 + self.confidence) / 2, power], self.df)
        return float(quantiles.sum() * self.error)

    def text(self, digits: int | None = None) -> str:
        """Mean ± half-width, with as many decimals as the interval deserves if not told."""
        if digits is None:
            digits = decimals([self.half_width])
        places = checks.whole("digits", digits, least=0, most=15)
        half = f" ± {self.half_width:.{places}f}" if self.half_width else ""
        return f"{self.mean:.{places}f}{half}"

    def __str__(self) -> str:
        return f"{self.text()} ({self.over})"

    def _verdict(self, holds: bool, words: str) -> Verdict:
        return Verdict(bool(holds), f"{self.text()} {words}")


def decimals(half_widths: Sequence[float]) -> int:
    """Decimals for numbers with these half-widths: two, more where one would read 0.00.

    From half-widths of 1 on there is one decimal, from 10 on none. Numbers without an interval get
    three.

    >>> decimals([0.04, 0.011]), decimals([0.04, 0.004]), decimals([12.0])
    (2, 3, 0)
    """
    seen = [half for half in half_widths if half > 0]
    if not seen:
        return 3
    places = 2 if min(seen) < 1 else 1 if min(seen) < 10 else 0
    while places < 6 and float(f"{min(seen):.{places}f}") == 0:
        places += 1
    return places
