"""Rules of the text's shape: opening, order of sections, exercises, description."""

import re

from nbformat import NotebookNode

from tests.notebook_rules.cells import KINDS, SECTIONS, headings, markdown


def opening(nb: NotebookNode) -> list[str]:
    """The first text: title, question, what one will be able to do, what it needs, how long."""
    titles = headings(markdown(nb), 1)
    found = [] if len(titles) == 1 else [f"level-1 headings are {titles}, expected one"]
    before = re.split(r"^## ", markdown(nb), maxsplit=1, flags=re.MULTILINE)[0]
    wanted = {
        "the question it answers ('?')": r"\?",
        "what one will be able to do ('able to')": r"\bable to\b",
        "what one needs to know ('You need')": r"\b[Yy]ou need\b",
        "the time to read ('75 minutes')": r"\d+ minutes",
        "the time to run ('to run')": r"\bto\s+run\b",
    }
    return found + [
        f"opening lacks {name}" for name, p in wanted.items() if not re.search(p, before)
    ]


def order(nb: NotebookNode) -> list[str]:
    """The sections of ``SECTIONS``, each once and in order; others only in the middle."""
    titles = headings(markdown(nb), 2)
    found = [
        f"section {name!r} occurs {titles.count(name)} times, expected once"
        for name in SECTIONS
        if titles.count(name) != 1
    ]
    present = [title for title in titles if title in SECTIONS]
    if not found and present != list(SECTIONS):
        found.append(f"sections stand in the order {present}, expected {list(SECTIONS)}")
    if titles[:1] != [SECTIONS[0]]:
        found.append(f"the first section is {titles[:1]}, expected {SECTIONS[0]!r}")
    tail = titles[titles.index("In the field") :] if "In the field" in titles else []
    extra = [title for title in tail if title not in SECTIONS]
    return found + [f"section {title!r} comes after 'In the field'" for title in extra]


def exercises(nb: NotebookNode) -> list[str]:
    """At least 6 exercises, of all kinds, each with an anchor and one folded solution."""
    asked: list[str] = []
    kinds, found = set(), []
    open_one = False  # an exercise still waits for its solution
    for cell in nb.cells:
        source = cell.source if cell.cell_type == "markdown" else ""
        for title, kind in re.findall(
            r"^### (Exercise[^\n]*)\n+\*?(\w*)", source, flags=re.MULTILINE
        ):
            if open_one:
                found.append(f"{asked[-1]} has no solution")
            asked.append(title)
            kinds.add(kind)
            open_one = True
            if not re.match(rf'<a id="[\w-]+"></a>\n\n### {re.escape(title)}\n\n', source):
                found.append(f"{title} has no anchor, or does not begin its cell")
        for title in re.findall(r"^#### (Solution.*)$", source, flags=re.MULTILINE):
            if not open_one or title.split()[1:] != asked[-1].split()[1:]:
                found.append(f"{title} does not follow its exercise")
            open_one = False
            if source != f"#### {title}" or not cell.metadata.get("jp-MarkdownHeadingCollapsed"):
                found.append(f"{title} is not folded (a cell of its own, collapsed)")
    if open_one:
        found.append(f"{asked[-1]} has no solution")
    if len(asked) < 6:
        found.append(f"{len(asked)} exercises, expected at least 6")
    return found + [f"no exercise of kind {kind!r}" for kind in KINDS if kind not in kinds]


def description(nb: NotebookNode) -> list[str]:
    """One sentence for search engines, in the front matter (myst: html_meta: description)."""
    text = nb.metadata.get("myst", {}).get("html_meta", {}).get("description", "")
    if 50 <= len(text) <= 200:
        return []
    return [f"front matter: description of {len(text)} letters, expected 50 to 200"]
