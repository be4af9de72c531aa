"""Figures of the stored notebooks on the first page.

``<!-- figure 2.7 -->`` there becomes the living figure, ``<!-- picture of figure 1.1 -->`` its
still picture. Where no website is built, GitHub say, the comment is nothing.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

WISH = re.compile(r"<!-- (picture of )?figure (\d+)\.(\d+) -->")
THUMB = '<img class="mmbook-thumb" alt="" src="data:image/png;base64,{}">'


def show_figures(app: Sphinx, doctree: nodes.document) -> None:
    for node in list(doctree.findall(nodes.raw)):
        wish = WISH.fullmatch(node.astext().strip())
        if wish is None:
            continue
        still, chapter, place = wish.groups()
        (notebook,) = Path(app.srcdir, "notebooks").glob(f"{int(chapter):02}_*.ipynb")
        app.env.note_dependency(str(notebook))
        data = stored(notebook, f"fig-{chapter}-{place}")
        markup = THUMB.format(data["image/png"].strip()) if still else living(data["text/html"])
        node.replace_self(nodes.raw("", markup, format="html"))


def stored(notebook: Path, name: str) -> dict[str, str]:
    """The figure with this id among the notebook's outputs, by kind."""
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
            if f'id="{name}"' in data.get("text/html", ""):
                return data
    raise LookupError(f"{notebook.name} has no figure {name}")


def living(markup: str) -> str:
    """Without its number and caption, which belong to its chapter."""
    markup = re.sub(r"<figcaption.*?</figcaption>", "", markup, flags=re.DOTALL)
    return f'<div class="mmbook-hero">{re.sub("id=.fig-[0-9-]+.", "", markup, count=1)}</div>'
