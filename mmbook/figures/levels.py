"""Levels and the weights they get, in the picture language of attention: violet, from 0."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmbook.figures.attention import VIOLET
from mmbook.figures.contact import FONT, raster, words

COLUMN, LEFT, BAR, ROW, HEAD = 232, 62, 66, 62, 92  # widths of a column's parts; heights


@dataclass(frozen=True)
class Weighed:
    """One sample, its levels and their weights, for :func:`draw_levels`.

    inputs, levels: pictures uint8 (h, w), 0 = paper; of the sample and of each level.
    names: L words. weights: (L,), 0 to 1. verdict: a line on what comes out.
    """

    title: str
    inputs: Sequence[np.ndarray]
    levels: Sequence[np.ndarray]
    names: Sequence[str]
    weights: Sequence[float]
    verdict: str


def draw_levels(samples: Sequence[Weighed]) -> str:
    """SVG with a column a sample: its inputs, then a row a level, with a bar as long as its weight.

    Raises: ValueError for a sample whose levels, names and weights differ in number.
    """
    if not samples:
        raise ValueError("samples is empty; expected at least one")
    for sample in samples:
        counts = len(sample.levels), len(sample.names), len(sample.weights)
        if len(set(counts)) > 1:
            raise ValueError(
                f"{sample.title!r} has {counts} levels, names and weights; expected equal numbers"
            )
    deepest = max(len(sample.levels) for sample in samples)
    width, height = COLUMN * len(samples), HEAD + ROW * deepest + 20
    body = "".join(
        f'<g transform="translate({COLUMN * i} 0)">{_column(sample, HEAD + ROW * deepest)}</g>'
        for i, sample in enumerate(samples)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" fill="currentColor" style="{FONT}">{body}</svg>'
    )


def _column(sample: Weighed, bottom: float) -> str:
    parts = [words(0, 13, sample.title, 13, anchor="start")]
    x = LEFT
    for picture in sample.inputs:
        drawn, wide = _fit(picture, x, 22, 84, 58)
        parts.append(drawn)
        x += wide + 10
    rows = zip(sample.levels, sample.names, sample.weights, strict=True)
    for row, (picture, name, weight) in enumerate(rows):
        y = HEAD + ROW * row
        bar, right = BAR * float(weight), COLUMN - BAR - 14
        parts += [
            words(0, y + 30, name, 12, anchor="start"),
            _fit(picture, LEFT, y, 84, 52)[0],
            f'<rect x="{right}" y="{y + 16}" width="{bar:.1f}" height="20" fill="{VIOLET}"/>',
            f'<path d="M{right} {y + 10}v32" stroke="currentColor" stroke-opacity=".4"/>',
            words(right + 2, y + 50, f"{float(weight):.2f}", 11, anchor="start"),
        ]
    parts.append(words(0, bottom + 12, sample.verdict, 12.5, anchor="start"))
    return "".join(parts)


def _fit(picture: np.ndarray, x: float, y: float, wide: float, high: float) -> tuple[str, float]:
    """The picture as large as the box allows, and its width; on paper, so that ink is dark."""
    h, w = picture.shape
    scale = min(wide / w, high / h)
    frame = (
        f'<rect x="{x:g}" y="{y:g}" width="{w * scale:g}" height="{h * scale:g}" fill="none" '
        'stroke="currentColor" stroke-opacity=".35"/>'
    )
    return raster(255 - picture, x, y, w * scale, h * scale) + frame, w * scale
