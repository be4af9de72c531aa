"""Typical wrong answers to lab 10: (function, right text, wrong text, what the check must say)."""

KL = "(torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum(-1)"
NO_GRAD = "with torch.no_grad():\n        v = teacher(x)"
SUM = "gap[where == b].sum().abs()\n               for b in where.unique()) / len(y)"

WRONG = [
    ("divergence", KL, "(torch.special.xlogy(q, q) - torch.special.xlogy(q, p)).sum(-1)",
     "the roles are exchanged"),
    ("divergence", ".sum(-1)", ".mean(-1)", "added, not averaged"),
    ("divergence", KL, "(p * (p / q).log()).sum(-1)", "0 log 0 counts as 0"),
    ("divergence", KL, "(p * (q / p).log()).sum(-1)", "stands on its head"),
    ("divergence", ".sum(-1)", ".sum()", "shape (), expected (1,)"),
    ("pulls", "return s - t", "return t - s", "the sign is wrong"),
    ("pulls", "ratio - (s * ratio).sum(-1, keepdim=True)", "ratio",
     "the pulls of all classes must add"),
    ("pulls", "return s - t, s * (ratio - (s * ratio).sum(-1, keepdim=True))",
     "return s * (ratio - (s * ratio).sum(-1, keepdim=True)), s - t", "the wrong order"),
    ("whole_loss", "log_t.exp() * (log_t - log_s)", "log_s.exp() * (log_s - log_t)",
     "the roles are exchanged"),
    ("whole_loss", "tau**2 * ", "", "tau squared is missing"),
    ("whole_loss", "tau**2", "tau", "not its square"),
    ("whole_loss", ".sum(-1)", ".mean(-1)", "added, not averaged"),
    ("whole_loss", " * (y >= 0)", "", "-1, must not count"),
    ("whole_loss", "z.log_softmax(-1)", "(z / tau).log_softmax(-1)", "has no temperature"),
    ("whole_loss", "(distil + label).mean()",
     "distil.mean() + label.sum() / (y >= 0).sum().clamp(min=1)", "over the labelled rows"),
    ("whole_loss", "(distil + label).mean()", "(distil + label).sum()", "rows are added"),
    ("teach", NO_GRAD, "v = teacher(x)", "reached the teacher"),
    ("teach", "optimizer.zero_grad()", "pass", "zero_grad"),
    ("teach", "optimizer.step()", "pass", "has not moved"),
    ("calibration_error", "gap[where == b].sum().abs()", "gap[where == b].sum()", "inside the sum"),
    ("calibration_error", "gap[where == b].sum().abs()", "gap[where == b].abs().sum()",
     "compare the means of a bin"),
    ("calibration_error", SUM, SUM.replace("sum()", "mean()").replace("y)", "where.unique())"),
     "by how many answers they hold"),
    ("calibration_error", "sure * bins", "sure * 10", "`bins` changes nothing"),
]  # fmt: skip
