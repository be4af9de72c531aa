"""Rules of all pages together: references, links and citations lead somewhere."""

import re
from pathlib import Path

from tests.notebook_rules.cells import headings, plain_text


def targets(text: str) -> set[str]:
    """Labels that other places may name."""
    return (
        set(re.findall(r"^\(([^)\s]+)\)=\s*$", text, re.MULTILINE))
        | set(re.findall(r"^:(?:label|name):\s*(\S+)\s*$", text, re.MULTILINE))
        | set(re.findall(r"\$\$[ \t]*\(([^)\s]+)\)[ \t]*$", text, re.MULTILINE))
    )


def anchors(text: str) -> set[str]:
    """Anchors of headings, as the website makes them."""
    titles = [title for level in (1, 2, 3) for title in headings(text, level)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def references_resolve(pages: dict[str, str], drawn: set[str] = frozenset()) -> list[str]:
    """``{ref}``, ``{eq}`` and the like, ``(#...)`` links: each names something on some page.

    ``pages``: text by path below notebooks/. ``drawn``: anchors that outputs hold (figures).
    """
    known = set().union(drawn, *(targets(text) | anchors(text) for text in pages.values()))
    twice = [
        label
        for label in sorted(set().union(*(targets(text) for text in pages.values())))
        if sum(label in targets(text) for text in pages.values()) > 1
    ]
    found = [f"label {label!r} stands on more than one page" for label in twice]
    role = re.compile(r"\{(?:ref|eq|numref|prf:ref)\}`(?:[^`<]*<)?([^`>]+)>?`")
    for page, text in pages.items():
        named = role.findall(plain_text(text))
        named += re.findall(r"\]\(#([^)\s]+)\)", plain_text(text))
        found += [f"{page}: {name!r} is nowhere" for name in named if name.strip() not in known]
    return found


def links_resolve(pages: dict[str, str], folder: Path) -> list[str]:
    """Relative links lead to files; ``folder`` is notebooks/."""
    found = []
    for page, text in pages.items():
        here = (folder / page).parent
        links = re.findall(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)", plain_text(text))
        for link in links:
            if not re.match(r"[a-z]+:", link) and not page_or_file(here / link):
                found.append(f"{page}: link {link!r} leads nowhere")
        for name in re.findall(r"\{doc\}`(?:[^`<]*<)?([^`>]+)>?`", plain_text(text)):
            if not page_or_file(here / name):
                found.append(f"{page}: document {name!r} is nowhere")
    return found


def page_or_file(path: Path) -> bool:
    """Is there such a file, or such a page when its ending is added?"""
    return any(path.with_name(path.name + end).exists() for end in ("", ".md", ".ipynb"))


def citations_resolve(pages: dict[str, str], entries: dict[str, set[str]]) -> list[str]:
    """Every key is in the bibliography, every entry is cited and has a DOI, eprint or URL.

    ``entries``: the field names of each entry, by key.
    """
    cited = {}
    for page, text in pages.items():
        for keys in re.findall(r"\{(?:foot)?cite(?::\w+)?\}`([^`]+)`", plain_text(text)):
            for key in keys.split(","):
                cited.setdefault(key.strip(), page)
    found = [f"{page}: no entry {key!r}" for key, page in cited.items() if key not in entries]
    found += [f"entry {key!r} is cited nowhere" for key in entries if key not in cited]
    for key, fields in entries.items():
        if not {"doi", "eprint", "url"} & {name.lower() for name in fields}:
            found.append(f"entry {key!r} has no doi, eprint or url")
    return found
