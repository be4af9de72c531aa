"""From the strokes of a pen to what an encoder of drawings reads; ``search.js`` does the same.

A stroke is a row of points (x, y), x to the right and y down, in sides of the paper: 0 to 1. They
are drawn by distance and not by a graphics library, so that every browser and NumPy agree.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks

SIDE, CELLS, COLOURS = 32, 8, 3  # pixels and cells per side of the paper; channels
EXTENT = 30.0  # pixels: the longer side of a drawing, the median of the data
WIDTH = 1.3  # pixels: about the stranger's outline
SEEN = 0.05  # less ink than this is paper, where the box of a drawing is looked for
SLIM = 0.25  # of the longer side: a thinner box is widened before it is stretched
LEAST = 0.1  # sides of the paper: a smaller scribble is not blown up to full size
HALVES = ("top", "bottom", "left", "right")


def checked_strokes(strokes: Sequence[ArrayLike]) -> list[np.ndarray]:
    """Strokes as arrays (points, 2).

    Raises: TypeError for what is no list; ValueError for a stroke of another shape, an empty one,
        or one that is not finite.
    """
    series = (
        strokes if isinstance(strokes, np.ndarray) else checks.listed("strokes", strokes, least=0)
    )
    return [
        checks.array(f"strokes[{i}]", stroke, "points>=1 2").astype(np.float64)
        for i, stroke in enumerate(series)
    ]


def draw(strokes: Sequence[ArrayLike], extent: float = EXTENT, width: float = WIDTH) -> np.ndarray:
    """A scribble in the middle of the paper, its longer side ``extent`` pixels: ink (32, 32).

    The ink of a pixel falls from 1 to 0 within a pixel around the edge of the pen's line.

    >>> line = draw([[(0.2, 0.9), (0.7, 0.9)]], extent=4, width=2)
    >>> line[15, 12:20].round(1)
    array([0. , 0. , 0.8, 1. , 1. , 0.8, 0. , 0. ])

    Raises: TypeError for strokes that are no list; ValueError for a stroke that is not (points, 2),
        for an extent or width that is not above 0, or an extent that is wider than the paper.
    """
    lines = checked_strokes(strokes)
    checks.number("extent", checks.positive("extent", extent), most=SIDE)
    checks.number("width", checks.positive("width", width), most=SIDE)
    ink = np.zeros((SIDE, SIDE))
    if not lines:
        return ink
    middle = (np.arange(SIDE) + 0.5)[:, None]
    x, y = middle.T, middle  # the middles of the pixels: (1, 32) and (32, 1)
    for stroke in _placed(lines, max(extent - width, 0.0)):
        for (ax, ay), (bx, by) in zip(stroke, stroke[[*range(1, len(stroke)), -1]], strict=True):
            dx, dy = bx - ax, by - ay
            length = max(dx * dx + dy * dy, 1e-12)
            along = (((x - ax) * dx + (y - ay) * dy) / length).clip(0, 1)
            distance = np.hypot(x - ax - along * dx, y - ay - along * dy)
            ink = np.maximum(ink, (width / 2 + 0.5 - distance).clip(0, 1))
    return ink


def _placed(lines: list[np.ndarray], extent: float) -> list[np.ndarray]:
    """The same in pixels, centred, its longer side ``extent``."""
    points = np.concatenate(lines)
    low, high = points.min(0), points.max(0)
    scale = extent / max(float((high - low).max()), LEAST)
    return [(stroke - (low + high) / 2) * scale + SIDE / 2 for stroke in lines]


def smudged(picture: ArrayLike, half: str | None) -> np.ndarray:
    """A picture (32, 32) of which one half is paper again, as the book's damage tears it.

    >>> smudged(np.ones((32, 32)), "left").mean(0)[[0, 15, 16, 31]]
    array([0., 0., 1., 1.])

    Raises: ValueError for another shape, or a half that is none of ``HALVES``; None tears nothing.
    """
    out = checks.array("picture", picture, "side side", side=SIDE).copy()
    checks.choice("half", half, (None, *HALVES))
    rows = out.T if half in ("left", "right") else out
    if half is not None:
        rows[slice(SIDE // 2) if half in ("top", "left") else slice(SIDE // 2, None)] = 0.0
    return out


def fit(picture: ArrayLike) -> np.ndarray:
    """The box of a drawing's ink stretched to the whole paper, width and height each: (32, 32).

    Between the middles of pixels the ink is linear; outside is paper. It is what the chapter does
    to each drawing: ``affine_grid`` and ``grid_sample`` of PyTorch, ``align_corners=False``. But a
    box thinner than a quarter of its length is first widened to that, lest one line fill the paper.
    Of the chapter's 1,624 concepts five have so thin a drawing, none of them a test concept.

    >>> ink = np.zeros((32, 32))
    >>> ink[4:20, 8:24] = 1.0  # a square of 16 pixels
    >>> fit(ink)[16, [0, 1, 16, 31]]
    array([0.75, 1.  , 1.  , 0.75])
    >>> line = np.zeros((32, 32))
    >>> line[15:17] = 1.0  # 2 of 32 pixels high: stretched four times, not sixteen
    >>> int((fit(line)[:, 16] > 0.5).sum())
    8

    Raises: ValueError for another shape.
    """
    ink = checks.array("picture", picture, "side side", side=SIDE).astype(np.float64)
    seen = ink > SEEN
    if not seen.any():
        return ink
    box = [_ends(seen.max(1)), _ends(seen.max(0))]
    least = SLIM * max(end - first for first, end in box)
    rows, columns = (_weights(first, end, least) for first, end in box)
    return rows @ ink @ columns.T


def _ends(seen: np.ndarray) -> tuple[int, int]:
    there = np.flatnonzero(seen)
    return int(there[0]), int(there[-1]) + 1


def _weights(first: int, end: int, least: float) -> np.ndarray:
    """How much of each pixel (a column) each of the stretched ones (a row) takes."""
    length = max(end - first, least)
    at = (first + end - length) / 2 + (np.arange(SIDE) + 0.5) * length / SIDE
    return (1 - np.abs(at[:, None] - (np.arange(SIDE) + 0.5))).clip(0, None)


def cells(picture: ArrayLike) -> np.ndarray:
    """Ink (32, 32) as the mean over 8 x 8 cells, the same in each colour: (192,), colours first.

    Raises: ValueError for another shape.
    """
    ink = checks.array("picture", picture, "side side", side=SIDE)
    block = SIDE // CELLS
    small = ink.reshape(CELLS, block, CELLS, block).mean((1, 3))
    return np.tile(small.ravel(), COLOURS)
