"""Arms of an experiment, each with the same seeds, side by side where they can be.

Arms that differ only in rates and in ``constants`` (a weight of a term, a temperature, a mask)
are trained in one batched step, whose axis of models runs over arms and seeds.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from mmbook import checks
from mmbook.training.history import History
from mmbook.training.loop import Loss, TrainingConfig
from mmbook.training.optimizer import StackedAdamW
from mmbook.training.seeds import own_generators, seed_list, set_seed
from mmbook.training.stacked import Stacked
from mmbook.training.steps import (
    Batch,
    Record,
    batches,
    check_factory,
    common_device,
    learning,
    progress_bar,
    take,
    total_of,
)

Trained = tuple[list[nn.Module], History]


@dataclass(frozen=True, eq=False)
class Arm:
    """One way of training: a factory of models, a loss, data and settings.

    >>> from dataclasses import replace
    >>> def loss(model, batch):
    ...     return batch["weight"] * model(batch["x"]).square().mean()
    >>> weak = Arm(lambda: nn.Linear(3, 1), loss, {"x": torch.ones(8, 3)},
    ...            TrainingConfig(steps=2, progress=False), constants={"weight": 0.1})
    >>> arms = {"weak": weak, "strong": replace(weak, constants={"weight": 1.0})}
    >>> fit_arms(arms, seeds=[0, 1])["strong"][1].loss.shape
    (2, 2)

    Args:
        make_model: called once a seed, just after ``set_seed``.
        loss: (model, batch) -> a scalar, or a dict of named scalars whose sum is minimised.
        data: tensors with one row a sample, all on the model's device.
        config: its ``seed`` does not count.
        own: what differs from seed to seed, (S, n, ...): the batch of seed s gets rows of
            ``own[name][s]``. What its own teacher says of each sample, for instance.
        constants: what this arm is set to: each stands in every batch under its name, a tensor
            as it is, a number as a tensor (). The loss must not branch on it.
    Raises: TypeError and ValueError for arguments that are not as described, and for a name that
        stands in two of ``data``, ``own`` and ``constants``.
    """

    make_model: Callable[[], nn.Module]
    loss: Loss
    data: Mapping[str, Tensor]
    config: TrainingConfig = TrainingConfig()
    own: Mapping[str, Tensor] = field(default_factory=dict)
    constants: Mapping[str, float | Tensor] = field(default_factory=dict)

    def __post_init__(self):
        check_factory("make_model", self.make_model)
        checks.function("loss", self.loss)
        checks.rows("data", self.data)
        checks.instance("config", self.config, TrainingConfig)
        checks.mapping("own", self.own)
        checks.mapping("constants", self.constants)
        for name, x in self.own.items():
            checks.tensor(f"own[{name!r}]", x, "...", kind=None)
        for name, x in self.constants.items():
            constant(name, x)
        for first, second in (("own", "data"), ("constants", "data"), ("constants", "own")):
            both = sorted(getattr(self, first).keys() & getattr(self, second).keys())
            if both:
                raise ValueError(
                    f"{both} stand in {first} and in {second}; expected each name once"
                )


def constant(name: str, x: Any) -> Tensor:
    """A constant as a tensor: numbers as floats, so that 0 and 0.5 are of one kind."""
    if isinstance(x, (Tensor, bool)):
        return torch.as_tensor(x)
    return torch.tensor(checks.number(f"constants[{name!r}]", x))


def fit_seeds(
    make_model: Callable[[], nn.Module],
    loss: Loss,
    data: Mapping[str, Tensor],
    config: TrainingConfig,
    seeds: Sequence[int],
    own: Mapping[str, Tensor] | None = None,
) -> Trained:
    """Train one model a seed, side by side: initialisation, batches and noise follow the seed.

    >>> config = TrainingConfig(steps=5, progress=False)
    >>> models, history = fit_seeds(lambda: nn.Linear(3, 1), lambda m, b: m(b["x"]).square().mean(),
    ...                             {"x": torch.ones(8, 3)}, config, seeds=range(2))
    >>> len(models), history.loss.shape
    (2, (2, 5))

    Arguments as in :func:`fit`; ``make_model`` is called once a seed, just after ``set_seed``.

    Args:
        seeds: different ones; ``config.seed`` does not count.
        own: what differs from seed to seed, (S, n, ...): the batch of seed s gets rows of
            ``own[name][s]``. What its own teacher says of each sample, for instance.

    Returns the trained models and a history whose terms are (S, steps).

    Model s is the one that :func:`fit` gives with seed s, whoever trains beside it, also with
    dropout and with what a model or its loss draws by ``torch.rand``, ``randn``, ``randint``,
    ``randperm``, ``bernoulli``, ``rand_like`` and so on. What is drawn in another way
    (``tensor.normal_()``, ``torch.multinomial``) is repeatable, and depends on the other seeds.

    Raises: as :func:`fit`; ValueError for no seeds, a seed twice, one model for two seeds, and for
        an ``own`` that is not (S, n, ...) or whose name is in ``data``; FloatingPointError for a
        loss that is not finite, with its step, term and seed.
    """
    arm = Arm(make_model, loss, data, config, own={} if own is None else own)
    return fit_arms({"": arm}, seeds)[""]


def fit_arms(arms: Mapping[str, Arm], seeds: Sequence[int]) -> dict[str, Trained]:
    """Train every arm with the same seeds: for each what :func:`fit_seeds` gives for it alone.

    Arms are trained in one batched step if they have *the same objects* as ``make_model``, as
    ``loss`` and as tensors of ``data``, ``own`` and ``constants`` of the same names, shapes and
    dtypes, and as many steps and rows a batch. (Two factories that look alike may build models
    that differ in a plain number, and a batched step runs the code of one for all.) The others are
    trained one after the other, with one bar over all.

    >>> arm = Arm(lambda: nn.Linear(3, 1), lambda m, b: m(b["x"]).square().mean(),
    ...           {"x": torch.ones(8, 3)}, TrainingConfig(steps=5, progress=False))
    >>> models, history = fit_arms({"only": arm}, seeds=range(2))["only"]
    >>> len(models), history.loss.shape
    (2, (2, 5))

    Returns {arm's name: (models, history)}; the seconds of a history are the arm's share.
    Raises: TypeError for what is no dict of arms; else as :func:`fit_seeds`.
    """
    seeds = seed_list(seeds)
    checks.mapping("arms", arms)
    checks.listed("arms", list(arms.values()), Arm)
    for name, arm in arms.items():
        _check_own(name, arm, len(seeds))
    groups: dict[tuple, dict[str, Arm]] = {}
    for name, arm in arms.items():
        groups.setdefault(_what_must_be_one(arm), {})[name] = arm
    steps = sum(next(iter(group.values())).config.steps for group in groups.values())
    found: dict[str, Trained] = {}
    shown = any(arm.config.progress for arm in arms.values())
    with own_generators(seeds[0]), progress_bar(steps, shown) as bar:
        for group in groups.values():
            found |= _train_together(group, seeds, bar)
    return {name: found[name] for name in arms}


def _check_own(name: str, arm: Arm, seeds: int) -> None:
    count = checks.rows("data", arm.data)
    where = f" of arm {name!r}" if name else ""
    for key, x in arm.own.items():
        if x.shape[:2] != (seeds, count):
            raise ValueError(
                f"own[{key!r}]{where} is {tuple(x.shape)}; expected ({seeds}, {count}, ...), "
                "a first entry for each seed and then a row a sample"
            )


def _what_must_be_one(arm: Arm) -> tuple:
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


def _train_together(arms: Mapping[str, Arm], seeds: list[int], bar: tqdm) -> dict[str, Trained]:
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
