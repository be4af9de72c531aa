"""Training two networks against each other: two losses, two optimisers, several seeds at once.

A step of the game is two half-steps. The discriminator moves down its own loss while the
generator stands still; then the generator moves down its own while the discriminator stands
still. Neither ever receives the other's gradient. As in ``fit_seeds``, the weights of S games are
stacked along a new first axis, so that five seeds cost little more than one.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from math import cos, pi

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state
from tqdm.auto import tqdm

from mmbook.training.loop import Batch, _batches, _named, _rows, set_seed

Players = tuple[nn.Module, nn.Module]
Loss = Callable[[nn.Module, nn.Module, Batch, Tensor], Tensor | dict[str, Tensor]]
Probe = Callable[[nn.Module, nn.Module], Mapping[str, object]]


@dataclass(frozen=True)
class GANConfig:
    """The settings of a game. Both rates fall by half a cosine to 0.

    ``betas`` are Adam's. The first is 0, so without momentum: the opponent moves, and an
    average of old gradients points to where it was.
    """

    steps: int = 800
    batch_size: int = 64
    generator_rate: float = 2e-3
    discriminator_rate: float = 2e-3
    betas: tuple[float, float] = (0.0, 0.99)
    snapshots: int = 8
    progress: bool = True

    def __post_init__(self):
        for name in ("steps", "batch_size", "generator_rate", "discriminator_rate", "snapshots"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; expected more than 0")


@dataclass(frozen=True)
class GANHistory:
    """What happened in S games.

    ``terms``: each term of both losses at each step, (S, steps), under "discriminator: ..." and
    "generator: ...". ``probes``: what the probe measured at ``probe_steps``, (S, snapshots, ...).
    """

    terms: dict[str, np.ndarray]
    probe_steps: np.ndarray
    probes: dict[str, np.ndarray]
    seconds: float = field(compare=False)


def fit_gan(
    make_players: Callable[[], Players],
    discriminator_loss: Loss,
    generator_loss: Loss,
    data: Mapping[str, Tensor],
    config: GANConfig,
    seeds: Sequence[int],
    probe: Probe | None = None,
) -> tuple[list[Players], GANHistory]:
    """Let a generator and a discriminator play, once a seed, side by side.

    Args:
        make_players: gives (generator, discriminator); called once a seed, after ``set_seed``.
        discriminator_loss: (generator, discriminator, real batch, noise) -> a scalar, or a dict
            of named scalars whose sum the discriminator minimises. The noise is standard normal,
            (B, generator.noise_dim); a generator without ``noise_dim`` gets noise of width 0.
        generator_loss: the same for the generator.
        data: tensors with one row a sample, all on the players' device.
        probe: (generator, discriminator) -> {name: number or array}, called without gradients
            before the first step and then ``config.snapshots`` times, evenly, for each seed.

    Returns the trained players and the history. Game s is the one that its seed alone would play.
    Raises: ValueError for no seeds or unequal rows; FloatingPointError if a loss is not finite.
    """
    if len(seeds) == 0:
        raise ValueError("seeds is empty; expected at least one seed")
    players = []
    for seed in seeds:
        set_seed(seed)
        generator, discriminator = make_players()
        players.append((generator.train(), discriminator.train()))
    sides = [_Side(models) for models in zip(*players, strict=True)]
    g, d = sides
    rates = (config.generator_rate, config.discriminator_rate)
    optimizers = [
        torch.optim.Adam(side.parameters, lr=rate, betas=config.betas, fused=True)
        for side, rate in zip(sides, rates, strict=True)
    ]
    referee = _Referee(deepcopy(players[0]), discriminator_loss, generator_loss)
    one_loss = torch.vmap(referee.losses, in_dims=(0, 0, 0, 0, None), randomness="different")

    count = _rows(data)
    batches = [_batches(count, config.batch_size, seed) for seed in seeds]
    # Noise is drawn on the CPU, so that every device plays the same game.
    dice = [torch.Generator().manual_seed(seed) for seed in seeds]
    size = min(config.batch_size, count)
    width = getattr(players[0][0], "noise_dim", 0)
    device = next(iter(data.values())).device

    def noise() -> Tensor:
        return torch.stack([torch.randn(size, width, generator=x) for x in dice]).to(device)

    record: dict[str, list[Tensor]] = {}

    def half_step(name: str, side: "_Side", optimizer, batch: Batch) -> None:
        frozen = [s.weights if s is side else s.frozen() for s in sides]
        terms = one_loss([frozen[0], g.buffers], [frozen[1], d.buffers], batch, noise(), name)
        # The games share no weight, so the gradient of the sum is each game's own gradient.
        total = sum(terms.values()).sum()
        optimizer.zero_grad(set_to_none=True)
        total.backward(inputs=side.parameters)
        optimizer.step()
        for term, value in terms.items():
            record.setdefault(f"{name}: {term}", []).append(value.detach())

    probe_steps = np.linspace(0, config.steps, config.snapshots + 1).round().astype(int)
    probed: list[list[dict[str, np.ndarray]]] = []
    start = time.perf_counter()
    for t in tqdm(range(config.steps + 1), leave=False, disable=not config.progress, desc="game"):
        if probe is not None and t in probe_steps:
            _write_back(sides)
            with torch.no_grad():
                probed.append([_kept(probe(a.eval(), b.eval())) for a, b in players])
            for pair in players:
                for model in pair:
                    model.train()
        if t == config.steps:
            break
        for optimizer, rate in zip(optimizers, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * (1 + cos(pi * t / config.steps)) / 2
        index = torch.stack([next(b) for b in batches]).to(device)  # S, B
        batch = {name: x[index] for name, x in data.items()}  # S, B, ...
        half_step("discriminator", d, optimizers[1], batch)
        half_step("generator", g, optimizers[0], batch)
        if t % 50 == 0 or t == config.steps - 1:
            now = {name: values[-1] for name, values in record.items()}
            if not all(torch.isfinite(x).all() for x in now.values()):
                raise FloatingPointError(f"a loss is not finite at step {t}: {now}")
    seconds = time.perf_counter() - start
    _write_back(sides)
    for pair in players:
        for model in pair:
            model.eval()
    history = GANHistory(
        terms={name: torch.stack(v, -1).cpu().numpy() for name, v in record.items()},
        probe_steps=probe_steps if probe else probe_steps[:0],
        probes=_stack_probes(probed),
        seconds=seconds,
    )
    return players, history


class _Side:
    """The S models of one side, and their weights stacked along a first axis."""

    def __init__(self, models: Sequence[nn.Module]):
        self.models = models
        self.weights, self.buffers = stack_module_state(list(models))
        self.parameters = list(self.weights.values())

    def frozen(self) -> dict[str, Tensor]:
        return {name: weight.detach() for name, weight in self.weights.items()}


class _Referee(nn.Module):
    """Both players under one roof, so that one ``functional_call`` reaches both."""

    def __init__(self, players: Players, discriminator_loss, generator_loss):
        super().__init__()
        self.generator, self.discriminator = players
        self.discriminator_loss, self.generator_loss = discriminator_loss, generator_loss

    def losses(self, generator, discriminator, batch: Batch, z: Tensor, side: str):
        """Terms of one side's loss, with the weights and buffers that are handed in."""
        state = {f"generator.{k}": v for part in generator for k, v in part.items()}
        state |= {f"discriminator.{k}": v for part in discriminator for k, v in part.items()}
        return functional_call(self, state, (batch, z, side))

    def forward(self, batch: Batch, z: Tensor, side: str) -> dict[str, Tensor]:
        if side == "discriminator":
            return _named(self.discriminator_loss(self.generator, self.discriminator, batch, z))
        return _named(self.generator_loss(self.generator, self.discriminator, batch, z))


@torch.no_grad()
def _write_back(sides: Sequence[_Side]) -> None:
    """Copy the stacked weights and buffers into the models."""
    for side in sides:
        for s, model in enumerate(side.models):
            for name, weight in model.named_parameters():
                weight.copy_(side.weights[name][s])
            for name, buffer in model.named_buffers():
                buffer.copy_(side.buffers[name][s])


def _kept(measured: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Copies on the CPU: a probe may hand out a view of a weight that goes on moving."""
    return {
        name: x.detach().cpu().numpy().copy() if isinstance(x, Tensor) else np.array(x)
        for name, x in measured.items()
    }


def _stack_probes(probed: list[list[dict[str, np.ndarray]]]) -> dict[str, np.ndarray]:
    """[snapshot][seed]{name: value} -> {name: (S, snapshots, ...)}."""
    names = probed[0][0] if probed else ()
    return {
        name: np.stack([[seed[name] for seed in snapshot] for snapshot in probed], 1)
        for name in names
    }
