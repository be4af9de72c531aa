"""Training two networks against each other: two losses, two optimisers, several seeds at once.

A step of the game is two half-steps. The discriminator moves down its own loss while the
generator stands still; then the generator moves down its own while the discriminator stands
still. Neither ever receives the other's gradient. As in ``fit_seeds``, the weights of S games are
stacked along a new first axis, so that five seeds cost little more than one.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mmbook import checks
from mmbook.training.config import GANConfig
from mmbook.training.history import GANHistory
from mmbook.training.optimizer import StackedAdamW
from mmbook.training.progress import progress_bar
from mmbook.training.seeds import own_generators, seed_list, set_seed, stream
from mmbook.training.stacked import Stacked
from mmbook.training.steps import (
    Batch,
    Record,
    Terms,
    batches,
    check_factory,
    common_device,
    half_cosine,
    learning,
    take,
    total_of,
)

Players = tuple[nn.Module, nn.Module]
GameLoss = Callable[[nn.Module, nn.Module, Batch, Tensor], Tensor | Mapping[str, Tensor]]
Probe = Callable[[nn.Module, nn.Module], Mapping[str, Any]]


def fit_gan(
    make_players: Callable[[], Players],
    discriminator_loss: GameLoss,
    generator_loss: GameLoss,
    data: Mapping[str, Tensor],
    config: GANConfig,
    seeds: Sequence[int],
    probe: Probe | None = None,
) -> tuple[list[Players], GANHistory]:
    """Let a generator and a discriminator play, once a seed, side by side.

    >>> import torch
    >>> from mmbook.adversarial import MultimodalDiscriminator, MultimodalGenerator
    >>> (players,), history = fit_gan(
    ...     lambda: (MultimodalGenerator(3, {"x": 2}), MultimodalDiscriminator({"x": 2})),
    ...     lambda G, D, real, noise: (D(G(noise)) - D(real)).mean(),
    ...     lambda G, D, real, noise: -D(G(noise)).mean(),
    ...     {"x": torch.ones(8, 2)}, GANConfig(steps=3, progress=False), seeds=[0])
    >>> {name: term.shape for name, term in history.terms.items()}
    {'discriminator: loss': (1, 3), 'generator: loss': (1, 3)}

    Args:
        make_players: gives (generator, discriminator); called once a seed, after ``set_seed``.
        discriminator_loss: (generator, discriminator, real batch, noise) -> a scalar, or a dict
            of named scalars whose sum the discriminator minimises. The noise is standard normal,
            (B, generator.noise_dim), in the generator's dtype; a generator without ``noise_dim``
            gets noise of width 0.
        generator_loss: the same for the generator.
        data: tensors with one row a sample, all on the players' device.
        seeds: different ones. Game s is the one that its seed alone would play (as models of
            :func:`fit_seeds` are).
        probe: (generator, discriminator) -> {name: number or array}, called without gradients
            before the first step and then ``config.snapshots`` times, evenly, for each seed.

    Returns the trained players and the history.

    Raises: TypeError and ValueError for players, data, losses or seeds that are not as described;
        FloatingPointError for a loss that is not finite, with its step, term and seed.
    """
    seeds = seed_list(seeds)
    checks.instance("config", config, GANConfig)
    check_factory("make_players", make_players)
    losses = {"discriminator": discriminator_loss, "generator": generator_loss}
    for name, loss in losses.items():
        checks.function(f"{name}_loss", loss)
    if probe is not None:
        checks.function("probe", probe)
    if probe is not None:
        checks.function("probe", probe)
    start = time.perf_counter()
    with (
        own_generators(seeds[0]),
        progress_bar(config.steps, config.progress, "game") as bar,
    ):
        game = _Game([_made(make_players, seed) for seed in seeds], losses, data, config, seeds)
        record, probed = Record([f"seed {seed}" for seed in seeds], bar), _Probed(probe, config)
        for t in range(config.steps):
            probed.look(t, game)
            record.add(game.step(t))
        terms = record.terms(game.stack.weights)
        probed.look(config.steps, game)
    players = game.at_rest()
    seconds = time.perf_counter() - start
    return players, GANHistory(terms, probed.steps, probed.stacked(), seconds)


def _made(make_players: Callable[[], Players], seed: int) -> Players:
    set_seed(seed)
    pair = checks.listed("what make_players made", make_players(), nn.Module)
    if len(pair) != 2:
        raise ValueError(f"make_players made {len(pair)} networks; expected two, generator first")
    for model in pair:
        learning(model)
    return pair[0], pair[1]


class _Game:
    """S games: who plays, by which losses, with which data and noise."""

    def __init__(self, players: list[Players], losses, data, config: GANConfig, seeds: list[int]):
        self.players, self.losses, self.data, self.config = players, losses, data, config
        count = checks.rows("data", data)
        self.stack = Stacked(players, seeds)
        self.device = common_device(data, self.stack.weights)
        self.rows = batches(count, config.batch_size, seeds, self.device)
        generator = players[0][0]
        self.dice = [stream(seed) for seed in seeds]
        width = checks.whole("noise_dim", getattr(generator, "noise_dim", 0), 0)
        self.noise_shape = (min(config.batch_size, count), width)
        self.dtype = next(p.dtype for p in generator.parameters() if p.is_floating_point())
        rates = {"generator": config.generator_rate, "discriminator": config.discriminator_rate}
        self.rates, self.optimizers = rates, {}
        for i, side in enumerate(rates):
            weights = self.stack.learning(i).values()  # without decay AdamW is Adam
            self.optimizers[side] = StackedAdamW(weights, [0.0], config.betas)

    def noise(self) -> Tensor:
        """Standard normal, (S, B, noise_dim); drawn on the CPU, the same for every device."""
        drawn = [torch.randn(self.noise_shape, generator=dice, device="cpu") for dice in self.dice]
        return torch.stack(drawn).to(self.device, self.dtype)

    def step(self, t: int) -> Terms:
        """Both half-steps, the discriminator's first; the terms of both losses, each (S,)."""
        rows = next(self.rows)
        batch, found = {name: take(x, rows) for name, x in self.data.items()}, {}
        for i, side in ((1, "discriminator"), (0, "generator")):
            terms = self.stack.terms(self.losses[side], batch, self.noise(), learns=i)
            rate = self.rates[side] * half_cosine(t, self.config.steps)
            self.optimizers[side].step(total_of(terms), [rate])
            found |= {f"{side}: {name}": term for name, term in terms.items()}
        return found

    def at_rest(self) -> list[Players]:
        """The players as they are now."""
        self.stack.write_back()
        for pair in self.players:
            for model in pair:
                model.eval()
        return self.players


class _Probed:
    """What the probe measured, at even steps."""

    def __init__(self, probe: Probe | None, config: GANConfig):
        steps = np.linspace(0, config.steps, config.snapshots + 1).round().astype(int)
        self.probe, self.found = probe, []
        self.steps = np.unique(steps) if probe else steps[:0]

    @torch.no_grad()
    def look(self, t: int, game: _Game) -> None:
        """Ask the probe about every game, if step t is one to look at."""
        if self.probe is not None and t in self.steps:
            self.found.append([_kept(self.probe(*pair)) for pair in game.at_rest()])

    def stacked(self) -> dict[str, np.ndarray]:
        """[snapshot][seed]{name: value} -> {name: (S, snapshots, ...)}."""
        names = self.found[0][0] if self.found else ()
        for seeds in self.found:
            for measured in seeds:
                checks.keys("what the probe measured", measured, names)
        return {
            name: np.stack([[measured[name] for measured in seeds] for seeds in self.found], 1)
            for name in names
        }


def _kept(measured: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Copies on the CPU: a probe may hand out a view of a weight that goes on moving."""
    checks.mapping("what the probe measured", measured)
    return {
        name: x.detach().cpu().numpy().copy() if isinstance(x, Tensor) else np.array(x)
        for name, x in measured.items()
    }
