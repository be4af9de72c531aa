"""A generator without a game: cut the data into clusters, and draw from a Gaussian in each."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mmbook import checks


class ClusterGaussians(nn.Module):
    r"""A mixture of Gaussians of whole pairs, one for each cluster that k-means finds.

    .. math:: p(x) = \sum_j \frac{n_j}{n} \, \mathcal N(x; \mu_j, \Sigma_j)

    with mean and covariance of the :math:`n_j` rows of cluster j; off its diagonal a covariance is
    shrunk by a tenth, since few rows cannot tell it well. One cluster is one Gaussian for all. It
    has nothing to train: the seed is that of the first centres.

    Shapes: pairs {name: (n, D_m)} -> :meth:`sample` {name: (count, D_m)}. With D the sum of all
    D_m, ``means`` (k, D), ``roots`` (k, D, D) of the covariances, ``sizes`` (k,).
    Raises: TypeError for what is no tensor of floats; ValueError for unequal rows, NaN or infinity,
        or more clusters than rows.

    >>> pairs = {"image": torch.randn(50, 3), "speech": torch.randn(50, 2)}
    >>> made = ClusterGaussians(pairs, clusters=4, seed=0).sample(7, seed=1)
    >>> {name: tuple(x.shape) for name, x in made.items()}
    {'image': (7, 3), 'speech': (7, 2)}
    """

    means: Tensor
    sizes: Tensor
    roots: Tensor

    def __init__(self, pairs: Mapping[str, Tensor], clusters: int, seed: int, rounds: int = 30):
        super().__init__()
        n = checks.rows("pairs", pairs, least=2)
        for name, x in pairs.items():
            checks.tensor(f"pairs[{name!r}]", x, "n D>=1", n=n)
            checks.array(f"pairs[{name!r}]", x)
        self.widths = {name: x.shape[1] for name, x in pairs.items()}
        x, k = torch.cat(list(pairs.values()), 1), checks.whole("clusters", clusters, most=n)
        dice = torch.Generator().manual_seed(checks.whole("seed", seed, 0, 2**63))
        centres = x[torch.randperm(n, generator=dice)[:k].to(x.device)]
        for _ in range(checks.whole("rounds", rounds)):
            mine = torch.cdist(x, centres).argmin(1)
            centres = torch.stack([_mean(x[mine == j], centres[j]) for j in range(k)])
        mine = torch.cdist(x, centres).argmin(1)
        parts = [x[mine == j] for j in range(k)]
        means = torch.stack([_mean(part, old) for part, old in zip(parts, centres, strict=True)])
        self.register_buffer("means", means)
        self.register_buffer("sizes", torch.bincount(mine, minlength=k))
        self.register_buffer("roots", torch.stack([_root(part) for part in parts]))

    def sample(self, count: int, seed: int) -> dict[str, Tensor]:
        """``count`` pairs, the same for the same seed. Raises: TypeError, ValueError for others."""
        count = checks.whole("count", count)
        dice = torch.Generator().manual_seed(checks.whole("seed", seed, 0, 2**63))
        shares = self.sizes.float().cpu()
        which = torch.multinomial(shares, count, replacement=True, generator=dice)
        z = torch.randn(count, self.means.shape[1], 1, generator=dice).to(self.means)
        which = which.to(self.means.device)
        rows = self.means[which] + (self.roots[which] @ z).squeeze(2)
        return dict(zip(self.widths, rows.split(list(self.widths.values()), 1), strict=True))


def _mean(rows: Tensor, otherwise: Tensor) -> Tensor:
    return rows.mean(0) if len(rows) else otherwise


def _root(rows: Tensor) -> Tensor:
    """A square root of the rows' shrunk covariance; zeros if there are not two."""
    width = rows.shape[1]
    if len(rows) < 2:
        return rows.new_zeros(width, width)
    covariance = torch.cov(rows.T).reshape(width, width)
    shrunk = 0.9 * covariance + 0.1 * torch.diag(covariance.diag())
    values, vectors = torch.linalg.eigh(shrunk)
    return vectors * values.clamp(min=0).sqrt()
