"""The scores of several arms on the same test items, and what they say about each other."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from torch import nn

from mmbook import checks
from mmbook.experiment._read import read_arms
from mmbook.experiment._samples import Sample, labels_of, numbered
from mmbook.experiment._tables import comparison_table
from mmbook.experiment.estimate import Estimate
from mmbook.training import History
from mmbook.training.seeds import seed_list


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several arms, measured on the same test items with the same seeds.

    :func:`compare` makes one; rules that need no training make one of their scores alone:

    >>> rules = Comparison({"always seven": {"right": [0, 1, 0, 1, 0]}, "chance": {"right": 0.1}})
    >>> print(rules.table())
                        right
    always seven  0.40 ± 0.68
    chance        0.10
    test: mean ± 95 % interval over 5 items

    Args:
        scores: {arm: {measure: scores}}, the simplest rival first. Scores are (n,) for a rule
            without training, (S, n) with one row a seed, (S, 1) if they know no items, a number for
            a constant such as chance, or :class:`Scores`, or a list with one of them a seed. An arm
            may lack a measure.
        seeds: of the trained arms.
        on: name of the split on which was measured.
        groups: (n,) labels of items that belong together, such as rows of one concept: what another
            test set would draw anew are then the groups.
        budget: {column: {arm: what it may use}}, such as steps and labels.
        models, histories: of the arms that were trained, by name.
    Raises: ValueError for other shapes, a number of seeds or items that is not that of the others,
        NaN or infinity; TypeError for what is no dict; KeyError for a budget of an unknown arm.
    """

    scores: Mapping[str, Mapping[str, Any]]
    seeds: Sequence[int] = ()
    on: str = "test"
    groups: ArrayLike | None = None
    budget: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    models: Mapping[str, list[nn.Module]] = field(default_factory=dict)
    histories: Mapping[str, History] = field(default_factory=dict)
    _samples: dict[tuple[str, str], Sample] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self):
        seeds = checks.listed("seeds", self.seeds, least=0)
        object.__setattr__(self, "seeds", seed_list(seeds) if seeds else [])
        object.__setattr__(self, "scores", read_arms(self.scores, len(self.seeds)))
        checks.text("on", self.on)
        if self.groups is not None:
            object.__setattr__(self, "groups", numbered("groups", self.groups, self.items))
        for name in ("budget", "models", "histories"):
            checks.mapping(name, getattr(self, name))
        for column, told in self.budget.items():
            checks.known_keys(f"budget[{column!r}]", told, self.scores)
        for arm, models in self.models.items():
            checks.listed(f"models[{arm!r}]", models, nn.Module)
        for arm, history in self.histories.items():
            checks.instance(f"histories[{arm!r}]", history, History)

    @property
    def measures(self) -> list[str]:
        """The names of all measures, in the order of their first appearance."""
        return list(dict.fromkeys(m for row in self.scores.values() for m in row))

    @property
    def items(self) -> int:
        """The number of test items.

        Raises: ValueError if no measure knows the items, or if they are not the same in all.
        """
        counts = {m: x.items for row in self.scores.values() for m, x in row.items() if x.items}
        if len(set(counts.values())) != 1:
            raise ValueError(f"the measures have {counts} items; expected one number for all")
        return next(iter(counts.values()))

    def estimate(self, arm: str, measure: str | None = None) -> Estimate:
        """One arm's number with its interval; of the first measure if none is named.

        Raises: KeyError for an unknown arm or measure.
        """
        return self._sample(arm, measure).estimate()

    def difference(self, a: str, b: str, measure: str | None = None) -> Estimate:
        """Arm a minus arm b, paired seed by seed and item by item, with its interval.

        Raises: KeyError for an unknown arm or measure; ValueError if the two cannot be paired.
        """
        return self._sample(a, measure).plus(-1, self._sample(b, measure)).estimate()

    def contrast(
        self, weights: Mapping[str | tuple[str, str], float], measure: str | None = None
    ) -> Estimate:
        """A sum of arms, each times its weight, such as the difference of two differences.

        A key (arm, measure) takes that measure of the arm.

        Raises: KeyError for an unknown arm or measure; ValueError if the terms cannot be paired.
        """
        checks.mapping("weights", weights)
        if not weights:
            raise ValueError("weights is empty; expected at least one arm")
        total = Sample(np.zeros(1), np.zeros((1, 1)))
        for which, weight in weights.items():
            arm, name = which if isinstance(which, tuple) else (which, measure)
            total = total.plus(checks.number("weight", weight), self._sample(arm, name))
        return total.estimate()

    def smallest_seen(self, a: str, b: str, measure: str | None = None) -> float:
        """The smallest true difference of two arms that this comparison would probably have seen.

        With 80 % power at 5 %, as :meth:`Estimate.smallest_seen`; whoever claims "no difference"
        owes it.
        """
        return self.difference(a, b, measure).smallest_seen()

    def runs(self, arm: str, measure: str | None = None) -> np.ndarray:
        """One number a seed (S,), to draw curves from; (1,) where nothing was trained."""
        return self._sample(arm, measure).values

    def parts(self, labels: ArrayLike) -> dict[Hashable, Comparison]:
        """{label: the comparison on the items with that label}, to open an average by a factor.

        Raises: ValueError if there is not one label an item, or a label with one item only.
        """
        names = labels_of("labels", labels, self.items)
        found = {}
        for name in np.unique(names):
            chosen = names == name
            if chosen.sum() < 2:
                raise ValueError(
                    f"label {name.item()!r} has one item; expected more for an interval"
                )
            scores = {
                arm: {m: x.where(chosen) for m, x in row.items()}
                for arm, row in self.scores.items()
            }
            groups = None if self.groups is None else np.asarray(self.groups)[chosen]
            found[name.item()] = replace(self, scores=scores, groups=groups)
        return found

    def table(
        self,
        measures: Sequence[str] | None = None,
        against: str | None = None,
        by: ArrayLike | None = None,
    ) -> str:
        """All arms and measures as text, with what the intervals are over and what each arm cost.

        Args:
            measures: which ones, all if none are named.
            against: an arm that is taken off all others, paired. Look at this one: the intervals of
                two arms share the items and may overlap where their difference is clear.
            by: (n,) labels of the items: one line a label and one column an arm, for one measure.
        Raises: KeyError for an unknown arm or measure; ValueError for ``by`` and several measures.
        """
        return comparison_table(self, measures, against, by)

    def __or__(self, other: Comparison) -> Comparison:
        """The arms of both, which must share seeds, split and groups.

        Raises: ValueError if they do not, or if an arm stands in both.
        """
        checks.instance("other", other, Comparison)
        both = sorted(self.scores.keys() & other.scores.keys())
        mine, theirs = ((tuple(c.seeds), c.on) for c in (self, other))
        if both or mine != theirs or not np.array_equal(_list(self.groups), _list(other.groups)):
            raise ValueError(
                f"arms {both} stand in both, seeds and splits are {mine} and {theirs}; "
                "expected other arms on the same seeds, split and groups"
            )
        columns = dict.fromkeys([*self.budget, *other.budget])
        return replace(
            self,
            scores={**self.scores, **other.scores},
            budget={c: {**self.budget.get(c, {}), **other.budget.get(c, {})} for c in columns},
            models={**self.models, **other.models},
            histories={**self.histories, **other.histories},
        )

    def _sample(self, arm: str, measure: str | None) -> Sample:
        checks.known_keys("arm", [arm], self.scores)
        name = self.measures[0] if measure is None else measure
        checks.known_keys(f"measure of {arm!r}", [name], self.scores[arm])
        if (arm, name) not in self._samples:
            groups = None if self.groups is None else np.asarray(self.groups)
            self._samples[arm, name] = self.scores[arm][name].sample(groups)
        return self._samples[arm, name]


def _list(groups: ArrayLike | None) -> list:
    return [] if groups is None else np.asarray(groups).tolist()
