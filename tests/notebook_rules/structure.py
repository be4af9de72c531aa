"""Rules of the text's shape: opening, order of sections, exercises, description."""

import re

from nbformat import NotebookNode

from tests.notebook_rules.cells import KINDS, SECTIONS, first_line, headings, markdown


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


DIRECTIVE = re.compile(
    r"^(?P<fence>[`:]{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<title>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)\s*$",
    re.MULTILINE | re.DOTALL,
)


def directives(text: str, *names: str) -> list[re.Match]:
    return [found for found in DIRECTIVE.finditer(text + "\n") if found["name"] in names]


def option(directive: re.Match, name: str) -> str:
    found = re.search(rf"^:{name}:[ \t]*(.*?)\s*$", directive["body"], re.MULTILINE)
    return found[1] if found else ""


def exercises(nb: NotebookNode) -> list[str]:
    """At least 6 exercises, of all kinds, each with a label and a folded solution."""
    text = markdown(nb)
    asked = directives(text, "exercise", "exercise-start")
    solved = directives(text, "solution", "solution-start")
    labels = [option(e, "label") for e in asked]
    found = [] if len(asked) >= 6 else [f"{len(asked)} exercises, expected at least 6"]
    for exercise, label in zip(asked, labels, strict=True):
        name = label or first_line(exercise["body"])
        if not label:
            found.append(f"exercise {name!r} has no :label:")
        if [s["title"].strip() for s in solved].count(label) != 1:
            found.append(f"exercise {name!r} has not exactly one solution")
    kinds = {
        kind
        for e in asked
        for kind in KINDS
        if re.match(rf"\W*{kind}\b", e["title"])
        or re.search(rf"^\*{kind}\.\*", e["body"], re.MULTILINE)
    }
    found += [f"no exercise of kind {kind!r} (*{kind}.*)" for kind in KINDS if kind not in kinds]
    for solution in solved:
        if solution["title"].strip() not in labels:
            found.append(f"solution of unknown exercise {solution['title'].strip()!r}")
        if option(solution, "class") != "dropdown":
            found.append(f"solution {solution['title'].strip()!r} is not folded (:class: dropdown)")
    starts, ends = text.count("{solution-start}"), text.count("{solution-end}")
    if starts != ends:
        found.append(f"{starts} {{solution-start}} but {ends} {{solution-end}}")
    return found


def description(nb: NotebookNode) -> list[str]:
    """One sentence for search engines, in the front matter (myst: html_meta: description)."""
    text = nb.metadata.get("myst", {}).get("html_meta", {}).get("description", "")
    if 50 <= len(text) <= 200:
        return []
    return [f"front matter: description of {len(text)} letters, expected 50 to 200"]
