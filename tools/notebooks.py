"""Run, pair and check the book's notebooks.

A chapter is a pair: ``notebooks/_src/NN_name.md`` (the text, which is the source) and
``notebooks/NN_name.ipynb`` (the same with outputs, which is what readers see).

    python -m tools.notebooks sync [NAMES]             store words; outputs of changed code go
    python -m tools.notebooks run [--jobs N] [NAMES]   execute the text, store the outputs
    python -m tools.notebooks check [NAMES]            pairs equal? outputs fresh?

``jupytext --sync`` goes the other way, after an editor that saves the notebook alone.

NAMES are beginnings of chapter names, such as ``04``. Without any: all chapters. With ``--jobs N``
N chapters are at work at a time, a core each; the bar of each shows how long it took.
"""

import argparse
import hashlib
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from tools.book import TEXT, Chapter, chapters, write
from tools.fingerprint import fingerprint
from tools.first_cell import is_first

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
STATES = "application/vnd.jupyter.widget-state+json"


# ---------------------------------------------------------------- one form for every notebook


def number_cells(notebook: NotebookNode) -> None:
    """Name each cell by its content, so that the same text always gives the same file."""
    seen = Counter()
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def keep_stills(notebook: NotebookNode) -> None:
    """Put what live controls showed at first in the place of their views, which need a kernel."""
    states = notebook.metadata.get("widgets", {}).get(STATES, {}).get("state", {})
    for cell in notebook.cells:
        for view in [out for out in cell.get("outputs", []) if WIDGET in out.get("data", {})]:
            box = states[view.data[WIDGET]["model_id"]]["state"]
            names = [name.removeprefix("IPY_MODEL_") for name in box.get("children", [])]
            parts = (states[name]["state"] for name in names)
            cell.outputs += [nbformat.from_dict(o) for p in parts for o in p.get("outputs", [])]


def normalise(notebook: NotebookNode) -> NotebookNode:
    """One spelling of ids, kernel and metadata, no views of widgets, which need a live kernel.

    Changes and returns ``notebook``.
    """
    number_cells(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if WIDGET not in out.get("data", {})]
    kept = {key: notebook.metadata[key] for key in ("myst", "mmbook") if notebook.metadata.get(key)}
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": LANGUAGE, **kept}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def with_outputs(text: NotebookNode, stored: NotebookNode) -> NotebookNode:
    """The text's cells, with stored outputs where the code is unchanged; normalised.

    The first cell, which installs mmbook, prints nothing here, whatever address it holds.
    """
    waiting = [cell for cell in stored.cells if cell.cell_type == "code"]
    for cell in text.cells:
        first = is_first(cell)
        same = (c for c in waiting if c.source == cell.source or (first and is_first(c)))
        twin = next(same, None)
        if cell.cell_type == "code" and twin is not None:
            waiting.remove(twin)
            cell.outputs, cell.execution_count = twin.outputs, twin.execution_count
    # JupyterLab leaves out "myst" when it writes the text.
    text.metadata = {**stored.metadata, **text.metadata, "mmbook": stored.metadata.get("mmbook")}
    return normalise(text)


def as_text(notebook: NotebookNode) -> str:
    """The text of a notebook, to the letter as jupytext writes it."""
    return jupytext.writes(notebook, fmt=TEXT)


def store(chapter: Chapter, notebook: NotebookNode) -> None:
    """Write both files. The text is what JupyterLab would write: it refuses a pair that differs."""
    chapter.write(normalise(notebook))
    write(chapter.text, as_text(chapter.read()))


# ---------------------------------------------------------------- commands


def complaints(chapter: Chapter) -> list[str]:
    """Why this chapter's files are not in order; empty if they are."""
    missing = [path for path in (chapter.text, chapter.ipynb) if not path.exists()]
    if missing:
        return [f"{path.name} is missing" for path in missing]
    stored, found = chapter.read(), []
    if as_text(stored) != chapter.markdown:
        found.append("text and notebook differ: run `sync` (the text wins) or `jupytext --sync`")
    if not chapter.read_text().metadata.get("kernelspec", {}).get("display_name"):
        found.append("the text's header names no kernel: run `jupytext --sync`")
    if stored.metadata.get("mmbook", {}).get("fingerprint") != fingerprint(stored, chapter.root):
        found.append(
            "outputs are stale (code, mmbook or data changed since, or they are not the CPU's): "
            "run `run`"
        )
    return found


def execute(notebook: NotebookNode, folder: Path, name: str) -> None:
    """Run all cells in a fresh kernel, in ``folder``; changes ``notebook``. The bar has the name.

    Raises: nbclient's CellExecutionError for a cell that fails, CellTimeoutError, DeadKernelError.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads lose to any other load
    os.environ.setdefault("MMBOOK_DEVICE", "cpu")
    code = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=code, desc=name, unit="cell", file=sys.stderr) as bar:
        NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=["--log-level=ERROR"],  # the kernel warns of TCP, into our bar
            resources={"metadata": {"path": str(folder)}},
            on_cell_executed=lambda **_: bar.update(),
        ).execute()


def run(chapter: Chapter) -> str:
    """Execute the text and store the notebook; empty, or what went wrong in a cell.

    On an error the stored file stays as it is.
    """
    notebook = with_outputs(chapter.read_text(), chapter.read())
    try:
        execute(notebook, chapter.ipynb.parent, chapter.name)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return f"{chapter.name}: a cell failed; its notebook stays as it was\n{error}"
    keep_stills(notebook)
    made = fingerprint(notebook, chapter.root, os.environ["MMBOOK_DEVICE"] or "cpu")
    notebook.metadata["mmbook"] = {"fingerprint": made}
    store(chapter, notebook)
    return ""


def run_all(chosen: list[Chapter], jobs: int = 1) -> int:
    """Run the chapters, ``jobs`` at a time; say which cells failed; the number of failures."""
    with ProcessPoolExecutor(jobs) as pool:
        failed = [problem for problem in pool.map(run, chosen) if problem]
    for problem in failed:
        print(f"\n{problem}")
    return len(failed)


def sync(chapter: Chapter) -> None:
    """Store the text as it is now; the outputs of changed code go."""
    store(chapter, with_outputs(chapter.read_text(), chapter.read()))


def main(arguments: list[str] | None = None) -> int:
    plain = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("command", choices=["sync", "run", "check"])
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--jobs", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    chosen = chapters(options.names)
    if options.command == "run":
        return run_all(chosen, options.jobs)
    if options.command == "check":
        found = [f"{c.name}: {text}" for c in chosen for text in complaints(c)]
        print("\n".join(found) or f"{len(chosen)} chapters: pairs equal, outputs fresh")
        return bool(found)
    for chapter in chosen:
        sync(chapter)
    return 0


if __name__ == "__main__":
    sys.exit(main())
