"""Losses by which one model learns from others (part IV; document section 4.3).

All take logits, as every classifier gives them, and compute with logarithms throughout. Unit: nats,
summed over the classes, mean over the batch. Who is learned from gets no gradient, unless one asks.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor

Direction = Literal["S||T", "T||S"]


def kl_divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    r"""How far q is from p, for each row.

    .. math:: \mathrm{KL}(p \| q) = \sum_c p_c \log \frac{p_c}{q_c}, \qquad
              p = \mathrm{softmax}(\text{p\_logits}), \; q = \mathrm{softmax}(\text{q\_logits})

    Source: Kullback and Leibler (1951). Nats, 0 or more, not symmetric.

    Shapes: both (..., C) -> (...). Raises: ValueError if the shapes differ or there is no class.
    """
    if p_logits.shape != q_logits.shape or p_logits.ndim < 1 or p_logits.shape[-1] < 1:
        raise ValueError(
            f"p_logits are {tuple(p_logits.shape)}, q_logits are {tuple(q_logits.shape)}; "
            "expected one shape (..., C)"
        )
    log_p, log_q = p_logits.log_softmax(-1), q_logits.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1)


def distillation_loss(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float = 1.0,
    direction: Direction = "T||S",
) -> Tensor:
    r"""Hold a student to what a teacher says, both softened by a temperature.

    .. math:: \tau^2 \, \frac1B \sum_b \mathrm{KL}(S_\tau \| T_\tau)
              \quad\text{or}\quad \tau^2 \, \frac1B \sum_b \mathrm{KL}(T_\tau \| S_\tau), \qquad
              S_\tau = \mathrm{softmax}(z / \tau), \; T_\tau = \mathrm{softmax}(v / \tau)

    The factor keeps the size of the gradient when the temperature changes. The teacher gets no
    gradient. A term for labels, if there are some, is added by the caller.

    Source: document section 4.3.1, which puts the student first, ``"S||T"`` (and sums over the
    samples, where we average); Hinton et al. (2015), section 2, who put the teacher first.

    Shapes: (B, C), (B, C) -> scalar.
    Raises: ValueError for shapes that differ, a temperature of 0 or less, an unknown direction.
    """
    _check_temperature(temperature)
    student, teacher = student_logits / temperature, teacher_logits.detach() / temperature
    if direction == "S||T":
        divergence = kl_divergence(student, teacher)
    elif direction == "T||S":
        divergence = kl_divergence(teacher, student)
    else:
        raise ValueError(f"direction is {direction!r}; expected 'S||T' or 'T||S'")
    return temperature**2 * divergence.mean()


def mutual_learning_loss(
    logits: Mapping[str, Tensor], temperature: float = 1.0, *, stop_gradient: bool = True
) -> Tensor:
    r"""Every modality's model learns from all the others.

    .. math:: \mathcal{L}_{\text{peer}} = \tau^2 \, \frac1B \sum_b \sum_i \sum_{j \ne i}
              \mathrm{KL}(f_i \| f_j)

    With ``stop_gradient`` a term moves only f_i, and f_j is a teacher; without, it moves both,
    and the sum is the symmetric divergence. Any models that agree have loss 0, right or wrong:
    add a term for labels.

    Source: document section 4.3.2 (there called L_PD); Zhang et al. (2018), whose peers stand
    in the other order.

    Shapes: {name: (B, C)} with at least two names -> scalar.
    Raises: ValueError for one model only, shapes that differ, a temperature of 0 or less.
    """
    _check_temperature(temperature)
    shapes = {name: tuple(z.shape) for name, z in logits.items()}
    if len(shapes) < 2:
        raise ValueError(f"logits has {list(logits)}; expected at least two models")
    if len(set(shapes.values())) > 1:
        raise ValueError(f"logits have shapes {shapes}; expected one shape (B, C)")
    log_p = [(z / temperature).log_softmax(-1) for z in logits.values()]
    everyone = torch.stack(log_p).sum(0)
    total = torch.zeros((), dtype=everyone.dtype, device=everyone.device)
    for own in log_p:
        # A sum of divergences from one p needs only the sum of the others' logarithms.
        others = (everyone - own).detach() if stop_gradient else everyone - own
        rest = len(log_p) - 1
        total = total + (own.exp() * (rest * own - others)).sum(-1).mean()
    return temperature**2 * total


def progressive_loss(
    logits: Tensor, earlier_logits: Sequence[Tensor], temperature: float = 1.0
) -> Tensor:
    r"""Hold the model of step i to the models of all steps before it.

    .. math:: \mathcal{L}^{(i)}_{\text{prog}} = \tau^2 \, \frac1B \sum_b \sum_{j < i}
              \mathrm{KL}(f_i \| f_j)

    The earlier models are frozen: they get no gradient. The first step has no earlier model and
    loss 0. To hold on to the last one only, pass a list of one.

    Source: document section 4.3.3 (there called L_PD^(i)).

    Shapes: (B, C), a list of (B, C) -> scalar.
    Raises: ValueError for shapes that differ or a temperature of 0 or less.
    """
    _check_temperature(temperature)
    shapes = [tuple(z.shape) for z in (logits, *earlier_logits)]
    if len(set(shapes)) > 1:
        raise ValueError(f"logits, then earlier_logits, are {shapes}; expected one shape (B, C)")
    if len(earlier_logits) == 0:
        return torch.zeros((), dtype=logits.dtype, device=logits.device)
    log_p = (logits / temperature).log_softmax(-1)
    log_q = sum((z.detach() / temperature).log_softmax(-1) for z in earlier_logits)
    # As above: one softmax of the new model serves all its divergences.
    divergence = (log_p.exp() * (len(earlier_logits) * log_p - log_q)).sum(-1)
    return temperature**2 * divergence.mean()


def _check_temperature(temperature: float) -> None:
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}; expected a number above 0")
