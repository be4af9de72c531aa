"""Two players, two optimisers: who moves, by whose gradient, and what is written down."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from mmbook.adversarial import (
    MultimodalDiscriminator,
    MultimodalGenerator,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)
from mmbook.training import GANConfig, fit_gan, set_seed

N, Z = 11, 3
QUIET = GANConfig(steps=3, batch_size=5, snapshots=3, progress=False)
DATA = {"a": torch.randn(N, 2, generator=torch.Generator().manual_seed(0)) + 3}


class Number(nn.Module):
    """A player with one weight."""

    def __init__(self, value):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(float(value)))


def players(**options):
    dims = {"a": 2}
    return (
        MultimodalGenerator(Z, dims, width=7),
        MultimodalDiscriminator(dims, width=7, **options),
    )


def d_loss(G, D, x, z):
    return {
        "game": discriminator_loss(D(x), D(G(z))),
        "penalty": 0.1 * gradient_penalty(D, x),
    }


def g_loss(G, D, x, z):
    return generator_loss(D(G(z)))


def test_each_player_moves_down_its_own_loss_and_by_nothing_else():
    # Both losses contain both weights, with opposite wishes. Down 2b: b falls. Down -3a: a rises.
    # Had the generator taken the discriminator's 5 as well, or the discriminator the -7, it would
    # have gone the other way.
    pairs, history = fit_gan(
        lambda: (Number(1.0), Number(1.0)),
        lambda G, D, x, z: 2 * D.weight + 5 * G.weight,
        lambda G, D, x, z: -3 * G.weight - 7 * D.weight,
        DATA,
        GANConfig(steps=2, generator_rate=0.1, discriminator_rate=0.01, progress=False),
        seeds=[0],
    )
    G, D = pairs[0]
    # Adam's steps for a constant gradient are the rate, here all of it and then half of it
    assert_close(G.weight.item(), 1.15)
    assert_close(D.weight.item(), 0.985)
    # The discriminator moves first, and the generator answers to where it went.
    assert_close(history.terms["discriminator: loss"][0, 0].item(), 7.0)
    assert_close(history.terms["generator: loss"][0, 0].item(), -3 - 7 * 0.99)


def test_a_step_is_the_step_of_a_plain_loop():
    pairs, history = fit_gan(players, d_loss, g_loss, DATA, QUIET, seeds=[5])
    set_seed(5)
    G, D = players()
    order = torch.Generator().manual_seed(5)
    dice = torch.Generator().manual_seed(5)
    opt_g = torch.optim.Adam(G.parameters(), 2e-3, betas=(0.0, 0.99))
    opt_d = torch.optim.Adam(D.parameters(), 2e-3, betas=(0.0, 0.99))
    rows = []
    for t in range(3):
        if len(rows) < 5:  # an epoch is two batches of five; one row is left out
            rows = torch.randperm(N, generator=order).tolist()[:10]
        x = {"a": DATA["a"][rows[:5]]}
        rows = rows[5:]
        for opt, loss in ((opt_d, d_loss), (opt_g, g_loss)):
            opt.param_groups[0]["lr"] = 2e-3 * (1 + math.cos(math.pi * t / 3)) / 2
            value = loss(G, D, x, torch.randn(5, Z, generator=dice))
            opt.zero_grad()
            (sum(value.values()) if isinstance(value, dict) else value).backward()
            opt.step()
    for ours, plain in zip(pairs[0], (G, D), strict=True):
        assert_close(dict(ours.named_parameters()), dict(plain.named_parameters()))
    assert_close(history.terms["generator: loss"][0, -1].item(), value.item())


def test_a_seed_plays_the_same_game_alone_and_in_company():
    together, history = fit_gan(players, d_loss, g_loss, DATA, QUIET, seeds=[1, 2, 3])
    alone, single = fit_gan(players, d_loss, g_loss, DATA, QUIET, seeds=[2])
    for ours, theirs in zip(together[1], alone[0], strict=True):
        assert_close(dict(ours.named_parameters()), dict(theirs.named_parameters()))
    for name, values in history.terms.items():
        assert values.shape == (3, 3)
        np.testing.assert_allclose(values[1], single.terms[name][0], rtol=1e-5)


def test_the_generator_finds_the_data():
    config = GANConfig(
        steps=300, batch_size=11, generator_rate=1e-2, discriminator_rate=1e-2, progress=False
    )
    pairs, _ = fit_gan(players, d_loss, g_loss, DATA, config, seeds=[0, 1])
    for G, _ in pairs:
        made = G.sample(500, seed=0)["a"]
        assert (made.mean(0) - DATA["a"].mean(0)).abs().max() < 0.5


def test_the_probe_sees_the_players_at_rest_at_even_steps():
    seen = []

    def probe(G, D):
        seen.append((G.training, D.training, torch.is_grad_enabled()))
        return {"weight": G.trunk[0].weight[0, 0], "row": [1.0, 2.0]}

    pairs, history = fit_gan(players, d_loss, g_loss, DATA, QUIET, [1, 2], probe)
    assert history.probe_steps.tolist() == [0, 1, 2, 3]
    assert history.probes["weight"].shape == (2, 4) and history.probes["row"].shape == (2, 4, 2)
    assert seen == [(False, False, False)] * 8
    assert history.probes["weight"][0, 0] != history.probes["weight"][0, -1]  # not a view
    for s, (G, D) in enumerate(pairs):  # the last probe saw what is returned
        assert history.probes["weight"][s, -1] == G.trunk[0].weight[0, 0].item()
        assert not G.training and not D.training


def test_the_power_iteration_is_kept_between_steps_and_handed_back():
    pairs, _ = fit_gan(
        lambda: players(spectral=True),
        lambda G, D, x, z: discriminator_loss(D(x), D(G(z))),
        g_loss,
        DATA,
        QUIET,
        seeds=[0],
    )
    set_seed(0)
    _, fresh = players(spectral=True)
    name = "head.1.parametrizations.weight.0.u"
    trained, start = (dict(m.named_buffers()) for m in (pairs[0][1], fresh))
    assert set(trained) == set(start) and name in trained
    moved = [not torch.equal(trained[key], start[key]) for key in trained if len(trained[key]) > 1]
    assert all(moved)


def test_a_generator_may_do_without_noise():
    def loss(G, D, x, z):
        assert z.shape == (5, 0)
        return G.weight * 1.0

    fit_gan(
        lambda: (Number(1), Number(1)), lambda G, D, x, z: D.weight * 1.0, loss, DATA, QUIET, [0]
    )


class Hesitant(nn.Module):
    """A player that forgets a part of what it hears."""

    def __init__(self, dims):
        super().__init__()
        self.noise_dim, self.body = dims[0], nn.Sequential(nn.Dropout(0.3), nn.Linear(*dims))

    def forward(self, x):
        return self.body(x)


def hesitant_game(seeds, steps=3):
    def judge(G, D, x, z):
        return (D(G(z)) - D(x["a"] + 0.1 * torch.randn_like(x["a"]))).mean()

    def fool(G, D, x, z):
        return -D(G(z)).mean()

    config = GANConfig(steps=steps, batch_size=5, generator_rate=0.1, progress=False)
    return fit_gan(lambda: (Hesitant((Z, 2)), Hesitant((2, 1))), judge, fool, DATA, config, seeds)


def test_a_seed_plays_the_same_game_in_company_with_dropout_too():
    together, _ = hesitant_game([1, 2, 3])
    alone, _ = hesitant_game([2])
    for ours, theirs in zip(together[1], alone[0], strict=True):
        assert_close(dict(ours.named_parameters()), dict(theirs.named_parameters()))


def test_the_noise_has_the_players_dtype_and_the_same_numbers():
    heard = []

    def fool(G, D, x, z):
        heard.append(z.dtype)
        return G(z)["a"].square().mean() - z.double().sum() * 0

    def make(dtype):
        return lambda: tuple(player.to(dtype) for player in players())

    def judge(G, D, x, z):
        return D.head[1].weight.square().mean()

    data = {name: x.double() for name, x in DATA.items()}
    (one,), _ = fit_gan(make(torch.float64), judge, fool, data, QUIET, [5])
    (other,), _ = fit_gan(make(torch.float32), judge, fool, DATA, QUIET, [5])
    assert set(heard) == {torch.float64, torch.float32}
    for double, single in zip(one[0].parameters(), other[0].parameters(), strict=True):
        assert double.dtype == torch.float64
        assert_close(double.float(), single, rtol=1e-3, atol=1e-5)


def test_a_game_leaves_the_global_generators_as_they_were():
    set_seed(9)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    fit_gan(players, d_loss, g_loss, DATA, QUIET, seeds=[1])
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert before == after


def test_a_loss_that_breaks_at_step_ten_is_reported_there():
    asked = iter(range(100))

    def breaks(G, D, x, z):
        return {"fine": D.weight * 1.0, "broken": D.weight / (next(asked) - 10)}

    config = GANConfig(steps=20, batch_size=5, progress=False)
    with pytest.raises(
        FloatingPointError, match="inf at step 10 .seed 3, term 'discriminator: broken'"
    ):
        fit_gan(
            lambda: (Number(1), Number(1)), breaks, lambda G, D, x, z: G.weight * 1.0,
            DATA, config, [3],
        )  # fmt: skip


def test_histories_of_games_are_equal_if_what_happened_is():
    def probe(G, D):
        return {"weight": G.trunk[0].weight[0, 0]}

    one, two, other = (
        fit_gan(players, d_loss, g_loss, DATA, QUIET, [seed], probe)[1] for seed in (1, 1, 2)
    )
    assert one == two and one != other
    assert one != replace(one, probes={}) and one != replace(one, probe_steps=np.arange(3))
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


def test_more_snapshots_than_steps_are_one_a_step():
    config = replace(QUIET, snapshots=8)
    _, history = fit_gan(players, d_loss, g_loss, DATA, config, [1], lambda G, D: {"a": np.ones(2)})
    assert history.probe_steps.tolist() == [0, 1, 2, 3]
    assert history.probes["a"].shape == (1, 4, 2)


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        ({"steps": 2.5}, TypeError, "steps is 2.5"),
        ({"snapshots": 0}, ValueError, "snapshots is 0"),
        ({"generator_rate": float("nan")}, ValueError, "generator_rate is nan"),
        ({"discriminator_rate": 0}, ValueError, "discriminator_rate is 0"),
        ({"betas": (0.5, 1.0)}, ValueError, "betas is .*expected two numbers from 0 to below 1"),
        ({"betas": (0.5,)}, ValueError, "betas is"),
        ({"betas": 0.5}, TypeError, "betas is 0.5"),
        ({"betas": ("a", 0.5)}, TypeError, "betas is 'a'"),
        ({"progress": 1}, TypeError, "progress is 1"),
    ],
)
def test_a_bad_setting_is_named(setting, error, message):
    with pytest.raises(error, match=message):
        GANConfig(**setting)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: GANConfig(steps=0), ValueError, "steps is 0"),
        (
            lambda: fit_gan(players, d_loss, g_loss, DATA, QUIET, []),
            ValueError,
            "at least one seed",
        ),
        (
            lambda: fit_gan(
                players, d_loss, lambda G, D, x, z: generator_loss(D(G(z))) / 0, DATA, QUIET, [0]
            ),
            FloatingPointError,
            "the loss is inf at step 0 .seed 0, term .generator: loss.",
        ),
        (
            lambda: fit_gan(players(), d_loss, g_loss, DATA, QUIET, [0]),
            TypeError,
            "make_players is a tuple; expected a function",
        ),
        (
            lambda: fit_gan(lambda: players()[0], d_loss, g_loss, DATA, QUIET, [0]),
            TypeError,
            "expected a list of Module",
        ),
        (
            lambda: fit_gan(lambda: players()[:1], d_loss, g_loss, DATA, QUIET, [0]),
            ValueError,
            "make_players made 1 networks; expected two",
        ),
        (
            lambda: fit_gan(players, d_loss, None, DATA, QUIET, [0]),
            TypeError,
            "generator_loss is a NoneType; expected a function",
        ),
        (
            lambda: fit_gan(players, d_loss, g_loss, DATA, {}, [0]),
            TypeError,
            "config is a dict; expected GANConfig",
        ),
        (
            lambda: fit_gan(players, d_loss, g_loss, DATA, QUIET, [0], probe=5),
            TypeError,
            "probe is a int; expected a function",
        ),
        (
            lambda: fit_gan(players, d_loss, g_loss, DATA, QUIET, [0], probe=lambda G, D: 5),
            TypeError,
            "what the probe measured is a int",
        ),
        (
            lambda: fit_gan(players, lambda G, D, x, z: D(x).squeeze(), g_loss, DATA, QUIET, [0]),
            ValueError,
            r"gave 'loss' as torch.float32 \(5,\); expected one float",
        ),
    ],
)
def test_bad_games_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
