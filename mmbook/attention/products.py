"""The operation itself: scaled dot products, a softmax, and the masks that both respect."""

from torch import Tensor

from mmbook import checks
from mmbook.attention._kernel import attend, softmax


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
    gets weights and an output of zeros, never NaN, and no gradient. Whatever stands in a token
    that a query may not attend, NaN and infinity too, leaves the query's output, weights and
    gradients as they are; a query that may attend to NaN gets NaN.

    Source: document section 4.2.1; Vaswani et al. (2017), eq. 1.

    >>> import torch
    >>> query, key = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 1.0], [0.0, 5.0]])
    >>> scaled_dot_product_attention(query, key, value=torch.tensor([[1.0], [3.0]]))
    (tensor([[2.]]), tensor([[0.5000, 0.5000]]))

    Args:
        need_weights: False lets the library's fused kernel do the work. A is then never stored,
            and None stands in its place.
    Shapes: query (..., Nq, d_k), key (..., Nk, d_k), value (..., Nk, d_v) with equal leading
        axes, mask bool that broadcasts to (..., Nq, Nk), True = may attend
        -> output (..., Nq, d_v), weights (..., Nq, Nk).
    Raises: ValueError for widths or lengths that do not fit, other dtypes or devices, or a mask
        that is not boolean; TypeError for what is no tensor.
    """
    if not _fit(query, key, value):
        _check(query, key, value)
    if mask is not None:
        checks.mask_over("mask", mask, (*query.shape[:-1], key.shape[-2]))
    return attend(query, key, value, mask, checks.flag("need_weights", need_weights))


def _fit(query: Tensor, key: Tensor, value: Tensor) -> bool:
    """A glance that spares the checks, which take as long as a short sequence."""
    if not (isinstance(query, Tensor) and isinstance(key, Tensor) and isinstance(value, Tensor)):
        return False
    *lead, Nk, d_k = key.shape if key.ndim >= 2 else (0, 0)
    return (
        d_k > 0
        and query.is_floating_point()
        and query.dtype == key.dtype == value.dtype
        and query.device == key.device == value.device
        and query.ndim == value.ndim == key.ndim
        and [*query.shape[:-2], query.shape[-1]] == [*lead, d_k]
        and [*value.shape[:-1]] == [*lead, Nk]
    )


def _check(query: Tensor, key: Tensor, value: Tensor) -> None:
    """Raises what is wrong; nothing is, where autocast makes the dtypes differ."""
    d_k = checks.tensor("query", query, "... Nq d_k>=1")["d_k"]
    checks.alike({"query": query, "key": key, "value": value}, last=2)
    Nk = checks.tensor("key", key, "... Nk d_k", d_k=d_k)["Nk"]
    checks.tensor("value", value, "... Nk d_v", Nk=Nk)
    for name, x in (("key", key), ("value", value)):
        checks.matches(name, x, query, "the query")


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax over the last axis of what the mask lets through; zeros in a row without anything.

    >>> import torch
    >>> masked_softmax(torch.zeros(2, 3), torch.tensor([[True, True, False], [False] * 3]))
    tensor([[0.5000, 0.5000, 0.0000],
            [0.0000, 0.0000, 0.0000]])

    Shapes: scores (..., N), mask bool that broadcasts to it, True = counts -> (..., N).
    Raises: ValueError for a mask of another shape or dtype; TypeError for what is no tensor.
    """
    checks.tensor("scores", scores, "... N")
    if mask is not None:
        checks.mask_over("mask", mask, tuple(scores.shape))
    return softmax(scores, mask)
