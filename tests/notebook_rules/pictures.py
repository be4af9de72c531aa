"""Rules of figures: complete, numbered, and the first section shows one."""

import base64
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from nbformat import NotebookNode

from tests.notebook_rules.cells import (
    SECTIONS,
    cells_of_section,
    code_cells,
    first_line,
    markdown,
    output_texts,
    without_fences,
)
from tests.svg_frame import outside


@dataclass
class Shown:
    """One ``<figure>`` as the page shows it."""

    place: str = ""
    classes: str = ""
    words: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        found = re.match(r"\s*Figure (\d+\.\d+)\.", "".join(self.words))
        return found[1] if found else ""

    @property
    def caption(self) -> str:
        return re.sub(r"^\s*Figure \d+\.\d+\.\s*", "", "".join(self.words))


class FigureReader(HTMLParser):
    """Collects figures, and pictures that stand outside of one."""

    def __init__(self):
        super().__init__()
        self.figures, self.stray, self.depth, self.in_caption = [], 0, 0, False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "figure":
            self.depth += 1
            self.figures.append(Shown(attrs.get("id") or "", attrs.get("class") or ""))
        elif tag == "figcaption":
            self.in_caption = True
        elif tag in ("img", "svg"):
            alt = attrs.get("alt") or attrs.get("aria-label") or ""
            if self.depth:
                self.figures[-1].alts.append(alt)
            else:
                self.stray += 1

    def handle_endtag(self, tag):
        self.depth -= tag == "figure"
        self.in_caption = self.in_caption and tag != "figcaption"

    def handle_data(self, data):
        if self.in_caption:
            self.figures[-1].words.append(data)


def read_figures(cell: NotebookNode) -> FigureReader:
    reader = FigureReader()
    for kind, text in output_texts(cell):
        if kind == "text/html":
            reader.feed(text)
    return reader


def all_figures(nb: NotebookNode) -> list[Shown]:
    return [figure for _, cell in code_cells(nb) for figure in read_figures(cell).figures]


def figures_are_complete(nb: NotebookNode) -> list[str]:
    """Each picture is a book figure with number, anchor, caption and alternative text.

    Beside its HTML it is a PNG, for a PDF, Word and GitHub.
    """
    found = []
    for where, cell in code_cells(nb):
        reader = read_figures(cell)
        kinds = [set(output.get("data", {})) for output in cell.outputs]
        bare = [kind for own in kinds for kind in own - {"image/png"} if kind.startswith("image/")]
        bare += ["image/png" for own in kinds if "image/png" in own and "text/html" not in own]
        if reader.figures and not any("image/png" in own for own in kinds):
            found.append(f"{where}: a figure without image/png beside its HTML; run the chapter")
        if bare or reader.stray:
            found.append(f"{where}: a picture outside of figures.show ({bare or 'img'})")
        for figure in reader.figures:
            found += [f"{where}: {text}" for text in incomplete(figure)]
    for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)", without_fences(markdown(nb))):
        if len(alt) < 20:
            found.append(f"picture {target}: alternative text {alt!r}; expected a sentence")
    for name, body in re.findall(
        r"^[`:]{3,}\{(image|figure)\}(.*?)^[`:]{3,}\s*$", markdown(nb), re.MULTILINE | re.DOTALL
    ):
        if not re.search(r"^:alt:\s*\S.{19,}", body, re.MULTILINE):
            found.append(f"{{{name}}} {first_line(body)}: no :alt: sentence")
    return found


def words_stay_in_frames(nb: NotebookNode) -> list[str]:
    """No word of a drawn figure is cut by the frame of its picture."""
    found = []
    for where, cell in code_cells(nb):
        for kind, text in output_texts(cell):
            for svg in re.findall(r"svg\+xml;base64,([^\"]+)", text) if kind == "text/html" else ():
                drawn = base64.b64decode(svg).decode()
                found += [f"{where}: {cut}" for cut in outside(drawn) if "<text" in drawn]
    return found


def incomplete(figure: Shown) -> list[str]:
    name = f"figure {figure.number or figure.place or '?'}"
    alt = max(figure.alts, key=len, default="")
    wanted = {
        "has no number ('Figure 4.2.' at the caption's start)": bool(figure.number),
        "is not of class mmbook-figure": "mmbook-figure" in figure.classes.split(),
        "its anchor is not its number": figure.place == "fig-" + figure.number.replace(".", "-"),
        f"caption of {len(figure.caption)} letters, expected 30 to 600": (
            30 <= len(figure.caption) <= 600
        ),
        f"alternative text of {len(alt)} letters, expected 40 to 800": 40 <= len(alt) <= 800,
        "alternative text repeats the caption": alt != figure.caption,
    }
    return [f"{name}: {text}" for text, holds in wanted.items() if not holds]


def figures_are_numbered(nb: NotebookNode, chapter: int) -> list[str]:
    """Figures run n.1, n.2, ... and each one that the prose names is there."""
    all_numbers = [figure.number for figure in all_figures(nb)]
    numbers = [
        number for number in all_numbers if number != f"{chapter}.0"
    ]  # the still of a live one
    expected = [f"{chapter}.{n}" for n in range(1, len(numbers) + 1)]
    found = [] if numbers == expected else [f"figures are {numbers}, expected {expected}"]
    for name in re.findall(r"\bFigures?[\s\u00a0]+(\d+\.\d+)", markdown(nb)):
        if name.startswith(f"{chapter}.") and name not in numbers:
            found.append(f"the text names Figure {name}, which no cell draws")
    return found


def starts_with_a_picture(nb: NotebookNode) -> list[str]:
    cells = cells_of_section(nb, SECTIONS[0])
    if any(c.cell_type == "code" and read_figures(c).figures for c in cells):
        return []
    return [f"'{SECTIONS[0]}' shows no figure"]
