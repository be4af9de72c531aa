"""Two measures at once: what a method gains in one and pays in the other."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures.style import INK, check_axes, check_color
from mmbook.metrics import mean_interval

SIGNS = ("o", "s", "^", "v", "D", "*", "+", "x")
ARROW = {"arrowstyle": "-|>", "shrinkA": 4, "shrinkB": 4, "lw": 0.8}


def plot_tradeoff(
    ax: Axes,
    points: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    marker: str = "o",
    color: str = INK,
    joined: bool = False,
    intervals: bool = False,
    offsets: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """Methods in the plane of two measures, each at its mean over seeds, its name beside it.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_tradeoff(ax, {"0": ([0.9, 0.8], [0.5, 0.6]), "1": ([0.8, 0.8], [0.7, 0.6])},
    ...               joined=True, offsets={"1": (-10, 8)})

    Args:
        points: by name the runs of either measure, (S,) and (S,), or one number each.
        marker: one of ``o s ^ v D * + x``.
        joined: an arrow leads from each to the next.
        intervals: a thin cross shows the 95 % intervals of both measures.
        offsets: where a name stands, in points from its mark; (7, 2) if left out.
    Raises: ValueError for none, other shapes, NaN or infinity; KeyError for an offset of another
        name.
    """
    checks.mapping("points", points)
    if not points:
        raise ValueError("points is empty; expected at least one")
    runs = {name: _pair(name, pair) for name, pair in points.items()}
    shifts = _offsets(offsets, runs)
    check_color(color)
    checks.choice("marker", marker, SIGNS)
    checks.flag("joined", joined)
    checks.flag("intervals", intervals)
    check_axes(ax)
    means = {name: (x.mean(), y.mean()) for name, (x, y) in runs.items()}
    if joined:
        for start, end in pairwise(means.values()):
            ax.annotate("", end, start, arrowprops={**ARROW, "color": color})
    for name, (x, y) in means.items():
        if intervals and len(runs[name][0]) > 1:
            half = [mean_interval(r).half_width for r in runs[name]]
            ax.errorbar(x, y, half[1], half[0], color=color, lw=0.7, alpha=0.5)
        ax.plot(x, y, marker, color=color, ms=6)
        ax.annotate(
            name, (x, y), shifts[name], textcoords="offset points", fontsize=8.5, color=color
        )


def _pair(name: str, pair: Sequence[ArrayLike]) -> tuple[np.ndarray, np.ndarray]:
    parts = checks.listed(f"point {name!r}", pair, least=0)
    if len(parts) != 2:
        raise ValueError(f"point {name!r} has {len(parts)} measures; expected 2")
    x, y = (np.atleast_1d(checks.array(f"runs of {name!r}", part, "S |")) for part in parts)
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"point {name!r} has {len(x)} and {len(y)} runs; expected equal numbers")
    return x, y


def _offsets(
    offsets: Mapping[str, tuple[float, float]] | None, names: Mapping[str, object]
) -> dict[str, tuple[float, float]]:
    given = {} if offsets is None else offsets
    checks.mapping("offsets", given)
    checks.known_keys("offsets", given, names)
    out = {name: checks.array(f"offset of {name!r}", xy, "2") for name, xy in given.items()}
    return {n: (float(out[n][0]), float(out[n][1])) if n in out else (7.0, 2.0) for n in names}
