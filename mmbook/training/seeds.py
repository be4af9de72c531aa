"""Chance under control: seeds, streams of random numbers, and the device that a run is on."""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from mmbook import checks

MOST = 2**32 - 1  # the largest seed that NumPy takes


def set_seed(seed: int) -> None:
    """Seed Python's, NumPy's and PyTorch's generators.

    >>> import torch
    >>> set_seed(0)
    >>> torch.rand(2)
    tensor([0.4963, 0.7682])

    Raises: TypeError for what is no whole number; ValueError for one outside 0 to 2**32 - 1.
    """
    seed = checks.whole("seed", seed, 0, MOST)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def pick_device(name: str | None = None) -> torch.device:
    """The device to run on: ``name``, else ``$MMBOOK_DEVICE``, else the CPU.

    >>> pick_device("cpu")
    device(type='cpu')

    Raises: TypeError for what is no name; ValueError if the device is unknown or absent: nothing
        falls back in silence.
    """
    if name is None:
        name = os.environ.get("MMBOOK_DEVICE") or "cpu"  # set to nothing counts as not set
    checks.text("name", name)
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ValueError(
            f"device {name!r} cannot be used here ({error}); expected one that can, such as 'cpu'"
        ) from error
    return device


@contextmanager
def own_generators(seed: int) -> Iterator[None]:
    """Within it the global generators start from ``seed``; after it they are as it found them."""
    python, numpy, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()
    # A CUDA that has not started yet has no state, only the seed that it will start from.
    asleep, start = not torch.cuda.is_initialized(), torch.initial_seed()
    cuda = [] if asleep else torch.cuda.get_rng_state_all()
    try:
        set_seed(seed)
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        torch.set_rng_state(cpu)
        if asleep:
            torch.cuda.manual_seed_all(start)
        else:
            torch.cuda.set_rng_state_all(cuda)


def stream(seed: int, number: int = 0) -> torch.Generator:
    """A generator on the CPU: stream 0 of a seed is its own, the others have nothing to do with it.

    Numbers that are drawn on the CPU are the same for every device.
    """
    if number:
        seed = int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])
    return torch.Generator().manual_seed(seed)


def seed_list(seeds: Sequence[int]) -> list[int]:
    """The seeds as a list of different whole numbers.

    A seed that stands there twice would give the same model twice, and what is measured on it
    would count as two measurements.

    Raises: TypeError for what is no list of whole numbers; ValueError for none, one that is
        outside 0 to 2**32 - 1, or one that stands there twice.
    """
    found = [checks.whole("seeds", seed, 0, MOST) for seed in _listed(seeds)]
    if not found:
        raise ValueError("seeds is empty; expected at least one seed")
    twice = sorted({seed for seed in found if found.count(seed) > 1})
    if twice:
        raise ValueError(f"seeds has {twice} more than once; expected different seeds")
    return found


def _listed(seeds: Any) -> list[Any]:
    return checks.listed("seeds", seeds, least=0)
