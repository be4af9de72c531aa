"""The words of an interactive figure: what each part says, and what stands below the picture."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mmbook.figures import svg

ROOT = re.compile(r'<svg[^>]*?viewBox="0 0 (?P<width>[\d.]+) (?P<height>[\d.]+)"[^>]*>')
HIGH = re.compile(r'\bheight="[\d.]+(pt)?"')
SIZE, TILE = 13, 64  # of the letters, and the side of a drawing beside them
COLUMN = 700  # pixels of a page's column of text


@dataclass(frozen=True)
class Spoken:
    """What is said of each part, and of which one before anyone points.

    titles: one a part. notes: lines a part, by what stands before them, "" for nothing.
    """

    titles: Sequence[str]
    held: int = 0
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """What is said of the held part below its title; ``stage.js`` says it in the same way."""
        said = {head: notes[self.held] for head, notes in self.notes.items()}
        return [f"{head}: {note}" if head else note for head, note in said.items() if note]


def with_words(picture: str, spoken: Spoken, tile: np.ndarray | None = None) -> str:
    """SVG with what is said of its held part below; ``stage.js`` takes it off again.

    tile: a drawing to stand beside the words, uint8.
    """
    root = ROOT.match(picture)
    if root is None:
        raise ValueError(f"a frame begins with {picture[:60]!r}; expected '<svg' and a viewBox")
    size = root[0]
    width, height = float(root["width"]), float(root["height"])
    unit = 0.75 if "pt" in size else 1.0  # matplotlib counts in points
    unit *= max(1.0, width / (COLUMN * unit))  # a wider picture stands smaller on the page
    left, top, letters = 2.0, height + 6, round(SIZE * unit, 1)
    body = []
    if tile is not None:
        drawn, wide = svg.fitted(tile, left, top, 2 * TILE * unit, TILE * unit)
        body.append(drawn)
        left += wide + 12
    room, y = width - left - 4, top + letters
    for bold, text in [(True, spoken.titles[spoken.held]), *((False, t) for t in spoken.lines())]:
        for line in svg.lines(text, room / (1.15 if bold else 1), letters):
            drawn = svg.words(left, round(y, 1), line, letters, anchor="start")
            body.append(f'<g font-weight="600">{drawn}</g>' if bold else drawn)
            y += 1.35 * letters
    bottom = max(y - 0.9 * letters, top + TILE * unit if tile is not None else 0) + 4
    tall = HIGH.search(size)
    words = (
        f'<g data-words="0 0 {width:g} {height:g}" data-height="{tall[0][8:-1] if tall else ""}" '
        f'style="{svg.FONT}">{"".join(body)}</g>'
    )
    wider = size.replace(f'{root["height"]}"', f'{bottom:g}"', 1)  # the end of the viewBox
    wider = HIGH.sub(lambda m: f'height="{bottom:g}{m[1] or ""}"', wider, count=1)
    return f"{wider}{picture[root.end() :].rstrip().removesuffix('</svg>')}{words}</svg>"
