"""Putting modalities together (chapter 3): opinions multiplied, codes multiplied, codes aligned."""

from collections.abc import Mapping
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def late_fusion(logits: Mapping[str, Tensor], log_prior: Tensor | None = None) -> Tensor:
    r"""The opinion of all, from the opinions of each, if they err independently.

    .. math:: \log p(y \mid x^{(1)}, \dots, x^{(M)}) = \sum_m \log p(y \mid x^{(m)})
              - (M - 1) \log p(y) + \text{const}

    Exact if the modalities are independent given y. Without a prior all classes count alike.

    Shapes: {name: (B, C)} with at least one name, prior (C,) -> log-probabilities (B, C).
    Raises: ValueError for no modality, or shapes that differ.
    """
    shapes = {name: tuple(z.shape) for name, z in logits.items()}
    if not shapes or len(set(shapes.values())) > 1:
        raise ValueError(f"logits have shapes {shapes}; expected one shape (B, C), at least once")
    total = torch.stack([z.log_softmax(-1) for z in logits.values()]).sum(0)
    if log_prior is not None:
        if log_prior.shape != total.shape[-1:]:
            raise ValueError(
                f"log_prior is {tuple(log_prior.shape)}; expected {tuple(total.shape[-1:])}"
            )
        total = total - (len(shapes) - 1) * log_prior
    return total.log_softmax(-1)


def tensor_fusion(codes: Mapping[str, Tensor]) -> Tensor:
    r"""Every product of one entry from each code, where each code is given a 1 more.

    .. math:: [h^{(1)}; 1] \otimes [h^{(2)}; 1] \otimes \dots \otimes [h^{(M)}; 1]

    Thanks to the ones the codes themselves, and all products of fewer, are among the entries.

    Source: Zadeh et al. (2017). Shapes: {name: (B, D_m)} -> (B, (D_1 + 1) ... (D_M + 1)), the last
    modality's index running fastest. Raises: ValueError for no modality or unequal B.
    """
    product, *others = _with_ones(codes)
    for code in others:
        product = torch.einsum("bi,bj->bij", product, code).flatten(1)
    return product


class LowRankFusion(nn.Module):
    r"""A linear map of :func:`tensor_fusion`, which is never built.

    .. math:: y = \sum_{r=1}^{R} \bigodot_m W_r^{(m)} [h^{(m)}; 1], \qquad
              W_r^{(m)} \in \mathbb{R}^{O \times (D_m + 1)}

    Source: Liu et al. (2018). ``R * O * sum(D_m + 1)`` weights instead of ``O * prod(D_m + 1)``.

    Shapes: {name: (B, D_m)} in the order of ``dims`` -> (B, O).
    Raises: KeyError for names that are not those of ``dims``; ValueError for a wrong width.
    """

    def __init__(self, dims: Mapping[str, int], out: int, rank: int):
        super().__init__()
        self.dims = dict(dims)
        self.factors = nn.ParameterList(
            nn.Parameter(torch.randn(rank, out, d + 1) / (d + 1) ** 0.5) for d in dims.values()
        )

    def forward(self, codes: Mapping[str, Tensor]) -> Tensor:
        if list(codes) != list(self.dims):
            raise KeyError(f"codes are {list(codes)}; expected {list(self.dims)}")
        product = 1.0
        for name, code, factor in zip(codes, _with_ones(codes), self.factors, strict=True):
            if code.shape[1] != factor.shape[2]:
                raise ValueError(
                    f"code {name!r} has width {code.shape[1] - 1}; expected {self.dims[name]}"
                )
            product = product * torch.einsum("rod,bd->rbo", factor, code)
        return product.sum(0)


def contrastive_loss(codes: Mapping[str, Tensor], temperature: float = 0.1) -> Tensor:
    r"""Name the partner among all others of the batch (InfoNCE, both directions).

    .. math:: -\frac{1}{2B} \sum_i \Big[ \log \mathrm{softmax}_j(s_{ij}/\tau)_{i}
              + \log \mathrm{softmax}_j(s_{ji}/\tau)_{i} \Big], \quad
              s_{ij} = \cos(h^{(m)}_i, h^{(m')}_j)

    Source: van den Oord et al. (2018), eq. 4; Radford et al. (2021), fig. 3. Unit: nats, mean
    over the batch, both directions and the pairs of modalities; log(B) is chance.

    Shapes: {name: (B, K)} with at least two names -> scalar.
    Raises: ValueError if temperature <= 0 or fewer than two modalities came.
    """
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}; expected a number above 0")
    if len(codes) < 2:
        raise ValueError(f"codes has {list(codes)}; expected at least two modalities")
    directions = [F.normalize(code, dim=1) for code in codes.values()]
    pairs = list(combinations(directions, 2))
    total = 0.0
    for a, b in pairs:
        similarity = a @ b.T / temperature  # B, B: row i is a_i against every b
        partner = torch.arange(len(a), device=a.device)
        there, back = F.cross_entropy(similarity, partner), F.cross_entropy(similarity.T, partner)
        total = total + (there + back) / 2
    return total / len(pairs)


def _with_ones(codes: Mapping[str, Tensor]) -> list[Tensor]:
    """Each code (B, D_m) with a column of ones: (B, D_m + 1)."""
    shapes = {name: tuple(code.shape) for name, code in codes.items()}
    if (
        not shapes
        or any(len(s) != 2 for s in shapes.values())
        or len({s[0] for s in shapes.values()}) > 1
    ):
        raise ValueError(f"codes have shapes {shapes}; expected (B, D_m) with one B, at least once")
    return [torch.cat([code, torch.ones_like(code[:, :1])], 1) for code in codes.values()]
