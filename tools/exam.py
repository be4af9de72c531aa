"""Draw an exam from the bank, and print it: ``python -m tools.questions exam``."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import chain, zip_longest
from random import Random

from tools.question_source import Task

PARTS = ("I", "II", "III", "IV", "V")
STEP = re.compile(r"(?<=[.?:;]) (?=\([a-h]\) )")  # before (a), (b) ... of a question


def size_of(tasks: list[Task]) -> str:
    points, minutes = sum(t.points for t in tasks), sum(t.minutes for t in tasks)
    return f"{len(tasks)} tasks, {points} points, {minutes} minutes"


def sheet(heading: str, tasks: list[Task], solved: bool) -> str:
    """Tasks as Markdown that pandoc or a browser prints."""
    rows = [f"# {heading}{' · solutions' if solved else ''}", f"{size_of(tasks)}."]
    if not solved:
        rows.append("Name: " + "\\_" * 40)
    for n, t in enumerate(tasks, 1):
        rows += [f"## {n} · {t.name}", f"*{t.points} points, about {t.minutes} minutes.*"]
        rows.append(STEP.sub("\n\n", t.text))
        if solved:
            rows += ["### Solution", t.solution, f"*Part {t.part}, {t.kind}; {t.see[0]}.*"]
    return "\n\n".join(rows) + "\n"


def drawn(tasks: list[Task], limit: int, cost: Callable[[Task], int], seed: int) -> list[Task]:
    """Tasks by lot that come within two of the limit, if they can, and do not pass it.

    Of several such exams the one with most parts, then with most kinds of task.
    Raises: SystemExit if no task is that small.
    """
    dice = Random(seed)

    def draw() -> list[Task]:
        by_part = [dice.sample(own := [t for t in tasks if t.part == p], len(own)) for p in PARTS]
        dice.shuffle(by_part)
        chosen, left = [], limit
        for t in filter(None, chain.from_iterable(zip_longest(*by_part))):
            if cost(t) <= left:
                chosen, left = [*chosen, t], left - cost(t)
        return chosen

    def worth(chosen: list[Task]) -> tuple[int, int, int, int]:
        size, of_part = min(sum(map(cost, chosen)), limit - 2), Counter(t.part for t in chosen)
        most = max(of_part.values(), default=0)
        return size, len(of_part), len({t.kind for t in chosen}), -most

    best = max((draw() for _ in range(300)), key=worth)
    if not best:
        raise SystemExit(f"no task of the exam bank is as small as {limit}")
    return sorted(best, key=tasks.index)
