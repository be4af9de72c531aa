"""The multimodal autoencoder and the losses that train it (chapter 4; document section 4.1.1).

The model keeps the document's own signature, ``MultimodalAutoencoder(input_dims, hidden_dim)``.
The losses are pure functions of tensors. Each says its unit and its reduction.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

Reduction = Literal["sum", "sample", "feature"]


class AutoencoderOutput(NamedTuple):
    """What a forward pass gives: codes (B, K) and reconstructions (B, D), by modality."""

    codes: dict[str, Tensor]
    reconstructions: dict[str, Tensor]


class MultimodalAutoencoder(nn.Module):
    r"""One encoder and one decoder a modality, all meeting in one latent space.

    .. math:: H^{(m)} = f_{\phi_m}(X^{(m)}), \qquad \hat X^{(m)} = g_{\theta_m}(H^{(m)})

    Source: document section 4.1.1 (its single :math:`f_\phi` becomes a family, as in its own
    code) and 5.1.1 (the signature); Ngiam et al. (2011).

    Args:
        input_dims: the width of each modality, as a list (the modalities are then called
            ``"1"``, ``"2"``, ... as in the document) or as a mapping from name to width.
        hidden_dim: K, the width of the latent space.
        widths: hidden layers of each encoder, mirrored in its decoder. ``()`` gives the linear
            model, whose optimum is PCA.

    Shapes: inputs {name: (B, D_name)} -> codes {name: (B, K)}, reconstructions like the inputs.
        Modalities may be left out of the inputs; they are then left out of the output.
    Raises: ValueError for a width below 1 or an input of the wrong shape, KeyError for an
        unknown modality.
    """

    def __init__(
        self,
        input_dims: Sequence[int] | Mapping[str, int],
        hidden_dim: int,
        *,
        widths: Sequence[int] = (128,),
    ):
        super().__init__()
        if not isinstance(input_dims, Mapping):
            input_dims = {str(m): width for m, width in enumerate(input_dims, start=1)}
        if not input_dims:
            raise ValueError("input_dims is empty; expected at least one modality")
        for name, width in {**input_dims, "hidden_dim": hidden_dim}.items():
            if width < 1:
                raise ValueError(f"width of {name} is {width}; expected at least 1")
        self.input_dims = dict(input_dims)
        self.hidden_dim = hidden_dim
        self.modalities = tuple(input_dims)
        dims = [[width, *widths, hidden_dim] for width in input_dims.values()]
        self.encoders = nn.ModuleList(_mlp(d) for d in dims)
        self.decoders = nn.ModuleList(_mlp(d[::-1]) for d in dims)

    def encode(self, modality: str, x: Tensor) -> Tensor:
        """Code of one modality: x (B, D) -> (B, K)."""
        m = self._index(modality)
        _check_width(f"input {modality!r}", x, self.input_dims[modality])
        return self.encoders[m](x)

    def decode(self, modality: str, code: Tensor) -> Tensor:
        """Reconstruction of one modality from any code: (B, K) -> (B, D)."""
        m = self._index(modality)
        _check_width("code", code, self.hidden_dim)
        return self.decoders[m](code)

    def reconstruct(self, x: Tensor, source: str, target: str) -> Tensor:
        """Read ``source``, write ``target``: x (B, D_source) -> (B, D_target)."""
        return self.decode(target, self.encode(source, x))

    def encode_all(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Codes {name: (B, K)} of the modalities that came, in the model's own order."""
        for name in inputs:
            self._index(name)
        return {m: self.encode(m, inputs[m]) for m in self.modalities if m in inputs}

    def cross_reconstruct(self, codes: Mapping[str, Tensor]) -> dict[tuple[str, str], Tensor]:
        """Decode every code into every modality: {(source, target): (B, D_target)}."""
        return {(s, t): self.decode(t, codes[s]) for s in codes for t in self.modalities}

    def forward(self, inputs: Mapping[str, Tensor] | Sequence[Tensor]) -> AutoencoderOutput:
        """Codes and reconstructions; a list of inputs is read in the order of ``input_dims``."""
        if not isinstance(inputs, Mapping):
            if len(inputs) != len(self.modalities):
                raise ValueError(
                    f"got {len(inputs)} inputs; expected {len(self.modalities)}, "
                    f"one for each of {self.modalities} (name them to leave some out)"
                )
            inputs = dict(zip(self.modalities, inputs, strict=True))
        codes = self.encode_all(inputs)
        return AutoencoderOutput(codes, {m: self.decode(m, code) for m, code in codes.items()})

    def _index(self, modality: str) -> int:
        if modality not in self.input_dims:
            raise KeyError(f"unknown modality {modality!r}; expected one of {self.modalities}")
        return self.modalities.index(modality)


def joint_code(codes: Mapping[str, Tensor], present: Mapping[str, Tensor] | None = None) -> Tensor:
    """Average the codes of the modalities that are there.

    Shapes: codes {name: (B, K)}, present {name: (B,) bool}, True = present -> (B, K).
        A modality that ``present`` does not name counts as present.
    Raises: ValueError if a sample has no modality at all.
    """
    present = present or {}
    stacked = torch.stack(list(codes.values()))  # M, B, K
    everywhere = torch.ones(stacked.shape[1], dtype=torch.bool, device=stacked.device)
    mask = torch.stack([present.get(name, everywhere) for name in codes]).unsqueeze(-1)  # M, B, 1
    count = mask.sum(0)
    if (count == 0).any():
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
    Shapes: two mappings {name: (B, D_name)} with the same names -> scalar.
    Raises: ValueError if names or shapes differ, or for an unknown reduction.
    """
    if set(targets) != set(reconstructions):
        raise ValueError(
            f"targets name {sorted(targets)}, reconstructions name {sorted(reconstructions)}; "
            "expected the same modalities"
        )
    return sum(_squared_error(targets[m], reconstructions[m], reduction) for m in targets)


def cross_reconstruction_loss(
    targets: Mapping[str, Tensor],
    crossed: Mapping[tuple[str, str], Tensor],
    reduction: Reduction = "sum",
) -> Tensor:
    r"""Every modality rebuilt from every *other* one (Ngiam et al. 2011).

    .. math:: \sum_{m} \sum_{s \ne m} \lVert X^{(m)} - g_{\theta_m}(f_{\phi_s}(X^{(s)})) \rVert_F^2

    Pairs (m, m) in ``crossed`` are left to :func:`reconstruction_loss`. Unit and reduction as
    there. Shapes: targets {name: (B, D)}, crossed {(source, target): (B, D_target)} -> scalar.
    Raises: ValueError if there is no pair of two different modalities.
    """
    pairs = [(s, t) for s, t in crossed if s != t]
    if not pairs:
        raise ValueError(f"crossed holds {list(crossed)}; expected a pair of two modalities")
    return sum(_squared_error(targets[t], crossed[s, t], reduction) for s, t in pairs)


def code_matching_loss(codes: Mapping[str, Tensor]) -> Tensor:
    r"""Squared distance between the codes of one sample, :math:`\lVert h^{(m)}-h^{(s)} \rVert^2`.

    Unit: squared units of the code, summed over its K axes, mean over the batch and over the
    pairs of modalities. Alone it is minimised by codes that shrink to a point.

    Shapes: {name: (B, K)} with at least two names -> scalar.
    """
    pairs = list(combinations(_two_or_more(codes).values(), 2))
    return sum((a - b).square().sum(1).mean() for a, b in pairs) / len(pairs)


def _mlp(dims: Sequence[int]) -> nn.Sequential:
    """Linear layers between the given widths, a ReLU between two of them and none at the end."""
    layers: list[nn.Module] = []
    for a, b in zip(dims[:-1], dims[1:], strict=True):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _squared_error(target: Tensor, estimate: Tensor, reduction: Reduction) -> Tensor:
    if target.shape != estimate.shape:
        raise ValueError(f"target is {tuple(target.shape)}, estimate is {tuple(estimate.shape)}")
    error = (target - estimate).square()
    match reduction:
        case "sum":
            return error.sum()
        case "sample":
            return error.flatten(1).sum(1).mean()
        case "feature":
            return error.mean()
    raise ValueError(f"reduction is {reduction!r}; expected 'sum', 'sample' or 'feature'")


def _two_or_more(codes: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    if len(codes) < 2:
        raise ValueError(f"got codes of {list(codes)}; expected at least two modalities")
    return codes


def _check_width(what: str, x: Tensor, width: int) -> None:
    if x.ndim != 2 or x.shape[1] != width:
        raise ValueError(f"{what} has shape {tuple(x.shape)}; expected (B, {width})")
