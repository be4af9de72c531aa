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


def show_figures(app: Sphinx, doctree: nodes.document) -> None:
    for node in list(doctree.findall(nodes.raw)):
        wish = WISH.fullmatch(node.astext().strip())
        if wish is None:
            continue
        still, chapter, place = wish.groups()
        (notebook,) = Path(app.srcdir, "notebooks").glob(f"{int(chapter):02}_*.ipynb")
        app.env.note_dependency(str(notebook))
        markup = stored(notebook, f"fig-{chapter}-{place}")
        markup = picture(markup) if still else living(markup)
        node.replace_self(nodes.raw("", markup, format="html"))


def stored(notebook: Path, name: str) -> str:
    """The HTML of the figure with this id among the notebook's outputs."""
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            markup = "".join(output.get("data", {}).get("text/html", []))
            if f'id="{name}"' in markup:
                return markup
    raise LookupError(f"{notebook.name} has no figure {name}")


def living(markup: str) -> str:
    """Without its number and caption, which belong to its chapter."""
    markup = re.sub(r"<figcaption.*?</figcaption>", "", markup, flags=re.DOTALL)
    return f'<div class="mmbook-hero">{re.sub("id=.fig-[0-9-]+.", "", markup, count=1)}</div>'


def picture(markup: str) -> str:
    source = re.search(r'src="(data:image/[^"]+)"', markup)
    if source is None:
        raise ValueError(f"expected a figure with a picture, not {markup[:80]}")
    return f'<img class="mmbook-thumb" alt="" src="{source[1]}">'
