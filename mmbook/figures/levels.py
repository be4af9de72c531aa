"""Levels and the weights they get, in the picture language of attention: violet, from 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.pixels import pixels
from mmbook.figures.style import VIOLET

COLUMN, LEFT, BAR, ROW, HEAD = 232, 62, 66, 62, 92  # widths of a column's parts; heights


@dataclass(frozen=True, eq=False)
class Weighed:
    """One sample, its levels and their weights, for :func:`draw_levels`.

    Args:
        inputs, levels: pictures of the sample and of each level; uint8 or floats from 0 to 1,
            (h, w) with 0 = paper or (h, w, 3).
        names: L words.
        weights: (L,), 0 to 1.
        verdict: a line on what comes out.

    >>> dot = np.full((8, 8), 255, np.uint8)
    >>> Weighed("a dot", [dot], [dot, dot], ["fine", "coarse"], [0.3, 0.7], "says dot").names
    ['fine', 'coarse']
    """

    title: str
    inputs: Sequence[ArrayLike]
    levels: Sequence[ArrayLike]
    names: Sequence[str]
    weights: ArrayLike
    verdict: str


def draw_levels(samples: Sequence[Weighed]) -> str:
    """SVG with a column a sample: its inputs, then a row a level, with a bar as long as its weight.

    >>> dot = np.full((8, 8), 255, np.uint8)
    >>> draw_levels([Weighed("a dot", [dot], [dot], ["fine"], [1.0], "says dot")])[:4]
    '<svg'

    Raises: ValueError for no samples, a sample whose levels, names and weights differ in number,
        weights outside [0, 1], or no pictures; TypeError for what are no Weighed.
    """
    samples = checks.listed("samples", samples, Weighed, least=0)
    if not samples:
        raise ValueError("samples is empty; expected at least one")
    for sample in samples:
        counts = tuple(len(part) for part in (*_lists(sample), _weights(sample)))
        if len(set(counts)) > 1:
            raise ValueError(
                f"{sample.title!r} has {counts} levels, names and weights; expected equal numbers"
            )
    deepest = max(len(sample.levels) for sample in samples)
    bottom = HEAD + ROW * deepest
    columns = (
        f'<g transform="translate({COLUMN * i} 0)">{_column(sample, bottom)}</g>'
        for i, sample in enumerate(samples)
    )
    return svg.sheet(COLUMN * len(samples), bottom + 20, columns)


def _lists(sample: Weighed) -> tuple[list[Any], list[str]]:
    name = checks.text("title", sample.title)
    levels = checks.listed(f"levels of {name!r}", sample.levels, least=0)
    return levels, checks.texts(f"names of {name!r}", sample.names)


def _weights(sample: Weighed) -> np.ndarray:
    weights = checks.array(f"weights of {sample.title!r}", sample.weights, "L")
    if weights.size and (weights.min() < 0 or weights.max() > 1 + 1e-6):
        raise ValueError(f"weights of {sample.title!r} are {weights}; expected numbers from 0 to 1")
    return weights


def _column(sample: Weighed, bottom: float) -> str:
    title, (levels, names) = sample.title, _lists(sample)
    parts = [svg.words(0, 13, title, 13, anchor="start", room=COLUMN - 8)]
    inputs = checks.listed("inputs", sample.inputs, least=0)
    x, room = float(LEFT), (COLUMN - LEFT) / max(len(inputs), 2) - 10
    for picture in inputs:
        drawn, wide = svg.fitted(pixels(f"inputs of {title!r}", picture), x, 22, room, 58)
        parts.append(drawn)
        x += wide + 10
    rows = zip(levels, names, _weights(sample), strict=True)
    for row, (picture, name, weight) in enumerate(rows):
        y = HEAD + ROW * row
        bar, right = BAR * float(weight), COLUMN - BAR - 14
        parts += [
            svg.words(0, y + 30, name, 12, anchor="start", room=LEFT - 4),
            svg.fitted(pixels(f"levels of {title!r}", picture), LEFT, y, 84, 52)[0],
            f'<rect x="{right}" y="{y + 16}" width="{bar:.1f}" height="20" fill="{VIOLET}"/>',
            f'<path d="M{right} {y + 10}v32" stroke="currentColor" stroke-opacity=".4"/>',
            svg.words(right + 2, y + 50, f"{float(weight):.2f}", 11, anchor="start"),
        ]
    verdict = checks.text("verdict", sample.verdict, 0)
    parts.append(svg.words(0, bottom + 12, verdict, 12.5, anchor="start", room=COLUMN - 8))
    return "".join(parts)
