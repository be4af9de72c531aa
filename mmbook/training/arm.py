"""One arm of an experiment: a way of training that is compared with others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from mmbook import checks
from mmbook.training.config import TrainingConfig
from mmbook.training.steps import Loss, check_factory


@dataclass(frozen=True, eq=False)
class Arm:
    """One way of training: a factory of models, a loss, data and settings.

    >>> from dataclasses import replace
    >>> from mmbook.training import fit_arms
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
