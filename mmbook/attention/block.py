"""Self-attention as it is stacked in today's models: with a residual path, norms and a network."""

from typing import Literal

from torch import Tensor, nn

from mmbook import checks
from mmbook.attention._kernel import tokens
from mmbook.attention.layers import SelfAttention


class TransformerBlock(nn.Module):
    r"""Tokens read each other, then each thinks for itself; both are added to what came in.

    .. math:: U = X + \mathrm{Attention}\bigl(\mathrm{LN}(X)\bigr), \qquad
              Y = U + \phi\bigl(\mathrm{LN}(U)\, W_1 + b_1\bigr) W_2 + b_2

    The layer norms stand in front of the two parts (pre-norm), and not behind the sums as in the
    first Transformer, so that a stack of blocks trains without a warm-up of the learning rate.
    Nothing has normalised the sum when it leaves: put one more ``LayerNorm`` behind the last block.

    Source: Xiong et al. (2020), fig. 1b (pre-norm); Vaswani et al. (2017), section 3.1 and eq. 2.
    With copied weights the same as ``torch.nn.TransformerEncoderLayer(norm_first=True)``.

    >>> import torch
    >>> output, weights = TransformerBlock(8, num_heads=2)(torch.zeros(3, 5, 8))
    >>> output.shape, weights.shape
    (torch.Size([3, 5, 8]), torch.Size([3, 2, 5, 5]))

    Args:
        dim: D, width of the tokens.
        width: of the hidden layer of the network; 4 D if None, as in Vaswani et al.
        activation: :math:`\phi`, ``"gelu"`` as in most models today, or ``"relu"`` as in the first.
        dropout: share of both parts' output, and of the hidden layer, that is set to 0 in training.
    Shapes: x (B, N, dim), mask (B, N) bool, True = present, pair_mask (N, N) or (B, N, N) bool,
        True = may be attended -> output (B, N, dim), weights (B, num_heads, N, N) or None without
        ``need_weights``. What comes out at an absent token has no meaning.
    Raises: ValueError for sizes, masks or dtypes that do not fit, or a dropout that is not from 0
        to 1; TypeError for what is no tensor or no number.
    """

    def __init__(
        self,
        dim: int,
        *,
        num_heads: int = 1,
        width: int | None = None,
        activation: Literal["gelu", "relu"] = "gelu",
        dropout: float = 0.0,
    ):
        super().__init__()
        checks.choice("activation", activation, ("gelu", "relu"))
        self.attention = SelfAttention(dim, num_heads=num_heads)
        self.width = 4 * dim if width is None else checks.whole("width", width)
        self.dropout = nn.Dropout(checks.number("dropout", dropout, 0, 1))
        self.attention_norm, self.mlp_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.mlp = nn.Sequential(
            nn.Linear(dim, self.width),
            nn.GELU() if activation == "gelu" else nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(self.width, dim),
        )

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        pair_mask: Tensor | None = None,
        *,
        need_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        """One round of reading and thinking: (B, N, dim) -> (B, N, dim), and the weights."""
        x, _ = tokens(x, mask, like=self.attention_norm.weight)
        read, weights = self.attention(
            self.attention_norm(x), mask, pair_mask, need_weights=need_weights
        )
        x = x + self.dropout(read)
        return x + self.dropout(self.mlp(self.mlp_norm(x))), weights
