"""Write the parts of the lecturers' page and of the course kit that follow from other files.

    python -m tools.lecturers

They stand between ``<!-- made: NAME -->`` and ``<!-- end -->`` in ``notebooks/lecturers.md`` and in
the syllabus and the handout of ``teaching/kit``; the rest is written by hand. Outcomes, times and
exercises come from the chapters; the calendar from the page's headings, the folders of
``teaching`` and the handout's dates; memory from ``teaching/memory.csv``; the rubric of the
project stands on the lecturers' page.
"""

import re

from tools import course
from tools.book import EXERCISE, Chapter, chapters, sought, write
from tools.course import HANDOUT, PAGE, SYLLABUS, link

KINDS = ("Understand", "Derive", "Code", "Explore")
PART = re.compile(r"^<!-- made: (\w+) -->\n(.*?)^<!-- end -->$", re.DOTALL | re.MULTILINE)


def opening(chapter: Chapter) -> str:
    return chapter.markdown.partition("\n## ")[0]


def outcomes(chapter: Chapter) -> str:
    """The list after "At the end you will be able to", as the chapter has it.

    Raises: ValueError if there is none.
    """
    pattern = r"able to\n\n((?:- .+\n(?:  .+\n)*)+)"
    expected = "a list after 'able to' and an empty line, before the first '## '"
    return sought(pattern, opening(chapter), chapter.name, expected)[1].strip()


def times(chapter: Chapter) -> tuple[int, str]:
    """Minutes to read and how long the cells take, as the opening says.

    Raises: ValueError if it does not.
    """
    expected = "'N minutes to read; its cells take ... to run' before the first '## '"
    pattern, words = r"(\d+) minutes to read; its cells take (.+?) to run", opening(chapter).split()
    found = sought(pattern, " ".join(words), chapter.name, expected)
    return int(found[1]), found[2]


def exercises(chapter: Chapter) -> list[tuple[str, str, str]]:
    """(anchor, number, kind) of each exercise, in the chapter's order.

    Raises: ValueError for one that is of no kind.
    """
    found = EXERCISE.findall(chapter.markdown)
    for label, _, kind in found:
        if kind not in KINDS:
            raise ValueError(
                f"{chapter.name}: exercise {label} begins with {kind!r}, expected one of {KINDS}"
            )
    return found


def made_outcomes(chosen: list[Chapter]) -> str:
    """What students can do after each chapter."""
    return "\n\n".join(f"**{link(c)}.** Students can\n\n{outcomes(c)}" for c in chosen)


def made_times(chosen: list[Chapter]) -> str:
    """The table of times and of memory."""
    peak = course.memory()
    lines = ["| chapter | minutes to read | time to run | memory |", "|---|---:|---|---:|"]
    for c in chosen:
        held = f"{peak[c.number]:.1f} GiB" if c.number in peak else "not measured"
        lines.append(f"| {link(c)} | {times(c)[0]} | {times(c)[1]} | {held} |")
    return "\n".join([*lines, f"| together | {sum(times(c)[0] for c in chosen)} | | |"])


def made_exercises(chosen: list[Chapter]) -> str:
    """The table of exercises; each number leads to its exercise."""
    lines = [f"| chapter | {' | '.join(KINDS)} |", "|---|---|---|---|---|"]
    counts: dict[str, int] = dict.fromkeys(KINDS, 0)
    for c in chosen:
        cells: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for label, number, kind in exercises(c):
            cells[kind].append(f"[{number}]({c.name}.ipynb#{label})")
            counts[kind] += 1
        lines.append(f"| {link(c)} | {' | '.join(' '.join(cells[kind]) for kind in KINDS)} |")
    row = " | ".join(f"**{counts[kind]}**" for kind in KINDS)
    return "\n".join([*lines, f"| **{sum(counts.values())} in all** | {row} |"])


MAKERS = {
    "calendar": course.made_calendar,
    "outcomes": made_outcomes,
    "times": made_times,
    "exercises": made_exercises,
    "rubric": course.made_rubric,
}


def page(old: str, chosen: list[Chapter], to_chapters: str = "") -> str:
    """The page with its made parts anew.

    Args:
        to_chapters: how one comes from the page's folder to that of the chapters.
    Raises: KeyError for a part that nobody makes.
    """

    def fresh(part: re.Match[str]) -> str:
        made = re.sub(r"\]\((?=\d\d_\w+\.ipynb)", f"]({to_chapters}", MAKERS[part[1]](chosen))
        return f"<!-- made: {part[1]} -->\n\n{made}\n\n<!-- end -->"

    return PART.sub(fresh, old)


PAGES = {PAGE: "", SYLLABUS: "../../notebooks/", HANDOUT: "../../notebooks/"}

if __name__ == "__main__":
    for file, to_chapters in PAGES.items():
        write(file, page(file.read_text("utf-8"), chapters(), to_chapters))
