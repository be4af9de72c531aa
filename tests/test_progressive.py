"""Training step by step: who sees what, who is frozen, and in which order the steps come."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from mmbook.training import TrainingConfig, fit_progressive, fit_seeds

N, WIDTHS, C = 41, {"text": 3, "speech": 5, "image": 7}, 4
ORDER, SEEDS = ("speech", "text", "image"), (2, 5)
CONFIG = TrainingConfig(steps=13, batch_size=11, learning_rate=1e-2, progress=False)


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(0)
    found = {m: torch.randn(N, d, generator=generator) for m, d in WIDTHS.items()}
    return found | {"label": torch.arange(N) % C}


class Linear(nn.Module):
    """Logits from all modalities it was made for; dropout shows a model left in training mode."""

    def __init__(self, modalities, dropout=0.5):
        super().__init__()
        self.modalities, self.dropout = modalities, dropout
        self.answer = nn.Linear(sum(WIDTHS[m] for m in modalities), C)

    def forward(self, x):
        joined = torch.cat([x[m] for m in self.modalities], -1)
        return self.answer(F.dropout(joined, self.dropout, self.training))


def make(modalities, before):
    return Linear(modalities)


def labels(model, batch, earlier):
    return F.cross_entropy(model(batch), batch["label"])


def test_steps_come_in_the_order_that_is_asked_for(data):
    for order in (ORDER, ORDER[::-1], ("text",)):
        steps = fit_progressive(order, make, labels, data, CONFIG, SEEDS)
        expected = [order[:i] for i in range(1, len(order) + 1)]
        assert [[m.modalities for m in models] for models in steps] == [[e, e] for e in expected]


def test_a_step_sees_no_later_modality_and_none_of_the_bookkeeping(data):
    seen = []

    def loss(model, batch, earlier):
        seen.append((tuple(sorted(batch)), len(earlier)))
        return labels(model, batch, earlier)

    fit_progressive(ORDER, make, loss, data, CONFIG, SEEDS)
    assert list(dict.fromkeys(seen)) == [
        (("label", "speech"), 0),
        (("label", "speech", "text"), 1),
        (("image", "label", "speech", "text"), 2),
    ]


def test_each_step_is_fit_seeds_with_what_the_frozen_models_say(data):
    def held(z, earlier):
        return sum(((z - e) ** 2 * (j + 1)).mean() for j, e in enumerate(earlier))

    steps = fit_progressive(
        ORDER, make, lambda m, b, e: labels(m, b, e) + held(m(b), e), data, CONFIG, SEEDS
    )
    with torch.no_grad():
        said = {f"{j}": torch.stack([m(data) for m in steps[j]]) for j in (0, 1)}
    again, _ = fit_seeds(
        lambda: Linear(ORDER),
        lambda m, b: labels(m, b, ()) + held(m(b), [b["0"], b["1"]]),
        data,
        CONFIG,
        SEEDS,
        own=said,
    )
    for ours, theirs in zip(steps[2], again, strict=True):
        assert_close(ours.answer.weight, theirs.answer.weight)


def test_trained_steps_are_kept_and_left_alone(data):
    first = fit_progressive(ORDER[:2], make, labels, data, CONFIG, SEEDS)
    before = [m.answer.weight.clone() for models in first for m in models]
    steps = fit_progressive(ORDER, make, labels, data, CONFIG, SEEDS, trained=first)
    assert steps[0] == first[0] and steps[1] == first[1] and len(steps) == 3
    after = [m.answer.weight for models in steps[:2] for m in models]
    for a, b in zip(before, after, strict=True):
        assert_close(a, b, rtol=0, atol=0)
    whole = fit_progressive(ORDER, make, labels, data, CONFIG, SEEDS)
    for a, b in zip(steps[2], whole[2], strict=True):
        assert_close(a.answer.weight, b.answer.weight)


def test_each_frozen_model_is_asked_once_and_the_last_ones_never(data):
    asked = []

    class Asked(Linear):
        def forward(self, x):
            if not self.training:
                asked.append(self.modalities)
            return super().forward(x)

    def make_asked(modalities, before):
        return Asked(modalities)

    steps = fit_progressive(ORDER, make_asked, labels, data, CONFIG, SEEDS)
    once = [ORDER[:1]] * 2 + [ORDER[:2]] * 2
    assert asked == once
    asked.clear()
    fit_progressive(ORDER, make_asked, labels, data, CONFIG, SEEDS, trained=steps[:2])
    assert asked == once
    asked.clear()
    again = fit_progressive(ORDER, make_asked, labels, data, CONFIG, SEEDS, trained=steps)
    assert again == steps and not asked
    assert not any(model.training for models in steps for model in models)


def test_a_warm_start_gets_the_model_of_its_own_seed(data):
    met = []

    def warm(modalities, before):
        met.append(before)
        return Linear(modalities)

    steps = fit_progressive(ORDER, warm, labels, data, CONFIG, SEEDS)
    assert met == [None, None, *steps[0], *steps[1]]


def test_each_seed_sees_its_own_rows_at_every_step(data):
    own = {"weight": torch.rand(2, N, generator=torch.Generator().manual_seed(1))}

    def weighted(model, batch, earlier):
        each = F.cross_entropy(model(batch), batch["label"], reduction="none")
        return (each * batch["weight"]).mean()

    both = fit_progressive(ORDER, make, weighted, data, CONFIG, SEEDS, own=own)
    mine = {"weight": own["weight"][1:]}
    alone = fit_progressive(ORDER, make, weighted, data, CONFIG, SEEDS[1:], own=mine)
    for together, single in zip(both, alone, strict=True):
        assert_close(together[1].answer.weight, single[0].answer.weight)


class Reader(nn.Module):
    """Reads whatever it is given, as a masked mean over modalities does."""

    def __init__(self):
        super().__init__()
        self.map = nn.ModuleDict({m: nn.Linear(d, C) for m, d in WIDTHS.items()})

    def forward(self, x):
        return torch.stack([self.map[m](x[m]) for m in WIDTHS if m in x]).mean(0)


def test_an_earlier_model_is_asked_with_its_modalities_and_own_and_nothing_else(data):
    heard = []

    class Listener(Reader):
        def forward(self, x):
            if not self.training:
                heard.append(dict(x))
            return super().forward(x)

    own = {"hint": torch.arange(2 * N).view(2, N)}
    steps = fit_progressive(ORDER, lambda m, old: Listener(), labels, data, CONFIG, SEEDS, own=own)
    names = [set(x) for x in heard]
    assert names == [{"speech", "hint"}] * 2 + [{"speech", "text", "hint"}] * 2
    for x, s in zip(heard, (0, 1, 0, 1), strict=True):
        assert torch.equal(x["hint"], own["hint"][s])
    assert len(steps) == 3


def test_what_a_reader_of_everything_says_does_not_depend_on_later_modalities_or_labels(data):
    def learn_from_the_first(model, batch, earlier):
        z = model({m: batch[m] for m in ORDER[:2]})
        return (z - earlier[0]).square().mean()

    first = fit_progressive(ORDER[:1], lambda m, o: Reader(), labels, data, CONFIG, SEEDS)
    other = data | {m: data[m].flip(0) for m in ("image", "label")}
    (_, ours), (_, theirs) = (
        fit_progressive(
            ORDER[:2], lambda m, o: Reader(), learn_from_the_first, x, CONFIG, SEEDS, first
        )
        for x in (data, other)
    )
    for a, b in zip(ours, theirs, strict=True):
        assert_close(a.map["text"].weight, b.map["text"].weight, rtol=0, atol=0)


def test_what_a_model_may_not_read_is_named(data):
    class Curious(Linear):
        def forward(self, x):
            x["image"]
            return super().forward(x)

    with pytest.raises(KeyError, match="'image' is not given to the model of this step; expected"):
        fit_progressive(ORDER, lambda m, old: Curious(m), labels, data, CONFIG, SEEDS)

    class Cheat(Linear):
        def forward(self, x):
            return super().forward(x) + F.one_hot(x["label"], C)

    with pytest.raises(KeyError, match="'label' is not given .*'speech'"):
        fit_progressive(ORDER, lambda m, old: Cheat(m), labels, data, CONFIG, SEEDS)


def test_the_old_model_handed_back_is_refused(data):
    def lazy(modalities, before):
        return before or Linear(modalities)

    def sly(modalities, before):
        model = Linear(modalities)
        if before is not None:
            model.old = before
        return model

    with pytest.raises(ValueError, match="make_model handed back the old model, .*'text' came"):
        fit_progressive(ORDER, lazy, labels, data, CONFIG, SEEDS)
    with pytest.raises(
        ValueError, match=r"or its weights \['old.answer.weight', 'old.answer.bias'"
    ):
        fit_progressive(ORDER, sly, labels, data, CONFIG, SEEDS)


def test_bad_input_is_named(data):
    for order in ((), ("text", "text"), ("text", "smell")):
        with pytest.raises(ValueError, match="order is .*; expected names in .*each once"):
            fit_progressive(order, make, labels, data, CONFIG, SEEDS)
    models = [Linear(ORDER[:1])]
    for trained in ([models], [models * 2] * 4):
        with pytest.raises(ValueError, match="expected at most 3 steps of 2"):
            fit_progressive(ORDER, make, labels, data, CONFIG, SEEDS, trained=trained)
    good = (ORDER, make, labels, data, CONFIG, SEEDS)
    for place, wrong, error, message in [
        (0, "text", TypeError, "order is 'text'"),
        (1, Linear(ORDER), TypeError, "make_model is a Linear; expected a function"),
        (2, None, TypeError, "loss is a NoneType"),
        (3, {}, ValueError, "data have shapes {}"),
        (4, {}, TypeError, "config is a dict"),
        (5, [], ValueError, "seeds is empty"),
    ]:
        with pytest.raises(error, match=message):
            fit_progressive(*good[:place], wrong, *good[place + 1 :])
    with pytest.raises(TypeError, match="trained holds 1"):
        fit_progressive(*good, trained=[[1, 2]])
    with pytest.raises(TypeError, match="own is a list"):
        fit_progressive(*good, own=[1])
