"""Rules of code cells: readable, nothing that matters folded, mmbook first, one cell of imports."""

import ast
import re
from statistics import median

from nbformat import NotebookNode

from tests.notebook_rules.cells import (
    FOLDED,
    LONG_CELL,
    MAX_FOLDED,
    MAX_LINE,
    body_cells,
    code_cells,
    parsed,
    tags,
)
from tools.first_cell import TAG, first_cell, is_first


def readable_code(nb: NotebookNode) -> list[str]:
    """Lines of at most 75 characters; few cells over 25 lines; folded ones up to 40."""
    found, long = [], []
    for where, cell in code_cells(nb):
        lines = cell.source.splitlines()
        wide = [line for line in lines if len(line) > MAX_LINE]
        if wide:
            found.append(f"{where}: {len(wide[0])} characters wide, at most {MAX_LINE}: {wide[0]}")
        if len(lines) > MAX_FOLDED:
            found.append(f"{where}: {len(lines)} lines, at most {MAX_FOLDED}")
        elif len(lines) > LONG_CELL and not tags(cell) & FOLDED:
            long.append(f"{where}: {len(lines)} lines")
    if len(long) > max(2, len(code_cells(nb)) // 6):
        found.append(f"{len(long)} cells over {LONG_CELL} lines, which should be rare: {long}")
    return found


# The chapters of the second edition; the others still have their long cells.
SHORT_CELLS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}
MAX_VISIBLE, MAX_CLASS, MAX_IMPORTS, MAX_MEDIAN = 20, 25, 12, 8


def short_cells(nb: NotebookNode) -> list[str]:
    """What is seen of a chapter's code fits between two sentences: a median of 8 lines, at most 20.

    A class alone in its cell may have 25 lines; the imports have at most 12. Blank lines and
    solutions do not count.
    """
    title = re.match(r"# Chapter (\d+)", nb.cells[0].source)
    if title is None or int(title[1]) not in SHORT_CELLS:
        return []
    found, lengths = [], []
    for n, (where, cell) in enumerate(body_cells(nb)):
        if tags(cell) & FOLDED:
            continue
        lines = len([line for line in cell.source.splitlines() if line.strip()])
        lengths.append(lines)
        body = parsed(cell.source).body
        a_class = [type(node) for node in body] == [ast.ClassDef]
        most = MAX_IMPORTS if n == 0 else MAX_CLASS if a_class else MAX_VISIBLE
        if lines > most:
            found.append(f"{where}: {lines} lines in sight, at most {most}")
    if lengths and median(lengths) > MAX_MEDIAN:
        found.append(f"the median visible cell has {median(lengths):g} lines, at most {MAX_MEDIAN}")
    return found


def nothing_important_folded(nb: NotebookNode) -> list[str]:
    """The model, the loss and the step stay in sight."""
    pattern = re.compile(
        r"^class \w|nn\.Module|nn\.(Linear|Sequential|Conv)|def \w*loss|\.backward\("
        r"|\bfit(_seeds)?\(|optimi[sz]er|\.step\(\)|cross_entropy|^\s*assert",
        re.MULTILINE,
    )
    found = []
    for where, cell in body_cells(nb):
        if tags(cell) & {"remove-input", "remove-cell", "remove-output"}:
            found.append(f"{where}: removed from the page; fold it (hide-input) or show it")
        if (tags(cell) & FOLDED != set()) != cell.metadata.get("jupyter", {}).get(
            "source_hidden", False
        ):
            found.append(f"{where}: folded on the website or in JupyterLab only (source_hidden)")
        if tags(cell) & FOLDED and (important := pattern.search(cell.source)):
            found.append(f"{where}: folded, but holds {important[0].strip()!r}")
    return found


def files_have_an_encoding(nb: NotebookNode) -> list[str]:
    """Text files are read and written in UTF-8 by name: Windows assumes another."""
    found = []
    for where, cell in code_cells(nb):
        for node in ast.walk(parsed(cell.source)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            named = {keyword.arg for keyword in node.keywords}
            binary = any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in node.args[1:])
            if name in ("open", "read_text", "write_text") and "encoding" not in named | (
                {"encoding"} if binary else set()
            ):
                found.append(f"{where}: {name}() without an encoding")
            if name == "run" and "text" in named:
                found.append(f"{where}: run() with text=True; name its encoding")
    return found


def installs_mmbook(nb: NotebookNode) -> list[str]:
    """The first code cell is that of tools.first_cell, folded; it found mmbook and was silent."""
    wanted = first_cell()
    places = [n for n, (_, cell) in enumerate(code_cells(nb)) if is_first(cell)]
    if places != [0]:
        return [f"code cells tagged {TAG!r}: {len(places)}; expected one, the first code cell"]
    where, cell = code_cells(nb)[0]
    found = []
    if cell.source != wanted.source:
        found.append(f"{where}: differs from tools.first_cell; run `make links`")
    if cell.metadata != wanted.metadata:
        found.append(f"{where}: its metadata are not {wanted.metadata}")
    if cell.outputs:
        found.append(f"{where}: has outputs; it was run without mmbook")
    return found


def one_imports_cell(nb: NotebookNode) -> list[str]:
    """All imports in the chapter's first code cell; seed and device in sight.

    A solution may add its own; the cell that installs mmbook stands before.
    """
    importing = [
        where
        for where, cell in body_cells(nb)
        if any(isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(parsed(cell.source)))
    ]
    found = [f"{where}: imports belong in the first code cell" for where in importing[1:]]
    if importing != [where for where, _ in body_cells(nb)[:1]] and not found:
        found.append("the first code cell is not the imports cell")
    visible = "\n".join(cell.source for _, cell in body_cells(nb) if not tags(cell) & FOLDED)
    for call in ("set_seed(0)", "device = pick_device()"):
        if not re.search(rf"^{re.escape(call)}", visible, re.MULTILINE):
            found.append(f"no visible cell says {call}")
    if re.search(r"\.cuda\(", "\n".join(cell.source for _, cell in code_cells(nb))):
        found.append(".cuda( is called; use .to(device)")
    return found
