"""Typical wrong answers to lab 1: (function, right text, wrong text, what the check must say)."""

LOGS = 'with np.errstate(divide="ignore"):  # log 0 is -inf, as it should be\n        '
SUM = "total = np.log(opinions).sum(axis=0)"
EXP = "p = np.exp(total - total.max(axis=-1, keepdims=True))"
SOLVED = "np.linalg.solve(covariance, np.ones(len(covariance)))"

WRONG = [
    ("world", "axis=-2", "axis=-1", "y is not the last axis"),
    ("world", "np.array([0.5, 0.5])", "np.array([1.0, 1.0])", "own half is missing"),
    ("world", "axis=-2", "axis=0", "another order than the senses"),
    ("world", "says_0, says_1", "says_1, says_0", "right and wrong are exchanged"),
    ("best_nats", "return -(", "return (", "the sign is wrong"),
    ("best_nats", " / p.sum(-1, keepdims=True)", "", "guessing the reports, too"),
    ("best_nats", "np.log(", "np.log2(", "these are bits"),
    ("best_nats", "p.sum(-1, keepdims=True)", "p.sum(0, keepdims=True)", "given the reports"),
    ("best_nats", "(p * np.log(p / p.sum(-1, keepdims=True))).sum()",
     "np.log(p / p.sum(-1, keepdims=True)).mean()", "weigh each with its probability"),
    ("weigh", SOLVED, "np.diag(covariance)",
     "has the larger weight"),
    ("weigh", "w / w.sum()", "w", "do not sum to 1"),
    ("weigh", SOLVED, "np.diag(covariance) ** -0.5",
     "not over its root"),
    ("weigh", SOLVED, "1 / np.diag(covariance)",
     "not its diagonal"),
    ("multiply_opinions", "p / p.sum(axis=-1, keepdims=True)", "opinions.prod(0)",
     "are not scaled"),
    ("multiply_opinions", ".sum(axis=0)", ".mean(axis=0)", "the logarithms are averaged"),
    ("multiply_opinions", EXP, "p = np.exp(total)", "rounded to 0"),
    ("multiply_opinions", EXP, "p = opinions.mean(0)", "multiply them"),
]  # fmt: skip
