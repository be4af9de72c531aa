"""Latent spaces to walk through. The figure needs no kernel, no library and no network.

It is a static picture first. Where scripts run, ``stage.js`` and ``explorer.js`` put the SVG in the
picture's place and answer to the pointer and to the keyboard.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from PIL import Image

from mmbook.figures.contact import FONT
from mmbook.figures.show import Shown, check_words, data_uri, png_bytes
from mmbook.figures.stage import stage
from mmbook.figures.style import COLORS, MARKERS

SIDE, GAP, TOP = 330, 24, 28  # a panel's side, the space between two, the room for titles


Marks = Sequence[str]


def latent_explorer(
    panels: Mapping[str, Mapping[str, np.ndarray]],
    *,
    thumbnails: np.ndarray,
    names: Sequence[str],
    marks: Marks | Mapping[str, Mapping[str, Marks]] | None = None,
    edges: Mapping[str, np.ndarray] | None = None,
    notes: Mapping[str, Sequence[str]] | None = None,
    number: str,
    caption: str,
    alt: str,
) -> Shown:
    """Latent spaces side by side, the same samples in each; point at one to see what it is.

    The sample under the pointer lights up in every panel, a line joins the codes of its
    modalities, and a card shows its drawing, its name and a note. Arrow keys do the same.

    Args:
        panels: title -> modality -> codes (n, 2).
        thumbnails: one picture a sample, uint8 (n, h, w) with 0 = paper, or (n, h, w, 3).
        names: n words for the card. notes: title -> n lines for the card.
        marks: n short strings drawn as the points (such as the digit itself); dots if left out.
            To give every panel its own: title -> modality -> n strings, "" for a dot.
        edges: modality -> (2, E) sample numbers; a faint line joins the two codes in each panel.
    Raises: ValueError if a shape or a length does not fit.
    """
    check_words(number, caption, alt)
    n = len(names)
    _check(panels, thumbnails, marks, notes, n)
    width = len(panels) * (SIDE + GAP) - GAP
    zoom = max(1.0, len(panels) / 2)  # more panels stand smaller on the page, with larger marks
    height = TOP + SIDE + 26
    parts = []
    for p, (title, codes) in enumerate(panels.items()):
        own = marks[title] if isinstance(marks, Mapping) else dict.fromkeys(codes, marks)
        parts.append(_panel(p * (SIDE + GAP), title, codes, own, edges or {}, zoom))
    # in the order of their first appearance; a panel may show only some of them
    modalities = list(dict.fromkeys(m for codes in panels.values() for m in codes))
    for m, name in enumerate(modalities):
        x = 8 + 150 * m
        words = f"code of the {escape(name)}" if name in COLORS else escape(name)
        parts.append(
            f'<g fill="{COLORS.get(name, "currentColor")}">{_sign(name, marks, x, height - 10)}'
            f'<text x="{x + 10}" y="{height - 6}" style="{FONT};font-size:13px{_cue(name, marks)}">'
            f"{words}</text></g>"
        )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
    )
    atlas, columns = _atlas(thumbnails)
    facts = {
        "names": list(names),
        "notes": {k: list(v) for k, v in (notes or {}).items()},
        "atlas": data_uri(atlas, "image/png"),
        "columns": columns,
        "tile": [int(thumbnails.shape[2]), int(thumbnails.shape[1])],
    }
    return stage("latent", svg, facts, number=number, caption=caption, alt=alt)


def _panel(
    left: float,
    title: str,
    codes: Mapping[str, np.ndarray],
    marks: Mapping,
    edges: Mapping,
    zoom: float,
) -> str:
    """One square of points; all modalities share its scale."""
    everything = np.concatenate([np.asarray(c) for c in codes.values()])
    low, high = everything.min(0), everything.max(0)
    scale = (SIDE - 28) / max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    out = [
        f'<text x="{left + 2}" y="17" fill="currentColor" style="{FONT};'
        f'font-size:{14 * min(zoom, 1.4):.0f}px">{escape(title)}</text>',
        f'<rect x="{left + 0.5}" y="{TOP + 0.5}" width="{SIDE - 1}" height="{SIDE - 1}" rx="6" '
        'fill="none" stroke="currentColor" stroke-opacity=".25"/>',
    ]
    places = {}
    for name, code in codes.items():
        x, y = ((np.asarray(code) - middle) * scale).T
        places[name] = x + left + SIDE / 2, TOP + SIDE / 2 - y
    for name in [m for m in edges if m in places]:
        x, y = (c.round().astype(int) for c in places[name])
        path = "".join(f"M{x[i]} {y[i]}L{x[j]} {y[j]}" for i, j in np.asarray(edges[name]).T)
        color = COLORS.get(name, "currentColor")
        out.append(f'<path d="{path}" stroke="{color}" stroke-opacity=".35" fill="none"/>')
    for name, (x, y) in places.items():
        color, own = COLORS.get(name, "currentColor"), marks.get(name)
        style = f"{FONT};font-size:{11 * zoom:.0f}px;font-weight:600{_cue(name, own)}"
        out.append(f'<g fill="{color}" text-anchor="middle" style="{style}" opacity=".85">')
        for i in range(len(x)):
            if own is None or own[i] == "":
                out.append(_dot(name, round(x[i]), round(y[i]), round(3 * zoom), f' data-i="{i}"'))
            else:
                mark = escape(str(own[i]))
                out.append(f'<text data-i="{i}" x="{x[i]:.0f}" y="{y[i] + 4:.0f}">{mark}</text>')
        out.append("</g>")
    return f"<g data-panel='{left}'>{''.join(out)}</g>"


def _dot(name: str, x: int, y: int, r: int, extra: str = "") -> str:
    """A modality's marker, so that its colour is not the only sign of it."""
    path = {
        "^": f"M{x} {y - r - 1}l{r + 1} {2 * r}h-{2 * r + 2}z",
        "s": f"M{x - r} {y - r}h{2 * r}v{2 * r}h-{2 * r}z",
        "D": f"M{x} {y - r - 1}l{r + 1} {r + 1}l-{r + 1} {r + 1}l-{r + 1} -{r + 1}z",
    }.get(MARKERS.get(name))
    if path is None:
        return f'<circle{extra} cx="{x}" cy="{y}" r="{r}"/>'
    return f'<path{extra} data-x="{x}" data-y="{y}" d="{path}"/>'


def _sign(name: str, marks, x: int, y: int) -> str:
    """What stands for a modality in the legend: its mark if it has a single one, else its dot."""
    own = set()
    if isinstance(marks, Mapping):
        own = {mark for panel in marks.values() for mark in panel.get(name) or [""]}
    if len(own) != 1 or own == {""}:
        return _dot(name, x, y, 5)
    style = f"{FONT};font-size:15px;font-weight:600"
    return (
        f'<text x="{x}" y="{y + 5}" text-anchor="middle" style="{style}">{escape(own.pop())}</text>'
    )


def _cue(name: str, marks) -> str:
    """The same where strings stand for points: every coloured one but the image is underlined."""
    plain = marks is None or name == "image" or name not in COLORS
    return "" if plain else ";text-decoration:underline"


def _atlas(thumbnails: np.ndarray) -> tuple[bytes, int]:
    """All thumbnails on one sheet, row by row, and its number of columns."""
    n, h, w = thumbnails.shape[:3]
    columns = int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    gray = thumbnails.ndim == 3
    sheet = np.full((rows * h, columns * w, *thumbnails.shape[3:]), 255, np.uint8)
    for i, tile in enumerate(thumbnails):
        y, x = divmod(i, columns)
        sheet[y * h : (y + 1) * h, x * w : (x + 1) * w] = 255 - tile if gray else tile
    return png_bytes(Image.fromarray(sheet), colors=16 if gray else 96), columns


def _check(panels, thumbnails, marks, notes, n: int) -> None:
    if not panels:
        raise ValueError("panels is empty; expected at least one")
    if n == 0:
        raise ValueError("names is empty; expected one for each sample")
    for title, codes in panels.items():
        if not codes:
            raise ValueError(f"{title!r} has no codes; expected at least one modality")
        for name, code in codes.items():
            if np.shape(code) != (n, 2):
                raise ValueError(
                    f"codes of {name!r} in {title!r} have shape {np.shape(code)}; "
                    f"expected ({n}, 2), one for each name"
                )
            if not np.isfinite(code).all():
                bad = int((~np.isfinite(code)).any(1).sum())
                raise ValueError(f"{bad} codes of {name!r} in {title!r} are NaN or infinite")
    thumbnails = np.asarray(thumbnails)
    fits = thumbnails.ndim == 3 or thumbnails.shape[3:] == (3,)
    if not fits or len(thumbnails) != n or thumbnails.dtype != np.uint8:
        raise ValueError(
            f"thumbnails are {thumbnails.dtype} {thumbnails.shape}; "
            f"expected uint8 ({n}, h, w) or ({n}, h, w, 3)"
        )
    own = {"marks": marks}
    if isinstance(marks, Mapping):
        if set(marks) != set(panels):
            raise ValueError(f"marks has panels {list(marks)}; expected {list(panels)}")
        own = {f"marks of {m} in {t}": x for t, of in marks.items() for m, x in of.items()}
    for what, lines in {**own, **(notes or {})}.items():
        if lines is not None and len(lines) != n:
            raise ValueError(f"{what!r} has {len(lines)} entries; expected {n}")
