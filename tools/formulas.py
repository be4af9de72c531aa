"""Write ``notebooks/formulas.md``: each formula of the document, where derived, and where coded.

    python -m tools.formulas

Nothing on the page is kept by hand but the list below. Formulas are the chapters' numbered ones.
"""

import re
from collections.abc import Sequence

from tools.book import ROOT, Chapter, chapters, write

PAGE = ROOT / "notebooks" / "formulas.md"

FORMULA = re.compile(
    r'^<a id="([\w-]+)"></a>\n\n\$\$\n(.*?)\\tag\{([^}]*)\}\n\$\$$', re.MULTILINE | re.DOTALL
)

# Section of the document, its name in English and in Chinese, our formulas and our code for it.
SECTIONS = (
    ("4.1.1", "Multimodal autoencoder", "多模态自编码器", "ae-document",
     "autoencoder.MultimodalAutoencoder autoencoder.reconstruction_loss"),
    ("4.1.2", "Multimodal adversarial learning", "多模态对抗学习", "gan-value",
     "adversarial.MultimodalGenerator adversarial.MultimodalDiscriminator "
     "adversarial.generator_loss adversarial.discriminator_loss"),
    ("4.1.3", "Multimodal graph network", "多模态图神经网络", "gcn-rule",
     "graph.normalize_adjacency graph.propagate graph.GraphConvolution graph.MultimodalGCN"),
    ("4.2.1", "Self-attention", "多模态自注意力机制", "sa-roles sa-attention",
     "attention.scaled_dot_product_attention attention.SelfAttention"),
    ("4.2.2", "Cross-attention", "多模态交叉注意力机制", "ca-roles ca-both",
     "attention.CrossAttention"),
    ("4.2.3", "Hierarchical attention", "多模态层次注意力机制", "ha-alpha ha-fused",
     "hierarchical.level_attention hierarchical.HierarchicalAttention"),
    ("4.3.1", "Teacher and student", "多模态教师-学生蒸馏", "kd-document",
     "distillation.distillation_loss"),
    ("4.3.2", "Peers", "多模态对等蒸馏", "peer-document", "distillation.mutual_learning_loss"),
    ("4.3.3", "Step by step", "多模态渐进式蒸馏", "prog-document",
     "distillation.progressive_loss training.fit_progressive"),
)  # fmt: skip

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


def page(sections: Sequence[tuple[str, str, str, str, str]] = SECTIONS) -> str:
    """The whole page. Raises: KeyError for a formula that no chapter has."""
    known, parts = equations(chapters()), [HEAD]
    for section, english, chinese, labels, code in sections:
        found = [(label, *known[label]) for label in labels.split()]
        chapter = found[0][1]
        where = f"{chapter.name}.ipynb"
        formulas = "\n\n".join(f"$$\n{math}\n$$" for _, _, math, _ in found)
        places = " and ".join(f"[({number})]({where}#{label})" for label, _, _, number in found)
        names = ", ".join(f"`mmbook.{name}`" for name in code.split())
        parts.append(
            f"## {english} · {chinese}\n\nSection {section} of the document.\n\n{formulas}\n\n"
            f"Derived in [Chapter {chapter.number} · {chapter.title}]({where}), {places}. "
            f"In code: {names}.\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    write(PAGE, page())
