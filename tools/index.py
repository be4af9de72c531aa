"""Write ``notebooks/general_index.md``: the book's terms, each with the sections that treat it.

    python -m tools.index

The terms stand in ``tools/index_terms.toml``, the functions are those that chapters import from
mmbook. Places are found in the chapters' texts: at most ``MOST`` for a term, one a chapter, those
that say most of it. The main place is the section that has the term in its heading or introduces
it in italics, unless the list of terms names another.
"""

import ast
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin
from myst_parser.mdit_to_docutils.base import compute_unique_slug

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "notebooks" / "general_index.md"
TERMS = Path(__file__).with_name("index_terms.toml")
MOST = 5
# These speak of everything, and explain nothing anew.
ASIDE = {"Summary", "Exercises", "References", "A map of what follows"}
# These look back on what others explained, so a mention in them counts for half.
BACK = {"Reading notes", "In the field", "What we can claim", "Where it breaks"}
EVERYWHERE = {"set_seed", "pick_device"}  # every chapter calls them
HEADING, ITALIC = 8, 12  # what a heading and an introduction count for, in mentions

HEAD = """---
myst:
  html_meta:
    description: The terms, data sets, people and functions of the book, each with links to the sections that treat it and the main place in bold.
---

# Index

Each entry leads to the sections that say most about it, the main one in **bold**; 3 · stands for chapter 3.
[Formulas](formulas) have an index of their own, and the [glossary](glossary) gives each word's meaning in a line.
"""  # noqa: E501


@dataclass(frozen=True)
class Section:
    """A part of a chapter below a heading; ``words`` is its prose and ``code`` its cells."""

    chapter: str
    title: str
    slug: str
    words: str
    code: str

    @property
    def link(self) -> str:
        title = re.sub(r"^\d+\. ", "", self.title)
        return f"[{int(self.chapter[:2])}\u00a0· {title}]({self.chapter}.ipynb#{self.slug})"


@dataclass(frozen=True)
class Term:
    """An entry: its spellings, and where it is said to be at home, if the rule errs."""

    name: str
    spellings: tuple[str, ...]
    main: str = ""


CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARKS = MarkdownIt().use(dollarmath_plugin)


@cache
def sections(root: Path = ROOT) -> tuple[Section, ...]:
    """The sections of all chapters (levels 2 and 3), with the anchors that the website gives."""
    found = []
    for file in sorted((root / "notebooks" / "_src").glob("[0-9][0-9]_*.md")):
        text = re.sub(r"\A---\n.*?^---\n", "", file.read_text("utf-8"), flags=re.S | re.M)
        cells: list[str] = []

        def keep(cell: re.Match, cells: list[str] = cells) -> str:
            cells.append(cell[1])
            return f"\x00{len(cells) - 1}\x00"

        pieces = re.split(r"^(#{1,3}) (.+)$", CELL.sub(keep, text), flags=re.MULTILINE)
        slugs: list[str] = []
        aside = False
        for level, title, body in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            tree = SyntaxTreeNode(MARKS.parse(f"{level} {title}"))
            slugs.append(compute_unique_slug(tree.children[0], slugs))
            if len(level) < 3:
                aside = title in ASIDE or len(level) == 1
            if not aside:
                code = "\n".join(cells[int(n)] for n in re.findall("\x00(\\d+)\x00", body))
                words = re.sub(r"\x00\d+\x00|^\$\$.*?^\$\$|\{\w+(?::\w)?\}`[^`]*`", " ", body,
                               flags=re.S | re.M)  # fmt: skip
                found.append(Section(file.stem, title.strip(), slugs[-1], words, code))
    return tuple(found)


def pattern(spellings: tuple[str, ...]) -> re.Pattern:
    """Finds any of the spellings as whole words, with plural; a star is any ending."""
    parts = []
    for spelling in spellings:
        body = re.escape(spelling).replace(r"\ ", r"\s+")
        if spelling.endswith("*") and spelling[0] != "*":
            body = body[:-2] + r"\w*"
        same = spelling == spelling.lower()
        parts.append(f"(?i:{body})" if same else body)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?:e?s)?(?!\w)")


def terms(file: Path = TERMS) -> dict[str, list[Term]]:
    """The terms by group, as they are listed."""
    found = {}
    for group, entries in tomllib.loads(file.read_text("utf-8")).items():
        found[group] = []
        for name, value in entries.items():
            fields = value if isinstance(value, dict) else {"also": value}
            spellings = (name, *fields["also"])
            found[group].append(Term(name, spellings, fields.get("main", "")))
    return found


def score(found: re.Pattern, section: Section) -> int:
    """How much a section says of a term: its mentions, more in a heading or when introduced."""
    mentions = len(found.findall(section.words))
    if section.title in BACK:
        return (mentions + 1) // 2
    heading = HEADING * bool(found.search(section.title))
    marked = re.findall(r"(?<!\*)\*{1,2}([^*\n]{2,40}?)\*{1,2}(?!\*)", section.words)
    italic = ITALIC * any(len(m.split()) <= 4 and found.search(m) for m in marked)
    return mentions + heading + italic


def places(term: Term, root: Path = ROOT) -> tuple[Section, list[Section]]:
    """The main section of a term, and all that the index names, in the book's order.

    Raises: KeyError if no section has the term, or none is what ``term.main`` names.
    """
    found = pattern(term.spellings)
    counted = {s: n for s in sections(root) if (n := score(found, s))}
    if not counted:
        raise KeyError(f"no chapter has {term.name!r}, looked for as {term.spellings}")
    main = max(counted, key=lambda section: counted[section])
    if term.main:
        chapter, _, title = term.main.partition("#")
        fits = [s for s in sections(root) if s.chapter[:2] == chapter and s.title.startswith(title)]
        if not fits:
            raise KeyError(f"{term.name!r}: no section {term.main!r}")
        main = fits[0]
    return main, chosen(main, counted, root)


def chosen(main: Section, counted: dict[Section, int], root: Path, least: int = 2) -> list[Section]:
    """The main place and the best of each other chapter, ``MOST`` in all, in the book's order."""
    says = counted.__getitem__
    best: dict[str, Section] = {}
    for section in counted:
        if section.chapter != main.chapter:
            rival = best.get(section.chapter, section)
            best[section.chapter] = max(rival, section, key=says)  # equal: the first stays
    others = sorted(best.values(), key=says, reverse=True)
    strong = [s for s in others if counted[s] >= least or len(others) < 3]  # rare: each place helps
    return sorted([main, *strong[: MOST - 1]], key=sections(root).index)


@cache
def functions(root: Path = ROOT) -> dict[str, tuple[Section, list[Section]]]:
    """What chapters import from mmbook, by full name: the main place and all."""
    imported = {}
    for file in sorted((root / "notebooks" / "_src").glob("[0-9][0-9]_*.md")):
        for cell in CELL.findall(file.read_text("utf-8")):
            try:
                tree = ast.parse(re.sub(r"\A(?::.*\n)+", "", cell))
            except SyntaxError:
                continue  # a magic
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mmbook."):
                    names = {alias.name for alias in node.names} - EVERYWHERE
                    imported |= {f"{node.module}.{name}": name for name in names}
    found = {}
    for full, name in imported.items():
        named, used = re.compile(rf"`{name}\b"), re.compile(rf"(?<![\w.`]){name}\(")
        counted: Counter[Section] = Counter()
        for section in sections(root):
            told = ITALIC * bool(named.search(section.words)) * (section.title not in BACK)
            if count := told + len(used.findall(section.code)):
                counted[section] = count
        if counted:
            main = max(counted, key=lambda section: counted[section])
            found[full] = main, chosen(main, counted, root, least=1)
    return found


def entry(name: str, main: Section, all_places: list[Section]) -> str:
    links = ", ".join(f"**{s.link}**" if s == main else s.link for s in all_places)
    return f"- {name}: {links}"


def page(root: Path = ROOT) -> str:
    """The whole page."""
    parts = [HEAD]
    for group, listed in terms().items():
        parts.append(f"## {group}\n")
        ordered = sorted(listed, key=lambda t: t.name.lower())
        if group == "Terms":
            for letter, some in groupby(ordered, key=lambda t: t.name[0].upper()):
                parts.append(f"### {letter}\n")
                parts.append("\n".join(entry(t.name, *places(t, root)) for t in some) + "\n")
        else:
            parts.append("\n".join(entry(t.name, *places(t, root)) for t in ordered) + "\n")
    parts.append("## In `mmbook`\n")
    known = sorted(functions(root).items(), key=lambda item: item[0].split(".")[-1].lower())
    lines = [
        entry(f"`{full.split('.')[-1]}` of `{full.rpartition('.')[0]}`", *found)
        for full, found in known
    ]
    parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
