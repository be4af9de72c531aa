"""What happened in a run, as arrays that can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mmbook import checks


@dataclass(frozen=True, eq=False)
class History:
    """What happened: each term of the loss at each step, (steps,) or (S, steps), and the time.

    >>> import numpy as np
    >>> History({"label": np.array([2.0, 1.0]), "teacher": np.array([0.5, 0.5])}, 0.1).loss
    array([2.5, 1.5])

    Two are equal if their terms are; how long they took does not count. As arrays can change, it
    has no hash.

    Raises: TypeError and ValueError for what is no dict of arrays of one shape, or negative time.
    """

    terms: dict[str, np.ndarray]
    seconds: float = field(compare=False)

    def __post_init__(self):
        check_terms(self.terms)
        checks.number("seconds", self.seconds, 0)

    @property
    def loss(self) -> np.ndarray:
        """The sum of the terms, shaped like each of them."""
        return np.sum(list(self.terms.values()), axis=0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and same_arrays(self.terms, other.terms)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False)
class GANHistory:
    """What happened in S games.

    ``terms``: each term of both losses at each step, (S, steps), under "discriminator: ..." and
    "generator: ...". ``probes``: what the probe measured at ``probe_steps``, (S, snapshots, ...).
    Two are equal if all of this is; how long they took does not count.

    >>> import numpy as np
    >>> terms = {"generator: loss": np.ones((5, 800))}
    >>> history = GANHistory(terms, np.array([0, 400, 800]), {"variety": np.ones((5, 3))}, 1.0)
    >>> history.terms["generator: loss"].shape
    (5, 800)

    Raises: TypeError and ValueError for terms that are no dict of finite arrays of one shape,
        steps that are no whole numbers, probes that are no dict, or negative time.
    """

    terms: dict[str, np.ndarray]
    probe_steps: np.ndarray
    probes: dict[str, np.ndarray]
    seconds: float = field(compare=False)

    def __post_init__(self):
        check_terms(self.terms)
        checks.integers("probe_steps", self.probe_steps)
        checks.mapping("probes", self.probes)
        checks.number("seconds", self.seconds, 0)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, GANHistory)
            and same_arrays(self.terms, other.terms)
            and np.array_equal(self.probe_steps, other.probe_steps)
            and same_arrays(self.probes, other.probes)
        )

    __hash__ = None  # type: ignore[assignment]


def check_terms(terms: Mapping[str, np.ndarray]) -> None:
    """Raises: TypeError and ValueError for what is no dict of finite arrays of one shape."""
    checks.mapping("terms", terms)
    shapes = {name: checks.array(f"terms[{name!r}]", x).shape for name, x in terms.items()}
    if len(set(shapes.values())) != 1:
        raise ValueError(f"terms have shapes {shapes}; expected one shape, at least once")


def same_arrays(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> bool:
    """The same names, and under each the same numbers in the same shape."""
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
