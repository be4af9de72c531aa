"""Write ``notebooks/formulas.md``: each formula of the document, where derived, and where coded.

    python -m tools.formulas

Nothing on the page is kept by hand but the list below. Formulas come from the numbered ones
of the chapters, and code from the docstrings that name a section of the document.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Sequence
from types import ModuleType

import mmbook
from tools.book import ROOT, Chapter, chapters, write

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
    description: Each formula of the document, the chapter that derives it, and the code that computes it.
---

# Index of formulas

The document that this book grew from states nine models. Here is each of them as the book
writes it, with the chapter that derives it and the part of `mmbook` that computes it.
The page is made from the sources, and a test says whether it is fresh.
"""  # noqa: E501


def equations(chosen: list[Chapter]) -> dict[str, tuple[Chapter, str, str]]:
    """{anchor: (chapter, formula, number)} of all numbered formulas of the chapters."""
    return {
        label: (chapter, math.strip(), number)
        for chapter in chosen
        for label, math, number in FORMULA.findall(chapter.markdown)
    }


def offered(package: ModuleType = mmbook) -> dict[str, str]:
    """{full name: docstring} of functions and classes, named as chapters import them."""
    found = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(info.name)).items():
            own = f"{getattr(value, '__module__', '')}.".startswith(f"{info.name}.")
            if own and not name.startswith("_"):
                found[f"{info.name}.{name}"] = inspect.getdoc(value) or ""
    return found


def functions(section: str, docs: dict[str, str]) -> list[str]:
    """Full names of what is offered for a section, as its docstring says."""
    named = re.compile(rf"document\s+section\s+{re.escape(section)}(?!\.?\d)")
    return sorted(name for name, words in docs.items() if named.search(words))


def page(sections: Sequence[tuple[str, str, str, Sequence[str]]] = SECTIONS) -> str:
    """The whole page. Raises: KeyError for a label that no chapter has."""
    known, docs = equations(chapters()), offered()
    missing = {label for *_, labels in sections for label in labels} - known.keys()
    if missing:
        raise KeyError(f"no chapter labels an equation {sorted(missing)}; the index expects it")
    parts = [HEAD]
    for section, english, chinese, labels in sections:
        chapter = known[labels[0]][0]
        where = f"{chapter.name}.ipynb"
        formulas = "\n\n".join(f"$$\n{known[label][1]}\n$$" for label in labels)
        places = " and ".join(f"[({known[label][2]})]({where}#{label})" for label in labels)
        code = ", ".join(f"`{name}`" for name in functions(section, docs))
        parts.append(
            f"## {english} · {chinese}\n\nSection {section} of the document.\n\n{formulas}\n\n"
            f"Derived in [Chapter {chapter.number} · {chapter.title}]({where}), {places}. "
            f"In code: {code}.\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    write(PAGE, page())
