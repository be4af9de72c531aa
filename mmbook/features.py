"""Features made by rule: each modality becomes one fixed vector, and nothing is learned.

On such vectors the neighbours have the plainest opinion, :func:`neighbour_shares`.
A small network on such a vector trains in seconds, which is what part IV needs: it compares many.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmbook.data import Digits


class Pieces:
    """The most frequent letter groups of some texts, and which of them a text holds.

    A piece is a group of 1 to ``longest`` neighbouring characters; case does not count. Of equally
    frequent pieces the one first in the alphabet goes first. ``known``: the pieces, in the order
    of the columns.

    Raises: ValueError if ``longest`` or ``size`` is below 1.
    """

    def __init__(self, texts: Iterable[str], longest: int = 3, size: int = 600):
        if longest < 1 or size < 1:
            raise ValueError(f"longest is {longest}, size is {size}; expected 1 or more")
        self.longest = longest
        counts = Counter(piece for text in texts for piece in self._held(text))
        self.known = sorted(counts, key=lambda piece: (-counts[piece], piece))[:size]

    def __len__(self) -> int:
        return len(self.known)

    def encode(self, texts: Iterable[str]) -> Tensor:
        """1 where a text holds a piece, else 0: (n, len(self)), float."""
        column = {piece: i for i, piece in enumerate(self.known)}
        rows = [[column[p] for p in self._held(text) if p in column] for text in texts]
        found = torch.zeros(len(rows), len(self))
        for row, columns in zip(found, rows, strict=True):
            row[columns] = 1.0
        return found

    def _held(self, text: str) -> set[str]:
        text = text.lower()
        sizes = range(1, self.longest + 1)
        return {text[i : i + n] for n in sizes for i in range(len(text) - n + 1)}


class DigitFeatures:
    """Three vectors a sample, scaled as the training split says.

    Shapes of :meth:`encode`, all float but the label:
        image (n, 196): the drawing at half its size, ink from 0 to 1.
        speech (n, 13 * frames): the first frames; each coefficient has mean 0 and spread 1 over
        the training frames, and is 0 where the recording has ended.
        text (n, pieces): which letter groups the word holds, see :class:`Pieces`.
        label (n,).
    """

    def __init__(self, train: Digits, frames: int = 8, pieces: int = 600):
        heard = train.speech[train.speech_mask]
        self.mean, self.spread = heard.mean(0), heard.std(0)
        self.frames = frames
        self.pieces = Pieces(train.text.tolist(), size=pieces)

    def encode(self, data: Digits | Sequence[Digits]) -> dict[str, Tensor]:
        """Features of one set, or of several, one after the other.

        Raises: ValueError if a recording has more frames than the features keep.
        """
        sets = [data] if isinstance(data, Digits) else data
        parts = [self._one(d) for d in sets]
        return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}

    def _one(self, d: Digits) -> dict[str, Tensor]:
        longest = int(d.speech_mask.sum(1).max(initial=0))
        if longest > self.frames:
            raise ValueError(f"a recording has {longest} frames; expected at most {self.frames}")
        speech = (d.speech - self.mean) / self.spread * d.speech_mask[..., None]
        drawings = torch.tensor(d.image).float()[:, None] / 255
        return {
            "image": F.avg_pool2d(drawings, 2).flatten(1),
            "speech": torch.tensor(speech[:, : self.frames]).float().flatten(1),
            "text": self.pieces.encode(d.text.tolist()),
            "label": torch.tensor(d.label),
        }


def neighbour_shares(distances: Tensor, labels: Tensor, k: int = 30) -> Tensor:
    """How often each class occurs among the ``k`` nearest samples that have a label.

    Shapes: distances (n, m) from each of n samples to m with labels, labels (m,), 0 to C - 1
    -> (n, C), double; a row sums to 1.
    Raises: ValueError if the labels do not fit the distances, or k is not from 1 to m.
    """
    if distances.ndim != 2 or labels.shape != distances.shape[1:]:
        raise ValueError(
            f"distances are {tuple(distances.shape)}, labels are {tuple(labels.shape)}; "
            "expected (n, m) and (m,)"
        )
    if not 1 <= k <= len(labels):
        raise ValueError(f"k is {k}; expected a number from 1 to {len(labels)}")
    near = distances.topk(k, largest=False).indices
    return F.one_hot(labels[near], int(labels.max()) + 1).double().mean(1)
