"""Masks of booleans, True = present or may be attended to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmbook.checks.axes import letters, written
from mmbook.checks.words import came_as

if TYPE_CHECKING:  # torch is slow to import, and the data need none of it
    import torch


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
        raise TypeError(f"{name} is {came}; expected torch.bool {written(pattern, sizes)}")
    found = letters(tuple(x.shape), pattern, sizes)
    if found is None or x.dtype != torch.bool:
        came = f"{x.dtype} {tuple(x.shape)}"
        raise ValueError(f"{name} is {came}; expected torch.bool {written(pattern, sizes)}")
    return found


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
        raise TypeError(f"{name} is {came_as(x)}; {expected}")
    pairs = zip(reversed(x.shape), reversed(shape), strict=False)
    fits = x.ndim <= len(shape) and all(size in (1, full) for size, full in pairs)
    if x.dtype != torch.bool or not fits:
        raise ValueError(f"{name} is {x.dtype} {tuple(x.shape)}; {expected}")
