"""Scaled dot products, heads and masks: numbers by hand, the library as oracle, invariances."""

from math import exp, sqrt

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from mmbook.attention import (
    CrossAttention,
    SelfAttention,
    scaled_dot_product_attention,
    sinusoidal_positions,
)

B, H, NQ, NK, DK, DV = 3, 2, 5, 7, 11, 13  # primes: a swapped axis does not go unseen
DIM, CONTEXT = 2 * DK, 17


def exact(a, b):
    assert_close(a, b, rtol=1e-10, atol=1e-10)


def normal(*shape):
    return torch.randn(shape, dtype=torch.float64)


def some_mask(*shape):
    """True for about two thirds, and at least once in every row."""
    mask = torch.rand(shape) < 0.65
    mask[..., 0] = True
    return mask


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def library_layer(ours: CrossAttention) -> nn.MultiheadAttention:
    """The library's layer with the weights of ours."""
    theirs = nn.MultiheadAttention(
        ours.dim,
        ours.num_heads,
        kdim=ours.context_dim,
        vdim=ours.context_dim,
        batch_first=True,
        dtype=torch.float64,
    )
    parts = (ours.query, ours.key, ours.value)
    with torch.no_grad():
        if theirs._qkv_same_embed_dim:
            theirs.in_proj_weight.copy_(torch.cat([p.weight for p in parts]))
        else:
            theirs.q_proj_weight.copy_(ours.query.weight)
            theirs.k_proj_weight.copy_(ours.key.weight)
            theirs.v_proj_weight.copy_(ours.value.weight)
        theirs.in_proj_bias.copy_(torch.cat([p.bias for p in parts]))
        theirs.out_proj.weight.copy_(ours.output.weight)
        theirs.out_proj.bias.copy_(ours.output.bias)
    return theirs


def test_two_keys_by_hand():
    """Scores 2 and 0, scaled by sqrt(4): the weights are those of 1 and 0."""
    query = torch.tensor([[2.0, 0.0, 0.0, 0.0]])
    key = torch.tensor([[1.0, 5.0, 0.0, 0.0], [0.0, 5.0, 0.0, 0.0]])
    value = torch.tensor([[1.0, 0.0, 3.0], [0.0, 1.0, 3.0]])
    first = exp(1) / (exp(1) + 1)
    output, weights = scaled_dot_product_attention(query, key, value)
    assert_close(weights, torch.tensor([[first, 1 - first]]))
    assert_close(output, torch.tensor([[first, 1 - first, 3.0]]))


@pytest.mark.parametrize("shape", [(NQ, NK), (B, 1, 1, NK), (B, H, NQ, NK), None])
def test_output_equals_the_library_with_and_without_weights(shape):
    query, key, value = normal(B, H, NQ, DK), normal(B, H, NK, DK), normal(B, H, NK, DV)
    mask = None if shape is None else some_mask(*shape)
    expected = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    output, weights = scaled_dot_product_attention(query, key, value, mask)
    fused, nothing = scaled_dot_product_attention(query, key, value, mask, need_weights=False)
    exact(output, expected)
    exact(fused, expected)
    assert nothing is None
    assert output.shape == (B, H, NQ, DV) and weights.shape == (B, H, NQ, NK)
    exact(weights.sum(-1), torch.ones(B, H, NQ, dtype=torch.float64))
    if mask is not None:
        assert (weights[~mask.expand_as(weights)] == 0).all()
        assert (weights[mask.expand_as(weights)] > 0).all()


def test_scores_have_unit_variance_at_any_width():
    """Independent standard normal queries and keys: the log-ratio of two weights has variance 2."""
    for width in (3, 307):
        query, key = normal(997, 1, width), normal(997, 2, width)
        weights = scaled_dot_product_attention(query, key, key)[1]
        ratio = (weights[..., 0] / weights[..., 1]).log()
        assert ratio.var().item() == pytest.approx(2, rel=0.15)  # 997 draws: sd of 4.5 %


@pytest.mark.parametrize("need_weights", [True, False])
def test_a_query_without_keys_reads_zeros_and_its_gradient_is_finite(need_weights):
    query, key, value = (normal(B, n, DK).requires_grad_() for n in (NQ, NK, NK))
    mask = some_mask(B, NQ, NK)
    mask[1, 2] = False
    output, weights = scaled_dot_product_attention(
        query, key, value, mask, need_weights=need_weights
    )
    assert (output[1, 2] == 0).all()
    if need_weights:
        assert (weights[1, 2] == 0).all()
    output.square().sum().backward()
    for x in (query, key, value):
        assert x.grad.isfinite().all()
    assert (query.grad[1, 2] == 0).all() and (query.grad[1, 3] != 0).any()


def test_gradients_equal_the_library():
    tensors = [normal(B, n, DK).requires_grad_() for n in (NQ, NK, NK)]
    mask = some_mask(B, NQ, NK)
    target = normal(B, NQ, DK)
    ours = torch.autograd.grad(
        (scaled_dot_product_attention(*tensors, mask)[0] * target).sum(), tensors
    )
    theirs = torch.autograd.grad(
        (F.scaled_dot_product_attention(*tensors, attn_mask=mask) * target).sum(), tensors
    )
    for a, b in zip(ours, theirs, strict=True):
        exact(a, b)


@pytest.mark.parametrize("heads", [1, 2, 11])
def test_self_attention_equals_the_library_with_copied_weights(heads):
    ours = SelfAttention(DIM, num_heads=heads).double()
    x, mask = normal(B, NQ, DIM), some_mask(B, NQ)
    output, weights = ours(x, mask)
    expected, theirs = library_layer(ours)(
        x, x, x, key_padding_mask=~mask, average_attn_weights=False
    )
    exact(output, expected)
    exact(weights, theirs)
    exact(ours(x, mask, need_weights=False)[0], expected)


def test_cross_attention_equals_the_library_with_both_masks():
    ours = CrossAttention(DIM, CONTEXT, num_heads=H).double()
    query, context = normal(B, NQ, DIM), normal(B, NK, CONTEXT)
    mask, pairs = some_mask(B, NK), some_mask(NQ, NK)
    output, weights = ours(query, context, mask, pairs)
    expected, theirs = library_layer(ours)(
        query,
        context,
        context,
        key_padding_mask=~mask,
        attn_mask=~pairs,
        average_attn_weights=False,
    )
    exact(output, expected)
    exact(weights, theirs)
    exact(ours(query, context, mask, pairs.expand(B, -1, -1))[0], expected)


@pytest.mark.parametrize("bias", [True, False])
def test_self_attention_is_cross_attention_of_a_sequence_with_itself(bias):
    """Its one product for three roles changes nothing, in values and in gradients."""
    ours = SelfAttention(DIM, num_heads=H, bias=bias).double()
    cross = CrossAttention(DIM, num_heads=H, bias=bias).double()
    cross.load_state_dict(ours.state_dict())
    x, mask = normal(B, NQ, DIM), some_mask(B, NQ)
    read, expected = ours(x, mask), cross(x, x, mask)
    for mine, theirs in zip(read, expected, strict=True):
        exact(mine, theirs)
    read[0].square().sum().backward()
    expected[0].square().sum().backward()
    for mine, theirs in zip(ours.parameters(), cross.parameters(), strict=True):
        exact(mine.grad, theirs.grad)


def test_heads_are_blocks_of_one_head_attention():
    """Each head alone on its own block of columns; their outputs add up."""
    ours = SelfAttention(DIM, num_heads=H).double()
    x = normal(B, NQ, DIM)
    total = ours.output.bias
    for h in range(H):
        block = slice(h * DK, (h + 1) * DK)
        q, k, v = (
            x @ p.weight[block].T + p.bias[block] for p in (ours.query, ours.key, ours.value)
        )
        A = (q @ k.mT / sqrt(DK)).softmax(-1)
        total = total + A @ v @ ours.output.weight[:, block].T
        exact(ours(x)[1][:, h], A)
    exact(ours(x)[0], total)


def test_permuted_tokens_give_permuted_outputs():
    ours = SelfAttention(DIM, num_heads=H).double()
    x, order = normal(B, NQ, DIM), torch.randperm(NQ)
    output, weights = ours(x)
    moved, moved_weights = ours(x[:, order])
    exact(moved, output[:, order])
    exact(moved_weights, weights[:, :, order][..., order])


def test_the_order_of_the_context_does_not_matter():
    ours = CrossAttention(DIM, CONTEXT, num_heads=H).double()
    query, context, mask = normal(B, NQ, DIM), normal(B, NK, CONTEXT), some_mask(B, NK)
    order = torch.randperm(NK)
    exact(ours(query, context[:, order], mask[:, order])[0], ours(query, context, mask)[0])


@pytest.mark.parametrize("need_weights", [True, False])
def test_padding_in_one_example_leaves_all_outputs_unchanged(need_weights):
    ours = CrossAttention(DIM, CONTEXT, num_heads=H).double()
    query, context, mask = normal(B, NQ, DIM), normal(B, NK, CONTEXT), some_mask(B, NK)
    before = ours(query, context, mask, need_weights=need_weights)[0]
    filled = torch.where(mask[..., None], context, 1e3)
    exact(ours(query, filled, mask, need_weights=need_weights)[0], before)
    longer = torch.cat([context, normal(B, 19, CONTEXT)], 1)
    mask = torch.cat([mask, torch.zeros(B, 19, dtype=torch.bool)], 1)
    exact(ours(query, longer, mask, need_weights=need_weights)[0], before)


def test_examples_of_a_batch_do_not_see_each_other():
    ours = SelfAttention(DIM, num_heads=H).double()
    x = normal(B, NQ, DIM)
    exact(ours(x)[0][1:2], ours(x[1:2])[0])


def test_a_causal_mask_hides_the_future():
    ours = SelfAttention(DIM, num_heads=H).double()
    causal = torch.ones(NQ, NQ, dtype=torch.bool).tril()
    x = normal(B, NQ, DIM)
    changed = x.clone()
    changed[:, 3:] = normal(B, NQ - 3, DIM)
    before, after = (ours(v, pair_mask=causal)[0] for v in (x, changed))
    exact(after[:, :3], before[:, :3])
    assert not torch.allclose(after[:, 3:], before[:, 3:])


def test_a_batch_element_with_nothing_to_read_gives_the_output_bias():
    ours = CrossAttention(DIM, CONTEXT, num_heads=H).double()
    nn.init.normal_(ours.output.bias)
    mask = torch.ones(B, NK, dtype=torch.bool)
    mask[1] = False
    for need_weights in (True, False):
        output, _ = ours(
            normal(B, NQ, DIM), normal(B, NK, CONTEXT), mask, need_weights=need_weights
        )
        exact(output[1], ours.output.bias.expand(NQ, DIM))


def test_positions_by_hand_and_their_products_depend_on_the_distance_alone():
    P = sinusoidal_positions(NK, 4).double()
    exact(P[0], torch.tensor([0.0, 1.0, 0.0, 1.0]).double())
    assert_close(
        P[3],
        torch.tensor([3.0, 3.0, 0.03, 0.03]).double().sin() * torch.tensor([1, 0, 1, 0])
        + torch.tensor([3.0, 3.0, 0.03, 0.03]).double().cos() * torch.tensor([0, 1, 0, 1]),
        rtol=1e-5,
        atol=1e-6,
    )
    gram = P @ P.T
    for distance in range(NK):
        diagonal = gram.diagonal(distance)
        assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=1e-5, atol=1e-5)
    assert gram[0, 0] > gram[0, 3]


@pytest.mark.parametrize(
    ("shapes", "mask", "message"),
    [
        (((NQ, 3), (NK, 5), (NK, 5)), None, "width 3, key has 5"),
        (((NQ, 3), (NK, 3), (NQ, 5)), None, "7 keys and 5 values"),
        (((NQ, 3), (NK, 3), (NK, 5)), torch.ones(NQ, NK), "torch.float32"),
        (((NQ, 3), (NK, 3), (NK, 5)), torch.ones(NK, NQ).bool(), r"\(7, 5\).*\(5, 7\)"),
        (((NQ, 3), (NK, 3), (NK, 5)), torch.ones(B, NQ, NK).bool(), r"\(3, 5, 7\)"),
    ],
)
def test_bad_input_is_named(shapes, mask, message):
    with pytest.raises(ValueError, match=message):
        scaled_dot_product_attention(*(normal(*s) for s in shapes), mask)


def test_the_layers_name_what_does_not_fit():
    with pytest.raises(ValueError, match="dim 22 is not divisible by num_heads 3"):
        SelfAttention(DIM, num_heads=3)
    layer = CrossAttention(DIM, CONTEXT).double()
    query, context = normal(B, NQ, DIM), normal(B, NK, CONTEXT)
    with pytest.raises(ValueError, match=r"context has shape \(3, 5, 22\); expected \(B, N, 17\)"):
        layer(query, query)
    with pytest.raises(ValueError, match=r"query has shape \(5, 22\)"):
        layer(query[0], context)
    with pytest.raises(ValueError, match="3 queries and 2 contexts"):
        layer(query, context[:2])
    with pytest.raises(ValueError, match=r"context_mask is torch.bool \(3, 5\).*\(3, 7\)"):
        layer(query, context, torch.ones(B, NQ).bool())
    with pytest.raises(ValueError, match=r"pair_mask is torch.int64 \(5, 7\).*torch.bool"):
        layer(query, context, pair_mask=torch.ones(NQ, NK).long())
    for tokens, dim in ((0, 4), (3, 5)):
        with pytest.raises(ValueError, match=f"got {tokens} tokens, dim {dim}"):
            sinusoidal_positions(tokens, dim)
