"""The training loop: seeded, honest about time, and the same alone as side by side."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from mmbook.autoencoder import (
    MultimodalAutoencoder,
    cross_reconstruction_loss,
    reconstruction_loss,
)
from mmbook.fusion import contrastive_loss
from mmbook.training import History, TrainingConfig, fit, fit_seeds, pick_device, set_seed

N, D1, D2, K = 47, 5, 7, 3
CONFIG = TrainingConfig(steps=23, batch_size=11, learning_rate=1e-2, progress=False)


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(0)
    return {
        "image": torch.randn(N, D1, generator=generator),
        "speech": torch.randn(N, D2, generator=generator),
    }


def make_model():
    return MultimodalAutoencoder({"image": D1, "speech": D2}, K, widths=(13,))


def loss(model, batch):
    output = model(batch)
    crossed = model.cross_reconstruct(output.codes)
    return {
        "own": reconstruction_loss(batch, output.reconstructions, "feature"),
        "cross": cross_reconstruction_loss(batch, crossed, "feature"),
        "contrast": contrastive_loss(output.codes),
    }


def test_side_by_side_equals_one_by_one(data):
    models, history = fit_seeds(make_model, loss, data, CONFIG, seeds=[3, 8])
    for s, seed in enumerate([3, 8]):
        set_seed(seed)
        alone = make_model()
        config = TrainingConfig(
            steps=23, batch_size=11, learning_rate=1e-2, progress=False, seed=seed
        )
        alone_history = fit(alone, loss, data, config)
        for ours, theirs in zip(models[s].parameters(), alone.parameters(), strict=True):
            assert_close(ours, theirs, atol=1e-5, rtol=1e-4)
        np.testing.assert_allclose(history.loss[s], alone_history.loss, rtol=1e-4)
    first, second = (next(model.parameters()) for model in models[:2])
    assert not torch.allclose(first, second)


def test_each_seed_sees_its_own_rows(data):
    """As if each seed had been trained alone on data with its own column."""
    own = torch.randn(2, N, generator=torch.Generator().manual_seed(1))

    def weighted(model, batch):
        codes = model({m: batch[m] for m in data}).codes["image"]
        return (codes.sum(1) * batch["weight"]).square().mean()

    models, _ = fit_seeds(make_model, weighted, data, CONFIG, [3, 8], own={"weight": own})
    for s, seed in enumerate([3, 8]):
        mine = data | {"weight": own[s]}
        (alone,), _ = fit_seeds(make_model, weighted, mine, CONFIG, [seed])
        for ours, theirs in zip(models[s].parameters(), alone.parameters(), strict=True):
            assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_own_rows_that_do_not_fit_are_an_error(data):
    for wrong in (torch.zeros(N, 2), torch.zeros(3, N), torch.zeros(2, N - 1)):
        with pytest.raises(ValueError, match=r"own\['a'\] is .*; expected \(2, 47, ...\)"):
            fit_seeds(make_model, loss, data, CONFIG, [3, 8], own={"a": wrong})
    with pytest.raises(ValueError, match=r"\['image'\] stand in own and in data"):
        fit_seeds(make_model, loss, data, CONFIG, [3, 8], own={"image": torch.zeros(2, N)})


def test_the_same_seed_gives_the_same_bits(data):
    runs = []
    for _ in range(2):
        set_seed(5)
        model = make_model()
        fit(model, loss, data, CONFIG)
        runs.append(model.state_dict())
    assert all(torch.equal(runs[0][name], runs[1][name]) for name in runs[0])


def test_training_lowers_the_loss_and_leaves_the_data_alone(data):
    before = {name: x.clone() for name, x in data.items()}
    set_seed(0)
    history = fit(make_model(), loss, data, TrainingConfig(steps=200, progress=False))
    assert history.loss[-20:].mean() < 0.7 * history.loss[:20].mean()
    assert all(torch.equal(before[name], data[name]) for name in data)


def test_history_holds_each_term_at_each_step(data):
    _, history = fit_seeds(make_model, loss, data, CONFIG, seeds=[0, 1, 2])
    assert {name: term.shape for name, term in history.terms.items()} == {
        "own": (3, 23),
        "cross": (3, 23),
        "contrast": (3, 23),
    }
    np.testing.assert_allclose(history.loss, sum(history.terms.values()))
    assert history.seconds > 0


def test_an_epoch_shows_each_row_once_and_epochs_differ():
    seen = []

    def spy(model, batch):
        seen.append(batch["row"].flatten().tolist())
        return (model(batch["row"]) ** 2).mean()

    rows = {"row": torch.arange(12.0).unsqueeze(1)}
    fit(nn.Linear(1, 1), spy, rows, TrainingConfig(steps=6, batch_size=4, progress=False))
    first, second = sum(seen[:3], []), sum(seen[3:], [])
    assert sorted(first) == sorted(second) == list(range(12))
    assert first != second


def test_the_first_step_is_one_adam_step_by_hand():
    # Adam's first step moves every weight by the learning rate against the gradient's sign.
    model = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, -1.0]]))
    config = TrainingConfig(steps=1, learning_rate=0.1, progress=False)
    fit(model, lambda m, b: m(b["x"]).sum(), {"x": torch.tensor([[3.0, -2.0]])}, config)
    assert_close(model.weight.detach(), torch.tensor([[0.9, -0.9]]))


def test_the_rate_falls_to_nothing_by_half_a_cosine():
    # With a constant gradient each Adam step moves by the rate: the path shows the schedule.
    path = []

    def loss(model, batch):
        path.append(model.weight.item())
        return model(batch["x"]).sum()

    fit(nn.Linear(1, 1), loss, {"x": torch.ones(1, 1)}, TrainingConfig(steps=5, learning_rate=0.1))
    moves = -np.diff(path)
    expected = [0.1 * (1 + np.cos(np.pi * t / 5)) / 2 for t in range(4)]
    np.testing.assert_allclose(moves, expected, rtol=1e-3)


def test_seeds_reach_every_generator():
    draws = []
    for _ in range(2):
        set_seed(9)
        draws.append((random.random(), np.random.rand(), torch.rand(1).item()))
    assert draws[0] == draws[1]


def test_the_device_follows_the_variable_and_never_falls_back(monkeypatch):
    monkeypatch.delenv("MMBOOK_DEVICE", raising=False)
    assert pick_device() == torch.device("cpu")
    monkeypatch.setenv("MMBOOK_DEVICE", "meta")
    assert pick_device() == torch.device("meta")
    assert pick_device("cpu") == torch.device("cpu")
    with pytest.raises(ValueError, match="'abacus'"):
        pick_device("abacus")


class Normalised(nn.Module):
    """Buffers of two kinds: changed in place (BatchNorm), and put in the place of the old one."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(D1, 13, bias=False)  # the normalisation would cancel it
        self.norm, self.last = nn.BatchNorm1d(13), nn.Linear(13, 1)
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, x):
        h = self.norm(self.first(x)).relu()
        if self.training:
            self.mean = 0.9 * self.mean + 0.1 * h.detach().mean()
        return self.last(h)


def test_buffers_are_trained_side_by_side_as_alone(data):
    def square(model, batch):
        return (model(batch["image"] + 3) - batch["speech"].sum(1, keepdim=True)).square().mean()

    models, _ = fit_seeds(Normalised, square, data, CONFIG, [3, 8])
    for model, seed in zip(models, [3, 8], strict=True):
        set_seed(seed)
        alone = Normalised()
        fit(alone, square, data, replace(CONFIG, seed=seed))
        ours, theirs = model.state_dict(), alone.state_dict()
        assert ours["norm.num_batches_tracked"] == 23 and ours["mean"] > 0
        for name in theirs:
            assert_close(ours[name], theirs[name], atol=1e-5, rtol=1e-4, msg=name)


def generators():
    """What each global generator would draw next, without drawing it."""
    state = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    return [*state, *(x.tolist() for x in torch.cuda.get_rng_state_all())]


def test_training_leaves_the_global_generators_as_they_were_and_does_not_listen_to_them(data):
    def draws(model, batch):
        random.random(), np.random.rand()
        noise = torch.empty_like(batch["image"]).normal_()
        return model(batch["image"] + noise).square().mean()

    config = replace(CONFIG, steps=3)
    found = []
    for seed in (5, 6):
        set_seed(5)
        model = Normalised()
        set_seed(seed)
        before = generators()
        fit(model, draws, data, config)
        assert generators() == before
        models, _ = fit_seeds(Normalised, draws, data, config, [1])
        assert generators() == before
        with pytest.raises(ZeroDivisionError):
            fit(model, lambda m, b: torch.rand(()) / 0 if set_seed(3) else 1 / 0, data, config)
        assert generators() == before
        found.append([model.last.weight, models[0].last.weight])
    for first, second in zip(*found, strict=True):
        assert torch.equal(first, second)


@pytest.mark.parametrize("step", [0, 10, 50, 51, 59])
def test_a_loss_that_is_not_finite_is_reported_at_its_step_and_seed(data, step):
    """It breaks for one seed, in one term, and not before."""

    def breaking():
        asked = iter(range(100))

        def loss(model, batch):
            square = model(batch["image"]).square().mean()
            now = next(asked) == step
            return {"fine": square, "broken": square / (1 - batch["bad"].max() * now)}

        return loss

    config, make = replace(CONFIG, steps=60), lambda: nn.Linear(D1, 1)
    bad = torch.stack([torch.zeros(N), torch.ones(N)])
    with pytest.raises(FloatingPointError, match=rf"inf at step {step} \(seed 8, term 'broken'\)"):
        fit_seeds(make, breaking(), data, config, [3, 8], own={"bad": bad})
    with pytest.raises(FloatingPointError, match=rf"inf at step {step} \(seed 0, term 'broken'\)"):
        fit(make(), breaking(), data | {"bad": bad[1]}, config)


def test_weights_that_break_in_the_last_step_are_reported(data):
    """The slope of a root is infinite at 0, and the loss is 0."""

    def root(model, batch):
        return (model(batch["image"]) * 0).abs().sum().sqrt()

    config = replace(CONFIG, steps=1)
    with pytest.raises(
        FloatingPointError, match=r"weights '.*' are not finite after step 0 .seed 8"
    ):
        fit_seeds(lambda: nn.Linear(D1, 1), root, data, config, [8])
    with pytest.raises(FloatingPointError, match="weights 'weight' are not finite after step 0"):
        fit(nn.Linear(D1, 1), root, data, config)


@pytest.mark.parametrize(
    ("loss", "error", "message"),
    [
        (lambda m, b: None, TypeError, "gave 'loss' as a NoneType; expected a tensor"),
        (lambda m, b: 3, TypeError, "gave 'loss' as a int"),
        (lambda m, b: [m(b["image"]).sum()], TypeError, "gave 'loss' as a list"),
        (lambda m, b: {"a": 0.5}, TypeError, "gave 'a' as a float"),
        (lambda m, b: {}, ValueError, "gave no term"),
        (
            lambda m, b: m(b["image"]).square(),
            ValueError,
            r"gave 'loss' as .*\(11, 1\); expected one",
        ),
        (lambda m, b: {"a": m(b["image"]).sum(0)}, ValueError, r"gave 'a' as torch.float32 \(1,\)"),
        (lambda m, b: m(b["image"]).argmax(), ValueError, r"gave 'loss' as torch.int64 \(\)"),
        (lambda m, b: b["image"].sum(), ValueError, r"\['loss'\] depends on no weight"),
    ],
)
def test_a_loss_that_is_no_scalar_is_refused(data, loss, error, message):
    with pytest.raises(error, match=message):
        fit(nn.Linear(D1, 1), loss, data, CONFIG)
    with pytest.raises(error, match=message):
        fit_seeds(lambda: nn.Linear(D1, 1), loss, data, CONFIG, [3, 8])


def test_terms_that_come_and_go_are_refused(data):
    names = iter("aab")
    with pytest.raises(ValueError, match=r"gave \['b'\] at step 2 and \['a'\] before"):
        fit(nn.Linear(D1, 1), lambda m, b: {next(names): m(b["image"]).sum()}, data, CONFIG)


def test_models_that_are_not_one_a_seed_are_refused(data):
    one, shared = nn.Linear(D1, 1), nn.Linear(D1, 1)
    width = iter((1, 2))

    def square(model, batch):
        return model(batch["image"]).square().mean()

    for make, error, message in [
        (lambda: one, ValueError, "'0.weight' is shared by two models"),
        (lambda: nn.Sequential(shared), ValueError, "'0.0.weight' is shared by two models"),
        (
            lambda: nn.Linear(D1, next(width)),
            ValueError,
            r"\['0.bias', '0.weight'\] differ in shape",
        ),
        (lambda: 5, TypeError, "what make_model made is a int; expected Module"),
        (lambda: nn.ReLU(), ValueError, "the model ReLU has no weight that learns"),
        (one, TypeError, "make_model is a Linear; expected a function that makes one"),
        (None, TypeError, "make_model is a NoneType; expected a function"),
    ]:
        with pytest.raises(error, match=message):
            fit_seeds(make, square, data, CONFIG, [3, 8])


def test_frozen_weights_stay_and_may_be_shared(data):
    body = nn.Linear(D1, 3).requires_grad_(False)
    before = body.weight.clone()

    def square(model, batch):
        return (model(batch["image"]) - 1).square().mean()

    models, _ = fit_seeds(
        lambda: nn.Sequential(body, nn.Linear(3, 1)), square, data, CONFIG, [3, 8]
    )
    assert torch.equal(body.weight, before)
    assert not torch.equal(models[0][1].weight, models[1][1].weight)


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        ({"steps": 2.5}, TypeError, "steps is 2.5"),
        ({"steps": True}, TypeError, "steps is True"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"learning_rate": float("nan")}, ValueError, "learning_rate is nan"),
        ({"learning_rate": float("inf")}, ValueError, "learning_rate is inf"),
        ({"learning_rate": "fast"}, TypeError, "learning_rate is 'fast'"),
        ({"weight_decay": -1}, ValueError, "weight_decay is -1; expected 0 or more"),
        ({"weight_decay": float("nan")}, ValueError, "weight_decay is nan"),
        ({"seed": -1}, ValueError, "seed is -1"),
        ({"seed": 2**32}, ValueError, "seed is 4294967296"),
        ({"cosine": 1}, TypeError, "cosine is 1"),
        ({"progress": None}, TypeError, "progress is None"),
    ],
)
def test_a_bad_setting_is_named(setting, error, message):
    with pytest.raises(error, match=message):
        TrainingConfig(**setting)


def test_bad_seeds_are_named(data):
    for seeds, error, message in [
        (5, TypeError, "seeds is 5"),
        ("34", TypeError, "seeds is '34'"),
        ([0.5], TypeError, "seeds is 0.5"),
        ([3, -1], ValueError, "seeds is -1"),
        ([3, 8, 3], ValueError, r"seeds has \[3\] more than once"),
        ({3, 8}, TypeError, "seeds is {"),
    ]:
        with pytest.raises(error, match=message):
            fit_seeds(make_model, loss, data, CONFIG, seeds)
    with pytest.raises(ValueError, match="seed is -1"):
        set_seed(-1)
    models, _ = fit_seeds(make_model, loss, data, replace(CONFIG, steps=1), np.arange(2))
    assert len(models) == 2


def test_errors_name_what_came(data):
    with pytest.raises(ValueError, match=r"'image': \(47, 5\), 'speech': \(46, 7\)"):
        fit(make_model(), loss, {**data, "speech": data["speech"][1:]}, CONFIG)
    with pytest.raises(ValueError, match="seeds is empty"):
        fit_seeds(make_model, loss, data, CONFIG, seeds=[])
    with pytest.raises(ValueError, match="steps is 0"):
        TrainingConfig(steps=0)
    with pytest.raises(FloatingPointError, match="nan at step 0"):
        fit(make_model(), lambda m, b: m(b).codes["image"].sum() * float("nan"), data, CONFIG)
    for data, error, message in [
        ({}, ValueError, "data have shapes {}"),
        (None, TypeError, "data is a NoneType"),
        ({"image": np.zeros((3, 5))}, TypeError, r"data\['image'\] is a ndarray"),
        ({"image": torch.zeros(())}, ValueError, "one number of rows"),
        ({"image": torch.zeros(0, D1)}, ValueError, "data have 0 rows"),
        ({"image": torch.zeros(3, D1, device="meta")}, ValueError, "data are on {'image': 'meta'}"),
    ]:
        with pytest.raises(error, match=message):
            fit(make_model(), loss, data, CONFIG)
    data = {"image": torch.zeros(3, D1)}
    for arguments, message in [
        ((make_model, loss, data, CONFIG), "model is a function; expected Module"),
        ((make_model(), torch.zeros(()), data, CONFIG), "loss is a Tensor; expected a function"),
        ((make_model(), loss, data, {"steps": 5}), "config is a dict; expected TrainingConfig"),
    ]:
        with pytest.raises(TypeError, match=message):
            fit(*arguments)
    with pytest.raises(TypeError, match="name is device"):
        pick_device(torch.device("cpu"))


def test_history_sums_its_terms():
    history = History({"a": np.array([1.0, 2.0]), "b": np.array([3.0, 5.0])}, seconds=1.0)
    np.testing.assert_allclose(history.loss, [4.0, 7.0])


def test_histories_are_equal_if_their_terms_are():
    one = History({"a": np.array([1.0, 2.0])}, seconds=1.0)
    assert one == History({"a": np.array([1.0, 2.0])}, seconds=2.0)
    for other in ({"a": np.array([1.0, 3.0])}, {"b": np.array([1.0, 2.0])}, {"a": np.ones(3)}):
        assert one != History(other, seconds=1.0)
    assert one != 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


@pytest.mark.parametrize(
    ("terms", "seconds", "error", "message"),
    [
        ([1.0], 1.0, TypeError, "terms is a list"),
        ({}, 1.0, ValueError, "terms have shapes {}"),
        ({"a": np.ones(2), "b": np.ones(3)}, 1.0, ValueError, "expected one shape"),
        ({"a": np.array([1.0, np.nan])}, 1.0, ValueError, "NaN"),
        ({"a": "high"}, 1.0, TypeError, r"terms\['a'\]"),
        ({"a": np.ones(2)}, -1, ValueError, "seconds is -1"),
    ],
)
def test_a_bad_history_is_named(terms, seconds, error, message):
    with pytest.raises(error, match=message):
        History(terms, seconds)
