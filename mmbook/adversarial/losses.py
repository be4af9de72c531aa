"""What the players minimise, as pure functions of logits, and what is said about the game."""

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmbook import checks
from mmbook.adversarial.networks import SpectralNorm


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""What the discriminator minimises, minus the document's V(D, G):

    .. math:: -\mathbb E \log D(x) - \mathbb E \log(1 - D(G(z)))

    Nats, mean over the real batch plus mean over the fake.
    softplus(-s) = -log sigmoid(s) and softplus(s) = -log(1 - sigmoid(s)) never take log 0.

    >>> import torch
    >>> undecided = torch.zeros(3)  # D = 1/2 everywhere: 2 log 2
    >>> discriminator_loss(undecided, undecided)
    tensor(1.3863)

    Shapes: real_logits (B,), fake_logits (B',) -> scalar. Source: document section 4.1.2.
    Raises: ValueError for another shape or no row; TypeError for what is no tensor.
    """
    checks.tensor("real_logits", real_logits, "B>=1")
    checks.tensor("fake_logits", fake_logits, "B>=1")
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def generator_loss(fake_logits: Tensor, *, saturating: bool = False) -> Tensor:
    r"""What the generator minimises, in nats, mean over the batch: fake_logits (B,) -> scalar.

    ``saturating=True``: :math:`\mathbb E \log(1 - D(G(z)))`, the document's. Its gradient with
    respect to the logit is -D: gone when the discriminator is sure. The default is the
    non-saturating :math:`-\mathbb E \log D(G(z))`, with gradient -(1 - D): strongest then.

    Source: document section 4.1.2; Goodfellow et al. (2014), section 3.

    >>> import torch
    >>> generator_loss(torch.zeros(3)), generator_loss(torch.zeros(3), saturating=True)
    (tensor(0.6931), tensor(-0.6931))

    Raises: ValueError for another shape or no row; TypeError for what is no tensor or no flag.
    """
    checks.tensor("fake_logits", fake_logits, "B>=1")
    checks.flag("saturating", saturating)
    if saturating:
        return -F.softplus(fake_logits).mean()
    return F.softplus(-fake_logits).mean()


def gradient_penalty(
    discriminator: Callable[[dict[str, Tensor]], Tensor], real: Mapping[str, Tensor]
) -> Tensor:
    r"""R1, the squared slope of the logit s on real pairs.

    .. math:: \mathbb E_{x \sim p_{\mathrm{data}}} \lVert \nabla_x s(x) \rVert^2

    At the end of the game real and made pairs are alike and the discriminator should be flat
    there; this term asks it to be. Squared logits per squared unit of x, summed over the features
    of all modalities, mean over the batch.

    >>> import torch
    >>> gradient_penalty(lambda pair: 3 * pair["x"][:, 0] - 4 * pair["y"][:, 1],
    ...                  {"x": torch.zeros(7, 2), "y": torch.zeros(7, 3)})
    tensor(25.)

    Shapes: real {name: (B, ...)}, vectors or pictures -> scalar. Source: Mescheder et al. (2018),
    eq. 9 without gamma / 2.
    Raises: TypeError for what cannot be called or is no tensor; ValueError for no modality,
    unequal rows, or a discriminator in training with ``spectral=True``: that keeps the slope small
    by other means, and its power iteration cannot run inside this derivative.
    """
    checks.function("discriminator", discriminator)
    for name in real if checks.rows("real", real) else ():
        checks.tensor(f"real[{name!r}]", real[name], "...")
    parts = discriminator.modules() if isinstance(discriminator, nn.Module) else ()
    if any(isinstance(part, SpectralNorm) and part.training for part in parts):
        raise ValueError("discriminator has spectral=True; expected one without, or in evaluation")
    # Row b of the logits depends on row b of the pair alone, so the gradient of the sum holds
    # every row's own gradient.
    slope = torch.func.grad_and_value(lambda pair: discriminator(pair).sum())
    slopes, total = slope(dict(real))
    squares = [x.square().flatten(1).sum(1) for x in slopes.values()]  # of B rows each
    # A leaky ReLU has a slope at NaN, too, but no finite logit: what is not finite stays so.
    return torch.stack(squares).sum(0).mean() + 0 * total.detach()


def mismatched(pairs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Real halves, wrong pairs: modality m of a batch is shifted by m rows.

    Fed to the discriminator as fakes, they tell it that two good halves are not yet a pair.

    >>> import torch
    >>> mismatched({"image": torch.tensor([0, 1, 2]), "speech": torch.tensor([0, 1, 2])})
    {'image': tensor([0, 1, 2]), 'speech': tensor([2, 0, 1])}

    Shapes: {name: (B, ...)} with at least two names -> the same. Source: Reed et al. (2016),
    section 4.2.
    Raises: ValueError for fewer than two modalities, unequal rows, or a batch too small to shift
        every modality by its own step; TypeError for what is no tensor.
    """
    checks.rows("pairs", pairs, least=len(pairs) if isinstance(pairs, Mapping) else 1)
    if len(pairs) < 2:
        raise ValueError(f"pairs has {list(pairs)}; expected at least 2 modalities")
    return {name: x.roll(m, dims=0) for m, (name, x) in enumerate(pairs.items())}


def jensen_shannon(p: Tensor, q: Tensor) -> Tensor:
    r"""Jensen-Shannon divergence of two discrete distributions, in nats; between 0 and log 2.

    .. math:: \mathrm{JSD}(p, q) = \tfrac12 \mathrm{KL}(p \| m) + \tfrac12 \mathrm{KL}(q \| m),
              \qquad m = \tfrac12 (p + q)

    >>> import torch
    >>> jensen_shannon(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]))  # log 2
    tensor(0.6931)

    Shapes: p and q alike, any shape, non-negative, each summing to 1 -> scalar.
    Raises: ValueError for unequal shapes, NaN, or what is no distribution (not looked at inside
        ``torch.func``); TypeError for what is no tensor.
    """
    checks.alike({"p": p, "q": q})
    for name, x in (("p", p), ("q", q)):
        if checks.readable(x):
            checks.distribution(name, checks.array(name, x), axis=None, atol=1e-4)
    m = (p + q) / 2
    # xlogy(0, 0) = 0, the limit of x log x.
    p_to_m, q_to_m = (torch.xlogy(x, x) - torch.xlogy(x, m) for x in (p, q))
    return (p_to_m + q_to_m).sum() / 2
