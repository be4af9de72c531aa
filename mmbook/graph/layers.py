"""The graph convolution, and a network of them over several modalities."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mmbook import checks
from mmbook.graph.product import check_matrix, check_product, product


class GraphConvolution(nn.Module):
    r"""Mix each node with its neighbours, then map: one layer, without the nonlinearity.

    .. math:: H' = \hat A H W + b, \qquad
              h'_i = W^\top \sum_{j \in \mathcal N(i) \cup \{i\}}
                     \frac{\tilde a_{ij}}{\sqrt{\tilde d_i \tilde d_j}}\, h_j + b

    >>> import torch
    >>> layer = GraphConvolution(5, 7)
    >>> layer(torch.ones(3, 5), torch.eye(3)).shape
    torch.Size([3, 7])

    Source: document section 4.1.3; Kipf and Welling (2017), eq. 2. The same as PyTorch
    Geometric's ``GCNConv``, initialisation included.

    Shapes: x (V, in_dim), propagation (V, V), as :func:`normalize_adjacency` gives it or any
        other, dense or sparse -> (V, out_dim). It is data: no gradient reaches it.
    Raises: TypeError for a width that is no whole number; ValueError for a width below 1, and for
        features or a matrix of the wrong shape or dtype (see :func:`propagate`).
    """

    def __init__(self, in_dim: int, out_dim: int, *, bias: bool = True):
        super().__init__()
        self.in_dim = checks.whole("in_dim", in_dim)
        self.out_dim = checks.whole("out_dim", out_dim)
        self.weight = nn.Parameter(torch.empty(in_dim, out_dim))
        self.bias = nn.Parameter(torch.zeros(out_dim)) if checks.flag("bias", bias) else None
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x: Tensor, propagation: Tensor) -> Tensor:
        """The new features of all nodes, (V, out_dim)."""
        check_product(x, propagation, D=self.in_dim)
        # (A H) W = A (H W): the sparse product is the slow one, so it takes the narrower side.
        if self.in_dim < self.out_dim:
            x = product(x, propagation) @ self.weight
        else:
            x = product(x @ self.weight, propagation)
        bias = self.bias
        return x if bias is None else x + bias

    def extra_repr(self) -> str:
        return f"{self.in_dim}, {self.out_dim}, bias={self.bias is not None}"


class MultimodalGCN(nn.Module):
    r"""Project each modality to one width, then let all nodes exchange messages.

    .. math:: H^{(0)} = [X^{(1)} P_1; \dots; X^{(M)} P_M], \qquad
              H^{(l+1)} = \sigma\bigl(\hat A H^{(l)} W^{(l)}\bigr)

    The document has one X for all nodes; nodes of different modalities have features of different
    widths, hence the projections. The last layer has no nonlinearity: its rows are logits.

    >>> import torch
    >>> model = MultimodalGCN({"image": 5, "text": 3}, width=13, num_classes=7)
    >>> model({"image": torch.ones(2, 5), "text": torch.ones(4, 3)}, torch.eye(6)).shape
    torch.Size([6, 7])

    Source: document section 4.1.3; Kipf and Welling (2017).

    Shapes: features {name: (V_name, D_name)}, propagation (V, V) with V the sum of the V_name and
        the nodes in the order of ``input_dims``, whatever the order of ``features``
        -> logits (V, num_classes).

    Args:
        width: of the projections and of all layers but the last.
        dropout: the share of features that each layer loses in training.
    Raises: TypeError for a width that is no whole number; ValueError for a width below 1, a
        dropout outside 0 to 1, or a wrong shape; KeyError for missing or unknown modalities.
    """

    def __init__(
        self,
        input_dims: Mapping[str, int],
        width: int,
        num_classes: int,
        *,
        num_layers: int = 2,
        dropout: float = 0.0,
    ):
        super().__init__()
        checks.mapping("input_dims", input_dims)
        if not input_dims:
            raise ValueError("input_dims is empty; expected one width a modality")
        self.input_dims = {
            m: checks.whole(f"input_dims[{m!r}]", size) for m, size in input_dims.items()
        }
        checks.whole("num_layers", num_layers)
        widths = [checks.whole("width", width)] * num_layers
        widths.append(checks.whole("num_classes", num_classes))
        self.projections = nn.ModuleDict(
            {m: nn.Linear(size, width) for m, size in self.input_dims.items()}
        )
        self.convolutions = nn.ModuleList(
            GraphConvolution(i, o) for i, o in zip(widths, widths[1:], strict=False)
        )
        self.dropout = nn.Dropout(checks.number("dropout", dropout, 0, 1))

    def states(self, features: Mapping[str, Tensor], propagation: Tensor) -> list[Tensor]:
        """What every node holds after the projection and after each layer; logits come last."""
        self._check(features, propagation)
        parts = [project(self.dropout(features[m])) for m, project in self.projections.items()]
        states = [torch.cat(parts).relu()]
        *hidden, last = self.convolutions
        for layer in hidden:
            states.append(layer(self.dropout(states[-1]), propagation).relu())
        return [*states, last(self.dropout(states[-1]), propagation)]

    def forward(self, features: Mapping[str, Tensor], propagation: Tensor) -> Tensor:
        """The logits of all nodes, (V, num_classes)."""
        return self.states(features, propagation)[-1]

    def _check(self, features: Mapping[str, Tensor], propagation: Tensor) -> None:
        checks.mapping("features", features)
        checks.keys("features", features, self.input_dims)
        counts = {
            m: checks.tensor(f"features[{m!r}]", features[m], "V D", D=size)["V"]
            for m, size in self.input_dims.items()
        }
        check_matrix(propagation)
        V = sum(counts.values())
        if len(propagation) != V:
            raise ValueError(
                f"propagation has shape {tuple(propagation.shape)}; expected ({V}, {V}) "
                f"for {V} nodes: {counts}"
            )
