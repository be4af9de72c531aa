"""Losses by which one model learns from others (part IV; document section 4.3).

All take logits, as every classifier gives them, and compute with logarithms throughout. Unit: nats,
summed over the classes, mean over the batch. Who is learned from gets no gradient, unless one asks.
A temperature is a finite number above 0, or a tensor of shape ().
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Literal

import torch
from torch import Tensor

from mmbook import checks

Direction = Literal["S||T", "T||S"]


def kl_divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    r"""How far q is from p, for each row.

    .. math:: \mathrm{KL}(p \| q) = \sum_c p_c \log \frac{p_c}{q_c}, \qquad
              p = \mathrm{softmax}(\text{p\_logits}), \; q = \mathrm{softmax}(\text{q\_logits})

    Source: Kullback and Leibler (1951). Nats, 0 or more, not symmetric.

    >>> import torch
    >>> even, sure = torch.tensor([0.5, 0.5]).log(), torch.tensor([0.8, 0.2]).log()
    >>> kl_divergence(even, sure), kl_divergence(sure, even)
    (tensor(0.2231), tensor(0.1927))

    Shapes: both (..., C) -> (...).
    Raises: ValueError if the shapes differ or there is no class; TypeError for what is no tensor.
    """
    checks.tensor("p_logits", p_logits, "... C>=1")
    checks.alike({"p_logits": p_logits, "q_logits": q_logits})
    log_p, log_q = p_logits.log_softmax(-1), q_logits.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1)


def distillation_loss(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor = 1.0,
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

    >>> import torch
    >>> student, teacher = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.8, 0.2]]).log()
    >>> distillation_loss(student, teacher), distillation_loss(student, teacher, direction="S||T")
    (tensor(0.1927), tensor(0.2231))

    Shapes: (B, C), (B, C) -> scalar.
    Raises: ValueError for shapes that differ, no row, a temperature that is not finite and above
        0, or an unknown direction; TypeError for what is no tensor or no number.
    """
    checks.temperature("temperature", temperature)
    checks.choice("direction", direction, ("S||T", "T||S"))
    checks.tensor("student_logits", student_logits, "B>=1 C>=1")
    checks.alike({"student_logits": student_logits, "teacher_logits": teacher_logits})
    student, teacher = student_logits / temperature, teacher_logits.detach() / temperature
    first, second = (student, teacher) if direction == "S||T" else (teacher, student)
    return temperature**2 * kl_divergence(first, second).mean()


def mutual_learning_loss(
    logits: Mapping[str, Tensor], temperature: float | Tensor = 1.0, *, stop_gradient: bool = True
) -> Tensor:
    r"""Every modality's model learns from all the others.

    .. math:: \mathcal{L}_{\text{peer}} = \tau^2 \, \frac1B \sum_b \sum_i \sum_{j \ne i}
              \mathrm{KL}(f_i \| f_j)

    With ``stop_gradient`` a term moves only f_i, and f_j is a teacher; without, it moves both,
    and the sum is the symmetric divergence. Any models that agree have loss 0, right or wrong:
    add a term for labels.

    Source: document section 4.3.2 (there called L_PD); Zhang et al. (2018), whose peers stand
    in the other order.

    >>> import torch
    >>> even, sure = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.8, 0.2]]).log()
    >>> mutual_learning_loss({"image": even, "sound": sure})  # .2231 + .1927
    tensor(0.4159)

    Shapes: {name: (B, C)} with at least two names -> scalar.
    Raises: ValueError for one model only, shapes that differ, no row, or a temperature that is not
        finite and above 0; TypeError for what is no tensor or no number.
    """
    checks.temperature("temperature", temperature)
    checks.flag("stop_gradient", stop_gradient)
    checks.tensors("logits", logits, "B>=1 C>=1", least=2)
    log_f = (torch.stack(list(logits.values())) / temperature).log_softmax(-1)  # M, B, C
    peers = log_f.detach() if stop_gradient else log_f
    # All pairs: i runs on the first axis, j on the second. j = i adds 0, and no gradient.
    log_ratios = (log_f.unsqueeze(1) - peers).sum(1)  # M, B, C: sum over j of log f_i / f_j
    return temperature**2 * (log_f.exp() * log_ratios).sum((0, 2)).mean()


def progressive_loss(
    logits: Tensor, earlier_logits: Sequence[Tensor], temperature: float | Tensor = 1.0
) -> Tensor:
    r"""Hold the model of step i to the models of all steps before it.

    .. math:: \mathcal{L}^{(i)}_{\text{prog}} = \tau^2 \, \frac1B \sum_b \sum_{j < i}
              \mathrm{KL}(f_i \| f_j)

    The earlier models are frozen: they get no gradient. The first step has no earlier model and
    loss 0. To hold on to the last one only, pass a list of one.

    Source: document section 4.3.3 (there called L_PD^(i)).

    >>> import torch
    >>> even, sure = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.8, 0.2]]).log()
    >>> progressive_loss(even, [sure, even, sure])  # .2231 twice
    tensor(0.4463)

    Shapes: (B, C), a list of (B, C) -> scalar.
    Raises: ValueError for shapes that differ, no row, or a temperature that is not finite and
        above 0; TypeError for what is no tensor, no list or no number.
    """
    checks.temperature("temperature", temperature)
    checks.tensor("logits", logits, "B>=1 C>=1")
    earlier_logits = checks.listed("earlier_logits", earlier_logits, Tensor, least=0)
    for j, z in enumerate(earlier_logits):
        checks.alike({"logits": logits, f"earlier_logits[{j}]": z})
    if not earlier_logits:
        return logits.new_zeros(())
    log_f = (logits / temperature).log_softmax(-1)
    log_ratios = [log_f - (z.detach() / temperature).log_softmax(-1) for z in earlier_logits]
    return temperature**2 * (log_f.exp() * reduce(torch.add, log_ratios)).sum(-1).mean()
