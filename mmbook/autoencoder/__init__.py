"""The multimodal autoencoder and the losses that train it (chapter 4; document section 4.1.1).

The model keeps the document's own signature, ``MultimodalAutoencoder(input_dims, hidden_dim)``.
The losses are pure functions of tensors. Each says its unit and its reduction.
"""

from mmbook.autoencoder.linear import linear_autoencoder
from mmbook.autoencoder.losses import (
    Reduction,
    code_matching_loss,
    cross_reconstruction_loss,
    joint_code,
    reconstruction_loss,
)
from mmbook.autoencoder.model import AutoencoderOutput, MultimodalAutoencoder

__all__ = [
    "AutoencoderOutput",
    "MultimodalAutoencoder",
    "Reduction",
    "code_matching_loss",
    "cross_reconstruction_loss",
    "joint_code",
    "linear_autoencoder",
    "reconstruction_loss",
]
