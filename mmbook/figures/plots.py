"""The plots that several chapters need. Each draws on axes that it is given."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from mmbook.data import Digits
from mmbook.figures.contact import recording_image
from mmbook.figures.style import COLORS, INK, MARKERS
from mmbook.metrics import mean_interval


def plot_images(ax: Axes, images: np.ndarray, columns: int, gap: int = 0) -> None:
    """A sheet of thumbnails, row by row: images (n, h, w) in [0, 1], or (n, h, w, 3).

    ``gap`` pixels of paper stand between two. The axes count pixels, from the top left.
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4):
        raise ValueError(f"images have shape {images.shape}; expected (n, h, w) or (n, h, w, 3)")
    n, h, w = images.shape[:3]
    rows = -(-n // columns)
    shape = (rows * (h + gap) - gap, columns * (w + gap) - gap, *images.shape[3:])
    sheet = np.full(shape, images.ndim == 4, dtype=float)  # 0 is paper in grey, 1 in colour
    for i, image in enumerate(images):
        y, x = (i // columns) * (h + gap), (i % columns) * (w + gap)
        sheet[y : y + h, x : x + w] = image
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    ax.set_axis_off()


def plot_sample(ax: Axes, data: Digits, row: int, frames: int = 8) -> None:
    """A drawing at half its size and its recording beside it, in grey.

    There is room for ``frames`` frames, so that all samples are drawn at one scale.
    Raises: ValueError for a recording that is longer, or empty.
    """
    drawing, voice = data.image[row][::2, ::2], recording_image(data, row)
    (h, w), (coefficients, length) = drawing.shape, voice.shape
    if length > frames:
        raise ValueError(f"recording {row} has {length} frames; expected at most {frames}")
    sheet = np.zeros((h, w + 2 + frames))
    sheet[:, :w] = drawing / 255
    sheet[:coefficients, w + 2 : w + 2 + length] = voice / 255
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    ax.set_axis_off()


def plot_latent(ax: Axes, codes: Mapping[str, np.ndarray], pairs: int = 0) -> None:
    """Codes (n, 2) of each modality; thin lines join the partners of the first ``pairs`` rows."""
    names = list(codes)
    for i in range(pairs):
        ends = np.stack([codes[name][i] for name in names])
        ax.plot(ends[:, 0], ends[:, 1], color=INK, lw=0.5, alpha=0.5, zorder=1)
    for name in names:
        x, y = np.asarray(codes[name]).T
        color = COLORS.get(name, INK)
        ax.scatter(x, y, s=14, marker=MARKERS.get(name, "o"), color=color, label=name, alpha=0.75)
    ax.set(xticks=[], yticks=[])
    ax.legend(loc="best", handletextpad=0.1)


def plot_interval(
    ax: Axes, values: Mapping[str, Sequence[float]], chance: float | None = None, color: str = INK
) -> None:
    """One line a method: faint dots for its seeds, a dot and a bar for mean and interval."""
    for row, runs in enumerate(values.values()):
        runs = np.atleast_1d(runs)
        if runs.size == 0:
            raise ValueError(f"{list(values)[row]!r} has no runs; expected at least one")
        if len(runs) > 1:
            ax.plot(runs, np.full(len(runs), row), "|", color=color, alpha=0.35, ms=9)
            interval = mean_interval(runs)
            low, high = interval.mean - interval.half_width, interval.mean + interval.half_width
            ax.plot([low, high], [row, row], color=color, lw=3, solid_capstyle="butt")
        ax.plot(runs.mean(), row, "o", color=color, ms=6)
    if chance is not None:
        ax.axvline(chance, color=INK, lw=1, ls=":")
        ax.text(chance, -0.75, " chance", fontsize=8.5, va="center")
    ax.set_yticks(range(len(values)), list(values))
    ax.set_ylim(len(values) - 0.5, -1.1)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def plot_curve(ax: Axes, runs: np.ndarray, label: str, color: str = INK, x=None, **line) -> None:
    """Mean over seeds and its 95 % interval as a band: runs (S, points)."""
    runs = np.asarray(runs)
    if runs.ndim != 2:
        raise ValueError(f"runs have shape {runs.shape}; expected (S, points)")
    x = np.arange(runs.shape[1]) if x is None else np.asarray(x)
    intervals = [mean_interval(column) for column in runs.T]
    mean = np.array([i.mean for i in intervals])
    half = np.array([i.half_width for i in intervals])
    ax.plot(x, mean, color=color, label=label, **line)
    ax.fill_between(x, mean - half, mean + half, color=color, alpha=0.2, lw=0)
