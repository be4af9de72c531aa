"""Damage done on purpose: torn, noisy, absent or swapped, with a strength from 0 to 1."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.random import Generator

from mmbook import checks
from mmbook.data._table import Table

T = TypeVar("T", bound=Table)

KINDS = ("tear", "noise", "drop", "swap")
TEAR_STRENGTH = {"image": 0.5, "speech": 0.75, "text": 0.6, "english": 0.6, "chinese": 0.6}


def damage(data: T, modality: str, kind: str, strength: float, seed: int) -> T:
    """A copy of ``data`` with one modality damaged; strength 0 changes nothing.

    ``"tear"``: a share ``strength`` is lost in one piece. An image loses the rows or columns of
    one random side (to paper); speech keeps one stretch of its frames, moved to the front, its
    mask with it; text keeps one stretch of its letters.
    ``"noise"``: an image fades into uniform noise and speech into Gaussian noise with each
    coefficient's own mean and spread, ``(1 - strength) * signal + strength * noise``; in a text
    each letter becomes, with probability ``strength``, a random letter of the data's alphabet.
    ``"drop"``: with probability ``strength`` the modality is absent: zeros (or the empty text),
    an empty mask, and ``present`` False.
    ``"swap"``: with probability ``strength`` it is another sample's. Nothing marks it.

    What is already absent (or never drawn) stays so. With one seed, more strength damages what less
    strength damaged, and more. The same seed strikes different samples in each modality and kind.
    ``language`` stays that of the sample, also where its word was swapped.

    >>> from mmbook.data import load_digits
    >>> test = load_digits("test")
    >>> damage(test, "speech", "drop", 0.5, seed=0)
    Digits(600 samples of image, speech, text, absent {'speech': 289})

    Raises: TypeError for what is no table of data, or no number; ValueError for an unknown modality
        or kind, a strength outside [0, 1], a negative seed, or a swap of fewer than two samples.
    """
    checks.instance("data", data, Table)
    checks.choice("modality", modality, data.modalities)
    checks.choice("kind", kind, KINDS)
    strength = checks.number("strength", strength, 0, 1)
    seed = checks.whole("seed", seed, least=0)
    # Without the two numbers, equal seeds would hit the same samples in every modality.
    rng = np.random.default_rng([data.modalities.index(modality), KINDS.index(kind), seed])
    data = _copy(data)
    if kind == "drop":
        return _drop(data, modality, rng.random(len(data)) < strength)
    if kind == "swap":
        if len(data) < 2:
            raise ValueError(f"swap got {len(data)} samples; expected at least 2")
        return _swap(data, modality, rng.random(len(data)) < strength, rng)
    if modality == "speech":
        change = {"tear": _tear_speech, "noise": _noise_speech}[kind]
        speech, heard = _arrays_of(data, modality).values()
        return replace(data, **change(speech, heard, strength, rng))
    if modality == "image":
        change = {"tear": _tear_image, "noise": _noise_image}[kind]
    else:
        change = {"tear": _tear_text, "noise": _noise_text}[kind]
    before = getattr(data, modality)
    after = change(before, strength, rng)
    if kind == "noise" and modality == "image":
        there, drawn = data.present["image"], _arrays_of(data, modality).get("image_mask")
        there = there if drawn is None else there[:, None] & drawn
        after[~there] = before[~there]
    return replace(data, **{modality: after})


def torn(data: T, seed: int) -> T:
    """The book's standard damage: every modality torn, as strongly as ``TEAR_STRENGTH`` says.

    >>> from mmbook.data import load_digits
    >>> test = load_digits("test")
    >>> print(test.text[0], torn(test, seed=0).text[0])
    mbili bi

    Raises: as :func:`damage`.
    """
    checks.instance("data", data, Table)
    for modality in data.modalities:
        data = damage(data, modality, "tear", TEAR_STRENGTH[modality], seed)
    return data


def _copy(data: T) -> T:
    """New arrays, so that writing to the result never reaches the input."""
    columns = {name: getattr(data, name).copy() for name in data.columns}
    return replace(data, **columns, present={m: p.copy() for m, p in data.present.items()})


def _kept(length: np.ndarray | int, strength: float) -> np.ndarray:
    """ceil((1 - strength) * length), safe from 0.30000000000000004 * 10 rounding up to 4."""
    return np.ceil(np.round((1 - strength) * np.asarray(length), 9)).astype(int)


def _tear_image(image: np.ndarray, strength: float, rng: Generator) -> np.ndarray:
    rows_axis = 1 if image.ndim == 3 else 2  # digits (n, y, x), emoji (n, designer, y, x, colour)
    paper = 0 if image.ndim == 3 else 255
    size = image.shape[rows_axis]
    lost = round(strength * size)
    torn = image.copy()
    side = rng.integers(0, 4, len(image))
    for s, (axis, stretch) in enumerate(
        [
            (rows_axis, slice(0, lost)),
            (rows_axis, slice(size - lost, size)),
            (rows_axis + 1, slice(0, lost)),
            (rows_axis + 1, slice(size - lost, size)),
        ]
    ):
        where: list = [slice(None)] * image.ndim
        where[0], where[axis] = side == s, stretch
        torn[tuple(where)] = paper
    return torn


def _noise_image(image: np.ndarray, strength: float, rng: Generator) -> np.ndarray:
    noise = rng.random(image.shape, dtype=np.float32) * 255
    return np.rint((1 - strength) * image + strength * noise).astype(np.uint8)


def _tear_speech(
    speech: np.ndarray, mask: np.ndarray, strength: float, rng: Generator
) -> dict[str, np.ndarray]:
    length = mask.sum(1)
    kept = _kept(length, strength)
    start = np.floor(rng.random(len(speech)) * (length - kept + 1)).astype(int)
    time = np.arange(speech.shape[1])
    source = np.minimum(start[:, None] + time, speech.shape[1] - 1)
    new_mask = time < kept[:, None]
    moved = np.take_along_axis(speech, source[..., None], axis=1)
    return {"speech": np.where(new_mask[..., None], moved, 0), "speech_mask": new_mask}


def _noise_speech(
    speech: np.ndarray, mask: np.ndarray, strength: float, rng: Generator
) -> dict[str, np.ndarray]:
    if not mask.any():
        return {}
    frames = speech[mask]
    noise = rng.standard_normal(speech.shape) * frames.std(0) + frames.mean(0)
    mixed = (1 - strength) * speech + strength * noise
    return {"speech": np.where(mask[..., None], mixed, 0).astype(np.float32)}


def _tear_text(text: np.ndarray, strength: float, rng: Generator) -> np.ndarray:
    where = rng.random(len(text))
    out = []
    for word, u in zip(text.tolist(), where, strict=True):
        kept = int(_kept(len(word), strength))
        start = int(u * (len(word) - kept + 1))
        out.append(word[start : start + kept])
    return np.array(out, dtype=text.dtype)


def _noise_text(text: np.ndarray, strength: float, rng: Generator) -> np.ndarray:
    alphabet = sorted(set("".join(text.tolist())))
    out = []
    for word in text.tolist():
        hit, letter = rng.random(len(word)), rng.integers(0, len(alphabet), len(word))
        letters = [
            alphabet[j] if u < strength else c for c, u, j in zip(word, hit, letter, strict=True)
        ]
        out.append("".join(letters))
    return np.array(out, dtype=text.dtype)


def _arrays_of(data: Table, modality: str) -> dict[str, np.ndarray]:
    """A modality's own array, and its mask where it has one."""
    return {c: getattr(data, c) for c in (modality, f"{modality}_mask") if c in data.columns}


def _drop(data: T, modality: str, gone: np.ndarray) -> T:
    columns = {}
    for name, before in _arrays_of(data, modality).items():
        array = before.copy()
        paper = 255 if array.ndim == 5 else 0  # emoji are drawn on white
        array[gone] = "" if array.dtype.kind == "U" else paper
        columns[name] = array
    return replace(
        data, **columns, present={**data.present, modality: data.present[modality] & ~gone}
    )


def _swap(data: T, modality: str, hit: np.ndarray, rng: Generator) -> T:
    # A random cycle through all samples: nobody is its own successor.
    cycle = rng.permutation(len(data))
    successor = np.empty(len(data), dtype=int)
    successor[cycle] = np.roll(cycle, -1)
    source = np.where(hit, successor, np.arange(len(data)))
    columns = {name: array[source] for name, array in _arrays_of(data, modality).items()}
    present = {**data.present, modality: data.present[modality][source]}
    return replace(data, **columns, present=present)
