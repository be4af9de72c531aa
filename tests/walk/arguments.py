"""What may be handed to a function, and from that all that may not.

Each class stands for one kind of argument. ``good`` gives a valid value; ``bad`` gives named bad
ones. Shapes are written as in the docstrings (``"B D"``): a letter that several arguments share is
one size, so no argument may have one more of it; a letter that stands alone is free to grow.

A bad value whose name is in ``legal`` is not tried: the documentation allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import numpy as np
import torch

SIZES = dict(
    A=2,
    B=5,
    C=7,
    D=3,
    E=13,
    G=2,
    H=2,
    K=3,
    L=3,
    M=2,
    N=7,
    S=2,
    T=5,
    V=11,
    a=11,
    b=13,
    h=6,
    m=13,
    n=11,
    s=5,
    w=8,
)
NOT_NUMBERS = (("a string", "x"), ("an object", object()), ("a list of strings", ["a", "b"]))


class Bad(NamedTuple):
    """A value to be refused. ``same``: it holds the good numbers, so a like answer is no fault.
    ``passes``: NaN or infinity in a tensor. A layer looks at no numbers (that would wait for the
    device and stop ``torch.func``), so NaN out is no fault, but a believable number is."""

    name: str
    value: Any
    same: bool = False
    passes: bool = False


@dataclass(frozen=True)
class Argument:
    """One kind of argument; ``legal`` names bad values that the documentation allows."""

    legal: str = field(default="", kw_only=True)

    def letters(self) -> list[str]:
        return []

    def good(self) -> Any:
        raise NotImplementedError

    def all_bad(self, good: Any, shared: set[str]) -> Iterator[Bad]:
        raise NotImplementedError

    def bad(self, good: Any, shared: set[str]) -> Iterator[Bad]:
        """All bad values but the legal ones; ``shared`` are the letters of several arguments."""
        legal = [name.strip() for name in self.legal.split(",")]
        return (
            bad
            for bad in self.all_bad(good, shared)
            if not any(fnmatchcase(bad.name, name) for name in legal)
        )


@dataclass(frozen=True)
class Tensor(Argument):
    """Numbers with a shape.

    ``kind``: float, unit (0 to 1), share (adds up to 1), log (of shares), positive, int, bool,
    pixels (uint8).
    """

    pattern: str
    kind: str = "float"
    below: int = 4
    numpy: bool = False

    def letters(self) -> list[str]:
        return self.pattern.split()

    def good(self) -> Any:
        shape = [int(a) if a.isdigit() else SIZES[a] for a in self.pattern.split()]
        match self.kind:
            case "float":
                x = torch.randn(shape)
            case "unit":
                x = torch.rand(shape)
            case "positive":
                x = torch.rand(shape) + 0.1
            case "share":
                x = torch.randn(shape).softmax(-1)
            case "log":
                x = torch.randn(shape).log_softmax(-1)
            case "int":
                x = torch.arange(int(np.prod(shape))).reshape(shape) % self.below
            case "bool":
                x = torch.arange(int(np.prod(shape))).reshape(shape) % 3 < 2
            case "pixels":
                x = torch.randint(0, 256, shape, dtype=torch.uint8)
            case _:
                raise ValueError(f"kind is {self.kind!r}")
        return x.numpy() if self.numpy else x

    def all_bad(self, good: Any, shared: set[str]) -> Iterator[Bad]:
        x = torch.as_tensor(good)
        yield from self._shapes(x, shared)
        yield from self._numbers(x)
        yield Bad("None", None)
        yield from (Bad(*wrong) for wrong in NOT_NUMBERS)
        yield Bad("a list of numbers", x.tolist(), same=True)
        yield Bad(
            "tensor for array" if self.numpy else "array for tensor",
            x if self.numpy else x.numpy(),
            same=True,
        )

    def _shapes(self, x: torch.Tensor, shared: set[str]) -> Iterator[Bad]:
        yield self._as("an axis more", x[None])
        yield self._as("an axis less", x[0])
        yield self._as("empty", x[:0])
        for axis, letter in enumerate(self.pattern.split()):
            if letter in shared or letter.isdigit():
                more = torch.cat([x, x.narrow(axis, 0, 1)], axis)
                yield self._as(f"one {letter} more", more)

    def _numbers(self, x: torch.Tensor) -> Iterator[Bad]:
        def first(value: Any, like: torch.Tensor = x) -> torch.Tensor:
            changed = like.clone()
            changed.view(-1)[0] = value
            return changed

        if x.is_floating_point():
            yield self._as("NaN", first(np.nan), passes=not self.numpy)
            yield self._as("inf", first(np.inf), passes=not self.numpy)
            yield self._as("ints", (10 * x).long())
            yield self._as("complex", x.to(torch.complex64))
        if self.kind in ("share", "positive", "unit"):
            yield self._as("negative", first(-0.5))
        if self.kind in ("share", "unit"):
            yield self._as("per cent", 100 * x)
        if self.kind == "int":
            yield self._as("floats", x + 0.5)
            yield self._as("negative", first(-1))
            yield self._as("too large", first(1_000_000))
            yield self._as("bools", x > 1)
        if self.kind == "bool":
            yield self._as("floats", x.float())
            yield self._as("ints", x.long())
        if self.kind == "pixels":
            yield self._as("floats", x.float())
            yield self._as("ints", x.long() * 300)

    def _as(self, name: str, x: torch.Tensor, passes: bool = False) -> Bad:
        return Bad(name, x.numpy() if self.numpy else x, passes=passes)


@dataclass(frozen=True)
class Whole(Argument):
    """A whole number from ``least`` to ``most``."""

    value: int
    least: int | None = 1
    most: int | None = None

    def good(self) -> int:
        return self.value

    def all_bad(self, good: int, shared: set[str]) -> Iterator[Bad]:
        yield from (Bad(*wrong) for wrong in NOT_NUMBERS)
        yield from (Bad("None", None), Bad("2.5", 2.5), Bad("NaN", np.nan), Bad("inf", np.inf))
        yield from (Bad("bool", True), Bad("a list", [good]), Bad("a string of digits", str(good)))
        if self.least is not None:
            yield Bad("too small", self.least - 1)
            yield Bad("negative", -7)
        if self.most is not None:
            yield Bad("too large", self.most + 1)


@dataclass(frozen=True)
class Real(Argument):
    """A finite number. ``wrong``: numbers that are too small or too large."""

    value: float
    wrong: tuple[float, ...] = ()

    def good(self) -> float:
        return self.value

    def all_bad(self, good: float, shared: set[str]) -> Iterator[Bad]:
        yield from (Bad(*wrong) for wrong in NOT_NUMBERS)
        yield from (Bad("None", None), Bad("NaN", np.nan), Bad("inf", np.inf))
        yield from (Bad("a list", [good]), Bad("a string of digits", str(good)))
        yield from (Bad(f"{wrong:g}", wrong) for wrong in self.wrong)


@dataclass(frozen=True)
class Flag(Argument):
    """True or False, and not what Python takes for it: the string "no" is true."""

    value: bool

    def good(self) -> bool:
        return self.value

    def all_bad(self, good: bool, shared: set[str]) -> Iterator[Bad]:
        yield from (Bad("'no'", "no"), Bad("None", None), Bad("2", 2))


@dataclass(frozen=True)
class Text(Argument):
    """A string; a ``choice`` is one of a few words, so that another word is wrong."""

    value: str
    choice: bool = False

    def good(self) -> str:
        return self.value

    def all_bad(self, good: str, shared: set[str]) -> Iterator[Bad]:
        yield from (Bad("None", None), Bad("a number", 3), Bad("an object", object()))
        yield from (Bad("a list", [good]), Bad("empty", ""))
        if self.choice:
            yield Bad("misspelt", good[:-1] + "q")


@dataclass(frozen=True)
class Each(Argument):
    """A dict, one entry a modality. ``fixed``: its names are known, so none may lack or be new."""

    parts: dict[Any, Argument]
    fixed: bool = True
    least: int = 1

    def letters(self) -> list[str]:  # a letter that is in two entries of a dict is one size
        return [letter for part in self.parts.values() for letter in part.letters()]

    def good(self) -> dict:
        return {name: part.good() for name, part in self.parts.items()}

    def all_bad(self, good: dict, shared: set[str]) -> Iterator[Bad]:
        yield from (Bad("None", None), Bad("a string", "x"), Bad("an object", object()))
        yield from (Bad("a list of its values", list(good.values())), Bad("empty", {}))
        if not good:
            return
        first, *rest = good
        if self.least > 1:
            yield Bad("one entry only", {first: good[first]})
        if self.fixed:
            misspelt = first[:-1] + "q" if isinstance(first, str) else ("q", "q")
            yield Bad("misspelt name", {misspelt: good[first]} | {k: good[k] for k in rest})
            yield Bad("name too many", good | {misspelt: good[first]})
            if rest:
                yield Bad("name too few", {name: good[name] for name in rest})
        for name, part in list(self.parts.items())[:1]:
            for bad in part.bad(good[name], shared):
                yield Bad(f"{name}: {bad.name}", good | {name: bad.value}, *bad[2:])


@dataclass(frozen=True)
class Several(Argument):
    """A list. ``counted``: other arguments say how many, so none may lack or be new."""

    parts: list[Argument]
    counted: bool = False
    least: int = 1

    def letters(self) -> list[str]:
        return [letter for part in self.parts for letter in part.letters()]

    def good(self) -> list:
        return [part.good() for part in self.parts]

    def all_bad(self, good: list, shared: set[str]) -> Iterator[Bad]:
        yield from (Bad("None", None), Bad("a string", "x"), Bad("an object", object()))
        yield Bad("empty", [])
        if self.least > 1:
            yield Bad("one entry only", good[:1])
        if self.counted:
            yield from (Bad("one too many", [*good, good[0]]), Bad("one too few", good[:-1]))
        for bad in self.parts[0].bad(good[0], shared) if self.parts else ():
            yield Bad(f"first: {bad.name}", [bad.value, *good[1:]], *bad[2:])


@dataclass(frozen=True)
class Thing(Argument):
    """An object that is made anew for each call: a model, axes, data, a function."""

    make: Callable[[], Any]
    also: tuple[tuple[str, Callable[[Any], Any]], ...] = ()

    def good(self) -> Any:
        return self.make()

    def all_bad(self, good: Any, shared: set[str]) -> Iterator[Bad]:
        yield from (Bad("None", None), Bad("a number", 3), *(Bad(*wrong) for wrong in NOT_NUMBERS))
        yield from (Bad(name, change(good)) for name, change in self.also)


def but(argument: Argument, *legal: str) -> Argument:
    """The same argument, for which these bad values are legal."""
    return replace(argument, legal=", ".join(filter(None, (argument.legal, *legal))))
