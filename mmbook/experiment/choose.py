"""Choosing a setting on validation data, with the table that shows how."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeVar

from mmbook import checks
from mmbook.experiment._read import read_split
from mmbook.experiment._tables import estimates_table, over_what
from mmbook.experiment.compare import Measure, compare
from mmbook.experiment.estimate import Estimate, decimals
from mmbook.training import Arm

Setting = TypeVar("Setting", bound=Hashable)


def choose(
    grid: Mapping[Setting, Arm],
    seeds: Sequence[int],
    measure: Measure,
    on: Mapping[str, Any],
    *,
    lowest: bool = False,
) -> Setting:
    """Train a small grid, print how each setting does on validation data, and return the best.

    The first measure decides. Settings that the table prints alike are a tie: the one that sees
    fewer samples wins, then the one that stands first. The data is handed over by the name of its
    split, and ``measure`` gets nothing else, so that no test item can slip in.

    >>> import torch
    >>> from torch import nn
    >>> from mmbook.training import TrainingConfig
    >>> data = {"x": torch.eye(2).repeat(20, 1), "y": torch.arange(2).repeat(20)}
    >>> def loss(model, batch):
    ...     return nn.functional.cross_entropy(model(batch["x"]), batch["y"])
    >>> grid = {rate: Arm(lambda: nn.Linear(2, 2), loss, data,
    ...                   TrainingConfig(9, 20, learning_rate=rate, progress=False))
    ...         for rate in (0.01, 0.1)}
    >>> def nats(model, data):
    ...     logits = model(data["x"])
    ...     return {"nats": nn.functional.cross_entropy(logits, data["y"], reduction="none")}
    >>> choose(grid, range(3), nats, on={"val": data}, lowest=True)  # doctest: +ELLIPSIS
                 nats
    0.01  0.6...
    0.1   0.3...  <- chosen
    all trained with steps 9, batch 20
    val: chosen by the lowest 'nats'; intervals over 3 seeds x 40 items
    0.1

    Args:
        grid: {setting: arm}; the setting, such as (steps, weight), is what is returned.
        on: ``{"val": X["val"]}``; a split whose name holds "test" is refused.
        lowest: the smallest number is the best, as of a loss.
    Raises: ValueError for an empty grid or a test split; TypeError for a setting without an arm; as
        :func:`compare`.
    """
    split, data = read_split(on)
    if "test" in split.lower():
        raise ValueError(
            f"on is {split!r}; expected validation data, the test split is for the end"
        )
    checks.flag("lowest", lowest)
    checks.mapping("grid", grid)
    for setting, arm in grid.items():
        checks.instance(f"grid[{setting!r}]", arm, Arm)
    names = {_name(setting): setting for setting in grid}
    if not names or len(names) < len(grid):
        raise ValueError(f"grid has the settings {list(grid)}; expected some, each of its own name")
    arms = {name: grid[setting] for name, setting in names.items()}
    tried = compare(arms, seeds, measure, {split: data})
    columns = {m: {name: tried.estimate(name, m) for name in names} for m in tried.measures}
    deciding = tried.measures[0]
    tied = _best(columns[deciding], lowest)
    chosen = min(tied, key=lambda name: _samples_seen(arms[name]))
    print(estimates_table(columns, tried.budget, marks={chosen: "<- chosen"}))
    which = "lowest" if lowest else "highest"
    print(f"{split}: chosen by the {which} {deciding!r}; intervals {over_what(columns)}")
    if len(tied) > 1:
        print(f"tie of {', '.join(tied)}: fewest samples seen, then the first")
    steps = {arm.config.steps for arm in arms.values()}
    if len(steps) > 1 and arms[chosen].config.steps == max(steps):
        print("the longest training is the best: a longer one may be better still")
    return names[chosen]


def _best(column: Mapping[str, Estimate], lowest: bool) -> list[str]:
    """The names that the table prints as the best; several if they are printed alike."""
    places = decimals([e.half_width for e in column.values()])
    printed = {name: round(e.mean, places) for name, e in column.items()}
    best = min(printed.values()) if lowest else max(printed.values())
    return [name for name, mean in printed.items() if mean == best]


def _samples_seen(arm: Arm) -> int:
    return arm.config.steps * arm.config.batch_size


def _name(setting: Hashable) -> str:
    """A setting as the table names it: ``(300, 0.1)`` -> "300, 0.1"."""
    return ", ".join(map(str, setting)) if isinstance(setting, tuple) else str(setting)
