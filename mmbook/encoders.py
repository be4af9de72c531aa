"""Small encoders: a raw modality becomes tokens with a mask, or one vector.

Every encoder answers two calls. ``encoder.tokens(x, mask)`` gives tokens (B, N, D) with their mask
(B, N), what attention reads. ``encoder(x, mask)`` averages the present tokens into (B, D), what an
autoencoder or a classifier reads. Masks: True = present. A sample with nothing present gets zeros.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn


def masked_mean(tokens: Tensor, mask: Tensor) -> Tensor:
    """Mean over the present tokens: (B, N, D), (B, N) bool -> (B, D); zeros if none is present.

    Raises: ValueError if the mask is not (B, N) bool.
    """
    if mask.shape != tokens.shape[:2] or mask.dtype != torch.bool:
        raise ValueError(
            f"mask is {mask.dtype} {tuple(mask.shape)}; "
            f"expected torch.bool {tuple(tokens.shape[:2])}"
        )
    kept = torch.where(mask.unsqueeze(-1), tokens, 0.0)
    return kept.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


class Encoder(nn.Module):
    """Base of the three: a subclass says how its modality becomes tokens."""

    def tokens(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Tokens (B, N, D) and their mask (B, N)."""
        raise NotImplementedError

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """One vector a sample, (B, D)."""
        return masked_mean(*self.tokens(x, mask))


class ImageEncoder(Encoder):
    """Two strided convolutions: each token sees a patch of the picture.

    Shapes: image (B, C, height, width), float -> tokens (B, N, D) with
        N = ceil(height / 4) * ceil(width / 4), row by row. A mask (B,) marks absent pictures.
    """

    def __init__(self, channels: int, dim: int):
        super().__init__()
        self.channels = channels
        self.patches = nn.Sequential(
            nn.Conv2d(channels, dim // 2, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(dim // 2, dim, 3, stride=2, padding=1),
            nn.ReLU(),
        )

    def tokens(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        if x.ndim != 4 or x.shape[1] != self.channels:
            raise ValueError(
                f"image has shape {tuple(x.shape)}; expected (B, {self.channels}, height, width)"
            )
        tokens = self.patches(x).flatten(2).transpose(1, 2)  # B, N, D
        mask = torch.ones(len(x), dtype=torch.bool, device=x.device) if mask is None else mask
        return tokens, mask.unsqueeze(1).expand(-1, tokens.shape[1])


class SpeechEncoder(Encoder):
    """Two convolutions over time: each token sees five frames of the recording.

    Absent frames are zeroed before each convolution, so that what stands in the padding never
    reaches a present token.

    Shapes: speech (B, N, coefficients), mask (B, N) -> tokens (B, N, D).
    """

    def __init__(self, coefficients: int, dim: int):
        super().__init__()
        self.coefficients = coefficients
        self.first = nn.Conv1d(coefficients, dim, 3, padding=1)
        self.second = nn.Conv1d(dim, dim, 3, padding=1)

    def tokens(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        if x.ndim != 3 or x.shape[2] != self.coefficients:
            raise ValueError(
                f"speech has shape {tuple(x.shape)}; expected (B, N, {self.coefficients})"
            )
        if mask is None:
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        if mask.shape != x.shape[:2]:
            raise ValueError(f"mask is {tuple(mask.shape)}; expected {tuple(x.shape[:2])}")
        keep = mask.unsqueeze(1)  # B, 1, N
        hidden = torch.where(keep, x.transpose(1, 2), 0.0)
        for convolution in (self.first, self.second):
            hidden = torch.where(keep, convolution(hidden).relu(), 0.0)
        return hidden.transpose(1, 2), mask


class Characters:
    """A vocabulary of single characters. 0 is padding, 1 stands for every unseen character."""

    def __init__(self, texts: Iterable[str]):
        self.index = {c: i for i, c in enumerate(sorted(set("".join(texts))), start=2)}

    def __len__(self) -> int:
        return len(self.index) + 2

    def encode(self, texts: Sequence[str], length: int) -> tuple[Tensor, Tensor]:
        """Numbers (n, N) and mask (n, N) with N = ``length``.

        Raises: ValueError if a text is longer than ``length``; nothing is cut in silence.
        """
        numbers = torch.zeros(len(texts), length, dtype=torch.long)
        for row, text in enumerate(texts):
            if len(text) > length:
                raise ValueError(f"{text!r} has {len(text)} characters; expected at most {length}")
            numbers[row, : len(text)] = torch.tensor([self.index.get(c, 1) for c in text])
        return numbers, numbers > 0


class TextEncoder(Encoder):
    """A vector a character, then a convolution over its neighbours.

    Shapes: characters (B, N) int from :class:`Characters`, mask (B, N) -> tokens (B, N, D).
    """

    def __init__(self, vocabulary: int, dim: int):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim, padding_idx=0)
        self.context = SpeechEncoder(dim, dim)

    def tokens(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        if x.ndim != 2 or x.is_floating_point():
            raise ValueError(f"text is {x.dtype} {tuple(x.shape)}; expected integers (B, N)")
        return self.context.tokens(self.embedding(x), x > 0 if mask is None else mask)
