"""Weights as whole numbers of eight bits with one scale per layer."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks


@dataclass(frozen=True, eq=False)
class EightBit:
    """``numbers`` (rows, columns) int8 from -127 to 127, and what 1 stands for."""

    numbers: np.ndarray
    scale: float

    @property
    def values(self) -> np.ndarray:
        """What the whole numbers stand for, float64."""
        return self.numbers * self.scale

    def facts(self) -> dict[str, Any]:
        """For the page: the bytes, row by row, in base64."""
        return {"bytes": base64.b64encode(self.numbers.tobytes()).decode(), "scale": self.scale}


def eight_bit(weights: ArrayLike) -> EightBit:
    """A layer's weights (rows, columns) rounded to 255 evenly spaced levels.

    >>> eight_bit([[1.27, -0.5, 0.004]]).numbers
    array([[127, -50,   0]], dtype=int8)

    Raises: TypeError for what holds no numbers; ValueError for another shape, NaN or infinity.
    """
    x = checks.array("weights", weights, "rows>=1 columns>=1").astype(np.float64)
    scale = float(np.abs(x).max()) / 127 or 1.0
    return EightBit(np.rint(x / scale).astype(np.int8), scale)
