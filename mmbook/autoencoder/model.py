"""The model: encoders and decoders of several modalities around one latent space."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from torch import Tensor, nn

from mmbook import checks


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


def _mlp(dims: Sequence[int]) -> nn.Sequential:
    """Linear layers between the given widths, a ReLU between two of them and none at the end."""
    layers: list[nn.Module] = []
    for a, b in zip(dims[:-1], dims[1:], strict=True):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
