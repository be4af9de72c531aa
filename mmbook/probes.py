"""Ask trained networks, and train fresh ones as witnesses of what codes hold.

A witness is a classifier that took no part in training: it reads samples that a generator made,
or codes that an encoder made, and says what they are. It sees what it can learn to see and no
more, so its accuracy on real test samples belongs beside whatever it says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmbook import checks
from mmbook.classifiers import mlp
from mmbook.training import TrainingConfig, fit

WITNESS = TrainingConfig(steps=300, learning_rate=3e-3, weight_decay=1e-2, progress=False)
JUDGE = TrainingConfig(steps=150, batch_size=256, learning_rate=1e-2, progress=False)


@torch.no_grad()
def ask(models: Sequence[nn.Module], *inputs: Any) -> Any:
    """What several models say of the same inputs, their answers stacked along a new first axis.

    They are asked in evaluation mode, without gradients, and left in the mode they were in.

    Returns (S, ...) for models that answer with tensors; for dicts, tuples and lists of tensors
    the same with (S, ...) in them; None stays None.
    Raises: TypeError, ValueError for no models, or answers that cannot be stacked.

    >>> models = [nn.Linear(3, 2), nn.Linear(3, 2)]
    >>> ask(models, torch.zeros(7, 3)).shape
    torch.Size([2, 7, 2])
    """
    answers = []
    for model in checks.listed("models", models, nn.Module):
        modes = [(part, part.training) for part in model.modules()]
        answers.append(model.eval()(*inputs))
        for part, training in modes:
            part.training = training
    return _stacked(answers)


def train_witness(
    x: Tensor,
    labels: Tensor,
    num_classes: int,
    widths: Sequence[int] = (128,),
    dropout: float = 0.3,
    config: TrainingConfig = WITNESS,
) -> nn.Sequential:
    """A fresh classifier of vectors, trained and frozen; its seed is that of ``config``.

    Shapes: x (n, D), labels (n,) from 0 to C - 1 -> a model (B, D) -> logits (B, C). It passes
    gradients on to what it reads, though it never changes itself.
    Raises: TypeError, ValueError for labels that do not fit.

    >>> x = torch.tensor([[-1.0], [1.0]]).repeat(50, 1)
    >>> witness = train_witness(x, torch.arange(2).repeat(50), num_classes=2)
    >>> witness(torch.tensor([[-2.0], [2.0]])).argmax(1).tolist()
    [0, 1]
    """
    checks.instance("config", config, TrainingConfig)
    sizes = checks.tensor("x", x, "n D")
    checks.tensor("labels", labels, "n", "int", n=sizes["n"])
    checks.integers("labels", labels, below=checks.whole("num_classes", num_classes))
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        network = mlp(sizes["D"], num_classes, widths, dropout).to(x.device)
        fit(network, _cross_entropy, {"x": x.detach(), "y": labels.long()}, config)
    return network.requires_grad_(False)


def tell_apart(
    train: Mapping[str, Tensor],
    test: Mapping[str, Tensor],
    widths: Sequence[int] = (64,),
    config: TrainingConfig = JUDGE,
) -> float:
    """How often a fresh judge knows which modality a code came from.

    Chance is the share of the largest modality: 1 / M if they have equally many codes. Alignment
    is done when the judge knows no better; that it knows no better is not yet alignment, for the
    codes of one modality need not lie near their partners.

    Shapes: {modality: (n_m, K)} twice -> a share of the test codes.
    Raises: TypeError; KeyError for other modalities; ValueError for fewer than two, or widths that
        differ.

    >>> a, b = torch.zeros(20, 3), torch.ones(20, 3)
    >>> tell_apart({"image": a, "speech": b}, {"image": a, "speech": b})
    1.0
    """
    width = checks.tensors("train", train, "n_m>=1 K", least=2)["K"]
    checks.mapping("test", test)
    checks.keys("test", test, train)
    checks.tensors("test", test, "n_m>=1 K", K=width)
    for m, codes in test.items():  # what no judge can read would be judged all the same
        checks.array(f"test[{m!r}]", codes)
    x = torch.cat(list(train.values()))
    y = torch.cat([_number(part, i) for i, part in enumerate(train.values())])
    judge = train_witness(x, y, len(train), widths, dropout=0.0, config=config)
    right = [judge(test[m]).argmax(1) == i for i, m in enumerate(train)]
    return torch.cat(right).float().mean().item()


def _cross_entropy(network: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    return F.cross_entropy(network(batch["x"]), batch["y"])


def _number(codes: Tensor, i: int) -> Tensor:
    return torch.full((len(codes),), i, device=codes.device)


def _stacked(answers: list[Any]) -> Any:
    first = answers[0]
    if first is None:
        return None
    if isinstance(first, Mapping):
        return {name: _stacked([answer[name] for answer in answers]) for name in first}
    if isinstance(first, (tuple, list)):
        parts = (_stacked(list(part)) for part in zip(*answers, strict=True))
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    for s, answer in enumerate(answers):
        checks.instance(f"the answer of model {s}", answer, Tensor)
    if len({answer.shape for answer in answers}) != 1:
        raise ValueError(f"the answers are {[tuple(a.shape) for a in answers]}; expected one shape")
    return torch.stack(answers)
