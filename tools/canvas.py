"""Fill the gradebook that Canvas has exported with nbgrader's scores, for Canvas to import.

    nbgrader export --exporter canvas.Canvas --to filled.csv

in the course folder, into which ``make assignments`` copies this file. Canvas knows its students by its
own numbers and sections, so the rows are Canvas's own: save *Grades*, *Export* as ``canvas.csv`` there.
A student is found by the column ``SIS Login ID``, or by the name as Canvas writes it before the files
that it packs for download: ``Test, Ada`` is ``testada``. One of them must be nbgrader's name. A name
that two students have, or that is another's login, finds nobody.
"""  # noqa: E501

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

POSSIBLE, LOGIN = "Points Possible", "SIS Login ID"


class Canvas(ExportPlugin):
    """Writes ``to`` (``filled.csv``): the columns that tell the students apart, and one for each sheet.

    A column that Canvas has already, such as ``sheet_1 (12345)``, is filled; without one Canvas makes
    an assignment. Who handed nothing in keeps an empty cell, which changes nothing in Canvas.
    Raises: SystemExit without ``canvas.csv``, or for a file without students' logins.
    """  # noqa: E501

    def export(self, gradebook: Any) -> None:
        source = Path("canvas.csv")
        if not source.exists():
            raise SystemExit("no canvas.csv here; in Canvas choose Grades, Export, and save it so")
        with source.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        if LOGIN not in header:
            raise SystemExit(f"canvas.csv has no column '{LOGIN}'; is it Canvas's export?")
        who = [c for c in header if c in ("Student", "ID", "SIS User ID", LOGIN, "Section")]
        sheets = [
            a for a in gradebook.assignments if not self.assignment or a.name in self.assignment
        ]
        named = {a.name: next((c for c in header if c.startswith(f"{a.name} (")), a.name)
                 for a in sheets}  # fmt: skip
        rows = [row for row in rows if any(map(str.strip, row))]
        students = [dict(zip(header, row, strict=False)) for row in rows]
        names = [(s.get(LOGIN, ""), downloaded(s.get("Student", ""))) for s in students]
        stands_for = Counter(name for own in names for name in set(own))
        filled = []
        for row, first, own in zip(rows, students, names, strict=True):
            line = [first.get(c, "") for c in who]
            if row[0].strip() == POSSIBLE:
                line += [f"{a.max_score:g}" for a in sheets]
            else:
                login, name = own
                sure = [login, *[name] * (stands_for[name] == 1)]
                line += [score(gradebook, a.name, sure) for a in sheets]
            filled.append(line)
        if not any(row[0].strip() == POSSIBLE for row in rows):
            filled.insert(0, [f"    {POSSIBLE}", *[""] * (len(who) - 1)])
            filled[0] += [f"{a.max_score:g}" for a in sheets]
        with Path(self.to or "filled.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[*who, *named.values()], *filled])


def downloaded(name: str) -> str:
    """A student's name as Canvas writes it before a file."""
    return re.sub(r"\W", "", name).lower()


def score(gradebook: Any, sheet: str, names: Sequence[str]) -> str:
    """The score less what lateness costs; empty for who handed nothing in under any name."""
    for name in names:
        try:
            found = gradebook.find_submission(sheet, name)
        except MissingEntry:
            continue
        return f"{max(0.0, found.score - (found.late_submission_penalty or 0)):g}"
    return ""
