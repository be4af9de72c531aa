"""Fusion: by hand, exact posteriors, the tensor that is never built, and the contrastive loss."""

import math
import pickle

import pytest
import torch
import torch.nn.functional as F
from torch.func import functional_call
from torch.testing import assert_close

from mmbook.fusion import LowRankFusion, contrastive_loss, late_fusion, tensor_fusion

B, C, DIMS = 7, 5, {"image": 3, "speech": 2, "text": 4}


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture
def codes():
    return {m: torch.randn(B, d).double() for m, d in DIMS.items()}


# ---- late fusion ----------------------------------------------------------------------------


def test_late_fusion_by_hand():
    logits = {"a": torch.tensor([[0.8, 0.2]]).log(), "b": torch.tensor([[0.4, 0.6]]).log()}
    # .32 against .12
    assert_close(late_fusion(logits).exp(), torch.tensor([[8 / 11, 3 / 11]]))
    prior = torch.tensor([0.8, 0.2]).log()
    # .32 / .8 = .4 against .12 / .2 = .6: the prior counts once
    assert_close(late_fusion(logits, prior).exp(), torch.tensor([[0.4, 0.6]]))


def test_late_fusion_is_the_posterior_where_the_modalities_are_independent_given_the_class():
    prior = torch.rand(C).double().softmax(0)
    given = {m: torch.randn(C, n).double().softmax(1) for m, n in (("a", 3), ("b", 4), ("c", 2))}
    joint = torch.einsum("y,yi,yj,yk->ijky", prior, *given.values())
    exact = joint / joint.sum(-1, keepdim=True)
    alone = {m: (prior[:, None] * p).T for m, p in given.items()}  # n, C
    i, j, k = torch.meshgrid(torch.arange(3), torch.arange(4), torch.arange(2), indexing="ij")
    logits = {m: alone[m][index.flatten()].log() for m, index in (("a", i), ("b", j), ("c", k))}
    assert_close(late_fusion(logits, prior.log()).exp(), exact.reshape(-1, C))


def test_late_fusion_does_not_see_constants_and_of_one_is_its_softmax():
    z = {m: torch.randn(B, C).double() for m in "ab"}
    assert_close(late_fusion({"a": z["a"] + 3, "b": z["b"] - 5}), late_fusion(z))
    assert_close(late_fusion({"a": z["a"]}), z["a"].log_softmax(-1))


# ---- tensor and low rank --------------------------------------------------------------------


def test_tensor_fusion_by_hand():
    codes = {"a": torch.tensor([[2.0, 3.0]]), "b": torch.tensor([[5.0]])}
    assert tensor_fusion(codes).tolist() == [[10, 2, 15, 3, 5, 1]]


def test_low_rank_fusion_is_a_linear_map_of_the_tensor(codes):
    layer = LowRankFusion(DIMS, output_dim=6, rank=3).double()
    W = torch.einsum("roi,roj,rok->oijk", *layer.factors.values()).flatten(1)
    assert_close(layer(codes), tensor_fusion(codes) @ W.T)
    assert layer(codes).shape == (B, 6)


def test_low_rank_fusion_does_not_see_the_order_of_the_codes(codes):
    layer = LowRankFusion(DIMS, 6, 3).double()
    assert torch.equal(layer(dict(reversed(codes.items()))), layer(codes))


def test_low_rank_weights_have_the_modalitys_name_and_are_drawn_in_order():
    layer = LowRankFusion({"image": 3, "speech": 3}, 6, 2)
    torch.manual_seed(0)
    again = LowRankFusion({"speech": 3, "image": 3}, 6, 2)
    torch.manual_seed(0)
    first, second = (torch.randn(2, 6, 4) / 2 for _ in range(2))
    assert torch.equal(again.factors["speech"], first)
    assert torch.equal(again.factors["image"], second)
    again.load_state_dict(layer.state_dict())
    assert torch.equal(again.factors["image"], layer.factors["image"])
    with pytest.raises(RuntimeError, match="factors.text"):
        LowRankFusion({"image": 3, "text": 3}, 6, 2).load_state_dict(layer.state_dict())
    assert "input_dims={'image': 3, 'speech': 3}, output_dim=6, rank=2" in repr(layer)
    assert torch.equal(pickle.loads(pickle.dumps(layer)).factors["image"], layer.factors["image"])


def test_fusions_run_side_by_side_and_compiled(codes):
    layer = LowRankFusion(DIMS, 6, 3).double()
    stacked = {name: torch.stack([p, 2 * p]) for name, p in layer.state_dict().items()}
    both = torch.vmap(lambda w: functional_call(layer, w, (codes,)))(stacked)
    assert_close(both[0], layer(codes))
    assert_close(both[1], 8 * both[0])  # each of three factors is doubled
    assert_close(torch.compile(layer, backend="eager", fullgraph=True)(codes), layer(codes))
    pair = {m: codes["image"] for m in "ab"} | {"b": codes["image"] + 1}
    losses = torch.vmap(lambda t: contrastive_loss(pair, t))(torch.tensor([0.5, 2.0]).double())
    assert_close(losses[1], contrastive_loss(pair, 2.0))


def test_a_learned_temperature_gets_a_gradient():
    a, b = torch.randn(2, B, C).double()
    t = torch.tensor(0.5).double().requires_grad_()
    (slope,) = torch.autograd.grad(contrastive_loss({"a": a, "b": b}, t), t)
    near = [contrastive_loss({"a": a, "b": b}, 0.5 + h).item() for h in (1e-6, -1e-6)]
    assert slope.item() == pytest.approx((near[0] - near[1]) / 2e-6, rel=1e-5)


@pytest.mark.parametrize("options", [(0, 3), (6, 0), (6, -1), (6, 2.0), (True, 3)])
def test_low_rank_fusion_refuses_what_cannot_be_built(options):
    with pytest.raises((ValueError, TypeError), match="(output_dim|rank) is .*; expected a whole"):
        LowRankFusion(DIMS, *options)
    with pytest.raises(KeyError, match="'values'"):
        LowRankFusion({"values": 3}, 6, 2)


def test_fusion_errors_name_what_came(codes):
    layer = LowRankFusion(DIMS, 6, 3).double()
    with pytest.raises(KeyError, match="expected .*'image', 'speech', 'text'"):
        layer({"speech": codes["speech"]})
    with pytest.raises(ValueError, match=r"'speech'\] has shape \(7, 3\); expected \(B, 2\)"):
        layer(codes | {"speech": torch.zeros(B, 3).double()})
    with pytest.raises(ValueError, match=r"expected \(7, D_m\).*\(7, 3\).*\(6, 2\)"):
        tensor_fusion({"a": torch.zeros(7, 3), "b": torch.zeros(6, 2)})
    with pytest.raises(ValueError, match=r"\(7, 2\); expected \(7, 3\)"):
        late_fusion({"a": torch.zeros(7, 3), "b": torch.zeros(7, 2)})
    with pytest.raises(ValueError, match="at least 1"):
        late_fusion({})
    with pytest.raises(
        ValueError, match=r"'speech'\] is torch.float32 on .*; expected torch.float64"
    ):
        layer(codes | {"speech": torch.zeros(B, 2)})
    with pytest.raises(ValueError, match=r"log_prior has shape \(2,\); expected \(3,\)"):
        late_fusion({"a": torch.zeros(7, 3)}, torch.zeros(2))


# ---- the contrastive loss -------------------------------------------------------------------


def test_contrastive_loss_by_hand():
    a = torch.tensor([[2.0, 0.0], [0.0, 5.0]])
    b = torch.tensor([[3.0, 0.0], [0.0, 0.1]])
    # cosines are the identity; at temperature 1/2 the logits are 2 and 0
    expected = math.log(math.exp(2) + 1) - 2
    assert_close(contrastive_loss({"a": a, "b": b}, temperature=0.5), torch.tensor(expected))


def test_contrastive_loss_of_constant_codes_is_chance():
    constant = {"a": torch.ones(B, 3), "b": torch.ones(B, 3)}
    assert_close(contrastive_loss(constant), torch.tensor(math.log(B)))


def test_contrastive_loss_has_no_sides_and_no_order():
    a, b = torch.randn(2, B, C).double()
    order = torch.tensor([2, 0, 6, 1, 5, 3, 4])
    loss = contrastive_loss({"a": a, "b": b})
    assert_close(contrastive_loss({"b": b, "a": a}), loss)
    assert_close(contrastive_loss({"a": a[order], "b": b[order]}), loss)
    assert contrastive_loss({"a": a, "b": b[order]}) != loss


def test_contrastive_loss_matches_the_formula_written_out():
    a, b = (F.normalize(x, dim=1) for x in torch.randn(2, B, C).double())
    total = 0.0
    for i in range(B):
        s_i = [math.exp(float(a[i] @ b[j]) / 0.3) for j in range(B)]
        s_j = [math.exp(float(a[j] @ b[i]) / 0.3) for j in range(B)]
        total -= (math.log(s_i[i] / sum(s_i)) + math.log(s_j[i] / sum(s_j))) / (2 * B)
    assert contrastive_loss({"a": a, "b": b}, 0.3).item() == pytest.approx(total, abs=1e-12)


def test_contrastive_errors_name_what_came(codes):
    with pytest.raises(ValueError, match="temperature is 0"):
        contrastive_loss(codes, temperature=0)
    for wrong in (float("nan"), float("inf"), -1):
        with pytest.raises(ValueError, match=f"temperature is {wrong}; expected a finite number"):
            contrastive_loss({"a": codes["image"], "b": codes["image"]}, wrong)
    with pytest.raises(ValueError, match=r"\['image'\]; expected at least 2"):
        contrastive_loss({"image": codes["image"]})
    five, seven = torch.zeros(5, 3), torch.zeros(7, 3)
    with pytest.raises(ValueError, match=r"codes\['b'\] has shape \(7, 3\); expected \(5, 3\)"):
        contrastive_loss({"a": five, "b": seven})
    with pytest.raises(ValueError, match="codes\\['a'\\] is empty"):
        contrastive_loss({"a": five[:0], "b": five[:0]})
