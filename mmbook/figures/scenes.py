"""Attention to walk through: point at a token, and the tokens that it reads are filled in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.attention import STRONGEST, check_weights, strongest
from mmbook.figures.pixels import pixels
from mmbook.figures.show import Shown, check_words
from mmbook.figures.stage import stage
from mmbook.figures.style import VIOLET

GAP, TILE, PICTURE, TITLE, LETTERS = 24, 21, 112, 20, 13


@dataclass(frozen=True, eq=False)
class Scene:
    """Something that asks and something that is asked, for :func:`attention_explorer`.

    asks, answers: tokens. Either words, drawn as tiles, or a picture, (h, w) with 0 = paper or
        (h, w, 3), uint8 or floats from 0 to 1, cut into ``ask_grid`` or ``answer_grid`` (rows,
        columns) of tokens.
    weights: (Nq, Nk), token by token, row by row of the grid.
    labels, notes: Nq strings, what each token is called and what to say when it asks.

    >>> Scene("who", ["a"], ["b", "c"], [[0.2, 0.8]], ["letter a"], ["looks at c"]).name
    'who'
    """

    name: str
    asks: Sequence[str] | ArrayLike
    answers: Sequence[str] | ArrayLike
    weights: ArrayLike
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

    >>> scene = Scene("who", ["a"], ["b", "c"], [[0.2, 0.8]], ["letter a"], ["looks at c"])
    >>> attention_explorer([scene], number="7.1", caption="A letter asks two others.",
    ...                    alt="One tile above two, the second violet.")
    Figure 7.1. A letter asks two others.

    Raises: ValueError if a scene's pieces do not fit together; TypeError for what are no Scenes.
    """
    check_words(number, caption, alt)
    scenes = [_checked(scene) for scene in checks.listed("scenes", scenes, Scene, least=0)]
    if not scenes:
        raise ValueError("scenes is empty; expected at least one")
    columns = checks.whole("columns", columns)
    full = strongest([np.asarray(scene.weights) for scene in scenes], vmax)
    facts = {
        "scenes": [
            {
                "name": scene.name,
                "asks": scene.labels,
                "notes": scene.notes,
                "weights": _percent(np.asarray(scene.weights), full).tolist(),
            }
            for scene in scenes
        ]
    }
    drawn = _sheet(scenes, columns, full)
    return stage("attention", drawn, facts, number=number, caption=caption, alt=alt)


def _sheet(scenes: Sequence[Scene], columns: int, full: float) -> str:
    """All scenes in rows of ``columns``, and the scale below them."""
    boxes, first = [], 0
    for scene in scenes:
        boxes.append(_scene(scene, full, first))
        first += len(scene.labels)
    width = max(box[1] for box in boxes) + GAP
    body, top = [], 0.0
    for start in range(0, len(boxes), columns):
        row = boxes[start : start + columns]
        body += [
            f'<g transform="translate({c * width:.0f} {top:.0f})">{box[0]}</g>'
            for c, box in enumerate(row)
        ]
        top += max(box[2] for box in row) + 14
    scale, wide = _scale(full, top)
    total = max(min(columns, len(boxes)) * width - GAP, wide)
    return svg.sheet(round(total), round(top + 18), [*body, scale], size=LETTERS)


def _scale(full: float, top: float) -> tuple[str, float]:
    """Six steps of violet with what the last one means, and the width of it all."""
    steps = "".join(
        f'<rect x="{30 + 14 * i}" y="{top:g}" width="14" height="12" fill="{VIOLET}" '
        f'fill-opacity="{STRONGEST * i / 5:.2f}" stroke="currentColor" stroke-opacity=".25"/>'
        for i in range(6)
    )
    end = f"{full:.2f} of the attention"
    ends = f'<text x="16" y="{top + 11:g}">0</text><text x="120" y="{top + 11:g}">{end}</text>'
    return steps + ends, 120 + svg.text_width(end, LETTERS)


def _scene(scene: Scene, full: float, first: int) -> tuple[str, float, float]:
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
    opacity = _percent(np.asarray(scene.weights).mean(0, keepdims=True), full)[0] / 100
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
    drawn = (
        f'<g data-scene="1">{title}<g transform="translate(0 {TITLE})">{asks}{queries}'
        f'<g transform="translate({dx:g} {dy:g})" pointer-events="none">{"".join(over)}</g></g></g>'
    )
    wide = max(w1, dx + w2, svg.text_width(scene.name, LETTERS, bold=True))
    return drawn, wide, TITLE + max(h1, dy + h2)


def _tokens(tokens: Any, grid: tuple[int, int] | None) -> tuple[str, list[str], float, float]:
    """Tokens as SVG, the place of each cell, width and height."""
    if grid is None:
        tile = max(TILE, *(6 + svg.text_width(token, LETTERS) for token in tokens))
        width, height = len(tokens) * tile, TILE + 3
        drawn = "".join(
            f'<text x="{(i + 0.5) * tile:g}" y="17" text-anchor="middle">{escape(token)}</text>'
            for i, token in enumerate(tokens)
        )
        return drawn, list(_cells((1, len(tokens)), width, height)), width, height
    h, w = tokens.shape[:2]
    width = PICTURE * w / h if w <= h else min(2.0, w / h) * PICTURE
    height = PICTURE if w <= h else width * h / w
    if grid[0] == 1:  # a strip of frames is drawn as tall as a picture is half
        height = PICTURE / 2
    drawn = svg.raster(tokens, 0, 0, round(width), round(height))
    return drawn, list(_cells(grid, width, height)), width, height


def _cells(grid: tuple[int, int], width: float, height: float) -> Iterator[str]:
    rows, cols = grid
    x, y = width / cols, height / rows
    for r in range(rows):
        for c in range(cols):
            yield f'x="{c * x:.1f}" y="{r * y:.1f}" width="{x:.1f}" height="{y:.1f}"'


def _checked(scene: Scene) -> Scene:
    """The scene with its weights and pictures as arrays, its words as lists."""
    name = checks.text("name", scene.name)
    weights = check_weights(f"weights of {name!r}", scene.weights, "Nq Nk")
    lines = {}
    for what, given in (("labels", scene.labels), ("notes", scene.notes)):
        lines[what] = checks.texts(f"{what} of {name!r}", given)
        if len(lines[what]) != len(weights):
            raise ValueError(
                f"{what} of {name!r}: {len(lines[what])} lines; expected {len(weights)}"
            )
    asks, ask_grid = _checked_tokens(f"asks of {name!r}", scene.asks, scene.ask_grid, weights, 0)
    answers, answer_grid = _checked_tokens(
        f"answers of {name!r}", scene.answers, scene.answer_grid, weights, 1
    )
    return replace(
        scene,
        name=name,
        weights=weights,
        asks=asks,
        ask_grid=ask_grid,
        answers=answers,
        answer_grid=answer_grid,
        **lines,
    )


def _checked_tokens(
    what: str, tokens: Any, grid: Any, weights: np.ndarray, axis: int
) -> tuple[list[str] | np.ndarray, tuple[int, int] | None]:
    """Words, or a picture and its grid."""
    kind = str(getattr(tokens, "dtype", "U"))
    if "U" in kind or "str" in kind or "object" in kind:  # an array of words is words
        tokens = checks.texts(what, tokens)
        count = len(tokens)
        if grid is not None:
            raise ValueError(f"{what}: words with grid {grid}; expected None, or a picture")
    else:
        tokens = pixels(what, tokens)
        if grid is None:
            raise ValueError(f"{what}: a picture with grid None; expected its (rows, columns)")
        rows, cols = checks.integers(f"grid of {what}", grid, "2")
        grid = checks.whole("rows", rows), checks.whole("columns", cols)
        count = grid[0] * grid[1]
    if count != weights.shape[axis]:
        raise ValueError(f"{what}: {count} tokens; the weights are {weights.shape}")
    return tokens, grid


def _percent(weights: np.ndarray, full: float) -> np.ndarray:
    """Opacity of each weight in whole per cent."""
    return (100 * STRONGEST * np.clip(weights / full, 0, 1)).round().astype(int)
