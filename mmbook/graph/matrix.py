"""The matrix of a graph: from edges, from similar rows, and normalised for a convolution."""

import warnings

import torch
from torch import Tensor

from mmbook import checks


def adjacency(edges: Tensor, num_nodes: int, weights: Tensor | None = None) -> Tensor:
    """The symmetric matrix of an undirected graph, sparse (CSR).

    >>> import torch
    >>> adjacency(torch.tensor([[0], [1]]), 3).to_dense()
    tensor([[0., 1., 0.],
            [1., 0., 0.],
            [0., 0., 0.]])

    Shapes: edges (2, E), whole numbers, each pair listed once or in both directions; weights (E,),
        1 if left out -> (V, V). A self-loop stands on the diagonal once.
    Raises: TypeError for what is no tensor; ValueError for a wrong shape or dtype, a node out of
        range, a weight that is negative or not finite, or two different weights for one pair.
    """
    E = checks.tensor("edges", edges, "2 E", "int")["E"]
    checks.whole("num_nodes", num_nodes)
    edges = edges.long()  # pairs are numbered below, up to num_nodes squared
    if E and not 0 <= edges.min() <= edges.max() < num_nodes:
        raise ValueError(
            f"edges name nodes {edges.min()} to {edges.max()}; "
            f"expected 0 to {num_nodes - 1}, since there are {num_nodes}"
        )
    if weights is None:
        weights = torch.ones(E, device=edges.device)
    checks.tensor("weights", weights, "E", E=E)
    _check_precision("weights", weights)
    _check_weights(weights)
    low, high = edges.sort(dim=0).values
    pair, index = (low * num_nodes + high).unique(return_inverse=True)
    first = weights.new_zeros(len(pair)).scatter(0, index, weights)
    if not torch.equal(first[index], weights):
        e = int((first[index] != weights).nonzero()[0])
        raise ValueError(f"edge {edges[:, e].tolist()} has two different weights")
    low, high = pair // num_nodes, pair % num_nodes
    other = low != high  # a self-loop has no second direction
    indices = torch.stack([torch.cat([low, high[other]]), torch.cat([high, low[other]])])
    return as_csr(_coo(indices, torch.cat([first, first[other]]), num_nodes))


def normalize_adjacency(A: Tensor) -> Tensor:
    r"""The propagation matrix of a graph convolution, in the layout of A (dense, CSR or COO).

    .. math:: \hat A = \tilde D^{-1/2} \tilde A\, \tilde D^{-1/2}, \qquad
              \tilde A = A + I, \quad \tilde D_{ii} = \sum_j \tilde A_{ij}

    A node that has a self-loop already keeps it as it is; only the others receive one. So nothing
    is counted twice, and an isolated node is left with itself alone.

    >>> import torch
    >>> normalize_adjacency(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000]])

    Source: document section 4.1.3; Kipf and Welling (2017), eq. 2.

    Shapes: (V, V), symmetric, non-negative -> (V, V). Booleans and integers become floats.
    Raises: TypeError if A is no tensor; ValueError if A is not square, not symmetric, negative or
        not finite, in half precision, or in another layout.
    """
    (row, col), weight, degree = with_self_loops(A)
    scale = degree.rsqrt()  # never 0: every node has its self-loop
    # The scales first: their product is the same for (i, j) and (j, i) to the last bit.
    weight = scale[row] * scale[col] * weight
    result = _coo(torch.stack([row, col]), weight, len(A))
    if A.layout == torch.sparse_csr:
        return as_csr(result)
    return result if A.layout == torch.sparse_coo else result.to_dense()


def with_self_loops(A: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r"""What :math:`\tilde A` holds: A, and a self-loop of 1 for each node that has none.

    Shapes: (V, V), as for :func:`normalize_adjacency` -> rows and columns (2, E), weights (E,),
        degrees (V,).
    Raises: as :func:`normalize_adjacency`.
    """
    V = checks.tensor("A", A, "V V", kind=None)["V"]
    if A.layout not in (torch.strided, torch.sparse_csr, torch.sparse_coo):
        raise ValueError(f"A has the layout {A.layout}; expected dense, CSR or COO")
    if not A.is_floating_point() and not A.is_complex():
        A = A.to(torch.get_default_dtype())
    _check_precision("A", A)
    A = (A if A.layout == torch.sparse_coo else A.to_sparse_coo()).coalesce()
    indices, weight = A.indices(), A.values()
    _check_weights(weight)
    _check_symmetric(A)
    loops = indices[0, (indices[0] == indices[1]) & (weight > 0)]
    missing = torch.ones(V, dtype=torch.bool, device=A.device)
    missing[loops] = False
    new = missing.nonzero().squeeze(1)
    indices = torch.cat([indices, new.expand(2, -1)], dim=1)
    weight = torch.cat([weight, weight.new_ones(len(new))])
    return indices, weight, weight.new_zeros(V).index_add(0, indices[0], weight)


def nearest_neighbours(x: Tensor, k: int, block: int = 2048) -> Tensor:
    """Join each row to its k most similar other rows, by cosine: x (V, D) -> edges (2, E).

    Each pair stands once, smaller number first, whether one or both chose the other.

    >>> import torch
    >>> nearest_neighbours(torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]]), 1)
    tensor([[0, 1],
            [1, 2]])

    Args:
        block: rows compared at a time; more need more memory and change nothing else.
    Raises: TypeError for what is no tensor or no whole number; ValueError for fewer than two rows,
        unless 0 < k < V, for NaN or infinity, and for a row of zeros, which has no direction.
    """
    V = checks.tensor("x", x, "V>=2 D")["V"]
    checks.whole("k", k, 1, V - 1)
    checks.whole("block", block)
    checks.array("x", x)  # finite
    x = x.to(torch.promote_types(x.dtype, torch.float32))  # half precision makes ties
    length = x.norm(dim=1)
    if not ((length > 0) & length.isfinite()).all():
        i = int((~((length > 0) & length.isfinite())).nonzero()[0])
        raise ValueError(f"row {i} of x has length {length[i].item()}; expected a direction")
    unit = x / length[:, None]
    chosen = []
    for start in range(0, V, block):  # a block of rows at a time, to hold no (V, V) matrix
        scores = unit[start : start + block] @ unit.T
        rows = torch.arange(len(scores), device=x.device)
        scores[rows, rows + start] = -torch.inf  # nobody is their own neighbour
        chosen.append(scores.topk(k).indices)
    other = torch.cat(chosen).flatten()
    own = torch.arange(V, device=x.device).repeat_interleave(k)
    return torch.stack([own, other]).sort(dim=0).values.unique(dim=1)


def as_csr(A: Tensor) -> Tensor:
    """The layout with the fast product, its indices of 32 bits, as the product's kernel wants them:
    longer ones it would shorten at each call. PyTorch calls it beta, once a session; we know."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        A = A.to_sparse_csr()
        parts = A.crow_indices(), A.col_indices()
        if max(len(parts[1]), *A.shape) < 2**31:
            rows, columns = (part.int() for part in parts)
            A = torch.sparse_csr_tensor(rows, columns, A.values(), A.shape, check_invariants=False)
        return A


def _coo(indices: Tensor, values: Tensor, size: int) -> Tensor:
    """A coalesced sparse matrix; the callers have checked what the invariants ask."""
    return torch.sparse_coo_tensor(indices, values, (size, size), check_invariants=False).coalesce()


def _check_precision(name: str, x: Tensor) -> None:
    if x.dtype not in (torch.float32, torch.float64):
        raise ValueError(
            f"{name} is {x.dtype}; expected torch.float32 or torch.float64, in which a degree "
            "of more than a few hundred can be counted"
        )


def _check_weights(weights: Tensor) -> None:
    if not torch.isfinite(weights).all() or (weights < 0).any():
        bad = weights[~torch.isfinite(weights) | (weights < 0)][0].item()
        raise ValueError(f"a weight is {bad}; expected finite and not negative")


def _check_symmetric(A: Tensor) -> None:
    """Raise if the coalesced COO matrix A is not its own transpose, and name an edge."""
    if not A.values().numel():
        return
    difference = (A - A.transpose(0, 1)).coalesce()
    wrong = difference.values().abs() > 1e-6 * A.values().max()
    if wrong.any():
        i, j = difference.indices()[:, wrong][:, 0].tolist()
        raise ValueError(
            f"A is directed: the weights of {i} -> {j} and {j} -> {i} differ; "
            "expected a symmetric matrix, such as (A + A.T) / 2"
        )
