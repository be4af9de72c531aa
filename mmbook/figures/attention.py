"""Attention in one picture language: the stronger the violet, the larger the weight; 0 is paper.

Every scale starts at 0. Violet stands for no modality, and its transparent end lets the ink of a
letter or a drawing show through, on a light page and on a dark one.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures.pixels import shades
from mmbook.figures.style import INK, VIOLET, check_axes

STRONGEST = 0.9  # opacity of the largest weight
MAP = LinearSegmentedColormap.from_list(
    "attention", [(*to_rgb(VIOLET), 0.0), (*to_rgb(VIOLET), STRONGEST)]
)


def plot_attention(
    ax: Axes,
    weights: ArrayLike,
    queries: Sequence[str] | None = None,
    keys: Sequence[str] | None = None,
    *,
    vmax: float | None = None,
    bar: bool = False,
) -> None:
    """A matrix of weights (Nq, Nk): a row asks, the columns answer. ``bar`` adds the scale.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_attention(ax, [[0.2, 0.8], [0.5, 0.5]], ["a", "b"], ["x", "y"], bar=True)

    Raises: ValueError if the weights are not a matrix, or negative or not finite; for names that
        do not fit them, or a ``vmax`` that is not positive.
    """
    weights = check_weights("weights", weights, "Nq Nk")
    norm = _norm(weights, vmax)
    sides = {"queries": (queries, len(weights)), "keys": (keys, weights.shape[1])}
    names = {side: _names(side, *given) for side, given in sides.items()}
    checks.flag("bar", bar)
    check_axes(ax)
    ax.imshow(weights, cmap=MAP, norm=norm, aspect="auto")
    for axis, ticks in ((ax.yaxis, names["queries"]), (ax.xaxis, names["keys"])):
        axis.set_ticks(range(len(ticks)), ticks)
    _box(ax)
    if bar:
        scale = ScalarMappable(norm, MAP)
        scale = ax.figure.colorbar(scale, ax=ax, shrink=0.8, aspect=12, label="weight")
        scale.ax.set_facecolor("none")  # 0 is the page's paper, also on a dark page


def plot_attended(
    ax: Axes, image: ArrayLike, weights: ArrayLike, *, vmax: float | None = None
) -> None:
    """Weights (rows, cols) over the picture whose patches they belong to.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_attended(ax, np.zeros((28, 28), np.uint8), np.full((4, 4), 1 / 16))

    Shapes: image (h, w) with 0 = paper, or (h, w, 3); uint8 or floats from 0 to 1.
    Raises: ValueError for another image, for weights that are no matrix, negative or not finite,
        or a ``vmax`` that is not positive.
    """
    weights = check_weights("weights", weights, "rows cols")
    shown, norm = shades("image", image), _norm(weights, vmax)
    check_axes(ax)
    extent = (0, shown.shape[1], shown.shape[0], 0)
    ax.imshow(shown, cmap="gray_r", vmin=0, vmax=1, extent=extent)
    ax.imshow(weights, cmap=MAP, norm=norm, extent=extent)
    ax.set(xticks=[], yticks=[])
    _box(ax)


def plot_letters(
    ax: Axes, words: Sequence[str], weights: Sequence[ArrayLike], *, vmax: float | None = None
) -> None:
    """One word a row, each letter on a tile that is as violet as its weight: weights[i] (N_i,).

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_letters(ax, ["one"], [[0.1, 0.2, 0.7]])

    Raises: ValueError for no words, other numbers of weights than letters, weights that are
        negative or not finite, or a ``vmax`` that is not positive.
    """
    words, weights = checks.texts("words", words), checks.listed("weights", weights, least=0)
    if not words or len(words) != len(weights) or not all(words):
        raise ValueError(
            f"{len(words)} words, {len(weights)} weights; expected equal numbers, "
            "one or more, and no empty word"
        )
    table = np.zeros((len(words), max(len(word) for word in words)))
    for row, (word, given) in enumerate(zip(words, weights, strict=True)):
        w = check_weights(f"weights of {word!r}", given, "N")
        if len(w) != len(word):
            raise ValueError(
                f"{word!r} has {len(word)} letters and {len(w)} weights; expected one each"
            )
        table[row, : len(word)] = w
    norm = _norm(table, vmax)
    check_axes(ax)
    for row, word in enumerate(words):
        for column, letter in enumerate(word):
            ax.text(column, row, letter, ha="center", va="center_baseline", color=INK)
    ax.imshow(table, cmap=MAP, norm=norm, aspect="auto")
    ax.set_axis_off()


def check_weights(name: str, weights: ArrayLike, pattern: str) -> np.ndarray:
    """Weights of attention as an array.

    Raises: ValueError for another shape, none at all, and numbers that are negative or not finite.
    """
    out = checks.array(name, weights, pattern)
    if out.size == 0 or out.min() < 0:
        came = f"a least entry of {out.min():.4g}" if out.size else f"shape {out.shape}"
        raise ValueError(f"{name} has {came}; expected numbers, 0 or more")
    return out


def strongest(weights: Sequence[np.ndarray], vmax: float | None) -> float:
    """The weight that is drawn in full violet: ``vmax``, or the largest; 1 where all are 0."""
    if vmax is not None:
        return checks.positive("vmax", vmax)
    largest = max(float(w.max()) for w in weights)
    return largest if largest > 0 else 1.0


def _names(side: str, names: Sequence[str] | None, count: int) -> list[str]:
    """The names of one side, none if they are left out."""
    if names is None:
        return []
    out = checks.texts(side, names)
    if len(out) != count:
        raise ValueError(f"{side} has {len(out)} names; expected {count}, as the weights have")
    return out


def _norm(weights: np.ndarray, vmax: float | None) -> Normalize:
    return Normalize(0, strongest([weights], vmax))


def _box(ax: Axes) -> None:
    ax.tick_params(length=0)
    ax.spines[:].set_visible(True)
    ax.spines[:].set_linewidth(0.6)
