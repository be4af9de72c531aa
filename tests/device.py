"""The package's tests on another device than the CPU: ``MMBOOK_DEVICE=cuda pytest tests``.

The tests name no device. What they make afresh is drawn on the CPU, so that it is the same
everywhere, CPU generators included, and is then moved: tensors, and the weights of every network
that is built. What they turn into NumPy comes back by itself.

What mmbook makes in its own functions is left alone. A tensor that it forgets to put on the
device of its input, or a ``.numpy()`` on the device, must show here as it would for a reader.
"""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

FRESH = {
    torch.arange, torch.as_tensor, torch.empty, torch.eye, torch.from_numpy, torch.full,
    torch.linspace, torch.logspace, torch.normal, torch.ones, torch.rand, torch.randint,
    torch.randn, torch.randperm, torch.sparse_coo_tensor, torch.sparse_csr_tensor, torch.tensor,
    torch.tril_indices, torch.triu_indices, torch.zeros,
}  # fmt: skip
INIT = nn.init.__file__
DRAWN = {
    Tensor.normal_, Tensor.uniform_, Tensor.bernoulli_, Tensor.exponential_, Tensor.random_,
    # These come as a whole: nobody is asked about the draws within them.
    nn.init.uniform_, nn.init.normal_, nn.init.kaiming_uniform_,
}  # fmt: skip
TO_NUMPY = {Tensor.numpy, Tensor.__array__}
PACKAGE = str(Path(__file__).resolve().parents[1] / "mmbook")
TORCH = str(Path(torch.__file__).parent)


class FreshOn(TorchFunctionMode):
    """Within it, what a test makes afresh lies on ``device``."""

    def __init__(self, device: torch.device):
        super().__init__()
        self.device, self.compile = device, torch.compile

    def __enter__(self):
        torch.compile = self._compile
        return super().__enter__()

    def __exit__(self, *error):
        torch.compile = self.compile
        return super().__exit__(*error)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        who = _asking() if func in FRESH | DRAWN | TO_NUMPY else "nobody"
        if who in ("test", "network") and func in FRESH:
            return self._make(func, *args, **kwargs)
        if who == "network" and func in DRAWN:
            return self._draw(func, *args, **kwargs)
        if who == "test" and func in TO_NUMPY:
            return func(args[0].cpu(), *args[1:], **kwargs)
        return func(*args, **kwargs)

    def _compile(self, function, **options):
        """The compiler follows modes, and cannot follow one that looks at who asks."""
        compiled = self.compile(function, **options)

        def call(*args, **kwargs):
            with torch._C.DisableTorchFunction():
                return compiled(*args, **kwargs)

        return call

    def _make(self, func, *args, **kwargs) -> Tensor:
        if kwargs.get("device") is not None or any(isinstance(x, Tensor) for x in args):
            return func(*args, **kwargs)
        asks = kwargs.pop("requires_grad", False)
        fresh = func(*args, **kwargs).to(self.device)
        return fresh.requires_grad_() if asks else fresh  # under vmap nothing may be asked

    def _draw(self, func, *args, **kwargs) -> Tensor:
        x, *args = args or [kwargs.pop("tensor")]
        if x.device.type != self.device.type:
            return func(x, *args, **kwargs)
        drawn = func(torch.empty(x.shape, dtype=x.dtype, device="cpu"), *args, **kwargs)
        with torch.no_grad():
            return x.copy_(drawn)


def _asking() -> str:
    """Who asks: a "test", the "package", or a "network" of either that is being built or filled.

    A mode of mmbook's own (``OwnNoise``) only hands on what somebody else asked for.
    """
    frame, who = sys._getframe(2), "test"
    while frame is not None and frame.f_code.co_filename.startswith((TORCH, PACKAGE)):
        name = frame.f_code.co_name
        if frame.f_code.co_filename == INIT:
            return "network"
        if name == "__init__" and isinstance(frame.f_locals["self"], nn.Module):
            return "network"
        if frame.f_code.co_filename.startswith(PACKAGE) and name != "__torch_function__":
            who = "package"
        frame = frame.f_back
    return who
