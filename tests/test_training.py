"""The training loop: seeded, honest about time, and the same alone as side by side."""

import random

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


def test_errors_name_what_came(data):
    with pytest.raises(ValueError, match=r"'image': \(47, 5\), 'speech': \(46, 7\)"):
        fit(make_model(), loss, {**data, "speech": data["speech"][1:]}, CONFIG)
    with pytest.raises(ValueError, match="seeds is empty"):
        fit_seeds(make_model, loss, data, CONFIG, seeds=[])
    with pytest.raises(ValueError, match="steps is 0"):
        TrainingConfig(steps=0)
    with pytest.raises(FloatingPointError, match="nan at step 0"):
        fit(make_model(), lambda m, b: m(b).codes["image"].sum() * float("nan"), data, CONFIG)


def test_history_sums_its_terms():
    history = History({"a": np.array([1.0, 2.0]), "b": np.array([3.0, 5.0])}, seconds=1.0)
    np.testing.assert_allclose(history.loss, [4.0, 7.0])
