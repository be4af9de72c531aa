"""What models believe: opinions on a few classes, the triangle of three, and how right they are."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures.style import COLORS, INK, check_axes, check_color

STYLES = ("-", "--", ":", "-.")
HEIGHT = 3**0.5 / 2  # of a triangle with sides of 1


def plot_opinions(
    ax: Axes, opinions: Mapping[str, ArrayLike], colors: Mapping[str, str] | None = None
) -> None:
    """Up to three opinions on the same classes as bars: full, as an outline, and narrow.

    Each has the colour of the modality that it is named after, or its own in ``colors``; all
    others are ink, the full bars in grey.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_opinions(ax, {"speech": [0.5, 0.3, 0.2], "all": [0.1, 0.8, 0.1]})

    Shapes: probabilities (C,) each.
    Raises: ValueError for none or more than three, other than probabilities, or numbers of classes
        that differ; KeyError for a colour of another name.
    """
    checks.mapping("opinions", opinions)
    found = {n: checks.array(f"opinion {n!r}", p, "C") for n, p in opinions.items()}
    for name, p in found.items():
        checks.distribution(f"opinion {name!r}", p)
    sizes = {name: len(p) for name, p in found.items()}
    if not 1 <= len(found) <= 3 or len(set(sizes.values())) > 1:
        raise ValueError(f"opinions on {sizes} classes; expected one to three, on equally many")
    chosen = _colors("colors", colors, found)
    check_axes(ax)
    full = 1.0 if len(found) == 1 else 0.6
    for n, (name, p) in enumerate(found.items()):
        color, x = chosen[name], np.flatnonzero(p > 0.004)  # less is no bar but a line
        if n == 1:
            ax.bar(x, p[x], 0.8, fill=False, lw=1.2, edgecolor=color, label=name)
        elif n == 2:
            ax.bar(x, p[x], 0.4, color=color, label=name)
        else:
            ax.bar(x, p[x], 0.8, color=color, alpha=0.2 if color == INK else full, label=name)
    count = next(iter(sizes.values()))
    ax.set(xticks=range(count), xlim=(-0.6, count - 0.4), ylim=(0, 1.02), yticks=[0, 0.5, 1])


def plot_simplex(ax: Axes, corners: Sequence[str]) -> None:
    """An empty triangle: each corner is one of three classes, each point an opinion on them.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_simplex(ax, ["1", "4", "9"])
    >>> [line] = ax.plot(*simplex_points([0.2, 0.3, 0.5]), "o")

    Raises: ValueError for other than three names.
    """
    names = checks.texts("corners", corners)
    if len(names) != 3:
        raise ValueError(f"corners has {len(names)} names; expected 3")
    check_axes(ax)
    places = simplex_points(np.eye(3))
    ax.plot(*places[[0, 1, 2, 0]].T, color=INK, lw=0.7)
    for (x, y), name in zip(places, names, strict=True):
        below = y == 0
        ax.text(x + (x - 0.5) * 0.28, y + (-0.1 if below else 0.09), name, ha="center", fontsize=9)
    ax.set(xlim=(-0.2, 1.2), ylim=(-0.18, HEIGHT + 0.24), aspect="equal")
    ax.set_axis_off()


def simplex_points(opinions: ArrayLike) -> np.ndarray:
    """Where opinions on three classes lie in the triangle of :func:`plot_simplex`.

    >>> simplex_points([[1, 0, 0], [0, 0.5, 0.5]]).round(2)
    array([[0.  , 0.  ],
           [0.75, 0.43]])

    Shapes: (..., 3) -> (..., 2).
    Raises: ValueError for other than three probabilities that sum to 1.
    """
    p = checks.array("opinions", opinions, "... 3")
    checks.distribution("opinions", p)
    return p @ np.array([[0.0, 0.0], [1.0, 0.0], [0.5, HEIGHT]])


def plot_reliability(
    ax: Axes,
    curves: Mapping[str, Sequence[ArrayLike]],
    colors: Mapping[str, str] | None = None,
) -> None:
    """How often models are right when they are so sure; below the diagonal they are too sure.

    A point is one bin; the bar below it is the share of all answers that are so sure.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_reliability(ax, {"alone": ([0.6, 0.9], [0.5, 0.7], [0.25, 0.75])})

    Args:
        curves: by name what ``mmbook.calibration.reliability`` gives: confidence, accuracy and
            share (K,) each.
    Raises: ValueError for none, other shapes, or numbers outside [0, 1]; KeyError for a colour of
        another name.
    """
    checks.mapping("curves", curves)
    if not curves:
        raise ValueError("curves is empty; expected at least one")
    found = {name: _curve(name, curve) for name, curve in curves.items()}
    chosen = _colors("colors", colors, found)
    check_axes(ax)
    ax.plot([0, 1], [0, 1], color=INK, lw=0.7)
    for n, (name, (sure, right, share)) in enumerate(found.items()):
        style, color = STYLES[n % len(STYLES)], chosen[name]
        beside = sure + 0.02 * (n - (len(found) - 1) / 2)  # bars of several stand side by side
        ax.vlines(beside, 0, share, color=color, alpha=0.25, lw=9 / len(found))
        ax.plot(sure, right, style, marker="o", ms=4, color=color, label=name)
    ax.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="accuracy")


def _curve(name: str, curve: Sequence[ArrayLike]) -> list[np.ndarray]:
    parts = checks.listed(f"curve {name!r}", curve, least=0)
    if len(parts) != 3:
        raise ValueError(
            f"curve {name!r} has {len(parts)} parts; expected confidence, accuracy and share"
        )
    first = checks.array(f"confidence of {name!r}", parts[0], "K")
    out = [first] + [
        checks.array(f"{what} of {name!r}", part, "K", K=len(first))
        for what, part in zip(("accuracy", "share"), parts[1:], strict=True)
    ]
    if len(first) == 0 or min(p.min() for p in out) < 0 or max(p.max() for p in out) > 1 + 1e-6:
        raise ValueError(f"curve {name!r} is {curve}; expected bins of numbers from 0 to 1")
    return out


def _colors(
    what: str, colors: Mapping[str, str] | None, names: Mapping[str, object]
) -> dict[str, str]:
    """A colour each: the given one, that of the modality of this name, or ink."""
    given = {} if colors is None else colors
    checks.mapping(what, given)
    checks.known_keys(what, given, names)
    for color in given.values():
        check_color(color)
    return {name: given.get(name, COLORS.get(name, INK)) for name in names}
