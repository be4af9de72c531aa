"""What a step of many models costs: beside one model, and beside the matrix products it holds."""

from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import nn
from tqdm.auto import tqdm

from mmbook.training import Arm, TrainingConfig, fit_arms
from tests.bench.timing import interleaved

WIDTH = 64
SEEDS, ARMS, STEPS, SAMPLES, CLASSES = 5, 4, 40, 8400, 10
SENSES = {"image": 196, "speech": 104, "text": 600}  # as wide as the book's digits


class Reader(nn.Module):
    """Chapter 12's classifier: a layer a sense, dropout, and two layers that join them."""

    def __init__(self, senses: tuple[str, ...]):
        super().__init__()
        self.sense = nn.ModuleDict({m: nn.Linear(SENSES[m], WIDTH) for m in senses})
        self.join = nn.Linear(WIDTH * len(senses), WIDTH)
        self.answer = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: dict[str, torch.Tensor]) -> torch.Tensor:
        h = [F.dropout(f(x[m]).relu(), 0.3, self.training) for m, f in self.sense.items()]
        return self.answer(self.join(torch.cat(h, -1)).relu())


NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[str, ...]]] = {  # and what it reads
    "196-64-10": (
        lambda: nn.Sequential(
            nn.Linear(SENSES["image"], WIDTH), nn.ReLU(), nn.Linear(WIDTH, CLASSES)
        ),
        ("image",),
    ),
    "one sense": (lambda: Reader(("speech",)), ("speech",)),
    "three senses": (lambda: Reader(tuple(SENSES)), tuple(SENSES)),
}


def weighted_loss(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    x = batch if isinstance(model, Reader) else batch["image"]
    return batch["weight"] * F.cross_entropy(model(x), batch["label"])


def arm_of(name: str, batch_size: int, device: torch.device) -> Arm:
    make, reads = NETWORKS[name]
    generator = torch.Generator().manual_seed(0)
    data = {m: torch.randn(SAMPLES, SENSES[m], generator=generator).to(device) for m in reads}
    data["label"] = torch.randint(CLASSES, (SAMPLES,), generator=generator).to(device)
    config = TrainingConfig(STEPS, batch_size, weight_decay=1e-2, progress=False)
    return Arm(lambda: make().to(device), weighted_loss, data, config)


def products(
    model: nn.Module, models: int, batch_size: int, device: torch.device
) -> Callable[[], None]:
    """The matrix products of as many steps: forward, by the weights, and by what is not given."""
    layers = []
    for layer in (m for m in model.modules() if isinstance(m, nn.Linear)):
        x = torch.randn(models, batch_size, layer.in_features, device=device)
        weight = torch.randn(models, layer.in_features, layer.out_features, device=device)
        slope = torch.randn(models, batch_size, layer.out_features, device=device)
        layers.append((x, weight, slope, layer.in_features not in SENSES.values()))

    def run() -> None:
        for _ in range(STEPS):
            for x, weight, slope, inner in layers:
                torch.bmm(x, weight)
                torch.bmm(x.mT, slope)
                if inner:
                    torch.bmm(slope, weight.mT)

    return run


class ByHand:
    """A stack of networks whose steps are written out: the least that a step may cost.

    No autograd, no vmap, the batch is gathered and the dropout drawn beforehand.
    """

    def __init__(self, model: nn.Module, models: int, batch_size: int, device: torch.device):
        def randn(*shape: int) -> torch.Tensor:
            return torch.randn(models, *shape, device=device)

        layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
        widths = [layer.in_features for layer in layers]
        self.weights = [nn.Parameter(layer.weight.mT.repeat(models, 1, 1)) for layer in layers]
        self.biases = [nn.Parameter(layer.bias.repeat(models, 1, 1)) for layer in layers]
        self.inputs = [randn(batch_size, width) for width in widths if width in SENSES.values()]
        hidden = randn(batch_size, WIDTH * len(self.inputs))
        self.keep = (hidden > -0.5) / 0.7 if isinstance(model, Reader) else None
        self.label = torch.randint(CLASSES, (models, batch_size), device=device)
        self.answer = F.one_hot(self.label, CLASSES).float()
        learning = self.weights + self.biases
        self.optimizer = torch.optim.AdamW(learning, weight_decay=1e-2, fused=True)

    def forward(self) -> list[torch.Tensor]:
        """What each inner layer reads, and the logits."""
        first, n = zip(self.biases, self.inputs, self.weights, strict=False), len(self.inputs)
        h = torch.cat([torch.baddbmm(*layer) for layer in first], -1).relu_()
        seen = [h if self.keep is None else h * self.keep]
        for bias, weight in zip(self.biases[n:], self.weights[n:], strict=True):
            x = seen[-1] if len(seen) == 1 else seen[-1].relu_()
            seen.append(torch.baddbmm(bias, x, weight))
        return seen

    def backward(self, seen: list[torch.Tensor], slope: torch.Tensor) -> None:
        """Gradients of all weights, by what the layers read and the slope of the logits."""
        n = len(self.inputs)
        for i, x in reversed([*enumerate(seen, n)]):
            self._learn(i, x, slope)
            slope = torch.bmm(slope, self.weights[i].mT)
            if i == n and self.keep is not None:
                slope *= self.keep
            slope = torch.ops.aten.threshold_backward(slope, x, 0)  # of the ReLU
        for i, part in enumerate(slope.split(WIDTH, -1)):
            self._learn(i, self.inputs[i], part)

    def _learn(self, i: int, x: torch.Tensor, slope: torch.Tensor) -> None:
        self.weights[i].grad = torch.bmm(x.mT, slope)
        self.biases[i].grad = slope.sum(1, keepdim=True)

    @torch.no_grad()
    def gradients(self) -> torch.Tensor:
        """Those of the cross-entropy, which it gives, (M,)."""
        *seen, logits = self.forward()
        log_p = logits.log_softmax(-1)
        self.backward(seen, (log_p.exp() - self.answer) / log_p.shape[1])
        return -(log_p * self.answer).sum((1, 2)) / log_p.shape[1]

    def check(self) -> None:
        """Are they autograd's?"""
        self.gradients()
        logits = self.forward()[-1]
        loss = F.cross_entropy(logits.mT, self.label, reduction="none").mean(1).sum()
        weights = self.weights + self.biases
        for weight, expected in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            torch.testing.assert_close(weight.grad, expected, rtol=1e-3, atol=1e-5)

    def __call__(self) -> None:
        for _ in range(STEPS):
            self.gradients()
            self.optimizer.step()


def trained(arms: dict[str, Arm]) -> Callable[[], None]:
    def run() -> None:
        fit_arms(arms, range(SEEDS))

    return run


def training(device: torch.device) -> None:
    """Arms that share a batched step, and what of a step is matrix products."""
    print(
        f"A step of {SEEDS} seeds of one arm and of {ARMS} arms; the latter's written out by hand, "
        f"with neither autograd\nnor gathering nor drawing; and the matrix products in it; "
        f"on {device}, in milliseconds.\n"
    )
    print(
        f"{'network':>13}{'batch':>7}{'one arm':>10}{'four arms':>11}{'by hand':>9}{'products':>10}"
        f"{'four / one':>12}{'four / products':>17}{'by hand / products':>20}"
    )
    cases = [(name, size) for name in NETWORKS for size in (64, 128)]
    for name, size in tqdm(cases, desc="networks", leave=False):
        arm, model = arm_of(name, size, device), NETWORKS[name][0]().to(device)
        arms = {f"{w}": replace(arm, constants={"weight": float(w)}) for w in range(1, ARMS + 1)}
        by_hand = ByHand(model, ARMS * SEEDS, size, device)
        by_hand.check()
        rivals = {
            "one": trained({"1": arms["1"]}),
            "four": trained(arms),
            "hand": by_hand,
            "products": products(model, ARMS * SEEDS, size, device),
        }
        ms = interleaved(rivals, repeats=7)
        one, four, hand, bare = (ms[key] / STEPS for key in ("one", "four", "hand", "products"))
        tqdm.write(
            f"{name:>13}{size:>7}{one:>10.2f}{four:>11.2f}{hand:>9.2f}{bare:>10.2f}"
            f"{four / one:>12.2f}{four / bare:>17.2f}{hand / bare:>20.2f}"
        )
