"""A history to walk through: each event a line, joined to its year on a scale that is true."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mmbook.figures.contact import FONT
from mmbook.figures.show import Shown, check_words
from mmbook.figures.stage import stage
from mmbook.figures.style import COLORS, MARKERS

WIDTH, ROW, TOP = 700, 24, 34
AXIS, YEAR, DOTS, TITLE = 46, 150, 196, 262  # where the scale, years, marks and titles begin


@dataclass(frozen=True)
class Event:
    """Something that happened: ``modalities`` are names of ``COLORS``, or others, drawn as rings.

    note: what to say when it is pointed at, with its source.
    """

    year: int
    title: str
    modalities: tuple[str, ...]
    note: str


def timeline(
    events: Sequence[Event],
    *,
    start: int,
    end: int,
    step: int = 10,
    number: str,
    caption: str,
    alt: str,
) -> Shown:
    """Events from top to bottom, one a line; point at one, or use the arrow keys, to read of it.

    On the left stands a scale from ``start`` to ``end`` with a tick every ``step`` years.

    Raises: ValueError for fewer than two events, events out of order or outside the scale.
    """
    check_words(number, caption, alt)
    years = [event.year for event in events]
    if len(years) < 2 or years != sorted(years) or years[0] < start or years[-1] > end:
        raise ValueError(f"events are of {years}; expected two or more, in order, {start} to {end}")
    height = TOP + ROW * len(events) + 8

    def place(year: int) -> float:
        return TOP + (height - TOP - 20) * (year - start) / (end - start)

    body = [_legend(events), _scale(range(start, end + 1, step), place)]
    body += [_event(i, event, place(event.year)) for i, event in enumerate(events)]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}"><g style="{FONT};font-size:13px" fill="currentColor">'
        f"{''.join(body)}</g></svg>"
    )
    facts = {
        "titles": [f"{event.year}: {event.title}" for event in events],
        "notes": [event.note for event in events],
    }
    return stage("timeline", svg, facts, number=number, caption=caption, alt=alt)


def _scale(ticks: Sequence[int], place) -> str:
    lines = "".join(
        f'<path d="M{AXIS - 5} {place(t):.1f}h5" stroke="currentColor"/>'
        f'<text x="{AXIS - 9}" y="{place(t) + 4:.1f}" text-anchor="end" '
        f'style="font-size:11px">{t}</text>'
        for t in ticks
    )
    low, high = place(ticks[0]), place(ticks[-1])
    return f'{lines}<path d="M{AXIS} {low:.1f}V{high:.1f}" stroke="currentColor"/>'


def _event(i: int, event: Event, y: float) -> str:
    """The line of one event. The empty rectangle makes all of it answer to the pointer."""
    row = TOP + ROW * (i + 0.5)
    marks = "".join(_mark(m, DOTS + 18 * k, row) for k, m in enumerate(event.modalities))
    bend = (AXIS + YEAR) / 2
    return (
        f'<g data-i="{i}"><rect x="{AXIS}" y="{row - ROW / 2:.1f}" width="{WIDTH - AXIS}" '
        f'height="{ROW}" fill="transparent"/>'
        f'<path d="M{AXIS} {y:.1f}C{bend} {y:.1f} {bend} {row:.1f} {YEAR - 4} {row:.1f}" '
        'fill="none" stroke="currentColor" stroke-opacity=".35"/>'
        f'<text x="{YEAR}" y="{row + 4.5:.1f}">{event.year}</text>{marks}'
        f'<text x="{TITLE}" y="{row + 4.5:.1f}">{escape(event.title)}</text></g>'
    )


def _mark(modality: str, x: float, y: float) -> str:
    color = COLORS.get(modality)
    if color is None:
        return f'<circle cx="{x}" cy="{y}" r="5" fill="none" stroke="currentColor"/>'
    shape = {
        "s": f"M{x - 5} {y - 5}h10v10h-10z",
        "^": f"M{x} {y - 6}l6 11h-12z",
        "D": f"M{x} {y - 6}l6 6l-6 6l-6 -6z",
    }.get(MARKERS.get(modality), f"M{x - 5.5} {y}a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z")
    return f'<path d="{shape}" fill="{color}"/>'


def _legend(events: Sequence[Event]) -> str:
    """What each mark means; one ring stands for all that is in no colour of the book."""
    known = [m for m in COLORS if any(m in event.modalities for event in events)]
    others = sorted({m for event in events for m in event.modalities} - set(known))
    entries = [(m, m) for m in known] + ([("", ", ".join(others))] if others else [])
    parts, x = [], float(DOTS)
    for modality, label in entries:
        parts.append(_mark(modality, x, 14) + f'<text x="{x + 11}" y="18">{escape(label)}</text>')
        x += 34 + 7.2 * len(label)
    return "".join(parts)
