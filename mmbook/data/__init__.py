"""The two bundled data sets and the damage that experiments do to them.

Provenance and licences stand in the README beside this file.
"""

from mmbook.data.damage import TEAR_STRENGTH, damage, torn
from mmbook.data.digits import Digits, load_digits
from mmbook.data.emoji import Emoji, load_emoji

__all__ = [
    "TEAR_STRENGTH",
    "Digits",
    "Emoji",
    "damage",
    "load_digits",
    "load_emoji",
    "torn",
]
