"""From tokens to tokens that know their neighbours, and from tokens to one vector.

Masks: True = present. What stands in an absent token never reaches a present one, not even NaN.
"""

import torch
from torch import Tensor, nn

from mmbook import checks


def masked_mean(tokens: Tensor, mask: Tensor) -> Tensor:
    """Mean over the present tokens: (B, N, D), (B, N) bool -> (B, D); zeros if none is present.

    Raises: TypeError for what is no tensor; ValueError if the mask is not (B, N) bool.

    >>> tokens = torch.tensor([[[1.0], [3.0], [99.0]]])
    >>> masked_mean(tokens, torch.tensor([[True, True, False]]))
    tensor([[2.]])
    """
    sizes = checks.tensor("tokens", tokens, "B N D")
    checks.mask("mask", mask, "B N", B=sizes["B"], N=sizes["N"])
    kept = torch.where(mask.unsqueeze(-1), tokens, 0.0)
    return kept.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


class SpeechEncoder(nn.Module):
    """Two convolutions over time: each token sees five moments of the recording, or five letters.

    Absent moments are zeroed before each convolution, so that what stands in the padding never
    reaches a present token.

    Shapes: x (B, N, in_dim), mask (B, N) bool, all present if None
        -> :meth:`tokens` (B, N, dim) with their mask; called, their mean (B, dim).
    Raises: TypeError, ValueError for a width below 1, or an x or mask of another shape or dtype.

    >>> encoder = SpeechEncoder(13, 5)
    >>> encoder(torch.zeros(2, 7, 13)).shape
    torch.Size([2, 5])
    """

    def __init__(self, in_dim: int, dim: int):
        super().__init__()
        self.in_dim, self.dim = checks.whole("in_dim", in_dim), checks.whole("dim", dim)
        self.first = nn.Conv1d(in_dim, dim, 3, padding=1)
        self.second = nn.Conv1d(dim, dim, 3, padding=1)

    def tokens(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Tokens (B, N, dim) and their mask (B, N)."""
        sizes = checks.tensor("speech", x, "B N D", D=self.in_dim)
        if mask is None:
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        checks.mask("mask", mask, "B N", B=sizes["B"], N=sizes["N"])
        keep = mask.unsqueeze(1)  # B, 1, N
        hidden = torch.where(keep, x.transpose(1, 2), 0.0)
        for convolution in (self.first, self.second):
            hidden = torch.where(keep, convolution(hidden).relu(), 0.0)
        return hidden.transpose(1, 2), mask

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """The mean of the present tokens, (B, dim)."""
        return masked_mean(*self.tokens(x, mask))
