"""Run, pair and check the book's notebooks.

A chapter is a pair: ``notebooks/_src/NN_name.md`` (the text, which is the source) and
``notebooks/NN_name.ipynb`` (the same with outputs, which is what readers see).

    python -m tools.notebooks sync [--from md|ipynb] [NAMES]   make the pairs equal, without running
    python -m tools.notebooks run [--stale] [NAMES]            execute the text, store the outputs
    python -m tools.notebooks check [NAMES]                    pairs equal? outputs fresh?
    python -m tools.notebooks times [--jobs N] [NAMES]         seconds, memory and output of each

With ``--jobs N`` (``run`` takes it, too) N chapters are at work at a time, a core each.
NAMES are beginnings of chapter names, such as ``04``. Without any: all chapters.
"""

import argparse
import hashlib
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from tools.fingerprint import device_here, fingerprint

ROOT = Path(__file__).resolve().parents[1]
TEXT = "md:myst"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# What a kernel adds when JupyterLab opens a notebook, but for its version: stored, so that reading
# changes no file. The cells' "ipython3" in the text comes from it.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
WIDGET = "application/vnd.jupyter.widget-view+json"
BAR = re.compile(r"\d+%\|.*\||\d+it \[")  # what tqdm writes where no widget can be drawn
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
PEAK = """import sys
if sys.platform == "win32":  # it has no resource, and every kernel has psutil
    import psutil
    print(psutil.Process().memory_info().peak_wset)
else:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(frozen=True)
class Chapter:
    """One pair of files; ``root`` is the top of the book."""

    name: str
    root: Path = ROOT

    @property
    def ipynb(self) -> Path:
        return self.root / "notebooks" / f"{self.name}.ipynb"

    @property
    def text(self) -> Path:
        return self.root / "notebooks" / "_src" / f"{self.name}.md"

    def read_text(self) -> NotebookNode:
        return jupytext.reads(self.text.read_text(encoding="utf-8"), fmt=TEXT)

    def read(self) -> NotebookNode:
        """The stored notebook; an empty one if there is none yet."""
        if not self.ipynb.exists():
            return nbformat.v4.new_notebook()
        return nbformat.read(self.ipynb, as_version=4)

    def write(self, notebook: NotebookNode) -> None:
        text = nbformat.writes(notebook).rstrip("\n") + "\n"
        self.ipynb.write_text(text, encoding="utf-8", newline="\n")

    def write_text(self, notebook: NotebookNode) -> None:
        self.text.parent.mkdir(exist_ok=True)
        self.text.write_text(as_text(notebook), encoding="utf-8", newline="\n")


def chapters(names: Sequence[str] = (), root: Path = ROOT) -> list[Chapter]:
    """The chapters whose name begins with one of ``names``, in the book's order."""
    folder = root / "notebooks"
    files = [*folder.glob("[0-9][0-9]_*.ipynb"), *folder.glob("_src/[0-9][0-9]_*.md")]
    known = sorted({file.stem for file in files})
    for name in names:
        if not any(stem.startswith(name) for stem in known):
            raise SystemExit(f"no chapter begins with {name!r}; there are: {', '.join(known)}")
    return [Chapter(s, root) for s in known if not names or s.startswith(tuple(names))]


# ---------------------------------------------------------------- one form for every notebook


def number_cells(notebook: NotebookNode) -> None:
    """Name each cell by its content, so that the same text always gives the same file."""
    seen = Counter()
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def tidy_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Drop progress bars (they need a live kernel) and memory addresses (they never repeat)."""
    kept = []
    for output in outputs:
        data = output.get("data", {})
        bar = output.get("name") == "stderr" and BAR.search(output.text)
        if WIDGET in data or bar:
            continue
        if "text/plain" in data:
            data["text/plain"] = ADDRESS.sub("", data["text/plain"])
        kept.append(output)
    return kept


def normalise(notebook: NotebookNode) -> NotebookNode:
    """One spelling of ids, kernel and metadata; changes and returns ``notebook``."""
    number_cells(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = tidy_outputs(cell.outputs)
    kept = {key: notebook.metadata[key] for key in ("myst", "mmbook") if notebook.metadata.get(key)}
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": LANGUAGE, **kept}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def with_outputs(text: NotebookNode, stored: NotebookNode) -> NotebookNode:
    """The text's cells, with stored outputs where the code is unchanged; normalised."""
    waiting = [cell for cell in stored.cells if cell.cell_type == "code"]
    for cell in text.cells:
        if cell.cell_type != "code":
            continue
        twin = next((c for c in waiting if c.source == cell.source), None)
        if twin is not None:
            waiting.remove(twin)
            cell.outputs, cell.execution_count = twin.outputs, twin.execution_count
    text.metadata["mmbook"] = stored.metadata.get("mmbook")
    if "myst" not in text.metadata:  # JupyterLab leaves it out when it writes the text
        text.metadata["myst"] = stored.metadata.get("myst")
    return normalise(text)


def as_text(notebook: NotebookNode) -> str:
    """The text of a notebook, to the letter as jupytext writes it."""
    return jupytext.writes(notebook, fmt=TEXT)


def complaints(chapter: Chapter) -> list[str]:
    """Why this chapter's files are not in order; empty if they are."""
    missing = [f"{path.name} is missing" for path in (chapter.text, chapter.ipynb)
               if not path.exists()]  # fmt: skip
    if missing:
        return missing
    stored, found = chapter.read(), []
    if as_text(stored) != chapter.text.read_text(encoding="utf-8"):
        found.append("text and notebook differ: run `sync` (the text wins) or `sync --from ipynb`")
    if not chapter.read_text().metadata.get("kernelspec", {}).get("display_name"):
        found.append("the text's header names no kernel: run `sync --from ipynb`")
    if stored.metadata.get("mmbook", {}).get("fingerprint") != fingerprint(stored, chapter.root):
        found.append(
            "outputs are stale (code, mmbook or data changed since, or they are not the CPU's): "
            "run `run`"
        )
    return found


def folder_parser(doc: str | None, folder: str) -> argparse.ArgumentParser:
    """The command line of a tool that writes chosen chapters into a folder of the book."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--to", type=Path, default=ROOT / folder, metavar="FOLDER")
    return parser


# ---------------------------------------------------------------- execution


def execute(chapter: Chapter, notebook: NotebookNode, bar: tqdm | None = None) -> NotebookNode:
    """Run all cells in a fresh kernel, in the folder of the notebooks; changes ``notebook``."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads lose to any other load
    os.environ.setdefault("MMBOOK_DEVICE", "cpu")
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],  # the kernel warns of TCP, into our bar
        resources={"metadata": {"path": str(chapter.ipynb.parent)}},
        on_cell_executed=lambda **_: bar.update() if bar is not None else None,
    )
    return client.execute()


def store(chapter: Chapter, notebook: NotebookNode) -> None:
    """Write both files. The text is what JupyterLab would write: it refuses a pair that differs."""
    chapter.write(normalise(notebook))
    chapter.write_text(chapter.read())


def run(chapter: Chapter) -> str:
    """Execute the text and store the notebook; empty, or what went wrong in a cell.

    On an error the stored file stays as it is.
    """
    notebook = with_outputs(chapter.read_text(), chapter.read())
    code = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=code, desc=chapter.name, unit="cell", file=sys.stderr) as bar:
        try:
            execute(chapter, notebook, bar)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            return f"{chapter.name}: a cell failed; its notebook stays as it was\n{error}"
    notebook.metadata["mmbook"] = {
        "fingerprint": fingerprint(notebook, chapter.root, device_here())
    }
    store(chapter, notebook)
    return ""


def side_by_side(work: Callable[[Chapter], str], chosen: list[Chapter], jobs: int) -> Iterator[str]:
    """What ``work`` says of each chapter, in order; ``jobs`` chapters at a time."""
    if jobs == 1:
        yield from map(work, chosen)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(work, chosen)


def run_all(chosen: list[Chapter], jobs: int = 1) -> int:
    """Run the chapters; say which cells failed; the number of failures."""
    failed = [problem for problem in side_by_side(run, chosen, jobs) if problem]
    for problem in failed:
        print(f"\n{problem}")
    return len(failed)


def sync(chapter: Chapter, source: str) -> None:
    """Make the pair equal. ``source`` "md": the text wins, and outputs of changed code go."""
    stored = chapter.read()
    store(chapter, with_outputs(chapter.read_text(), stored) if source == "md" else stored)


def output_size(notebook: NotebookNode) -> int:
    """Bytes of the stored outputs."""
    return sum(len(json.dumps(cell.get("outputs", ""))) for cell in notebook.cells)


def measure(chapter: Chapter) -> str:
    """One row of the table of times, from a fresh run that stores nothing."""
    notebook = chapter.read_text()
    notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
    start = time.perf_counter()
    execute(chapter, notebook)
    seconds = time.perf_counter() - start
    unit = 2**10 if sys.platform == "linux" else 2**20  # others count bytes
    peak = int(notebook.cells.pop().outputs[0].text) / unit
    size = output_size(normalise(notebook)) / 1000
    return f"{chapter.name:36} {seconds:8.1f} {peak:9.0f} {size:10.0f}"


def times(chosen: list[Chapter], jobs: int) -> None:
    """Print the table of times, and how long all took together."""
    start = time.perf_counter()
    print(f"{'chapter':36} {'seconds':>8} {'peak MB':>9} {'output kB':>10}")
    for row in side_by_side(measure, chosen, jobs):
        print(row, flush=True)
    print(f"{f'together, {jobs} at a time':36} {time.perf_counter() - start:8.1f}")


def main(arguments: list[str] | None = None) -> int:
    plain = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("command", choices=["sync", "run", "check", "times"])
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--from", dest="source", choices=["md", "ipynb"], default="md")
    parser.add_argument("--stale", action="store_true", help="run only what `check` complains of")
    parser.add_argument("--jobs", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    chosen = chapters(options.names, options.root.resolve())
    if options.command == "run":
        stale = [c for c in chosen if not options.stale or complaints(c)]
        return run_all(stale, options.jobs)
    if options.command == "check":
        found = [f"{c.name}: {text}" for c in chosen for text in complaints(c)]
        print("\n".join(found) or f"{len(chosen)} chapters: pairs equal, outputs fresh")
        return bool(found)
    if options.command == "times":
        times(chosen, options.jobs)
        return 0
    for chapter in chosen:
        sync(chapter, options.source)
    return 0


if __name__ == "__main__":
    sys.exit(main())
