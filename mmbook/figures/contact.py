"""Contact sheets: a look at paired items before anything is learned from them.

They are drawn as plain SVG and not by matplotlib, so that the reader's browser sets the words, each
in its own script.
"""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np

from mmbook import checks
from mmbook.data import Digits, Emoji
from mmbook.figures import svg
from mmbook.figures.style import COLORS


def contact_sheet(
    data: Digits | Emoji,
    rows: Sequence[int] | np.ndarray,
    guesses: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """SVG of the chosen samples side by side, for :func:`mmbook.figures.show`.

    >>> from mmbook.data import load_digits
    >>> contact_sheet(load_digits("val"), [0, 7])[:4]
    '<svg'

    Args:
        guesses: of digits only, {modality: what it says of each chosen sample}, to stand below its
            panel: the sheet becomes a game, its rows have names, and the longest recording of
            ``data`` is as wide as a drawing.
    Raises: TypeError for anything but Digits or Emoji, or rows that are no whole numbers;
        ValueError if no row is chosen, or one that the data do not have, for guesses about emoji,
        or for a number of guesses that is not that of the rows; KeyError for other modalities.
    """
    if not isinstance(data, (Digits, Emoji)):
        raise TypeError(f"data is a {type(data).__name__}; expected Digits or Emoji")
    given = rows.tolist() if isinstance(rows, np.ndarray) else rows
    numbers = checks.listed("rows", given, least=0)
    if len(numbers) == 0:
        raise ValueError("rows is empty; expected at least one row number")
    chosen = [checks.whole("rows", row, 0, len(data) - 1) for row in numbers]
    if isinstance(data, Emoji):
        if guesses is not None:
            raise ValueError("guesses were given for Emoji; expected Digits")
        return _emoji(data[chosen])
    if guesses is None:
        return _digits(data[chosen], *_usual(data))
    return _game(data, chosen, _checked_guesses(guesses, len(chosen)))


def _checked_guesses(guesses: Mapping[str, Sequence[str]], count: int) -> dict[str, list[str]]:
    checks.mapping("guesses", guesses)
    checks.keys("guesses", guesses, Digits.modalities)
    found = {m: checks.texts(f"guesses[{m!r}]", lines) for m, lines in guesses.items()}
    for m, lines in found.items():
        if len(lines) != count:
            raise ValueError(f"guesses[{m!r}] has {len(lines)} entries; expected {count}")
    return found


def recording_image(data: Digits, row: int, moment: int = 1) -> np.ndarray:
    """One recording in grey, uint8 (13, frames): coefficients upwards, time across, 0 = paper.

    A coefficient's grey runs over what is usual in all of ``data``, to three quarters of full ink.
    Paper fills up the last ``moment`` of so many frames, so that all of them are equally wide.

    >>> from mmbook.data import load_digits
    >>> recording_image(load_digits("val"), 0).shape
    (13, 25)
    >>> recording_image(load_digits("val"), 0, moment=4).shape
    (13, 28)

    Raises: ValueError if the recording is empty, or there is no such row; TypeError for other data.
    """
    if not isinstance(data, Digits):
        raise TypeError(f"data is a {type(data).__name__}; expected Digits")
    row, moment = checks.whole("row", row, 0, len(data) - 1), checks.whole("moment", moment)
    kept = data.speech[row][data.speech_mask[row]]
    if len(kept) == 0:
        raise ValueError(f"recording {row} is empty; expected at least one frame")
    low, high = _usual(data)
    grey = (0.75 * 255 * np.clip((kept - low) / (high - low), 0, 1)).astype(np.uint8).T[::-1]
    return np.pad(grey, ((0, 0), (0, -len(kept) % moment)))


def _usual(data: Digits) -> np.ndarray:
    """The range of each coefficient in all recordings, without the most extreme: (2, 13)."""
    frames = data.speech[data.speech_mask]
    if len(frames) == 0:
        raise ValueError(f"{data} holds no recording; expected at least one")
    return np.percentile(frames, [2, 98], axis=0)


def _voice(data: Digits, row: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """A recording as colours, uint8 (13, frames, 3), or no frames at all."""
    level = np.clip((data.speech[row][data.speech_mask[row]] - low) / (high - low), 0, 1)
    return (np.asarray(mpl.colormaps["viridis"](level.T[::-1]))[..., :3] * 255).astype(np.uint8)


def _digits(d: Digits, low: np.ndarray, high: np.ndarray) -> str:
    step, tile = 70, 60
    parts = []
    for i in range(len(d)):
        x = i * step + 5
        if d.present["image"][i]:
            parts.append(svg.raster(d.image[i], x, 4, tile, tile))
        if d.speech_mask[i].any():
            colors = _voice(d, i, low, high)
            width = tile * colors.shape[1] / d.speech.shape[1]  # length on the page is time
            parts.append(svg.raster(colors, x, 74, width, 44))
        parts.append(svg.frame(x, 4, tile, tile) + svg.frame(x, 74, tile, 44))
        middle, room = x + tile / 2, step - 4
        parts.append(svg.words(middle, 138, d.text[i], 14, room=room))
        parts.append(svg.words(middle, 154, d.language_name[i], 9, faint=True, room=room))
    return svg.sheet(len(d) * step, 160, parts)


def _game(data: Digits, rows: Sequence[int], guesses: Mapping[str, Sequence[str]]) -> str:
    """Each modality of each sample, and below it what that modality alone would guess."""
    left, step, tile, voice = 76, 77, 62, 44
    tops = {"image": 4, "speech": 98, "text": 178}
    low, high = _usual(data)
    longest = int(data.speech_mask.sum(1).max())
    parts = [
        svg.words(left - 14, y, name, 12, anchor="end")
        for y, name in ((38, "drawing"), (124, "recording"), (196, "word"))
    ]
    parts += [
        svg.words(left - 14, y, "guesses", 11, anchor="end", faint=True) for y in (82, 158, 230)
    ]
    for n, i in enumerate(rows):
        x = left + n * step
        middle, room = x + tile / 2, step - 4
        if data.present["image"][i]:
            parts.append(svg.raster(data.image[i], x, tops["image"], tile, tile))
        if data.speech_mask[i].any():
            colors = _voice(data, i, low, high)
            width = tile * colors.shape[1] / longest
            parts.append(svg.raster(colors, x, tops["speech"], width, voice))
        parts.append(svg.frame(x, tops["image"], tile, tile))
        parts.append(svg.frame(x, tops["speech"], tile, voice))
        parts.append(svg.words(middle, 196, data.text[i], 18, room=room))
        parts.append(svg.words(middle, 212, data.language_name[i], 11, faint=True, room=room))
        for m, y in zip(Digits.modalities, (82, 158, 230), strict=True):
            said = svg.words(middle, y, guesses[m][n], 13, room=room)
            parts.append(f'<g fill="{COLORS[m]}">{said}</g>')
    return svg.sheet(left + len(rows) * step, 240, parts)


def _emoji(d: Emoji) -> str:
    left, step, tile = 74, 78, 40
    bottom = 320
    parts = [
        svg.words(left - 12, 24 + 46 * k, name, 10, anchor="end", faint=True, room=left - 14)
        for k, name in enumerate(d.designers)
    ]
    for i in range(len(d)):
        x = left + i * step + (step - tile) / 2
        for k in np.flatnonzero(d.image_mask[i]).tolist():
            if d.present["image"][i]:
                parts.append(svg.raster(d.image[i, k], x, 2 + 46 * k, tile, tile))
        middle, room = x + tile / 2, step - 6
        english = svg.lines(str(d.english[i]), room, 10.5)
        parts += [svg.words(middle, 296 + 13 * n, t, 10.5) for n, t in enumerate(english)]
        chinese = svg.lines(str(d.chinese[i]), room, 11)  # it breaks anywhere
        top = 300 + 13 * len(english)
        parts += [svg.words(middle, top + 14 * n, t, 11) for n, t in enumerate(chinese)]
        bottom = max(bottom, top + 14 * len(chinese))
    return svg.sheet(left + len(d) * step, bottom, parts)
