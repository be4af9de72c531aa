"""Write the labs, in which students write the algorithms themselves.

    python -m tools.labs [--to FOLDER] [NAMES]

NAMES are beginnings of names, such as ``07``. Without any: all labs. Each text of ``teaching/labs``
gives two notebooks: ``FOLDER/student``, where the functions are not yet written, and
``FOLDER/instructor``, where they are as in the chapter. No notebook is written over another, for
somebody may have worked in it.

A cell tagged ``core`` holds a stub, a function or class with ``...`` for what is to be written.
What belongs there stands in the chapter, in a cell that is tagged ``core``, too, or, where the
chapter computes a formula without a function, in the lab's next cell, tagged ``reference``.
"""

import argparse
import os
import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from tools.book import ROOT, TEXT, Chapter, chapters, sought, spare
from tools.first_cell import first_cell
from tools.formulas import equations
from tools.notebooks import normalise
from tools.stubs import Definition, completed, definitions, differences, functions, lines, tagged

LINK = re.compile(r"\[\(([\d.]+)\)\]\((\w+)\.ipynb#([\w-]+)\)")
NOTE = "*Instructor's edition: the functions are written. Students get the other one.*"


@dataclass(frozen=True)
class Lab:
    """A text of ``teaching/labs``; it has the name of its chapter."""

    chapter: Chapter

    @property
    def name(self) -> str:
        return self.chapter.name

    @property
    def text(self) -> Path:
        return self.chapter.root / "teaching" / "labs" / f"{self.name}.md"

    def read(self) -> NotebookNode:
        return jupytext.reads(self.text.read_text("utf-8"), fmt=TEXT)


def labs(names: Sequence[str] = (), root: Path = ROOT) -> list[Lab]:
    """The labs of the chapters whose name begins with one of ``names``.

    Raises: SystemExit for a beginning that no chapter has, or where no chapter has a lab.
    """
    found = [lab for lab in map(Lab, chapters(names, root)) if lab.text.exists()]
    if not found:
        wanted = f" for {', '.join(names)}" if names else ""
        raise SystemExit(f"no lab{wanted} in {root / 'teaching' / 'labs'}")
    return found


def formula_above(words: str, known: dict[str, tuple[Chapter, str, str]], where: str) -> str:
    """ "formula (7.4) of chapter 7" for the first formula that a cell links to.

    Raises: ValueError if there is none, or it has another number.
    """
    link = sought(LINK.pattern, words, where, "a link to a numbered formula above the stub")
    number, file, anchor = link.groups()
    chapter, _, right = known.get(anchor, (None, "", "none"))
    if chapter is None or (chapter.name, right) != (file, number):
        raise ValueError(f"{where}: ({number}) of {file}#{anchor} is {right} now")
    return f"formula ({number}) of chapter {chapter.number}"


def both(source: str, stub: Definition, full: Definition, text: str, where: str) -> tuple[str, str]:
    """The stub's cell as a student gets it, and with what ``full`` has in the cell ``text``."""
    replies, bodies = {}, {}
    for name, function in functions(full).items():
        start, end = lines(function, text)
        bodies[name] = text.splitlines()[start:end]
        indent = " " * (len(bodies[name][0]) - len(bodies[name][0].lstrip()))
        says = f'"not yet written: {name}, {where}"'
        replies[name] = [f"{indent}raise NotImplementedError(", f"{indent}    {says})"]
    return completed(source, stub, replies), completed(source, stub, bodies)


def editions(lab: Lab) -> dict[str, NotebookNode]:
    """{"student": notebook, "instructor": notebook}.

    Raises: ValueError for a stub that nothing fills, that differs from what does, or that no
        check follows.
    """
    source, known = lab.read(), equations(chapters(root=lab.chapter.root))
    full = definitions(lab.chapter.read_text().cells, "core")
    full |= definitions(source.cells, "reference")
    students, instructors = [], []
    words, waiting = "", ""
    for cell in source.cells:
        words = cell.source if cell.cell_type == "markdown" else words
        if tagged(cell, "reference"):
            continue
        mine, theirs = deepcopy(cell), deepcopy(cell)
        if tagged(cell, "core"):
            stubs = definitions([cell], "core")
            if len(stubs) != 1 or waiting:
                raise ValueError(f"{lab.name}: each stub has its own cell and check: {waiting}")
            (waiting, (stub, _)) = next(iter(stubs.items()))
            if waiting not in full:
                raise ValueError(f"{lab.name}: no cell tagged core or reference has {waiting}")
            for problem in differences(stub, full[waiting][0]):
                raise ValueError(f"{lab.name}: {problem}")
            where = formula_above(words, known, f"{lab.name}, {waiting}")
            mine.source, theirs.source = both(cell.source, stub, *full[waiting], where)
        elif tagged(cell, "check"):
            waiting = ""
        students.append(mine)
        instructors.append(theirs)
    if waiting:
        raise ValueError(f"{lab.name}: no check follows {waiting}")
    note = nbformat.v4.new_markdown_cell(NOTE)
    return {"student": notebook(lab, students), "instructor": notebook(lab, [note, *instructors])}


def notebook(lab: Lab, cells: list[NotebookNode]) -> NotebookNode:
    """With the cell that installs mmbook, and ``expect`` of the checks folded below the imports."""
    helper = (lab.text.parent / "expect.py").read_text("utf-8").rstrip()
    folded = nbformat.v4.new_code_cell(helper, metadata={"jupyter": {"source_hidden": True}})
    first = next(n for n, cell in enumerate(cells) if cell.cell_type == "code")
    imports = [first_cell(lab.chapter.root), cells[first], folded]
    cells = [*cells[:first], *imports, *cells[first + 1 :]]
    return normalise(nbformat.v4.new_notebook(cells=cells))


def write_all(chosen: list[Lab], folder: Path) -> None:
    """Write both editions; links lead to the chapters, or, outside the book, to the same folder.

    Raises: SystemExit if one of the notebooks is there.
    """
    made = {
        f"{edition}/{lab.name}.ipynb": nb for lab in chosen for edition, nb in editions(lab).items()
    }
    spare(folder, made)
    for name, nb in made.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        root, here = chosen[0].chapter.root.resolve(), file.parent.resolve()
        if here.is_relative_to(root):
            book = os.path.relpath(root / "notebooks", here).replace(os.sep, "/")
            for cell in (c for c in nb.cells if c.cell_type == "markdown"):
                cell.source = re.sub(r"\]\((\d\d_\w+\.ipynb)", rf"]({book}/\1", cell.source)
        nbformat.write(normalise(nb), file)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--to", type=Path, default=ROOT / "labs", metavar="FOLDER")
    options = parser.parse_args(arguments)
    chosen = labs(options.names)
    try:
        write_all(chosen, options.to)
    except ValueError as error:
        raise SystemExit(f"teaching/labs: {error}") from error
    print(f"{len(chosen)} labs in {options.to / 'student'} and {options.to / 'instructor'}")


if __name__ == "__main__":
    main()
