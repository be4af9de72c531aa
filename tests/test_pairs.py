"""Pairs taken apart: who gets whose, by counting."""

import pytest
import torch
from torch.testing import assert_close

from mmbook.pairs import left_out, mispaired, redrawn, swapped


@pytest.mark.parametrize("n, share, struck", [(101, 1.0, 101), (101, 0.5, 50), (7, 0.0, 0)])
def test_so_many_rows_get_anothers_and_none_its_own(n, share, struck):
    index = mispaired(n, seed=3, share=share)
    assert sorted(index.tolist()) == list(range(n))
    assert int((index.cpu() != torch.arange(n).cpu()).sum()) == struck


def test_a_larger_share_strikes_what_a_smaller_one_struck():
    rows = torch.arange(97).cpu()
    few, many = (mispaired(97, seed=1, share=s) != rows for s in (0.3, 0.7))
    assert (many[few]).all() and many.sum() > few.sum()


def test_mispaired_follows_its_seed_and_no_other():
    torch.manual_seed(0)
    before = torch.random.get_rng_state()
    a = mispaired(31, seed=5)
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(a, mispaired(31, seed=5)) and not torch.equal(a, mispaired(31, seed=6))


def test_partners_are_drawn_anew_within_the_class():
    labels = (torch.arange(210) % 7).cpu()
    index = redrawn(labels, seed=0)
    assert torch.equal(labels[index], labels)
    assert sorted(index.tolist()) == list(range(210))
    own = (index == torch.arange(210).cpu()).sum()
    assert own < 30  # 7 are to be expected
    assert not torch.equal(index, redrawn(labels, seed=1))


def test_only_the_named_modality_is_swapped_and_its_rows_stay_whole():
    x = {"image": torch.arange(22).view(11, 2), "text": torch.arange(11), "label": torch.arange(11)}
    lying = swapped(x, ["image"], seed=0)
    assert list(lying) == list(x) and lying["text"] is x["text"] and lying["label"] is x["label"]
    assert not (lying["image"][:, 0] == x["image"][:, 0]).any()
    assert_close(lying["image"][:, 1], lying["image"][:, 0] + 1)
    assert x["image"][0].tolist() == [0, 1]  # the input is untouched


def test_two_swapped_modalities_come_from_one_sample():
    x = {"image": torch.arange(11), "text": torch.arange(11)}
    lying = swapped(x, ["image", "text"], seed=0)
    assert_close(lying["image"], lying["text"])


def test_what_is_left_out_is_zeros():
    x = {"image": torch.ones(3, 2), "text": torch.ones(3, 5)}
    left = left_out(x, ["image"])
    assert not left["image"].any() and left["text"] is x["text"] and x["image"].all()


def test_errors():
    with pytest.raises(ValueError, match="share is 1.5"):
        mispaired(5, seed=0, share=1.5)
    with pytest.raises(ValueError, match="share is 1.0 of 1 rows, one row"):
        mispaired(1, seed=0)
    with pytest.raises(ValueError, match="seed is -1"):
        mispaired(5, seed=-1)
    with pytest.raises(KeyError, match="imgae"):
        swapped({"image": torch.zeros(3)}, ["imgae"], seed=0)
    with pytest.raises(TypeError, match="modalities is 'image'"):
        left_out({"image": torch.zeros(3)}, "image")
    with pytest.raises(ValueError, match="expected one number of rows for all"):
        swapped({"image": torch.zeros(3), "text": torch.zeros(4)}, ["image"], seed=0)
    with pytest.raises(ValueError, match="labels"):
        redrawn([-1, 0], seed=0)
