"""Pages of the package from its docstrings, by Sphinx's autodoc.

The docstrings end in sections of the book's own kind ("Shapes: x (B, N, D) -> ..."), which become
fields here.
"""

import re
from inspect import cleandoc
from textwrap import indent

from numpy.typing import ArrayLike
from sphinx.application import Sphinx
from sphinx.util.typing import stringify_annotation

NAMES = "Args|Shapes|Raises|Source|Unit"
HEAD = rf"({NAMES})(?::(?: |$)| (?=of |\())"
# Its first lines, then those that are indented.
SECTION = re.compile(rf"^{HEAD}(.*\n(?:(?!{HEAD})\S.*\n)*(?:[ ]+\S.*\n)*)", re.M)
MIDDLE = re.compile(rf"(?<=\. )(?=(?:{NAMES}): )")  # "..., eq. 1. Shapes: (n, C)" in one line
ROW = re.compile(r"\*{0,2}((?:\w+, )*\w+)(?=: | \()")  # "share, count: of ...", "image (n, K): ..."
ERROR = re.compile(r"(?<![`\w.])([A-Z]\w*Error)\b")


def set_sections(app: Sphinx, what, name, thing, options, lines: list[str]) -> None:
    """Sections of a docstring become fields, in place."""
    if what == "data":  # a dict has no docstring of its own; the page says what it is
        lines.clear()
    lines[:] = with_fields("\n".join(lines)).split("\n")


def with_fields(text: str) -> str:
    text = SECTION.sub(as_field, MIDDLE.sub("\n", text + "\n"))
    return re.sub(r" *# doctest: .*", "", text)


def as_field(found: re.Match) -> str:
    """``:Section: text``, with a list where the text has a row for each of several things."""
    section, text = found[1], cleandoc(found[2])
    if section == "Raises":
        text = ERROR.sub(r"``\1``", text)
    if section == "Args" or found[2].startswith(("of ", "(")) and "\n" in text:
        lead, *rows = ["", *text.split("\n")] if section == "Args" else text.split("\n")
        marked = (
            ROW.sub(r"* **\1**", row, count=1) if ROW.match(row) else f"  {row.strip()}"
            for row in rows
        )
        text = "\n".join([lead, "", *marked])
    return f"\n:{section}:\n{indent(text, '    ')}\n\n"


def spare_aliases(app: Sphinx, what, name, thing, options, signature, returns):
    """``ArrayLike`` is a union of types of NumPy's own that say nothing to a reader."""
    long = stringify_annotation(ArrayLike, "smart")
    short = {long: "ArrayLike", "<factory>": "..."}  # Sphinx cannot read the latter, a default
    for old, new in short.items():
        signature, returns = (part and part.replace(old, new) for part in (signature, returns))
    return signature, returns


def spare_fields(app: Sphinx, what, name, thing, skip: bool, options) -> bool | None:
    """The signature names the fields of a record already."""
    return True if str(thing.__doc__).startswith("Alias for field number") else None


# One argument a line is a list of terms without terms in Sphinx's markup, which is no list at all.
LINES = re.compile(r"<dl>\s*((?:<dd>.*?</dd>\s*)+)</dl>")


def plain_signatures(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    lines = LINES.sub(r"<span>\1</span>", context.get("body", ""))
    context["body"] = re.sub(r"<dd>(<em class=\"sig-param.*?)</dd>", r"<span>\1</span>", lines)


def setup(app: Sphinx) -> dict:
    app.connect("autodoc-process-docstring", set_sections)
    app.connect("autodoc-process-signature", spare_aliases)
    app.connect("autodoc-skip-member", spare_fields)
    app.connect("html-page-context", plain_signatures)
    app.add_css_file("api.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
