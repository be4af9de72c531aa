"""Training in plain sight: the settings of a run, and the loop for one model.

:func:`fit` is the loop to read. ``fit_seeds`` and ``fit_arms`` take the same steps with many
models at once: model s of ``fit_seeds`` is the model that ``fit`` would give with seed s.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mmbook import checks
from mmbook.training.history import History
from mmbook.training.noise import Noise, OwnNoise
from mmbook.training.seeds import MOST, own_generators
from mmbook.training.steps import (
    Batch,
    Record,
    batches,
    common_device,
    half_cosine,
    learning,
    named_terms,
    progress_bar,
    take,
    total_of,
)

Loss = Callable[[nn.Module, Batch], Tensor | Mapping[str, Tensor]]


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a run. Steps are optimiser steps; the rate falls by half a cosine to 0.

    >>> TrainingConfig(steps=100, weight_decay=1e-2).batch_size
    128

    Args:
        steps: of the optimiser.
        batch_size: rows a step; of data with fewer rows, all.
        learning_rate, weight_decay: AdamW's.
        seed: of batches and noise in :func:`fit`. Where ``seeds`` are given, they count instead.
        cosine: does the rate fall?
        progress: show a bar.
    Raises: TypeError for other types (a step of 2.5); ValueError for 0 steps, rows or rate, a
        negative decay or seed, NaN or infinity.
    """

    steps: int = 500
    batch_size: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    seed: int = 0
    cosine: bool = True
    progress: bool = True

    def __post_init__(self):
        checks.whole("steps", self.steps)
        checks.whole("batch_size", self.batch_size)
        checks.positive("learning_rate", self.learning_rate)
        checks.number("weight_decay", self.weight_decay, 0)
        checks.whole("seed", self.seed, 0, MOST)
        checks.flag("cosine", self.cosine)
        checks.flag("progress", self.progress)

    def rate(self, step: int) -> float:
        """The learning rate at a step, counted from 0.

        Raises: TypeError, ValueError for a step that is not one of this run.
        """
        checks.whole("step", step, 0, self.steps - 1)
        return self.learning_rate * (half_cosine(step, self.steps) if self.cosine else 1.0)


def fit(
    model: nn.Module, loss: Loss, data: Mapping[str, Tensor], config: TrainingConfig
) -> History:
    """Train ``model`` in place by AdamW on seeded batches.

    >>> model, data = nn.Linear(3, 1), {"x": torch.ones(8, 3)}
    >>> config = TrainingConfig(steps=5, progress=False)
    >>> fit(model, lambda model, batch: model(batch["x"]).square().mean(), data, config).loss.shape
    (5,)

    Args:
        loss: (model, batch) -> a scalar, or a dict of named scalars whose sum is minimised.
        data: tensors with one row a sample, all on the model's device.

    Batches and noise follow ``config.seed``. Python's, NumPy's and PyTorch's own generators are
    left as they were found.

    Raises: TypeError and ValueError for a model, data or a loss that are not as described;
        FloatingPointError for a loss that is not finite, with its step and term.
    """
    checks.instance("model", model, nn.Module)
    checks.function("loss", loss)
    checks.instance("config", config, TrainingConfig)
    count, weights = checks.rows("data", data), learning(model)
    device = common_device(data, weights)
    rows = batches(count, config.batch_size, [config.seed], device)
    noise = Noise([config.seed])
    optimizer = torch.optim.AdamW(weights.values(), weight_decay=config.weight_decay, fused=True)
    start = time.perf_counter()
    model.train()
    with (
        own_generators(config.seed),
        progress_bar(config.steps, config.progress) as bar,
    ):
        record = Record([f"seed {config.seed}"], bar)
        for t in range(config.steps):
            index = next(rows)[0]
            batch = {name: take(x, index) for name, x in data.items()}
            with OwnNoise.alone(noise):
                terms = named_terms(loss(model, batch))
            optimizer.param_groups[0]["lr"] = config.rate(t)
            optimizer.zero_grad()
            total_of(terms).backward()
            optimizer.step()
            record.add(terms)
    model.eval()
    found = record.terms({name: weight[None] for name, weight in weights.items()})
    return History(found, time.perf_counter() - start)
