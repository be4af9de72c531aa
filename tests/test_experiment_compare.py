"""Arms are trained on the same seeds and measured alike; settings are chosen on validation data."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmbook import metrics
from mmbook.experiment import Scores, choose, classified, compare, retrieved
from mmbook.training import Arm, TrainingConfig, fit_seeds, pick_device

DEVICE, SEEDS = pick_device(), (3, 1, 4)
G = torch.Generator().manual_seed(0)
X = {
    split: {"x": torch.randn(n, 2, generator=G).to(DEVICE)}
    for split, n in (("train", 64), ("val", 31), ("test", 41))
}
for part in X.values():
    part["y"] = (part["x"].sum(1) > 0).long()
CONFIG = TrainingConfig(steps=12, batch_size=16, learning_rate=0.1, progress=False)


def make():
    return nn.Linear(2, 2).to(DEVICE)


def loss(model, batch):
    return batch["weight"] * F.cross_entropy(model(batch["x"]), batch["y"])


def measure(model, data):
    return {"accuracy": model(data["x"]).argmax(1) == data["y"]}


def arm(weight=1.0, **changes):
    return Arm(make, loss, X["train"], replace(CONFIG, **changes), constants={"weight": weight})


# ------------------------------------------------------------------ compare


def test_an_arm_gives_what_fit_seeds_gives():
    found = compare({"a": arm(), "b": arm(0.0)}, SEEDS, measure, on={"test": X["test"]})
    models, _ = fit_seeds(
        make, lambda m, b: F.cross_entropy(m(b["x"]), b["y"]), X["train"], CONFIG, SEEDS
    )
    right = [metrics.accuracy(m(X["test"]["x"]), X["test"]["y"]) for m in models]
    np.testing.assert_allclose(found.runs("a"), right, atol=1 / 41 + 1e-9)
    assert found.difference("a", "b").over == "3 seeds x 41 items"
    assert list(found.models) == list(found.histories) == ["a", "b"]
    assert found.histories["a"].loss.shape == (3, 12)


def test_the_budget_is_that_of_the_settings_and_what_is_told():
    found = compare(
        {"told": {"accuracy": 1.0}, "a": arm(), "b": arm(steps=6)}, SEEDS, measure,
        on={"test": X["test"]}, budget={"labels": {"a": 64, "b": 64}},
    )  # fmt: skip
    assert found.budget == {
        "steps": {"a": 12, "b": 6}, "batch": {"a": 16, "b": 16}, "labels": {"a": 64, "b": 64}
    }  # fmt: skip
    lines = found.table().splitlines()
    assert lines[0].split() == ["steps", "accuracy"]
    assert [line.split()[:2] for line in lines[1:4]] == [["told", "1.00"], ["a", "12"], ["b", "6"]]
    assert lines[4] == "all trained with batch 16, labels 64"


def test_models_that_were_trained_elsewhere_are_measured_in_evaluation_mode_without_gradients():
    models = [nn.Dropout(0.5).train() for _ in SEEDS]
    asked = []

    def watched(model, data):
        asked.append((model.training, torch.is_grad_enabled()))
        return {"m": model(data["x"])[:, 0], "whole": 3.0}

    found = compare({"mine": models}, SEEDS, watched, on={"val": X["val"]})
    assert asked == [(False, False)] * 3
    assert found.estimate("mine").over == "3 seeds x 31 items"
    assert found.estimate("mine", "whole").over == "3 seeds, not over items"
    assert found.budget == {} and found.on == "val"


def test_arms_may_be_asked_differently():
    blind = {"x": torch.zeros_like(X["test"]["x"]), "y": X["test"]["y"]}
    how = {"sees": measure, "blind": lambda model, data: measure(model, blind)}
    found = compare({"sees": arm(), "blind": arm()}, SEEDS, how, on={"test": X["test"]})
    assert found.estimate("sees").mean > 0.85 > found.estimate("blind").mean
    with pytest.raises(KeyError, match="deaf"):
        compare({"deaf": arm()}, SEEDS, how, on={"test": X["test"]})


def test_statistics_travel_through_compare():
    def spread(model, data):
        z = model(data["x"])
        return {"auc": Scores(torch.column_stack([z[:, 1] - z[:, 0], data["y"]]), auc)}

    def auc(rows):
        return metrics.auc(rows[rows[:, 1] == 0, 0], rows[rows[:, 1] == 1, 0])

    found = compare({"a": arm()}, SEEDS, spread, on={"test": X["test"]}).estimate("a")
    assert found.mean > 0.9 and 0 < found.half_width < 0.2
    assert found.over == "3 seeds x 41 items"


def test_comparing_leaves_the_global_generators_alone():
    torch.manual_seed(5)
    np.random.seed(5)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    compare({"a": arm()}, SEEDS, measure, on={"test": X["test"]}).table()
    assert torch.equal(torch.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])


@pytest.mark.parametrize(
    "change, error",
    [
        ({"arms": {}}, "arms is empty"),
        ({"arms": {"a": [nn.Linear(2, 2)] * 2}}, r"arms\['a'\] has 2 models; expected 3"),
        ({"arms": {"a": {"accuracy": np.zeros((2, 41))}}}, "has 2 rows; expected 3"),
        ({"seeds": ()}, "seeds"),
        ({"seeds": (1, 1, 2)}, "seeds"),
        ({"on": {"val": X["val"], "test": X["test"]}}, "on has"),
        ({"on": {}}, "on has"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_trained(change, error):
    def must_not_train(*_):
        raise AssertionError("trained")

    arms = {"never": Arm(make, must_not_train, X["train"], CONFIG)}
    given = {"seeds": SEEDS, "measure": measure, "on": {"test": X["test"]}} | change
    if change.get("arms") != {}:
        given["arms"] = arms | change.get("arms", {})
    with pytest.raises(ValueError, match=error):
        compare(**given)


def test_a_measure_must_say_the_same_of_every_model():
    answers = iter([{"m": 1.0}, {"k": 1.0}, {"m": 1.0}])
    with pytest.raises(KeyError, match="what measure returns"):
        compare({"a": arm()}, SEEDS, lambda m, d: next(answers), on={"test": X["test"]})
    with pytest.raises(TypeError, match="what measure returns"):
        compare({"a": arm()}, SEEDS, lambda m, d: 0.5, on={"test": X["test"]})
    lengths = iter([3, 4, 5])
    with pytest.raises(ValueError, match="m has shapes"):
        compare({"a": arm()}, SEEDS, lambda m, d: {"m": np.ones(next(lengths))}, on={"test": None})
    with pytest.raises(TypeError, match=r"arms\['a'\]"):
        compare({"a": 3}, SEEDS, measure, on={"test": X["test"]})


# ------------------------------------------------------------------ choose


def scored(values):
    """A measure that gives arm k of a grid its fixed score, so that ties can be made."""

    def measure(model, data):
        return {"score": torch.full((31,), values[int(model.key)])}

    return measure


class Keyed(nn.Linear):
    """A model that knows the number of its setting."""

    def __init__(self, key):
        super().__init__(2, 2)
        self.key = key


def keyed(key, **changes):
    return Arm(
        lambda: Keyed(key).to(DEVICE),
        lambda model, batch: F.cross_entropy(model(batch["x"]), batch["y"]),
        X["train"],
        replace(CONFIG, **{"steps": 2} | changes),
    )


def test_the_best_setting_is_returned_and_marked_in_the_table(capsys):
    grid = {(2, 0.1): keyed(0), (2, 1.0): keyed(1), (1, 3.0): keyed(2, steps=1)}
    best = choose(grid, SEEDS, scored([0.25, 0.75, 0.5]), on={"val": X["val"]})
    assert best == (2, 1.0)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[1:4]] == ["0.250", "chosen", "0.500"]
    assert "val: chosen by the highest 'score'; intervals over 3 seeds x 31 items" in lines
    assert "the longest training is the best: a longer one may be better still" in lines


def test_the_lowest_can_be_the_best(capsys):
    grid = {"a": keyed(0), "b": keyed(1)}
    assert choose(grid, SEEDS, scored([0.25, 0.75]), on={"val": X["val"]}, lowest=True) == "a"
    assert "chosen by the lowest 'score'" in capsys.readouterr().out


def test_what_the_table_prints_alike_is_a_tie_and_the_cheaper_wins(capsys):
    grid = {"dear": keyed(0, steps=3), "cheap": keyed(1, steps=1), "middle": keyed(2)}
    assert choose(grid, SEEDS, scored([0.7501, 0.75, 0.5]), on={"val": X["val"]}) == "cheap"
    printed = capsys.readouterr().out
    assert "tie of dear, cheap: fewest samples seen, then the first" in printed
    assert "the longest training" not in printed
    assert choose(grid | {"dear": keyed(0)}, SEEDS, scored([1, 0, 1]), on={"val": 0}) == "dear"


def test_the_measure_sees_the_validation_data_and_nothing_else():
    seen = []

    def watched(model, data):
        seen.append(data)
        return {"score": 1.0}

    choose({"a": keyed(0)}, SEEDS, watched, on={"val": X["val"]})
    assert all(data is X["val"] for data in seen)


@pytest.mark.parametrize("name", ["test", "Test", "the test split"])
def test_nothing_is_chosen_on_the_test_split(name):
    with pytest.raises(ValueError, match=re.escape(f"on is {name!r}; expected validation data")):
        choose({"a": keyed(0)}, SEEDS, measure, on={name: X["test"]})


def test_a_grid_that_is_none_is_refused():
    with pytest.raises(ValueError, match="grid has"):
        choose({}, SEEDS, measure, on={"val": X["val"]})
    with pytest.raises(ValueError, match="grid has"):
        choose({1: keyed(0), "1": keyed(1)}, SEEDS, measure, on={"val": X["val"]})
    with pytest.raises(TypeError, match=r"grid\['a'\]"):
        choose({"a": CONFIG}, SEEDS, measure, on={"val": X["val"]})


# ------------------------------------------------------------------ measures


def test_classified_agrees_with_the_measures_of_metrics_and_torch():
    z = torch.randn(61, 7, generator=torch.Generator().manual_seed(1))
    y = torch.randint(7, (61,), generator=torch.Generator().manual_seed(2))
    found = classified(z, y)
    assert found["accuracy"].mean() == pytest.approx(metrics.accuracy(z, y))
    assert found["nats"] == pytest.approx(F.cross_entropy(z, y, reduction="none").numpy(), rel=1e-5)
    error = found["calib. error"]
    assert error.of(error.rows) == pytest.approx(metrics.calibration_error(z.softmax(1), y))


def test_constant_logits_are_no_answer():
    found = classified(np.zeros((5, 3)), [0, 1, 2, 0, 1])
    assert found["accuracy"].sum() == 0
    assert found["nats"] == pytest.approx(np.full(5, np.log(3)))


def test_retrieved_agrees_with_recall():
    q, t = np.random.default_rng(0).normal(size=(2, 31, 5))
    q = q + t
    for name, hits in retrieved(q, t, at=(1, 3)).items():
        assert hits.mean() == pytest.approx(metrics.recall_at(q, t, k=int(name[2:])))


def test_measures_refuse_what_they_cannot_read():
    wrong = [([[np.nan, 1]], [0], "logits holds 1 NaN"), ([[0.0, 1]], [2], "labels"),
             ([0.0, 1], [0], "logits has shape"), ([[0.0, 1]], [0, 1], "labels has")]  # fmt: skip
    for logits, labels, error in wrong:
        with pytest.raises(ValueError, match=error):
            classified(logits, labels)
    for at in ((0,), (4,)):
        with pytest.raises(ValueError, match="k is"):
            retrieved(np.eye(3), np.eye(3), at=at)
