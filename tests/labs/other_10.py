"""Other right answers to lab 10, which its checks must accept."""

# ruff: noqa: F821


def divergence(p, q):
    t = torch.where(p > 0, p * (p / q).log(), torch.zeros_like(p))
    return t.sum(1)


def pulls(z, v):
    s = torch.softmax(z, 1)
    t = torch.softmax(v, 1)
    ratio = (s / t).log()
    return s - t, s * (ratio - divergence(s, t)[:, None])


def whole_loss(z, v, y, tau):
    kl = divergence((v / tau).softmax(1), (z / tau).softmax(1)) * tau**2
    return kl.mean() + F.cross_entropy(z, y, ignore_index=-1, reduction="sum") / len(y)


def teach(student, teacher, x, y, optimizer, tau):
    optimizer.zero_grad()
    loss = whole_loss(student(x), teacher(x).detach(), y, tau)
    loss.backward()
    optimizer.step()
    return float(loss)


def calibration_error(p, y, bins=10):
    c, a = p.max(1)
    t = 0.0
    for m in range(bins):
        i = (c > m / bins) & (c <= (m + 1) / bins)
        if i.any():
            t += i.float().mean() * abs((a[i] == y[i]).float().mean() - c[i].mean())
    return t
