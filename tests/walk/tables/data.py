"""Data sets, damage, and features that nobody learned."""

import numpy as np
import torch

from mmbook.data import load_digits, load_emoji
from mmbook.features import (
    Characters,
    DigitFeatures,
    DigitTokens,
    EmojiFeatures,
    Frames,
    Pieces,
    Scaled,
)

from ..arguments import Each, Real, Several, Tensor, Text, Thing, Whole
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


def small_emoji():
    return EmojiFeatures(emoji(), {"image": 3}, pieces=9, side=8)


def scaled():
    return Scaled(np.random.randn(11, 5), 2)


DIGITS = Thing(
    digits, also=(("a dict", lambda d: {"image": d.image}), ("a tensor", lambda d: torch.zeros(3)))
)
TEXTS = Several([Text("zero"), Text("one")], legal="first: empty, empty")

CALLS = {
    "data.load_digits": call(split=Text("val", choice=True), words=Text("all", choice=True)),
    "data.load_emoji": call(split=Text("val", choice=True)),
    "data.damage": call(
        data=DIGITS,
        modality=Text("image", choice=True),
        kind=Text("noise", choice=True),
        strength=Real(0.5, wrong=(-0.1, 1.1)),
        seed=SEED,
    ),
    "data.torn": call(data=DIGITS, seed=SEED),
    "features.Pieces": call(texts=TEXTS, longest=Whole(2), size=Whole(9)),
    "features.Pieces.encode": call(lambda: Pieces(["zero", "one"]), texts=TEXTS),
    "features.Characters": call(texts=TEXTS),
    "features.Characters.encode": call(
        lambda: Characters(["zero", "one"]), texts=TEXTS, length=Whole(4)
    ),
    "features.DigitFeatures": call(
        train=Thing(short),
        frames=Whole(8, most=32),
        pieces=Whole(9),
        side=Whole(14, legal="bool"),
        components=Each({"image": Whole(3)}, legal="empty, image: None"),
    ),
    "features.DigitFeatures.encode": call(
        lambda: DigitFeatures(short(), pieces=9), data=Thing(short)
    ),
    "features.DigitFeatures.decode": call(
        lambda: DigitFeatures(short(), pieces=9),
        modality=Text("image", choice=True),
        codes=Tensor("n 196", numpy=True, legal="ints"),
    ),
    "features.EmojiFeatures": call(
        train=Thing(emoji),
        components=Each({"image": Whole(3)}, legal="empty, image: None"),
        pieces=Whole(9),
        designer=Text("noto", choice=True),
        side=Whole(8, legal="bool"),
    ),
    "features.EmojiFeatures.encode": call(small_emoji, data=Thing(emoji)),
    "features.EmojiFeatures.decode": call(
        small_emoji, codes=Tensor("n 3", numpy=True, legal="ints")
    ),
    "features.drawings": call(
        data=Thing(emoji), designer=Text("noto", choice=True), side=Whole(8, legal="bool")
    ),
    "features.neighbour_shares": call(
        distances=Tensor("n m", legal="inf"),
        labels=Tensor("m", "int"),
        num_classes=Whole(4),
        k=Whole(3, most=13),
    ),
    "features.neighbour_opinions": call(
        known=Each({"image": Tensor("m 5", legal="inf"), "label": Tensor("m", "int")}),
        asked=Each({"image": Tensor("n 5", legal="inf")}),
        num_classes=Whole(4),
        k=Whole(3, most=13),
    ),
    "features.Frames": call(train=Thing(digits)),
    "features.Frames.encode": call(lambda: Frames(digits()), data=Thing(digits)),
    "features.Scaled": call(
        x=Tensor("n 5", numpy=True, legal="ints, one 5 more"), components=Whole(2, most=5)
    ),
    "features.Scaled.encode": call(scaled, x=Tensor("n 5", numpy=True, legal="ints")),
    "features.Scaled.decode": call(scaled, codes=Tensor("n 2", numpy=True, legal="ints")),
    "features.patches": call(
        pictures=Tensor("n 4 4", "positive", numpy=True, legal="an axis more, negative"),
        size=Whole(2),
    ),
    "features.moments": call(
        speech=Tensor("n 4 D", numpy=True, legal="ints"),
        mask=Tensor("n 4", "bool", numpy=True),
        frames=Whole(2),
    ),
    "features.DigitTokens": call(
        train=Thing(digits),
        patch=Whole(7, legal="bool"),
        frames=Whole(2, legal="bool"),
        letters=Whole(20),
    ),
    "features.DigitTokens.encode": call(lambda: DigitTokens(digits()), data=Thing(digits)),
}
