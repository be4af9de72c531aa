"""The plots that several chapters need. Each draws on axes that it is given."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.data import Digits
from mmbook.figures.contact import recording_image
from mmbook.figures.pixels import SEVERAL, shades
from mmbook.figures.style import COLORS, INK, MARKERS, check_axes, check_color
from mmbook.metrics import mean_interval


def plot_images(ax: Axes, images: ArrayLike, columns: int, gap: int = 0) -> None:
    """A sheet of thumbnails, row by row, ``gap`` pixels of paper between two.

    The axes count pixels, from the top left.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_images(ax, np.zeros((5, 28, 28), np.uint8), columns=3, gap=2)
    >>> ax.images[0].get_array().shape
    (58, 88)

    Shapes: images (n, h, w) with 0 = paper, or (n, h, w, 3); uint8 or floats from 0 to 1.
    Raises: ValueError for another shape or dtype, no images, or numbers outside the range.
    """
    shown = shades("images", images, SEVERAL)
    columns, gap = checks.whole("columns", columns), checks.whole("gap", gap, 0)
    check_axes(ax)
    n, h, w = shown.shape[:3]
    rows = -(-n // columns)
    shape = (rows * (h + gap) - gap, columns * (w + gap) - gap, *shown.shape[3:])
    sheet = np.full(shape, float(shown.ndim == 4))  # 0 is paper in grey, 1 in colour
    for i, image in enumerate(shown):
        y, x = (i // columns) * (h + gap), (i % columns) * (w + gap)
        sheet[y : y + h, x : x + w] = image
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    ax.set_axis_off()


def plot_sample(ax: Axes, data: Digits, row: int, frames: int = 8) -> None:
    """A drawing at half its size and its recording beside it, in grey.

    There is room for ``frames`` frames, so that all samples are drawn at one scale.

    >>> from mmbook.data import load_digits, torn
    >>> from mmbook.figures import subplots
    >>> figure, ax = subplots()
    >>> plot_sample(ax, torn(load_digits("val")[:3], seed=0), 2)

    Raises: ValueError for a recording that is longer, or empty; TypeError for other data.
    """
    voice = shades("recording", recording_image(data, row))
    drawing = shades("drawing", data.image[row][::2, ::2])
    (h, w), (coefficients, length) = drawing.shape, voice.shape
    if length > checks.whole("frames", frames):
        raise ValueError(f"recording {row} has {length} frames; expected at most {frames}")
    check_axes(ax)
    sheet = np.zeros((h, w + 2 + frames))
    sheet[:, :w] = drawing
    sheet[:coefficients, w + 2 : w + 2 + length] = voice
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    ax.set_axis_off()


def plot_latent(ax: Axes, codes: Mapping[str, ArrayLike], pairs: int = 0) -> None:
    """Codes (n, 2) of each modality; thin lines join the partners of the first ``pairs`` rows.

    What is called otherwise than a modality is drawn as discs in the page's ink.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_latent(ax, {"image": [[0, 0], [1, 2]], "speech": [[0, 1], [1, 1]]}, pairs=1)

    Raises: ValueError for no codes, codes that are not (n, 2) or not finite, and for more pairs
        than codes.
    """
    checks.mapping("codes", codes)
    points = {m: checks.array(f"codes of {m!r}", c, "n 2") for m, c in codes.items()}
    if not points:
        raise ValueError("codes is empty; expected at least one modality")
    pairs = checks.whole("pairs", pairs, 0, min(len(c) for c in points.values()))
    check_axes(ax)
    for i in range(pairs):
        ends = np.stack([code[i] for code in points.values()])
        ax.plot(ends[:, 0], ends[:, 1], color=INK, lw=0.5, alpha=0.5, zorder=1)
    for name, code in points.items():
        color, mark = COLORS.get(name, INK), MARKERS.get(name, "o")
        ax.scatter(*code.T, s=14, marker=mark, color=color, label=name, alpha=0.75)
    ax.set(xticks=[], yticks=[])
    ax.legend(loc="best", handletextpad=0.1)


def plot_interval(
    ax: Axes,
    values: Mapping[str, ArrayLike],
    chance: float | None = None,
    color: str = INK,
) -> None:
    """One line a method: faint dots for its seeds, a dot and a bar for mean and 95 % interval.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_interval(ax, {"alone": [0.71, 0.74, 0.72], "together": 0.8}, chance=0.1)

    Raises: ValueError for no methods, a method without runs, or runs that are not finite.
    """
    found = _runs(values)
    check_color(color)
    if chance is not None:
        checks.number("chance", chance)
    check_axes(ax)
    for row, runs in enumerate(found.values()):
        if len(runs) > 1:
            ax.plot(runs, np.full(len(runs), row), "|", color=color, alpha=0.35, ms=9)
            interval = mean_interval(runs)
            low, high = interval.mean - interval.half_width, interval.mean + interval.half_width
            ax.plot([low, high], [row, row], color=color, lw=3, solid_capstyle="butt")
        ax.plot(runs.mean(), row, "o", color=color, ms=6)
    if chance is not None:
        ax.axvline(chance, color=INK, lw=1, ls=":")
        ax.text(chance, -0.75, " chance", fontsize=8.5, va="center")
    ax.set_yticks(range(len(found)), list(found))
    ax.set_ylim(len(found) - 0.5, -1.1)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _runs(values: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    """The runs of each method, (S,) each."""
    checks.mapping("values", values)
    if not values:
        raise ValueError("values is empty; expected at least one method")
    found = {}
    for name, runs in values.items():
        found[name] = np.atleast_1d(checks.array(f"runs of {name!r}", runs, "S |"))
        if found[name].size == 0:
            raise ValueError(f"{name!r} has no runs; expected at least one")
    return found


def plot_curve(
    ax: Axes,
    runs: ArrayLike,
    label: str,
    color: str = INK,
    x: ArrayLike | None = None,
    **line: Any,
) -> None:
    """Mean over seeds and its 95 % interval as a band; ``line`` goes to matplotlib's ``plot``.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> plot_curve(ax, [[0.1, 0.5], [0.2, 0.6]], "accuracy", x=[10, 100], ls="--")

    Shapes: runs (S, points), S at least 2; x (points,), 0, 1, 2 ... if left out.
    Raises: ValueError for other shapes, NaN or infinity.
    """
    found = checks.array("runs", runs, "S points")
    if len(found) < 2:
        raise ValueError(f"runs has shape {found.shape}; expected two runs or more for an interval")
    points = found.shape[1]
    place = np.arange(points) if x is None else checks.array("x", x, "points", points=points)
    checks.text("label", label)
    check_color(color)
    check_axes(ax)
    intervals = [mean_interval(column) for column in found.T]
    mean = np.array([i.mean for i in intervals])
    half = np.array([i.half_width for i in intervals])
    ax.plot(place, mean, color=color, label=label, **line)
    ax.fill_between(place, mean - half, mean + half, color=color, alpha=0.2, lw=0)
