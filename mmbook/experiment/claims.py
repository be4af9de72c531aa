"""The claims of a page: each is printed, and the page stops if one of them is false."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mmbook import checks


@dataclass(frozen=True)
class Verdict:
    """Whether a sentence about a number holds, and the number: true or false like a bool.

    >>> print(Verdict(True, "0.23 ± 0.04 above 0.2"), bool(Verdict(False, "")))
    0.23 ± 0.04 above 0.2 False
    """

    holds: bool
    margin: str

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        return self.margin


def claims(statements: Mapping[str, bool | Verdict]) -> None:
    """Print every claim with "holds" or "FAILS", then stop if one of them fails.

    >>> claims({"two is even": 2 % 2 == 0})
    holds | two is even

    Args:
        statements: a sentence and whether it is true. A :class:`Verdict`, as the methods ``above``,
            ``below`` and ``within`` of an :class:`Estimate` give it, prints its margin, too.
    Raises: AssertionError that names the claims which fail, after all were printed; TypeError for
        a value that is neither True nor False (an array, a number, a text); ValueError if there
        is no claim.
    """
    checks.mapping("statements", statements)
    if not statements:
        raise ValueError("statements is empty; expected at least one claim")
    for sentence, value in statements.items():
        if not isinstance(value, (bool, np.bool_, Verdict)):
            raise TypeError(
                f"the claim {sentence!r} is a {type(value).__name__}; expected True or False"
            )
    for sentence, value in statements.items():
        margin = f" ({value})" if isinstance(value, Verdict) else ""
        print("holds" if value else "FAILS", "|", f"{sentence}{margin}")
    failed = [sentence for sentence, value in statements.items() if not value]
    if failed:
        raise AssertionError(f"{len(failed)} of {len(statements)} claims fail: {failed}")
