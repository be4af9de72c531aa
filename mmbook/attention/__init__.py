"""Attention between tokens: scaled dot products, self and cross (chapters 7 and 8; 4.2.1, 4.2.2).

Masks are True where something is present or may be attended, as everywhere in this package.
"""

from mmbook.attention.block import TransformerBlock
from mmbook.attention.layers import CrossAttention, SelfAttention, as_multihead
from mmbook.attention.positions import sinusoidal_positions
from mmbook.attention.products import masked_softmax, scaled_dot_product_attention

__all__ = [
    "CrossAttention",
    "SelfAttention",
    "TransformerBlock",
    "as_multihead",
    "masked_softmax",
    "scaled_dot_product_attention",
    "sinusoidal_positions",
]
