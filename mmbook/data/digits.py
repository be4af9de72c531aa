"""Handwritten digits, spoken digits and number words, paired by class."""

from dataclasses import dataclass

import numpy as np

from mmbook import checks
from mmbook.data._files import bundled
from mmbook.data._table import Table, split_number

FRAMES, COEFFICIENTS = 32, 13


@dataclass(frozen=True, repr=False, eq=False)
class Digits(Table):
    """Triples of a drawing, a recording and a word that name the same digit.

    Shapes (n samples; present: bool (n,) for each modality, True = present):
        image (n, 28, 28) uint8, 0 = paper, 255 = ink.
        speech (n, 32, 13) float32, cepstral coefficients (MFCC) of up to 32 frames, zero where
        ``speech_mask`` (n, 32) bool is False.
        text (n,) str, the number word; ``language`` (n,) str, its code, and ``language_name``.
        label (n,) int64, the digit.
    Raises: TypeError for what is no array; ValueError for another dtype or shape, NaN or infinity,
        or other modalities in ``present``.

    >>> test = load_digits("test")
    >>> test[test.label == 7]
    Digits(60 samples of image, speech, text)
    """

    columns = {
        "image": ("u", (28, 28)),
        "speech": ("f", (FRAMES, COEFFICIENTS)),
        "speech_mask": ("b", (FRAMES,)),
        "text": ("U", ()),
        "language": ("U", ()),
        "language_name": ("U", ()),
        "label": ("i", ()),
    }
    modalities = ("image", "speech", "text")

    image: np.ndarray
    speech: np.ndarray
    speech_mask: np.ndarray
    text: np.ndarray
    language: np.ndarray
    language_name: np.ndarray
    label: np.ndarray


def load_digits(split: str, *, words: str = "all") -> Digits:
    """Load 2,100 / 300 / 600 triples ('train', 'val', 'test'), balanced over the ten classes.

    The pairs are made by class: a drawing and a recording share the digit and nothing else. No
    drawing and no recording stands in two splits. The six voices do, and the source does not say
    which is which.

    Args:
        words: ``"all"``: every split draws its words from all 61 languages, so that 98 % of the
            test items have a word that was met in training. ``"held-out"``: the languages of
            'val' and 'test' never occur in 'train'. A word may, where languages share it: 21 % of
            the val and 26 % of the test items.

    >>> load_digits("val").image.shape
    (300, 28, 28)

    Raises: ValueError for an unknown split or choice of words.
    """
    number = split_number(split)
    choices = {"all": "language_all", "held-out": "language_held_out"}
    checks.choice("words", words, choices)
    arrays = bundled("digits.npz")
    rows = arrays["split"] == number
    label, language = arrays["label"][rows].astype(np.int64), arrays[choices[words]][rows]
    length = arrays["speech_length"][rows]
    everywhere = np.ones(len(label), dtype=bool)
    return Digits(
        image=arrays["image"][rows],
        speech=arrays["speech"][rows].astype(np.float32),
        speech_mask=np.arange(FRAMES) < length[:, None],
        text=arrays["words"][language, label],
        language=arrays["languages"][language],
        language_name=arrays["language_names"][language],
        label=label,
        present={m: everywhere.copy() for m in Digits.modalities},
    )
