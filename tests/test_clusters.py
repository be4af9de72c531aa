"""A mixture of Gaussians: what it fits, what it draws, and that a seed is a seed."""

import pytest
import torch
from torch.testing import assert_close

from mmbook.adversarial import ClusterGaussians


def two_groups(n=700):
    g = torch.Generator().manual_seed(0)
    a = torch.randn(n, 2, generator=g) * 0.3 + torch.tensor([4.0, 0.0])
    b = torch.randn(3 * n, 2, generator=g) @ torch.tensor([[0.5, 0.4], [0.0, 0.3]])
    return torch.cat([a, b])


def pairs(x):
    """Two numbers as a pair of two halves."""
    return {"a": x[:, :1], "b": x[:, 1:]}


def joined(made):
    return torch.cat([made["a"], made["b"]], 1)


def test_clusters_and_their_sizes_are_found():
    fit = ClusterGaussians(pairs(two_groups()), clusters=2, seed=0)
    order = fit.sizes.argsort()
    assert fit.sizes[order].tolist() == [700, 2100]
    assert_close(fit.means[order], torch.tensor([[4.0, 0.0], [0.0, 0.0]]), atol=0.05, rtol=0)


def test_what_is_drawn_has_means_spreads_and_correlation_of_the_data():
    x = two_groups()
    made = joined(ClusterGaussians(pairs(x), clusters=2, seed=0).sample(20_000, seed=1))
    assert_close(made.mean(0), x.mean(0), atol=0.05, rtol=0)
    assert_close(made.std(0), x.std(0), atol=0.05, rtol=0)
    near = made[made[:, 0] < 2]
    assert_close(torch.corrcoef(near.T)[0, 1].item(), 0.9 * 0.8, atol=0.03, rtol=0)


def test_one_cluster_is_one_gaussian():
    x = torch.randn(31, 3, generator=torch.Generator().manual_seed(0))
    fit = ClusterGaussians(pairs(x), clusters=1, seed=5)
    assert_close(fit.means[0], x.mean(0))
    covariance = torch.cov(x.T)
    wanted = 0.9 * covariance + 0.1 * torch.diag(covariance.diagonal())
    assert_close(fit.roots[0] @ fit.roots[0].T, wanted)


def test_a_seed_gives_the_same_rows_and_another_gives_others():
    fit = ClusterGaussians(pairs(two_groups()), clusters=3, seed=2)
    assert_close(fit.sample(7, seed=3), fit.sample(7, seed=3))
    assert not torch.equal(joined(fit.sample(7, seed=3)), joined(fit.sample(7, seed=4)))


def test_a_cluster_of_one_row_repeats_it():
    x = torch.tensor([[0.0, 0.0], [0.1, 0.0], [9.0, 9.0]])
    made = joined(ClusterGaussians(pairs(x), clusters=2, seed=0).sample(50, seed=0))
    assert (made == torch.tensor([9.0, 9.0])).all(1).any()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ClusterGaussians({"a": torch.zeros(3)}, 1, 0), ValueError, "pairs"),
        (lambda: ClusterGaussians({"a": torch.zeros(3, 2)}, 4, 0), ValueError, "clusters is 4"),
        (
            lambda: ClusterGaussians({"a": torch.full((3, 2), torch.nan)}, 1, 0),
            ValueError,
            "nan|NaN",
        ),
        (
            lambda: ClusterGaussians({"a": torch.rand(3, 2)}, 1, 0).sample(0, 0),
            ValueError,
            "count is 0",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
