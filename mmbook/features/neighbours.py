"""The plainest opinion: what the nearest labelled samples are."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from mmbook import checks


def neighbour_shares(distances: Tensor, labels: Tensor, num_classes: int, k: int = 30) -> Tensor:
    """How often each class occurs among the ``k`` nearest samples that have a label.

    Shapes: distances (n, m) from each of n samples to m with labels, labels (m,) from 0 to
    C - 1 -> (n, C), double; a row sums to 1.

    Args:
        num_classes: C. It is asked for since the labels at hand may lack the last classes.
    Raises: ValueError if the labels do not fit the distances or the classes, k is not from 1 to
        m, or a distance is NaN.

    >>> far = torch.tensor([[0.1, 0.2, 9.0]])
    >>> neighbour_shares(far, torch.tensor([2, 0, 1]), num_classes=4, k=2).tolist()
    [[0.5, 0.0, 0.5, 0.0]]
    """
    sizes = checks.tensor("distances", distances, "n m")
    checks.tensor("labels", labels, "m", "int", m=sizes["m"])
    checks.whole("num_classes", num_classes)
    checks.whole("k", k, most=sizes["m"])
    if distances.isnan().any():
        raise ValueError(f"distances holds {int(distances.isnan().sum())} NaN; expected none")
    checks.integers("labels", labels, below=num_classes)
    near = distances.argsort(dim=1, stable=True)[:, :k]  # ties: the first stands first everywhere
    return F.one_hot(labels[near].long(), num_classes).double().mean(1)


def neighbour_opinions(
    known: Mapping[str, Tensor], asked: Mapping[str, Tensor], num_classes: int, k: int = 30
) -> dict[str, Tensor]:
    """Each modality's :func:`neighbour_shares`, by Euclidean distance: {modality: (n, C)}, double.

    Of samples that are equally near, those that stand first in ``known`` count.

    Args:
        known: samples with their labels as ``known["label"]`` (m,), as features encode them.
        asked: the same modalities of the samples that are asked about; a label is not looked at.
    Raises: KeyError if ``known`` has no label or the modalities differ; ValueError for shapes
        that differ.

    >>> known = {"a": torch.tensor([[0.0], [1.0], [5.0]]), "label": torch.tensor([0, 0, 1])}
    >>> neighbour_opinions(known, {"a": torch.tensor([[4.0]])}, num_classes=2, k=2)["a"].tolist()
    [[0.5, 0.5]]
    """
    checks.mapping("known", known)
    checks.mapping("asked", asked)
    if "label" not in known:
        raise KeyError(f"known has {tuple(known)}; expected 'label' among them")
    modalities = [m for m in known if m != "label"]
    checks.keys("asked", [m for m in asked if m != "label"], modalities)
    opinions = {}
    for m in modalities:
        sizes = checks.tensor(f"known[{m!r}]", known[m], "m D")
        checks.tensor(f"asked[{m!r}]", asked[m], "n D", D=sizes["D"])
        far = torch.cdist(asked[m].double(), known[m].double()).square()
        far = far / far.mean().clamp_min(torch.finfo(far.dtype).tiny)
        # to nine digits: what is equally far in truth must not be told apart by rounding errors
        opinions[m] = neighbour_shares(far.round(decimals=9), known["label"], num_classes, k)
    return opinions
