"""Every check of an argument, once: its messages say what came and what was expected.

A shape is written as in the docstrings, one letter an axis: ``"B N D"``. Letters are names of
sizes; a number is a size that must be met; ``n>=2`` is a size with a least value; ``...`` in front
stands for any axes; ``|`` is "or".

``tensor`` looks at type, dtype and shape and never at the numbers, so it may stand in a
``forward``: it works under ``torch.func`` and ``torch.compile`` and waits for no device. ``array``
is for measures: it gives a NumPy array of finite numbers or raises.

What is wrong decides the error: a wrong Python type is a TypeError, a wrong name (of a modality,
say) a KeyError, and a wrong shape, dtype or value a ValueError.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import inf, isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # torch is slow to import, and the data need none of it
    import torch

KINDS = {"float": "floats", "int": "whole numbers", "bool": "torch.bool"}
Axes = list[tuple[str, int]]  # letter (or digits, or "...") and least size


# ---- shapes -----------------------------------------------------------------------------------


def _ways(pattern: str) -> list[Axes]:
    """The ways a shape may look: ``"A | L A>=2"`` -> [[("A", 0)], [("L", 0), ("A", 2)]]."""
    # No cache: torch.compile warns of one, and a pattern is read in a few microseconds.
    ways = []
    for way in pattern.split("|"):
        parts = [axis.partition(">=") for axis in way.split()]
        ways.append([(letter, int(least or 0)) for letter, _, least in parts])
    return ways


def _written(pattern: str, sizes: Mapping[str, int]) -> str:
    """``"B D"`` as the message shows it, known letters by their size: ``(B, 5)``."""
    parts, bounds = [], []
    for part in pattern.split(","):
        ways = []
        for axes in _ways(part):
            known = ", ".join(str(sizes.get(letter, letter)) for letter, _ in axes)
            ways.append(f"({known},)" if len(axes) == 1 and known != "..." else f"({known})")
            bounds += [f"{a} >= {least}" for a, least in axes if least and a not in sizes]
        parts.append(" or ".join(ways))
    bounded = f" with {', '.join(dict.fromkeys(bounds))}" if bounds else ""
    return " and ".join(parts) + bounded


def _fits(given: tuple[int, ...], axes: Axes, sizes: Mapping[str, int]) -> dict[str, int] | None:
    """What the letters stand for, or None if the shape does not look so."""
    if axes[:1] == [("...", 0)]:
        axes, leading = axes[1:], len(given) - len(axes) + 1
        if leading < 0:
            return None
        given = given[leading:]
    if len(given) != len(axes):
        return None
    found: dict[str, int] = {}
    for (letter, least), size in zip(axes, given, strict=True):
        fixed = letter.isdigit()
        expected = int(letter) if fixed else sizes.get(letter, found.get(letter, size))
        if size != expected or size < least:
            return None
        if not fixed:
            found[letter] = size
    return found


def _letters(
    given: tuple[int, ...], pattern: str, sizes: Mapping[str, int]
) -> dict[str, int] | None:
    """:func:`_fits` of the first way that does."""
    for axes in _ways(pattern):
        found = _fits(given, axes, sizes)
        if found is not None:
            return found
    return None


def _shape(name: str, x: Any) -> tuple[int, ...]:
    if not hasattr(x, "shape"):
        raise TypeError(f"{name} is {_came(x)}; expected an array or a tensor")
    return tuple(x.shape)


def shape(name: str, x: Any, pattern: str, **sizes: int) -> dict[str, int]:
    """Check the shape of a tensor or an array, and say what its letters stand for.

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
    found = _letters(given, pattern, sizes)
    if found is None:
        came = f"is empty, of shape {given}" if 0 in given else f"has shape {given}"
        raise ValueError(f"{name} {came}; expected {_written(pattern, sizes)}")
    return found


def shapes(pattern: str, /, **given: Any) -> dict[str, int]:
    """:func:`shape` of several, a letter being one size in all; commas part their patterns.

    >>> shapes("n K, m K", queries=np.zeros((2, 3)), targets=np.zeros((7, 3)))
    {'n': 2, 'K': 3, 'm': 7}
    >>> shapes("n K, m K", queries=np.zeros((2, 3)), targets=np.zeros((7, 5)))
    Traceback (most recent call last):
    ValueError: queries is (2, 3), targets is (7, 5); expected (n, K) and (m, K)

    Raises: TypeError for what has no shape; ValueError for shapes that do not go together.
    """
    sizes: dict[str, int] = {}
    for part, (name, x) in zip(pattern.split(","), given.items(), strict=True):
        found = _letters(_shape(name, x), part, sizes)
        if found is None:
            came = ", ".join(f"{name} is {_shape(name, x)}" for name, x in given.items())
            raise ValueError(f"{came}; expected {_written(pattern, {})}")
        sizes |= found
    return sizes


# ---- tensors: never a look at the numbers -----------------------------------------------------


def tensor(
    name: str, x: torch.Tensor, pattern: str, kind: str | None = "float", **sizes: int
) -> dict[str, int]:
    """:func:`shape` of something that must be a tensor of floats, ``"int"`` or ``"bool"``.

    >>> import torch
    >>> tensor("image", torch.zeros(2, 5), "B D")
    {'B': 2, 'D': 5}
    >>> tensor("label", torch.zeros(2), "B", "int")
    Traceback (most recent call last):
    ValueError: label is torch.float32 (2,); expected whole numbers

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

    >>> import torch
    >>> mask("mask", torch.ones(2, 3), "B N")
    Traceback (most recent call last):
    ValueError: mask is torch.float32 (2, 3); expected torch.bool (B, N)

    Raises: TypeError for what is no tensor; ValueError for another shape or dtype.
    """
    import torch

    if not isinstance(x, torch.Tensor):
        came = type(x).__name__
        raise TypeError(f"{name} is {came}; expected torch.bool {_written(pattern, sizes)}")
    found = _letters(tuple(x.shape), pattern, sizes)
    if found is None or x.dtype != torch.bool:
        came = f"{x.dtype} {tuple(x.shape)}"
        raise ValueError(f"{name} is {came}; expected torch.bool {_written(pattern, sizes)}")
    return found


def tensors(
    name: str, given: Mapping[str, torch.Tensor], pattern: str, least: int = 1, **sizes: int
) -> dict[str, int]:
    """A dict of float tensors in which each letter means one size in all of them.

    A letter with an underscore, as in ``"B D_m"``, may differ from tensor to tensor.
    Returns the sizes of the other letters.

    >>> import torch
    >>> tensors("codes", {"image": torch.zeros(2, 3), "text": torch.zeros(2, 5)}, "B D_m")
    {'B': 2}

    Raises: TypeError for what is no dict of tensors; ValueError for fewer than ``least`` entries,
        or shapes that differ.
    """
    mapping(name, given)
    if len(given) < least:
        raise ValueError(f"{name} has {list(given)}; expected at least {least} modalities")
    known = dict(sizes)
    for key, x in given.items():
        try:
            found = tensor(f"{name}[{key!r}]", x, pattern, "float", **known)
        except ValueError as error:
            came = {key: tuple(getattr(x, "shape", ())) for key, x in given.items()}
            raise ValueError(f"{error} ({name} have shapes {came})") from None
        known |= {letter: size for letter, size in found.items() if "_" not in letter}
    return {letter: size for letter, size in known.items() if letter not in sizes}


def sized(name: str, given: Mapping[str, torch.Tensor], dims: Mapping[str, int]) -> int:
    """A dict of tensors (B, D_m), each as wide as its modality, in any order; gives B.

    >>> import torch
    >>> sized("pair", {"text": torch.zeros(2, 5)}, {"image": 3, "text": 5})
    2

    Raises: as :func:`tensors`; KeyError for an unknown modality.
    """
    mapping(name, given)
    known_keys(name, given, dims)
    batch = tensors(name, given, "B D_m")["B"]
    for key, x in given.items():
        tensor(f"{name}[{key!r}]", x, "B D", D=dims[key])
    return batch


def rows(name: str, given: Mapping[str, torch.Tensor], least: int = 1) -> int:
    """A dict of tensors of any kind with one number of rows, whatever a row looks like; gives it.

    >>> import torch
    >>> rows("data", {"image": torch.zeros(2, 8, 8), "label": torch.zeros(2)})
    2

    Raises: TypeError for what is no dict of tensors; ValueError for an empty one, unequal rows, or
        fewer than ``least``.
    """
    mapping(name, given)
    for key, x in given.items():
        tensor(f"{name}[{key!r}]", x, "...", kind=None)
    found = {key: tuple(x.shape) for key, x in given.items()}
    counts = {shape[:1] for shape in found.values()}
    if len(counts) != 1 or counts == {()}:
        raise ValueError(f"{name} have shapes {found}; expected one number of rows, at least once")
    count = next(iter(counts))[0]
    if count < least:
        raise ValueError(f"{name} have {count} rows; expected at least {least}")
    return count


def alike(given: Mapping[str, torch.Tensor], last: int = 0) -> None:
    """Float tensors whose axes agree, but for the ``last`` few: nothing is broadcast unasked.

    >>> import torch
    >>> alike({"p": torch.zeros(2, 3), "q": torch.zeros(2, 5)}, last=1)
    >>> alike({"p": torch.zeros(2, 3), "q": torch.zeros(2, 1)})
    Traceback (most recent call last):
    ValueError: p has shape (2, 3), q has shape (2, 1); expected one shape

    Raises: TypeError for what is no tensor; ValueError for other shapes, or numbers of no floats.
    """
    for name, x in given.items():
        tensor(name, x, "...")
    if len({tuple(x.shape)[: x.ndim - last] for x in given.values()}) > 1:
        came = ", ".join(f"{name} has shape {tuple(x.shape)}" for name, x in given.items())
        what = f"the same axes before the last {last}" if last else "one shape"
        raise ValueError(f"{came}; expected {what}")


def mask_over(name: str, x: torch.Tensor, shape: tuple[int, ...]) -> None:
    """:func:`mask` that broadcasts to a shape, and does not make it larger.

    >>> import torch
    >>> mask_over("mask", torch.ones(3).bool(), (2, 3))
    >>> mask_over("mask", torch.ones(2).bool(), (2, 3))
    Traceback (most recent call last):
    ValueError: mask is torch.bool (2,); expected torch.bool that broadcasts to (2, 3)

    Raises: TypeError for what is no tensor; ValueError for another shape or dtype.
    """
    import torch

    expected = f"expected torch.bool that broadcasts to {tuple(shape)}"
    if not isinstance(x, torch.Tensor):
        raise TypeError(f"{name} is {_came(x)}; {expected}")
    pairs = zip(reversed(x.shape), reversed(shape), strict=False)
    fits = x.ndim <= len(shape) and all(size in (1, full) for size, full in pairs)
    if x.dtype != torch.bool or not fits:
        raise ValueError(f"{name} is {x.dtype} {tuple(x.shape)}; {expected}")


def matches(name: str, x: torch.Tensor, other: torch.Tensor, whose: str = "the weights") -> None:
    """A tensor on the device and of the dtype of another, with which it is to be multiplied.

    Under autocast the dtype is PyTorch's affair.

    >>> import torch
    >>> matches("image", torch.zeros(2).double(), torch.zeros(2))
    Traceback (most recent call last):
    ValueError: image is torch.float64 on cpu; expected torch.float32 on cpu, as the weights

    Raises: ValueError.
    """
    if x.dtype == other.dtype and x.device == other.device:
        return
    import torch

    if x.device != other.device or not torch.is_autocast_enabled(other.device.type):
        raise ValueError(
            f"{name} is {x.dtype} on {x.device}; "
            f"expected {other.dtype} on {other.device}, as {whose}"
        )


def readable(*given: torch.Tensor) -> bool:
    """May the numbers be looked at? Not inside ``torch.func`` and ``torch.compile``.

    A check of values stands behind this question, so that it stops neither.
    """
    import torch

    if torch.compiler.is_compiling():
        return False
    try:
        return all(x.device.type != "meta" and x.data_ptr() >= 0 for x in given)
    except RuntimeError:  # vmap and grad wrap tensors in such as own no memory
        return False


def temperature(name: str, x: float | torch.Tensor) -> None:
    """:func:`positive` that also takes a tensor of shape (): a learned one, or one a model.

    >>> temperature("temperature", float("nan"))
    Traceback (most recent call last):
    ValueError: temperature is nan; expected a finite number above 0

    Raises: TypeError for what is no number; ValueError for 0 or less, NaN or infinity.
    """
    import torch

    if not isinstance(x, torch.Tensor):
        positive(name, x)
        return
    tensor(name, x, "")
    if readable(x):
        positive(name, x.item())


# ---- names ------------------------------------------------------------------------------------


def mapping(name: str, x: Any) -> None:
    """Raises: TypeError if ``x`` is no mapping, such as a dict."""
    if not isinstance(x, Mapping):
        raise TypeError(f"{name} is a {type(x).__name__}; expected a dict, one entry a modality")


def keys(name: str, given: Iterable[str], expected: Iterable[str]) -> None:
    """Are these the expected names, each once, in whatever order?

    >>> keys("codes", {"image": 1, "txt": 2}, ("image", "text"))
    Traceback (most recent call last):
    KeyError: "codes has ('image', 'txt'); expected ('image', 'text')"

    Raises: KeyError if not; TypeError for what holds no names.
    """
    given, expected = _names(name, given), tuple(expected)
    if set(given) != set(expected) or len(given) > len(expected):
        raise KeyError(f"{name} has {given}; expected {expected}")


def known_keys(name: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raises: KeyError for a name that is not among the known ones; TypeError as :func:`keys`."""
    known = tuple(known)
    unknown = [key for key in _names(name, given) if key not in known]
    if unknown:
        raise KeyError(f"{name} has {unknown}; expected names of {known}")


def _names(name: str, given: Any) -> tuple[str, ...]:
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeError(f"{name} is {_came(given)}; expected names in a dict or a list")
    names = tuple(given)
    for key in names:
        if not isinstance(key, str):
            raise TypeError(f"{name} has {_came(key)}; expected strings")
    return names


def widths(name: str, given: Mapping[str, int]) -> dict[str, int]:
    """The width of each modality, by which a network is built; gives it as a dict.

    Weights travel under the names of the modalities, so each must be able to name a part of a
    ``torch.nn.ModuleDict`` or ``ParameterDict``.

    >>> widths("input_dims", {"image": 784, "speech": 0})
    Traceback (most recent call last):
    ValueError: input_dims['speech'] is 0; expected a whole number, 1 or more
    >>> widths("input_dims", {"image.left": 784})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    KeyError: "input_dims has the name 'image.left'; expected one without a dot ..."

    Raises: TypeError for what is no dict of whole numbers; KeyError for such a name; ValueError
        for no modality or a width below 1.
    """
    from torch import nn

    mapping(name, given)
    if not given:
        raise ValueError(f"{name} is empty; expected at least one modality")
    taken = {*dir(nn.ModuleDict()), *dir(nn.ParameterDict())}
    for key in _names(name, given):
        if not key or "." in key or key in taken:
            raise KeyError(
                f"{name} has the name {key!r}; expected one without a dot "
                "that is not a word of torch.nn.Module, as 'keys' is"
            )
    return {key: whole(f"{name}[{key!r}]", width) for key, width in given.items()}


def texts(name: str, x: Any) -> list[str]:
    """Several texts as a list; one string is not read as a list of its letters.

    >>> texts("words", ("one", "zwei"))
    ['one', 'zwei']
    >>> texts("words", "one")
    Traceback (most recent call last):
    TypeError: words is 'one' (str); expected a list of strings

    Raises: TypeError for a single string, what has no order, or what holds other things.
    """
    if isinstance(x, (str, bytes, dict, set, frozenset)) or not _is_series(x):
        raise TypeError(f"{name} is {_came(x)}; expected a list of strings")
    out = []
    for text in x:
        if not isinstance(text, str):
            raise TypeError(f"{name} holds {_came(text)}; expected strings")
        out.append(str(text))
    return out


def _is_series(x: Any) -> bool:
    """Arrays and tensors without axes call themselves iterable and are not."""
    return isinstance(x, Iterable) and getattr(x, "shape", None) != ()


# ---- single values ----------------------------------------------------------------------------


def choice(name: str, x: Any, choices: Collection[Any]) -> None:
    """Raises: ValueError if ``x`` is not one of the choices; True is not 1.

    >>> choice("split", "dev", ("train", "val", "test"))
    Traceback (most recent call last):
    ValueError: split is 'dev'; expected one of ('train', 'val', 'test')
    """
    simple = x is None or isinstance(x, (str, Real))
    if not simple or not any(x == c and _is_bool(x) == _is_bool(c) for c in choices):
        raise ValueError(f"{name} is {_short(x)}; expected one of {tuple(choices)}")


def flag(name: str, x: Any) -> bool:
    """True or False, and nothing that merely counts as one of them.

    Raises: TypeError for anything else, such as 1, "no" or None.
    """
    if not _is_bool(x):
        raise TypeError(f"{name} is {_came(x)}; expected True or False")
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
    if not isfinite(value) or not low <= value <= high:
        raise ValueError(f"{name} is {_short(x)}; expected {expected}")
    return value


def positive(name: str, x: Any) -> float:
    """A finite number above 0, as a float.

    >>> positive("temperature", 0)
    Traceback (most recent call last):
    ValueError: temperature is 0; expected a finite number above 0

    Raises: TypeError for what is no number; ValueError for 0 or less, NaN or infinity.
    """
    value = _real(name, x, "a number above 0")
    if not isfinite(value) or value <= 0:
        raise ValueError(f"{name} is {_short(x)}; expected a finite number above 0")
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
            f"{name} is {_short(x)}; expected a number above 0 and below 1, such as 0.95"
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
    if _is_bool(x) or not isinstance(x, Integral):
        raise TypeError(f"{name} is {_came(x)}; expected {expected}")
    value = int(x)
    if value < least or (most is not None and value > most):
        raise ValueError(f"{name} is {value}; expected {expected}")
    return value


def _real(name: str, x: Any, expected: str) -> float:
    if _is_bool(x) or not isinstance(x, Real):
        raise TypeError(f"{name} is {_came(x)}; expected {expected}")
    try:
        return float(x)
    except OverflowError:  # an int with more than 308 digits
        return inf if x == abs(x) else -inf


def _is_bool(x: Any) -> bool:
    return isinstance(x, (bool, np.bool_))


# ---- arrays to measure with: the numbers are looked at ----------------------------------------


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
        raise error(f"{name} is {_came(x)}; expected numbers {_written(pattern, sizes)}")
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
        raise error(f"{name} is {_came(x)}; expected whole numbers {_written(pattern, sizes)}")
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
            raise TypeError(f"{name} is {_short(x)}; expected {expected}")
        if x.step == 0:
            raise ValueError(f"{name} is {_short(x)}; expected a step that is not 0")
        return x
    if isinstance(x, Integral):
        raise TypeError(f"{name} is the number {x}; expected {expected}")
    out = _numpy(name, x)
    if out.dtype.kind not in "iub" and not (out.dtype.kind == "f" and out.size == 0):
        error = ValueError if out.dtype.kind in "fc" else TypeError
        raise error(f"{name} is {_came(x)}; expected {expected}")
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


# ---- things -----------------------------------------------------------------------------------


def text(name: str, x: Any, least: int = 1) -> str:
    """One string of ``least`` letters or more.

    >>> text("caption", "")
    Traceback (most recent call last):
    ValueError: caption is ''; expected a string of 1 or more letters

    Raises: TypeError for what is no string; ValueError for a shorter one.
    """
    if not isinstance(x, str):
        raise TypeError(f"{name} is {_came(x)}; expected a string")
    if len(x) < least:
        raise ValueError(f"{name} is {x!r}; expected a string of {least} or more letters")
    return str(x)


def listed(name: str, x: Any, kind: type | tuple[type, ...] = object, least: int = 1) -> list[Any]:
    """Several things of one class as a list; one string is not read as a list of its letters.

    >>> listed("designers", ["noto", 5], str)
    Traceback (most recent call last):
    TypeError: designers holds 5 (int); expected str

    Raises: TypeError for what is no list of them; ValueError for fewer than ``least``.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    expected = " or ".join(k.__name__ for k in kinds) if kind is not object else "entries"
    if isinstance(x, (str, bytes, Mapping, set, frozenset)) or not _is_series(x):
        raise TypeError(f"{name} is {_came(x)}; expected a list of {expected}")
    out = list(x)
    wrong = [entry for entry in out if not isinstance(entry, kinds)]
    if wrong:
        raise TypeError(f"{name} holds {_came(wrong[0])}; expected {expected}")
    if len(out) < least:
        raise ValueError(f"{name} has {len(out)} entries; expected at least {least}")
    return out


def instance(name: str, x: Any, *kinds: type) -> None:
    """Raises: TypeError for what is none of these kinds of thing, such as a table of digits."""
    if not isinstance(x, kinds):
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"{name} is a {type(x).__name__}; expected {expected}")


def function(name: str, x: Any) -> None:
    """Raises: TypeError for what cannot be called, such as a loss that was called already."""
    if not callable(x):
        raise TypeError(f"{name} is a {type(x).__name__}; expected a function")


# ---- in their own words -----------------------------------------------------------------------


def _numpy(name: str, x: Any) -> np.ndarray:
    try:
        return np.asarray(_off_torch(x))
    except ValueError as error:
        raise ValueError(
            f"{name} is a {type(x).__name__} of unequal rows; expected an array"
        ) from error
    except (TypeError, RuntimeError) as error:  # tensors that hold no numbers, foreign objects
        raise TypeError(f"{name} is {_came(x)}; expected an array of numbers") from error


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


def _came(x: Any) -> str:
    """What came, short enough for one line."""
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"{x.dtype} {tuple(x.shape)}"
    return f"{_short(x)} ({type(x).__name__})"


def _short(x: Any) -> str:
    text = repr(x)
    return f"{text[:40]}{'...' * (len(text) > 40)}"
