"""Attention and its tokens, for callers that have checked: the function and the layers.

0 * NaN is NaN, so a weight of 0 does not keep a NaN away, nor does a gradient of 0. What a mask
hides must itself be taken away.
"""

from math import isfinite, sqrt

import torch
import torch.nn.functional as F
from torch import Tensor

from mmbook import checks


def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    need_weights: bool,
    shield: bool = True,
) -> tuple[Tensor, Tensor | None]:
    """Scaled dot-product attention. ``shield``: keep NaN in masked tokens from leaking, which a
    layer need not ask for where it has taken away what padding hides."""
    poison = None
    if mask is not None:
        if mask.ndim < 2:  # the fused kernel wants both axes
            mask = mask.expand(1, *(mask.shape or (1,)))
        if shield and not all_finite(key, value):
            key, value, poison = _shielded(key, value, mask)
    if need_weights:
        # Scaling the queries is scaling the scores, on Nq x d_k numbers in place of Nq x Nk.
        weights = softmax((query / sqrt(query.shape[-1])) @ key.mT, mask)
        output = weights @ value
    else:
        output, weights = F.scaled_dot_product_attention(query, key, value, attn_mask=mask), None
    if poison is None:
        return output, weights
    return output + poison, None if weights is None else weights + poison


def softmax(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Over the last axis, of what the mask lets through; zeros in a row without anything."""
    if mask is None:
        return scores.softmax(-1)
    # The least finite number, and not -inf, which would be 0 / 0 = NaN in a row without anything.
    # It leaves uniform weights in such a row, and the second line takes them away.
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return scores.softmax(-1).masked_fill(~mask, 0.0)


def _shielded(key: Tensor, value: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
    """Keys and values in which no NaN can leak.

    Where all queries see the same keys, what none sees becomes 0. Otherwise a token may be hidden
    from one query only: every NaN becomes 0, and the third tensor, (..., Nq, 1), is NaN for a
    query that may attend to one, and 0 for the others; added to the output it gives them their
    NaN back.
    """
    if mask.shape[-2] == 1:
        return torch.where(mask.mT, key, 0.0), torch.where(mask.mT, value, 0.0), None
    # x * 0 is NaN where x is NaN or infinite; isfinite takes five times as long.
    spoilt = ((key.detach() * 0).sum(-1) + (value.detach() * 0).sum(-1)).isnan()  # ..., Nk
    # As a product of matrices: mask & spoilt would store a number for each query, key and head.
    met = torch.einsum("...qk,...k->...q", mask.to(key.dtype), spoilt.to(key.dtype)) > 0
    poison = torch.where(met, torch.nan, 0.0).to(key.dtype).unsqueeze(-1)
    return key.nan_to_num(0.0, 0.0, 0.0), value.nan_to_num(0.0, 0.0, 0.0), poison


def tokens(x: Tensor, mask: Tensor | None, like: Tensor) -> tuple[Tensor, dict[str, int]]:
    """Tokens x (B, N, D), of which absent ones hold no NaN, and their sizes.

    Args:
        mask: (B, N), True = present.
        like: a weight (..., D), with which they are multiplied.
    Raises: TypeError for what is no tensor; ValueError for another shape, dtype or device.
    """
    size = checks.tensor("x", x, "B N D", D=like.shape[-1])
    checks.matches("x", x, like)
    if mask is None:
        return x, size
    checks.mask("mask", mask, "B N", **size)
    return _without_spoilt_padding(x, mask), size


def _without_spoilt_padding(x: Tensor, mask: Tensor) -> Tensor:
    """Tokens (B, N, D) in which NaN and infinity at absent places, mask (B, N) False, are 0."""
    if all_finite(x):
        return x
    return torch.where(mask.unsqueeze(-1) | (x.detach() * 0 == 0), x, 0.0)


def all_finite(*given: Tensor) -> bool:
    """Is there no NaN and no infinity for certain? A glance that spares the work above.

    False where a look would wait for the device or is not allowed (vmap, compile). A finite sum
    has finite parts; one that overflows costs nothing but the work.
    """
    at_hand = all(x.device.type == "cpu" for x in given) and checks.readable(*given)
    return at_hand and all(isfinite(x.detach().sum().item()) for x in given)
