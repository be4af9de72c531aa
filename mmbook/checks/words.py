"""How a message says what came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def came_as(x: Any) -> str:
    """What came, short enough for one line."""
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"{x.dtype} {tuple(x.shape)}"
    return f"{short(x)} ({type(x).__name__})"


def short(x: Any) -> str:
    text = repr(x)
    return f"{text[:40]}{'...' * (len(text) > 40)}"


def is_bool(x: Any) -> bool:
    return isinstance(x, (bool, np.bool_))


def is_series(x: Any) -> bool:
    """Arrays and tensors without axes call themselves iterable and are not."""
    return isinstance(x, Iterable) and getattr(x, "shape", None) != ()
