"""Training in plain sight: one model (``fit``), several seeds side by side (``fit_seeds``), the
arms of an experiment on the same seeds (``fit_arms``), two networks against each other
(``fit_gan``), or one model a modality that arrives (``fit_progressive``). ``label_ranks`` draws
which samples are labelled."""

from mmbook.training.arm import Arm
from mmbook.training.arms import fit_arms, fit_seeds
from mmbook.training.config import GANConfig, TrainingConfig
from mmbook.training.game import fit_gan
from mmbook.training.history import GANHistory, History
from mmbook.training.labels import label_ranks
from mmbook.training.loop import fit
from mmbook.training.progressive import fit_progressive
from mmbook.training.seeds import pick_device, set_seed

__all__ = [
    "Arm",
    "GANConfig",
    "GANHistory",
    "History",
    "TrainingConfig",
    "fit",
    "fit_arms",
    "fit_gan",
    "fit_progressive",
    "fit_seeds",
    "label_ranks",
    "pick_device",
    "set_seed",
]
