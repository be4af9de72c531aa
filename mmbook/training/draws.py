"""Random numbers, a stream a seed: what is drawn, and what the next step is going to draw.

They are drawn on the CPU, hence the same on every device.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mmbook.training.seeds import stream

Streams = Sequence[torch.Generator]

LEVELS = 2**16  # dropout decides by random numbers of 16 bits
# dropout decides by random numbers of 16 bits


@dataclass(frozen=True)
class Draw:
    """``what(*args, generator=...)``, such as ``torch.rand(3, 5)``."""

    what: Callable[..., Tensor]
    args: tuple[Any, ...]
    options: dict[str, Any]
    device: torch.device

    def of(self, streams: Streams, front: tuple[int, ...] = ()) -> Tensor:
        """One draw a stream, (S, ...); ``front``: axes before the shape, the last argument."""
        args = (*self.args[:-1], (*front, *self.args[-1])) if front else self.args
        drawn = [self.what(*args, **self.options, generator=g, device="cpu") for g in streams]
        return torch.stack(drawn).to(self.device)


@dataclass(frozen=True)
class Keep:
    """What dropout multiplies by: 0 with probability p (to 1 in 65,536), else 1 / (1 - p)."""

    shape: tuple[int, ...]
    p: float
    device: torch.device
    dtype: torch.dtype

    def of(self, streams: Streams, front: tuple[int, ...] = ()) -> Tensor:
        """One draw a stream, (S, ...); ``front``: axes before the shape."""
        shape = torch.Size((*front, *self.shape))
        words = torch.empty(len(streams), -(-shape.numel() // 4), dtype=torch.int64, device="cpu")
        for word, generator in zip(words, streams, strict=True):
            word.random_(-(2**63), None, generator=generator)  # four numbers of 16 bits each
        levels = words.to(self.device).view(torch.int16)[:, : shape.numel()].view(-1, *shape)
        kept = LEVELS - round(self.p * LEVELS)
        keep = levels < kept - LEVELS // 2 if kept < LEVELS else torch.ones_like(levels)
        return keep.to(self.dtype).mul_(LEVELS / max(kept, 1))


class Noise:
    """The noise of a run: a stream a seed, and what a step is going to ask for.

    A network asks at each step for what it asked for at the last. So that is drawn ahead, outside
    of ``torch.vmap``. Whatever else a step asks for is drawn when it asks, and that takes longer.

    Args:
        arms: how many models share a stream.
        number: of the stream; batches are drawn from stream 0.
    """

    def __init__(self, seeds: Sequence[int], arms: int = 1, number: int = 1):
        self.streams = [stream(seed, number) for seed in seeds]
        self.arms = arms
        self.plan: dict[int, Draw | Keep] = {}

    def ahead(self) -> dict[int, Tensor]:
        """The noise of the next step, by the number of the request, each (M, ...)."""
        return {i: self.of_models(draw) for i, draw in self.plan.items()}

    def of_models(self, draw: Draw | Keep, front: tuple[int, ...] = ()) -> Tensor:
        """(M, ...): models arm by arm, and within an arm seed by seed."""
        noise = draw.of(self.streams, front)
        return noise.repeat(self.arms, *[1] * (noise.ndim - 1)) if self.arms > 1 else noise
