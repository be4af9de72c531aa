"""Other right answers to lab 3, which its checks must accept."""

# ruff: noqa: B905, F821


def late_fusion(z, log_prior):
    p = z.softmax(-1).prod(0) / log_prior.exp() ** (len(z) - 1)
    return (p / p.sum(-1, keepdim=True)).log()


def tensor_fusion(h):
    h = [torch.hstack([c, torch.ones(c.shape[0], 1)]) for c in h]
    T = h[0]
    for c in h[1:]:
        T = torch.einsum("bi,bj->bij", T, c).reshape(len(c), -1)
    return T


def low_rank(h, factors):
    B = h[0].shape[0]
    R = factors[0].shape[0]
    out = torch.zeros(B)
    for r in range(R):
        e = torch.ones(B)
        for c, f in zip(h, factors):
            e = e * (c @ f[r, :-1] + f[r, -1])
        out = out + e
    return out


def contrast(a, b, tau):
    a = a / a.norm(dim=1, keepdim=True)
    b = b / b.norm(dim=1, keepdim=True)
    s = a @ b.T / tau
    return -(s.log_softmax(1).diagonal().mean() + s.log_softmax(0).diagonal().mean()) / 2


def recall_at_k(queries, keys, k):
    n = len(queries)
    hit = 0
    K = keys / np.sqrt((keys**2).sum(1))[:, None]
    Q = queries / np.sqrt((queries**2).sum(1))[:, None]
    for i in range(n):
        s = K @ Q[i]
        hit += np.sum(s >= s[i]) <= k
    return hit / n
