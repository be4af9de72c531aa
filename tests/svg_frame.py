"""Finds text that stands outside its SVG's frame, or touches what is not its own."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import numpy as np

from mmbook.figures.svg import text_width

ROOM = 0.5  # pixels that rounding may cost


@dataclass(frozen=True)
class Words:
    """A line of text with the box that it takes at most."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


def outside(svg: str) -> list[str]:
    """What the frame cuts, each with its box."""
    _, _, width, height = map(float, re.search(r'viewBox="([^"]*)"', svg)[1].split())
    return [
        f"{w.text!r} from ({w.left:.1f}, {w.top:.1f}) to ({w.right:.1f}, {w.bottom:.1f}) "
        f"in a frame of {width:g} x {height:g}"
        for w in words_of(svg)
        if w.left < -ROOM or w.top < -ROOM or w.right > width + ROOM or w.bottom > height + ROOM
    ]


def words_of(svg: str) -> list[Words]:
    """All lines of text; widths are those of a wide font."""
    found: list[Words] = []
    _walk(ET.fromstring(svg), np.eye(3), {}, found)
    return found


def _walk(node, matrix, style, found) -> None:
    matrix = matrix @ _matrix(node.get("transform", ""))
    style = style | _style(node)
    if node.tag.endswith("}text"):
        found += _lines(node, matrix, style)
        return
    for child in node:
        _walk(child, matrix, style, found)


def _style(node) -> dict[str, str]:
    """What a node says of its letters."""
    said = dict(re.findall(r"([\w-]+):([^;]+)", node.get("style", "")))
    said |= {name: node.get(name) for name in ("text-anchor", "font-weight") if node.get(name)}
    names = ("font-size", "font-weight", "text-anchor")
    return {name: said[name] for name in names if name in said}


def _matrix(text: str) -> np.ndarray:
    out = np.eye(3)
    for kind, numbers in re.findall(r"(\w+)\(([^)]*)\)", text):
        n = [float(x) for x in re.split(r"[ ,]+", numbers.strip())]
        step = np.eye(3)
        if kind == "translate":
            step[:2, 2] = n[0], n[1] if len(n) > 1 else 0.0
        elif kind == "scale":
            step[0, 0], step[1, 1] = n[0], n[-1]
        elif kind == "rotate":
            turn = np.deg2rad(n[0])
            step[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
        else:
            raise ValueError(f"transform is {kind!r}; expected translate, scale or rotate")
        out = out @ step
    return out


def _lines(node, matrix, style) -> list[Words]:
    """A text in pieces: one for each of its own places, runs behind each other in one."""
    pieces = [(node.get("x", "0"), [(node.text or "", style)])]
    for run in node:
        part = (run.text or "", style | _style(run))
        if run.get("x") is None:
            pieces[-1][1].append(part)
        else:
            pieces.append((run.get("x"), [part]))
    y = float(node.get("y", 0))
    return [_box(float(x), y, runs, matrix) for x, runs in pieces if any(t for t, _ in runs)]


def _box(x: float, y: float, runs, matrix) -> Words:
    sizes = [float(style["font-size"].removesuffix("px")) for _, style in runs]
    bold = [style.get("font-weight") in ("600", "700", "bold") for _, style in runs]
    width = sum(text_width(t, s, b) for (t, _), s, b in zip(runs, sizes, bold, strict=True))
    before = {"middle": 0.5, "end": 1.0}.get(runs[0][1].get("text-anchor"), 0.0)
    size = max(sizes)
    left, top, right, bottom = x - before * width, y - 0.8 * size, 0, y + 0.22 * size
    right = left + width
    corners = matrix @ np.array([[left, right, left, right], [top, top, bottom, bottom], [1] * 4])
    low, high = corners[:2].min(1), corners[:2].max(1)
    text = "".join(t for t, _ in runs)
    return Words(text, *low, *high, min(s for s, (t, _) in zip(sizes, runs, strict=True) if t))
