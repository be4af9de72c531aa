"""Write the chapters for a class: without solutions and outputs, with a cell for each answer.

    python -m tools.student [--to FOLDER] [NAMES]

NAMES are beginnings of chapter names, such as ``04``. Without any: all chapters. The notebooks are
written into FOLDER (``student`` by default), beside a copy of the pages and pictures they link to.
No notebook is written over another, for somebody may have worked in it.
"""

import argparse
import re
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.book import EXERCISE, ROOT, Chapter, chapters, spare
from tools.notebooks import normalise


def answer(number: str, kind: str) -> NotebookNode:
    """The cell for an answer: text to what asks for an argument, code to all else."""
    if kind in ("Understand", "Derive"):
        return nbformat.v4.new_markdown_cell(f"*Your answer to exercise {number}:*")
    return nbformat.v4.new_code_cell(f"# Your answer to exercise {number}")


def student_notebook(chapter: Chapter) -> NotebookNode:
    """The chapter as a student gets it: an empty cell for each solution, and nothing has been run.

    Raises: ValueError for a solution that no exercise precedes.
    """
    notebook = chapter.read_text()
    kept: list[NotebookNode] = []
    asked, inside = None, False
    for cell in notebook.cells:
        words = cell.source if cell.cell_type == "markdown" else ""
        if words.startswith("#### Solution"):
            if asked is None:
                raise ValueError(f"{chapter.name}: {words!r} follows no exercise")
            kept.append(answer(asked[2], asked[3]))
            inside, asked = True, None
        elif re.search(r"^(## |### Exercise )", words, re.MULTILINE):
            inside = False
        asked = EXERCISE.search(words) or asked
        if not inside:
            kept.append(cell)
    notebook.cells = kept
    return normalise(notebook)


def write_all(chosen: list[Chapter], folder: Path, root: Path = ROOT) -> None:
    """Write the notebooks and what they link to; first see that nothing is lost.

    Raises: SystemExit within the folder of the sources, or if one of the notebooks is there.
    """
    source = root / "notebooks"
    if folder.resolve().is_relative_to(source.resolve()):
        raise SystemExit(f"{folder} holds the chapters themselves; choose another folder")
    spare(folder, [c.ipynb.name for c in chosen])
    made = {c.ipynb.name: student_notebook(c) for c in chosen}
    shutil.copytree(source / "_static", folder / "_static", dirs_exist_ok=True)
    for page in source.glob("*.md"):
        shutil.copy(page, folder)
    for name, notebook in made.items():
        nbformat.write(notebook, folder / name)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--to", type=Path, default=ROOT / "student", metavar="FOLDER")
    options = parser.parse_args(arguments)
    chosen = chapters(options.names)
    write_all(chosen, options.to)
    print(f"{len(chosen)} chapters without solutions in {options.to}")


if __name__ == "__main__":
    main()
