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
    return _Matrix(propagation).times(x.to(propagation.dtype), turned=False)


def check_product(x: Tensor, propagation: Tensor, D: int | None = None) -> None:
    """Raises: as :func:`propagate`, and ValueError unless x is (V, D), where ``D`` is given."""
    if _is_plain(x, propagation, D):
        return  # nearly always, and ten times as fast as what comes: a small graph feels it
    check_matrix(propagation, checks.tensor("x", x, "V D" if D is None else f"V {D}")["V"])
    dtype = propagation.dtype
    if x.dtype != dtype and not torch.is_autocast_enabled(x.device.type):
        raise ValueError(f"x is {x.dtype}, propagation {dtype}; expected one dtype for both")
    if propagation.layout != torch.strided and dtype not in WHOLE:
        raise ValueError(f"propagation is sparse {dtype}; expected torch.float32 or torch.float64")


def check_matrix(propagation: Tensor, V: int | None = None) -> None:
    """Raises: TypeError for no tensor; ValueError unless a fixed matrix of floats (V, V)."""
    checks.tensor("propagation", propagation, "V V" if V is None else f"{V} {V}")
    if propagation.requires_grad:
        raise ValueError("propagation requires a gradient; expected a fixed matrix (detach it)")


def _is_plain(x: Tensor, propagation: Tensor, D: int | None) -> bool:
    """Nothing to complain of, and neither half precision nor autocast in play."""
    if not (isinstance(x, Tensor) and isinstance(propagation, Tensor)):
        return False
    shape, dtype = x.shape, x.dtype
    return (
        len(shape) == 2
        and (D is None or shape[1] == D)
        and propagation.shape == (shape[0], shape[0])
        and propagation.dtype == dtype
        and dtype in WHOLE
        and not propagation.requires_grad
    )


class _Matrix:
    """A sparse matrix in a box: torch.func wraps every tensor that it meets, and has no sparse."""

    def __init__(self, matrix: Tensor):
        self.matrix = matrix

    def times(self, x: Tensor, turned: bool) -> Tensor:
        """A x or, where ``turned``, A^T x. Each is the gradient of the other."""
        try:
            return (_Quick.apply if torch.is_grad_enabled() else _times)(x, self, turned)
        except RuntimeError:  # torch.func is at work; only the other form goes with it
            return _Transformable.apply(x, self, turned)


def _times(x: Tensor, A: _Matrix, turned: bool) -> Tensor:
    matrix, x = transpose(A.matrix) if turned else A.matrix, x.contiguous()
    if not torch.is_autocast_enabled(x.device.type):
        return matrix @ x
    with torch.autocast(x.device.type, enabled=False):
        return matrix @ x


class _Quick(torch.autograd.Function):
    """The form without ``setup_context``: a third of the overhead, which a small graph feels."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, A: _Matrix, turned: bool) -> Tensor:
        ctx.A, ctx.turned = A, turned
        return _times(x, A, turned)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        return ctx.A.times(grad_outputs[0], not ctx.turned), None, None

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        return ctx.A.times(grad_inputs[0], ctx.turned)


class _Transformable(torch.autograd.Function):
    """The same in the form that torch.func asks for."""

    forward = staticmethod(_times)
    backward, jvp = _Quick.backward, _Quick.jvp

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        _, ctx.A, ctx.turned = inputs

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *args: Any) -> Any:
        x, A, turned = args
        x = x.movedim(in_dims[0], 1)  # V, models, D: one product of width models x D
        return A.times(x.flatten(1), turned).unflatten(1, x.shape[1:]), 1


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
        torch.equal(getattr(A, part)(), getattr(T, part)())
        for part in ("crow_indices", "col_indices", "values")
    )
