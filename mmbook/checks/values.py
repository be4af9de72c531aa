"""Single values: choices, flags, numbers."""

from __future__ import annotations

from collections.abc import Collection
from math import inf
from numbers import Integral, Real
from typing import Any

from mmbook.checks.words import came_as, is_bool, short


def choice(name: str, x: Any, choices: Collection[Any]) -> None:
    """Raises: ValueError if ``x`` is not one of the choices; True is not 1.

    >>> choice("split", "dev", ("train", "val", "test"))
    Traceback (most recent call last):
    ValueError: split is 'dev'; expected one of ('train', 'val', 'test')
    """
    simple = x is None or isinstance(x, (str, Real))
    if not simple or not any(x == c and is_bool(x) == is_bool(c) for c in choices):
        raise ValueError(f"{name} is {short(x)}; expected one of {tuple(choices)}")


def flag(name: str, x: Any) -> bool:
    """True or False, and nothing that merely counts as one of them.

    Raises: TypeError for anything else, such as 1, "no" or None.
    """
    if not is_bool(x):
        raise TypeError(f"{name} is {came_as(x)}; expected True or False")
    return bool(x)


def number(name: str, x: Any, least: float | None = None, most: float | None = None) -> float:
    """A finite number as a float, between two bounds if they are given, bounds included.

    >>> number("strength", 1.5, 0, 1)
    Traceback (most recent call last):
    ValueError: strength is 1.5; expected a number from 0 to 1

    Raises: TypeError for what is no number; ValueError for NaN, infinity or a number outside.
    """
    expected = "a finite number"
    if least is not None or most is not None:
        expected = f"{least:g} or more" if most is None else f"{most:g} at most"
    if least is not None and most is not None:
        expected = f"a number from {least:g} to {most:g}"
    value = _real(name, x, "a number")
    low, high = -inf if least is None else least, inf if most is None else most
    if not (-inf < value < inf and low <= value <= high):
        raise ValueError(f"{name} is {short(x)}; expected {expected}")
    return value


def positive(name: str, x: Any) -> float:
    """A finite number above 0, as a float.

    >>> positive("temperature", 0)
    Traceback (most recent call last):
    ValueError: temperature is 0; expected a finite number above 0

    Raises: TypeError for what is no number; ValueError for 0 or less, NaN or infinity.
    """
    value = _real(name, x, "a number above 0")
    if not 0 < value < inf:  # torch.compile traces this where it stops at isfinite
        raise ValueError(f"{name} is {short(x)}; expected a finite number above 0")
    return value


def share(name: str, x: Any) -> float:
    """A number strictly between 0 and 1, such as a confidence of .95.

    >>> share("confidence", 95)
    Traceback (most recent call last):
    ValueError: confidence is 95; expected a number above 0 and below 1, such as 0.95

    Raises: TypeError for what is no number; ValueError for a number outside.
    """
    value = _real(name, x, "a number above 0 and below 1")
    if not 0 < value < 1:
        raise ValueError(
            f"{name} is {short(x)}; expected a number above 0 and below 1, such as 0.95"
        )
    return value


def whole(name: str, x: Any, least: int = 1, most: int | None = None) -> int:
    """A whole number between two bounds, bounds included.

    >>> whole("k", 8, 1, 7)
    Traceback (most recent call last):
    ValueError: k is 8; expected a whole number from 1 to 7

    Raises: TypeError for what is no whole number (2.0 is none); ValueError for one outside.
    """
    expected = f"a whole number, {least} or more"
    if most is not None:
        expected = f"a whole number from {least} to {most}"
    if is_bool(x) or not isinstance(x, Integral):
        raise TypeError(f"{name} is {came_as(x)}; expected {expected}")
    value = int(x)
    if value < least or (most is not None and value > most):
        raise ValueError(f"{name} is {value}; expected {expected}")
    return value


def _real(name: str, x: Any, expected: str) -> float:
    if is_bool(x) or not isinstance(x, Real):
        raise TypeError(f"{name} is {came_as(x)}; expected {expected}")
    try:
        return float(x)
    except OverflowError:  # an int with more than 308 digits
        return inf if x == abs(x) else -inf
