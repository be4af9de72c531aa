"""What the two data sets share: rows that stay together, and shapes that are checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Self

import numpy as np

from mmbook import checks

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, repr=False, eq=False)
class Table:
    """Samples as rows of several arrays. Index it to take the same rows of all of them.

    Raises: TypeError for what is no array; ValueError for another dtype or shape than ``columns``
        says, NaN or infinity, or other modalities in ``present`` than ``modalities``.
    """

    columns: ClassVar[dict[str, tuple[str, tuple[int, ...]]]]  # name -> (dtype kind, row shape)
    modalities: ClassVar[tuple[str, ...]]

    present: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        first = next(iter(self.columns))
        checks.instance(first, getattr(self, first), np.ndarray)
        rows = getattr(self, first).shape[:1]
        for name, (kind, shape) in self.columns.items():
            checks.column(name, getattr(self, name), kind, (*rows, *shape))
        checks.mapping("present", self.present)
        if set(self.present) != set(self.modalities):
            raise ValueError(f"present names {tuple(self.present)}; expected {self.modalities}")
        for name, mask in self.present.items():
            checks.column(f"present[{name!r}]", mask, "b", rows)
        object.__setattr__(self, "present", {m: self.present[m] for m in self.modalities})

    def __len__(self) -> int:
        return len(next(iter(self.present.values())))

    def __getitem__(self, index: slice | Sequence[int] | np.ndarray) -> Self:
        """The rows of a slice, a list of row numbers or a boolean mask.

        Raises: TypeError for anything else, a single number too; ValueError for rows that are not
            there, or a mask of another length.
        """
        chosen = checks.index("index", index, len(self))
        columns = {
            f.name: getattr(self, f.name)[chosen] for f in fields(self) if f.name != "present"
        }
        present = {name: mask[chosen] for name, mask in self.present.items()}
        return replace(self, **columns, present=present)

    def __repr__(self) -> str:
        absent = {m: int((~p).sum()) for m, p in self.present.items() if not p.all()}
        note = f", absent {absent}" if absent else ""
        return f"{type(self).__name__}({len(self)} samples of {', '.join(self.modalities)}{note})"


def split_number(split: str) -> int:
    """0, 1 or 2. Raises: ValueError for anything but 'train', 'val' and 'test'."""
    checks.choice("split", split, SPLITS)
    return SPLITS.index(split)
