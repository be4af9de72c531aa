"""Tensors in a ``forward``: type, dtype and shape are looked at, never the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mmbook.checks.axes import letters, shape, written
from mmbook.checks.names import known_keys, mapping
from mmbook.checks.values import positive

if TYPE_CHECKING:  # torch is slow to import, and the data need none of it
    import torch

KINDS = {"float": "floats", "int": "whole numbers", "bool": "torch.bool"}


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
            f"{name} is a {type(x).__name__}; expected a tensor {written(pattern, sizes)}"
        )
    found = letters(x.shape, pattern, sizes)
    if found is None:
        found = shape(name, x, pattern, **sizes)  # which says what is wrong
    if kind is not None and kind != _kind(x):
        raise ValueError(f"{name} is {x.dtype} {tuple(x.shape)}; expected {KINDS[kind]}")
    return found


def _kind(x: torch.Tensor) -> str:
    if x.is_floating_point():
        return "float"
    return "complex" if x.is_complex() else "bool" if str(x.dtype) == "torch.bool" else "int"


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
        # not `known |= ...`, which the compiler of PyTorch 2.6 does not know
        known.update({letter: size for letter, size in found.items() if "_" not in letter})
    _one_device(name, given)
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
    import torch

    for name, x in given.items():
        if not (isinstance(x, torch.Tensor) and x.is_floating_point()):
            tensor(name, x, "...")
    shapes = {name: tuple(x.shape) for name, x in given.items()}
    short = any(len(shape) < last for shape in shapes.values())
    if short or len({shape[: len(shape) - last] for shape in shapes.values()}) > 1:
        came = ", ".join(f"{name} has shape {shape}" for name, shape in shapes.items())
        what = f"the same axes before the last {last}" if last else "one shape"
        raise ValueError(f"{came}; expected {what}")
    _one_device("they", given)


def _one_device(name: str, given: Mapping[str, torch.Tensor]) -> None:
    places = {key: x.device for key, x in given.items()}
    if len(set(places.values())) > 1:
        came = ", ".join(f"{key} on {place}" for key, place in places.items())
        raise ValueError(f"{name} are not together: {came}; expected one device")


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
