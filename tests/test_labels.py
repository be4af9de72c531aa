"""The draw of labelled samples: the same share of each class, nested, one rank for all copies."""

import pytest
import torch
from torch.testing import assert_close

from mmbook.training import draw_labelled, label_ranks

SEEDS = (3, 0, 7)
MIXED = torch.randperm(31, generator=torch.Generator().manual_seed(0))
LABEL = torch.tensor([2] * 7 + [0] * 11 + [5] * 13)[MIXED]


def test_ranks_of_a_class_are_equal_steps_from_zero():
    rank = label_ranks(torch.tensor([4, 1, 4, 4, 1, 4]), SEEDS)
    assert rank.shape == (3, 6)
    for one in rank:
        assert_close(one[[0, 2, 3, 5]].sort().values, torch.tensor([0.0, 0.25, 0.5, 0.75]))
        assert_close(one[[1, 4]].sort().values, torch.tensor([0.0, 0.5]))


def test_a_share_of_each_class_is_labelled_rounded_up():
    known = label_ranks(LABEL, SEEDS) < 0.2
    for c, expected in ((2, 2), (0, 3), (5, 3)):  # 1.4, 2.2 and 2.6
        assert known[:, LABEL == c].sum(1).tolist() == [expected] * 3
    assert (label_ranks(LABEL, SEEDS) < 1).all() and not (label_ranks(LABEL, SEEDS) < 0).any()


def test_a_class_alone_is_a_permutation_drawn_with_the_seed():
    rank = label_ranks(torch.full((11,), 8), [5])[0]
    order = torch.randperm(11, generator=torch.Generator().manual_seed(5))
    assert rank[order].mul(11).round().tolist() == list(range(11))


def test_a_seed_draws_the_same_whatever_stands_beside_it():
    rank = label_ranks(LABEL, SEEDS)
    for s, seed in enumerate(SEEDS):
        assert_close(label_ranks(LABEL, [seed])[0], rank[s], rtol=0, atol=0)
    assert (rank[0] != rank[1]).any() and (rank[1] != rank[2]).any()


def test_copies_of_a_sample_have_one_rank():
    rank = label_ranks(LABEL.repeat(3), SEEDS, copies=3)
    assert_close(rank, label_ranks(LABEL, SEEDS).repeat(1, 3), rtol=0, atol=0)


def test_errors_name_what_came():
    with pytest.raises(ValueError, match=r"label is \(31,\), copies is 2; expected \(n,\)"):
        label_ranks(LABEL, SEEDS, copies=2)
    with pytest.raises(ValueError, match=r"label is \(31, 1\), copies is 1"):
        label_ranks(LABEL[:, None], SEEDS)
    with pytest.raises(ValueError, match=r"copies is 0"):
        label_ranks(LABEL, SEEDS, copies=0)
    with pytest.raises(ValueError, match="not 2 times the same"):
        label_ranks(torch.cat([LABEL, LABEL.flip(0)]), SEEDS, copies=2)
    for wrong, error, message in [
        ([0, 1], TypeError, "label is a list"),
        (torch.tensor([0.0, 1.0]), ValueError, "label is torch.float32"),
        (torch.zeros(0, dtype=torch.int64), ValueError, r"label is \(0,\)"),
    ]:
        with pytest.raises(error, match=message):
            label_ranks(wrong, SEEDS)
    with pytest.raises(TypeError, match="copies is 2.0"):
        label_ranks(LABEL, SEEDS, copies=2.0)
    for seeds, error in [([], ValueError), ([1, 1], ValueError), (3, TypeError)]:
        with pytest.raises(error, match="seeds"):
            label_ranks(LABEL, seeds)


def test_as_many_of_each_class_are_drawn_from_those_who_may_be():
    label = torch.tensor([0, 1, 2] * 11)
    among = torch.arange(33) < 24
    drawn = draw_labelled(label, among, 5, seeds=range(13))
    assert drawn.shape == (13, 15) and among[drawn].all()
    assert (label[drawn] == torch.tensor([0, 1, 2]).repeat_interleave(5)).all()
    assert all(len(set(row)) == 15 for row in drawn.tolist())
    assert len({tuple(row) for row in drawn.tolist()}) == 13


def test_a_seed_draws_the_same_whoever_stands_beside_it():
    label = torch.tensor([0, 1] * 17)
    everybody = torch.ones(34, dtype=torch.bool)
    alone = draw_labelled(label, everybody, 3, seeds=[8])
    assert draw_labelled(label, everybody, 3, seeds=[2, 8])[1].equal(alone[0])


def test_more_than_a_class_has_cannot_be_drawn():
    label = torch.tensor([0, 0, 1])
    with pytest.raises(ValueError, match="1 items to draw from; expected 2"):
        draw_labelled(label, torch.ones(3, dtype=torch.bool), 2, seeds=[0])
