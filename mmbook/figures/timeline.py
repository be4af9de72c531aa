"""A history to walk through: each event a line, joined to its year on a scale that is true."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from mmbook import checks
from mmbook.figures import svg
from mmbook.figures.show import Shown, check_words
from mmbook.figures.spoken import Spoken
from mmbook.figures.stage import stage
from mmbook.figures.style import COLORS

WIDTH, ROW, LINE = 700, 24, 15  # a row is higher by a line where its event has one
AXIS, YEAR, DOTS, TITLE = 46, 122, 170, 224  # where the scale, years, marks and titles begin
SMALL = 11.5  # the letters of lines


@dataclass(frozen=True)
class Event:
    """Something that happened: ``modalities`` are names of ``COLORS``, or others, drawn as rings.

    note: what to say when it is pointed at, with its source. line: what stands below the title, so
    that it is read in print, too.

    >>> Event(1954, "Lip reading", ("image", "speech"), "Sumby and Pollack (1954).").year
    1954
    """

    year: int
    title: str
    modalities: tuple[str, ...]
    note: str
    line: str = ""


@dataclass(frozen=True)
class Spot:
    """Where an event stands: its year on the scale, its row's top and height, titles, the width."""

    year: float
    top: float
    height: float
    titles: float
    width: float


def timeline(
    events: Sequence[Event],
    *,
    start: int,
    end: int,
    step: int = 10,
    held: int = 0,
    number: str,
    caption: str,
    alt: str,
) -> Shown:
    """Events from top to bottom, one a line; point at one, or use the arrow keys, to read of it.

    On the left stands a scale from ``start`` to ``end`` with a tick every ``step`` years. Before
    anyone points, and in print, the event with the number ``held`` is read; each event's own line
    always is.

    >>> events = [Event(1954, "One", ("text",), "a"), Event(2021, "Two", ("image",), "b")]
    >>> timeline(events, start=1950, end=2030, number="1.2",
    ...          caption="Two events on one scale.", alt="Two lines, 1954 and 2021.")
    Figure 1.2. Two events on one scale.

    Raises: ValueError for fewer than two events, events out of order or outside the scale, or a
        scale that runs backwards; TypeError for what are no Events.
    """
    check_words(number, caption, alt)
    events = checks.listed("events", events, Event, least=0)
    for event in events:
        _check(event)
    start = checks.whole("start", start, -10_000)
    end, step = checks.whole("end", end, start + 1), checks.whole("step", step)
    years = [event.year for event in events]
    if len(years) < 2 or years != sorted(years) or years[0] < start or years[-1] > end:
        raise ValueError(f"events are of {years}; expected two or more, in order, {start} to {end}")
    held = checks.whole("held", held, 0, len(events) - 1)
    titles = [f"{event.year}: {event.title}" for event in events]
    spoken = Spoken(titles, held, {"": [event.note for event in events]})
    drawn = _draw(events, range(start, end + 1, step), end, held)
    return stage("timeline", drawn, spoken, {}, number=number, caption=caption, alt=alt)


def _check(event: Event) -> None:
    checks.whole("year", event.year, -10_000)
    checks.text(f"title of {event.year}", event.title)
    checks.text(f"note of {event.year}", event.note, 0)
    checks.text(f"line of {event.year}", event.line, 0)
    checks.texts(f"modalities of {event.year}", event.modalities)


def _draw(events: Sequence[Event], ticks: range, end: int, held: int) -> str:
    titles = max(TITLE, DOTS + 12 + 18 * max(len(event.modalities) for event in events))
    width = max(WIDTH, titles + max(_wide(event) for event in events) + 4)
    legend, last = _legend(events, width)
    top = last + 16
    row = ROW + LINE * any(event.line for event in events)
    height = top + row * len(events) + 8

    def place(year: int) -> float:
        return top + (height - top - 20) * (year - ticks[0]) / (end - ticks[0])

    body = [legend, _scale(ticks, place)]
    for i, event in enumerate(events):
        spot = Spot(place(event.year), top + row * i, row, titles, width)
        body.append(_event(i, event, spot, i == held))
    return svg.sheet(width, height, body, size=13)


def _wide(event: Event) -> float:
    return max(svg.text_width(event.title, 13), svg.text_width(event.line, SMALL))


def _scale(ticks: range, place: Callable[[int], float]) -> str:
    lines = "".join(
        f'<path d="M{AXIS - 5} {place(t):.1f}h5" stroke="currentColor"/>'
        + svg.words(AXIS - 9, round(place(t) + 4, 1), str(t), 11, anchor="end")
        for t in ticks
    )
    low, high = place(ticks[0]), place(ticks[-1])
    return f'{lines}<path d="M{AXIS} {low:.1f}V{high:.1f}" stroke="currentColor"/>'


def _event(i: int, event: Event, spot: Spot, held: bool) -> str:
    """The row of one event. The rectangle makes all of it answer to the pointer."""
    base = spot.top + ROW / 2 + 1  # the middle of the title's letters
    marks = "".join(_mark(m, DOTS + 18 * k, base) for k, m in enumerate(event.modalities))
    bend = (AXIS + YEAR) / 2
    line = svg.words(
        spot.titles, round(base + 4.5 + LINE, 1), event.line, SMALL, anchor="start", faint=True
    )
    return (
        f'<g data-i="{i}"><rect x="{AXIS}" y="{spot.top:.1f}" width="{spot.width - AXIS:g}" '
        f'height="{spot.height}" fill="currentColor" fill-opacity="{".1" if held else "0"}"/>'
        f'<path d="M{AXIS} {spot.year:.1f}C{bend} {spot.year:.1f} {bend} {base:.1f} '
        f'{YEAR - 4} {base:.1f}" fill="none" stroke="currentColor" stroke-opacity=".35"/>'
        f'<text x="{YEAR}" y="{base + 4.5:.1f}">{event.year}</text>{marks}'
        f'<text x="{spot.titles:g}" y="{base + 4.5:.1f}">{escape(event.title)}</text>'
        f"{line if event.line else ''}</g>"
    )


def _mark(modality: str, x: float, y: float) -> str:
    """A modality's mark in its colour, a ring for all others."""
    if modality in COLORS:
        return svg.marker(modality, x, y, 5, f' fill="{COLORS[modality]}"')
    return f'<circle cx="{x}" cy="{y}" r="5" fill="none" stroke="currentColor"/>'


def _legend(events: Sequence[Event], width: float) -> tuple[str, float]:
    """What each mark means, and its last baseline; one ring stands for all without a colour."""
    known = [m for m in COLORS if any(m in event.modalities for event in events)]
    others = sorted({m for event in events for m in event.modalities} - set(known))
    entries = [(m, m) for m in known] + ([("", ", ".join(others))] if others else [])
    signs = [svg.Entry(_mark(m, 0, 0), label) for m, label in entries]
    return svg.key(signs, DOTS, 18, width)
