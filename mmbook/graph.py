"""Multimodal graph networks (chapter 6; document section 4.1.3).

A graph on V nodes is a symmetric matrix A, dense for reading or sparse for work. It is normalised
once, and every layer multiplies by the result. Nodes of several modalities stand one modality
after the other.
"""

import warnings
from collections.abc import Mapping

import torch
from torch import Tensor, nn


def adjacency(edges: Tensor, num_nodes: int, weights: Tensor | None = None) -> Tensor:
    """The symmetric matrix of an undirected graph, sparse (CSR).

    Shapes: edges (2, E) int64, each pair listed once or in both directions; weights (E,), 1 if
        left out -> (V, V). A self-loop stands on the diagonal once.
    Raises: ValueError for a wrong shape, a node out of range, a weight that is negative or not
        finite, or two different weights for one pair.
    """
    if edges.ndim != 2 or len(edges) != 2 or edges.dtype != torch.int64:
        raise ValueError(f"edges are {edges.dtype} {tuple(edges.shape)}; expected int64 (2, E)")
    if edges.numel() and not 0 <= edges.min() <= edges.max() < num_nodes:
        raise ValueError(f"edges name nodes {edges.min()} to {edges.max()}; there are {num_nodes}")
    if weights is None:
        weights = torch.ones(edges.shape[1], device=edges.device)
    if weights.shape != edges.shape[1:]:
        raise ValueError(f"weights have shape {tuple(weights.shape)}; expected {edges.shape[1:]}")
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
    values = torch.cat([first, first[other]])
    return _csr(_coo(indices, values, num_nodes))


def normalize_adjacency(A: Tensor) -> Tensor:
    r"""The propagation matrix of a graph convolution, in the layout of A (dense, CSR or COO).

    .. math:: \hat A = \tilde D^{-1/2} \tilde A\, \tilde D^{-1/2}, \qquad
              \tilde A = A + I, \quad \tilde D_{ii} = \sum_j \tilde A_{ij}

    A node that has a self-loop already keeps it as it is; only the others receive one. So nothing
    is counted twice, and an isolated node is left with itself alone.

    Source: document section 4.1.3; Kipf and Welling (2017), eq. 2.

    Shapes: (V, V), symmetric, non-negative -> (V, V). Booleans and integers become floats.
    Raises: ValueError if A is not square, not symmetric, negative or not finite.
    """
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"A has shape {tuple(A.shape)}; expected a square matrix")
    if not A.is_floating_point():
        A = A.to(torch.get_default_dtype())
    sparse = A if A.layout == torch.sparse_coo else A.to_sparse_coo()
    sparse = sparse.coalesce()
    (row, col), weight = sparse.indices(), sparse.values()
    _check_weights(weight)
    if len(weight):
        _check_symmetric(sparse)
    V = len(A)
    loop = (row == col) & (weight > 0)
    missing = torch.ones(V, dtype=torch.bool, device=A.device)
    missing[row[loop]] = False
    new = missing.nonzero().squeeze(1)
    row, col = torch.cat([row, new]), torch.cat([col, new])
    weight = torch.cat([weight, weight.new_ones(len(new))])
    degree = weight.new_zeros(V).index_add(0, row, weight)
    scale = degree.rsqrt()  # never 0: every node has its self-loop
    weight = scale[row] * weight * scale[col]
    result = _coo(torch.stack([row, col]), weight, V)
    if A.layout == torch.sparse_csr:
        return _csr(result)
    return result if A.layout == torch.sparse_coo else result.to_dense()


class GraphConvolution(nn.Module):
    r"""Mix each node with its neighbours, then map: one layer, without the nonlinearity.

    .. math:: H' = \hat A H W + b, \qquad
              h'_i = W^\top \sum_{j \in \mathcal N(i) \cup \{i\}}
                     \frac{\tilde a_{ij}}{\sqrt{\tilde d_i \tilde d_j}}\, h_j + b

    Source: document section 4.1.3; Kipf and Welling (2017), eq. 2. The same as PyTorch
    Geometric's ``GCNConv``, initialisation included.

    Shapes: x (V, in_dim), propagation (V, V) from :func:`normalize_adjacency` -> (V, out_dim).
        The propagation matrix is data: no gradient reaches it.
    Raises: ValueError for features or a matrix of the wrong shape.
    """

    def __init__(self, in_dim: int, out_dim: int, *, bias: bool = True):
        super().__init__()
        if min(in_dim, out_dim) < 1:
            raise ValueError(f"widths are {in_dim}, {out_dim}; expected at least 1")
        self.in_dim, self.out_dim = in_dim, out_dim
        self.weight = nn.Parameter(torch.empty(in_dim, out_dim))
        self.bias = nn.Parameter(torch.zeros(out_dim)) if bias else None
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x: Tensor, propagation: Tensor) -> Tensor:
        V = len(x)
        if x.ndim != 2 or x.shape[1] != self.in_dim:
            raise ValueError(f"x has shape {tuple(x.shape)}; expected (V, {self.in_dim})")
        if propagation.shape != (V, V):
            raise ValueError(
                f"propagation has shape {tuple(propagation.shape)}; expected ({V}, {V})"
            )
        # (A H) W = A (H W): the sparse product is the slow one, so it takes the narrower side.
        if self.in_dim < self.out_dim:
            x = propagate(x, propagation) @ self.weight
        else:
            x = propagate(x @ self.weight, propagation)
        return x if self.bias is None else x + self.bias


class MultimodalGCN(nn.Module):
    r"""Project each modality to one width, then let all nodes exchange messages.

    .. math:: H^{(0)} = [X^{(1)} P_1; \dots; X^{(M)} P_M], \qquad
              H^{(l+1)} = \sigma\bigl(\hat A H^{(l)} W^{(l)}\bigr)

    The document has one X for all nodes; nodes of different modalities have features of different
    widths, hence the projections. The last layer has no nonlinearity: its rows are logits.

    Source: document section 4.1.3; Kipf and Welling (2017).

    Shapes: features {name: (V_name, D_name)}, propagation (V, V) with V the sum of the V_name and
        the nodes in the order of ``input_dims`` -> logits (V, num_classes).
    Raises: ValueError for a width below 1 or a wrong shape, KeyError for missing or unknown
        modalities.
    """

    def __init__(
        self,
        input_dims: Mapping[str, int],
        hidden_dim: int,
        num_classes: int,
        *,
        num_layers: int = 2,
        dropout: float = 0.0,
    ):
        super().__init__()
        sizes = {**input_dims, "hidden_dim": hidden_dim, "num_layers": num_layers}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name} is {size}; expected at least 1")
        self.input_dims = dict(input_dims)
        self.modalities = tuple(input_dims)
        self.projections = nn.ModuleList(
            nn.Linear(width, hidden_dim) for width in input_dims.values()
        )
        widths = [hidden_dim] * num_layers + [num_classes]
        self.convolutions = nn.ModuleList(
            GraphConvolution(i, o) for i, o in zip(widths, widths[1:], strict=False)
        )
        self.dropout = nn.Dropout(dropout)

    def states(self, features: Mapping[str, Tensor], propagation: Tensor) -> list[Tensor]:
        """What every node holds after the projection and after each layer; logits come last."""
        if set(features) != set(self.modalities):
            raise KeyError(f"got modalities {tuple(features)}; expected {self.modalities}")
        for name, width in self.input_dims.items():
            if features[name].ndim != 2 or features[name].shape[1] != width:
                shape = tuple(features[name].shape)
                raise ValueError(f"{name!r} has shape {shape}; expected (V, {width})")
        parts = [
            project(self.dropout(features[m]))
            for m, project in zip(self.modalities, self.projections, strict=True)
        ]
        states = [torch.cat(parts).relu()]
        for layer in self.convolutions[:-1]:
            states.append(layer(self.dropout(states[-1]), propagation).relu())
        states.append(self.convolutions[-1](self.dropout(states[-1]), propagation))
        return states

    def forward(self, features: Mapping[str, Tensor], propagation: Tensor) -> Tensor:
        return self.states(features, propagation)[-1]


def propagate(x: Tensor, propagation: Tensor) -> Tensor:
    """propagation @ x for a *symmetric* matrix: (V, D), (V, V) -> (V, D).

    Raises: ValueError if the matrix asks for a gradient; it is data here.
    """
    if propagation.requires_grad:
        raise ValueError("propagation requires a gradient; expected a fixed matrix (detach it)")
    return _Propagate.apply(x, propagation)


class _Propagate(torch.autograd.Function):
    """The gradient of A x with respect to x is A^T g, and A^T = A: no transposed copy is made."""

    @staticmethod
    def forward(ctx, x: Tensor, propagation: Tensor) -> Tensor:
        ctx.propagation = propagation
        return propagation @ x

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        return ctx.propagation @ gradient.contiguous(), None


def nearest_neighbours(x: Tensor, k: int, block: int = 2048) -> Tensor:
    """Join each row to its k most similar other rows, by cosine: x (V, D) -> edges (2, E).

    Each pair stands once, smaller number first, whether one or both chose the other.
    Raises: ValueError unless 0 < k < V.
    """
    V = len(x)
    if not 0 < k < V:
        raise ValueError(f"k is {k} for {V} rows; expected 0 < k < {V}")
    unit = nn.functional.normalize(x, dim=1)
    chosen = []
    for start in range(0, V, block):  # a block of rows at a time, to hold no (V, V) matrix
        scores = unit[start : start + block] @ unit.T
        rows = torch.arange(len(scores), device=x.device)
        scores[rows, rows + start] = -torch.inf  # nobody is their own neighbour
        chosen.append(scores.topk(k).indices)
    other = torch.cat(chosen).flatten()
    own = torch.arange(V, device=x.device).repeat_interleave(k)
    return torch.stack([own, other]).sort(dim=0).values.unique(dim=1)


def dirichlet_energy(x: Tensor, propagation: Tensor, *, relative: bool = False) -> Tensor:
    r"""How much neighbours differ: :math:`\mathrm{tr}(X^\top (I - \hat A) X)`, a scalar.

    With edges (i, j) it equals half the sum of :math:`\tilde a_{ij}
    \lVert x_i / \sqrt{\tilde d_i} - x_j / \sqrt{\tilde d_j} \rVert^2` over ordered pairs. With
    ``relative`` it is divided by :math:`\lVert X \rVert_F^2`, and lies between 0 and 2.

    Shapes: x (V, D), propagation (V, V) -> scalar.
    """
    energy = (x * (x - propagate(x, propagation))).sum()
    return energy / x.square().sum() if relative else energy


def smoothing_limit(x: Tensor, A: Tensor) -> Tensor:
    r"""Where :math:`\hat A^l x` goes as l grows: (V, D), (V, V) -> (V, D).

    Each connected component c keeps one direction, :math:`u_c \propto \tilde D^{1/2} 1_c`, and
    the limit is :math:`\sum_c u_c u_c^\top x`: nothing is left but the degree and the component.

    A: adjacency, dense or sparse, as for :func:`normalize_adjacency`.
    """
    sparse = normalize_adjacency(A)
    sparse = (sparse if sparse.layout == torch.sparse_coo else sparse.to_sparse_coo()).coalesce()
    row, col = sparse.indices()
    # d_i is 1 / A_hat_ii for a self-loop of 1, but a kept self-loop may have another weight.
    degree = _degree(A)
    component = torch.arange(len(x), device=x.device)
    while True:  # the smallest number spreads through each component
        least = component.scatter_reduce(0, row, component[col], "amin")
        if torch.equal(least, component):
            break
        component = least
    u = degree.sqrt().unsqueeze(1)
    sums = torch.zeros_like(x).index_add(0, component, u * x)
    norms = torch.zeros_like(u).index_add(0, component, u.square())
    return u * (sums / norms.clamp(min=1e-12))[component]


def _coo(indices: Tensor, values: Tensor, size: int) -> Tensor:
    """A coalesced sparse matrix; the callers have checked what the invariants ask."""
    return torch.sparse_coo_tensor(indices, values, (size, size), check_invariants=False).coalesce()


def _csr(A: Tensor) -> Tensor:
    """The layout with the fast product. PyTorch calls it beta, once a session; we know."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return A.to_sparse_csr()


def _degree(A: Tensor) -> Tensor:
    """Row sums of A with its missing self-loops added, (V,)."""
    A = (A if A.is_floating_point() else A.to(torch.get_default_dtype())).to_sparse_coo().coalesce()
    (row, col), weight = A.indices(), A.values()
    degree = weight.new_zeros(len(A)).index_add(0, row, weight)
    loop = (row == col) & (weight > 0)
    missing = torch.ones_like(degree)
    missing[row[loop]] = 0
    return degree + missing


def _check_weights(weights: Tensor) -> None:
    if not torch.isfinite(weights).all() or (weights < 0).any():
        bad = weights[~torch.isfinite(weights) | (weights < 0)][0].item()
        raise ValueError(f"a weight is {bad}; expected finite and not negative")


def _check_symmetric(A: Tensor) -> None:
    """Raise if the coalesced COO matrix A is not its own transpose, and name an edge."""
    difference = (A - A.transpose(0, 1)).coalesce()
    wrong = difference.values().abs() > 1e-6 * A.values().max()
    if wrong.any():
        i, j = difference.indices()[:, wrong][:, 0].tolist()
        raise ValueError(
            f"A is directed: the weights of {i} -> {j} and {j} -> {i} differ; "
            "expected a symmetric matrix, such as (A + A.T) / 2"
        )
