"""What interactive figures share: a picture, facts about it, and the script that joins them."""

import json
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Any

from mmbook.figures.pixels import data_uri
from mmbook.figures.show import CARD, Shown, wrap

SCRIPTS = {
    "latent": "explorer.js",
    "attention": "attention.js",
    "slider": "slider.js",
    "timeline": "timeline.js",
}


def stage(
    kind: str, svg: str, facts: Mapping[str, Any], *, number: str, caption: str, alt: str
) -> Shown:
    """SVG markup that a script brings to life; without scripts it is an ordinary picture.

    ``facts`` is what the script of this ``kind`` reads, as JSON.
    """
    folder = resources.files("mmbook.figures")
    own, shared = (folder.joinpath(f).read_text("utf-8") for f in (SCRIPTS[kind], "stage.js"))
    data = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    source = data_uri(svg.encode(), "image/svg+xml")
    inside = (
        f'<img alt="{escape(alt)}" src="{source}" style="{CARD}">'
        f'<script type="application/json">{data}</script>'
        f"<script>(() => {{\n{shared}{own}}})();</script>"
    )
    return Shown(
        number, caption, wrap(inside, number, caption, f" mmbook-interactive mmbook-{kind}")
    )
