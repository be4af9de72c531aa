"""Train all arms on the same seeds, and measure them on the same items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn

from mmbook import checks
from mmbook.experiment._read import read_scores, read_split
from mmbook.experiment.comparison import Comparison
from mmbook.experiment.scores import Scores
from mmbook.training import Arm, fit_arms
from mmbook.training.seeds import seed_list

Measure = Callable[[nn.Module, Any], Mapping[str, Any]]
Given = Arm | Sequence[nn.Module] | Mapping[str, Any]


def compare(
    arms: Mapping[str, Given],
    seeds: Sequence[int],
    measure: Measure | Mapping[str, Measure],
    on: Mapping[str, Any],
    *,
    budget: Mapping[str, Mapping[str, object]] | None = None,
    groups: ArrayLike | None = None,
) -> Comparison:
    """Train the arms on the same seeds and measure every model on the same items.

    >>> from mmbook.training import TrainingConfig
    >>> data = {"x": torch.eye(2).repeat(20, 1), "y": torch.arange(2).repeat(20)}
    >>> line = Arm(lambda: nn.Linear(2, 2),
    ...            lambda m, b: nn.functional.cross_entropy(m(b["x"]), b["y"]), data,
    ...            TrainingConfig(steps=50, learning_rate=0.1, progress=False))
    >>> result = compare({"chance": {"right": 0.5}, "line": line}, seeds=range(3),
    ...                  measure=lambda m, d: {"right": m(d["x"]).argmax(1) == d["y"]},
    ...                  on={"test": data})
    >>> result.estimate("line").mean, result.estimate("chance").mean
    (1.0, 0.5)

    Args:
        arms: the simplest rival first. An :class:`mmbook.training.Arm` is trained (those that share
            factory, loss and data in one batched step, see :func:`mmbook.training.fit_arms`); a
            list of models, one a seed, was trained elsewhere; a dict {measure: scores} is a rule
            without training, or a constant such as chance.
        measure: (model, data) -> {measure: one score an item (n,), a number, or Scores}; a dict of
            such functions, by the arm's name, where arms are asked differently. It is called
            without gradients, on models in evaluation mode.
        on: {name of a split: its data}, one entry: ``{"test": X["test"]}``.
        budget: {column: {arm: what it may use}} to stand beside the arms' steps, such as labels.
        groups: (n,) labels of items that belong together.
    Raises: TypeError for an arm that is none of the three; ValueError for no seeds, a seed twice,
        or a number of models that is not that of the seeds; as :class:`Comparison` for scores.
    """
    seeds = seed_list(seeds)
    split, data = read_split(on)
    _check_arms(arms, seeds, measure)  # before minutes of training, not after
    plans = {name: arm for name, arm in arms.items() if isinstance(arm, Arm)}
    trained = fit_arms(plans, seeds) if plans else {}
    models = {name: models for name, (models, _) in trained.items()}
    scores: dict[str, Any] = {}
    for name, arm in arms.items():
        if not isinstance(arm, (Arm, Mapping)):
            models[name] = list(arm)
        known = name in models
        scores[name] = _measured(models[name], _measure_of(measure, name), data) if known else arm
    histories = {name: history for name, (_, history) in trained.items()}
    return Comparison(scores, seeds, split, groups, _budget(plans, budget), models, histories)


def _check_arms(arms: Mapping[str, Any], seeds: Sequence[int], measure: Any) -> None:
    checks.mapping("arms", arms)
    if not arms:
        raise ValueError("arms is empty; expected at least one")
    for name, arm in arms.items():
        if isinstance(arm, Mapping):
            for m, scores in arm.items():
                read_scores(f"{m!r} of {name!r}", scores, len(seeds))
            continue
        _measure_of(measure, name)
        if not isinstance(arm, Arm):
            models = checks.listed(f"arms[{name!r}]", arm, nn.Module)
            if len(models) != len(seeds):
                raise ValueError(f"arms[{name!r}] has {len(models)} models; expected {len(seeds)}")


def _budget(
    plans: Mapping[str, Arm], told: Mapping[str, Mapping[str, object]] | None
) -> dict[str, dict[str, object]]:
    """Steps and batch size of the arms that are trained, and what else was told."""
    found: dict[str, dict[str, object]] = {}
    for name, arm in plans.items():
        found.setdefault("steps", {})[name] = arm.config.steps
        found.setdefault("batch", {})[name] = arm.config.batch_size
    for column, by_arm in (told or {}).items():
        found.setdefault(column, {}).update(by_arm)
    return found


@torch.no_grad()
def _measured(models: Sequence[nn.Module], measure: Measure, data: Any) -> dict[str, Any]:
    """{measure: what the models scored, one entry a seed}."""
    found: dict[str, list[Any]] = {}
    for model in models:
        row = measure(model.eval(), data)
        checks.mapping("what measure returns", row)
        if not row:
            raise ValueError("what measure returns is empty; expected at least one measure")
        checks.keys("what measure returns", row, found or row)
        for name, scores in row.items():
            found.setdefault(name, []).append(scores)
    return {name: _stacked(name, each) for name, each in found.items()}


def _measure_of(measure: Measure | Mapping[str, Measure], arm: str) -> Measure:
    if isinstance(measure, Mapping):
        checks.known_keys("arms", [arm], measure)
        measure = measure[arm]
    checks.function("measure", measure)
    return measure


def _stacked(name: str, each: list[Any]) -> Any:
    """One entry a seed as (S, n), or (S, 1) if a model has one number."""
    if any(isinstance(scores, Scores) for scores in each):
        return checks.listed(name, each, Scores)
    rows = [checks.array(name, scores, "| n") for scores in each]
    if len({row.shape for row in rows}) != 1:
        raise ValueError(f"{name} has shapes {[row.shape for row in rows]}; expected one for all")
    return np.stack(rows).reshape(len(rows), -1)
