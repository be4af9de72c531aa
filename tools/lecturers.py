"""Write the parts of ``notebooks/lecturers.md`` that follow from the chapters.

    python -m tools.lecturers

They stand between ``<!-- made: NAME -->`` and ``<!-- end -->``; the rest of the page is written by
hand.
"""

import re

from tools.book import EXERCISE, ROOT, Chapter, chapters, sought, write

PAGE = ROOT / "notebooks" / "lecturers.md"
KINDS = ("Understand", "Derive", "Code", "Explore")
PART = re.compile(r"^<!-- made: (\w+) -->\n(.*?)^<!-- end -->$", re.DOTALL | re.MULTILINE)


def link(chapter: Chapter) -> str:
    return f"[{chapter.number} · {chapter.title}]({chapter.name}.ipynb)"


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
    """The table of times."""
    lines = ["| chapter | minutes to read | time to run |", "|---|---:|---|"]
    lines += [f"| {link(c)} | {times(c)[0]} | {times(c)[1]} |" for c in chosen]
    return "\n".join([*lines, f"| together | {sum(times(c)[0] for c in chosen)} | |"])


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


MAKERS = {"outcomes": made_outcomes, "times": made_times, "exercises": made_exercises}


def page(old: str, chosen: list[Chapter]) -> str:
    """The page with its made parts anew. Raises: KeyError for a part that nobody makes."""

    def fresh(part: re.Match[str]) -> str:
        return f"<!-- made: {part[1]} -->\n\n{MAKERS[part[1]](chosen)}\n\n<!-- end -->"

    return PART.sub(fresh, old)


if __name__ == "__main__":
    write(PAGE, page(PAGE.read_text("utf-8"), chapters()))
