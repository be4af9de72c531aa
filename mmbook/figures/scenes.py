"""Attention to walk through: point at a token, and the tokens that it reads are filled in."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import numpy as np

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.attention import STRONGEST, strongest
from mmbook.figures.scene import Scene, checked_scene
from mmbook.figures.show import Shown, check_words
from mmbook.figures.spoken import Spoken
from mmbook.figures.stage import stage
from mmbook.figures.style import VIOLET

GAP, TILE, PICTURE, TITLE, LETTERS = 24, 21, 112, 20, 13


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

    Before anyone points, and in print, the token ``held`` of each scene asks, and the first scene's
    speaks. A full violet is ``vmax``, the largest weight of all scenes if left out.

    >>> scene = Scene("who", ["a"], ["b", "c"], [[0.2, 0.8]], ["letter a"], ["looks at c"])
    >>> attention_explorer([scene], number="7.1", caption="A letter asks two others.",
    ...                    alt="One tile above two, the second violet.")
    Figure 7.1. A letter asks two others.

    Raises: ValueError if a scene's pieces do not fit together; TypeError for what are no Scenes.
    """
    check_words(number, caption, alt)
    scenes = [checked_scene(scene) for scene in checks.listed("scenes", scenes, Scene, least=0)]
    if not scenes:
        raise ValueError("scenes is empty; expected at least one")
    columns = checks.whole("columns", columns)
    full = strongest([np.asarray(scene.weights) for scene in scenes], vmax)
    facts = {
        "scenes": [
            {"held": scene.held, "weights": _percent(np.asarray(scene.weights), full).tolist()}
            for scene in scenes
        ]
    }
    spoken = Spoken(
        [f"{scene.name}: {label}" for scene in scenes for label in scene.labels],
        scenes[0].held or 0,
        {"": [note for scene in scenes for note in scene.notes]},
    )
    drawn = _sheet(scenes, columns, full)
    return stage("attention", drawn, spoken, facts, number=number, caption=caption, alt=alt)


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
        f'stroke="currentColor" stroke-opacity="{int(i == scene.held)}" stroke-width="2.5"/>'
        for i, place in enumerate(ask_cells)
    )
    opacity = _percent(np.asarray(scene.weights)[scene.held or 0], full) / 100
    keys = "".join(
        f'<rect data-k="{k}" {place} fill="{VIOLET}" fill-opacity="{o:g}" '
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


def _percent(weights: np.ndarray, full: float) -> np.ndarray:
    """Opacity of each weight in whole per cent."""
    return (100 * STRONGEST * np.clip(weights / full, 0, 1)).round().astype(int)
