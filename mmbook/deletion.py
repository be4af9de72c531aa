"""Is attention an explanation? Delete what is attended to, and rivals of equal number.

A token that matters is missed when it is gone, and suffices when it is all that is left. Whether
*attended* tokens matter says little unless random ones, and the loudest ones, which need no
attention to be found, are deleted as well: they stand in every table here.

Source: Zeiler and Fergus (2014) hide parts of a picture; DeYoung et al. (2020) call the two
questions comprehensiveness (without) and sufficiency (only).
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from mmbook import checks

Measure = Callable[[nn.Module, Tensor], ArrayLike]


def first_tokens(
    order: Tensor, mask: Tensor, *, share: float | None = None, count: int | None = None
) -> Tensor:
    """The present tokens that rank first, as a mask.

    Of equal ranks the earlier token goes first, so that the answer is one on every device.

    Shapes: order (B, N), larger = first, mask (B, N) bool -> (B, N) bool, a part of ``mask``.

    Args:
        share: of the present tokens, rounded; ``count``: how many, or all if there are fewer.
    Raises: TypeError, ValueError for shapes that differ, a present token whose order is NaN or
        infinite, or unless just one of share and count is given.

    >>> order = torch.tensor([[0.1, 0.7, 0.2, 0.9]])
    >>> first_tokens(order, torch.tensor([[True, True, True, False]]), count=2).tolist()
    [[False, True, True, False]]
    """
    sizes = checks.mask("mask", mask, "B N")
    checks.tensor("order", order, "B N", "float", **sizes)
    if (share is None) == (count is None):
        raise ValueError(f"share is {share}, count is {count}; expected one of the two")
    bad = mask & ~torch.isfinite(order)
    if bad.any():
        raise ValueError(f"order holds {int(bad.sum())} NaN or infinite; expected finite numbers")
    ranked = order.double().masked_fill(~mask, -torch.inf)
    rank = ranked.argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    if share is not None:
        checks.number("share", share, least=0, most=1)
        most = (share * mask.sum(1, keepdim=True)).round()
    else:
        most = checks.whole("count", count, least=0)
    return mask & (rank < most)


def deletion_test(
    measure: Measure,
    models: Sequence[nn.Module],
    attended: Sequence[Tensor] | Tensor,
    mask: Tensor,
    loudness: Tensor | None = None,
    *,
    share: float | None = None,
    count: int | None = None,
    seed: int = 0,
) -> dict[str, dict[str, np.ndarray]]:
    """Ask models without some of the tokens, and with only those: a row for each way to choose.

    Rows: nothing deleted, most attended, least attended, random, and loudest if ``loudness`` is
    given. Columns: "without" them and "only" them; (S,), or (S, n) if ``measure`` says how right
    each of n samples is, which intervals over samples need.

    Args:
        measure: (model, mask) -> a number, or one for each sample; the mask says which tokens
            there are.
        attended: for each model (B, N) how much each token is attended to.
        loudness: (B, N) how strong each token is of itself: its ink, its volume.
        share, count: how many tokens are chosen, see :func:`first_tokens`.
        seed: the random order of model s follows from seed + s; the same on every device.
    Raises: TypeError, ValueError for shapes that differ, no model, or as :func:`first_tokens`.

    >>> there, attended = torch.ones(1, 2, dtype=torch.bool), [torch.tensor([[0.9, 0.1]])]
    >>> def second(model, mask):  # a model that reads the second token only
    ...     return mask[:, 1].float()
    >>> table = deletion_test(second, [nn.Identity()], attended, there, count=1)
    >>> table["most attended"]["without"].tolist(), table["most attended"]["only"].tolist()
    ([[1.0]], [[0.0]])
    """
    if not callable(measure):
        raise TypeError(f"measure is {measure!r}; expected a function of a model and a mask")
    models = checks.listed("models", models, nn.Module)
    checks.whole("seed", seed, least=0)
    attended = checks.listed("attended", attended, Tensor)
    for order in attended:
        checks.tensor("attended", order, "B N")
    if len(attended) != len(models):
        raise ValueError(
            f"attended has {len(attended)} orders; expected {len(models)}, one a model"
        )
    orders: dict[str, list[Tensor]] = {
        "most attended": attended,
        "least attended": [-order for order in attended],
        "random": [_random(mask, seed + s) for s in range(len(models))],
    }
    if loudness is not None:
        orders["loudest"] = [loudness] * len(models)
    whole = _asked(measure, models, [mask] * len(models))
    table = {"nothing deleted": {"without": whole, "only": whole}}
    for name, by_model in orders.items():
        chosen = [first_tokens(order, mask, share=share, count=count) for order in by_model]
        table[name] = {
            "without": _asked(measure, models, [mask & ~tokens for tokens in chosen]),
            "only": _asked(measure, models, chosen),
        }
    return table


def _random(mask: Tensor, seed: int) -> Tensor:
    checks.mask("mask", mask, "B N")
    return torch.rand(mask.shape, generator=torch.Generator().manual_seed(seed)).to(mask.device)


def _asked(measure: Measure, models: list[nn.Module], masks: list[Tensor]) -> np.ndarray:
    """What is measured of each model with its own mask, (S,) or (S, n)."""
    with torch.no_grad():
        runs = [checks.array("measure", measure(m, k)) for m, k in zip(models, masks, strict=True)]
    if len({run.shape for run in runs}) != 1 or runs[0].ndim > 1:
        raise ValueError(
            f"measure gave {[run.shape for run in runs]}; expected a number, or one for each sample"
        )
    return np.stack(runs)
