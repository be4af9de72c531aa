"""Write the chapters for a class: without solutions and outputs, with a cell for each answer.

    python tools/student.py [--to FOLDER] [NAMES]

NAMES are beginnings of chapter names, such as ``04``. Without any: all chapters. The notebooks are
written into FOLDER (``student`` by default), beside a copy of the pages and pictures they link to.
"""

import re
import shutil
import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tools.notebooks import TEXT, Chapter, normalise, write_folder  # noqa: E402

SOLUTION = re.compile(
    r"^(?P<fence>`{3,})\{solution-start\} (?P<label>\S+)\n"
    r".*?^(?P=fence)\{solution-end\}\n(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
ANSWER = "```{code-cell}\n# Your answer to \\g<label>\n```"


def without_solutions(text: str) -> str:
    """The text with an empty cell where each solution stood.

    Raises: ValueError if a solution is left, because it is written in a way this does not know.
    """
    text = SOLUTION.sub(ANSWER, text)
    left = re.search(r"^.*\{solution.*$", text, re.MULTILINE)
    if left:
        raise ValueError(f"a solution is left: {left[0]!r}; expected solution-start and -end")
    return text


def student_notebook(chapter: Chapter) -> NotebookNode:
    """The chapter as a student gets it: nothing has been run."""
    text = without_solutions(chapter.text.read_text(encoding="utf-8"))
    return normalise(jupytext.reads(text, fmt=TEXT))


def write(chosen: list[Chapter], folder: Path) -> None:
    """Write the notebooks and what they link to."""
    folder.mkdir(parents=True, exist_ok=True)
    for chapter in chosen:
        nbformat.write(student_notebook(chapter), folder / chapter.ipynb.name)
    source = ROOT / "notebooks"
    for page in source.glob("*.md"):
        shutil.copy(page, folder)
    shutil.copytree(source / "_static", folder / "_static", dirs_exist_ok=True)


def main(arguments: list[str] | None = None) -> int:
    done = "{count} chapters without solutions in {folder}"
    return write_folder(__doc__, "student", write, done, arguments)


if __name__ == "__main__":
    sys.exit(main())
