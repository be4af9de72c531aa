"""Attention between tokens: scaled dot products, self and cross (chapters 7 and 8; 4.2.1, 4.2.2).

Masks are True where something is present or may be attended, as everywhere in this package.
"""

from collections.abc import Sequence
from math import sqrt

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    need_weights: bool = True,
) -> tuple[Tensor, Tensor | None]:
    r"""Each query reads a weighted mean of the values.

    .. math:: Y = A V, \qquad A = \mathrm{softmax}(Q K^\top / \sqrt{d_k}),

    the softmax over the keys, so that each row of A sums to 1. A query that may attend to nothing
    gets weights and an output of zeros, never NaN, and no gradient.

    Source: document section 4.2.1; Vaswani et al. (2017), eq. 1.

    Shapes: query (..., Nq, d_k), key (..., Nk, d_k), value (..., Nk, d_v), mask bool that
        broadcasts to (..., Nq, Nk), True = may attend -> output (..., Nq, d_v), weights
        (..., Nq, Nk). Without ``need_weights`` the library's fused kernel does the work, A is
        never stored, and None stands in its place.
    Raises: ValueError for widths or lengths that do not fit, or a mask that is not boolean.
    """
    if query.shape[-1] != key.shape[-1]:
        raise ValueError(
            f"query has width {query.shape[-1]}, key has {key.shape[-1]}; expected one d_k"
        )
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(
            f"there are {key.shape[-2]} keys and {value.shape[-2]} values; expected one each"
        )
    if mask is not None:
        shape = (*query.shape[:-1], key.shape[-2])
        if mask.dtype != torch.bool or not _broadcasts(mask.shape, shape):
            raise ValueError(
                f"mask is {mask.dtype} {tuple(mask.shape)}; "
                f"expected torch.bool that broadcasts to {shape}"
            )
    if not need_weights:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask), None
    # Scaling the queries is scaling the scores, on Nq x d_k numbers in place of Nq x Nk.
    scores = (query / sqrt(query.shape[-1])) @ key.mT
    weights = masked_softmax(scores, mask)
    return weights @ value, weights


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax over the last axis of what the mask lets through; zeros in a row without anything.

    Shapes: scores (..., N), mask bool that broadcasts to it, True = counts -> (..., N).
    """
    if mask is None:
        return scores.softmax(-1)
    # The least finite number, and not -inf, which would be 0 / 0 = NaN in a row without anything.
    # It leaves uniform weights in such a row, and the second line takes them away.
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return scores.softmax(-1).masked_fill(~mask, 0.0)


def sinusoidal_positions(num_tokens: int, dim: int) -> Tensor:
    r"""A vector for each place in a sequence: sines and cosines of falling frequency.

    .. math:: P_{n, 2i} = \sin(n \omega_i), \quad P_{n, 2i+1} = \cos(n \omega_i), \qquad
              \omega_i = 10000^{-2i/D}

    Source: Vaswani et al. (2017), section 3.5.

    Shapes: -> (num_tokens, dim), float32.
    Raises: ValueError if ``dim`` is odd or there is no token.
    """
    if dim < 2 or dim % 2 or num_tokens < 1:
        raise ValueError(f"got {num_tokens} tokens, dim {dim}; expected at least 1, and even")
    frequency = 10_000 ** (-torch.arange(0, dim, 2) / dim)  # D/2
    angle = torch.arange(num_tokens)[:, None] * frequency  # N, D/2
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1)


class CrossAttention(nn.Module):
    r"""Let the tokens of one modality read another, with several heads.

    .. math:: Y = [Y_1 \cdots Y_H]\, W_O, \qquad
              Y_h = \mathrm{softmax}\bigl(Q_h K_h^\top / \sqrt{d_k}\bigr) V_h

    with :math:`Q_h = X^{(1)} W_{Q,h}` from the side that asks, and :math:`K_h = X^{(2)} W_{K,h}`,
    :math:`V_h = X^{(2)} W_{V,h}` from the side that answers. The widths of the heads lie one
    after the other in one matrix; d_k = dim / num_heads.

    Source: document section 4.2.2; Vaswani et al. (2017), section 3.2.2. With copied weights the
    same as ``torch.nn.MultiheadAttention``, whose ``key_padding_mask`` is our mask inverted.

    Shapes: query (B, Nq, dim), context (B, Nk, context_dim), context_mask (B, Nk) bool, pair_mask
        (Nq, Nk) or (B, Nq, Nk) bool, both True = may be attended
        -> output (B, Nq, dim), weights (B, num_heads, Nq, Nk) or None without ``need_weights``.
        A query that may attend to nothing reads zeros, so its output is the output bias.
    Raises: ValueError if ``dim`` is not divisible by ``num_heads``, or a shape does not fit.
    """

    def __init__(
        self, dim: int, context_dim: int | None = None, *, num_heads: int = 1, bias: bool = True
    ):
        super().__init__()
        if num_heads < 1 or dim % num_heads:
            raise ValueError(f"dim {dim} is not divisible by num_heads {num_heads}")
        self.dim, self.num_heads = dim, num_heads
        self.context_dim = dim if context_dim is None else context_dim
        self.query = nn.Linear(dim, dim, bias=bias)
        self.key = nn.Linear(self.context_dim, dim, bias=bias)
        self.value = nn.Linear(self.context_dim, dim, bias=bias)
        self.output = nn.Linear(dim, dim, bias=bias)
        for layer in (self.query, self.key, self.value):
            nn.init.xavier_uniform_(layer.weight)  # keeps the scores' variance near 1

    def forward(
        self,
        query: Tensor,
        context: Tensor,
        context_mask: Tensor | None = None,
        pair_mask: Tensor | None = None,
        *,
        need_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        self._check(query, context)
        mask = _join(context_mask, pair_mask, query, context)
        roles = map(self._split, self._project(query, context))
        read, weights = scaled_dot_product_attention(*roles, mask, need_weights=need_weights)
        return self.output(read.transpose(1, 2).flatten(2)), weights

    def _project(self, query: Tensor, context: Tensor) -> Sequence[Tensor]:
        """Queries, keys and values, each (B, N, dim)."""
        return self.query(query), self.key(context), self.value(context)

    def _split(self, x: Tensor) -> Tensor:
        """(B, N, D) -> (B, H, N, D / H). A view alone would mix tokens with heads."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def _check(self, query: Tensor, context: Tensor) -> None:
        for name, x, width in (("query", query, self.dim), ("context", context, self.context_dim)):
            if x.ndim != 3 or x.shape[2] != width:
                raise ValueError(f"{name} has shape {tuple(x.shape)}; expected (B, N, {width})")
        if len(query) != len(context):
            raise ValueError(f"there are {len(query)} queries and {len(context)} contexts")


class SelfAttention(CrossAttention):
    r"""Let the tokens of one modality read each other: asker and answerer are the same.

    Source: document section 4.2.1; Vaswani et al. (2017), section 3.2.

    Shapes: x (B, N, dim), mask (B, N) bool, True = present, pair_mask (N, N) or (B, N, N) bool
        -> output (B, N, dim), weights (B, num_heads, N, N) or None without ``need_weights``. What
        comes out at an absent token has no meaning; average with ``masked_mean``.
    Raises: ValueError as :class:`CrossAttention` does.
    """

    def __init__(self, dim: int, *, num_heads: int = 1, bias: bool = True):
        super().__init__(dim, num_heads=num_heads, bias=bias)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        pair_mask: Tensor | None = None,
        *,
        need_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        return super().forward(x, x, mask, pair_mask, need_weights=need_weights)

    def _project(self, query: Tensor, context: Tensor) -> Sequence[Tensor]:
        """One product in the place of three, which short sequences would feel."""
        maps = self.query, self.key, self.value
        weight = torch.cat([m.weight for m in maps])
        bias = None if self.query.bias is None else torch.cat([m.bias for m in maps])
        return F.linear(query, weight, bias).chunk(3, dim=-1)


def _join(
    context_mask: Tensor | None, pair_mask: Tensor | None, query: Tensor, context: Tensor
) -> Tensor | None:
    """Both masks as one that broadcasts to (B, H, Nq, Nk)."""
    if context_mask is None and pair_mask is None:
        return None
    (B, Nq), Nk = query.shape[:2], context.shape[1]
    expected = {"context_mask": [(B, Nk)], "pair_mask": [(Nq, Nk), (B, Nq, Nk)]}
    given = {"context_mask": context_mask, "pair_mask": pair_mask}
    for name, mask in given.items():
        if mask is not None and (mask.shape not in expected[name] or mask.dtype != torch.bool):
            raise ValueError(
                f"{name} is {mask.dtype} {tuple(mask.shape)}; "
                f"expected torch.bool {' or '.join(map(str, expected[name]))}"
            )
    joined = None if context_mask is None else context_mask[:, None, None, :]
    if pair_mask is None:
        return joined
    pair_mask = pair_mask.view(-1, 1, Nq, Nk)
    return pair_mask if joined is None else joined & pair_mask


def _broadcasts(shape: torch.Size, to: tuple[int, ...]) -> bool:
    try:
        return torch.broadcast_shapes(shape, to) == to
    except RuntimeError:
        return False
