"""What the course is made of: weeks, sheets, quizzes, dates of the project, its rubric, memory.

Each stands in one place, and the lecturers' page, the syllabus and the handout take it from there.
"""

import csv
import re
from pathlib import Path

import yaml

from tools.book import ROOT, Chapter, sought

PAGE = ROOT / "notebooks" / "lecturers.md"
TEACHING = ROOT / "teaching"
SYLLABUS, HANDOUT = (TEACHING / "kit" / f"{name}.md" for name in ("syllabus", "handout"))
MEMORY = TEACHING / "memory.csv"
WEEK = re.compile(r"^### Week (\d+) · (.+)$", re.MULTILINE)


def link(chapter: Chapter) -> str:
    return f"[{chapter.number} · {chapter.title}]({chapter.name}.ipynb)"


def peaks(file: Path = MEMORY) -> dict[int, int]:
    """MiB that each chapter's kernel held at most, by the chapter's number."""
    with file.open(encoding="utf-8", newline="") as rows:
        return {int(row["chapter"]): int(row["peak_MiB"]) for row in csv.DictReader(rows)}


def memory(file: Path = MEMORY) -> dict[int, float]:
    """The same in GiB."""
    return {number: held / 1024 for number, held in peaks(file).items()}


def weeks(page: str) -> dict[int, list[int]]:
    """{week: its chapters' numbers}, from the headings of the lecturers' page."""
    return {
        int(n): [int(c) for c in re.findall(r"\((\d\d)_", words)] for n, words in WEEK.findall(page)
    }


def sheets() -> dict[str, list[int]]:
    """{"1": [1, 2]}: the chapters that a sheet is for, as its opening says.

    Raises: ValueError for a sheet that does not.
    """
    found = {}
    for file in sorted((TEACHING / "assignments").glob("sheet_*.md")):
        expected = "a line 'For chapters ... :' or 'For chapter ... :'"
        words = sought(r"^For chapters? ([^:]+)", file.read_text("utf-8"), file.name, expected)[1]
        named = [int(n) for n in re.findall(r"\d+", words)]
        if " to " in words:
            named = list(range(named[0], named[-1] + 1))
        found[file.stem.removeprefix("sheet_")] = named
    return found


def parts() -> dict[str, list[int]]:
    """{"I": [1, 2, 3]}: the book's parts, from its table of contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    named = {str(part["caption"]): part["chapters"] for part in toc["parts"]}
    return {
        caption.split()[1]: [int(c["file"].removeprefix("notebooks/")[:2]) for c in listed]
        for caption, listed in named.items()
        if caption.startswith("Part ")
    }


def made_calendar(chosen: list[Chapter]) -> str:
    """What happens in which week; chapters are links.

    A sheet is set in the week of its first chapter and back in the week after its last, when the
    quiz of a part comes, too; the last week takes what would come after it.
    """
    plan = weeks(PAGE.read_text("utf-8"))
    last, by_number = max(plan), {c.number: c for c in chosen}
    week_of = {number: week for week, numbers in plan.items() for number in numbers}
    labs = {int(f.name[:2]) for f in (TEACHING / "labs").glob("[0-9][0-9]_*.md")}
    tasks: dict[int, list[str]] = {week: [] for week in plan}
    for name, numbers in sheets().items():
        read = [week_of[number] for number in numbers]
        tasks[min(read)].append(f"{name} set")
        tasks[min(max(read) + 1, last)].insert(0, f"{name} back")
    quizzes: dict[int, list[str]] = {week: [] for week in plan}
    for name, numbers in parts().items():
        quizzes[min(max(week_of[n] for n in numbers) + 1, last)].append(name)
    dates = re.findall(r"^\| (\d+) \| \*\*([^.]+)\.\*\*", HANDOUT.read_text("utf-8"), re.MULTILINE)
    project = {int(week): what.lower() for week, what in dates}
    lines = ["| week | chapter | lab | sheet | quiz | project |", "|---:|---|---|---|---|---|"]
    for week, numbers in plan.items():
        read = ", ".join(link(by_number[n]) for n in numbers if n in by_number)
        own = [f"{n:02}" for n in numbers if n in labs]
        quiz = ", ".join(f"part {name}" for name in quizzes[week])
        lines.append(
            f"| {week} | {read} | {', '.join(own) or 'exercises'} | {', '.join(tasks[week])} "
            f"| {quiz} | {project.get(week, '')} |"
        )
    return "\n".join(lines)


def rubric() -> list[list[str]]:
    """The rows of the project's rubric, as the lecturers' page has them."""
    section = PAGE.read_text("utf-8").partition("\n## Assessment\n")[2].partition("\n## ")[0]
    rows = [
        line.strip("| ").split(" | ") for line in re.findall(r"^\| \*\*.+$", section, re.MULTILINE)
    ]
    if not rows:
        raise ValueError("the lecturers' page has no rubric: a table of '| **Row** | ...' rows")
    return rows


def made_rubric(_: list[Chapter]) -> str:
    """The rubric of the project."""
    lines = ["| | 4 points | 2 points | 0 points |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rubric())])
