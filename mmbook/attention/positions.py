"""Where in a sequence a token stands, as a vector to be added to it."""

import torch
from torch import Tensor

from mmbook import checks


def sinusoidal_positions(
    num_tokens: int,
    dim: int,
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    r"""A vector for each place in a sequence: sines and cosines of falling frequency.

    .. math:: P_{n, 2i} = \sin(n \omega_i), \quad P_{n, 2i+1} = \cos(n \omega_i), \qquad
              \omega_i = 10000^{-2i/D}

    Source: Vaswani et al. (2017), section 3.5.

    >>> sinusoidal_positions(2, 4)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0100, 0.9999]])

    Args:
        device: PyTorch's default device if None. The numbers are the same on all devices.
        dtype: computed in it if it is float64, otherwise in float32.
    Shapes: -> (num_tokens, dim).
    Raises: ValueError if ``dim`` is odd, there is no token, dtype holds no floats, or PyTorch
        knows no such device; TypeError for what is no whole number, no device or no dtype.
    """
    checks.whole("num_tokens", num_tokens)
    checks.instance("dtype", dtype, torch.dtype)
    if checks.whole("dim", dim, 2) % 2 or not dtype.is_floating_point:
        raise ValueError(f"dim is {dim} of {dtype}; expected an even number of floats")
    where = _known(device)
    exact = torch.float64 if dtype == torch.float64 else torch.float32
    steps = torch.arange(0, dim, 2, dtype=exact, device="cpu")
    frequency = 10_000 ** (-steps / dim)  # D/2
    places = torch.arange(num_tokens, dtype=exact, device="cpu")
    angle = places[:, None] * frequency  # N, D/2
    positions = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
    return positions.to(where, dtype)


def _known(device: torch.device | str | None) -> torch.device:
    if device is None:
        return torch.empty(0).device  # which torch.compile traces, unlike get_default_device
    checks.instance("device", device, str, torch.device)
    try:
        return torch.device(device)
    except RuntimeError as error:
        raise ValueError(f"device is {device!r}; expected a device of PyTorch's") from error
