"""What a schematic is made of. The names of boxes are their identity and stand in them.

``_`` sets what follows lower and ``^`` higher, up to the next space, comma or bracket: ``"h_1"``,
``"x^(1)"``, ``"G_image"``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mmbook import checks
from mmbook.figures.style import COLORS

ROLES = ("data", "network", "code", "loss")


@dataclass(frozen=True)
class Box:
    """Something that stands in a schematic.

    Args:
        role: "data" (sharp corners), "network" (round corners), "code" (round ends), or "loss"
            (points).
        text: what it is, in a word or two, below its name.
        shape: such as ``"(B, K)"``.
        modality: a name of ``COLORS``; without it the box is drawn in the page's ink.
        frozen: its weights do not move; drawn hatched, with a snowflake.

    >>> Box("f_1", "network", "encoder", modality="image").frozen
    False

    Raises: TypeError for what are no strings; ValueError for an unknown role, a data set or a loss
        that is frozen; KeyError for an unknown modality.
    """

    name: str
    role: str = "data"
    text: str = ""
    shape: str = ""
    modality: str | None = None
    frozen: bool = False

    def __post_init__(self):
        checks.text("name", self.name)
        if not self.name.strip() or self.name == ".":
            raise ValueError(f"name is {self.name!r}; expected a word or a symbol")
        checks.choice(f"role of {self.name!r}", self.role, ROLES)
        checks.text(f"text of {self.name!r}", self.text, 0)
        checks.text(f"shape of {self.name!r}", self.shape, 0)
        if self.modality is not None:
            checks.known_keys(f"modality of {self.name!r}", [self.modality], COLORS)
        checks.flag(f"frozen of {self.name!r}", self.frozen)
        if self.frozen and self.role != "network":
            raise ValueError(f"{self.name!r} is frozen {self.role}; expected a network")


def per_modality(role: str, text: str = "", shape: str = "", /, **names: str) -> list[Box]:
    """A box for each modality, all of one role: their names by modality.

    >>> [box.name for box in per_modality("network", "encoder", image="f_1", speech="f_2")]
    ['f_1', 'f_2']

    Raises: KeyError for an unknown modality; ValueError if none is given.
    """
    if not names:
        raise ValueError("no names; expected one or more, such as image='f_1'")
    return [Box(name, role, text, shape, modality) for modality, name in names.items()]


@dataclass(frozen=True)
class Arrow:
    """From one box to another.

    Args:
        gradient: does it flow back? If not, the arrow is dashed and crossed by two strokes.
        dashed: what is only sometimes there, or comes later; the caption says what.

    >>> Arrow("p_T", "KL", gradient=False).label
    ''

    Raises: TypeError for what are no strings.
    """

    start: str
    end: str
    label: str = ""
    gradient: bool = True
    dashed: bool = False

    def __post_init__(self):
        checks.text("start", self.start)
        checks.text("end", self.end)
        checks.text("label", self.label, 0)
        checks.flag("gradient", self.gradient)
        checks.flag("dashed", self.dashed)
        if self.start == self.end:
            raise ValueError(f"start and end are both {self.end!r}; expected two boxes")


@dataclass(frozen=True)
class Group:
    """A frame with a title around some boxes.

    >>> Group("teacher", ("f_T", "p_T")).boxes
    ('f_T', 'p_T')

    Raises: TypeError for what are no strings; ValueError for no boxes.
    """

    title: str
    boxes: Sequence[str]

    def __post_init__(self):
        checks.text("title", self.title)
        if not checks.texts(f"boxes of {self.title!r}", self.boxes):
            raise ValueError(f"boxes of {self.title!r} is empty; expected at least one name")


def checked_boxes(boxes: Any) -> dict[str, Box]:
    """Boxes by name. Raises: ValueError for none, or two of one name."""
    out = {box.name: box for box in checks.listed("boxes", boxes, Box)}
    if len(out) < len(boxes):
        raise ValueError(f"boxes has {[b.name for b in boxes]}; expected each name once")
    return out


def checked_arrows(arrows: Any, known: Iterable[str]) -> list[Arrow]:
    """Arrows one by one; a tuple of names is a chain of plain ones.

    Raises: KeyError for an unknown box; ValueError for none, for a chain of one name, or two
        arrows between the same two boxes.
    """
    out = []
    for given in checks.listed("arrows", arrows):
        if isinstance(given, Arrow):
            out.append(given)
            continue
        chain = checks.texts("a chain of arrows", given)
        if len(chain) < 2:
            raise ValueError(f"a chain of arrows is {chain}; expected two names or more")
        out += [Arrow(a, b) for a, b in zip(chain, chain[1:], strict=False)]
    checks.known_keys("arrows", [name for arrow in out for name in (arrow.start, arrow.end)], known)
    pairs = [(arrow.start, arrow.end) for arrow in out]
    twice = [pair for pair in pairs if pairs.count(pair) > 1]
    if twice:
        raise ValueError(f"arrows has {twice[0]} twice; expected each pair of boxes once")
    return out


def checked_groups(groups: Any, known: Iterable[str]) -> list[Group]:
    """Raises: KeyError for a group of unknown boxes."""
    out = checks.listed("groups", groups, Group, least=0)
    for group in out:
        checks.known_keys(f"boxes of {group.title!r}", group.boxes, known)
    return out
