"""Rules of what is stored: run in order, light, nothing fetched, no path of a machine."""

import json
import re

from nbformat import NotebookNode

from tests.notebook_rules.cells import (
    CHECKED,
    MAX_OUTPUT,
    cells_of_section,
    chapter_cells,
    code_cells,
    first_line,
    markdown,
    output_texts,
    tags,
)


def executed(nb: NotebookNode) -> list[str]:
    """Every code cell was run, once, in order, and none stopped with an error."""
    found = []
    for place, (where, cell) in enumerate(code_cells(nb), 1):
        if cell.execution_count != place:
            found.append(f"{where}: execution count {cell.execution_count}, expected {place}")
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                found.append(f"{where}: ends with {output.ename}: {output.evalue}")
            if output.get("name") == "stderr":
                found.append(f"{where}: writes to stderr: {first_line(output.text)}")
    return found


def light(nb: NotebookNode) -> list[str]:
    """Stored outputs weigh at most 500 kB."""
    sizes = {where: len(json.dumps(cell.outputs)) for where, cell in code_cells(nb)}
    if sum(sizes.values()) <= MAX_OUTPUT:
        return []
    heavy = max(sizes, key=sizes.get)
    return [
        f"outputs weigh {sum(sizes.values()):,} bytes, at most {MAX_OUTPUT:,}; "
        f"most of it ({sizes[heavy]:,}) is {heavy}"
    ]


def checked_cells_print(nb: NotebookNode) -> list[str]:
    """Cells that nbval compares write plain text only, and "What we can claim" has one."""
    found = []
    for where, cell in code_cells(nb):
        if CHECKED not in tags(cell):
            continue
        kinds = {kind for kind, _ in output_texts(cell)}
        if kinds != {"stdout"}:
            found.append(f"{where}: {CHECKED}, but its outputs are {sorted(kinds)}; expected print")
        for tag in tags(cell):
            if tag.startswith("tolerance") and not re.fullmatch(r"tolerance=\d*\.?\d+", tag):
                found.append(f"{where}: tag {tag!r}; expected 'tolerance=' and a number")
    section = cells_of_section(nb, "What we can claim")
    if section and not any(CHECKED in tags(cell) for cell in section):
        found.append(f"'What we can claim' has no cell tagged {CHECKED}")
    return found


def no_network(nb: NotebookNode) -> list[str]:
    """Nothing is fetched, but for mmbook itself where it is missing."""
    pattern = re.compile(
        r"https?://|\burllib\b|\brequests\b|\bhttpx\b|\bsocket\b|[!%] ?pip\b|\bwget\b|\bcurl\b"
        r"|\bdownload\w*\b|torch\.hub|from_pretrained|fetch_openml",
    )
    return [
        f"{where}: {found[0]!r} would need a network"
        for where, cell in chapter_cells(nb)
        if (found := pattern.search(cell.source))
    ]


PATH = re.compile(r"(?<![\w.])/(home|Users|root|work|tmp|mnt)/|\b[A-Z]:\\+(Users|Windows|Program)")


def no_absolute_path(nb: NotebookNode) -> list[str]:
    """No place of somebody's machine, in code, text or outputs."""
    found = []
    if path := PATH.search(markdown(nb)):
        found.append(f"text: absolute path {path[0]!r}")
    for where, cell in code_cells(nb):
        written = [re.sub(r"base64,[\w+/=]+", "", text) for _, text in output_texts(cell)]
        for text in (cell.source, *written):
            if path := PATH.search(text):
                found.append(f"{where}: absolute path {path[0]!r}")
    return found
