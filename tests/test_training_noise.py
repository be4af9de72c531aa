"""Noise that follows the seed: the same alone, in company, and beside other arms."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from mmbook.training import TrainingConfig, fit, fit_seeds, set_seed
from mmbook.training.draws import Draw, Keep, Noise
from mmbook.training.noise import OwnNoise

N, D = 47, 7
DATA = {"x": torch.randn(N, D, generator=torch.Generator().manual_seed(0))}
CONFIG = TrainingConfig(steps=13, batch_size=11, learning_rate=1e-2, progress=False)


class Noisy(nn.Module):
    """Draws in every way that follows the seed."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Linear(D, 13), nn.ReLU(), nn.Dropout(0.3))
        self.second = nn.Linear(13, 3)

    def forward(self, x):
        h = self.first(x + 0.1 * torch.randn_like(x))
        h = F.dropout(h, 0.2, self.training)
        h = F.dropout1d(h.unsqueeze(-1), 0.1, self.training).squeeze(-1)
        kept = torch.rand(len(h), 1, device=h.device) > 0.2
        return self.second(h * kept)


def noisy_loss(model, batch):
    x = batch["x"]
    some = x[torch.randperm(len(x), device=x.device)[:5]]
    column = torch.randint(D, (len(some),), device=x.device)
    turn = torch.bernoulli(torch.full_like(some, 0.5)) * 2 - 1
    target = (some * turn).gather(1, column[:, None])
    return (model(some) - target).square().mean() + torch.rand_like(x).mean()


def same(a, b):
    for ours, theirs in zip(a.parameters(), b.parameters(), strict=True):
        assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_a_model_with_dropout_is_the_same_alone_and_side_by_side():
    models, history = fit_seeds(Noisy, noisy_loss, DATA, CONFIG, [3, 8])
    for s, seed in enumerate([3, 8]):
        set_seed(seed)
        alone = Noisy()
        torch.rand(5)  # what happens in between does not count
        config = TrainingConfig(
            steps=13, batch_size=11, learning_rate=1e-2, progress=False, seed=seed
        )
        one = fit(alone, noisy_loss, DATA, config)
        same(models[s], alone)
        assert_close(history.loss[s], one.loss, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(models[0].second.weight, models[1].second.weight)


def test_more_seeds_do_not_change_the_first_ones():
    few, _ = fit_seeds(Noisy, noisy_loss, DATA, CONFIG, [3, 8])
    many, _ = fit_seeds(Noisy, noisy_loss, DATA, CONFIG, [5, 3, 8, 1])
    same(few[0], many[1])
    same(few[1], many[2])


def test_a_network_that_draws_now_this_and_now_that_is_the_same_alone_and_side_by_side():
    """What is drawn ahead is then not what a step asks for."""

    def restless():
        counter = iter(range(1000))

        def loss(model, batch):
            x = batch["x"]
            if next(counter) % 3:
                x = x + torch.randn_like(x)
            return model(F.dropout(x, 0.5)).square().mean()

        return loss

    models, _ = fit_seeds(lambda: nn.Linear(D, 3), restless(), DATA, CONFIG, [3, 8])
    (alone,), _ = fit_seeds(lambda: nn.Linear(D, 3), restless(), DATA, CONFIG, [8])
    same(models[1], alone)


def noise_of(draw, seeds=(0,), arms=1):
    """What a function draws, for each model."""
    noise = Noise(seeds, arms)

    def one(key):
        with OwnNoise(noise, {}, key):
            return draw()

    return torch.vmap(one, randomness="different")(torch.zeros(len(seeds) * arms))


def test_arms_of_one_seed_share_their_noise_and_seeds_do_not():
    a, b, c, d = noise_of(lambda: torch.rand(5), seeds=(3, 8), arms=2)
    assert torch.equal(a, c) and torch.equal(b, d) and not torch.equal(a, b)


def test_drawn_ahead_is_drawn_the_same():
    def draw():
        return torch.randn(5), torch.rand(3)

    first, ahead = Noise([3, 8]), Noise([3, 8])
    with OwnNoise.alone(first):
        draw()
    ahead.plan = dict(first.plan)
    key = torch.zeros(2)

    def one(key, planned, noise):
        with OwnNoise(noise, planned, key):
            return draw()

    fresh = Noise([3, 8])
    late = torch.vmap(lambda k: one(k, {}, fresh), randomness="different")(key)
    early = torch.vmap(lambda k, p: one(k, p, ahead), randomness="different")(key, ahead.ahead())
    for a, b in zip(late, early, strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("p", [0.0, 0.3, 0.9, 1.0])
def test_dropout_drops_a_share_and_keeps_the_mean(p):
    x = torch.ones(2, 100_003)
    kept = noise_of(lambda: F.dropout(torch.ones(100_003), p), seeds=(0, 1))
    assert kept.shape == x.shape
    assert (kept == 0).double().mean().item() == pytest.approx(p, abs=0.004)
    if p < 1:
        assert_close(kept[kept > 0].unique(), torch.tensor([1 / (1 - p)]), rtol=1e-4, atol=0)


def test_dropout_of_channels_drops_them_whole():
    for drop, shape in (
        (F.dropout1d, (31, 5, 7)),
        (F.dropout2d, (31, 5, 7, 3)),
        (F.dropout3d, (31, 5, 7, 3, 2)),
    ):
        kept = noise_of(lambda drop=drop, shape=shape: drop(torch.ones(shape), 0.5))[0].flatten(2)
        assert_close(kept.amin(-1), kept.amax(-1))
        assert kept.unique().tolist() == [0, 2]


def test_dropout_of_what_is_evaluated_draws_nothing():
    x = torch.randn(5)
    noise = Noise([0])
    with OwnNoise.alone(noise):
        assert F.dropout(x, 0.5, training=False) is x
        with pytest.raises(ValueError, match="between 0 and 1"):
            F.dropout(x, 1.5)
    assert noise.plan == {}


def test_gradients_pass_where_numbers_are_kept_and_in_place_is_in_place():
    x = torch.ones(101, requires_grad=True)
    with OwnNoise.alone(Noise([0])):
        y = F.dropout(x, 0.25)
        z = F.dropout(x * 1, 0.25, inplace=True)
    y.sum().backward()
    assert_close(x.grad, y.detach())
    assert z.count_nonzero() < 101


def test_a_generator_of_its_own_is_left_alone():
    a, b = (torch.Generator().manual_seed(5) for _ in range(2))
    with OwnNoise.alone(Noise([0])):
        drawn = torch.rand(3, generator=a)
    assert torch.equal(drawn, torch.rand(3, generator=b))


def test_options_of_what_is_drawn_are_kept():
    with OwnNoise.alone(Noise([0])):
        assert torch.rand((2, 3), dtype=torch.float64).dtype == torch.float64
        assert torch.randn(size=(2, 3)).shape == (2, 3)
        assert torch.rand_like(torch.ones(5), dtype=torch.float64).dtype == torch.float64
        whole = torch.randint_like(torch.zeros(1000), low=3, high=6)
        assert whole.dtype == torch.float32 and whole.unique().tolist() == [3, 4, 5]
        assert torch.randint(high=7, size=(1000,)).unique().tolist() == list(range(7))
        assert torch.randperm(11).sort().values.tolist() == list(range(11))
        share = torch.bernoulli(torch.full((10_000,), 0.2)).mean().item()
        assert share == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("randomness, distinct", [("different", 4), ("same", 1)])
def test_a_vmap_within_a_loss_asks_for_its_own_noise(randomness, distinct):
    """Four networks inside of each of two models, at the first step and at later ones."""
    noise = Noise([3, 8])
    inner = torch.vmap(lambda x: F.dropout(x, 0.5), randomness=randomness)

    def one(x, key, ahead):
        with OwnNoise(noise, ahead, key):
            return inner(x)

    for _ in range(2):
        ahead = noise.ahead()
        kept = torch.vmap(one, randomness="different")(torch.ones(2, 4, 101), torch.zeros(2), ahead)
        assert [len(rows.unique(dim=0)) for rows in kept] == [distinct] * 2
        assert not torch.equal(kept[0], kept[1])


def test_what_is_drawn_can_be_compared():
    cpu = torch.device("cpu")
    assert Draw(torch.rand, (3,), {}, cpu) == Draw(torch.rand, (3,), {}, cpu)
    assert Draw(torch.rand, (3,), {}, cpu) != Draw(torch.rand, (5,), {}, cpu)
    assert Keep((3,), 0.1, cpu, torch.float32) != Keep((3,), 0.2, cpu, torch.float32)
