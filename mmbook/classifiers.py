"""Small classifiers of several modalities: a network for each, or one that reads them all.

The first answers with {modality: logits}, which late fusion multiplies; the second joins hidden
layers (middle fusion) and answers once. Chapter 3 compares them; chapters 10 to 12 teach them.
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmbook import checks


def mlp(
    in_dim: int, out_dim: int, widths: Sequence[int] = (64,), dropout: float = 0.0
) -> nn.Sequential:
    """Linear layers with ReLU between them, and dropout after the first.

    Shapes: (B, in_dim) -> (B, out_dim). ``widths``: of the hidden layers; () is one linear map.
    Raises: TypeError, ValueError for a width below 1 or a dropout that is not from 0 to below 1.

    >>> mlp(3, 2, widths=(5,))(torch.zeros(7, 3)).shape
    torch.Size([7, 2])
    """
    sizes = [checks.whole("in_dim", in_dim)]
    sizes += [checks.whole("widths", width) for width in checks.listed("widths", widths, least=0)]
    layers: list[nn.Module] = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False)):
        layers += [nn.Linear(a, b), nn.ReLU()]
        if i == 0 and _dropout(dropout):
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers, nn.Linear(sizes[-1], checks.whole("out_dim", out_dim)))


class UnimodalClassifiers(nn.Module):
    """A network for each modality, none of which sees what the others see.

    Shapes: {modality: (B, D_m)} -> {modality: logits (B, C)}; the dict may hold more, such as the
    label. ``networks[modality]``: its :func:`mlp`.

    Args:
        input_dims: {modality: D_m}; their order is that of the answer.
    Raises: TypeError, ValueError for widths below 1; KeyError if a modality is missing, ValueError
        for a wrong shape.

    >>> model = UnimodalClassifiers({"image": 3, "speech": 5}, num_classes=2).eval()
    >>> z = model({"image": torch.zeros(7, 3), "speech": torch.zeros(7, 5)})
    >>> {name: tuple(logits.shape) for name, logits in z.items()}
    {'image': (7, 2), 'speech': (7, 2)}
    """

    def __init__(
        self,
        input_dims: Mapping[str, int],
        num_classes: int,
        widths: Sequence[int] = (64,),
        dropout: float = 0.3,
    ):
        super().__init__()
        self.input_dims = _dims(input_dims)
        self.num_classes = checks.whole("num_classes", num_classes)
        self.networks = nn.ModuleDict(
            {m: mlp(d, num_classes, widths, dropout) for m, d in self.input_dims.items()}
        )

    def forward(self, x: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """{modality: logits (B, C)}."""
        _check_inputs(x, self.input_dims)
        return {m: network(x[m]) for m, network in self.networks.items()}


class MiddleFusionClassifier(nn.Module):
    r"""A layer for each modality, one that joins them, and an answer.

    .. math:: h = \mathrm{ReLU}(W [h^{(1)}; \dots; h^{(M)}] + b), \qquad
              h^{(m)} = \mathrm{ReLU}(W_m x^{(m)} + b_m)

    In training, ``dropout`` hides single units, and ``modality_dropout`` hides a whole h^(m) of a
    sample (Neverova et al., 2016). What is hidden is 0 and the rest stays as it is, so that zeros
    for h^(m) mean "absent" when the model is asked.

    Shapes: {modality: (B, D_m)} -> logits (B, C); the dict may hold more, such as the label.
    :meth:`hidden` gives h (B, width).
    Raises: TypeError, ValueError for widths below 1 or shares that are not from 0 to below 1;
        KeyError if a modality is missing, ValueError for a wrong shape.

    >>> model = MiddleFusionClassifier({"image": 3, "speech": 5}, num_classes=2, width=11)
    >>> x = {"image": torch.zeros(7, 3), "speech": torch.zeros(7, 5)}
    >>> tuple(model(x).shape), tuple(model.hidden(x).shape)
    ((7, 2), (7, 11))
    """

    def __init__(
        self,
        input_dims: Mapping[str, int],
        num_classes: int,
        width: int = 64,
        dropout: float = 0.3,
        modality_dropout: float = 0.0,
    ):
        super().__init__()
        self.input_dims = _dims(input_dims)
        self.dropout = _dropout(dropout)
        self.modality_dropout = _dropout(modality_dropout, "modality_dropout")
        checks.whole("width", width)
        self.sense = nn.ModuleDict({m: nn.Linear(d, width) for m, d in self.input_dims.items()})
        self.join = nn.Linear(len(self.sense) * width, width)
        self.answer = nn.Linear(width, checks.whole("num_classes", num_classes))

    @property
    def modalities(self) -> tuple[str, ...]:
        """Their names, in the order of the joint layer."""
        return tuple(self.input_dims)

    def hidden(self, x: Mapping[str, Tensor]) -> Tensor:
        """The joint layer, (B, width)."""
        _check_inputs(x, self.input_dims)
        parts = []
        for m, layer in self.sense.items():
            h = F.dropout(layer(x[m]).relu(), self.dropout, self.training)
            if self.training and self.modality_dropout:
                there = torch.rand(len(h), 1, device=h.device) > self.modality_dropout
                h = h * there
            parts.append(h)
        return self.join(torch.cat(parts, -1)).relu()

    def forward(self, x: Mapping[str, Tensor]) -> Tensor:
        """Logits (B, C)."""
        return self.answer(self.hidden(x))

    def extra_repr(self) -> str:
        return f"dropout={self.dropout:g}, modality_dropout={self.modality_dropout:g}"


def _dims(input_dims: Mapping[str, int]) -> dict[str, int]:
    checks.mapping("input_dims", input_dims)
    if not input_dims:
        raise ValueError("input_dims is empty; expected at least one modality")
    return {m: checks.whole(f"input_dims[{m!r}]", d) for m, d in input_dims.items()}


def _dropout(share: float, name: str = "dropout") -> float:
    if checks.number(name, share, least=0) >= 1:
        raise ValueError(f"{name} is {share}; expected a number from 0 to below 1")
    return float(share)


def _check_inputs(x: Mapping[str, Tensor], dims: Mapping[str, int]) -> None:
    checks.mapping("x", x)
    if not dims.keys() <= x.keys():
        raise KeyError(f"x has {tuple(x)}; expected {tuple(dims)} among them")
    checks.tensors("x", {m: x[m] for m in dims}, "B D_m")
    for m, d in dims.items():
        checks.shape(f"x[{m!r}]", x[m], "B D", D=d)
