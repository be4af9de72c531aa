"""Attention over levels of abstraction (chapter 9; document section 4.2.3)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmbook import checks
from mmbook.attention import masked_softmax


def level_attention(
    X: Tensor, W_a: Tensor, w: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    r"""Weigh the levels of each row by what they hold, and add them up.

    .. math:: \alpha_l = \frac{\exp(w_l^\top \tanh(W_a x_l))}
                              {\sum_{l'} \exp(w_{l'}^\top \tanh(W_a x_{l'}))}, \qquad
              x_{\mathrm{fused}} = \sum_l \alpha_l\, x_l, \quad x_l = [x_l^{(1)}; x_l^{(2)}]

    Source: document section 4.2.3; with one shared w, Yang et al. (2016), eqs. 5-7 and 8-10.

    >>> import torch
    >>> X = torch.tensor([[1.0, 0.0], [0.0, 1.0]])  # two levels that score alike
    >>> level_attention(X, W_a=torch.ones(3, 2), w=torch.ones(3))
    (tensor([0.5000, 0.5000]), tensor([0.5000, 0.5000]))

    Shapes: X (..., L, D), the levels on the last axis but one, whatever the rows before it are
        (samples, or samples and tokens); W_a (A, D); w (A,) shared, or (L, A) one a level; mask
        (..., L) bool, True = present -> fused (..., D), alpha (..., L). Alpha sums to 1 over the
        levels; a row without any level gets zeros. What stands in an absent level, NaN too,
        changes nothing, no gradient either.
    Raises: ValueError for shapes or dtypes that do not fit; TypeError for what is no tensor.
    """
    size = checks.tensor("X", X, "... L>=1 D")
    A = checks.tensor("W_a", W_a, "A D", D=size["D"])["A"]
    checks.tensor("w", w, "A | L A", A=A, L=size["L"])
    checks.matches("W_a", W_a, X, "X")
    checks.matches("w", w, X, "X")
    if mask is not None:
        checks.mask("mask", mask, " ".join(map(str, X.shape[:-1])))
        # Before anything else: 0 * NaN is NaN, in the gradient of W_a too.
        X = torch.where(mask.unsqueeze(-1), X, 0.0)
    scores = ((X @ W_a.T).tanh() * w).sum(-1)  # ..., L
    alpha = masked_softmax(scores, mask)
    return (alpha.unsqueeze(-1) * X).sum(-2), alpha


class HierarchicalAttention(nn.Module):
    r"""Bring the levels to one width, weigh them, add them up: :func:`level_attention`, learned.

    The document's sum adds levels, so they need one width. Levels that differ pass a projection
    of their own first; equal levels with ``dim=None`` go in as they are.

    Source: document section 4.2.3. ``shared=True`` is one w for all levels (Yang et al. 2016): the
    weights depend on content alone. ``shared=False`` is the document's w_l, which can prefer a
    level whatever it holds.

    >>> import torch
    >>> layer = HierarchicalAttention([3, 5], attention_dim=4, dim=8)
    >>> fused, alpha = layer([torch.zeros(7, 3), torch.zeros(7, 5)])
    >>> fused.shape, alpha.shape
    (torch.Size([7, 8]), torch.Size([7, 2]))

    Args:
        level_dims: width of each level, the two modalities concatenated: d_l1 + d_l2.
        attention_dim: A, the rows of W_a.
        dim: common width after the projections; None if the levels have one already.
        shared: one w for all levels.
    Shapes: levels, L tensors (..., d_l) with equal leading axes, mask (..., L) bool, True =
        present -> fused (..., dim), alpha (..., L).
    Raises: ValueError for levels, masks or dtypes that do not fit, or a width below 1; TypeError
        for what is no tensor, no list or no whole number.
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
        widths = checks.listed("level_dims", level_dims)
        self.level_dims = tuple(checks.whole("level_dims", width) for width in widths)
        self.attention_dim = checks.whole("attention_dim", attention_dim)
        self.shared = checks.flag("shared", shared)
        if dim is not None:
            checks.whole("dim", dim)
        elif len(set(self.level_dims)) > 1:
            raise ValueError(
                f"levels have widths {self.level_dims}; they are added up, so expected one width "
                "or a common dim to project them to"
            )
        self.projections = nn.ModuleList(
            nn.Identity() if dim is None else nn.Linear(width, dim) for width in self.level_dims
        )
        self.dim = self.level_dims[0] if dim is None else dim
        self.W_a = nn.Parameter(torch.empty(attention_dim, self.dim))
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
        """Fuse the levels of each row: L tensors (..., d_l) -> (..., dim), and their weights."""
        levels = checks.listed("levels", levels, Tensor)
        if len(levels) != len(self.level_dims):
            raise ValueError(f"got {len(levels)} levels; expected widths {self.level_dims}")
        checks.alike({f"levels[{i}]": x for i, x in enumerate(levels)}, last=1)
        for i, (x, width) in enumerate(zip(levels, self.level_dims, strict=True)):
            checks.tensor(f"levels[{i}]", x, "... D", D=width)
            checks.matches(f"levels[{i}]", x, self.W_a)
        if mask is not None:
            rows = (*levels[0].shape[:-1], len(levels))
            checks.mask("mask", mask, " ".join(map(str, rows)))
            # An absent level must not reach the gradient of its projection either.
            present = mask.unsqueeze(-1).unbind(-2)
            levels = [torch.where(p, x, 0.0) for p, x in zip(present, levels, strict=True)]
        projected = [p(x) for p, x in zip(self.projections, levels, strict=True)]
        return level_attention(torch.stack(projected, -2), self.W_a, self.w, mask)

    def extra_repr(self) -> str:
        return (
            f"level_dims={self.level_dims}, attention_dim={self.attention_dim}, dim={self.dim}, "
            f"shared={self.shared}"
        )
