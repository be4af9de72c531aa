"""Emoji: one concept, drawn by up to six designers and named in English and Chinese."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mmbook.data._files import bundled
from mmbook.data._table import Table, split_number


@dataclass(frozen=True, repr=False, eq=False)
class Emoji(Table):
    """Concepts with their drawings and names: these pairs are real.

    Shapes (n concepts; present: bool (n,) for each modality, True = present):
        image (n, 6, 32, 32, 3) uint8 on white; ``image_mask`` (n, 6) bool, True where the designer
        of ``designers`` drew the concept; elsewhere the drawing is white paper.
        english, chinese (n,) str, the names; emoji (n,) str, the character itself.
        tags (n,) str, English keywords joined by '|'.
        group (n,) int64, a number of ``groups``; subgroup (n,) str.
    Raises: TypeError for what is no array; ValueError for another dtype or shape, NaN or infinity,
        or other modalities in ``present``.

    >>> test = load_emoji("test")
    >>> print(test[test.english == "face in clouds"].tags[0])
    absentminded|clouds|face|fog|head
    """

    columns = {
        "image": ("u", (6, 32, 32, 3)),
        "image_mask": ("b", (6,)),
        "english": ("U", ()),
        "chinese": ("U", ()),
        "emoji": ("U", ()),
        "tags": ("U", ()),
        "group": ("i", ()),
        "subgroup": ("U", ()),
    }
    modalities = ("image", "english", "chinese")
    designers: ClassVar[tuple[str, ...]] = (
        "noto",
        "twemoji",
        "openmoji",
        "fluent",
        "emojione",
        "noto-v1",
    )
    groups: ClassVar[tuple[str, ...]] = (
        "activities",
        "animals-nature",
        "food-drink",
        "objects",
        "people-body",
        "smileys-emotion",
        "symbols",
        "travel-places",
    )

    image: np.ndarray
    image_mask: np.ndarray
    english: np.ndarray
    chinese: np.ndarray
    emoji: np.ndarray
    tags: np.ndarray
    group: np.ndarray
    subgroup: np.ndarray


def load_emoji(split: str) -> Emoji:
    """Load the concepts of 'train', 'val' or 'test' (about 70, 10 and 20 %), stratified by group.

    The split is by concept, so that every test concept is unseen in every drawing and name.
    Concepts that share a drawing to the byte stand in one split.

    >>> load_emoji("val").image.shape[1:]
    (6, 32, 32, 3)

    Raises: ValueError for an unknown split.
    """
    number = split_number(split)
    arrays = bundled("emoji.npz")
    rows = arrays["split"] == number
    columns = {name: arrays[name][rows] for name in Emoji.columns}
    columns["group"] = columns["group"].astype(np.int64)
    everywhere = np.ones(rows.sum(), dtype=bool)
    return Emoji(**columns, present={m: everywhere.copy() for m in Emoji.modalities})
