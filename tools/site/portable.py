"""What the website makes of the chapters' plain Markdown (see tools/links.py).

- An anchor ``<a id="x"></a>`` on a line of its own becomes the id of what follows it.
- Links to anchors and to figures, whose ids stand in outputs, lead there, from other pages, too.
- An exercise is a box, and its solution is folded.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ANCHOR = re.compile(r'<a id="([\w-]+)"></a>')
FIGURE = re.compile(r'<figure [^>]*\bid="(fig-[\w-]+)"')


class Anchors(SphinxTransform):
    """Give anchors to what follows them, and make anchors and figures known to links."""

    default_priority = 870  # before MyST resolves links to ids, at 879

    def apply(self, **_) -> None:
        slugs = getattr(self.document, "myst_slugs", None)
        if slugs is None:  # not a page of Markdown
            return
        for paragraph in list(self.document.findall(nodes.paragraph)):
            inside = [part for part in paragraph.children if part.astext().strip()]
            marks = "".join(part.astext() for part in inside)
            following = paragraph.next_node(descend=False, siblings=True, ascend=True)
            alone = bool(inside) and not ANCHOR.sub("", marks).strip()
            if alone and isinstance(following, nodes.Element):
                names = ANCHOR.findall(marks)
                following["ids"] += names
                self.document.ids.update(dict.fromkeys(names, following))
                slugs.update({name: (0, name, "") for name in names})
                paragraph.parent.remove(paragraph)
        for raw in self.document.findall(nodes.raw):
            slugs.update({name: (0, name, "") for name in FIGURE.findall(raw.astext())})


class Exercises(SphinxTransform):
    """A section "Exercise 7.1" is a box; "Solution 7.1" in it is folded, and no heading."""

    default_priority = 871

    def apply(self, **_) -> None:
        for section in list(self.document.findall(nodes.section)):
            title = section[0].astext()
            if re.fullmatch(r"Exercise \d+\.\d+", title):
                section["classes"].append("exercise")
            elif re.fullmatch(r"Solution \d+\.\d+", title):
                fold = f'<details class="solution"><summary>{title}</summary>'
                box = nodes.container(classes=["solution"])
                box += nodes.raw("", fold, format="html")
                box += section.children[1:]
                box += nodes.raw("", "</details>", format="html")
                section.replace_self(box)


def setup(app: Sphinx) -> dict:
    app.add_transform(Anchors)
    app.add_transform(Exercises)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
