"""Typical wrong answers to lab 11: (function, right text, wrong text, what the check must say)."""

JEFFREYS = "((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(-1)"
MEAN = "(sum(others) / len(others)).log_softmax(-1)"
COSTS = "costs / (y >= 0).sum().clamp(min=1)"

WRONG = [
    ("apart", "(log_p.exp() - log_q.exp())", "log_p.exp()", "one direction only, KL(p || q)"),
    ("apart", "(log_p.exp() - log_q.exp())", "-log_q.exp()", "one direction only, KL(q || p)"),
    ("apart", ".sum(-1)", ".mean(-1)", "the classes are averaged"),
    ("apart", "* (log_p - log_q)", "* (log_q - log_p)", "the sign is wrong"),
    ("apart", "* (log_p - log_q)", "* (log_p.exp() - log_q.exp())", "compare the logarithms, too"),
    ("apart", "z.log_softmax(-1), v.log_softmax(-1)", "z.softmax(-1).log(), v.softmax(-1).log()",
     "infinite for logits 1000 apart"),
    ("apart", ".sum(-1)", ".sum()", "shape (), expected (1,)"),
    ("peer_loss", "if i != j", "if i < j", "each pair counts twice"),
    ("peer_loss", "sum(terms).mean()", "sum(terms).mean() / len(terms)",
     "or the classes, are averaged"),
    ("peer_loss", "sum(terms).mean()", "sum(terms).mean() / (len(z) - 1)",
     "divided by the number of the others"),
    ("peer_loss", "f[j].detach()", "f[j]", "must count as a constant"),
    ("peer_loss", "(f[i].exp() * (f[i] - f[j].detach()))",
     "(f[i].exp().detach() * (f[i].detach() - f[j]))", "must stand first in KL"),
    ("peer_loss", "sum(terms).mean()", "sum(terms).sum()", "rows are added"),
    ("peer_loss", "sum(terms).mean()", "sum(terms).mean().detach()", "no gradient reaches anybody"),
    ("teacher_of", MEAN, "(sum(x.exp() for x in others) / len(others)).log()",
     "this is the arithmetic mean"),
    ("teacher_of", " / len(others)", "", "this is the product of the others"),
    ("teacher_of", " if j != i", "", "the peer itself is among its teachers"),
    ("teacher_of", MEAN, "sum(others) / len(others)", "Z is missing"),
    ("teacher_of", MEAN, "(sum(others) / len(others)).softmax(-1)", "return their logarithms"),
    ("whole_loss", "weight * peer", "peer", "must switch the peers off"),
    ("whole_loss", COSTS, COSTS + " / len(z)", "costs are averaged; add them"),
    ("whole_loss", "+ weight * peer_loss(z)", "", "the peers' part is missing"),
    ("whole_loss", COSTS, "costs", "the labelled rows are added"),
    ("whole_loss", COSTS, "costs / len(y)", "yours runs over all"),
    ("whole_loss", "y, ignore_index=-1", "y.clamp(min=0), ignore_index=-1",
     "rows without a label count"),
    ("whole_loss", "peer_loss(z)", "peer_loss({m: v[y >= 0] for m, v in z.items()})",
     "NaN where no row has a label"),
    ("whole_loss", COSTS, "costs / (y >= 0).sum()", "NaN where no row has a label"),
]  # fmt: skip
