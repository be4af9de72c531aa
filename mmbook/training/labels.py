"""Which samples are labelled: a share or a number of each class, drawn for each seed."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mmbook import checks
from mmbook.training.seeds import seed_list, stream


def label_ranks(label: Tensor, seeds: Sequence[int], copies: int = 1) -> Tensor:
    """For each seed a random rank of every sample within its class, from 0 to below 1.

    ``rank < share`` labels that share of each class (rounded up), and what a small share labels
    a larger one labels too. It fits :func:`fit_seeds` as one of its ``own``.

    >>> import torch
    >>> rank = label_ranks(torch.tensor([0, 0, 0, 0, 1, 1]), seeds=[3, 8])
    >>> (rank < 0.25).sum(1)
    tensor([2, 2])

    Args:
        label: whole numbers.
        copies: how often the same samples stand in ``label``, one set after the other (torn anew
            each time, say). All copies of a sample have one rank.

    Shapes: label (n,) -> (S, n), float, on the label's device.
    Raises: TypeError for what is no tensor, or no whole number; ValueError for labels that are not
        whole numbers (n,), or are not ``copies`` times the same, and for seeds as
        :func:`fit_seeds`.
    """
    seeds, copies = seed_list(seeds), checks.whole("copies", copies)
    checks.tensor("label", label, "...", kind="int")
    if label.ndim != 1 or len(label) == 0 or len(label) % copies:
        raise ValueError(
            f"label is {tuple(label.shape)}, copies is {copies}; expected (n,), n a multiple of it"
        )
    sets = label.cpu().view(copies, -1)
    one = sets[0]
    if (sets != one).any():
        raise ValueError(f"label is not {copies} times the same; expected equal copies in a row")
    rank = torch.zeros(len(seeds), len(one), device="cpu")
    for s, seed in enumerate(seeds):
        generator = stream(seed)
        for c in one.unique():
            rows = (one == c).nonzero()[:, 0]
            order = torch.randperm(len(rows), generator=generator, device="cpu")
            rank[s, rows[order]] = torch.arange(len(rows), device="cpu") / len(rows)
    return rank.repeat(1, copies).to(label.device)


def draw_labelled(label: Tensor, among: Tensor, count: int, seeds: Sequence[int]) -> Tensor:
    """For each seed the numbers of ``count`` items of each class, drawn at random.

    >>> import torch
    >>> draw_labelled(torch.tensor([0, 1, 0, 1]), torch.tensor([True, True, False, True]), 1, [5])
    tensor([[0, 3]])

    Shapes: label (n,), whole numbers; among (n,) bool, who may be drawn -> (S, C * count).
    Raises: TypeError for what are no tensors; ValueError for other shapes or dtypes, a class with
        fewer items than that, and for seeds as :func:`fit_seeds`.
    """
    n = checks.tensor("label", label, "n>=1", kind="int")["n"]
    checks.tensor("among", among, "n", kind="bool", n=n)
    checks.whole("count", count)
    of_class = [((label == c) & among).nonzero()[:, 0] for c in label.unique()]
    least = min(map(len, of_class))
    if least < count:
        raise ValueError(f"a class has {least} items to draw from; expected {count} or more")
    rows = torch.cat(of_class)
    rank = label_ranks(label[rows], seeds).split([len(own) for own in of_class], dim=1)
    drawn = [own[r.argsort(1)[:, :count]] for own, r in zip(of_class, rank, strict=True)]
    return torch.cat(drawn, 1)
