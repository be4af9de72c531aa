"""Multimodal adversarial learning (chapter 5; document section 4.1.2).

A generator turns one noise vector into a pair; a discriminator judges the *pair*. The losses are
pure functions of logits; ``mmbook.training.fit_gan`` lets the two networks play.
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize


class MultimodalGenerator(nn.Module):
    r"""One noise vector, one head a modality: :math:`G(z) = (G_1(z), \dots, G_M(z))`.

    A trunk reads z, so that all heads start from the same hidden vector and *can* agree on what
    they draw. Whether they do is up to the discriminator.

    Source: document section 4.1.2 (its G gives the pair (x1, x2)); Goodfellow et al. (2014).

    Shapes: noise (B, noise_dim) -> {name: (B, D_name)}.
    Raises: ValueError for a width below 1 or noise of the wrong width.
    """

    def __init__(self, noise_dim: int, output_dims: Mapping[str, int], *, hidden_dim: int = 128):
        super().__init__()
        _check_widths({**output_dims, "noise_dim": noise_dim, "hidden_dim": hidden_dim})
        self.noise_dim = noise_dim
        self.output_dims = dict(output_dims)
        self.modalities = tuple(output_dims)
        self.trunk = _mlp(noise_dim, hidden_dim, hidden_dim)
        self.heads = nn.ModuleList(
            nn.Sequential(_mlp(hidden_dim, hidden_dim), nn.Linear(hidden_dim, width))
            for width in output_dims.values()
        )
        _initialise(self)

    def forward(self, z: Tensor) -> dict[str, Tensor]:
        if z.ndim != 2 or z.shape[1] != self.noise_dim:
            raise ValueError(f"noise has shape {tuple(z.shape)}; expected (B, {self.noise_dim})")
        hidden = self.trunk(z)  # B, hidden_dim
        return {m: head(hidden) for m, head in zip(self.modalities, self.heads, strict=True)}

    @torch.no_grad()
    def sample(self, count: int, seed: int) -> dict[str, Tensor]:
        """``count`` pairs from seeded standard normal noise, the same on every device."""
        z = torch.randn(count, self.noise_dim, generator=torch.Generator().manual_seed(seed))
        return self(z.to(self.heads[0][1].weight.device))


class MultimodalDiscriminator(nn.Module):
    r"""One branch a modality, then one head for all: the logit of "this pair is real".

    .. math:: D(x_1, x_2) = \mathrm{sigmoid}\bigl(\mathrm{head}([b_1(x_1); b_2(x_2)])\bigr)

    With one modality in ``input_dims`` it is an ordinary discriminator.

    Source: document section 4.1.2; spectral normalisation after Miyato et al. (2018).

    Args:
        spectral: divide each weight matrix by its largest singular value, so that no layer can
            stretch a distance and the logit changes at most as fast as its input.

    Shapes: {name: (B, D_name)} -> logits (B,). D = sigmoid(logit).
    Raises: ValueError for a width below 1 or an input of the wrong width, KeyError for a missing
        or unknown modality.
    """

    def __init__(
        self, input_dims: Mapping[str, int], *, hidden_dim: int = 128, spectral: bool = False
    ):
        super().__init__()
        _check_widths({**input_dims, "hidden_dim": hidden_dim})
        self.input_dims = dict(input_dims)
        self.modalities = tuple(input_dims)
        self.branches = nn.ModuleList(
            _mlp(width, hidden_dim, hidden_dim) for width in input_dims.values()
        )
        joint = hidden_dim * len(input_dims)
        self.head = nn.Sequential(_mlp(joint, hidden_dim), nn.Linear(hidden_dim, 1))
        _initialise(self)
        if spectral:
            for layer in [m for m in self.modules() if isinstance(m, nn.Linear)]:
                parametrize.register_parametrization(layer, "weight", SpectralNorm(layer.weight))

    def forward(self, pair: Mapping[str, Tensor]) -> Tensor:
        if set(pair) != set(self.modalities):
            raise KeyError(f"got modalities {tuple(pair)}; expected {self.modalities}")
        for name, width in self.input_dims.items():
            if pair[name].ndim != 2 or pair[name].shape[1] != width:
                shape = tuple(pair[name].shape)
                raise ValueError(f"{name!r} has shape {shape}; expected (B, {width})")
        parts = [branch(pair[m]) for m, branch in zip(self.modalities, self.branches, strict=True)]
        return self.head(torch.cat(parts, dim=1)).squeeze(1)


class SpectralNorm(nn.Module):
    r"""Divide a matrix by its largest singular value, found by power iteration.

    .. math:: v \leftarrow W^\top u / \lVert W^\top u \rVert, \quad
              u \leftarrow W v / \lVert W v \rVert, \quad \sigma = u^\top W v

    One round a training step is enough, because W moves little between two steps and u is kept.

    Source: Miyato et al. (2018), algorithm 1. Shapes: weight (out, in) -> (out, in).
    """

    def __init__(self, weight: Tensor, rounds: int = 15):
        super().__init__()
        u = torch.ones(len(weight), device=weight.device, dtype=weight.dtype)
        for _ in range(rounds):
            u = self._round(weight.detach(), u)[0]
        self.register_buffer("u", u)

    @staticmethod
    def _round(weight: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        v = F.normalize(weight.T @ u, dim=0)
        return F.normalize(weight @ v, dim=0), v

    def forward(self, weight: Tensor) -> Tensor:
        u, v = self._round(weight.detach(), self.u)
        if self.training:
            self.u.copy_(u)
        return weight / (u @ weight @ v)


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""What the discriminator minimises, minus the document's V(D, G):

    .. math:: -\mathbb E \log D(x) - \mathbb E \log(1 - D(G(z)))

    Nats, mean over the real batch plus mean over the fake.
    softplus(-s) = -log sigmoid(s) and softplus(s) = -log(1 - sigmoid(s)) never take log 0.

    Shapes: real_logits (B,), fake_logits (B',) -> scalar. Source: document section 4.1.2.
    """
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def generator_loss(fake_logits: Tensor, *, saturating: bool = False) -> Tensor:
    r"""What the generator minimises, in nats, mean over the batch: fake_logits (B,) -> scalar.

    ``saturating=True``: :math:`\mathbb E \log(1 - D(G(z)))`, the document's. Its gradient with
    respect to the logit is -D: gone when the discriminator is sure. The default is the
    non-saturating :math:`-\mathbb E \log D(G(z))`, with gradient -(1 - D): strongest then.

    Source: document section 4.1.2; Goodfellow et al. (2014), section 3.
    """
    if saturating:
        return -F.softplus(fake_logits).mean()
    return F.softplus(-fake_logits).mean()


def gradient_penalty(discriminator: nn.Module, real: Mapping[str, Tensor]) -> Tensor:
    r"""R1, the squared slope of the logit s on real pairs.

    .. math:: \mathbb E_{x \sim p_{\mathrm{data}}} \lVert \nabla_x s(x) \rVert^2

    At the end of the game real and made pairs are alike and the discriminator should be flat
    there; this term asks it to be. Squared logits per squared unit of x, summed over the features
    of all modalities, mean over the batch.

    Shapes: real {name: (B, D_name)} -> scalar. Source: Mescheder et al. (2018), eq. 9 without
    gamma / 2. Not with ``spectral=True``: that keeps the slope small by other means, and its
    power iteration cannot run inside this derivative.
    """
    # Row b of the logits depends on row b of the pair alone, so the gradient of the sum holds
    # every row's own gradient.
    slopes = torch.func.grad(lambda pair: discriminator(pair).sum())(dict(real))
    return sum(slope.square().sum(1) for slope in slopes.values()).mean()


def mismatched(pairs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Real halves, wrong pairs: modality m of a batch is shifted by m rows.

    Fed to the discriminator as fakes, they tell it that two good halves are not yet a pair.

    Shapes: {name: (B, ...)} -> the same. Source: Reed et al. (2016), section 4.2.
    Raises: ValueError if the batch is too small to shift every modality by its own step.
    """
    count = len(next(iter(pairs.values())))
    if count < len(pairs):
        raise ValueError(f"batch has {count} rows; expected at least {len(pairs)}")
    return {name: x.roll(m, dims=0) for m, (name, x) in enumerate(pairs.items())}


def jensen_shannon(p: Tensor, q: Tensor) -> Tensor:
    r"""Jensen-Shannon divergence of two discrete distributions, in nats; between 0 and log 2.

    .. math:: \mathrm{JSD}(p, q) = \tfrac12 \mathrm{KL}(p \| m) + \tfrac12 \mathrm{KL}(q \| m),
              \qquad m = \tfrac12 (p + q)

    Shapes: p and q alike, any shape, non-negative, each summing to 1 -> scalar.
    Raises: ValueError for unequal shapes or what is no distribution.
    """
    if p.shape != q.shape:
        raise ValueError(f"p has shape {tuple(p.shape)}, q {tuple(q.shape)}; expected the same")
    for name, x in (("p", p), ("q", q)):
        if (x < 0).any() or not torch.isclose(x.sum(), x.new_ones(()), atol=1e-4):
            raise ValueError(
                f"{name} sums to {x.sum().item():.4f}, least entry {x.min().item():.4f}; "
                "expected non-negative entries that sum to 1"
            )
    m = (p + q) / 2
    # xlogy(0, 0) = 0, the limit of x log x.
    return sum(torch.xlogy(x, x) - torch.xlogy(x, m) for x in (p, q)).sum() / 2


def _mlp(*widths: int) -> nn.Sequential:
    """Linear layers, each followed by a leaky ReLU, so that a slope is left on both sides."""
    layers: Sequence[nn.Module] = [
        layer
        for i, o in zip(widths, widths[1:], strict=False)
        for layer in (nn.Linear(i, o), nn.LeakyReLU(0.2))
    ]
    return nn.Sequential(*layers)


def _initialise(network: nn.Module) -> None:
    """He et al. (2015): signals keep their size through leaky ReLUs. PyTorch's default shrinks
    them about twofold a layer, and a short game is over before they have grown back."""
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, a=0.2)
            nn.init.zeros_(layer.bias)


def _check_widths(widths: Mapping[str, int]) -> None:
    for name, width in widths.items():
        if width < 1:
            raise ValueError(f"width of {name} is {width}; expected at least 1")
