"""Training in plain sight: one model (``fit``), several seeds side by side (``fit_seeds``), the
arms of an experiment on the same seeds (``fit_arms``), two networks against each other
(``fit_gan``, several games by ``fit_games``), or one model a modality that arrives
(``fit_progressive``). ``label_ranks`` and ``draw_labelled`` draw which samples are labelled."""

from mmbook.training.arm import Arm
from mmbook.training.arms import fit_arms, fit_seeds
from mmbook.training.config import GANConfig, TrainingConfig
from mmbook.training.game import Game
from mmbook.training.games import fit_games, fit_gan
from mmbook.training.history import GANHistory, History
from mmbook.training.labels import draw_labelled, label_ranks
from mmbook.training.loop import fit
from mmbook.training.progressive import fit_progressive
from mmbook.training.seeds import pick_device, set_seed

__all__ = [
    "Arm",
    "GANConfig",
    "GANHistory",
    "Game",
    "History",
    "TrainingConfig",
    "draw_labelled",
    "fit",
    "fit_arms",
    "fit_games",
    "fit_gan",
    "fit_progressive",
    "fit_seeds",
    "label_ranks",
    "pick_device",
    "set_seed",
]
