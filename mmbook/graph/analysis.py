"""What many graph convolutions do to features: how smooth they are, and where it ends."""

import torch
from torch import Tensor

from mmbook import checks
from mmbook.graph.matrix import with_self_loops
from mmbook.graph.product import propagate


def dirichlet_energy(x: Tensor, propagation: Tensor, *, relative: bool = False) -> Tensor:
    r"""How much neighbours differ: :math:`\mathrm{tr}(X^\top (I - \hat A) X)`, a scalar.

    With edges (i, j) it equals half the sum of :math:`\tilde a_{ij}
    \lVert x_i / \sqrt{\tilde d_i} - x_j / \sqrt{\tilde d_j} \rVert^2` over ordered pairs. With
    ``relative`` it is divided by :math:`\lVert X \rVert_F^2`, and lies between 0 and 2.

    It may stand in a loss, so it looks at shapes only: NaN in x gives NaN, and so does the
    relative energy of x = 0.

    >>> import torch
    >>> A_hat = torch.tensor([[0.5, 0.5], [0.5, 0.5]])
    >>> dirichlet_energy(torch.tensor([[3.0], [1.0]]), A_hat)
    tensor(2.)

    Shapes: x (V, D), propagation (V, V) from :func:`normalize_adjacency` -> scalar.
    Raises: as :func:`propagate`.
    """
    energy = (x * (x - propagate(x, propagation))).sum()
    return energy / x.square().sum() if checks.flag("relative", relative) else energy


def smoothing_limit(x: Tensor, A: Tensor) -> Tensor:
    r"""Where :math:`\hat A^l x` goes as l grows: (V, D), (V, V) -> (V, D).

    Each connected component c keeps one direction, :math:`u_c \propto \tilde D^{1/2} 1_c`, and
    the limit is :math:`\sum_c u_c u_c^\top x`: nothing is left but the degree and the component.

    >>> import torch
    >>> smoothing_limit(torch.tensor([[3.0], [1.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    tensor([[2.],
            [2.]])

    Args:
        A: adjacency, dense or sparse, as for :func:`normalize_adjacency`.
    Raises: TypeError for what is no tensor; ValueError for NaN or infinity in x, wrong shapes, and
        an A that :func:`normalize_adjacency` refuses.
    """
    V = checks.tensor("x", x, "V D")["V"]
    checks.array("x", x)  # finite
    checks.tensor("A", A, "V V", kind=None, V=V)
    (row, col), _, degree = with_self_loops(A)
    component = torch.arange(V, device=x.device)
    while True:  # the smallest number spreads through each component
        least = component.scatter_reduce(0, row, component[col], "amin")
        if torch.equal(least, component):
            break
        component = least
    u = degree.to(x.dtype).sqrt().unsqueeze(1)
    sums = torch.zeros_like(x).index_add(0, component, u * x)
    norms = torch.zeros_like(u).index_add(0, component, u.square())
    return u * (sums / norms.clamp(min=1e-12))[component]
