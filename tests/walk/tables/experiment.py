"""The experiment kit, on networks of one layer."""

import numpy as np
import torch

from mmbook.experiment import Comparison, Estimate
from mmbook.training import Arm, TrainingConfig

from ..arguments import Each, Flag, Real, Several, Text, Thing, Whole
from ..engine import call
from .measures import CONFIDENCE, A, labels
from .training import SEEDS, Net, function, loss


def rows():
    return {"image": torch.randn(11, 5), "label": torch.arange(11) % 4}


def arm(steps=2):
    return Arm(Net, loss, rows(), TrainingConfig(steps=steps, batch_size=3, progress=False))


def measure(model, data):
    return {"right": model(data).argmax(1) == data["label"]}


def comparison():
    return Comparison(
        {
            "ours": {"right": np.arange(14).reshape(2, 7) % 3 > 0, "nats": np.random.rand(2, 7)},
            "rule": {"right": np.arange(7) % 2, "nats": np.random.rand(7)},
            "chance": {"right": 0.5},
        },
        seeds=(0, 1),
    )


def estimate():
    return Estimate(0.23, 0.04, seeds=5, items=600, error=0.02, df=60.0)


GROUPS = labels("n", legal="too large, negative, floats, bools")
LABELS = labels("7", 3, legal="too large, negative, floats, bools")
ARM = Text("ours", choice=True)
OTHER = Text("rule", choice=True)
MEASURE = Text("right", choice=True)
BOUND = Real(0.1)
ARMS = Each({"ours": Thing(arm), "theirs": Thing(arm)}, fixed=False)
MEASURES = function(
    measure,
    ("gives None", lambda *_: None),
    ("gives a number", lambda *_: 1.0),
    ("gives an empty dict", lambda *_: {}),
    ("gives NaN", lambda *_: {"x": np.nan}),
    ("gives a string", lambda *_: {"x": "y"}),
    ("gives a matrix", lambda *_: {"x": np.ones((2, 3))}),
)
VAL = Each({"val": Thing(rows)}, fixed=False, legal="val: *")

CALLS = {
    "experiment.choose": call(grid=ARMS, seeds=SEEDS, measure=MEASURES, on=VAL, lowest=Flag(False)),
    "experiment.claims": call(statements=Each({"two is even": Flag(True)}, fixed=False)),
    "experiment.compare": call(
        use=lambda f, a: f(**a).scores,
        arms=ARMS,
        seeds=SEEDS,
        measure=MEASURES,
        on=VAL,
        budget=Each({"labels": Each({"ours": Whole(3)})}, fixed=False, legal="empty, *"),
        groups=GROUPS,
    ),
    "experiment.Comparison": call(
        scores=Each(
            {
                "ours": Each(
                    {"right": A("S n", legal="an axis less"), "nats": A("S n")},
                    fixed=False,
                    legal="empty",
                ),
                "rule": Each({"right": A("n")}),
            },
            fixed=False,
        ),
        seeds=SEEDS,
        on=Text("test"),
        groups=GROUPS,
        budget=Each({"labels": Each({"ours": Whole(3)})}, fixed=False, legal="empty, *"),
        models=Each({"ours": Several([Thing(Net), Thing(Net)])}, fixed=False, legal="empty"),
        histories=Each({}, fixed=False, legal="empty"),
    ),
    "experiment.Comparison.estimate": call(comparison, arm=ARM, measure=MEASURE),
    "experiment.Comparison.difference": call(comparison, a=ARM, b=OTHER, measure=MEASURE),
    "experiment.Comparison.contrast": call(
        comparison,
        weights=Each({"ours": Real(1.0), "rule": Real(-1.0)}, legal="name too few"),
        measure=MEASURE,
    ),
    "experiment.Comparison.smallest_seen": call(comparison, a=ARM, b=OTHER, measure=MEASURE),
    "experiment.Comparison.runs": call(comparison, arm=ARM, measure=MEASURE),
    "experiment.Comparison.parts": call(comparison, labels=LABELS),
    "experiment.Comparison.table": call(
        comparison, measures=Several([MEASURE]), against=OTHER, by=LABELS
    ),
    "experiment.Estimate": call(
        mean=Real(0.23),
        half_width=Real(0.04, wrong=(-0.1,)),
        seeds=Whole(5, least=0),
        items=Whole(600, least=0),
        groups=Whole(0, least=0),
        error=Real(0.02, wrong=(-0.1,)),
        df=Real(60.0, wrong=(-1.0,), legal="inf"),
        confidence=CONFIDENCE,
    ),
    "experiment.Estimate.above": call(estimate, bound=BOUND),
    "experiment.Estimate.below": call(estimate, bound=BOUND),
    "experiment.Estimate.within": call(estimate, bound=Real(0.1, wrong=(0.0, -1.0))),
    "experiment.Estimate.smallest_seen": call(estimate, power=Real(0.8, wrong=(0.0, 1.0, 80.0))),
    "experiment.Estimate.text": call(estimate, digits=Whole(2, least=0)),
    "experiment.over_seeds_and_items": call(scores=A("S n"), groups=GROUPS, confidence=CONFIDENCE),
    "experiment.classified": call(logits=A("n 7", legal="one 7 more"), labels=labels("n", 7)),
    "experiment.retrieved": call(
        queries=A("n K"), targets=A("n K"), at=Several([Whole(1, most=11), Whole(3)])
    ),
    "experiment.Scores": call(
        use=lambda make, a: Comparison({"ours": {"x": make(a["rows"], a["of_"])}}).estimate("ours"),
        rows=A("n K", legal="an axis more, an axis less"),
        of_=function(
            lambda rows: float(np.mean(rows)),
            ("gives None", lambda *_: None),
            ("gives NaN", lambda *_: np.nan),
            ("gives a string", lambda *_: "x"),
        ),
    ),
}
