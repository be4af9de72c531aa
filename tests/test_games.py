"""Games side by side: each is the game that it would be alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from mmbook.adversarial import (
    MultimodalDiscriminator,
    MultimodalGenerator,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)
from mmbook.training import Game, GANConfig, fit_games, fit_gan

N, Z = 11, 3
QUIET = GANConfig(steps=3, batch_size=5, snapshots=3, progress=False)
DATA = {"a": torch.randn(N, 2, generator=torch.Generator().manual_seed(0)) + 3}


def players():
    return MultimodalGenerator(Z, {"a": 2}, width=7), MultimodalDiscriminator({"a": 2}, width=7)


def judge(G, D, x, z, c):
    return {
        "game": discriminator_loss(D(x), D(G(z))),
        "penalty": c["gamma"] / 2 * gradient_penalty(D, x),
    }


def fool(G, D, x, z, c):
    return generator_loss(D(G(z)))


PLAIN = Game(players, judge, fool, DATA, QUIET, {"gamma": 0.0})
GAMES = {
    "plain": PLAIN,
    "damped": replace(PLAIN, constants={"gamma": 3.0}),
    "slow": replace(PLAIN, config=replace(QUIET, generator_rate=1e-4)),
    "longer": replace(PLAIN, config=replace(QUIET, steps=4)),
}


def alone(game, seeds, probe=None):
    c = {name: torch.tensor(float(x)) for name, x in game.constants.items()}
    return fit_gan(
        game.make_players,
        lambda G, D, x, z: game.judge(G, D, x, z, c),
        lambda G, D, x, z: game.fool(G, D, x, z, c),
        game.data,
        game.config,
        seeds,
        probe,
    )


def test_each_game_is_the_one_that_it_would_be_alone():
    found = fit_games(GAMES, [4, 7])
    assert list(found) == list(GAMES)
    for name, game in GAMES.items():
        pairs, history = alone(game, [4, 7])
        for ours, theirs in zip(found[name][0], pairs, strict=True):
            for mine, other in zip(ours, theirs, strict=True):
                assert not mine.training
                assert_close(dict(mine.named_parameters()), dict(other.named_parameters()))
        for term, values in history.terms.items():
            assert values.shape == (2, game.config.steps)
            np.testing.assert_allclose(found[name][1].terms[term], values, rtol=1e-4)


def test_the_constants_make_a_difference():
    found = fit_games(GAMES, [4])
    weights = [found[name][0][0][1].head[1].weight for name in ("plain", "damped", "slow")]
    assert not torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])


def test_the_probe_sees_every_game_at_even_steps():
    def probe(G, D):
        return {"weight": G.trunk[0].weight[0, 0], "row": [1.0, 2.0]}

    found = fit_games(GAMES, [4, 7], probe)
    for name, game in GAMES.items():
        pairs, history = found[name]
        _, single = alone(game, [4, 7], probe)
        assert history.probe_steps.tolist() == single.probe_steps.tolist()
        assert history.probes["row"].shape == single.probes["row"].shape
        np.testing.assert_allclose(
            history.probes["weight"], single.probes["weight"], rtol=1e-4, atol=1e-6
        )
        assert history.probes["weight"][1, -1] == pairs[1][0].trunk[0].weight[0, 0].item()


def test_a_loss_that_breaks_is_named_with_its_game_and_seed():
    def breaks(G, D, x, z, c):
        return {"game": judge(G, D, x, z, c)["game"] / c["gamma"]}

    broken = replace(PLAIN, judge=breaks)
    fine = replace(broken, constants={"gamma": 1.0})
    with pytest.raises(FloatingPointError, match="game 'broken', seed 7"):
        fit_games({"fine": fine, "broken": broken}, [7])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fit_games({}, [0]), ValueError, "games has 0"),
        (lambda: fit_games({"a": 3}, [0]), TypeError, "games"),
        (lambda: fit_games({"a": PLAIN}, [1, 1]), ValueError, "more than once"),
        (lambda: fit_games({"a": PLAIN}, [0], probe=3), TypeError, "probe"),
        (lambda: replace(PLAIN, judge=3), TypeError, "judge"),
        (lambda: replace(PLAIN, make_players=players()), TypeError, "make_players"),
        (lambda: replace(PLAIN, constants={"a": "x"}), TypeError, "constants"),
        (
            lambda: fit_games({"a": replace(PLAIN, make_players=lambda: players()[:1])}, [0]),
            ValueError,
            "made 1 networks",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
