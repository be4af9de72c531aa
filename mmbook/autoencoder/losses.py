"""What the autoencoder's codes and reconstructions cost, as pure functions of tensors."""

from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import combinations
from typing import Literal

import torch
from torch import Tensor

from mmbook import checks

Reduction = Literal["sum", "sample", "feature"]


def joint_code(codes: Mapping[str, Tensor], present: Mapping[str, Tensor] | None = None) -> Tensor:
    """Average the codes of the modalities that are there.

    >>> import torch
    >>> codes = {"image": torch.tensor([[2.0], [4.0]]), "text": torch.tensor([[4.0], [9.0]])}
    >>> joint_code(codes, {"text": torch.tensor([True, False])}).tolist()
    [[3.0], [4.0]]

    Shapes: codes {name: (B, K)}, present {name: (B,) bool}, True = present -> (B, K).
        A modality that ``present`` does not name counts as present.
    Raises: KeyError if ``present`` names a modality without a code; ValueError for shapes that do
        not fit, no code, or a sample that has no modality at all. Under ``torch.func``, where no
        value can be looked at, the joint code of such a sample is NaN.
    """
    B = checks.tensors("codes", codes, "B K")["B"]
    present = {} if present is None else present
    checks.mapping("present", present)
    checks.known_keys("present", present, codes)
    for name, mask in present.items():
        checks.mask(f"present[{name!r}]", mask, "B", B=B)
    stacked = torch.stack(list(codes.values()))  # M, B, K
    everywhere = torch.ones(B, dtype=torch.bool, device=stacked.device)
    mask = torch.stack([present.get(name, everywhere) for name in codes]).unsqueeze(-1)  # M, B, 1
    count = mask.sum(0)
    if present and checks.readable(count) and (count == 0).any():
        rows = (count == 0).flatten().nonzero().flatten().tolist()
        raise ValueError(f"samples {rows} have no modality present; expected at least one")
    return torch.where(mask, stacked, 0.0).sum(0) / count


def reconstruction_loss(
    targets: Mapping[str, Tensor],
    reconstructions: Mapping[str, Tensor],
    reduction: Reduction = "sum",
) -> Tensor:
    r"""The document's loss, :math:`\sum_m \lVert X^{(m)} - \hat X^{(m)} \rVert_F^2`.

    Unit: squared units of the data, summed over modalities. Reduction, within a modality:
    ``"sum"`` over samples and features (the document's), ``"sample"`` sums over features and
    averages over samples, ``"feature"`` averages over both.

    Source: document section 4.1.1.

    >>> import torch
    >>> x, y = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 0.0], [0.0, 4.0]])
    >>> reconstruction_loss({"image": x}, {"image": y}, "sample")  # (4 + 9) / 2
    tensor(6.5000)

    Shapes: two mappings {name: (B, D_name)} with the same names -> scalar. Pictures and the like,
        (B, ...), are flattened.
    Raises: KeyError if the names differ, ValueError if there are none, if shapes or numbers of
        rows differ, or for an unknown reduction.
    """
    checks.choice("reduction", reduction, ("sum", "sample", "feature"))
    checks.rows("targets", targets)
    checks.mapping("reconstructions", reconstructions)
    checks.keys("reconstructions", reconstructions, targets)
    return _total(_squared_error(targets, m, reconstructions[m], reduction) for m in targets)


def cross_reconstruction_loss(
    targets: Mapping[str, Tensor],
    crossed: Mapping[tuple[str, str], Tensor],
    reduction: Reduction = "sum",
) -> Tensor:
    r"""Every modality rebuilt from every *other* one (Ngiam et al. 2011).

    .. math:: \sum_{m} \sum_{s \ne m} \lVert X^{(m)} - g_{\theta_m}(f_{\phi_s}(X^{(s)})) \rVert_F^2

    Pairs (m, m) in ``crossed`` are left to :func:`reconstruction_loss`. Unit and reduction as
    there. Shapes: targets {name: (B, D)}, crossed {(source, target): (B, D_target)} -> scalar.
    Raises: ValueError if there is no pair of two different modalities, and as there; KeyError for
    a modality that is not among the targets.

    >>> import torch
    >>> ones, zeros = torch.ones(2, 3), torch.zeros(2, 3)
    >>> cross_reconstruction_loss({"a": ones, "b": ones}, {("a", "a"): zeros, ("b", "a"): zeros})
    tensor(6.)
    """
    checks.choice("reduction", reduction, ("sum", "sample", "feature"))
    checks.rows("targets", targets)
    checks.mapping("crossed", crossed)
    for pair in crossed:
        checks.known_keys("crossed", pair, targets)
    pairs = [(s, t) for s, t in crossed if s != t]
    if not pairs:
        raise ValueError(f"crossed holds {list(crossed)}; expected a pair of two modalities")
    return _total(_squared_error(targets, t, crossed[s, t], reduction) for s, t in pairs)


def code_matching_loss(codes: Mapping[str, Tensor]) -> Tensor:
    r"""Squared distance between the codes of one sample, :math:`\lVert h^{(m)}-h^{(s)} \rVert^2`.

    Unit: squared units of the code, summed over its K axes, mean over the batch and over the
    pairs of modalities. Alone it is minimised by codes that shrink to a point.

    >>> import torch
    >>> code_matching_loss({"image": torch.zeros(5, 3), "text": torch.ones(5, 3)})
    tensor(3.)

    Shapes: {name: (B, K)} with at least two names -> scalar.
    Raises: ValueError for fewer than two, for shapes that differ, or no row.
    """
    checks.tensors("codes", codes, "B>=1 K", least=2)
    pairs = list(combinations(codes.values(), 2))
    return _total((a - b).square().sum(1).mean() for a, b in pairs) / len(pairs)


def _squared_error(
    targets: Mapping[str, Tensor], name: str, estimate: Tensor, reduction: Reduction
) -> Tensor:
    checks.alike({f"target {name!r}": targets[name], "its estimate": estimate})
    error = (targets[name] - estimate).square()
    if reduction == "sum":
        return error.sum()
    return error.flatten(1).sum(1).mean() if reduction == "sample" else error.mean()


def _total(terms: Iterable[Tensor]) -> Tensor:
    """Their sum; there is at least one."""
    return reduce(torch.add, terms)
