"""Typical wrong answers to lab 3: (function, right text, wrong text, what the check must say)."""

BOTH = "(F.cross_entropy(s, partner)  # name the partner of a\n            + "
THAT = "F.cross_entropy(s.T, partner)) / 2"

WRONG = [
    ("late_fusion", " - (len(z) - 1) * log_prior", "", "still in twice"),
    ("late_fusion", "len(z) - 1", "len(z)", "once too often"),
    ("late_fusion", "(len(z) - 1) * log_prior", "log_prior", "must go out twice"),
    ("late_fusion", "total.log_softmax(-1)", "total.softmax(-1)", "return their logarithms"),
    ("late_fusion", ".sum(0)", ".mean(0)", "opinions are averaged"),
    ("late_fusion", "total.log_softmax(-1)", "total", "is not scaled"),
    ("tensor_fusion", "torch.cat([code, torch.ones(len(code), 1)], 1)", "code", "is a 1 appended"),
    ("tensor_fusion", "[code, torch.ones(len(code), 1)]", "[torch.ones(len(code), 1), code]",
     "the 1 stands in front"),
    ("tensor_fusion", "T[:, :, None] * one[:, None, :]", "T[:, None, :] * one[:, :, None]",
     "the last code changes slowest"),
    ("low_rank", "each * (one @ factor.T)  # B, R\n    return each.sum(1)",
     "each + (one @ factor.T).prod(1)\n    return each - 1",
     "multiplied over the ranks"),
    ("low_rank", "each.sum(1)", "each.prod(1)", "multiplied over everything"),
    ("low_rank", "each.sum(1)", "each.mean(1)", "the ranks are averaged"),
    ("low_rank", "[code, torch.ones(len(code), 1)]", "[torch.ones(len(code), 1), code]",
     "the 1 stands in front"),
    ("contrast", BOTH, "(2 * ", "only the partners of b"),
    ("contrast", THAT, "F.cross_entropy(s, partner)) / 2", "only the partners of a"),
    ("contrast", THAT, THAT.removesuffix(" / 2"), "are added; take means"),
    ("contrast", "F.normalize(a, dim=1) @ F.normalize(b, dim=1).T", "a @ b.T", "the lengths"),
    ("contrast", "F.normalize(a, dim=1)", "a", "the lengths of a count"),
    ("contrast", "F.normalize(b, dim=1)", "b", "the lengths of b count"),
    ("contrast", "/ tau", "* tau", "multiplied by the temperature"),
    ("contrast", THAT, THAT.replace("/ 2", "/ 2 * len(a)"), "are added; take means"),
    ("recall_at_k", "h / np.linalg.norm(h, axis=1, keepdims=True)", "h", "use the cosine"),
    ("recall_at_k", "as_near <= k", "as_near < k", "a rank of k is among"),
    ("recall_at_k", "(s >= np.diag(s)[:, None] - 1e-12).sum(1)",
     "1 + (s > np.diag(s)[:, None]).sum(1)", "a tie counts for you"),
    ("recall_at_k", "np.diag(s)[:, None] - 1e-12).sum(1)", "np.diag(s) - 1e-12).sum(0)",
     "keys ask for queries"),
]  # fmt: skip
