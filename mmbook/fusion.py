"""Putting modalities together (chapter 3): opinions multiplied, codes multiplied, codes aligned."""

from collections.abc import Mapping
from functools import reduce
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmbook import checks


def late_fusion(logits: Mapping[str, Tensor], log_prior: Tensor | None = None) -> Tensor:
    r"""The opinion of all, from the opinions of each, if they err independently.

    .. math:: \log p(y \mid x^{(1)}, \dots, x^{(M)}) = \sum_m \log p(y \mid x^{(m)})
              - (M - 1) \log p(y) + \text{const}

    Exact if the modalities are independent given y. Without a prior all classes count alike.

    >>> import torch
    >>> said = {"image": torch.tensor([[0.8, 0.2]]), "sound": torch.tensor([[0.4, 0.6]])}
    >>> late_fusion({m: p.log() for m, p in said.items()}).exp()  # .32 against .12
    tensor([[0.7273, 0.2727]])

    Shapes: {name: (B, C)} with at least one name, prior (C,) -> log-probabilities (B, C).
    Raises: ValueError for no modality, or shapes that differ; TypeError for what is no tensor.
    """
    C = checks.tensors("logits", logits, "B C>=1")["C"]
    total = torch.stack([z.log_softmax(-1) for z in logits.values()]).sum(0)
    if log_prior is not None:
        checks.tensor("log_prior", log_prior, "C", C=C)
        total = total - (len(logits) - 1) * log_prior
    return total.log_softmax(-1)


def tensor_fusion(codes: Mapping[str, Tensor]) -> Tensor:
    r"""Every product of one entry from each code, where each code is given a 1 more.

    .. math:: [h^{(1)}; 1] \otimes [h^{(2)}; 1] \otimes \dots \otimes [h^{(M)}; 1]

    Thanks to the ones the codes themselves, and all products of fewer, are among the entries.

    >>> import torch
    >>> tensor_fusion({"image": torch.tensor([[2.0, 3.0]]), "sound": torch.tensor([[5.0]])})
    tensor([[10.,  2., 15.,  3.,  5.,  1.]])

    Source: Zadeh et al. (2017). Shapes: {name: (B, D_m)} -> (B, (D_1 + 1) ... (D_M + 1)), in the
    order of the dict, the last modality's index running fastest.
    Raises: ValueError for no modality or unequal B; TypeError for what is no tensor.
    """
    checks.tensors("codes", codes, "B D_m")
    product, *others = (_with_one(code) for code in codes.values())
    for code in others:
        product = torch.einsum("bi,bj->bij", product, code).flatten(1)
    return product


class LowRankFusion(nn.Module):
    r"""A linear map of :func:`tensor_fusion`, which is never built.

    .. math:: y = \sum_{r=1}^{R} \bigodot_m W_r^{(m)} [h^{(m)}; 1], \qquad
              W_r^{(m)} \in \mathbb{R}^{O \times (D_m + 1)}

    Source: Liu et al. (2018). ``R * O * sum(D_m + 1)`` weights instead of ``O * prod(D_m + 1)``.

    >>> import torch
    >>> layer = LowRankFusion({"image": 3, "sound": 2}, output_dim=5, rank=4)
    >>> layer({"sound": torch.zeros(7, 2), "image": torch.zeros(7, 3)}).shape
    torch.Size([7, 5])

    Args:
        input_dims: D_m, the width of each modality's code.
        output_dim: O.
        rank: R; with a large enough one every linear map of the tensor can be written so.
    Shapes: {name: (B, D_m)}, in any order -> (B, O). ``factors[name]``: (R, O, D_m + 1).
    Raises: KeyError for names that are not those of ``input_dims``; ValueError for a wrong width,
        dtype or device; TypeError for what is no tensor.
    """

    def __init__(self, input_dims: Mapping[str, int], output_dim: int, rank: int):
        super().__init__()
        self.input_dims = checks.widths("input_dims", input_dims)
        self.output_dim = checks.whole("output_dim", output_dim)
        self.rank = checks.whole("rank", rank)
        self.factors = nn.ParameterDict(
            {
                name: nn.Parameter(torch.randn(rank, output_dim, dim + 1) / (dim + 1) ** 0.5)
                for name, dim in self.input_dims.items()
            }
        )

    def forward(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Fuse the codes of all modalities: {name: (B, D_m)} -> (B, O)."""
        checks.sized("codes", codes, self.input_dims)
        checks.keys("codes", codes, self.input_dims)
        for name, factor in self.factors.items():
            checks.matches(f"codes[{name!r}]", codes[name], factor)
        products = (
            torch.einsum("rod,bd->rbo", factor, _with_one(codes[name]))
            for name, factor in self.factors.items()
        )
        return reduce(torch.mul, products).sum(0)

    def extra_repr(self) -> str:
        return f"input_dims={self.input_dims}, output_dim={self.output_dim}, rank={self.rank}"


def contrastive_loss(codes: Mapping[str, Tensor], temperature: float | Tensor = 0.1) -> Tensor:
    r"""Name the partner among all others of the batch (InfoNCE, both directions).

    .. math:: -\frac{1}{2B} \sum_i \Big[ \log \mathrm{softmax}_j(s_{ij}/\tau)_{i}
              + \log \mathrm{softmax}_j(s_{ji}/\tau)_{i} \Big], \quad
              s_{ij} = \cos(h^{(m)}_i, h^{(m')}_j)

    Source: van den Oord et al. (2018), eq. 4; Radford et al. (2021), fig. 3. Unit: nats, mean
    over the batch, both directions and the pairs of modalities; log(B) is chance.

    >>> import torch
    >>> contrastive_loss({"image": torch.ones(8, 3), "text": torch.ones(8, 3)}).exp()
    tensor(8.0000)

    Args:
        temperature: tau; a tensor of shape () where it is learned.
    Shapes: {name: (B, K)} with at least two names -> scalar.
    Raises: ValueError for a temperature that is not finite and above 0, fewer than two modalities,
        shapes that differ, or no row; TypeError for what is no tensor.
    """
    checks.temperature("temperature", temperature)
    B = checks.tensors("codes", codes, "B>=1 K>=1", least=2)["B"]
    directions = [F.normalize(code, dim=1) for code in codes.values()]
    partner = torch.arange(B, device=directions[0].device)
    losses = []
    for a, b in combinations(directions, 2):
        similarity = a @ b.T / temperature  # B, B: row i is a_i against every b
        there, back = F.cross_entropy(similarity, partner), F.cross_entropy(similarity.T, partner)
        losses.append((there + back) / 2)
    return reduce(torch.add, losses) / len(losses)


def _with_one(code: Tensor) -> Tensor:
    """A code (B, D_m) with a column of ones: (B, D_m + 1)."""
    return torch.cat([code, torch.ones_like(code[:, :1])], 1)
