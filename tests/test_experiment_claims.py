"""Claims are printed, all of them, and false ones stop the page."""

import numpy as np
import pytest
import torch

from mmbook.experiment import Estimate, Verdict, claims

GAIN = Estimate(0.23, 0.04, seeds=5, items=600, error=0.02, df=11.0)


def test_every_claim_is_printed_as_the_chapters_loop_printed_it(capsys):
    claims({"two is even": True, "numpy agrees": np.bool_(True)})
    assert capsys.readouterr().out == "holds | two is even\nholds | numpy agrees\n"


def test_a_verdict_prints_its_margin(capsys):
    claims({"it helps": GAIN.above(0.1)})
    assert capsys.readouterr().out == "holds | it helps (0.23 ± 0.04 above 0.1)\n"


def test_all_are_printed_before_those_that_fail_are_named(capsys):
    with pytest.raises(AssertionError, match=r"2 of 3 claims fail: \['first', 'last'\]"):
        claims({"first": False, "middle": True, "last": GAIN.above(0.2)})
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["FAILS | first", "holds | middle", "FAILS | last (0.23 ± 0.04 above 0.2)"]


@pytest.mark.parametrize(
    "value",
    ["yes", 1, 0.9, None, np.array([True, True]), np.array(True), torch.tensor(True), [True]],
    ids=repr,
)
def test_what_merely_counts_as_true_is_refused_before_anything_is_printed(value, capsys):
    with pytest.raises(TypeError, match="the claim 'second' is a"):
        claims({"first": True, "second": value})
    assert capsys.readouterr().out == ""


def test_no_claims_are_refused():
    with pytest.raises(ValueError, match="statements is empty"):
        claims({})
    with pytest.raises(TypeError, match="statements is a list"):
        claims([("a", True)])


def test_a_verdict_is_true_or_false_where_python_asks():
    assert all([Verdict(True, ""), GAIN.above()])
    assert not Verdict(False, "") and (GAIN.below(1) and not GAIN.below(0.2))
