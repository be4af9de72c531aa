"""A fingerprint of what a notebook's outputs depend on: its code, the part of mmbook that it
imports, the data beside that part, and the device. Prose, comments and docstrings do not count.

The text is compared, not the syntax tree: `ast.dump` differs between Python versions.
"""

import ast
import hashlib
import io
import os
import tokenize
from importlib.util import resolve_name
from pathlib import Path

from nbformat import NotebookNode

PACKAGE = "mmbook"
PROSE = {".md", ".txt", ".rst", ".py", ".pyc"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def bare(source: str, *, module: bool = True) -> str:
    """Source without comments, docstrings and blank lines.

    ``module=False`` (a notebook cell) keeps an opening string: there it is an output.
    """
    documented = (*DEFINITIONS, ast.Module) if module else DEFINITIONS
    docs = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            docs.add((node.body[0].lineno, node.body[0].col_offset))
    lines = source.splitlines()
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        is_doc = token.type == tokenize.STRING and token.start in docs
        if is_doc or token.type == tokenize.COMMENT:
            (first, start), (last, end) = token.start, token.end
            lines[first - 1 : last] = [lines[first - 1][:start] + lines[last - 1][end:]]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def plain_python(source: str) -> bool:
    """False for a cell with IPython magics."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def imports(source: str, package: str = "") -> set[str]:
    """Dotted names of the mmbook modules that ``source``, a module of ``package``, may import."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == PACKAGE}


def module_file(name: str, root: Path) -> Path | None:
    """The file of a dotted name, None if it names something inside a module."""
    path = root.joinpath(*name.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in candidates if file.exists()), None)


def closure(names: set[str], root: Path) -> list[Path]:
    """Files of these modules, of their packages, and of all that they import in turn."""
    found, waiting = {}, set(names)
    while waiting:
        name = waiting.pop()
        file = module_file(name, root)
        if file is None or file in found.values():
            continue
        found[name] = file
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        waiting |= imports(file.read_text(encoding="utf-8"), package)
        waiting |= {name.rpartition(".")[0]} - {""}
    return sorted(found.values())


def beside(file: Path) -> list[Path]:
    """Data and scripts in the folder of a package's ``__init__.py``."""
    if file.name != "__init__.py":
        return []
    return sorted(f for f in file.parent.iterdir() if f.is_file() and f.suffix not in PROSE)


def device_here() -> str:
    """Where chapters run: ``$MMBOOK_DEVICE``, else the CPU."""
    return os.environ.get("MMBOOK_DEVICE") or "cpu"


def fingerprint(notebook: NotebookNode, root: Path, device: str = "cpu") -> str:
    """SHA-256 (hex) of the code cells, the imported modules and their data.

    Another device than the CPU counts, too: it draws and rounds otherwise, and the book stores what
    every reader's machine gives.
    """
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    cells = [bare(source, module=False) if plain_python(source) else source for source in code]
    names = set().union(*(imports(source) for source in code if plain_python(source)))
    digest = hashlib.sha256("\n# cell\n".join(cells).encode())
    if device != "cpu":
        digest.update(f"\n# device {device}\n".encode())
    for file in closure(names, root):
        digest.update(f"\n# {file.relative_to(root).as_posix()}\n".encode())
        digest.update(bare(file.read_text(encoding="utf-8")).encode())
        for data in beside(file):
            content = data.read_bytes().replace(b"\r\n", b"\n")  # git may change ends of lines
            digest.update(data.name.encode() + hashlib.sha256(content).digest())
    return digest.hexdigest()
