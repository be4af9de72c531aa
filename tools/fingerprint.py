"""A fingerprint of what a notebook's outputs depend on: its code, the part of mmbook that it
imports, the data beside that part, and the device. Prose, comments and docstrings do not count, nor
does the first cell, which installs mmbook where it is missing.

The text is compared, not the syntax tree: `ast.dump` differs between Python versions.
"""

import ast
import hashlib
import io
import tokenize
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path

from nbformat import NotebookNode

from tools.first_cell import is_first

PROSE = {".md", ".txt", ".rst", ".py", ".pyc"}


@cache
def bare(source: str, *, module: bool = True) -> str:
    """Source without comments, docstrings and blank lines.

    ``module=False`` (a notebook cell) keeps strings at the left edge: there they are outputs.
    """
    docs = {
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node.value.value, str) and (module or node.col_offset)
    }
    lines = source.splitlines()
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        is_doc = token.type == tokenize.STRING and token.start in docs
        if is_doc or token.type == tokenize.COMMENT:
            (first, start), (last, end) = token.start, token.end
            lines[first - 1 : last] = [lines[first - 1][:start] + lines[last - 1][end:]]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def imported(code: str, root: Path) -> list[Path]:
    """Files of the book's package that ``code`` imports, itself or through others."""
    finder = ModuleFinder([str(root)])  # it looks nowhere else: torch is not found
    finder.scan_code(compile(code, "cells", "exec"), finder.add_module("__main__"))
    files = (vars(module)["__file__"] for module in finder.modules.values())
    return sorted(Path(file) for file in files if file)


def beside(file: Path) -> list[Path]:
    """Data and scripts in the folder of a package's ``__init__.py``."""
    if file.name != "__init__.py":
        return []
    return sorted(f for f in file.parent.iterdir() if f.is_file() and f.suffix not in PROSE)


def fingerprint(notebook: NotebookNode, root: Path, device: str = "cpu") -> str:
    """SHA-256 (hex) of the code cells, the imported modules and their data.

    Another device than the CPU counts, too: it draws and rounds otherwise, and the book stores what
    every reader's machine gives.
    """
    cells = [c for c in notebook.cells if c.cell_type == "code" and not is_first(c)]
    code = [cell.source for cell in cells]
    digest = hashlib.sha256("\n# cell\n".join(bare(c, module=False) for c in code).encode())
    if device != "cpu":
        digest.update(f"\n# device {device}\n".encode())
    for file in imported("\n".join(code), root):
        digest.update(f"\n# {file.relative_to(root).as_posix()}\n".encode())
        digest.update(bare(file.read_text("utf-8")).encode())
        for data in beside(file):
            content = data.read_bytes().replace(b"\r\n", b"\n")  # git may change ends of lines
            digest.update(data.name.encode() + hashlib.sha256(content).digest())
    return digest.hexdigest()
