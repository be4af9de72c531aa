"""Encoders: shapes on primes, padding that does not leak, errors."""

import pytest
import torch
from torch.testing import assert_close

from mmbook.encoders import SpeechEncoder, masked_mean
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


def test_an_absent_token_may_hold_anything():
    tokens = torch.tensor([[[1.0], [torch.nan], [torch.inf]]], requires_grad=True)
    mean = masked_mean(tokens, torch.tensor([[True, False, False]]))
    mean.sum().backward()
    assert mean.item() == 1 and tokens.grad.flatten().tolist() == [1, 0, 0]


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


def test_the_vector_is_the_mean_of_the_present_tokens(speech):
    x, mask = speech
    encoder = SpeechEncoder(C, D)
    tokens, same = encoder.tokens(x, mask)
    assert tokens.shape == (B, N, D) and same is mask
    assert_close(encoder(x, mask)[2], tokens[2, :3].mean(0))


def test_encoders_run_for_many_models_at_once(speech):
    x, mask = speech
    encoder = SpeechEncoder(C, D)
    weights = {k: torch.stack([v, 2 * v]) for k, v in encoder.named_parameters()}
    both = torch.func.vmap(lambda w: torch.func.functional_call(encoder, w, (x, mask)))(weights)
    assert_close(both[0], encoder(x, mask))


def test_errors_name_what_came(speech):
    x, mask = speech
    with pytest.raises(ValueError, match=r"\(5, 11, 13\); expected \(B, N, 7\)"):
        SpeechEncoder(7, D).tokens(x)
    with pytest.raises(ValueError, match=r"mask is torch.bool \(5, 7\); expected .*\(5, 11\)"):
        SpeechEncoder(C, D).tokens(x, mask[:, :7])
    with pytest.raises(ValueError, match=r"mask is torch.float32 \(5, 11\); expected torch.bool"):
        SpeechEncoder(C, D)(x, mask.float())
    with pytest.raises(ValueError, match=r"torch.float32 \(5, 11\)"):
        masked_mean(torch.ones(B, N, D), torch.ones(B, N))
    with pytest.raises(ValueError, match="dim is 0"):
        SpeechEncoder(C, 0)
