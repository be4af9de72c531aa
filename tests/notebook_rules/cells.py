"""How a notebook is read: its cells, tags, headings and printed text."""

import ast
import json
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from tools.first_cell import is_first

# The level-2 headings that every chapter has, in this order. Between the picture and "In the
# field" a chapter adds its own, with its formulas. Chapters open without a heading (rule opening).
SECTIONS = (
    "The idea in one picture",
    "Reading notes",
    "On real data",
    "What we can claim",
    "Where it breaks",
    "In the field",
    "Summary",
    "Exercises",
    "References",
)

KINDS = ("Understand", "Derive", "Code", "Explore")

FOLDED = {"hide-input", "hide-cell"}

CHECKED = "nbval-check-output"

MAX_OUTPUT, MAX_LINE, LONG_CELL, MAX_FOLDED = 500_000, 75, 25, 40


def code_cells(nb: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """(where, cell) of each code cell; ``where`` names it as a reader would."""
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    return [(f"code cell {n} ({first_line(c.source)})", c) for n, c in enumerate(code, 1)]


def first_line(source: str) -> str:
    return source.strip().partition("\n")[0][:40]


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def markdown(nb: NotebookNode) -> str:
    """All text cells, code cells left out."""
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def output_texts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """(kind, text) of everything a code cell wrote: "stdout", "stderr" or a media type."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.name, output.text
        for kind, content in output.get("data", {}).items():
            yield kind, content if isinstance(content, str) else json.dumps(content)


def headings(text: str, level: int) -> list[str]:
    """Titles of one level, code fences left out."""
    return re.findall(rf"^{'#' * level} +(.+?)\s*$", without_fences(text), re.MULTILINE)


FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1`*\s*?$", re.MULTILINE | re.DOTALL)


def without_fences(text: str) -> str:
    """Text without code blocks."""
    return FENCE.sub("", text)


def plain_text(text: str) -> str:
    """Text without code blocks and inline code."""
    return re.sub(r"``.+?``|`[^`\n]+`", "", without_fences(text))


def parsed(source: str) -> ast.Module:
    """The cell's syntax tree; empty where it holds magics."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.parse("")


def in_solutions(nb: NotebookNode) -> set[str]:
    """Ids of the code cells below a heading "Solution", up to the next heading above its level."""
    inside, ids = False, set()
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            for level, title in re.findall(r"^(#{1,4}) (.*)$", cell.source, flags=re.MULTILINE):
                inside = level == "####" and title.startswith("Solution")
        elif inside:
            ids.add(cell.id)
    return ids


def chapter_cells(nb: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """Code cells but the first, which installs mmbook."""
    return [(where, cell) for where, cell in code_cells(nb) if not is_first(cell)]


def body_cells(nb: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """The chapter's code cells outside solutions."""
    solutions = in_solutions(nb)
    return [(where, cell) for where, cell in chapter_cells(nb) if cell.id not in solutions]


def cells_of_section(nb: NotebookNode, title: str) -> list[NotebookNode]:
    """The cells from a level-2 heading to the next."""
    inside, cells = False, []
    for cell in nb.cells:
        titles = headings(cell.source, 2) if cell.cell_type == "markdown" else []
        if titles:
            inside = titles[-1] == title
        if inside or title in titles:
            cells.append(cell)
    return cells
