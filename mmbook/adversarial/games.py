"""Several games on the same seeds: the arms of an experiment with generators and discriminators.

``mmbook.training.fit_gan`` plays one game for each seed. Games that differ only in rates and in
``constants`` (the weight of a penalty, a share of mismatched pairs) can be played in one batched
step, which costs far less than one after the other.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mmbook import checks
from mmbook.training import GANConfig, GANHistory, set_seed
from mmbook.training.arm import constant
from mmbook.training.optimizer import StackedAdamW
from mmbook.training.progress import progress_bar
from mmbook.training.seeds import own_generators, seed_list, stream
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
GameLoss = Callable[..., Tensor | Mapping[str, Tensor]]
Probe = Callable[[nn.Module, nn.Module], Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Game:
    """One way to play: who plays, by which losses, on which data, with which settings.

    >>> import torch
    >>> from dataclasses import replace
    >>> from mmbook.adversarial import MultimodalDiscriminator, MultimodalGenerator
    >>> plain = Game(
    ...     lambda: (MultimodalGenerator(3, {"x": 2}), MultimodalDiscriminator({"x": 2})),
    ...     lambda G, D, real, noise, c: (D(G(noise)) - D(real)).mean(),
    ...     lambda G, D, real, noise, c: -c["pull"] * D(G(noise)).mean(),
    ...     {"x": torch.ones(8, 2)}, GANConfig(steps=3, progress=False), {"pull": 1.0})
    >>> found = fit_games({"plain": plain, "weak": replace(plain, constants={"pull": 0.1})}, [0, 1])
    >>> [len(players) for players, history in found.values()]
    [2, 2]

    Args:
        make_players, data, config: as in :func:`mmbook.training.fit_gan`.
        judge: what the discriminator minimises: (generator, discriminator, real batch, noise,
            constants) -> a scalar, or a dict of named scalars that are added up.
        fool: the same for the generator.
        constants: numbers or tensors that the losses find in their fifth argument, by name.
    Raises: TypeError, ValueError for what is not as described.
    """

    make_players: Callable[[], Players]
    judge: GameLoss
    fool: GameLoss
    data: Mapping[str, Tensor]
    config: GANConfig = GANConfig()
    constants: Mapping[str, float | Tensor] = field(default_factory=dict)

    def __post_init__(self):
        check_factory("make_players", self.make_players)
        checks.function("judge", self.judge)
        checks.function("fool", self.fool)
        checks.rows("data", self.data)
        checks.instance("config", self.config, GANConfig)
        checks.mapping("constants", self.constants)
        for name, x in self.constants.items():
            constant(name, x)


Played = tuple[list[Players], GANHistory]


def fit_games(
    games: Mapping[str, Game], seeds: Sequence[int], probe: Probe | None = None
) -> dict[str, Played]:
    """Play every game with the same seeds: for each what ``fit_gan`` gives for it alone.

    Games are played in one batched step if they have *the same objects* as ``make_players``,
    ``judge``, ``fool`` and tensors of ``data``, constants of the same names and shapes, and as many
    steps, rows a batch and snapshots; the others one after the other. See :class:`Game`.

    Args:
        seeds: different ones. Games with one seed start from the same weights if they have the
            same factory, and meet the same batches and the same noise.
        probe: (generator, discriminator) -> {name: number or array}, as in ``fit_gan``.

    Returns {game's name: ([(generator, discriminator) of each seed], history)}; the seconds of a
    history are the game's share.
    Raises: TypeError, ValueError for games or seeds that are not as described; FloatingPointError
        for a loss that is not finite, with its step, term, game and seed.
    """
    seeds = seed_list(seeds)
    checks.mapping("games", games)
    checks.listed("games", list(games.values()), Game)
    if probe is not None:
        checks.function("probe", probe)
    groups: dict[tuple, dict[str, Game]] = {}
    for name, game in games.items():
        groups.setdefault(_what_must_be_one(game), {})[name] = game
    steps = sum(next(iter(group.values())).config.steps for group in groups.values())
    found: dict[str, Played] = {}
    shown = any(game.config.progress for game in games.values())
    with own_generators(seeds[0]), progress_bar(steps, shown, "game") as bar:
        for group in groups.values():
            found |= _Together(group, seeds).play(bar, probe)
    return {name: found[name] for name in games}


def _what_must_be_one(game: Game) -> tuple:
    told = {name: constant(name, x) for name, x in game.constants.items()}
    config = game.config
    return (
        *(id(x) for x in (game.make_players, game.judge, game.fool)),
        tuple((name, id(x)) for name, x in game.data.items()),
        tuple((name, x.shape, x.dtype) for name, x in told.items()),
        (config.steps, config.batch_size, config.snapshots, config.betas),
    )


class _Together:
    """Games in one batched step; the axis of models runs over games and, within, over seeds."""

    def __init__(self, games: Mapping[str, Game], seeds: list[int]):
        self.games, self.seeds, self.began = games, seeds, time.perf_counter()
        self.first = first = next(iter(games.values()))
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

    def play(self, bar, probe: Probe | None) -> dict[str, Played]:
        config, probed = self.first.config, []
        called = [f"game {name!r}, seed {s}" for name in self.games for s in self.seeds]
        record = Record(called, bar)
        looks = np.linspace(0, config.steps, config.snapshots + 1).round().astype(int)
        looks = np.unique(looks) if probe is not None else looks[:0]
        for t in range(config.steps):
            if t in looks:
                probed.append(self.asked(probe))
            record.add(self.step(t))
        terms = record.terms(self.stack.weights)
        if len(looks):
            probed.append(self.asked(probe))
        self.at_rest()
        seconds = (time.perf_counter() - self.began) / len(self.games)
        found, S = {}, len(self.seeds)
        for a, name in enumerate(self.games):
            mine = slice(a * S, (a + 1) * S)
            probes = {
                key: np.stack([[told[key] for told in look[mine]] for look in probed], 1)
                for key in (probed[0][0] if probed else ())
            }
            history = GANHistory({k: v[mine] for k, v in terms.items()}, looks, probes, seconds)
            found[name] = (self.players[mine], history)
        return found

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
        return x.expand(len(self.games), *x.shape).flatten(0, 1)

    def at_rest(self) -> None:
        self.stack.write_back()
        for pair in self.players:
            for model in pair:
                model.eval()

    @torch.no_grad()
    def asked(self, probe: Any) -> list[dict[str, np.ndarray]]:
        """What the probe says of each model; copies, for the weights go on moving."""
        self.at_rest()
        told = [probe(*pair) for pair in self.players]
        for one in told:
            checks.mapping("what the probe measured", one)
            checks.keys("what the probe measured", one, told[0])
        return [
            {
                key: x.detach().cpu().numpy().copy() if isinstance(x, Tensor) else np.array(x)
                for key, x in one.items()
            }
            for one in told
        ]


def _made(make_players: Callable[[], Players], seed: int) -> Players:
    set_seed(seed)
    pair = checks.listed("what make_players made", make_players(), nn.Module)
    if len(pair) != 2:
        raise ValueError(f"make_players made {len(pair)} networks; expected two, generator first")
    for model in pair:
        learning(model)
    return pair[0], pair[1]
