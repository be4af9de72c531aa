"""Training in plain sight: the loop for one model.

:func:`fit` is the loop to read. ``fit_seeds`` and ``fit_arms`` take the same steps with many
models at once: model s of ``fit_seeds`` is the model that ``fit`` would give with seed s.
"""

import time
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mmbook import checks
from mmbook.training.config import TrainingConfig
from mmbook.training.draws import Noise
from mmbook.training.history import History
from mmbook.training.noise import OwnNoise
from mmbook.training.progress import progress_bar
from mmbook.training.seeds import own_generators
from mmbook.training.steps import (
    Loss,
    Record,
    batches,
    common_device,
    learning,
    named_terms,
    take,
    total_of,
)


def fit(
    model: nn.Module, loss: Loss, data: Mapping[str, Tensor], config: TrainingConfig
) -> History:
    """Train ``model`` in place by AdamW on seeded batches.

    >>> import torch
    >>> from torch import nn
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
