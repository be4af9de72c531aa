"""Write what follows from the sources: numbers, the words of links, and the lists of works.

    python -m tools.links

A chapter is plain Markdown, which JupyterLab, GitHub and the website read alike, so what they could
count for themselves is written out. An anchor ``<a id="sa-dot"></a>`` stands before a formula or an
exercise and names it for good. This tool numbers both in order, ``\\tag{7.2}`` and ``### Exercise
7.2``, and puts the number into every link to them, ``[(7.2)](#sa-dot)``. A citation is a link, ``[Vaswani
et al., 2017](https://arxiv.org/abs/1706.03762)``, to the address of an entry of ``references.bib``; each
chapter ends with the list of its works, and ``bibliography.md`` holds all of them. The first cell, which installs
mmbook, gets the address of the book.
"""  # noqa: E501

import re
from functools import cache
from pathlib import Path

from pybtex.database import Entry, parse_file
from pybtex.plugin import find_plugin
from pybtex.richtext import Text

from tools.book import ROOT, chapters, write
from tools.first_cell import with_first_cell

ANCHOR = re.compile(r'^<a id="([\w-]+)"></a>\n\n(\$\$\n|### Exercise )', re.MULTILINE)
LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\(([^)\s]+)\)")
WORKS = re.compile(r"^## References\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)

BIBLIOGRAPHY = """---
myst:
  html_meta:
    description: Every work that a chapter of the book cites, and the chapters that cite it.
---

# Bibliography

Every work that a chapter cites. Each chapter also ends with its own list.
"""


def pages(root: Path = ROOT) -> list[Path]:
    """The chapters' texts, then the pages that are written by hand."""
    folder = root / "notebooks"
    hand = (folder / f"{name}.md" for name in ("index", "lecturers", "notation", "glossary"))
    return [*(c.text for c in chapters(root=root)), *(page for page in hand if page.exists())]


# ---------------------------------------------------------------- formulas and exercises


def numbers(text: str, chapter: int) -> dict[str, str]:
    """{anchor: "7.2"}: formulas and exercises of a chapter, each counted in order."""
    count = {"$$\n": 0, "### Exercise ": 0}
    found = {}
    for label, kind in ANCHOR.findall(text):
        count[kind] += 1
        found[label] = f"{chapter}.{count[kind]}"
    return found


@cache
def book_numbers(root: Path = ROOT) -> dict[str, str]:
    """The numbers of all chapters."""
    found = {}
    for chapter in chapters(root=root):
        found |= numbers(chapter.markdown, chapter.number)
    return found


def numbered(text: str, known: dict[str, str]) -> str:
    """A chapter's text whose formulas, exercises and solutions bear their numbers.

    Raises: ValueError for a formula that has an anchor and no ``\\tag{...}``.
    """
    pieces = ANCHOR.split(text)  # text, label, kind, text, label, kind, text ...
    for at in range(1, len(pieces), 3):
        label, kind, rest = pieces[at : at + 3]
        number = known[label]
        if kind.startswith("$"):
            formula, end, after = rest.partition("\n$$")
            formula, tags = re.subn(r"\\tag\{[^}]*\}", rf"\\tag{{{number}}}", formula)
            if tags != 1 or not end:
                raise ValueError(f"formula {label} has {tags} tags; expected one \\tag{{...}}")
            pieces[at + 2] = formula + end + after
        else:
            rest = re.sub(r"\A[\d.?]*", number, rest)
            pieces[at + 2] = re.sub(
                r"^#### Solution[^\n]*", f"#### Solution {number}", rest, flags=re.MULTILINE
            )
        pieces[at] = f'<a id="{label}"></a>\n\n'
    return "".join(pieces)


def linked(text: str, known: dict[str, str]) -> str:
    """The text whose links to formulas and exercises say their numbers."""

    def one(link: re.Match[str]) -> str:
        number = known.get(link[2].partition("#")[2])
        words = link[1] if number is None else re.sub(r"[\d?]+\.[\d?]+", number, link[1])
        return f"[{words}]({link[2]})"

    return LINK.sub(one, text)


# ---------------------------------------------------------------- works


@cache
def works(root: Path = ROOT) -> dict[str, Entry]:
    """The entries of references.bib by their address."""
    entries = parse_file(str(root / "notebooks" / "references.bib"), bib_format="bibtex").entries
    return {address(entry): entry for entry in entries.values()}


def address(entry: Entry) -> str:
    """Where to read a work. Raises: KeyError for one without doi, eprint and url."""
    fields: dict[str, str] = dict(entry.fields or {})
    if "doi" in fields:
        found = f"https://doi.org/{fields['doi']}"
    elif "eprint" in fields:
        found = f"https://arxiv.org/abs/{fields['eprint']}"
    else:
        found = fields["url"]
    return found.replace("(", "%28").replace(")", "%29")  # they would end a link


def cited_as(entry: Entry) -> str:
    """How the text names a work: "Vaswani et al., 2017"."""
    authors = dict(entry.persons or {})["author"]
    people = [" ".join(p.prelast_names + p.last_names) for p in authors]
    people = [str(Text.from_latex(name)) for name in people]
    if len(people) > 2 or people[-1] == "others":
        people = [f"{people[0]} et al."]
    return f"{' and '.join(people)}, {dict(entry.fields or {})['year']}"


def citations(text: str, root: Path = ROOT) -> list[tuple[str, Entry]]:
    """(words of the link, work) for each citation of a text but its own list."""
    known = works(root)
    links = LINK.findall(WORKS.sub("", text))
    return [(words, known[target]) for words, target in links if target in known]


def listed(entries: list[Entry], notes: dict[str, str] | None = None) -> str:
    """Works as a Markdown list, by author; ``notes``: words behind an entry, by its key."""
    style = find_plugin("pybtex.style.formatting", "plain")()
    backend = find_plugin("pybtex.backends", "markdown")()
    lines = []
    for one in style.format_entries(entries):
        words = re.sub(r"\\([.\-()/#!+])", r"\1", one.text.render(backend)).replace("\n", " ")
        lines.append(f"- {words}{(notes or {}).get(one.key, '')}\n")
    return "".join(lines)


def with_works(text: str, root: Path = ROOT) -> str:
    """A chapter's text with the list of the works that it cites."""
    entries = list({entry.key: entry for _, entry in citations(text, root)}.values())
    return WORKS.sub(lambda _: f"## References\n\n{listed(entries)}", text)


def bibliography(root: Path = ROOT) -> str:
    """The page of all works, each with the chapters that cite it."""
    where: dict[str, list[str]] = {}
    for chapter in chapters(root=root):
        for key in {str(entry.key) for _, entry in citations(chapter.markdown, root)}:
            where.setdefault(key, []).append(f"[{chapter.number}]({chapter.name}.ipynb)")
    notes = {key: f" Chapter {', '.join(places)}." for key, places in where.items()}
    return f"{BIBLIOGRAPHY}\n{listed(list(works(root).values()), notes)}"


def written(page: Path, root: Path = ROOT) -> str:
    """A page as this tool leaves it."""
    text = page.read_text("utf-8")
    known = book_numbers(root)
    if page.parent.name == "_src":
        text = with_first_cell(with_works(numbered(text, known), root), root)
    return linked(text, known)


if __name__ == "__main__":
    for one in pages():
        write(one, written(one))
    write(ROOT / "notebooks" / "bibliography.md", bibliography())
