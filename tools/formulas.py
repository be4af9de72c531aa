"""Write ``notebooks/formulas.md``: each formula of the document, where derived, coded, tested.

    python -m tools.formulas

Nothing on the page is kept by hand but the list below. Formulas come from the numbered ones
of the chapters, functions from the docstrings that name a section of the document, and tests from
the test files that use these functions.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.texts import sought

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "notebooks" / "formulas.md"

FORMULA = re.compile(
    r'^<a id="([\w-]+)"></a>\n\n\$\$\n(.*?)\\tag\{([^}]*)\}\n\$\$$', re.MULTILINE | re.DOTALL
)

# Section of the document, its name in English and in Chinese, and the labels of our equations.
SECTIONS = (
    ("4.1.1", "Multimodal autoencoder", "多模态自编码器", ("ae-document",)),
    ("4.1.2", "Multimodal adversarial learning", "多模态对抗学习", ("gan-value",)),
    ("4.1.3", "Multimodal graph network", "多模态图神经网络", ("gcn-rule",)),
    ("4.2.1", "Self-attention", "多模态自注意力机制", ("sa-roles", "sa-attention")),
    ("4.2.2", "Cross-attention", "多模态交叉注意力机制", ("ca-roles", "ca-both")),
    ("4.2.3", "Hierarchical attention", "多模态层次注意力机制", ("ha-alpha", "ha-fused")),
    ("4.3.1", "Teacher and student", "多模态教师-学生蒸馏", ("kd-document",)),
    ("4.3.2", "Peers", "多模态对等蒸馏", ("peer-document",)),
    ("4.3.3", "Step by step", "多模态渐进式蒸馏", ("prog-document",)),
)

HEAD = """---
myst:
  html_meta:
    description: Each formula of the document, where it is derived, computed and tested.
---

# Index of formulas

The document that this book grew from states nine models. Here is each of them as the book
writes it, with the chapter that derives it, the part of `mmbook` that computes it, and the tests.
The page is made from the sources, and a test says whether it is fresh.
"""


@dataclass(frozen=True)
class Equation:
    """A numbered formula; ``chapter`` is the name of its file."""

    chapter: str
    title: str
    math: str
    number: str


@cache
def equations(root: Path = ROOT) -> dict[str, Equation]:
    """All numbered formulas of the chapters, by their anchor."""
    found = {}
    for file in sorted((root / "notebooks" / "_src").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        title = sought(r"^# (.+)$", text, file.stem, "a heading '# Title'", re.MULTILINE)[1]
        for label, math, number in FORMULA.findall(text):
            found[label] = Equation(file.stem, title, math.strip(), number)
    return found


@cache
def parsed(file: Path) -> ast.Module:
    """A Python file as a tree; each is read once, though every section asks for all of them."""
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def names_used(file: Path) -> tuple[frozenset[str], ...]:
    """For each test of a file the names that stand in it."""
    return tuple(
        frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        for node in parsed(file).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def offered_by(file: Path, name: str, root: Path) -> str:
    """The module to import a name from: its own, or the first package above that offers it."""
    folders = file.relative_to(root).parts[:-1]
    for depth in range(1, len(folders) + 1):
        package = root.joinpath(*folders[:depth], "__init__.py")
        nodes = parsed(package).body if package.exists() else []
        given = {a.name for node in nodes if isinstance(node, ast.ImportFrom) for a in node.names}
        if name in given:
            return ".".join(folders[:depth])
    return ".".join(file.relative_to(root).with_suffix("").parts)


def functions(section: str, root: Path = ROOT) -> list[str]:
    """Full names of what mmbook offers for a section, as its docstrings say."""
    found = []
    for file in sorted((root / "mmbook").rglob("*.py")):
        for node in parsed(file).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                words = " ".join((ast.get_docstring(node) or "").split())
                if re.search(rf"document section {re.escape(section)}(?!\.?\d)", words):
                    found.append(f"{offered_by(file, node.name, root)}.{node.name}")
    return found


def users(name: str, root: Path) -> dict[str, int]:
    """{test file: how many of its tests use a function}."""
    files = sorted((root / "tests").glob("test_*.py"))
    counts = {file.name: sum(name in used for used in names_used(file)) for file in files}
    return {file: count for file, count in counts.items() if count}


def entry(section: str, english: str, chinese: str, labels: tuple[str, ...], root: Path) -> str:
    """One section of the page. Raises: KeyError for a label that no chapter has."""
    known = equations(root)
    missing = [label for label in labels if label not in known]
    if missing:
        raise KeyError(f"no chapter labels an equation {missing}; section {section} expects it")
    formulas = "\n\n".join(f"$$\n{known[label].math}\n$$" for label in labels)
    chapter = known[labels[0]]
    where = f"{chapter.chapter}.ipynb"
    places = " and ".join(f"[({known[label].number})]({where}#{label})" for label in labels)
    lines = [f"## {english} · {chinese}", f"Section {section} of the document.", formulas]
    lines.append(f"Derived in [{chapter.title}]({where}), {places}.")
    rows = []
    for name in functions(section, root):
        used = ", ".join(f"{f} ({n})" for f, n in users(name.split(".")[-1], root).items())
        rows.append(f"| `{name}` | {used} |")
    lines.append("\n".join(["| in code | tests that use it |", "|---|---|", *rows]))
    return "\n\n".join(lines)


def page(root: Path = ROOT) -> str:
    """The whole page."""
    return "\n".join([HEAD, "\n\n".join(entry(*s, root) for s in SECTIONS), ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
