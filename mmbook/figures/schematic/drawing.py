"""Boxes, arrows and frames as SVG: colour means a modality, form a role, hatching frozen."""

from collections.abc import Mapping, Sequence
from math import cos, pi, sin

from mmbook.figures.schematic.layout import NAME, SMALL, TITLED, Place
from mmbook.figures.schematic.parts import Arrow, Box, Group
from mmbook.figures.schematic.routes import ROUND, Point, Route
from mmbook.figures.schematic.wording import name_markup
from mmbook.figures.style import COLORS
from mmbook.figures.svg import ink, text_width, words

HEAD = 9  # length of an arrow's head


def draw_box(box: Box, place: Place) -> str:
    """One box with its words."""
    color = ink(box.modality or "")
    tint = ".1" if box.modality else ".04"
    weight = {"network": 2.2, "data": 1.3}.get(box.role, 1.7)
    style = f'fill="{color}" fill-opacity="{tint}" stroke="{color}" stroke-width="{weight}"'
    parts = [_hatching(place)] if box.frozen else []
    parts.append(f"{_form(box.role, place)} {style}/>")
    lines = [line for line in (box.text, box.shape) if line]
    y = place.y - 8.5 * len(lines) + 5.5
    middle = place.x - 13 * box.frozen
    parts.append(name_markup(box.name, middle, y, NAME))
    if box.frozen:
        parts.append(snowflake(place.right - 18, place.top + 17, 8))
    for n, line in enumerate(lines):
        faint = n == len(lines) - 1 and box.shape != ""
        parts.append(words(place.x, y + 17 * (n + 1), line, SMALL, faint=faint))
    return "".join(parts)


def _form(role: str, p: Place) -> str:
    """The outline of a role, an element that is still open."""
    if role == "loss":
        cut = 13
        corners = (
            (p.left, p.y),
            (p.left + cut, p.top),
            (p.right - cut, p.top),
            (p.right, p.y),
            (p.right - cut, p.bottom),
            (p.left + cut, p.bottom),
        )
        return f'<path d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in corners)}z"'
    radius = {"data": 1.5, "network": 9.0}.get(role, p.height / 2)
    return (
        f'<rect x="{p.left:.1f}" y="{p.top:.1f}" width="{p.width:.1f}" height="{p.height:.1f}" '
        f'rx="{min(radius, 26):g}"'
    )


def _hatching(p: Place) -> str:
    """Thin slanted lines over a box, cut at its edges."""
    inset, step = 3.0, 9.0
    left, right, top, bottom = p.left + inset, p.right - inset, p.top + inset, p.bottom - inset
    path, at = [], left + top + step
    while at < right + bottom:  # the line x + y = at
        x1, x2 = max(left, at - bottom), min(right, at - top)
        path.append(f"M{x1:.1f} {at - x1:.1f}L{x2:.1f} {at - x2:.1f}")
        at += step
    return f'<path d="{"".join(path)}" stroke="currentColor" stroke-opacity=".13" fill="none"/>'


def snowflake(x: float, y: float, r: float) -> str:
    """Six arms with two twigs each."""
    path = []
    for k in range(6):
        a = pi / 2 + k * pi / 3
        fork = x + 0.55 * r * cos(a), y + 0.55 * r * sin(a)
        path.append(f"M{x:.1f} {y:.1f}L{x + r * cos(a):.1f} {y + r * sin(a):.1f}")
        for turn in (-pi / 4, pi / 4):
            tip = fork[0] + 0.4 * r * cos(a + turn), fork[1] + 0.4 * r * sin(a + turn)
            path.append(f"M{fork[0]:.1f} {fork[1]:.1f}L{tip[0]:.1f} {tip[1]:.1f}")
    return (
        f'<path d="{"".join(path)}" stroke="currentColor" stroke-width="1.3" fill="none" '
        'stroke-linecap="round"/>'
    )


def draw_arrow(arrow: Arrow, route: Route) -> str:
    """A line with a head; dashed and crossed by two strokes where no gradient flows."""
    (x, y), (dx, dy) = route.end
    back = x - HEAD * dx, y - HEAD * dy
    wing = 0.42 * HEAD
    head = (
        f'<path d="M{x:.1f} {y:.1f}L{back[0] - wing * dy:.1f} {back[1] + wing * dx:.1f}'
        f'L{back[0] + wing * dy:.1f} {back[1] - wing * dx:.1f}z"/>'
    )
    dash = "" if arrow.gradient else ' stroke-dasharray="5 4"'
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


def draw_group(group: Group, frame: Place, down: bool) -> str:
    """A thin frame with its title where no arrow runs: above the boxes, or upwards on the left."""
    out = (
        f'<rect x="{frame.left:.1f}" y="{frame.top:.1f}" width="{frame.width:.1f}" '
        f'height="{frame.height:.1f}" rx="12" fill="none" '
        'stroke="currentColor" stroke-opacity=".4" stroke-dasharray="1.5 3"/>'
    )
    if not down:
        x, y = frame.left + 12, frame.top + 17
        return out + words(x, y, group.title, SMALL, anchor="start", faint=True)
    text = words(0, 0, group.title, SMALL, faint=True)
    return (
        out
        + f'<g transform="translate({frame.left + 17:.1f} {frame.y:.1f}) rotate(-90)">{text}</g>'
    )


def frame_of(group: Group, places: Mapping[str, Place], down: bool) -> Place:
    """The frame around the boxes of a group, with room for its title."""
    inside = [places[name].turned() if down else places[name] for name in group.boxes]
    left, right = min(p.left for p in inside) - 12, max(p.right for p in inside) + 12
    top, bottom = min(p.top for p in inside) - TITLED - 4, max(p.bottom for p in inside) + 12
    short = max(0.0, 24 + text_width(group.title, SMALL) - (right - left))
    left, right = (left - short / 2, right + short / 2) if down else (left, right + short)
    frame = Place((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    return frame.turned() if down else frame


def draw_legend(boxes: Sequence[Box], arrows: Sequence[Arrow], y: float) -> tuple[str, float]:
    """What colours, snowflake and crossed arrow mean, where no word says it; and its width."""
    crossed = draw_arrow(
        Arrow("a", "b", gradient=False), Route(((-6, y - 4.5), (40, y - 4.5)), False)
    )
    entries = [(_swatch(name, y), 16, name) for name in unnamed(boxes)]
    if any(box.frozen for box in boxes):
        entries.append((snowflake(5, y - 4.5, 7), 18, "frozen"))
    if not all(arrow.gradient for arrow in arrows):
        entries.append((crossed, 48, "no gradient flows back"))
    out, x = "", 6.0
    for sign, wide, text in entries:
        word = words(wide, y, text, SMALL, anchor="start")
        out += f'<g transform="translate({x:.1f} 0)">{sign}{word}</g>'
        x += wide + text_width(text, SMALL) + 24
    return out, x - 20 if entries else 0.0


def unnamed(boxes: Sequence[Box]) -> list[str]:
    """Modalities whose boxes nowhere say which they are."""
    said = {box.modality for box in boxes if (box.modality or "-") in f"{box.name} {box.text}"}
    return [name for name in COLORS if name in {box.modality for box in boxes} - said]


def _swatch(name: str, y: float) -> str:
    return (
        f'<rect x="-4" y="{y - 10:.1f}" width="14" height="11" fill="{ink(name)}" '
        f'fill-opacity=".1" stroke="{ink(name)}" stroke-width="1.7"/>'
    )
