"""Arms: what can share a batched step does, and each is what it would be alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from mmbook.training import Arm, TrainingConfig, fit_arms, fit_seeds, set_seed
from mmbook.training.optimizer import StackedAdamW

N, D, C = 47, 7, 3
SEEDS = [3, 8]
CONFIG = TrainingConfig(steps=13, batch_size=11, learning_rate=1e-2, progress=False)
GENERATOR = torch.Generator().manual_seed(0)
DATA = {
    "x": torch.randn(N, D, generator=GENERATOR),
    "label": torch.randint(C, (N,), generator=GENERATOR),
}
SAID = torch.randn(len(SEEDS), N, C, generator=GENERATOR)


def make():
    return nn.Sequential(nn.Linear(D, 5), nn.ReLU(), nn.Dropout(0.2), nn.Linear(5, C))


class Counted:
    """A loss that counts how often it is asked: once a batched step."""

    def __init__(self):
        self.calls = 0

    def __call__(self, model, batch):
        self.calls += 1
        z = model(batch["x"])
        student = (z / batch["temperature"]).log_softmax(-1)
        teacher = (batch["said"] / batch["temperature"]).log_softmax(-1)
        taught = (teacher.exp() * (teacher - student)).sum(-1).mean()
        return {
            "label": F.cross_entropy(z, batch["label"]),
            "teacher": batch["weight"] * taught,
        }


def arms_of(loss, *settings):
    arm = Arm(make, loss, DATA, CONFIG, own={"said": SAID})
    return {
        f"arm {i}": replace(arm, constants={"weight": w, "temperature": t})
        for i, (w, t) in enumerate(settings)
    }


def same(a, b):
    for ours, theirs in zip(a.parameters(), b.parameters(), strict=True):
        assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def each_is_what_it_is_alone(arms, seeds=SEEDS):
    found = fit_arms(arms, seeds)
    assert list(found) == list(arms)
    for name, arm in arms.items():
        (models, history), (alone, one) = found[name], fit_arms({name: arm}, seeds)[name]
        assert len(models) == len(seeds) and not any(model.training for model in models)
        for ours, theirs in zip(models, alone, strict=True):
            same(ours, theirs)
        for term, values in one.terms.items():
            assert values.shape == (len(seeds), arm.config.steps)
            np.testing.assert_allclose(history.terms[term], values, rtol=1e-4, atol=1e-5)
    return found


def test_arms_that_differ_in_constants_take_one_step_for_all():
    loss = Counted()
    found = fit_arms(arms_of(loss, (0, 1.0), (0.3, 2), (3, 1)), SEEDS)
    assert loss.calls == CONFIG.steps
    firsts = [models[0] for models, _ in found.values()]
    assert not torch.allclose(firsts[0][0].weight, firsts[1][0].weight)
    each_is_what_it_is_alone(arms_of(Counted(), (0, 1.0), (0.3, 2), (3, 1)))


def test_an_arm_is_what_fit_seeds_gives_with_its_numbers_written_into_the_loss():
    def by_hand(model, batch):
        return Counted()(model, batch | {"weight": 0.3, "temperature": 2.0})

    models, history = fit_arms(arms_of(Counted(), (1, 1), (0.3, 2)), SEEDS)["arm 1"]
    alone, one = fit_seeds(make, by_hand, DATA, CONFIG, SEEDS, own={"said": SAID})
    for ours, theirs in zip(models, alone, strict=True):
        same(ours, theirs)
    np.testing.assert_allclose(history.loss, one.loss, rtol=1e-4)


def test_arms_may_differ_in_rate_decay_and_schedule():
    loss = Counted()
    arms = arms_of(loss, (1, 1), (1, 1), (1, 1))
    settings = [{}, {"learning_rate": 0.03, "cosine": False}, {"weight_decay": 0.5}]
    arms = {
        name: replace(arm, config=replace(CONFIG, **setting))
        for (name, arm), setting in zip(arms.items(), settings, strict=True)
    }
    found = fit_arms(arms, SEEDS)
    assert loss.calls == CONFIG.steps
    norms = [float(models[0][0].weight.norm().detach()) for models, _ in found.values()]
    assert len({round(norm, 4) for norm in norms}) == 3
    each_is_what_it_is_alone(arms)


def test_the_optimiser_is_adamw_of_the_library_for_every_part():
    """Weights of every shape, one of them stored transposed, two rates and two decays."""
    start = [torch.randn(6, 5, 3), torch.randn(6, 7), torch.randn(6)]
    ours = [
        start[0].mT.contiguous().mT.requires_grad_(),
        start[1].clone().requires_grad_(),
        start[2].clone().requires_grad_(),
    ]
    optimizer = StackedAdamW(ours, [0.1, 0.3])
    theirs = [
        [w[rows].clone().requires_grad_() for w in start] for rows in (slice(0, 3), slice(3, 6))
    ]
    library = [
        torch.optim.AdamW(part, weight_decay=d) for part, d in zip(theirs, (0.1, 0.3), strict=True)
    ]
    for step in range(5):
        rates = [0.01, 0.1 / (step + 1)]
        optimizer.step(sum((w**3).sum() for w in ours), rates)
        for part, opt, rate in zip(theirs, library, rates, strict=True):
            opt.param_groups[0]["lr"] = rate
            opt.zero_grad()
            sum((w**3).sum() for w in part).backward()
            opt.step()
    for k, weight in enumerate(ours):
        assert_close(weight, torch.cat([part[k] for part in theirs]))


def test_a_weight_that_the_loss_does_not_reach_stands_still():
    """AdamW skips what has no gradient; a gradient of zeros would let it decay."""

    def first_only(model, batch):
        return model[0](batch["x"]).square().mean()

    config = replace(CONFIG, weight_decay=0.5)
    (model,), _ = fit_seeds(make, first_only, DATA, config, [3])
    set_seed(3)
    assert torch.equal(model[3].weight, make()[3].weight)


def test_arms_of_other_factories_losses_or_data_go_one_after_the_other():
    loss = Counted()
    arms = arms_of(loss, (1, 1), (0.5, 1))
    other = DATA | {"x": DATA["x"] * 2}
    arms |= {"other model": replace(arms["arm 0"], make_model=lambda: nn.Linear(D, C))}
    arms |= {"other data": replace(arms["arm 0"], data=other)}
    arms |= {"fewer steps": replace(arms["arm 0"], config=replace(CONFIG, steps=5))}
    each_is_what_it_is_alone(arms)
    loss.calls = 0
    fit_arms(arms, SEEDS)
    assert loss.calls == 3 * 13 + 5


def test_arms_may_have_own_rows_and_constants_that_are_tensors():
    arms = arms_of(Counted(), (1, 1), (1, 1))
    arms["arm 1"] = replace(arms["arm 1"], own={"said": SAID.flip(0)})

    def masked(model, batch):
        return (model(batch["x"]) * batch["mask"]).square().mean()

    masks = torch.eye(C)
    arms |= {
        f"class {c}": Arm(make, masked, DATA, CONFIG, constants={"mask": masks[c], "on": True})
        for c in range(C)
    }
    found = each_is_what_it_is_alone(arms)
    a, b = (found[f"arm {i}"][0][0] for i in range(2))
    assert not torch.allclose(a[0].weight, b[0].weight)


def test_arms_share_batches_and_start():
    seen = []

    def spy(model, batch):
        seen.append(batch["x"].sum())
        return batch["weight"] * model(batch["x"]).square().mean()

    arm = Arm(make, spy, DATA, CONFIG)
    arms = {f"{w}": replace(arm, constants={"weight": w}) for w in (0.0, 0.5)}
    firsts = [history.loss[:, 0] for _, history in fit_arms(arms, SEEDS).values()]
    np.testing.assert_allclose(firsts[0], 0)
    half = fit_arms({"1": replace(arm, constants={"weight": 1.0})}, SEEDS)["1"][1].loss[:, 0] / 2
    np.testing.assert_allclose(firsts[1], half, rtol=1e-5)


def test_the_history_of_an_arm_counts_its_share_of_the_time():
    found = fit_arms(arms_of(Counted(), (1, 1), (2, 1)), SEEDS)
    seconds = [history.seconds for _, history in found.values()]
    assert seconds[0] == seconds[1] > 0


def test_a_loss_that_is_not_finite_names_arm_and_seed():
    def breaks(model, batch):
        return model(batch["x"]).square().mean() / batch["weight"]

    arm = Arm(make, breaks, DATA, CONFIG)
    arms = {f"w{w}": replace(arm, constants={"weight": w}) for w in (1, 0)}
    with pytest.raises(FloatingPointError, match=r"inf at step 0 \(arm 'w0', seed 3, term 'loss'"):
        fit_arms(arms, SEEDS)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"make_model": make()}, TypeError, "make_model is a Sequential; expected a function that"),
        ({"make_model": 5}, TypeError, "make_model is a int; expected a function"),
        ({"loss": 0.5}, TypeError, "loss is a float; expected a function"),
        ({"data": []}, TypeError, "data is a list"),
        ({"data": {}}, ValueError, "data have shapes {}"),
        ({"data": {"x": [1.0]}}, TypeError, r"data\['x'\] is a list"),
        ({"config": {}}, TypeError, "config is a dict; expected TrainingConfig"),
        ({"own": {"said": 1.0}}, TypeError, r"own\['said'\] is a float"),
        ({"own": {"x": SAID}}, ValueError, r"\['x'\] stand in own and in data"),
        ({"constants": {"x": 1.0}}, ValueError, r"\['x'\] stand in constants and in data"),
        ({"constants": {"w": "much"}}, TypeError, r"constants\['w'\] is 'much'"),
        ({"constants": {"w": float("nan")}}, ValueError, r"constants\['w'\] is nan"),
        (
            {"own": {"w": SAID}, "constants": {"w": 1.0}},
            ValueError,
            r"\['w'\] stand in constants and in own",
        ),
    ],
)
def test_a_bad_arm_is_named_when_it_is_built(change, error, message):
    arm = Arm(make, Counted(), DATA, CONFIG)
    with pytest.raises(error, match=message):
        replace(arm, **change)


def test_bad_sets_of_arms_are_named():
    arm = Arm(make, Counted(), DATA, CONFIG, own={"said": SAID})
    for arms, error, message in [
        ([arm], TypeError, "arms is a list"),
        ({}, ValueError, "arms has 0 entries"),
        ({"a": make}, TypeError, "arms holds .*expected Arm"),
    ]:
        with pytest.raises(error, match=message):
            fit_arms(arms, SEEDS)
    with pytest.raises(ValueError, match=r"own\['said'\] of arm 'a' is \(2, 47, 3\); expected \(1"):
        fit_arms({"a": arm}, [3])
