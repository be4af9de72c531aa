"""AdamW for stacked weights, whose models may differ in rate and decay."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor


class StackedAdamW:
    """One update of all models: that of ``torch.optim.AdamW`` for each.

    Args:
        weights: leaves of shape (M, ...), as :class:`Stacked` keeps them.
        decays: one for all models, or one for each of equal parts of them.
        betas: Adam's.
    """

    def __init__(
        self,
        weights: Iterable[Tensor],
        decays: Sequence[float],
        betas: tuple[float, float] = (0.9, 0.999),
    ):
        self.weights = list(weights)
        models, parts = len(self.weights[0]), len(decays)
        edges = [models * part // parts for part in range(parts + 1)]
        self.rows = [slice(a, b) for a, b in zip(edges, edges[1:], strict=False)]
        # A part of a weight shares its memory, and has a rate and a decay of its own.
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": [straight(w.detach())[rows] for w in self.weights],
                    "weight_decay": decay,
                }
                for rows, decay in zip(self.rows, decays, strict=True)
            ],
            betas=betas,
            fused=True,
        )

    def step(self, total: Tensor, rates: Sequence[float]) -> None:
        """Move down the gradient of ``total``; a rate for each decay."""
        total.backward(inputs=self.weights)
        groups = self.optimizer.param_groups
        for rows, group, rate in zip(self.rows, groups, rates, strict=True):
            group["lr"] = rate
            for part, weight in zip(group["params"], self.weights, strict=True):
                part.grad = None if weight.grad is None else straight(weight.grad)[rows]
        self.optimizer.step()
        for weight in self.weights:
            weight.grad = None


def straight(x: Tensor) -> Tensor:
    """The same numbers in the order of the memory: what is stored transposed is turned back.

    The fused update would copy what is not contiguous, at every step.
    """
    return x if x.is_contiguous() else x.mT
