"""Experiments that may be believed: arms on the same seeds, intervals over seeds and test items,
settings chosen on validation data, and claims that stop the page when they are false.

A whole experiment. Two rivals that need no training stand first; the setting of the network is
chosen on validation data; the claims look at paired differences.

>>> import torch
>>> from torch import nn
>>> from mmbook.experiment import choose, claims, compare
>>> from mmbook.training import Arm, TrainingConfig
>>> g, rows = torch.Generator().manual_seed(0), {"train": 300, "val": 150, "test": 200}
>>> X = {split: {"x": torch.randn(n, 4, generator=g)} for split, n in rows.items()}
>>> X = {split: d | {"y": (d["x"][:, 0] * d["x"][:, 1] > 0).long()} for split, d in X.items()}
>>> def two_layers():
...     return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
>>> def loss(model, batch):
...     return nn.functional.cross_entropy(model(batch["x"]), batch["y"])
>>> def measure(model, data):
...     return {"accuracy": model(data["x"]).argmax(1) == data["y"]}
>>> def arm(make_model, steps):
...     config = TrainingConfig(steps, batch_size=50, learning_rate=0.03, progress=False)
...     return Arm(make_model, loss, X["train"], config)

>>> steps = choose({n: arm(two_layers, n) for n in (10, 100)}, range(3), measure,
...                on={"val": X["val"]})  # doctest: +ELLIPSIS
     steps     accuracy
10      10  0.6...
100    100  0.9...  <- chosen
all trained with batch 50
val: chosen by the highest 'accuracy'; intervals over 3 seeds x 150 items
the longest training is the best: a longer one may be better still

>>> nearest = torch.cdist(X["test"]["x"], X["train"]["x"]).argmin(1)
>>> result = compare({
...     "chance": {"accuracy": 0.5},
...     "nearest neighbour": {"accuracy": X["train"]["y"][nearest] == X["test"]["y"]},
...     "one layer": arm(lambda: nn.Linear(4, 2), steps),
...     "two layers": arm(two_layers, steps)}, range(5), measure, on={"test": X["test"]})
>>> print(result.table())  # doctest: +ELLIPSIS
                      accuracy
chance             0.50
nearest neighbour  0.82 ± 0.05
one layer          0.4...
two layers         0.9...
all trained with steps 100, batch 50
test: mean ± 95 % interval over 5 seeds x 200 items; nearest neighbour: 200 items
>>> claims({
...     "two layers beat one by more than .2":
...         result.difference("two layers", "one layer").above(0.2),
...     "and the nearest neighbour":
...         result.difference("two layers", "nearest neighbour").above(),
... })  # doctest: +ELLIPSIS
holds | two layers beat one by more than .2 (0... above 0.2)
holds | and the nearest neighbour (0... above 0)
"""

from mmbook.experiment.choose import choose
from mmbook.experiment.claims import Verdict, claims
from mmbook.experiment.compare import compare
from mmbook.experiment.comparison import Comparison
from mmbook.experiment.estimate import Estimate
from mmbook.experiment.intervals import over_seeds_and_items
from mmbook.experiment.measures import classified, retrieved
from mmbook.experiment.scores import Scores

__all__ = [
    "Comparison",
    "Estimate",
    "Scores",
    "Verdict",
    "choose",
    "claims",
    "classified",
    "compare",
    "over_seeds_and_items",
    "retrieved",
]
