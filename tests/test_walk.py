"""Bad arguments of every kind meet a clear error, in every public function, class and method.

The table in ``tests/walk/tables`` holds one good call of each name; the bad ones are made from it.
``python -m tests.walk -v fusion`` shows what met no clear error, and the sums by module.
"""

from collections import Counter

import numpy as np
import pytest
import torch

from tests.walk import engine
from tests.walk.arguments import Each, Flag, Real, Several, Tensor, Text, Thing, Whole, but
from tests.walk.tables import CALLS, NOT_WALKED, PASSES

pytestmark = pytest.mark.cpu  # nothing here depends on where it runs
LEAST = 0.95  # share of clear errors in each module
MODULES = sorted({name.split(".")[0] for name in CALLS})


def places(outcomes) -> str:
    return "\n".join(f"{o.name} | {o.argument} | {o.bad}: {o.said}" for o in outcomes)


def test_every_public_name_is_walked_or_its_absence_explained():
    names = engine.public_names()
    missing = [n for n in names if n not in CALLS and not engine.explained(n, NOT_WALKED)]
    assert not missing, "give each a good call in tests/walk/tables"
    assert not CALLS.keys() - names.keys(), "names that are gone"
    both = [n for n in CALLS if engine.explained(n, NOT_WALKED)]
    unused = [p for p in NOT_WALKED if not any(engine.explained(n, {p: ""}) for n in names)]
    assert not both and not unused


@pytest.mark.parametrize("name", CALLS)
def test_every_argument_is_walked(name):
    """All that the signature names, so that no new argument is forgotten."""
    given = set(CALLS[name].arguments)
    if CALLS[name].use is None:
        assert engine.parameters(name) == given


@pytest.mark.parametrize("module", MODULES)
def test_good_calls_work(module):
    for name in (n for n in CALLS if n.split(".")[0] == module):
        assert engine.finite(engine.good(name, CALLS[name])), name


@pytest.mark.parametrize("module", MODULES)
def test_bad_arguments_meet_a_clear_error(module):
    names = [n for n in CALLS if n.split(".")[0] == module]
    outcomes = [o for name in names for o in engine.walk(name, CALLS[name])]
    print(engine.table(outcomes).splitlines()[1])
    believed = [
        o for o in outcomes if o.kind in ("silent", "NaN") and not engine.explained(o.place, PASSES)
    ]
    assert not believed, f"an answer, and no error:\n{places(believed)}"
    passed = [o.place for o in outcomes if o.kind not in ("clear", "harmless")]
    used = {engine.explained(place, PASSES) for place in passed}
    stale = [key for key in PASSES if key.startswith(f"{module}.") and key not in used]
    assert not stale, "reasons that are needed no more"
    counted = [o for o in outcomes if not engine.explained(o.place, PASSES)]
    share = engine.share(Counter(o.kind for o in counted))
    raw = [o for o in outcomes if o.kind == "raw"]
    assert share >= LEAST, f"{share:.0%} are clear; raw are:\n{places(raw)}"


# ---------------------------------------------------------------- the walk is right itself


def names_of(argument, shared=()):
    return [bad.name for bad in argument.bad(argument.good(), set(shared))]


def test_a_bad_tensor_of_each_kind_is_made():
    names = names_of(Tensor("B 3"), {"B"})
    assert {"an axis more", "an axis less", "one B more", "one 3 more", "NaN", "ints"} <= set(names)
    assert "one B more" not in names_of(Tensor("B 3"))
    assert {"negative", "per cent"} <= set(names_of(Tensor("C", "share")))
    assert {"too large", "floats"} <= set(names_of(Tensor("n", "int")))
    assert "NaN" not in names_of(but(Tensor("B 3"), "NaN", "inf"))


def test_bad_values_are_none_of_the_good_one():
    for argument in (Tensor("B 3"), Tensor("n", "int"), Tensor("n", "bool", numpy=True)):
        good = argument.good()
        for bad in argument.bad(good, set()):
            if isinstance(bad.value, (torch.Tensor, np.ndarray)) and not bad.same:
                x, y = torch.as_tensor(good), torch.as_tensor(bad.value)
                assert x.shape != y.shape or x.dtype != y.dtype or not torch.equal(x, y), bad.name


def test_dicts_and_lists_are_spoilt_as_a_whole_and_inside():
    pair = Each({"image": Tensor("B 5"), "text": Tensor("B 3")}, least=2)
    names = names_of(pair, {"B"})
    assert {"empty", "misspelt name", "one entry only", "image: NaN", "image: one B more"} <= set(
        names
    )
    assert {"one too few", "first: 2.5"} <= set(names_of(Several([Whole(1)] * 2, counted=True)))
    assert names_of(Flag(True)) and names_of(Real(1.0)) and names_of(Text("a", choice=True))
    assert "None" in names_of(Thing(dict))


def test_only_an_error_of_mmbooks_own_that_says_what_was_expected_is_clear():
    from mmbook import checks

    def error(call, *arguments):
        with pytest.raises((ValueError, TypeError, RuntimeError)) as caught:  # noqa: PT011
            call(*arguments)
        return caught.value

    def own():
        raise ValueError("x is 3; expected 4")

    assert engine.is_clear(error(checks.whole, "x", 2.5))
    assert not engine.is_clear(error(own))  # not raised in mmbook
    assert not engine.is_clear(error(checks.whole))  # Python's own complaint
    assert not engine.is_clear(error(torch.zeros(2).view, 3))


def test_an_answer_is_told_from_nan_and_from_the_same_answer():
    assert engine.finite({"a": [1.0, "a word of nanny"], "b": torch.ones(2)})
    for bad in (float("nan"), {"a": [np.inf]}, torch.tensor([torch.nan]), '<path d="M nan 0"/>'):
        assert not engine.finite(bad)
    assert engine.like([1.0, np.ones(2)], (1.0, torch.ones(2)))
    assert not engine.like(np.ones(2), np.ones(3)) and not engine.like("a", "b")
    assert engine.nothing({"a": torch.ones(0, 3)}) and not engine.nothing(None)
