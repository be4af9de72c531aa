"""Emoji by rule: a vector for the drawing and for each of its two names."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mmbook import checks
from mmbook.data import Emoji
from mmbook.features._sets import encoded, fit_scales, list_of, one_after_the_other
from mmbook.features.text import Pieces

NAMES = {"english": 3, "chinese": 2}  # a Chinese word is short: the longest group of its signs


def drawings(
    data: Emoji, designer: str | None = None, side: int = 32
) -> tuple[np.ndarray, np.ndarray]:
    """One drawing of each concept, and which of them exist.

    Shapes: -> (n, side, side, 3), from 0 (black) to 1 (paper); (n,) bool, False where this
    designer did not draw the concept: there stands white paper.

    Args:
        designer: one of ``data.designers``; None takes the first who drew the concept.
        side: 32, 16, 8, 4, 2 or 1; below 32 each cell is the mean of a block of pixels.
    Raises: TypeError if ``data`` is no table of emoji; ValueError for another designer or side.

    >>> from mmbook.data import load_emoji
    >>> pictures, there = drawings(load_emoji("test"), "fluent", side=16)
    >>> pictures.shape, int(there.sum())
    ((332, 16, 16, 3), 322)
    """
    checks.instance("data", data, Emoji)
    checks.choice("side", side, (32, 16, 8, 4, 2, 1))
    if designer is None:
        which = data.image_mask.argmax(1)
    else:
        checks.choice("designer", designer, data.designers)
        which = np.full(len(data), data.designers.index(designer))
    row = np.arange(len(data))
    block = 32 // side
    cells = data.image[row, which].reshape(len(data), side, block, side, block, 3).mean((2, 4))
    return cells / 255, data.image_mask[row, which] & data.present["image"]


class EmojiFeatures:
    """A vector for the drawing, the English and the Chinese name of a concept.

    Shapes of :meth:`encode`, all float32 but the label, on the CPU:
        image (n, K): a drawing's principal components, see :class:`Scaled` and ``components``.
        english, chinese (n, pieces): which letter groups the name holds, see :class:`Pieces`;
        groups of up to three letters, and of up to two Chinese signs.
        label (n,), int64: the group, a number of ``Emoji.groups``.
    A modality that a concept lacks, or that ``designer`` did not draw, is a row of zeros.

    Args:
        train: what all statistics, pieces and components come from.
        components: {modality: K} for those that are to be :class:`Scaled`: centred, projected on
            their K principal components, and divided by one number. None for K: not projected.
            By default {"image": 60}; {} leaves the drawing its side * side * 3 numbers.
        pieces: how many, for each name the same number, or {"english": ..., "chinese": ...}.
        designer, side: see :func:`drawings`.
    Raises: TypeError if ``train`` is no table of emoji; KeyError for an unknown modality;
        ValueError for settings out of range.

    >>> from mmbook.data import load_emoji
    >>> train = load_emoji("train")
    >>> features = EmojiFeatures(train, pieces={"english": 600, "chinese": 400})
    >>> {name: tuple(v.shape) for name, v in features.encode(load_emoji("val")).items()}
    {'image': (163, 60), 'english': (163, 600), 'chinese': (163, 400), 'label': (163,)}
    """

    def __init__(
        self,
        train: Emoji,
        components: Mapping[str, int | None] | None = None,
        pieces: int | Mapping[str, int] = 600,
        designer: str | None = None,
        side: int = 32,
    ):
        checks.instance("train", train, Emoji)
        components = {"image": 60} if components is None else components
        checks.mapping("components", components)
        checks.known_keys("components", components, Emoji.modalities)
        sizes = pieces if isinstance(pieces, Mapping) else dict.fromkeys(NAMES, pieces)
        checks.keys("pieces", sizes, NAMES)
        self.designer, self.side = designer, side
        self.pieces = {m: Pieces(getattr(train, m), most, sizes[m]) for m, most in NAMES.items()}
        self.scaled = fit_scales(*self._rows(train), components)

    def encode(self, data: Emoji | Sequence[Emoji]) -> dict[str, Tensor]:
        """Features of one set, or of several, one after the other.

        Raises: TypeError for what is no table of emoji; ValueError for no set at all.
        """
        return one_after_the_other([self._one(d) for d in list_of(data, Emoji)])

    def decode(self, codes: ArrayLike) -> np.ndarray:
        """Drawings again, (n, K) -> (n, side, side, 3), from 0 to 1 and cut there.

        Raises: ValueError for another width.
        """
        width = self.side * self.side * 3
        rows = (
            self.scaled["image"].decode(codes)
            if "image" in self.scaled
            else checks.array("codes", codes, "n D", D=width)
        )
        return rows.reshape(-1, self.side, self.side, 3).clip(0, 1)

    def _one(self, d: Emoji) -> dict[str, Tensor]:
        found = encoded(*self._rows(d), self.scaled)
        return found | {"label": torch.tensor(d.group)}

    def _rows(self, d: Emoji) -> tuple[dict[str, Tensor], dict[str, np.ndarray]]:
        pictures, drawn = drawings(d, self.designer, self.side)
        rows = {"image": torch.tensor(pictures).flatten(1)}
        rows |= {m: self.pieces[m].encode(getattr(d, m)) for m in NAMES}
        return rows, {m: d.present[m] for m in NAMES} | {"image": drawn}
