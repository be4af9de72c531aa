"""What there is to see, hear and read, and what is made of it: samples above, opinions below."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from mmbook.figures.contact import FONT, raster, words
from mmbook.figures.style import COLORS

COLUMN, SHOWN, FOOT, TALL = 176, 90, 214, 80  # a column's width; picture, baseline, bar of 1


def draw_opinions(
    inputs: Sequence[np.ndarray | str], opinions: Mapping[str, Sequence[float]]
) -> str:
    """SVG with a column an opinion: its input, if it has one of its own, and bars over the classes.

    Bars take the colour of the modality that the opinion is named after, else the page's ink.

    Args:
        inputs: of the first columns: pictures uint8 (h, w), 0 = paper, or texts.
        opinions: probabilities (C,) by name.
    Raises: ValueError if there are more inputs than opinions, or for an opinion outside [0, 1].
    """
    if not opinions or len(inputs) > len(opinions):
        raise ValueError(
            f"{len(inputs)} inputs, {len(opinions)} opinions; expected at most one input each"
        )
    body = []
    for i, (name, p) in enumerate(opinions.items()):
        p = np.asarray(p, dtype=float)
        if p.ndim != 1 or not (p >= 0).all() or not (p <= 1).all():
            raise ValueError(f"opinion {name!r} is {p}; expected probabilities (C,)")
        drawn = _input(inputs[i]) if i < len(inputs) else ""
        body.append(f'<g transform="translate({COLUMN * i} 0)">{drawn}{_bars(name, p)}</g>')
    width, height = COLUMN * len(opinions), FOOT + 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" fill="currentColor">{"".join(body)}</svg>'
    )


def _input(shown: np.ndarray | str) -> str:
    """A picture as large as its place allows, or a text in its middle."""
    middle = COLUMN / 2
    if isinstance(shown, str):
        return words(middle, SHOWN / 2 + 12, shown, 24)
    h, w = shown.shape
    scale = min(0.8 * COLUMN / w, SHOWN / h)
    left, top = middle - w * scale / 2, (SHOWN - h * scale) / 2 + 4
    return raster(255 - shown, left, top, w * scale, h * scale)


def _bars(name: str, p: np.ndarray) -> str:
    step = (COLUMN - 16) / len(p)
    x = 8 + step * np.arange(len(p))
    bars = "".join(
        f"M{a:.1f} {FOOT}v{-TALL * q:.1f}h{0.75 * step:.1f}V{FOOT}z"
        for a, q in zip(x, p, strict=True)
    )
    classes = "".join(f'<tspan x="{a + 0.375 * step:.1f}">{c}</tspan>' for c, a in enumerate(x))
    return (
        words(COLUMN / 2, FOOT - TALL - 10, f"{name}: {p.argmax()}", 13)
        + f'<path d="{bars}" fill="{escape(COLORS.get(name, "currentColor"))}"/>'
        f'<path d="M4 {FOOT}.5h{COLUMN - 8}" stroke="currentColor" stroke-opacity=".5"/>'
        f'<text y="{FOOT + 16}" style="{FONT};font-size:11px" fill-opacity=".7" '
        f'text-anchor="middle">{classes}</text>'
    )
