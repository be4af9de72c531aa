"""Measure what the kernel of a chapter holds at most, for the table of the lecturers' page.

    python -m tools.memory [NAMES]

NAMES are beginnings of chapter names, such as ``04``. Without any: all chapters, one at a time. Each is
run from the start; the peak goes into ``teaching/memory.csv``, and nothing else is stored.
"""  # noqa: E501

import csv
import sys
from pathlib import Path

import nbformat

from tools.book import Chapter, chapters
from tools.course import MEMORY, peaks
from tools.notebooks import execute

# In kilobytes, of the kernel itself; on macOS in bytes. Linux's ru_maxrss begins with the peak of
# the process that started the kernel; VmHWM does not.
LINUX = 'print(next(_l.split()[1] for _l in open("/proc/self/status") if _l.startswith("VmHWM")))'
OTHER = "import resource as _r; print(_r.getrusage(_r.RUSAGE_SELF).ru_maxrss)"
ASK = LINUX if sys.platform == "linux" else OTHER


def peak(chapter: Chapter) -> int:
    """MiB that the kernel of a chapter held at most, after all its cells.

    Raises: nbclient's CellExecutionError for a cell that fails.
    """
    notebook = chapter.read_text()
    notebook.cells.append(nbformat.v4.new_code_cell(ASK))
    execute(notebook, chapter.ipynb.parent, chapter.name)
    said = next(out.text for out in notebook.cells[-1].outputs if out.get("name") == "stdout")
    return round(int(said) / (2**20 if sys.platform == "darwin" else 2**10))


def store(number: int, mebibytes: int, file: Path = MEMORY) -> None:
    """Write one chapter's peak; what is known of others stays."""
    known = peaks(file) if file.exists() else {}
    known[number] = mebibytes
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["chapter", "peak_MiB"])
        table.writerows(sorted(known.items()))


if __name__ == "__main__":
    for one in chapters(sys.argv[1:]):
        held = peak(one)
        store(one.number, held)
        print(f"{one.name}: {held} MiB", flush=True)
