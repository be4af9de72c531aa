"""Let nbval compare printed numbers as a reader would: up to what is written down.

A pytest plugin (``pytest -p tests.nbval_tolerance --nbval-lax ...``). nbval compares text letter by
letter, but a network trained on another processor, or on a GPU, ends with slightly other numbers.
Before nbval compares, each new number that agrees with its stored one is replaced by the stored
one; the rest of the text, and every number that does not agree, is left for nbval to report.

Two numbers agree when

- ``0.468 ± 0.021``: the two intervals overlap (and the new half-width is at most ten times wider);
- ``0.468``: they differ by at most one unit of the last printed digit, or by the cell's own
  tolerance, written as a tag: ``tolerance=0.05``;
- whole numbers: they are equal.
"""

import re

from nbformat import NotebookNode
from nbval.plugin import IPyNbCell

WIDGET = "application/vnd.jupyter.widget-view+json"
DECIMAL = r"[-−+]?\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)"
# Spaces before a number count as part of it: 10.01 is printed one column further left than 9.99.
NUMBER = re.compile(rf" *(?<![\w.])(?P<mean>{DECIMAL})(?: *± *(?P<half>{DECIMAL}))?(?![\w.]*\d)")


def value(printed: str) -> float:
    return float(printed.replace("−", "-"))


def unit(printed: str) -> float:
    """One unit of the last printed digit: 0.01 for 3.14, 1e-8 for 1.5e-07."""
    mantissa, _, exponent = printed.lower().partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def agree(new: re.Match, stored: re.Match, tolerance: float) -> bool:
    """Do two printed numbers, or two intervals, say the same?"""
    if (new["half"] is None) != (stored["half"] is None):
        return False
    step = max(unit(stored["mean"]), tolerance)
    if stored["half"] is not None:
        new_half, stored_half = value(new["half"]), value(stored["half"])
        if new_half > 10 * max(stored_half, step):
            return False
        step = max(step, new_half + stored_half)
    return abs(value(new["mean"]) - value(stored["mean"])) <= step * (1 + 1e-9)


def align(new: str, stored: str, tolerance: float = 0.0) -> str:
    """``new`` with each number that agrees with its counterpart replaced by the stored one."""
    pairs = zip(NUMBER.finditer(new), NUMBER.finditer(stored), strict=False)
    if len(NUMBER.findall(new)) != len(NUMBER.findall(stored)):
        return new
    parts, end = [], 0
    for mine, theirs in pairs:
        parts += [new[end : mine.start()], (theirs if agree(mine, theirs, tolerance) else mine)[0]]
        end = mine.end()
    return "".join([*parts, new[end:]])


def tolerance_of(cell: NotebookNode) -> float:
    """The tolerance that a cell's tag asks for; 0 without one."""
    tags = [tag for tag in cell.metadata.get("tags", []) if tag.startswith("tolerance=")]
    return max((float(tag.removeprefix("tolerance=")) for tag in tags), default=0.0)


def texts(outputs: list[NotebookNode]) -> list[tuple[dict, str]]:
    """Where each output keeps its text: (holder, key)."""
    places = [(o, "text") for o in outputs if o.output_type == "stream"]
    data = [o.data for o in outputs if "data" in o]
    return places + [(d, "text/plain") for d in data if "text/plain" in d]


def no_bars(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs without progress bars; the stored notebook has none."""
    return [o for o in outputs if WIDGET not in o.get("data", {}) and o.get("name") != "stderr"]


def pytest_itemcollected(item) -> None:
    """Give each cell of nbval a comparison that aligns the numbers first."""
    if not isinstance(item, IPyNbCell):
        return
    compare, tolerance = item.compare_outputs, tolerance_of(item.cell)

    def compare_with_tolerance(test, ref, skip_compare=None):
        test, ref = no_bars(test), no_bars(ref)
        for (new, key), (stored, _) in zip(texts(test), texts(ref), strict=False):
            new[key] = align(new[key], stored[key], tolerance)
        return compare(test, ref, skip_compare)

    item.compare_outputs = compare_with_tolerance
