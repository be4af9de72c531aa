"""What interactive figures share: a picture, facts about it, and the script that joins them."""

import json
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Any

import numpy as np

from mmbook.figures.pixels import data_uri
from mmbook.figures.show import CARD, Shown, wrap
from mmbook.figures.spoken import Spoken, with_words

SCRIPTS = {
    "latent": "explorer.js",
    "attention": "attention.js",
    "slider": "slider.js",
    "timeline": "timeline.js",
}


def stage(
    kind: str,
    svg: str,
    spoken: Spoken,
    facts: Mapping[str, Any],
    *,
    number: str,
    caption: str,
    alt: str,
    tile: np.ndarray | None = None,
) -> Shown:
    """SVG markup that a script brings to life; without scripts it is an ordinary picture.

    ``svg`` shows the held part, as the script of this ``kind`` shows it at first. ``facts`` is what
    that script reads, as JSON.
    """
    folder = resources.files("mmbook.figures")
    own, shared = (folder.joinpath(f).read_text("utf-8") for f in (SCRIPTS[kind], "stage.js"))
    read = {"titles": spoken.titles, "notes": spoken.notes, "held": spoken.held, **facts}
    data = json.dumps(read, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    picture = with_words(svg, spoken, tile)
    source = data_uri(picture.encode(), "image/svg+xml")
    inside = (
        f'<img alt="{escape(alt)}" src="{source}" style="{CARD}">'
        f'<script type="application/json">{data}</script>'
        f"<script>(() => {{\n{shared}{own}}})();</script>"
    )
    markup = wrap(inside, number, caption, f" mmbook-interactive mmbook-{kind}")
    return Shown(number, caption, markup, picture)
