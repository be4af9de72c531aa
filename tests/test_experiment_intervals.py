"""Intervals over seeds and test items cover what they say, and say over what."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import t

from mmbook.experiment import Estimate, Scores, over_seeds_and_items
from mmbook.experiment._samples import mean_sample, statistic_sample
from mmbook.experiment.estimate import decimals
from mmbook.metrics import mean_interval

WORLDS = 2000


def normal_world(rng, S, n, seed, item, rest):
    """Scores of normal effects; the truth is 0."""
    parts = zip((seed, item, rest), ((S, 1), (1, n), (S, n)), strict=True)
    return sum(size * rng.normal(size=shape) for size, shape in parts)


def hits_world(rng, S, n, seed, item, rest, start=1.4):
    """Right answers whose logit is a sum of effects, about .75 to .8 right."""
    return rng.random((S, n)) < expit(start + normal_world(rng, S, n, seed, item, rest))


def paired_world(rng, S, n, seed, item, rest):
    """Differences of two arms that share the items' difficulty, but not the rest."""
    shared, own = item * rng.normal(size=(1, n)), item / 2
    a, b = (
        rng.random((S, n)) < expit(mean + shared + normal_world(rng, S, n, seed, own, rest))
        for mean in (1.7, 1.4)
    )
    return a.astype(float) - b


def truth_of(world, S, n, seed, item, rest):
    """The expected score, by the mean over a fine normal grid."""
    z = np.sqrt(seed**2 + item**2 * (1.25 if world is paired_world else 1) + rest**2)
    grid = np.linspace(-8, 8, 4001)
    mean = lambda start: np.average(expit(start + z * grid), weights=np.exp(-(grid**2) / 2))  # noqa: E731
    if world is normal_world:
        return 0.0
    return mean(1.7) - mean(1.4) if world is paired_world else mean(1.4)


# world, S, n, and the spread of seeds, items, and the rest
SIMULATED = [
    (hits_world, 5, 600, 0.1, 1.0, 1.0),  # small differences of seeds: what the book mostly has
    (hits_world, 5, 600, 0.5, 1.0, 1.0),  # large ones
    (hits_world, 5, 600, 0.05, 2.0, 0.5),  # all seeds agree, items differ much
    (hits_world, 3, 60, 0.1, 1.0, 1.0),
    (hits_world, 10, 60, 0.3, 1.0, 1.0),
    (paired_world, 5, 600, 0.1, 1.0, 1.0),
    (paired_world, 5, 60, 0.5, 1.0, 1.0),
    (paired_world, 3, 600, 0.2, 2.0, 0.5),
    (normal_world, 3, 60, 0.1, 1.0, 1.0),
    (normal_world, 7, 200, 0.1, 1.0, 1.0),
    (hits_world, 1, 600, 0.0, 1.0, 1.0),  # one seed, or a rule without training: items only
    (normal_world, 5, 1, 1.0, 0.0, 0.5),  # no items: seeds only
]


@pytest.mark.parametrize("world, S, n, seed, item, rest", SIMULATED)
def test_a_95_percent_interval_covers_93_to_97_percent_of_worlds(world, S, n, seed, item, rest):
    rng, truth = np.random.default_rng(11), truth_of(world, S, n, seed, item, rest)
    covered = 0
    for _ in range(WORLDS):
        found = over_seeds_and_items(world(rng, S, n, seed, item, rest))
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / WORLDS <= 0.97


def test_seeds_alone_and_items_alone_cover_too_few_worlds():
    rng, truth = np.random.default_rng(3), truth_of(hits_world, 5, 600, 0.2, 2.0, 0.5)
    covered = np.zeros(2)
    for _ in range(WORLDS):
        y = hits_world(rng, 5, 600, 0.2, 2.0, 0.5).astype(float)
        for k, runs in enumerate((y.mean(1), y.mean(0))):
            found = mean_interval(runs)
            covered[k] += abs(found.mean - truth) <= found.half_width
    assert (covered / WORLDS < 0.92).all()


def test_groups_of_items_cover_where_items_alone_do_not():
    """Five rows of one concept share most of their difficulty: 24 concepts, not 120 items."""
    rng, groups, covered = np.random.default_rng(5), np.repeat(np.arange(24), 5), np.zeros(2)
    for _ in range(WORLDS):
        y = normal_world(rng, 5, 120, 0.1, 0.3, 0.5) + np.repeat(rng.normal(size=24), 5)
        for k, by in enumerate((groups, None)):
            found = over_seeds_and_items(y, by)
            covered[k] += found.low <= 0 <= found.high
    assert 0.93 <= covered[0] / WORLDS <= 0.97
    assert covered[1] / WORLDS < 0.8


def test_a_statistic_covers_by_resampling_the_items():
    """A ratio of means, for which the truth is known: 250 worlds of 3 seeds and 80 items."""
    rng, covered, worlds = np.random.default_rng(7), 0, 250
    for _ in range(worlds):
        size = rng.gamma(4, size=(1, 80, 1)) * np.ones((3, 80, 1))
        error = size * (0.3 + 0.02 * rng.normal(size=(3, 1, 1)) + 0.3 * rng.normal(size=(3, 80, 1)))
        rows = np.concatenate([error, size], axis=2)
        found = statistic_sample(lambda r: r[:, 0].sum() / r[:, 1].sum(), rows).estimate()
        covered += found.low <= 0.3 <= found.high
    assert 0.92 <= covered / worlds <= 0.98  # 250 worlds tell it to within 1.4 %


def test_by_hand():
    """2 seeds x 2 items: seeds' means 1 and 2, items' means 1 and 2, no rest."""
    found = over_seeds_and_items([[0.5, 1.5], [1.5, 2.5]])
    assert found.mean == 1.5
    assert found.error == pytest.approx(np.sqrt(0.25 + 0.25))
    assert found.df == pytest.approx(1.0)  # between S - 1 = 1 and n - 1 = 1
    assert found.half_width == pytest.approx(t.ppf(0.975, 1) * np.sqrt(0.5))


def test_the_variance_is_that_of_a_two_way_layout():
    y = np.random.default_rng(0).normal(size=(5, 7)) + 3 * np.arange(7) + 2 * np.arange(5)[:, None]
    S, n = y.shape
    seeds, items, mean = y.mean(1), y.mean(0), y.mean()
    ms_seed = n * np.square(seeds - mean).sum() / (S - 1)
    ms_item = S * np.square(items - mean).sum() / (n - 1)
    rest = y - seeds[:, None] - items + mean
    ms_rest = np.square(rest).sum() / ((S - 1) * (n - 1))
    found = over_seeds_and_items(y)
    assert found.error**2 == pytest.approx((ms_seed + ms_item - ms_rest) / (S * n))


def test_without_items_it_is_students_interval_of_the_seeds():
    runs = np.array([0.5, 0.6, 0.9, 0.7])
    found, expected = over_seeds_and_items(runs[:, None]), mean_interval(runs)
    assert (found.mean, found.half_width) == pytest.approx((expected.mean, expected.half_width))
    assert found.over == "4 seeds, not over items"


def test_with_one_seed_it_is_students_interval_of_the_items():
    scores = np.array([0.5, 0.6, 0.9, 0.7, 0.1])
    found, expected = over_seeds_and_items(scores[None]), mean_interval(scores)
    assert (found.mean, found.half_width) == pytest.approx((expected.mean, expected.half_width))
    assert found.over == "5 items, one seed only"


def test_groups_of_one_size_are_their_means():
    y = np.random.default_rng(1).normal(size=(3, 5, 2))
    labels = np.repeat(list("edcba"), 2)
    found, expected = (
        over_seeds_and_items(y.reshape(3, 10), labels),
        over_seeds_and_items(y.mean(2)),
    )
    assert (found.mean, found.half_width) == pytest.approx((expected.mean, expected.half_width))
    assert found.over == "3 seeds x 10 items in 5 groups"


def test_groups_of_one_item_each_change_nothing():
    y = np.random.default_rng(2).normal(size=(3, 11))
    found, expected = over_seeds_and_items(y, np.arange(11)), over_seeds_and_items(y)
    assert found.half_width == pytest.approx(expected.half_width)


def test_a_mean_as_a_statistic_has_the_mean_s_interval():
    y = np.random.default_rng(3).normal(size=(5, 61)) + np.random.default_rng(4).normal(size=61)
    found, expected = statistic_sample(np.mean, y).estimate(), mean_sample(y).estimate()
    assert found.mean == pytest.approx(expected.mean)
    assert found.error == pytest.approx(expected.error, rel=0.1)  # 400 resamples


def test_scores_that_move_and_stretch_move_and_stretch_the_interval():
    y = np.random.default_rng(5).normal(size=(3, 13))
    found, other = over_seeds_and_items(y), over_seeds_and_items(7 - 2 * y)
    assert (other.mean, other.half_width) == pytest.approx(
        (7 - 2 * found.mean, 2 * found.half_width)
    )
    assert over_seeds_and_items(y[::-1, ::-1]).half_width == pytest.approx(found.half_width)


@pytest.mark.parametrize("scores", [np.ones((5, 60)), np.zeros((5, 60))], ids=["hits", "no gap"])
def test_hits_without_any_spread_are_not_certain(scores):
    """With all of 60 right, 5.96 % wrong would still give that in 2.5 % of all test sets."""
    found = over_seeds_and_items(scores)
    assert found.half_width == pytest.approx(1 - 0.025 ** (1 / 60))
    assert str(found) == f"{scores.mean():.2f} ± 0.06 (5 seeds x 60 items)"
    with pytest.raises(ValueError, match="error is 0"):
        found.smallest_seen()


def test_numbers_without_spread_that_are_no_hits_have_no_interval():
    assert str(over_seeds_and_items(np.full((5, 60), 2.302585))) == "2.303 (5 seeds x 60 items)"


def test_the_smallest_difference_seen_is_seen_in_80_percent_of_worlds():
    rng, S, n = np.random.default_rng(13), 5, 200
    typical = np.median([
        over_seeds_and_items(normal_world(rng, S, n, 0.1, 1, 1)).smallest_seen() for _ in range(200)
    ])  # fmt: skip
    seen = [
        bool(over_seeds_and_items(typical + normal_world(rng, S, n, 0.1, 1, 1)).above())
        for _ in range(1000)
    ]
    assert 0.75 <= np.mean(seen) <= 0.87


def test_the_smallest_difference_seen_by_hand():
    found = Estimate(0.01, 0.05, seeds=5, items=600, error=0.02, df=4.0)
    assert found.smallest_seen() == pytest.approx(0.02 * (2.7764451 + 0.9409646))
    assert found.smallest_seen(power=0.5) == pytest.approx(0.02 * 2.7764451)


@pytest.mark.parametrize(
    "half_widths, places",
    [([0.04], 2), ([0.04, 0.006], 2), ([0.04, 0.004], 3), ([0.0004], 4), ([0.0, 0.04], 2),
     ([1.4], 1), ([14.0, 30.0], 0), ([14.0, 0.3], 2), ([0.0], 3), ([], 3)],
)  # fmt: skip
def test_no_interval_is_printed_as_zero(half_widths, places):
    assert decimals(half_widths) == places


@pytest.mark.parametrize(
    "method, bound, holds",
    [("above", 0.18, True), ("above", 0.19, False), ("below", 0.28, True), ("below", 0.27, False),
     ("within", 0.28, True), ("within", 0.27, False)],
)  # fmt: skip
def test_a_claim_holds_when_the_whole_interval_does(method, bound, holds):
    gain = Estimate(0.23, 0.045, seeds=5, items=600)
    assert bool(getattr(gain, method)(bound)) is holds
    assert (gain.low, gain.high) == pytest.approx((0.185, 0.275))


@pytest.mark.parametrize(
    "seeds, items, groups, over",
    [(5, 600, 0, "5 seeds x 600 items"), (5, 600, 42, "5 seeds x 600 items in 42 groups"),
     (5, 0, 0, "5 seeds, not over items"), (1, 600, 0, "600 items, one seed only"),
     (0, 600, 0, "600 items"), (1, 0, 0, "one run"), (0, 0, 0, "a constant")],
)  # fmt: skip
def test_an_estimate_says_what_it_is_over(seeds, items, groups, over):
    assert Estimate(0.5, 0.1, seeds=seeds, items=items, groups=groups).over == over


def test_the_bootstrap_is_the_same_each_time_and_leaves_the_global_generator_alone():
    rows = np.random.default_rng(0).normal(size=(3, 31))
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    first, second = (statistic_sample(np.median, rows).estimate() for _ in range(2))
    assert first == second and first.half_width > 0
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize(
    "scores, groups, error",
    [([1.0, 0.0], None, "expected"), (np.zeros((0, 5)), None, "expected"),
     (np.zeros((5, 0)), None, "expected"), ([[np.nan, 1.0]], None, "scores holds 1 NaN"),
     ([[0.0, 1.0]], [1, 2, 3], "groups has shape"), ([[0.0, 1.0]], [1, 1], "groups holds 1")],
)  # fmt: skip
def test_scores_that_are_none_are_refused(scores, groups, error):
    with pytest.raises(ValueError, match=error):
        over_seeds_and_items(scores, groups)


def test_a_statistic_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="what the statistic gives is nan"):
        statistic_sample(lambda rows: np.nan, np.zeros((2, 7)))
    with pytest.raises(ValueError, match="confidence is 95"):
        over_seeds_and_items([[0.0, 1.0]], confidence=95)


def test_scores_hold_a_function_and_rows():
    assert Scores([[1, 2], [3, 4]], of=np.mean).of is np.mean
