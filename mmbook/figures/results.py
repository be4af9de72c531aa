"""What was asked and what was found, as a picture: one row a question, the best answer first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.pixels import SEVERAL, pixels

TILE, STEP, LEFT, HEIGHT = 48, 82, 150, 104


@dataclass(frozen=True, eq=False)
class Results:
    """One question with its answers, for :func:`result_sheet`.

    Args:
        asked: the words of the question, may be empty.
        drawing: (h, w), 0 = paper, or (h, w, 3), or None.
        answers: (n, h, w) or (n, h, w, 3), best first; uint8 or floats from 0 to 1.
        names: what each is called.
        right: is it the one meant?

    >>> Results("a", None, np.zeros((2, 8, 8), np.uint8), ["one", "two"], [True, False]).names
    ['one', 'two']
    """

    asked: str
    drawing: ArrayLike | None
    answers: ArrayLike
    names: Sequence[str]
    right: Sequence[bool]


def result_sheet(rows: Sequence[Results]) -> str:
    """SVG of questions and answers, for :func:`mmbook.figures.show` or the frames of a slider.

    The right answer stands in a thick frame. Sheets with equally many rows and answers are of
    one size.

    >>> answers = np.zeros((2, 8, 8), np.uint8)
    >>> result_sheet([Results("a", None, answers, ["one", "two"], [True, False])])[:4]
    '<svg'

    Raises: ValueError for no rows, for rows with different numbers of answers, for names or
        marks that do not fit the answers, or no pictures; TypeError for what are no Results.
    """
    rows = checks.listed("rows", rows, Results, least=0)
    pictures = [pixels("answers", row.answers, SEVERAL) for row in rows]
    counts = {len(answers) for answers in pictures}
    if len(counts) != 1:
        raise ValueError(f"rows have {sorted(counts)} answers; expected one number, in 1 or more")
    parts = []
    for i, (row, answers) in enumerate(zip(rows, pictures, strict=True)):
        names, right = _lists(row)
        if not len(names) == len(right) == len(answers):
            raise ValueError(
                f"{len(answers)} answers, {len(names)} names, {len(right)} marks; "
                "expected one of each an answer"
            )
        top = 4 + HEIGHT * i
        parts += [_question(row, top), *_answers(row, answers, top)]
    return svg.sheet(LEFT + STEP * counts.pop(), 4 + HEIGHT * len(rows), parts)


def _lists(row: Results) -> tuple[list[str], list[bool]]:
    right = [checks.flag("right", mark) for mark in checks.listed("right", row.right, least=0)]
    return checks.texts("names", row.names), right


def _question(row: Results, top: float) -> str:
    left, drawn = 8.0, ""
    if row.drawing is not None:
        shown = pixels("drawing", row.drawing)
        drawn = svg.raster(shown, left, top, TILE, TILE) + svg.frame(left, top, TILE, TILE)
        left += TILE + 8
    asked = svg.lines(checks.text("asked", row.asked, 0), LEFT - left, 12, most=6)
    return drawn + "".join(
        svg.words(left, top + 20 + 14 * n, line, 12, anchor="start") for n, line in enumerate(asked)
    )


def _answers(row: Results, answers: np.ndarray, top: float) -> list[str]:
    parts = []
    for n, (picture, name, right) in enumerate(zip(answers, *_lists(row), strict=True)):
        x = LEFT + STEP * n + (STEP - TILE) / 2
        parts.append(svg.raster(picture, x, top, TILE, TILE))
        if right:
            parts.append(_thick(x, top))
        for k, line in enumerate(svg.lines(name, STEP, 10, most=3)):
            parts.append(svg.words(x + TILE / 2, top + TILE + 14 + 12 * k, line, 10))
    return parts


def _thick(x: float, y: float) -> str:
    return (
        f'<rect x="{x - 4:g}" y="{y - 3:g}" width="{TILE + 8}" height="{TILE + 6}" rx="5" '
        'fill="none" stroke="currentColor" stroke-width="2.2"/>'
    )
