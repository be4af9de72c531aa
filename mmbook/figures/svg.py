"""The book's pen for pictures that matplotlib does not draw: words, pictures, marks, a sheet.

Words are set by the reader's browser, each in its own script, in the page's ink. Their width is
estimated with a wide font, so that what fits here fits on every page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from unicodedata import combining

import numpy as np
from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font
from PIL import Image

from mmbook.figures.pixels import data_uri, on_paper, png_bytes
from mmbook.figures.style import COLORS, MARKERS

FONT = "font-family:system-ui,'Segoe UI','Noto Sans','Noto Sans CJK SC',sans-serif"
FRAME = 'fill="none" stroke="currentColor" stroke-opacity=".35"'


def ink(name: str) -> str:
    """The colour of a modality; the page's own ink for every other name."""
    return COLORS.get(name, "currentColor")


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Pixels that a line takes in DejaVu Sans, which is as wide as screen fonts come.

    >>> round(text_width("mmm", 10)), round(text_width("iii", 10)), text_width("七", 10)
    (29, 8, 10.0)
    """
    return size * sum(_advance(letter, bold) for letter in text)


def font_file(bold: bool) -> Path:
    """DejaVu Sans, as matplotlib brings it along."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(get_data_path(), "fonts", "ttf", name)


@cache
def _font(bold: bool) -> FT2Font:
    font = FT2Font(str(font_file(bold)))
    font.set_size(100, 72)
    return font


@cache
def _advance(letter: str, bold: bool) -> float:
    """Width of a letter of size 1; a sign that the font lacks is as wide as high."""
    font = _font(bold)
    if combining(letter):
        return 0.0
    if ord(letter) not in font.get_charmap():
        return 1.0
    return font.load_char(ord(letter)).linearHoriAdvance / 6553600  # of size 100, in 1/65536


def lines(text: str, room: float, size: float, most: int | None = None) -> list[str]:
    """A text in lines of at most ``room`` pixels; a word that is longer breaks anywhere.

    If ``most`` lines do not hold it, the last of them ends in three dots.

    >>> lines("red umbrella", 70, 10)
    ['red umbrella']
    >>> lines("red umbrella", 60, 10)
    ['red', 'umbrella']
    """
    out = [""]
    for word in text.split():
        longer = f"{out[-1]} {word}".strip()
        if text_width(longer, size) <= room:
            out[-1] = longer
            continue
        out.append("")
        for letter in word:
            if out[-1] and text_width(out[-1] + letter, size) > room:
                out.append("")
            out[-1] += letter
    out = out[1:] if len(out) > 1 and not out[0] else out
    if most is not None and len(out) > most:
        out = out[:most]
        while text_width(out[-1] + "…", size) > room:
            out[-1] = out[-1][:-1]
        out[-1] += "…"
    return out


def words(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    anchor: str = "middle",
    faint: bool = False,
    room: float | None = None,
) -> str:
    """One line of text on the baseline ``y``; its letters shrink until it fits into ``room``."""
    text = str(text)
    if room is not None and text_width(text, size) > room:
        size = int(10 * size * room / text_width(text, size)) / 10
    opacity = ' fill-opacity=".7"' if faint else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{opacity} '
        f'style="font-size:{size:g}px">{escape(text)}</text>'
    )


def raster(picture: np.ndarray, x: float, y: float, width: float, height: float) -> str:
    """A picture of uint8, (h, w) with 0 = paper or (h, w, 3), stretched into its place."""
    source = data_uri(png_bytes(Image.fromarray(on_paper(picture))), "image/png")
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" href="{source}" '
        'preserveAspectRatio="none" style="image-rendering:pixelated"/>'
    )


def fitted(picture: np.ndarray, x: float, y: float, wide: float, high: float) -> tuple[str, float]:
    """A picture in a thin frame, as large as the box allows, and its width."""
    h, w = picture.shape[:2]
    scale = min(wide / w, high / h)
    return (
        raster(picture, x, y, w * scale, h * scale) + frame(x, y, w * scale, h * scale),
        w * scale,
    )


def frame(x: float, y: float, width: float, height: float) -> str:
    """A thin line around a place."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {FRAME}/>'


def marker(name: str, x: float, y: float, r: float, attributes: str = "") -> str:
    """A modality's mark, so that its colour is not the only sign of it; a disc for other names."""
    s = r + 1  # what stands on a point looks smaller
    path = {
        "^": f"M{x:g} {y - s:g}l{s:g} {2 * r:g}h{-2 * s:g}z",
        "s": f"M{x - r:g} {y - r:g}h{2 * r:g}v{2 * r:g}h{-2 * r:g}z",
        "D": f"M{x:g} {y - s:g}l{s:g} {s:g}l{-s:g} {s:g}l{-s:g} {-s:g}z",
    }.get(MARKERS.get(name, "o"))
    if path is None:
        return f'<circle{attributes} cx="{x:g}" cy="{y:g}" r="{r:g}"/>'
    return f'<path{attributes} data-x="{x:g}" data-y="{y:g}" d="{path}"/>'


@dataclass(frozen=True)
class Entry:
    """One entry of a legend: a sign of 10 x 10 pixels around (0, 0), and what it means."""

    sign: str
    text: str
    fill: str = "currentColor"
    underlined: bool = False


def key(
    entries: Sequence[Entry], x: float, y: float, right: float, size: float = 13
) -> tuple[str, float]:
    """A legend that fills lines from ``x`` to ``right``, and the baseline of its last line."""
    parts, at = [], x
    for entry in entries:
        width = 11 + text_width(entry.text, size)
        if at > x and at + width > right:
            at, y = x, y + 20
        text = words(11, 4, entry.text, size, anchor="start", room=right - at - 11)
        if entry.underlined:
            text = text.replace('px">', 'px;text-decoration:underline">', 1)
        parts.append(
            f'<g transform="translate({at:g} {y - 4:g})" fill="{entry.fill}">{entry.sign}{text}</g>'
        )
        at += width + 26
    return "".join(parts), y


def sheet(width: float, height: float, parts: Iterable[str], size: float | None = None) -> str:
    """The whole picture: ``<svg>`` in the page's ink, its letters ``size`` pixels if not said."""
    letters = FONT if size is None else f"{FONT};font-size:{size:g}px"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" fill="currentColor" style="{letters}">'
        f"{''.join(parts)}</svg>"
    )
