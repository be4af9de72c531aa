"""The multimodal autoencoder and the losses that train it (chapter 4; document section 4.1.1).

The model keeps the document's own signature, ``MultimodalAutoencoder(input_dims, hidden_dim)``.
The losses are pure functions of tensors. Each says its unit and its reduction.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import combinations
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from mmbook import checks

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

    >>> import torch
    >>> model = MultimodalAutoencoder({"image": 784, "speech": 416}, hidden_dim=32)
    >>> codes, reconstructions = model({"speech": torch.zeros(2, 416)})
    >>> codes["speech"].shape, model.decode("image", codes["speech"]).shape
    (torch.Size([2, 32]), torch.Size([2, 784]))

    Args:
        input_dims: the width of each modality, as a list (the modalities are then called
            ``"1"``, ``"2"``, ... as in the document) or as a mapping from name to width.
        hidden_dim: K, the width of the latent space.
        widths: hidden layers of each encoder, mirrored in its decoder. ``()`` gives the linear
            model, whose optimum is PCA.

    Shapes: inputs {name: (B, D_name)} -> codes {name: (B, K)}, reconstructions like the inputs.
        Modalities may be left out of the inputs; they are then left out of the output. Encoders
        and decoders have the modalities' names, and so have their weights in a ``state_dict``.
    Raises: ValueError for a width below 1 or an input of the wrong shape, KeyError for an
        unknown modality or a name that ``checks.widths`` refuses, TypeError for what is no tensor.
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
            listed = checks.listed("input_dims", input_dims, least=0)
            input_dims = {str(m): width for m, width in enumerate(listed, start=1)}
        self.input_dims = checks.widths("input_dims", input_dims)
        self.hidden_dim = checks.whole("hidden_dim", hidden_dim)
        self.modalities = tuple(self.input_dims)
        between = [checks.whole("widths", w) for w in checks.listed("widths", widths, least=0)]
        dims = {m: [width, *between, hidden_dim] for m, width in self.input_dims.items()}
        self.encoders = nn.ModuleDict({m: _mlp(d) for m, d in dims.items()})
        self.decoders = nn.ModuleDict({m: _mlp(d[::-1]) for m, d in dims.items()})

    def encode(self, modality: str, x: Tensor) -> Tensor:
        """Code of one modality: x (B, D) -> (B, K)."""
        checks.known_keys("modality", [modality], self.modalities)
        encoder = self.encoders[modality]
        self._check(f"input {modality!r}", x, self.input_dims[modality], encoder)
        return encoder(x)

    def decode(self, modality: str, code: Tensor) -> Tensor:
        """Reconstruction of one modality from any code: (B, K) -> (B, D)."""
        checks.known_keys("modality", [modality], self.modalities)
        decoder = self.decoders[modality]
        self._check("code", code, self.hidden_dim, decoder)
        return decoder(code)

    def reconstruct(self, x: Tensor, source: str, target: str) -> Tensor:
        """Read ``source``, write ``target``: x (B, D_source) -> (B, D_target)."""
        checks.known_keys("target", [target], self.modalities)
        return self.decode(target, self.encode(source, x))

    def encode_all(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Codes {name: (B, K)} of the modalities that came, in the model's own order."""
        checks.sized("inputs", inputs, self.input_dims)
        return {m: self.encode(m, inputs[m]) for m in self.modalities if m in inputs}

    def cross_reconstruct(self, codes: Mapping[str, Tensor]) -> dict[tuple[str, str], Tensor]:
        """Decode every code into every modality: {(source, target): (B, D_target)}."""
        checks.sized("codes", codes, dict.fromkeys(self.modalities, self.hidden_dim))
        return {(s, t): self.decode(t, codes[s]) for s in codes for t in self.modalities}

    def forward(self, inputs: Mapping[str, Tensor] | Sequence[Tensor]) -> AutoencoderOutput:
        """Codes and reconstructions; a list of inputs is read in the order of ``input_dims``."""
        if not isinstance(inputs, Mapping):
            inputs = checks.listed("inputs", inputs, Tensor)
            if len(inputs) != len(self.modalities):
                raise ValueError(
                    f"got {len(inputs)} inputs; expected {len(self.modalities)}, "
                    f"one for each of {self.modalities} (name them to leave some out)"
                )
            inputs = dict(zip(self.modalities, inputs, strict=True))
        codes = self.encode_all(inputs)
        return AutoencoderOutput(codes, {m: self.decode(m, code) for m, code in codes.items()})

    def extra_repr(self) -> str:
        return f"input_dims={self.input_dims}, hidden_dim={self.hidden_dim}"

    @staticmethod
    def _check(what: str, x: Tensor, width: int, layers: nn.Module) -> None:
        checks.tensor(what, x, "B D", D=width)
        checks.matches(what, x, next(layers.parameters()))


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


def _mlp(dims: Sequence[int]) -> nn.Sequential:
    """Linear layers between the given widths, a ReLU between two of them and none at the end."""
    layers: list[nn.Module] = []
    for a, b in zip(dims[:-1], dims[1:], strict=True):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


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
