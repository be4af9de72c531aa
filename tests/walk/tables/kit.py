"""What chapters share beside layers: games, classifiers, deletion, pairs, probes, splits."""

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from mmbook.boards import pointing_games
from mmbook.classifiers import MiddleFusionClassifier, UnimodalClassifiers
from mmbook.training import TrainingConfig

from ..arguments import Each, Real, Several, Tensor, Text, Thing, Whole
from ..engine import call
from .data import SEED, emoji
from .measures import A, labels

DIMS = {"image": 5, "text": 3}
WIDTHS = Each({"image": Whole(5), "text": Whole(3)}, fixed=False)
HIDDEN = Several([Whole(4)], legal="empty")
DROPOUT = Real(0.2, wrong=(-0.1, 1.0))
PAIR = Each({"image": Tensor("B 5"), "text": Tensor("B 3")}, legal="name too many")
SHORT = Thing(lambda: TrainingConfig(steps=2, batch_size=3, progress=False))
BALANCED = np.array([0, 0, 1, 1, 2, 2])


class Balanced(Tensor):
    """Labels of which each class has two, (6,)."""

    def good(self):
        return BALANCED.copy()


SIX = Balanced("6", "int", numpy=True)


def games():
    return pointing_games(BALANCED, 5, seed=0, cells=3)


def spoilt(name, change):
    return lambda good: good | {name: change(good[name])}


GAMES = Thing(
    games,
    also=(
        ("empty", lambda g: {}),
        ("one name less", lambda g: {k: v for k, v in g.items() if k != "target"}),
        ("one name more", lambda g: g | {"x": g["ask"]}),
        ("board: floats", spoilt("board", lambda x: x.float())),
        ("board: an axis less", spoilt("board", lambda x: x[0])),
        ("board: too large", spoilt("board", lambda x: x + 9)),
        ("board: None", spoilt("board", lambda x: None)),
        ("target: too large", spoilt("target", lambda x: x + 9)),
        ("target: one less", spoilt("target", lambda x: x[1:])),
    ),
)
DEALT = replace(GAMES, legal="one name less, one name more, target: too large, target: one less")
LAST_THERE = Thing(lambda: torch.arange(7) < torch.tensor([[1], [7], [3]]))
ROWS = Each(
    {"image": Tensor("n D"), "text": Tensor("n K")},
    fixed=False,
    legal="image: an axis more, image: an axis less, image: NaN, image: inf, image: ints, "
    "image: complex",
)
CHOSEN = Several([Text("image", choice=True)], legal="empty")


def linear():
    return nn.Linear(5, 3)


CALLS = {
    "boards.rows_by_class": call(labels=SIX),
    "boards.pointing_games": call(
        labels=SIX, count=Whole(3), seed=SEED, cells=Whole(2, least=2, most=3)
    ),
    "boards.with_twin": call(games=GAMES, labels=SIX, seed=SEED),
    "boards.without_target": call(games=GAMES, labels=SIX, seed=SEED),
    "boards.dealt": call(
        games=DEALT,
        asks=Tensor("6 N D", legal="ints, complex, an axis less"),
        there=Tensor("6 N", "bool"),
        drawings=Tensor("6 K"),
    ),
    "boards.at_the_end": call(tokens=Tensor("3 N K"), there=LAST_THERE),
    "boards.board_picture": call(
        drawings=Tensor("3 s s", "int", below=256, numpy=True),
        colours=Tensor("3", "int", numpy=True),
        gap=Whole(1, least=0),
    ),
    "calibration.reliability": call(
        probabilities=A("n 7", "share"), labels=labels("n", 7), bins=Whole(5)
    ),
    "calibration.overconfidence": call(probabilities=A("n 7", "share"), labels=labels("n", 7)),
    "classifiers.mlp": call(in_dim=Whole(3), out_dim=Whole(2), widths=HIDDEN, dropout=DROPOUT),
    "classifiers.UnimodalClassifiers": call(
        input_dims=WIDTHS, num_classes=Whole(3), widths=HIDDEN, dropout=DROPOUT
    ),
    "classifiers.UnimodalClassifiers.forward": call(
        lambda: UnimodalClassifiers(DIMS, 3, (4,)).eval(), x=PAIR
    ),
    "classifiers.MiddleFusionClassifier": call(
        input_dims=WIDTHS,
        num_classes=Whole(3),
        width=Whole(4),
        dropout=DROPOUT,
        modality_dropout=DROPOUT,
    ),
    "classifiers.MiddleFusionClassifier.hidden": call(
        lambda: MiddleFusionClassifier(DIMS, 3, 4).eval(), x=PAIR
    ),
    "classifiers.MiddleFusionClassifier.forward": call(
        lambda: MiddleFusionClassifier(DIMS, 3, 4).eval(), x=PAIR
    ),
    "deletion.first_tokens": call(
        order=Tensor("B N", legal="ints"),
        mask=Tensor("B N", "bool"),
        share=Real(0.5, wrong=(-0.1, 1.1)),
        count=Whole(2, least=0),
        use=lambda f, a: (
            f(a["order"], a["mask"], share=a["share"])
            if a["count"] == 2
            else f(a["order"], a["mask"], count=a["count"])
        ),
    ),
    "deletion.deletion_test": call(
        use=lambda f, a: f(**a, count=1),
        measure=Thing(
            lambda: lambda model, mask: 0.5,
            also=(
                ("gives None", lambda _: lambda *_: None),
                ("gives a string", lambda _: lambda *_: "x"),
                ("gives NaN", lambda _: lambda *_: float("nan")),
                ("gives a matrix", lambda _: lambda model, mask: mask.float()),
            ),
        ),
        models=Several([Thing(linear), Thing(linear)], counted=True),
        attended=Several([Tensor("B N", legal="ints"), Tensor("B N")], counted=True),
        mask=Tensor("B N", "bool"),
        loudness=Tensor("B N", legal="ints"),
        seed=SEED,
    ),
    "pairs.mispaired": call(n=Whole(5), seed=SEED, share=Real(1.0, wrong=(-0.1, 1.1))),
    "pairs.redrawn": call(labels=labels("n", legal="too large"), seed=SEED),
    "pairs.swapped": call(x=ROWS, modalities=CHOSEN, seed=SEED, share=Real(1.0, wrong=(-0.1, 1.1))),
    "pairs.left_out": call(x=ROWS, modalities=CHOSEN),
    "planes.latent_map": call(
        codes=Each({"image": A("n K", legal="empty, one n more"), "text": A("m K")}, fixed=False),
        fit_on=Each({"image": A("n K", legal="empty, one n more"), "text": A("m K")}, fixed=False),
    ),
    "probes.ask": call(
        use=lambda f, a: f(a["models"], torch.zeros(3, 5)),
        models=Several([Thing(linear), Thing(linear)]),
    ),
    "probes.train_witness": call(
        x=Tensor("n 5", legal="one 5 more"),
        labels=Tensor("n", "int"),
        num_classes=Whole(4),
        widths=HIDDEN,
        dropout=DROPOUT,
        config=SHORT,
    ),
    "probes.tell_apart": call(
        train=Each(
            {"image": Tensor("7 K"), "text": Tensor("5 K")}, least=2, legal="image: one 7 more"
        ),
        test=Each({"image": Tensor("7 K"), "text": Tensor("5 K")}, legal="image: one 7 more"),
        widths=HIDDEN,
        config=SHORT,
    ),
    "splits.met": call(
        texts=Several([Text("one"), Text("two")], legal="empty, first: empty"),
        train=Several([Text("two")], legal="empty, first: empty"),
    ),
    "splits.has_sibling": call(data=Thing(emoji), train=Thing(emoji)),
}
