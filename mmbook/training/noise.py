"""A stream of noise for each seed, also where many models take one batched step.

``torch.vmap(randomness="different")`` draws one stream for all models, so that a model's dropout
would depend on who trains beside it. Within :class:`OwnNoise` each seed draws from a generator of
its own, on the CPU, hence the same numbers on every device. Models that share a seed (the arms of
an experiment) share the draws: what differs between them is then not the noise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from mmbook.training.seeds import stream

Streams = Sequence[torch.Generator]
LEVELS = 2**16  # dropout decides by random numbers of 16 bits


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


class OwnNoise(TorchFunctionMode):
    """Within it, what a model or a loss draws comes from the streams of the seeds.

    It reaches ``F.dropout``, ``dropout1d``, ``2d``, ``3d`` (and the layers that call them),
    ``torch.rand``, ``randn``, ``randint``, ``randperm``, ``bernoulli``, and ``rand_like``,
    ``randn_like``, ``randint_like``. All else draws from PyTorch's global generator.

    Args:
        ahead: what was drawn ahead for this step.
        key: any tensor (M,). Of both, ``torch.vmap`` has taken the axis of models away.
    """

    def __init__(self, noise: Noise, ahead: dict[int, Tensor], key: Tensor):
        super().__init__()
        self.noise, self.ahead, self.key = noise, ahead, key
        self.requests: list[_Request] = []

    @classmethod
    def alone(cls, noise: Noise) -> "OwnNoise":
        """For the one model of one seed, without vmap."""
        return cls(noise, {i: x[0] for i, x in noise.ahead().items()}, torch.zeros(()))

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = {} if kwargs is None else kwargs
        rule = RULES.get(func)
        if rule is None or kwargs.keys() & OWN_WAY:
            return func(*args, **kwargs)
        return rule(self, func, *args, **kwargs)

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.noise.plan = {i: x.draw for i, x in enumerate(self.requests) if not x.nested}

    def draw(self, draw: Draw | Keep, like: Tensor | None = None) -> Tensor:
        """The noise, as drawn ahead or drawn now. ``like``: a tensor of the same axes, if any."""
        i = len(self.requests)
        self.requests.append(request := _Request(draw, self.noise))
        if i in self.ahead and self.noise.plan[i] == draw:
            return self.ahead[i]
        return _Draw.apply(self.key, None if like is None else like.detach(), (), request)


@dataclass
class _Request:
    draw: Draw | Keep
    noise: Noise
    nested: bool = False  # from within another vmap: it cannot be drawn ahead


class _Draw(torch.autograd.Function):
    """A draw that knows, under ``torch.vmap``, which axis is that of the models."""

    @staticmethod
    def forward(key, like, front, request):
        return request.draw.of(request.noise.streams, front)[0]

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.mark_non_differentiable(output)

    @staticmethod
    def vmap(info, in_dims, *args):
        key, like, front, request = args
        if in_dims[0] is not None:
            return request.noise.of_models(request.draw, front), 0
        request.nested = True  # not the axis of the models, but one within a model or a loss
        like = like.select(in_dims[1], 0)
        if info.randomness == "different":
            return _Draw.apply(key, like, (info.batch_size, *front), request), 0
        return _Draw.apply(key, like, front, request), None


def _dropout(together: Callable[[Tensor], int] = lambda x: 0) -> Callable[..., Tensor]:
    """Dropout; ``together`` says how many axes, the last ones, are dropped as one."""

    def rule(mode, func, input: Tensor, p: float = 0.5, training: bool = True, inplace=False):
        known = isinstance(p, (int, float)) and 0 <= p <= 1 and input.is_floating_point()
        if not training or not known:
            return func(input, p, training, inplace)
        last = together(input)
        shape = (*input.shape[: input.ndim - last], *[1] * last)
        keep = mode.draw(Keep(shape, p, input.device, input.dtype), input)
        return input.mul_(keep) if inplace else input * keep

    return rule


def _factory(mode: OwnNoise, func, *args: Any, device=None, **options: Any) -> Tensor:
    device = torch.get_default_device() if device is None else torch.device(device)
    return mode.draw(Draw(func, args, options, device))


def _like(factory: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The rule of ``torch.rand_like``, made of ``torch.rand``, and of its sisters."""

    def rule(mode, func, input: Tensor, *bounds: int, dtype=None, device=None, **options: Any):
        bounds += tuple(options[name] for name in ("low", "high") if name in options)
        options = {"dtype": input.dtype if dtype is None else dtype}
        device = input.device if device is None else torch.device(device)
        return mode.draw(Draw(factory, (*bounds, tuple(input.shape)), options, device), input)

    return rule


def _bernoulli(mode: OwnNoise, func, input: Tensor, *p: float) -> Tensor:
    if p:
        return func(input, *p)
    return (_like(torch.rand)(mode, torch.rand_like, input) < input).to(input.dtype)


RULES: dict[Any, Callable[..., Tensor]] = {
    F.dropout: _dropout(),
    F.dropout1d: _dropout(lambda x: 1),
    F.dropout2d: _dropout(lambda x: x.ndim - 2),
    F.dropout3d: _dropout(lambda x: 3),
    torch.rand: _factory,
    torch.randn: _factory,
    torch.randint: _factory,
    torch.randperm: _factory,
    torch.rand_like: _like(torch.rand),
    torch.randn_like: _like(torch.randn),
    torch.randint_like: _like(torch.randint),
    torch.bernoulli: _bernoulli,
}
OWN_WAY = {"generator", "out", "requires_grad", "layout", "pin_memory"}
