"""A figure that searches in the browser: no kernel, no library, no network.

It is a static picture of one question first. Where scripts run, a text box and paper to scribble on
take its place; ``search.js`` computes there what :class:`Finder` computes here.
"""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from mmbook import checks
from mmbook.figures.pixels import data_uri, pixels
from mmbook.figures.show import CARD, Shown, check_words, wrap
from mmbook.figures.style import VIOLET
from mmbook.search.finder import LANGUAGES, SENSES, Finder, Question
from mmbook.search.scribble import checked_strokes
from mmbook.search.still import ORANGE, still_page

FOLDER = resources.files("mmbook.search")
COLOURS = 128  # of all pictures together
DIGITS = 3  # of a stroke's points: a thousandth of the paper's side

Scribbles = Mapping[str, Sequence[ArrayLike]]


def our_scribbles() -> dict[str, list[np.ndarray]]:
    """Twelve things among the test concepts, each scribbled by hand: {English name: strokes}.

    The names were chosen first, and the strokes were written before any of them was asked; none was
    changed afterwards. So they may be used to show how often a plain scribble is found.

    >>> len(our_scribbles()), our_scribbles()["house"][0].tolist()[0]
    (12, [0.2, 0.46])
    """
    stored = json.loads(FOLDER.joinpath("scribbles.json").read_text("utf-8"))
    return {n: [np.array(stroke) / 100 for stroke in strokes] for n, strokes in stored.items()}


def search_page(
    finder: Finder,
    thumbnails: ArrayLike,
    *,
    held: Question,
    scribbles: Scribbles | None = None,
    number: str,
    caption: str,
    alt: str,
) -> Shown:
    """Ask by words, by a scribble, or by both, and see ten answers and what each is made of.

    Args:
        thumbnails: one picture per entry, (n, h, w, 3); uint8 or floats from 0 to 1.
        held: what is asked before anyone asks; without scripts, in print and in a PDF a still
            picture shows it with its answers.
        scribbles: {name: strokes} for the buttons; :func:`our_scribbles` if left out.
    Raises: TypeError for what is no finder, question or dict of strokes; ValueError for pictures of
        another number or shape, a held question that asks nothing, or words that will not do.
    """
    check_words(number, caption, alt)
    picture = still_page(finder, thumbnails, held)
    facts = _facts(finder, thumbnails, held, our_scribbles() if scribbles is None else scribbles)
    data = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    source = data_uri(picture.encode(), "image/svg+xml")
    inside = (
        f"<style>{_read('page.css')}</style>"
        f'<img alt="{escape(alt)}" src="{source}" style="{CARD}">'
        f'<script type="application/json">{data}</script>'
        f"<script>(() => {{\n{_scripts()}}})();</script>"
    )
    markup = wrap(inside, number, caption, " mmbook-search")
    return Shown(number, caption, markup, picture)


def page_sizes(finder: Finder, thumbnails: ArrayLike) -> dict[str, int]:
    """Bytes of the page's parts as they are stored: {part: bytes}, the largest first.

    Raises: TypeError for what is no finder; ValueError for pictures of another number or shape.
    """
    facts = _facts(finder, thumbnails, Question(), our_scribbles())
    weights = [facts["layers"][m].pop("bytes") for m in SENSES]
    pieces = [facts["layers"][m].pop("pieces") for m in LANGUAGES]
    found = {
        "pictures": facts.pop("atlas")["bytes"],
        "weights": weights,
        "codes of the entries": facts.pop("entries"),
        "letter groups": pieces,
        "names": facts.pop("names"),
        "scripts and style": _scripts() + _read("page.css"),
        "scribbles and the rest": facts,
    }
    sizes = {
        part: len(json.dumps(x, ensure_ascii=False, separators=(",", ":")).encode())
        for part, x in found.items()
    }
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def _facts(
    finder: Finder, thumbnails: ArrayLike, held: Question, scribbles: Scribbles
) -> dict[str, Any]:
    """All that the script reads, as JSON holds it."""
    checks.instance("finder", finder, Finder)
    pictures = pixels("thumbnails", thumbnails, "n h w 3", n=len(finder.names))
    layers: dict[str, Any] = {
        m: finder.weight[m].facts() | {"bias": _rounded(finder.bias[m])} for m in SENSES
    }
    for m in LANGUAGES:
        known = finder.pieces[m]
        layers[m] |= {"pieces": known.known, "longest": known.longest}
    checks.mapping("scribbles", scribbles)
    return {
        "layers": layers,
        "entries": finder.entries.facts(),
        "usual": _rounded(finder.usual),
        "extent": finder.extent,
        "width": finder.width,
        "names": finder.names,
        "atlas": _atlas(pictures),
        "scribbles": {name: _strokes(strokes) for name, strokes in scribbles.items()},
        "held": {"text": held.text, "strokes": _strokes(held.strokes), "half": held.half},
    }


def _strokes(strokes: Sequence[ArrayLike]) -> list[list[list[float]]]:
    return [stroke.round(DIGITS).tolist() for stroke in checked_strokes(strokes)]


def _rounded(x: np.ndarray) -> list[float]:
    """As many digits as single precision holds."""
    return [float(f"{v:.6g}") for v in x]


def _atlas(pictures: np.ndarray) -> dict[str, Any]:
    """All pictures on one sheet, row by row, with few colours and no loss beside that."""
    n, h, w = pictures.shape[:3]
    columns = int(np.ceil(np.sqrt(n)))
    sheet = Image.new("RGB", (columns * w, -(-n // columns) * h), "white")
    for i, tile in enumerate(pictures):
        sheet.paste(Image.fromarray(tile), (i % columns * w, i // columns * h))
    few = sheet.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
    file = io.BytesIO()
    few.save(file, "WEBP", lossless=True, method=6)
    code = base64.b64encode(file.getvalue()).decode()
    return {"type": "image/webp", "bytes": code, "columns": columns}


def _scripts() -> str:
    colours = f'const MORE = "{VIOLET}", LESS = "{ORANGE}";\n'  # safe together
    lines = "".join(_read(f"{name}.js") for name in ("search", "pad", "page")).splitlines()
    bare = (line.strip() for line in lines if not line.strip().startswith("//"))
    return colours + "".join(f"{line}\n" for line in bare if line)


def _read(name: str) -> str:
    return FOLDER.joinpath(name).read_text("utf-8")
