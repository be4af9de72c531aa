"""Multimodal adversarial learning (chapter 5; document section 4.1.2).

A generator turns one noise vector into a pair; a discriminator judges the *pair*. The losses are
pure functions of logits; ``mmbook.training.fit_gan`` lets the two networks play, and its
``fit_games`` plays several games side by side. ``ClusterGaussians`` makes pairs without a game.
"""

from mmbook.adversarial.clusters import ClusterGaussians
from mmbook.adversarial.losses import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    jensen_shannon,
    mismatched,
)
from mmbook.adversarial.networks import (
    MultimodalDiscriminator,
    MultimodalGenerator,
    SpectralNorm,
)

__all__ = [
    "ClusterGaussians",
    "MultimodalDiscriminator",
    "MultimodalGenerator",
    "SpectralNorm",
    "discriminator_loss",
    "generator_loss",
    "gradient_penalty",
    "jensen_shannon",
    "mismatched",
]
