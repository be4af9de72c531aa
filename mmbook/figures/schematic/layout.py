"""Where the boxes stand: in the cells of a grid, which the author writes or the arrows give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from mmbook import checks
from mmbook.figures.schematic.parts import Arrow, Box, Group
from mmbook.figures.schematic.wording import name_width
from mmbook.figures.svg import text_width

NAME, SMALL = 17, 13  # letters of names, and of all else
PAD, GAP, BESIDE, STEP = 11, 34, 20, 34.0  # in a box; between layers, in a layer, between lines
TITLED = 22  # what the title of a group needs above its boxes

Cell = tuple[float, float]  # column, row


@dataclass(frozen=True)
class Place:
    """A box on the page: its middle and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2

    def turned(self) -> "Place":
        """The same with x and y exchanged."""
        return Place(self.y, self.x, self.height, self.width)


def size_of(box: Box) -> tuple[float, float]:
    """Width and height that its words need, and its snowflake and its points."""
    widths = [name_width(box.name, NAME) + 26 * box.frozen, 30]
    widths += [text_width(line, SMALL) for line in (box.text, box.shape)]
    corners = {"code": 8, "loss": 14}.get(box.role, 0)
    lines = 22 + 17 * sum(line != "" for line in (box.text, box.shape))
    return max(widths) + 2 * PAD + corners, lines + 12


def cells_of(grid: Any, boxes: Mapping[str, Box]) -> dict[str, Cell]:
    """The cells of a written grid: a line a row, words a space apart, a dot an empty cell.

    Raises: ValueError for a box that stands in it twice or not at all; KeyError for unknown ones.
    """
    rows = [line.split() for line in checks.text("grid", grid).splitlines() if line.strip()]
    names = [name for row in rows for name in row if name != "."]
    checks.known_keys("grid", names, boxes)
    if sorted(names) != sorted(boxes):
        raise ValueError(f"grid holds {names}; expected each of {list(boxes)} once")
    return {
        name: (float(c), float(r))
        for r, row in enumerate(rows)
        for c, name in enumerate(row)
        if name != "."
    }


def layers_of(boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> dict[str, Cell]:
    """A column a layer: each box one step after the last of those that it depends on.

    What nothing points to stands one step before its first use. Within a layer the boxes are
    ordered as those that point to them.

    Raises: ValueError if the arrows run in a circle.
    """
    depth = dict.fromkeys(boxes, 0)
    for _ in boxes:
        for arrow in arrows:
            depth[arrow.end] = max(depth[arrow.end], depth[arrow.start] + 1)
    if max(depth.values()) >= len(boxes):
        raise ValueError("the arrows run in a circle; expected a grid that says where boxes stand")
    for name in set(boxes) - {arrow.end for arrow in arrows}:
        depth[name] = min([depth[a.end] for a in arrows if a.start == name], default=1) - 1
    rows: dict[str, float] = {}
    for layer in sorted(set(depth.values())):
        names = [name for name in boxes if depth[name] == layer]
        before = {
            n: [rows[a.start] for a in arrows if a.end == n and a.start in rows] for n in names
        }
        rows |= _rows({n: sum(r) / len(r) if r else None for n, r in before.items()})
    return {name: (float(depth[name]), rows[name]) for name in boxes}


def _rows(wanted: Mapping[str, float | None]) -> dict[str, float]:
    """Rows of one layer, a step apart, near those that are wanted; the rest below."""
    known = {name: row for name, row in wanted.items() if row is not None}
    order = sorted(wanted, key=lambda name: known.get(name, inf))
    rows: dict[str, float] = {}
    least = -(len(order) - 1) / 2 if not known else -inf
    for name in order:
        rows[name] = max(known.get(name, least), least)
        least = rows[name] + 1
    gaps = [row - rows[name] for name, row in known.items()]
    shift = sum(gaps) / len(gaps) if gaps else 0.0
    return {name: round(2 * (row + shift)) / 2 for name, row in rows.items()}


def place(
    boxes: Mapping[str, Box],
    cells: Mapping[str, Cell],
    arrows: Sequence[Arrow],
    groups: Sequence[Group],
    down: bool,
) -> dict[str, Place]:
    """Boxes of one column share its middle, and those of one row.

    Layers, which are the columns, or rows in a picture that runs ``down``, stand apart. In the
    other direction boxes stand as close as those of one layer allow.
    """
    sizes = _sizes(boxes, cells, down)
    if down:  # turned, and back
        cells = {name: (row, column) for name, (column, row) in cells.items()}
    titled = TITLED if groups else 0
    labels = 0.0 if down else 1.0
    along = {name: size[down] for name, size in sizes.items()}
    across = {name: size[not down] for name, size in sizes.items()}
    layers, at = {}, 0.0
    for layer in sorted({cell[0] for cell in cells.values()}):
        thick = max(along[n] for n in boxes if cells[n][0] == layer)
        layers[layer] = at + thick / 2
        room = labels * (_label_room(layer, cells, arrows) + titled / 2)
        at += thick + max(GAP + titled / 2, room)
    broad = {n: max(across[m] for m in _together(n, cells, groups)) for n in boxes}
    lines = _lines(cells, broad, BESIDE + titled)
    middles = {n: (layers[cell[0]], lines[cell[1]]) for n, cell in cells.items()}
    placed = {n: Place(*middle, along[n], across[n]) for n, middle in middles.items()}
    return {n: p.turned() for n, p in placed.items()} if down else placed


def _together(name: str, cells: Mapping[str, Cell], groups: Sequence[Group]) -> list[str]:
    """The box and those of its groups that stand on its line: their frame is as thick as all."""
    own = [m for group in groups if name in group.boxes for m in group.boxes]
    return [name] + [m for m in own if cells[m][1] == cells[name][1]]


def _sizes(
    boxes: Mapping[str, Box], cells: Mapping[str, Cell], down: bool
) -> dict[str, tuple[float, float]]:
    """Boxes of one role in one layer are of one size."""
    sizes = {name: size_of(box) for name, box in boxes.items()}
    out = {}
    for name, box in boxes.items():
        alike = [
            sizes[n]
            for n in boxes
            if cells[n][down] == cells[name][down] and boxes[n].role == box.role
        ]
        out[name] = max(w for w, _ in alike), max(h for _, h in alike)
    return out


def _label_room(layer: float, cells: Mapping[str, Cell], arrows: Sequence[Arrow]) -> float:
    """What the labels of the arrows need that start in a layer and leave it."""
    labels = [a.label for a in arrows if cells[a.start][0] == layer != cells[a.end][0]]
    return max([text_width(label, SMALL) + 22 for label in labels if label], default=0.0)


def _lines(
    cells: Mapping[str, Cell], across: Mapping[str, float], gap: float
) -> dict[float, float]:
    """The middle of each line, as close as the boxes of one layer allow.

    A line that could stand on either side stands in the middle.
    """
    lines = sorted({line for _, line in cells.values()})
    apart = {(a, b): STEP for a, b in zip(lines, lines[1:], strict=False)}
    for a, (layer, first) in cells.items():
        for b, (other, second) in cells.items():
            if layer == other and first < second:
                need = (across[a] + across[b]) / 2 + gap
                apart[first, second] = max(need, apart.get((first, second), 0.0))
    early = dict.fromkeys(lines, 0.0)
    for line in lines:
        early[line] = max([early[u] + d for (u, w), d in apart.items() if w == line], default=0.0)
    late = dict.fromkeys(lines, early[lines[-1]])
    for line in reversed(lines):
        late[line] = min(
            [late[w] - d for (u, w), d in apart.items() if u == line], default=late[line]
        )
    return {line: (early[line] + late[line]) / 2 for line in lines}
