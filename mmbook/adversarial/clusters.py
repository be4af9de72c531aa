"""A generator without a game: cut the data into clusters, and draw from a Gaussian in each."""

import torch
from torch import Tensor

from mmbook import checks


class ClusterGaussians:
    r"""A mixture of Gaussians, one for each cluster that k-means finds.

    .. math:: p(x) = \sum_j \frac{n_j}{n} \, \mathcal N(x; \mu_j, \Sigma_j)

    with mean and covariance of the :math:`n_j` rows of cluster j; off its diagonal a covariance is
    shrunk by a tenth, since few rows cannot tell it well. One cluster is one Gaussian for all.

    Shapes: x (n, D) -> :meth:`sample` (count, D). ``means`` (k, D), ``sizes`` (k,).
    Raises: TypeError for what is no tensor of floats; ValueError for other shapes, NaN or infinity,
        or more clusters than rows.

    >>> x = torch.tensor([[-1.0], [1.0]]).repeat(50, 1)
    >>> ClusterGaussians(x, clusters=2, seed=0).means.flatten().sort().values.tolist()
    [-1.0, 1.0]
    """

    def __init__(self, x: Tensor, clusters: int, seed: int, rounds: int = 30):
        checks.tensor("x", x, "n>=2 D>=1")
        checks.array("x", x)
        k = checks.whole("clusters", clusters, most=len(x))
        checks.whole("rounds", rounds)
        dice = torch.Generator().manual_seed(checks.whole("seed", seed, 0))
        centres = x[torch.randperm(len(x), generator=dice)[:k].to(x.device)]
        mine = torch.cdist(x, centres).argmin(1)
        for _ in range(rounds):
            centres = torch.stack([_mean(x[mine == j], centres[j]) for j in range(k)])
            mine = torch.cdist(x, centres).argmin(1)
        self.means = torch.stack([_mean(x[mine == j], centres[j]) for j in range(k)])
        self.sizes = torch.bincount(mine, minlength=k)
        self.roots = torch.stack([_root(x[mine == j]) for j in range(k)])  # k, D, D

    def sample(self, count: int, seed: int) -> Tensor:
        """``count`` rows, the same for the same seed. Raises: TypeError, ValueError for others."""
        count = checks.whole("count", count)
        dice = torch.Generator().manual_seed(checks.whole("seed", seed, 0))
        shares = self.sizes.float().cpu()
        which = torch.multinomial(shares, count, replacement=True, generator=dice)
        z = torch.randn(count, self.means.shape[1], 1, generator=dice).to(self.means)
        which = which.to(self.means.device)
        return self.means[which] + (self.roots[which] @ z).squeeze(2)


def _mean(rows: Tensor, otherwise: Tensor) -> Tensor:
    return rows.mean(0) if len(rows) else otherwise


def _root(rows: Tensor) -> Tensor:
    """A matrix whose square is the shrunk covariance of the rows; zeros if there are not two."""
    width = rows.shape[1]
    if len(rows) < 2:
        return rows.new_zeros(width, width)
    covariance = torch.cov(rows.T).reshape(width, width)
    shrunk = 0.9 * covariance + 0.1 * torch.diag(covariance.diagonal())
    values, vectors = torch.linalg.eigh(shrunk)
    return vectors * values.clamp(min=0).sqrt()
