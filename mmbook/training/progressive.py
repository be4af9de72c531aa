"""Training step by step: with each step one more modality arrives, and a new model with it."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from mmbook.training.loop import Batch, TrainingConfig, fit_seeds

Make = Callable[[tuple[str, ...], nn.Module | None], nn.Module]
Loss = Callable[[nn.Module, Batch, list[Tensor]], Tensor | dict[str, Tensor]]


def fit_progressive(
    order: Sequence[str],
    make_model: Make,
    loss: Loss,
    data: Mapping[str, Tensor],
    config: TrainingConfig,
    seeds: Sequence[int],
    trained: Sequence[Sequence[nn.Module]] = (),
    own: Mapping[str, Tensor] | None = None,
) -> list[list[nn.Module]]:
    """Train one model a step. The model of step i reads the modalities ``order[:i]``.

    Later modalities are not in its batch, so it cannot read them. The models of all steps before
    it are frozen: each is asked once what it says of every sample, the last step's not at all.

    Args:
        order: the modalities as they arrive, each a name in ``data``.
        make_model: (modalities so far, the same seed's model of the step before, or None at the
            first step) -> a new model. It may copy weights; it must not hand the old one back.
        loss: (model, batch, what the earlier models say of the batch, first step first, each
            (B, C)) -> a scalar, or a dict of named scalars whose sum is minimised.
        trained: models of the first steps, if there are some: ``trained[i][s]``. They are taken
            as they are, and training goes on with the next step.
        own: what differs from seed to seed, (S, n, ...), as in :func:`fit_seeds`.

    Returns ``models[i][s]``: the model of step i and seed s, those of ``trained`` included.
    Source: document section 4.3.3.
    Raises: ValueError for an unknown or repeated modality, for ``trained`` that is longer than
        the order or not one model a seed, and as :func:`fit_seeds`.
    """
    if not order or len(set(order)) < len(order) or not set(order) <= data.keys():
        raise ValueError(f"order is {tuple(order)}; expected names in {list(data)}, each once")
    steps = [list(models) for models in trained]
    if len(steps) > len(order) or any(len(models) != len(seeds) for models in steps):
        raise ValueError(
            f"trained has steps of {[len(models) for models in steps]} models; expected at most "
            f"{len(order)} steps of {len(seeds)}"
        )
    said: list[Tensor] = []
    for i in range(len(steps) + 1, len(order) + 1):
        said += [_ask(models, data) for models in steps[len(said) :]]
        before = iter(steps[-1] if steps else [None] * len(seeds))
        names = [f"said by step {j + 1}" for j in range(len(said))]

        def step_loss(model: nn.Module, batch: Batch, names=names):
            return loss(
                model,
                {name: x for name, x in batch.items() if name not in names},
                [batch[name] for name in names],
            )

        models, _ = fit_seeds(
            lambda i=i, before=before: make_model(tuple(order[:i]), next(before)),
            step_loss,
            {name: x for name, x in data.items() if name not in order[i:]},
            config,
            seeds,
            own=dict(zip(names, said, strict=True)) | dict(own or {}),
        )
        steps.append(models)
    return steps


@torch.no_grad()
def _ask(models: Sequence[nn.Module], data: Mapping[str, Tensor]) -> Tensor:
    """What each seed's model says of every sample: (S, n, C), without gradients or dropout."""
    return torch.stack([model.eval()(dict(data)) for model in models])
