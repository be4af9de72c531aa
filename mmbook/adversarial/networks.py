"""The two players, and what keeps the second from getting too steep."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

from mmbook import checks


class MultimodalGenerator(nn.Module):
    r"""One noise vector, one head a modality: :math:`G(z) = (G_1(z), \dots, G_M(z))`.

    A trunk reads z, so that all heads start from the same hidden vector and *can* agree on what
    they draw. Whether they do is up to the discriminator.

    Source: document section 4.1.2 (its G gives the pair (x1, x2)); Goodfellow et al. (2014).

    >>> G = MultimodalGenerator(32, {"image": 784, "speech": 416}, width=64)
    >>> {name: tuple(x.shape) for name, x in G.sample(5, seed=0).items()}
    {'image': (5, 784), 'speech': (5, 416)}

    Args:
        noise_dim: width of z.
        output_dims: {modality: the width of what its head makes}.
        width: of the hidden layers, two in the trunk and one in each head.
    Shapes: noise (B, noise_dim) -> {name: (B, D_name)}. ``heads[name]`` has its modality's name,
        and so have its weights in a ``state_dict``.
    Raises: ValueError for a width below 1 or noise of another shape or dtype; KeyError for a name
        that ``checks.widths`` refuses; TypeError for what is no tensor or no whole number.
    """

    def __init__(self, noise_dim: int, output_dims: Mapping[str, int], *, width: int = 128):
        super().__init__()
        self.noise_dim = checks.whole("noise_dim", noise_dim)
        self.output_dims = checks.widths("output_dims", output_dims)
        self.width = checks.whole("width", width)
        self.modalities = tuple(self.output_dims)
        self.trunk = _mlp(noise_dim, width, width)
        self.heads = nn.ModuleDict(
            {
                name: nn.Sequential(_mlp(width, width), nn.Linear(width, dim))
                for name, dim in self.output_dims.items()
            }
        )
        _initialise(self)

    def forward(self, z: Tensor) -> dict[str, Tensor]:
        """Noise to rows of all modalities: (B, noise_dim) -> {name: (B, D_name)}."""
        checks.tensor("noise", z, "B D", D=self.noise_dim)
        checks.matches("noise", z, next(self.parameters()))
        hidden = self.trunk(z)  # B, width
        return {name: head(hidden) for name, head in self.heads.items()}

    @torch.no_grad()
    def sample(self, count: int, seed: int) -> dict[str, Tensor]:
        """``count`` pairs from seeded standard normal noise, the same on every device.

        Raises: ValueError, TypeError for a count below 1 or a seed that is no whole number.
        """
        generator = torch.Generator().manual_seed(checks.whole("seed", seed, -(2**63), 2**64 - 1))
        size = (checks.whole("count", count), self.noise_dim)
        z = torch.randn(size, generator=generator, dtype=torch.float32, device="cpu")
        return self(z.to(next(self.parameters())))

    def extra_repr(self) -> str:
        return f"noise_dim={self.noise_dim}, output_dims={self.output_dims}, width={self.width}"


class MultimodalDiscriminator(nn.Module):
    r"""One branch a modality, then one head for all: the logit of "this pair is real".

    .. math:: D(x_1, x_2) = \mathrm{sigmoid}\bigl(\mathrm{head}([b_1(x_1); b_2(x_2)])\bigr)

    With one modality in ``input_dims`` it is an ordinary discriminator.

    Source: document section 4.1.2; spectral normalisation after Miyato et al. (2018).

    >>> import torch
    >>> D = MultimodalDiscriminator({"image": 784, "speech": 416}, width=64)
    >>> D({"image": torch.zeros(5, 784), "speech": torch.zeros(5, 416)}).shape
    torch.Size([5])

    Args:
        input_dims: {modality: width of what its branch reads}.
        width: of the hidden layers, two in each branch and one in the head.
        spectral: divide each weight matrix by its largest singular value, so that no layer can
            stretch a distance and the logit changes at most as fast as its input.

    Shapes: {name: (B, D_name)}, in any order -> logits (B,). D = sigmoid(logit).
        ``branches[name]`` has its modality's name, and so have its weights in a ``state_dict``.
    Raises: ValueError for a width below 1 or an input of another shape or dtype; KeyError for a
        missing or unknown modality, or a name that ``checks.widths`` refuses; TypeError for what
        is no tensor or no whole number.
    """

    def __init__(self, input_dims: Mapping[str, int], *, width: int = 128, spectral: bool = False):
        super().__init__()
        self.input_dims = checks.widths("input_dims", input_dims)
        self.width = checks.whole("width", width)
        self.modalities = tuple(self.input_dims)
        self.branches = nn.ModuleDict(
            {name: _mlp(dim, width, width) for name, dim in self.input_dims.items()}
        )
        joint = width * len(self.input_dims)
        self.head = nn.Sequential(_mlp(joint, width), nn.Linear(width, 1))
        _initialise(self)
        if checks.flag("spectral", spectral):
            for layer in [m for m in self.modules() if isinstance(m, nn.Linear)]:
                parametrize.register_parametrization(layer, "weight", SpectralNorm(layer.weight))

    def forward(self, pair: Mapping[str, Tensor]) -> Tensor:
        """The logit of "these are one real pair": {name: (B, D_name)} -> (B,)."""
        checks.sized("pair", pair, self.input_dims)
        checks.keys("pair", pair, self.input_dims)
        for name, x in pair.items():
            checks.matches(f"pair[{name!r}]", x, next(self.parameters()))
        parts = [branch(pair[name]) for name, branch in self.branches.items()]
        return self.head(torch.cat(parts, dim=1)).squeeze(1)

    def extra_repr(self) -> str:
        return f"input_dims={self.input_dims}, width={self.width}"


class SpectralNorm(nn.Module):
    r"""Divide a matrix by its largest singular value, found by power iteration.

    .. math:: v \leftarrow W^\top u / \lVert W^\top u \rVert, \quad
              u \leftarrow W v / \lVert W v \rVert, \quad \sigma = u^\top W v

    One round a training step is enough, because W moves little between two steps and u is kept.

    >>> import torch
    >>> weight = torch.tensor([[3.0, 0.0], [0.0, 1.0]])
    >>> SpectralNorm(weight)(weight)
    tensor([[1.0000, 0.0000],
            [0.0000, 0.3333]])

    Args:
        weight: where the iteration starts.
        rounds: of the iteration before the first use.
    Source: Miyato et al. (2018), algorithm 1. Shapes: weight (out, in) -> (out, in).
    Raises: ValueError for another shape, or a weight of zeros; TypeError for what is no tensor.
    """

    u: Tensor

    def __init__(self, weight: Tensor, rounds: int = 15):
        super().__init__()
        checks.tensor("weight", weight, "O>=1 D>=1")
        self.shape = tuple(weight.shape)
        u = torch.ones(len(weight), device=weight.device, dtype=weight.dtype)
        for _ in range(checks.whole("rounds", rounds)):
            u = self._round(weight.detach(), u)[0]
        if checks.readable(u) and not u.any():
            raise ValueError("weight is 0 or its columns add up to 0; expected a singular value")
        self.register_buffer("u", u)

    @staticmethod
    def _round(weight: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        v = F.normalize(weight.T @ u, dim=0)
        return F.normalize(weight @ v, dim=0), v

    def forward(self, weight: Tensor) -> Tensor:
        """The matrix with a largest singular value of 1; a round more while training."""
        checks.tensor("weight", weight, "O D", O=self.shape[0], D=self.shape[1])
        checks.matches("weight", weight, self.u, "the vector u")
        u, v = self._round(weight.detach(), self.u)
        if self.training:
            self.u.copy_(u)
        return weight / (u @ weight @ v)


def _mlp(*widths: int) -> nn.Sequential:
    """Linear layers, each followed by a leaky ReLU, so that a slope is left on both sides."""
    layers: list[nn.Module] = []
    for i, o in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(i, o), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers)


def _initialise(network: nn.Module) -> None:
    """He et al. (2015): signals keep their size through leaky ReLUs. PyTorch's default shrinks
    them about twofold a layer, and a short game is over before they have grown back."""
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, a=0.2)
            nn.init.zeros_(layer.bias)
