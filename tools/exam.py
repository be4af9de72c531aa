"""Draw an exam from the bank, and print it: ``python -m tools.questions exam``."""

from collections.abc import Callable
from itertools import chain, zip_longest
from random import Random

from tools.question_source import Task

PARTS = ("I", "II", "III", "IV", "V")


def size_of(tasks: list[Task]) -> str:
    points, minutes = sum(t.points for t in tasks), sum(t.minutes for t in tasks)
    return f"{len(tasks)} tasks, {points} points, {minutes} minutes"


def sheet(heading: str, tasks: list[Task], solved: bool) -> str:
    """Tasks as Markdown that pandoc or a browser prints."""
    rows = [f"# {heading}{' · solutions' if solved else ''}", f"{size_of(tasks)}."]
    if not solved:
        rows.append("Name: " + "\\_" * 40)
    for n, t in enumerate(tasks, 1):
        rows += [f"## {n} · {t.name}", f"*{t.points} points, about {t.minutes} minutes.*", t.text]
        if solved:
            rows += ["### Solution", t.solution, f"*Part {t.part}, {t.kind}; {t.see[0]}.*"]
    return "\n\n".join(rows) + "\n"


def drawn(tasks: list[Task], limit: int, cost: Callable[[Task], int], seed: int) -> list[Task]:
    """Tasks by lot, the parts in turn, that come near to the limit and do not pass it.

    Raises: SystemExit if no task is that small.
    """
    dice, best = Random(seed), []
    for _ in range(300):
        by_part = [dice.sample(own := [t for t in tasks if t.part == p], len(own)) for p in PARTS]
        dice.shuffle(by_part)
        chosen, left = [], limit
        for t in filter(None, chain.from_iterable(zip_longest(*by_part))):
            if cost(t) <= left:
                chosen, left = [*chosen, t], left - cost(t)
        if sum(map(cost, chosen)) > sum(map(cost, best)):
            best = chosen
    if not best:
        raise SystemExit(f"no task of the exam bank is as small as {limit}")
    return sorted(best, key=tasks.index)
