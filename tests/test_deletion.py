"""Deletion: what ranks first, by hand, and a table that tells a true explanation from rivals."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from mmbook.deletion import deletion_test, first_tokens

ORDER = torch.tensor([[0.1, 0.7, 0.2, 0.9, 0.3], [5.0, 1.0, 1.0, 1.0, 4.0]])
MASK = torch.tensor([[True, True, True, False, True], [True, True, True, True, False]])


def places(mask):
    return [row.nonzero().flatten().tolist() for row in mask]


def test_absent_tokens_never_rank_and_the_earlier_of_equals_goes_first():
    assert places(first_tokens(ORDER, MASK, count=1)) == [[1], [0]]
    assert places(first_tokens(ORDER, MASK, count=2)) == [[1, 4], [0, 1]]
    assert places(first_tokens(ORDER, MASK, count=99)) == places(MASK)
    assert places(first_tokens(ORDER, MASK, count=0)) == [[], []]


def test_a_share_is_of_the_present_tokens():
    mask = torch.arange(10) < torch.tensor([[10], [5], [2], [0]])
    chosen = first_tokens(torch.arange(10.0).expand(4, 10), mask, share=0.4)
    assert chosen.sum(1).tolist() == [4, 2, 1, 0]
    assert places(chosen)[:2] == [[6, 7, 8, 9], [3, 4]]


def test_an_absent_token_may_have_any_order():
    order = ORDER.masked_fill(~MASK, torch.nan)
    assert places(first_tokens(order, MASK, count=1)) == [[1], [0]]


class Sum(nn.Module):
    """Right as often as the important tokens are there."""

    def __init__(self, importance):
        super().__init__()
        self.register_buffer("importance", importance)

    def forward(self, mask):
        return (self.importance * mask).sum(1)


def measure(model, mask):
    return model(mask)


def test_deleting_what_matters_costs_most_and_keeping_it_costs_least():
    g = torch.Generator().manual_seed(99)  # not a seed of the random orders
    importance = torch.rand(101, 11, generator=g)
    importance = importance / importance.sum(1, keepdim=True)
    mask = torch.ones(101, 11, dtype=torch.bool)
    table = deletion_test(measure, [Sum(importance)] * 3, [importance] * 3, mask, count=4)
    assert list(table) == ["nothing deleted", "most attended", "least attended", "random"]
    assert all(column.shape == (3, 101) for row in table.values() for column in row.values())
    lost = {name: 1 - row["without"].mean() for name, row in table.items()}
    assert lost["nothing deleted"] == pytest.approx(0, abs=1e-6)
    assert lost["most attended"] > lost["random"] + 0.1 > lost["least attended"] + 0.2
    assert lost["random"] == pytest.approx(4 / 11, abs=0.02)
    for row in list(table.values())[1:]:  # the same tokens are deleted and kept
        np.testing.assert_allclose(row["without"] + row["only"], 1, rtol=1e-5)


def test_loud_tokens_are_a_rival_of_their_own():
    loudness = ORDER.masked_fill(~MASK, 0)
    table = deletion_test(measure, [Sum(loudness)], [-loudness], MASK, loudness, count=1)
    assert table["loudest"]["only"].tolist() == [[pytest.approx(0.7), 5.0]]
    assert table["most attended"]["only"].tolist() == [[pytest.approx(0.1), 1.0]]


def test_a_number_a_model_gives_one_column_entry_a_model():
    def mean(model, mask):
        return model(mask).mean().item()

    models = [Sum(ORDER), Sum(2 * ORDER)]
    table = deletion_test(mean, models, torch.stack([ORDER, ORDER]), MASK, share=0.5)
    for row in table.values():
        assert row["only"].shape == (2,)
    assert table["most attended"]["only"][1] == pytest.approx(2 * table["most attended"]["only"][0])


def test_no_model_is_shown_an_absent_token():
    shown = []

    def watch(model, mask):
        shown.append(mask)
        return 0.0

    deletion_test(watch, [Sum(ORDER)], [ORDER], MASK, ORDER, count=2)
    assert len(shown) == 9 and not any((mask & ~MASK).any() for mask in shown)


def test_random_orders_follow_the_seed_and_the_model():
    a, b = (
        deletion_test(measure, [Sum(ORDER)] * 2, [ORDER] * 2, MASK, count=2, seed=seed)["random"]
        for seed in (0, 1)
    )
    assert not np.array_equal(a["only"], b["only"])
    np.testing.assert_array_equal(a["only"][1], b["only"][0])  # seed 0 + 1 is seed 1 + 0


def test_errors():
    with pytest.raises(ValueError, match="share is None, count is None; expected one of the two"):
        first_tokens(ORDER, MASK)
    with pytest.raises(ValueError, match="share is 0.1, count is 2"):
        first_tokens(ORDER, MASK, share=0.1, count=2)
    with pytest.raises(ValueError, match="order holds 1 NaN or infinite"):
        first_tokens(ORDER.index_fill(1, torch.tensor([1]), torch.nan)[:1], MASK[:1], count=1)
    with pytest.raises(ValueError, match=r"order has shape \(2, 4\); expected \(2, 5\)"):
        first_tokens(ORDER[:, :4], MASK, count=1)
    with pytest.raises(ValueError, match="attended has 1 orders; expected 2, one a model"):
        deletion_test(measure, [Sum(ORDER)] * 2, [ORDER], MASK, count=1)
    with pytest.raises(ValueError, match=r"measure gave \[\(2, 5\)\]"):
        deletion_test(lambda model, mask: mask.float(), [Sum(ORDER)], [ORDER], MASK, count=1)
    with pytest.raises(ValueError, match="NaN"):
        deletion_test(lambda model, mask: torch.nan, [Sum(ORDER)], [ORDER], MASK, count=1)


def test_share_and_count_agree():
    full = torch.ones(3, 10, dtype=torch.bool)
    order = torch.rand(3, 10)
    assert_close(first_tokens(order, full, share=0.3), first_tokens(order, full, count=3))
