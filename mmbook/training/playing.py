"""Games that share a batched step, whose axis of models runs over games and, within, over seeds."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from mmbook import checks
from mmbook.training.arm import constant
from mmbook.training.config import GANConfig
from mmbook.training.game import Game, Players
from mmbook.training.history import GANHistory
from mmbook.training.optimizer import StackedAdamW
from mmbook.training.seeds import set_seed, stream
from mmbook.training.stacked import Stacked
from mmbook.training.steps import (
    Batch,
    Record,
    Terms,
    batches,
    common_device,
    half_cosine,
    learning,
    take,
    total_of,
)

Probe = Callable[[nn.Module, nn.Module], Mapping[str, Any]]
Played = tuple[list[Players], GANHistory]


def what_must_be_one(game: Game) -> tuple:
    """Games for which this is equal can be played in one batched step."""
    told = {name: constant(name, x) for name, x in game.constants.items()}
    config = game.config
    return (
        *(id(x) for x in (game.make_players, game.judge, game.fool)),
        tuple((name, id(x)) for name, x in game.data.items()),
        tuple((name, x.shape, x.dtype) for name, x in told.items()),
        (config.steps, config.batch_size, config.snapshots, config.betas),
    )


def play_together(
    games: Mapping[str, Game], seeds: list[int], bar: tqdm, probe: Probe | None
) -> dict[str, Played]:
    start = time.perf_counter()
    play, config = _Together(games, seeds), next(iter(games.values())).config
    called = [f"game {name!r}, seed {s}" if name else f"seed {s}" for name in games for s in seeds]
    record, probed = Record(called, bar), _Probed(probe, config)
    for t in range(config.steps):
        probed.look(t, play)
        record.add(play.step(t))
    terms = record.terms(play.stack.weights)
    probed.look(config.steps, play)
    players = play.at_rest()
    seconds = (time.perf_counter() - start) / len(games)
    found, S = {}, len(seeds)
    for a, name in enumerate(games):
        mine = slice(a * S, (a + 1) * S)
        own = {key: term[mine] for key, term in terms.items()}
        history = GANHistory(own, probed.steps, probed.stacked(mine), seconds)
        found[name] = (players[mine], history)
    return found


def _made(make_players: Callable[[], Players], seed: int) -> Players:
    set_seed(seed)
    pair = checks.listed("what make_players made", make_players(), nn.Module)
    if len(pair) != 2:
        raise ValueError(f"make_players made {len(pair)} networks; expected two, generator first")
    for model in pair:
        learning(model)
    return pair[0], pair[1]


class _Together:
    """Who plays, by which losses, with which data and noise."""

    def __init__(self, games: Mapping[str, Game], seeds: list[int]):
        self.games, self.first = len(games), next(iter(games.values()))
        first = self.first
        self.players = [_made(g.make_players, seed) for g in games.values() for seed in seeds]
        self.stack = Stacked(self.players, seeds)
        self.device = common_device(first.data, self.stack.weights)
        count = checks.rows("data", first.data)
        self.rows = batches(count, first.config.batch_size, seeds, self.device)
        self.dice = [stream(seed) for seed in seeds]
        generator = self.players[0][0]
        width = checks.whole("noise_dim", getattr(generator, "noise_dim", 0), 0)
        self.noise_shape = (min(first.config.batch_size, count), width)
        self.dtype = next(p.dtype for p in generator.parameters() if p.is_floating_point())
        self.constants = {
            name: torch.stack([constant(name, g.constants[name]) for g in games.values()])
            .to(self.device)
            .repeat_interleave(len(seeds), 0)
            for name in first.constants
        }
        configs = [game.config for game in games.values()]
        self.sides = {
            "discriminator": (1, first.judge, [c.discriminator_rate for c in configs]),
            "generator": (0, first.fool, [c.generator_rate for c in configs]),
        }
        self.optimizers = {
            side: StackedAdamW(
                self.stack.learning(i).values(), [0.0] * len(configs), first.config.betas
            )
            for side, (i, _, _) in self.sides.items()
        }

    def step(self, t: int) -> Terms:
        """Both half-steps, the discriminator's first."""
        rows = self.for_all(next(self.rows))
        batch: Batch = {name: take(x, rows) for name, x in self.first.data.items()}
        found: Terms = {}
        for side, (i, loss, rates) in self.sides.items():
            drawn = [torch.randn(self.noise_shape, generator=g, device="cpu") for g in self.dice]
            z = self.for_all(torch.stack(drawn).to(self.device, self.dtype))
            terms = self.stack.terms(loss, batch, z, self.constants, learns=i)
            share = half_cosine(t, self.first.config.steps)
            self.optimizers[side].step(total_of(terms), [share * rate for rate in rates])
            found |= {f"{side}: {name}": term for name, term in terms.items()}
        return found

    def for_all(self, x: Tensor) -> Tensor:
        """What each seed has, (S, ...), for every game: (M, ...)."""
        return x.expand(self.games, *x.shape).flatten(0, 1)

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
    def look(self, t: int, game: "_Together") -> None:
        """Ask the probe about every game, if step t is one to look at."""
        if self.probe is not None and t in self.steps:
            self.found.append([_kept(self.probe(*pair)) for pair in game.at_rest()])

    def stacked(self, mine: slice) -> dict[str, np.ndarray]:
        """[snapshot][model]{name: value} -> {name: (S, snapshots, ...)} of one game's models."""
        names = self.found[0][0] if self.found else ()
        for models in self.found:
            for measured in models:
                checks.keys("what the probe measured", measured, names)
        return {
            name: np.stack([[told[name] for told in models[mine]] for models in self.found], 1)
            for name in names
        }


def _kept(measured: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Copies on the CPU: a probe may hand out a view of a weight that goes on moving."""
    checks.mapping("what the probe measured", measured)
    return {
        name: x.detach().cpu().numpy().copy() if isinstance(x, Tensor) else np.array(x)
        for name, x in measured.items()
    }
