"""The signs of a schematic and what they mean."""

from collections.abc import Sequence
from math import cos, pi, sin

from mmbook.figures.schematic.layout import SMALL
from mmbook.figures.schematic.lines import draw_arrow
from mmbook.figures.schematic.parts import Arrow, Box
from mmbook.figures.schematic.routes import Route
from mmbook.figures.style import COLORS
from mmbook.figures.svg import ink, text_width, words


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
