"""The search page where no script runs: one question, its ten answers, and why the first."""

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.pixels import pixels
from mmbook.figures.style import VIOLET
from mmbook.search.finder import Answer, Finder, Question
from mmbook.search.scribble import CELLS

ORANGE = "#e08214"
WIDTH, LEFT, PAPER, TILE, STEP = 700, 172, 144, 56, 101


def still_page(finder: Finder, thumbnails: ArrayLike, held: Question) -> str:
    """SVG of a question and its answers.

    Raises: TypeError for what is no finder or question; ValueError for pictures of another number
        or shape, or a question that asks nothing.
    """
    checks.instance("finder", finder, Finder)
    pictures = pixels("thumbnails", thumbnails, "n h w 3", n=len(finder.names))
    answers = finder.search(held)
    if not answers:
        raise ValueError(f"held is {held!r}; expected a question with known words or a scribble")
    asked, bottom = _asked(finder, held, answers[0])
    parts = [asked, svg.words(LEFT + 28, 18, "finds", 13, anchor="start", faint=True)]
    top = 28.0
    for line in (answers[:5], answers[5:]):
        drawn = [
            _answer(finder, pictures[answer.entry], answer, LEFT + 24 + i * STEP, top)
            for i, answer in enumerate(line)
        ]
        parts += [markup for markup, _ in drawn]
        top = max((y for _, y in drawn), default=top)
    y = max(bottom, top) + 12
    why, y = _why(finder, answers[0], y)
    return svg.sheet(WIDTH, y + 6, [*parts, why])


def _asked(finder: Finder, held: Question, first: Answer) -> tuple[str, float]:
    """The words and the scribble, its cells coloured by what they do for the first answer."""
    parts, y = [svg.words(6, 18, "asked", 13, anchor="start", faint=True)], 28.0
    for line in svg.lines(f"“{held.text}”", PAPER, 17) if held.text else []:
        parts.append(svg.words(6, y + 14, line, 17, anchor="start"))
        y += 24
    if first.cells is not None:
        ink = finder.picture(held)
        picture = np.repeat(255 * (1 - 0.85 * ink[..., None]), 3, 2).round().astype(np.uint8)
        parts += _grid(first.cells, 6, y)
        drawn = svg.raster(picture, 6, y, PAPER, PAPER)
        parts.append(f'<g style="mix-blend-mode:multiply">{drawn}</g>')  # no cell hides a stroke
        parts.append(svg.frame(6, y, PAPER, PAPER))
        y += PAPER + 8
    return "".join(parts), y


def _grid(cells: np.ndarray, left: float, top: float) -> list[str]:
    side, most = PAPER / CELLS, float(np.abs(cells).max()) or 1.0
    out = []
    for y, x in np.ndindex(*cells.shape):
        strength = abs(float(cells[y, x])) / most
        if strength < 0.04:
            continue
        positive = cells[y, x] > 0
        at_x, at_y = left + x * side, top + y * side
        out.append(
            f'<rect x="{at_x:g}" y="{at_y:g}" width="{side:g}" height="{side:g}" '
            f'fill="{VIOLET if positive else ORANGE}" fill-opacity="{0.75 * strength:.2f}"/>'
        )
        if strength >= 0.15:
            middle = f"M{at_x + side / 2 - 3:g} {at_y + side / 2:g}h6" + (
                "m-3 -3v6" if positive else ""
            )
            out.append(f'<path d="{middle}" stroke="#000" stroke-width="1" fill="none"/>')
    return out


def _answer(
    finder: Finder, picture: np.ndarray, answer: Answer, left: float, top: float
) -> tuple[str, float]:
    """Picture, rank, score and names, and where the next may begin."""
    english, chinese = finder.names[answer.entry]
    drawn, wide = svg.fitted(picture, left, top, TILE, TILE)
    parts = [drawn, svg.words(left + wide + 8, top + 12, f"{answer.rank}.", 12, anchor="start")]
    parts.append(
        svg.words(
            left + wide + 8, top + TILE - 2, _short(answer.score), 11, anchor="start", faint=True
        )
    )
    y = top + TILE + 14
    for text, size in ((english, 11), (chinese, 12)):
        for line in svg.lines(text, STEP - 10, size, most=3 if size == 11 else 2):
            parts.append(svg.words(left, y, line, size, anchor="start"))
            y += size + 2.5
    return "".join(parts), y


def _why(finder: Finder, first: Answer, y: float) -> tuple[str, float]:
    """The parts of the first answer's score in a line, and what the colours say."""
    largest = sorted(first.words.items(), key=lambda item: -abs(item[1]))
    told = [("scribble", float(first.cells.sum()))] if first.cells is not None else []
    told += [(piece.replace(" ", "␣"), share) for piece, share in largest[:6]]
    if len(largest) > 6:
        told.append((f"{len(largest) - 6} others", sum(share for _, share in largest[6:])))
    told.append(("bias", first.bias))
    entries = [
        svg.Entry(
            '<rect x="-5" y="-5" width="10" height="10" '
            f'fill="{VIOLET if share > 0 else ORANGE}"/>',
            f"{name} {_short(share, '+')}",
        )
        for name, share in told
    ]
    head = svg.words(
        6,
        y + 4,
        f"Why {finder.names[first.entry][0]}, {_short(first.score)}:",
        12,
        anchor="start",
    )
    key, y = svg.key(entries, 12, y + 26, WIDTH - 6, size=12)
    return head + key, y + 6


def _short(x: float, plus: str = "") -> str:
    """Two digits as the page writes them: +.05, −.12, .00."""
    text = f"{abs(x):.2f}".replace("0.", ".", 1)
    sign = "−" if x < 0 else plus
    return text if text == ".00" else sign + text
