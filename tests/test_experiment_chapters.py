"""What a chapter writes with the kit: three experiments of the book, shortened, on its own data."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmbook.autoencoder import MultimodalAutoencoder, reconstruction_loss
from mmbook.classifiers import mlp
from mmbook.data import load_digits, load_emoji, torn
from mmbook.distillation import distillation_loss
from mmbook.experiment import choose, claims, classified, compare, retrieved
from mmbook.features import DigitFeatures, EmojiFeatures
from mmbook.fusion import contrastive_loss
from mmbook.linear import cca, pca
from mmbook.pairs import mispaired
from mmbook.training import Arm, TrainingConfig, fit_seeds, label_ranks, pick_device

SEEDS, DEVICE = range(3), pick_device()


def config(steps, rate=6e-3, size=128):
    return TrainingConfig(steps, size, rate, weight_decay=1e-2, progress=False)


def on_device(x):
    return {name: part.to(DEVICE) for name, part in x.items()}


@pytest.fixture(scope="module")
def digits():
    """Torn digits: a half to teach the teacher, a half for the student, and the other splits."""
    train = load_digits("train")
    features = DigitFeatures(train)
    sets = {
        "teacher": torn(train[np.arange(0, len(train), 2)], seed=3),
        "student": torn(train[np.arange(1, len(train), 2)], seed=4),
        "val": torn(load_digits("val"), seed=1),
        "test": torn(load_digits("test"), seed=2),
    }
    return {split: on_device(features.encode(data)) for split, data in sets.items()}


def test_chapter_10_teachers_at_an_equal_budget(digits):
    """Labels alone, and three ways to learn from a teacher: four arms in one batched step."""
    teachers, _ = fit_seeds(
        lambda: mlp(196 + 104, 10, dropout=0.3).to(DEVICE),
        lambda t, b: F.cross_entropy(t(torch.cat([b["image"], b["speech"]], 1)), b["label"]),
        digits["teacher"], config(150), SEEDS,
    )  # fmt: skip
    x = digits["student"]
    with torch.no_grad():
        said = torch.stack([t(torch.cat([x["image"], x["speech"]], 1)) for t in teachers])
    own = {"said": said, "rank": label_ranks(x["label"], SEEDS)}

    # ---- what the chapter writes
    def make():
        return mlp(104, 10, dropout=0.3).to(DEVICE)

    def loss(model, b):
        z, v = model(b["speech"]), b["said"]
        known = F.cross_entropy(z, b["label"], reduction="none") * (b["rank"] < 0.05)
        return {
            "label": b["label weight"] * known.mean(),
            "T||S": b["T||S"] * distillation_loss(z, v),
            "S||T": b["S||T"] * distillation_loss(z, v, direction="S||T"),
            "answer": b["answer"] * F.cross_entropy(z, v.argmax(-1)),
        }

    def arm(steps=150, **weights):
        terms = dict.fromkeys(("T||S", "S||T", "answer"), 0.0) | {"label weight": 1.0} | weights
        return Arm(make, loss, x, config(steps), own, constants=terms)

    def measure(model, data):
        return classified(model(data["speech"]), data["label"])

    steps = choose(
        {n: arm(n, **{"T||S": 1.0}) for n in (20, 150)}, SEEDS, measure, on={"val": digits["val"]}
    )
    result = compare({
        "chance": {"accuracy": 0.1, "nats": np.log(10)},
        "labels alone": arm(steps),
        "teacher T||S": arm(steps, **{"T||S": 1.0}),
        "teacher S||T": arm(steps, **{"S||T": 1.0}),
        "the teacher's answer": arm(steps, answer=1.0),
    }, SEEDS, measure, on={"test": digits["test"]}, budget={"labels": dict.fromkeys(
        ("labels alone", "teacher T||S", "teacher S||T", "the teacher's answer"), 53)})  # fmt: skip
    print(result.table())
    print(result.table(["accuracy"], against="labels alone"))
    print(result.table(["accuracy"], by=digits["test"]["label"]))
    answer = result.difference("teacher T||S", "the teacher's answer")
    print("opinion - answer:", answer, f"smallest seen {answer.smallest_seen():.3f}")
    claims({
        "the teacher adds more than .1":
            result.difference("teacher T||S", "labels alone").above(0.1),
        "student first loses nats":
            result.difference("teacher S||T", "teacher T||S", "nats").above(),
        "the plain answer is as good, within .1": answer.within(0.1),
    })  # fmt: skip


def test_chapter_4_principal_components_and_an_autoencoder_by_width():
    train, test = (
        load_digits(s).image[:, ::2, ::2].reshape(-1, 196) / 255 for s in ("train", "test")
    )
    data = {"image": torch.tensor(train - train.mean(0)).float().to(DEVICE)}
    exam = torch.tensor(test - train.mean(0)).float().to(DEVICE)
    spread = exam.var(0, correction=0).sum()

    # ---- what the chapter writes
    def loss(model, x):
        return reconstruction_loss(x, model(x).reconstructions, "feature")

    def autoencoder(k):
        make = lambda: MultimodalAutoencoder({"image": 196}, k).to(DEVICE)  # noqa: E731
        return Arm(make, loss, data, config(300, 4e-3))

    def error(estimate, x):  # a share of the variance, for each drawing
        return {"error": (estimate - x).square().sum(1) / spread}

    def measure(model, x):
        return error(model({"image": x}).reconstructions["image"], x)

    arms = {"the mean drawing": {"error": 1.0}}
    for k in (2, 8):
        line = pca(data["image"], k)
        arms[f"PCA, {k}"] = error(torch.tensor(line.decode(line.encode(exam))).to(DEVICE), exam)
        arms[f"autoencoder, {k}"] = autoencoder(k)
    result = compare(arms, SEEDS, measure, on={"test": exam})
    print(result.table())
    claims({
        "with 2 numbers it bends below PCA": result.difference("autoencoder, 2", "PCA, 2").below(),
        "a wider code keeps more":
            result.difference("autoencoder, 8", "autoencoder, 2").below(-0.2),
    })  # fmt: skip


def test_a_search_among_332_unseen_emoji():
    features = EmojiFeatures(load_emoji("train"))
    x, exam = (on_device(features.encode(load_emoji(s))) for s in ("train", "test"))

    # ---- what the chapter writes
    def make():
        return nn.ModuleDict({"image": nn.Linear(60, 32), "english": nn.Linear(600, 32)}).to(DEVICE)

    def codes(model, data):
        return {m: model[m](data[m]) for m in ("image", "english")}

    def loss(model, batch):
        return contrastive_loss(codes(model, batch), temperature=0.1)

    def measure(model, data):
        found = codes(model, data)
        return retrieved(found["image"], found["english"])

    line = cca(x["image"], x["english"], 32, ridge=50.0)
    by_rule = [line.encode(exam[m], side) * line.correlations for side, m in
               enumerate(("image", "english"))]  # fmt: skip
    other = mispaired(len(x["label"]), seed=0).to(DEVICE)
    shuffled = {**x, "english": x["english"][other]}
    result = compare({
        "chance": {"R@1": 1 / 332, "R@10": 10 / 332},
        "CCA": retrieved(*by_rule),
        "contrastive": Arm(make, loss, x, config(150)),
        "contrastive, pairs shuffled": Arm(make, loss, shuffled, config(150)),
    }, SEEDS, measure, on={"test": exam})  # fmt: skip
    print(result.table())
    print(result.table(["R@10"], by=load_emoji("test").group))
    claims({
        "unseen drawings find their names, R@10 above chance":
            result.difference("contrastive", "chance", "R@10").above(0.1),
        "pairs are what it learns from":
            result.difference("contrastive", "contrastive, pairs shuffled", "R@10").above(0.1),
    })  # fmt: skip
