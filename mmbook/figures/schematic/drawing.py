"""Boxes and frames as SVG: colour means a modality, form a role, hatching frozen."""

from collections.abc import Mapping

from mmbook.figures.schematic.layout import NAME, SMALL, TITLED, Place
from mmbook.figures.schematic.legend import snowflake
from mmbook.figures.schematic.parts import Box, Group
from mmbook.figures.schematic.wording import name_markup
from mmbook.figures.svg import ink, text_width, words


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
