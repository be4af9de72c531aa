"""M models of one architecture as one: their weights are stacked along a first axis of models.

One batched product serves all of them (``torch.func.vmap``), so that five seeds cost little more
than one. What differs between the models must be in their weights and buffers: the code that
runs, and every plain number in it, is that of the first.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

from mmbook.training.draws import Noise
from mmbook.training.noise import OwnNoise
from mmbook.training.steps import Terms, named_terms

State = dict[str, Tensor]


class Team(nn.ModuleList):
    """The networks that one loss reads: one model, or a generator and a discriminator.

    As one module, so that ``functional_call`` reaches every method of each of them.
    """

    def forward(self, loss: Callable[..., Any], *inputs: Any) -> Terms:
        """The named terms of ``loss(*networks, *inputs)``."""
        return named_terms(loss(*self, *inputs))


class Stacked:
    """M teams, side by side.

    Args:
        teams: arm by arm, and within an arm seed by seed.
        seeds: of the noise; the models with the same seed share it.
    Raises: ValueError for teams that share a weight, or whose weights have other shapes.
    """

    def __init__(self, teams: Sequence[Sequence[nn.Module]], seeds: Sequence[int]):
        self.teams = [Team(team).train() for team in teams]
        check_alike(self.teams)
        self.code = deepcopy(self.teams[0])
        self.weights, self.buffers = stack_module_state(self.teams)
        for name, module in self.code.named_modules():
            weight = f"{name}.weight"
            if isinstance(module, nn.Linear) and weight in self.weights:
                self.weights[weight] = _transposed(self.weights[weight])
        arms = len(self.teams) // len(seeds)
        self.noise = [Noise(seeds, arms, 1 + member) for member in range(len(teams[0]))]
        first = next(iter(self.weights.values()))
        self.key = torch.zeros(len(self.teams), device=first.device)

    def learning(self, member: int = 0) -> State:
        """The weights of one member of each team that learn, by name, each (M, ...)."""
        return {
            name: weight
            for name, weight in self.weights.items()
            if name.startswith(f"{member}.") and weight.requires_grad
        }

    def terms(self, loss: Callable[..., Any], *inputs: Any, learns: int = 0) -> Terms:
        """The terms of each team's loss, (M,). All other members than ``learns`` stand still.

        Args:
            inputs: tensors, or dicts of them, (M, ...).
        """
        weights = {
            name: weight if name.startswith(f"{learns}.") else weight.detach()
            for name, weight in self.weights.items()
        }

        def one(
            weights: State, buffers: State, ahead: dict[int, Tensor], key: Tensor, *inputs: Any
        ):
            state = weights | buffers
            with OwnNoise(self.noise[learns], ahead, key):
                terms = functional_call(self.code, state, (loss, *inputs))
            return terms, {name: state[name] for name in buffers}  # a model may replace them

        terms, buffers = torch.vmap(one, randomness="different")(
            weights, self.buffers, self.noise[learns].ahead(), self.key, *inputs
        )
        self.buffers = {name: buffer.detach() for name, buffer in buffers.items()}
        return terms

    @torch.no_grad()
    def write_back(self) -> None:
        """Copy weights and buffers into the models."""
        for m, team in enumerate(self.teams):
            for name, weight in team.named_parameters():
                weight.copy_(self.weights[name][m])
            for name, buffer in team.named_buffers():
                buffer.copy_(self.buffers[name][m])


def _transposed(weight: Tensor) -> Tensor:
    """A leaf of the same numbers, stored as its gradient comes, which else is copied each time."""
    leaf = weight.detach().mT.contiguous().mT
    return leaf.requires_grad_(weight.requires_grad)


def check_alike(teams: Sequence[nn.Module]) -> None:
    """Raises: ValueError for modules that share a weight, or have weights of other shapes."""
    shapes = [
        {n: tuple(x.shape) for n, x in (*team.named_parameters(), *team.named_buffers())}
        for team in teams
    ]
    for other in shapes:
        if other != shapes[0]:
            wrong = sorted(
                name
                for name in other.keys() | shapes[0].keys()
                if other.get(name) != shapes[0].get(name)
            )
            raise ValueError(f"{wrong} differ in shape between the models; expected one shape")
    owners: dict[int, int] = {}
    for m, team in enumerate(teams):
        for name, weight in team.named_parameters():
            if weight.requires_grad and owners.setdefault(id(weight), m) != m:
                raise ValueError(
                    f"{name!r} is shared by two models; expected a new model for each seed"
                )
