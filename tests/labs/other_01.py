"""Other right answers to lab 1, which its checks must accept."""

# ruff: noqa: F821


def world(*reliable):
    M = len(reliable)
    p = np.zeros((2,) * (M + 1))
    for idx in np.ndindex(*p.shape):
        v = 0.5
        for m, r in enumerate(reliable):
            v *= r if idx[m] == idx[-1] else 1 - r
        p[idx] = v
    return p


def best_nats(p):
    q = p.reshape(-1, p.shape[-1])
    cost = 0.0
    for row in q:
        for v in row:
            cost -= v * np.log(v / row.sum())
    return cost


def weigh(covariance):
    w = np.linalg.inv(covariance).sum(1)
    return w / w.sum()


def multiply_opinions(opinions):
    with np.errstate(divide="ignore"):
        logs = np.log(opinions).sum(0)
    logs = logs - logs.max(1)[:, None]
    e = np.exp(logs)
    return e / e.sum(1)[:, None]
