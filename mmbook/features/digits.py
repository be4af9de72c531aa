"""Digits by rule: a vector for each modality."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from mmbook import checks
from mmbook.data import Digits
from mmbook.data.digits import COEFFICIENTS, FRAMES
from mmbook.features._sets import encoded, fit_scales, list_of, one_after_the_other
from mmbook.features.scaled import Frames
from mmbook.features.text import Pieces


class DigitFeatures:
    """A vector for each modality, scaled as the training split says.

    Shapes of :meth:`encode`, all float32 but the label, on the CPU:
        image (n, side * side): the drawing, ink from 0 to 1, row by row; at half its size if
        ``side`` is 14.
        speech (n, 13 * frames): the first frames; each coefficient has mean 0 and spread 1 over
        the training frames, and is 0 where the recording has ended.
        text (n, pieces): which letter groups the word holds, see :class:`Pieces`.
        label (n,), int64.
    A modality that a sample lacks (``data.present``) is a row of zeros.

    Args:
        train: what all statistics, pieces and components come from.
        side: 28, 14, 7, 4, 2 or 1 cells; 4 means that each cell is the mean of 7 x 7 pixels.
        components: {modality: K} for those that are to be :class:`Scaled`: centred, projected on
            their K principal components, and divided by one number. None for K: not projected.
    Raises: TypeError if ``train`` is no table of digits; KeyError for an unknown modality;
        ValueError for settings out of range.

    >>> from mmbook.data import load_digits
    >>> train = load_digits("train")
    >>> x = DigitFeatures(train, frames=32, components={"image": 32}).encode(train)
    >>> {name: tuple(v.shape) for name, v in x.items()}
    {'image': (2100, 32), 'speech': (2100, 416), 'text': (2100, 600), 'label': (2100,)}
    """

    def __init__(
        self,
        train: Digits,
        frames: int = 8,
        pieces: int = 600,
        side: int = 14,
        components: Mapping[str, int | None] | None = None,
    ):
        components = {} if components is None else components
        checks.mapping("components", components)
        checks.known_keys("components", components, Digits.modalities)
        checks.choice("side", side, (28, 14, 7, 4, 2, 1))
        self.frames = checks.whole("frames", frames, most=FRAMES)
        self.side = side
        self.standard = Frames(train)
        self.mean, self.spread = self.standard.mean, self.standard.spread
        self.pieces = Pieces(train.text.tolist(), size=pieces)
        rows = self._rows(train) if components else {}  # whose frames need not fit, otherwise
        self.scaled = fit_scales(rows, train.present, components)

    def encode(self, data: Digits | Sequence[Digits]) -> dict[str, Tensor]:
        """Features of one set, or of several, one after the other.

        Raises: TypeError for what is no table of digits; ValueError for no set at all, and if a
            recording has more frames than the features keep.
        """
        return one_after_the_other([self._one(d) for d in list_of(data, Digits)])

    def decode(self, modality: str, codes: ArrayLike) -> np.ndarray:
        """Back from features to what can be drawn; what components left out stays away.

        Shapes: image (n, width) -> (n, side, side), ink from 0 to 1, cut there;
        speech (n, width) -> (n, frames, 13), standardised.
        Raises: ValueError for another modality or width: no word can be made of pieces.
        """
        checks.choice("modality", modality, ("image", "speech"))
        shape = {"image": (self.side, self.side), "speech": (self.frames, COEFFICIENTS)}[modality]
        rows = (
            self.scaled[modality].decode(codes)
            if modality in self.scaled
            else checks.array("codes", codes, "n D", D=shape[0] * shape[1])
        )
        rows = rows.reshape(-1, *shape)
        return rows.clip(0, 1) if modality == "image" else rows

    def _one(self, d: Digits) -> dict[str, Tensor]:
        found = encoded(self._rows(d), d.present, self.scaled)
        return found | {"label": torch.tensor(d.label)}

    def _rows(self, d: Digits) -> dict[str, Tensor]:
        longest = int(d.speech_mask.sum(1).max(initial=0))
        if longest > self.frames:
            raise ValueError(f"a recording has {longest} frames; expected at most {self.frames}")
        ink = torch.tensor(d.image).float()[:, None] / 255
        return {
            "image": F.avg_pool2d(ink, 28 // self.side).flatten(1),
            "speech": torch.tensor(self.standard.encode(d)[:, : self.frames]).float().flatten(1),
            "text": self.pieces.encode(d.text.tolist()),
        }
