"""Attention as layers with weights: several heads, one sequence or two."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmbook import checks
from mmbook.attention._kernel import all_finite, attend, tokens


class _Heads(nn.Module):
    """The four maps of a layer with several heads; d_k = dim / num_heads."""

    def __init__(self, dim: int, context_dim: int, num_heads: int, bias: bool):
        super().__init__()
        self.dim = checks.whole("dim", dim)
        self.context_dim = checks.whole("context_dim", context_dim)
        self.num_heads = checks.whole("num_heads", num_heads)
        if dim % num_heads:
            raise ValueError(f"dim is {dim}; expected a multiple of num_heads, {num_heads}")
        checks.flag("bias", bias)
        self.query = nn.Linear(dim, dim, bias=bias)
        self.key = nn.Linear(context_dim, dim, bias=bias)
        self.value = nn.Linear(context_dim, dim, bias=bias)
        self.output = nn.Linear(dim, dim, bias=bias)
        for layer in (self.query, self.key, self.value):
            nn.init.xavier_uniform_(layer.weight)  # keeps the scores' variance near 1

    def _read(
        self, roles: Sequence[Tensor], mask: Tensor | None, need_weights: bool, shield: bool
    ) -> tuple[Tensor, Tensor | None]:
        """Attention in every head and the output map, of queries, keys, values (B, N, dim)."""
        query, key, value = map(self._split, roles)
        read, weights = attend(query, key, value, mask, need_weights, shield)
        return self.output(read.transpose(1, 2).flatten(2)), weights

    def _split(self, x: Tensor) -> Tensor:
        """(B, N, D) -> (B, H, N, D / H). A view alone would mix tokens with heads."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, context_dim={self.context_dim}, num_heads={self.num_heads}"


class CrossAttention(_Heads):
    r"""Let the tokens of one modality read another, with several heads.

    .. math:: Y = [Y_1 \cdots Y_H]\, W_O, \qquad
              Y_h = \mathrm{softmax}\bigl(Q_h K_h^\top / \sqrt{d_k}\bigr) V_h

    with :math:`Q_h = X^{(1)} W_{Q,h}` from the side that asks, and :math:`K_h = X^{(2)} W_{K,h}`,
    :math:`V_h = X^{(2)} W_{V,h}` from the side that answers. The widths of the heads lie one
    after the other in one matrix; d_k = dim / num_heads.

    Source: document section 4.2.2; Vaswani et al. (2017), section 3.2.2. With copied weights
    (:func:`as_multihead`) the same as ``torch.nn.MultiheadAttention``, whose ``key_padding_mask``
    is our mask inverted.

    >>> import torch
    >>> layer = CrossAttention(8, context_dim=6, num_heads=2)
    >>> output, weights = layer(torch.zeros(3, 5, 8), torch.zeros(3, 7, 6))
    >>> output.shape, weights.shape
    (torch.Size([3, 5, 8]), torch.Size([3, 2, 5, 7]))

    Args:
        dim: width of the side that asks, and of the output.
        context_dim: width of the side that answers; None if it is the same.
    Shapes: query (B, Nq, dim), context (B, Nk, context_dim), context_mask (B, Nk) bool, pair_mask
        (Nq, Nk) or (B, Nq, Nk) bool, both True = may be attended
        -> output (B, Nq, dim), weights (B, num_heads, Nq, Nk) or None without ``need_weights``.
        A query that may attend to nothing reads zeros, so its output is the output bias. What
        stands in a token that no query may attend, NaN too, changes no output and no gradient.
    Raises: ValueError if ``dim`` is not divisible by ``num_heads``, or a shape or dtype does not
        fit; TypeError for what is no tensor or no whole number.
    """

    def __init__(
        self, dim: int, context_dim: int | None = None, *, num_heads: int = 1, bias: bool = True
    ):
        super().__init__(dim, dim if context_dim is None else context_dim, num_heads, bias)

    def forward(
        self,
        query: Tensor,
        context: Tensor,
        context_mask: Tensor | None = None,
        pair_mask: Tensor | None = None,
        *,
        need_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        """Let ``query`` read ``context``: (B, Nq, dim) -> (B, Nq, dim), and the weights."""
        checks.flag("need_weights", need_weights)
        size = checks.tensor("query", query, "B Nq D", D=self.dim)
        size |= checks.tensor("context", context, "B Nk D", B=size["B"], D=self.context_dim)
        checks.matches("query", query, self.query.weight)
        checks.matches("context", context, self.key.weight)
        if context_mask is not None:
            checks.mask("context_mask", context_mask, "B Nk", **size)
        if pair_mask is not None:
            checks.mask("pair_mask", pair_mask, "Nq Nk | B Nq Nk", **size)
        mask = _joined(context_mask, pair_mask)
        if mask is not None and not all_finite(context):
            seen = mask.any(-2)[:, 0].unsqueeze(-1)  # B or 1, Nk, 1: by any query
            context = torch.where(seen, context, 0.0)
        roles = self.query(query), self.key(context), self.value(context)
        return self._read(roles, mask, need_weights, shield=pair_mask is not None)


class SelfAttention(_Heads):
    r"""Let the tokens of one modality read each other: asker and answerer are the same.

    The three maps are one product, which short sequences feel; so hooks on ``query``, ``key`` and
    ``value`` do not fire, those on ``output`` and on the layer do.

    Source: document section 4.2.1; Vaswani et al. (2017), section 3.2. Weights are named as in
    :class:`CrossAttention`, which gives the same for ``query`` = ``context``.

    >>> import torch
    >>> output, weights = SelfAttention(8, num_heads=2)(torch.zeros(3, 5, 8))
    >>> output.shape, weights.shape
    (torch.Size([3, 5, 8]), torch.Size([3, 2, 5, 5]))

    Shapes: x (B, N, dim), mask (B, N) bool, True = present, pair_mask (N, N) or (B, N, N) bool
        -> output (B, N, dim), weights (B, num_heads, N, N) or None without ``need_weights``. What
        comes out at an absent token has no meaning; average with ``masked_mean``. What stands in
        one, NaN too, changes no other output and no gradient.
    Raises: as :class:`CrossAttention`.
    """

    def __init__(self, dim: int, *, num_heads: int = 1, bias: bool = True):
        super().__init__(dim, dim, num_heads, bias)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        pair_mask: Tensor | None = None,
        *,
        need_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        """Let the tokens of ``x`` read each other: (B, N, dim) -> (B, N, dim), and the weights."""
        checks.flag("need_weights", need_weights)
        x, size = tokens(x, mask, like=self.query.weight)
        if pair_mask is not None:
            checks.mask("pair_mask", pair_mask, "N N | B N N", **size)
        maps = self.query, self.key, self.value
        bias = None if self.query.bias is None else torch.cat([m.bias for m in maps])
        roles = F.linear(x, torch.cat([m.weight for m in maps]), bias).chunk(3, dim=-1)
        joined = _joined(mask, pair_mask)
        return self._read(roles, joined, need_weights, shield=pair_mask is not None)


@torch.no_grad()
def as_multihead(attention: CrossAttention | SelfAttention) -> nn.MultiheadAttention:
    """The library's layer with a copy of our weights: it computes the same.

    Its ``key_padding_mask`` is our ``context_mask`` (or ``mask``) inverted, its ``attn_mask`` our
    ``pair_mask`` inverted, and it averages the weights over the heads unless it is told not to.
    No random number is drawn.

    >>> import torch
    >>> x, ours = torch.randn(3, 5, 8), SelfAttention(8, num_heads=2)
    >>> torch.allclose(ours(x)[0], as_multihead(ours)(x, x, x)[0], atol=1e-6)
    True

    Raises: TypeError for another layer.
    """
    checks.instance("attention", attention, CrossAttention, SelfAttention)
    maps = attention.query, attention.key, attention.value
    weight, bias, context_dim = maps[0].weight, maps[0].bias, attention.context_dim
    theirs = nn.MultiheadAttention(
        attention.dim,
        attention.num_heads,
        bias=bias is not None,
        kdim=context_dim,
        vdim=context_dim,
        batch_first=True,
        device="meta",
        dtype=weight.dtype,
    ).to_empty(device=weight.device)
    state = {f"out_proj.{name}": p for name, p in attention.output.state_dict().items()}
    if bias is not None:
        state["in_proj_bias"] = torch.cat([m.bias for m in maps])
    if context_dim == attention.dim:
        state["in_proj_weight"] = torch.cat([m.weight for m in maps])
    else:
        state |= {f"{r}_proj_weight": m.weight for r, m in zip("qkv", maps, strict=True)}
    theirs.load_state_dict(state)  # which raises if one were forgotten
    return theirs.train(attention.training)


def _joined(context_mask: Tensor | None, pair_mask: Tensor | None) -> Tensor | None:
    """Both masks as one that broadcasts to (B, H, Nq, Nk)."""
    joined = None if context_mask is None else context_mask[:, None, None, :]
    if pair_mask is None:
        return joined
    pair_mask = pair_mask.unsqueeze(-3) if pair_mask.ndim == 3 else pair_mask[None, None]
    return pair_mask if joined is None else joined & pair_mask
