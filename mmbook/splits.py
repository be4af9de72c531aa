"""What a test split shares with the training split, so that a page can say so.

98 % of the digits' test words are met in training, and some test concepts of the emoji have a
cousin there. A number on all test items belongs beside the number on the items that are new.
"""

from collections.abc import Iterable

import numpy as np

from mmbook import checks
from mmbook.data import Emoji

GENDERS = {
    **dict.fromkeys(("man", "woman", "person"), "somebody"),
    **dict.fromkeys(("men", "women", "people"), "some"),
    **dict.fromkeys(("boy", "girl", "child"), "a child"),
    **dict.fromkeys(("prince", "princess"), "royal"),
}


def met(texts: Iterable[str], train: Iterable[str]) -> np.ndarray:
    """Which texts stand in the training split letter by letter: (n,) bool; case does not count.

    Raises: TypeError for a single string in place of several.

    >>> met(["Seven", "zeven"], ["seven"]).tolist()
    [True, False]
    """
    known = {text.lower() for text in checks.texts("train", train)}
    return np.array([text.lower() in known for text in checks.texts("texts", texts)], dtype=bool)


def has_sibling(data: Emoji, train: Emoji) -> np.ndarray:
    """Which concepts have a cousin among the training concepts: (n,) bool.

    A cousin's English name differs by the gender only (man surfing, woman surfing), or both are
    faces of a clock (one o'clock, ten-thirty). Its drawings differ by little, too.

    Raises: TypeError for what is no table of emoji.

    >>> from mmbook.data import load_emoji
    >>> int(has_sibling(load_emoji("test"), load_emoji("train")).sum())
    42
    """
    checks.instance("data", data, Emoji)
    checks.instance("train", train, Emoji)
    known = {_family(name) for name in train.english.tolist()}
    return np.array([_family(name) in known for name in data.english.tolist()], dtype=bool)


def _family(name: str) -> str:
    """The name with genders, and the hour of a clock, made equal."""
    if name.endswith("o’clock") or name.endswith("-thirty"):
        return "clock face"
    return " ".join(GENDERS.get(word.strip(":,"), word) for word in name.lower().split())
