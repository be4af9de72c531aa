"""Other right answers to lab 2, which its checks must accept."""

# ruff: noqa: B905, F821


def mutual_information(p):
    def H(q):
        q = q.ravel()
        q = q[q > 0]
        return -(q * np.log2(q)).sum()

    return H(p.sum(1)) + H(p.sum(0)) - H(p)


def bits(z, y):
    return (log(z.shape[1]) - F.cross_entropy(z, y)) / log(2)


def specific(p):
    out = []
    for y in range(p.shape[1]):
        py = p[:, y].sum()
        s = 0
        for x in range(p.shape[0]):
            if p[x, y] > 0:
                s += p[x, y] / py * np.log2(p[x, y] / p[x].sum() / py)
        out.append(s)
    return np.array(out)


def weighted_mean(x, there, chance):
    return np.average(np.where(there, x, 0.0), weights=there / chance)


def error_correlation(a, b, y):
    r = []
    for u, v in zip(a, b):
        e = (u != y).astype(float)
        f = (v != y).astype(float)
        for c in set(y):
            e[y == c] -= e[y == c].mean()
            f[y == c] -= f[y == c].mean()
        r.append((e @ f) / (e @ e * (f @ f)) ** 0.5)
    return np.array(r)
