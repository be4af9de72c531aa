"""The walk itself: which names there are, what each does with each bad argument, and the sums."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
import io
import pkgutil
import random
import re
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

import mmbook

from .arguments import Argument, Bad

HOME = str(Path(mmbook.__file__).parent)
CLEAR = (ValueError, KeyError, TypeError, FloatingPointError)
KINDS = ("clear", "raw", "silent", "NaN", "harmless")


class Call(NamedTuple):
    """One good call of a public name. ``of`` makes the object whose method it is."""

    arguments: dict[str, Argument]
    of: Callable[[], Any] | None = None
    use: Callable[[Callable, dict], Any] | None = None


def call(of=None, use=None, **arguments: Argument) -> Call:
    """``use(function, arguments)`` makes the call where keywords alone do not."""
    return Call(arguments, of, use)


class Outcome(NamedTuple):
    """What came of one bad argument; ``kind`` is one of ``KINDS``, ``said`` the error's text."""

    name: str
    argument: str
    bad: str
    kind: str
    said: str

    @property
    def place(self) -> str:
        return f"{self.name} | {self.argument} | {self.bad}"


# ---------------------------------------------------------------- names


@lru_cache
def public_names() -> dict[str, Any]:
    """``"fusion.LowRankFusion.forward"``: what a module defines without an underscore, what a
    package names in its ``__all__``, and their methods."""
    found = {}
    for info in pkgutil.iter_modules(mmbook.__path__, "mmbook."):
        module = importlib.import_module(info.name)
        own = [n for n, x in vars(module).items() if getattr(x, "__module__", "") == info.name]
        for name in getattr(module, "__all__", own):
            thing, path = getattr(module, name), f"{info.name.removeprefix('mmbook.')}.{name}"
            known = (
                inspect.isroutine(thing) or inspect.isclass(thing) or hasattr(thing, "cache_info")
            )
            if known and not name.startswith("_"):
                found[path] = thing
                found |= {f"{path}.{m}": f for m, f in _methods(thing)}
    return found


def _methods(cls: Any) -> Iterator[tuple[str, Any]]:
    for name, thing in vars(cls).items() if inspect.isclass(cls) else ():
        plain = thing.__func__ if isinstance(thing, (classmethod, staticmethod)) else thing
        if inspect.isfunction(plain) and not name.startswith("_") and name != "extra_repr":
            yield name, plain


# ---------------------------------------------------------------- calls


def walk(name: str, call: Call) -> list[Outcome]:
    """Every bad argument of one public name, one at a time."""
    thing = public_names()[name]
    letters = Counter(x for a in call.arguments.values() for x in a.letters())
    shared = {letter for letter, count in letters.items() if count > 1}
    optional = _optional(thing)
    right = _run(name, call, {})[0]
    outcomes = []
    for argument, spec in call.arguments.items():
        for bad in spec.bad(_draw(call)[argument], shared):
            if bad.name == "None" and argument in optional:
                continue
            result, error = _run(name, call, {argument: bad.value})
            kind, said = _judge(result, error, bad, right)
            outcomes.append(Outcome(name, argument, bad.name, kind, said))
    return outcomes


def good(name: str, call: Call) -> Any:
    """What the good call gives. Raises whatever it raises."""
    result, error = _run(name, call, {})
    if error is not None:
        raise error
    return result


def _run(name: str, call: Call, change: Mapping[str, Any]) -> tuple[Any, Exception | None]:
    thing = public_names()[name] if call.of is None else None
    arguments = _draw(call) | change
    _seed(0)
    quiet = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            contextlib.redirect_stdout(quiet),
            contextlib.redirect_stderr(quiet),
        ):
            warnings.simplefilter("ignore")
            if thing is None:
                thing = getattr(call.of(), name.rpartition(".")[2])
            result = thing(**arguments) if call.use is None else call.use(thing, arguments)
        return result, None
    except Exception as error:
        return None, error


def _draw(call: Call) -> dict[str, Any]:
    """All good arguments, each from a seed of its own, so that one alone can be drawn anew."""
    arguments = {}
    for i, (name, spec) in enumerate(call.arguments.items()):
        _seed(i)
        arguments[name] = spec.good()
    return arguments


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.default_generator.manual_seed(seed)  # the CPU's alone, which is ten times faster


def parameters(name: str) -> set[str]:
    """The arguments of a public name, without ``self`` and what goes on to a library."""
    kinds = inspect.Parameter
    found = inspect.signature(public_names()[name]).parameters.values()
    return {p.name for p in found if p.kind not in (kinds.VAR_KEYWORD, kinds.VAR_POSITIONAL)} - {
        "self",
        "cls",
    }


def _optional(thing: Any) -> set[str]:
    """Arguments whose default is None, so that None is no bad value."""
    parameters = inspect.signature(thing).parameters.values()
    return {p.name for p in parameters if p.default is None}


# ---------------------------------------------------------------- judgement


def _judge(result: Any, error: Exception | None, bad: Bad, right: Any) -> tuple[str, str]:
    if error is not None:
        said = f"{type(error).__name__}: {str(error)[:150]}"
        return ("clear" if is_clear(error) else "raw"), said.replace("\n", " ")
    if bad.same and like(result, right):
        return "harmless", "the same answer"
    if bad.name.endswith("empty") and nothing(result):
        return "harmless", "nothing in, nothing out"
    if not finite(result):
        return ("harmless", "passed on") if bad.passes else ("NaN", repr(result)[:80])
    return "silent", repr(result)[:80].replace("\n", " ")


def is_clear(error: Exception) -> bool:
    """Raised by mmbook itself, of the right type, and it says what was expected."""
    if not isinstance(error, CLEAR):
        return False
    last = traceback.extract_tb(error.__traceback__)[-1].filename
    spoken = "expected" in str(error) or isinstance(error, FloatingPointError)
    return last.startswith(HOME) and spoken


def leaves(x: Any) -> Iterator[Any]:
    """The arrays, numbers and strings inside of a result."""
    if isinstance(x, torch.nn.Module):
        yield from (leaf for value in x.state_dict().values() for leaf in leaves(value))
    elif isinstance(x, Mapping):
        yield from (leaf for value in x.values() for leaf in leaves(value))
    elif isinstance(x, (list, tuple)):
        yield from (leaf for value in x for leaf in leaves(value))
    elif dataclasses.is_dataclass(x):
        yield from leaves([getattr(x, f.name) for f in dataclasses.fields(x)])
    elif isinstance(x, torch.Tensor):
        yield x.detach().to_dense().cpu().numpy()
    elif isinstance(x, (np.ndarray, str, int, float, bool, np.generic)):
        yield x


def finite(result: Any) -> bool:
    """No NaN and no infinity, neither as a number nor in a text or picture."""
    for leaf in leaves(result):
        if isinstance(leaf, str):
            if re.search(r"(?i)(?<![a-z])(nan|inf)(?![a-z])", leaf[:20_000]):
                return False
        elif np.asarray(leaf).dtype.kind in "fc" and not np.isfinite(leaf).all():
            return False
    return True


def like(a: Any, b: Any) -> bool:
    """Equal but for rounding and for the kind of container."""
    a, b = list(leaves(a)), list(leaves(b))
    if len(a) != len(b):
        return False
    for x, y in zip(a, b, strict=True):
        if isinstance(x, str) or isinstance(y, str):
            if x != y:
                return False
        elif np.shape(x) != np.shape(y) or np.asarray(x).dtype.kind in "US":
            if not np.array_equal(x, y):
                return False
        elif not np.allclose(x, y, equal_nan=True, rtol=1e-4, atol=1e-6):
            return False
    return True


def nothing(result: Any) -> bool:
    parts = list(leaves(result))
    return bool(parts) and all(np.size(x) == 0 for x in parts)


# ---------------------------------------------------------------- sums


def explained(place: str, reasons: Mapping[str, str]) -> str | None:
    """The key of ``reasons``, a pattern with ``*``, that fits this place."""
    return next((key for key in reasons if fnmatchcase(place, key)), None)


def table(outcomes: list[Outcome]) -> str:
    """How many bad arguments of each module met what, and the share of clear errors."""
    modules = sorted({o.name.split(".")[0] for o in outcomes})
    rows = [f"{'module':16}{'tried':>8}" + "".join(f"{kind:>10}" for kind in KINDS) + "   clear"]
    for module in [*modules, "together"]:
        kinds = Counter(o.kind for o in outcomes if module in ("together", o.name.split(".")[0]))
        rows.append(
            f"{module:16}{kinds.total():8}"
            + "".join(f"{kinds[kind]:10}" for kind in KINDS)
            + f"{100 * share(kinds):7.1f}%"
        )
    return "\n".join(rows)


def share(kinds: Counter) -> float:
    """Clear errors, of all that were not harmless."""
    return kinds["clear"] / max(1, kinds.total() - kinds["harmless"])
