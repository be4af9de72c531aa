"""Latent spaces to walk through. The figure needs no kernel, no library and no network.

It is a static picture first. Where scripts run, ``stage.js`` and ``explorer.js`` put the SVG in the
picture's place and answer to the pointer and to the keyboard.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.clouds import (
    Cloud,
    Marks,
    PanelMarks,
    Panels,
    checked_edges,
    checked_notes,
    checked_panels,
)
from mmbook.figures.pixels import data_uri, on_paper, pixels, png_bytes
from mmbook.figures.show import Shown, check_words
from mmbook.figures.spoken import Spoken
from mmbook.figures.stage import stage
from mmbook.figures.style import COLORS

LIT = 'stroke="currentColor" stroke-width="1.5" pointer-events="none"'
SIDE, GAP, TOP = 330, 24, 28  # a panel's side, the space between two, the room for titles


def latent_explorer(
    panels: Mapping[str, Mapping[str, ArrayLike]],
    *,
    thumbnails: ArrayLike,
    names: Sequence[str],
    marks: Marks | PanelMarks | None = None,
    edges: Mapping[str, ArrayLike] | None = None,
    notes: Mapping[str, Sequence[str]] | None = None,
    held: int = 0,
    number: str,
    caption: str,
    alt: str,
) -> Shown:
    """Latent spaces side by side, the same samples in each; point at one to see what it is.

    The sample under the pointer lights up in every panel, a line joins the codes of its
    modalities, and a card shows its drawing, its name and a note. Arrow keys do the same. Before
    anyone points, and in print, the sample ``held`` is shown so.

    >>> codes = {"image": [[0.0, 1.0], [1.0, 0.0]], "speech": [[0.0, 0.9], [1.0, 0.1]]}
    >>> latent_explorer({"meet": codes}, thumbnails=np.zeros((2, 28, 28), np.uint8),
    ...                 names=["one", "two"], number="4.5", caption="Two samples, two codes each.",
    ...                 alt="Two pairs of points, each close together.")
    Figure 4.5. Two samples, two codes each.

    Args:
        panels: title -> modality -> codes (n, 2). Other names than a modality's are ink.
        thumbnails: one picture a sample, (n, h, w) with 0 = paper, or (n, h, w, 3); uint8 or
            floats from 0 to 1.
        names: n words for the card. notes: title -> n lines for the card, "" for none.
        marks: n short strings drawn as the points (such as the digit itself); dots if left out.
            To give every panel its own: title -> modality -> n strings, "" for a dot.
        held: number of a sample.
        edges: modality -> (2, E) sample numbers; a faint line joins the two codes in each panel.
    Raises: ValueError if a shape or a length does not fit, or a code is not finite; KeyError for
        edges of a name that no panel has; TypeError for what are no strings.
    """
    check_words(number, caption, alt)
    names = checks.texts("names", names)
    if not names:
        raise ValueError("names is empty; expected one for each sample")
    shown = checked_panels(panels, marks, len(names))
    joins = checked_edges(edges, shown, len(names))
    pictures = pixels("thumbnails", thumbnails, "n h w | n h w 3", n=len(names))
    atlas, columns = _atlas(pictures)
    held = checks.whole("held", held, 0, len(names) - 1)
    spoken = Spoken(names, held, checked_notes(notes, len(names)))
    facts = {
        "atlas": data_uri(atlas, "image/png"),
        "columns": columns,
        "tile": [pictures.shape[2], pictures.shape[1]],
    }
    drawn, tile = _sheet(shown, joins, held), pictures[held]
    return stage("latent", drawn, spoken, facts, number=number, caption=caption, alt=alt, tile=tile)


def _sheet(panels: Panels, edges: Mapping[str, np.ndarray], held: int) -> str:
    """The panels side by side, and below them what the marks mean."""
    width = len(panels) * (SIDE + GAP) - GAP
    zoom = max(1.0, len(panels) / 2)  # more panels stand smaller on the page, with larger marks
    parts = [
        _panel(p * (SIDE + GAP), title, clouds, edges, zoom, held)
        for p, (title, clouds) in enumerate(panels.items())
    ]
    # in the order of their first appearance; a panel may show only some of them
    modalities = dict.fromkeys(name for clouds in panels.values() for name in clouds)
    entries = [
        _entry(name, [clouds[name] for clouds in panels.values() if name in clouds])
        for name in modalities
    ]
    legend, last = svg.key(entries, 8, TOP + SIDE + 20, width)
    return svg.sheet(width, last + 6, [*parts, legend])


def _panel(
    left: float,
    title: str,
    clouds: Mapping[str, Cloud],
    edges: Mapping[str, np.ndarray],
    zoom: float,
    held: int,
) -> str:
    """One square of points; all modalities share its scale."""
    everything = np.concatenate([cloud.codes for cloud in clouds.values()])
    low, high = everything.min(0), everything.max(0)
    scale = (SIDE - 28) / max(float((high - low).max()), 1e-9)
    centre = np.array([left + SIDE / 2, TOP + SIDE / 2])
    places = {
        name: centre + (cloud.codes - (low + high) / 2) * scale * (1, -1)
        for name, cloud in clouds.items()
    }
    size = round(14 * min(zoom, 1.4))
    out = [
        svg.words(left + 2, 17, title, size, anchor="start", room=SIDE - 4),
        f'<rect x="{left + 0.5}" y="{TOP + 0.5}" width="{SIDE - 1}" height="{SIDE - 1}" rx="6" '
        'fill="none" stroke="currentColor" stroke-opacity=".25"/>',
    ]
    for name in [m for m in edges if m in places]:
        x, y = places[name].round().astype(int).T
        path = "".join(f"M{x[i]} {y[i]}L{x[j]} {y[j]}" for i, j in edges[name].T)
        out.append(f'<path d="{path}" stroke="{svg.ink(name)}" stroke-opacity=".35" fill="none"/>')
    drawn = [_points(name, cloud, places[name], zoom) for name, cloud in clouds.items()]
    out += [f'<g data-cloud="" opacity=".85"{pen}>{"".join(marks)}</g>' for pen, marks in drawn]
    at = [places[name][held].round().astype(int) for name in clouds]
    line = " ".join(f"{x},{y}" for x, y in at)
    lit = [f'<polyline points="{line}" fill="none"/>']
    for (x, y), (pen, marks) in zip(at, drawn, strict=True):
        own = marks[held].replace(f' data-i="{held}"', "", 1)
        ring = f'<circle cx="{x}" cy="{y}" r="{7 * zoom + 1:g}" fill="none"/>'
        lit.append(f"<g>{ring}<g{pen}>{own}</g></g>")
    out.append(f'<g data-lit="" {LIT}>{"".join(lit)}</g>')
    return f"<g data-panel='{left}'>{''.join(out)}</g>"


def _points(name: str, cloud: Cloud, places: np.ndarray, zoom: float) -> tuple[str, list[str]]:
    """The pen of a cloud, as attributes, and its marks."""
    cue = ";text-decoration:underline" if _underlined(name, cloud) else ""
    style = f"font-size:{11 * zoom:.0f}px;font-weight:600{cue}"
    out = []
    for i, (x, y) in enumerate(places):
        mark = "" if cloud.marks is None else cloud.marks[i]
        if mark == "":
            radius = round(3 * zoom)
            out.append(svg.marker(name, round(x), round(y), radius, f' data-i="{i}"'))
        else:
            out.append(f'<text data-i="{i}" x="{x:.0f}" y="{y + 4:.0f}">{escape(mark)}</text>')
    return f' fill="{svg.ink(name)}" stroke="none" text-anchor="middle" style="{style}"', out


def _entry(name: str, clouds: Sequence[Cloud]) -> svg.Entry:
    """A modality in the legend: one of its marks, or its dot if any of its points is a dot."""
    marks = {mark for cloud in clouds for mark in cloud.marks or [""]}
    sign = svg.marker(name, 0, 0, 5)
    if "" not in marks:
        sign = (
            '<text text-anchor="middle" y="5" style="font-size:15px;font-weight:600">'
            f"{escape(min(marks))}</text>"
        )
    text = f"code of the {name}" if name in COLORS else name
    return svg.Entry(sign, text, svg.ink(name), any(_underlined(name, c) for c in clouds))


def _underlined(name: str, cloud: Cloud) -> bool:
    """Where strings stand for points, every coloured one but the image is underlined."""
    return cloud.marks is not None and name != "image" and name in COLORS


def _atlas(pictures: np.ndarray) -> tuple[bytes, int]:
    """All thumbnails on one sheet, row by row, and its number of columns."""
    n, h, w = pictures.shape[:3]
    columns = int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    colour = pictures.ndim == 4
    sheet = np.full((rows * h, columns * w, *pictures.shape[3:]), 255, np.uint8)
    for i, tile in enumerate(on_paper(pictures, colour)):
        y, x = divmod(i, columns)
        sheet[y * h : (y + 1) * h, x * w : (x + 1) * w] = tile
    return png_bytes(Image.fromarray(sheet), colors=96 if colour else 16), columns
