"""Training in plain sight: one seeded loop for one model, and the same loop for many at once.

A chapter's claims need several seeds. ``fit_seeds`` trains them side by side: the weights of S
models are stacked along a new first axis and one batched product serves all of them, so that
five seeds cost little more than one (``torch.func.vmap``). Model s of ``fit_seeds`` is the model
that ``fit`` would give with seed s.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from math import cos, pi

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state
from tqdm.auto import tqdm

Batch = dict[str, Tensor]
Loss = Callable[[nn.Module, Batch], Tensor | dict[str, Tensor]]


def set_seed(seed: int) -> None:
    """Seed Python's, NumPy's and PyTorch's generators."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def pick_device(name: str | None = None) -> torch.device:
    """The device to run on: ``name``, else ``$MMBOOK_DEVICE``, else the CPU.

    Raises: ValueError if the device is unknown or absent; nothing falls back in silence.
    """
    name = name or os.environ.get("MMBOOK_DEVICE") or "cpu"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ValueError(f"device {name!r} cannot be used here ({error}); try 'cpu'") from error
    return device


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a run. Steps are optimiser steps; the rate falls by half a cosine to 0."""

    steps: int = 500
    batch_size: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    seed: int = 0
    cosine: bool = True
    progress: bool = True

    def __post_init__(self):
        for name in ("steps", "batch_size", "learning_rate"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; expected more than 0")


@dataclass(frozen=True)
class History:
    """What happened: each term of the loss at each step, (steps,) or (S, steps), and the time."""

    terms: dict[str, np.ndarray]
    seconds: float = field(compare=False)

    @property
    def loss(self) -> np.ndarray:
        """The sum of the terms, shaped like each of them."""
        return sum(self.terms.values())


def fit(
    model: nn.Module, loss: Loss, data: Mapping[str, Tensor], config: TrainingConfig
) -> History:
    """Train ``model`` in place by AdamW on seeded batches.

    Args:
        loss: (model, batch) -> a scalar, or a dict of named scalars whose sum is minimised.
        data: tensors with one row a sample, all on the model's device.
    Raises: ValueError if the rows differ in number; FloatingPointError if the loss is not finite.
    """
    count = _rows(data)
    batches = _batches(count, config.batch_size, config.seed)

    def step() -> dict[str, Tensor]:
        index = next(batches)
        return _named(loss(model, {name: x[index.to(x.device)] for name, x in data.items()}))

    model.train()
    history = _train(list(model.parameters()), step, config)
    model.eval()
    return history


def fit_seeds(
    make_model: Callable[[], nn.Module],
    loss: Loss,
    data: Mapping[str, Tensor],
    config: TrainingConfig,
    seeds: Sequence[int],
    own: Mapping[str, Tensor] | None = None,
) -> tuple[list[nn.Module], History]:
    """Train one model a seed, side by side: initialisation and batches follow the seed.

    Arguments as in :func:`fit`; ``make_model`` is called once a seed, just after ``set_seed``.

    Args:
        own: what differs from seed to seed, (S, n, ...): the batch of seed s gets rows of
            ``own[name][s]``. What its own teacher says of each sample, for instance.

    Returns the trained models and a history whose terms are (S, steps).
    Raises: as :func:`fit`; ValueError for no seeds, and for an ``own`` that is not (S, n, ...) or
        whose name is in ``data``.
    """
    own = {} if own is None else own
    _check_own(own, data, len(seeds))
    models = []
    for seed in seeds:
        set_seed(seed)
        models.append(make_model().train())
    objective = _Objective(deepcopy(models[0]), loss)
    weights, buffers = stack_module_state([_Objective(model, loss) for model in models])
    count = _rows(data)
    batches = [_batches(count, config.batch_size, seed) for seed in seeds]

    def one(weights: Batch, buffers: Batch, batch: Batch) -> dict[str, Tensor]:
        return functional_call(objective, (weights, buffers), (batch,))

    side_by_side = torch.vmap(one, randomness="different")

    def step() -> dict[str, Tensor]:
        index = torch.stack([next(b) for b in batches])  # S, B
        batch = {name: x[index.to(x.device)] for name, x in data.items()}  # S, B, ...
        for name, x in own.items():
            seed = torch.arange(len(seeds), device=x.device)[:, None]
            batch[name] = x[seed, index.to(x.device)]
        return side_by_side(weights, buffers, batch)

    history = _train(list(weights.values()), step, config)
    with torch.no_grad():
        for s, model in enumerate(models):
            for name, weight in model.named_parameters():
                weight.copy_(weights[f"model.{name}"][s])
            model.eval()
    return models, history


class _Objective(nn.Module):
    """A model with its loss, so that ``functional_call`` reaches every method of the model."""

    def __init__(self, model: nn.Module, loss: Loss):
        super().__init__()
        self.model, self.loss = model, loss

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        return _named(self.loss(self.model, batch))


def _train(parameters: list[Tensor], step: Callable[[], dict[str, Tensor]], config) -> History:
    """The loop. ``step`` gives the terms of one batch: scalars, or one number a seed (S,)."""
    optimizer = torch.optim.AdamW(
        parameters, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    record: dict[str, list[Tensor]] = {}
    start = time.perf_counter()
    bar = tqdm(range(config.steps), leave=False, disable=not config.progress, desc="training")
    for t in bar:
        if config.cosine:
            rate = config.learning_rate * (1 + cos(pi * t / config.steps)) / 2
            for group in optimizer.param_groups:
                group["lr"] = rate
        terms = step()
        # The seeds share no weight, so the gradient of the sum is each seed's own gradient.
        total = sum(terms.values()).sum()
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        optimizer.step()
        for name, value in terms.items():
            record.setdefault(name, []).append(value.detach())
        if t % 50 == 0 or t == config.steps - 1:
            if not torch.isfinite(total):
                raise FloatingPointError(f"the loss is {total.item()} at step {t}")
            bar.set_postfix(loss=f"{sum(terms.values()).mean().item():.3f}", refresh=False)
    seconds = time.perf_counter() - start
    return History({k: torch.stack(v, -1).cpu().numpy() for k, v in record.items()}, seconds)


def _batches(count: int, batch_size: int, seed: int) -> Iterator[Tensor]:
    """Row numbers (B,), epoch after epoch, each epoch a fresh shuffle; a short rest is left out."""
    generator = torch.Generator().manual_seed(seed)
    size = min(batch_size, count)
    while True:
        order = torch.randperm(count, generator=generator)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]


def _rows(data: Mapping[str, Tensor]) -> int:
    rows = {name: len(x) for name, x in data.items()}
    if len(set(rows.values())) != 1:
        raise ValueError(f"data has rows {rows}; expected one number of rows for all")
    return next(iter(rows.values()))


def _check_own(own: Mapping[str, Tensor], data: Mapping[str, Tensor], seeds: int) -> None:
    if seeds == 0:
        raise ValueError("seeds is empty; expected at least one seed")
    count = _rows(data)
    for name, x in own.items():
        if x.shape[:2] != (seeds, count):
            raise ValueError(
                f"own[{name!r}] is {tuple(x.shape)}; expected ({seeds}, {count}, ...), "
                "a first entry for each seed and then a row a sample"
            )
    both = sorted(own.keys() & data.keys())
    if both:
        raise ValueError(f"{both} stand in own and in data; expected each name once")


def _named(terms: Tensor | dict[str, Tensor]) -> dict[str, Tensor]:
    return terms if isinstance(terms, dict) else {"loss": terms}
