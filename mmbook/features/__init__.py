"""Features made by rule: nothing is learned but what the training split's own statistics say.

Each modality becomes one fixed vector (:class:`DigitFeatures`, :class:`EmojiFeatures`), or tokens
with a mask (:class:`DigitTokens`). A small network on such a vector trains in seconds, and on such
vectors the neighbours have the plainest opinion (:func:`neighbour_shares`).
"""

from mmbook.features.digits import DigitFeatures
from mmbook.features.emoji import EmojiFeatures, drawings
from mmbook.features.neighbours import neighbour_opinions, neighbour_shares
from mmbook.features.scaled import Frames, Scaled
from mmbook.features.text import Characters, Pieces
from mmbook.features.tokens import DigitTokens, moments, patches

__all__ = [
    "Characters",
    "DigitFeatures",
    "DigitTokens",
    "EmojiFeatures",
    "Frames",
    "Pieces",
    "Scaled",
    "drawings",
    "moments",
    "neighbour_opinions",
    "neighbour_shares",
    "patches",
]
