"""The ways of the arrows: straight or in one bend to the next column, else around the boxes.

Everything here runs from left to right. A picture that runs downwards is turned for it and back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from mmbook.figures.schematic.layout import Place
from mmbook.figures.schematic.parts import Arrow

LANE, SPREAD, ROUND, CLEAR = 16, 13, 9, 5  # between lanes, between ends, of corners, beside boxes

Point = tuple[float, float]


@dataclass(frozen=True)
class Route:
    """A way by its corners or, if ``curved``, the four control points of a curve."""

    points: tuple[Point, ...]
    curved: bool

    @property
    def middle(self) -> tuple[Point, Point]:
        """A point half way, and the direction there, of length 1."""
        p = self.points
        if self.curved:
            at = tuple((p[0][k] + 3 * p[1][k] + 3 * p[2][k] + p[3][k]) / 8 for k in (0, 1))
            return (at[0], at[1]), _direction(
                (p[0][0] + p[1][0], p[0][1] + p[1][1]), (p[2][0] + p[3][0], p[2][1] + p[3][1])
            )
        a, b = max(zip(p, p[1:], strict=False), key=lambda ends: hypot(*_minus(*ends)))
        return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), _direction(a, b)

    @property
    def end(self) -> tuple[Point, Point]:
        """The last point, and the direction in which it is reached, of length 1."""
        before = next(point for point in reversed(self.points) if point != self.points[-1])
        return self.points[-1], _direction(before, self.points[-1])

    def turned(self) -> "Route":
        """The same with x and y exchanged."""
        return Route(tuple((y, x) for x, y in self.points), self.curved)


def _minus(a: Point, b: Point) -> Point:
    return b[0] - a[0], b[1] - a[1]


def _direction(a: Point, b: Point) -> Point:
    x, y = _minus(a, b)
    return x / hypot(x, y), y / hypot(x, y)


def find_routes(
    places: Mapping[str, Place], frames: Sequence[Place], arrows: Sequence[Arrow], down: bool
) -> list[Route]:
    """A way for each arrow, in their order; those around boxes go around frames too."""
    if down:
        turned = {n: p.turned() for n, p in places.items()}
        ways = find_routes(turned, [f.turned() for f in frames], arrows, False)
        return [route.turned() for route in ways]
    sides = [_side(places[a.start], places[a.end]) for a in arrows]
    plain = [
        _bend(places[a.start], places[a.end], s, 0) for a, s in zip(arrows, sides, strict=True)
    ]
    free = [not _hits(r, places, a) for r, a in zip(plain, arrows, strict=True)]
    out, lanes = [], Lanes(places, frames)
    for arrow, side, is_free in zip(arrows, sides, free, strict=True):
        if not is_free:
            out.append(lanes.around(arrow))
            continue
        others = [
            a
            for a, s, f in zip(arrows, sides, free, strict=True)
            if f and s == side and a.end == arrow.end
        ]
        shift = _shift(places, others, arrow, side)
        out.append(_bend(places[arrow.start], places[arrow.end], side, shift))
    return out


def _side(a: Place, b: Place) -> str:
    """The side of ``a`` at which an arrow to ``b`` leaves; it arrives at the opposite side."""
    if a.right < b.left:
        return "right"
    if b.right < a.left:
        return "left"
    return "bottom" if a.bottom < b.top else "top"


def _bend(a: Place, b: Place, side: str, shift: float) -> Route:
    """The direct way; it ends ``shift`` beside the middle of its side."""
    if side in ("right", "left"):
        x1, x2 = (a.right, b.left) if side == "right" else (a.left, b.right)
        y1, y2, half = a.y, b.y + shift, (x1 + x2) / 2
        return Route(((x1, y1), (half, y1), (half, y2), (x2, y2)), True)
    y1, y2 = (a.bottom, b.top) if side == "bottom" else (a.top, b.bottom)
    x1, x2, half = a.x, b.x + shift, (y1 + y2) / 2
    return Route(((x1, y1), (x1, half), (x2, half), (x2, y2)), True)


def _shift(places: Mapping[str, Place], arrows: Sequence[Arrow], arrow: Arrow, side: str) -> float:
    """Ends on one side stand beside each other, in the order of their beginnings."""
    level = side in ("right", "left")

    def across(a: Arrow) -> float:
        start, end = places[a.start], places[a.end]
        return start.y - end.y if level else start.x - end.x

    order = sorted(arrows, key=across)
    straight = [i for i, a in enumerate(order) if abs(across(a)) < 1]
    middle = straight[0] if straight else (len(order) - 1) / 2
    end = places[arrow.end]
    room = (end.height if level else end.width) - 24
    return (order.index(arrow) - middle) * min(SPREAD, room / max(len(order) - 1, 1))


def _hits(route: Route, places: Mapping[str, Place], arrow: Arrow) -> int:
    """How many other boxes stand in its way."""
    points = _samples(route)
    return sum(
        any(
            p.left - CLEAR < x < p.right + CLEAR and p.top - CLEAR < y < p.bottom + CLEAR
            for x, y in points
        )
        for name, p in places.items()
        if name not in (arrow.start, arrow.end)
    )


def _samples(route: Route, n: int = 40) -> list[Point]:
    p, out = route.points, []
    if route.curved:
        for t in (i / n for i in range(n + 1)):
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            out.append(
                (
                    sum(w * q[0] for w, q in zip(weights, p, strict=True)),
                    sum(w * q[1] for w, q in zip(weights, p, strict=True)),
                )
            )
        return out
    for a, b in zip(p, p[1:], strict=False):
        x, y = _minus(a, b)
        out += [(a[0] + x * i / n, a[1] + y * i / n) for i in range(n + 1)]
    return out


class Lanes:
    """Level lines above and below the boxes, for arrows that cannot go straight."""

    def __init__(self, places: Mapping[str, Place], frames: Sequence[Place]):
        self.places, self.frames = places, frames
        self.taken: list[tuple[bool, float, float]] = []  # is it above, from x to x
        self.ends: list[tuple[str, bool]] = []  # at which box, is it above

    def around(self, arrow: Arrow) -> Route:
        """The way over or under all boxes between the two, whichever meets less and is shorter."""
        ways = {above: self._way(arrow, above) for above in (True, False)}

        def cost(above: bool) -> float:
            points = ways[above].points
            length = sum(hypot(*_minus(a, b)) for a, b in zip(points, points[1:], strict=False))
            return length + 1e4 * _hits(ways[above], self.places, arrow)

        above = min(ways, key=cost)
        x = sorted(point[0] for point in ways[above].points)
        self.taken.append((above, x[0], x[-1]))
        self.ends += [(arrow.start, above), (arrow.end, above)]
        return ways[above]

    def _way(self, arrow: Arrow, above: bool) -> Route:
        a, b = self.places[arrow.start], self.places[arrow.end]
        x1, x2 = (
            p.x + SPREAD * self.ends.count((name, above))
            for name, p in ((arrow.start, a), (arrow.end, b))
        )
        low, high = min(x1, x2), max(x1, x2)
        stand = [*self.places.values(), *self.frames]
        between = [p for p in stand if p.right > low and p.left < high]
        lanes = sum(side == above and x < high and low < y for side, x, y in self.taken) + 1
        if above:
            y, y1, y2 = min(p.top for p in between) - LANE * lanes, a.top, b.top
        else:
            y, y1, y2 = max(p.bottom for p in between) + LANE * lanes, a.bottom, b.bottom
        return Route(((x1, y1), (x1, y), (x2, y), (x2, y2)), False)
