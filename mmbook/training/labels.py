"""Which samples are labelled: a share of each class, drawn for each seed."""

from collections.abc import Sequence

import torch
from torch import Tensor


def label_ranks(label: Tensor, seeds: Sequence[int], copies: int = 1) -> Tensor:
    """For each seed a random rank of every sample within its class, from 0 to below 1.

    ``rank < share`` labels that share of each class (rounded up), and what a small share labels
    a larger one labels too. It fits :func:`fit_seeds` as one of its ``own``.

    Args:
        copies: how often the same samples stand in ``label``, one set after the other (torn anew
            each time, say). All copies of a sample have one rank.

    Shapes: label (n,) -> (S, n), float, on the label's device.
    Raises: ValueError for labels that are not (n,), or are not ``copies`` times the same.
    """
    if label.ndim != 1 or copies < 1 or len(label) % copies:
        raise ValueError(
            f"label is {tuple(label.shape)}, copies is {copies}; expected (n,), n a multiple of it"
        )
    sets = label.cpu().view(copies, -1)
    one = sets[0]
    if (sets != one).any():
        raise ValueError(f"label is not {copies} times the same; expected equal copies in a row")
    rank = torch.zeros(len(seeds), len(one))
    for s, seed in enumerate(seeds):
        generator = torch.Generator().manual_seed(seed)
        for c in one.unique():
            rows = (one == c).nonzero()[:, 0]
            order = torch.randperm(len(rows), generator=generator)
            rank[s, rows[order]] = torch.arange(len(rows)) / len(rows)
    return rank.repeat(1, copies).to(label.device)
