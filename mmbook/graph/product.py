"""The product that a graph convolution is made of, with its gradient."""

import weakref
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mmbook import checks
from mmbook.graph.matrix import as_csr

WHOLE = (torch.float32, torch.float64)  # precisions in which sparse products exist everywhere


def propagate(x: Tensor, propagation: Tensor) -> Tensor:
    r"""propagation @ x, and its gradient :math:`A^\top g`, for any matrix, symmetric or not.

    A sparse product has no rule under ``torch.func.vmap`` and no kernel in half precision. Here it
    has: the models of a stack share one wide product, and under autocast it runs in the precision
    of the matrix. Its backward pass needs the transpose, which is made once and kept as long as the
    matrix lives; for a symmetric matrix nothing is kept, since A stands for its transpose.

    >>> import torch
    >>> A = torch.tensor([[0.0, 1.0], [0.0, 0.0]]).to_sparse_coo()
    >>> x = torch.tensor([[3.0], [5.0]], requires_grad=True)
    >>> propagate(x, A).sum().backward()
    >>> x.grad.flatten()
    tensor([0., 1.])

    Source: document section 4.1.3; Kipf and Welling (2017), eq. 2.

    Shapes: x (V, D), propagation (V, V), dense or sparse -> (V, D).
    Raises: TypeError for what is no tensor; ValueError for wrong shapes, two dtypes, a sparse
        matrix in half precision, or a matrix that asks for a gradient: it is data here.
    """
    check_product(x, propagation)
    return product(x, propagation)


def product(x: Tensor, propagation: Tensor) -> Tensor:
    """:func:`propagate` of what is checked."""
    if propagation.layout == torch.strided:
        return propagation @ x
    if x.dtype != propagation.dtype:  # under autocast
        x = x.to(propagation.dtype)
    return _Matrix(propagation).times(x)


def check_product(x: Tensor, propagation: Tensor, **sizes: int) -> None:
    """Raises: as :func:`propagate`; ValueError unless x is (V, D), where ``D`` is given."""
    check_matrix(propagation, V=checks.tensor("x", x, "V D", "float", **sizes)["V"])
    checks.matches("x", x, propagation, "propagation")
    if propagation.layout != torch.strided and propagation.dtype not in WHOLE:
        raise ValueError(
            f"propagation is sparse {propagation.dtype}; expected torch.float32 or torch.float64"
        )


def check_matrix(propagation: Tensor, **sizes: int) -> None:
    """Raises: TypeError for no tensor; ValueError unless a fixed matrix of floats (V, V)."""
    checks.tensor("propagation", propagation, "V V", "float", **sizes)
    if propagation.requires_grad:
        raise ValueError("propagation requires a gradient; expected a fixed matrix (detach it)")


class _Matrix:
    """A sparse matrix A, or A^T where ``turned``: each is the gradient of the other.

    In a box, since torch.func wraps every tensor that it meets, and has no sparse ones.
    """

    def __init__(self, matrix: Tensor, turned: bool = False):
        self.matrix, self.turned = matrix, turned

    def times(self, x: Tensor) -> Tensor:
        if torch._C._are_functorch_transforms_active():  # what Function.apply itself asks
            return _Transformable.apply(x, self)
        return _Quick.apply(x, self) if torch.is_grad_enabled() else _times(x, self)

    def gradient(self, g: Tensor) -> Tensor:
        return _Matrix(self.matrix, not self.turned).times(g)


def _times(x: Tensor, A: _Matrix) -> Tensor:
    matrix, x = transpose(A.matrix) if A.turned else A.matrix, x.contiguous()
    # addmm takes 0 x + A x, and so fills one matrix less with zeros than A @ x does.
    if not torch.is_autocast_enabled("cpu" if x.is_cpu else x.device.type):  # a name takes time
        return torch.addmm(x, matrix, x, beta=0)
    with torch.autocast(x.device.type, enabled=False):
        return torch.addmm(x, matrix, x, beta=0)


class _Quick(torch.autograd.Function):
    """The form without ``setup_context``: a third of the overhead, which a small graph feels."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, A: _Matrix) -> Tensor:
        ctx.A = A
        return _times(x, A)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        return ctx.A.gradient(grad_outputs[0]), None

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        return ctx.A.times(grad_inputs[0])


class _Transformable(torch.autograd.Function):
    """The same in the form that torch.func asks for."""

    forward = staticmethod(_times)
    backward, jvp = _Quick.backward, _Quick.jvp

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        _, ctx.A = inputs

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *args: Any) -> Any:
        x, A = args
        x = x.movedim(in_dims[0], 1)  # V, models, D: one product of width models x D
        return A.times(x.flatten(1)).unflatten(1, x.shape[1:]), 1


class _Transpose(NamedTuple):
    """What is known of A^T; ``matrix`` is None where A is symmetric and stands for it."""

    of: weakref.ref[Tensor]
    version: int | None
    matrix: Tensor | None


_TRANSPOSES: dict[int, _Transpose] = {}  # by the id of A; forgotten with it


def transpose(A: Tensor) -> Tensor:
    """The transpose of a sparse matrix in CSR, made when first asked for; A itself if symmetric."""
    key = id(A)
    version = None if A.is_inference() else A._version  # counts changes in place, values included
    known = _TRANSPOSES.get(key)
    if known is None or known.of() is not A or known.version != version:
        T = as_csr(A.to_sparse_coo().transpose(0, 1).coalesce())
        of = weakref.ref(A, lambda _: _TRANSPOSES.pop(key, None))
        known = _TRANSPOSES[key] = _Transpose(of, version, None if _equal(A, T) else T)
    return A if known.matrix is None else known.matrix


def _equal(A: Tensor, T: Tensor) -> bool:
    return A.layout == torch.sparse_csr and all(
        torch.equal(getattr(A, part)().to(getattr(T, part)().dtype), getattr(T, part)())
        for part in ("crow_indices", "col_indices", "values")
    )
