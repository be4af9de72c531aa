"""Write the chapters for a class: without solutions and outputs, with a cell for each answer.

    python -m tools.student [--to FOLDER] [--force] [NAMES]

NAMES are beginnings of chapter names, such as ``04``. Without any: all chapters. The notebooks are
written into FOLDER (``student`` by default), beside a copy of the pages and pictures they link to.
A notebook that somebody has worked in since is left alone, and so are all others, unless --force
says otherwise.
"""

import hashlib
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.notebooks import ROOT, Chapter, chapters, folder_parser, normalise

SOURCE = ROOT / "notebooks"
EXERCISE = re.compile(r"### Exercise ([\d.]+)\n+\*(\w+)")


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    """The notebook with one empty cell where each solution stood; changes and returns it.

    The answer to what asks for an argument is a text cell, to all else a code cell.

    Raises: ValueError for a solution that no exercise precedes.
    """
    kept: list[NotebookNode] = []
    asked, inside = None, False
    for cell in notebook.cells:
        is_text = cell.cell_type == "markdown"
        if is_text and cell.source.startswith("#### Solution"):
            if asked is None:
                raise ValueError(f"{cell.source!r} follows no exercise")
            kept.append(answer(*asked))
            inside, asked = True, None
        elif is_text and re.search(r"^(## |### Exercise )", cell.source, re.MULTILINE):
            inside = False
        if is_text and (found := EXERCISE.search(cell.source)):
            asked = found.groups()
        if not inside:
            kept.append(cell)
    notebook.cells = kept
    return notebook


def answer(number: str, kind: str) -> NotebookNode:
    """The cell for a student's answer."""
    if kind in ("Understand", "Derive"):
        return nbformat.v4.new_markdown_cell(f"*Your answer to exercise {number}:*")
    return nbformat.v4.new_code_cell(f"# Your answer to exercise {number}")


def student_notebook(chapter: Chapter) -> NotebookNode:
    """The chapter as a student gets it: nothing has been run.

    Raises: ValueError for a solution that no exercise precedes.
    """
    try:
        notebook = normalise(without_solutions(chapter.read_text()))
    except ValueError as error:
        raise ValueError(f"{chapter.name}: {error}") from error
    notebook.metadata["mmbook"] = {"written": words_of(notebook)}
    return notebook


def words_of(notebook: NotebookNode) -> str:
    """SHA-256 (hex) of what the cells say; outputs and what JupyterLab notes down do not count."""
    cells = [f"{cell.cell_type}\n{cell.source}" for cell in notebook.cells]
    return hashlib.sha256("\n# cell\n".join(cells).encode()).hexdigest()


def worked_in(file: Path) -> bool:
    """Whether a notebook says other things than when this tool wrote it."""
    if not file.exists():
        return False
    notebook = nbformat.read(file, as_version=4)
    return notebook.metadata.get("mmbook", {}).get("written") != words_of(notebook)


def write(chosen: list[Chapter], folder: Path, force: bool = False) -> None:
    """Write the notebooks and what they link to; first see that nothing is lost.

    Raises: SystemExit for the folder of the sources, or notebooks that somebody worked in.
    """
    place = folder.resolve()
    if SOURCE.resolve() in (place, *place.parents) or (folder / "_src").exists():
        raise SystemExit(f"{folder} holds the chapters themselves; choose another folder")
    answered = [c.ipynb.name for c in chosen if worked_in(folder / c.ipynb.name)]
    if answered and not force:
        raise SystemExit(
            f"somebody has worked in {', '.join(answered)} of {folder}; nothing was written. "
            "Choose another folder, or overwrite them with --force (make student FORCE=1)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for chapter in chosen:
        nbformat.write(student_notebook(chapter), folder / chapter.ipynb.name)
    for page in SOURCE.glob("*.md"):
        shutil.copy(page, folder)
    shutil.copytree(SOURCE / "_static", folder / "_static", dirs_exist_ok=True)


def main(arguments: list[str] | None = None) -> int:
    parser = folder_parser(__doc__, "student")
    parser.add_argument("--force", action="store_true", help="overwrite notebooks with answers")
    options = parser.parse_args(arguments)
    chosen = chapters(options.names)
    write(chosen, options.to, options.force)
    print(f"{len(chosen)} chapters without solutions in {options.to}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
