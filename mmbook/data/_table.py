"""What the two data sets share: rows that stay together, and shapes that are checked."""

from dataclasses import dataclass, fields, replace
from typing import ClassVar, Self

import numpy as np

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, repr=False, eq=False)
class Table:
    """Samples as rows of several arrays. Index it to take the same rows of all of them."""

    columns: ClassVar[dict[str, tuple[str, tuple[int, ...]]]]  # name -> (dtype kind, row shape)
    modalities: ClassVar[tuple[str, ...]]

    present: dict[str, np.ndarray]

    def __post_init__(self):
        n = len(getattr(self, next(iter(self.columns))))
        for name, (kind, shape) in self.columns.items():
            _check(name, getattr(self, name), kind, (n, *shape))
        if tuple(self.present) != self.modalities:
            raise ValueError(f"present names {tuple(self.present)}; expected {self.modalities}")
        for name, mask in self.present.items():
            _check(f"present[{name!r}]", mask, "b", (n,))

    def __len__(self) -> int:
        return len(next(iter(self.present.values())))

    def __getitem__(self, index) -> Self:
        """The rows of a slice, a list of row numbers or a boolean mask."""
        if isinstance(index, (int, np.integer)):
            raise TypeError(f"index is the number {index}; expected a slice or a list of rows")
        if not isinstance(index, slice):
            index = np.asarray(index, dtype=int if len(index) == 0 else None)
        rows = {f.name: getattr(self, f.name)[index] for f in fields(self) if f.name != "present"}
        present = {name: mask[index] for name, mask in self.present.items()}
        return replace(self, **rows, present=present)

    def __repr__(self) -> str:
        absent = {m: int((~p).sum()) for m, p in self.present.items() if not p.all()}
        note = f", absent {absent}" if absent else ""
        return f"{type(self).__name__}({len(self)} samples of {', '.join(self.modalities)}{note})"


def split_number(split: str) -> int:
    """0, 1 or 2. Raises: ValueError for anything but 'train', 'val' and 'test'."""
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; expected one of {SPLITS}")
    return SPLITS.index(split)


def _check(name: str, array: np.ndarray, kind: str, shape: tuple[int, ...]) -> None:
    array = np.asarray(array)
    if array.dtype.kind != kind or array.shape != shape:
        kinds = {"u": "unsigned integer", "f": "float", "i": "integer", "b": "bool", "U": "str"}
        raise ValueError(f"{name} is {array.dtype} {array.shape}; expected {kinds[kind]} {shape}")
