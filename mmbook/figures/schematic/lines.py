"""Arrows as SVG: a line with a head and a label."""

from mmbook.figures.schematic.layout import SMALL, Place
from mmbook.figures.schematic.parts import Arrow
from mmbook.figures.schematic.routes import ROUND, Point, Route
from mmbook.figures.svg import text_width, words

HEAD = 9  # length of an arrow's head


def draw_arrow(arrow: Arrow, route: Route) -> str:
    """A line with a head; dashed and crossed by two strokes where no gradient flows."""
    (x, y), (dx, dy) = route.end
    back = x - HEAD * dx, y - HEAD * dy
    wing = 0.42 * HEAD
    head = (
        f'<path d="M{x:.1f} {y:.1f}L{back[0] - wing * dy:.1f} {back[1] + wing * dx:.1f}'
        f'L{back[0] + wing * dy:.1f} {back[1] - wing * dx:.1f}z"/>'
    )
    dash = ' stroke-dasharray="5 4"' if arrow.dashed or not arrow.gradient else ""
    line = (
        f'<path d="{_path(route, (x - 0.8 * HEAD * dx, y - 0.8 * HEAD * dy))}" fill="none" '
        f'stroke="currentColor" stroke-width="1.5"{dash}/>'
    )
    return line + head + ("" if arrow.gradient else stop(*route.middle)) + _label(arrow, route)


def stop(at: Point, direction: Point) -> str:
    """Two strokes across a line: no gradient passes."""
    dx, dy = direction
    path = ""
    for along in (-2.5, 2.5):
        x, y = at[0] + along * dx, at[1] + along * dy
        ax, ay = 6 * (0.45 * dx - dy), 6 * (0.45 * dy + dx)
        path += f"M{x - ax:.1f} {y - ay:.1f}L{x + ax:.1f} {y + ay:.1f}"
    return f'<path d="{path}" stroke="currentColor" stroke-width="1.6" fill="none"/>'


def _path(route: Route, end: Point) -> str:
    """The way as SVG, up to ``end``, with round corners."""
    p = [*route.points[:-1], end]
    if route.curved:
        (a, b), (c, d), (e, f), (g, h) = p
        return f"M{a:.1f} {b:.1f}C{c:.1f} {d:.1f} {e:.1f} {f:.1f} {g:.1f} {h:.1f}"
    out = f"M{p[0][0]:.1f} {p[0][1]:.1f}"
    for before, corner, after in zip(p, p[1:], p[2:], strict=False):
        (ax, ay), (bx, by) = _near(corner, before), _near(corner, after)
        out += f"L{ax:.1f} {ay:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {bx:.1f} {by:.1f}"
    return out + f"L{p[-1][0]:.1f} {p[-1][1]:.1f}"


def _near(corner: Point, other: Point) -> Point:
    """A point beside a corner, on the way to the other."""
    x, y = other[0] - corner[0], other[1] - corner[1]
    share = min(0.5, ROUND / max(abs(x) + abs(y), 1e-9))
    return corner[0] + share * x, corner[1] + share * y


def _label_place(arrow: Arrow, route: Route) -> Place:
    """Above the middle of a level line, on the right of an upright one, else between the two."""
    (x, y), (dx, dy) = route.middle
    width = text_width(arrow.label, SMALL)
    clear = 0 if arrow.gradient else 4  # the two strokes
    if abs(dy) < 0.2:
        under = not route.curved and y > route.points[0][1]
        return Place(x, y + (12 + clear if under else -12 - clear), width, SMALL)
    if abs(dx) < 0.2:
        return Place(x + 9 + clear + width / 2, y, width, SMALL)
    side = 1 if dx * dy > 0 else -1
    return Place(x + side * (6 + clear + width / 2), y - 9, width, SMALL)


def _label(arrow: Arrow, route: Route) -> str:
    if not arrow.label:
        return ""
    at = _label_place(arrow, route)
    return words(at.x, at.y + 4.5, arrow.label, SMALL)


def area_of(arrow: Arrow, route: Route) -> Place:
    """What an arrow takes with its label."""
    xs, ys = [x for x, _ in route.points], [y for _, y in route.points]
    if arrow.label:
        at = _label_place(arrow, route)
        xs, ys = [*xs, at.left, at.right], [*ys, at.top, at.bottom]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return Place((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
