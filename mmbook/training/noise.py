"""A stream of noise for each seed, also where many models take one batched step.

``torch.vmap(randomness="different")`` draws one stream for all models, so that a model's dropout
would depend on who trains beside it. Within :class:`OwnNoise` each seed draws from a generator of
its own, on the CPU, hence the same numbers on every device. Models that share a seed (the arms of
an experiment) share the draws: what differs between them is then not the noise.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from mmbook.training.seeds import stream

Sample = Callable[[torch.Generator, tuple[int, ...]], Tensor]
LEVELS = 2**16  # dropout decides by random numbers of 16 bits


class OwnNoise(TorchFunctionMode):
    """Within it, what a model or a loss draws comes from the streams of the seeds.

    It reaches ``F.dropout``, ``dropout1d``, ``2d``, ``3d`` (and the layers that call them),
    ``torch.rand``, ``randn``, ``randint``, ``randperm``, ``bernoulli``, and ``rand_like``,
    ``randn_like``, ``randint_like``. All else draws from PyTorch's global generator.

    Args:
        streams: a generator a seed, on the CPU.
        key: a tensor (M,) whose axis ``torch.vmap`` has taken away: models arm by arm, and within
            an arm seed by seed. For one model that trains alone, of shape ().
    """

    def __init__(self, streams: Sequence[torch.Generator], key: Tensor):
        super().__init__()
        self.streams, self.key = streams, key

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = {} if kwargs is None else kwargs
        rule = RULES.get(func)
        if rule is None or kwargs.keys() & {"generator", "out", "requires_grad"}:
            return func(*args, **kwargs)
        return rule(self, func, *args, **kwargs)

    def draw(self, sample: Sample, like: Tensor | None = None, finish=lambda noise: noise):
        """One draw a seed: ``sample(generator, sizes in front)``, stacked, and then ``finish``."""

        def of_all(leading: tuple[int, ...]) -> Tensor:
            return finish(torch.stack([sample(stream, leading) for stream in self.streams]))

        return _Draw.apply(self.key, None if like is None else like.detach(), (), of_all)


class _Draw(torch.autograd.Function):
    """Noise that knows, under ``torch.vmap``, which axis is that of the models."""

    @staticmethod
    def forward(key, like, leading, of_all):
        return of_all(leading)[0]

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.mark_non_differentiable(output)

    @staticmethod
    def vmap(info, in_dims, *args):
        key, like, leading, of_all = args
        if in_dims[0] is None:  # not the axis of the models, but one inside a model or a loss
            like = like.select(in_dims[1], 0)
            if info.randomness == "different":
                return _Draw.apply(key, like, (info.batch_size, *leading), of_all), 0
            return _Draw.apply(key, like, leading, of_all), None
        noise = of_all(leading)
        arms = info.batch_size // len(noise)
        return (noise.repeat(arms, *[1] * (noise.ndim - 1)) if arms > 1 else noise), 0


def _dropout(channels: Callable[[Tensor], int] = lambda x: 0) -> Callable[..., Tensor]:
    """Dropout; ``channels`` says how many axes, the last ones, are dropped as one."""

    def rule(mode, func, input: Tensor, p: float = 0.5, training: bool = True, inplace=False):
        known = isinstance(p, (int, float)) and 0 <= p <= 1 and input.is_floating_point()
        if not training or not known:
            return func(input, p, training, inplace)
        last = channels(input)
        shape = torch.Size((*input.shape[: input.ndim - last], *[1] * last))
        keep = _keep(mode, input, shape, p)
        return input.mul_(keep) if inplace else input * keep

    return rule


def _keep(mode: OwnNoise, x: Tensor, shape: torch.Size, p: float) -> Tensor:
    """0 with probability p (to 1 in 65,536), else 1 / (1 - p): what dropout multiplies by."""
    kept, count = LEVELS - round(p * LEVELS), shape.numel()

    def words(generator: torch.Generator, leading: tuple[int, ...]) -> Tensor:
        bits = torch.empty(*leading, -(-count // 4), dtype=torch.int64, device="cpu")
        return bits.random_(-(2**63), None, generator=generator)  # four numbers of 16 bits each

    def finish(bits: Tensor) -> Tensor:
        levels = bits.to(x.device).view(torch.int16)[..., :count].unflatten(-1, shape)
        return (levels < kept - LEVELS // 2).to(x.dtype).mul_(LEVELS / max(kept, 1))

    return mode.draw(words, x, finish)


def _factory(mode: OwnNoise, func, *args: Any, device=None, **kwargs: Any) -> Tensor:
    device = torch.get_default_device() if device is None else device

    def sample(generator: torch.Generator, leading: tuple[int, ...]) -> Tensor:
        return func(*args, **kwargs, generator=generator, device="cpu")

    return mode.draw(sample, finish=lambda noise: noise.to(device))


def _like(factory: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The rule of ``torch.rand_like``, made of ``torch.rand``, and of its sisters."""

    def rule(mode, func, input: Tensor, *bounds: int, dtype=None, device=None, **kwargs: Any):
        bounds += tuple(kwargs[name] for name in ("low", "high") if name in kwargs)
        kind = {"dtype": input.dtype if dtype is None else dtype, "device": "cpu"}

        def sample(generator: torch.Generator, leading: tuple[int, ...]) -> Tensor:
            return factory(*bounds, (*leading, *input.shape), generator=generator, **kind)

        return mode.draw(sample, input, lambda noise: noise.to(device or input.device))

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


def noise_streams(seeds: Sequence[int]) -> list[torch.Generator]:
    """The generators of the noise, one a seed; batches come from other ones."""
    return [stream(seed, 1) for seed in seeds]
