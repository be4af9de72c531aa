"""Attention in one picture language: the stronger the violet, the larger the weight; 0 is paper.

Every scale starts at 0. Violet stands for no modality, and its transparent end lets the ink of a
letter or a drawing show through, on a light page and on a dark one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from PIL import Image

from mmbook.figures.contact import FONT
from mmbook.figures.show import Shown, check_words, data_uri, png_bytes
from mmbook.figures.stage import stage
from mmbook.figures.style import INK

VIOLET = "#8e4ec6"
STRONGEST = 0.9  # opacity of the largest weight
RGB = tuple(int(VIOLET[i : i + 2], 16) / 255 for i in (1, 3, 5))
MAP = LinearSegmentedColormap.from_list("attention", [(*RGB, 0.0), (*RGB, STRONGEST)])


def plot_attention(
    ax: Axes,
    weights: np.ndarray,
    queries: Sequence[str] | None = None,
    keys: Sequence[str] | None = None,
    *,
    vmax: float | None = None,
    bar: bool = False,
) -> None:
    """A matrix of weights (Nq, Nk): a row asks, the columns answer. ``bar`` adds the scale.

    Raises: ValueError if the weights are not a matrix, or negative or not finite.
    """
    weights = _weights(weights, 2)
    shade = _shade(weights, vmax)
    ax.imshow(weights, cmap=MAP, norm=shade.norm, aspect="auto")
    for names, axis in ((queries, ax.yaxis), (keys, ax.xaxis)):
        axis.set_ticks([] if names is None else range(len(names)), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(True)
    ax.spines[:].set_linewidth(0.6)
    if bar:
        ax.figure.colorbar(shade, ax=ax, shrink=0.8, aspect=12, label="weight")


def plot_attended(
    ax: Axes, image: np.ndarray, weights: np.ndarray, *, vmax: float | None = None
) -> None:
    """Weights (rows, cols) over the picture whose patches they belong to.

    image: (h, w) in [0, 1] with 0 = paper, or (h, w, 3).
    """
    weights = _weights(weights, 2)
    image = np.asarray(image)
    extent = (0, image.shape[1], image.shape[0], 0)
    ax.imshow(image, cmap="gray_r", vmin=0, vmax=1, extent=extent)
    ax.imshow(weights, cmap=MAP, norm=_shade(weights, vmax).norm, extent=extent)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(True)
    ax.spines[:].set_linewidth(0.6)


def plot_letters(
    ax: Axes, words: Sequence[str], weights: Sequence[np.ndarray], *, vmax: float | None = None
) -> None:
    """One word a row, each letter on a tile that is as violet as its weight: weights[i] (N_i,)."""
    longest = max(len(word) for word in words)
    table = np.zeros((len(words), longest))
    for row, (word, w) in enumerate(zip(words, weights, strict=True)):
        if len(w) != len(word):
            raise ValueError(f"{word!r} has {len(word)} letters and {len(w)} weights")
        table[row, : len(word)] = _weights(w, 1)
        for column, letter in enumerate(word):
            ax.text(column, row, letter, ha="center", va="center_baseline", color=INK)
    ax.imshow(table, cmap=MAP, norm=_shade(table, vmax).norm, aspect="auto")
    ax.set_axis_off()


@dataclass(frozen=True)
class Scene:
    """Something that asks and something that is asked, for :func:`attention_explorer`.

    asks, answers: tokens. Either words, drawn as tiles, or a picture uint8 (h, w) with 0 = paper or
        (h, w, 3), cut into ``ask_grid`` or ``answer_grid`` (rows, columns) of tokens.
    weights: (Nq, Nk), token by token, row by row of the grid.
    labels, notes: Nq strings, what each token is called and what to say when it asks.
    """

    name: str
    asks: Sequence[str] | np.ndarray
    answers: Sequence[str] | np.ndarray
    weights: np.ndarray
    labels: Sequence[str]
    notes: Sequence[str]
    ask_grid: tuple[int, int] | None = None
    answer_grid: tuple[int, int] | None = None


def attention_explorer(
    scenes: Sequence[Scene],
    *,
    number: str,
    caption: str,
    alt: str,
    columns: int = 2,
    vmax: float | None = None,
) -> Shown:
    """Who looks where, to walk through: point at a token and the tokens it reads are filled in.

    Before anyone points, each scene shows the mean over its queries. A full violet is ``vmax``, the
    largest weight of all scenes if left out.

    Raises: ValueError if a scene's pieces do not fit together.
    """
    check_words(number, caption, alt)
    if not scenes:
        raise ValueError("scenes is empty; expected at least one")
    for scene in scenes:
        _check(scene)
    vmax = vmax or max(float(scene.weights.max()) for scene in scenes)
    boxes = [
        _scene(scene, vmax, sum(len(s.weights) for s in scenes[:i]))
        for i, scene in enumerate(scenes)
    ]
    width = max(box[1] for box in boxes) + GAP
    body, top = [], 0.0
    for start in range(0, len(boxes), columns):
        row = boxes[start : start + columns]
        body += [
            f'<g transform="translate({c * width:.0f} {top:.0f})">{box[0]}</g>'
            for c, box in enumerate(row)
        ]
        top += max(box[2] for box in row) + 14
    total = min(columns, len(boxes)) * width - GAP
    legend = "".join(
        f'<rect x="{30 + 14 * i}" y="{top}" width="14" height="12" fill="{VIOLET}" '
        f'fill-opacity="{STRONGEST * i / 5:.2f}" stroke="currentColor" stroke-opacity=".25"/>'
        for i in range(6)
    )
    ends = (
        f'<text x="16" y="{top + 11}">0</text>'
        f'<text x="120" y="{top + 11}">{vmax:.2f} of the attention</text>'
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total:.0f} {top + 18:.0f}" '
        f'width="{total:.0f}" height="{top + 18:.0f}" fill="currentColor" '
        f'style="{FONT};font-size:13px">{"".join(body)}{legend}{ends}</svg>'
    )
    facts = {
        "scenes": [
            {
                "name": scene.name,
                "asks": list(scene.labels),
                "notes": list(scene.notes),
                "weights": _percent(scene.weights, vmax).tolist(),
            }
            for scene in scenes
        ]
    }
    return stage("attention", svg, facts, number=number, caption=caption, alt=alt)


GAP, TILE, PICTURE, TITLE = 24, 21, 112, 20
LETTER = 7.6  # a wide guess at a letter of a scene's name


def _scene(scene: Scene, vmax: float, first: int) -> tuple[str, float, float]:
    """One scene as SVG, with its width and height; its queries count on from ``first``."""
    above = not isinstance(scene.asks, np.ndarray)  # words stand over what they ask
    asks, ask_cells, w1, h1 = _tokens(scene.asks, scene.ask_grid)
    answers, answer_cells, w2, h2 = _tokens(scene.answers, scene.answer_grid)
    dx, dy = (0, h1 + 10) if above else (w1 + 16, 0)
    queries = "".join(
        f'<rect data-i="{first + i}" {place} fill="currentColor" fill-opacity="0" '
        'stroke="currentColor" stroke-opacity="0" stroke-width="2.5"/>'
        for i, place in enumerate(ask_cells)
    )
    opacity = _percent(scene.weights.mean(0, keepdims=True), vmax)[0] / 100
    keys = "".join(
        f'<rect data-k="{k}" {place} fill="{VIOLET}" fill-opacity="{o:.2f}" '
        'stroke="currentColor" stroke-opacity=".25"/>'
        for k, (place, o) in enumerate(zip(answer_cells, opacity, strict=True))
    )
    if isinstance(scene.answers, np.ndarray):  # violet tints a picture, whose ink stays
        over = (answers, f'<g style="mix-blend-mode:multiply">{keys}</g>')
    else:  # a letter stands on its violet
        over = (keys, answers)
    title = f'<text x="0" y="13" font-weight="600">{escape(scene.name)}</text>'
    svg = (
        f'<g data-scene="1">{title}<g transform="translate(0 {TITLE})">{asks}{queries}'
        f'<g transform="translate({dx} {dy})" pointer-events="none">{"".join(over)}</g></g></g>'
    )
    return svg, max(w1, dx + w2, LETTER * len(scene.name)), TITLE + max(h1, dy + h2)


def _tokens(tokens, grid) -> tuple[str, list[str], float, float]:
    """Tokens as SVG, the place of each cell, width and height."""
    if isinstance(tokens, np.ndarray):
        rows, cols = grid
        h, w = tokens.shape[:2]
        width = PICTURE * w / h if w <= h else min(2.0, w / h) * PICTURE
        height = PICTURE if w <= h else width * h / w
        if rows == 1:  # a strip of frames is drawn as tall as a picture is half
            height = PICTURE / 2
        pixels = 255 - tokens if tokens.ndim == 2 else tokens
        source = data_uri(png_bytes(Image.fromarray(pixels)), "image/png")
        drawn = (
            f'<image href="{source}" width="{width:.0f}" height="{height:.0f}" '
            'preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        )
        step_x, step_y = width / cols, height / rows
        cells = [(c * step_x, r * step_y) for r in range(rows) for c in range(cols)]
    else:
        step_x, step_y = TILE, TILE + 3
        cells = [(i * TILE, 0) for i in range(len(tokens))]
        width, height = len(tokens) * TILE, step_y
        drawn = "".join(
            f'<text x="{x + TILE / 2}" y="17" text-anchor="middle">{escape(token)}</text>'
            for (x, _), token in zip(cells, tokens, strict=True)
        )
    places = [
        f'x="{x:.1f}" y="{y:.1f}" width="{step_x:.1f}" height="{step_y:.1f}"' for x, y in cells
    ]
    return drawn, places, width, height


def _check(scene: Scene) -> None:
    _weights(scene.weights, 2)
    for what, tokens, grid, expected in (
        ("asks", scene.asks, scene.ask_grid, scene.weights.shape[0]),
        ("answers", scene.answers, scene.answer_grid, scene.weights.shape[1]),
    ):
        picture = isinstance(tokens, np.ndarray)
        if picture and (grid is None or tokens.dtype != np.uint8):
            raise ValueError(
                f"{what} of {scene.name!r}: {tokens.dtype}, grid {grid}; "
                "expected a uint8 picture and its (rows, columns)"
            )
        count = grid[0] * grid[1] if picture else len(tokens)
        if count != expected:
            raise ValueError(
                f"{what} of {scene.name!r}: {count} tokens; the weights are {scene.weights.shape}"
            )
    for what, lines in (("labels", scene.labels), ("notes", scene.notes)):
        if len(lines) != len(scene.weights):
            raise ValueError(
                f"{what} of {scene.name!r}: {len(lines)} lines; expected {len(scene.weights)}"
            )


def _percent(weights: np.ndarray, vmax: float) -> np.ndarray:
    """Opacity of each weight in whole per cent."""
    return (100 * STRONGEST * np.clip(weights / vmax, 0, 1)).round().astype(int)


def _shade(weights: np.ndarray, vmax: float | None) -> ScalarMappable:
    return ScalarMappable(Normalize(0, weights.max() if vmax is None else vmax), MAP)


def _weights(weights, ndim: int) -> np.ndarray:
    weights = weights.detach().cpu().numpy() if hasattr(weights, "detach") else np.asarray(weights)
    if weights.ndim != ndim or not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError(
            f"weights have shape {weights.shape}; expected {ndim} axes of finite numbers, 0 or more"
        )
    return weights
