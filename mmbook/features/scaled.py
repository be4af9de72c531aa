"""Numbers brought to one scale, by statistics of the training split and of nothing else."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mmbook import checks
from mmbook.data import Digits
from mmbook.linear import pca


class Frames:
    """Recordings whose coefficients have mean 0 and spread 1 over the training frames.

    ``mean`` and ``spread`` (13,) are those of the frames that are there; padding does not count.

    Raises: TypeError if ``train`` is no table of digits; ValueError if its recordings hold no
        frame, or a coefficient is the same in all of them.

    >>> from mmbook.data import load_digits
    >>> train = load_digits("train")
    >>> x = Frames(train).encode(train)
    >>> x.shape, round(float(x[train.speech_mask].std()), 3)
    ((2100, 32, 13), 1.0)
    """

    def __init__(self, train: Digits):
        checks.instance("train", train, Digits)
        heard = train.speech[train.speech_mask]
        if not len(heard):
            raise ValueError(f"train has {len(train)} recordings without a frame; expected frames")
        self.mean, self.spread = heard.mean(0), heard.std(0)
        if not (self.spread > 0).all():
            same = np.flatnonzero(~(self.spread > 0)).tolist()
            raise ValueError(f"coefficients {same} never vary in train; expected some spread")

    def encode(self, data: Digits) -> np.ndarray:
        """(n, 32, 13), float32; zeros where the recording has ended."""
        checks.instance("data", data, Digits)
        return (data.speech - self.mean) / self.spread * data.speech_mask[..., None]


class Scaled:
    r"""Rows centred, projected if wanted, and divided by *one* number.

    .. math:: h = U_K^\top (x - \bar{x}) / r

    with the training rows' mean, their first K principal directions (all axes as they are if
    ``components`` is None) and the r that makes the training codes' mean square 1. Directions
    keep their relative sizes, so that distances are those of the data.

    Shapes: x (n, D). ``width``: of the codes, K or D.
    Raises: ValueError for rows that are all equal, or components not from 1 to min(n, D).

    >>> scaled = Scaled([[0.0, 2.0], [0.0, 6.0], [0.0, 10.0]], components=1)
    >>> scaled.encode([[5.0, 6.0]]).tolist(), scaled.decode([[0.0]]).tolist()
    ([[0.0]], [[0.0, 6.0]])
    """

    def __init__(self, x: ArrayLike, components: int | None = None):
        rows = checks.array("x", x, "n D").astype(np.float64)
        if components is not None:
            checks.whole("components", components, most=min(rows.shape))
        self.plane = None if components is None else pca(rows, components)
        self.mean = rows.mean(0)
        codes = self._project(rows)
        self.scale = float(np.sqrt(np.square(codes).mean())) if rows.size else 0.0
        self.width = codes.shape[1]
        if self.scale == 0:
            raise ValueError(f"x has {rows.shape} equal numbers; expected rows that differ")

    def encode(self, x: ArrayLike) -> Tensor:
        """(n, D) -> (n, width), float32, on the CPU."""
        rows = checks.array("x", x, "n D", D=len(self.mean)).astype(np.float64)
        return torch.tensor(self._project(rows) / self.scale).float()

    def decode(self, codes: ArrayLike) -> np.ndarray:
        """(n, width) -> (n, D): the data again, or their projection on the components."""
        codes = checks.array("codes", codes, "n K", K=self.width) * self.scale
        return codes + self.mean if self.plane is None else self.plane.decode(codes)

    def _project(self, rows: np.ndarray) -> np.ndarray:
        return rows - self.mean if self.plane is None else self.plane.encode(rows)
