"""Write the parts of ``notebooks/lecturers.md`` that follow from the chapters.

    python -m tools.lecturers [--times FILE]

They stand between ``<!-- made: NAME -->`` and ``<!-- end -->``; the rest of the page is written by
hand. FILE holds what ``python -m tools.notebooks times`` printed. Without it the seconds stay.
"""

import argparse
import re
import sys
from pathlib import Path

from tools.notebooks import ROOT, Chapter, chapters
from tools.texts import sought

PAGE = ROOT / "notebooks" / "lecturers.md"
KINDS = ("Understand", "Derive", "Code", "Explore")
PART = re.compile(r"^<!-- made: (\w+) -->\n(.*?)^<!-- end -->$", re.DOTALL | re.MULTILINE)
UNKNOWN = "not measured"


def number(chapter: Chapter) -> int:
    return int(chapter.name[:2])


def text(chapter: Chapter) -> str:
    return chapter.text.read_text(encoding="utf-8")


def title(chapter: Chapter) -> str:
    """The name without "Chapter N". Raises: ValueError if there is none."""
    pattern, expected = r"^# Chapter \d+ · (.+)$", "a heading '# Chapter N · Title'"
    return sought(pattern, text(chapter), chapter.name, expected, re.MULTILINE)[1]


def opening(chapter: Chapter) -> str:
    return re.split(r"^## ", text(chapter), maxsplit=1, flags=re.MULTILINE)[0]


def outcomes(chapter: Chapter) -> str:
    """The list after "At the end you will be able to", as the chapter has it.

    Raises: ValueError if there is none.
    """
    pattern = r"able to\n\n((?:- .+\n(?:  .+\n)*)+)"
    expected = "a list after 'able to' and an empty line, before the first '## '"
    return sought(pattern, opening(chapter), chapter.name, expected)[1].strip()


def minutes(chapter: Chapter) -> int:
    """Minutes to read, as the opening says. Raises: ValueError if it does not."""
    pattern, expected = r"(\d+)\s+minutes\s+to\s+read", "'N minutes to read' before the first '## '"
    return int(sought(pattern, opening(chapter), chapter.name, expected)[1])


def exercises(chapter: Chapter) -> list[tuple[str, str]]:
    """(label, kind) of each exercise, in the chapter's order.

    Raises: ValueError for one that is of no kind.
    """
    found = re.findall(
        r'^<a id="(\S+)"></a>\n\n### Exercise [^\n]*\n+\*?(\w*)', text(chapter), re.MULTILINE
    )
    for label, kind in found:
        if kind not in KINDS:
            raise ValueError(
                f"{chapter.name}: exercise {label} begins with {kind!r}, expected one of {KINDS}"
            )
    return found


def seconds(printed: str) -> dict[int, int]:
    """{chapter: seconds} from what ``notebooks.py times`` printed."""
    rows = re.findall(r"^(\d\d)_\w+ +([\d.]+)", printed, re.MULTILINE)
    return {int(chapter): round(float(value)) for chapter, value in rows}


def kept_seconds(page: str) -> dict[int, int]:
    """{chapter: seconds} as the page's own table has them."""
    rows = re.findall(r"^\| \[(\d+) · [^|]*\|[^|]*\| (\d+) \|", page, re.MULTILINE)
    return {int(chapter): int(value) for chapter, value in rows}


def made_outcomes(chosen: list[Chapter], _: dict[int, int]) -> str:
    return "\n\n".join(
        f"**[{number(c)} · {title(c)}]({c.name}.ipynb).** Students can\n\n{outcomes(c)}"
        for c in chosen
    )


def made_times(chosen: list[Chapter], measured: dict[int, int]) -> str:
    """The table of times; its row of sums only adds what was measured."""
    lines = ["| chapter | minutes to read | seconds to run |", "|---|---:|---:|"]
    for c in chosen:
        run = measured.get(number(c), UNKNOWN)
        lines.append(f"| [{number(c)} · {title(c)}]({c.name}.ipynb) | {minutes(c)} | {run} |")
    read = sum(map(minutes, chosen))
    total = sum(s for n, s in measured.items() if n in map(number, chosen))
    return "\n".join([*lines, f"| together | {read} | {total} |"])


def made_exercises(chosen: list[Chapter], _: dict[int, int]) -> str:
    """The table of exercises; each number leads to its exercise."""
    lines = [f"| chapter | {' | '.join(KINDS)} |", "|---|---|---|---|---|"]
    counts: dict[str, int] = dict.fromkeys(KINDS, 0)
    for c in chosen:
        cells: dict[str, str] = dict.fromkeys(KINDS, "")
        for place, (label, kind) in enumerate(exercises(c), start=1):
            cells[kind] += f" [{number(c)}.{place}]({c.name}.ipynb#{label})"
            counts[kind] += 1
        row = " | ".join(cells[kind].strip() for kind in KINDS)
        lines.append(f"| [{number(c)} · {title(c)}]({c.name}.ipynb) | {row} |")
    row = " | ".join(f"**{counts[kind]}**" for kind in KINDS)
    return "\n".join([*lines, f"| **{sum(counts.values())} in all** | {row} |"])


MAKERS = {"outcomes": made_outcomes, "times": made_times, "exercises": made_exercises}


def page(old: str, measured: dict[int, int] | None = None, root: Path = ROOT) -> str:
    """The page with its made parts anew. Raises: KeyError for a part that nobody makes."""
    measured = kept_seconds(old) | (measured or {})
    chosen = chapters(root=root)

    def fresh(part: re.Match) -> str:
        return f"<!-- made: {part[1]} -->\n\n{MAKERS[part[1]](chosen, measured)}\n\n<!-- end -->"

    return PART.sub(fresh, old)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--times", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    measured = seconds(options.times.read_text("utf-8")) if options.times else None
    new = page(PAGE.read_text(encoding="utf-8"), measured)
    PAGE.write_text(new, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
