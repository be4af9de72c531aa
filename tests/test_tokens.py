"""Tokens by rule: patches, moments and letters by hand, and masks that say what is there."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from mmbook.data import damage, load_digits
from mmbook.features import Characters, DigitFeatures, DigitTokens, moments, patches

pytestmark = pytest.mark.cpu  # tokens are made on the CPU, and moved by who reads them


@pytest.fixture(scope="module")
def train():
    return load_digits("train")[:101]


def test_characters_number_sorted_letters_and_keep_unseen_apart():
    vocabulary = Characters(["ba", "ab"])
    numbers, mask = vocabulary.encode(["ab", "z", ""], length=3)
    assert numbers.tolist() == [[2, 3, 0], [1, 0, 0], [0, 0, 0]]
    assert mask.tolist() == [[True, True, False], [True, False, False], [False] * 3]
    assert len(vocabulary) == 4


def test_characters_errors():
    with pytest.raises(ValueError, match="'sieben' has 6 characters; expected at most 5"):
        Characters(["sieben"]).encode(["sieben"], 5)
    with pytest.raises(TypeError, match="texts is 'abc'.*expected a list of strings"):
        Characters(["abc"]).encode("abc", 3)
    with pytest.raises(TypeError, match="texts is 'abc'"):
        Characters("abc")
    with pytest.raises(ValueError, match="length is 0"):
        Characters(["a"]).encode([""], 0)


def test_patches_are_in_reading_order_and_hold_their_pixels_in_reading_order():
    picture = np.arange(6 * 4).reshape(1, 6, 4).astype(float)
    found = patches(picture, 2)
    assert found.shape == (1, 6, 4)
    assert found[0].tolist() == [
        [0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13],
        [10, 11, 14, 15], [16, 17, 20, 21], [18, 19, 22, 23],
    ]  # fmt: skip


def test_patches_of_pictures_in_colour_keep_a_pixel_together():
    picture = torch.arange(2 * 6 * 3).reshape(1, 2, 6, 3).float()
    found = patches(picture, 2)
    assert found.shape == (1, 3, 12)
    assert found[0, 1].tolist() == [*range(6, 12), *range(24, 30)]


def test_bytes_become_numbers_from_0_to_1_and_floats_stay():
    assert_close(patches(np.full((1, 2, 2), 51, np.uint8), 2), torch.full((1, 1, 4), 0.2))
    assert_close(patches(np.full((1, 2, 2), 0.2), 1), torch.full((1, 4, 1), 0.2))
    with pytest.raises(ValueError, match="pictures holds int64; expected uint8"):
        patches(np.full((1, 2, 2), 51), 2)


def test_a_size_that_does_not_divide_is_an_error():
    with pytest.raises(ValueError, match="size is 3; expected a divisor of 6 and 4"):
        patches(np.zeros((1, 6, 4)), 3)
    with pytest.raises(ValueError, match="frames is 3; expected a divisor of 4"):
        moments(np.zeros((2, 4, 5)), np.ones((2, 4), bool), 3)
    with pytest.raises(ValueError, match=r"mask has shape \(2, 3\); expected \(2, 4\)"):
        moments(np.zeros((2, 4, 5)), np.ones((2, 3), bool), 2)
    with pytest.raises(ValueError, match="mask holds int64; expected True and False"):
        moments(np.zeros((2, 4, 5)), np.ones((2, 4), int), 2)


def test_a_moment_is_there_if_one_of_its_frames_is():
    x = torch.arange(2 * 6 * 3).reshape(2, 6, 3).float()
    mask = torch.tensor([[True] * 5 + [False], [False] * 6])
    found, there = moments(x, mask, 2)
    assert found.shape == (2, 3, 6) and found[0, 1].tolist() == [6, 7, 8, 9, 10, 11]
    assert there.tolist() == [[True, True, True], [False, False, False]]


def test_digit_tokens_are_the_samples(train):
    tokens = DigitTokens(train, patch=14, frames=4, letters=16)
    some = load_digits("test")[:37]
    x = tokens.encode(some)
    assert {m: (tuple(t.shape), tuple(mask.shape)) for m, (t, mask) in x.items()} == {
        "image": ((37, 4, 196), (37, 4)),
        "speech": ((37, 8, 52), (37, 8)),
        "text": ((37, tokens.letters), (37, tokens.letters)),
    }
    assert {m: t.shape[2] for m, (t, _) in x.items() if m in tokens.widths} == tokens.widths
    assert {m: t.shape[1] for m, (t, _) in x.items()} == tokens.counts
    flat = DigitFeatures(train, frames=32, side=28).encode(some)
    assert_close(x["speech"][0].flatten(1), flat["speech"])  # the same numbers, cut elsewhere
    assert_close(x["image"][0][:, 1, :14], flat["image"].view(37, 28, 28)[:, 0, 14:])
    assert_close(x["speech"][1].sum(1), torch.tensor(-(-some.speech_mask.sum(1) // 4)))
    assert x["text"][1].sum(1).tolist() == [len(word) for word in some.text]
    assert all(mask.dtype == torch.bool for _, mask in x.values())


def test_several_sets_stand_one_after_the_other(train):
    tokens = DigitTokens(train)
    both, one = tokens.encode([train[:3], train[:7]]), tokens.encode(train[:7])
    for m in one:
        for a, b in zip(both[m], one[m], strict=True):
            assert_close(a[3:], b)


def test_what_a_sample_lacks_has_no_token(train):
    some = train
    for m in some.modalities:
        some = damage(some, m, "drop", 0.5, seed=1)
    for m, (x, mask) in DigitTokens(train).encode(some).items():
        assert mask.any(1).tolist() == some.present[m].tolist()
        assert not x[~mask.any(1)].any()


def test_digit_tokens_errors(train):
    with pytest.raises(ValueError, match="patch is 3"):
        DigitTokens(train, patch=3)
    with pytest.raises(ValueError, match="frames is 5"):
        DigitTokens(train, frames=5)
    with pytest.raises(TypeError, match="train is a str; expected Digits"):
        DigitTokens("train")
    with pytest.raises(ValueError, match="has .* characters; expected at most 2"):
        DigitTokens(train, letters=2).encode(train)
