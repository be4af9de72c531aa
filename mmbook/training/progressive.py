"""Training step by step: with each step one more modality arrives, and a new model with it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from mmbook import checks
from mmbook.training.arms import fit_seeds
from mmbook.training.config import TrainingConfig
from mmbook.training.seeds import seed_list
from mmbook.training.steps import Batch, check_factory

MakeNext = Callable[[tuple[str, ...], nn.Module | None], nn.Module]
StepLoss = Callable[[nn.Module, Batch, list[Tensor]], Tensor | Mapping[str, Tensor]]


def fit_progressive(
    order: Sequence[str],
    make_model: MakeNext,
    loss: StepLoss,
    data: Mapping[str, Tensor],
    config: TrainingConfig,
    seeds: Sequence[int],
    trained: Sequence[Sequence[nn.Module]] = (),
    own: Mapping[str, Tensor] | None = None,
) -> list[list[nn.Module]]:
    """Train one model a step. The model of step i reads the modalities ``order[:i]``.

    The batch of step i holds these modalities, what stands in ``own``, and what in ``data`` is no
    modality of the order, such as labels: the loss needs them. Later modalities are not in it, so
    that nobody can read them. The models of all steps before are frozen: each is asked once what
    it says of every sample, the last step's not at all. What a model is asked with is
    ``order[:i]`` and what stands in ``own``, and nothing else: no later modality, no label. So
    what a model reads beside its modalities, such as a mask of padding, must stand in ``own``.

    >>> import torch
    >>> class Sum(nn.Module):
    ...     def __init__(self, names):
    ...         super().__init__()
    ...         self.map = nn.ModuleDict({m: nn.Linear(3, 2) for m in names})
    ...     def forward(self, x):
    ...         return sum(f(x[m]) for m, f in self.map.items())
    >>> def loss(model, batch, earlier):
    ...     return sum(((model(batch) - z) ** 2).mean() for z in (1.0, *earlier))
    >>> steps = fit_progressive(
    ...     ("speech", "image"), lambda names, before: Sum(names), loss,
    ...     {"speech": torch.ones(8, 3), "image": torch.ones(8, 3)},
    ...     TrainingConfig(steps=3, progress=False), seeds=range(2))
    >>> [[tuple(model.map) for model in models] for models in steps]
    [[('speech',), ('speech',)], [('speech', 'image'), ('speech', 'image')]]

    Args:
        order: the modalities as they arrive, each a name in ``data``.
        make_model: (modalities so far, the same seed's model of the step before, or None at the
            first step) -> a new model. It may copy weights; it must not hand the old one back.
        loss: (model, batch, what the earlier models say of the batch, first step first, each
            (B, C)) -> a scalar, or a dict of named scalars whose sum is minimised.
        seeds: different ones; ``config.seed`` does not count.
        trained: models of the first steps, if there are some: ``trained[i][s]``. They are taken
            as they are, and training goes on with the next step.
        own: what differs from seed to seed, (S, n, ...), as in :func:`fit_seeds`.

    Returns ``models[i][s]``: the model of step i and seed s, those of ``trained`` included.
    Source: document section 4.3.3.
    Raises: ValueError for an unknown or repeated modality, for ``trained`` that is longer than
        the order or not one model a seed, for a model that is the old one or shares a weight with
        it; KeyError for a model that reads what it is not given; and as :func:`fit_seeds`.
    """
    check_factory("make_model", make_model)
    checks.function("loss", loss)
    seeds, own = seed_list(seeds), {} if own is None else own
    checks.mapping("own", own)
    order = _checked_order(order, data)
    steps = _checked_models(trained, len(order), len(seeds))
    said: list[Tensor] = []
    for i in range(len(steps) + 1, len(order) + 1):
        for j in range(len(said), len(steps)):
            said.append(_ask(steps[j], {m: data[m] for m in order[: j + 1]}, own))
        names = [f"said by step {j + 1}" for j in range(len(said))]
        models, _ = fit_seeds(
            _next_models(make_model, order[:i], steps[-1] if steps else [None] * len(seeds)),
            _step_loss(loss, names),
            {name: x for name, x in data.items() if name not in order[i:]},
            config,
            seeds,
            own=dict(zip(names, said, strict=True)) | dict(own),
        )
        steps.append(models)
    return steps


class _Given(dict):
    """What a model may read; it says so if a model asks for more."""

    def __missing__(self, name: str) -> Tensor:
        raise KeyError(f"{name!r} is not given to the model of this step; expected {list(self)}")


def _next_models(
    make_model: MakeNext, modalities: tuple[str, ...], before: Sequence[nn.Module | None]
) -> Callable[[], nn.Module]:
    """The factory that :func:`fit_seeds` calls, seed by seed."""
    olds = iter(before)

    def make() -> nn.Module:
        old = next(olds)
        model = make_model(modalities, old)
        if old is not None and isinstance(model, nn.Module):
            frozen = {id(weight) for weight in old.parameters()}
            shared = [name for name, w in model.named_parameters() if id(w) in frozen]
            if model is old or shared:
                raise ValueError(
                    f"make_model handed back the old model, or its weights {shared}, when "
                    f"{modalities[-1]!r} came; expected a new one (weights may be copied into it)"
                )
        return model

    return make


def _step_loss(loss: StepLoss, names: Sequence[str]) -> Callable[[nn.Module, Batch], Any]:
    """The loss without the bookkeeping in its batch."""

    def step_loss(model: nn.Module, batch: Batch):
        given = _Given({name: x for name, x in batch.items() if name not in names})
        return loss(model, given, [batch[name] for name in names])

    return step_loss


@torch.no_grad()
def _ask(models: Sequence[nn.Module], data: Batch, own: Mapping[str, Tensor]) -> Tensor:
    """What each seed's model says of every sample: (S, n, C), without gradients or dropout."""
    said = []
    for s, model in enumerate(models):
        training = model.training
        said.append(model.eval()(_Given(data | {name: x[s] for name, x in own.items()})))
        model.train(training)
        checks.tensor(
            "what an earlier model says", said[-1], "n C", n=len(next(iter(data.values())))
        )
    return torch.stack(said)


def _checked_order(order: Sequence[str], data: Mapping[str, Tensor]) -> tuple[str, ...]:
    checks.rows("data", data)
    names = tuple(checks.texts("order", order))
    if not names or len(set(names)) < len(names) or not set(names) <= data.keys():
        raise ValueError(f"order is {names}; expected names in {list(data)}, each once")
    return names


def _checked_models(
    trained: Sequence[Sequence[nn.Module]], most: int, seeds: int
) -> list[list[nn.Module]]:
    steps = [
        checks.listed("trained", models, nn.Module, least=0)
        for models in checks.listed("trained", trained, least=0)
    ]
    if len(steps) > most or any(len(models) != seeds for models in steps):
        raise ValueError(
            f"trained has steps of {[len(models) for models in steps]} models; expected at most "
            f"{most} steps of {seeds}"
        )
    return steps
