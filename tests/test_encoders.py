"""Encoders: shapes on primes, padding that does not leak, errors."""

import pytest
import torch
from torch.testing import assert_close

from mmbook.encoders import (
    Characters,
    Encoder,
    ImageEncoder,
    SpeechEncoder,
    TextEncoder,
    masked_mean,
)
from mmbook.training import set_seed

B, N, D, C = 5, 11, 6, 13


@pytest.fixture(autouse=True)
def seeded():
    set_seed(0)


@pytest.fixture
def speech():
    return torch.randn(B, N, C), torch.arange(N).expand(B, N) < torch.tensor(
        [[11], [7], [3], [1], [5]]
    )


def test_masked_mean_by_hand():
    tokens = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [50.0, 50.0]], [[9.0, 9.0]] * 3])
    mask = torch.tensor([[True, True, False], [False, False, False]])
    assert_close(masked_mean(tokens, mask), torch.tensor([[2.0, 4.0], [0.0, 0.0]]))


def test_image_tokens_are_patches_in_reading_order():
    encoder = ImageEncoder(3, D)
    image = torch.zeros(1, 3, 12, 20)
    tokens, mask = encoder.tokens(image)
    assert tokens.shape == (1, 3 * 5, D) and mask.all()
    image[0, :, 11, 19] = 1.0  # the last pixel reaches the last patch only
    changed = (encoder.tokens(image)[0] != tokens).any(-1).flatten().nonzero().flatten()
    assert changed.tolist() == [14]


def test_an_absent_picture_gives_zeros():
    image = torch.randn(B, 1, 28, 28)
    present = torch.tensor([True, False, True, True, False])
    codes = ImageEncoder(1, D)(image, present)
    assert codes.shape == (B, D)
    assert (codes[~present] == 0).all() and (codes[present] != 0).any(1).all()


def test_padding_does_not_leak_into_speech(speech):
    x, mask = speech
    encoder = SpeechEncoder(C, D)
    poisoned = torch.where(mask.unsqueeze(-1), x, 1e6)
    assert_close(encoder(poisoned, mask), encoder(x, mask))


def test_more_padding_leaves_the_vector_unchanged(speech):
    x, mask = speech
    encoder = SpeechEncoder(C, D)
    longer = torch.cat([x, torch.randn(B, 7, C)], 1)
    longer_mask = torch.cat([mask, torch.zeros(B, 7, dtype=torch.bool)], 1)
    assert_close(encoder(longer, longer_mask), encoder(x, mask))


def test_a_frame_reaches_two_neighbours_on_each_side():
    encoder = SpeechEncoder(C, D)
    x = torch.randn(1, N, C)
    changed = x.clone()
    changed[0, 5] += 1.0
    moved = (encoder.tokens(changed)[0] != encoder.tokens(x)[0]).any(-1).flatten()
    assert moved.nonzero().flatten().tolist() == [3, 4, 5, 6, 7]


def test_characters_number_sorted_letters_and_keep_unseen_apart():
    vocabulary = Characters(["ba", "ab"])
    numbers, mask = vocabulary.encode(["ab", "z", ""], length=3)
    assert numbers.tolist() == [[2, 3, 0], [1, 0, 0], [0, 0, 0]]
    assert mask.tolist() == [[True, True, False], [True, False, False], [False] * 3]
    assert len(vocabulary) == 4


def test_text_vector_does_not_depend_on_padding():
    vocabulary = Characters(["seven", "三"])
    encoder = TextEncoder(len(vocabulary), D)
    short, long = vocabulary.encode(["seven"], 5)[0], vocabulary.encode(["seven"], 17)[0]
    assert encoder.tokens(long)[0].shape == (1, 17, D)
    assert_close(encoder(long), encoder(short))


def test_errors_name_what_came(speech):
    x, mask = speech
    with pytest.raises(ValueError, match=r"\(5, 11, 13\); expected \(B, 1, height, width\)"):
        ImageEncoder(1, D).tokens(x)
    with pytest.raises(ValueError, match=r"\(5, 11, 13\); expected \(B, N, 7\)"):
        SpeechEncoder(7, D).tokens(x)
    with pytest.raises(ValueError, match=r"mask is \(5, 7\); expected \(5, 11\)"):
        SpeechEncoder(C, D).tokens(x, mask[:, :7])
    with pytest.raises(ValueError, match="float32"):
        TextEncoder(5, D).tokens(torch.ones(2, 3))
    with pytest.raises(ValueError, match="'sieben' has 6 characters; expected at most 5"):
        Characters(["sieben"]).encode(["sieben"], 5)
    with pytest.raises(ValueError, match=r"torch.float32 \(5, 11\)"):
        masked_mean(torch.ones(B, N, D), torch.ones(B, N))
    with pytest.raises(NotImplementedError):
        Encoder()(x)
