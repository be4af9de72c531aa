"""Write the chapters as slide shows, by Jupyter's own converter (nbconvert, reveal.js).

    python -m tools.slides [--to FOLDER] [NAMES]

NAMES are beginnings of chapter names, such as ``04``. Without any: all chapters. Open
``slides/04_autoencoder.slides.html`` in a browser; no network is needed. Space goes on, Esc shows
all slides, and ``?print-pdf`` behind the address lays them out for printing.

What stands on which slide follows from the chapter's structure, so the stored notebooks hold no
settings for slides. ``#`` and ``##`` begin a slide, ``###`` one below it. What does not fit flows
on to another below. A figure stands on a slide of its own. Of folded cells only the output is
shown, and the cell of imports is left out. The output of visible code waits for a key, so that a
class can guess first. A solution stands below its question.
"""

import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from pybtex.database import BibliographyData, Entry, parse_file
from pybtex.richtext import Text
from traitlets.config import Config

from tools.notebooks import ROOT, Chapter, chapters, folder_parser
from tools.texts import sought

SHOW = ROOT / "tools" / "slideshow"
KATEX = ROOT / "tools" / "site" / "static" / "katex"
ADMONITIONS = ("note", "tip", "hint", "important", "warning", "admonition")

# Room on a slide in pixels, and what things take of it; slideshow/slides.css sets them so. A line
# of prose counts for more than its height: a slide that is full of it cannot be read aloud.
ROOM, LINE, LETTERS = 640, 58, 92
PROSE = 9 * LINE  # more of it at once is cut between sentences
CODE = {27: ("", 21), 35: ("dense", 17), 40: ("denser", 15)}  # up to so many lines: tag, height
MOST = max(CODE)  # lines of an output that are shown; more of them say nothing to a class

# ---------------------------------------------------------------- MyST to plain Markdown


@dataclass(frozen=True)
class Book:
    """What the text of a chapter refers to: numbers by label, and the bibliography."""

    equations: dict[str, str]
    exercises: dict[str, str]
    works: BibliographyData


@cache
def book(root: Path = ROOT) -> Book:
    """Numbers as the website gives them: (4.1), (4.2), ... in each chapter."""
    equations, exercises = {}, {}
    for chapter in chapters(root=root):
        text = chapter.text.read_text(encoding="utf-8")
        number = int(chapter.name[:2])
        for labels, pattern in (
            (equations, r"^\$\$[ \t]*\(([^)\s]+)\)[ \t]*$"),
            (exercises, r"^[`:]{3,}\{exercise(?:-start)?\}[^\n]*\n:label: (\S+)"),
        ):
            for place, label in enumerate(re.findall(pattern, text, re.MULTILINE), start=1):
                labels[label] = f"{number}.{place}"
    return Book(equations, exercises, parse_file(root / "notebooks" / "references.bib"))


def fields(entry: Entry) -> Mapping[str, str]:
    """What the bibliography says of a work. Raises: ValueError if it says nothing."""
    if entry.fields is None:
        raise ValueError(f"{entry.key} in references.bib has no fields; expected title and year")
    return entry.fields


def authors(entry: Entry) -> str:
    """Family names, as the website shortens them: one, two, or one "et al.".

    Raises: ValueError if there are none.
    """
    people = (entry.persons or {}).get("author")
    if not people:
        raise ValueError(f"{entry.key} in references.bib has no author")
    names = [" ".join(map(str, p.rich_prelast_names + p.rich_last_names)) for p in people]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names)


def cited(found: re.Match, works: BibliographyData) -> str:
    entries = [works.entries[key.strip()] for key in found["keys"].split(",")]
    if found["form"] == "cite:t":
        return ", ".join(f"{authors(e)} ({fields(e)['year']})" for e in entries)
    return "(" + "; ".join(f"{authors(e)}, {fields(e)['year']}" for e in entries) + ")"


def reference(entry: Entry) -> str:
    """One line of the list of references, with a link."""
    f = fields(entry)
    place = f.get("url") or (f"https://doi.org/{f['doi']}" if "doi" in f else "")
    place = place or f"https://arxiv.org/abs/{f['eprint']}"
    return f"- {authors(entry)} ({f['year']}). [{Text.from_latex(f['title'])}]({place})."


def link(found: re.Match) -> str:
    """Chapters link to their slides; for other pages the words are enough."""
    words, target = found.groups()
    if re.match(r"https?:", target):
        return found[0]
    page = re.fullmatch(r"(\d\d_\w+?)(?:\.ipynb|\.md)?(?:#.*)?", target)
    return f"[{words}]({page[1]}.slides.html)" if page else words


def plain(text: str, book: Book) -> str:
    """Text without roles: citations, numbers of formulas and links in words.

    Raises: ValueError for a role that this does not know, KeyError for a label that is nowhere.
    """
    text = re.sub(r"^\([\w-]+\)=[ \t]*\n?", "", text, flags=re.MULTILINE)
    text = re.sub(
        r"^\$\$[ \t]*\((\S+)\)[ \t]*$",
        lambda found: f"\\tag{{{book.equations[found[1]]}}}\n$$",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(r"\{eq\}`([^`]+)`", lambda found: f"({book.equations[found[1]]})", text)
    text = re.sub(
        r"\{(?P<form>cite(?::[tp])?)\}`(?P<keys>[^`]+)`", lambda f: cited(f, book.works), text
    )
    text = re.sub(r"\{(?:ref|doc|numref)\}`([^`<]+?) *<[^`>]+>`", r"\1", text)
    left = re.search(r"\{[\w:-]+\}`[^`]*`", text)
    if left:
        raise ValueError(f"a role is left: {left[0]!r}; tools/slides.py does not know it")
    return re.sub(r"(?<!!)\[([^\]\[]+)\]\(([^)\s]+)\)", link, text)


# ---------------------------------------------------------------- text to blocks


@dataclass
class Block:
    """A piece that is not torn: its cell, the room it takes, and whether it begins a slide."""

    cell: NotebookNode
    height: int
    begins: str = ""  # "slide", "subslide", or nothing: it flows
    leads: bool = False  # introduces what comes next
    fragment: bool = False  # waits for a key
    title: tuple[int, str] = field(default=(0, ""))  # level and words of a heading


def pieces(text: str) -> Iterator[str]:
    """Headings, directives with all they hold, formulas, and paragraphs of a text."""
    lines, end, held = text.strip().split("\n"), None, []
    for line in lines:
        if end is not None:
            held.append(line)
            if re.match(end, line):
                yield "\n".join(held)
                end, held = None, []
            continue
        fence = re.match(r"(`{3,}|:{3,}|~{3,})", line)
        opened = fence or line.startswith("$$")
        if held and (opened or not line.strip() or line.startswith("#")):
            yield "\n".join(held)
            held = []
        if opened:
            held.append(line)
            if fence:
                end = re.escape(fence[1]) + r"\s*$"
            elif line.count("$$") == 1:
                end = r".*\$\$"
            else:
                yield held.pop()
        elif line.startswith("#"):
            yield line
        elif line.strip():
            held.append(line)
    if held:
        yield "\n".join(held)


def balanced(text: str) -> bool:
    """Whether no formula, code or emphasis is open at the end."""
    return not any(text.count(mark) % 2 for mark in ("$", "`", "*", "**"))


def shorter(text: str, most: int = PROSE) -> list[str]:
    """A paragraph or list in parts that fit, cut between sentences or items."""
    if height(text) <= most or text.startswith(("$$", "|", "`", ":", "#", ">")):
        return [text]
    item = re.match(r"([-*]|\d+\.) ", text)
    cut = r"\n(?=(?:[-*]|\d+\.) )" if item else r"(?<=[.?!:])(?<!al\.)(?<!e\.g\.)(?<!i\.e\.)\s+"
    units, glue = [], "\n" if item else " "
    for part in re.split(cut, text):
        if units and not balanced(units[-1]):
            units[-1] += glue + part
        else:
            units.append(part)
    fewest = len(packed(units, glue, most))
    limits = range(LINE, most + 1, LINE)  # parts of like size, lest one line is left for the last
    return next(p for limit in limits if len(p := packed(units, glue, limit)) == fewest)


def packed(units: list[str], glue: str, most: int) -> list[str]:
    """Units joined as long as they stay below a height."""
    kept = [units[0]]
    for unit in units[1:]:
        longer = kept[-1] + glue + unit
        if height(longer) <= most:
            kept[-1] = longer
        else:
            kept.append(unit)
    return kept


def height(text: str) -> int:
    """Pixels that a piece of text takes, generously."""
    if text.startswith("#"):
        return 70
    if text.startswith("$$"):
        tall = text.count(r"\frac") + text.count(r"\sum") > 0
        return 70 + 44 * (text.count(r"\\") + len(re.findall(r"\\begin", text))) + 30 * tall
    if text.startswith("|"):
        return 35 * len(text.split("\n")) + 16
    if text.startswith(("```", "~~~")):
        return 21 * len(text.split("\n")) + 20
    shown = re.sub(r"\]\([^)]*\)|\\[a-zA-Z]+|[$*{}]", "", text)
    lines = re.split(r"\n(?=(?:[-*]|\d+\.) )", shown)
    return sum(-(-len(line) // LETTERS) * LINE for line in lines)


def markdown(text: str, *, tags: tuple[str, ...] = (), tall: int | None = None, **facts) -> Block:
    cell = nbformat.v4.new_markdown_cell(text, metadata={"tags": list(tags)})
    leads = not re.search(r"[.?!)*”]$|^#|^\$\$|^[-|>`]", text.rstrip())
    return Block(cell, height(text) if tall is None else tall, leads=leads, **facts)


def text_blocks(text: str, book: Book) -> Iterator[Block]:
    """Blocks of a text cell. Raises: ValueError for a directive that this does not know."""
    for piece in pieces(text):
        fence = re.match(r"([`:~]{3,})\{([\w:-]+)\} *(.*)", piece)
        if fence:
            yield from directive(fence, piece, book)
        elif piece.startswith("#"):
            heading = sought(r"\A(#+) +(.+?)\s*\Z", piece, repr(piece), "'#', a blank and words")
            level, words = heading.groups()
            begins = {1: "slide", 2: "slide", 3: "subslide"}.get(len(level), "")
            title = (len(level), words)
            yield markdown(plain(piece, book), begins=begins, title=title)
        elif re.match(r"\([\w-]+\)=\s*$", piece) or re.match(r"%|\+\+\+", piece):
            continue  # the target of a link, a comment
        else:
            for part in shorter(plain(piece, book)):
                yield markdown(part)


def directive(fence: re.Match, piece: str, book: Book) -> Iterator[Block]:
    """A question, the heading of its solution, a box, or the list of references."""
    _, name, title = fence.groups()
    body = re.sub(r"\A(?:\s*:[\w-]+:.*\n)*", "", "\n".join(piece.split("\n")[1:-1]) + "\n")
    if name in ("exercise", "exercise-start"):
        where, expected = repr(piece[:60]), "a line ':label: NAME'"
        label = sought(r"^:label: *(\S+)", piece, where, expected, re.MULTILINE)[1]
        words = f"Exercise {book.exercises[label]}" + (f" · {title}" if title else "")
        yield markdown(f"### {words}", begins="subslide", title=(3, words))
        yield from text_blocks(body, book)
    elif name == "solution-start":
        words = f"Solution of {book.exercises[title.strip()]}"
        yield markdown(f"### {words}", begins="subslide", title=(3, words))
    elif name in ("solution-end", "exercise-end"):
        return
    elif name in ADMONITIONS:
        body = (f"**{title}** " if title else "") + body.strip()
        yield markdown("> " + plain(body, book).replace("\n", "\n> "), tall=height(body) + 20)
    elif name == "bibliography":
        yield Block(nbformat.v4.new_markdown_cell(piece), 0)  # filled in when all is read
    else:
        raise ValueError(f"directive {name!r} is unknown: tools/slides.py cannot show it")


# ---------------------------------------------------------------- code to blocks


def code_blocks(cell: NotebookNode) -> Iterator[Block]:
    """The code, unless it is folded, and then what it wrote."""
    folded = {"hide-input", "hide-cell"} & set(cell.metadata.get("tags", []))
    if not folded:
        yield code_block(cell, cell.source, [])
    for output in cell.outputs:
        if "<figure" in output.get("data", {}).get("text/html", ""):
            yield code_block(cell, "", [output], tall=ROOM)
        else:
            output = cut(output)
            written = output.get("text") or output.get("data", {}).get("text/plain", "")
            yield code_block(cell, written.rstrip(), [output], fragment=not folded)


def cut(output: NotebookNode) -> NotebookNode:
    """An output of at most ``MOST`` lines; the last one says how many are left out."""
    output = deepcopy(output)
    holder, key = (output, "text") if "text" in output else (output.get("data", {}), "text/plain")
    lines = holder.get(key, "").rstrip().split("\n")
    if len(lines) > MOST:
        left = len(lines) - MOST + 1
        holder[key] = "\n".join([*lines[: MOST - 1], f"... and {left} lines more"])
    return output


def code_block(
    cell: NotebookNode,
    shown: str,
    outputs: list[NotebookNode],
    tall: int | None = None,
    fragment: bool = False,
) -> Block:
    """The input of a cell, or one of its outputs, as a cell of its own."""
    lines = len(shown.split("\n"))
    tag, line = next((CODE[most] for most in CODE if lines <= most), CODE[MOST])
    new = nbformat.v4.new_code_cell(cell.source, execution_count=cell.execution_count)
    new.metadata["tags"] = [tag] * bool(tag) + ["output"] * bool(outputs)
    new.outputs = outputs
    return Block(new, lines * line + 30 if tall is None else tall, fragment=fragment)


# ---------------------------------------------------------------- blocks to slides


def blocks(chapter: Chapter, book: Book) -> list[Block]:
    """All blocks of a stored chapter, but for its cell of imports.

    Raises: ValueError for a text that this does not know, with the chapter's name.
    """
    notebook, found, imports = chapter.read(), [], True
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            try:
                found += text_blocks(cell.source, book)
            except (KeyError, ValueError) as error:
                raise ValueError(f"{chapter.name}: {error}") from error
        elif cell.cell_type == "code":
            if not imports:
                found += code_blocks(cell)
            imports = False
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    return [new for block in found for new in references(block, text, book)]


def references(block: Block, text: str, book: Book) -> list[Block]:
    """The list of references in the place of its directive; any other block as it is."""
    if "{bibliography}" not in block.cell.source or block.cell.cell_type != "markdown":
        return [block]
    keys = {k.strip() for ks in re.findall(r"\{cite(?::\w)?\}`([^`]+)`", text)
            for k in ks.split(",")}  # fmt: skip
    lines = sorted(reference(book.works.entries[key]) for key in keys)
    return [
        markdown("\n".join(lines[at : at + 14]), tags=("small",), tall=ROOM - 80)
        for at in range(0, len(lines), 14)
    ]


def laid_out(found: list[Block]) -> list[NotebookNode]:
    """Cells with their slide types: each begins a slide, or flows on while there is room."""
    cells, used, titles = [], 0, {}
    for place, block in enumerate(found):
        level, words = block.title
        if level:
            titles = {k: v for k, v in titles.items() if k < level} | {level: words}
        kind, opened = block.begins, place > 0 and found[place - 1].title[0] > 0
        if not kind and not opened and used + with_next(found, place) > ROOM:
            cells.append(running_head(titles))
            used = 36
        elif kind:
            used = 0
        used += block.height
        block.cell.metadata["slideshow"] = {"slide_type": kind or "-"}
        if block.fragment:
            block.cell.metadata["slideshow"] = {"slide_type": "fragment"}
        cells.append(block.cell)
    return cells


def with_next(found: list[Block], place: int) -> int:
    """The room of a block and, if it leads to the next, of that one too."""
    block, after = found[place], found[place + 1 : place + 2]
    if not after or after[0].begins:
        return block.height
    items = re.match(r"[-*] |1\. ", after[0].cell.source)
    return block.height + (after[0].height if block.leads or items else 0)


def running_head(titles: dict[int, str]) -> NotebookNode:
    """A small line above what flows on: where we are."""
    words = " · ".join(titles[level] for level in titles if level > 1) or titles.get(1, "")
    head = nbformat.v4.new_markdown_cell(f'<p class="running">{words}</p>')
    head.metadata["slideshow"] = {"slide_type": "subslide"}
    return head


def slide_notebook(chapter: Chapter) -> NotebookNode:
    """The chapter as cells that nbconvert turns into slides; the stored notebook stays as it is."""
    found = blocks(chapter, book(chapter.root))
    notebook = nbformat.v4.new_notebook(cells=laid_out(found))
    notebook.metadata["title"] = found[0].title[1]
    return notebook


def slides(chapter: Chapter) -> str:
    """The page, which needs the files of ``write`` beside it."""
    exporter = SlidesExporter(
        template_name=SHOW.name,
        extra_template_basedirs=[str(SHOW.parent)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        config=Config(
            {"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": ["output"]}}
        ),
    )
    page, _ = exporter.from_notebook_node(slide_notebook(chapter))
    return page


def write(chosen: list[Chapter], folder: Path) -> None:
    """Write the shows, and in ``show/`` what they need: reveal.js, KaTeX, the style."""
    folder.mkdir(parents=True, exist_ok=True)
    for chapter in chosen:
        page = folder / f"{chapter.name}.slides.html"
        page.write_text(slides(chapter), encoding="utf-8", newline="\n")
    shutil.copytree(
        SHOW,
        folder / "show",
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("*.j2", "conf.json"),
    )
    shutil.copytree(KATEX, folder / "show" / "katex", dirs_exist_ok=True)
    shutil.copytree(ROOT / "notebooks" / "_static", folder / "_static", dirs_exist_ok=True)


def main(arguments: list[str] | None = None) -> int:
    options = folder_parser(__doc__, "slides").parse_args(arguments)
    chosen = chapters(options.names)
    write(chosen, options.to)
    print(f"{len(chosen)} chapters as slides in {options.to}; open one in a browser")
    return 0


if __name__ == "__main__":
    sys.exit(main())
