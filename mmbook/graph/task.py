"""Whose labels are known, and where an answer for all nodes is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from mmbook import checks
from mmbook.graph.building import rows_of


@dataclass(frozen=True, eq=False)
class NodeTask:
    """Some nodes of a graph are labelled; what are the labels of the others?

    The nodes of an item share its label. They stand one modality after the other, as for
    :func:`multimodal_edges`.

    >>> task = NodeTask({"image": torch.eye(3), "speech": torch.eye(3)}, torch.tensor([0, 1, 1]),
    ...                 ["train", "train", "test"], known=torch.tensor([[3, 4]]))
    >>> task.Y[0].tolist()
    [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    >>> task.correct(torch.tensor([0, 1, 1, 0, 1, 0]), "test")
    {'image': tensor([True]), 'speech': tensor([False])}

    Args:
        X: {modality: (n, D_m)}, row i of each is item i.
        label: (n,), whole numbers from 0.
        part: n names, such as "train", "val", "test".
        known: (S, K) numbers of the labelled nodes, one row a seed.
        names: {modality: name} for the answers of :meth:`correct`.
    Raises: TypeError for what are no tensors; ValueError for shapes that do not fit, labels or
        nodes out of range; KeyError for the name of an unknown modality.
    """

    X: Mapping[str, Tensor]
    label: Tensor
    part: Sequence[str]
    known: Tensor
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = rows_of("X", self.X)
        checks.tensor("label", self.label, "n", kind="int", n=n)
        checks.integers("label", self.label, "n", n=n)
        if len(checks.texts("part", self.part)) != n:
            raise ValueError(f"part has {len(self.part)} names; expected {n}, one an item")
        checks.tensor("known", self.known, "S K", kind="int")
        checks.integers("known", self.known, "S K", below=n * len(self.X))
        checks.mapping("names", self.names)
        checks.known_keys("names", self.names, self.X)
        for m, name in self.names.items():
            checks.text(f"names[{m!r}]", name)

    @property
    def widths(self) -> dict[str, int]:
        """{modality: D_m}, as :class:`MultimodalGCN` wants them."""
        return {m: x.shape[1] for m, x in self.X.items()}

    @property
    def digit(self) -> Tensor:
        """The labels of the known nodes, (S, K)."""
        return self.label[self.known % len(self.label)]

    @property
    def Y(self) -> Tensor:
        """What is known, (S, V, C): a 1 where a node is labelled, 0 elsewhere."""
        nodes = len(self.label) * len(self.X)
        Y = torch.zeros(len(self.known), nodes, int(self.label.max()) + 1, device=self.label.device)
        seed = torch.arange(len(self.known), device=self.label.device)[:, None]
        Y[seed, self.known, self.digit] = 1
        return Y

    def correct(self, predicted: Tensor, where: str = "test") -> dict[str, Tensor]:
        """Is the label right? For each modality (..., items of that part), of predicted (..., V).

        Raises: ValueError for another number of nodes, or a part that no item is in.
        """
        n, parts = len(self.label), list(self.part)
        checks.tensor("predicted", predicted, "... V", kind="int", V=n * len(self.X))
        checks.choice("where", where, sorted(set(parts)))
        inside = torch.tensor([p == where for p in parts], device=self.label.device)
        hit = (predicted.unflatten(-1, (len(self.X), n)) == self.label)[..., inside]
        return {self.names.get(m, m): hit[..., i, :] for i, m in enumerate(self.X)}
