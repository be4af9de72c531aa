"""The settings of a run, checked when they are written down."""

from dataclasses import dataclass

from mmbook import checks
from mmbook.training.seeds import MOST
from mmbook.training.steps import half_cosine


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a run. Steps are optimiser steps; the rate falls by half a cosine to 0.

    >>> TrainingConfig(steps=100, weight_decay=1e-2).batch_size
    128

    Args:
        steps: of the optimiser.
        batch_size: rows a step; of data with fewer rows, all.
        learning_rate, weight_decay: AdamW's.
        seed: of batches and noise in :func:`fit`. Where ``seeds`` are given, they count instead.
        cosine: does the rate fall?
        progress: show a bar.
    Raises: TypeError for other types (a step of 2.5); ValueError for 0 steps, rows or rate, a
        negative decay or seed, NaN or infinity.
    """

    steps: int = 500
    batch_size: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    seed: int = 0
    cosine: bool = True
    progress: bool = True

    def __post_init__(self):
        checks.whole("steps", self.steps)
        checks.whole("batch_size", self.batch_size)
        checks.positive("learning_rate", self.learning_rate)
        checks.number("weight_decay", self.weight_decay, 0)
        checks.whole("seed", self.seed, 0, MOST)
        checks.flag("cosine", self.cosine)
        checks.flag("progress", self.progress)

    def rate(self, step: int) -> float:
        """The learning rate at a step, counted from 0.

        Raises: TypeError, ValueError for a step that is not one of this run.
        """
        checks.whole("step", step, 0, self.steps - 1)
        return self.learning_rate * (half_cosine(step, self.steps) if self.cosine else 1.0)


@dataclass(frozen=True)
class GANConfig:
    """The settings of a game. Both rates fall by half a cosine to 0.

    >>> GANConfig(steps=100).betas
    (0.0, 0.99)

    ``betas`` are Adam's. The first is 0, so without momentum: the opponent moves, and an
    average of old gradients points to where it was.

    Raises: TypeError for other types; ValueError for 0 steps, rows, rates or snapshots, NaN,
        infinity, or betas outside 0 to below 1.
    """

    steps: int = 800
    batch_size: int = 64
    generator_rate: float = 2e-3
    discriminator_rate: float = 2e-3
    betas: tuple[float, float] = (0.0, 0.99)
    snapshots: int = 8
    progress: bool = True

    def __post_init__(self):
        for name in ("steps", "batch_size", "snapshots"):
            checks.whole(name, getattr(self, name))
        for name in ("generator_rate", "discriminator_rate"):
            checks.positive(name, getattr(self, name))
        betas = checks.listed("betas", self.betas)
        if len(betas) != 2 or not all(0 <= checks.number("betas", beta) < 1 for beta in betas):
            raise ValueError(f"betas is {self.betas}; expected two numbers from 0 to below 1")
        checks.flag("progress", self.progress)
