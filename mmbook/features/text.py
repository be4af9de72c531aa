"""Text by rule: which letter groups a text holds, or the number of each of its letters."""

from collections import Counter
from collections.abc import Iterable

import torch
from torch import Tensor

from mmbook import checks


class Pieces:
    """The most frequent letter groups of some texts, and which of them a text holds.

    A piece is a group of 1 to ``longest`` neighbouring characters; case does not count. Of equally
    frequent pieces the one first in the alphabet goes first. ``known``: the pieces, in the order
    of the columns; there are fewer than ``size`` if the texts hold no more.

    Raises: TypeError for a single string in place of several; ValueError if ``longest`` or
        ``size`` is below 1.

    >>> pieces = Pieces(["aba", "Ab"], longest=2)
    >>> pieces.known
    ['a', 'ab', 'b', 'ba']
    >>> pieces.encode(["BZB"]).tolist()
    [[0.0, 0.0, 1.0, 0.0]]
    """

    def __init__(self, texts: Iterable[str], longest: int = 3, size: int = 600):
        self.longest = checks.whole("longest", longest)
        checks.whole("size", size)
        counts = Counter(piece for t in checks.texts("texts", texts) for piece in self._held(t))
        self.known = sorted(counts, key=lambda piece: (-counts[piece], piece))[:size]

    def __len__(self) -> int:
        return len(self.known)

    def encode(self, texts: Iterable[str]) -> Tensor:
        """1 where a text holds a piece, else 0: (n, len(self)), float, on the CPU.

        Raises: TypeError for a single string in place of several.
        """
        column = {piece: i for i, piece in enumerate(self.known)}
        held = [self._held(text) for text in checks.texts("texts", texts)]
        found = torch.zeros(len(held), len(self))
        for row, pieces in zip(found, held, strict=True):
            row[[column[piece] for piece in pieces if piece in column]] = 1.0
        return found

    def _held(self, text: str) -> set[str]:
        text = text.lower()
        sizes = range(1, self.longest + 1)
        return {text[i : i + n] for n in sizes for i in range(len(text) - n + 1)}


class Characters:
    """A vocabulary of single characters. 0 is padding, 1 stands for every unseen character.

    ``len(vocabulary)`` is the number of rows that an ``nn.Embedding`` needs.

    Raises: TypeError for a single string in place of several.

    >>> vocabulary = Characters(["ba", "ab"])
    >>> numbers, mask = vocabulary.encode(["ab", "z"], length=3)
    >>> numbers.tolist()
    [[2, 3, 0], [1, 0, 0]]
    >>> mask.tolist()
    [[True, True, False], [True, False, False]]
    """

    def __init__(self, texts: Iterable[str]):
        seen = sorted(set("".join(checks.texts("texts", texts))))
        self.index = {c: i for i, c in enumerate(seen, start=2)}

    def __len__(self) -> int:
        return len(self.index) + 2

    def encode(self, texts: Iterable[str], length: int) -> tuple[Tensor, Tensor]:
        """Numbers (n, N) and mask (n, N) with N = ``length``, on the CPU.

        Raises: TypeError for a single string in place of several; ValueError if a text is longer
            than ``length``: nothing is cut in silence.
        """
        texts = checks.texts("texts", texts)
        numbers = torch.zeros(len(texts), checks.whole("length", length), dtype=torch.long)
        for row, text in enumerate(texts):
            if len(text) > length:
                raise ValueError(f"{text!r} has {len(text)} characters; expected at most {length}")
            numbers[row, : len(text)] = torch.tensor([self.index.get(c, 1) for c in text])
        return numbers, numbers > 0
