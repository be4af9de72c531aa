"""Pairs taken apart on purpose: another's modality, a partner drawn anew, a modality left out.

An index says who gets whose: ``x["image"][index]``. All draws are made on the CPU by the seed
alone, so that they are the same on every device; how strongly a single sample is damaged is
``mmbook.data.damage``.
"""

from collections.abc import Iterable, Mapping

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mmbook import checks


def mispaired(n: int, seed: int, share: float = 1.0) -> Tensor:
    """Index (n,) of n rows of which a share gets what belongs to another of them, none its own.

    The others keep their own. A larger share strikes the rows that a smaller one strikes.

    Raises: TypeError, ValueError for a share outside [0, 1] or a single row to be struck.

    >>> index = mispaired(6, seed=0, share=0.5)
    >>> int((index != torch.arange(6)).sum()), sorted(index.tolist())
    (3, [0, 1, 2, 3, 4, 5])
    """
    checks.number("share", share, least=0, most=1)
    order = torch.randperm(checks.whole("n", n), generator=_generator(seed))
    struck = order[: round(share * n)]
    if len(struck) == 1:
        raise ValueError(f"share is {share} of {n} rows, one row; expected none, two or more")
    index = torch.arange(n)
    index[struck] = struck.roll(1)
    return index


def redrawn(labels: ArrayLike, seed: int) -> Tensor:
    """Index (n,) that gives each row a partner of its class, drawn anew without repetition.

    What a pair shares beyond its class is lost. A row may draw its own partner again, with the
    chance of one in the size of its class.

    Raises: TypeError, ValueError for labels that are not (n,) whole numbers from 0.

    >>> labels = torch.tensor([0, 1, 0, 1, 1])
    >>> index = redrawn(labels, seed=0)
    >>> bool((labels[index] == labels).all()), sorted(index.tolist())
    (True, [0, 1, 2, 3, 4])
    """
    known = torch.tensor(checks.integers("labels", labels))
    generator = _generator(seed)
    index = torch.arange(len(known))
    for c in known.unique():
        rows = (known == c).nonzero()[:, 0]
        index[rows] = rows[torch.randperm(len(rows), generator=generator)]
    return index


def swapped(
    x: Mapping[str, Tensor], modalities: Iterable[str], seed: int, share: float = 1.0
) -> dict[str, Tensor]:
    """The samples with some modalities another's, all of them the same other's; nothing marks it.

    Args:
        x: {name: (n, ...)}, a row per sample, such as features with their labels.
        share: of the samples, see :func:`mispaired`.
    Raises: KeyError for an unknown modality; ValueError for rows that differ in number.

    >>> x = {"image": torch.tensor([0, 1, 2]), "label": torch.tensor([0, 1, 2])}
    >>> bool((swapped(x, ["image"], seed=0)["image"] == x["label"]).any())
    False
    """
    names, n = _names(x, modalities), _rows(x)
    index = mispaired(n, seed, share)
    return {**x, **{m: x[m][index.to(x[m].device)] for m in names}}


def left_out(x: Mapping[str, Tensor], modalities: Iterable[str]) -> dict[str, Tensor]:
    """The samples with some modalities all zeros, which is what features give for an absent one.

    Raises: KeyError for an unknown modality.

    >>> left_out({"image": torch.ones(2), "speech": torch.ones(2)}, ["image"])["image"]
    tensor([0., 0.])
    """
    names = _names(x, modalities)
    _rows(x)
    return {**x, **{m: torch.zeros_like(x[m]) for m in names}}


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(checks.whole("seed", seed, least=0))


def _names(x: Mapping[str, Tensor], modalities: Iterable[str]) -> list[str]:
    checks.mapping("x", x)
    names = checks.texts("modalities", modalities)
    checks.known_keys("modalities", names, x)
    return names


def _rows(x: Mapping[str, Tensor]) -> int:
    for name, part in x.items():
        checks.tensor(f"x[{name!r}]", part, "...", None)
    rows = {name: tuple(part.shape[:1]) for name, part in x.items()}
    if len(set(rows.values())) != 1 or () in rows.values():
        raise ValueError(f"x has rows {rows}; expected one number of rows for all")
    return next(iter(rows.values()))[0]
