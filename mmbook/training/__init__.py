"""Training in plain sight: one model (``fit``), several seeds side by side (``fit_seeds``), two
networks against each other (``fit_gan``), or one model a modality that arrives
(``fit_progressive``). ``label_ranks`` draws which samples are labelled."""

from mmbook.training.game import GANConfig, GANHistory, fit_gan
from mmbook.training.labels import label_ranks
from mmbook.training.loop import (
    History,
    TrainingConfig,
    fit,
    fit_seeds,
    pick_device,
    set_seed,
)
from mmbook.training.progressive import fit_progressive

__all__ = [
    "GANConfig",
    "GANHistory",
    "History",
    "TrainingConfig",
    "fit",
    "fit_gan",
    "fit_progressive",
    "fit_seeds",
    "label_ranks",
    "pick_device",
    "set_seed",
]
