"""What all features share: tables that are encoded one after the other, and rows of zeros."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from mmbook import checks
from mmbook.features.scaled import Scaled

T = TypeVar("T")


def list_of(data: T | Iterable[T], kind: type[T]) -> list[T]:
    """One table as a list of one, several as they are.

    Raises: TypeError for what is neither; ValueError for an empty list.
    """
    return [data] if isinstance(data, kind) else checks.listed("data", data, kind)


def one_after_the_other(parts: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The rows of several sets, name by name."""
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def fit_scales(
    rows: Mapping[str, Tensor],
    there: Mapping[str, np.ndarray],
    components: Mapping[str, int | None],
) -> dict[str, Scaled]:
    """:class:`Scaled` by the rows that are there."""
    return {m: Scaled(rows[m][there[m]], k) for m, k in components.items()}


def encoded(
    rows: Mapping[str, Tensor], there: Mapping[str, np.ndarray], scaled: Mapping[str, Scaled]
) -> dict[str, Tensor]:
    """Float32 rows, scaled where a scale is known; zeros where a sample has nothing."""
    codes = {m: scaled[m].encode(x) if m in scaled else x.float() for m, x in rows.items()}
    return {m: torch.where(torch.tensor(there[m])[:, None], x, 0.0) for m, x in codes.items()}
