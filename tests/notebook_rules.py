"""The rules of a chapter, as functions: a notebook goes in, a list of complaints comes out.

``RULES`` look at one chapter, ``BOOK_RULES`` at all pages together. Each complaint says where and
what, so that a failing test can be mended without reading this file.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from nbformat import NotebookNode

# The level-2 headings that every chapter has, in this order. Between the picture and "In the
# field" a chapter adds its own, with its formulas. Chapters open without a heading (rule opening).
SECTIONS = (
    "The idea in one picture",
    "Reading notes",
    "On real data",
    "What we can claim",
    "Where it breaks",
    "In the field",
    "Summary",
    "Exercises",
    "References",
)
KINDS = ("Understand", "Derive", "Code", "Explore")
FOLDED = {"hide-input", "hide-cell"}
CHECKED = "nbval-check-output"
MAX_OUTPUT, MAX_LINE, LONG_CELL, MAX_FOLDED = 500_000, 75, 25, 40


# ---------------------------------------------------------------- reading a notebook


def code_cells(nb: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """(where, cell) of each code cell; ``where`` names it as a reader would."""
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    return [(f"code cell {n} ({first_line(c.source)})", c) for n, c in enumerate(code, 1)]


def first_line(source: str) -> str:
    return source.strip().partition("\n")[0][:40]


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def markdown(nb: NotebookNode) -> str:
    """All text cells, code cells left out."""
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def output_texts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """(kind, text) of everything a code cell wrote: "stdout", "stderr" or a media type."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.name, output.text
        for kind, content in output.get("data", {}).items():
            yield kind, content if isinstance(content, str) else json.dumps(content)


def headings(text: str, level: int) -> list[str]:
    """Titles of one level, code fences left out."""
    return re.findall(rf"^{'#' * level} +(.+?)\s*$", without_fences(text), re.MULTILINE)


FENCE = re.compile(r"^(`{3,}|~{3,})(?!\{).*?^\1`*\s*?$", re.MULTILINE | re.DOTALL)


def without_fences(text: str) -> str:
    """Text without code blocks; directives such as ``{exercise}`` stay."""
    return FENCE.sub("", text)


def plain_text(text: str) -> str:
    """Text without code blocks and inline code; the content of roles stays."""
    role_or_code = re.compile(r"(\{[\w:]+\}`[^`]*`)|``.+?``|`[^`\n]+`")
    return role_or_code.sub(lambda found: found[1] or "", without_fences(text))


def parsed(source: str) -> ast.Module:
    """The cell's syntax tree; empty where it holds magics."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.parse("")


def in_solutions(nb: NotebookNode) -> set[str]:
    """Ids of the cells between ``{solution-start}`` and ``{solution-end}``."""
    inside, ids = False, set()
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            for name in re.findall(r"\{(solution-start|solution-end)\}", cell.source):
                inside = name == "solution-start"
        elif inside:
            ids.add(cell.id)
    return ids


def body_cells(nb: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """Code cells outside solutions."""
    solutions = in_solutions(nb)
    return [(where, cell) for where, cell in code_cells(nb) if cell.id not in solutions]


# ---------------------------------------------------------------- outputs


def executed(nb: NotebookNode) -> list[str]:
    """Every code cell was run, once, in order, and none stopped with an error."""
    found = []
    for place, (where, cell) in enumerate(code_cells(nb), 1):
        if cell.execution_count != place:
            found.append(f"{where}: execution count {cell.execution_count}, expected {place}")
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                found.append(f"{where}: ends with {output.ename}: {output.evalue}")
            if output.get("name") == "stderr":
                found.append(f"{where}: writes to stderr: {first_line(output.text)}")
    return found


def light(nb: NotebookNode) -> list[str]:
    """Stored outputs weigh at most 500 kB."""
    sizes = {where: len(json.dumps(cell.outputs)) for where, cell in code_cells(nb)}
    if sum(sizes.values()) <= MAX_OUTPUT:
        return []
    heavy = max(sizes, key=sizes.get)
    return [
        f"outputs weigh {sum(sizes.values()):,} bytes, at most {MAX_OUTPUT:,}; "
        f"most of it ({sizes[heavy]:,}) is {heavy}"
    ]


def checked_cells_print(nb: NotebookNode) -> list[str]:
    """Cells that nbval compares write plain text only, and "What we can claim" has one."""
    found = []
    for where, cell in code_cells(nb):
        if CHECKED not in tags(cell):
            continue
        kinds = {kind for kind, _ in output_texts(cell)}
        if kinds != {"stdout"}:
            found.append(f"{where}: {CHECKED}, but its outputs are {sorted(kinds)}; expected print")
        for tag in tags(cell):
            if tag.startswith("tolerance") and not re.fullmatch(r"tolerance=\d*\.?\d+", tag):
                found.append(f"{where}: tag {tag!r}; expected 'tolerance=' and a number")
    section = cells_of_section(nb, "What we can claim")
    if section and not any(CHECKED in tags(cell) for cell in section):
        found.append(f"'What we can claim' has no cell tagged {CHECKED}")
    return found


def cells_of_section(nb: NotebookNode, title: str) -> list[NotebookNode]:
    """The cells from a level-2 heading to the next."""
    inside, cells = False, []
    for cell in nb.cells:
        titles = headings(cell.source, 2) if cell.cell_type == "markdown" else []
        if titles:
            inside = titles[-1] == title
        if inside or title in titles:
            cells.append(cell)
    return cells


# ---------------------------------------------------------------- figures


@dataclass
class Shown:
    """One ``<figure>`` as the page shows it."""

    place: str = ""
    classes: str = ""
    words: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        found = re.match(r"\s*Figure (\d+\.\d+)\.", "".join(self.words))
        return found[1] if found else ""

    @property
    def caption(self) -> str:
        return re.sub(r"^\s*Figure \d+\.\d+\.\s*", "", "".join(self.words))


class FigureReader(HTMLParser):
    """Collects figures, and pictures that stand outside of one."""

    def __init__(self):
        super().__init__()
        self.figures, self.stray, self.depth, self.in_caption = [], 0, 0, False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "figure":
            self.depth += 1
            self.figures.append(Shown(attrs.get("id") or "", attrs.get("class") or ""))
        elif tag == "figcaption":
            self.in_caption = True
        elif tag in ("img", "svg"):
            alt = attrs.get("alt") or attrs.get("aria-label") or ""
            if self.depth:
                self.figures[-1].alts.append(alt)
            else:
                self.stray += 1

    def handle_endtag(self, tag):
        self.depth -= tag == "figure"
        self.in_caption = self.in_caption and tag != "figcaption"

    def handle_data(self, data):
        if self.in_caption:
            self.figures[-1].words.append(data)


def read_figures(cell: NotebookNode) -> FigureReader:
    reader = FigureReader()
    for kind, text in output_texts(cell):
        if kind == "text/html":
            reader.feed(text)
    return reader


def all_figures(nb: NotebookNode) -> list[Shown]:
    return [figure for _, cell in code_cells(nb) for figure in read_figures(cell).figures]


def figures_are_complete(nb: NotebookNode) -> list[str]:
    """Each picture is a book figure with number, anchor, caption and alternative text."""
    found = []
    for where, cell in code_cells(nb):
        reader = read_figures(cell)
        bare = [kind for kind, _ in output_texts(cell) if kind.startswith("image/")]
        if bare or reader.stray:
            found.append(f"{where}: a picture outside of figures.show ({bare or 'img'})")
        for figure in reader.figures:
            found += [f"{where}: {text}" for text in incomplete(figure)]
    for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)", without_fences(markdown(nb))):
        if len(alt) < 20:
            found.append(f"picture {target}: alternative text {alt!r}; expected a sentence")
    for name, body in re.findall(
        r"^[`:]{3,}\{(image|figure)\}(.*?)^[`:]{3,}\s*$", markdown(nb), re.MULTILINE | re.DOTALL
    ):
        if not re.search(r"^:alt:\s*\S.{19,}", body, re.MULTILINE):
            found.append(f"{{{name}}} {first_line(body)}: no :alt: sentence")
    return found


def incomplete(figure: Shown) -> list[str]:
    name = f"figure {figure.number or figure.place or '?'}"
    alt = max(figure.alts, key=len, default="")
    wanted = {
        "has no number ('Figure 4.2.' at the caption's start)": bool(figure.number),
        "is not of class mmbook-figure": "mmbook-figure" in figure.classes.split(),
        "its anchor is not its number": figure.place == "fig-" + figure.number.replace(".", "-"),
        f"caption of {len(figure.caption)} letters, expected 30 to 600": (
            30 <= len(figure.caption) <= 600
        ),
        f"alternative text of {len(alt)} letters, expected 40 to 800": 40 <= len(alt) <= 800,
        "alternative text repeats the caption": alt != figure.caption,
    }
    return [f"{name}: {text}" for text, holds in wanted.items() if not holds]


def figures_are_numbered(nb: NotebookNode, chapter: int) -> list[str]:
    """Figures run n.1, n.2, ... and each one that the prose names is there."""
    numbers = [figure.number for figure in all_figures(nb)]
    expected = [f"{chapter}.{n}" for n in range(1, len(numbers) + 1)]
    found = [] if numbers == expected else [f"figures are {numbers}, expected {expected}"]
    for name in re.findall(r"\bFigures?[\s\u00a0]+(\d+\.\d+)", markdown(nb)):
        if name.startswith(f"{chapter}.") and name not in numbers:
            found.append(f"the text names Figure {name}, which no cell draws")
    return found


# ---------------------------------------------------------------- code


def no_network(nb: NotebookNode) -> list[str]:
    """Nothing is fetched."""
    pattern = re.compile(
        r"https?://|\burllib\b|\brequests\b|\bhttpx\b|\bsocket\b|[!%] ?pip\b|\bwget\b|\bcurl\b"
        r"|\bdownload\w*\b|torch\.hub|from_pretrained|fetch_openml",
    )
    return [
        f"{where}: {found[0]!r} would need a network"
        for where, cell in code_cells(nb)
        if (found := pattern.search(cell.source))
    ]


PATH = re.compile(r"(?<![\w.])/(home|Users|root|work|tmp|mnt)/|\b[A-Z]:\\+(Users|Windows|Program)")


def no_absolute_path(nb: NotebookNode) -> list[str]:
    """No place of somebody's machine, in code, text or outputs."""
    found = []
    if path := PATH.search(markdown(nb)):
        found.append(f"text: absolute path {path[0]!r}")
    for where, cell in code_cells(nb):
        written = [re.sub(r"base64,[\w+/=]+", "", text) for _, text in output_texts(cell)]
        for text in (cell.source, *written):
            if path := PATH.search(text):
                found.append(f"{where}: absolute path {path[0]!r}")
    return found


def readable_code(nb: NotebookNode) -> list[str]:
    """Lines of at most 75 characters; few cells over 25 lines; folded ones up to 40."""
    found, long = [], []
    for where, cell in code_cells(nb):
        lines = cell.source.splitlines()
        wide = [line for line in lines if len(line) > MAX_LINE]
        if wide:
            found.append(f"{where}: {len(wide[0])} characters wide, at most {MAX_LINE}: {wide[0]}")
        if len(lines) > MAX_FOLDED:
            found.append(f"{where}: {len(lines)} lines, at most {MAX_FOLDED}")
        elif len(lines) > LONG_CELL and not tags(cell) & FOLDED:
            long.append(f"{where}: {len(lines)} lines")
    if len(long) > max(2, len(code_cells(nb)) // 6):
        found.append(f"{len(long)} cells over {LONG_CELL} lines, which should be rare: {long}")
    return found


def nothing_important_folded(nb: NotebookNode) -> list[str]:
    """The model, the loss and the step stay in sight."""
    pattern = re.compile(
        r"^class \w|nn\.Module|nn\.(Linear|Sequential|Conv)|def \w*loss|\.backward\("
        r"|\bfit(_seeds)?\(|optimi[sz]er|\.step\(\)|cross_entropy|^\s*assert",
        re.MULTILINE,
    )
    found = []
    for where, cell in body_cells(nb):
        if tags(cell) & {"remove-input", "remove-cell", "remove-output"}:
            found.append(f"{where}: removed from the page; fold it (hide-input) or show it")
        if tags(cell) & FOLDED and (important := pattern.search(cell.source)):
            found.append(f"{where}: folded, but holds {important[0].strip()!r}")
    return found


def one_imports_cell(nb: NotebookNode) -> list[str]:
    """All imports in the first code cell (a solution may add its own); seed and device in sight."""
    importing = [
        where
        for where, cell in body_cells(nb)
        if any(isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(parsed(cell.source)))
    ]
    found = [f"{where}: imports belong in the first code cell" for where in importing[1:]]
    if importing != [where for where, _ in body_cells(nb)[:1]] and not found:
        found.append("the first code cell is not the imports cell")
    visible = "\n".join(cell.source for _, cell in body_cells(nb) if not tags(cell) & FOLDED)
    for call in ("set_seed(0)", "device = pick_device()"):
        if not re.search(rf"^{re.escape(call)}", visible, re.MULTILINE):
            found.append(f"no visible cell says {call}")
    if re.search(r"\.cuda\(", "\n".join(cell.source for _, cell in code_cells(nb))):
        found.append(".cuda( is called; use .to(device)")
    return found


# ---------------------------------------------------------------- text


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


def starts_with_a_picture(nb: NotebookNode) -> list[str]:
    cells = cells_of_section(nb, SECTIONS[0])
    if any(c.cell_type == "code" and read_figures(c).figures for c in cells):
        return []
    return [f"'{SECTIONS[0]}' shows no figure"]


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


# ---------------------------------------------------------------- numbers in the prose

NOT_PROSE = re.compile(
    r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\]\([^)]*\)|<[^>]+>|^\(.*\)=\s*$|^:\w+:.*$|^\|.*$|^[`:]{3,}.*$"
    r"|\b(?i:figures?|sections?|eqs?\.|equations?|tables?|chapters?|exercises?|notes?|version)"
    r"[\s\u00a0]+\(?\d+(?:\.\d+)*",
    re.MULTILINE | re.DOTALL,
)
QUOTED = re.compile(
    r"(?<![\w.,/-])(\d+\.\d+|\d{2,}(?:\.\d+)?(?=[\s\u00a0]?%))([\s\u00a0]?%)?(?![\w/]|\.\d)"
)
PRINTED = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def number_pool(nb: NotebookNode) -> list[float]:
    """Every number that a cell prints or that stands in code as a number."""
    pool = []
    for _, cell in code_cells(nb):
        for kind, text in output_texts(cell):
            if kind in ("stdout", "text/plain"):
                pool += [float(n.replace(",", "")) for n in PRINTED.findall(text)]
        for node in ast.walk(parsed(cell.source)):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                pool.append(float(node.value))
    return pool


def agrees(quoted: str, percent: bool, pool: list[float]) -> bool:
    """Does some number of the pool read ``quoted`` when rounded as it is?"""
    digits = len(quoted.partition(".")[2])
    scaled = [100 * n for n in pool] if percent else []
    slack = 0.5 * 10**-digits * (1 + 1e-6)
    return any(abs(n - float(quoted)) <= slack for n in (*pool, *scaled))


def numbers_are_printed(nb: NotebookNode) -> list[str]:
    """Decimals and percentages of prose and captions are printed by a cell, or cited.

    Numbers of others are allowed where a text cell lists them in its metadata,
    ``{"mmbook": {"numbers": ["76.2"]}}``, and cites their source.
    """
    pool, found = number_pool(nb), []
    texts = [("caption of figure " + f.number, f.caption, []) for f in all_figures(nb)]
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            allowed = list(cell.metadata.get("mmbook", {}).get("numbers", []))
            texts.append((f"text ({first_line(cell.source)})", cell.source, allowed))
            if allowed and not re.search(r"\{(foot)?cite", cell.source):
                found.append(f"{texts[-1][0]}: lists numbers {allowed} but cites nobody")
    for where, text, allowed in texts:
        for quoted, percent in QUOTED.findall(NOT_PROSE.sub(" ", without_fences(text))):
            if quoted not in allowed and not agrees(quoted, bool(percent), pool):
                found.append(f"{where}: {quoted}{percent.strip()} is printed by no cell")
    return found


def description(nb: NotebookNode) -> list[str]:
    """One sentence for search engines, in the front matter (myst: html_meta: description)."""
    text = nb.metadata.get("myst", {}).get("html_meta", {}).get("description", "")
    if 50 <= len(text) <= 200:
        return []
    return [f"front matter: description of {len(text)} letters, expected 50 to 200"]


RULES: tuple[Callable[[NotebookNode], list[str]], ...] = (
    executed,
    light,
    checked_cells_print,
    figures_are_complete,
    no_network,
    no_absolute_path,
    readable_code,
    nothing_important_folded,
    one_imports_cell,
    opening,
    order,
    starts_with_a_picture,
    exercises,
    numbers_are_printed,
    description,
)


# ---------------------------------------------------------------- the book as a whole


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
