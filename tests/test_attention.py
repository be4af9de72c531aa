"""Scaled dot products, heads and masks: numbers by hand, the library as oracle, invariances."""

import pickle
from copy import deepcopy
from math import exp, inf, nan, sin, sqrt

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call
from torch.testing import assert_close

from mmbook.attention import (
    CrossAttention,
    SelfAttention,
    TransformerBlock,
    as_multihead,
    masked_softmax,
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


@pytest.mark.parametrize(
    "shape", [(NK,), (1, NK), (NQ, 1), (NQ, NK), (B, 1, 1, NK), (B, H, NQ, NK), None]
)
def test_output_equals_the_library_with_and_without_weights(shape):
    query, key, value = normal(B, H, NQ, DK), normal(B, H, NK, DK), normal(B, H, NK, DV)
    mask = None if shape is None else some_mask(*shape)
    two_axes = mask[None] if shape == (NK,) else mask  # of which the library wants at least two
    expected = F.scaled_dot_product_attention(query, key, value, attn_mask=two_axes)
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
    P = sinusoidal_positions(NK, 4, device=torch.zeros(()).device).double()
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


def test_positions_come_in_the_dtype_and_on_the_device_asked_for():
    exact = sinusoidal_positions(307, 16, dtype=torch.float64)
    single, half = sinusoidal_positions(307, 16), sinusoidal_positions(307, 16, dtype=torch.half)
    assert exact[306, 2].item() == pytest.approx(sin(306 * 10_000 ** (-1 / 8)), abs=1e-12)
    assert (exact.dtype, single.dtype, half.dtype) == (torch.float64, torch.float32, torch.half)
    assert_close(single.double(), exact, atol=5e-5, rtol=0)
    assert torch.equal(half, single.half())
    assert sinusoidal_positions(3, 4, device="meta").device.type == "meta"


# ---- NaN in tokens that are hidden ----------------------------------------------------------

PAIRS = [(1, NK), (B, 1, 1, NK), (NQ, NK), (1, NQ, NK), (B, 1, NQ, NK), (B, H, NQ, NK)]


def reads_and_slopes(tensors, mask, rows, need_weights, attention=scaled_dot_product_attention):
    """Output and weights at ``rows``, and the gradients of a loss of these rows alone."""
    leaves = [x.clone().requires_grad_() for x in tensors]
    output, weights = attention(*leaves, mask, need_weights=need_weights)
    (output[rows].square().sum() + output[rows].sum()).backward()
    read = [output[rows], weights[rows] if need_weights else output[rows]]
    return [x.detach() for x in read], [x.grad for x in leaves]


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("shape", PAIRS)
def test_nan_in_a_token_that_no_query_may_attend_changes_nothing(shape, bad, need_weights):
    query, key, value = normal(B, H, NQ, DK), normal(B, H, NK, DK), normal(B, H, NK, DV)
    mask = some_mask(*shape)
    mask[..., 3] = False
    everywhere = torch.ones(B, H, NQ, dtype=torch.bool)
    expected = reads_and_slopes((query, key, value), mask, everywhere, need_weights)
    for spoil in ((key,), (value,), (key, value)):
        spoilt = [x.clone() for x in (query, key, value)]
        for x, original in zip(spoilt[1:], (key, value), strict=True):
            if any(original is s for s in spoil):
                x[..., 3, 1] = bad
        reads, slopes = reads_and_slopes(spoilt, mask, everywhere, need_weights)
        for ours, theirs in zip(reads + slopes, expected[0] + expected[1], strict=True):
            exact(ours, theirs)


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("bad", [nan, inf])
@pytest.mark.parametrize("where", ["key", "value"])
def test_nan_reaches_only_the_queries_that_may_attend_to_it(where, bad, need_weights):
    """A causal mask: token 3 of one head of one example is hidden from queries 0 to 2."""
    query, key, value = normal(B, H, NK, DK), normal(B, H, NK, DK), normal(B, H, NK, DV)
    causal = torch.ones(NK, NK, dtype=torch.bool).tril()
    clean = torch.ones(B, H, NK, dtype=torch.bool)
    clean[1, 0, 3:] = False
    expected = reads_and_slopes((query, key, value), causal, clean, need_weights)
    spoilt = {"key": key.clone(), "value": value.clone()}
    spoilt[where][1, 0, 3, 5] = bad
    tensors = (query, spoilt["key"], spoilt["value"])
    reads, slopes = reads_and_slopes(tensors, causal, clean, need_weights)
    for ours, theirs in zip(reads + slopes, expected[0] + expected[1], strict=True):
        exact(ours, theirs)
    output, weights = scaled_dot_product_attention(*tensors, causal, need_weights=need_weights)
    assert output[~clean].isnan().all()  # never a believable number
    assert weights is None or weights[~clean].isnan().all()


def test_a_mask_of_one_width_hides_nan_from_its_queries():
    """(Nq, 1): a query may attend to all or to nothing."""
    query, key, value = normal(B, NQ, DK), normal(B, NK, DK), normal(B, NK, DV)
    mask = torch.tensor([True, False, True, False, True])[:, None]
    key[1, 2] = nan
    for need_weights in (True, False):
        output, _ = scaled_dot_product_attention(query, key, value, mask, need_weights=need_weights)
        assert (output[:, ~mask[:, 0]] == 0).all()
        assert output[1, mask[:, 0]].isnan().all() and output[0].isfinite().all()


@pytest.mark.parametrize("need_weights", [True, False])
def test_nothing_leaks_where_numbers_cannot_be_looked_at(need_weights):
    """Under vmap and compile the shield is always up."""
    query, key, value = normal(B, NQ, DK), normal(B, NK, DK), normal(B, NK, DV)
    for mask in (some_mask(B, 1, NK), some_mask(B, NQ, NK)):
        mask[..., 3] = False
        expected = scaled_dot_product_attention(query, key, value, mask)[0]
        spoilt = key.clone(), value.clone()
        for x in spoilt:
            x[:, 3] = nan

        def read(*given, need_weights=need_weights):
            return scaled_dot_product_attention(*given, need_weights=need_weights)[0]

        exact(torch.vmap(read)(query, key, value, mask), expected)
        exact(torch.vmap(read)(query, *spoilt, mask), expected)
        exact(torch.compile(read, backend="eager", fullgraph=True)(query, *spoilt, mask), expected)


@pytest.mark.parametrize("need_weights", [True, False])
def test_nan_in_padding_reaches_no_output_and_no_weight_of_a_layer(need_weights):
    layer = CrossAttention(DIM, CONTEXT, num_heads=H).double()
    query, context, mask = normal(B, NQ, DIM), normal(B, NK, CONTEXT), some_mask(B, NK)
    pairs = some_mask(B, NQ, NK)
    pairs[..., 3] = False

    def slopes(context, *masks):
        layer.zero_grad()
        output = layer(query, context, *masks, need_weights=need_weights)[0]
        output.square().sum().backward()
        return [output.detach(), *(p.grad.clone() for p in layer.parameters())]

    for masks, hidden in (((mask,), ~mask), ((None, pairs), ~pairs.any(1))):
        spoilt = context.clone()
        spoilt[hidden] = nan
        for ours, theirs in zip(slopes(spoilt, *masks), slopes(context, *masks), strict=True):
            exact(ours, theirs)


@pytest.mark.parametrize("make", [SelfAttention, CrossAttention, TransformerBlock])
@pytest.mark.parametrize("need_weights", [True, False])
def test_nan_to_come_does_not_reach_the_past_of_a_layer(make, need_weights):
    layer = make(DIM, num_heads=H).double()
    causal = torch.ones(NQ, NQ, dtype=torch.bool).tril()
    x = normal(B, NQ, DIM)
    spoilt = x.clone()
    spoilt[1, 3, 5] = nan

    def read(tokens):
        given = (x, tokens) if make is CrossAttention else (tokens,)
        return layer(*given, pair_mask=causal, need_weights=need_weights)[0]

    expected, output = read(x), read(spoilt)
    later = torch.zeros(B, NQ, dtype=torch.bool)
    later[1, 3:] = True
    exact(output[~later], expected[~later])
    assert output[later].isnan().all()


@pytest.mark.parametrize("make", [SelfAttention, TransformerBlock])
def test_nan_in_absent_tokens_reaches_no_present_one(make):
    layer = make(DIM, num_heads=H).double()
    x, mask = normal(B, NQ, DIM), some_mask(B, NQ)
    causal = torch.ones(NQ, NQ, dtype=torch.bool).tril()

    def slopes(x, pairs):
        layer.zero_grad()
        output = layer(x, mask, pairs)[0][mask]
        output.square().sum().backward()
        return [output.detach(), *(p.grad.clone() for p in layer.parameters())]

    for pairs in (None, causal):
        spoilt = torch.where(mask.unsqueeze(-1), x, nan)
        absent_as_zero = torch.where(mask.unsqueeze(-1), x, 0.0)
        for ours, theirs in zip(slopes(spoilt, pairs), slopes(absent_as_zero, pairs), strict=True):
            exact(ours, theirs)


@pytest.mark.parametrize("make", [SelfAttention, TransformerBlock])
def test_tokens_of_another_dtype_or_shape_are_refused_by_name(make):
    layer = make(DIM, num_heads=H)
    with pytest.raises(ValueError, match="x is torch.float64 on .*; expected torch.float32"):
        layer(normal(B, NQ, DIM))
    with pytest.raises(ValueError, match=rf"x has shape .*; expected \(B, N, {DIM}\)"):
        layer(normal(B, NQ, DIM + 1).float())
    with pytest.raises(ValueError, match=rf"expected torch.bool \({B}, {NQ}\)"):
        layer(normal(B, NQ, DIM).float(), some_mask(B, NQ)[:, 1:])


# ---- the layers as modules ------------------------------------------------------------------


def test_self_attention_stands_beside_cross_attention_and_not_under_it():
    assert not issubclass(SelfAttention, CrossAttention)
    ours, cross = SelfAttention(DIM, num_heads=H), CrossAttention(DIM, num_heads=H)
    assert list(ours.state_dict()) == list(cross.state_dict())
    assert "dim=22, context_dim=17, num_heads=2" in repr(CrossAttention(DIM, CONTEXT, num_heads=H))
    seen = []
    ours.output.register_forward_hook(lambda *_: seen.append("output"))
    ours(normal(B, NQ, DIM).float())
    assert seen == ["output"]


@pytest.mark.parametrize("make", [SelfAttention, TransformerBlock])
def test_layers_are_copied_side_by_side_and_compiled(make):
    layer = make(DIM, num_heads=H)
    x, mask = normal(B, NQ, DIM).float(), some_mask(B, NQ)
    expected = layer(x, mask)[0]
    twin = pickle.loads(pickle.dumps(deepcopy(layer)))
    assert_close(twin(x, mask)[0], expected)
    stacked = {name: torch.stack([p, 2 * p]) for name, p in layer.state_dict().items()}
    both = torch.vmap(lambda w: functional_call(layer, w, (x, mask))[0])(stacked)
    assert_close(both[0], expected)
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    assert_close(compiled(x, mask)[0], expected)
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        assert_close(layer(x, mask)[0].float(), expected, rtol=0.1, atol=0.1)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("context", [DIM, CONTEXT])
def test_the_librarys_layer_with_our_weights_computes_the_same(context, bias):
    ours = CrossAttention(DIM, context, num_heads=H, bias=bias).double().eval()
    state = torch.get_rng_state()
    theirs = as_multihead(ours)
    assert torch.equal(torch.get_rng_state(), state)  # no draw
    assert not theirs.training and (theirs.in_proj_bias is not None) == bias
    query, tokens, mask = normal(B, NQ, DIM), normal(B, NK, context), some_mask(B, NK)
    expected = theirs(query, tokens, tokens, key_padding_mask=~mask, average_attn_weights=False)
    exact(ours(query, tokens, mask)[0], expected[0])
    exact(ours(query, tokens, mask)[1], expected[1])
    with torch.no_grad():
        theirs.out_proj.weight.zero_()
    assert ours.output.weight.abs().min() > 0  # a copy


def test_self_attention_too_goes_to_the_library():
    ours = SelfAttention(DIM, num_heads=H)
    x = normal(B, NQ, DIM).float()
    assert_close(as_multihead(ours)(x, x, x)[0], ours(x)[0])
    with pytest.raises(TypeError, match="attention is .*; expected"):
        as_multihead(nn.Linear(2, 3))


# ---- the block ------------------------------------------------------------------------------


def library_block(ours: TransformerBlock, activation: str) -> nn.TransformerEncoderLayer:
    """The library's block with the weights of ours. In training, where it takes no short cut."""
    theirs = nn.TransformerEncoderLayer(
        DIM, H, ours.width, 0.0, activation, batch_first=True, norm_first=True, dtype=torch.float64
    )
    theirs.self_attn = library_layer(ours.attention)
    for mine, its in (
        (ours.attention_norm, theirs.norm1),
        (ours.mlp_norm, theirs.norm2),
        (ours.mlp[0], theirs.linear1),
        (ours.mlp[-1], theirs.linear2),
    ):
        its.load_state_dict(mine.state_dict())
    return theirs


@pytest.mark.parametrize("activation", ["gelu", "relu"])
@pytest.mark.parametrize("need_weights", [True, False])
def test_the_block_equals_the_library_with_copied_weights(activation, need_weights):
    ours = TransformerBlock(DIM, num_heads=H, width=19, activation=activation).double()
    for norm in (ours.attention_norm, ours.mlp_norm):
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
    theirs = library_block(ours, activation)
    x, mask, pairs = normal(B, NQ, DIM), some_mask(B, NQ), some_mask(NQ, NQ)
    for masks in ((None, None), (mask, None), (None, pairs), (mask, pairs)):
        padding, forbidden = (None if m is None else ~m for m in masks)
        output, weights = ours(x, *masks, need_weights=need_weights)
        exact(output, theirs(x, src_key_padding_mask=padding, src_mask=forbidden))
        assert (weights is None) != need_weights
    target = normal(B, NQ, DIM)
    (ours(x, mask)[0] * target).sum().backward()
    (theirs(x, src_key_padding_mask=~mask) * target).sum().backward()
    exact(ours.mlp[0].weight.grad, theirs.linear1.weight.grad)
    exact(ours.attention.output.weight.grad, theirs.self_attn.out_proj.weight.grad)


def test_a_block_whose_parts_say_nothing_lets_its_input_through():
    block = TransformerBlock(DIM, num_heads=H)
    assert block.width == 4 * DIM
    for layer in (block.attention.output, block.mlp[-1]):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    x = normal(B, NQ, DIM).float()
    assert torch.equal(block(x)[0], x)


def test_the_block_drops_in_training_alone():
    torch.manual_seed(0)
    block = TransformerBlock(DIM, num_heads=H, dropout=0.5)
    x = normal(B, NQ, DIM).float()
    assert not torch.equal(block(x)[0], block(x)[0])
    block.eval()
    assert torch.equal(block(x)[0], block(x)[0])


def test_the_block_names_what_does_not_fit():
    for options, message in (
        ({"dropout": 1.5}, "dropout is 1.5; expected a number from 0 to 1"),
        ({"dropout": nan}, "dropout is nan"),
        ({"activation": "tanh"}, "activation is 'tanh'; expected one of"),
        ({"width": 0}, "width is 0"),
        ({"num_heads": 3}, "dim is 22; expected a multiple of num_heads, 3"),
    ):
        with pytest.raises(ValueError, match=message):
            TransformerBlock(DIM, **options)
    block = TransformerBlock(DIM)
    with pytest.raises(ValueError, match=r"x has shape \(3, 5, 17\); expected \(B, N, 22\)"):
        block(normal(B, NQ, CONTEXT).float())
    with pytest.raises(ValueError, match="mask is torch.bool .*; expected"):
        block(normal(B, NQ, DIM).float(), torch.ones(B, NK).bool())


# ---- errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "mask", "message"),
    [
        (((NQ, 3), (NK, 5), (NK, 5)), None, r"key has shape \(7, 5\); expected \(..., Nk, 3\)"),
        (((NQ, 3), (NK, 3), (NQ, 5)), None, r"value has shape \(5, 5\); expected \(..., 7, d_v\)"),
        (((B, NQ, 3), (NK, 3), (NK, 3)), None, "expected the same axes before the last 2"),
        (((3,), (3,), (3,)), None, r"query has shape \(3,\)"),
        (((NQ, 0), (NK, 0), (NK, 5)), None, "query is empty"),
        (((NQ, 3), (NK, 3), (NK, 5)), torch.ones(NQ, NK), "torch.float32"),
        (((NQ, 3), (NK, 3), (NK, 5)), torch.ones(NK, NQ).bool(), r"\(7, 5\).*\(5, 7\)"),
        (((NQ, 3), (NK, 3), (NK, 5)), torch.ones(B, NQ, NK).bool(), r"\(3, 5, 7\)"),
    ],
)
def test_bad_input_is_named(shapes, mask, message):
    with pytest.raises(ValueError, match=message):
        scaled_dot_product_attention(*(normal(*s) for s in shapes), mask)


def test_only_autocast_lets_dtypes_differ():
    query, key, value = (normal(B, n, DK).float() for n in (NQ, NK, NK))
    expected = scaled_dot_product_attention(query, key, value)[0]
    halves = key.bfloat16(), value.bfloat16()
    with pytest.raises(ValueError, match="key is torch.bfloat16 .*, as the query"):
        scaled_dot_product_attention(query, *halves)
    with torch.autocast(query.device.type, dtype=torch.bfloat16):
        for need_weights in (True, False):
            output, _ = scaled_dot_product_attention(query, *halves, need_weights=need_weights)
            assert_close(output.float(), expected, rtol=0.1, atol=0.1)


def test_the_layers_name_what_does_not_fit():
    with pytest.raises(ValueError, match="dim is 22; expected a multiple of num_heads, 3"):
        SelfAttention(DIM, num_heads=3)
    layer = CrossAttention(DIM, CONTEXT).double()
    query, context = normal(B, NQ, DIM), normal(B, NK, CONTEXT)
    with pytest.raises(ValueError, match=r"context has shape \(3, 5, 22\); expected \(3, Nk, 17\)"):
        layer(query, query)
    with pytest.raises(ValueError, match=r"query has shape \(5, 22\)"):
        layer(query[0], context)
    with pytest.raises(ValueError, match=r"context has shape \(2, 7, 17\); expected \(3, Nk, 17\)"):
        layer(query, context[:2])
    with pytest.raises(ValueError, match=r"context_mask is torch.bool \(3, 5\).*\(3, 7\)"):
        layer(query, context, torch.ones(B, NQ).bool())
    with pytest.raises(ValueError, match=r"pair_mask is torch.int64 \(5, 7\).*torch.bool"):
        layer(query, context, pair_mask=torch.ones(NQ, NK).long())
    with pytest.raises(ValueError, match="query is torch.float32 on .*; expected torch.float64"):
        layer(query.float(), context)
    for options in ({"need_weights": "no"}, {"context_mask": "all"}, {"pair_mask": [[True]]}):
        with pytest.raises(TypeError, match=f"{next(iter(options))} is .*; expected"):
            layer(query, context, **options)
    for sizes in ((0, 1), (DIM, 0), (DIM, 1.0), (float(DIM), 1), (DIM, -1)):
        with pytest.raises((ValueError, TypeError), match="(dim|num_heads) is .*; expected"):
            SelfAttention(sizes[0], num_heads=sizes[1])
    for wrong, message in (
        ((0, 4), "num_tokens is 0; expected"),
        ((3, 5), "dim is 5 of torch.float32; expected an even number"),
        ((3, 0), "dim is 0; expected"),
    ):
        with pytest.raises(ValueError, match=message):
            sinusoidal_positions(*wrong)
    with pytest.raises(ValueError, match="device is 'gpu'; expected a device of PyTorch's"):
        sinusoidal_positions(3, 4, device="gpu")
    with pytest.raises(ValueError, match="of torch.int64; expected an even number of floats"):
        sinusoidal_positions(3, 4, dtype=torch.int64)


def test_a_softmax_names_a_mask_that_does_not_fit():
    scores = normal(B, NQ, NK)
    for mask, error in (
        (torch.ones(NQ, NK), ValueError),
        (torch.ones(NQ).bool(), ValueError),
        (torch.ones(H, B, NQ, NK).bool(), ValueError),
        ([True] * NK, TypeError),
    ):
        with pytest.raises(error, match=r"mask is .*; expected torch.bool that broadcasts to \(3"):
            masked_softmax(scores, mask)
    with pytest.raises(ValueError, match="scores is torch.int64"):
        masked_softmax(scores.long())
