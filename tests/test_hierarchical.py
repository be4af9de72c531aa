"""Attention over levels: numbers by hand, an oracle, invariances, errors."""

import pickle
from copy import deepcopy
from math import atanh, exp, log

import pytest
import torch
from torch.func import functional_call
from torch.testing import assert_close

from mmbook.hierarchical import HierarchicalAttention, level_attention

B, N, L, D, A = 3, 5, 7, 11, 13


def normal(*shape):
    return torch.randn(shape, dtype=torch.float64)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def by_loops(X, W_a, w):
    """The document's formula, one row and one level at a time."""
    fused, alpha = torch.zeros(len(X), X.shape[2]), torch.zeros(X.shape[:2])
    fused, alpha = fused.double(), alpha.double()
    for i, levels in enumerate(X):
        scores = [exp(float(w_l @ torch.tanh(W_a @ x))) for w_l, x in zip(w, levels, strict=True)]
        for level, x in enumerate(levels):
            alpha[i, level] = scores[level] / sum(scores)
            fused[i] += alpha[i, level] * x
    return fused, alpha


def test_two_levels_by_hand():
    """tanh gives 1/2 and 0, w = 2 log 3: the scores are log 3 and 0, the weights 3/4 and 1/4."""
    X = torch.tensor([[atanh(0.5), 8.0], [0.0, 4.0]])
    fused, alpha = level_attention(X, torch.tensor([[1.0, 0.0]]), torch.tensor([2 * log(3)]))
    assert_close(alpha, torch.tensor([0.75, 0.25]))
    assert_close(fused, torch.tensor([0.75 * atanh(0.5), 7.0]))


def test_equals_the_formula_computed_with_loops():
    X, W_a, w = normal(B, L, D), normal(A, D), normal(L, A)
    for ours, theirs in zip(level_attention(X, W_a, w), by_loops(X, W_a, w), strict=True):
        assert_close(ours, theirs)
    shared = level_attention(X, W_a, w[0])
    assert_close(shared[1], by_loops(X, W_a, w[:1].expand(L, A))[1])


def test_equal_levels_and_a_shared_w_give_one_over_L():
    X = normal(B, 1, D).expand(B, L, D)
    fused, alpha = level_attention(X, normal(A, D), normal(A))
    assert_close(alpha, torch.full((B, L), 1 / L).double())
    assert_close(fused, X[:, 0])
    per_level = level_attention(X, normal(A, D), normal(L, A))[1]
    assert per_level.std(-1).min() > 0.01


def test_a_shared_w_follows_a_permutation_of_the_levels():
    X, W_a, w, order = normal(B, L, D), normal(A, D), normal(A), torch.randperm(L)
    fused, alpha = level_attention(X, W_a, w)
    moved, moved_alpha = level_attention(X[:, order], W_a, w)
    assert_close(moved, fused)
    assert_close(moved_alpha, alpha[:, order])


def test_alpha_sums_to_one_over_levels_for_every_token_alone():
    X, W_a, w = normal(B, N, L, D), normal(A, D), normal(L, A)
    fused, alpha = level_attention(X, W_a, w)
    assert fused.shape == (B, N, D) and alpha.shape == (B, N, L)
    assert_close(alpha.sum(-1), torch.ones(B, N).double())
    assert_close(alpha[1, 2], level_attention(X[1, 2], W_a, w)[1])  # no other token matters


def test_an_absent_level_gets_no_weight_whatever_stands_there():
    X, W_a, w = normal(B, L, D), normal(A, D), normal(L, A)
    mask = torch.rand(B, L) < 0.6
    mask[0], mask[1] = False, True
    X[~mask] = float("nan")
    fused, alpha = level_attention(X, W_a, w, mask)
    assert (alpha[~mask] == 0).all() and (fused[0] == 0).all()
    assert_close(fused[1:2], level_attention(X[1:2], W_a, w)[0])
    kept = mask[2]
    assert_close(fused[2], level_attention(X[2][kept], W_a, w[kept])[0])


def test_the_layer_projects_levels_of_unequal_widths():
    widths = (3, 5, 11)
    layer = HierarchicalAttention(widths, A, dim=D, shared=False).double()
    levels = [normal(B, N, width) for width in widths]
    fused, alpha = layer(levels)
    X = torch.stack([p(x) for p, x in zip(layer.projections, levels, strict=True)], -2)
    expected = level_attention(X, layer.W_a, layer.w)
    assert_close((fused, alpha), expected)
    assert layer.w.shape == (3, A) and fused.shape == (B, N, D)
    fused.sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in layer.parameters())


def test_equal_widths_need_no_projection():
    layer = HierarchicalAttention((D,) * L, A).double()
    X = normal(B, L, D)
    assert_close(layer(X.unbind(1)), level_attention(X, layer.W_a, layer.w))
    assert sum(p.numel() for p in layer.parameters()) == A * D + A


def test_an_absent_level_reaches_no_gradient_whatever_stands_there():
    widths = (3, 5, D)
    layer = HierarchicalAttention(widths, A, dim=D, shared=False).double()
    levels = [normal(B, N, width) for width in widths]
    mask = torch.rand(B, N, 3) < 0.6
    mask[0, 0] = False

    def slopes(levels):
        layer.zero_grad()
        layer(levels, mask)[0].square().sum().backward()
        return [p.grad.clone() for p in layer.parameters()]

    expected = slopes(levels)
    spoilt = [x.clone() for x in levels]
    for i, x in enumerate(spoilt):
        x[~mask[..., i]] = float("nan")
    for ours, theirs in zip(slopes(spoilt), expected, strict=True):
        assert_close(ours, theirs)


def test_the_layer_is_copied_side_by_side_and_compiled():
    layer = HierarchicalAttention((3, 5), A, dim=D, shared=False)
    levels, mask = [normal(B, 3).float(), normal(B, 5).float()], torch.rand(B, 2) < 0.6
    expected = layer(levels, mask)
    assert_close(pickle.loads(pickle.dumps(deepcopy(layer)))(levels, mask), expected)
    stacked = {name: torch.stack([p, 2 * p]) for name, p in layer.state_dict().items()}
    both = torch.vmap(lambda w: functional_call(layer, w, (levels, mask)))(stacked)
    assert_close(both[0][0], expected[0])
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    assert_close(compiled(levels, mask), expected)
    assert "level_dims=(3, 5), attention_dim=13, dim=11, shared=False" in repr(layer)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"widths \(3, 5\).*common dim"):
        HierarchicalAttention((3, 5), A)
    with pytest.raises(ValueError, match="level_dims has 0 entries; expected at least 1"):
        HierarchicalAttention((), A)
    layer = HierarchicalAttention((3, 5), A, dim=D).double()
    with pytest.raises(ValueError, match=r"levels\[0\] has shape \(3, 5\); expected \(..., 3\)"):
        layer([normal(B, 5), normal(B, 3)])
    with pytest.raises(ValueError, match="expected the same axes before the last 1"):
        layer([normal(B, 3), normal(N, 5)])
    with pytest.raises(ValueError, match=r"got 1 levels; expected widths \(3, 5\)"):
        layer([normal(B, 3)])
    with pytest.raises(
        ValueError, match=r"levels\[0\] is torch.float32 on .*; expected torch.float64"
    ):
        layer([normal(B, 3).float(), normal(B, 5).float()])
    with pytest.raises(TypeError, match="levels holds .*; expected Tensor"):
        layer([[1.0] * 3, normal(B, 5)])
    with pytest.raises(
        ValueError, match=r"mask is torch.bool \(2,\); expected torch.bool \(3, 2\)"
    ):
        layer([normal(B, 3), normal(B, 5)], torch.ones(2).bool())
    for options in ({"attention_dim": 0}, {"dim": 0}, {"dim": 2.0}, {"shared": 1}):
        name = next(iter(options))
        with pytest.raises((ValueError, TypeError), match=f"{name} is .*; expected"):
            HierarchicalAttention((3, 5), **({"attention_dim": A, "dim": D} | options))
    with pytest.raises(ValueError, match="level_dims is 0"):
        HierarchicalAttention((0, 0), A)
    with pytest.raises(ValueError, match=r"W_a has shape \(13, 5\); expected \(A, 11\)"):
        level_attention(normal(B, L, D), normal(A, 5), normal(A))
    with pytest.raises(ValueError, match=r"w has shape \(3, 13\); expected \(13,\) or \(7, 13\)"):
        level_attention(normal(B, L, D), normal(A, D), normal(3, A))
    with pytest.raises(ValueError, match=r"torch.float32 \(3, 7\).*torch.bool"):
        level_attention(normal(B, L, D), normal(A, D), normal(A), torch.ones(B, L))
