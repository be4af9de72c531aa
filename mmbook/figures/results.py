"""What was asked and what was found, as a picture: one row a question, the best answer first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmbook.figures.contact import _frame, _sheet, _wrap, raster, words

TILE, STEP, LEFT, HEIGHT = 48, 82, 150, 104


@dataclass(frozen=True)
class Results:
    """One question with its answers, for :func:`result_sheet`.

    asked: the words of the question, may be empty. drawing: uint8 (h, w, 3), or None.
    answers: uint8 (n, h, w, 3), best first; names: what each is called; right: is it the one meant?
    """

    asked: str
    drawing: np.ndarray | None
    answers: np.ndarray
    names: Sequence[str]
    right: Sequence[bool]


def result_sheet(rows: Sequence[Results]) -> str:
    """SVG of questions and answers, for :func:`mmbook.figures.show` or the frames of a slider.

    The right answer stands in a thick frame. Sheets with equally many rows and answers are of
    one size.

    Raises: ValueError for no rows, for rows with different numbers of answers, or for names or
        marks that do not fit the answers.
    """
    counts = {len(row.answers) for row in rows}
    if len(counts) != 1:
        raise ValueError(f"rows have {sorted(counts)} answers; expected one number, in 1 or more")
    for row in rows:
        if not len(row.names) == len(row.right) == len(row.answers):
            raise ValueError(
                f"{len(row.answers)} answers, {len(row.names)} names, {len(row.right)} marks; "
                "expected one of each an answer"
            )
    parts = []
    for i, row in enumerate(rows):
        top = 4 + HEIGHT * i
        left = 8.0
        if row.drawing is not None:
            parts.append(raster(row.drawing, left, top, TILE, TILE) + _frame(left, top, TILE, TILE))
            left += TILE + 8
        lines = _lines(row.asked, 11 if row.drawing is not None else 18)
        for n, line in enumerate(lines):
            parts.append(words(left, top + 20 + 14 * n, line, 12, anchor="start"))
        for n, (picture, name, right) in enumerate(
            zip(row.answers, row.names, row.right, strict=True)
        ):
            x = LEFT + STEP * n + (STEP - TILE) / 2
            parts.append(raster(picture, x, top, TILE, TILE))
            if right:
                parts.append(_thick(x, top))
            for k, line in enumerate(_lines(name, 14)[:3]):
                parts.append(words(x + TILE / 2, top + TILE + 14 + 12 * k, line, 10))
    return _sheet(LEFT + STEP * counts.pop(), 4 + HEIGHT * len(rows), parts)


def _lines(text: str, width: int) -> list[str]:
    """Lines of about ``width`` letters; what has no spaces breaks anywhere."""
    return [
        part[k : k + width] for part in _wrap(str(text), width) for k in range(0, len(part), width)
    ]


def _thick(x: float, y: float) -> str:
    return (
        f'<rect x="{x - 4:g}" y="{y - 3:g}" width="{TILE + 8}" height="{TILE + 6}" rx="5" '
        'fill="none" stroke="currentColor" stroke-width="2.2"/>'
    )
