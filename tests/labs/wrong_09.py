"""Typical wrong answers to lab 9: (function, right text, wrong text, what the check must say)."""

SCORES = "((X @ W_a.T).tanh() * w).sum(-1)"
LEFT = "left / left.sum(-1, keepdim=True).clamp(min=1e-12)"
PROJECTED = "torch.stack([P(level) for P, level in zip(self.P, levels)], 1)"

WRONG = [
    ("level_weights", ".tanh()", "", "the tanh is missing"),
    ("level_weights", SCORES, "((X @ W_a.T) * w).sum(-1).tanh()", "not to the score"),
    ("level_weights", SCORES, "((X @ W_a.T).tanh() * w.view(-1, len(W_a))[0]).sum(-1)",
     "w has a row for each level"),
    ("level_weights", "scores.softmax(-1)", "scores", "the softmax is missing"),
    ("level_weights", "scores.softmax(-1)", "scores.softmax(0)",
     "over which axis does the softmax run"),
    ("fuse", "(left[..., None] * X).sum(-2)", "(left[..., None] * X).mean(-2)", "add them"),
    ("fuse", LEFT, "left", "must add to 1 again"),
    ("fuse", "alpha * there", "alpha.softmax(-1) * there", "alpha are weights already"),
    ("fuse", "alpha * there", "alpha * ~there", "a level IS there"),
    ("fuse", "alpha * there", "alpha", "an absent level has a weight"),
    ("fuse", LEFT, "left * len(alpha.T) / there.sum(-1, keepdim=True)", "the sum that is left"),
    ("fuse", LEFT, "(left + (1 - left.sum(-1, keepdim=True)) / there.sum(-1, keepdim=True)) * "
     "there", "shared out evenly"),
    ("fuse", "left[..., None] * X", "alpha[..., None] * X", "the old ones add up the levels"),
    ("fuse", ".clamp(min=1e-12)", "", "NaN where no level is there"),
    ("slope", "X - mixture", "X", "x_fused is not taken off"),
    ("slope", "return alpha * (", "return (", "the weight itself is missing"),
    ("slope", "(alpha[..., None] * X).sum(-2, keepdim=True)", "X.mean(-2, keepdim=True)",
     "not with the plain mean"),
    ("slope", "return alpha", "return -alpha", "the sign is wrong"),
    ("votes", "scores.masked_fill(itself, -torch.inf)", "scores", "a level votes for itself"),
    ("votes", "scores.masked_fill(itself, -torch.inf).softmax(-1)",
     "scores.softmax(-1).masked_fill(itself, 0.0)", "struck out after the softmax"),
    ("votes", "A.mean(-2)", "A.mean(-1)", "what counts is what a level gets"),
    ("votes", "A.mean(-2)", "A.sum(-2)", "votes are added, not averaged"),
    ("votes", "A.mean(-2)", "A.sum(-2) / (len(A) - 1)", "a mean over L - 1 voters"),
    ("votes", ".softmax(-1)", ".softmax(-2)", "each voter's row of A must add to 1"),
    ("Fusion", PROJECTED, "torch.stack([self.P[0](level) for level in levels], 1)",
     "all levels pass the same map"),
    ("Fusion", "self.w), there)", "self.w), there | True)", "`there` changes nothing"),
    ("Fusion", "level_weights(x, self", "level_weights(torch.stack(levels, 1), self",
     "before they were mapped"),
    ("Fusion", "P(level) for", "P(level).relu() for", "all that happens to a level"),
    ("Fusion", "self.W_a, self.w)", "self.W_a.detach(), self.w)", "no gradient reaches some"),
    ("Fusion", "return fuse(", "fuse(", "nothing came back"),
]  # fmt: skip
