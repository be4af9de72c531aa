"""Digits as tokens with a mask, which is what attention reads: patches, moments, letters."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mmbook import checks
from mmbook.data import Digits
from mmbook.data.digits import COEFFICIENTS, FRAMES
from mmbook.features._sets import list_of
from mmbook.features.scaled import Frames
from mmbook.features.text import Characters

Tokens = tuple[Tensor, Tensor]


def patches(pictures: ArrayLike, size: int) -> Tensor:
    """Pictures cut into squares, in reading order.

    Shapes: (n, height, width) or (n, height, width, C), uint8 from 0 to 255, which become 0 to 1,
    or floats, which stay as they are -> (n, N, size * size * C) float32 with
    N = (height / size) * (width / size).
    Raises: ValueError for other whole numbers, or if ``size`` does not divide height and width.

    >>> patches(torch.arange(16).reshape(1, 4, 4) / 15, size=2)[0, 1] * 15
    tensor([2., 3., 6., 7.])
    """
    x = checks.array("pictures", pictures, "n height width | n height width C")
    kind = _kind(pictures)
    if "uint8" not in kind and "float" not in kind:
        raise ValueError(f"pictures holds {kind}; expected uint8 from 0 to 255, or floats")
    x = x / 255 if "uint8" in kind else x
    n, height, width, *colours = x.shape
    if height % checks.whole("size", size) or width % size:
        raise ValueError(f"size is {size}; expected a divisor of {height} and {width}")
    cells = x.reshape(n, height // size, size, width // size, size, *colours).swapaxes(2, 3)
    count = (height // size) * (width // size)
    return torch.tensor(cells.reshape(n, count, size * size * int(np.prod(colours)))).float()


def moments(speech: ArrayLike, mask: ArrayLike, frames: int) -> Tokens:
    """Neighbouring frames joined to one token; a token is there if one of its frames is.

    Shapes: speech (n, T, D), mask (n, T) bool -> (n, T / frames, frames * D) float32,
    (n, T / frames) bool.
    Raises: ValueError for a mask that does not fit, or if ``frames`` does not divide T.

    >>> x, there = moments([[[1.0], [2.0], [3.0], [0.0]]], [[True, True, True, False]], frames=2)
    >>> x.tolist(), there.tolist()
    ([[[1.0, 2.0], [3.0, 0.0]]], [[True, True]])
    """
    x = torch.tensor(checks.array("speech", speech, "n T D")).float()
    n, T, D = x.shape
    there = torch.tensor(checks.array("mask", mask, "n T", n=n, T=T) > 0)
    if "bool" not in _kind(mask):
        raise ValueError(f"mask holds {_kind(mask)}; expected True and False")
    if T % checks.whole("frames", frames):
        raise ValueError(f"frames is {frames}; expected a divisor of {T}")
    there = there.reshape(n, T // frames, frames).any(-1)
    return x.reshape(n, T // frames, frames * D), there


class DigitTokens:
    """Tokens of the three modalities with their masks, scaled as the training split says.

    Shapes of :meth:`encode`, {modality: (tokens, mask)}, masks (n, N) bool, True = present:
        image (n, (28 / patch) ** 2, patch * patch): squares in reading order, ink from 0 to 1.
        speech (n, 32 / frames, 13 * frames): moments of a few frames each; each coefficient has
        mean 0 and spread 1 over the training frames, and is 0 where the recording has ended.
        text (n, letters): the number of each letter, see :class:`Characters`.
    A modality that a sample lacks (``data.present``) has no token: its mask is False throughout.

    Args:
        train: what the scale of the speech and the ``vocabulary`` of letters come from.
        letters: length of the rows of text; by default that of the longest training word.
    Raises: TypeError if ``train`` is no table of digits; ValueError for settings that do not
        divide 28 pixels and 32 frames.

    >>> from mmbook.data import load_digits
    >>> x = DigitTokens(load_digits("train")).encode(load_digits("test"))
    >>> {m: (tuple(tokens.shape), tuple(mask.shape)) for m, (tokens, mask) in x.items()}["speech"]
    ((600, 16, 26), (600, 16))
    """

    def __init__(self, train: Digits, patch: int = 7, frames: int = 2, letters: int | None = None):
        self.standard = Frames(train)
        checks.choice("patch", patch, (1, 2, 4, 7, 14, 28))
        checks.choice("frames", frames, (1, 2, 4, 8, 16, 32))
        self.patch, self.frames = patch, frames
        words = train.text.tolist()
        self.vocabulary = Characters(words)
        longest = max(map(len, words))
        self.letters = checks.whole("letters", longest if letters is None else letters)
        self.widths = {"image": patch * patch, "speech": COEFFICIENTS * frames}
        self.counts = {
            "image": (28 // patch) ** 2,
            "speech": FRAMES // frames,
            "text": self.letters,
        }

    def encode(self, data: Digits | Sequence[Digits]) -> dict[str, Tokens]:
        """Tokens and masks of one set, or of several, one after the other, on the CPU.

        Raises: TypeError for what is no table of digits; ValueError for no set at all, and for a
            word of more letters than there are places.
        """
        parts = [self._one(d) for d in list_of(data, Digits)]
        return {
            m: (
                torch.cat([part[m][0] for part in parts]),
                torch.cat([part[m][1] for part in parts]),
            )
            for m in parts[0]
        }

    def _one(self, d: Digits) -> dict[str, Tokens]:
        image = patches(d.image, self.patch)
        found = {
            "image": (image, torch.ones(image.shape[:2], dtype=torch.bool)),
            "speech": moments(self.standard.encode(d), d.speech_mask, self.frames),
            "text": self.vocabulary.encode(d.text.tolist(), self.letters),
        }
        return {
            m: (x, mask & torch.tensor(d.present[m])[:, None]) for m, (x, mask) in found.items()
        }


def _kind(x: ArrayLike) -> str:
    """The name of the dtype, of tensors and of what NumPy makes of the rest."""
    return str(x.dtype if isinstance(x, Tensor) else np.asarray(x).dtype).removeprefix("torch.")
