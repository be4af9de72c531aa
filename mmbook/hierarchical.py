"""Attention over levels of abstraction (chapter 9; document section 4.2.3)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmbook.attention import masked_softmax


def level_attention(
    X: Tensor, W_a: Tensor, w: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    r"""Weigh the levels of each row by what they hold, and add them up.

    .. math:: \alpha_l = \frac{\exp(w_l^\top \tanh(W_a x_l))}
                              {\sum_{l'} \exp(w_{l'}^\top \tanh(W_a x_{l'}))}, \qquad
              x_{\mathrm{fused}} = \sum_l \alpha_l\, x_l, \quad x_l = [x_l^{(1)}; x_l^{(2)}]

    Source: document section 4.2.3; with one shared w, Yang et al. (2016), eqs. 5-7 and 8-10.

    Shapes: X (..., L, D), the levels on the last axis but one, whatever the rows before it are
        (samples, or samples and tokens); W_a (A, D); w (A,) shared, or (L, A) one a level; mask
        (..., L) bool, True = present -> fused (..., D), alpha (..., L). Alpha sums to 1 over the
        levels; a row without any level gets zeros.
    Raises: ValueError for shapes that do not fit.
    """
    if W_a.ndim != 2 or X.ndim < 2 or X.shape[-1] != W_a.shape[1]:
        raise ValueError(
            f"X is {tuple(X.shape)}, W_a is {tuple(W_a.shape)}; expected (..., L, D) and (A, D)"
        )
    L, A = X.shape[-2], len(W_a)
    if w.shape not in {(A,), (L, A)}:
        raise ValueError(f"w has shape {tuple(w.shape)}; expected ({A},) or ({L}, {A})")
    scores = ((X @ W_a.T).tanh() * w).sum(-1)  # ..., L
    if mask is not None:
        if mask.shape != scores.shape or mask.dtype != torch.bool:
            raise ValueError(
                f"mask is {mask.dtype} {tuple(mask.shape)}; "
                f"expected torch.bool {tuple(scores.shape)}"
            )
        X = torch.where(mask.unsqueeze(-1), X, 0.0)  # whatever stands in an absent level
    alpha = masked_softmax(scores, mask)
    return (alpha.unsqueeze(-1) * X).sum(-2), alpha


class HierarchicalAttention(nn.Module):
    r"""Bring the levels to one width, weigh them, add them up: :func:`level_attention`, learned.

    The document's sum adds levels, so they need one width. Levels that differ pass a projection
    of their own first; equal levels with ``dim=None`` go in as they are.

    Source: document section 4.2.3. ``shared=True`` is one w for all levels (Yang et al. 2016): the
    weights depend on content alone. ``shared=False`` is the document's w_l, which can prefer a
    level whatever it holds.

    Args:
        level_dims: width of each level, the two modalities concatenated: d_l1 + d_l2.
        attention_dim: A, the rows of W_a.
        dim: common width after the projections; None if the levels have one already.
    Shapes: levels, L tensors (..., d_l) with equal leading axes, mask (..., L) bool
        -> fused (..., dim), alpha (..., L).
    Raises: ValueError for levels that do not fit.
    """

    def __init__(
        self,
        level_dims: Sequence[int],
        attention_dim: int,
        *,
        dim: int | None = None,
        shared: bool = True,
    ):
        super().__init__()
        self.level_dims = tuple(level_dims)
        if len(self.level_dims) < 1:
            raise ValueError("level_dims is empty; expected at least one level")
        if dim is None and len(set(self.level_dims)) > 1:
            raise ValueError(
                f"levels have widths {self.level_dims}; they are added up, so expected one width "
                "or a common dim to project them to"
            )
        self.projections = nn.ModuleList(
            nn.Identity() if dim is None else nn.Linear(width, dim) for width in self.level_dims
        )
        dim = self.level_dims[0] if dim is None else dim
        self.W_a = nn.Parameter(torch.empty(attention_dim, dim))
        self.w = nn.Parameter(
            torch.empty(attention_dim)
            if shared
            else torch.empty(len(self.level_dims), attention_dim)
        )
        nn.init.xavier_uniform_(self.W_a)
        nn.init.normal_(self.w, std=attention_dim**-0.5)

    def forward(
        self, levels: Sequence[Tensor], mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        widths = tuple(x.shape[-1] for x in levels)
        rows = {tuple(x.shape[:-1]) for x in levels}
        if widths != self.level_dims or len(rows) > 1:
            raise ValueError(
                f"levels have shapes {[tuple(x.shape) for x in levels]}; "
                f"expected equal leading axes and widths {self.level_dims}"
            )
        projected = [p(x) for p, x in zip(self.projections, levels, strict=True)]
        return level_attention(torch.stack(projected, -2), self.W_a, self.w, mask)
