"""Codes and what is drawn for them, panel by panel, as the latent explorer takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmbook import checks

Marks = Sequence[str]
PanelMarks = Mapping[str, Mapping[str, Marks]]


@dataclass(frozen=True, eq=False)
class Cloud:
    """The codes (n, 2) of one modality in one panel and what is drawn for each, "" for a dot."""

    codes: np.ndarray
    marks: list[str] | None


Panels = Mapping[str, Mapping[str, Cloud]]


def checked_panels(panels: Any, marks: Any, n: int) -> Panels:
    """Codes and marks together, by title and modality.

    Raises: ValueError for no codes, or codes or marks that do not fit ``n`` names; KeyError for
        marks of an unknown modality; TypeError for what are no dicts, numbers or strings.
    """
    checks.mapping("panels", panels)
    if not panels:
        raise ValueError("panels is empty; expected at least one")
    own = isinstance(marks, Mapping)
    if own and set(marks) != set(panels):
        raise ValueError(f"marks has panels {list(marks)}; expected {list(panels)}")
    shared = None if own or marks is None else _lines("marks", marks, n)
    out = {}
    for title, codes in panels.items():
        checks.text("a panel's title", title)
        checks.mapping(f"panels[{title!r}]", codes)
        if not codes:
            raise ValueError(f"{title!r} has no codes; expected at least one modality")
        if own:
            checks.mapping(f"marks[{title!r}]", marks[title])
            checks.known_keys(f"marks[{title!r}]", marks[title], codes)
        out[title] = {}
        for name, code in codes.items():
            points = checks.array(f"codes of {name!r} in {title!r}", code, "n 2", n=n)
            given = marks[title].get(name) if own else None
            signs = shared if given is None else _lines(f"marks of {name} in {title}", given, n)
            out[title][name] = Cloud(points, signs)
    return out


def checked_edges(edges: Any, panels: Panels, n: int) -> dict[str, np.ndarray]:
    """Raises: KeyError for edges that no panel has; ValueError for an end that is no sample."""
    if edges is None:
        return {}
    checks.mapping("edges", edges)
    checks.known_keys("edges", edges, {name for clouds in panels.values() for name in clouds})
    return {m: checks.integers(f"edges of {m!r}", e, "2 E", below=n) for m, e in edges.items()}


def checked_notes(notes: Any, n: int) -> dict[str, list[str]]:
    """Raises: ValueError for other than ``n`` notes under a title."""
    if notes is None:
        return {}
    checks.mapping("notes", notes)
    return {title: _lines(title, lines, n) for title, lines in notes.items()}


def _lines(what: str, lines: Any, n: int) -> list[str]:
    out = checks.texts(what, lines)
    if len(out) != n:
        raise ValueError(f"{what!r} has {len(out)} entries; expected {n}")
    return out
