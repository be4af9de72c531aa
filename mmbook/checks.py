"""Every check of an argument, once: its messages say what came and what was expected.

A shape is written as in the docstrings, one letter an axis: ``"B N D"``. Letters are names of
sizes; a number is a size that must be met; ``...`` in front stands for any axes; ``|`` is "or".

``tensor`` looks at type, dtype and shape and never at the numbers, so it may stand in a
``forward``: it works under ``torch.func`` and ``torch.compile`` and waits for no device. ``array``
is for measures: it gives a NumPy array of finite numbers or raises.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from math import isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # torch is slow to import, and the data need none of it
    import torch

KINDS = {"float": "floats", "int": "whole numbers", "bool": "torch.bool"}


@lru_cache
def _axes(pattern: str) -> tuple[tuple[str, ...], ...]:
    """The ways a shape may look: ``"A | L A"`` -> (("A",), ("L", "A"))."""
    return tuple(tuple(part.split()) for part in pattern.split("|"))


def _written(pattern: str, sizes: Mapping[str, int]) -> str:
    """``"B D"`` as the message shows it, known letters by their size: ``(B, 5)``."""
    ways = []
    for axes in _axes(pattern):
        known = ", ".join(str(sizes.get(axis, axis)) for axis in axes)
        ways.append(f"({known},)" if len(axes) == 1 and axes != ("...",) else f"({known})")
    return " or ".join(ways)


def _fits(shape: tuple[int, ...], axes: tuple[str, ...], sizes: dict[str, int]) -> dict | None:
    """What the letters stand for, or None if the shape does not look so."""
    if axes[:1] == ("...",):
        axes, leading = axes[1:], len(shape) - len(axes) + 1
        if leading < 0:
            return None
        shape = shape[leading:]
    if len(shape) != len(axes):
        return None
    found: dict[str, int] = {}
    for axis, size in zip(axes, shape, strict=True):
        expected = int(axis) if axis.isdigit() else sizes.get(axis, found.get(axis, size))
        if size != expected:
            return None
        if not axis.isdigit():
            found[axis] = size
    return found


def shape(name: str, x: Any, pattern: str, **sizes: int) -> dict[str, int]:
    """Check the shape of a tensor or an array, and say what its letters stand for.

    >>> shape("x", np.zeros((2, 5)), "B D", D=5)
    {'B': 2, 'D': 5}
    >>> shape("x", np.zeros((2, 3, 5)), "B D", D=5)
    Traceback (most recent call last):
    ValueError: x has shape (2, 3, 5); expected (B, 5)

    Args:
        sizes: letters whose size is known.
    Raises: ValueError for another shape.
    """
    given = tuple(x.shape)
    for axes in _axes(pattern):
        found = _fits(given, axes, sizes)
        if found is not None:
            return found
    raise ValueError(f"{name} has shape {given}; expected {_written(pattern, sizes)}")


def tensor(
    name: str, x: torch.Tensor, pattern: str, kind: str | None = "float", **sizes: int
) -> dict[str, int]:
    """:func:`shape` of something that must be a tensor of floats, ``"int"`` or ``"bool"``.

    Args:
        kind: of its numbers; None lets all kinds pass.
    Raises: TypeError for what is no tensor; ValueError for another shape or dtype.
    """
    import torch

    if not isinstance(x, torch.Tensor):
        raise TypeError(
            f"{name} is a {type(x).__name__}; expected a tensor {_written(pattern, sizes)}"
        )
    found = shape(name, x, pattern, **sizes)
    if kind is not None and kind != _kind(x):
        raise ValueError(f"{name} is {x.dtype} {tuple(x.shape)}; expected {KINDS[kind]}")
    return found


def _kind(x: torch.Tensor) -> str:
    if x.is_floating_point():
        return "float"
    return "complex" if x.is_complex() else "bool" if str(x.dtype) == "torch.bool" else "int"


def mask(name: str, x: torch.Tensor, pattern: str, **sizes: int) -> dict[str, int]:
    """:func:`tensor` of booleans, True = present; shape and dtype in one message.

    Raises: TypeError for what is no tensor; ValueError for another shape or dtype.
    """
    import torch

    if isinstance(x, torch.Tensor) and x.dtype == torch.bool:
        for axes in _axes(pattern):
            found = _fits(tuple(x.shape), axes, sizes)
            if found is not None:
                return found
    came = f"{x.dtype} {tuple(x.shape)}" if isinstance(x, torch.Tensor) else type(x).__name__
    error = ValueError if isinstance(x, torch.Tensor) else TypeError
    raise error(f"{name} is {came}; expected torch.bool {_written(pattern, sizes)}")


def tensors(
    name: str, given: Mapping[str, torch.Tensor], pattern: str, least: int = 1, **sizes: int
) -> dict[str, int]:
    """A dict of float tensors in which each letter means one size in all of them.

    A letter with an underscore, as in ``"B D_m"``, may differ from tensor to tensor.
    Returns the sizes of the other letters.

    Raises: TypeError for what is no dict of tensors; ValueError for fewer than ``least`` entries,
        or shapes that differ.
    """
    mapping(name, given)
    if len(given) < least:
        raise ValueError(f"{name} has {list(given)}; expected at least {least} modalities")
    known = dict(sizes)
    for key, x in given.items():
        try:
            found = tensor(f"{name}[{key!r}]", x, pattern, **known)
        except ValueError as error:
            shapes = {key: tuple(x.shape) for key, x in given.items()}
            raise ValueError(f"{error} ({name} have shapes {shapes})") from None
        known |= {letter: size for letter, size in found.items() if "_" not in letter}
    return {letter: size for letter, size in known.items() if letter not in sizes}


def mapping(name: str, x: Any) -> None:
    """Raises: TypeError if ``x`` is no mapping, such as a dict."""
    if not isinstance(x, Mapping):
        raise TypeError(f"{name} is a {type(x).__name__}; expected a dict, one entry a modality")


def keys(name: str, given: Iterable[str], expected: Iterable[str]) -> None:
    """Raises: KeyError if the names are not the expected ones, in whatever order."""
    given, expected = tuple(given), tuple(expected)
    if set(given) != set(expected):
        raise KeyError(f"{name} has {given}; expected {expected}")


def known_keys(name: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raises: KeyError for a name that is not among the known ones."""
    known = tuple(known)
    unknown = [key for key in given if key not in known]
    if unknown:
        raise KeyError(f"{name} has {unknown}; expected names of {known}")


def choice(name: str, x: Any, choices: Collection[Any]) -> None:
    """Raises: ValueError if ``x`` is not one of the choices."""
    if not isinstance(x, (str, int, float)) or x not in choices:
        raise ValueError(f"{name} is {x!r}; expected one of {tuple(choices)}")


def number(name: str, x: Any, least: float | None = None, most: float | None = None) -> float:
    """A finite number as a float, between two bounds if they are given, bounds included.

    Raises: TypeError for what is no number; ValueError for NaN, infinity or a number outside.
    """
    if isinstance(x, bool) or not isinstance(x, Real):
        raise TypeError(f"{name} is {_came(x)}; expected a number")
    bounds = f"{least:g} or more" if least is not None else "a finite number"
    if most is not None:
        bounds = (
            f"a number from {least:g} to {most:g}" if least is not None else f"{most:g} at most"
        )
    low = -np.inf if least is None else least
    high = np.inf if most is None else most
    if not isfinite(x) or not low <= x <= high:
        raise ValueError(f"{name} is {x}; expected {bounds}")
    return float(x)


def positive(name: str, x: Any) -> float:
    """A finite number above 0, as a float.

    Raises: TypeError for what is no number; ValueError for 0 or less, NaN or infinity.
    """
    if isinstance(x, bool) or not isinstance(x, Real):
        raise TypeError(f"{name} is {_came(x)}; expected a number above 0")
    if not isfinite(x) or x <= 0:
        raise ValueError(f"{name} is {x}; expected a finite number above 0")
    return float(x)


def share(name: str, x: Any) -> float:
    """A number strictly between 0 and 1, such as a confidence of .95.

    Raises: TypeError for what is no number; ValueError for a number outside.
    """
    if number(name, x) <= 0 or x >= 1:
        raise ValueError(f"{name} is {x}; expected a number above 0 and below 1, such as 0.95")
    return float(x)


def whole(name: str, x: Any, least: int = 1, most: int | None = None) -> int:
    """A whole number between two bounds, bounds included.

    Raises: TypeError for what is no whole number (2.0 is none); ValueError for one outside.
    """
    expected = f"a whole number, {least} or more"
    if most is not None:
        expected = f"a whole number from {least} to {most}"
    if isinstance(x, (bool, np.bool_)) or not isinstance(x, Integral):
        raise TypeError(f"{name} is {_came(x)}; expected {expected}")
    if x < least or (most is not None and x > most):
        raise ValueError(f"{name} is {x}; expected {expected}")
    return int(x)


def array(name: str, x: Any, pattern: str = "...", **sizes: int) -> np.ndarray:
    """Numbers to measure with: an array of floats, all finite; no whole number wraps around.

    Takes arrays, tensors on any device and nested lists. float32 and float64 stay what they are,
    all other numbers become float64.

    >>> array("image", np.array([10, 20], np.uint8), "n") - 15
    array([-5.,  5.])

    Raises: TypeError for what holds no numbers; ValueError for another shape, NaN or infinity.
    """
    out = _numpy(name, x)
    if out.dtype.kind not in "fiub":
        raise TypeError(f"{name} is {_came(x)}; expected numbers {_written(pattern, sizes)}")
    shape(name, out, pattern, **sizes)
    if out.dtype not in (np.float32, np.float64):
        out = out.astype(np.float64)
    finite(name, out)
    return out


def integers(
    name: str, x: Any, pattern: str = "n", below: int | None = None, **sizes: int
) -> np.ndarray:
    """Whole numbers from 0, such as labels, as an array of int64.

    Args:
        below: the first number that is too large, such as the number of classes.
    Raises: TypeError for what holds no whole numbers; ValueError for another shape, a negative
        number, or one that is not below ``below``.
    """
    out = _numpy(name, x)
    if out.dtype.kind not in "iu" and out.size:
        raise TypeError(f"{name} is {_came(x)}; expected whole numbers {_written(pattern, sizes)}")
    shape(name, out, pattern, **sizes)
    out = out.astype(np.int64)
    if out.size and (out.min() < 0 or (below is not None and out.max() >= below)):
        bound = "0 or more" if below is None else f"numbers from 0 to {below - 1}"
        raise ValueError(f"{name} runs from {out.min()} to {out.max()}; expected {bound}")
    return out


def finite(name: str, x: np.ndarray) -> None:
    """Raises: ValueError for NaN or infinity; it says how many there are and where the first is."""
    bad = ~np.isfinite(x)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name} holds {int(bad.sum())} NaN or infinite of {x.size} numbers, "
            f"the first at {first}; expected finite numbers"
        )


def distribution(name: str, x: np.ndarray, axis: int | None = -1, atol: float = 1e-3) -> None:
    """Are these shares? ``axis``: along which they add up to 1; None for all together.

    Raises: ValueError for a negative entry, another sum, or no entry at all.
    """
    total = x.sum(axis)
    if x.size == 0 or (x < 0).any() or not np.allclose(total, 1, rtol=0, atol=atol):
        worst = "nothing" if x.size == 0 else f"sums of {np.min(total):.4g} to {np.max(total):.4g}"
        least = "" if x.size == 0 else f" and a least entry of {x.min():.4g}"
        raise ValueError(f"{name} has {worst}{least}; expected entries of 0 or more that sum to 1")


def texts(name: str, x: Any) -> list[str]:
    """Several texts as a list; one string is not read as a list of its letters.

    Raises: TypeError for a single string or what holds other things than strings.
    """
    if isinstance(x, (str, bytes)) or not isinstance(x, Iterable):
        raise TypeError(f"{name} is {_came(x)}; expected a list of strings")
    out = [str(text) if isinstance(text, str) else text for text in x]
    wrong = [text for text in out if not isinstance(text, str)]
    if wrong:
        raise TypeError(f"{name} holds {_came(wrong[0])}; expected strings")
    return out


def text(name: str, x: Any, least: int = 1) -> str:
    """One string of ``least`` letters or more.

    Raises: TypeError for what is no string; ValueError for a shorter one.
    """
    if not isinstance(x, str):
        raise TypeError(f"{name} is {_came(x)}; expected a string")
    if len(x) < least:
        raise ValueError(f"{name} is {x!r}; expected a string of {least} or more letters")
    return str(x)


def instance(name: str, x: Any, *kinds: type) -> None:
    """Raises: TypeError for what is none of these kinds of thing, such as a table of digits."""
    if not isinstance(x, kinds):
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"{name} is a {type(x).__name__}; expected {expected}")


def _numpy(name: str, x: Any) -> np.ndarray:
    if hasattr(x, "detach"):
        x = x.detach().cpu()
        x = x.float().numpy() if "float" in str(x.dtype) and x.element_size() < 4 else x.numpy()
    try:
        return np.asarray(x)
    except ValueError as error:
        raise ValueError(
            f"{name} is a {type(x).__name__} of unequal rows; expected an array"
        ) from error


def _came(x: Any) -> str:
    """What came, short enough for one line."""
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"{x.dtype} {tuple(x.shape)}"
    text = repr(x)
    return f"{text[:40]}{'...' * (len(text) > 40)} ({type(x).__name__})"
