"""What a slide show takes from its chapter, word for word."""

import ast
import re
import textwrap
from dataclasses import dataclass, field
from functools import cached_property

from nbformat import NotebookNode

from tools.book import EXERCISE, Chapter, sought
from tools.stubs import Definition
from tools.week_plan import Planned, plain


@dataclass
class Excerpts:
    """One chapter's pieces; ``refers`` is all that its deck refers to, as (kind, words)."""

    chapter: Chapter
    plan: list[Planned]
    refers: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def code(self) -> list[NotebookNode]:
        return [cell for cell in self.chapter.read().cells if cell.cell_type == "code"]

    def text(self, what: str, words: str) -> str:
        """What a reference stands for, as Markdown. Raises: ValueError if there is none."""
        if what not in ("title", "question", "formula", "code", "output", "exercises", "week"):
            raise ValueError(f"{self.chapter.name}: {{{{ {what} }}}} is unknown to tools/slides.py")
        if words and what in ("title", "question"):
            said = f"{{{{ {what} {words} }}}} is {{{{ {what} }}}} alone"
            raise ValueError(f"{self.chapter.name}: {said}")
        if not words and what not in ("title", "question", "week"):
            raise ValueError(f"{self.chapter.name}: {{{{ {what} }}}} does not say which")
        own = {"code": "code_block"}.get(what, what)
        return getattr(self, own)(*[words] * bool(words))

    def title(self) -> str:
        return f"# <small>Chapter {self.chapter.number}</small><br>{self.chapter.title}"

    def question(self) -> str:
        bold = r"^# Chapter .*\n+\*\*((?:.+\n)*?.+?)\*\*\n"  # it may run over lines
        found = sought(bold, self.chapter.markdown, self.chapter.name, "a question in bold")
        return "## " + " ".join(found[1].split())

    def formula(self, anchor: str) -> str:
        """One statement a line, so that it can be large; no sentence goes on behind it."""
        pattern = rf'<a id="{re.escape(anchor)}"></a>\n+\$\$\n([^$]+?)\s*(\\tag\{{[^}}]*\}}\n)?\$\$'
        expected = f"a formula with the anchor {anchor!r}"
        found = sought(pattern, self.chapter.markdown, self.chapter.name, expected)
        lines = [found[1]]
        while len(pair := _split(lines[-1])) > 1:
            lines[-1:] = pair
        body = " \\\\[.6em]\n".join(re.sub(r"\s*(?<!\\)[.,:;]\s*$", "", line) for line in lines)
        if len(lines) > 1:
            body = f"\\begin{{gathered}}\n{body}\n\\end{{gathered}}"
        return f"$$\n{body}\n{found[2] or ''}$$"

    def exercises(self, numbers: str) -> str:
        """Their texts, one paragraph each."""
        return "\n\n".join(f"**{number}** · {self._exercise(number)}" for number in numbers.split())

    def _exercise(self, number: str) -> str:
        text = self.chapter.markdown
        for found in EXERCISE.finditer(text):
            if found[2] == number:
                body = re.split(r"^\+\+\+|^<a id|^#", text[found.end(2) :], flags=re.MULTILINE)[0]
                return plain(body.strip())
        raise ValueError(f"{self.chapter.name}: expected an exercise {number}; it has none")

    def figure(self, number: str) -> NotebookNode:
        """The stored output that is this figure."""
        mark = f'id="fig-{number.replace(".", "-")}"'
        for output in (output for cell in self.code for output in cell.outputs):
            if mark in output.get("data", {}).get("text/html", ""):
                return output["data"]
        raise ValueError(f"{self.chapter.name}: no stored output is Figure {number}; is it run?")

    def caption(self, number: str) -> str:
        html = self.figure(number)["text/html"]
        return sought("<figcaption>(.*)</figcaption>", html, f"Figure {number}", "a caption")[1]

    def code_block(self, name: str) -> str:
        """A class, a function, or a method; else the whole cell that sets a name."""
        first, *others = name.split(".")
        found = [
            (cell.source, node)
            for cell in self.code
            if re.search(rf"\b(class|def) {re.escape(first)}\b", cell.source)
            for node in ast.parse(cell.source).body
            if isinstance(node, Definition) and node.name == first
        ]
        if not found:
            return f"```python\n{self._one_cell(name).source}\n```"
        text, node = found[0]
        for part in others:
            inside = [n for n in node.body if isinstance(n, Definition) and n.name == part]
            if not inside:
                raise ValueError(f"{self.chapter.name}: {node.name!r} has no {part!r}")
            node = inside[0]
        start = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
        lines = textwrap.dedent("\n".join(text.split("\n")[start : node.end_lineno]))
        return f"```python\n{lines}\n```"

    def _one_cell(self, name: str, prints: bool = False) -> NotebookNode:
        """The cell that sets a name, or has a piece of code in backquotes."""
        piece = name.strip("`")
        found = [
            cell
            for cell in self.code
            if (piece in cell.source if piece != name else _sets(cell.source, name))
            and (_printed(cell) or not prints)
        ]
        if len(found) != 1:
            what = "set and print" if prints else "set"
            raise ValueError(
                f"{self.chapter.name}: expected one cell to {what} {name!r}; {len(found)} do"
            )
        return found[0]

    def output(self, words: str) -> str:
        """What the one cell that sets a name has printed; ``words`` may end in lines, ``2-5``."""
        name, lines = sought(r"^(`.+`|\S+) ?(\S*)$", words, "output", "a name, then lines").groups()
        found = _printed(self._one_cell(name, prints=True)).rstrip().split("\n")
        if lines:
            first, _, last = lines.partition("-")
            if not 1 <= int(first) <= int(last or first) <= len(found):
                raise ValueError(f"{self.chapter.name}: {words!r}; there are {len(found)} lines")
            found = found[int(first) - 1 : int(last or first)]
        return "```text\n" + "\n".join(found) + "\n```"

    def week(self, words: str = "") -> str:
        """What the plan says with these words; without any, all that has no other place."""
        if words:
            found = [p.words for p in self.plan if words in p.words]
            if not found:
                raise ValueError(f"{self.chapter.name}: the week plan does not say {words!r}")
        else:
            shown = {number for what, number in self.refers if what == "figure"}
            found = [p.words for p in self._unclaimed() if not shown & set(p.figures)]
        return "\n\n".join(found)

    def week_of(self, number: str) -> list[str]:
        """What the plan says of a figure."""
        return [p.words for p in self._unclaimed() if number in p.figures]

    def _unclaimed(self) -> list[Planned]:
        claims = [words for what, words in self.refers if what == "week" and words]
        return [p for p in self.plan if not any(words in p.words for words in claims)]


def _split(formula: str) -> list[str]:
    """A formula in two at the first wide space, or arrow of a long one, that stands in no brace."""
    gap = r"\\qquad\s*" + (r"|\\quad\s*(?=\\Longrightarrow)" if len(formula) > 90 else "")
    for found in re.finditer(gap, formula):
        before = formula[: found.start()]
        plain_braces = re.sub(r"\\[{}]", "", before)
        level = plain_braces.count("{") - plain_braces.count("}")
        if before.strip() and not level and before.count("\\begin") == before.count("\\end"):
            return [before.strip(), formula[found.end() :]]
    return [formula]


def _printed(cell: NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def _sets(source: str, name: str) -> bool:
    """Whether code at the top of a cell, loops included, gives a value to a name."""
    if not re.search(rf"\b{re.escape(name)}\b", source):
        return False
    body = ast.parse(source).body
    if any(isinstance(node, Definition) and node.name == name for node in body):
        return True
    return any(
        isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Store)
        for node in body
        if not isinstance(node, Definition)
        for inner in ast.walk(node)
    )
