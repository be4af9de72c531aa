"""Classifiers of several modalities: who sees what, shapes on primes, errors."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from mmbook.classifiers import MiddleFusionClassifier, UnimodalClassifiers, mlp
from mmbook.training import TrainingConfig, fit_seeds, set_seed

DIMS = {"image": 5, "speech": 3, "text": 11}
B, C = 7, 13


@pytest.fixture(autouse=True)
def seeded():
    set_seed(0)


@pytest.fixture
def x():
    return {m: torch.randn(B, d) for m, d in DIMS.items()} | {"label": torch.arange(B)}


def kinds(network):
    return [type(layer).__name__ for layer in network]


def test_layers_of_an_mlp():
    assert kinds(mlp(3, 2, (5, 7), 0.3)) == [
        "Linear", "ReLU", "Dropout", "Linear", "ReLU", "Linear",
    ]  # fmt: skip
    assert [(a.in_features, a.out_features) for a in mlp(3, 2, (5, 7)) if hasattr(a, "weight")] == [
        (3, 5), (5, 7), (7, 2),
    ]  # fmt: skip
    assert kinds(mlp(3, 2, (5,))) == ["Linear", "ReLU", "Linear"]
    assert kinds(mlp(3, 2, ())) == ["Linear"]


def test_the_same_seed_gives_the_network_that_is_written_by_hand():
    set_seed(4)
    by_hand = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, C))
    set_seed(4)
    assert_close(mlp(5, C, dropout=0.3).state_dict(), by_hand.state_dict())


def test_every_modality_answers_for_itself(x):
    model = UnimodalClassifiers(DIMS, C).eval()
    z = model(x)
    assert {m: tuple(v.shape) for m, v in z.items()} == dict.fromkeys(DIMS, (B, C))
    other = model(x | {"speech": torch.randn(B, 3)})
    changed = {m: not torch.equal(z[m], other[m]) for m in DIMS}
    assert changed == {"image": False, "speech": True, "text": False}
    assert_close(z["text"], model.networks["text"](x["text"]))


def test_the_answer_keeps_the_order_of_construction(x):
    turned = dict(reversed(x.items()))
    assert list(UnimodalClassifiers(DIMS, C)(turned)) == list(DIMS)
    model = MiddleFusionClassifier(DIMS, C).eval()
    assert model.modalities == tuple(DIMS)
    assert_close(model(turned), model(x))


def test_middle_fusion_is_its_formula(x):
    model = MiddleFusionClassifier(DIMS, C, width=17).eval()
    h = torch.cat([(x[m] @ f.weight.T + f.bias).relu() for m, f in model.sense.items()], 1)
    joint = (h @ model.join.weight.T + model.join.bias).relu()
    assert model.hidden(x).shape == (B, 17)
    assert_close(model.hidden(x), joint)
    assert_close(model(x), model.answer(joint))


def test_modality_dropout_hides_whole_modalities_of_single_samples_in_training_only(x):
    model = MiddleFusionClassifier(DIMS, C, width=17, dropout=0.0, modality_dropout=0.5)
    seen = []
    model.join.register_forward_hook(lambda layer, inputs, out: seen.append(inputs[0]))
    many = {m: v[:1].expand(2000, -1) for m, v in x.items() if m != "label"}
    model(many)
    there = seen[0].view(2000, 3, 17).any(-1)
    assert torch.equal(there, seen[0].view(2000, 3, 17).abs().sum(-1) > 0)
    assert_close(there.float().mean(0), torch.full((3,), 0.5), atol=0.05, rtol=0)
    assert abs((there[:, 0] & there[:, 1]).float().mean().item() - 0.25) < 0.05
    model.eval()(many)
    whole = seen[1].view(2000, 3, 17)
    assert whole.any(-1).all()
    assert_close(seen[0].view(2000, 3, 17), whole * there[..., None])  # what stays is no louder


def test_both_train_side_by_side(x):
    data = {m: v for m, v in x.items()}
    quiet = TrainingConfig(steps=3, batch_size=5, progress=False)
    device = x["label"].device

    def each(model, batch):
        return sum(F.cross_entropy(z, batch["label"]) for z in model(batch).values())

    def joint(model, batch):
        return F.cross_entropy(model(batch), batch["label"])

    for make, loss in (
        (lambda: UnimodalClassifiers(DIMS, C).to(device), each),
        (lambda: MiddleFusionClassifier(DIMS, C, modality_dropout=0.3).to(device), joint),
    ):
        models, history = fit_seeds(make, loss, data, quiet, [0, 1])
        assert len(models) == 2 and history.loss.shape == (2, 3)


def test_errors_name_what_came(x):
    with pytest.raises(KeyError, match=r"expected \('image', 'speech', 'text'\) among them"):
        UnimodalClassifiers(DIMS, C)({"image": x["image"]})
    for model in (UnimodalClassifiers(DIMS, C), MiddleFusionClassifier(DIMS, C)):
        with pytest.raises(
            ValueError, match=r"x\['speech'\] has shape \(7, 4\); expected \(B, 3\)"
        ):
            model(x | {"speech": torch.randn(B, 4)})
        with pytest.raises(ValueError, match=r"x\['speech'\] has shape \(6, 3\)"):
            model(x | {"speech": torch.randn(6, 3)})
    with pytest.raises(ValueError, match="input_dims is empty"):
        UnimodalClassifiers({}, C)
    with pytest.raises(TypeError, match="input_dims is a list"):
        MiddleFusionClassifier([3, 5], C)
    with pytest.raises(ValueError, match="dropout is 1; expected a number from 0 to below 1"):
        UnimodalClassifiers(DIMS, C, dropout=1)
    with pytest.raises(ValueError, match="modality_dropout is -0.1"):
        MiddleFusionClassifier(DIMS, C, modality_dropout=-0.1)
    with pytest.raises(ValueError, match="widths is 0"):
        mlp(3, 2, (5, 0))
    with pytest.raises(TypeError, match="widths"):
        mlp(3, 2, 5)


def test_printing_says_what_is_hidden():
    text = repr(MiddleFusionClassifier(DIMS, C, modality_dropout=0.25))
    assert "dropout=0.3, modality_dropout=0.25" in text
