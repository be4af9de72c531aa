"""Data sets, damage, and features that nobody learned."""

import torch

from mmbook.data import load_digits, load_emoji
from mmbook.features import DigitFeatures, Pieces

from ..arguments import Real, Several, Tensor, Text, Thing, Whole
from ..engine import call

SEED = Whole(0, least=0)


def digits():
    return load_digits("val")[list(range(11))]


def emoji():
    return load_emoji("val")[list(range(5))]


def short():
    """Digits whose recordings fit into 8 frames."""
    data = load_digits("val")
    return data[data.speech_mask.sum(1) <= 8]


DIGITS = Thing(
    digits, also=(("a dict", lambda d: {"image": d.image}), ("a tensor", lambda d: torch.zeros(3)))
)

CALLS = {
    "data.load_digits": call(split=Text("val", choice=True), words=Text("all", choice=True)),
    "data.load_emoji": call(split=Text("val", choice=True)),
    "data.damage": call(
        data=DIGITS, modality=Text("image", choice=True), kind=Text("noise", choice=True),
        strength=Real(0.5, wrong=(-0.1, 1.1)), seed=SEED),
    "data.torn": call(data=DIGITS, seed=SEED),
    "features.Pieces": call(
        texts=Several([Text("zero"), Text("one")], legal="first: empty"), longest=Whole(2), size=Whole(9)),
    "features.Pieces.encode": call(
        lambda: Pieces(["zero", "one"]), texts=Several([Text("one"), Text("two")], legal="first: empty, empty")),
    "features.DigitFeatures": call(train=Thing(short), frames=Whole(8), pieces=Whole(9)),
    "features.DigitFeatures.encode": call(
        lambda: DigitFeatures(short(), pieces=9), data=Thing(short)),
    "features.neighbour_shares": call(
        distances=Tensor("n m", "positive"), labels=Tensor("m", "int"), k=Whole(3, most=13)),
}  # fmt: skip
