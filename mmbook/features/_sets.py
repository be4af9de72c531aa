"""What all features share: one table, or several that are encoded one after the other."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from mmbook import checks

T = TypeVar("T")


def list_of(data: T | Iterable[T], kind: type[T]) -> list[T]:
    """One table as a list of one, several as they are.

    Raises: TypeError for what is neither; ValueError for an empty list.
    """
    return [data] if isinstance(data, kind) else checks.listed("data", data, kind)


def one_after_the_other(parts: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The rows of several sets, name by name."""
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
