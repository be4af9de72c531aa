"""Training: tiny networks, two steps."""

import torch
from torch import nn

from mmbook.training import Arm, Game, GANConfig, TrainingConfig, fit_arms, fit_games

from ..arguments import Each, Flag, Real, Several, Tensor, Text, Thing, Whole
from ..engine import call

# What a row looks like is between the data and the model; only the number of rows counts.
DATA = Each(
    {
        "image": Tensor("n 5", legal="an axis less, an axis more, one 5 more, ints, complex"),
        "label": Tensor("n", "int"),
    },
    fixed=False,
)
SEEDS = Several([Whole(0, least=0), Whole(1, least=0)])
CONFIG = Thing(
    lambda: TrainingConfig(steps=2, batch_size=3, progress=False),
    also=(("a dict", lambda c: {"steps": 2}),),
)
GAN_CONFIG = Thing(
    lambda: GANConfig(steps=2, batch_size=3, snapshots=1, progress=False),
    also=(("a dict", lambda c: {"steps": 2}),),
)
RATE = Real(1e-3, wrong=(0.0, -1.0))


class Net(nn.Module):
    """Reads one modality or two."""

    def __init__(self):
        super().__init__()
        self.map = nn.Linear(5, 4)

    def forward(self, batch):
        return self.map(batch["image"])


def loss(model, batch):
    return nn.functional.cross_entropy(model(batch), batch["label"])


def step_loss(model, batch, earlier):
    return loss(model, batch)


def function(f, *also):
    return Thing(lambda: f, also=tuple((name, lambda _, g=g: g) for name, g in also))


def strange_losses(args):
    """Losses that are no scalar, for a function of these arguments."""
    return tuple(
        (name, make)
        for name, make in (
            ("gives None", lambda *_: None),
            ("gives a number", lambda *_: 1.0),
            ("gives a string", lambda *_: "x"),
            ("gives an empty dict", lambda *_: {}),
            ("gives a vector", lambda *a: _anchor(a) * torch.ones(3)),
            ("gives NaN", lambda *a: _anchor(a) * float("nan")),
            ("has no gradient", lambda *a: _anchor(a).detach()),
        )
    )


def _anchor(arguments):
    """A scalar that depends on the weights."""
    return sum(p.sum() for a in arguments if isinstance(a, nn.Module) for p in a.parameters())


def make_players():
    return nn.Linear(2, 5), nn.Linear(5, 1)


def d_loss(generator, discriminator, batch, z):
    fake = generator(batch["image"][:, :2])
    return discriminator(fake).mean() - discriminator(batch["image"]).mean()


def g_loss(generator, discriminator, batch, z):
    return -discriminator(generator(batch["image"][:, :2])).mean()


def make_step(names, before):
    return Net()


def arm():
    data = {"image": torch.randn(11, 5), "label": torch.arange(11) % 4}
    return Arm(Net, loss, data, TrainingConfig(steps=2, batch_size=3, progress=False))


def five(loss):
    """A loss of a game, as ``Game`` calls it: with constants."""
    return lambda generator, discriminator, batch, z, c: loss(generator, discriminator, batch, z)


def game():
    data = {"image": torch.randn(11, 5)}
    config = GANConfig(steps=2, batch_size=3, snapshots=1, progress=False)
    return Game(make_players, five(d_loss), five(g_loss), data, config)


OWN = "empty, rank: an axis more, rank: NaN, rank: inf, rank: ints, rank: complex"
NOT_MODELS = (("gives None", lambda *_: None), ("gives a number", lambda *_: 3))
LOSS = function(loss, *strange_losses(2))

CALLS = {
    "training.set_seed": call(seed=Whole(3, least=0)),
    "training.pick_device": call(name=Text("cpu", choice=True)),
    "training.TrainingConfig": call(
        steps=Whole(2),
        batch_size=Whole(3),
        learning_rate=RATE,
        weight_decay=Real(0.0, wrong=(-1.0,)),
        seed=Whole(0, least=0),
        cosine=Flag(True),
        progress=Flag(False),
    ),
    "training.TrainingConfig.rate": call(
        lambda: TrainingConfig(steps=2), step=Whole(1, least=0, most=1)
    ),
    "training.Arm": call(
        use=lambda make, a: fit_arms({"one": make(**a)}, [0, 1]),
        make_model=function(Net, *NOT_MODELS),
        loss=LOSS,
        data=DATA,
        config=CONFIG,
        constants=Each({"weight": Real(0.5)}, fixed=False, legal="empty"),
        own=Each({"rank": Tensor("S n")}, fixed=False, legal=OWN),
    ),
    "training.fit_arms": call(
        arms=Each({"one": Thing(arm), "two": Thing(arm)}, fixed=False), seeds=SEEDS
    ),
    "training.GANConfig": call(
        steps=Whole(2),
        batch_size=Whole(3),
        generator_rate=RATE,
        discriminator_rate=RATE,
        betas=Several([Real(0.0, wrong=(-0.1, 1.0)), Real(0.9)], counted=True),
        snapshots=Whole(1),
        progress=Flag(False),
    ),
    "training.fit": call(model=Thing(Net), loss=LOSS, data=DATA, config=CONFIG),
    "training.fit_seeds": call(
        make_model=function(Net, *NOT_MODELS),
        loss=LOSS,
        data=DATA,
        config=CONFIG,
        seeds=SEEDS,
        own=Each({"rank": Tensor("S n")}, fixed=False, legal=OWN),
    ),
    "training.fit_gan": call(
        make_players=function(make_players, *NOT_MODELS),
        discriminator_loss=function(d_loss, *strange_losses(4)),
        generator_loss=function(g_loss, *strange_losses(4)),
        data=DATA,
        config=GAN_CONFIG,
        seeds=SEEDS,
        probe=function(lambda g, d: {"x": 1.0}, *NOT_MODELS),
    ),
    "training.Game": call(
        use=lambda make, a: fit_games({"one": make(**a)}, [0, 1]),
        make_players=function(make_players, *NOT_MODELS),
        judge=function(five(d_loss), *strange_losses(5)),
        fool=function(five(g_loss), *strange_losses(5)),
        data=DATA,
        config=GAN_CONFIG,
        constants=Each({"gamma": Real(0.5)}, fixed=False, legal="empty"),
    ),
    "training.fit_games": call(
        games=Each({"one": Thing(game), "two": Thing(game)}, fixed=False),
        seeds=SEEDS,
        probe=function(lambda g, d: {"x": 1.0}, *NOT_MODELS),
    ),
    "training.fit_progressive": call(
        order=Several([Text("image", choice=True)]),
        make_model=function(make_step, *NOT_MODELS),
        loss=function(step_loss, *strange_losses(3)),
        data=DATA,
        config=CONFIG,
        seeds=SEEDS,
        trained=Several([], legal="empty"),
        own=Each({"rank": Tensor("S n")}, fixed=False, legal=OWN),
    ),
    "training.draw_labelled": call(
        label=Tensor("6", "int", 1, legal="negative, too large"),
        among=Tensor("6", "bool"),
        count=Whole(1),
        seeds=Several([Whole(3, least=0)]),
    ),
    "training.label_ranks": call(
        label=Tensor("n", "int", legal="too large, negative, bools"), seeds=SEEDS, copies=Whole(1)
    ),
}
