"""Links between the chapters and the package's pages.

sphinx-codeautolink knows what a name in code stands for. Its parser and its resolver are used here,
and not its extension, which parses a page anew for each of its cells and prints it anew for links:
the book would take five times as long to build. From the same knowledge each name of the package
says which chapters use it, and a `name` in prose leads to what the code of its page calls so.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from html import unescape
from itertools import accumulate
from typing import cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.util import logging
from sphinx_codeautolink.extension.block import construct_name_pattern
from sphinx_codeautolink.extension.resolve import CouldNotResolve, resolve_location
from sphinx_codeautolink.parse import Name, parse_names

log = logging.getLogger(__name__)
CHAPTER = re.compile(r"notebooks/\d\d_")
BLOCK = re.compile(r'(?<=<div class="highlight"><pre>)(.*?)(?=</pre>)', re.S)


@dataclass
class Cell:
    """Code of a chapter, the anchor of the section that it stands in, and the names it uses."""

    source: str
    section: str
    names: list[Name]


def read_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Trace each name in a chapter's code to the import that it comes from."""
    if not CHAPTER.match(app.env.docname):
        return
    blocks = [b for b in doctree.findall(nodes.literal_block) if b.get("language") == "ipython3"]
    cells = [Cell(block.astext(), section_of(block), []) for block in blocks]
    lengths = (cell.source.count("\n") + 1 for cell in cells)
    starts = list(accumulate(lengths, initial=1))
    for name in parse_names("\n".join(cell.source for cell in cells), doctree):
        # ``layer`` in ``layer = CrossAttention(8)`` is the reader's own name: it ends in a call
        if name.import_components[-1] not in ("()", "<>"):
            place = bisect_right(starts, name.lineno) - 1
            name.lineno -= starts[place]
            name.end_lineno -= starts[place]
            cells[place].names.append(name)
    cells_of(app)[app.env.docname] = cells


def cells_of(app: Sphinx) -> dict[str, list[Cell]]:
    """Chapter by chapter; they stay with what Sphinx keeps from one build to the next."""
    return app.env.__dict__.setdefault("mmbook_cells", {})


def section_of(node: nodes.Node) -> str:
    while not isinstance(node, nodes.section):
        node = node.parent
    return node["ids"][0]


def resolve(app: Sphinx, env) -> None:
    """What each name stands for, as a reader imports it; names that are not the package's go.

    The resolver finds ``mmbook.attention.layers.CrossAttention``, which no reader imports.
    """
    objects, known = cast(PythonDomain, env.get_domain("py")).objects, places(app)
    public = {o.node_id: name for name, o in objects.items() if not o.aliased}
    for cell in (cell for cells in cells_of(app).values() for cell in cells):
        for name in cell.names:
            try:
                found = resolve_location(name, known) if name.code_str else None
            except CouldNotResolve:
                found = None
            name.resolved_location = public[objects[found].node_id] if found in known else None
        cell.names = [name for name in cell.names if name.resolved_location]


def link_code(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Names in a chapter's code, before the page is written."""
    sources: dict[str, list[Cell]] = {}
    for cell in cells_of(app).get(page, []):
        sources.setdefault(cell.source.rstrip(), []).append(cell)
    if not sources:
        return
    known = places(app)

    def with_links(found: re.Match) -> str:
        same = sources.get(unescape(re.sub("<[^>]*>", "", found[0])).rstrip())
        lines = found[0].split("\n")
        for name in same.pop(0).names if same else ():
            target = link(app, page, known[str(name.resolved_location)], nodes.Text(""))
            link_name(lines, name, target["refuri"])
        return "\n".join(lines)

    context["body"] = BLOCK.sub(with_links, context["body"])
    if left := [source for source, cells in sources.items() if cells]:
        log.warning("code that is not on the page: %s", left[0], location=page)


def link_name(lines: list[str], name: Name, address: str) -> None:
    """One name in the lines of highlighted code, in place."""
    part = slice(name.lineno, name.end_lineno + 1)
    text = "\n".join(lines[part])
    matches = list(re.finditer(construct_name_pattern(name), text))
    if not matches:
        log.warning("no place for a link from %s in %s", name.code_str, text)
        return
    start, end = matches[-1].start() + len(matches[-1][1]), matches[-1].end()
    opening = f'<a class="mmbook-code" href="{address}" title="{name.resolved_location}">'
    lines[part] = f"{text[:start]}{opening}{text[start:end]}</a>{text[end:]}".split("\n")


def places(app: Sphinx) -> dict[str, str]:
    """Each of the package's names: page#anchor."""
    objects = cast(PythonDomain, app.env.get_domain("py")).objects
    return {name: f"{o.docname}#{o.node_id}" for name, o in objects.items()}


def link(app: Sphinx, docname: str, place: str, words: nodes.Node) -> nodes.reference:
    page, _, anchor = place.partition("#")
    address = f"{app.builder.get_relative_uri(docname, page)}#{anchor}"
    return nodes.reference("", "", words, internal=True, refuri=address)


def link_prose(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Full names in prose everywhere, short ones as this page's code, or module, means them."""
    known, module = places(app), f"mmbook.{docname.removeprefix('api/')}."
    meant = known | {n.removeprefix(module): p for n, p in known.items() if n.startswith(module)}
    for cell in cells_of(app).get(docname, []):
        meant |= {name.code_str: known[str(name.resolved_location)] for name in cell.names}
    for literal in list(doctree.findall(nodes.literal)):
        place = meant.get(literal.astext())
        if place and not isinstance(literal.parent, (nodes.reference, nodes.title)):
            literal.replace_self(link(app, docname, place, literal.deepcopy()))


def chapters(app: Sphinx) -> dict[str, dict[str, str]]:
    """For each place and page the chapters that use it: {"7": the section that does so first}."""
    known, found = places(app), {}
    for docname, cells in sorted(cells_of(app).items()):
        chapter = str(int(docname[len("notebooks/") :][:2]))
        for cell in cells:
            for name in cell.names:
                place = known[str(name.resolved_location)]
                for key in (place, place.partition("#")[0]):
                    section = f"{docname}#{cell.section}"
                    found.setdefault(key, {}).setdefault(chapter, section)
    return found


def say_where_used(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """ "In chapters 2, 7" at the head of a module's page and the end of each name's words."""
    if not docname.startswith("api/"):
        return
    used, first = chapters(app), next(iter(doctree.findall(nodes.paragraph)))
    what = f"{next(iter(doctree.findall(nodes.title))).astext()}: {first.astext()}"
    doctree.insert(0, nodes.meta(name="description", content=" ".join(what.split())))
    first.parent.insert(first.parent.index(first), mention(app, docname, used.get(docname)))
    for row in doctree.findall(nodes.row):  # of the table of modules
        module, words = row.findall(nodes.entry)
        page = f"api/{module.astext().removeprefix('mmbook.')}"
        words.extend(mention(app, docname, used.get(page)))
    for content in doctree.findall(addnodes.desc_content):
        signature = next(iter(content.parent.findall(addnodes.desc_signature)))
        members = content.first_child_matching_class(addnodes.desc)
        end = len(content) if members is None else members
        content.insert(end, mention(app, docname, used.get(f"{docname}#{signature['ids'][0]}")))


def mention(app: Sphinx, docname: str, used: dict[str, str] | None) -> list[nodes.Node]:
    if not used:
        return []
    line = nodes.paragraph("", "In chapter " if len(used) == 1 else "In chapters ")
    line["classes"].append("mmbook-used")
    for chapter, section in used.items():
        line += nodes.Text(", " if len(line) > 1 else "")
        line += link(app, docname, section, nodes.Text(chapter))
    return [line]


def setup(app: Sphinx) -> dict:
    app.connect("doctree-read", read_cells, priority=490)
    app.connect("env-updated", resolve)
    app.connect("html-page-context", link_code)
    app.connect("doctree-resolved", say_where_used)
    app.connect("doctree-resolved", link_prose)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
