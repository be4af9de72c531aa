"""Rules of all pages together: links and citations lead somewhere, in every viewer alike."""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.notebook_rules.cells import plain_text
from tools.links import ANCHOR, LINK, WORKS, cited_as

ROLE = re.compile(
    r"\{[\w:.-]+\}`[^`]*`|^(?:`{3,}|:{3,})\{[\w:.-]+\}.*$|^\([\w-]+\)=$", re.MULTILINE
)


def plain_markdown(pages: Mapping[str, str]) -> list[str]:
    """No roles, directives and targets, which only a few viewers know.

    ``pages``: text by path below notebooks/.
    """
    return [
        f"{page}: {found[0]!r} shows as it is in JupyterLab and on GitHub; write plain Markdown"
        for page, text in pages.items()
        for found in ROLE.finditer(text)
    ]


def anchors(text: str) -> list[str]:
    """The ids that a page writes down."""
    return re.findall(r'<a id="([\w-]+)"></a>', text)


def anchors_are_single(pages: Mapping[str, str]) -> list[str]:
    """An id stands once in the book, and on a line of its own before what it names."""
    names = [name for text in pages.values() for name in anchors(text)]
    found = [f"anchor {n!r} stands {names.count(n)} times" for n in sorted(set(names))
             if names.count(n) > 1]  # fmt: skip
    for page, text in pages.items():
        lonely = set(anchors(text)) - {label for label, _ in ANCHOR.findall(text)}
        lonely -= set(re.findall(r'^<a id="([\w-]+)"></a>\n\n#', text, re.MULTILINE))
        found += [f"{page}: anchor {n!r} is not followed by an empty line and a heading or formula"
                  for n in sorted(lonely)]  # fmt: skip
    return found


def links_resolve(
    pages: Mapping[str, str], folder: Path, drawn: Mapping[str, set[str]]
) -> list[str]:
    """A relative link names a file that stands beside its page, and an id that this file has.

    ``folder`` is notebooks/; ``drawn``: ids of the figures by page.
    """
    found = []
    for page, text in pages.items():
        plain = plain_text(text)
        for loose in re.findall(r"\bFigures?\s\d+\.\d+", LINK.sub("", plain)):
            found.append(f"{page}: {loose!r} is no link")
        for words, link in LINK.findall(plain):
            file, _, name = link.partition("#")
            number = re.search(r"\d+\.\d+", words)
            if number and name.startswith("fig-") and name != f"fig-{number[0].replace('.', '-')}":
                found.append(f"{page}: {words!r} leads to {link!r}")
            if re.match(r"[a-z]+:", link):
                continue
            target = (folder / page).parent / (file or Path(page).name)
            if not target.exists():
                found.append(f"{page}: link {link!r} leads to no file")
                continue
            where = target.resolve().relative_to(folder.resolve()).as_posix()
            ids = {*anchors(pages.get(where, "")), *drawn.get(where, ())}
            if name and name not in ids:
                found.append(f"{page}: link {link!r} leads to no anchor or figure")
    return found


def citations_are_right(pages: Mapping[str, str], works: Mapping) -> list[str]:
    """A link to a work of the bibliography names it, and every work is cited.

    ``works``: the entries of references.bib by their address.
    """
    found, cited = [], set()
    for page, text in pages.items():
        for words, target in LINK.findall(plain_text(WORKS.sub("", text))):
            entry = works.get(target)
            if entry is None:
                if re.fullmatch(r"[^,(]+(, \d{4}| \(\d{4}\))", words):
                    found.append(f"{page}: {words!r} leads to {target}, which is no entry")
                continue
            cited.add(target)
            people, _, year = cited_as(entry).rpartition(", ")
            if words not in (f"{people}, {year}", f"{people} ({year})"):
                found.append(f"{page}: {words!r} leads to {people}, {year}")
    return found + [f"{cited_as(works[t])} is cited nowhere" for t in works if t not in cited]
