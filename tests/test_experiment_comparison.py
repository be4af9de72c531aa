"""What a comparison says about its arms: estimates, paired differences, tables, parts."""

import numpy as np
import pytest
import torch

from mmbook.experiment import Comparison, Scores, over_seeds_and_items

RNG = np.random.default_rng(0)
S, N = 3, 11
A, B = RNG.random((S, N)), RNG.random((S, N))
RULE = RNG.random(N)


@pytest.fixture
def three():
    return Comparison(
        {
            "chance": {"m": 0.25},
            "rule": {"m": RULE},
            "a": {"m": A, "k": 2 * A},
            "b": {"m": B, "k": B},
        },
        seeds=range(S),
    )


def halves(estimate):
    return estimate.mean, estimate.half_width


def test_a_difference_is_paired_by_seed_and_by_item(three):
    assert halves(three.difference("a", "b")) == pytest.approx(halves(over_seeds_and_items(A - B)))
    assert three.difference("a", "b", "k").mean == pytest.approx((2 * A - B).mean())
    assert three.difference("a", "a").half_width == pytest.approx(1 - 0.025 ** (1 / N))


def test_a_rule_without_training_is_the_same_for_every_seed(three):
    found, expected = three.difference("a", "rule"), over_seeds_and_items(A - RULE)
    assert halves(found) == pytest.approx(halves(expected))
    assert (found.over, three.estimate("rule").over) == ("3 seeds x 11 items", "11 items")


def test_a_constant_shifts_and_has_no_interval(three):
    found, expected = three.difference("a", "chance"), three.estimate("a")
    assert halves(found) == pytest.approx((expected.mean - 0.25, expected.half_width))
    assert str(three.estimate("chance")) == "0.250 (a constant)"


def test_pairing_makes_a_difference_sharper_than_its_arms():
    hard = np.random.default_rng(1).normal(size=200)
    scores = {x: {"m": hard + 0.1 * np.random.default_rng(k).normal(size=(5, 200))} for k, x in
              enumerate("ab")}  # fmt: skip
    found = Comparison(scores, seeds=range(5))
    assert found.difference("a", "b").half_width < 0.3 * found.estimate("a").half_width


def test_a_contrast_is_a_difference_of_differences(three):
    found = three.contrast({("a", "k"): 1, ("a", "m"): -1, ("b", "k"): -1, ("b", "m"): 1})
    assert halves(found) == pytest.approx(halves(over_seeds_and_items(A)))
    assert three.contrast({"a": 1, "b": -1}) == three.difference("a", "b")


def test_the_smallest_difference_seen_is_that_of_the_difference(three):
    assert three.smallest_seen("a", "b") == three.difference("a", "b").smallest_seen()


def test_runs_are_one_number_a_seed(three):
    np.testing.assert_allclose(three.runs("a"), A.mean(1))
    np.testing.assert_allclose(three.runs("a", "k"), 2 * A.mean(1))


# ------------------------------------------------------------------ statistics


def ratio(rows):
    return rows[:, 0].sum() / rows[:, 1].sum()


def test_a_statistic_is_computed_from_all_rows_and_paired():
    rows = np.stack([A, 1 + B], axis=2)  # S, N, 2
    same = Comparison({x: {"r": [Scores(row, ratio) for row in rows]} for x in "ab"}, range(S))
    assert same.estimate("a").mean == pytest.approx(np.mean([ratio(row) for row in rows]))
    assert same.estimate("a").over == "3 seeds x 11 items"
    assert (same.difference("a", "b").mean, same.difference("a", "b").half_width) == (0, 0)
    one = Comparison({"rule": {"r": Scores(rows[0], ratio)}})
    assert (one.estimate("rule").mean, one.estimate("rule").over) == (ratio(rows[0]), "11 items")


def test_a_mean_and_a_statistic_cannot_be_subtracted():
    both = Comparison({"a": {"m": RULE}, "b": {"m": Scores(RULE[:, None], np.mean)}})
    with pytest.raises(ValueError, match="the other over 11 items \\(resampled\\)"):
        both.difference("a", "b")


def test_numbers_without_items_cannot_be_paired_with_items(three):
    found = Comparison(
        {"a": {"m": A}, "b": {"m": A.mean(1, keepdims=True)}, "c": {"m": 0.5}}, range(S)
    )
    assert found.estimate("b").over == "3 seeds, not over items"
    assert found.difference("b", "c").over == "3 seeds, not over items"
    with pytest.raises(ValueError, match="one number is over 11 items, the other over no items"):
        found.difference("a", "b")


# ------------------------------------------------------------------ parts and groups


def test_parts_open_an_average_by_a_factor(three):
    label = np.array(list("xxxxyyyyyyy"))
    parts = three.parts(label)
    assert list(parts) == ["x", "y"]
    assert halves(parts["y"].difference("a", "b")) == pytest.approx(
        halves(over_seeds_and_items((A - B)[:, 4:]))
    )
    assert parts["x"].estimate("chance").mean == 0.25
    assert three.parts(torch.tensor([0] * 4 + [1] * 7))[1].items == 7


def test_a_part_of_one_item_has_no_interval_and_is_refused(three):
    with pytest.raises(ValueError, match="label 3 has one item"):
        three.parts([3] + [4] * 10)
    with pytest.raises(ValueError, match="labels has shape \\(2,\\)"):
        three.parts([3, 4])


def test_groups_are_kept_in_parts():
    concept = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4]
    found = Comparison({"a": {"m": A}}, range(S), groups=concept)
    assert halves(found.estimate("a")) == pytest.approx(halves(over_seeds_and_items(A, concept)))
    part = found.parts([0] * 6 + [1] * 5)[1]
    assert part.estimate("a").over == "3 seeds x 5 items in 2 groups"


# ------------------------------------------------------------------ tables


def hits(right, n=100):
    return (np.arange(n) < right).astype(float)


def test_the_table_says_over_what_and_what_it_cost():
    found = Comparison(
        {"chance": {"accuracy": 0.1},
         "neighbours": {"accuracy": hits(40), "nats": np.linspace(0, 4, 100)},
         "net": {"accuracy": np.stack([hits(70), hits(72)]), "nats": np.full((2, 100), 0.5)}},
        seeds=(0, 1), on="val",
        budget={"steps": {"net": 300}, "labels": {"neighbours": 52, "net": 7}},
    )  # fmt: skip
    assert found.table().splitlines() == [
        "            steps  labels     accuracy         nats",
        "chance                     0.10            -",
        "neighbours             52  0.40 ± 0.10  2.00 ± 0.23",
        "net           300       7  0.71 ± 0.10  0.50",
        "val: mean ± 95 % interval over 2 seeds x 100 items; neighbours: 100 items",
    ]


def test_what_all_arms_spend_alike_is_said_once():
    found = Comparison(
        {"a": {"m": A}, "b": {"m": B}}, range(S), budget={"steps": {"a": 30, "b": 30}}
    )
    assert "all trained with steps 30\n" in found.table()


def test_a_column_has_the_decimals_of_its_narrowest_interval():
    wave = np.array([-1.0, 1.0] * 50)  # its interval is ± 0.199
    rows = {"wide": {"m": 2 + wave}, "narrow": {"m": 1 + wave / 50}, "constant": {"m": 0.5}}
    assert Comparison(rows).table().splitlines()[1:4] == [
        "wide      2.000 ± 0.199",
        "narrow    1.000 ± 0.004",
        "constant  0.500",
    ]


def test_a_table_against_an_arm_shows_paired_differences(three):
    lines = three.table(["m"], against="b").splitlines()
    assert three.difference("a", "b").text() in lines[3]
    assert lines[4].split() == ["b", "-"]
    assert lines[5].startswith("test: paired difference from 'b' ± 95 % interval over 3 seeds x 11")


def test_a_table_by_label_has_a_line_a_label(three):
    lines = three.table(["k"], by=list("xxxxyyyyyyy")).splitlines()
    assert lines[0].split() == ["chance", "rule", "a", "b"]
    assert [line[:5] for line in lines[1:3]] == ["x (4)", "y (7)"]
    part = three.parts(list("xxxxyyyyyyy"))["x"].estimate("a", "k")
    assert lines[1].split()[2:5] == ["-", "-", f"{part.mean:.2f}"]
    assert lines[3] == "test: k, mean ± 95 % interval over the seeds and the items in brackets"
    gap = three.parts(list("xxxxyyyyyyy"))["y"].difference("a", "b", "k")
    against = three.table(["k"], against="b", by=list("xxxxyyyyyyy")).splitlines()
    assert against[2].split()[4:8] == [f"{gap.mean:.2f}", "±", f"{gap.half_width:.2f}", "-"]
    assert against[3].startswith("test: k, paired difference from 'b' ± 95 % interval")
    with pytest.raises(ValueError, match="expected one if by is given"):
        three.table(["m", "k"], by=list("xxxxyyyyyyy"))


# ------------------------------------------------------------------ several comparisons


def test_comparisons_of_the_same_seeds_join(three):
    other = Comparison({"c": {"m": A + 1}}, range(S), budget={"labels": {"c": 7}})
    joined = three | other
    assert list(joined.scores) == ["chance", "rule", "a", "b", "c"]
    assert joined.difference("c", "a").mean == pytest.approx(1)
    assert joined.budget == {"labels": {"c": 7}}


@pytest.mark.parametrize(
    "other, error",
    [
        (Comparison({"a": {"m": A}}, range(S)), r"arms \['a'\] stand in both"),
        (Comparison({"c": {"m": A}}, range(1, S + 1)), "expected other arms on the same seeds"),
        (Comparison({"c": {"m": A}}, range(S), on="val"), "expected other arms on the same seeds"),
        (Comparison({"c": {"m": A[:, 1:]}}, range(S)), "expected the same items for all arms"),
    ],
)
def test_comparisons_of_other_seeds_or_splits_do_not(three, other, error):
    with pytest.raises(ValueError, match=error):
        three | other


# ------------------------------------------------------------------ refused


@pytest.mark.parametrize(
    "scores, error",
    [
        ({}, "scores is empty"),
        ({"a": {"m": A[:2]}}, "'m' of 'a' has 2 rows; expected 3, one a seed"),
        ({"a": {"m": A}, "b": {"m": B[:, 1:]}}, "expected the same items for all arms"),
        ({"a": {"m": A * np.nan}}, "'m' of 'a' holds 33 NaN"),
        ({"a": {"m": A[None]}}, "'m' of 'a' has shape"),
        ({"a": {"m": []}}, "'m' of 'a' is empty"),
        ({"a": {"m": Scores(np.zeros((1, 2)), np.mean)}}, "expected \\(n, ...\\), n > 1"),
        ({"a": {"m": [Scores(A[0], np.mean)]}}, "has 1 rows; expected 3"),
    ],
)
def test_scores_that_do_not_fit_are_refused(scores, error):
    with pytest.raises(ValueError, match=error):
        Comparison(scores, seeds=range(S))


def test_what_holds_no_numbers_is_refused():
    for scores in ({"a": {"m": "many"}}, {"a": A}, [A], {"a": {"m": [Scores(A[0], np.mean), 1.0]}}):
        with pytest.raises(TypeError):
            Comparison(scores, seeds=range(S))


def test_names_that_are_not_there_are_refused(three):
    for ask in (
        lambda: three.estimate("c"),
        lambda: three.difference("a", "chance", "k"),
        lambda: three.table(["accuracy"]),
        lambda: three.contrast({("a", "accuracy"): 1}),
        lambda: Comparison({"a": {"m": 1.0}}, budget={"steps": {"b": 3}}),
    ):
        with pytest.raises(KeyError):
            ask()
    with pytest.raises(ValueError, match="weights is empty"):
        three.contrast({})
