"""A stream of noise for each seed, also where many models take one batched step.

``torch.vmap(randomness="different")`` draws one stream for all models, so that a model's dropout
would depend on who trains beside it. Within :class:`OwnNoise` each seed draws from a generator of
its own, on the CPU, hence the same numbers on every device. Models that share a seed (the arms of
an experiment) share the draws: what differs between them is then not the noise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from mmbook.training.draws import Draw, Keep, Noise


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
