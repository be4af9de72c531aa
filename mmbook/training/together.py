"""Arms that share a batched step, whose axis of models runs over arms and, within, over seeds."""

import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from tqdm import tqdm

from mmbook import checks
from mmbook.training.arm import Arm, constant
from mmbook.training.history import History
from mmbook.training.optimizer import StackedAdamW
from mmbook.training.seeds import set_seed
from mmbook.training.stacked import Stacked
from mmbook.training.steps import (
    Batch,
    Record,
    batches,
    common_device,
    learning,
    take,
    total_of,
)

Trained = tuple[list[nn.Module], History]


def what_must_be_one(arm: Arm) -> tuple:
    """Two arms for which this is equal can take one batched step."""
    constants = {name: constant(name, x) for name, x in arm.constants.items()}
    return (
        id(arm.make_model),
        id(arm.loss),
        tuple((name, id(x)) for name, x in arm.data.items()),
        *(
            tuple((n, x.shape, x.dtype, x.device) for n, x in y.items())
            for y in (arm.own, constants)
        ),
        (arm.config.steps, arm.config.batch_size),
    )


def train_together(arms: Mapping[str, Arm], seeds: list[int], bar: tqdm) -> dict[str, Trained]:
    start = time.perf_counter()
    models = [_made(arm.make_model, seed) for arm in arms.values() for seed in seeds]
    stack = Stacked([[model] for model in models], seeds)
    first = next(iter(arms.values()))
    feed = _Feed(list(arms.values()), len(seeds), common_device(first.data, stack.weights))
    rows = batches(feed.count, first.config.batch_size, seeds, feed.device)
    configs = [arm.config for arm in arms.values()]
    if len({(c.learning_rate, c.weight_decay, c.cosine) for c in configs}) == 1:
        configs = configs[:1]
    optimizer = StackedAdamW(stack.learning().values(), [c.weight_decay for c in configs])
    called = [f"arm {name!r}, seed {s}" if name else f"seed {s}" for name in arms for s in seeds]
    record = Record(called, bar)
    set_seed(seeds[0])
    for t in range(first.config.steps):
        terms = stack.terms(first.loss, feed.batch(next(rows)))
        optimizer.step(total_of(terms), [config.rate(t) for config in configs])
        record.add(terms)
    found = record.terms(stack.learning())
    stack.write_back()
    seconds = (time.perf_counter() - start) / len(arms)
    S = len(seeds)
    return {
        name: (
            [model.eval() for model in models[a * S : (a + 1) * S]],
            History({k: v[a * S : (a + 1) * S] for k, v in found.items()}, seconds),
        )
        for a, name in enumerate(arms)
    }


def _made(make_model: Callable[[], nn.Module], seed: int) -> nn.Module:
    set_seed(seed)
    model = make_model()
    checks.instance("what make_model made", model, nn.Module)
    learning(model)
    return model


class _Feed:
    """Batches of all models, (M, B, ...), and their constants, (M, ...)."""

    def __init__(self, arms: Sequence[Arm], seeds: int, device: torch.device):
        self.device, self.arms = device, len(arms)
        self.count = checks.rows("data", arms[0].data)
        # Tables of rows, and at which row of it the part of each model begins.
        self.tables: dict[str, tuple[Tensor, Tensor | None]] = {
            name: (x, None) for name, x in arms[0].data.items()
        }
        for name in arms[0].own:
            parts = [arm.own[name] for arm in arms]
            if all(part is parts[0] for part in parts):
                parts = parts[:1]
            begins = torch.arange(len(parts) * seeds, device=device) * self.count
            begins = begins.repeat(len(arms) // len(parts))[:, None]  # M, 1
            self.tables[name] = (torch.cat(parts).flatten(0, 1), begins)
        self.constants = {
            name: torch.stack([constant(name, arm.constants[name]) for arm in arms])
            .to(device)
            .repeat_interleave(seeds, 0)
            for name in arms[0].constants
        }

    def batch(self, index: Tensor) -> Batch:
        """The rows of the seeds, (S, B), from every table."""
        index = index.expand(self.arms, *index.shape).flatten(0, 1)  # M, B
        found = {}
        for name, (table, begins) in self.tables.items():
            rows = index if begins is None else index + begins
            found[name] = take(table, rows)
        return found | self.constants
