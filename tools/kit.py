"""Write the course kit for a class, or run the code behind its sample reports.

    python -m tools.kit [--to FOLDER]    the kit's pages and notebooks
    python -m tools.kit --run [NAMES]    run its notebooks, store what they print

The pages (syllabus, handout, reports) and the notebooks (starter, and the code of the reports) come
from ``teaching/kit`` and go into FOLDER, ``kit`` by default, to be filled in there. Nothing is
written over another file. ``--run`` stores what the notebooks print in ``teaching/kit/printed``, on
which the reports' numbers rest, and draws the reports' figures anew. NAMES are beginnings of their
names, such as ``report_full``.
"""

import argparse
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from tools.book import ROOT, TEXT, beginning, spare, write
from tools.fingerprint import fingerprint
from tools.first_cell import first_cell
from tools.notebooks import execute, normalise

KIT = ROOT / "teaching" / "kit"
PRINTED = "printed"


def notebooks(folder: Path = KIT, names: Sequence[str] = ()) -> list[Path]:
    """The texts that become notebooks, those whose name begins with one of ``names``.

    Raises: SystemExit for a beginning that none has.
    """
    known = [f for f in sorted(folder.glob("*.md")) if "\nkernelspec:" in f.read_text("utf-8")]
    wanted = beginning(names, [file.stem for file in known], "notebook of the kit")
    return [file for file in known if file.stem in wanted]


def read(text: Path) -> NotebookNode:
    """A text as a notebook without outputs."""
    return normalise(jupytext.read(text, fmt=TEXT))


def handed_out(text: Path) -> NotebookNode:
    """The same with the cell that installs mmbook, below the title."""
    notebook = read(text)
    notebook.cells.insert(1, first_cell())
    return normalise(notebook)


def made_from(text: Path) -> str:
    """The code, modules and data of a notebook: what it printed is stale when they have changed."""
    return fingerprint(read(text), ROOT)


def printed(text: Path) -> Path:
    """Where it is stored what a notebook prints."""
    return text.parent / PRINTED / f"{text.stem}.txt"


def run(text: Path) -> None:
    """Run a notebook where it stands, and store what it prints.

    Raises: nbclient's CellExecutionError for a cell that fails; nothing is stored then.
    """
    notebook, code = read(text), made_from(text)
    execute(notebook, text.parent, text.stem)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    said = "".join(out.text for out in outputs if out.get("name") == "stdout")
    printed(text).parent.mkdir(exist_ok=True)
    lines = [line.rstrip() for line in said.splitlines()]
    write(printed(text), "\n".join([f"code {code}", "", *lines, ""]))


def at_home(page: str, folder: Path) -> str:
    """A page without what only the website reads, whose links lead to the book from ``folder``."""
    page = re.sub(r"\A---\n.*?\n---\n+", "", page, flags=re.DOTALL)
    up = Path(os.path.relpath(ROOT, folder.resolve())).as_posix()
    page = page.replace("](../../", f"]({up}/")
    for text in notebooks():
        page = page.replace(f"]({text.name})", f"]({text.stem}.ipynb)")
    return page


def write_all(folder: Path) -> list[str]:
    """Write pages and notebooks; first see that nothing is lost. Returns the names of the files.

    Raises: SystemExit within the folder of the sources, or if one of the files is there.
    """
    if folder.resolve().is_relative_to(KIT.resolve()):
        raise SystemExit(f"{folder} holds the kit itself; choose another folder with --to")
    texts = notebooks()
    made = {text.with_suffix(".ipynb").name: handed_out(text) for text in texts}
    pages = [f for f in sorted(KIT.iterdir()) if f.suffix in (".md", ".png") and f not in texts]
    names = [*(page.name for page in pages), *made]
    spare(folder, names)
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        if page.suffix == ".md":
            write(folder / page.name, at_home(page.read_text("utf-8"), folder))
        else:
            shutil.copy(page, folder)
    for name, notebook in made.items():
        nbformat.write(notebook, folder / name)
    return names


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--to", type=Path, default=ROOT / "kit", metavar="FOLDER")
    options = parser.parse_args(arguments)
    if not options.run:
        if options.names:
            raise SystemExit("NAMES go with --run; without it the whole kit is written")
        print(f"{len(write_all(options.to))} files of the kit in {options.to}")
        return
    for text in notebooks(names=options.names):
        run(text)
        print(f"{text.stem}: stored in {printed(text)}")


if __name__ == "__main__":
    main()
