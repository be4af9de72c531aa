"""Typical wrong answers to lab 2: (function, right text, wrong text, what the check must say)."""

WITHIN = "e -= e @ member.T / member.sum(1) @ member"
SPREAD = "np.sqrt((e**2).sum(-1).prod(0))"

WRONG = [
    ("mutual_information", "np.log2(", "np.log(", "these are nats"),
    ("mutual_information", "there = p > 0", "there = p >= 0", "a cell that is empty adds 0"),
    ("mutual_information", "p[there] / alone[there]", "1 / p[there]", "what is not known"),
    ("mutual_information", "p[there] / alone[there]", "alone[there] / p[there]",
     "the sign is wrong"),
    ("bits", " / log(2)", "", "the surprise is in nats"),
    ("bits", "[torch.arange(n), y]", ".amax(1)", "that of the true class"),
    ("bits", "np.log2(C) - surprise", "-surprise", "H(Y) is missing"),
    ("bits", "surprise.mean()", "surprise.sum()", "take their mean"),
    ("bits", "- surprise.mean()", "+ surprise.mean()", "the surprise is added"),
    ("bits", "z.log_softmax(-1)", "z", "that sum to 1"),
    ("specific", "p / p_y *", "p *", "not with p(x, y)"),
    ("specific", "np.log2(ratio)", "np.log(ratio)", "these are nats"),
    ("specific", "p_x * p_y", "p_x", "how much likelier"),
    ("specific", "np.log2(ratio)).sum(0)", "np.log2(ratio)).sum(1)", "one number for each outcome"),
    ("specific", "np.divide(p, p_x * p_y, out=np.ones_like(p), where=p > 0)", "p / (p_x * p_y)",
     "a cell that is empty adds 0"),
    ("weighted_mean", "1 / chance[there]", "np.ones(there.sum())", "nothing is weighed"),
    ("weighted_mean", "1 / chance[there]", "chance[there]", "they should count more"),
    ("weighted_mean", "/ w.sum()", "/ len(x)", "the weights must sum to 1"),
    ("weighted_mean", "w = 1 / chance[there]\n    return (w * x[there]).sum()",
     "w = there / chance\n    return (w * x).sum()", "0 times NaN"),
    ("error_correlation", WITHIN, "e -= e.mean(-1, keepdims=True)", "take off the mean of each"),
    ("error_correlation", WITHIN, "pass", "take off the mean of each"),
    ("error_correlation", SPREAD, "(e**2).sum(-1).prod(0)", "the root of the product"),
    ("error_correlation", SPREAD, "len(y)", "not a correlation"),
    ("error_correlation", "[a != y, b != y]", "[a != y, b == y]", "right answers of the other"),
]  # fmt: skip
