"""Other right answers to lab 12, which its checks must accept."""

# ruff: noqa: F821


def hold(z, earlier):
    loss = torch.zeros(())
    for v in earlier:
        loss = loss + F.kl_div(
            v.detach().log_softmax(-1), z.log_softmax(-1), reduction="batchmean", log_target=True
        )
    return loss


def turns_at(g):
    a = torch.where(g < 0.5, 2 / torch.log((1 - g) / g), torch.inf)
    b = torch.where(g < 0.5, 1 / (1 - 2 * g), torch.inf)
    return a, b


def compromise(lam, g):
    a, b = torch.zeros_like(g), torch.ones_like(g)
    for _ in range(40):
        m = (a + b) / 2
        right = lam * torch.log(m * (1 - g) / ((1 - m) * g))
        up = 1 / m > right
        a, b = torch.where(up, m, a), torch.where(up, b, m)
    return (a + b) / 2


def average(z, v, lam):
    p = z.log_softmax(-1) - log(1 + lam)
    g = v.log_softmax(-1) + log(lam / (1 + lam))
    return torch.logaddexp(p, g)


def learn(new, earlier, x, y, optimizer, weight):
    optimizer.zero_grad()
    z = new(x)
    said = []
    for model in earlier:
        with torch.no_grad():
            said.append(model(x))
    loss = F.cross_entropy(z, y)
    if said:
        loss = loss + weight * hold(z, said)
    loss.backward()
    optimizer.step()
    return float(loss.detach())
