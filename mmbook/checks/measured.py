"""Arrays to measure with: here the numbers are looked at."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from mmbook.checks.axes import shape, shapes, written
from mmbook.checks.words import came_as, short


def array(name: str, x: Any, pattern: str = "...", **sizes: int) -> np.ndarray:
    """Numbers to measure with: an array of floats, all finite; no whole number wraps around.

    Takes arrays, tensors of any dtype on any device, and nested lists of numbers or tensors.
    float32 and float64 stay what they are, all other numbers become float64 (tensors of half
    precision float32). Never write into the result: it may be the caller's own memory.

    >>> array("image", np.array([10, 20], np.uint8), "n") - 15
    array([-5.,  5.])
    >>> array("x", [0.5, np.nan], "n")
    Traceback (most recent call last):
    ValueError: x holds 1 NaN or infinite of 2 numbers, the first at (1,); expected finite numbers

    Raises: TypeError for what holds no numbers; ValueError for complex ones, another shape, NaN or
        infinity.
    """
    out = _numpy(name, x)
    if out.dtype.kind not in "fiub":
        error = ValueError if out.dtype.kind == "c" else TypeError
        raise error(f"{name} is {came_as(x)}; expected numbers {written(pattern, sizes)}")
    shape(name, out, pattern, **sizes)
    if out.dtype not in (np.float32, np.float64):
        out = out.astype(np.float64)
    finite(name, out)
    return out


def arrays(pattern: str, /, **given: Any) -> list[np.ndarray]:
    """:func:`array` of several whose :func:`shapes` go together.

    >>> a, b = arrays("n, n", a=[1, 2], b=[3, 5])
    >>> b - a
    array([2., 3.])
    >>> arrays("n, n", a=[1, 2], b=[3])
    Traceback (most recent call last):
    ValueError: a is (2,), b is (1,); expected (n,) and (n,)

    Raises: as :func:`array` and :func:`shapes`.
    """
    found = {name: array(name, x) for name, x in given.items()}
    shapes(pattern, **found)
    return list(found.values())


def integers(
    name: str, x: Any, pattern: str = "n", below: int | None = None, **sizes: int
) -> np.ndarray:
    """Whole numbers from 0, such as labels, as an array of int64.

    >>> integers("labels", [0, 2, 5], below=3)
    Traceback (most recent call last):
    ValueError: labels runs from 0 to 5; expected numbers from 0 to 2

    Args:
        below: the first number that is too large, such as the number of classes.
    Raises: TypeError for what holds no numbers; ValueError for other numbers (2.0 and True are
        none), another shape, a negative number, or one that is not below ``below``.
    """
    out = _numpy(name, x)
    if not (out.dtype.kind in "iu" or (out.dtype.kind == "f" and out.size == 0)):
        error = ValueError if out.dtype.kind in "fbc" else TypeError
        raise error(f"{name} is {came_as(x)}; expected whole numbers {written(pattern, sizes)}")
    shape(name, out, pattern, **sizes)
    if out.size and (out.min() < 0 or (below is not None and out.max() >= below)):
        bound = "0 or more" if below is None else f"numbers from 0 to {below - 1}"
        raise ValueError(f"{name} runs from {out.min()} to {out.max()}; expected {bound}")
    return out.astype(np.int64)


def index(name: str, x: Any, count: int) -> slice | np.ndarray:
    """Which of ``count`` rows are meant, by a slice, a list of row numbers, or a boolean mask.

    Negative numbers count from the end.

    >>> index("index", [0, -1], 5)
    array([ 0, -1])
    >>> index("index", [0, 5], 5)
    Traceback (most recent call last):
    ValueError: index runs from 0 to 5; expected rows from -5 to 4

    Raises: TypeError for a single number, or what holds no numbers; ValueError for rows that are
        not there, or a mask of another length.
    """
    expected = "a slice, a list of rows or a mask"
    if isinstance(x, slice):
        if any(not (v is None or isinstance(v, Integral)) for v in (x.start, x.stop, x.step)):
            raise TypeError(f"{name} is {short(x)}; expected {expected}")
        if x.step == 0:
            raise ValueError(f"{name} is {short(x)}; expected a step that is not 0")
        return x
    if isinstance(x, Integral):
        raise TypeError(f"{name} is the number {x}; expected {expected}")
    out = _numpy(name, x)
    if out.dtype.kind not in "iub" and not (out.dtype.kind == "f" and out.size == 0):
        error = ValueError if out.dtype.kind in "fc" else TypeError
        raise error(f"{name} is {came_as(x)}; expected {expected}")
    if out.dtype.kind == "b":
        shape(name, out, "rows", rows=count)
        return out
    shape(name, out, "n")
    if out.size and not -count <= out.min() <= out.max() < count:
        came = f"runs from {out.min()} to {out.max()}"
        raise ValueError(f"{name} {came}; expected rows from {-count} to {count - 1}")
    return out.astype(np.int64)


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

    >>> distribution("p", np.array([[0.5, 0.6]]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: p has sums of 1.1 to 1.1 and a least entry of 0.5; expected entries of 0 or more ...

    Raises: ValueError for a negative entry, another sum, or no entry at all.
    """
    if x.size == 0:
        raise ValueError(f"{name} has nothing; expected entries of 0 or more that sum to 1")
    total = x.sum(axis)
    if not (x >= 0).all() or not np.allclose(total, 1, rtol=0, atol=atol):
        raise ValueError(
            f"{name} has sums of {np.min(total):.4g} to {np.max(total):.4g} and a least entry of "
            f"{x.min():.4g}; expected entries of 0 or more that sum to 1"
        )


def column(name: str, x: Any, kind: str, shape: tuple[int, ...]) -> None:
    """An array of one kind of dtype and one shape, as the columns of the data sets are.

    >>> column("text", np.array(["one", "zwei"]), "U", (2,))
    >>> column("label", np.zeros(2), "i", (2,))
    Traceback (most recent call last):
    ValueError: label is float64 (2,); expected integer (2,)

    Args:
        kind: NumPy's letter: ``u``, ``f``, ``i``, ``b`` or ``U``.
    Raises: TypeError for what is no NumPy array; ValueError for another dtype or shape, NaN or
        infinity.
    """
    kinds = {"u": "unsigned integer", "f": "float", "i": "integer", "b": "bool", "U": "str"}
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{name} is a {type(x).__name__}; expected an array, {kinds[kind]} {shape}")
    if x.dtype.kind != kind or x.shape != shape:
        raise ValueError(f"{name} is {x.dtype} {x.shape}; expected {kinds[kind]} {shape}")
    if kind == "f":
        finite(name, x)


def _numpy(name: str, x: Any) -> np.ndarray:
    if isinstance(x, np.ma.MaskedArray):  # as an array it would forget what is masked
        raise TypeError(f"{name} is a masked array; expected an array without a mask")
    try:
        return np.asarray(_off_torch(x))
    except ValueError as error:
        raise ValueError(
            f"{name} is a {type(x).__name__} of unequal rows; expected an array"
        ) from error
    except (TypeError, RuntimeError) as error:  # tensors that hold no numbers, foreign objects
        raise TypeError(f"{name} is {came_as(x)}; expected an array of numbers") from error


def _off_torch(x: Any) -> Any:
    """Tensors as arrays, also those in lists; all else as it is."""
    if isinstance(x, (list, tuple)):
        return [_off_torch(part) for part in x]
    if not hasattr(x, "detach"):
        return x
    x = x.detach().cpu()
    if str(x.layout) != "torch.strided":
        x = x.to_dense()
    return (x.float() if x.is_floating_point() and x.element_size() < 4 else x).numpy()
