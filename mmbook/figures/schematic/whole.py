"""From a description to a picture and to the sentences that stand for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.schematic.drawing import draw_box, draw_group, frame_of
from mmbook.figures.schematic.layout import SMALL, Place, cells_of, layers_of, place
from mmbook.figures.schematic.legend import draw_legend
from mmbook.figures.schematic.lines import area_of, draw_arrow
from mmbook.figures.schematic.parts import (
    Arrow,
    Box,
    Group,
    checked_arrows,
    checked_boxes,
    checked_groups,
)
from mmbook.figures.schematic.routes import find_routes
from mmbook.figures.schematic.wording import describe

# A phone shows figures 560 pixels wide (they scroll), a printed page 605; letters need 11 of them.
WIDEST = round(560 * SMALL / 11)
MARGIN = 5


@dataclass(frozen=True)
class Schematic:
    """A finished drawing: SVG markup, and sentences that say the same, for :func:`show`."""

    svg: str
    alt: str


def schematic(
    boxes: Sequence[Box],
    arrows: Sequence[Arrow | Sequence[str]],
    *,
    grid: str | None = None,
    groups: Sequence[Group] = (),
    down: bool = False,
) -> Schematic:
    """How a method works: boxes and arrows, with the sentences that describe them.

    >>> drawn = schematic(
    ...     [Box("image", shape="(B, 784)", modality="image"),
    ...      Box("f_1", "network", "encoder", modality="image"), Box("h_1", "code")],
    ...     [("image", "f_1", "h_1")])
    >>> drawn.alt
    'The image of shape (B, 784) goes to the image encoder f_1, which gives the code h_1.'

    Args:
        arrows: an Arrow each, or a tuple of names for a chain of plain ones.
        grid: where boxes stand, drawn in letters: a line a row, names a space apart, a dot where
            nothing stands. Without it every box stands a column after what it depends on.
        groups: frames around boxes.
        down: arrows run from top to bottom and not from left to right.
    Raises: KeyError for an unknown box; ValueError for names that come twice, for arrows in a
        circle without a grid, and for a picture whose letters would be too small on a page;
        TypeError for what are no boxes and arrows.
    """
    known = checked_boxes(boxes)
    ways = checked_arrows(arrows, known)
    frames = checked_groups(groups, known)
    checks.flag("down", down)
    cells = layers_of(known, ways) if grid is None else cells_of(grid, known)
    if grid is None and down:
        cells = {name: (row, column) for name, (column, row) in cells.items()}
    places = place(known, cells, ways, frames, down)
    drawn = _draw(known, places, ways, frames, down)
    axis = 1 if down else 0
    order = sorted(
        known.values(), key=lambda box: (cells[box.name][axis], cells[box.name][1 - axis])
    )
    return Schematic(drawn, describe(order, ways, frames))


def _draw(
    boxes: Mapping[str, Box],
    places: Mapping[str, Place],
    arrows: Sequence[Arrow],
    groups: Sequence[Group],
    down: bool,
) -> str:
    """The sheet, as large as all that stands on it."""
    frames = [frame_of(group, places, down) for group in groups]
    routes = find_routes(places, frames, arrows, down)
    ways = [area_of(a, r) for a, r in zip(arrows, routes, strict=True)]
    areas = [*places.values(), *frames, *ways]
    left, top = min(p.left for p in areas) - MARGIN, min(p.top for p in areas) - MARGIN
    right, bottom = max(p.right for p in areas) + MARGIN, max(p.bottom for p in areas) + MARGIN
    legend, wide = draw_legend(list(boxes.values()), arrows, bottom - top + 20)
    width, height = max(right - left, wide), bottom - top + (28 if legend else 0)
    if width > WIDEST:
        raise ValueError(
            f"the picture is {width:.0f} pixels wide, its letters would be too small on a page; "
            f"expected at most {WIDEST}: shorten words, or let it run down"
        )
    parts = [draw_group(g, f, down) for g, f in zip(groups, frames, strict=True)]
    parts += [draw_arrow(a, r) for a, r in zip(arrows, routes, strict=True)]
    parts += [draw_box(box, places[name]) for name, box in boxes.items()]
    moved = f'<g transform="translate({(width - right - left) / 2:.1f} {-top:.1f})">'
    return svg.sheet(round(width), round(height), [moved, *parts, "</g>", legend])
