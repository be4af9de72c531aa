"""Write the questions for learning platforms, and exams.

    python -m tools.questions [--to FOLDER] [--seed N] [--parts 1 2 ...]
    python -m tools.questions exam [--minutes 90 | --points 60] [--seed N] [--parts 1 2 ...]

The first writes, into ``questions`` by default, ``part_N.gift`` (Moodle), ``part_N.qti.zip`` (Canvas,
if ``text2qti`` is installed), and the exam bank with and without solutions. The second draws an exam
from the bank: a sheet of questions and a sheet of solutions. The seed decides the order of options,
and what is drawn. No sheet is written over another that differs, for somebody may have edited it.
"""  # noqa: E501

import argparse
import re
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from random import Random

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tools.book import ROOT, write
from tools.exam import PARTS, drawn, sheet, size_of
from tools.question_source import Question, bank, part

GIFT_RESERVED = re.compile(r"[\\~=#{}:]")


def shuffled(questions: list[Question], seed: int) -> list[Question]:
    """The options in another order; the one right option stands in each place equally often."""
    dice = Random(seed)
    single = sum(q.single for q in questions)
    places = [n % 4 for n in range(single)]
    dice.shuffle(places)
    found = []
    for q in questions:
        options = dice.sample(q.options, 4)
        if q.single:
            right = next(option for option in options if option.right)
            options.remove(right)
            options.insert(places.pop(), right)
        found.append(replace(q, options=tuple(options)))
    return found


# ---------------------------------------------------------------- Moodle


@cache
def parser() -> MarkdownIt:
    """Formulas stand between ``\\(`` and ``\\)``, as Moodle's MathJax filter wants them."""
    found = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    for kind, begin, end in (("math_inline", r"\(", r"\)"), ("math_block", r"\[", r"\]")):

        def formula(self, tokens, n, options, env, begin=begin, end=end):
            return begin + escapeHtml(tokens[n].content.strip()) + end

        found.add_render_rule(kind, formula)
    return found


def html(markdown: str) -> str:
    """What Moodle shows."""
    return parser().render(markdown).strip()


def escaped(text: str) -> str:
    """Text as GIFT wants it: reserved characters behind a backslash, and on one line."""
    return GIFT_RESERVED.sub(r"\\\g<0>", text).replace("\n", r"\n")


def gift(title: str, questions: list[Question]) -> str:
    """A part for Moodle's importer. Of several right options each counts its share; wrong ones
    take off theirs, so that ticking all gives nothing."""

    def option(q: Question, right: bool) -> str:
        if q.single:
            return "=" if right else "~"
        share = 100 / sum(o.right == right for o in q.options)
        return f"~%{'' if right else '-'}{share:.5f}".rstrip("0").rstrip(".") + "%"

    def rich(markdown: str) -> str:
        return "[html]" + escaped(html(markdown))

    blocks = [f"$CATEGORY: mmbook/{title}"]
    for q in questions:
        options = "\n".join(f"{option(q, o.right)}{rich(o.text)}#{rich(o.why)}" for o in q.options)
        blocks.append(
            f"::{escaped(q.name)}::{rich(q.text)}{{\n{options}\n####{rich(f'See {q.see[0]}.')}\n}}"
        )
    return "\n\n".join(blocks) + "\n"


# ---------------------------------------------------------------- Canvas


def canvas(title: str, questions: list[Question]) -> str:
    """A part in the language of ``text2qti``, which is Markdown as ours."""

    def item(mark: str, text: str) -> str:
        lines = text.splitlines()
        return "\n".join([f"{mark:4}{lines[0]}", *(f"    {x}" if x else "" for x in lines[1:])])

    blocks = [f"Quiz title: {title}\nQuiz description: Multimodal learning, by doing."]
    for n, q in enumerate(questions, 1):
        rows = [f"Title: {q.name}", "Points: 1", item(f"{n}.", q.text)]
        rows.append(item("...", f"See {q.see[0]}."))
        for letter, o in zip("abcd", q.options, strict=True):
            several = "[*]" if o.right else "[ ]"
            rows += [item(several if not q.single else "*" * o.right + letter + ")", o.text)]
            rows += [item("...", o.why)]
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


def save_qti(source: str, file: Path) -> None:
    """Let ``text2qti`` write the file that Canvas imports."""
    from text2qti.config import Config  # pyright: ignore[reportMissingImports]
    from text2qti.qti import QTI  # pyright: ignore[reportMissingImports]
    from text2qti.quiz import Quiz  # pyright: ignore[reportMissingImports]

    QTI(Quiz(source, config=Config(), source_name=file.name)).save(file)


# ---------------------------------------------------------------- files


def save_all(files: dict[Path, str]) -> None:
    """Write the files; first see that nothing is lost.

    Raises: SystemExit if one of them is there and says something else.
    """
    there = [f.name for f, text in files.items() if f.exists() and f.read_text("utf-8") != text]
    if there:
        raise SystemExit(
            f"{', '.join(there)}: what is there differs, so somebody may have edited it; "
            "nothing was written. Remove it, or choose another folder with --to"
        )
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write(file, text)


def positive(text: str) -> int:
    """The size of an exam. Raises: ArgumentTypeError for what is no whole number above 0."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a number above 0; got {text}")
    return int(text)


def main(arguments: list[str] | None = None) -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    reader.add_argument("what", nargs="?", choices=("all", "exam"), default="all")
    reader.add_argument("--to", type=Path, default=ROOT / "questions", metavar="FOLDER")
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--parts", type=int, nargs="+", choices=range(1, 6), default=range(1, 6))
    size = reader.add_mutually_exclusive_group()
    size.add_argument("--minutes", type=positive, default=90)
    size.add_argument("--points", type=positive)
    o = reader.parse_args(arguments)
    try:
        tasks = [t for t in bank() if PARTS.index(t.part) + 1 in o.parts]
        quizzes = {n: part(n) for n in sorted(o.parts)}
    except ValueError as error:
        raise SystemExit(str(error)) from error
    name, heading, files = "exam", "Multimodal learning · exam bank", {}
    quizzes = {n: (title, shuffled(quiz, o.seed)) for n, (title, quiz) in quizzes.items()}
    if o.what == "exam":
        name, heading = f"exam_{o.seed}", f"Multimodal learning · exam {o.seed}"
        unit = "minutes" if o.points is None else "points"
        tasks = drawn(tasks, getattr(o, unit), attrgetter(unit), o.seed)
    else:
        files = {o.to / f"part_{n}.gift": gift(*quiz) for n, quiz in quizzes.items()}
    for solved, end in ((False, ""), (True, "_solutions")):
        files[o.to / f"{name}{end}.md"] = sheet(heading, tasks, solved)
    save_all(files)
    print(f"{', '.join(f.name for f in files)} in {o.to}; {size_of(tasks)}")
    if o.what == "all" and find_spec("text2qti"):
        for n, quiz in quizzes.items():
            save_qti(canvas(*quiz), o.to / f"part_{n}.qti.zip")
        print("for Canvas: part_N.qti.zip")
    elif o.what == "all":
        print("for Canvas, pip install text2qti and run this again")


if __name__ == "__main__":
    main()
