"""Write the lecturers' slide shows: decks that Jupyter edits, and pages that need no network.

    python -m tools.slides [--to FOLDER] [NAMES]

NAMES are beginnings of chapter names, such as ``04``. Without any: all decks of teaching/slides.
FOLDER (``slides`` by default) gets for each ``NN_name.ipynb``, with Jupyter's slide types, and
``NN_name.slides.html``, to be opened in a browser; ``?print-pdf`` behind its address prints it, and
``&showNotes=separate-page`` the notes. A changed deck is exported there once more with
``jupyter nbconvert --config show/nbconvert.py --to slides NN_name.ipynb``. No deck is written
over, nor the folder ``show`` with the style of the shows.

A deck's source holds one sentence a slide, notes, and references that bring what the chapter has:

    {{ title }}  {{ question }}      the chapter's name, the question it opens with
    {{ formula sa-attention }}       by its anchor
    {{ figure 7.1 }}                 as it was stored; its caption and plan go to the notes
    {{ code Heads.forward }}         the class or function of this name, or its part
    {{ output deleted 1-6 }}         printed by the cell that sets this name (or `has this`); lines
    {{ exercises 7.1 7.3 }}          their texts
    {{ week padding mask }}          in notes: what the week plan says with these words;
    {{ week }}                       all of it that is not said elsewhere in the deck
"""

import argparse
import os
import re
import shutil
from importlib.resources import files
from pathlib import Path

import jupytext
import nbformat
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from traitlets.config.loader import PyFileConfigLoader

from tools.book import ROOT, TEXT, Chapter, beginning, spare, write
from tools.excerpts import Excerpts
from tools.week_plan import plan_of

SHOW = ROOT / "tools" / "slideshow"
REFERENCE = re.compile(r"^\{\{ *(\w+) *(.*?) *\}\}$", re.MULTILINE)


def decks(names: list[str], root: Path = ROOT) -> list[Chapter]:
    """The chapters that have a deck. Raises: SystemExit for a beginning that no deck has."""
    known = sorted(file.stem for file in (root / "teaching" / "slides").glob("[0-9][0-9]_*.md"))
    return [Chapter(stem, root) for stem in beginning(names, known, "deck")]


def source(chapter: Chapter) -> NotebookNode:
    """A deck as it was written."""
    return jupytext.read(chapter.root / "teaching/slides" / f"{chapter.name}.md", fmt=TEXT)


def kind(cell: NotebookNode) -> str:
    """A cell's slide type; ``-`` for one that goes on."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def slides(deck: NotebookNode) -> list[list[NotebookNode]]:
    """The cells of each slide. Raises: ValueError for a cell that stands before the first."""
    found: list[list[NotebookNode]] = []
    for cell in deck.cells:
        if kind(cell) == "slide":
            found.append([])
        if not found:
            raise ValueError(f"expected a cell of type 'slide' first; got {cell.source[:40]!r}")
        found[-1].append(cell)
    return found


def references(cells: list[NotebookNode]) -> list[tuple[str, str]]:
    """What cells refer to: (kind, words)."""
    return [(f[1], f[2]) for cell in cells for f in REFERENCE.finditer(cell.source)]


def text_cell(words: str, slide_type: str) -> NotebookNode:
    cell = nbformat.v4.new_markdown_cell(words.strip())
    cell.metadata["slideshow"] = {"slide_type": slide_type}
    return cell


def figure_cell(number: str, excerpts: Excerpts, slide_type: str) -> NotebookNode:
    output = nbformat.v4.new_output("display_data", data=excerpts.figure(number))
    cell = nbformat.v4.new_code_cell(f'figure("{number}")', outputs=[output])
    cell.metadata |= {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
    cell.metadata["slideshow"] = {"slide_type": slide_type}
    return cell


def filled(cell: NotebookNode, excerpts: Excerpts) -> list[NotebookNode]:
    """A cell with what it refers to: several cells where a figure stands within."""
    made: list[NotebookNode] = []
    for at, part in enumerate(re.split(r"^\{\{ *figure +(.*?) *\}\}$", cell.source, flags=re.M)):
        slide_type = "-" if made else kind(cell)
        if at % 2:
            made.append(figure_cell(part, excerpts, slide_type))
        elif part.strip():
            words = REFERENCE.sub(lambda found: excerpts.text(*found.groups()), part)
            made.append(text_cell(words, slide_type))
    return made


def slide(cells: list[NotebookNode], excerpts: Excerpts) -> list[NotebookNode]:
    """A slide's cells, its notes in one cell before what waits for a key."""
    notes = "\n\n".join(cell.source for cell in cells if kind(cell) == "notes")
    said = REFERENCE.sub(lambda found: excerpts.text(*found.groups()), notes)
    for what, words in references(cells):
        if what == "figure":
            said += "\n\n" + "\n\n".join([*excerpts.week_of(words), excerpts.caption(words)])
    shown = [c for cell in cells if kind(cell) != "notes" for c in filled(cell, excerpts)]
    place = next((k for k, c in enumerate(shown) if kind(c) == "fragment"), len(shown))
    return shown[:place] + [text_cell(said, "notes")] * bool(said.strip()) + shown[place:]


def deck_notebook(chapter: Chapter, path: str) -> NotebookNode:
    """The deck with all it shows; ``path`` leads from it to the stored chapter.

    Raises: ValueError for a reference to what the chapter has not, or has twice.
    """
    written = source(chapter)
    excerpts = Excerpts(chapter, plan_of(chapter), references(written.cells))
    cells = [c for group in slides(written) for c in slide(group, excerpts)]
    code = (SHOW / "fetch.py").read_text("utf-8").rstrip()
    fetch = nbformat.v4.new_code_cell(code.replace("chapter.ipynb", path))
    fetch.metadata["slideshow"] = {"slide_type": "skip"}
    notebook = nbformat.v4.new_notebook(cells=[fetch, *cells])
    for at, cell in enumerate(notebook.cells):
        cell["id"] = f"slides-{at}"
    notebook.metadata["kernelspec"] = written.metadata["kernelspec"]
    notebook.metadata["title"] = f"Chapter {chapter.number} · {chapter.title}"
    return notebook


def write_show(folder: Path) -> None:
    """The files that all shows share: template, style, reveal.js and MathJax, with licences.

    A folder ``show`` that is there is left alone: a lecturer may have given it another style.
    """
    if (folder / "show").exists():
        return
    shutil.copytree(SHOW / "show", folder / "show")
    reveal = Path(str(files("sphinx_revealjs"))) / "_static" / "revealjs"
    math = Path(str(files("sphinx-mathjax-offline"))) / "static" / "mathjax"
    for package, name, pattern in [
        (reveal, "reveal", "**/LICENSE"),
        (reveal, "reveal", "dist/reveal.css"),
        (reveal, "reveal", "dist/reveal.js"),
        (reveal, "reveal", "dist/theme/fonts/source-sans-pro/*.woff"),
        (reveal, "reveal", "plugin/*/notes.js"),
        (reveal, "reveal", "plugin/*/zoom.js"),
        (math, "mathjax", "tex-chtml.js"),
        (math, "mathjax", "output/chtml/fonts/woff-v2/*.woff"),
    ]:
        for file in package.glob(pattern):
            place = folder / "show" / name / file.relative_to(package)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)


def write_all(chosen: list[Chapter], folder: Path) -> None:
    """Write decks and pages; first see that nothing is lost.

    Raises: SystemExit in the folder of the sources, if a deck is there, or for a wrong reference.
    """
    if folder.resolve().is_relative_to(ROOT / "teaching"):
        raise SystemExit(f"{folder} holds the sources themselves; choose another folder")
    spare(folder, [c.ipynb.name for c in chosen])
    to = {c: Path(os.path.relpath(c.ipynb, folder.resolve())).as_posix() for c in chosen}
    try:
        made = {chapter: deck_notebook(chapter, path) for chapter, path in to.items()}
    except ValueError as error:
        raise SystemExit(f"teaching/slides: {error}") from error
    write_show(folder)
    exporter = SlidesExporter(
        config=PyFileConfigLoader("nbconvert.py", str(folder / "show")).load_config()
    )
    for chapter, notebook in made.items():
        write(folder / chapter.ipynb.name, nbformat.writes(notebook) + "\n")
        page, _ = exporter.from_notebook_node(notebook)
        write(folder / f"{chapter.name}.slides.html", page)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--to", type=Path, default=ROOT / "slides", metavar="FOLDER")
    options = parser.parse_args(arguments)
    write_all(chosen := decks(options.names), options.to)
    print(f"{len(chosen)} slide shows in {options.to}; open one of the pages in a browser")
    print("space goes on, S shows the notes, Esc all slides, a click with Alt enlarges")


if __name__ == "__main__":
    main()
