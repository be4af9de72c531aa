"""The rule that no number stands in prose unless a cell prints it."""

import ast
import re

from nbformat import NotebookNode

from tests.notebook_rules.cells import code_cells, first_line, output_texts, parsed, without_fences
from tests.notebook_rules.pictures import all_figures

NOT_PROSE = re.compile(
    r"^## References\n.*|^#{3,4} (?:Exercise|Solution) .*?$|\[[^\]]*\]\([^)]*#[^)]*\)"
    r"|\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\]\([^)]*\)|<[^>]+>|^\|.*?$"
    r"|\b(?i:figures?|sections?|eqs?\.|equations?|tables?|chapters?|exercises?|notes?|version)"
    r"[\s\u00a0]+\(?\d+(?:\.\d+)*",
    re.MULTILINE | re.DOTALL,
)

QUOTED = re.compile(
    r"(?<![\w.,/-])(\d+\.\d+|\d{2,}(?:\.\d+)?(?=[\s\u00a0]?%))([\s\u00a0]?%)?(?![\w/]|\.\d)"
)

PRINTED = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def number_pool(nb: NotebookNode) -> list[float]:
    """Every number that a cell prints or that stands in code as a number."""
    pool = []
    for _, cell in code_cells(nb):
        for kind, text in output_texts(cell):
            if kind in ("stdout", "text/plain"):
                pool += [float(n.replace(",", "")) for n in PRINTED.findall(text)]
        for node in ast.walk(parsed(cell.source)):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                pool.append(float(node.value))
    return pool


def agrees(quoted: str, percent: bool, pool: list[float]) -> bool:
    """Does some number of the pool read ``quoted`` when rounded as it is?"""
    digits = len(quoted.partition(".")[2])
    scaled = [100 * n for n in pool] if percent else []
    slack = 0.5 * 10**-digits * (1 + 1e-6)
    return any(abs(n - float(quoted)) <= slack for n in (*pool, *scaled))


def numbers_are_printed(nb: NotebookNode) -> list[str]:
    """Decimals and percentages of prose and captions are printed by a cell, or cited.

    Numbers of others are allowed where a text cell lists them in its metadata,
    ``{"mmbook": {"numbers": ["76.2"]}}``, and cites their source.
    """
    pool, found = number_pool(nb), []
    texts = [("caption of figure " + f.number, f.caption, []) for f in all_figures(nb)]
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            allowed = list(cell.metadata.get("mmbook", {}).get("numbers", []))
            texts.append((f"text ({first_line(cell.source)})", cell.source, allowed))
            if allowed and not re.search(r"\[[^\]]*\d{4}\)?\]\(https?:", cell.source):
                found.append(f"{texts[-1][0]}: lists numbers {allowed} but cites nobody")
    for where, text, allowed in texts:
        for quoted, percent in QUOTED.findall(NOT_PROSE.sub(" ", without_fences(text))):
            if quoted not in allowed and not agrees(quoted, bool(percent), pool):
                found.append(f"{where}: {quoted}{percent.strip()} is printed by no cell")
    return found
