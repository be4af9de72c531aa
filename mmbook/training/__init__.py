"""Training in plain sight: one model (``fit``), several seeds side by side (``fit_seeds``), or
two networks against each other (``fit_gan``)."""

from mmbook.training.game import GANConfig, GANHistory, fit_gan
from mmbook.training.loop import (
    History,
    TrainingConfig,
    fit,
    fit_seeds,
    pick_device,
    set_seed,
)

__all__ = [
    "GANConfig",
    "GANHistory",
    "History",
    "TrainingConfig",
    "fit",
    "fit_gan",
    "fit_seeds",
    "pick_device",
    "set_seed",
]
