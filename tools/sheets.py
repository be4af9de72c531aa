"""Graded sheets: from a text and a seed to a notebook for nbgrader.

A sheet is a MyST text as the chapters are, in which a seed has still to choose. A cell tagged
``draw`` is Python that runs while the sheet is made, with ``rng``, a generator of numbers that the
seed and the sheet's name fix. Whatever names it leaves stand in the other cells as ``<< name >>``; lines that begin
with ``%%`` are Jinja's statements, such as ``%% if axis == 0``. A cell's ``sheet`` says what it is:

    solution ID        code that a student writes, between ### BEGIN SOLUTION and ### END SOLUTION
    tests ID POINTS    code that grades; what stands between ### BEGIN HIDDEN TESTS and
                       ### END HIDDEN TESTS is not handed out
    wrong ID           a typical wrong answer, run after solution ID: it must fail; never handed out
    answer ID POINTS   words that a student writes and a person grades
    task ID POINTS     an open question that a person grades

The tests of solution ``fuse`` are called ``fuse-...``. All other cells can be read, not edited.
"""  # noqa: E501

import hashlib
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import numpy as np
from jinja2 import Environment, StrictUndefined
from nbformat import NotebookNode

from tools.book import ROOT, TEXT
from tools.first_cell import first_cell
from tools.notebooks import normalise

SOURCE = ROOT / "teaching" / "assignments"
LINE = re.compile(r"^%% (.+)$", re.MULTILINE)  # Jinja's own line statements eat empty lines
# grade, solution, locked, task, as nbgrader has them; and the kind of cell.
KINDS = {
    "solution": (False, True, False, False, "code"),
    "tests": (True, False, True, False, "code"),
    "answer": (True, True, False, False, "markdown"),
    "task": (False, False, True, True, "markdown"),
}
JINJA = Environment(
    variable_start_string="<<", variable_end_string=">>", block_start_string="<%",
    block_end_string="%>", comment_start_string="<#", comment_end_string="#>", trim_blocks=True,
    undefined=StrictUndefined, autoescape=False,
)  # fmt: skip
JINJA.globals.update(abs=abs, len=len, max=max, min=min, round=round, sum=sum, tuple=tuple)


def tex(x: Any, digits: int = 6) -> str:
    """A number, a vector (as a column) or a matrix, as LaTeX has it."""
    x = np.asarray(x)
    if x.ndim == 0:
        return f"{x:.{digits}g}"
    rows = x[:, None] if x.ndim == 1 else x
    lines = (" & ".join(tex(v, digits) for v in row) for row in rows)
    return r"\begin{pmatrix} " + r" \\ ".join(lines) + r" \end{pmatrix}"


def code(x: Any) -> str:
    """An array, a list or a number, as Python has it."""
    return repr(np.asarray(x).tolist())


@dataclass(frozen=True)
class Part:
    """What a cell's ``sheet`` says: its kind, name and points."""

    kind: str
    name: str
    points: float = 0

    @classmethod
    def of(cls, cell: NotebookNode, where: str) -> "Part | None":
        """None if the cell says nothing. Raises: SystemExit for what no cell can be."""
        if "sheet" not in cell.metadata:
            return None
        said = str(cell.metadata["sheet"] or "")
        kind, *rest = said.split() or [""]
        graded = kind in ("tests", "answer", "task")
        good = kind in (*KINDS, "wrong") and len(rest) == 1 + graded
        if not good or (graded and not rest[1].replace(".", "", 1).isdigit()):
            raise SystemExit(
                f"{where}: no cell can be 'sheet: {said}'; it is 'solution ID', 'wrong ID', "
                "'tests ID POINTS', 'answer ID POINTS' or 'task ID POINTS'"
            )
        if cell.cell_type != KINDS.get(kind, KINDS["tests"])[-1]:
            raise SystemExit(f"{where}: 'sheet: {said}' on a {cell.cell_type} cell")
        return cls(kind, rest[0], float(rest[1]) if graded else 0)

    def metadata(self) -> dict[str, Any]:
        """The same for nbgrader."""
        grade, solution, locked, task, _ = KINDS[self.kind]
        return nbgrader(self.name, grade, solution, locked, task, self.points)


def nbgrader(
    name: str, grade: bool, solution: bool, locked: bool, task: bool, points: float = 0
) -> dict[str, Any]:
    """A cell's metadata in nbgrader's format, version 3."""
    said = {"grade": grade, "solution": solution, "locked": locked, "task": task}
    worth = {"points": int(points) if points == int(points) else points} if grade or task else {}
    return {"nbgrader": {"grade_id": name, "schema_version": 3, **said, **worth}}


@dataclass(frozen=True)
class Sheet:
    """One sheet, drawn with a seed (any text).

    Attributes: all cells are filled in; ``cells`` are those of the notebook, each with its part,
        ``wrongs`` the typical wrong answers, ``drawn`` what the ``draw`` cells have left.
    Raises (when first read): SystemExit, with the sheet's name, for a cell that cannot be made.
    """

    file: Path
    seed: str

    @property
    def name(self) -> str:
        return self.file.stem

    @cached_property
    def _made(self) -> tuple[list[tuple[Part | None, NotebookNode]], dict[str, Any]]:
        source = jupytext.read(self.file, fmt=TEXT)
        digest = hashlib.sha256(f"{self.seed}\n{self.name}".encode()).digest()
        rng = np.random.default_rng(list(digest))
        drawn: dict[str, Any] = {"rng": rng, "np": np, "tex": tex, "code": code}
        parts = [Part.of(cell, self.name) for cell in source.cells]
        drawn["points"] = table([part for part in parts if part])
        drawn["head"] = self.fill((self.file.parent / "head.md").read_text("utf-8"), drawn)
        made = []
        for part, cell in zip(parts, source.cells, strict=True):
            if "draw" in cell.metadata.get("tags", []):
                try:
                    exec(compile(cell.source, f"{self.name}, draw", "exec"), drawn)
                except Exception as error:
                    raise SystemExit(
                        f"{self.name}: {error!r} in the cell\n{cell.source}"
                    ) from error
            else:
                cell.source = self.fill(cell.source, drawn)
                made.append((part, cell))
        return made, drawn

    def fill(self, text: str, drawn: dict[str, Any]) -> str:
        """A text with the drawn values. Raises: SystemExit for a name that nobody drew."""
        try:
            return JINJA.from_string(LINE.sub(r"<% \1 %>", text)).render(drawn).strip("\n")
        except Exception as error:
            beginning = text.strip().splitlines()[0]
            raise SystemExit(f"{self.name}: {error!s}; in the cell '{beginning}'") from error

    @property
    def drawn(self) -> dict[str, Any]:
        return self._made[1]

    @property
    def cells(self) -> list[tuple[Part | None, NotebookNode]]:
        return [(p, c) for p, c in self._made[0] if p is None or p.kind != "wrong"]

    @property
    def wrongs(self) -> list[tuple[str, str]]:
        """(ID of the solution, code) of each typical wrong answer."""
        return [(p.name, c.source) for p, c in self._made[0] if p and p.kind == "wrong"]

    def notebook(self) -> NotebookNode:
        """The instructor's version, with everything: nbgrader makes the students' from it."""
        cells = []
        for i, (part, cell) in enumerate(self.cells):
            kind = nbformat.v4.new_code_cell if cell.cell_type == "code" else None
            made = (kind or nbformat.v4.new_markdown_cell)(cell.source)
            made.metadata = nbformat.from_dict(
                part.metadata() if part else nbgrader(f"read-{i}", False, False, True, False)
            )
            cells.append(made)
        cells.insert(1, first_cell())
        return normalise(nbformat.v4.new_notebook(cells=cells))

    def points(self, wrong: tuple[str, str] | None = None) -> dict[str, float]:
        """{ID: points} of the tests when the code is run here, one cell after the other.

        Args:
            wrong: (ID of a solution, code to run after it). Then nothing is run that comes after
                its last test. Without: everything, as it is.
        """
        names: dict[str, Any] = {"__name__": self.name}
        got: dict[str, float] = {}
        own = [p.name for p, _ in self.cells if p and wrong and p.name.startswith(f"{wrong[0]}-")]
        for part, cell in self.cells:
            if cell.cell_type != "code" or (own and own[-1] in got):
                continue
            source = cell.source
            if part and wrong and part.name == wrong[0]:
                source += f"\n{wrong[1]}"
            try:
                with redirect_stdout(io.StringIO()), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    exec(compile(source, f"{self.name}, a cell", "exec"), names)
            except Exception as error:
                if part is None or part.kind != "tests":
                    raise SystemExit(f"{self.name}: {error!r} in the cell\n{source}") from error
                got[part.name] = 0
            else:
                if part and part.kind == "tests":
                    got[part.name] = part.points
        return got

    def complaints(self) -> Iterator[str]:
        """Why this sheet cannot grade anybody; nothing if it can."""
        worth = {p.name: p.points for p, _ in self.cells if p and p.kind == "tests"}
        lost = [name for name, points in self.points().items() if points != worth[name]]
        if lost:
            yield f"{self.name}: its own solution fails {', '.join(lost)}"
        for name, wrong in self.wrongs:
            got = self.points((name, wrong))
            if not got or all(points == worth[t] for t, points in got.items()):
                yield f"{self.name}: this wrong answer to {name} passes every test:\n{wrong}"


def table(parts: list[Part]) -> str:
    """A table of the points, in Markdown."""
    whose = {"tests": "by tests", "answer": "by hand", "task": "by hand"}
    graded = [part for part in parts if part.kind in whose]
    rows = [f"| {p.name} | {p.points:g} | {whose[p.kind]} |" for p in graded]
    total = f"| **together** | **{sum(p.points for p in graded):g}** | |"
    return "\n".join(["| part | points | graded |", "|---|---:|---|", *rows, total])
