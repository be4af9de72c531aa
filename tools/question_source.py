"""The questions' sources: ``teaching/questions``, plain Markdown that a lecturer can edit.

``README.md`` there shows the two forms. A mistake is a ValueError that names file and line.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tools.book import ROOT

FOLDER = ROOT / "teaching" / "questions"
KINDS = ("derive", "compute", "find the bug", "read the table", "design the control")

LINK = re.compile(r"^See \[(.+?)\]\((\S+)\)\.$", re.MULTILINE)
CHECK = re.compile(r"^<!-- check\n(.*?)^-->\n?", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"^- \[(.?)\] ", re.MULTILINE)
FACTS = re.compile(r"\A\*Part (I|II|III|IV|V) · ([\w ]+) · (\d+) points · (\d+) minutes\.\*\n")
MARK = re.compile(r"\*\((\d+)\)\*")
SOLUTION = "### Solution\n"


@dataclass(frozen=True)
class Option:
    right: bool
    text: str
    why: str  # why it is right, or why it tempts and is wrong


@dataclass(frozen=True)
class Question:
    """Multiple choice. ``check`` is Python that computes, or quotes, what the right option says."""

    where: str
    name: str
    see: tuple[str, str]  # words and target of the link
    check: str
    text: str
    options: tuple[Option, ...]

    @property
    def single(self) -> bool:
        return sum(option.right for option in self.options) == 1


@dataclass(frozen=True)
class Task:
    """One of the exam bank."""

    where: str
    name: str
    see: tuple[str, str]
    check: str
    part: str
    kind: str
    points: int
    minutes: int
    text: str
    solution: str


def sections(file: Path) -> tuple[str, list[tuple[str, str, tuple[str, str], str, str]]]:
    """The title; of each ``## `` outside of code: where, heading, link, hidden check, the rest."""
    title, found, fenced = "", [], False
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        fenced ^= line.lstrip().startswith("```")
        if line.startswith("# ") and not title:
            title = line[2:].strip()
        elif line.startswith("## ") and not fenced:
            found.append((f"{file.name}, line {number}", line[3:].strip(), []))
        elif found:
            found[-1][2].append(line + "\n")
    if not title:
        raise ValueError(f"{file.name}, line 1: expected a title '# ...'")
    parsed = []
    for where, name, lines in found:
        text = "".join(lines).strip() + "\n"
        check, text = "".join(CHECK.findall(text)), CHECK.sub("", text)
        see, text = taken(LINK, text, where, "a line 'See [chapter 1, *section*](target).'")
        parsed.append((where, name, see, check, text))
    return title, parsed


def taken(pattern: re.Pattern[str], text: str, where: str, wanted: str) -> tuple[tuple, str]:
    """The groups of the one match, and the text without it."""
    found = list(pattern.finditer(text))
    if len(found) != 1:
        raise ValueError(f"{where}: expected {wanted} once; found it {len(found)} times")
    return found[0].groups(), text[: found[0].start()] + text[found[0].end() :]


def question(where: str, name: str, see: tuple[str, str], check: str, text: str) -> Question:
    stem, *pieces = OPTION.split(text)
    options = []
    for n, (mark, block) in enumerate(zip(pieces[::2], pieces[1::2], strict=True), 1):
        words, _, why = re.sub(r"^  ", "", block, flags=re.MULTILINE).strip().partition("\n\n")
        if mark not in ("x", " "):
            raise ValueError(f"{where}: option {n} begins with [{mark}]; expected [x] or [ ]")
        if not why.strip():
            raise ValueError(f"{where}: option {n}, {words[:40]!r}, has no explanation")
        options.append(Option(mark == "x", words.replace("\n", " "), why.strip()))
    if len({option.text for option in options}) != 4 or len(options) != 4:
        raise ValueError(f"{where}: expected four different options; found {len(options)}")
    if not 1 <= sum(option.right for option in options) <= 3:
        raise ValueError(f"{where}: expected one to three right options, marked [x]")
    if not stem.strip():
        raise ValueError(f"{where}: nothing is asked above the options")
    return Question(where, name, see, check, stem.strip(), tuple(options))


def task(where: str, name: str, see: tuple[str, str], check: str, text: str) -> Task:
    facts = "a first line '*Part I · derive · 6 points · 8 minutes.*'"
    (part, kind, points, minutes), text = taken(FACTS, text, where, facts)
    if kind not in KINDS:
        raise ValueError(f"{where}: {kind!r} is no kind of task; there are {', '.join(KINDS)}")
    asked, _, solution = (piece.strip() for piece in text.partition(SOLUTION))
    if not solution or not asked:
        raise ValueError(f"{where}: expected a question, and a solution under '### Solution'")
    given = sum(map(int, MARK.findall(solution)))
    if given != int(points):
        raise ValueError(f"{where}: its marks *(n)* give {given} points; its first line {points}")
    return Task(where, name, see, check, part, kind, given, int(minutes), asked, solution)


def part(number: int, folder: Path = FOLDER) -> tuple[str, list[Question]]:
    """Title and questions of a part. Raises: ValueError, with file and line, for a mistake."""
    title, found = sections(folder / f"part_{number}.md")
    return title, [question(*each) for each in found]


def bank(folder: Path = FOLDER) -> list[Task]:
    """All tasks of the exam bank. Raises: ValueError, with file and line, for a mistake."""
    return [task(*each) for each in sections(folder / "exam.md")[1]]
