"""Shapes, written as in the docstrings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmbook.checks.words import came_as


def written(pattern: str, sizes: Mapping[str, int]) -> str:
    """``"B D"`` as the message shows it, known letters by their size: ``(B, 5)``."""
    parts, bounds = [], []
    for part in pattern.split(","):
        ways = []
        for way in part.split("|"):
            axes = [axis.partition(">=") for axis in way.split()]
            known = ", ".join(str(sizes.get(letter, letter)) for letter, _, _ in axes)
            ways.append(f"({known},)" if len(axes) == 1 and known != "..." else f"({known})")
            bounds += [f"{a} >= {int(n)}" for a, _, n in axes if n and a not in sizes]
        parts.append(" or ".join(ways))
    bounded = f" with {', '.join(dict.fromkeys(bounds))}" if bounds else ""
    return " and ".join(parts) + bounded


def letters(
    given: tuple[int, ...], pattern: str, sizes: Mapping[str, int]
) -> dict[str, int] | None:
    """What the letters stand for, or None if the shape does not look so."""
    # The pattern is read as it is compared: every layer asks at every call, a small one feels it,
    # and torch.compile warns of a cache.
    for way in pattern.split("|"):
        found = _fits(given, way.split(), sizes)
        if found is not None:
            return found
    return None


def _fits(
    given: tuple[int, ...], axes: list[str], sizes: Mapping[str, int]
) -> dict[str, int] | None:
    """:func:`letters` of one way a shape may look."""
    if "..." in axes:  # it stands in front
        axes, leading = axes[1:], len(given) - len(axes) + 1
        if leading < 0:
            return None
        given = given[leading:]
    if len(given) != len(axes):
        return None
    found: dict[str, int] = {}
    for axis, letter in enumerate(axes):
        size = given[axis]
        if letter.isdigit():
            if size != int(letter):
                return None
            continue
        if ">=" in letter:
            letter, least = letter.split(">=")
            if size < int(least):
                return None
        if size != sizes.get(letter, found.setdefault(letter, size)):
            return None
    return found


def _shape(name: str, x: Any) -> tuple[int, ...]:
    if not hasattr(x, "shape"):
        raise TypeError(f"{name} is {came_as(x)}; expected an array or a tensor")
    return tuple(x.shape)


def shape(name: str, x: Any, pattern: str, **sizes: int) -> dict[str, int]:
    """Check the shape of a tensor or an array, and say what its letters stand for.

    >>> import numpy as np
    >>> shape("x", np.zeros((2, 5)), "B D", D=5)
    {'B': 2, 'D': 5}
    >>> shape("x", np.zeros((2, 3, 5)), "B D", D=5)
    Traceback (most recent call last):
    ValueError: x has shape (2, 3, 5); expected (B, 5)
    >>> shape("runs", np.zeros(1), "S>=2")
    Traceback (most recent call last):
    ValueError: runs has shape (1,); expected (S,) with S >= 2

    Args:
        sizes: letters whose size is known.
    Raises: TypeError for what has no shape; ValueError for another shape.
    """
    given = _shape(name, x)
    found = letters(given, pattern, sizes)
    if found is None:
        came = f"is empty, of shape {given}" if 0 in given else f"has shape {given}"
        raise ValueError(f"{name} {came}; expected {written(pattern, sizes)}")
    return found


def shapes(pattern: str, /, **given: Any) -> dict[str, int]:
    """:func:`shape` of several, a letter being one size in all; commas part their patterns.

    >>> import numpy as np
    >>> shapes("n K, m K", queries=np.zeros((2, 3)), targets=np.zeros((7, 3)))
    {'n': 2, 'K': 3, 'm': 7}
    >>> shapes("n K, m K", queries=np.zeros((2, 3)), targets=np.zeros((7, 5)))
    Traceback (most recent call last):
    ValueError: queries is (2, 3), targets is (7, 5); expected (n, K) and (m, K)

    Raises: TypeError for what has no shape; ValueError for shapes that do not go together.
    """
    sizes: dict[str, int] = {}
    for part, (name, x) in zip(pattern.split(","), given.items(), strict=True):
        found = letters(_shape(name, x), part, sizes)
        if found is None:
            came = ", ".join(f"{name} is {_shape(name, x)}" for name, x in given.items())
            raise ValueError(f"{came}; expected {written(pattern, {})}")
        sizes |= found
    return sizes
