"""Arms of an experiment, each with the same seeds, side by side where they can be.

Arms that differ only in rates and in ``constants`` (a weight of a term, a temperature, a mask)
are trained in one batched step.
"""

from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn

from mmbook import checks
from mmbook.training.arm import Arm
from mmbook.training.config import TrainingConfig
from mmbook.training.progress import progress_bar
from mmbook.training.seeds import own_generators, seed_list
from mmbook.training.steps import Loss
from mmbook.training.together import Trained, train_together, what_must_be_one


def fit_seeds(
    make_model: Callable[[], nn.Module],
    loss: Loss,
    data: Mapping[str, Tensor],
    config: TrainingConfig,
    seeds: Sequence[int],
    own: Mapping[str, Tensor] | None = None,
) -> Trained:
    """Train one model a seed, side by side: initialisation, batches and noise follow the seed.

    >>> import torch
    >>> config = TrainingConfig(steps=5, progress=False)
    >>> models, history = fit_seeds(lambda: nn.Linear(3, 1), lambda m, b: m(b["x"]).square().mean(),
    ...                             {"x": torch.ones(8, 3)}, config, seeds=range(2))
    >>> len(models), history.loss.shape
    (2, (2, 5))

    Arguments as in :func:`fit`; ``make_model`` is called once a seed, just after ``set_seed``.

    Args:
        seeds: different ones; ``config.seed`` does not count.
        own: what differs from seed to seed, (S, n, ...): the batch of seed s gets rows of
            ``own[name][s]``. What its own teacher says of each sample, for instance.

    Returns the trained models and a history whose terms are (S, steps).

    Model s is the one that :func:`fit` gives with seed s, whoever trains beside it, also with
    dropout and with what a model or its loss draws by ``torch.rand``, ``randn``, ``randint``,
    ``randperm``, ``bernoulli``, ``rand_like`` and so on. What is drawn in another way
    (``tensor.normal_()``, ``torch.multinomial``) is repeatable, and depends on the other seeds.

    Raises: as :func:`fit`; ValueError for no seeds, a seed twice, one model for two seeds, and for
        an ``own`` that is not (S, n, ...) or whose name is in ``data``; FloatingPointError for a
        loss that is not finite, with its step, term and seed.
    """
    arm = Arm(make_model, loss, data, config, own={} if own is None else own)
    return fit_arms({"": arm}, seeds)[""]


def fit_arms(arms: Mapping[str, Arm], seeds: Sequence[int]) -> dict[str, Trained]:
    """Train every arm with the same seeds: for each what :func:`fit_seeds` gives for it alone.

    Arms are trained in one batched step if they have *the same objects* as ``make_model``, as
    ``loss`` and as tensors of ``data``, ``own`` and ``constants`` of the same names, shapes and
    dtypes, and as many steps and rows a batch. (Two factories that look alike may build models
    that differ in a plain number, and a batched step runs the code of one for all.) The others are
    trained one after the other, with one bar over all.

    >>> import torch
    >>> arm = Arm(lambda: nn.Linear(3, 1), lambda m, b: m(b["x"]).square().mean(),
    ...           {"x": torch.ones(8, 3)}, TrainingConfig(steps=5, progress=False))
    >>> models, history = fit_arms({"only": arm}, seeds=range(2))["only"]
    >>> len(models), history.loss.shape
    (2, (2, 5))

    Returns {arm's name: (models, history)}; the seconds of a history are the arm's share.
    Raises: TypeError for what is no dict of arms; else as :func:`fit_seeds`.
    """
    seeds = seed_list(seeds)
    checks.mapping("arms", arms)
    checks.listed("arms", list(arms.values()), Arm)
    for name, arm in arms.items():
        _check_own(name, arm, len(seeds))
    groups: dict[tuple, dict[str, Arm]] = {}
    for name, arm in arms.items():
        groups.setdefault(what_must_be_one(arm), {})[name] = arm
    steps = sum(next(iter(group.values())).config.steps for group in groups.values())
    found: dict[str, Trained] = {}
    shown = any(arm.config.progress for arm in arms.values())
    with own_generators(seeds[0]), progress_bar(steps, shown) as bar:
        for group in groups.values():
            found |= train_together(group, seeds, bar)
    return {name: found[name] for name in arms}


def _check_own(name: str, arm: Arm, seeds: int) -> None:
    count = checks.rows("data", arm.data)
    where = f" of arm {name!r}" if name else ""
    for key, x in arm.own.items():
        if x.shape[:2] != (seeds, count):
            raise ValueError(
                f"own[{key!r}]{where} is {tuple(x.shape)}; expected ({seeds}, {count}, ...), "
                "a first entry for each seed and then a row a sample"
            )
