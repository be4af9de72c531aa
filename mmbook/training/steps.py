"""What every way of training does at every step, written once.

Rows are drawn, the terms of a loss are named and checked, the rate falls, what happened is
written down, and a loss that is no longer finite stops the run and says where that was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import cos, pi
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from mmbook import checks
from mmbook.training.seeds import stream

Batch = dict[str, Tensor]
Terms = dict[str, Tensor]
Loss = Callable[[nn.Module, Batch], Tensor | Mapping[str, Tensor]]
LOOK = 50  # steps; on a GPU each look at the record waits for the device


def batches(count: int, size: int, seeds: Sequence[int], device: torch.device) -> Iterator[Tensor]:
    """Row numbers (S, B) step by step, on the device, each seed's in its own order.

    Epoch after epoch, each a fresh shuffle of all rows; a rest that fills no batch is left out.
    """
    generators = [stream(seed) for seed in seeds]
    size = min(size, count)
    while True:
        order = [torch.randperm(count, generator=g, device="cpu") for g in generators]
        rows = torch.stack(order).to(device)
        for start in range(0, count - size + 1, size):
            yield rows[:, start : start + size]


def take(table: Tensor, rows: Tensor) -> Tensor:
    """``table[rows]`` for rows of any shape, several times as fast on a CPU."""
    return table.index_select(0, rows.flatten()).unflatten(0, rows.shape)


def half_cosine(step: int, steps: int) -> float:
    """By what the rate is multiplied at a step: from 1 down to nearly 0."""
    return (1 + cos(pi * step / steps)) / 2


def named_terms(value: Any) -> Terms:
    """A loss as a dict of its terms.

    Raises: TypeError for what is no tensor; ValueError for no term, or one that is not a single
        float.
    """
    terms = dict(value) if isinstance(value, Mapping) else {"loss": value}
    if not terms:
        raise ValueError("the loss gave no term; expected a tensor (), or a dict of them")
    for name, term in terms.items():
        if not isinstance(term, Tensor):
            raise TypeError(
                f"the loss gave {name!r} as a {type(term).__name__}; expected a tensor ()"
            )
        if term.shape != () or not term.is_floating_point():
            raise ValueError(
                f"the loss gave {name!r} as {term.dtype} {tuple(term.shape)}; expected one float, "
                "shape (), such as the mean over the samples"
            )
    return terms


def total_of(terms: Terms) -> Tensor:
    """What is minimised: the sum of the terms, over all models.

    Models that train side by side share no weight, so the gradient of the sum is each one's own.

    Raises: ValueError if no weight has a say in it.
    """
    total = torch.stack(list(terms.values())).sum()
    if not total.requires_grad:
        raise ValueError(f"the loss {list(terms)} depends on no weight; expected the model in it")
    return total


def check_factory(name: str, make: Any) -> None:
    """Raises: TypeError for what makes no models, such as one model that is there already."""
    checks.function(name, make)
    if isinstance(make, nn.Module):
        raise TypeError(f"{name} is a {type(make).__name__}; expected a function that makes one")


def learning(model: nn.Module) -> dict[str, nn.Parameter]:
    """The weights that learn, by name.

    Raises: ValueError if there are none.
    """
    found = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    if not found:
        raise ValueError(f"the model {type(model).__name__} has no weight that learns")
    return found


def common_device(data: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> torch.device:
    """Where all of them lie.

    Raises: ValueError if they lie on more than one device.
    """
    device = next(iter(weights.values())).device
    apart = {name: str(x.device) for name, x in data.items() if x.device != device}
    if apart:
        raise ValueError(f"data are on {apart}; expected {device}, where the model is")
    return device


class Record:
    """The terms at each step. They stay on the device, and are looked at every 50 steps.

    Args:
        models: what the models are called in an error, such as "seed 3".
        bar: moves on with each step, and tells the loss at each look.
    """

    def __init__(self, models: Sequence[str], bar: tqdm):
        self.models, self.bar = models, bar
        self.fresh: dict[str, list[Tensor]] = {}
        self.seen: dict[str, list[np.ndarray]] = {}
        self.steps = 0

    def add(self, terms: Terms) -> None:
        """Write down the terms of a step, each (M,), or () for one model.

        Raises: ValueError if their names are not those of the first step; FloatingPointError, 50
            steps later at the latest, for a term that was not finite.
        """
        if self.steps and terms.keys() != self.fresh.keys():
            raise ValueError(
                f"the loss gave {list(terms)} at step {self.steps} and {list(self.fresh)} before; "
                "expected the same terms at every step"
            )
        for name, term in terms.items():
            self.fresh.setdefault(name, []).append(term.detach())
        self.steps += 1
        self.bar.update()
        if self.steps % LOOK == 1:
            self.look()

    def look(self) -> None:
        """Raises: FloatingPointError for the first step at which a term was not finite."""
        new = {name: torch.stack(values, -1).cpu().numpy() for name, values in self.fresh.items()}
        bad = np.stack([~np.isfinite(np.atleast_2d(values)) for values in new.values()])
        if bad.any():
            back, k, m = (int(i) for i in np.argwhere(bad.transpose(2, 0, 1))[0])
            name, values = list(new.items())[k]
            step = self.steps - bad.shape[-1] + back
            value = np.atleast_2d(values)[m, back]
            raise FloatingPointError(
                f"the loss is {value} at step {step} ({self.models[m]}, term {name!r})"
            )
        loss = sum(values[..., -1].mean() for values in new.values())
        self.bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        for name, values in new.items():
            self.seen.setdefault(name, []).append(values)
            self.fresh[name].clear()

    def terms(self, weights: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
        """All that was written down, each (M, steps) or (steps,), after a last look.

        Args:
            weights: as they are now, each (M, ...). A gradient can break them in the last step,
                and no loss tells of it.
        Raises: FloatingPointError for terms or weights that are not finite.
        """
        if any(self.fresh.values()):
            self.look()
        for name, weight in weights.items():
            good = torch.isfinite(weight.detach()).reshape(len(weight), -1).all(1)
            if not good.all():
                model = self.models[int(good.int().argmin())]
                raise FloatingPointError(
                    f"the weights {name!r} are not finite after step {self.steps - 1} ({model})"
                )
        return {name: np.concatenate(values, -1) for name, values in self.seen.items()}
