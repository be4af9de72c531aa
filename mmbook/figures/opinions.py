"""What there is to see, hear and read, and what is made of it: samples above, opinions below."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.pixels import pixels

COLUMN, SHOWN, FOOT, TALL = 176, 90, 214, 80  # a column's width; picture, baseline, bar of 1


def draw_opinions(inputs: Sequence[ArrayLike | str], opinions: Mapping[str, ArrayLike]) -> str:
    """SVG with a column an opinion: its input, if it has one of its own, and bars over the classes.

    Bars take the colour of the modality that the opinion is named after, else the page's ink.

    >>> draw_opinions(["seven"], {"text": [0.1, 0.9], "all": [0.0, 1.0]})[:4]
    '<svg'

    Args:
        inputs: of the first columns: pictures, uint8 or floats from 0 to 1, (h, w) with 0 = paper
            or (h, w, 3); or texts.
        opinions: probabilities (C,) by name.
    Raises: ValueError if there are more inputs than opinions, or for an opinion that is no
            distribution.
    """
    checks.mapping("opinions", opinions)
    inputs = checks.listed("inputs", inputs, least=0)
    if not opinions or len(inputs) > len(opinions):
        raise ValueError(
            f"{len(inputs)} inputs, {len(opinions)} opinions; expected at most one input each"
        )
    body = []
    for i, (name, opinion) in enumerate(opinions.items()):
        p = checks.array(f"opinion {name!r}", opinion, "C")
        checks.distribution(f"opinion {name!r}", p)
        drawn = _input(f"inputs[{i}]", inputs[i]) if i < len(inputs) else ""
        body.append(f'<g transform="translate({COLUMN * i} 0)">{drawn}{_bars(name, p)}</g>')
    return svg.sheet(COLUMN * len(opinions), FOOT + 24, body)


def _input(name: str, shown: ArrayLike | str) -> str:
    """A picture as large as its place allows, or a text in its middle."""
    middle = COLUMN / 2
    if isinstance(shown, str):
        return svg.words(middle, SHOWN / 2 + 12, shown, 24, room=COLUMN - 8)
    picture = pixels(name, shown)
    h, w = picture.shape[:2]
    scale = min(0.8 * COLUMN / w, SHOWN / h)
    left, top = middle - w * scale / 2, (SHOWN - h * scale) / 2 + 4
    return svg.raster(picture, left, top, w * scale, h * scale)


def _bars(name: str, p: np.ndarray) -> str:
    step = (COLUMN - 16) / len(p)
    x = 8 + step * np.arange(len(p))
    bars = "".join(
        f"M{a:.1f} {FOOT}v{-TALL * q:.1f}h{0.75 * step:.1f}V{FOOT}z"
        for a, q in zip(x, p, strict=True)
    )
    classes = "".join(f'<tspan x="{a + 0.375 * step:.1f}">{c}</tspan>' for c, a in enumerate(x))
    return (
        svg.words(COLUMN / 2, FOOT - TALL - 10, f"{name}: {p.argmax()}", 13, room=COLUMN - 8)
        + f'<path d="{bars}" fill="{svg.ink(name)}"/>'
        f'<path d="M4 {FOOT}.5h{COLUMN - 8}" stroke="currentColor" stroke-opacity=".5"/>'
        f'<text y="{FOOT + 16}" style="font-size:11px" fill-opacity=".7" '
        f'text-anchor="middle">{classes}</text>'
    )
