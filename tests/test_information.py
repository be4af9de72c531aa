"""Information in bits: by hand, against scipy and scikit-learn, invariances, and errors."""

import math
import re

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import mutual_info_score

from mmbook.information import (
    classifier_bound,
    conditional_mutual_information,
    count,
    entropy,
    mutual_information,
    shuffle_bias,
)

A, B, C = 3, 5, 7


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def independent(rng, size: int) -> np.ndarray:
    """Counts (A, B, C) of ``size`` samples a class, A and B independent given the class."""
    shares = (
        rng.dirichlet(np.full(A, 3.0), C)[:, :, None] * rng.dirichlet(np.full(B, 3.0), C)[:, None]
    )
    return np.stack([rng.multinomial(size, p.ravel()).reshape(A, B) for p in shares], -1)


# ---- counting -------------------------------------------------------------------------------


def test_counts_by_hand():
    table = count([0, 1, 1, 1], [2, 0, 0, 1], sizes=(2, 3))
    assert table.tolist() == [[0, 0, 1], [2, 1, 0]]


def test_counting_takes_tensors_and_as_many_columns_as_sizes(rng):
    columns = [rng.integers(0, k, 101) for k in (A, B, C)]
    table = count(*map(torch.tensor, columns), sizes=(A, B, C))
    assert table.shape == (A, B, C) and table.sum() == 101
    for axis, column in enumerate(columns):
        others = tuple({0, 1, 2} - {axis})
        assert (
            table.sum(others).tolist() == np.bincount(column, minlength=table.shape[axis]).tolist()
        )


@pytest.mark.parametrize(
    "columns, sizes, message",
    [
        (([0, 1], [0]), (2, 2), r"column 0 is \(2,\), column 1 is \(1,\)"),
        (([0, 1],), (2, 2), "a size for each"),
        (([[0, 1]],), (2,), r"\(1, 2\)"),
        (([0, 2],), (2,), "from 0 to 1"),
        (([-1, 0],), (2,), "from 0 to 1"),
        (([0.0, 1.0],), (2,), "whole numbers"),
        (([0, np.nan],), (2,), "whole numbers"),
        ((), (2,), "0 columns, .* expected a size for each"),
        (([0, 1],), (), "sizes has 0 entries; expected at least 1"),
        (([0, 1],), (0,), "a size is 0; expected a whole number, 1 or more"),
    ],
)
def test_columns_that_cannot_be_counted_are_refused(columns, sizes, message):
    with pytest.raises(ValueError, match=message):
        count(*columns, sizes=sizes)


# ---- entropy --------------------------------------------------------------------------------


def test_entropy_by_hand():
    assert entropy([4, 2, 1, 1]) == pytest.approx(1.75)
    assert entropy([[4, 2], [1, 1]]) == pytest.approx(1.75)
    assert entropy([5, 0]) == 0


def test_entropy_is_scipys(rng):
    n = rng.integers(0, 9, (A, B))
    assert entropy(n) == pytest.approx(stats.entropy(n.ravel(), base=2))
    assert entropy(n / n.sum()) == pytest.approx(entropy(n))


def test_millers_correction_by_hand_counts_the_values_that_occurred():
    assert entropy([3, 1, 0], miller_madow=True) - entropy([3, 1]) == pytest.approx(
        1 / (8 * math.log(2))
    )


def test_millers_correction_takes_most_of_the_bias_away(rng):
    p = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
    drawn = rng.multinomial(60, p, 3000)
    plain, fixed = (np.mean([entropy(n, how) for n in drawn]) for how in (False, True))
    assert entropy(p) - plain == pytest.approx(4 / (120 * math.log(2)), rel=0.1)
    assert abs(entropy(p) - fixed) < 0.1 * (entropy(p) - plain)


# ---- mutual information ---------------------------------------------------------------------


def test_mutual_information_by_hand():
    assert mutual_information(np.eye(4)) == pytest.approx(2)
    assert mutual_information([[1, 1], [1, 1]]) == pytest.approx(0, abs=1e-12)
    # A says whether Y is the first of 1/2, 1/4, 1/8, 1/8: one bit of 1.75
    assert mutual_information([[4, 0, 0, 0], [0, 2, 1, 1]]) == pytest.approx(1)


def test_mutual_information_is_scikit_learns(rng):
    a, b = rng.integers(0, A, 101), rng.integers(0, B, 101)
    nats = mutual_info_score(a, b)
    assert mutual_information(count(a, b, sizes=(A, B))) == pytest.approx(nats / math.log(2))


def test_mutual_information_is_symmetric_and_blind_to_names(rng):
    n = rng.integers(0, 9, (A, B))
    for same in (n.T, n[::-1], n[:, rng.permutation(B)]):
        for how in (False, True):
            assert mutual_information(same, how) == pytest.approx(mutual_information(n, how))


def test_given_the_class_it_is_the_mean_over_the_classes(rng):
    columns = [rng.integers(0, k, 211) for k in (A, B, C)]
    by_class = [
        (columns[2] == c).mean() * mutual_info_score(*(x[columns[2] == c] for x in columns[:2]))
        for c in range(C)
    ]
    n = count(*columns, sizes=(A, B, C))
    assert conditional_mutual_information(n) == pytest.approx(sum(by_class) / math.log(2))


@pytest.mark.parametrize("corrected", [False, True])
def test_given_y_it_is_the_mean_over_classes_each_corrected_with_its_own_samples(corrected):
    n = np.random.default_rng(3).integers(0, 4, (3, 5, 7))
    n[..., 2] = 0  # a class that never occurs
    by_class = [
        table.sum() / n.sum() * mutual_information(table, corrected)
        for table in np.moveaxis(n, 2, 0)
        if table.sum()
    ]
    assert conditional_mutual_information(n, corrected) == pytest.approx(sum(by_class))


def test_the_chain_rule_holds_for_any_table(rng):
    n = rng.integers(0, 9, (A, B, C))
    both = mutual_information(n.reshape(A * B, C))
    parts = mutual_information(n.sum(1)) + mutual_information(n.sum(0))
    shared = mutual_information(n.sum(2))
    assert both == pytest.approx(parts - shared + conditional_mutual_information(n))


def test_copy_and_riddle():
    copy, riddle = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    for a in range(2):
        copy[a, a, a] = 1
        for b in range(2):
            riddle[a, b, a ^ b] = 1
    assert conditional_mutual_information(copy) == pytest.approx(0, abs=1e-12)
    assert conditional_mutual_information(riddle) == pytest.approx(1)


def test_a_class_that_never_occurs_changes_nothing(rng):
    n = rng.integers(1, 9, (A, B, C))
    more = np.concatenate([n, np.zeros((A, B, 1), dtype=int)], -1)
    for how in (False, True):
        got = conditional_mutual_information(more, how)
        assert got == pytest.approx(conditional_mutual_information(n, how))
    assert shuffle_bias(more) == pytest.approx(shuffle_bias(n))


def test_plugged_in_it_is_too_large_by_the_formula(rng):
    size = 400
    found = np.mean([conditional_mutual_information(independent(rng, size)) for _ in range(200)])
    assert found == pytest.approx((A - 1) * (B - 1) / (2 * size * math.log(2)), rel=0.1)


@pytest.mark.parametrize(
    "f, axes",
    [
        (mutual_information, "(A, B)"),
        (conditional_mutual_information, "(A, B, Y)"),
        (shuffle_bias, "(A, B, Y)"),
    ],
)
def test_a_table_with_other_axes_is_refused(f, axes):
    for more in (-1, 1):
        shape = (2,) * (axes.count(",") + 1 + more)
        with pytest.raises(ValueError, match=re.escape(f"has shape {shape}; expected {axes}")):
            f(np.ones(shape))


@pytest.mark.parametrize("counts", [[], [0, 0], [1, -1, 1]])
def test_what_is_no_table_of_counts_is_refused(counts):
    with pytest.raises(ValueError, match="expected entries of 0 or more"):
        entropy(counts)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "f, axes",
    [
        (entropy, 1),
        (mutual_information, 2),
        (conditional_mutual_information, 3),
        (shuffle_bias, 3),
    ],
)
def test_a_table_with_nan_or_infinity_is_refused_by_name(f, axes, bad):
    counts = np.ones((2,) * axes)
    counts.flat[1] = bad
    with pytest.raises(ValueError, match="counts holds 1 NaN or infinite of"):
        f(counts)


@pytest.mark.parametrize(
    "f, axes", [(entropy, 1), (mutual_information, 2), (conditional_mutual_information, 3)]
)
def test_a_correction_refuses_shares_and_takes_whole_floats(f, axes):
    shares = np.full((2,) * axes, 2.0**-axes)
    with pytest.raises(ValueError, match=r"counts hold 0\..*; expected whole counts, no shares"):
        f(shares, miller_madow=True)
    assert f(shares * 2**axes, True) == f((shares * 2**axes).astype(int), True)


def test_bits_are_plain_python_floats():
    table = np.ones((2, 2, 2), np.float32)
    found = [
        entropy(table, True),
        entropy([5, 0]),
        mutual_information(table[0], True),
        conditional_mutual_information(table, True),
        shuffle_bias(table),
        classifier_bound(np.log(np.full((2, 2), 0.5, np.float32)), [0, 1]),
    ]
    assert [type(x) for x in found] == [float] * len(found)
    assert str(entropy([5, 0])) == "0.0"


def test_tensors_of_every_dtype_are_counted(rng):
    n = rng.integers(0, 9, (A, B, C))
    for dtype in (torch.uint8, torch.float16, torch.bfloat16, torch.int64):
        got = conditional_mutual_information(torch.tensor(n).to(dtype), True)
        assert got == pytest.approx(conditional_mutual_information(n, True))


def test_what_is_no_table_or_no_flag_is_a_type_error():
    for call in (
        lambda: entropy("ab"),
        lambda: entropy([1, 1], miller_madow="no"),
        lambda: entropy([1, 1], miller_madow=1),
        lambda: mutual_information(None),
        lambda: shuffle_bias(np.ones((2, 2, 2)), draws=2.0),
        lambda: shuffle_bias(np.ones((2, 2, 2)), seed=None),
        lambda: count("ab", sizes=(2,)),
        lambda: count([0, 1], sizes=2),
        lambda: count([0, 1], sizes=(2.0,)),
        lambda: classifier_bound(None, [0]),
    ):
        with pytest.raises(TypeError, match="expected"):
            call()


# ---- shuffling ------------------------------------------------------------------------------


def test_shuffling_finds_the_bias_where_nothing_is_shared(rng):
    tables = [independent(rng, 30) for _ in range(60)]
    plain = np.mean([conditional_mutual_information(t) for t in tables])
    left = np.mean([conditional_mutual_information(t) - shuffle_bias(t) for t in tables])
    assert plain > 0.1
    assert abs(left) < 0.1 * plain


def test_shuffling_by_hand():
    # Two samples: with equal margins the pairs are (0,0),(1,1) or (0,1),(1,0), one bit each.
    assert shuffle_bias(np.eye(2, dtype=int)[..., None], draws=3) == pytest.approx(1)
    # One value only: nothing to shuffle.
    assert shuffle_bias(np.array([[[4], [3]]]), draws=3) == pytest.approx(0, abs=1e-12)


def test_shuffling_depends_on_the_margins_alone_and_repeats(rng):
    n = rng.integers(1, 9, (A, B, C))
    moved = n.copy()
    moved[:2, :2, 0] += [[1, -1], [-1, 1]]
    assert shuffle_bias(n, seed=3) == shuffle_bias(moved, seed=3)
    assert shuffle_bias(n, seed=3) != shuffle_bias(n, seed=4)


@pytest.mark.parametrize(
    "counts, how, message",
    [
        (np.full((2, 2, 2), 0.5), {}, "counts hold 0.5; expected whole counts"),
        (np.full((2, 2, 2), 1e300), {}, r"counts sum to 8e\+300; expected 2147483648 at most"),
        (np.ones((2, 2, 2)), {"draws": 0}, "draws is 0; expected a whole number from 1 to 1000000"),
        (np.ones((2, 2, 2)), {"seed": -1}, "seed is -1; expected a whole number, 0 or more"),
    ],
)
def test_shares_and_no_draws_are_refused(counts, how, message):
    with pytest.raises(ValueError, match=message):
        shuffle_bias(counts, **how)


# ---- the bound ------------------------------------------------------------------------------


def test_the_bound_by_hand():
    # Two classes, one bit; the truth gets 1/2 and 1/8, a mean surprise of two bits.
    log_q = torch.tensor([[0.5, 0.5], [0.875, 0.125]]).log()
    assert classifier_bound(log_q, torch.tensor([0, 1])) == pytest.approx(1 - 2)


def test_the_true_posterior_reaches_the_information_and_no_other_does(rng):
    p = rng.dirichlet(np.ones(A * C)).reshape(A, C)
    x, y = np.divmod(rng.choice(A * C, 200_000, p=p.ravel()), C)
    posterior = p / p.sum(1, keepdims=True)
    assert classifier_bound(np.log(posterior)[x], y) == pytest.approx(
        mutual_information(p), abs=0.01
    )
    flat = 0.5 * posterior + 0.5 / C
    assert classifier_bound(np.log(flat)[x], y) < mutual_information(p) - 0.02


def test_to_say_the_shares_proves_nothing(rng):
    y = rng.integers(0, C, 101)
    shares = np.bincount(y, minlength=C) / 101
    assert classifier_bound(np.log(np.tile(shares, (101, 1))), y) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "log_q, labels, message",
    [
        (np.log(np.full((3, 2), 0.5)), np.zeros(2, dtype=int), r"\(3, 2\), labels is \(2,\)"),
        (np.zeros(3), np.zeros(3, dtype=int), r"expected \(n, C\)"),
        (
            np.full((3, 2), 0.5),
            np.zeros(3, dtype=int),
            r"exp\(log_probabilities\) has sums of 3\.297",
        ),
        (np.full((3, 2), 1e4), np.zeros(3, dtype=int), "has sums of inf"),
        (np.log([[0.5, 0.5], [0.5, np.nan]]), [0, 1], "log_probabilities holds 1 NaN"),
        (np.array([[0.0, -np.inf]]), [0], "log_probabilities holds 1 NaN or infinite of 2"),
        (np.zeros((0, 2)), [], "log_probabilities is empty"),
        (np.log(np.full((3, 2), 0.5)), np.full(3, 2), "from 0 to 1"),
    ],
)
def test_what_is_no_log_probability_is_refused(log_q, labels, message):
    with pytest.raises(ValueError, match=message):
        classifier_bound(log_q, labels)
