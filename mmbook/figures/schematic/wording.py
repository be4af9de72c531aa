"""The words of a schematic: its names with their indices, and what it shows in sentences."""

import re
from collections.abc import Sequence
from html import escape
from unicodedata import combining

from mmbook.figures.schematic.parts import Arrow, Box, Group
from mmbook.figures.svg import text_width

INDEX = re.compile(r"([_^])(\([^)]*\)|\{[^}]*\}|[^\s_^(){},|]+)")
SMALLER = 13 / 17  # an index beside its letter: no smaller than the other words
NOUNS = {"data": "", "network": "network", "code": "code", "loss": "loss"}


def runs(name: str) -> list[tuple[str, int]]:
    """A name in pieces, each on the line (0), below it (-1) or above it (1).

    >>> runs("h_1"), runs("f_θ(x)")
    ([('h', 0), ('1', -1)], [('f', 0), ('θ', -1), ('(x)', 0)])
    """
    out, at = [], 0
    for found in INDEX.finditer(name):
        out += [(name[at : found.start()], 0), (found[2].strip("{}"), 1 if found[1] == "^" else -1)]
        at = found.end()
    out.append((name[at:], 0))
    return [(text, level) for text, level in out if text]


def is_symbol(name: str) -> bool:
    """Is it one letter, with indices or not? A letter is set slanted, a word upright."""
    line = [c for text, level in runs(name) if level == 0 for c in text if not combining(c)]
    return len(line) == 1


def name_width(name: str, size: float) -> float:
    """Pixels that a name takes with its indices."""
    return sum(text_width(t, size * (SMALLER if level else 1)) for t, level in runs(name))


def name_markup(name: str, x: float, y: float, size: float) -> str:
    """A name in the middle of ``x``, on the baseline ``y``."""
    parts, shift = [], 0.0
    for text, level in runs(name):
        move = -round(level * size * 0.28, 1) - shift
        shift += move
        style = f' style="font-size:{size * SMALLER:.3g}px;font-style:normal"' if level else ""
        lift = f' dy="{move:g}"' if move else ""
        parts.append(f"<tspan{lift}{style}>{escape(text)}</tspan>")
    slant = ";font-style:italic" if is_symbol(name) else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" style="font-size:{size:g}px{slant}">'
        f"{''.join(parts)}</text>"
    )


def describe(order: Sequence[Box], arrows: Sequence[Arrow], groups: Sequence[Group]) -> str:
    """Sentences that say what the arrows say, box by box in ``order``."""
    boxes = {box.name: box for box in order}
    told: set[str] = set()

    def tell(names: Sequence[str], outputs: bool = False) -> str:
        words = [_called(boxes[name], name in told, outputs) for name in names]
        told.update(names)
        return _listed(words)

    made_by_networks = {
        box.name
        for box in order
        if box.role in ("data", "code")
        and all(boxes[a.start].role == "network" for a in arrows if a.end == box.name)
    }
    sentences = []
    for box in order:
        coming = [a for a in arrows if a.end == box.name]
        going = [a.end for a in arrows if a.start == box.name]
        if box.role == "network":
            made = [name for name in going if name in made_by_networks]
            sentences.append(_network(box, coming, made, tell))
        elif box.role == "loss" and coming:
            verb = "compares" if len(coming) > 1 else "is computed from"
            sentences.append(f"{tell([box.name])} {verb} {_inputs(coming, tell)}")
        elif coming and box.name not in made_by_networks:
            sentences.append(f"{tell([box.name])} comes from {_inputs(coming, tell)}")
    for group in groups:
        sentences.append(f"the frame “{group.title}” holds {_listed(list(group.boxes))}")
    stopped = [f"from {a.end} to {a.start}" for a in arrows if not a.gradient]
    if stopped:
        sentences.append(f"no gradient flows {_listed(stopped)}")
    return " ".join(_sentence(words) for words in sentences if words)


def _sentence(words: str) -> str:
    """With a point and a capital, but h stays h."""
    return (words[0].upper() if words.startswith(("the ", "what ", "no ")) else words[0]) + (
        words[1:] + "."
    )


def _network(box: Box, coming: Sequence[Arrow], made: Sequence[str], tell) -> str:
    given = _inputs(coming, tell)
    own = tell([box.name])
    results = tell(made)
    if not coming:
        return f"{own} gives {results}" if made else ""
    verb = "goes to" if len(coming) == 1 else "go to"
    return f"{given} {verb} {own}" + (f", which gives {results}" if made else "")


def _inputs(coming: Sequence[Arrow], tell) -> str:
    words = []
    for arrow in coming:
        notes = ", ".join([arrow.label] * bool(arrow.label) + ["dashed"] * arrow.dashed)
        words.append(tell([arrow.start], True) + (f" ({notes})" if notes else ""))
    return _listed(words)


def _called(box: Box, again: bool, outputs: bool) -> str:
    """What a box is called, in full the first time; a network's output is no network."""
    article = "" if is_symbol(box.name) or box.name[0].isupper() else "the "
    called = article + box.name if again else _in_full(box, article)
    return f"what {called} gives" if outputs and box.role == "network" else called


def _in_full(box: Box, article: str) -> str:
    """A symbol follows what it stands for, ``encoder f_1``; a word is explained in brackets."""
    symbol = is_symbol(box.name)
    noun = (box.text or NOUNS[box.role]) if symbol else ""
    modality = (
        "" if box.modality in (None, *re.findall(r"\w+", f"{box.name} {noun}")) else box.modality
    )
    nouns = [noun, modality] if box.role == "data" else [modality, noun]  # "rebuilt image"
    words = [word for word in ("frozen" * box.frozen, *nouns, box.name) if word]
    called = ("the " if len(words) > 1 else article) + " ".join(words)
    if box.text and not symbol:
        called += f" ({box.text})"
    return called + (f" of shape {box.shape}" if box.shape else "")


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + list(words[-1:]))
