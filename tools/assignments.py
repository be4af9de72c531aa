"""Make the graded sheets of a class: a course folder for nbgrader.

    python -m tools.assignments [--seed TEXT] [--sheets FOLDER] [--to FOLDER] [NAMES]

NAMES are beginnings of names, such as ``sheet_1``. Without any: all sheets. Numbers, hidden tests and
variants of the functions come from the seed, any text. Without one: the text in FOLDER's file ``seed``,
which the first call writes, with a seed that nobody can guess. ``teaching/assignments/README.md`` tells
what comes next. Each sheet is tried before it is written: its solutions pass its tests, and each of
its typical wrong answers fails one. No sheet is written over another, for somebody may have worked in it.
"""  # noqa: E501

import argparse
import secrets
from collections.abc import Sequence
from pathlib import Path

import nbformat

from tools.book import ROOT, beginning, spare, write
from tools.sheets import SOURCE, Sheet

CONFIG = r'''"""nbgrader's settings for this course. `nbgrader --help-all` names all others."""

import os
import sys
import warnings
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.preprocessors import DeduplicateIds

warnings.filterwarnings("ignore", message="Object of type")  # SQLAlchemy, of nbgrader's own code
# nbgrader starts "alembic" and "jupyter", also when its environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the book's chapters run
sys.path.insert(0, str(Path(__file__).parent))  # canvas.py


class Once(DeduplicateIds):
    """Who copies or splits a graded cell has it twice: the last counts, the others run as any cell.

    nbgrader itself stops there, and grades nobody who comes after.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources


c = get_config()  # noqa: F821
c.CourseDirectory.root = str(Path(__file__).parent)
c.CourseDirectory.course_id = "mmbook"  # the hub's name for the course
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("to be written")'}
c.ClearSolutions.text_stub = "*Your answer:*"
c.ExecutePreprocessor.timeout = 120  # seconds a cell
# Whose file is it, in what Canvas, Moodle or a mail calls it? NAME_sheet_1.ipynb,
# NAME_123_456_sheet_1.ipynb, or NAME_123_anything/sheet_1.ipynb.
c.FileNameCollectorPlugin.named_regexp = (
    r".*[/\\](?P<student_id>[^/\\_]+)_(?:[^/\\]*[_/\\])?(?P<file_id>sheet_\d+)[^/\\]*\.ipynb"
)
c.Autograde.sanitize_preprocessors = [
    Once if step is DeduplicateIds else step for step in Autograde().sanitize_preprocessors
]
# A folder where a hub keeps what is released and handed in; files by hand need none.
# c.Exchange.root = "/usr/local/share/nbgrader/exchange"
# A sheet that is late loses points if a plugin says so: nbgrader's documentation, late submissions.
'''


def sheets(names: Sequence[str], seed: str, source: Path = SOURCE) -> list[Sheet]:
    """The sheets whose name begins with one of ``names``, in order.

    Raises: SystemExit for a folder without sheets, or a beginning that no sheet has.
    """
    files = sorted(source.glob("sheet_*.md"))
    if not files:
        raise SystemExit(f"{source} has no sheet_*.md")
    wanted = beginning(names, [file.stem for file in files], "sheet")
    return [Sheet(file, seed) for file in files if file.stem in wanted]


def seed_of(folder: Path, given: str | None) -> str:
    """The seed of a course folder; nothing is written.

    Raises: SystemExit if another one is given than the folder was begun with.
    """
    file = folder / "seed"
    stored = file.read_text("utf-8").strip() if file.exists() else ""
    if given and stored and given != stored:
        raise SystemExit(
            f"{folder} was begun with another seed, which stands in {file}; choose another "
            "folder with --to, or remove that file"
        )
    return given or stored or secrets.token_hex(8)


def write_all(chosen: list[Sheet], folder: Path) -> None:
    """Write the course folder; first see that every sheet can grade and that nothing is lost.

    Raises: SystemExit if a sheet cannot, or is there.
    """
    names = {s: f"source/{s.name}/{s.name}.ipynb" for s in chosen}
    spare(folder, names.values())
    complaints = [line for sheet in chosen for line in sheet.complaints()]
    if complaints:
        raise SystemExit("\n".join([*complaints, "nothing was written"]))
    for sheet, name in names.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(sheet.notebook(), folder / name)
    write(folder / "seed", f"{chosen[0].seed}\n")
    canvas = (ROOT / "tools" / "canvas.py").read_text("utf-8")
    for name, text in (("nbgrader_config.py", CONFIG), ("canvas.py", canvas)):
        if not (folder / name).exists():
            write(folder / name, text)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--seed", metavar="TEXT")
    parser.add_argument("--sheets", type=Path, default=SOURCE, metavar="FOLDER")
    parser.add_argument("--to", type=Path, default=ROOT / "assignments", metavar="FOLDER")
    options = parser.parse_args(arguments)
    seed = seed_of(options.to, options.seed)
    chosen = sheets(options.names, seed, options.sheets)
    write_all(chosen, options.to)
    print(f"{len(chosen)} sheets with seed {seed} in {options.to / 'source'}")
    if len(seed) < 12:
        print(
            "This seed is short: a student with the repository can try all like it and find the "
            "hidden tests. Good for a trial; for a class leave it out and one is made."
        )


if __name__ == "__main__":
    main()
