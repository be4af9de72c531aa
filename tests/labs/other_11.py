"""Other right answers to lab 11, which its checks must accept."""

# ruff: noqa: F821


def apart(z, v):
    p, q = z.softmax(-1), v.softmax(-1)
    lp, lq = F.log_softmax(z, -1), F.log_softmax(v, -1)
    return (p * (lp - lq)).sum(-1) + (q * (lq - lp)).sum(-1)


def peer_loss(z):
    loss = 0
    for i in z:
        for j in z:
            if j == i:
                continue
            loss = loss + F.kl_div(
                z[j].detach().log_softmax(-1),
                z[i].log_softmax(-1),
                reduction="batchmean",
                log_target=True,
            )
    return loss


def teacher_of(z, i):
    g = torch.stack([F.log_softmax(z[j], -1) for j in z if j != i]).mean(0)
    return g - torch.logsumexp(g, -1, keepdim=True)


def whole_loss(z, y, weight):
    known = y >= 0
    loss = weight * peer_loss(z)
    if known.any():
        for v in z.values():
            loss = loss + F.cross_entropy(v[known], y[known])
    return loss
