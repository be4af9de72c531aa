"""Contact sheets: a look at paired items before anything is learned from them.

They are drawn as plain SVG and not by matplotlib, so that the reader's browser sets the words, each
in its own script.
"""

from collections.abc import Sequence
from html import escape

import matplotlib as mpl
import numpy as np
from PIL import Image

from mmbook.data import Digits, Emoji
from mmbook.figures.show import data_uri, png_bytes

FONT = "font-family:system-ui,'Segoe UI','Noto Sans','Noto Sans CJK SC',sans-serif"


def contact_sheet(data: Digits | Emoji, rows: Sequence[int]) -> str:
    """SVG of the chosen samples side by side, for :func:`mmbook.figures.show`.

    Raises: TypeError for anything but Digits or Emoji, ValueError if no row is chosen.
    """
    if len(rows) == 0:
        raise ValueError("rows is empty; expected at least one row number")
    if isinstance(data, Digits):
        return _digits(data[list(rows)], *_usual(data))
    if isinstance(data, Emoji):
        return _emoji(data[list(rows)])
    raise TypeError(f"data is a {type(data).__name__}; expected Digits or Emoji")


def recording_image(data: Digits, row: int) -> np.ndarray:
    """One recording in grey, uint8 (13, frames): coefficients upwards, time across, 0 = paper.

    A coefficient's grey runs over what is usual in all of ``data``, to three quarters of full ink.
    Raises: ValueError if the recording is empty.
    """
    kept = data.speech[row][data.speech_mask[row]]
    if len(kept) == 0:
        raise ValueError(f"recording {row} is empty; expected at least one frame")
    low, high = _usual(data)
    return (0.75 * 255 * np.clip((kept - low) / (high - low), 0, 1)).astype(np.uint8).T[::-1]


def _usual(data: Digits) -> np.ndarray:
    """The range of each coefficient in all recordings, without the most extreme: (2, 13)."""
    frames = data.speech[data.speech_mask]
    if len(frames) == 0:
        raise ValueError(f"{data} holds no recording; expected at least one")
    return np.percentile(frames, [2, 98], axis=0)


def _digits(d: Digits, low: np.ndarray, high: np.ndarray) -> str:
    step, tile = 70, 60
    heat = mpl.colormaps["viridis"]
    parts = []
    for i in range(len(d)):
        x = i * step + 5
        if d.present["image"][i]:
            parts.append(raster(255 - d.image[i], x, 4, tile, tile))
        if d.speech_mask[i].any():
            level = np.clip((d.speech[i][d.speech_mask[i]] - low) / (high - low), 0, 1)
            colors = (heat(level.T[::-1])[..., :3] * 255).astype(np.uint8)
            width = tile * len(level) / d.speech.shape[1]  # length on the page = length in time
            parts.append(raster(colors, x, 74, width, 44))
        parts.append(_frame(x, 4, tile, tile) + _frame(x, 74, tile, 44))
        parts.append(words(x + tile / 2, 138, d.text[i], 14))
        parts.append(words(x + tile / 2, 154, d.language_name[i], 9, faint=True))
    return _sheet(len(d) * step, 160, parts)


def _emoji(d: Emoji) -> str:
    left, step, tile = 74, 78, 40
    bottom = 320
    parts = [
        words(left - 12, 24 + 46 * k, name, 10, anchor="end", faint=True)
        for k, name in enumerate(d.designers)
    ]
    for i in range(len(d)):
        x = left + i * step + (step - tile) / 2
        for k in np.flatnonzero(d.image_mask[i]):
            if d.present["image"][i]:
                parts.append(raster(d.image[i, k], x, 2 + 46 * k, tile, tile))
        lines = _wrap(str(d.english[i]), 12)
        parts += [words(x + tile / 2, 296 + 13 * n, t, 10.5) for n, t in enumerate(lines)]
        chinese = str(d.chinese[i])  # it breaks anywhere; six signs fill a column
        signs = [chinese[n : n + 6] for n in range(0, len(chinese), 6)]
        top = 300 + 13 * len(lines)
        parts += [words(x + tile / 2, top + 14 * n, t, 11) for n, t in enumerate(signs)]
        bottom = max(bottom, top + 14 * len(signs))
    return _sheet(left + len(d) * step, bottom, parts)


def _sheet(width: float, height: float, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" fill="currentColor">{"".join(parts)}</svg>'
    )


def raster(pixels: np.ndarray, x: float, y: float, width: float, height: float) -> str:
    source = data_uri(png_bytes(Image.fromarray(pixels)), "image/png")
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" href="{source}" '
        'preserveAspectRatio="none" style="image-rendering:pixelated"/>'
    )


def _frame(x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="none" '
        'stroke="currentColor" stroke-opacity=".35"/>'
    )


def words(x, y, text: str, size: float, *, anchor: str = "middle", faint: bool = False) -> str:
    opacity = ' fill-opacity=".7"' if faint else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{opacity} '
        f'style="{FONT};font-size:{size:g}px">{escape(str(text))}</text>'
    )


def _wrap(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
