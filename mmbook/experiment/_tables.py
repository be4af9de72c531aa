"""Tables of estimates as text, with as many decimals as their intervals deserve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.experiment.estimate import Estimate, decimals

if TYPE_CHECKING:
    from mmbook.experiment.comparison import Comparison

Cells = Mapping[str, Estimate | None]  # one an arm


def comparison_table(
    comparison: Comparison,
    measures: Sequence[str] | None,
    against: str | None,
    by: ArrayLike | None,
) -> str:
    """The text of :meth:`Comparison.table`."""
    names = comparison.measures if measures is None else checks.texts("measures", measures)
    checks.known_keys("measures", names, comparison.measures)
    what = "mean" if against is None else f"paired difference from {against!r}"
    if by is None:
        columns = {m: _cells(comparison, m, against) for m in names}
        table, over = estimates_table(columns, comparison.budget), over_what(columns)
    else:
        if measures is not None and len(names) != 1:
            raise ValueError(f"measures is {names}; expected one if by is given")
        parts = comparison.parts(by)
        rows = {f"{x} ({c.items})": _cells(c, names[0], against) for x, c in parts.items()}
        table = estimates_table({arm: {x: rows[x][arm] for x in rows} for arm in comparison.scores})
        what, over = f"{names[0]}, {what}", "over the seeds and the items in brackets"
    return f"{table}\n{comparison.on}: {what} ± 95 % interval {over}"


def _cells(comparison: Comparison, measure: str, against: str | None) -> Cells:
    """The column of one measure; None where an arm lacks it or is compared with itself."""
    found: dict[str, Estimate | None] = {}
    for arm, row in comparison.scores.items():
        if measure not in row or arm == against:
            found[arm] = None
        elif against is None:
            found[arm] = comparison.estimate(arm, measure)
        else:
            found[arm] = comparison.difference(arm, against, measure)
    return found


def estimates_table(
    columns: Mapping[str, Cells],
    budget: Mapping[str, Mapping[str, object]] | None = None,
    marks: Mapping[str, str] | None = None,
) -> str:
    """One line an arm, one column a measure: mean ± half-width, and "-" where there is none.

    Args:
        columns: {measure: {arm: estimate}}, all with the same arms.
        budget: {column: {arm: what it may use}}; what all have alike is said once, below.
        marks: {arm: words that stand behind its line}.
    """
    arms = list(next(iter(columns.values())))
    budget = {} if budget is None else budget
    spent = {arm for told in budget.values() for arm in told}
    alike = {c: told for c, told in budget.items() if _alike(told, spent)}
    table = [["", *arms]]
    for title, told in budget.items():
        if title not in alike:
            table.append(_justified(title, [str(told.get(arm, "")) for arm in arms]))
    table += [_column(title, list(cells.values())) for title, cells in columns.items()]
    if marks:
        table.append(["", *(marks.get(arm, "") for arm in arms)])
    width = max(map(len, table[0]))
    rows = zip(*table, strict=True)
    lines = ["  ".join([name.ljust(width), *cells]).rstrip() for name, *cells in rows]
    if alike:
        same = ", ".join(f"{c} {next(iter(told.values()))}" for c, told in alike.items())
        lines.append(f"all trained with {same}")
    return "\n".join(lines)


def _alike(told: Mapping[str, object], spent: set[str]) -> bool:
    return set(told) == spent and len(set(map(str, told.values()))) == 1


def _column(title: str, estimates: Sequence[Estimate | None]) -> list[str]:
    """Means below means and ± below ±, all with the same number of decimals."""
    places = decimals([e.half_width for e in estimates if e is not None])
    texts = ["-" if e is None else e.text(places) for e in estimates]
    parts = [text.partition(" ±") for text in texts]
    means = max(len(mean) for mean, _, _ in parts)
    cells = [mean.rjust(means) + sign + half for mean, sign, half in parts]
    width = max(map(len, cells))
    return _justified(title, [cell.ljust(width) for cell in cells])


def _justified(title: str, cells: Sequence[str]) -> list[str]:
    width = max(len(title), *map(len, cells))
    return [title.rjust(width), *(cell.rjust(width) for cell in cells)]


def over_what(columns: Mapping[str, Cells]) -> str:
    """What the intervals of a table are over, exceptions by name; constants are not mentioned."""
    found = {
        (title, arm): e
        for title, cells in columns.items()
        for arm, e in cells.items()
        if e is not None and e.seeds + e.items
    }
    if not found:
        return "nothing, for all are constants"
    overs = {cell: e.over for cell, e in found.items()}
    common = Counter(overs.values())  # those with seeds first, then the most frequent
    main = max(found.values(), key=lambda e: (e.seeds, common[e.over])).over
    others: dict[str, dict[str, None]] = {}
    for (title, arm), over in overs.items():
        if over != main:
            whole_row = all(o == over for (_, a), o in overs.items() if a == arm)
            others.setdefault(over, {})[arm if whole_row else title] = None
    rest = [f"{', '.join(names)}: {over}" for over, names in others.items()]
    return "; ".join([f"over {main}", *rest])
