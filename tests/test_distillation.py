"""Distillation: numbers by hand, the reference library, gradients in closed form, errors."""

from math import log

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from mmbook.distillation import (
    distillation_loss,
    kl_divergence,
    mutual_learning_loss,
    progressive_loss,
)

B, C, T = 5, 7, 3.0


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def normal(*shape):
    return 2 * torch.randn(shape, dtype=torch.float64)


def logits_of(*p):
    """Logits of given probabilities, one row."""
    return torch.tensor([p], dtype=torch.float64).log()


HALF, SKEW = logits_of(0.5, 0.5), logits_of(0.8, 0.2)
HALF_SKEW = 0.5 * log(0.5 / 0.8) + 0.5 * log(0.5 / 0.2)  # .2231
SKEW_HALF = 0.8 * log(0.8 / 0.5) + 0.2 * log(0.2 / 0.5)  # .1927


def test_kl_by_hand_in_both_directions():
    assert_close(kl_divergence(HALF, SKEW).item(), HALF_SKEW)
    assert_close(kl_divergence(SKEW, HALF).item(), SKEW_HALF)
    assert HALF_SKEW > SKEW_HALF > 0


def test_kl_equals_the_reference_library_which_names_its_arguments_the_other_way_round():
    p, q = normal(B, 3, C), normal(B, 3, C)
    expected = F.kl_div(q.log_softmax(-1), p.softmax(-1), reduction="none").sum(-1)
    assert_close(kl_divergence(p, q), expected)
    assert kl_divergence(p, q).shape == (B, 3)


def test_kl_does_not_see_a_constant_and_stands_large_logits():
    p, q = normal(B, C), normal(B, C)
    assert_close(kl_divergence(p + 3, q - 5), kl_divergence(p, q))
    assert_close(kl_divergence(p, p), torch.zeros(B, dtype=p.dtype))
    far = torch.tensor([[1000.0, 0.0]])
    assert_close(kl_divergence(far, -far), torch.tensor([1000.0]))


def test_distillation_by_hand():
    """The document puts the student first, Hinton the teacher."""
    assert_close(distillation_loss(HALF, SKEW, 1.0, "S||T").item(), HALF_SKEW)
    assert_close(distillation_loss(HALF, SKEW, 1.0, "T||S").item(), SKEW_HALF)
    # logits doubled and halved again by the temperature; tau^2 = 4
    assert_close(distillation_loss(2 * HALF, 2 * SKEW, 2.0, "S||T").item(), 4 * HALF_SKEW)


def test_distillation_equals_the_reference_library():
    z, v = normal(B, C), normal(B, C)
    log_s, log_t = (z / T).log_softmax(-1), (v / T).log_softmax(-1)
    hinton = T**2 * F.kl_div(log_s, log_t, reduction="batchmean", log_target=True)
    document = T**2 * F.kl_div(log_t, log_s, reduction="batchmean", log_target=True)
    assert_close(distillation_loss(z, v, T, "T||S"), hinton)
    assert_close(distillation_loss(z, v, T, "S||T"), document)
    assert not torch.isclose(hinton, document)


def test_gradients_in_closed_form_and_none_for_the_teacher():
    z, v = normal(B, C).requires_grad_(), normal(B, C).requires_grad_()
    s, t = (z / T).softmax(-1).detach(), (v / T).softmax(-1).detach()
    log_ratio = (s / t).log()
    closed = {
        "T||S": T * (s - t) / B,
        "S||T": T * s * (log_ratio - (s * log_ratio).sum(-1, keepdim=True)) / B,
    }
    for direction, expected in closed.items():
        grad, none = torch.autograd.grad(
            distillation_loss(z, v, T, direction), (z, v), allow_unused=True
        )
        assert_close(grad, expected)
        assert none is None


def test_at_high_temperature_the_gradient_matches_logits():
    z, v = normal(B, C).requires_grad_(), normal(B, C)
    apart = (z - v).detach()
    expected = (apart - apart.mean(-1, keepdim=True)) / (B * C)
    for direction in ("S||T", "T||S"):
        (grad,) = torch.autograd.grad(distillation_loss(z, v, 1e5, direction), z)
        assert_close(grad, expected, rtol=1e-3, atol=1e-6)  # the rest is of order 1 / tau


def test_mutual_learning_sums_over_all_ordered_pairs():
    models = {"a": normal(B, C), "b": normal(B, C), "c": normal(B, C)}
    expected = sum(
        kl_divergence(p / T, q / T).mean()
        for i, p in models.items()
        for j, q in models.items()
        if i != j
    )
    assert_close(mutual_learning_loss(models, T), T**2 * expected)
    assert_close(mutual_learning_loss({"a": HALF, "b": SKEW}).item(), HALF_SKEW + SKEW_HALF)


def test_models_that_agree_have_no_mutual_loss_whatever_they_say():
    nonsense = normal(1, C).expand(B, C)
    assert_close(mutual_learning_loss({m: nonsense for m in "abc"}).item(), 0.0)


def test_stop_gradient_lets_a_term_move_only_its_first_model():
    models = {m: normal(B, C).requires_grad_() for m in "abc"}
    a, others = models["a"], [models[m].detach() for m in "bc"]
    own_terms = sum(kl_divergence(a, other).mean() for other in others)
    (as_student,) = torch.autograd.grad(own_terms, a)
    (stopped,) = torch.autograd.grad(mutual_learning_loss(models), a)
    assert_close(stopped, as_student)
    # Without the stop, a is moved by the terms of the others too, as in Zhang et al. (2018).
    their_terms = sum(kl_divergence(other, a).mean() for other in others)
    (as_covering_student,) = torch.autograd.grad(their_terms, a)
    through = mutual_learning_loss(models, stop_gradient=False)
    assert_close(torch.autograd.grad(through, a)[0], as_student + as_covering_student)


def test_a_peers_teacher_is_the_geometric_mean_of_the_others():
    models = {m: normal(B, C).requires_grad_() for m in "abc"}
    (stopped,) = torch.autograd.grad(mutual_learning_loss(models), models["b"])
    fused = (models["a"].log_softmax(-1) + models["c"].log_softmax(-1)) / 2
    held = 2 * distillation_loss(models["b"], fused, direction="S||T")
    assert_close(stopped, torch.autograd.grad(held, models["b"])[0])


def test_progressive_holds_the_new_model_to_each_earlier_one():
    new, old = normal(B, C).requires_grad_(), [normal(B, C).requires_grad_() for _ in range(3)]
    expected = T**2 * sum(kl_divergence(new / T, o / T).mean() for o in old)
    loss = progressive_loss(new, old, T)
    assert_close(loss, expected)
    assert torch.autograd.grad(loss, old[0], allow_unused=True) == (None,)
    assert progressive_loss(new, []).item() == 0
    assert_close(progressive_loss(HALF, [SKEW]).item(), HALF_SKEW)
    assert_close(progressive_loss(HALF, [SKEW, HALF, SKEW]).item(), 2 * HALF_SKEW)


def test_progressive_gradient_is_the_sum_of_the_students_gradients():
    new, old = normal(B, C).requires_grad_(), [normal(B, C) for _ in range(3)]
    apart = sum(distillation_loss(new, o, T, "S||T") for o in old)
    (expected,) = torch.autograd.grad(apart, new)
    assert_close(torch.autograd.grad(progressive_loss(new, old, T), new)[0], expected)


@pytest.mark.cpu  # it counts calls, and elsewhere the tests' plug-in asks twice
def test_progressive_takes_one_softmax_of_each_model(monkeypatch):
    taken = []
    softmax = torch.Tensor.log_softmax
    monkeypatch.setattr(
        torch.Tensor, "log_softmax", lambda z, dim: taken.append(z) or softmax(z, dim)
    )
    progressive_loss(normal(B, C), [normal(B, C) for _ in range(3)])
    assert len(taken) == 4


def test_the_peers_loss_is_right_where_they_nearly_agree():
    """The sum of the others' logarithms, subtracted at the end, gives a negative loss here."""
    agreed = 2 * torch.randn(B, C)
    models = {m: agreed + 1e-4 * torch.randn(B, C) for m in "abc"}
    exact = {m: z.double() for m, z in models.items()}
    expected = mutual_learning_loss(exact)
    assert 1e-9 < expected < 1e-7
    assert mutual_learning_loss(models).item() == pytest.approx(expected.item(), rel=1e-2)


def test_each_of_several_models_may_have_its_own_temperature():
    z = {m: normal(3, B, C) for m in "ab"}
    tau = torch.tensor([0.5, 1.0, 4.0]).double()
    losses = torch.vmap(mutual_learning_loss)(z, tau)
    for s, t in enumerate(tau.tolist()):
        assert_close(losses[s], mutual_learning_loss({m: x[s] for m, x in z.items()}, t))
    loss = torch.vmap(lambda x, t: distillation_loss(x["a"], x["b"], t))(z, tau)
    assert_close(loss[2], distillation_loss(z["a"][2], z["b"][2], 4.0))
    loss = torch.vmap(lambda x, t: progressive_loss(x["a"], [x["b"]], t))(z, tau)
    assert_close(loss[0], progressive_loss(z["a"][0], [z["b"][0]], 0.5))


def test_the_losses_compile():
    z, v = normal(B, C), normal(B, C)
    for loss in (
        lambda z, v, t=T: distillation_loss(z, v, t),
        lambda z, v, t=T: mutual_learning_loss({"a": z, "b": v}, t),
        lambda z, v, t=T: progressive_loss(z, [v, v], t),
    ):
        compiled = torch.compile(loss, backend="eager", fullgraph=True, dynamic=True)
        assert_close(compiled(z, v, 2.0), loss(z, v, 2.0))


def test_bad_input_is_named():
    z = normal(B, C)
    with pytest.raises(
        ValueError, match=r"p_logits has shape \(5, 7\), q_logits has shape \(5, 1\)"
    ):
        kl_divergence(z, z[:, :1])
    with pytest.raises(ValueError, match=r"expected one shape"):
        distillation_loss(z, z[:1])
    for loss in (
        lambda t: distillation_loss(z, z, t),
        lambda t: mutual_learning_loss({"a": z, "b": z}, t),
        lambda t: progressive_loss(z, [z], t),
    ):
        for wrong in (0, -1, float("nan"), float("inf")):
            with pytest.raises(ValueError, match=f"temperature is {wrong}"):
                loss(wrong)
    with pytest.raises(ValueError, match="direction is 'forward'; expected 'S||T'"):
        distillation_loss(z, z, 1.0, "forward")
    with pytest.raises(TypeError, match="temperature is None"):
        distillation_loss(z, z, None)
    for loss in (
        lambda z: distillation_loss(z, z),
        lambda z: mutual_learning_loss({"a": z, "b": z}),
        lambda z: progressive_loss(z, []),
    ):
        for wrong in (z[:0], z[:, :0], z[0], z[None], z.long()):
            with pytest.raises(ValueError, match="logits.* expected"):
                loss(wrong)
        with pytest.raises(TypeError, match="logits.* is a ndarray; expected a tensor"):
            loss(z.cpu().numpy())
    with pytest.raises(ValueError, match="p_logits is empty"):
        kl_divergence(z[:, :0], z[:, :0])
    with pytest.raises(TypeError, match="stop_gradient is 'no'"):
        mutual_learning_loss({"a": z, "b": z}, stop_gradient="no")
    with pytest.raises(ValueError, match=r"logits has \['a'\]; expected at least 2"):
        mutual_learning_loss({"a": z})
    with pytest.raises(ValueError, match=r"logits\['b'\] has shape \(5, 1\); expected \(5, 7\)"):
        mutual_learning_loss({"a": z, "b": z[:, :1]})
    with pytest.raises(ValueError, match=r"earlier_logits\[1\] has shape \(1, 7\); expected one"):
        progressive_loss(z, [z, z[:1]])
