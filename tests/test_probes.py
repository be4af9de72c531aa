"""Asking models leaves no trace; witnesses are those that one would train by hand."""

from typing import NamedTuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.testing import assert_close

from mmbook.probes import ask, tell_apart, train_witness
from mmbook.training import TrainingConfig, fit, set_seed

QUICK = TrainingConfig(steps=40, batch_size=64, learning_rate=1e-2, seed=3, progress=False)


@pytest.fixture
def data():
    g = torch.Generator().manual_seed(0)
    labels = torch.arange(210) % 3
    return torch.randn(210, 5, generator=g) + 3 * F.one_hot(labels, 5), labels


class Pair(NamedTuple):
    first: Tensor
    second: Tensor | None


class Answers(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind, self.weight = kind, nn.Parameter(torch.ones(()))

    def forward(self, x):
        y = self.weight * x
        return {"tensor": y, "dict": {"a": y, "b": (y, None)}, "named": Pair(y, None)}[self.kind]


def test_answers_are_stacked_whatever_holds_them():
    x = torch.randn(7, 3)
    assert ask([Answers("tensor")] * 2, x).shape == (2, 7, 3)
    found = ask([Answers("dict")] * 2, x)
    assert found["a"].shape == (2, 7, 3) and found["b"][0].shape == (2, 7, 3)
    assert found["b"][1] is None
    named = ask([Answers("named")] * 2, x)
    assert isinstance(named, Pair) and named.first.shape == (2, 7, 3) and named.second is None


def test_models_are_asked_without_dropout_and_left_as_they_were():
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.9))
    model.train()
    x = torch.randn(7, 3)
    answers = ask([model, model], x)
    assert_close(answers[0], model[0](x)) and not answers.requires_grad
    assert model.training and model[1].training and not answers.requires_grad
    assert ask([model.eval()], x).shape == (1, 7, 3) and not model.training


def test_a_frozen_part_in_evaluation_mode_stays_in_it():
    """A model may keep one of its parts from training, as chapter 9 keeps its ladder."""
    model = nn.Sequential(nn.Dropout(0.5), nn.Dropout(0.5)).train()
    model[0].eval()
    ask([model], torch.ones(3, 2))
    assert model.training and model[1].training and not model[0].training


def test_a_witness_is_the_network_that_is_trained_by_hand(data):
    x, labels = data
    set_seed(3)
    by_hand = nn.Sequential(nn.Linear(5, 17), nn.ReLU(), nn.Dropout(0.3), nn.Linear(17, 3))
    by_hand.to(x.device)
    fit(by_hand, lambda net, b: F.cross_entropy(net(b["x"]), b["y"]), {"x": x, "y": labels}, QUICK)
    set_seed(11)  # what is drawn outside does not matter, and is not disturbed
    witness = train_witness(x, labels, 3, widths=(17,), config=QUICK)
    drawn = torch.rand(1)
    set_seed(11)
    assert_close(drawn, torch.rand(1))
    assert_close(witness.state_dict(), by_hand.state_dict())


def test_a_witness_learns_and_is_frozen_but_passes_gradients(data):
    x, labels = data
    witness = train_witness(x, labels, 3, config=QUICK)
    assert (witness(x).argmax(1) == labels).float().mean() > 0.9
    assert not witness.training and not any(p.requires_grad for p in witness.parameters())
    made = x[:2].clone().requires_grad_()
    witness(made).sum().backward()
    assert made.grad.abs().sum() > 0


def test_a_class_that_no_sample_has_keeps_its_logit(data):
    x, labels = data
    assert train_witness(x, labels, 7, config=QUICK)(x).shape == (210, 7)


def test_a_judge_tells_codes_apart_only_if_they_differ(data):
    x, _ = data
    far, near = {"a": x, "b": x + 5}, {"a": x, "b": x}
    assert tell_apart(far, far, config=QUICK) > 0.9
    assert tell_apart(near, near, config=QUICK) == pytest.approx(0.5, abs=1e-6)
    three = {m: x + F.one_hot(torch.tensor(i), 5) * 9 for i, m in enumerate("abc")}
    assert tell_apart(three, three, config=QUICK) > 0.9


def test_the_order_of_the_test_codes_does_not_matter(data):
    x, _ = data
    train = {"a": x, "b": x + 5}
    assert tell_apart(train, {"b": x + 5, "a": x}, config=QUICK) > 0.9


def test_errors(data):
    x, labels = data
    with pytest.raises(ValueError, match="models"):
        ask([], x)
    with pytest.raises(TypeError, match="models"):
        ask(nn.Linear(5, 2), x)
    with pytest.raises(ValueError, match=r"the answers are \[\(210, 2\), \(210, 3\)\]"):
        ask([nn.Linear(5, 2).to(x.device), nn.Linear(5, 3).to(x.device)], x)
    with pytest.raises(ValueError, match="labels runs from 0 to 2; expected numbers from 0 to 1"):
        train_witness(x, labels, 2, config=QUICK)
    with pytest.raises(ValueError, match=r"labels has shape \(7,\); expected \(210,\)"):
        train_witness(x, labels[:7], 3, config=QUICK)
    with pytest.raises(ValueError, match="at least 2 modalities"):
        tell_apart({"a": x}, {"a": x})
    with pytest.raises(KeyError, match="test has"):
        tell_apart({"a": x, "b": x}, {"a": x, "c": x})
